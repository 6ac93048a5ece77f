//! The host's side: what it may do wrong, and what it never sees.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use klarna_step_up::StepUpError;
use klarna_step_up::host_error::HostError;
use klarna_step_up::machine::{NotStartedReason, UndeterminedReason};
use klarna_step_up::model::{
    BackendReply, Device, LinkDisposition, LinkNonceMode, Outcome, PayOptions, RequestHeader,
};
use klarna_step_up::reply::Word;
use klarna_step_up::seams::{
    Credentials, CredentialsCompletion, DeviceFacts, Question, StatusCompletion, StatusSource,
    StatusWord,
};

use crate::phone::{Next, Phone, configuration, iphone, lock, order, pending_with_journey, status};

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// Gives numbered tokens, and notes whether it was asked after a rejection.
#[derive(Default)]
struct Tokens(Mutex<Vec<bool>>);

impl Credentials for Tokens {
    fn start(
        &self,
        _id: u64,
        after_rejection: bool,
        completion: Arc<CredentialsCompletion>,
    ) -> Result<(), HostError> {
        let mut asked = lock(&self.0);
        asked.push(after_rejection);
        completion.headers(vec![RequestHeader {
            name: "Authorization".to_owned(),
            value: format!("Bearer {}", asked.len()),
        }]);
        // A second answer is ignored.
        completion.not_now();
        Ok(())
    }

    fn cancel(&self, _id: u64) -> Result<(), HostError> {
        Ok(())
    }
}

#[test]
fn credentials_are_asked_again_once_after_a_401() {
    let directory = directory();
    let tokens = Arc::new(Tokens::default());
    let given = Arc::clone(&tokens);
    let phone = Phone::with(configuration(directory.path()), iphone(), |parts| {
        parts.credentials = Some(given);
    });
    phone.backend.then(Next::Reply(401, String::new()));
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    assert_eq!(*lock(&tokens.0), [false, true]);
    let sent = phone.backend.sent();
    assert_eq!(sent[0].authorization.as_deref(), Some("Bearer 1"));
    assert_eq!(sent[1].authorization.as_deref(), Some("Bearer 2"));
    assert_eq!(sent[0].key, sent[1].key, "it is the same start");
    phone.backend.then(Next::Reply(401, String::new()));
    phone.backend.then(Next::Reply(401, String::new()));
    phone.backend.otherwise(|_| status("approved"));
    phone.pass(30_000);
    assert!(
        matches!(paying.outcome().outcome, Outcome::Approved { .. }),
        "a rejected question is no answer"
    );
}

/// Never answers, and drops the completion or keeps it.
struct Dumb {
    kept: Mutex<Vec<Arc<CredentialsCompletion>>>,
    keep: bool,
}

impl Credentials for Dumb {
    fn start(
        &self,
        _id: u64,
        _after_rejection: bool,
        completion: Arc<CredentialsCompletion>,
    ) -> Result<(), HostError> {
        if self.keep {
            lock(&self.kept).push(completion);
        }
        Ok(())
    }

    fn cancel(&self, _id: u64) -> Result<(), HostError> {
        Ok(())
    }
}

#[test]
fn rule_11_credentials_that_never_come_end_the_start_unsent() {
    for keep in [true, false] {
        let directory = directory();
        let dumb = Arc::new(Dumb {
            kept: Mutex::default(),
            keep,
        });
        let phone = Phone::with(configuration(directory.path()), iphone(), |parts| {
            parts.credentials = Some(dumb);
        });
        phone.backend.otherwise(|_| pending_with_journey());
        let (told, outcome) = mpsc::channel();
        let client = Arc::clone(&phone.client);
        phone.attach();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime");
            let _ =
                told.send(runtime.block_on(client.pay(order("order-1"), PayOptions::default())));
        });
        while phone.client.unfinished().is_empty() {
            std::thread::yield_now();
        }
        let outcome = loop {
            if let Ok(outcome) = outcome.try_recv() {
                break outcome;
            }
            phone.pass_even_if_busy(1_000);
        };
        assert_eq!(
            outcome.outcome,
            Outcome::NotStarted {
                reason: NotStartedReason::Unreachable
            }
        );
        assert!(phone.backend.sent().is_empty());
        thread.join().expect("pay does not panic");
    }
}

struct Throwing;

impl DeviceFacts for Throwing {
    fn device(&self) -> Result<Device, HostError> {
        Err(HostError::Failed {
            reason: "SECRET reason".to_owned(),
        })
    }
}

struct Panicking;

impl DeviceFacts for Panicking {
    fn device(&self) -> Result<Device, HostError> {
        panic!("the host's own trouble")
    }
}

#[test]
fn rule_11_device_facts_that_throw_or_panic_start_nothing() {
    for facts in [
        Arc::new(Throwing) as Arc<dyn DeviceFacts>,
        Arc::new(Panicking),
    ] {
        let directory = directory();
        let phone = Phone::with(configuration(directory.path()), iphone(), |parts| {
            parts.device_facts = Some(facts);
        });
        let paying = phone.pay("order-1");
        phone.pass(3_000);
        assert_eq!(
            paying.outcome().outcome,
            Outcome::NotStarted {
                reason: NotStartedReason::NoBrowser
            }
        );
        assert!(phone.backend.sent().is_empty());
    }
}

