//! The states of a payment request and the ways between them.

use serde::{Deserialize, Serialize};

/// A payment request's state. Sources: Klarna's "monitor the payment request state" and Web SDK v2-r8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentState {
    /// Created, and ready for the customer.
    Submitted,
    /// The customer is inside the journey.
    InProgress,
    /// The customer approved and a token was issued. The payment itself still has to be finalised.
    Completed,
    /// Not finished in time.
    Expired,
    /// Cancelled by the (Acquiring) Partner.
    Canceled,
    /// Declined by Klarna, or rejected by the customer.
    Declined,
}

impl PaymentState {
    /// Whether Klarna allows this step. `InProgress -> Submitted` is a customer who left; `InProgress -> Declined` is only in
    /// the newer lists.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        use PaymentState::{Canceled, Completed, Declined, Expired, InProgress, Submitted};
        match self {
            Submitted => matches!(next, InProgress | Expired | Canceled),
            InProgress => matches!(next, Submitted | Completed | Expired | Canceled | Declined),
            Completed | Expired | Canceled | Declined => false,
        }
    }

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Submitted | Self::InProgress)
    }

    /// As it is written in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "SUBMITTED",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Expired => "EXPIRED",
            Self::Canceled => "CANCELED",
            Self::Declined => "DECLINED",
        }
    }

    /// The last part of the webhook's event type.
    #[must_use]
    pub fn event_name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
            Self::Declined => "declined",
        }
    }
}

/// Why a payment request is in its state (`state_reason`); Klarna's set is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateReason {
    /// `DELETE` by the (Acquiring) Partner.
    PartnerCanceled,
    /// The customer left the journey.
    PurchaseFlowAborted,
    /// Klarna said no, or the customer did.
    PaymentDeclined,
}

#[cfg(test)]
mod tests {
    use super::PaymentState::{
        self, Canceled, Completed, Declined, Expired, InProgress, Submitted,
    };

    #[test]
    fn these_steps_are_legal_and_no_others() {
        const ALL: [PaymentState; 6] = [
            Submitted, InProgress, Completed, Expired, Canceled, Declined,
        ];
        const LEGAL: [(PaymentState, PaymentState); 8] = [
            (Submitted, InProgress),
            (Submitted, Expired),
            (Submitted, Canceled),
            (InProgress, Submitted),
            (InProgress, Completed),
            (InProgress, Expired),
            (InProgress, Canceled),
            (InProgress, Declined),
        ];
        for from in ALL {
            for to in ALL {
                assert_eq!(
                    from.can_become(to),
                    LEGAL.contains(&(from, to)),
                    "{from:?} -> {to:?}"
                );
            }
            assert_eq!(
                from.is_final(),
                !LEGAL.iter().any(|(start, _)| *start == from)
            );
        }
    }
}
