//! What is on the phone's screen, and the link that waits to be handed over.

use crate::protocol::SurfaceName;
use crate::scenario::Altered;

/// A journey that is shown.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub attempt: String,
    pub number: u32,
    pub surface: SurfaceName,
    pub url: String,
    pub callback_scheme: String,
    /// The customer who has it open.
    pub customer: Option<u64>,
}

/// A link by which the journey left.
#[derive(Clone, Debug)]
pub(super) struct Leaving {
    pub uri: String,
    /// Another app opened it, so no surface of ours sees it.
    pub from_other_app: bool,
}

impl Shown {
    /// The surface takes this link for its end.
    pub fn ends_on(&self, link: &Leaving) -> bool {
        let scheme = link.uri.split(':').next().unwrap_or_default();
        !link.from_other_app
            && self.surface.ends_on_link()
            && scheme.eq_ignore_ascii_case(&self.callback_scheme)
    }
}

/// The link after what happened to it on the way.
pub(super) fn altered(uri: &str, how: Altered) -> String {
    let Some((before, nonce)) = uri.split_once("stepup=") else {
        return uri.to_owned();
    };
    let rest = nonce.find('&').map_or("", |end| &nonce[end..]);
    match how {
        Altered::No => uri.to_owned(),
        Altered::WrongNonce => format!("{before}stepup=AAAAAAAAAAAAAAAAAAAAAA{rest}"),
        Altered::NoNonce => {
            let before = before.trim_end_matches(['?', '&']);
            let rest = rest.trim_start_matches('&');
            if rest.is_empty() {
                before.to_owned()
            } else {
                let separator = if before.contains('?') { '&' } else { '?' };
                format!("{before}{separator}{rest}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_are_replaced_and_dropped() {
        let link = "shop://k?a=1&stepup=BBBBBBBBBBBBBBBBBBBBBB&b=2";
        assert_eq!(altered(link, Altered::No), link);
        assert_eq!(
            altered(link, Altered::WrongNonce),
            "shop://k?a=1&stepup=AAAAAAAAAAAAAAAAAAAAAA&b=2"
        );
        assert_eq!(altered(link, Altered::NoNonce), "shop://k?a=1&b=2");
        assert_eq!(altered("shop://k?stepup=B", Altered::NoNonce), "shop://k");
    }
}
