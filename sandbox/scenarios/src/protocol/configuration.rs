//! What phone, app and core are like.

use serde::{Deserialize, Serialize};

use super::command::HoldPoint;

/// A phone to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configure {
    /// The backend's base URL.
    pub backend: String,
    /// What the backend is called in the journal.
    #[serde(default = "sandbox")]
    pub backend_id: String,
    /// The account that is signed in; nobody when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What the app answers, one after the other, when it is asked for credentials; the last for ever. It is not asked when there are
    /// none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CredentialsAnswer>,
    /// The handover link.
    pub handover: String,
    /// The completion link.
    pub completion: String,
    /// Replaces https where the device does not bring https links to the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_scheme: Option<String>,
    /// Whether links carry the attempt's nonce.
    #[serde(default = "yes")]
    pub nonce: bool,
    /// Where the journal lives.
    pub journal: String,
    /// What can show a journey.
    pub surfaces: Vec<SurfaceName>,
    /// Whether https links come to the app.
    #[serde(default)]
    pub https_links: bool,
    /// What the presenter does.
    #[serde(default)]
    pub presenter: PresenterManner,
    /// Changes to the policy.
    #[serde(default)]
    pub policy: PolicyChanges,
    /// Virtual time now; the system's clock when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Reading>,
    /// Time runs on by itself from `clock`, for a phone that a person holds; it stands still otherwise.
    #[serde(default, skip_serializing_if = "is_no")]
    pub clock_runs: bool,
    /// What ids, nonces and jitter are made from, so that a run can be repeated; the system's randomness when left out. No two
    /// processes with the same journal may have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Set before anything is done, for what `hold-at` would come too late for: a restart does much before the first command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_at: Option<HoldPoint>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_no(value: &bool) -> bool {
    !*value
}

const fn yes() -> bool {
    true
}

fn sandbox() -> String {
    "sandbox".to_owned()
}

/// What the app answers when it is asked for credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialsAnswer {
    /// This bearer token.
    Token(String),
    /// It has none now.
    NotNow,
    /// Nothing, ever.
    Silence,
}

/// A reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Unix milliseconds.
    pub wall: i64,
    /// Milliseconds that never go back.
    pub mono: u64,
}

/// Changes to the policy; what is left out keeps its default. Milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyChanges {
    /// `long_poll`; 0 never asks the backend to hold a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_poll: Option<u64>,
    /// `max_wait`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_wait: Option<u64>,
    /// `customer_left`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_left: Option<u64>,
    /// `start_budget`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_budget: Option<u64>,
}

/// What the presenter does when it is asked to show a journey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PresenterManner {
    /// Says at once that the surface is up.
    #[default]
    Confirm,
    /// Says nothing.
    Silent,
    /// Has none of the surfaces after all.
    Refuse,
    /// Has no window to present from.
    NoHost,
}

/// Where a journey can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SurfaceName {
    /// Klarna's own app.
    KlarnaApp,
    /// iOS `ASWebAuthenticationSession`.
    AuthSession,
    /// Android Auth Tab.
    AuthTab,
    /// Android Custom Tab.
    CustomTab,
    /// The system's browser.
    Browser,
    /// An adapter of the app's own.
    Custom,
}

impl SurfaceName {
    /// The journey runs in another app: ours goes to the back.
    #[must_use]
    pub const fn is_elsewhere(self) -> bool {
        matches!(self, Self::KlarnaApp | Self::Browser)
    }

    /// The surface ends by itself on a link of the app's, and hands it over as its result.
    #[must_use]
    pub const fn ends_on_link(self) -> bool {
        matches!(self, Self::AuthSession | Self::AuthTab)
    }
}
