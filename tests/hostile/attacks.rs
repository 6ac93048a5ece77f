//! Every attack, on the start and on the questions after it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use klarna_step_up::model::{DeliveredOutcome, Outcome};

use crate::assert_little_memory;
use crate::backend::{Attack, Hostile, Target, reply};
use crate::phone::{LATEST, Phone};

/// Attacks that run side by side.
const AT_A_TIME: usize = 16;
/// 40 MiB of zeros, if somebody unpacks it.
const BOMB: &[u8] = include_bytes!("zeros.gz");

const ATTACKS: [(&str, Attack); 24] = [
    ("no answer at all", stalled),
    ("slow-loris", slow_loris),
    ("a body that comes byte by byte", trickle),
    ("an endless body", endless_body),
    ("an endless body in chunks", endless_chunks),
    ("one enormous chunk", enormous_chunk),
    ("1 GB announced", announced),
    ("a negative length", negative_length),
    ("two lengths", two_lengths),
    ("a compressed bomb", bomb),
    ("a redirect to another host", redirect),
    ("a redirect that keeps the method", redirect_with_method),
    ("a flood of headers", header_flood),
    ("an endless header", endless_header),
    ("a flood of interim replies", interim_flood),
    ("invalid UTF-8", |stream, _| {
        say(stream, b"{\"status\":\"approved\xff\"}");
    }),
    ("invalid UTF-8 elsewhere", |stream, _| {
        say(stream, b"{\"status\":\"approved\",\"reason\":\"\xc3\x28\"}");
    }),
    ("half a surrogate", |stream, _| {
        say(stream, br#"{"status":"approved","reason":"\ud800"}"#);
    }),
    ("doubled keys", |stream, _| {
        say(stream, br#"{"status":"pending","status":"approved"}"#);
    }),
    ("deep nesting", |stream, _| {
        let deep = "[".repeat(30_000);
        say(
            stream,
            format!(r#"{{"status":"approved","details":{deep}"#).as_bytes(),
        );
    }),
    ("deep nesting that ends", |stream, _| {
        let (open, close) = ("[".repeat(20_000), "]".repeat(20_000));
        say(
            stream,
            format!(r#"{{"status":"approved","details":{open}{close}}}"#).as_bytes(),
        );
    }),
    ("a number out of range", |stream, _| {
        say(stream, br#"{"status":"approved","version":1e999}"#);
    }),
    ("numbers out of range that are left out", |stream, _| {
        say(
            stream,
            br#"{"status":"pending","version":99999999999999999999999,"expires_in":-1,"expires_at":"9999999-01-01T00:00:00Z"}"#,
        );
    }),
    ("what is not HTTP", |stream, _| {
        let _ = stream.write_all(&[0; 512]);
    }),
];

fn say(stream: &mut TcpStream, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body);
}

/// Waits until the other side has had enough.
fn stalled(stream: &mut TcpStream, _: &Hostile) {
    let _ = stream.read(&mut [0; 64]);
}

/// One byte of `bytes` at a time, as slowly as nothing comes from the other side, until that has had enough.
fn slowly(stream: &mut TcpStream, bytes: impl Iterator<Item = u8>) {
    let pause = Some(Duration::from_millis(10));
    if stream.set_read_timeout(pause).is_err() {
        return;
    }
    for byte in bytes {
        let ended = stream.read(&mut [0; 64]).is_ok_and(|count| count == 0);
        if ended || stream.write_all(&[byte]).is_err() {
            return;
        }
    }
}

fn slow_loris(stream: &mut TcpStream, _: &Hostile) {
    let head = b"HTTP/1.1 200 OK\r\nX-Slow: ".iter().copied();
    slowly(stream, head.chain(std::iter::repeat(b'a')));
}

fn trickle(stream: &mut TcpStream, _: &Hostile) {
    let mut whole = reply(r#"{"status":"approved"}"#);
    let body = whole.split_off(whole.len() - 21);
    let _ = stream.write_all(&whole);
    slowly(
        stream,
        body.into_iter().take(20).chain(std::iter::repeat(b' ')),
    );
}

fn for_ever(stream: &mut TcpStream, begin: &[u8], again: &[u8]) {
    let _ = stream.write_all(begin);
    while stream.write_all(again).is_ok() {}
}

fn endless_body(stream: &mut TcpStream, _: &Hostile) {
    for_ever(
        stream,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"status\":\"approved\",\"reason\":\"",
        &[b'a'; 4096],
    );
}

fn endless_chunks(stream: &mut TcpStream, _: &Hostile) {
    for_ever(
        stream,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"10\r\n{\"status\":\"appro\r\n",
    );
}

fn enormous_chunk(stream: &mut TcpStream, _: &Hostile) {
    for_ever(
        stream,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffff\r\n",
        &[b' '; 4096],
    );
}

fn announced(stream: &mut TcpStream, _: &Hostile) {
    for_ever(
        stream,
        b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{\"status\":\"approved\"}",
        &[b' '; 4096],
    );
}

fn negative_length(stream: &mut TcpStream, _: &Hostile) {
    let _ =
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{\"status\":\"approved\"}");
}

fn two_lengths(stream: &mut TcpStream, _: &Hostile) {
    let _ = stream.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\nContent-Length: 5\r\n\r\n{\"status\":\"approved\"}",
    );
}

fn bomb(stream: &mut TcpStream, _: &Hostile) {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        BOMB.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(BOMB);
}

fn redirect(stream: &mut TcpStream, hostile: &Hostile) {
    redirected(stream, "302 Found", &hostile.elsewhere);
}

fn redirect_with_method(stream: &mut TcpStream, hostile: &Hostile) {
    redirected(stream, "307 Temporary Redirect", &hostile.elsewhere);
}

fn redirected(stream: &mut TcpStream, status: &str, to: &str) {
    let body = r#"{"status":"approved"}"#;
    let reply = format!(
        "HTTP/1.1 {status}\r\nLocation: {to}/payments\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(reply.as_bytes());
}

fn header_flood(stream: &mut TcpStream, _: &Hostile) {
    for_ever(
        stream,
        b"HTTP/1.1 200 OK\r\n",
        b"X-Flood: aaaaaaaaaaaaaaaa\r\n",
    );
}

fn endless_header(stream: &mut TcpStream, _: &Hostile) {
    for_ever(stream, b"HTTP/1.1 200 OK\r\nX-Long: ", &[b'a'; 4096]);
}

fn interim_flood(stream: &mut TcpStream, _: &Hostile) {
    for_ever(
        stream,
        b"",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
    );
}

/// What went wrong with this attack, if anything did.
fn suffer(name: &str, target: Target, attack: Attack) -> Result<(), String> {
    let backend = Hostile::start(target, attack);
    let journal = tempfile::tempdir().map_err(|error| error.to_string())?;
    let phone = Phone::new(&backend.address, journal.path());
    let (told, took) = phone.pay();
    let wrong = |what: &str| {
        Err(format!(
            "{name} on {target:?}: {what}: {told:?}, {:?}",
            phone.events()
        ))
    };
    if took > LATEST {
        return wrong("it took too long");
    }
    if !matches!(told.outcome, Outcome::Undetermined { .. }) {
        return wrong("something was settled");
    }
    if let Some(other) = phone.outcome_so_far() {
        return wrong(&format!("this came as well: {other:?}"));
    }
    if backend.attacked.load(Ordering::SeqCst) == 0 {
        return wrong("nothing was attacked");
    }
    if backend.visitors_elsewhere.load(Ordering::SeqCst) > 0 {
        return wrong("it went to another host");
    }
    // The client is well: an honest word settles the payment.
    backend.be_honest();
    let attempt = told.attempt.clone().unwrap_or_default();
    if phone.client.check_again(attempt.clone()).is_err() {
        return wrong("the attempt is gone");
    }
    let settled = phone.outcome();
    phone.client.shutdown();
    match settled {
        Some(DeliveredOutcome {
            outcome: Outcome::Approved { .. },
            attempt: Some(of),
            ..
        }) if of == attempt => Ok(()),
        other => wrong(&format!("afterwards it was told {other:?}")),
    }
}

#[test]
fn rule_11_no_attack_hangs_fills_memory_or_settles_anything() {
    let mut all: Vec<(&str, Target, Attack)> = Vec::new();
    for (name, attack) in ATTACKS {
        all.push((name, Target::Start, attack));
        all.push((name, Target::Questions, attack));
    }
    let count = all.len();
    let mut wrong = Vec::new();
    let mut suffered = 0;
    for some in all.chunks(AT_A_TIME) {
        let threads: Vec<_> = some
            .iter()
            .copied()
            .map(|(name, target, attack)| thread::spawn(move || suffer(name, target, attack)))
            .collect();
        for thread in threads {
            wrong.extend(thread.join().expect("nothing panics").err());
            suffered += 1;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(suffered, count);
    assert_little_memory("attacks");
}