#[test]
fn rule_11_a_presenter_that_throws_ends_canceled_at_the_backend() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    *lock(&phone.screen.failing) = true;
    phone.backend.then(pending_with_journey());
    phone.backend.otherwise(|_| status("canceled"));
    let outcome = phone.pay("order-1").outcome();
    assert!(
        matches!(outcome.outcome, Outcome::Canceled { .. }),
        "{outcome:?}"
    );
}

#[test]
fn a_silent_presenter_counts_as_perhaps_open() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    *lock(&phone.screen.silent) = true;
    phone.backend.then(pending_with_journey());
    phone.backend.otherwise(|_| status("pending"));
    let paying = phone.pay("order-1");
    phone.pass(11_000);
    assert!(paying.is_waiting());
    assert_eq!(lock(&phone.screen.shown).len(), 1, "it is not shown twice");
    assert!(phone.event_names().contains(&"SeenPerhapsOpen".to_owned()));
}

#[derive(Default)]
struct OwnWay(Mutex<Vec<Question>>);

impl StatusSource for OwnWay {
    fn start(
        &self,
        question: Question,
        completion: Arc<StatusCompletion>,
    ) -> Result<(), HostError> {
        lock(&self.0).push(question);
        completion.answered(StatusWord {
            word: Word::Approved,
            reason: None,
            details: None,
        });
        Ok(())
    }

    fn cancel(&self, _id: u64) -> Result<(), HostError> {
        Ok(())
    }
}

#[test]
fn an_app_that_calls_its_backend_itself() {
    let directory = directory();
    let own = Arc::new(OwnWay::default());
    let given = Arc::clone(&own);
    let phone = Phone::with(configuration(directory.path()), iphone(), |parts| {
        parts.status_source = Some(given);
    });
    phone.attach();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let prepared = match runtime.block_on(phone.client.prepare(order("order-1"))) {
        klarna_step_up::api::Prepared::Ready { attempt } => attempt,
        klarna_step_up::api::Prepared::Ended { outcome } => panic!("{outcome:?}"),
    };
    assert_eq!(
        prepared.idempotency_key,
        format!("{}:start", prepared.attempt)
    );
    let Next::Reply(http_status, body) = pending_with_journey() else {
        panic!("a reply")
    };
    let reply = BackendReply::Answered {
        http_status,
        body: body.into_bytes(),
    };
    let (told, outcome) = mpsc::channel();
    let (client, attempt) = (Arc::clone(&phone.client), prepared.attempt.clone());
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let _ = told.send(runtime.block_on(client.continue_payment(attempt, reply, 0)));
    });
    while lock(&phone.screen.shown).is_empty() {
        std::thread::yield_now();
    }
    assert!(matches!(
        phone.client.handle_link(&prepared.completion_link),
        LinkDisposition::Completion { .. }
    ));
    let outcome = outcome
        .recv()
        .expect("it ends")
        .expect("the attempt is known");
    assert!(matches!(outcome.outcome, Outcome::Approved { .. }));
    thread.join().expect("no panic");
    assert!(phone.backend.sent().is_empty());
    assert_eq!(lock(&own.0)[0].payment, "pay-1");
}

#[test]
fn a_link_without_nonce_asks_at_most_once_in_two_seconds() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    phone.backend.otherwise(|_| status("pending"));
    let paying = phone.pay("order-1");
    for _ in 0..50 {
        let disposition = phone.client.handle_link("shop://done");
        assert!(
            matches!(disposition, LinkDisposition::Handover { .. }),
            "{disposition:?}"
        );
    }
    phone.settle();
    assert_eq!(
        phone
            .backend
            .lines()
            .iter()
            .filter(|line| line.starts_with("GET"))
            .count(),
        1
    );
    assert!(
        lock(&phone.screen.dismissed).is_empty(),
        "it never dismisses"
    );
    assert!(paying.is_waiting(), "and never settles");
}

#[test]
fn forged_links_are_refused_and_cause_nothing() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let _paying = phone.pay("order-1");
    for uri in [
        "shop://done?stepup=AAAAAAAAAAAAAAAAAAAAAA",
        "shop://done?stepup=short",
        "shop://u:p@done",
    ] {
        let disposition = phone.client.handle_link(uri);
        assert!(
            matches!(disposition, LinkDisposition::Refused { .. }),
            "{uri}: {disposition:?}"
        );
    }
    for uri in [
        "other://done",
        "shop://elsewhere",
        "",
        "shop:done",
        "https://shop.example/",
    ] {
        assert_eq!(
            phone.client.handle_link(uri),
            LinkDisposition::NotOurs,
            "{uri}"
        );
    }
    phone.settle();
    assert_eq!(phone.backend.lines().len(), 1);
}

