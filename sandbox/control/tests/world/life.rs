//! A world from outside: its doors, its sessions, its end.

use serde_json::json;
use stepup_sandbox_control::{OpenedIn, ReplyShape, SessionConfig, World, WorldConfig};

use crate::{COMPLETION, HANDOVER, PAY, Phone, link, url};

#[tokio::test]
async fn one_public_door_serves_backend_and_pages() {
    // The door's port has to be known before its world is made, as with a tunnel.
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        free.local_addr().expect("an address").port()
    };
    let door = format!("http://localhost:{port}");
    let phone = Phone::new(WorldConfig {
        phone_port: port,
        public_url: Some(format!("{door}/")),
        reply_shape: ReplyShape::Redirect,
        ..WorldConfig::in_virtual_time()
    })
    .await;
    assert_eq!(phone.world.addresses().backend, door);
    let reply = phone.start("a1").await;
    assert!(url(&reply).starts_with(&door));
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    assert_eq!(phone.walk(customer, &PAY).await, link(COMPLETION));
    let record = phone
        .world
        .customers()
        .record(customer)
        .expect("the customer");
    let visited = record.transcript.iter().flat_map(|report| &report.visited);
    assert!(visited.clone().count() > 5);
    assert!(visited.clone().all(|url| url.starts_with(&door)));
    assert_eq!(
        phone.world.wire().len(),
        1,
        "pages are no requests of the phone"
    );
    phone.world.stop().await;
}

#[tokio::test]
async fn a_session_of_another_customer_sees_nothing() {
    let session = |name: &str| SessionConfig {
        customer: name.to_owned(),
        token: format!("{name}-token"),
    };
    let phone = Phone::new(WorldConfig {
        sessions: vec![session("kim"), session("lou")],
        ..WorldConfig::in_virtual_time()
    })
    .await;
    let base = &phone.world.addresses().backend;
    let order = json!({"reference": "42", "amount": 100, "currency": "USD", "return_url": COMPLETION, "app_return_url": HANDOVER});
    let start = phone
        .http
        .post(format!("{base}/payments"))
        .bearer_auth("kim-token")
        .header("Idempotency-Key", "a1:start")
        .header("StepUp-Attempt", "a1")
        .json(&order);
    assert_eq!(start.send().await.expect("answered").status(), 200);
    let ask = phone.http.get(format!("{base}/payments/a1"));
    for (token, status) in [("kim-token", 200), ("lou-token", 404), ("mo-token", 401)] {
        let ask = ask.try_clone().expect("no body").bearer_auth(token);
        assert_eq!(
            ask.send().await.expect("answered").status(),
            status,
            "{token}"
        );
    }
    assert!(phone.world.wire().iter().all(|entry| entry.authorized));
    let shown = format!("{:?} {:?}", phone.world.config(), phone.world.wire());
    assert!(!shown.contains("-token"), "{shown}");
    phone.world.stop().await;
}

#[tokio::test]
async fn a_stopped_world_leaves_nothing_listening_and_its_books_readable() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    phone.start("a1").await;
    phone.world.stop().await;
    phone.world.stop().await;
    let addresses = phone.world.addresses();
    for url in [
        &addresses.backend,
        &addresses.acquirer,
        &addresses.klarna,
        &addresses.control,
    ] {
        let error = phone
            .http
            .get(url.as_str())
            .send()
            .await
            .expect_err("nobody listens");
        assert!(error.is_connect(), "{url}");
    }
    let books = phone.world.books().expect("books");
    assert_eq!((books.acquirer.len(), books.klarna.len()), (1, 1));
    assert!(phone.world.set_online(true).await.is_err());
    let wrong = WorldConfig {
        public_url: Some("https://demo.example/path".into()),
        ..WorldConfig::default()
    };
    assert!(World::start(wrong).await.is_err());
}

#[tokio::test]
async fn a_world_that_nobody_holds_any_more_ends() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    phone.start("a1").await;
    let addresses = phone.world.addresses().clone();
    drop(phone.world);
    let all = [
        &addresses.backend,
        &addresses.acquirer,
        &addresses.klarna,
        &addresses.control,
    ];
    let ended = async {
        for url in all {
            while phone.http.get(url.as_str()).send().await.is_ok() {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), ended)
        .await
        .expect("nobody listens any more");
}
