//! What shall go wrong.

use serde::{Deserialize, Serialize};

/// The faults that this side can be told to have. The default is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KlarnaFaults {
    /// On the way of webhooks.
    pub webhook: WebhookFaults,
    /// In call 1.
    pub first_authorize: AuthorizeFaults,
    /// In call 2.
    pub second_authorize: AuthorizeFaults,
    /// Call 2 answers `DECLINED` although the customer approved.
    pub decline_second: bool,
    /// So many reads and cancels of payment requests answer 500, without having done anything.
    pub request_errors: u32,
}

/// Faults of webhooks; they apply to events that happen while they are set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookFaults {
    /// Only for events of this state (`completed`, `canceled`, …); without it, for all.
    pub event: Option<String>,
    /// Never delivered.
    pub drop: bool,
    /// So many attempts at a delivery are lost on the way; the retry schedule runs.
    pub lose_first: u32,
    /// Delivered so many times more after it was acknowledged, with the same event id.
    pub extra_copies: u32,
    /// Milliseconds between the event and the first attempt.
    pub delay_ms: i64,
    /// Events before the final one arrive after it.
    pub reorder: bool,
    /// Each genuine delivery is preceded by a false `completed` event whose signature is wrong.
    pub forge: bool,
}

/// Faults of one of the two authorize calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthorizeFaults {
    /// Milliseconds between decision and reply.
    pub delay_ms: i64,
    /// So many calls answer 500 without having done anything.
    pub errors_before: u32,
    /// So many calls answer 500 although the decision was taken and stands.
    pub errors_after: u32,
}

/// Uses up one of `count`.
pub(crate) fn strike(count: &mut u32) -> bool {
    let strikes = *count > 0;
    *count = count.saturating_sub(1);
    strikes
}

impl WebhookFaults {
    pub(crate) fn applies_to(&self, event_name: &str) -> bool {
        self.event.as_deref().is_none_or(|only| only == event_name)
    }
}
