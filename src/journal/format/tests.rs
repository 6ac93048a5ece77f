//! Damage never goes unnoticed.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    phase: String,
    at: u64,
    evidence: Vec<String>,
}

fn record() -> Record {
    Record {
        phase: "InJourney".into(),
        at: 1_772_366_400_000,
        evidence: vec!["Link".into(), "Foregrounded".into()],
    }
}

/// A record of another version, correctly sealed.
fn sealed(version: &str, body: &str) -> Vec<u8> {
    let crc = check_sum(version.as_bytes(), body.as_bytes());
    [
        BEFORE_VERSION,
        version.as_bytes(),
        BEFORE_CRC,
        &crc,
        AFTER_CRC,
        body.as_bytes(),
    ]
    .concat()
}

#[test]
fn a_record_reads_back() {
    let bytes = encode(&record()).expect("it fits");
    assert_eq!(decode::<Record>(&bytes), Ok(record()));
}

#[test]
fn the_bytes_are_these() {
    // The check sum of "1\n{}" by zlib's crc32.
    assert_eq!(
        encode(&json!({})).expect("it fits"),
        b"{\"v\":1,\"crc\":\"863b68b2\"}\n{}"
    );
}

#[test]
fn every_prefix_is_damaged() {
    let bytes = encode(&record()).expect("it fits");
    for length in 0..bytes.len() {
        assert_eq!(
            decode::<Record>(&bytes[..length]),
            Err(FormatError::Damaged),
            "{length}"
        );
        assert_eq!(
            decode::<Value>(&bytes[..length]),
            Err(FormatError::Damaged),
            "{length}"
        );
    }
}

#[test]
fn every_flipped_bit_and_every_other_byte_is_damaged() {
    let bytes = encode(&record()).expect("it fits");
    for at in 0..bytes.len() {
        for change in 1..=255 {
            let mut damaged = bytes.clone();
            damaged[at] ^= change;
            assert_eq!(
                decode::<Record>(&damaged),
                Err(FormatError::Damaged),
                "byte {at} ^ {change}"
            );
        }
    }
}

#[test]
fn bytes_too_many_too_few_or_swapped_are_damaged() {
    let bytes = encode(&record()).expect("it fits");
    let appended = [bytes.as_slice(), b" "].concat();
    let doubled = bytes.repeat(2);
    let zeroed = [&bytes[..40], &vec![0; bytes.len() - 40]].concat();
    for damaged in [appended, doubled, zeroed, vec![0; bytes.len()]] {
        assert_eq!(decode::<Record>(&damaged), Err(FormatError::Damaged));
    }
    for at in 0..bytes.len() {
        let mut shorter = bytes.clone();
        shorter.remove(at);
        assert_eq!(
            decode::<Record>(&shorter),
            Err(FormatError::Damaged),
            "without byte {at}"
        );
    }
}

#[test]
fn a_newer_record_is_newer_and_not_damaged() {
    assert_eq!(
        decode::<Record>(&sealed("2", "{}")),
        Err(FormatError::Newer { version: 2 })
    );
    assert_eq!(
        decode::<Record>(&sealed("4000000000", "?")),
        Err(FormatError::Newer {
            version: 4_000_000_000
        })
    );
    for version in ["0", "", "99999999999"] {
        assert_eq!(
            decode::<Record>(&sealed(version, "{}")),
            Err(FormatError::Damaged),
            "{version}"
        );
    }
}

#[test]
fn a_whole_record_of_another_shape_is_unreadable() {
    for body in ["{}", "[]", "null", "", "{\"phase\":1}"] {
        assert_eq!(
            decode::<Record>(&sealed("1", body)),
            Err(FormatError::Unreadable),
            "{body}"
        );
    }
}

#[test]
fn records_are_bounded() {
    let fits = MAX_RECORD - encode(&"").expect("it fits").len();
    let longest = encode(&"x".repeat(fits)).expect("it fits exactly");
    assert_eq!(longest.len(), MAX_RECORD);
    assert!(decode::<String>(&longest).is_ok());
    assert_eq!(encode(&"x".repeat(fits + 1)), Err(FormatError::TooLarge));
    assert_eq!(
        decode::<String>(&[longest.as_slice(), b" "].concat()),
        Err(FormatError::TooLarge)
    );
}

#[test]
fn the_check_sum_is_the_one_of_the_catalogue() {
    // "check" of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
    assert_eq!(crc32(&[b"123456789"]), 0xcbf4_3926);
    assert_eq!(crc32(&[]), 0);
}

proptest! {
    #[test]
    fn the_check_sum_is_that_of_another_implementation(parts: Vec<Vec<u8>>) {
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(crc32(&parts), crc32fast::hash(&parts.concat()));
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        prop_assert!(decode::<Value>(&bytes).is_err());
    }

    #[test]
    fn no_header_with_any_rest_panics(version in "[0-9]{0,11}", crc in "[0-9a-f]{0,9}", rest: Vec<u8>) {
        let bytes = [BEFORE_VERSION, version.as_bytes(), BEFORE_CRC, crc.as_bytes(), AFTER_CRC, &rest].concat();
        let _ = decode::<Value>(&bytes);
    }

    #[test]
    fn every_record_reads_back(phase: String, at: u64, evidence: Vec<String>) {
        let record = Record { phase, at, evidence };
        if let Ok(bytes) = encode(&record) {
            prop_assert_eq!(decode::<Record>(&bytes), Ok(record));
        }
    }
}
