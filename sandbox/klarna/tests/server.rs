//! The server as a process of its own.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[tokio::test]
async fn it_takes_a_free_port_says_so_keeps_its_key_to_itself_and_stops_when_asked() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_stepup-sandbox-klarna"))
        .env("SANDBOX_KLARNA_API_KEY", "key-from-the-environment")
        .env("RUST_LOG", "info")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut ready = String::new();
    BufReader::new(server.stdout.take().expect("piped"))
        .read_line(&mut ready)
        .expect("a line");
    let url = ready
        .trim()
        .strip_prefix("klarna ready on ")
        .expect("the ready line")
        .to_owned();
    assert!(url.starts_with("http://127.0.0.1:"));
    let account = "krn:partner:global:account:test:M4CIYH2N";
    let read = stepup_sandbox_http::client().build().expect("a client");
    let read = read.get(format!("{url}/v2/accounts/{account}/payment/requests/none"));
    let answer = read
        .header("Authorization", "Basic key-from-the-environment")
        .send()
        .await;
    assert_eq!(answer.expect("an answer").status(), 404);
    let asked = Command::new("kill")
        .args(["-TERM", &server.id().to_string()])
        .status();
    assert!(asked.expect("kill").success());
    let output = server.wait_with_output().expect("ended");
    assert!(output.status.success(), "{:?}", output.status);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("key-from-the-environment"));
}
