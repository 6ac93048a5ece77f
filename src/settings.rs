//! The configuration, checked once and turned into what the runtime needs.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::StepUpError;
use crate::hosts::{Environment, check_redirect_host, read_backend_url};
use crate::links::Links;
use crate::model::{Configuration, FieldNames, LinkNonceMode, RequestHeader};
use crate::policy::ConfirmationPolicy;
use crate::redact::Secret;
use crate::reply::WordTable;
use crate::transport::Header;

/// The longest header value that is sent, in bytes.
const MAX_HEADER: usize = 8 * 1024;
/// Headers of the contract, and those that the transport itself writes.
const RESERVED_HEADERS: [&str; 8] = [
    "idempotency-key",
    "stepup-attempt",
    "host",
    "content-length",
    "content-type",
    "connection",
    "transfer-encoding",
    "accept",
];

/// A usable configuration.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Origin and path of the backend, no slash at the end.
    pub base: String,
    /// The backend's identity and the environment, as the journal keeps it.
    pub backend: String,
    pub environment: Environment,
    pub links: Links,
    pub redirect_hosts: Vec<String>,
    pub field_names: FieldNames,
    pub words: WordTable,
    pub headers: Vec<Header>,
    pub owner: Option<Secret>,
    pub policy: Arc<ConfirmationPolicy>,
    pub directory: PathBuf,
}

impl Settings {
    /// Checks `configuration`; the first thing wrong is named with its field and the fix.
    pub fn check(configuration: &Configuration) -> Result<Self, StepUpError> {
        let environment = configuration.environment.clone();
        let backend = read_backend_url(&configuration.backend, &environment)
            .map_err(|reason| StepUpError::host("backend", &reason))?;
        check_not_klarna(&backend.origin)?;
        let links = Links::parse(
            &configuration.links,
            configuration.link_nonce == LinkNonceMode::Query,
        )?;
        for host in &configuration.redirect_hosts {
            check_redirect_host(host)
                .map_err(|reason| StepUpError::host("redirect_hosts", &reason))?;
        }
        if let Environment::Sandbox { hosts } = &environment {
            for host in hosts {
                check_redirect_host(host)
                    .map_err(|reason| StepUpError::host("environment.hosts", &reason))?;
            }
        }
        let identity = check_backend_id(configuration.backend_id.as_deref(), &backend.origin)?;
        Ok(Self {
            backend: [environment_name(&environment), ":", identity].concat(),
            base: backend.base,
            links,
            redirect_hosts: configuration.redirect_hosts.clone(),
            field_names: check_field_names(&configuration.field_names)?,
            words: check_words(configuration)?,
            headers: check_headers(&configuration.headers)?,
            owner: configuration.owner.clone().map(Secret::new),
            policy: Arc::new(check_policy(&configuration.policy)?),
            directory: check_directory(&configuration.journal_directory)?,
            environment,
        })
    }

    /// Plain http is only for the sandbox.
    #[cfg(feature = "reqwest")]
    pub fn http_allowed(&self) -> bool {
        matches!(self.environment, Environment::Sandbox { .. })
    }
}

/// Rule 12: the core holds no Klarna API key and never calls Klarna's API; that is for the backend.
fn check_not_klarna(origin: &str) -> Result<(), StepUpError> {
    let host = origin.split("://").nth(1).unwrap_or(origin);
    let host = host.split(':').next().unwrap_or(host);
    if host == "klarna.com" || host.ends_with(".klarna.com") {
        return Err(StepUpError::configuration(
            "backend",
            "it is Klarna's own API, which only a server with a key may call",
            "give the address of your backend, or of your payment provider's",
        ));
    }
    Ok(())
}

fn environment_name(environment: &Environment) -> &'static str {
    match environment {
        Environment::Live => "live",
        Environment::Test => "test",
        Environment::Sandbox { .. } => "sandbox",
    }
}

fn check_backend_id<'a>(id: Option<&'a str>, origin: &'a str) -> Result<&'a str, StepUpError> {
    match id {
        None => Ok(origin),
        Some(id)
            if !id.is_empty()
                && id.len() <= 128
                && id.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(id)
        }
        Some(_) => Err(StepUpError::configuration(
            "backend_id",
            "it is empty, longer than 128 bytes, or has spaces or non-ASCII characters",
            "use a short name such as shop-eu, or leave it out",
        )),
    }
}

