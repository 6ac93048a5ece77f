//! Servers that misbehave.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::*;
use crate::redact::Secret;
use crate::transport::Header;

/// Long enough for any answer on loopback.
const PATIENT_MS: u32 = 20_000;
/// For servers that never answer.
const IMPATIENT_MS: u32 = 300;

/// Every request it read, as `connection: text`.
type Seen = Arc<Mutex<Vec<(usize, String)>>>;

/// What becomes of the connection after an answer.
enum Then {
    Keep,
    Close,
    /// Keeps it open without ever saying more.
    Stall,
}

/// A server on loopback that reads whole requests and then does what the test says. Its threads end with the connections.
struct Server {
    base: String,
    seen: Seen,
}

impl Server {
    fn new(answer: impl Fn(&mut TcpStream, &str) -> Then + Send + Sync + 'static) -> Self {
        let seen = Seen::default();
        let log = Arc::clone(&seen);
        let answer = Arc::new(answer);
        let base = listen(move |number, stream| {
            let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
            thread::spawn(move || serve(number, stream, &log, answer.as_ref()));
        });
        Self { base, seen }
    }

    /// Says this and closes.
    fn saying(text: impl Into<Vec<u8>>) -> Self {
        let text = text.into();
        Self::new(move |stream, _| {
            // A client that has had enough closes first.
            let _ = stream.write_all(&text);
            Then::Close
        })
    }

    fn seen(&self) -> Vec<(usize, String)> {
        self.seen.lock().expect("no server thread panicked").clone()
    }
}

fn listen(connected: impl Fn(usize, TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            connected(number, stream.expect("a connection"));
        }
    });
    format!("http://{address}")
}

fn serve(
    number: usize,
    mut stream: TcpStream,
    log: &Seen,
    answer: &dyn Fn(&mut TcpStream, &str) -> Then,
) {
    while let Some(request) = read_request(&mut stream) {
        log.lock()
            .expect("no server thread panicked")
            .push((number, request.clone()));
        match answer(&mut stream, &request) {
            Then::Keep => {}
            Then::Close => {
                let _ = stream.shutdown(Shutdown::Write);
                return;
            }
            Then::Stall => {
                let _ = stream.read(&mut [0]);
                return;
            }
        }
    }
}

/// `None` when the client closes first.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let whole = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.parse().expect("a number"));
        (body.len() == length).then_some(text)
    };
    loop {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
        if let Some(text) = whole(&bytes) {
            return Some(text);
        }
    }
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn request(method: Method, url: &str, timeout_ms: u32) -> HttpRequest {
    HttpRequest {
        id: 1,
        method,
        url: url.to_owned(),
        headers: vec![
            Header {
                name: "Authorization".into(),
                value: Secret::new("Bearer t".into()),
            },
            Header {
                name: "Content-Type".into(),
                value: Secret::new("application/json".into()),
            },
        ],
        body: (method == Method::Post).then(|| b"{\"a\":1}".to_vec()),
        timeout_ms,
    }
}

fn built_in() -> BuiltIn {
    BuiltIn::new(true).expect("it can be set up")
}

async fn ask(method: Method, url: &str, timeout_ms: u32) -> Result<HttpReply, TransportFailure> {
    built_in().send(&request(method, url, timeout_ms)).await
}

const BOTH: [Method; 2] = [Method::Get, Method::Post];

