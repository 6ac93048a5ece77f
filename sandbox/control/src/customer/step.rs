//! The customer's script: what a step is and what can come of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One thing that the customer does in the tab: `ACTION` or `ACTION:VALUE`, where ACTION is a `data-action` of the page
/// (`phone`, `otp`, `option`, `approve`, `deny`, `abort`, `open-klarna-app`, `open-bank`, `confirm-in-app`,
/// `back-to-app`, `return`), or `reload`, or `pause:MILLISECONDS` of the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Step {
    pub(crate) action: String,
    pub(crate) value: Option<String>,
}

/// A step without an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a step is `ACTION` or `ACTION:VALUE`, such as `otp:123456`")]
pub struct NotAStep;

impl FromStr for Step {
    type Err = NotAStep;

    fn from_str(text: &str) -> Result<Self, NotAStep> {
        let (action, value) = match text.split_once(':') {
            Some((action, value)) => (action, Some(value.to_owned())),
            None => (text, None),
        };
        let fits = |c: char| c.is_ascii_lowercase() || c == '-';
        if action.is_empty() || !action.chars().all(fits) {
            return Err(NotAStep);
        }
        Ok(Self {
            action: action.to_owned(),
            value,
        })
    }
}

impl TryFrom<String> for Step {
    type Error = NotAStep;

    fn try_from(text: String) -> Result<Self, NotAStep> {
        text.parse()
    }
}

impl From<Step> for String {
    fn from(step: Step) -> Self {
        step.to_string()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}:{value}", self.action),
            None => f.write_str(&self.action),
        }
    }
}

/// Where a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Happened {
    /// A page is shown.
    Page {
        /// Its address.
        url: String,
        /// Its HTTP status.
        status: u16,
        /// Its title.
        title: String,
        /// What can be done on it, by `data-action`.
        actions: Vec<String>,
    },
    /// The tab went to something of the sandbox that is not a page.
    Navigated {
        /// Its address.
        url: String,
        /// Its HTTP status.
        status: u16,
    },
    /// The tab was sent to an address that is not the sandbox's: a link for an app. The tab still shows the page before.
    /// It is for the phone to deliver (or lose, or double) it.
    AppLink {
        /// The link, exactly as the page gave it.
        uri: String,
    },
}

impl Happened {
    /// The link, if it ended in one.
    #[must_use]
    pub fn app_link(&self) -> Option<&str> {
        match self {
            Self::AppLink { uri } => Some(uri),
            _ => None,
        }
    }
}

/// One line of the customer's transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Its place among everything that gateway and customers recorded, for virtual time often stands still.
    pub order: u64,
    /// When it was over, unix ms of the sandbox's clock.
    pub at_ms: i64,
    /// The step as given; `open` for the first.
    pub step: String,
    /// The addresses visited on the way, redirects included.
    pub visited: Vec<String>,
    /// Where it ended.
    #[serde(flatten)]
    pub happened: Happened,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows_steps() {
        for text in [
            "approve",
            "phone:+4306762600456",
            "otp:123456",
            "open-klarna-app",
            "goto:x:y",
        ] {
            let step: Step = text.parse().expect("a step");
            assert_eq!(step.to_string(), text);
        }
        assert_eq!("".parse::<Step>(), Err(NotAStep));
        assert_eq!("Approve now".parse::<Step>(), Err(NotAStep));
    }
}
