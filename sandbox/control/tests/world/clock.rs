//! Who waits for what, and how time goes on.

use stepup_sandbox_control::{AcquirerFaults, OpenedIn, PhoneState, WorldConfig};

use crate::{COMPLETION, PAY, Phone, link, steps, url};

#[tokio::test]
async fn a_long_poll_parks_and_is_answered_by_the_customers_approval() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    phone.walk(customer, &PAY[..3]).await;
    phone.quiet().await;
    let version = phone.ask("").await["version"].as_i64().expect("a version");
    let before = phone.world.clock().now_ms();
    let query = format!("?wait=25&after={version}");
    let (answer, _) = tokio::join!(phone.ask(&query), async {
        let waiting = phone.world.settle(PhoneState::idle().in_flight(1)).await;
        assert!(waiting.quiet, "{waiting:?}");
        assert!(waiting.next_event.is_some());
        phone.walk(customer, &["approve"]).await
    });
    assert_ne!(answer["version"].as_i64(), Some(version));
    assert_eq!(phone.world.clock().now_ms(), before, "no time had to pass");
    phone.world.stop().await;
}

#[tokio::test]
async fn time_moves_from_event_to_event_until_the_payment_request_expires() {
    let phone = Phone::new(WorldConfig {
        request_life_ms: Some(600_000),
        ..WorldConfig::in_virtual_time()
    })
    .await;
    phone.start("a1").await;
    let begin = phone.world.clock().now_ms();
    loop {
        let settled = phone
            .world
            .settle_and_advance(PhoneState::idle(), Some(begin + 700_000))
            .await;
        assert!(settled.quiet, "{settled:?}");
        if settled.next_event.is_none_or(|next| next > begin + 700_000) {
            break;
        }
    }
    assert_eq!(phone.ask("").await["status"], "expired");
    phone.world.stop().await;
}

#[tokio::test]
async fn a_customer_who_walks_apart_lets_the_driver_move_the_clock() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    phone.world.set_acquirer_faults(AcquirerFaults {
        finalise_delay_ms: 3_000,
        ..AcquirerFaults::default()
    });
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    let begin = phone.world.clock().now_ms();
    phone
        .world
        .customers()
        .walk_apart(customer, steps(&PAY))
        .expect("walks");
    let record = loop {
        let settled = phone.world.settle(PhoneState::idle()).await;
        assert!(settled.quiet, "{settled:?}");
        let record = phone
            .world
            .customers()
            .record(customer)
            .expect("the customer");
        if !record.acting {
            break record;
        }
        phone
            .world
            .clock()
            .advance_to(settled.next_event.expect("somebody waits"));
    };
    let last = record.transcript.last().expect("steps");
    assert_eq!(last.happened, link(COMPLETION));
    assert_eq!(
        last.at_ms,
        begin + 3_000,
        "the return page waits for the finalisation"
    );
    phone.world.stop().await;
}

#[tokio::test]
async fn a_customer_thinks_on_the_clock_and_everything_has_its_place() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, first) = opened.expect("opened");
    let begin = phone.world.clock().now_ms();
    phone
        .world
        .customers()
        .walk_apart(customer, steps(&["pause:2500", "phone:+4306762600456"]))
        .expect("walks");
    let settled = phone.world.settle(PhoneState::idle()).await;
    assert_eq!(settled.next_event, Some(begin + 2_500), "{settled:?}");
    let second = phone
        .world
        .customers()
        .walk_apart(customer, steps(&["abort"]));
    assert!(second.is_err(), "one script at a time");
    phone.world.clock().advance_to(begin + 2_500);
    phone.quiet().await;
    phone.ask("").await;
    let books = phone.world.books().expect("books");
    let transcript = &books.customers[0].transcript;
    assert_eq!(transcript[2].at_ms, begin + 2_500);
    let places = [
        books.wire[0].order,
        first.order,
        transcript[1].order,
        transcript[2].order,
        books.wire[1].order,
    ];
    assert!(places.is_sorted(), "{places:?}");
    phone.world.stop().await;
}