#[tokio::test]
async fn a_request_arrives_whole_and_once_and_its_reply_comes_back() {
    let server = Server::saying(
        "HTTP/1.1 201 Created\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: 3\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}",
    );
    let reply = ask(
        Method::Post,
        &format!("{}/payments?x=1", server.base),
        PATIENT_MS,
    )
    .await;
    let expected = HttpReply {
        status: 201,
        date_ms: Some(784_111_777_000),
        retry_after_ms: Some(3_000),
        body: b"{}".to_vec(),
    };
    assert_eq!(reply, Ok(expected));
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    let text = seen[0].1.to_ascii_lowercase();
    assert!(
        text.starts_with("post /payments?x=1 http/1.1\r\n"),
        "{text}"
    );
    assert!(text.contains("authorization: bearer t\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\n{\"a\":1}"), "{text}");
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let server = Server::new(|stream, _| {
        let reply = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n";
        stream
            .write_all(reply.as_bytes())
            .expect("the client listens");
        Then::Keep
    });
    let http = built_in();
    for _ in 0..2 {
        http.send(&request(Method::Get, &server.base, PATIENT_MS))
            .await
            .expect("a reply");
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert!(
        seen.iter()
            .all(|(_, text)| !text.to_ascii_lowercase().contains("cookie"))
    );
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    drop(listener);
    for method in BOTH {
        assert_eq!(
            ask(method, &url, PATIENT_MS).await,
            Err(TransportFailure::NotSent)
        );
    }
}

#[tokio::test]
async fn to_a_name_that_does_not_resolve_nothing_was_sent() {
    // Longer than a label may be: resolvers refuse it without asking anyone.
    let url = format!("http://{}.example/", "x".repeat(64));
    assert_eq!(
        ask(Method::Post, &url, PATIENT_MS).await,
        Err(TransportFailure::NotSent)
    );
}

#[tokio::test]
async fn a_request_that_can_not_be_written_was_not_sent() {
    let server = Server::saying(ok(""));
    let mut broken = request(Method::Post, &server.base, PATIENT_MS);
    broken.headers.push(Header {
        name: "X-Token".into(),
        value: Secret::new("a\r\nb: c".into()),
    });
    assert_eq!(
        built_in().send(&broken).await,
        Err(TransportFailure::NotSent)
    );
    for url in ["", "no url", "http://", "http://127.0.0.1:x/"] {
        assert_eq!(
            ask(Method::Post, url, PATIENT_MS).await,
            Err(TransportFailure::NotSent),
            "{url}"
        );
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn http_is_refused_unless_allowed() {
    let server = Server::saying(ok(""));
    let strict = BuiltIn::new(false).expect("it can be set up");
    let answer = strict
        .send(&request(Method::Post, &server.base, PATIENT_MS))
        .await;
    assert_eq!(answer, Err(TransportFailure::NotSent));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn when_tls_fails_nothing_was_sent() {
    let received = Seen::default();
    let log = Arc::clone(&received);
    let base = listen(move |number, mut stream| {
        let mut hello = [0; 4096];
        let length = stream.read(&mut hello).expect("the client says hello");
        let text = String::from_utf8_lossy(&hello[..length]).into_owned();
        log.lock()
            .expect("no server thread panicked")
            .push((number, text));
        // A fatal alert: handshake_failure.
        stream
            .write_all(&[21, 3, 3, 0, 2, 2, 40])
            .expect("the client listens");
    });
    let strict = BuiltIn::new(false).expect("it can be set up");
    let answer = strict
        .send(&request(
            Method::Post,
            &base.replace("http:", "https:"),
            PATIENT_MS,
        ))
        .await;
    assert_eq!(answer, Err(TransportFailure::NotSent));
    let received = received.lock().expect("no server thread panicked");
    assert_eq!(received.len(), 1, "TLS was tried once");
    assert!(!received[0].1.contains("Bearer"));
}

#[tokio::test]
async fn without_an_answer_in_time_it_may_have_been_sent() {
    for method in BOTH {
        let server = Server::new(|_, _| Then::Stall);
        assert_eq!(
            ask(method, &server.base, IMPATIENT_MS).await,
            Err(TransportFailure::MaybeSent)
        );
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_connection_closed_after_the_request_is_not_tried_again() {
    for method in BOTH {
        let server = Server::new(|_, _| Then::Close);
        assert_eq!(
            ask(method, &server.base, PATIENT_MS).await,
            Err(TransportFailure::MaybeSent)
        );
        assert_eq!(server.seen().len(), 1, "{method:?}");
    }
}

#[tokio::test]
async fn a_connection_reset_before_the_request_was_read_may_have_been_sent() {
    for method in BOTH {
        let connections = Arc::new(Mutex::new(0));
        let counter = Arc::clone(&connections);
        let base = listen(move |_, stream| {
            *counter.lock().expect("no server thread panicked") += 1;
            // Closing with unread data resets the connection.
            stream.peek(&mut [0]).expect("the request arrives");
        });
        assert_eq!(
            ask(method, &base, PATIENT_MS).await,
            Err(TransportFailure::MaybeSent)
        );
        assert_eq!(*connections.lock().expect("no server thread panicked"), 1);
    }
}

#[tokio::test]
async fn a_kept_connection_serves_questions_and_never_a_change() {
    let server = Server::new(|stream, _| {
        stream
            .write_all(ok("{}").as_bytes())
            .expect("the client listens");
        Then::Keep
    });
    let http = built_in();
    for method in [
        Method::Get,
        Method::Get,
        Method::Post,
        Method::Post,
        Method::Get,
    ] {
        http.send(&request(method, &server.base, PATIENT_MS))
            .await
            .expect("a reply");
    }
    let connections: Vec<usize> = server
        .seen()
        .iter()
        .map(|(connection, _)| *connection)
        .collect();
    assert_eq!(connections, [0, 0, 1, 2, 0]);
}

#[tokio::test]
async fn a_kept_connection_that_dies_under_a_question_is_not_tried_again() {
    let server = Server::new(|stream, text| {
        if text.contains("/second") {
            return Then::Close;
        }
        stream
            .write_all(ok("{}").as_bytes())
            .expect("the client listens");
        Then::Keep
    });
    let http = built_in();
    http.send(&request(Method::Get, &server.base, PATIENT_MS))
        .await
        .expect("a reply");
    let second = format!("{}/second", server.base);
    let answer = http.send(&request(Method::Get, &second, PATIENT_MS)).await;
    assert_eq!(answer, Err(TransportFailure::MaybeSent));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn half_a_body_is_no_reply() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"status\":";
    let closed = Server::saying(half);
    assert_eq!(
        ask(Method::Post, &closed.base, PATIENT_MS).await,
        Err(TransportFailure::MaybeSent)
    );
    let stalled = Server::new(|stream, _| {
        stream
            .write_all(half.as_bytes())
            .expect("the client listens");
        Then::Stall
    });
    assert_eq!(
        ask(Method::Post, &stalled.base, IMPATIENT_MS).await,
        Err(TransportFailure::MaybeSent)
    );
}

#[tokio::test]
async fn chunks_are_joined_and_a_missing_last_one_is_noticed() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let whole = Server::saying(format!(
        "{head}2\r\n{{\"\r\n3\r\na\":\r\n2\r\n1}}\r\n0\r\n\r\n"
    ));
    let reply = ask(Method::Get, &whole.base, PATIENT_MS)
        .await
        .expect("a reply");
    assert_eq!(reply.body, b"{\"a\":1}");
    let cut = Server::saying(format!("{head}2\r\n{{}}\r\n"));
    assert_eq!(
        ask(Method::Get, &cut.base, PATIENT_MS).await,
        Err(TransportFailure::MaybeSent)
    );
}

#[tokio::test]
async fn replies_are_read_up_to_64_kib() {
    let longest = Server::saying(ok(&"x".repeat(MAX_REPLY)));
    let reply = ask(Method::Get, &longest.base, PATIENT_MS)
        .await
        .expect("a reply");
    assert_eq!(reply.body.len(), MAX_REPLY);
    let longer = Server::saying(ok(&"x".repeat(MAX_REPLY + 1)));
    assert_eq!(
        ask(Method::Get, &longer.base, PATIENT_MS).await,
        Err(TransportFailure::TooLarge)
    );
}

#[tokio::test]
async fn an_endless_reply_is_cut_off() {
    let server = Server::new(|stream, _| {
        let mut next = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        while stream.write_all(&next).is_ok() {
            next = format!("400\r\n{}\r\n", "x".repeat(0x400)).into_bytes();
        }
        Then::Close
    });
    assert_eq!(
        ask(Method::Get, &server.base, PATIENT_MS).await,
        Err(TransportFailure::TooLarge)
    );
}

#[tokio::test]
async fn endless_headers_are_cut_off() {
    let server = Server::new(|stream, _| {
        let mut next = b"HTTP/1.1 200 OK\r\n".to_vec();
        while stream.write_all(&next).is_ok() {
            next = format!("X: {}\r\n", "x".repeat(1000)).into_bytes();
        }
        Then::Close
    });
    assert_eq!(
        ask(Method::Get, &server.base, PATIENT_MS).await,
        Err(TransportFailure::MaybeSent)
    );
}

#[tokio::test]
async fn redirects_are_replies_and_are_not_followed() {
    for code in [301, 302, 303, 307, 308] {
        let server = Server::saying(format!(
            "HTTP/1.1 {code} Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
        ));
        let reply = ask(Method::Post, &server.base, PATIENT_MS)
            .await
            .expect("a reply");
        assert_eq!(reply.status, code);
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn what_is_not_http_is_no_reply() {
    for text in [
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "\u{0}\u{1}\u{2}",
        "<html>",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ] {
        let server = Server::saying(text);
        assert_eq!(
            ask(Method::Post, &server.base, PATIENT_MS).await,
            Err(TransportFailure::MaybeSent),
            "{text}"
        );
        assert_eq!(server.seen().len(), 1, "{text}");
    }
}

#[tokio::test]
async fn interim_replies_are_passed_over() {
    let server = Server::saying(format!(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n{}",
        ok("{}")
    ));
    let reply = ask(Method::Post, &server.base, PATIENT_MS)
        .await
        .expect("a reply");
    assert_eq!(
        (reply.status, reply.body.as_slice()),
        (200, b"{}".as_slice())
    );
}

#[tokio::test]
async fn error_statuses_are_replies() {
    for code in [400, 401, 404, 409, 429, 500, 503] {
        let server = Server::saying(format!(
            "HTTP/1.1 {code} X\r\nContent-Length: 2\r\n\r\n{{}}"
        ));
        let reply = ask(Method::Get, &server.base, PATIENT_MS)
            .await
            .expect("a reply");
        assert_eq!(
            (reply.status, reply.body.as_slice()),
            (code, b"{}".as_slice())
        );
    }
}
