//! The bytes of a record.
//!
//! ```text
//! {"v":1,"crc":"0a1b2c3d"}\n
//! {…the record as JSON…}
//! ```
//!
//! Why a header line: the check sum has to be verified over bytes, before anything is parsed, and JSON inside JSON would
//! have to be parsed first. Why still JSON: a record can be read with any editor when a customer's payment has to be
//! traced. The CRC-32 covers the version and the body, so that a damaged version is *damaged* and never mistaken for
//! the record of a newer release; every later version has to keep this first line. A check sum, not a signature: whoever
//! can write the app's private directory can do worse than forge a record, and a record settles nothing anyway.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The version that this release writes.
pub const VERSION: u32 = 1;
/// The longest record, in bytes, header included.
pub const MAX_RECORD: usize = 64 * 1024;

const BEFORE_VERSION: &[u8] = b"{\"v\":";
const BEFORE_CRC: &[u8] = b",\"crc\":\"";
const AFTER_CRC: &[u8] = b"\"}\n";

/// Why a record can't be written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Longer than 64 KiB.
    #[error("the record is longer than 64 KiB")]
    TooLarge,
    /// The check sum or the header is wrong.
    #[error("the record is damaged")]
    Damaged,
    /// Whole, but written by a newer release.
    #[error("the record was written by a newer release (version {version})")]
    Newer {
        /// Its version.
        version: u32,
    },
    /// Whole, but not what was expected.
    #[error("the record is whole but can't be read")]
    Unreadable,
}

/// The bytes of a record.
pub fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>, FormatError> {
    let body = serde_json::to_vec(record).map_err(|_| FormatError::Unreadable)?;
    let version = VERSION.to_string();
    let crc = check_sum(version.as_bytes(), &body);
    let bytes = [
        BEFORE_VERSION,
        version.as_bytes(),
        BEFORE_CRC,
        &crc,
        AFTER_CRC,
        &body,
    ]
    .concat();
    if bytes.len() > MAX_RECORD {
        return Err(FormatError::TooLarge);
    }
    Ok(bytes)
}

/// The record in these bytes.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FormatError> {
    if bytes.len() > MAX_RECORD {
        return Err(FormatError::TooLarge);
    }
    let (version, body) = open(bytes).ok_or(FormatError::Damaged)?;
    if version > VERSION {
        return Err(FormatError::Newer { version });
    }
    serde_json::from_slice(body).map_err(|_| FormatError::Unreadable)
}

/// Version and body, if the check sum holds.
fn open(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let rest = bytes.strip_prefix(BEFORE_VERSION)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (version, rest) = rest.split_at(digits);
    let (crc, rest) = rest.strip_prefix(BEFORE_CRC)?.split_at_checked(8)?;
    let body = rest.strip_prefix(AFTER_CRC)?;
    if check_sum(version, body) != crc {
        return None;
    }
    let version = str::from_utf8(version).ok()?.parse().ok()?;
    (version > 0).then_some((version, body))
}

fn check_sum(version: &[u8], body: &[u8]) -> [u8; 8] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let sum = crc32(&[version, b"\n", body]);
    core::array::from_fn(|at| DIGITS[(sum >> (28 - 4 * at) & 0xf) as usize])
}

/// CRC-32 as in zlib (ISO 3309) over `parts`, one after the other. Bit by bit: the tables of a faster one are a seventeenth of the
/// whole library, and a record is a kilobyte.
fn crc32(parts: &[&[u8]]) -> u32 {
    const REVERSED_POLYNOMIAL: u32 = 0xedb8_8320;
    !parts.iter().copied().flatten().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (REVERSED_POLYNOMIAL & (sum & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests;