#[test]
fn one_client_a_directory() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    let mut other = configuration(directory.path());
    other.link_nonce = LinkNonceMode::Off;
    let parts = klarna_step_up::seams::HostParts {
        transport: None,
        ..Default::default()
    };
    let refused = klarna_step_up::StepUpClient::new(other, parts).err();
    assert_eq!(refused, Some(StepUpError::JournalInUse));
    phone.client.shutdown();
    let again = Phone::new(directory.path());
    assert!(
        again.client.unfinished().is_empty(),
        "shutdown releases the journal at once"
    );
}

#[test]
fn rule_08_a_wait_that_is_stopped_leaves_the_payment_alone() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let wait = phone.client.new_wait();
    let paying = phone.pay_with(
        order("order-1"),
        PayOptions {
            wait,
            ..PayOptions::default()
        },
    );
    phone.client.stop_waiting(wait);
    assert_eq!(
        paying.outcome().outcome,
        Outcome::Undetermined {
            reason: UndeterminedReason::StoppedWaiting
        }
    );
    phone.backend.otherwise(|_| status("approved"));
    phone.pass(6_000);
    assert!(
        !phone
            .backend
            .lines()
            .iter()
            .any(|line| line.contains("cancel"))
    );
    let told = lock(&phone.heard.outcomes).clone();
    assert!(
        matches!(told[..], [ref outcome] if matches!(outcome.outcome, Outcome::Approved { .. })),
        "the listener is told: {told:?}"
    );
}

#[test]
fn a_wait_that_is_stopped_before_it_is_known_ends_at_once() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.otherwise(|line| match line {
        "POST /payments" => pending_with_journey(),
        _ => status("pending"),
    });
    let stopped = Outcome::Undetermined {
        reason: UndeterminedReason::StoppedWaiting,
    };
    let wait = phone.client.new_wait();
    phone.client.stop_waiting(wait);
    let options = PayOptions {
        wait,
        ..PayOptions::default()
    };
    let told = phone.pay_with(order("order-1"), options).outcome();
    assert_eq!(told.outcome, stopped);
    assert_eq!(
        lock(&phone.screen.shown).len(),
        1,
        "the payment itself goes on"
    );

    let attempt = phone.client.unfinished()[0].attempt.clone();
    let wait = phone.client.new_wait();
    phone.client.stop_waiting(wait);
    let told = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(phone.client.resume(attempt, wait))
        .expect("the attempt is known");
    assert_eq!(told.outcome, stopped);
}

#[test]
fn rule_06_a_start_that_was_answered_401_is_not_taken_for_unsent() {
    let directory = directory();
    let phone = Phone::with(configuration(directory.path()), iphone(), |parts| {
        parts.credentials = Some(Arc::new(Tokens::default()));
    });
    phone.backend.then(Next::Reply(401, String::new()));
    phone.backend.otherwise(|line| match line {
        "POST /payments" => Next::NotSent,
        line if line.starts_with("GET") => Next::Reply(404, String::new()),
        _ => status("canceled"),
    });
    let paying = phone.pay("order-1");
    phone.pass(40_000);
    let outcome = paying.outcome();
    let closed = Outcome::Canceled {
        reason: klarna_step_up::machine::CanceledReason::StartClosed,
    };
    assert_eq!(outcome.outcome, closed);
}

#[test]
fn continuing_a_settled_attempt_returns_its_outcome() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.attach();
    phone.backend.otherwise(|_| status("canceled"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let prepared = runtime.block_on(phone.client.prepare(order("order-1")));
    let klarna_step_up::api::Prepared::Ready { attempt } = prepared else {
        panic!("{prepared:?}");
    };
    phone
        .client
        .abandon(attempt.attempt.clone())
        .expect("it can be abandoned");
    phone.settle();
    let outcome = runtime
        .block_on(
            phone
                .client
                .continue_payment(attempt.attempt, BackendReply::Lost, 0),
        )
        .expect("the attempt is known");
    assert!(matches!(outcome.outcome, Outcome::Canceled { .. }));
}

#[test]
fn setting_up_starts_no_thread() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.attach();
    phone.client.set_owner(Some("alice".to_owned()), false);
    phone.client.acknowledge("nothing.1".to_owned());
    phone.client.foregrounded();
    assert_eq!(
        phone.client.handle_link("other://x"),
        LinkDisposition::NotOurs
    );
    assert!(
        !phone.time.has_rested(),
        "the loop would have told the clock that it rests"
    );
}

#[test]
fn doctor_finds_what_is_wrong() {
    let directory = directory();
    let device = Device {
        registered_schemes: Some(vec!["other".to_owned()]),
        ..iphone()
    };
    let phone = Phone::with(configuration(directory.path()), device, |_| {});
    phone.backend.otherwise(|_| Next::NotSent);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let findings = runtime.block_on(phone.client.doctor());
    let codes: Vec<_> = findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(
        codes,
        [
            "scheme-not-registered",
            "same-scheme",
            "backend-unreachable"
        ]
    );
    assert!(findings.iter().all(|finding| !finding.fix.is_empty()));
}
