//! The words by which a backend says how a payment stands.

use serde::{Deserialize, Serialize};

/// What the backend says about the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum Word {
    /// Not decided.
    Pending,
    /// Paid.
    Approved,
    /// Klarna or the backend said no.
    Declined,
    /// Cancelled; no money can move.
    Canceled,
    /// Not finished in time.
    Expired,
    /// Went wrong; no money can move.
    Failed,
}

impl Word {
    /// Whether it settles the attempt. A final word never changes.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::Pending
    }
}

const STANDARD: [(&str, Word); 6] = [
    ("pending", Word::Pending),
    ("approved", Word::Approved),
    ("declined", Word::Declined),
    ("canceled", Word::Canceled),
    ("expired", Word::Expired),
    ("failed", Word::Failed),
];

/// Klarna's states of a payment request, and its answer that asks for the step-up. They describe the request, not the
/// payment: `COMPLETED` still needs the final authorization. So none of them can be made a word.
const NOT_WORDS: [&str; 7] = [
    "SUBMITTED",
    "IN_PROGRESS",
    "COMPLETED",
    "EXPIRED",
    "CANCELED",
    "DECLINED",
    "STEP_UP_REQUIRED",
];

const MAX_ADDED: usize = 64;
const MAX_WORD: usize = 64;

/// An entry of the word table that can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordTableError {
    /// More than 64 entries.
    #[error("there are more than 64 words; leave out what means nothing to the app")]
    TooMany,
    /// Empty, longer than 64 bytes, or with a control character.
    #[error(
        "a word is empty, longer than 64 bytes or holds a control character; write it as the backend sends it"
    )]
    Shape,
    /// The same text with two meanings.
    #[error("a word is given two meanings; keep one (the standard words keep theirs)")]
    Twice,
    /// `refused`, which only ever comes with a 4xx.
    #[error(
        "\"refused\" can't be a word; a backend answers it with a 4xx when nothing was started"
    )]
    Refused,
    /// A state of Klarna's payment request.
    #[error(
        "a state of Klarna's payment request can't be a word; let the backend say how the payment stands"
    )]
    KlarnaState,
}

/// Which text is which word. Texts match exactly, case included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordTable {
    added: Vec<(String, Word)>,
}

impl WordTable {
    /// The six words of the backend contract.
    #[must_use]
    pub fn standard() -> Self {
        Self::default()
    }

    /// The six words and the backend's own.
    pub fn with(words: &[(String, Word)]) -> Result<Self, WordTableError> {
        if words.len() > MAX_ADDED {
            return Err(WordTableError::TooMany);
        }
        let mut table = Self::standard();
        for (text, word) in words {
            if text.is_empty() || text.len() > MAX_WORD || text.chars().any(char::is_control) {
                return Err(WordTableError::Shape);
            }
            if text == super::REFUSED {
                return Err(WordTableError::Refused);
            }
            if NOT_WORDS.contains(&text.as_str()) {
                return Err(WordTableError::KlarnaState);
            }
            match table.word(text) {
                None => table.added.push((text.clone(), *word)),
                Some(known) if known == *word => {}
                Some(_) => return Err(WordTableError::Twice),
            }
        }
        Ok(table)
    }

    /// The word for a text; `None` means: unknown, keep asking.
    #[must_use]
    pub fn word(&self, text: &str) -> Option<Word> {
        STANDARD
            .iter()
            .find(|(known, _)| *known == text)
            .map(|(_, word)| *word)
            .or_else(|| {
                self.added
                    .iter()
                    .find(|(known, _)| known == text)
                    .map(|(_, word)| *word)
            })
    }
}
