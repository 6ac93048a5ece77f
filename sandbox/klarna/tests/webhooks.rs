//! Webhooks as the Acquiring Partner's server receives them.

mod world;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use stepup_sandbox_klarna::{KlarnaFaults, Secret, SigningKey, WebhookFaults};
use world::{Arrival, HOUR_MS, KEY, KEY_ID, START_MS, order, world, world_with};

fn is_signed_with(arrival: &Arrival, key: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(&arrival.raw);
    let signature: Option<Vec<u8>> = (0..arrival.signature.len() / 2)
        .map(|nth| u8::from_str_radix(arrival.signature.get(2 * nth..2 * nth + 2)?, 16).ok())
        .collect();
    let lower_case = arrival.signature == arrival.signature.to_lowercase();
    lower_case && mac.verify_slice(&signature.unwrap_or_default()).is_ok()
}

fn faults(webhook: WebhookFaults) -> KlarnaFaults {
    KlarnaFaults {
        webhook,
        ..KlarnaFaults::default()
    }
}

fn seconds(arrivals: &[Arrival]) -> Vec<i64> {
    arrivals
        .iter()
        .map(|arrival| (arrival.at_ms - START_MS) / 1_000)
        .collect()
}

#[tokio::test]
async fn every_state_change_is_told_in_order_signed_and_with_the_token_when_completed() {
    let world = world().await;
    let (id, token) = world.approved(&order()).await;
    world.settle().await;
    assert_eq!(
        world.backend.event_names(),
        ["submitted", "in-progress", "completed"]
    );
    let arrivals = world.backend.arrivals();
    assert!(
        arrivals
            .iter()
            .all(|arrival| arrival.key_id == KEY_ID && is_signed_with(arrival, KEY))
    );
    let body = &arrivals[2].body;
    assert_eq!(
        body["metadata"]["event_type"],
        "payment.request.state-change.completed"
    );
    assert_eq!(body["metadata"]["event_version"], "v2");
    assert_eq!(body["metadata"]["live"], false);
    assert_eq!(body["metadata"]["subject_account_id"], world::ACCOUNT);
    assert_eq!(body["payload"]["payment_request_id"], id);
    assert_eq!(
        body["payload"]["payment_request_reference"],
        "acquiring-partner-request-reference-1234"
    );
    assert_eq!(
        (
            &body["payload"]["state"],
            &body["payload"]["previous_state"]
        ),
        (&"COMPLETED".into(), &"IN_PROGRESS".into())
    );
    assert_eq!(
        body["payload"]["state_context"]["klarna_network_session_token"],
        token
    );
    assert_eq!(body["payload"]["klarna_network_session_token"], token);
    let before = String::from_utf8_lossy(&arrivals[1].raw).into_owned();
    assert!(!before.contains("session-token"));
    let mut ids: Vec<&str> = arrivals.iter().map(Arrival::event_id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn cancelling_expiring_denying_and_aborting_are_told_too() {
    let world = world().await;
    let (canceled, _) = world.step_up(&order()).await;
    world.cancel(&canceled).await;
    let (expired, _) = world.step_up(&order()).await;
    assert!(world.klarna.expire(&expired));
    let (_, url) = world.step_up(&order()).await;
    let mut browser = world.browser();
    browser.walk_to_review(&url).await;
    browser.act("abort", &[]).await;
    browser.walk_to_review(&url).await;
    browser.act("deny", &[]).await;
    world.settle().await;
    let of = |id: &str| {
        let arrivals = world.backend.arrivals().into_iter();
        arrivals
            .filter(|it| it.body["payload"]["payment_request_id"] == id)
            .map(|it| it.body["payload"]["state"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&canceled), ["SUBMITTED", "CANCELED"]);
    assert_eq!(of(&expired), ["SUBMITTED", "EXPIRED"]);
    let names = world.backend.event_names();
    assert_eq!(
        names[names.len() - 5..],
        [
            "submitted",
            "in-progress",
            "submitted",
            "in-progress",
            "declined"
        ]
    );
}

#[tokio::test]
async fn what_is_not_acknowledged_is_repeated_on_schedule_and_then_given_up() {
    let world = world_with(|config| {
        config.webhook_events = vec!["payment.request.state-change.completed".into()];
    })
    .await;
    world
        .backend
        .will_answer(&[500, 400, 302, 404, 503, 203, 500, 200]);
    world.approved(&order()).await;
    world.pass(40 * HOUR_MS).await;
    let arrivals = world.backend.arrivals();
    let minutes = |minutes: i64| minutes * 60;
    let mut at = 0;
    let schedule: Vec<i64> = [
        0,
        10,
        minutes(2),
        minutes(15),
        minutes(180),
        minutes(360),
        minutes(720),
    ]
    .into_iter()
    .map(|wait| {
        at += wait;
        at
    })
    .collect();
    assert_eq!(seconds(&arrivals), schedule);
    assert!(
        arrivals
            .iter()
            .all(|it| it.event_id() == arrivals[0].event_id() && it.raw == arrivals[0].raw)
    );
    assert_eq!(world.clock.next_sleeper(), None, "given up");
}

#[tokio::test]
async fn an_acknowledgement_ends_the_repeating() {
    for status in [200, 201, 202, 204] {
        let world = world_with(|config| {
            config.webhook_events = vec![
                "payment.request.*completed".into(),
                "*.x".into(),
                "payment.request.state-change.comp*".into(),
            ];
        })
        .await;
        world.backend.will_answer(&[500, status]);
        world.approved(&order()).await;
        world.pass(40 * HOUR_MS).await;
        assert_eq!(seconds(&world.backend.arrivals()), [0, 10], "{status}");
    }
}

#[tokio::test]
async fn a_failing_event_does_not_hold_up_the_next() {
    let world = world().await;
    world.backend.will_answer(&[500]);
    world.approved(&order()).await;
    world.settle().await;
    assert_eq!(
        world.backend.event_names(),
        ["submitted", "in-progress", "completed"]
    );
    world.pass(10_000).await;
    assert_eq!(
        world.backend.event_names()[3],
        "submitted",
        "late and out of order"
    );
}

#[tokio::test]
async fn a_new_signing_key_also_signs_repetitions_of_older_events() {
    let world = world_with(|config| {
        config.webhook_events = vec![
            "*completed".into(),
            "payment.request.state-change.c*".into(),
        ];
    })
    .await;
    world.backend.will_answer(&[500]);
    world.approved(&order()).await;
    world.settle().await;
    world.klarna.rotate_signing_key(SigningKey {
        id: "second".into(),
        secret: Secret::new("another key"),
    });
    world.pass(10_000).await;
    let arrivals = world.backend.arrivals();
    assert_eq!(arrivals.len(), 2);
    assert!(arrivals[0].key_id == KEY_ID && is_signed_with(&arrivals[0], KEY));
    assert!(arrivals[1].key_id == "second" && is_signed_with(&arrivals[1], "another key"));
    assert_eq!(arrivals[0].event_id(), arrivals[1].event_id());
}

#[tokio::test]
async fn webhooks_can_be_dropped_lost_doubled_and_delayed() {
    let completed = || WebhookFaults {
        event: Some("completed".into()),
        ..WebhookFaults::default()
    };
    let cases = [
        (
            WebhookFaults {
                drop: true,
                ..completed()
            },
            vec![],
        ),
        (
            WebhookFaults {
                lose_first: 2,
                ..completed()
            },
            vec![130],
        ),
        (
            WebhookFaults {
                extra_copies: 2,
                ..completed()
            },
            vec![0, 0, 0],
        ),
        (
            WebhookFaults {
                delay_ms: 30_000,
                ..completed()
            },
            vec![30],
        ),
    ];
    for (fault, expected) in cases {
        let world = world().await;
        world.klarna.set_faults(faults(fault.clone()));
        let (id, _) = world.approved(&order()).await;
        world.pass(HOUR_MS).await;
        let arrivals: Vec<Arrival> = world
            .backend
            .arrivals()
            .into_iter()
            .filter(|it| it.event_type().ends_with(".completed"))
            .collect();
        assert_eq!(seconds(&arrivals), expected, "{fault:?}");
        assert!(
            arrivals
                .iter()
                .all(|it| it.event_id() == arrivals[0].event_id())
        );
        assert_eq!(
            world
                .backend
                .event_names()
                .iter()
                .filter(|name| *name != "completed")
                .count(),
            2
        );
        let lost = world
            .record(&id)
            .deliveries
            .iter()
            .filter(|delivery| delivery.status.is_none())
            .count();
        assert_eq!(lost, usize::try_from(fault.lose_first).expect("small"));
    }
}

#[tokio::test]
async fn webhooks_can_arrive_out_of_order() {
    let world = world().await;
    world.klarna.set_faults(faults(WebhookFaults {
        reorder: true,
        ..WebhookFaults::default()
    }));
    world.approved(&order()).await;
    world.settle().await;
    let names = world.backend.event_names();
    assert_eq!(names.len(), 3);
    assert_eq!(names[0], "completed");
}

#[tokio::test]
async fn a_forged_webhook_carries_a_wrong_signature_and_is_in_the_books() {
    let world = world().await;
    let forge = WebhookFaults {
        forge: true,
        event: Some("submitted".into()),
        ..WebhookFaults::default()
    };
    world.klarna.set_faults(faults(forge));
    world.backend.will_answer(&[400]);
    let (id, _) = world.step_up(&order()).await;
    world.settle().await;
    assert_eq!(world.backend.event_names(), ["completed", "submitted"]);
    let arrivals = world.backend.arrivals();
    assert!(!is_signed_with(&arrivals[0], KEY) && is_signed_with(&arrivals[1], KEY));
    assert_eq!(arrivals[0].key_id, KEY_ID);
    assert_eq!(arrivals[0].body["payload"]["payment_request_id"], id);
    let deliveries = world.record(&id).deliveries;
    let seen: Vec<_> = deliveries
        .iter()
        .map(|delivery| (delivery.forged, delivery.status))
        .collect();
    assert_eq!(
        seen,
        [(true, Some(400)), (false, Some(200))],
        "a forgery is not repeated"
    );
}

#[tokio::test]
async fn books_hold_no_secrets_and_survive_json() {
    let world = world().await;
    let (id, token) = world.approved(&order()).await;
    world.authorize("f", Some(&token), &order()).await;
    world.settle().await;
    let json = serde_json::to_string(&world.klarna.books()).expect("JSON");
    let opaque = world.url.clone();
    assert!(!json.contains(&token) && !json.contains(KEY) && !json.contains(&opaque));
    let back: Vec<stepup_sandbox_klarna::KlarnaRecord> =
        serde_json::from_str(&json).expect("the same again");
    assert_eq!(back, world.klarna.books());
    assert_eq!(back[0].payment_request_id.as_deref(), Some(id.as_str()));
    let faults: KlarnaFaults =
        serde_json::from_str(r#"{"webhook":{"drop":true}}"#).expect("partial faults");
    assert!(faults.webhook.drop);
}
