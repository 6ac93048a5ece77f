//! Every exchange that `docs/backend-guide.md` shows is one of this acquirer's.

use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::klarna::{Answer, Kind, TOKEN};
use crate::world::{Reply, SIGNING_KEY, World, sign};

const GUIDE: &str = include_str!("../../../../docs/backend-guide.md");
/// The attempt of the guide's first request.
const ATTEMPT: &str = "018f4c2e9b7d4d0aa6c1e52f7b3d9c40";
/// Fields whose values are made up anew every time, and how they begin.
const MADE_UP: [(&str, &str); 6] = [
    ("payment_id", "pay_"),
    ("payment_request_reference", "pay_"),
    ("payment_request_id", "krn:payment:eu1:request:"),
    ("payment_transaction_id", "krn:payment:eu1:transaction:"),
    (
        "payment_request_url",
        "https://pay.test.klarna.com/eu/requests/",
    ),
    ("redirect_url", "http"),
];
const TIMES: [&str; 2] = ["expires_at", "approved_at"];

/// A block of the guide: a request or a reply.
struct Block {
    first_line: String,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Block {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, "null"));
        let mut lines = head.trim().lines();
        let first_line = lines.next().expect("a first line").to_owned();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").expect("a header");
            (name.to_owned(), value.to_owned())
        });
        Self {
            first_line,
            headers: headers.collect(),
            body: serde_json::from_str(body).expect(body),
        }
    }

    fn path(&self) -> &str {
        self.first_line.split(' ').nth(1).expect("a path")
    }

    /// Whether it is what was answered, but for what is made up.
    fn is(&self, reply: &Reply) {
        let status = self.first_line.split(' ').next().expect("a status");
        assert_eq!(status, reply.status.as_str());
        assert_eq!(plain(&self.body), plain(&reply.json));
    }

    /// As it stands, but for the session: this world knows none.
    async fn send(&self, world: &World, operation: (&str, &str)) -> Reply {
        let method = self.first_line.split(' ').next().expect("a method");
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = world.request(method, self.path());
        for (name, value) in &self.headers {
            if name != "Authorization" {
                request = request.header(name, value);
            }
        }
        if !self.body.is_null() {
            request = request.body(self.body.to_string());
        }
        world.send(request, operation).await
    }
}

/// All blocks of a kind between two headings.
fn blocks<'a>(kind: &str, from: &str, to: &str) -> Vec<&'a str> {
    let begin = GUIDE.find(from).expect(from);
    let end = begin + GUIDE[begin..].find(to).expect(to);
    let fence = format!("```{kind}\n");
    let section = &GUIDE[begin..end];
    section
        .split(fence.as_str())
        .skip(1)
        .map(|rest| rest.split("```").next().expect("an end"))
        .collect()
}

