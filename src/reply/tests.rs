//! What replies mean.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn start(http_status: u16, body: &str) -> StartAnswer {
    read_start(http_status, body.as_bytes(), &WordTable::standard())
}

fn status(http_status: u16, body: &str) -> StatusAnswer {
    read_status(http_status, body.as_bytes(), &WordTable::standard())
}

fn state(body: &str) -> StatusReply {
    match status(200, body) {
        StatusAnswer::Reply(reply) => reply,
        StatusAnswer::Failed(failure) => panic!("{body} is a state, not {failure:?}"),
    }
}

#[test]
fn a_full_reply_is_read_whole() {
    let reply = state(
        r#"{"status":"pending","reason":"waiting","version":7,"expires_at":"2026-03-01T12:00:00.5+01:00","expires_in":90,
            "payment_id":"pay_1:x","redirect_url":"https://shop.example/r","unknown":[1],
            "klarna":{"payment_request_id":"krn:payment:eu1:request:1","payment_request_url":"https://pay.klarna.com/eu/x","state":"IN_PROGRESS"},
            "details":{"b": 1, "a": "x"}}"#,
    );
    assert_eq!(reply.word, Some(Word::Pending));
    assert_eq!(reply.reason.as_deref(), Some("waiting"));
    assert_eq!(reply.version, Some(7));
    assert_eq!(reply.expires_at_ms, Some(1_772_362_800_500));
    assert_eq!(reply.expires_in_ms, Some(90_000));
    assert_eq!(reply.payment_id.as_deref(), Some("pay_1:x"));
    assert_eq!(reply.klarna_state, Some(KlarnaState::InProgress));
    let details = reply.details.expect("there are details");
    assert!(!details.contains(' '), "{details} is compact");
    assert_eq!(
        serde_json::from_str::<Value>(&details).expect("JSON"),
        json!({"a": "x", "b": 1})
    );
    let journey = reply.journey.expect("klarna wins over redirect_url");
    assert_eq!(journey.kind, JourneyKind::PaymentRequestUrl);
    assert_eq!(journey.url.expose(), "https://pay.klarna.com/eu/x");
    assert_eq!(
        journey.payment_request_id.expect("the id is kept").expose(),
        "krn:payment:eu1:request:1"
    );
}

#[test]
fn what_can_not_be_read_is_left_out_and_the_word_still_counts() {
    let reply = state(
        r#"{"status":"approved","reason":5,"version":-1,"expires_at":"tomorrow","expires_in":"soon","payment_id":"a/../b",
            "redirect_url":7,"klarna":{"payment_request_url":[],"state":3},"details":"text"}"#,
    );
    assert_eq!(
        reply,
        StatusReply {
            word: Some(Word::Approved),
            ..StatusReply::default()
        }
    );
}

#[test]
fn redirect_url_is_the_journey_where_klarna_gives_no_url() {
    for klarna in [
        "null",
        "{}",
        r#"{"state":"SUBMITTED"}"#,
        r#"{"payment_request_url":""}"#,
    ] {
        let body = format!(
            r#"{{"status":"pending","klarna":{klarna},"redirect_url":"https://shop.example/r"}}"#
        );
        let journey = state(&body).journey.expect("there is a journey");
        assert_eq!(journey.kind, JourneyKind::RedirectUrl, "{body}");
        assert_eq!(journey.url.expose(), "https://shop.example/r");
    }
}

#[test]
fn a_journey_never_shows() {
    let reply = state(
        r#"{"status":"pending","klarna":{"payment_request_id":"id_marked","payment_request_url":"https://pay.klarna.com/url_marked"}}"#,
    );
    let shown = format!("{reply:?}");
    assert!(!shown.contains("marked"), "{shown}");
}

