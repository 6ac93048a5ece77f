//! Compared with the `time` crate.

use ::time::format_description::well_known::Rfc3339;
use ::time::{OffsetDateTime, UtcOffset};
use proptest::prelude::*;

use super::rfc3339_ms;

#[test]
fn known_time_stamps() {
    for (text, ms) in [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2000-02-29T12:00:00Z", 951_825_600_000),
        ("2026-03-01T13:00:00.5+01:00", 1_772_366_400_500),
        ("2026-03-01t11:00:00.123456789-01:00", 1_772_366_400_123),
        ("2026-03-01 12:00:00z", 1_772_366_400_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999),
        ("2026-03-01T12:00:00-00:00", 1_772_366_400_000),
    ] {
        assert_eq!(rfc3339_ms(text), Some(ms), "{text}");
    }
}

#[test]
fn everything_else_is_refused() {
    for text in [
        "",
        "2026-03-01",
        "2026-03-01T12:00:00",
        "2026-03-01T12:00Z",
        "2026-3-1T12:00:00Z",
        "26-03-01T12:00:00Z",
        "2026-02-29T12:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-00-01T12:00:00Z",
        "2026-04-31T12:00:00Z",
        "2026-03-00T12:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T12:60:00Z",
        "2026-03-01T12:00:61Z",
        "2026-03-01T12:00:00.Z",
        "2026-03-01T12:00:00.1234567890Z",
        "2026-03-01T12:00:00,5Z",
        "2026-03-01T12:00:00+0100",
        "2026-03-01T12:00:00+01",
        "2026-03-01T12:00:00+24:00",
        "2026-03-01T12:00:00+01:60",
        "2026-03-01T12:00:00ZZ",
        " 2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00Z ",
        "+2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00\u{2212}01:00",
        "٢٠٢٦-03-01T12:00:00Z",
    ] {
        assert_eq!(rfc3339_ms(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn what_the_time_crate_writes_is_read_the_same(
        seconds in -62_135_596_800_i64..=253_402_200_000,
        nanoseconds in 0_u32..1_000_000_000,
        offset_minutes in -1_439_i32..=1_439,
    ) {
        let moment = OffsetDateTime::from_unix_timestamp(seconds)
            .and_then(|moment| moment.replace_nanosecond(nanoseconds))
            .expect("a moment in range");
        let offset = UtcOffset::from_whole_seconds(offset_minutes * 60).expect("an offset in range");
        if let Some(local) = moment.checked_to_offset(offset)
            && let Ok(text) = local.format(&Rfc3339)
        {
            let ms = moment.unix_timestamp_nanos().div_euclid(1_000_000);
            prop_assert_eq!(rfc3339_ms(&text).map(i128::from), Some(ms), "{}", text);
        }
    }

    #[test]
    fn near_misses_are_judged_like_the_time_crate_does(
        text in "[0-9]{4}-(0[0-9]|1[0-3])-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-6][0-9])",
    ) {
        let theirs = OffsetDateTime::parse(&text, &Rfc3339)
            .ok()
            .map(|moment| moment.unix_timestamp_nanos().div_euclid(1_000_000));
        prop_assert_eq!(rfc3339_ms(&text).map(i128::from), theirs, "{}", text);
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = rfc3339_ms(&text);
    }
}
