//! What a world is like.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use stepup_sandbox_acquirer::ReplyShape;
use stepup_sandbox_clock::Clock;

/// 2026-01-15T12:00:00Z: where virtual time begins unless told otherwise, so that runs are alike.
const VIRTUAL_START_MS: i64 = 1_768_478_400_000;

/// Which time a world lives in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockKind {
    /// The system's, with an offset that can be moved.
    #[default]
    Real,
    /// Stands still until it is advanced.
    Virtual,
}

/// A customer's session at the acquirer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionConfig {
    /// The customer's name.
    pub customer: String,
    /// What follows `Bearer ` in `Authorization`.
    pub token: String,
}

impl std::fmt::Debug for SessionConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionConfig")
            .field("customer", &self.customer)
            .finish_non_exhaustive()
    }
}

/// A world to make. Everything has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorldConfig {
    /// Which time it lives in.
    pub clock: ClockKind,
    /// Unix ms at which virtual time begins; 2026-01-15T12:00:00Z when left out.
    pub starts_at_ms: Option<i64>,
    /// The address its servers listen on.
    pub listen: IpAddr,
    /// The port of the phone's gateway; a free one when 0.
    pub phone_port: u16,
    /// Where a tunnel makes the gateway's port public, such as `https://demo.example`. Then the gateway is the door to
    /// the journey's pages too, and every address handed out begins with this.
    pub public_url: Option<String>,
    /// Whether the acquirer honours `wait`.
    pub long_poll: bool,
    /// How the acquirer answers a pending payment unless the order asks for the other way.
    pub reply_shape: ReplyShape,
    /// The acquirer's `SQLite` file; in memory when left out. Needed for [`World::restart_acquirer`](crate::World::restart_acquirer).
    pub database: Option<PathBuf>,
    /// Sessions that the acquirer knows; none: no `Authorization` is asked for.
    pub sessions: Vec<SessionConfig>,
    /// What the app's return links have to start with; empty: any safe link.
    pub return_links: Vec<String>,
    /// Where Klarna sends its webhooks: to a backend that is no part of the world. To the acquirer when left out.
    pub webhook_url: Option<String>,
    /// The shop's name on the journey's pages.
    pub shop_name: Option<String>,
    /// Milliseconds that a payment request lives; 3 hours when left out.
    pub request_life_ms: Option<i64>,
    /// Milliseconds that Klarna's token can be used; 60 minutes when left out.
    pub token_life_ms: Option<i64>,
}

impl Default for WorldConfig {
    fn default() -> Self {
        Self {
            clock: ClockKind::Real,
            starts_at_ms: None,
            listen: Ipv4Addr::LOCALHOST.into(),
            phone_port: 0,
            public_url: None,
            long_poll: true,
            reply_shape: ReplyShape::Klarna,
            database: None,
            sessions: Vec::new(),
            return_links: Vec::new(),
            webhook_url: None,
            shop_name: None,
            request_life_ms: None,
            token_life_ms: None,
        }
    }
}

impl WorldConfig {
    /// The defaults, in virtual time.
    #[must_use]
    pub fn in_virtual_time() -> Self {
        Self {
            clock: ClockKind::Virtual,
            ..Self::default()
        }
    }

    pub(crate) fn make_clock(&self) -> Clock {
        match self.clock {
            ClockKind::Real => Clock::real(),
            ClockKind::Virtual => Clock::virtual_at(self.starts_at_ms.unwrap_or(VIRTUAL_START_MS)),
        }
    }
}
