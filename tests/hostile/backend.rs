//! A backend of bare sockets: hostile until it is told to be honest.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// What is done to a connection whose request was read.
pub type Attack = fn(&mut TcpStream, &Hostile);

/// Which requests are attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Start,
    Questions,
}

/// The backend.
pub struct Hostile {
    pub address: String,
    /// Another host that nobody may be led to.
    pub elsewhere: String,
    pub visitors_elsewhere: AtomicUsize,
    pub attacked: AtomicUsize,
    honest: AtomicBool,
    target: Target,
    attack: Attack,
}

impl Hostile {
    pub fn start(target: Target, attack: Attack) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let other = TcpListener::bind("127.0.0.2:0").expect("loopback has more than one address");
        let address = |listener: &TcpListener| {
            format!("http://{}", listener.local_addr().expect("it is bound"))
        };
        let backend = Arc::new(Self {
            address: address(&listener),
            elsewhere: address(&other),
            visitors_elsewhere: AtomicUsize::new(0),
            attacked: AtomicUsize::new(0),
            honest: AtomicBool::new(false),
            target,
            attack,
        });
        let visited = Arc::clone(&backend);
        thread::spawn(move || {
            for _ in other.incoming() {
                visited.visitors_elsewhere.fetch_add(1, Ordering::SeqCst);
            }
        });
        let serving = Arc::clone(&backend);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let backend = Arc::clone(&serving);
                thread::spawn(move || backend.answer(stream));
            }
        });
        backend
    }

    pub fn be_honest(&self) {
        self.honest.store(true, Ordering::SeqCst);
    }

    fn answer(&self, mut stream: TcpStream) {
        let Some(head) = read_head(&mut stream) else {
            return;
        };
        let is_start = head.starts_with("POST /payments ");
        let honest = self.honest.load(Ordering::SeqCst);
        if !honest && is_start == (self.target == Target::Start) {
            self.attacked.fetch_add(1, Ordering::SeqCst);
            (self.attack)(&mut stream, self);
            return;
        }
        let journey = format!("{}/journey", self.address);
        let body = if is_start {
            format!(r#"{{"status":"pending","redirect_url":"{journey}"}}"#)
        } else if honest {
            r#"{"status":"approved"}"#.to_owned()
        } else {
            r#"{"status":"pending"}"#.to_owned()
        };
        let _ = stream.write_all(&reply(&body));
    }
}

/// A whole reply.
pub fn reply(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The request up to its body, which is read and left out.
fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(head.to_owned());
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend(&buffer[..count]),
        }
    }
}
