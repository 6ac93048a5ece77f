//! Where the journey may go, and where the backend may be.
//!
//! A URL that passes is opened exactly as received, by whatever parser the platform has. So what counts here is the
//! text: anything on which two parsers could disagree about the host is refused before a parser is asked.

use serde::{Deserialize, Serialize};
use url::Url;

/// Klarna's host for live journeys (docs.klarna.com, "Payment Request").
pub const KLARNA_LIVE: &str = "pay.klarna.com";
/// Klarna's host for test journeys.
pub const KLARNA_TEST: &str = "pay.test.klarna.com";
/// The longest URL that is looked at, in bytes.
pub const MAX_URL: usize = 8 * 1024;
/// What reaches the developer's own machine: loopback, and the Android emulator's name for its host.
const OWN_MACHINE: [&str; 4] = ["127.0.0.1", "localhost", "[::1]", "10.0.2.2"];

/// Which Klarna the app talks to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
pub enum Environment {
    /// Real money.
    Live,
    /// Klarna's test system.
    Test,
    /// The project's sandbox: http, loopback, 10.0.2.2 and the named hosts are allowed as well.
    Sandbox {
        /// Further hosts, one by one, without port.
        hosts: Vec<String>,
    },
}

/// Which field of the reply the journey's URL came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum JourneyKind {
    /// Klarna's own URL.
    PaymentRequestUrl,
    /// A page of the Partner's or its provider's that leads to Klarna.
    RedirectUrl,
}

/// The rule that a URL breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum UrlRule {
    /// Longer than 8 KiB.
    #[error("it is longer than 8 KiB")]
    TooLong,
    /// Spaces, control characters, back-slashes, quotes or non-ASCII characters.
    #[error("it holds a character that no URL may hold")]
    Characters,
    /// Not an absolute http(s) URL.
    #[error("it is not an absolute https URL")]
    Shape,
    /// http outside the sandbox.
    #[error("it is not https")]
    NotHttps,
    /// A user name or password.
    #[error("it has a user name or password")]
    UserInfo,
    /// A port.
    #[error("it has a port")]
    Port,
    /// A host that is not allowed for this environment and kind.
    #[error("its host is not allowed here")]
    Host,
}

/// A journey URL that must not be opened. Names the rule and the host, never the path or the query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journey's URL is refused: {rule}")]
pub struct ForbiddenUrl {
    /// The rule.
    pub rule: UrlRule,
    /// The host in lower case, if it could be read and is spelled like one.
    pub host: Option<String>,
}

/// A host or backend address of the configuration that can't be used. Never quotes the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; {fix}")]
pub struct HostConfigError {
    /// What is wrong with its shape.
    pub problem: &'static str,
    /// What to write instead.
    pub fix: &'static str,
}

/// The backend's address, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendUrl {
    /// Scheme, host and port: names the backend in the journal.
    pub origin: String,
    /// What paths like `/payments` are appended to: origin and path, no slash at the end.
    pub base: String,
}

/// Whether a journey may be opened there.
pub fn check_journey_url(
    url: &str,
    kind: JourneyKind,
    environment: &Environment,
    redirect_hosts: &[String],
) -> Result<(), ForbiddenUrl> {
    if url.len() > MAX_URL {
        return Err(ForbiddenUrl {
            rule: UrlRule::TooLong,
            host: None,
        });
    }
    let place = Place::read(url).map_err(|rule| ForbiddenUrl { rule, host: None })?;
    let forbid = |rule| {
        Err(ForbiddenUrl {
            rule,
            host: place.shown_host(),
        })
    };
    if place.userinfo {
        return forbid(UrlRule::UserInfo);
    }
    let sandbox = is_sandbox_host(&place.host, environment);
    if !sandbox {
        if !place.https {
            return forbid(UrlRule::NotHttps);
        }
        if !is_allowed(&place.host, kind, environment, redirect_hosts) {
            return forbid(UrlRule::Host);
        }
        if place.port.is_some() {
            return forbid(UrlRule::Port);
        }
    }
    // The parser of the `url` crate stands for the platforms' ones: it must see the same host as we did.
    if !Url::parse(url).is_ok_and(|parsed| parsed.host_str() == Some(&place.host)) {
        return forbid(UrlRule::Shape);
    }
    Ok(())
}

/// Checks the backend's address and gives its origin. Https only; http in the sandbox for its hosts.
pub fn check_backend_url(url: &str, environment: &Environment) -> Result<String, HostConfigError> {
    read_backend_url(url, environment).map(|backend| backend.origin)
}

