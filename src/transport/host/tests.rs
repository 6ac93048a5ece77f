//! Hosts that misbehave.

use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::redact::Secret;
use crate::transport::{Header, Method};

type Answered = Result<HttpReply, TransportFailure>;

/// A host that does with a request what the test says.
struct Host<F>(F);

impl<F> HttpTransport for Host<F>
where
    F: Fn(HostHttpRequest, Arc<HttpCompletion>) -> Result<(), HostError> + Send + Sync,
{
    fn start(
        &self,
        request: HostHttpRequest,
        completion: Arc<HttpCompletion>,
    ) -> Result<(), HostError> {
        self.0(request, completion)
    }

    fn cancel(&self, _id: u64) -> Result<(), HostError> {
        Ok(())
    }
}

fn request() -> HttpRequest {
    HttpRequest {
        id: 7,
        method: Method::Post,
        url: "https://api.shop.example/payments".into(),
        headers: vec![Header {
            name: "Idempotency-Key".into(),
            value: Secret::new("a1:start".into()),
        }],
        body: Some(b"{}".to_vec()),
        timeout_ms: 30_000,
    }
}

/// All answers that a host's behaviour leads to.
fn answers<F>(host: F) -> Vec<Answered>
where
    F: Fn(HostHttpRequest, Arc<HttpCompletion>) -> Result<(), HostError> + Send + Sync,
{
    let (sender, receiver): (_, Receiver<Answered>) = channel();
    send(&Host(host), &request(), move |result| {
        sender.send(result).expect("the test listens");
    });
    receiver.iter().collect()
}

fn reply(body: &[u8], headers: &[(&str, &str)]) -> HostHttpReply {
    let headers = headers
        .iter()
        .map(|(name, value)| HostHttpHeader {
            name: (*name).into(),
            value: (*value).into(),
        })
        .collect();
    HostHttpReply {
        status: 200,
        headers,
        body: body.to_vec(),
    }
}

fn thrown() -> HostError {
    HostError::Failed {
        reason: "marked".into(),
    }
}

#[test]
fn the_host_gets_the_whole_request_and_its_reply_comes_back() {
    let answers = answers(|request, completion| {
        assert_eq!(request.id, 7);
        assert_eq!(request.method, "POST");
        assert_eq!(request.url, "https://api.shop.example/payments");
        assert_eq!(
            request.headers,
            [HostHttpHeader {
                name: "Idempotency-Key".into(),
                value: "a1:start".into()
            }]
        );
        assert_eq!(request.body.as_deref(), Some(b"{}".as_slice()));
        assert_eq!(request.timeout_ms, 30_000);
        completion.replied(reply(
            b"{}",
            &[
                ("content-type", "x"),
                ("DATE", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("retry-After", "5"),
            ],
        ));
        Ok(())
    });
    let expected = HttpReply {
        status: 200,
        date_ms: Some(784_111_777_000),
        retry_after_ms: Some(5_000),
        body: b"{}".to_vec(),
    };
    assert_eq!(answers, [Ok(expected)]);
}

#[test]
fn failures_are_passed_on_as_they_are() {
    for (said, read) in [
        (HostHttpFailure::NotSent, TransportFailure::NotSent),
        (HostHttpFailure::MaybeSent, TransportFailure::MaybeSent),
        (HostHttpFailure::TooLarge, TransportFailure::TooLarge),
    ] {
        let answers = answers(move |_, completion| {
            completion.failed(said);
            Ok(())
        });
        assert_eq!(answers, [Err(read)]);
    }
}

#[test]
fn the_first_answer_counts_and_later_ones_are_ignored() {
    let answers = answers(|_, completion| {
        completion.failed(HostHttpFailure::NotSent);
        completion.replied(reply(b"late", &[]));
        completion.failed(HostHttpFailure::TooLarge);
        Ok(())
    });
    assert_eq!(answers, [Err(TransportFailure::NotSent)]);
}

#[test]
fn an_answer_before_a_throw_counts() {
    let answers = answers(|_, completion| {
        completion.replied(reply(b"first", &[]));
        Err(thrown())
    });
    assert!(matches!(answers.as_slice(), [Ok(reply)] if reply.body == b"first"));
}

#[test]
fn a_host_that_throws_may_have_sent() {
    assert_eq!(
        answers(|_, _| Err(thrown())),
        [Err(TransportFailure::MaybeSent)]
    );
}

#[test]
fn a_host_that_forgets_the_request_may_have_sent() {
    assert_eq!(answers(|_, _| Ok(())), [Err(TransportFailure::MaybeSent)]);
}

#[test]
fn a_host_that_answers_later_on_another_thread_is_waited_for() {
    let answers = answers(|_, completion| {
        std::thread::spawn(move || completion.replied(reply(b"later", &[])));
        Ok(())
    });
    assert!(matches!(answers.as_slice(), [Ok(reply)] if reply.body == b"later"));
}

#[test]
fn answers_from_many_threads_at_once_count_once() {
    let answers = answers(|_, completion| {
        for _ in 0..16 {
            let completion = Arc::clone(&completion);
            std::thread::spawn(move || completion.failed(HostHttpFailure::NotSent));
        }
        Ok(())
    });
    assert_eq!(answers.len(), 1);
}

#[test]
fn too_large_replies_are_not_passed_on() {
    let of = |length: usize| {
        answers(move |_, completion| {
            completion.replied(reply(&vec![b'x'; length], &[]));
            Ok(())
        })
    };
    assert!(matches!(of(MAX_REPLY).as_slice(), [Ok(reply)] if reply.body.len() == MAX_REPLY));
    assert_eq!(of(MAX_REPLY + 1), [Err(TransportFailure::TooLarge)]);
}

#[test]
fn what_crosses_to_the_host_does_not_show_here() {
    let request = HostHttpRequest {
        id: 7,
        method: "POST".into(),
        url: "https://api.shop.example/path_marked?query_marked".into(),
        headers: vec![HostHttpHeader {
            name: "Authorization".into(),
            value: "token_marked".into(),
        }],
        body: Some(b"body_marked".to_vec()),
        timeout_ms: 1,
    };
    let shown = format!(
        "{request:?} {:?} {:?} {}",
        request.headers,
        reply(b"body_marked", &[("Date", "marked")]),
        thrown()
    );
    assert!(shown.contains("https://api.shop.example"), "{shown}");
    assert!(!shown.contains("marked"), "{shown}");
}
