//! Checks the configured links and writes the links of an attempt.

use super::split::{Parts, is_scheme, split};
use super::{MAX_LINK, NONCE_PARAMETER};

/// The longest configured link, in bytes: what comes back is at most [`MAX_LINK`], and others add parameters.
const MAX_CONFIGURED: usize = 1024;

/// Schemes that never lead back to an app, or lead somewhere harmful.
const FORBIDDEN_SCHEMES: [&str; 24] = [
    "about",
    "android-app",
    "blob",
    "chrome",
    "content",
    "data",
    "facetime",
    "file",
    "filesystem",
    "ftp",
    "geo",
    "intent",
    "itms-apps",
    "javascript",
    "jar",
    "klarna",
    "mailto",
    "market",
    "sms",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// A configured link that cannot work: which field, what is wrong with its shape, and the fix. It never quotes the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}; {fix}")]
pub struct LinkConfigError {
    /// The field, as the configuration names it (`links.handover`).
    pub field: &'static str,
    /// What is wrong with its shape.
    pub problem: &'static str,
    /// What to write instead.
    pub fix: &'static str,
}

/// One configured link. The parts are found again in the text when needed, so the two can't disagree.
#[derive(Debug)]
pub(super) struct Link {
    text: String,
    port: Option<u16>,
}

/// What is wrong, and the fix.
type Flaw = (&'static str, &'static str);

impl Link {
    pub fn parse(field: &'static str, text: &str) -> Result<Self, LinkConfigError> {
        check(text)
            .map(|port| Self {
                text: text.to_owned(),
                port,
            })
            .map_err(|(problem, fix)| LinkConfigError {
                field,
                problem,
                fix,
            })
    }

    fn parts(&self) -> Parts<'_> {
        // Checked by `parse`; the other branch names nothing that could ever match.
        split(&self.text).unwrap_or(Parts {
            scheme: "",
            userinfo: None,
            host: "",
            port: None,
            path: "",
            query: None,
            fragment: None,
        })
    }

    pub fn scheme(&self) -> &str {
        self.parts().scheme
    }

    pub fn host(&self) -> &str {
        self.parts().host
    }

    /// Never empty for https, where an empty path and `/` are the same.
    pub fn path(&self) -> &str {
        path_or_root(&self.parts())
    }

    pub fn port(&self) -> Option<u16> {
        self.port
    }

    pub fn is_https(&self) -> bool {
        self.scheme().eq_ignore_ascii_case("https")
    }

    pub fn same_place(&self, other: &Self) -> bool {
        self.scheme().eq_ignore_ascii_case(other.scheme())
            && self.host().eq_ignore_ascii_case(other.host())
            && self.port == other.port
            && self.path() == other.path()
    }

    /// The link with `fallback` instead of https, and with the nonce.
    pub fn write(&self, fallback: Option<&str>, nonce: Option<&str>) -> String {
        let mut text = String::with_capacity(self.text.len() + 64);
        match fallback {
            Some(scheme) if self.is_https() => {
                text.push_str(scheme);
                text.push_str(&self.text["https".len()..]);
            }
            _ => text.push_str(&self.text),
        }
        if let Some(nonce) = nonce {
            let separator = match self.parts().query {
                None => "?",
                Some(query) if query.is_empty() || query.ends_with('&') => "",
                Some(_) => "&",
            };
            for part in [separator, NONCE_PARAMETER, "=", nonce] {
                text.push_str(part);
            }
        }
        debug_assert!(text.len() <= MAX_LINK);
        text
    }
}

/// Gives the port of a link that can be used.
fn check(text: &str) -> Result<Option<u16>, Flaw> {
    if text.len() > MAX_CONFIGURED {
        return Err(("it is longer than 1024 bytes", "shorten it"));
    }
    check_characters(text)?;
    let parts = split(text).ok_or((
        "it has no scheme followed by \"://\"",
        "write it like shop://klarna or https://shop.example/klarna",
    ))?;
    check_scheme(parts.scheme)?;
    check_place(text, &parts)?;
    let mut parameters = parts.query.unwrap_or_default().split('&');
    if parameters.any(|pair| pair.split('=').next() == Some(NONCE_PARAMETER)) {
        return Err((
            "it uses the query parameter \"stepup\", which is reserved",
            "rename the parameter",
        ));
    }
    port_number(parts.port, parts.scheme).map_err(|()| {
        (
            "its port is not a number below 65536",
            "correct the port or leave it out",
        )
    })
}

