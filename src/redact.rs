//! Text that must never show: the types that make redaction so, instead of care.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Text that carries a credential: a journey URL, a link with its nonce, a header's value.
///
/// `Debug` and `Display` print `[redacted]`, so it cannot end up in an error, an event or a trace by
/// accident. Serialisation is transparent, because the journal has to keep it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself. Every call is a place to look at in a review.
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

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        same_bytes(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Compares in a time that depends on the lengths only, never on where the first difference is.
#[must_use]
pub fn same_bytes(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let difference = left
        .iter()
        .zip(right)
        .fold(0_u8, |seen, (l, r)| seen | (l ^ r));
    core::hint::black_box(difference) == 0
}

/// Eight hex digits that stand for an id in traces. FNV-1a, 64 bits folded to 32: good for telling ids apart on one
/// page, not for security.
#[must_use]
pub fn short_hash(text: &str) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hash = text.bytes().fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    let folded = (hash >> 32) ^ hash;
    (0..8_u32)
        .rev()
        .map(|digit| char::from(DIGITS[((folded >> (digit * 4)) & 0xf) as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing_but_survives_serialisation() {
        let secret = Secret::new("sk_marked".into());
        assert_eq!(format!("{secret:?} {secret}"), "[redacted] [redacted]");
        let stored = serde_json::to_string(&secret).expect("a string serialises");
        assert_eq!(stored, "\"sk_marked\"");
        let back: Secret = serde_json::from_str(&stored).expect("it reads back");
        assert_eq!(back, secret);
        assert_eq!(back.expose(), "sk_marked");
    }

    #[test]
    fn secrets_of_other_text_or_length_differ() {
        let secret = Secret::new("abc".into());
        for other in ["", "ab", "abd", "Abc", "abcd"] {
            assert_ne!(secret, Secret::new(other.into()), "{other}");
        }
    }

    #[test]
    fn short_hashes_are_eight_hex_digits_and_stable() {
        // FNV-1a 64 of "" is the offset basis cbf29ce484222325; folded: cbf29ce4 ^ 84222325.
        assert_eq!(short_hash(""), "4fd0bfc1");
        assert_eq!(short_hash("a").len(), 8);
        assert_ne!(short_hash("attempt-1"), short_hash("attempt-2"));
    }
}
