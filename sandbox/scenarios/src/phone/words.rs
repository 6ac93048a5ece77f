//! The core's values in the words of the protocol.

use klarna_step_up::machine::{
    CanceledReason, NotStartedReason, Surface, UndeterminedReason, WhoActs,
};
use klarna_step_up::model::{AttemptState, DeliveredOutcome, LinkDisposition, Outcome};

use crate::protocol::{StateReport, SurfaceName, Told, Via};

impl From<Surface> for SurfaceName {
    fn from(surface: Surface) -> Self {
        match surface {
            Surface::KlarnaApp => Self::KlarnaApp,
            Surface::AuthSession => Self::AuthSession,
            Surface::AuthTab => Self::AuthTab,
            Surface::CustomTab => Self::CustomTab,
            Surface::Browser => Self::Browser,
            Surface::Custom => Self::Custom,
        }
    }
}

impl From<SurfaceName> for Surface {
    fn from(surface: SurfaceName) -> Self {
        match surface {
            SurfaceName::KlarnaApp => Self::KlarnaApp,
            SurfaceName::AuthSession => Self::AuthSession,
            SurfaceName::AuthTab => Self::AuthTab,
            SurfaceName::CustomTab => Self::CustomTab,
            SurfaceName::Browser => Self::Browser,
            SurfaceName::Custom => Self::Custom,
        }
    }
}

/// `ByCustomer` as `by-customer`; what is in brackets is left out.
pub(super) fn kebab(name: &str) -> String {
    let name = name.split(['{', '(', ' ']).next().unwrap_or_default();
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn canceled(reason: &CanceledReason) -> String {
    kebab(&format!("{reason:?}"))
}

fn undetermined(reason: UndeterminedReason) -> String {
    kebab(&format!("{reason:?}"))
}

fn not_started(reason: &NotStartedReason) -> String {
    match reason {
        NotStartedReason::Refused {
            reason: Some(reason),
        } => format!("refused: {reason}"),
        NotStartedReason::BadOrder { problem } => format!("bad-order: {problem}"),
        other => kebab(&format!("{other:?}")),
    }
}

pub(super) fn told(outcome: DeliveredOutcome, via: Via, call: Option<u64>) -> Told {
    let (name, reason, receipt) = match outcome.outcome {
        Outcome::Approved { receipt } => ("approved", None, receipt.is_some()),
        Outcome::Declined { failed, reason } => {
            let reason = if failed {
                Some("failed".to_owned())
            } else {
                reason
            };
            ("declined", reason, false)
        }
        Outcome::Canceled { reason } => ("canceled", Some(canceled(&reason)), false),
        Outcome::Undetermined { reason } => ("undetermined", Some(undetermined(reason)), false),
        Outcome::NotStarted { reason } => ("not-started", Some(not_started(&reason)), false),
    };
    Told {
        via,
        call,
        id: outcome.id,
        attempt: outcome.attempt,
        reference: outcome.reference,
        outcome: name.to_owned(),
        reason,
        receipt,
        supersedes: outcome.supersedes,
    }
}

pub(super) fn state(state: AttemptState) -> StateReport {
    let who_acts = match state.who_acts {
        WhoActs::Nobody => "nobody",
        WhoActs::Customer => "customer",
        WhoActs::Backend => "backend",
    };
    StateReport {
        attempt: state.attempt,
        reference: state.reference,
        phase: kebab(&format!("{:?}", state.phase)),
        who_acts: who_acts.to_owned(),
        waiting_for_customer: state.waiting_for_customer,
        can_reopen: state.can_reopen,
        can_abandon: state.can_abandon,
        on_surface: state.surface.is_some(),
    }
}

pub(super) fn disposition(disposition: LinkDisposition) -> (String, Option<String>) {
    let (name, attempt) = match disposition {
        LinkDisposition::Completion { attempt } => ("completion", Some(attempt)),
        LinkDisposition::Handover { attempt } => ("handover", Some(attempt)),
        LinkDisposition::Duplicate { attempt } => ("duplicate", Some(attempt)),
        LinkDisposition::Late { attempt } => ("late", attempt),
        LinkDisposition::Accepted => ("accepted", None),
        LinkDisposition::NotOurs => ("not-ours", None),
        LinkDisposition::Refused { reason } => {
            let why = kebab(&format!("{reason:?}"));
            return (format!("refused-{why}"), None);
        }
    };
    (name.to_owned(), attempt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case_without_content() {
        assert_eq!(kebab("StartClosed"), "start-closed");
        assert_eq!(kebab("Refused { reason: \"x\" }"), "refused");
        assert_eq!(
            disposition(LinkDisposition::Refused {
                reason: klarna_step_up::links::RefusedReason::WrongNonce
            })
            .0,
            "refused-wrong-nonce"
        );
    }
}
