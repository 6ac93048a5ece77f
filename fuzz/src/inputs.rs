//! Everything that reads what others wrote, but the machine.

use std::sync::Arc;

use klarna_step_up::StepUpClient;
use klarna_step_up::host_error::HostError;
use klarna_step_up::hosts::{Environment, JourneyKind, check_journey_url};
use klarna_step_up::journal::format::{MAX_RECORD, decode, encode};
use klarna_step_up::journal::store::RecordName;
use klarna_step_up::links::{Links, ReadLink, ReturnLinks};
use klarna_step_up::machine::{Record, Tombstone};
use klarna_step_up::model::{Configuration, FieldNames, LinkNonceMode, RequestHeader};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::reply::{
    MAX_BODY, MAX_DETAILS, StartAnswer, StatusAnswer, StatusReply, WordTable, read_start,
    read_status,
};
use klarna_step_up::seams::HostParts;
use klarna_step_up::trace::PastTraces;
use klarna_step_up::transport::host::{HostHttpRequest, HttpCompletion, HttpTransport};

/// The configurations of `tests/vectors/links.json`, and one that the input brings.
const CONFIGURED: [(&str, &str, Option<&str>, bool); 6] = [
    (
        "shop://klarna/back",
        "https://shop.example/klarna/done?lang=sv",
        Some("shopdone"),
        true,
    ),
    ("shop://klarna", "shop://klarna", None, true),
    (
        "https://shop.example/back",
        "https://shop.example",
        None,
        true,
    ),
    (
        "shop://klarna:81/back",
        "https://shop.example:8443/done",
        None,
        true,
    ),
    ("shop://klarna/back", "shop://klarna/done?a=b", None, false),
    ("myApp://", "myApp://done", None, true),
];

fn parsed(handover: &str, completion: &str, fallback: Option<&str>, nonce: bool) -> Option<Links> {
    let links = ReturnLinks {
        handover: handover.to_owned(),
        completion: completion.to_owned(),
        fallback_scheme: fallback.map(str::to_owned),
    };
    Links::parse(&links, nonce).ok()
}

/// A first byte that chooses a configuration, then a link; or two links to be configured and one that comes, a line each.
pub fn links(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let configured = CONFIGURED.get(usize::from(*first).wrapping_sub(usize::from(b'0')));
    let (configuration, uri) = if let Some((handover, completion, fallback, nonce)) = configured {
        let parsed = parsed(handover, completion, *fallback, *nonce);
        (parsed, text.as_ref())
    } else {
        let mut three = text.splitn(3, '\n');
        let mut line = || three.next().unwrap_or_default();
        (parsed(line(), line(), None, *first & 1 == 0), line())
    };
    let Some(links) = configuration else {
        return;
    };
    let read = links.read(uri);
    assert_eq!(read, links.read(uri), "the same link is the same");
    if let ReadLink::Ours { .. } = read {
        assert!(uri.len() <= 8 * 1024);
        assert!(uri.contains("://"));
        let authority = uri.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?', '#']).next();
        assert!(!authority.unwrap_or_default().contains('@'));
    }
}

fn split(data: &[u8]) -> Option<(u16, &[u8])> {
    let (status, body) = data.split_at_checked(3)?;
    let status = std::str::from_utf8(status).ok()?.parse().ok()?;
    Some((status, body))
}

fn is_sound(reply: &StatusReply) {
    if let Some(details) = &reply.details {
        assert!(details.len() <= MAX_DETAILS);
        serde_json::from_str::<serde_json::Value>(details).expect("details are JSON");
    }
    if let Some(reason) = &reply.reason {
        assert!(reason.chars().count() <= 256 && !reason.chars().any(char::is_control));
    }
    if let Some(id) = &reply.payment_id {
        assert!(!id.is_empty() && id.len() <= 256 && !id.contains(['/', '?', '#', '%', '\\']));
        assert!(id != "." && id != "..");
    }
    if let Some(journey) = &reply.journey {
        let hosts = ["pay.acquirer.example".to_owned()];
        let environments = [
            Environment::Live,
            Environment::Test,
            Environment::Sandbox { hosts: Vec::new() },
        ];
        for (number, environment) in environments.iter().enumerate() {
            let url = journey.url.expose();
            if check_journey_url(url, journey.kind, environment, &hosts).is_ok() && number < 2 {
                let ours = match journey.kind {
                    JourneyKind::PaymentRequestUrl => {
                        ["pay.klarna.com", "pay.test.klarna.com"][number]
                    }
                    JourneyKind::RedirectUrl => "pay.acquirer.example",
                };
                let lower = url.to_ascii_lowercase();
                let rest = lower.strip_prefix("https://").expect("https");
                let host = rest.split(['/', '?', '#']).next();
                assert_eq!(host, Some(ours), "it is opened exactly as received");
            }
        }
    }
    let shown = format!("{reply:?}");
    if let Some(journey) = &reply.journey
        && journey.url.expose().len() > 12
    {
        assert!(!shown.contains(journey.url.expose()), "rule 10");
    }
}

