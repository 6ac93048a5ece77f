//! Headers and redaction.

use super::*;

#[test]
fn dates_are_read_in_all_forms_of_http() {
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        assert_eq!(date_ms(text), Some(784_111_777_000), "{text}");
    }
    for text in ["", "yesterday", "1994-11-06T08:49:37Z"] {
        assert_eq!(date_ms(text), None, "{text}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date_against_the_replys_own() {
    let date = date_ms("Sun, 06 Nov 1994 08:49:37 GMT");
    for (value, wait) in [
        ("0", Some(0)),
        (" 7 ", Some(7_000)),
        ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10_000)),
        ("Sun, 06 Nov 1994 08:49:27 GMT", Some(0)),
        ("99999999999999999999999", Some(MAX_RETRY_AFTER_MS)),
        ("Sat, 06 Nov 2094 08:49:37 GMT", Some(MAX_RETRY_AFTER_MS)),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
    ] {
        assert_eq!(retry_after_ms(value, date), wait, "{value:?}");
    }
    assert_eq!(
        retry_after_ms("Sun, 06 Nov 1994 08:49:47 GMT", None),
        None,
        "the device's clock may be wrong"
    );
    assert_eq!(retry_after_ms("5", None), Some(5_000));
}

#[test]
fn requests_and_replies_never_show_what_they_carry() {
    let request = HttpRequest {
        id: 7,
        method: Method::Post,
        url: "https://api.shop.example/payments/path_marked?query_marked".into(),
        headers: vec![Header {
            name: "Authorization".into(),
            value: Secret::new("token_marked".into()),
        }],
        body: Some(b"body_marked".to_vec()),
        timeout_ms: 30_000,
    };
    let reply = HttpReply {
        status: 200,
        date_ms: None,
        retry_after_ms: None,
        body: b"body_marked".to_vec(),
    };
    let shown = format!("{request:?} {reply:?} {:?}", request.headers);
    assert!(shown.contains("https://api.shop.example"), "{shown}");
    assert!(!shown.contains("marked"), "{shown}");
    let unreadable = HttpRequest {
        url: "no url, marked".into(),
        ..request
    };
    assert!(!format!("{unreadable:?}").contains("marked"));
}
