//! The two links by which the app is reached again: parsed once, given a nonce for each attempt, recognised when they
//! come back (the contract is in the architecture document, "Links").

mod config;
mod nonce;
mod read;
mod split;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use config::LinkConfigError;
pub use nonce::Nonce;

use crate::redact::Secret;
use config::Link;

/// The longest link that is read, in bytes.
pub const MAX_LINK: usize = 8 * 1024;
/// The query parameter that carries the nonce.
pub const NONCE_PARAMETER: &str = "stepup";

/// The links as the app configures them.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ReturnLinks {
    /// The `app_return_url`: brings the app to the front. Custom scheme (`shop://klarna`) or https.
    pub handover: String,
    /// Where the web journey ends. May be the same as `handover`.
    pub completion: String,
    /// The scheme, alone, that replaces https on devices whose browser does not bring https links to the app.
    pub fallback_scheme: Option<String>,
}

/// Which spelling of the links an attempt uses on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkForm {
    /// As configured.
    AsGiven,
    /// https is replaced by this scheme; a custom scheme stays.
    Fallback(String),
}

/// The links of one attempt, nonce included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptLinks {
    /// What the backend sends to Klarna as `app_return_url`.
    pub handover: Secret,
    /// What the backend sends the customer to at the end.
    pub completion: Secret,
}

/// What a surface has to watch for to see the completion link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackMatch {
    /// The scheme in lower case.
    pub scheme: String,
    /// Host and path, when the scheme is https.
    pub https_host_path: Option<(String, String)>,
}

/// Which of the two links it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LinkKind {
    /// The handover link.
    Handover,
    /// The completion link.
    Completion,
    /// Both are spelled the same.
    Ambiguous,
}

/// What a link says about the attempt it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkNonce {
    /// No nonce, or the configuration uses none.
    Missing,
    /// Something that cannot be a nonce of ours.
    Malformed,
    /// A nonce; whose it is, the attempts know.
    Present(Nonce),
}

/// Why a link that looks like ours is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum RefusedReason {
    /// Longer than 8 KiB.
    TooLong,
    /// Scheme, host and path are ours, the port is not a number.
    Unreadable,
    /// It has a user name or password.
    UserInfo,
    /// Scheme, host and path are ours, the port is another.
    PortDiffers,
    /// The nonce belongs to no attempt.
    WrongNonce,
    /// What stands where the nonce should is not one.
    MalformedNonce,
    /// Two different nonces.
    RepeatedNonce,
}

/// What [`Links::read`] makes of a URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadLink {
    /// Scheme, host or path are not ours. The app routes it itself.
    NotOurs,
    /// It looks like ours and must not be acted on.
    Refused(RefusedReason),
    /// It is one of ours.
    Ours {
        /// Which one.
        kind: LinkKind,
        /// Whose.
        nonce: LinkNonce,
    },
}

/// The links of the configuration, parsed. Immutable; a clone costs a reference count.
#[derive(Clone, Debug)]
pub struct Links(Arc<Parsed>);

#[derive(Debug)]
struct Parsed {
    handover: Link,
    completion: Link,
    fallback_scheme: Option<String>,
    use_nonce: bool,
}

impl Links {
    /// Checks the configuration. `use_nonce` is off for acquirers that register exact URLs.
    pub fn parse(links: &ReturnLinks, use_nonce: bool) -> Result<Self, LinkConfigError> {
        let handover = Link::parse("links.handover", &links.handover)?;
        let completion = Link::parse("links.completion", &links.completion)?;
        let fallback_scheme = links
            .fallback_scheme
            .as_deref()
            .map(|scheme| config::check_fallback_scheme(scheme).map(|()| scheme.to_owned()))
            .transpose()?;
        Ok(Self(Arc::new(Parsed {
            handover,
            completion,
            fallback_scheme,
            use_nonce,
        })))
    }

    /// The links to send for an attempt: the configured text, the query kept, the nonce added.
    #[must_use]
    pub fn for_attempt(&self, nonce: &Nonce, form: LinkForm) -> AttemptLinks {
        let nonce = self.0.use_nonce.then(|| nonce.text());
        let scheme = match form {
            LinkForm::AsGiven => None,
            LinkForm::Fallback(scheme) => Some(scheme),
        };
        let write = |link: &Link| Secret::new(link.write(scheme.as_deref(), nonce.as_deref()));
        AttemptLinks {
            handover: write(&self.0.handover),
            completion: write(&self.0.completion),
        }
    }

    /// The form for a device: the fallback where https links do not reach the app and there is one to fall back to.
    #[must_use]
    pub fn form(&self, https_links: bool) -> LinkForm {
        match &self.0.fallback_scheme {
            Some(scheme) if !https_links && self.uses_https() => LinkForm::Fallback(scheme.clone()),
            _ => LinkForm::AsGiven,
        }
    }

    /// Whether one of the links, as given, is https.
    #[must_use]
    pub fn uses_https(&self) -> bool {
        self.0.handover.is_https() || self.0.completion.is_https()
    }

    /// Whether links carry a nonce.
    #[must_use]
    pub fn uses_nonce(&self) -> bool {
        self.0.use_nonce
    }

    /// Whether the two links cannot be told apart when they come back (the query does not count).
    #[must_use]
    pub fn one_url(&self) -> bool {
        self.0.handover.same_place(&self.0.completion)
    }

    /// Whether the two links share a scheme: a surface that watches for a scheme alone then ends on either.
    #[must_use]
    pub fn same_scheme(&self) -> bool {
        self.0
            .handover
            .scheme()
            .eq_ignore_ascii_case(self.0.completion.scheme())
    }

    /// What a surface should watch for: the completion link in this form.
    #[must_use]
    pub fn callback(&self, form: LinkForm) -> CallbackMatch {
        let link = &self.0.completion;
        match form {
            LinkForm::Fallback(scheme) if link.is_https() => CallbackMatch {
                scheme: scheme.to_ascii_lowercase(),
                https_host_path: None,
            },
            _ => CallbackMatch {
                scheme: link.scheme().to_ascii_lowercase(),
                https_host_path: link
                    .is_https()
                    .then(|| (link.host().to_ascii_lowercase(), link.path().to_owned())),
            },
        }
    }

    /// Recognises a URI that reached the app. Cheap, never panics, whatever the text.
    #[must_use]
    pub fn read(&self, uri: &str) -> ReadLink {
        read::read(&self.0, uri)
    }
}

#[cfg(test)]
mod tests;
