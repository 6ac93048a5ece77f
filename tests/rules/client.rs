//! Rules 10 to 12, which need the whole client.

use std::sync::{Arc, Mutex};

use klarna_step_up::StepUpError;
use klarna_step_up::host_error::HostError;
use klarna_step_up::links::{Links, ReadLink};
use klarna_step_up::machine::{NotStartedReason, Verdict};
use klarna_step_up::model::{Device, LinkDisposition, Outcome, PayOptions, RequestHeader};
use klarna_step_up::reply::{WordTable, read_start, read_status};
use klarna_step_up::seams::{Credentials, CredentialsCompletion, DeviceFacts, HostParts};

use crate::handset::{
    Next, Phone, configuration, iphone, lock, order, pending_with_journey, status,
};

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

#[test]
fn rule_10_nothing_secret_is_ever_shown() {
    let directory = directory();
    let mut secret = configuration(directory.path());
    secret.headers.push(RequestHeader {
        name: "X-Key".to_owned(),
        value: "SECRET-header".to_owned(),
    });
    let mut texts = vec![format!("{secret:?}")];
    let phone = Phone::with(secret, iphone(), |_| {});
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-SECRET");
    let attempt = phone.attempt();
    let nonce = phone.link("return_url");
    let nonce = nonce.rsplit_once('=').expect("a nonce").1;
    texts.push(format!("{:?}", lock(&phone.screen.shown)[0]));
    phone.backend.otherwise(|_| status("approved"));
    let _ = phone.client.handle_link(&phone.link("return_url"));
    phone.settle();
    let outcome = paying.outcome();
    let Outcome::Approved {
        receipt: Some(receipt),
    } = &outcome.outcome
    else {
        panic!("{outcome:?}");
    };
    assert!(
        receipt.contains("SECRET"),
        "the app itself does get its receipt"
    );
    texts.push(format!("{outcome:?}"));
    texts.push(format!("{:?}", lock(&phone.heard.events)));
    texts.push(format!("{:?}", lock(&phone.heard.states)));
    texts.push(phone.client.trace(&attempt).expect("a trace"));
    texts.push(format!("{:?}", order("SECRET")));
    let body = br#"{"status":"declined","reason":"SECRET","payment_id":"SECRET","details":{"a":"SECRET"},
        "klarna":{"payment_request_id":"SECRET","payment_request_url":"https://pay.klarna.com/SECRET"}}"#;
    texts.push(format!(
        "{:?}",
        read_start(200, body, &WordTable::standard())
    ));
    texts.push(format!(
        "{:?}",
        read_status(200, body, &WordTable::standard())
    ));
    texts.push(format!(
        "{:?}",
        read_start(
            422,
            br#"{"status":"refused","reason":"SECRET"}"#,
            &WordTable::standard()
        )
    ));
    let reason = Some("SECRET".to_owned());
    texts.push(format!(
        "{:?}",
        Verdict::Declined {
            failed: true,
            reason: reason.clone()
        }
    ));
    texts.push(format!(
        "{:?}",
        Outcome::NotStarted {
            reason: NotStartedReason::Refused { reason }
        }
    ));
    let thrown = HostError::Failed {
        reason: "SECRET".to_owned(),
    };
    texts.push(format!("{thrown:?} {thrown}"));
    for text in texts {
        assert!(!text.contains("SECRET"), "{text}");
        assert!(!text.contains(nonce), "{text}");
    }
}

struct Panicking;

impl DeviceFacts for Panicking {
    fn device(&self) -> Result<Device, HostError> {
        panic!("the host's own trouble")
    }
}

/// Keeps what it should answer.
#[derive(Default)]
struct Silent(Mutex<Vec<Arc<CredentialsCompletion>>>);

impl Credentials for Silent {
    fn start(
        &self,
        _id: u64,
        _after_rejection: bool,
        completion: Arc<CredentialsCompletion>,
    ) -> Result<(), HostError> {
        lock(&self.0).push(completion);
        Ok(())
    }

