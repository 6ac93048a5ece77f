//! A good reply that breaks off at each of its bytes, by an end and by a reset of the connection.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use klarna_step_up::redact::Secret;
use klarna_step_up::transport::reqwest::BuiltIn;
use klarna_step_up::transport::{Header, HttpRequest, Method, TransportFailure};

use crate::assert_little_memory;
use crate::backend::reply;

fn request(url: &str, method: Method) -> HttpRequest {
    HttpRequest {
        id: 1,
        method,
        url: url.to_owned(),
        headers: vec![Header {
            name: "Idempotency-Key".to_owned(),
            value: Secret::new("a1:start".to_owned()),
        }],
        body: (method == Method::Post).then(|| b"{}".to_vec()),
        timeout_ms: 5_000,
    }
}

/// Sends so many bytes of the reply and then nothing more. A connection that is closed with something unread is reset.
fn break_off(stream: &mut TcpStream, whole: &[u8], at: usize, reset: bool) {
    let mut seen = Vec::new();
    let mut buffer = [0; 16];
    let wanted = if reset { 1 } else { usize::MAX };
    while seen.len() < wanted && !seen.ends_with(b"\r\n\r\n") && !seen.ends_with(b"{}") {
        match stream.read(&mut buffer[..if reset { 1 } else { 16 }]) {
            Ok(0) | Err(_) => return,
            Ok(count) => seen.extend(&buffer[..count]),
        }
    }
    let _ = stream.write_all(&whole[..at]);
}

#[test]
fn a_reply_that_breaks_off_at_any_byte_is_no_reply() {
    let whole = reply(r#"{"status":"approved"}"#);
    let at = Arc::new(AtomicUsize::new(0));
    for reset in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!(
            "http://{}/payments/a1",
            listener.local_addr().expect("bound")
        );
        let (bytes, place) = (whole.clone(), Arc::clone(&at));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                break_off(&mut stream, &bytes, place.load(Ordering::SeqCst), reset);
            }
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let http = BuiltIn::new(true).expect("it can be set up");
        for place in 0..whole.len() {
            at.store(place, Ordering::SeqCst);
            for method in [Method::Get, Method::Post] {
                let answer = runtime.block_on(http.send(&request(&url, method)));
                assert_eq!(
                    answer.map(|reply| reply.status),
                    Err(TransportFailure::MaybeSent),
                    "{method:?}, {place} of {} bytes, reset: {reset}",
                    whole.len()
                );
            }
        }
        if !reset {
            at.store(whole.len(), Ordering::SeqCst);
            let answer = runtime.block_on(http.send(&request(&url, Method::Get)));
            let reply = answer.expect("the last byte makes it whole");
            assert_eq!(reply.body, br#"{"status":"approved"}"#);
        }
    }
    assert_little_memory("resets");
}
