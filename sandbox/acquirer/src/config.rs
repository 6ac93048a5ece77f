//! What an acquirer is told before it starts.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use stepup_sandbox_clock::Clock;

/// Text that gives access to something: keys, tokens, addresses that carry a credential. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Everything an [`Acquirer`](crate::Acquirer) needs to know.
#[derive(Clone, Debug)]
pub struct AcquirerConfig {
    /// The time it lives in.
    pub clock: Clock,
    /// Where its state is.
    pub database: Database,
    /// Its own address as browsers reach it, without a slash at the end: the start of the internal `return_url` and of `redirect_url`.
    pub public_url: String,
    /// The account at Klarna that it acts for.
    pub klarna: KlarnaAccount,
    /// Keys that sign Klarna's webhooks. Several at once while keys are rotated.
    pub signing_keys: Vec<SigningKey>,
    /// How a pending payment is answered, unless the order itself asks for the other way.
    pub reply: ReplyShape,
    /// Which links of an app a browser may be sent to.
    pub return_links: ReturnLinks,
    /// The sessions it knows. Empty: no `Authorization` is asked for and everybody is the same customer.
    pub sessions: Vec<Session>,
    /// How long things may take.
    pub timing: Timing,
}

impl AcquirerConfig {
    /// A configuration with the defaults: state in memory, replies with `klarna {…}`, any safe return link, no sessions.
    #[must_use]
    pub fn new(clock: Clock, public_url: impl Into<String>, klarna: KlarnaAccount) -> Self {
        Self {
            clock,
            database: Database::Memory,
            public_url: public_url.into(),
            klarna,
            signing_keys: Vec::new(),
            reply: ReplyShape::Klarna,
            return_links: ReturnLinks::AnySafe,
            sessions: Vec::new(),
            timing: Timing::default(),
        }
    }
}

/// Where the state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// Lost when the acquirer stops.
    Memory,
    /// A file that `SQLite` makes where it does not exist.
    File(PathBuf),
}

/// How Klarna is reached.
#[derive(Clone, Debug)]
pub struct KlarnaAccount {
    /// For example `https://api-global.test.klarna.com`.
    pub base_url: String,
    /// The Partner's account, the `{partner_account_id}` of Klarna's addresses.
    pub account: String,
    /// The API key, sent as `Authorization: Basic <key>` exactly as it stands here.
    pub api_key: Secret,
}

/// One of the keys that webhooks may be signed with.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// What Klarna sends in `Klarna-Signing-Key-Id`.
    pub id: String,
    /// The key of the HMAC.
    pub key: Secret,
}

/// A customer's session: whoever shows the token is this customer.
#[derive(Clone, Debug)]
pub struct Session {
    /// The customer's name. Payments belong to it, not to the token, which may change.
    pub customer: String,
    /// What follows `Bearer ` in `Authorization`.
    pub token: Secret,
}

/// The two ways to tell an app where the journey is (Klarna, "Handle step-up scenario", step 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyShape {
    /// `klarna {payment_request_id, payment_request_url}`.
    #[default]
    Klarna,
    /// `redirect_url`, a page of the acquirer's own that leads to Klarna.
    Redirect,
}

/// Which `return_url` and `app_return_url` are accepted. An acquirer that sends browsers anywhere is an open redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReturnLinks {
    /// Any custom scheme with `://`, https, and http to a loopback host. Never a scheme that runs code or reads files.
    AnySafe,
    /// As above, and the link starts with one of these.
    StartingWith(Vec<String>),
}

/// How long things may take, in milliseconds of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// A start or a cancel that is not decided by then answers `pending`.
    pub answer_ms: i64,
    /// The longest a plain status question waits for Klarna's word.
    pub status_ms: i64,
    /// The longest `wait` that is honoured.
    pub longest_wait_ms: i64,
    /// The longest the return page keeps a browser before it sends it on.
    pub return_page_ms: i64,
    /// A call to Klarna without an answer by then has an unknown result.
    pub klarna_call_ms: i64,
    /// Status questions make it ask Klarna at most this often for each payment.
    pub read_every_ms: i64,
    /// An open payment that nobody asks about is read at Klarna this often, in case a webhook was lost.
    pub reconcile_every_ms: i64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            // 20 s are promised; the rest is for the way.
            answer_ms: 18_000,
            status_ms: 4_000,
            longest_wait_ms: 30_000,
            return_page_ms: 10_000,
            // Klarna's own idle time-out is 59 s ("Request timeout"); nobody waits that long at a till.
            klarna_call_ms: 30_000,
            read_every_ms: 2_000,
            // Well inside the 60 minutes of a token ("Klarna Network session token").
            reconcile_every_ms: 5 * 60_000,
        }
    }
}

/// Deviations that a test may ask for. All off by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AcquirerFaults {
    /// Whether `wait` is honoured. False: every question is answered at once, as by a backend without long-polling.
    pub long_poll: bool,
    /// Time between learning the token and the second authorize.
    pub finalise_delay_ms: i64,
    /// Whether status questions, the return page and reconciliation read the request at Klarna. False: only webhooks count.
    pub reads: bool,
    /// Whether a payment that is started meanwhile gets a new payment request when its first one expires, rather than ending.
    pub renews: bool,
}

impl Default for AcquirerFaults {
    fn default() -> Self {
        Self {
            long_poll: true,
            finalise_delay_ms: 0,
            reads: true,
            renews: false,
        }
    }
}