#[test]
fn a_status_that_is_said_twice_is_none_and_of_other_doubled_keys_the_last_counts() {
    for body in [
        r#"{"status":"approved","status":"pending"}"#,
        r#"{"status":"approved","version":1,"status":"approved"}"#,
        r#"{"status":"approved","\u0073tatus":"approved"}"#,
    ] {
        let answer = read_status(200, body.as_bytes(), &WordTable::default());
        assert_eq!(
            answer,
            StatusAnswer::Failed(StatusFailure::Malformed),
            "{body}"
        );
    }
    let body = r#"{"status":"pending","version":1,"version":2}"#;
    assert_eq!(state(body).version, Some(2));
}

#[test]
fn unknown_words_and_klarna_states_are_no_words() {
    for text in [
        "",
        "Approved",
        "APPROVED",
        "COMPLETED",
        "CANCELED",
        "EXPIRED",
        "DECLINED",
        "authorized",
        " approved",
    ] {
        let body = json!({ "status": text }).to_string();
        assert_eq!(state(&body).word, None, "{text:?}");
        assert!(matches!(start(200, &body), StartAnswer::Reply(reply) if reply.word.is_none()));
    }
}

#[test]
fn klarna_states_are_read_where_they_belong_and_settle_nothing() {
    for (text, read) in [
        ("SUBMITTED", KlarnaState::Submitted),
        ("IN_PROGRESS", KlarnaState::InProgress),
        ("COMPLETED", KlarnaState::Completed),
        ("EXPIRED", KlarnaState::Other),
        ("completed", KlarnaState::Other),
    ] {
        let reply = state(&json!({"status": "pending", "klarna": {"state": text}}).to_string());
        assert_eq!(reply.klarna_state, Some(read), "{text}");
        assert_eq!(reply.word, Some(Word::Pending), "{text}");
    }
}

#[test]
fn malformed_bodies_say_nothing() {
    let deep = format!(
        r#"{{"status":"approved","x":{}1{}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    for body in [
        "",
        "null",
        "[]",
        "\"approved\"",
        "{}",
        "{\"status\":null}",
        "{\"status\":1}",
        "{\"status\":[\"approved\"]}",
        "{\"status\":\"approved\"",
        "{\"status\":\"approved\"}{}",
        "{\"status\":\"refused\"}",
        "<html>",
        &deep,
    ] {
        assert_eq!(
            start(200, body),
            StartAnswer::Unknown(Unclear::Malformed),
            "{body}"
        );
        assert_eq!(
            status(200, body),
            StatusAnswer::Failed(StatusFailure::Malformed),
            "{body}"
        );
    }
    assert_eq!(
        read_status(
            200,
            b"{\"status\":\"approved\xff\"}",
            &WordTable::standard()
        ),
        StatusAnswer::Failed(StatusFailure::Malformed)
    );
}