fn check_characters(text: &str) -> Result<(), Flaw> {
    if !text.is_ascii() {
        return Err((
            "it holds characters outside ASCII",
            "percent-encode the path, write the host in its xn-- form",
        ));
    }
    if text
        .bytes()
        .any(|byte| !byte.is_ascii_graphic() || b"\"<>\\^`|".contains(&byte))
    {
        return Err((
            "it holds a character that no URL may hold",
            "percent-encode it, and leave no spaces around the link",
        ));
    }
    Ok(())
}

fn check_scheme(scheme: &str) -> Result<(), Flaw> {
    if scheme.eq_ignore_ascii_case("http") {
        return Err((
            "http can be read and claimed by anyone",
            "use https or a custom scheme",
        ));
    }
    if is_forbidden(scheme) {
        return Err((
            "its scheme does not lead back to the app",
            "use https or a scheme of the app's own",
        ));
    }
    Ok(())
}

fn check_place(text: &str, parts: &Parts<'_>) -> Result<(), Flaw> {
    if parts.userinfo.is_some() {
        return Err((
            "it has a user name or password before \"@\"",
            "remove everything up to the \"@\"",
        ));
    }
    if parts.fragment.is_some() {
        return Err((
            "it has a fragment (\"#\")",
            "remove the fragment, it gets lost on the way",
        ));
    }
    if parts.path.contains(['{', '}']) || parts.host.contains(['{', '}']) {
        return Err((
            "it has a placeholder outside its query",
            "move the placeholder behind the \"?\"",
        ));
    }
    if parts.scheme.eq_ignore_ascii_case("https") {
        let as_browsers_write_it = url::Url::parse(text).is_ok_and(|url| {
            url.host_str()
                .is_some_and(|host| host.eq_ignore_ascii_case(parts.host))
                && url.path() == path_or_root(parts)
        });
        if !as_browsers_write_it {
            return Err((
                "its host, port or path is not written the way browsers write it",
                "open it in a browser and copy it from the address bar",
            ));
        }
    } else if parts
        .host
        .bytes()
        .any(|byte| !byte.is_ascii_alphanumeric() && !b"-._~".contains(&byte))
    {
        return Err((
            "its host holds a character that hosts may not hold",
            "use letters, digits, \"-\" and \".\"",
        ));
    }
    Ok(())
}

pub(super) fn check_fallback_scheme(scheme: &str) -> Result<(), LinkConfigError> {
    let refuse = |problem, fix| {
        Err(LinkConfigError {
            field: "links.fallback_scheme",
            problem,
            fix,
        })
    };
    if !is_scheme(scheme) || scheme.len() > 64 {
        return refuse(
            "it is not a scheme",
            "give the scheme alone, like \"shop\", without \"://\"",
        );
    }
    if scheme.eq_ignore_ascii_case("https")
        || scheme.eq_ignore_ascii_case("http")
        || is_forbidden(scheme)
    {
        return refuse(
            "it does not lead back to the app",
            "use a scheme of the app's own",
        );
    }
    Ok(())
}

fn is_forbidden(scheme: &str) -> bool {
    FORBIDDEN_SCHEMES
        .iter()
        .any(|forbidden| scheme.eq_ignore_ascii_case(forbidden))
}

/// The path to compare: browsers write https links without a path with `/`.
pub(super) fn path_or_root<'a>(parts: &Parts<'a>) -> &'a str {
    if parts.path.is_empty() && parts.scheme.eq_ignore_ascii_case("https") {
        "/"
    } else {
        parts.path
    }
}

/// No port, an empty one and https's default are the same: browsers drop both.
pub(super) fn port_number(port: Option<&str>, scheme: &str) -> Result<Option<u16>, ()> {
    let Some(digits) = port.filter(|digits| !digits.is_empty()) else {
        return Ok(None);
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(());
    }
    let port: u16 = digits.parse().map_err(|_| ())?;
    Ok(Some(port).filter(|port| *port != 443 || !scheme.eq_ignore_ascii_case("https")))
}
