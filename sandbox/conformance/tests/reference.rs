//! The reference acquirer keeps every promise that can be checked.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use stepup_sandbox_acquirer::{Acquirer, AcquirerConfig, KlarnaAccount, Secret, SigningKey};
use stepup_sandbox_conformance::{
    Checkable, Embedded, Report, Sandbox, Stopped, Target, Time, Verdict, Walk, promises, run,
};
use stepup_sandbox_control::{Clock, World, WorldConfig};
use tokio::net::TcpListener;

/// Nobody watches.
fn quiet(_: &str) {}

fn ids(checkable: &[Checkable]) -> Vec<String> {
    promises()
        .into_iter()
        .filter(|promise| checkable.contains(&promise.checkable))
        .map(|promise| promise.id)
        .collect()
}

#[tokio::test]
async fn the_reference_acquirer_keeps_every_promise_that_can_be_checked() {
    let embedded = Embedded::start().await.expect("a sandbox");
    let target = embedded.target(None);
    let report = run(&target, embedded.time(), Some(embedded.walk()), &[], &quiet)
        .await
        .expect("a report");
    embedded.stop().await;
    assert_eq!(
        report.kept(),
        ids(&[
            Checkable::Outside,
            Checkable::WithCustomer,
            Checkable::WithKlarna
        ]),
        "{report}"
    );
    assert_eq!(report.not_checked(), ids(&[Checkable::NotFromOutside]));
    let last = report.to_string();
    assert!(
        last.ends_with("41 promises: 38 kept, 0 broken, 3 not checked"),
        "{last}"
    );
}

#[tokio::test]
async fn nothing_passes_that_was_not_checked() {
    let embedded = Embedded::start().await.expect("a sandbox");
    let target = embedded.target(None);
    let report = run(&target, embedded.time(), None, &[], &quiet)
        .await
        .expect("a report");
    embedded.stop().await;
    assert_eq!(report.kept(), ids(&[Checkable::Outside]), "{report}");
    for result in &report.results {
        let needs = match result.promise.checkable {
            Checkable::Outside => continue,
            Checkable::WithCustomer => "needs a customer",
            Checkable::WithKlarna => "needs a Klarna",
            Checkable::NotFromOutside => "can't be seen from outside",
        };
        let Verdict::NotChecked(why) = &result.verdict else {
            panic!("{} was not checked", result.promise.id)
        };
        assert!(why.contains(needs), "{why}");
    }
}

#[tokio::test]
async fn without_a_session_its_promises_are_not_checked() {
    let world = World::start(WorldConfig::in_virtual_time())
        .await
        .expect("a world");
    let target = Target::new(world.addresses().acquirer.clone());
    let time = Time::Virtual(world.clock().clone());
    let report = run(&target, time, None, &[], &quiet)
        .await
        .expect("a report");
    world.stop().await;
    for id in [
        "status-needs-session",
        "cancel-needs-session",
        "own-payments-only",
    ] {
        assert!(report.not_checked().contains(&id), "{report}");
    }
    assert_eq!(report.broken(), Vec::<&str>::new());
}

/// As a team would use it for a backend of its own: real time, a sandbox that runs elsewhere, everything by HTTP.
#[tokio::test]
async fn a_backend_elsewhere_is_walked_by_the_customers_of_a_running_sandbox() {
    let world = World::start(WorldConfig::default()).await.expect("a world");
    let addresses = world.addresses();
    let target = Target::new(addresses.backend.clone());
    let customers = Walk::Scripted(Sandbox::Control(addresses.control.clone()));
    let only = [
        "word-follows-the-customer",
        "browser-ends-on-the-return-link",
        "canceled-once-klarna-confirmed",
        "wait-answers-on-change",
    ];
    let names = only.map(String::from);
    let report = run(&target, Time::real(), Some(customers), &names, &quiet);
    let report: Report = tokio::time::timeout(Duration::from_secs(60), report)
        .await
        .expect("in time")
        .expect("a report");
    world.stop().await;
    let mut kept = report.kept();
    kept.sort_unstable();
    let mut expected = only;
    expected.sort_unstable();
    assert_eq!(kept, expected, "{report}");
    assert_eq!(report.results.len(), promises().len());
    assert!(
        report
            .to_string()
            .ends_with("\n4 promises: 4 kept, 0 broken, 0 not checked"),
        "{report}"
    );
}

/// As a team would check a backend of its own: it is no part of the sandbox, but calls its Klarna and takes its webhooks.
#[tokio::test]
async fn a_backend_that_is_no_part_of_the_sandbox_is_walked_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let world = World::start(WorldConfig {
        webhook_url: Some(format!("{url}/klarna/webhooks")),
        ..WorldConfig::default()
    })
    .await
    .expect("a world");
    let klarna = world.klarna_access();
    let account = KlarnaAccount {
        base_url: klarna.base_url.clone(),
        account: klarna.account.clone(),
        api_key: Secret::new(&klarna.api_key),
    };
    let mut config = AcquirerConfig::new(Clock::real(), &url, account);
    config.signing_keys = vec![SigningKey {
        id: klarna.signing_key_id.clone(),
        key: Secret::new(&klarna.signing_key),
    }];
    let acquirer = Acquirer::new(config).expect("an acquirer");
    let router = acquirer.router();
    tokio::spawn(async move { axum::serve(listener, router).await });

    let customers = Sandbox::Control(world.addresses().control.clone());
    let walk = Some(Walk::Scripted(customers));
    let only = [
        "word-follows-the-customer",
        "browser-ends-on-the-return-link",
        "failed-means-no-money",
    ]
    .map(String::from);
    let target = Target::new(url);
    let report = run(&target, Time::real(), walk, &only, &quiet);
    let report = tokio::time::timeout(Duration::from_secs(60), report).await;
    let report = report.expect("in time").expect("a report");
    acquirer.stop();
    world.stop().await;
    assert_eq!(report.kept(), only, "{report}");
    // Its webhooks came, and none went to the world's own acquirer.
    let books = world.books().expect("readable books");
    assert!(books.acquirer.is_empty());
    let delivered = books.klarna.iter().flat_map(|record| &record.deliveries);
    assert!(delivered.clone().count() > 0 && delivered.clone().all(|one| one.status == Some(204)));
}

async fn stopped(url: String) -> Stopped {
    let target = Target::new(url);
    let stopped = run(&target, Time::real(), None, &[], &quiet).await;
    stopped.expect_err("nothing can be checked")
}

/// A server that answers everything in one way.
async fn answering(status: u16, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let status = StatusCode::from_u16(status).expect("a status");
    let router = Router::new().fallback(async move || (status, body));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn what_is_no_backend_is_told_apart_from_a_broken_one() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", nobody.local_addr().expect("an address"));
    drop(nobody);
    assert!(matches!(stopped(url).await, Stopped::NoAnswer(_)));

    let of = async |status, body| stopped(answering(status, body).await).await;
    for (status, body) in [
        (200, "<h1>Welcome</h1>"),
        (404, "Not Found"),
        (307, "{}"),
        (502, "Bad Gateway"),
    ] {
        let stopped = of(status, body).await;
        assert!(matches!(stopped, Stopped::NoBackend(_)), "{stopped}");
    }
    let unknown = of(401, r#"{"error":"unauthorized"}"#).await;
    assert!(unknown.to_string().contains("--header"), "{unknown}");
    let refused = of(422, r#"{"status":"refused","reason":"amount_invalid"}"#).await;
    assert!(
        refused.to_string().contains("(amount_invalid)"),
        "{refused}"
    );
    assert!(refused.to_string().contains("--order"), "{refused}");
}
