//! What this side is told at its start.

use stepup_sandbox_clock::Clock;
use url::Url;

use crate::secret::Secret;

const HOUR_MS: i64 = 3_600_000;

/// A key that webhooks are signed with.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// Sent as `Klarna-Signing-Key-Id`, such as `krn:partner:global:notification:signing-key:<uuid>`.
    pub id: String,
    /// The HMAC key.
    pub secret: Secret,
}

/// What [`Klarna`](crate::Klarna) needs to know. [`new`](Self::new) fills in everything that has a sensible default.
#[derive(Clone, Debug)]
pub struct KlarnaConfig {
    /// Decides about expiry, retries and delays.
    pub clock: Clock,
    /// Where customers' browsers reach this server, without a slash at the end.
    pub public_url: String,
    /// The region segment of journey URLs, two letters. Default `eu`.
    pub region: String,
    /// Keys that the API accepts.
    pub api_keys: Vec<Secret>,
    /// The account in the API's path: the Partner's, on whose behalf the Acquiring Partner acts.
    pub partner_account: String,
    /// The Acquiring Partner's account, which receives the webhooks.
    pub acquirer_account: String,
    /// Where webhooks go. Without it none are sent.
    pub webhook_url: Option<String>,
    /// Subscribed event types; a `*` at the end stands for any continuation. Default `payment.request.*`.
    pub webhook_events: Vec<String>,
    /// Keys for webhooks. The last one signs; see [`Klarna::rotate_signing_key`](crate::Klarna::rotate_signing_key).
    pub signing_keys: Vec<SigningKey>,
    /// The shop's name on the journey's pages.
    pub shop_name: String,
    /// The six digits that are refused as a one-time code. Default `999999`, as at Klarna's test system.
    pub refused_otp: String,
    /// Milliseconds that a payment request lives. Default 3 hours.
    pub request_life_ms: i64,
    /// Milliseconds that a token can be used after the customer approved. Default 60 minutes.
    pub token_life_ms: i64,
}

/// Why a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// An address does not serve.
    #[error(
        "{field} must be an http or https address without a slash, query or fragment at the end"
    )]
    Address {
        /// Which one.
        field: &'static str,
    },
    /// The region is not a path segment of two letters.
    #[error("region must be two lower-case letters")]
    Region,
    /// No API key.
    #[error("api_keys must hold at least one key, and no empty one")]
    ApiKeys,
    /// Webhooks could not be signed.
    #[error("signing_keys must hold at least one key, and no empty one, if webhook_url is set")]
    SigningKeys,
    /// The client for webhooks could not be made.
    #[error("the HTTP client for webhooks could not be made")]
    Client,
}

impl KlarnaConfig {
    /// A configuration without webhooks.
    #[must_use]
    pub fn new(clock: Clock, public_url: impl Into<String>, api_key: Secret) -> Self {
        Self {
            clock,
            public_url: public_url.into(),
            region: "eu".into(),
            api_keys: vec![api_key],
            partner_account: "krn:partner:global:account:test:M4CIYH2N".into(),
            acquirer_account: "krn:partner:global:account:test:M48JWZF8".into(),
            webhook_url: None,
            webhook_events: vec!["payment.request.*".into()],
            signing_keys: Vec::new(),
            shop_name: "Example Shop".into(),
            refused_otp: "999999".into(),
            request_life_ms: 3 * HOUR_MS,
            token_life_ms: HOUR_MS,
        }
    }

    /// Where webhooks go and what they are signed with.
    #[must_use]
    pub fn with_webhooks(mut self, url: impl Into<String>, key: SigningKey) -> Self {
        self.webhook_url = Some(url.into());
        self.signing_keys = vec![key];
        self
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let bare = |text: &str| {
            Url::parse(text).is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.query().is_none()
                    && url.fragment().is_none()
            })
        };
        if !bare(&self.public_url) || self.public_url.ends_with('/') {
            return Err(ConfigError::Address {
                field: "public_url",
            });
        }
        if self.region.len() != 2 || !self.region.chars().all(|c| c.is_ascii_lowercase()) {
            return Err(ConfigError::Region);
        }
        if self.api_keys.is_empty() || self.api_keys.iter().any(|key| key.expose().is_empty()) {
            return Err(ConfigError::ApiKeys);
        }
        if let Some(url) = &self.webhook_url {
            if !bare(url) {
                return Err(ConfigError::Address {
                    field: "webhook_url",
                });
            }
            if self.signing_keys.is_empty()
                || self
                    .signing_keys
                    .iter()
                    .any(|key| key.secret.expose().is_empty())
            {
                return Err(ConfigError::SigningKeys);
            }
        }
        Ok(())
    }
}
