//! Runs `tests/vectors/{links,replies,words}.json`, every case of them, and checks each file of vectors against its schema.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use klarna_step_up::hosts::JourneyKind;
use klarna_step_up::links::{
    LinkKind, LinkNonce, Links, Nonce, ReadLink, RefusedReason, ReturnLinks,
};
use klarna_step_up::reply::{
    KlarnaState, StartAnswer, StatusAnswer, StatusFailure, StatusReply, Unclear, Word, WordTable,
    WordTableError, read_start, read_status,
};
use serde_json::{Map, Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// The file, checked against its schema.
fn load(name: &str) -> Value {
    let read = |file: &str| -> Value {
        let text = std::fs::read_to_string(folder().join(file)).expect("the file is there");
        serde_json::from_str(&text).expect("the file is JSON")
    };
    let vectors = read(&format!("{name}.json"));
    let schema = read(&format!("{name}.schema.json"));
    let validator = jsonschema::validator_for(&schema).expect("the schema is sound");
    let flaws: Vec<_> = validator
        .iter_errors(&vectors)
        .map(|flaw| format!("{}: {flaw}", flaw.instance_path()))
        .collect();
    assert!(flaws.is_empty(), "{name}.json: {flaws:#?}");
    vectors
}

/// Runs each case of a list, and asserts that what ran is what is in the file.
fn run(file: &str, list: &str, cases: &Value, mut check: impl FnMut(&Value)) {
    let cases = cases.as_array().expect("a list");
    let in_file: BTreeSet<&str> = cases.iter().map(|case| text(case, "name")).collect();
    assert_eq!(
        in_file.len(),
        cases.len(),
        "{file} {list}: names are unique"
    );
    let mut executed = BTreeSet::new();
    for case in cases {
        check(case);
        executed.insert(text(case, "name"));
    }
    assert_eq!(executed, in_file, "{file} {list}");
    assert!(!executed.is_empty(), "{file} {list}");
    println!("{file} {list}: {} cases", executed.len());
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect(field)
}

fn padding(case: &Value, with: &str) -> String {
    let times = case["pad"].as_u64().unwrap_or(0);
    with.repeat(usize::try_from(times).expect("a sensible number"))
}

fn return_links(value: &Value) -> ReturnLinks {
    ReturnLinks {
        handover: text(value, "handover").to_owned(),
        completion: text(value, "completion").to_owned(),
        fallback_scheme: value["fallback_scheme"].as_str().map(str::to_owned),
    }
}

/// A file without a schema would be looked at by nobody but its own test.
#[test]
fn every_file_of_vectors_is_what_its_schema_says() {
    let names = std::fs::read_dir(folder()).expect("the folder is there");
    let names: BTreeSet<String> = names
        .map(|file| file.expect("an entry").file_name())
        .filter_map(|name| {
            name.to_string_lossy()
                .strip_suffix(".json")
                .map(str::to_owned)
        })
        .collect();
    let (schemas, vectors): (Vec<_>, Vec<_>) =
        names.iter().partition(|name| name.ends_with(".schema"));
    for name in &vectors {
        load(name);
    }
    // The golden traces are a folder; their own test checks each.
    assert_eq!(schemas.len(), vectors.len() + 1, "{schemas:?} {vectors:?}");
    assert!(schemas.iter().any(|name| *name == "traces.schema"));
    println!("{} files of vectors and their schemas", vectors.len());
}

#[test]
fn links() {
    let vectors = load("links");
    let nonce = Nonce::parse(text(&vectors, "attempt_nonce")).expect("a nonce");
    let configured = |case: &Value| {
        let configuration = &vectors["configurations"][text(case, "configuration")];
        Links::parse(
            &return_links(configuration),
            text(configuration, "nonce") == "query",
        )
        .expect("sound links")
    };
    run("links.json", "reads", &vectors["reads"], |case| {
        let uri = [text(case, "uri"), &padding(case, "x")].concat();
        let read = match configured(case).read(&uri) {
            ReadLink::NotOurs => json!({"not_ours": true}),
            ReadLink::Refused(reason) => json!({"refused": refused_name(reason)}),
            ReadLink::Ours { kind, nonce: read } => {
                let kind = match kind {
                    LinkKind::Handover => "handover",
                    LinkKind::Completion => "completion",
                    LinkKind::Ambiguous => "ambiguous",
                };
                let read = match read {
                    LinkNonce::Missing => "missing",
                    LinkNonce::Malformed => "malformed",
                    LinkNonce::Present(read) => {
                        assert!(read.matches(&nonce), "{case}");
                        "present"
                    }
                };
                json!({"ours": kind, "nonce": read})
            }
        };
        assert_eq!(read, case["expect"], "{case:.300}");
    });
    run("links.json", "writes", &vectors["writes"], |case| {
        let links = configured(case);
        let form = links.form(case["https_links"] == true);
        let made = links.for_attempt(&nonce, form.clone());
        let callback = links.callback(form);
        let mut written = json!({
            "handover": made.handover.expose(),
            "completion": made.completion.expose(),
            "callback_scheme": callback.scheme,
        });
        if let Some((host, path)) = callback.https_host_path {
            written["callback_https"] = json!([host, path]);
        }
        assert_eq!(written, case["expect"], "{case}");
    });
    run(
        "links.json",
        "refused_configurations",
        &vectors["refused_configurations"],
        |case| {
            let refused =
                Links::parse(&return_links(&case["links"]), true).expect_err(text(case, "name"));
            assert_eq!(refused.field, text(case, "field"), "{case}");
        },
    );
}

fn refused_name(reason: RefusedReason) -> &'static str {
    match reason {
        RefusedReason::TooLong => "too_long",
        RefusedReason::Unreadable => "unreadable",
        RefusedReason::UserInfo => "user_info",
        RefusedReason::PortDiffers => "port_differs",
        RefusedReason::WrongNonce => "wrong_nonce",
        RefusedReason::MalformedNonce => "malformed_nonce",
        RefusedReason::RepeatedNonce => "repeated_nonce",
    }
}

