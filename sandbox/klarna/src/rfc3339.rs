//! Times as Klarna writes them: RFC 3339 in UTC with nine fractional digits.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// `unix_ms` as for example `2025-02-26T17:25:34.534000000Z`. Klarna's samples have 0 to 9 fractional digits; nine is what trips
/// parsers up.
pub(crate) fn format(unix_ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.nanosecond()
    )
}

/// The time in `text` as Unix milliseconds.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn nine_digits_and_back() {
        let text = super::format(1_740_590_734_534);
        assert_eq!(text, "2025-02-26T17:25:34.534000000Z");
        assert_eq!(super::parse(&text), Some(1_740_590_734_534));
        assert_eq!(super::parse("tomorrow"), None);
    }
}
