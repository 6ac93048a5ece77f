//! The per-attempt nonce: 128 random bits as 22 characters of base64url.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::redact::same_bytes;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Characters of a nonce's text: 16 bytes are 128 bits, 6 bits each, rounded up.
pub(super) const TEXT_LENGTH: usize = 22;

/// Ties a link that comes back to the attempt it was made for. Only who saw the attempt's links knows it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nonce([u8; 16]);

impl Nonce {
    /// From 16 bytes of the host's entropy.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 22 base64url characters (no padding) that go into a link.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(TEXT_LENGTH);
        for group in self.0.chunks(3) {
            let bits = group.iter().enumerate().fold(0_u32, |bits, (at, byte)| {
                bits | u32::from(*byte) << (16 - 8 * at)
            });
            for digit in 0..=group.len() {
                let index = (bits >> (18 - 6 * digit)) & 0x3f;
                text.push(char::from(ALPHABET[index as usize]));
            }
        }
        text
    }

    /// Reads the text of a nonce; `None` unless it is exactly what [`Nonce::text`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text: &[u8; TEXT_LENGTH] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0_u8; 16];
        let (mut bits, mut held, mut filled) = (0_u32, 0_u32, 0);
        for character in text {
            bits = bits << 6 | sextet(*character)?;
            held += 6;
            if held >= 8 {
                held -= 8;
                bytes[filled] = u8::try_from(bits >> held & 0xff).ok()?;
                filled += 1;
                bits &= (1 << held) - 1;
            }
        }
        // Four bits are left over. Anything but zeros would be a second spelling of the same nonce.
        (bits == 0).then_some(Self(bytes))
    }

    /// Equality in constant time.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        same_bytes(&self.0, &other.0)
    }
}

fn sextet(character: u8) -> Option<u32> {
    let value = match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

impl PartialEq for Nonce {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other)
    }
}

impl Eq for Nonce {}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<Nonce> for String {
    fn from(nonce: Nonce) -> Self {
        nonce.text()
    }
}

impl TryFrom<String> for Nonce {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a nonce")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_texts() {
        // The vectors of RFC 4648, section 10, extended to 16 bytes by hand.
        let foobar = *b"foobarfoobarfoob";
        assert_eq!(Nonce::from_bytes(foobar).text(), "Zm9vYmFyZm9vYmFyZm9vYg");
        assert_eq!(Nonce::from_bytes([0; 16]).text(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(
            Nonce::from_bytes([0xff; 16]).text(),
            "_____________________w"
        );
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        let good = "Zm9vYmFyZm9vYmFyZm9vYg";
        assert_eq!(
            Nonce::parse(good),
            Some(Nonce::from_bytes(*b"foobarfoobarfoob"))
        );
        for bad in [
            "",
            "Zm9vYmFyZm9vYmFyZm9vY",
            "Zm9vYmFyZm9vYmFyZm9vYgA",
            "Zm9vYmFyZm9vYmFyZm9vYg==",
            "Zm9vYmFyZm9vYmFyZm9vYh",
            "Zm9vYmFyZm9vYmFyZm9v+g",
            "Zm9vYmFyZm9vYmFyZm9vY\u{e9}",
        ] {
            assert_eq!(Nonce::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn it_never_shows_and_is_stored_as_its_text() {
        let nonce = Nonce::from_bytes(*b"foobarfoobarfoob");
        assert_eq!(format!("{nonce:?}"), "[redacted]");
        let stored = serde_json::to_string(&nonce).expect("it serialises");
        assert_eq!(stored, "\"Zm9vYmFyZm9vYmFyZm9vYg\"");
        assert_eq!(
            serde_json::from_str::<Nonce>(&stored).expect("it reads back"),
            nonce
        );
        let refused = serde_json::from_str::<Nonce>("\"sk_marked\"").expect_err("not a nonce");
        assert!(!refused.to_string().contains("sk_marked"));
    }

    proptest! {
        #[test]
        fn every_nonce_reads_back(bytes: [u8; 16]) {
            let nonce = Nonce::from_bytes(bytes);
            prop_assert_eq!(nonce.text().len(), TEXT_LENGTH);
            prop_assert_eq!(Nonce::parse(&nonce.text()), Some(nonce));
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "[A-Za-z0-9_-]{22}") {
            if let Some(nonce) = Nonce::parse(&text) {
                prop_assert_eq!(nonce.text(), text);
            }
        }
    }
}
