//! A sandbox of one's own, to see what a backend looks like that keeps every promise.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use stepup_sandbox_control::{SessionConfig, World, WorldConfig, WorldError};

use crate::sandbox::Sandbox;
use crate::target::{Orders, Target};
use crate::time::Time;

/// Customers of the embedded sandbox.
const SESSIONS: [(&str, &str); 2] = [("ann", "session-of-ann"), ("bob", "session-of-bob")];

/// A world in virtual time.
#[derive(Clone, Debug)]
pub struct Embedded {
    world: World,
}

/// The embedded sandbox could not be started.
#[derive(Debug)]
pub struct EmbeddedError(WorldError);

impl std::fmt::Display for EmbeddedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the embedded sandbox could not be started: {}", self.0)
    }
}

impl std::error::Error for EmbeddedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl Embedded {
    /// Starts it.
    pub async fn start() -> Result<Self, EmbeddedError> {
        let sessions = SESSIONS.map(|(customer, token)| SessionConfig {
            customer: customer.into(),
            token: token.into(),
        });
        let config = WorldConfig {
            sessions: sessions.into(),
            ..WorldConfig::in_virtual_time()
        };
        let world = World::start(config).await.map_err(EmbeddedError)?;
        Ok(Self { world })
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
            ..Target::new(base_url.unwrap_or_else(|| acquirer.clone()))
        }
    }

    /// Its customers and its Klarna.
    #[must_use]
    pub fn sandbox(&self) -> Sandbox {
        Sandbox::World(self.world.clone())
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