/// With every made-up value cut down to how it begins.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let made_up = MADE_UP.iter().find(|(made_up, _)| made_up == name);
                let value = match (made_up, value.as_str()) {
                    (Some((_, start)), Some(text)) => {
                        assert!(text.starts_with(start), "{name}: {text}");
                        json!(start)
                    }
                    (None, Some(text)) if TIMES.contains(&name.as_str()) => {
                        OffsetDateTime::parse(text, &Rfc3339).expect(text);
                        json!("a time")
                    }
                    _ => plain(value),
                };
                (name.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn every_exchange_of_the_guide_is_a_real_one() {
    const START: (&str, &str) = ("post", "/payments");
    const STATUS: (&str, &str) = ("get", "/payments/{id}");
    const CANCEL: (&str, &str) = ("post", "/payments/{id}/cancel");
    let blocks: Vec<Block> = blocks("http", "## Three requests", "## Klarna's side")
        .into_iter()
        .map(Block::read)
        .collect();
    let [
        start,
        by_klarna,
        by_redirect,
        approved_at_once,
        declined_at_once,
        not_decided,
        refused,
        status,
        completed,
        approved,
        unknown,
        cancel,
        canceled,
        never_started,
        too_late,
    ] = &blocks[..]
    else {
        panic!("the guide has {} exchanges", blocks.len());
    };
    let world = World::new().await;
    let order = |reference: &str, field: &str, value: Value| {
        let mut order = start.body.clone();
        order["reference"] = json!(reference);
        order[field] = value;
        order
    };

    by_klarna.is(&start.send(&world, START).await);
    let news = world.klarna.payload("IN_PROGRESS", "2026-11-25T09:01:00Z");
    world.webhook("e1", news).await;
    world.klarna.second([Answer::Hold]);
    let (reply, _) = tokio::join!(status.send(&world, STATUS), world.completed("e2"));
    completed.is(&reply);
    let (reply, ()) = tokio::join!(world.wait(ATTEMPT, 25, reply.version()), async {
        world.klarna.release();
    });
    approved.is(&reply);
    approved.is(&cancel.send(&world, CANCEL).await);

    let redirected = order("43", "reply", json!("redirect"));
    by_redirect.is(&world.start_with("a2", &redirected).await);
    canceled.is(&world.cancel("a2").await);
    unknown.is(&world.status("a3").await);
    never_started.is(&world.cancel("a3").await);
    let late = order("43", "amount", json!(11_800));
    too_late.is(&world.start_with("a3", &late).await);
    refused.is(&world
        .start_with("a4", &order("45", "amount", json!(0)))
        .await);

    world
        .klarna
        .first([Answer::Approve, Answer::Decline, Answer::Hold]);
    let others = ["44", "46", "47"].map(|reference| order(reference, "amount", json!(11_800)));
    approved_at_once.is(&world.start_with("a5", &others[0]).await);
    declined_at_once.is(&world.start_with("a6", &others[1]).await);
    not_decided.is(&world.start_with("a7", &others[2]).await);
}

#[tokio::test]
async fn what_the_guide_sends_to_klarna_is_what_klarna_gets() {
    let world = World::new().await;
    let request = blocks("http", "### Start", "### Status")[0];
    let request = Block::read(request);
    request.send(&world, ("post", "/payments")).await;
    let sent = world.klarna.calls(Kind::First).remove(0).body;

    let shown = blocks("json", "**Call 1**", "**Call 2**").remove(0);
    let mut shown: Value = serde_json::from_str(shown).expect("JSON");
    let config = |value: &Value, link: &str| {
        let config = &value["step_up_config"]["customer_interaction_config"];
        config[link].as_str().expect("a link").to_owned()
    };
    // The page's name is made up; all around it is not.
    let page = "/klarna/return/";
    let (ours, theirs) = (config(&sent, "return_url"), config(&shown, "return_url"));
    let rest = |link: &str| {
        let (_, behind) = link.split_once(page).expect("our own page");
        behind[32..].to_owned()
    };
    assert_eq!(rest(&ours), rest(&theirs));
    shown["step_up_config"]["customer_interaction_config"]["return_url"] = json!(ours);
    assert_eq!(
        plain(&shown["step_up_config"]),
        plain(&sent["step_up_config"])
    );
}

#[tokio::test]
async fn the_webhook_of_the_guide_finalises_a_payment() {
    let world = World::new().await;
    let payment = world.start("a1").await;
    let shown = blocks("http", "## Webhooks", "## A design that works").remove(0);
    let shown = Block::read(shown);
    let mut event = shown.body.clone();
    event["payload"]["payment_request_reference"] = payment.json["payment_id"].clone();
    event["payload"]["payment_request_id"] = payment.json["klarna"]["payment_request_id"].clone();
    event["payload"]["state_context"]["klarna_network_session_token"] = json!(TOKEN);
    let body = event.to_string();
    let names: Vec<_> = shown.headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(
        names,
        ["Klarna-Signing-Key-Id", "Klarna-Signature", "Content-Type"]
    );
    assert_eq!(shown.path(), "/klarna/webhooks");
    let signature = sign(SIGNING_KEY, &body);
    let reply = world.raw_webhook("key-1", &signature, body).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(world.status("a1").await.word(), "approved");
}
