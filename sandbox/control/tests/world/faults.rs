//! What goes wrong on the way, at Klarna and at the acquirer.

use serde_json::json;
use stepup_sandbox_control::{
    AcquirerFaults, Endpoint, Fault, FaultKind, KlarnaFaults, OpenedIn, PhoneState, World,
    WorldConfig,
};

use crate::{COMPLETION, HANDOVER, PAY, Phone, link, url};

#[tokio::test]
async fn a_lost_start_reply_is_in_the_log_and_the_backend_knows_the_attempt() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    phone
        .world
        .set_fault(Fault::new(FaultKind::LoseReply).at(Endpoint::Start));
    let request = phone
        .http
        .post(format!("{}/payments", phone.world.addresses().backend))
        .header("Idempotency-Key", "a1:start")
        .header("StepUp-Attempt", "a1")
        .json(&json!({"reference": "42", "amount": 100, "currency": "USD", "return_url": COMPLETION, "app_return_url": HANDOVER}));
    assert!(request.send().await.is_err());
    assert_eq!(phone.ask("").await["status"], "pending");
    assert_eq!(phone.world.faults()[0].hits, 1);
    phone.world.stop().await;
}

#[tokio::test]
async fn faults_of_klarna_and_acquirer_pass_through() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let mut faults = KlarnaFaults::default();
    faults.webhook.extra_copies = 1;
    phone.world.set_klarna_faults(faults);
    phone.world.set_acquirer_faults(AcquirerFaults {
        long_poll: false,
        ..AcquirerFaults::default()
    });
    let reply = phone.start("a1").await;
    let version = reply["version"].as_i64().unwrap_or(1);
    let before = phone.world.clock().now_ms();
    phone.ask(&format!("?wait=25&after={version}")).await;
    assert_eq!(
        phone.world.clock().now_ms(),
        before,
        "answered without waiting"
    );
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    phone.walk(customer, &PAY).await;
    phone.quiet().await;
    let books = phone.world.books().expect("books");
    let completed: Vec<_> = books.klarna[0]
        .deliveries
        .iter()
        .filter(|delivery| delivery.event_type.ends_with(".completed"))
        .collect();
    assert_eq!(completed.len(), 2, "{completed:?}");
    assert_eq!(completed[0].event_id, completed[1].event_id);
    assert_eq!(books.acquirer[0].second_authorizes, 1);
    phone.world.stop().await;
}

#[tokio::test]
async fn an_acquirer_that_is_killed_goes_on_from_its_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let phone = Phone::new(WorldConfig {
        database: Some(folder.path().join("acquirer.sqlite")),
        ..WorldConfig::in_virtual_time()
    })
    .await;
    let reply = phone.start("a1").await;
    phone.world.restart_acquirer().await.expect("restarted");
    let again = phone.start("a1").await;
    assert_eq!(
        again["payment_id"], reply["payment_id"],
        "the same key, the same answer"
    );
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    assert_eq!(phone.walk(customer, &PAY).await, link(COMPLETION));
    phone.quiet().await;
    assert_eq!(phone.ask("").await["status"], "approved");
    assert_eq!(
        phone.world.books().expect("books").acquirer[0].first_authorizes,
        1
    );
    phone.world.stop().await;

    let in_memory = World::start(WorldConfig::in_virtual_time())
        .await
        .expect("a world");
    assert!(in_memory.restart_acquirer().await.is_err());
    in_memory.stop().await;
}

#[tokio::test]
async fn a_question_that_waits_while_the_acquirer_is_killed_gets_no_answer_from_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let phone = Phone::new(WorldConfig {
        database: Some(folder.path().join("acquirer.sqlite")),
        ..WorldConfig::in_virtual_time()
    })
    .await;
    phone.start("a1").await;
    let version = phone.ask("").await["version"].as_i64().expect("a version");
    let query = format!("?wait=25&after={version}");
    let (answer, restarted) = tokio::join!(phone.ask(&query), async {
        let waiting = phone.world.settle(PhoneState::idle().in_flight(1)).await;
        assert!(waiting.quiet, "{waiting:?}");
        phone.world.restart_acquirer().await
    });
    restarted.expect("restarted");
    assert_eq!(answer["error"], "backend not reached");
    phone.quiet().await;
    assert_eq!(phone.ask("").await["status"], "pending");
    phone.world.stop().await;
}