/// Like [`check_backend_url`], and gives the base of all paths as well.
pub fn read_backend_url(
    url: &str,
    environment: &Environment,
) -> Result<BackendUrl, HostConfigError> {
    const EXAMPLE: &str = "write it like https://api.shop.example/step-up";
    let refuse = |problem, fix| Err(HostConfigError { problem, fix });
    if url.len() > MAX_URL {
        return refuse("it is longer than 8 KiB", EXAMPLE);
    }
    let place = match Place::read(url) {
        Ok(place) => place,
        Err(UrlRule::Characters) => {
            return refuse(
                "it holds a character that no URL may hold",
                "percent-encode its path, write its host in the xn-- form, and leave no spaces around it",
            );
        }
        Err(_) => return refuse("it is not an absolute https URL", EXAMPLE),
    };
    if place.userinfo {
        return refuse(
            "it has a user name or password",
            "send credentials as a header",
        );
    }
    if url.contains(['?', '#']) {
        return refuse(
            "it has a query or a fragment",
            "end it with the path, paths are appended to it",
        );
    }
    if !place.https && !is_sandbox_host(&place.host, environment) {
        return refuse(
            "http is for the sandbox only",
            "use https, or Environment.sandbox and name the host there",
        );
    }
    let parsed = match Url::parse(url) {
        Ok(parsed) if parsed.host_str() == Some(&place.host) => parsed,
        _ => return refuse("its host or port can't be read", EXAMPLE),
    };
    let origin = parsed.origin().ascii_serialization();
    let base = [origin.as_str(), parsed.path().trim_end_matches('/')].concat();
    Ok(BackendUrl { origin, base })
}

/// Checks one host of the configuration (`redirect_hosts`, sandbox hosts).
pub fn check_redirect_host(host: &str) -> Result<(), HostConfigError> {
    let refuse = |problem| {
        Err(HostConfigError {
            problem,
            fix: "write the host alone, like pay.provider.example",
        })
    };
    if host.is_empty() {
        return refuse("it is empty");
    }
    if host.contains("://") || host.contains(['/', '?', '#', '@']) {
        return refuse("it is a URL, not a host");
    }
    if host.contains('*') {
        return refuse("it has a wildcard, hosts are named one by one");
    }
    if host != "[::1]" && host.contains(':') {
        return refuse("it has a port");
    }
    if !is_plain_host(host) {
        return refuse("it is not spelled like a host");
    }
    Ok(())
}

/// What the text itself says about where it leads.
struct Place {
    https: bool,
    userinfo: bool,
    host: String,
    port: Option<u16>,
}

impl Place {
    fn read(url: &str) -> Result<Self, UrlRule> {
        if url
            .bytes()
            .any(|byte| !byte.is_ascii_graphic() || b"\\\"<>".contains(&byte))
        {
            return Err(UrlRule::Characters);
        }
        let (scheme, rest) = url.split_once("://").ok_or(UrlRule::Shape)?;
        let https = scheme.eq_ignore_ascii_case("https");
        if !https && !scheme.eq_ignore_ascii_case("http") {
            return Err(UrlRule::Shape);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (userinfo, address) = authority
            .rsplit_once('@')
            .map_or((false, authority), |(_, address)| (true, address));
        let bracket = address.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match address[bracket..].find(':') {
            None => (address, None),
            Some(colon) => {
                let digits = &address[bracket + colon + 1..];
                let numeric =
                    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                let port = numeric
                    .then(|| digits.parse().ok())
                    .flatten()
                    .ok_or(UrlRule::Shape)?;
                (&address[..bracket + colon], Some(port))
            }
        };
        Ok(Self {
            https,
            userinfo,
            host: host.to_ascii_lowercase(),
            port,
        })
    }

    /// For an error message: only what is certainly no more than a host.
    fn shown_host(&self) -> Option<String> {
        (is_plain_host(&self.host)).then(|| self.host.clone())
    }
}

fn is_plain_host(host: &str) -> bool {
    host == "[::1]"
        || host.len() <= 253
            && host.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && label
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            })
}

fn is_sandbox_host(host: &str, environment: &Environment) -> bool {
    let Environment::Sandbox { hosts } = environment else {
        return false;
    };
    OWN_MACHINE.contains(&host) || names(hosts, host)
}

fn is_allowed(
    host: &str,
    kind: JourneyKind,
    environment: &Environment,
    redirect_hosts: &[String],
) -> bool {
    match kind {
        JourneyKind::PaymentRequestUrl => match environment {
            Environment::Live => host == KLARNA_LIVE,
            // The sandbox's backend can be pointed at Klarna's test system.
            Environment::Test | Environment::Sandbox { .. } => host == KLARNA_TEST,
        },
        JourneyKind::RedirectUrl => names(redirect_hosts, host),
    }
}

fn names(hosts: &[String], host: &str) -> bool {
    hosts.iter().any(|named| named.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests;
