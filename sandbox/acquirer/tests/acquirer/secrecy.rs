//! No log, book or `Debug` shows a key, a token or an address that carries a credential.

use std::cell::RefCell;
use std::io;

use crate::klarna::{Answer, TOKEN};
use crate::world::{World, order, signing_key};

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What was logged on this thread.
struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_secret_is_ever_written_to_the_log() {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(|| Log)
        .finish();
    // For the whole process: with a subscriber of one thread only, what another thread logs first is taken for never logged.
    tracing::subscriber::set_global_default(subscriber).expect("the only one");
    // This runtime has one thread, so everything that follows is seen.
    let world = World::new().await;
    world.klarna.first([Answer::Error(500)]);
    world.start("a1").await;
    world.klarna.second([Answer::Error(503), Answer::Decline]);
    world.completed("e1").await;
    world.raw_webhook("key-1", "00", "{}".into()).await;
    world.pass(60_000).await;
    world.visit(&world.return_page()).await;
    assert_eq!(world.status("a1").await.word(), "declined");
    world.start_with("a2", &order("43")).await;
    world.klarna.cancels([Answer::Error(500)]);
    world.cancel("a2").await;

    let bytes = LOG.take();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("authorize without a result"), "{text}");
    assert!(text.contains("wrong signature"));
    let books = format!("{:?}", world.acquirer.books().expect("books"));
    for shown in [&*text, &books] {
        assert!(!shown.contains("marked-secret"), "{shown}");
    }
}

#[tokio::test]
async fn a_used_token_is_no_longer_in_the_database() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("acquirer.db");
    let database = stepup_sandbox_acquirer::Database::File(path.clone());
    let world = World::with(|config| config.database = database).await;
    world.start("a1").await;
    world.completed("e1").await;
    assert_eq!(world.status("a1").await.word(), "approved");
    let connection = rusqlite::Connection::open(&path).expect("the database");
    let left: i64 = connection
        .query_row(
            "SELECT count(*) FROM payment WHERE token = ?1 OR request_url IS NOT NULL",
            [TOKEN],
            |row| row.get(0),
        )
        .expect("a count");
    assert_eq!(left, 0);
}

#[test]
fn keys_do_not_show_in_debug() {
    let key = signing_key("key-1", "marked-secret");
    assert!(!format!("{key:?}").contains("marked-secret"));
}