#[test]
fn replies() {
    let vectors = load("replies");
    run("replies.json", "cases", &vectors["cases"], |case| {
        let body = case["text"]
            .as_str()
            .map_or_else(|| case["json"].to_string(), str::to_owned);
        let body = [body, padding(case, " ")].concat();
        let http_status = case["http_status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok())
            .expect("an HTTP status");
        let words = WordTable::standard();
        let read = if text(case, "answer_to") == "start" {
            match read_start(http_status, body.as_bytes(), &words) {
                StartAnswer::Reply(reply) => json!({"reply": reply_json(reply)}),
                StartAnswer::Refused { reason } => {
                    json!({"refused": present([("reason", reason.map(Value::from))])})
                }
                StartAnswer::Unknown(unclear) => json!({"unknown": unclear_name(unclear)}),
            }
        } else {
            match read_status(http_status, body.as_bytes(), &words) {
                StatusAnswer::Reply(reply) => json!({"reply": reply_json(reply)}),
                StatusAnswer::Failed(failure) => json!({"failed": failure_name(failure)}),
            }
        };
        assert_eq!(read, case["expect"], "{case:.300}");
    });
}

/// Only the fields that are there.
fn present<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

fn reply_json(reply: StatusReply) -> Map<String, Value> {
    let journey = reply.journey.map(|journey| {
        let kind = match journey.kind {
            JourneyKind::PaymentRequestUrl => "payment_request_url",
            JourneyKind::RedirectUrl => "redirect_url",
        };
        Value::Object(present([
            ("url", Some(journey.url.expose().into())),
            ("kind", Some(kind.into())),
            (
                "payment_request_id",
                journey.payment_request_id.map(|id| id.expose().into()),
            ),
        ]))
    });
    let klarna_state = reply.klarna_state.map(|state| match state {
        KlarnaState::Submitted => "submitted",
        KlarnaState::InProgress => "in_progress",
        KlarnaState::Completed => "completed",
        KlarnaState::Other => "other",
    });
    present([
        ("word", reply.word.map(|word| word_name(word).into())),
        ("reason", reply.reason.map(Value::from)),
        ("version", reply.version.map(Value::from)),
        ("expires_at_ms", reply.expires_at_ms.map(Value::from)),
        ("expires_in_ms", reply.expires_in_ms.map(Value::from)),
        ("payment_id", reply.payment_id.map(Value::from)),
        ("journey", journey),
        ("klarna_state", klarna_state.map(Value::from)),
        ("details", reply.details.map(Value::from)),
    ])
}

fn unclear_name(unclear: Unclear) -> &'static str {
    match unclear {
        Unclear::Server => "server",
        Unclear::Conflict => "conflict",
        Unclear::Unauthorized => "unauthorized",
        Unclear::Throttled => "throttled",
        Unclear::Malformed => "malformed",
        Unclear::TooLarge => "too_large",
        Unclear::Rejected => "rejected",
        Unclear::Redirect => "redirect",
    }
}

fn failure_name(failure: StatusFailure) -> &'static str {
    match failure {
        StatusFailure::NotSent => "not_sent",
        StatusFailure::MaybeSent => "maybe_sent",
        StatusFailure::Server => "server",
        StatusFailure::Unauthorized => "unauthorized",
        StatusFailure::NotFound => "not_found",
        StatusFailure::Throttled => "throttled",
        StatusFailure::Malformed => "malformed",
        StatusFailure::Rejected => "rejected",
    }
}

const WORDS: [Word; 6] = [
    Word::Pending,
    Word::Approved,
    Word::Declined,
    Word::Canceled,
    Word::Expired,
    Word::Failed,
];

fn word_name(word: Word) -> &'static str {
    match word {
        Word::Pending => "pending",
        Word::Approved => "approved",
        Word::Declined => "declined",
        Word::Canceled => "canceled",
        Word::Expired => "expired",
        Word::Failed => "failed",
    }
}

#[test]
fn words() {
    let vectors = load("words");
    run("words.json", "cases", &vectors["cases"], |case| {
        let entries: Vec<(String, Word)> = case["table"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|entry| {
                let word = WORDS
                    .into_iter()
                    .find(|word| entry[1] == word_name(*word))
                    .expect("a word");
                (entry[0].as_str().expect("a text").to_owned(), word)
            })
            .collect();
        match WordTable::with(&entries) {
            Ok(table) => {
                let expected = case["words"].as_object().expect("the table is accepted");
                for (text, word) in expected {
                    assert_eq!(
                        json!(table.word(text).map(word_name)),
                        *word,
                        "{case} {text}"
                    );
                }
            }
            Err(refused) => {
                let name = match refused {
                    WordTableError::TooMany => "too_many",
                    WordTableError::Shape => "shape",
                    WordTableError::Twice => "twice",
                    WordTableError::Refused => "refused",
                    WordTableError::KlarnaState => "klarna_state",
                };
                assert_eq!(case["refused"], name, "{case}");
            }
        }
    });
}
