//! Recognises a link that came back.

use super::config::{Link, path_or_root, port_number};
use super::nonce::TEXT_LENGTH;
use super::split::{Parts, split};
use super::{
    LinkKind, LinkNonce, MAX_LINK, NONCE_PARAMETER, Nonce, Parsed, ReadLink, RefusedReason,
};

pub(super) fn read(links: &Parsed, uri: &str) -> ReadLink {
    let Some(parts) = split(uri) else {
        return ReadLink::NotOurs;
    };
    let handover = matches(&links.handover, links.fallback_scheme.as_deref(), &parts);
    let completion = matches(&links.completion, links.fallback_scheme.as_deref(), &parts);
    if handover == Match::No && completion == Match::No {
        return ReadLink::NotOurs;
    }
    if uri.len() > MAX_LINK {
        return ReadLink::Refused(RefusedReason::TooLong);
    }
    if parts.userinfo.is_some() {
        return ReadLink::Refused(RefusedReason::UserInfo);
    }
    let kind = match (handover, completion) {
        (Match::Whole, Match::Whole) => LinkKind::Ambiguous,
        (Match::Whole, _) => LinkKind::Handover,
        (_, Match::Whole) => LinkKind::Completion,
        (Match::PortUnreadable, _) | (_, Match::PortUnreadable) => {
            return ReadLink::Refused(RefusedReason::Unreadable);
        }
        _ => return ReadLink::Refused(RefusedReason::PortDiffers),
    };
    if !links.use_nonce {
        return ReadLink::Ours {
            kind,
            nonce: LinkNonce::Missing,
        };
    }
    match nonce(parts.query.unwrap_or_default()) {
        Ok(nonce) => ReadLink::Ours { kind, nonce },
        Err(reason) => ReadLink::Refused(reason),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    No,
    PortDiffers,
    PortUnreadable,
    Whole,
}

/// Scheme and host case-insensitively, port and path exactly; the link as given or with the fallback scheme.
fn matches(link: &Link, fallback: Option<&str>, parts: &Parts<'_>) -> Match {
    let as_given = parts.scheme.eq_ignore_ascii_case(link.scheme());
    let as_fallback =
        link.is_https() && fallback.is_some_and(|scheme| parts.scheme.eq_ignore_ascii_case(scheme));
    if !as_given && !as_fallback || !parts.host.eq_ignore_ascii_case(link.host()) {
        return Match::No;
    }
    // In the fallback form the scheme differs, but it is still the https link: its empty path is "/" there too.
    let scheme = if as_fallback { "https" } else { parts.scheme };
    if path_or_root(&Parts { scheme, ..*parts }) != link.path() {
        return Match::No;
    }
    match port_number(parts.port, scheme) {
        Ok(port) if port == link.port() => Match::Whole,
        Ok(_) => Match::PortDiffers,
        Err(()) => Match::PortUnreadable,
    }
}

/// Finds the nonce. Parameters are also split at `?`: whoever adds `?state=…` to a link that already has a query must
/// not cost us the nonce in front of it.
fn nonce(query: &str) -> Result<LinkNonce, RefusedReason> {
    let mut found: Option<&str> = None;
    for pair in query.split(['&', '?']) {
        let Some(value) = pair
            .strip_prefix(NONCE_PARAMETER)
            .and_then(|rest| rest.strip_prefix('='))
        else {
            continue;
        };
        match found {
            Some(earlier) if earlier != value => return Err(RefusedReason::RepeatedNonce),
            _ => found = Some(value),
        }
    }
    Ok(match found {
        None => LinkNonce::Missing,
        Some(value) => read_nonce(value).map_or(LinkNonce::Malformed, LinkNonce::Present),
    })
}

/// Whoever passed the link on may have percent-encoded `-` and `_`, which is needless but allowed.
fn read_nonce(value: &str) -> Option<Nonce> {
    if !value.contains('%') {
        return Nonce::parse(value);
    }
    let mut text = String::with_capacity(TEXT_LENGTH);
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        let byte = if byte == b'%' {
            hex(bytes.next()?)? << 4 | hex(bytes.next()?)?
        } else {
            byte
        };
        if text.len() == TEXT_LENGTH || !byte.is_ascii() {
            return None;
        }
        text.push(char::from(byte));
    }
    Nonce::parse(&text)
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
