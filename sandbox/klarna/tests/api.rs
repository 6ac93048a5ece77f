//! Authorize, read and cancel, as an Acquiring Partner's server uses them.

mod world;

use reqwest::Method;
use serde_json::json;
use stepup_sandbox_klarna::{
    AuthorizeFaults, Klarna, KlarnaConfig, KlarnaFaults, PaymentState, Secret,
};
use world::{ACCOUNT, API_KEY, HOUR_MS, order, order_of, send, world, world_with};

#[tokio::test]
async fn a_step_up_has_both_data_points_and_they_share_no_identifier() {
    let world = world().await;
    let answer = world.authorize("k1", None, &order()).await;
    assert_eq!((answer.status, answer.result()), (200, "STEP_UP_REQUIRED"));
    let request = &answer.body["payment_request"];
    assert_eq!(request["state"], "SUBMITTED");
    assert_eq!(request["amount"], 11800);
    assert_eq!(request["currency"], "USD");
    assert_eq!(
        request["payment_request_reference"],
        "acquiring-partner-request-reference-1234"
    );
    assert_eq!(request["created_at"], "2026-11-25T00:00:00.000000000Z");
    assert_eq!(request["expires_at"], "2026-11-25T03:00:00.000000000Z");
    let interaction = &request["state_context"]["customer_interaction"];
    assert_eq!(interaction["method"], "HANDOVER");
    let id = interaction["payment_request_id"].as_str().expect("an id");
    let url = interaction["payment_request_url"].as_str().expect("a URL");
    assert_eq!(request["payment_request_id"], id);
    let uuid = id.strip_prefix("krn:payment:eu1:request:").expect("a KRN");
    assert!(
        url.starts_with(&format!("{}/eu/requests/", world.url)) && url.ends_with("/start"),
        "{url}"
    );
    assert!(!url.contains(uuid));

    let read = world.read(id).await;
    assert_eq!(read.status, 200);
    assert_eq!(&read.body, request);
    assert_eq!(world.record(id).state, Some(PaymentState::Submitted));
}

#[tokio::test]
async fn test_customers_are_decided_at_once() {
    let world = world().await;
    let approved = world
        .authorize("k1", None, &order_of("approved-at-once"))
        .await;
    assert_eq!((approved.status, approved.result()), (200, "APPROVED"));
    let transaction = &approved.body["payment_transaction_response"]["payment_transaction"];
    assert_eq!(
        transaction["payment_transaction_reference"],
        "acquiring-partner-transaction-reference-1234"
    );
    assert_eq!(
        (&transaction["amount"], &transaction["currency"]),
        (&json!(11800), &json!("USD"))
    );
    let declined = world
        .authorize("k2", None, &order_of("declined-at-once"))
        .await;
    assert_eq!((declined.status, declined.result()), (200, "DECLINED"));
    let books = world.klarna.books();
    assert_eq!(
        (books[0].transactions.len(), books[1].transactions.len()),
        (1, 0)
    );
    assert_eq!(books[0].payment_request_id, None);
    world.settle().await;
    assert!(
        world.backend.arrivals().is_empty(),
        "no payment request, no event"
    );
}

#[tokio::test]
async fn the_same_key_gets_the_first_result_for_a_day_and_serves_no_other_request() {
    let world = world().await;
    let first = world.authorize("k1", None, &order()).await;
    world.pass(24 * HOUR_MS - 1).await;
    let again = world.authorize("k1", None, &order()).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(world.klarna.books().len(), 1);

    let mut other = order();
    other["request_payment_transaction"]["amount"] = json!(1);
    assert_eq!(
        world.authorize("k1", None, &other).await.error(),
        (409, "RESOURCE_CONFLICT")
    );

    world.pass(1).await;
    let fresh = world.authorize("k1", None, &order()).await;
    assert_ne!(
        fresh.body["payment_request"]["payment_request_id"],
        first.body["payment_request"]["payment_request_id"]
    );
    let calls: Vec<bool> = world.klarna.books()[0]
        .authorize_calls
        .iter()
        .map(|call| call.repeated)
        .collect();
    assert_eq!(calls, [false, true]);
}

#[tokio::test]
async fn a_refused_call_is_not_kept_under_its_key() {
    let world = world().await;
    let mut wrong = order();
    wrong["currency"] = json!("XXX");
    assert_eq!(
        world.authorize("k1", None, &wrong).await.error(),
        (400, "VALIDATION_ERROR")
    );
    assert_eq!(
        world.authorize("k1", None, &order()).await.result(),
        "STEP_UP_REQUIRED"
    );
}

