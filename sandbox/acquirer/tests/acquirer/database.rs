//! Which database files are taken.

use std::path::Path;

use rusqlite::Connection;
use stepup_sandbox_acquirer::{Acquirer, AcquirerConfig, Database, KlarnaAccount, Secret};
use stepup_sandbox_clock::Clock;

use crate::world::BEGIN;

/// Opens an acquirer on the file; what it says if it does not.
fn open(path: &Path) -> Result<Acquirer, String> {
    let account = KlarnaAccount {
        base_url: "http://127.0.0.1:1".into(),
        account: "krn:partner:global:account:test:M4CIYH2N".into(),
        api_key: Secret::new("key"),
    };
    let mut config = AcquirerConfig::new(Clock::virtual_at(BEGIN), "http://127.0.0.1:1", account);
    config.database = Database::File(path.into());
    Acquirer::new(config).map_err(|error| error.to_string())
}

fn refusal(path: &Path) -> String {
    open(path).err().expect("the file is refused")
}

#[tokio::test]
async fn a_file_of_its_own_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("acquirer.db");
    for _ in 0..2 {
        let acquirer = open(&path).expect("an acquirer");
        assert!(acquirer.books().expect("books").is_empty());
        acquirer.stop();
    }
}

#[tokio::test]
async fn a_file_of_a_newer_or_older_version_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("acquirer.db");
    open(&path).expect("an acquirer").stop();
    for version in [2, 0] {
        let connection = Connection::open(&path).expect("the file");
        connection
            .pragma_update(None, "user_version", version)
            .expect("a version");
        drop(connection);
        let refusal = refusal(&path);
        assert!(
            refusal.contains(&format!(
                "has layout {version}, this program knows layout 1"
            )),
            "{refusal}"
        );
        let connection = Connection::open(&path).expect("the file");
        let left: i64 = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .expect("a version");
        assert_eq!(left, version);
    }
}

#[tokio::test]
async fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("addresses.db");
    let connection = Connection::open(&path).expect("a file");
    connection
        .execute_batch("CREATE TABLE person (name TEXT); INSERT INTO person VALUES ('Ann');")
        .expect("a table");
    drop(connection);
    let before = std::fs::read(&path).expect("the file");
    assert!(refusal(&path).contains("is not an acquirer's"));
    assert_eq!(std::fs::read(&path).expect("the file"), before);

    let path = folder.path().join("letter.txt");
    std::fs::write(&path, "Dear Ann, this is no database at all.").expect("a file");
    assert!(refusal(&path).contains("not a database"));
}
