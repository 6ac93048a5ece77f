//! A sandbox of one's own, to see what a backend looks like that keeps every promise.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use stepup_sandbox_control::{SessionConfig, World, WorldConfig, WorldError};
use tempfile::TempDir;

use crate::restart::Restart;
use crate::sandbox::Sandbox;
use crate::target::{Orders, Target};
use crate::time::Time;
use crate::walk::Walk;

/// Customers of the embedded sandbox.
const SESSIONS: [(&str, &str); 2] = [("ann", "session-of-ann"), ("bob", "session-of-bob")];

/// A world in virtual time.
#[derive(Debug)]
pub struct Embedded {
    world: World,
    /// Of the acquirer's database; it goes with this value.
    _folder: TempDir,
}

/// The embedded sandbox could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the embedded sandbox could not be started: {0}")]
pub struct EmbeddedError(#[from] WorldError);

impl Embedded {
    /// Starts it.
    pub async fn start() -> Result<Self, EmbeddedError> {
        let sessions = SESSIONS.map(|(customer, token)| SessionConfig {
            customer: customer.into(),
            token: token.into(),
        });
        let folder = tempfile::tempdir().map_err(WorldError::from)?;
        let config = WorldConfig {
            sessions: sessions.into(),
            database: Some(folder.path().join("acquirer.db")),
            ..WorldConfig::in_virtual_time()
        };
        Ok(Self {
            world: World::start(config).await?,
            _folder: folder,
        })
    }

    /// The world.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Its acquirer, or another backend that stands in for it.
    #[must_use]
    pub fn target(&self, base_url: Option<String>) -> Target {
        let acquirer = &self.world.addresses().acquirer;
        Target {
            headers: session_header(SESSIONS[0].1),
            other_headers: session_header(SESSIONS[1].1),
            orders: Orders::demo_in_both_shapes(),
            restart: Some(Restart::Acquirer(self.world.clone())),
            ..Target::new(base_url.unwrap_or_else(|| acquirer.clone()))
        }
    }

    /// Its customers and its Klarna.
    #[must_use]
    pub fn walk(&self) -> Walk {
        Walk::Scripted(Sandbox::World(self.world.clone()))
    }

    /// Its time.
    #[must_use]
    pub fn time(&self) -> Time {
        Time::Virtual(self.world.clock().clone())
    }

    /// Ends it.
    pub async fn stop(&self) {
        self.world.stop().await;
    }
}

/// The header that shows a bearer token. A token that no header can hold gives none.
#[must_use]
pub fn session_header(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}")) {
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    headers
}