/// Three digits of HTTP status, then the body of an answer to a start.
pub fn replies(data: &[u8]) {
    let Some((status, body)) = split(data) else {
        return;
    };
    match read_start(status, body, &WordTable::default()) {
        StartAnswer::Reply(reply) => {
            assert!((200..300).contains(&status) && body.len() <= MAX_BODY);
            is_sound(&reply);
        }
        StartAnswer::Refused { .. } => {
            assert!((400..500).contains(&status));
            assert!(![401, 408, 409, 425, 429].contains(&status));
        }
        StartAnswer::Unknown(_) => {}
    }
}

/// The same for the answer to a question.
pub fn status(data: &[u8]) {
    let Some((status, body)) = split(data) else {
        return;
    };
    if let StatusAnswer::Reply(reply) = read_status(status, body, &WordTable::default()) {
        assert!((200..300).contains(&status) && body.len() <= MAX_BODY);
        is_sound(&reply);
    }
}

/// The bytes of a record, of tombstones, of traces; and the name of a file.
pub fn journal(data: &[u8]) {
    if let Ok(record) = decode::<Record>(data) {
        assert!(data.len() <= MAX_RECORD);
        if let Ok(bytes) = encode(&record) {
            assert_eq!(
                decode::<Record>(&bytes),
                Ok(record),
                "what is written can be read"
            );
        }
    }
    let _ = decode::<Vec<Tombstone>>(data);
    let _ = PastTraces::read(data);
    if let Some(name) = std::str::from_utf8(data).ok().and_then(RecordName::parse) {
        let file = name.file_name().expect("what was parsed can be written");
        assert_eq!(RecordName::parse(&file), Some(name));
        assert!(!file.contains(['/', '\0']));
    }
    // What stands behind a right header and check sum is reached by chance only if it is put there.
    if let Some(record) = serde_json::from_slice::<Record>(data).ok()
        && let Ok(bytes) = encode(&record)
    {
        assert_eq!(decode::<Record>(&bytes), Ok(record));
    }
}

struct Silent;

impl HttpTransport for Silent {
    fn start(&self, _: HostHttpRequest, _: Arc<HttpCompletion>) -> Result<(), HostError> {
        Ok(())
    }

    fn cancel(&self, _: u64) -> Result<(), HostError> {
        Ok(())
    }
}

/// Lines `field=value`: a client is made of it, or refused without its values in the error.
pub fn configuration(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut configuration = Configuration {
        backend: "https://shop.example/api".to_owned(),
        backend_id: None,
        environment: Environment::Test,
        links: ReturnLinks {
            handover: "shop://klarna".to_owned(),
            completion: "shop://done".to_owned(),
            fallback_scheme: None,
        },
        link_nonce: LinkNonceMode::Query,
        redirect_hosts: Vec::new(),
        field_names: FieldNames::default(),
        words: Vec::new(),
        headers: Vec::new(),
        owner: None,
        policy: ConfirmationPolicy::default(),
        // It can't be entered, so that nothing is written whatever the rest is.
        journal_directory: "/dev/null/journal".to_owned(),
    };
    for line in text.split('\n') {
        let Some((field, value)) = line.split_once('=') else {
            continue;
        };
        let number = value.parse().unwrap_or_default();
        let value = value.to_owned();
        match field {
            "backend" => configuration.backend = value,
            "backend_id" => configuration.backend_id = Some(value),
            "environment.hosts" => {
                configuration.environment = Environment::Sandbox { hosts: vec![value] }
            }
            "links.handover" => configuration.links.handover = value,
            "links.completion" => configuration.links.completion = value,
            "links.fallback_scheme" => configuration.links.fallback_scheme = Some(value),
            "redirect_hosts" => configuration.redirect_hosts.push(value),
            "field_names.return_url" => configuration.field_names.return_url = value,
            "field_names.app_return_url" => configuration.field_names.app_return_url = value,
            "headers" => configuration.headers.push(RequestHeader {
                name: value.clone(),
                value,
            }),
            "owner" => configuration.owner = Some(value),
            "policy.base_interval" => configuration.policy.base_interval = number,
            "policy.max_wait" => configuration.policy.max_wait = number,
            "policy.ask_timeout" => configuration.policy.ask_timeout = number,
            "policy.assumed_life" => configuration.policy.assumed_life = number,
            "policy.handover_asks" => configuration.policy.handover_asks.push(number),
            _ => {}
        }
    }
    let parts = HostParts {
        transport: Some(Arc::new(Silent)),
        ..HostParts::default()
    };
    if let Ok(client) = StepUpClient::new(configuration, parts) {
        let _ = client.handle_link(&text);
        client.shutdown();
    }
}