#[test]
fn too_large_replies_say_nothing() {
    let padded = |length: usize| {
        let body = r#"{"status":"approved"}"#;
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    assert!(matches!(
        start(200, &padded(MAX_BODY)),
        StartAnswer::Reply(_)
    ));
    assert_eq!(
        start(200, &padded(MAX_BODY + 1)),
        StartAnswer::Unknown(Unclear::TooLarge)
    );
    assert_eq!(
        status(200, &padded(MAX_BODY + 1)),
        StatusAnswer::Failed(StatusFailure::Malformed)
    );
    let refusal = format!(r#"{{"status":"refused"}}{}"#, " ".repeat(MAX_BODY));
    assert_eq!(
        start(422, &refusal),
        StartAnswer::Unknown(Unclear::Rejected)
    );
}

#[test]
fn only_a_plain_4xx_that_says_refused_is_a_refusal() {
    let refused = r#"{"status":"refused","reason":"out of stock"}"#;
    for http_status in 0..=700 {
        let answer = start(http_status, refused);
        let plain_4xx =
            (400..=499).contains(&http_status) && ![401, 408, 409, 425, 429].contains(&http_status);
        let says_so = answer
            == StartAnswer::Refused {
                reason: Some("out of stock".into()),
            };
        assert_eq!(says_so, plain_4xx, "{http_status}: {answer:?}");
        assert!(
            says_so || matches!(answer, StartAnswer::Unknown(_)),
            "{http_status}: {answer:?}"
        );
    }
    assert_eq!(
        start(400, r#"{"status":"refused"}"#),
        StartAnswer::Refused { reason: None }
    );
    for other in [
        "",
        "{}",
        r#"{"status":"declined"}"#,
        r#"{"status":"Refused"}"#,
        r#"{"error":"refused"}"#,
    ] {
        assert_eq!(
            start(422, other),
            StartAnswer::Unknown(Unclear::Rejected),
            "{other}"
        );
    }
}

#[test]
fn a_word_counts_in_a_2xx_only() {
    let approved = r#"{"status":"approved"}"#;
    for http_status in 0..=700 {
        let ok = (200..=299).contains(&http_status);
        assert_eq!(
            matches!(start(http_status, approved), StartAnswer::Reply(_)),
            ok,
            "{http_status}"
        );
        assert_eq!(
            matches!(status(http_status, approved), StatusAnswer::Reply(_)),
            ok,
            "{http_status}"
        );
    }
}

#[test]
fn http_statuses_without_a_state_are_told_apart() {
    let starts = [
        (301, Unclear::Redirect),
        (400, Unclear::Rejected),
        (401, Unclear::Unauthorized),
        (403, Unclear::Rejected),
        (404, Unclear::Rejected),
        (408, Unclear::Server),
        (409, Unclear::Conflict),
        (425, Unclear::Server),
        (429, Unclear::Throttled),
        (500, Unclear::Server),
        (503, Unclear::Server),
        (599, Unclear::Server),
        (100, Unclear::Malformed),
        (600, Unclear::Malformed),
    ];
    for (http_status, unclear) in starts {
        assert_eq!(
            start(http_status, "{}"),
            StartAnswer::Unknown(unclear),
            "{http_status}"
        );
    }
    let questions = [
        (301, StatusFailure::Rejected),
        (400, StatusFailure::Rejected),
        (401, StatusFailure::Unauthorized),
        (403, StatusFailure::Rejected),
        (404, StatusFailure::NotFound),
        (408, StatusFailure::Server),
        (409, StatusFailure::Rejected),
        (425, StatusFailure::Server),
        (429, StatusFailure::Throttled),
        (500, StatusFailure::Server),
        (0, StatusFailure::Rejected),
    ];
    for (http_status, failure) in questions {
        assert_eq!(
            status(http_status, "{}"),
            StatusAnswer::Failed(failure),
            "{http_status}"
        );
    }
}

#[test]
fn reasons_are_bounded_and_cleaned() {
    let long = "é".repeat(300);
    let reply = state(&json!({"status": "declined", "reason": long}).to_string());
    assert_eq!(reply.reason.map(|reason| reason.chars().count()), Some(256));
    let dirty = state(&json!({"status": "declined", "reason": "a\u{0}b\n\u{202e}c"}).to_string());
    assert_eq!(dirty.reason.as_deref(), Some("abc"));
    let empty = state(&json!({"status": "declined", "reason": "\u{1b}"}).to_string());
    assert_eq!(empty.reason, None);
}

#[test]
fn payment_ids_are_safe_as_one_segment_of_a_path() {
    let id = |value: Value| {
        state(&json!({"status": "pending", "payment_id": value}).to_string()).payment_id
    };
    for good in ["1", "krn:payment:eu1:request:7b9c", "a.b_c~d-e", "YWJj=="] {
        assert_eq!(id(json!(good)).as_deref(), Some(good));
    }
    assert_eq!(id(json!(42)).as_deref(), Some("42"));
    for bad in [
        "",
        ".",
        "..",
        "a/b",
        "a?b",
        "a#b",
        "a%2fb",
        "a b",
        "a\\b",
        "ä",
        &"x".repeat(257),
    ] {
        assert_eq!(id(json!(bad)), None, "{bad}");
    }
    assert_eq!(id(json!(1.5)), None);
    assert_eq!(id(json!(-1)), None);
}

#[test]
fn details_over_8_kib_are_dropped() {
    let details = |length: usize| {
        state(&json!({"status": "approved", "details": {"x": "y".repeat(length - 8)}}).to_string())
            .details
    };
    assert_eq!(
        details(MAX_DETAILS).map(|details| details.len()),
        Some(MAX_DETAILS)
    );
    assert_eq!(details(MAX_DETAILS + 1), None);
}

#[test]
fn absurd_lives_do_not_overflow() {
    let reply = state(r#"{"status":"pending","expires_in":18446744073709551615}"#);
    assert_eq!(reply.expires_in_ms, Some(i64::MAX));
}

#[test]
fn the_word_table_takes_the_backends_words_and_keeps_the_standard_ones() {
    let table = WordTable::with(&[
        ("PAID".into(), Word::Approved),
        ("open".into(), Word::Pending),
    ])
    .expect("the table is sound");
    for (text, word) in [
        ("PAID", Some(Word::Approved)),
        ("open", Some(Word::Pending)),
        ("paid", None),
        ("pending", Some(Word::Pending)),
        ("approved", Some(Word::Approved)),
        ("declined", Some(Word::Declined)),
        ("canceled", Some(Word::Canceled)),
        ("expired", Some(Word::Expired)),
        ("failed", Some(Word::Failed)),
        ("cancelled", None),
    ] {
        assert_eq!(table.word(text), word, "{text}");
    }
    let reply = read_status(200, br#"{"status":"PAID"}"#, &table);
    assert!(matches!(reply, StatusAnswer::Reply(reply) if reply.word == Some(Word::Approved)));
}

#[test]
fn the_word_table_refuses_what_would_mislead() {
    let refused =
        |text: &str, word| WordTable::with(&[(text.to_owned(), word)]).expect_err("it is refused");
    assert_eq!(
        refused("COMPLETED", Word::Approved),
        WordTableError::KlarnaState
    );
    assert_eq!(refused("refused", Word::Declined), WordTableError::Refused);
    assert_eq!(refused("failed", Word::Pending), WordTableError::Twice);
    assert_eq!(refused("", Word::Pending), WordTableError::Shape);
    assert_eq!(refused("a\nb", Word::Pending), WordTableError::Shape);
    assert_eq!(
        refused(&"x".repeat(65), Word::Pending),
        WordTableError::Shape
    );
    let twice = [
        ("x".to_owned(), Word::Approved),
        ("x".to_owned(), Word::Declined),
    ];
    assert_eq!(WordTable::with(&twice), Err(WordTableError::Twice));
    let many: Vec<_> = (0..65).map(|n| (n.to_string(), Word::Pending)).collect();
    assert_eq!(WordTable::with(&many), Err(WordTableError::TooMany));
    let again = [("approved".to_owned(), Word::Approved)];
    assert_eq!(WordTable::with(&again), Ok(WordTable::standard()));
}

#[test]
fn only_pending_is_not_final() {
    for (text, word) in [
        ("pending", Word::Pending),
        ("approved", Word::Approved),
        ("declined", Word::Declined),
        ("canceled", Word::Canceled),
        ("expired", Word::Expired),
        ("failed", Word::Failed),
    ] {
        assert_eq!(word.is_final(), text != "pending", "{text}");
    }
}

proptest! {
    #[test]
    fn no_body_panics_and_only_a_configured_word_is_ever_read(http_status: u16, body: Vec<u8>) {
        let _ = read_start(http_status, &body, &WordTable::standard());
        let _ = read_status(http_status, &body, &WordTable::standard());
    }

    #[test]
    fn a_word_is_read_exactly_when_it_is_one(text in "\\PC{0,12}|pending|approved|declined|canceled|expired|failed") {
        let known = ["pending", "approved", "declined", "canceled", "expired", "failed"].contains(&text.as_str());
        if text != "refused" {
            prop_assert_eq!(state(&json!({"status": text}).to_string()).word.is_some(), known);
        }
    }
}
