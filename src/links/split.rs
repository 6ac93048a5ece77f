//! The parts of a link, borrowed from its text.
//!
//! Links are compared on the main thread while the app comes to the front, so this looks at each byte once and allocates
//! nothing. Anything a full URL parser would repair (tabs, back-slashes, dot segments) stays as it is and so differs
//! from what was configured.

/// `scheme://[userinfo@]host[:port][path][?query][#fragment]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub scheme: &'a str,
    pub userinfo: Option<&'a str>,
    pub host: &'a str,
    /// As written: may be empty or not a number.
    pub port: Option<&'a str>,
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub fragment: Option<&'a str>,
}

/// `None` when there is no `://` after what could be a scheme.
pub(super) fn split(text: &str) -> Option<Parts<'_>> {
    let colon = text.find(':')?;
    let scheme = &text[..colon];
    let rest = text[colon..].strip_prefix("://")?;
    if !is_scheme(scheme) {
        return None;
    }
    let (rest, fragment) = cut(rest, '#');
    let (rest, query) = cut(rest, '?');
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (userinfo, place) = match authority.rfind('@') {
        Some(at) => (Some(&authority[..at]), &authority[at + 1..]),
        None => (None, authority),
    };
    // The colons of an IPv6 address are inside its brackets.
    let after_host = place.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match place[after_host..].find(':') {
        Some(colon) => (
            &place[..after_host + colon],
            Some(&place[after_host + colon + 1..]),
        ),
        None => (place, None),
    };
    Some(Parts {
        scheme,
        userinfo,
        host,
        port,
        path,
        query,
        fragment,
    })
}

/// RFC 3986, section 3.1.
pub(super) fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}
