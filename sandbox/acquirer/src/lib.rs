//! A reference backend of an Acquiring Partner: what a payment provider has to build so that an app can carry its customer
//! through Klarna's step-up, and a place to start from.
//!
//! It keeps the promises of `docs/backend-guide.md` to the app and Klarna's rules towards Klarna. Its whole state is one
//! `SQLite` database; a payment is one row that one worker at a time moves forward ([`Stage`]). Webhook, return page, status
//! question, schedule and restart only ever *ask* the worker to look, which is why there is exactly one second authorize
//! although all of them race for it.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use stepup_sandbox_acquirer::{Acquirer, AcquirerConfig, KlarnaAccount, Secret};
//! use stepup_sandbox_clock::Clock;
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let public_url = format!("http://{}", listener.local_addr()?);
//! let klarna = KlarnaAccount {
//!     base_url: "http://127.0.0.1:4001".into(),
//!     account: "krn:partner:global:account:test:M4CIYH2N".into(),
//!     api_key: Secret::new("klarna_test_api_…"),
//! };
//! let acquirer = Acquirer::new(AcquirerConfig::new(Clock::real(), public_url, klarna))?;
//! axum::serve(listener, acquirer.router()).await?;
//! # Ok(()) }
//! ```
//!
//! Requests are not counted on the clock's account by the acquirer itself: whoever lets one in (a gateway in front of it, a
//! scripted customer, Klarna's webhooks) holds the guard. Work that outlives its request counts itself.

mod books;
mod config;
mod desk;
mod engine;
mod http;
mod klarna;
mod order;
mod payment;
mod store;

use std::sync::Arc;

pub use books::{AcquirerRecord, History, SeenEvent};
pub use config::{
    AcquirerConfig, AcquirerFaults, Database, KlarnaAccount, ReplyShape, ReturnLinks, Secret,
    Session, SigningKey, Timing,
};
pub use payment::{Stage, Status};
pub use store::StoreError;

use engine::Engine;
use klarna::KlarnaClient;
use store::Store;

/// The contract as `OpenAPI` 3.1, the text that is served at `/openapi.yaml`.
pub const OPENAPI: &str = include_str!("../../../docs/backend-api.yaml");

/// A running acquirer. Clones are the same one.
#[derive(Clone)]
pub struct Acquirer(Arc<Engine>);

/// Why an acquirer could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AcquirerError {
    /// The database can't be opened, or holds something else.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The HTTP client can't be made.
    #[error("no HTTP client for Klarna: {0}")]
    Client(#[from] reqwest::Error),
}

impl Acquirer {
    /// Opens the database, takes up what an earlier process left unfinished, and keeps the schedule from then on.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(config: AcquirerConfig) -> Result<Self, AcquirerError> {
        let store = Store::open(&config.database)?;
        let klarna = KlarnaClient::new(
            config.klarna.clone(),
            config.clock.clone(),
            config.timing.klarna_call_ms,
        )?;
        let engine = Engine::new(config, store, klarna);
        engine.start()?;
        Ok(Self(engine))
    }

    /// Everything it serves.
    pub fn router(&self) -> axum::Router {
        http::router(Arc::clone(&self.0))
    }

    /// What it recorded.
    pub fn books(&self) -> Result<Vec<AcquirerRecord>, StoreError> {
        books::read(&self.0.store)
    }

    /// Sets all faults at once.
    pub fn set_faults(&self, faults: AcquirerFaults) {
        self.0.set_faults(faults);
    }

    /// Changes which keys webhooks may be signed with. To rotate, give the old and the new one for a while.
    pub fn set_signing_keys(&self, keys: Vec<SigningKey>) {
        self.0.set_signing_keys(keys);
    }

    /// Stops as a kill would: calls to Klarna that are on their way are dropped and their results are never written. Another
    /// acquirer may then be made on the same database file. What is asked of this one afterwards stays where it is.
    pub fn stop(&self) {
        self.0.stop();
    }
}