    fn cancel(&self, _id: u64) -> Result<(), HostError> {
        Err(HostError::Failed {
            reason: String::new(),
        })
    }
}

/// Pays on a phone whose host misbehaves; the clock goes on although nobody answers.
fn pay_with(change: impl FnOnce(&mut HostParts)) -> Outcome {
    let directory = directory();
    let phone = Phone::with(configuration(directory.path()), iphone(), change);
    phone.backend.otherwise(|line| match line {
        "POST /payments" => pending_with_journey(),
        _ => status("canceled"),
    });
    phone.attach();
    let client = Arc::clone(&phone.client);
    let paying = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        runtime
            .block_on(client.pay(order("order-1"), PayOptions::default()))
            .outcome
    });
    while !paying.is_finished() {
        phone.pass_even_if_busy(500);
        std::thread::yield_now();
    }
    paying.join().expect("pay does not panic")
}

#[test]
fn rule_11_no_input_panics_or_hangs() {
    let no_browser = Outcome::NotStarted {
        reason: NotStartedReason::NoBrowser,
    };
    assert_eq!(
        pay_with(|parts| parts.device_facts = Some(Arc::new(Panicking))),
        no_browser
    );
    let silent = pay_with(|parts| parts.credentials = Some(Arc::new(Silent::default())));
    assert!(matches!(silent, Outcome::NotStarted { .. }), "{silent:?}");

    let directory = directory();
    let phone = Phone::new(directory.path());
    let links = Links::parse(&configuration(directory.path()).links, true).expect("good links");
    let long = format!("shop://klarna?{}", "a".repeat(9_000));
    let hostile = [
        "shop://klarna?stepup=%",
        "shop://klarna?stepup",
        "\u{0}shop://klarna",
        "shop://klarna\u{202e}",
        "shop://[",
        &long,
    ];
    for uri in hostile {
        let disposition = phone.client.handle_link(uri);
        let harmless = matches!(
            disposition,
            LinkDisposition::NotOurs | LinkDisposition::Refused { .. } | LinkDisposition::Accepted
        );
        assert!(harmless, "{disposition:?}");
    }
    assert!(
        matches!(links.read(&long), ReadLink::Refused(_)),
        "links are size-bounded"
    );
    let long = vec![b'x'; 70_000];
    let deep = "[".repeat(60_000);
    for body in [deep.as_bytes(), b"\xff\xfe", b"", b"{\"status\":{}}", &long] {
        phone
            .backend
            .then(Next::Reply(200, String::from_utf8_lossy(body).into_owned()));
        phone.backend.otherwise(|line| match line {
            "POST /payments" => status("declined"),
            _ => status("pending"),
        });
        let paying = phone.pay(&format!("order-{}", body.len()));
        phone.pass(5_000);
        assert!(
            matches!(paying.outcome().outcome, Outcome::Declined { .. }),
            "a reply that cannot be read is no answer"
        );
    }
}

#[test]
fn rule_12_the_core_never_calls_klarna() {
    let directory = directory();
    for backend in [
        "https://api-global.klarna.com",
        "https://api-global.test.klarna.com/v2",
        "https://klarna.com",
    ] {
        let mut direct = configuration(directory.path());
        direct.backend = backend.to_owned();
        let refused = klarna_step_up::StepUpClient::new(direct, HostParts::default()).err();
        assert!(
            matches!(&refused, Some(StepUpError::Configuration { field, .. }) if field == "backend"),
            "{backend}: {refused:?}"
        );
    }
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    phone.backend.otherwise(|_| status("approved"));
    phone.pass(6_000);
    assert!(matches!(paying.outcome().outcome, Outcome::Approved { .. }));
    let sent = phone.backend.sent();
    assert!(
        sent.len() > 1
            && sent
                .iter()
                .all(|sent| sent.origin == "https://shop.example"),
        "{sent:?}"
    );
}