#[tokio::test]
async fn requests_expire_by_themselves_and_only_while_open() {
    let world = world_with(|config| config.request_life_ms = 1_000).await;
    let (open, _) = world.step_up(&order()).await;
    let (completed, _) = world.approved(&order()).await;
    world.pass(999).await;
    assert_eq!(world.read(&open).await.body["state"], "SUBMITTED");
    world.pass(1).await;
    assert_eq!(
        world.record(&open).state,
        Some(PaymentState::Expired),
        "without anybody asking"
    );
    assert_eq!(world.read(&completed).await.body["state"], "COMPLETED");
    assert_eq!(world.clock.next_sleeper(), None);
    let mut custom = order();
    custom["step_up_config"]["customer_interaction_config"]["interaction_expiry"] =
        json!("2026-11-25T00:05:00Z");
    let (id, _) = world.step_up(&custom).await;
    world.pass(298_000).await;
    assert_eq!(world.read(&id).await.body["state"], "SUBMITTED");
    world.pass(2_000).await;
    assert_eq!(world.read(&id).await.body["state"], "EXPIRED");
    assert!(!world.klarna.expire(&id), "ended already");
}

#[tokio::test]
async fn only_open_requests_can_be_cancelled() {
    let world = world().await;
    let (submitted, _) = world.step_up(&order()).await;
    let canceled = world.cancel(&submitted).await;
    assert_eq!(
        (canceled.status, canceled.body["state"].as_str()),
        (200, Some("CANCELED"))
    );
    assert_eq!(canceled.body["state_reason"], "PARTNER_CANCELED");
    assert_eq!(canceled.body["previous_state"], "SUBMITTED");
    assert_eq!(world.cancel(&submitted).await.body, canceled.body);

    let (in_progress, url) = world.step_up(&order()).await;
    world.browser().open(&url).await;
    assert_eq!(world.cancel(&in_progress).await.body["state"], "CANCELED");

    let (completed, _) = world.approved(&order()).await;
    assert_eq!(
        world.cancel(&completed).await.error(),
        (409, "RESOURCE_CONFLICT")
    );
    let (expired, _) = world.step_up(&order()).await;
    assert!(world.klarna.expire(&expired));
    assert_eq!(
        world.cancel(&expired).await.error(),
        (409, "RESOURCE_CONFLICT")
    );
    assert_eq!(
        world.cancel("krn:payment:eu1:request:none").await.error(),
        (404, "RESOURCE_NOT_FOUND")
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_said_by_field() {
    let world = world().await;
    let cases = [
        ("/currency", json!("usdollar"), "currency"),
        (
            "/request_payment_transaction/amount",
            json!(0),
            "request_payment_transaction.amount",
        ),
        (
            "/request_payment_transaction/amount",
            json!(1.5),
            "request_payment_transaction.amount",
        ),
        (
            "/request_payment_transaction/payment_transaction_reference",
            json!(null),
            "request_payment_transaction.payment_transaction_reference",
        ),
        (
            "/supplementary_purchase_data/line_items/0/quantity",
            json!(0),
            "supplementary_purchase_data.line_items[0].quantity",
        ),
        (
            "/step_up_config/customer_interaction_config/method",
            json!("REDIRECT"),
            "step_up_config.customer_interaction_config.method",
        ),
        (
            "/step_up_config/customer_interaction_config/return_url",
            json!("shop://x"),
            "step_up_config.customer_interaction_config.return_url",
        ),
        (
            "/step_up_config/customer_interaction_config/app_return_url",
            json!("shop:x"),
            "step_up_config.customer_interaction_config.app_return_url",
        ),
        (
            "/step_up_config/customer_interaction_config",
            json!({ "method": "HANDOVER" }),
            "step_up_config.customer_interaction_config",
        ),
        ("/step_up_config", json!(null), "step_up_config"),
    ];
    for (path, value, blamed) in cases {
        let mut body = order();
        *body.pointer_mut(path).expect("there") = value;
        let answer = world.authorize("k", None, &body).await;
        assert_eq!(
            (answer.error(), answer.first_invalid()),
            ((400, "VALIDATION_ERROR"), blamed),
            "{}",
            answer.body
        );
        assert!(answer.body["error_id"].is_string() && answer.body["error_message"].is_string());
        assert_eq!(answer.body["error_type"], "INPUT_ERROR");
    }
    assert!(world.klarna.books().is_empty());
}

#[tokio::test]
async fn calls_without_right_key_account_or_headers_are_refused() {
    let world = world().await;
    let at = |account: &str| format!("{}/v2/accounts/{account}/payment/authorize", world.url);
    let post = |authorization: &str| {
        let request = world
            .http
            .post(at(ACCOUNT))
            .header("Klarna-Idempotency-Key", "k")
            .json(&order());
        request.header("Authorization", authorization)
    };
    for wrong in ["", "Basic wrong", "Basic", &format!("Bearer {API_KEY}")] {
        assert_eq!(
            send(post(wrong)).await.error(),
            (401, "UNAUTHORIZED"),
            "{wrong}"
        );
    }
    // base64 of the key
    let answer = send(post("Basic a2xhcm5hLWFwaS1rZXktb2YtdGhlLXRlc3Rz")).await;
    assert_eq!(answer.result(), "STEP_UP_REQUIRED");
    let elsewhere = world
        .http
        .post(at("krn:partner:global:account:test:OTHER"))
        .json(&order());
    let elsewhere = elsewhere.header("Authorization", format!("Basic {API_KEY}"));
    assert_eq!(send(elsewhere).await.error(), (403, "OPERATION_FORBIDDEN"));

    let keyless = send(world.api(Method::POST, "authorize").json(&order())).await;
    assert_eq!(
        (keyless.error(), keyless.first_invalid()),
        ((400, "VALIDATION_ERROR"), "Klarna-Idempotency-Key")
    );
    let untyped = world
        .api(Method::POST, "authorize")
        .header("Klarna-Idempotency-Key", "k")
        .body("{}");
    assert_eq!(send(untyped).await.error(), (400, "INVALID_CONTENT_TYPE"));
    let garbage = world.authorize_request("k", None, &order()).body("{");
    assert_eq!(send(garbage).await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(
        send(world.api(Method::GET, "nothing/here")).await.error(),
        (404, "NOT_FOUND")
    );
    assert_eq!(
        world.read("krn:payment:eu1:request:none").await.error(),
        (404, "RESOURCE_NOT_FOUND")
    );
}

#[tokio::test]
async fn answers_carry_correlation_ids() {
    let world = world().await;
    let request = world
        .authorize_request("k", None, &order())
        .header("Partner-Correlation-Id", "abc123");
    let answer = send(request).await;
    assert_eq!(answer.headers["partner-correlation-id"], "abc123");
    assert!(!answer.headers["klarna-correlation-id"].is_empty());
}

#[tokio::test]
async fn a_call_that_fails_before_or_after_its_decision_can_be_repeated() {
    let world = world().await;
    let first_authorize = AuthorizeFaults {
        errors_before: 1,
        errors_after: 1,
        ..AuthorizeFaults::default()
    };
    world.klarna.set_faults(KlarnaFaults {
        first_authorize,
        request_errors: 1,
        ..KlarnaFaults::default()
    });
    let order = order_of("approved-at-once");
    assert_eq!(
        world.authorize("k", None, &order).await.error(),
        (500, "INTERNAL_ERROR")
    );
    assert!(world.klarna.books().is_empty(), "failed before");
    assert_eq!(
        world.authorize("k", None, &order).await.error(),
        (500, "INTERNAL_ERROR")
    );
    assert_eq!(
        world.klarna.books()[0].transactions.len(),
        1,
        "failed after"
    );
    assert_eq!(
        world.authorize("k", None, &order).await.result(),
        "APPROVED"
    );
    assert_eq!(world.klarna.books()[0].transactions.len(), 1);
    assert_eq!(world.klarna.books().len(), 1);
    assert_eq!(world.read("x").await.error(), (500, "INTERNAL_ERROR"));
    assert_eq!(world.read("x").await.status, 404);
}

#[tokio::test]
async fn a_delayed_reply_leaves_the_decision_standing() {
    let world = world().await;
    let second_authorize = AuthorizeFaults {
        delay_ms: 20_000,
        ..AuthorizeFaults::default()
    };
    world.klarna.set_faults(KlarnaFaults {
        second_authorize,
        ..KlarnaFaults::default()
    });
    let (id, token) = world.approved(&order()).await;
    let initiator = world.clock.busy();
    let call = tokio::spawn(world.authorize_request("f", Some(&token), &order()).send());
    world.settle().await;
    assert_eq!(world.record(&id).transactions.len(), 1);
    assert!(!call.is_finished());
    world.clock.move_by(20_000);
    assert_eq!(
        call.await.expect("no panic").expect("an answer").status(),
        200
    );
    drop(initiator);
    assert_eq!(world.clock.counts().busy, 0);
}

#[tokio::test]
async fn configuration_is_checked_and_shows_no_secret() {
    let clock = stepup_sandbox_clock::Clock::virtual_at(0);
    let good = || KlarnaConfig::new(clock.clone(), "http://127.0.0.1:1", Secret::new(API_KEY));
    let wrong: [fn(&mut KlarnaConfig); 5] = [
        |config| config.public_url = "127.0.0.1".into(),
        |config| config.public_url.push('/'),
        |config| config.region = "Europe".into(),
        |config| config.api_keys.clear(),
        |config| config.webhook_url = Some("http://127.0.0.1:2/hooks".into()),
    ];
    for spoil in wrong {
        let mut config = good();
        spoil(&mut config);
        assert!(Klarna::new(config).is_err());
    }
    let klarna = Klarna::new(good()).expect("valid");
    assert!(!format!("{klarna:?} {:?}", good()).contains(API_KEY));
}
