//! The sandbox's Klarna: what an Acquiring Partner and a customer see of it, over real HTTP.
//!
//! - The API: `POST /v2/accounts/{account}/payment/authorize` (call 1, and call 2 with the token), `GET` and `DELETE`
//!   `/v2/accounts/{account}/payment/requests/{id}`.
//! - Signed webhooks `payment.request.state-change.*` with Klarna's retry schedule.
//! - The Purchase Journey as plain HTML pages under `/{region}/requests/{opaque}/start`.
//!
//! Everything that depends on time runs on a [`Clock`](stepup_sandbox_clock::Clock), so three hours can pass in a test.
//! What had to be guessed of Klarna is listed in `sandbox/README.md`. The same process looks into the books and sets faults by
//! the methods of [`Klarna`].

mod api;
mod books;
mod config;
mod customers;
mod faults;
mod journey;
mod klarna;
mod payment_request;
mod redirect;
mod rfc3339;
mod secret;
mod state;
mod webhook;
mod world;

pub use books::{
    AuthorizeCall, CallNumber, Delivery, HistoryEntry, KlarnaRecord, TransactionRecord,
};
pub use config::{ConfigError, KlarnaConfig, SigningKey};
pub use customers::{CustomerKind, TEST_PHONES, TestPhone};
pub use faults::{AuthorizeFaults, KlarnaFaults, WebhookFaults};
pub use klarna::Klarna;
pub use secret::Secret;
pub use state::{PaymentState, StateReason};
