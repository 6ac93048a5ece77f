//! The backend: what it may say is bound by the promises of section 3.5; when, and which of it, is the adversary's choice.

use klarna_step_up::reply::{
    KlarnaState, StartAnswer, StatusAnswer, StatusFailure, StatusReply, Word,
};

use crate::phone::{fails, journey, refused, says};

/// One attempt's payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payment {
    /// No start and no cancel has come.
    Unknown,
    /// The start was refused in so many words.
    Refused,
    /// Cancelled before it was known: a later start is refused.
    Closed,
    /// The customer has to act, at an address that may not be opened.
    Forbidden,
    /// The customer has to act.
    Pending,
    /// Klarna is done, the backend finishes.
    Finishing,
    /// A final word, which never changes.
    Final(Word),
}

impl Payment {
    /// Its state as a reply shows it. The version only grows.
    fn shown(self) -> StatusReply {
        let (word, version) = match self {
            Self::Unknown | Self::Refused | Self::Closed => (Word::Canceled, 3),
            Self::Forbidden | Self::Pending => (Word::Pending, 1),
            Self::Finishing => (Word::Pending, 2),
            Self::Final(word) => (word, 3),
        };
        StatusReply {
            version: Some(version),
            ..says(word)
        }
    }

    fn with_journey(self) -> StatusReply {
        StatusReply {
            journey: (self != Self::Forbidden).then(journey),
            ..self.shown()
        }
    }

    /// What a start can lead to, and its answer.
    pub fn start(self) -> Vec<(Self, StartAnswer)> {
        let answered = |after: Self| (after, StartAnswer::Reply(after.shown()));
        let journey = |after: Self| (after, StartAnswer::Reply(after.with_journey()));
        match self {
            Self::Unknown => vec![
                journey(Self::Pending),
                answered(Self::Pending),
                answered(Self::Final(Word::Approved)),
                answered(Self::Final(Word::Declined)),
                (Self::Refused, refused()),
                journey(Self::Forbidden),
            ],
            Self::Refused | Self::Closed => vec![(self, refused())],
            Self::Forbidden | Self::Pending | Self::Finishing => vec![journey(self)],
            Self::Final(_) => vec![answered(self)],
        }
    }

    /// The answer to a question.
    pub fn question(self) -> StatusAnswer {
        let state = |state| {
            StatusAnswer::Reply(StatusReply {
                klarna_state: Some(state),
                ..self.with_journey()
            })
        };
        match self {
            Self::Unknown | Self::Refused => fails(StatusFailure::NotFound),
            Self::Forbidden | Self::Pending => state(KlarnaState::Submitted),
            Self::Finishing => state(KlarnaState::Completed),
            Self::Closed | Self::Final(_) => StatusAnswer::Reply(self.shown()),
        }
    }

    /// What a cancellation can lead to, and its answer.
    pub fn cancel(self) -> Vec<(Self, StatusAnswer)> {
        let answered = |after: Self| (after, StatusAnswer::Reply(after.shown()));
        let or_not_yet = |after: Self| vec![answered(after), (self, self.question())];
        match self {
            Self::Unknown | Self::Refused | Self::Closed => vec![answered(Self::Closed)],
            Self::Forbidden | Self::Pending => or_not_yet(Self::Final(Word::Canceled)),
            Self::Finishing => or_not_yet(Self::Final(Word::Approved)),
            Self::Final(_) => vec![answered(self)],
        }
    }

    /// What becomes of it without the phone.
    pub fn moves(self) -> Vec<Self> {
        match self {
            Self::Pending => vec![
                Self::Final(Word::Approved),
                Self::Finishing,
                Self::Final(Word::Declined),
                Self::Final(Word::Expired),
            ],
            Self::Finishing => vec![Self::Final(Word::Approved), Self::Final(Word::Failed)],
            Self::Forbidden => vec![Self::Final(Word::Expired)],
            Self::Unknown | Self::Refused | Self::Closed | Self::Final(_) => Vec::new(),
        }
    }

    /// It is known and has no final word: the backend may have a word of its own for how it stands.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Forbidden | Self::Pending | Self::Finishing)
    }

    /// Money may still move, unless a start on its way is all that could make it.
    pub fn may_be_paid(self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Finishing | Self::Final(Word::Approved)
        )
    }
}