fn check_field_names(names: &FieldNames) -> Result<FieldNames, StepUpError> {
    let good = |name: &str| {
        !name.is_empty()
            && name.len() <= 64
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if !good(&names.return_url) || !good(&names.app_return_url) {
        return Err(StepUpError::configuration(
            "field_names",
            "a name is empty, longer than 64 bytes, or has other characters than letters, digits and _",
            "use plain JSON field names such as return_url and app_return_url",
        ));
    }
    if names.return_url == names.app_return_url {
        return Err(StepUpError::configuration(
            "field_names",
            "both links have the same name",
            "give each its own; a backend that takes one URL can ignore the other",
        ));
    }
    Ok(names.clone())
}

fn check_words(configuration: &Configuration) -> Result<WordTable, StepUpError> {
    if configuration.words.is_empty() {
        return Ok(WordTable::standard());
    }
    let words: Vec<_> = configuration
        .words
        .iter()
        .map(|mapping| (mapping.text.clone(), mapping.word))
        .collect();
    WordTable::with(&words).map_err(|reason| {
        StepUpError::configuration(
            "words",
            &reason.to_string(),
            "list each word of the backend once, and map one of them to approved",
        )
    })
}

/// Checks static headers, and those that `Credentials` gives.
pub(crate) fn check_headers(headers: &[RequestHeader]) -> Result<Vec<Header>, StepUpError> {
    let refuse = |problem, fix| Err(StepUpError::configuration("headers", problem, fix));
    let mut checked = Vec::with_capacity(headers.len());
    for header in headers {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if header.name.is_empty() || header.name.len() > 64 || !header.name.bytes().all(token) {
            return refuse(
                "a name is not a header name (RFC 9110, token)",
                "use letters, digits and hyphens",
            );
        }
        if RESERVED_HEADERS
            .iter()
            .any(|reserved| header.name.eq_ignore_ascii_case(reserved))
        {
            return refuse(
                "a header is one that the library writes itself",
                "leave it out",
            );
        }
        if header.value.len() > MAX_HEADER
            || !header
                .value
                .bytes()
                .all(|byte| byte == b'\t' || (0x20..0x7f).contains(&byte))
        {
            return refuse(
                "a value is longer than 8 KiB or has line breaks or non-ASCII characters",
                "encode it before passing it in",
            );
        }
        checked.push(Header {
            name: header.name.clone(),
            value: Secret::new(header.value.clone()),
        });
    }
    Ok(checked)
}

fn check_policy(policy: &ConfirmationPolicy) -> Result<ConfirmationPolicy, StepUpError> {
    let refuse = |problem, fix| Err(StepUpError::configuration("policy", problem, fix));
    let intervals = [policy.base_interval, policy.slow_interval];
    if intervals
        .iter()
        .chain(policy.completion_steps.iter().map(|step| &step.interval))
        .any(|interval| *interval < 500)
    {
        return refuse(
            "an interval is shorter than 500 ms",
            "start from default_confirmation_policy() and change what has to differ",
        );
    }
    if policy.max_wait == 0 || policy.max_wait > 24 * 60 * 60 * 1000 {
        return refuse(
            "max_wait is 0 or longer than a day",
            "use some minutes; the default is 30 minutes",
        );
    }
    let day = 24 * 60 * 60 * 1_000;
    let times = [
        policy.start_budget,
        policy.unsent_budget,
        policy.start_timeout,
        policy.ask_timeout,
        policy.long_poll,
        policy.base_interval,
        policy.slow_interval,
        policy.slow_after,
        policy.stretch_cap,
        policy.merge_window,
        policy.unproven_spacing,
        policy.present_deadline,
        policy.customer_left,
        policy.completion_budget(),
    ];
    let kept = [
        policy.assumed_life,
        policy.give_up_after,
        policy.keep_outcome,
    ];
    if times.iter().any(|time| *time > day) || kept.iter().any(|time| *time > 366 * day) {
        return refuse(
            "a time is longer than a day, or one for which things are kept longer than a year",
            "start from default_confirmation_policy() and change what has to differ",
        );
    }
    if policy.start_timeout < 1_000 || policy.ask_timeout < 1_000 {
        return refuse(
            "a request may take less than a second",
            "use some seconds; the defaults are 25 s and 30 s",
        );
    }
    let rising = |values: &mut dyn Iterator<Item = u64>| {
        let values: Vec<u64> = values.collect();
        values.windows(2).all(|pair| pair[0] < pair[1])
    };
    if !rising(&mut policy.completion_steps.iter().map(|step| step.until))
        || !rising(&mut policy.handover_asks.iter().copied())
    {
        return refuse("the times of a schedule do not rise", "put them in order");
    }
    Ok(policy.clone())
}

fn check_directory(directory: &str) -> Result<PathBuf, StepUpError> {
    let path = PathBuf::from(directory);
    if directory.is_empty() || !path.is_absolute() {
        return Err(StepUpError::configuration(
            "journal_directory",
            "it is not an absolute path",
            "pass a directory of its own: Application Support on iOS, noBackupFilesDir on Android",
        ));
    }
    Ok(path)
}
