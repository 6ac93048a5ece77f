//! What is logged gives nothing away.

mod world;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::EnvFilter;
use world::{API_KEY, KEY, order, world};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_whole_payment_is_logged_without_keys_tokens_and_journey_addresses() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("stepup_sandbox_klarna=trace"))
        .with_writer(move || writer.clone())
        .init();
    let world = world().await;
    let (id, url) = world.step_up(&order()).await;
    let mut browser = world.browser();
    browser.walk_to_review(&url).await;
    browser.act("approve", &[]).await;
    let token = world.read(&id).await.body["state_context"]["klarna_network_session_token"].clone();
    let token = token.as_str().expect("a token").to_owned();
    world.authorize("f", Some(&token), &order()).await;
    world.settle().await;
    let opaque = url.rsplit('/').nth(1).expect("a segment");
    let shown = format!("{}{:?}", log.text(), world.klarna);
    assert!(shown.contains("COMPLETED"), "something is logged: {shown}");
    for secret in [API_KEY, KEY, &token, opaque] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
