//! The backend: what it may say is bound by the promises of section 3.5; when, and which of it, is the adversary's choice.

use klarna_step_up::reply::{KlarnaState, StartAnswer, StatusAnswer, StatusFailure, Word};

use crate::phone::{fails, pending_at, pending_with_journey, refused, says, word};

/// One attempt's payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payment {
    /// No start and no cancel has come.
    Unknown,
    /// The start was refused in so many words.
    Refused,
    /// Cancelled before it was known: a later start is refused.
    Closed,
    /// The customer has to act.
    Pending,
    /// Klarna is done, the backend finishes.
    Finishing,
    /// A final word, which never changes.
    Final(Word),
}

impl Payment {
    /// What a start can lead to, and its answer.
    pub fn start(self) -> Vec<(Self, StartAnswer)> {
        let reply = |reply| StartAnswer::Reply(reply);
        match self {
            Self::Unknown => vec![
                (Self::Pending, reply(pending_with_journey())),
                (Self::Pending, reply(says(Word::Pending))),
                (Self::Final(Word::Approved), reply(says(Word::Approved))),
                (Self::Final(Word::Declined), reply(says(Word::Declined))),
                (Self::Refused, refused()),
            ],
            Self::Refused | Self::Closed => vec![(self, refused())],
            Self::Pending | Self::Finishing => vec![(self, reply(pending_with_journey()))],
            Self::Final(said) => vec![(self, reply(says(said)))],
        }
    }

    /// The answer to a question.
    pub fn question(self) -> StatusAnswer {
        match self {
            Self::Unknown | Self::Refused => fails(StatusFailure::NotFound),
            Self::Closed => word(Word::Canceled),
            Self::Pending => pending_at(KlarnaState::Submitted),
            Self::Finishing => pending_at(KlarnaState::Completed),
            Self::Final(said) => word(said),
        }
    }

    /// What a cancellation can lead to, and its answer.
    pub fn cancel(self) -> Vec<(Self, StatusAnswer)> {
        match self {
            Self::Unknown | Self::Refused | Self::Closed => {
                vec![(Self::Closed, word(Word::Canceled))]
            }
            Self::Pending => vec![
                (Self::Final(Word::Canceled), word(Word::Canceled)),
                (self, self.question()),
            ],
            Self::Finishing => vec![
                (Self::Final(Word::Approved), word(Word::Approved)),
                (self, self.question()),
            ],
            Self::Final(said) => vec![(self, word(said))],
        }
    }

    /// What becomes of it without the phone.
    pub fn moves(self) -> Vec<Self> {
        match self {
            Self::Pending => vec![
                Self::Finishing,
                Self::Final(Word::Approved),
                Self::Final(Word::Declined),
                Self::Final(Word::Expired),
            ],
            Self::Finishing => vec![Self::Final(Word::Approved), Self::Final(Word::Failed)],
            Self::Unknown | Self::Refused | Self::Closed | Self::Final(_) => Vec::new(),
        }
    }

    /// Money may still move, unless a start on its way is all that could make it.
    pub fn may_be_paid(self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Finishing | Self::Final(Word::Approved)
        )
    }
}
