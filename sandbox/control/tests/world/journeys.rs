//! Customers in front of the pages.

use stepup_sandbox_control::{Endpoint, Happened, OpenedIn, ReplyShape, WorldConfig};

use crate::{COMPLETION, HANDOVER, PAY, Phone, link, steps, url};

#[tokio::test]
async fn a_payment_goes_through_and_everybody_recorded_the_same() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    assert_eq!(reply["status"], "pending");
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, first) = opened.expect("opened");
    let Happened::Page { actions, .. } = first.happened else {
        panic!("not a page: {first:?}")
    };
    assert!(actions.contains(&"phone".to_owned()), "{actions:?}");
    assert_eq!(phone.walk(customer, &PAY).await, link(COMPLETION));
    assert_eq!(phone.ask("").await["status"], "approved");
    phone.quiet().await;

    let books = phone.world.books().expect("books");
    let [acquirer] = &books.acquirer[..] else {
        panic!("{:?}", books.acquirer)
    };
    let [klarna] = &books.klarna[..] else {
        panic!("{:?}", books.klarna)
    };
    assert_eq!(acquirer.status.word(), "approved");
    assert_eq!(
        (acquirer.first_authorizes, acquirer.second_authorizes),
        (1, 1)
    );
    assert_eq!(acquirer.attempts, ["a1"]);
    assert_eq!(klarna.transactions.len(), 1);
    assert_eq!(
        klarna.transactions[0].payment_transaction_id,
        acquirer
            .payment_transaction_id
            .clone()
            .expect("a transaction")
    );
    let asked: Vec<Endpoint> = books.wire.iter().map(|entry| entry.endpoint).collect();
    assert_eq!(asked, [Endpoint::Start, Endpoint::Status]);
    assert_eq!(books.wire[0].order_reference.as_deref(), Some("42"));
    let [record] = &books.customers[..] else {
        panic!("{:?}", books.customers)
    };
    let did: Vec<&str> = record
        .transcript
        .iter()
        .map(|report| report.step.as_str())
        .collect();
    assert_eq!(
        did,
        [
            "open",
            "phone:+4306762600456",
            "otp:123456",
            "option",
            "approve"
        ]
    );
    phone.world.stop().await;
}

#[tokio::test]
async fn the_acquirers_own_page_leads_to_the_same_journey() {
    let config = WorldConfig {
        reply_shape: ReplyShape::Redirect,
        ..WorldConfig::in_virtual_time()
    };
    let phone = Phone::new(config).await;
    let reply = phone.start("a1").await;
    assert!(reply.get("klarna").is_none());
    assert!(url(&reply).starts_with(&phone.world.addresses().acquirer));
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, first) = opened.expect("opened");
    assert!(
        first
            .visited
            .last()
            .expect("visited")
            .starts_with(&phone.world.addresses().klarna)
    );
    assert_eq!(phone.walk(customer, &PAY).await, link(COMPLETION));
    phone.world.stop().await;
}

#[tokio::test]
async fn a_hop_to_the_bank_brings_the_app_forward_and_the_tab_goes_on() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    let hop = [
        "phone:+4306762600456",
        "otp:123456",
        "open-bank",
        "confirm-in-app",
    ];
    assert_eq!(phone.walk(customer, &hop).await, link(HANDOVER));
    assert_eq!(
        phone.ask("").await["status"],
        "pending",
        "a handover says nothing"
    );
    assert_eq!(phone.walk(customer, &["approve"]).await, link(COMPLETION));
    assert_eq!(phone.ask("").await["status"], "approved");
    phone.world.stop().await;
}

#[tokio::test]
async fn a_journey_in_the_klarna_app_ends_on_the_handover_link() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::KlarnaApp)
        .await;
    let (customer, _) = opened.expect("opened");
    assert_eq!(phone.walk(customer, &PAY).await, link(HANDOVER));
    phone.quiet().await;
    assert_eq!(phone.ask("").await["status"], "approved");
    phone.world.stop().await;
}

#[tokio::test]
async fn who_aborts_may_come_back_and_who_denies_may_not() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    for (ends, word) in [("abort", "pending"), ("deny", "declined")] {
        let opened = phone
            .world
            .customers()
            .open(url(&reply), OpenedIn::Browser)
            .await;
        let (customer, _) = opened.expect("opened");
        let end = ["phone:+4306762600456", "otp:123456", "option", ends];
        assert_eq!(phone.walk(customer, &end).await, link(COMPLETION));
        phone.quiet().await;
        assert_eq!(phone.ask("").await["status"], word);
    }
    // The first tab still shows the page that was left: its button comes too late, and the page says so.
    let late = phone.walk(1, &["approve"]).await;
    let Happened::Page { title, actions, .. } = late else {
        panic!("not a page: {late:?}")
    };
    assert!(title.contains("declined"), "{title}");
    assert_eq!(actions, ["return"]);
    let mistaken = phone
        .world
        .customers()
        .walk(1, &steps(&["otp:123456"]))
        .await;
    let said = mistaken.expect_err("not on this page").to_string();
    assert!(said.contains("no action `otp`"), "{said}");
    let record = phone.world.customers().record(1).expect("the customer");
    assert_eq!(record.failed, Some(said));
    phone.world.stop().await;
}
