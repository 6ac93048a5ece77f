//! A customer's visit to the journey.

use crate::report::Finding;
use crate::run::{Pending, Run};
use crate::walk::{Person, Walk};

/// Klarna's published test customer, Austria.
const TO_THE_REVIEW: [&str; 3] = ["phone:+4306762600456", "otp:123456", "option"];

/// What a customer does in the journey.
#[derive(Clone, Copy)]
pub(crate) enum Decision {
    Approve,
    Refuse,
    /// Neither: they leave.
    Leave,
    /// They go into the bank's app and come back.
    AnotherApp,
}

impl Decision {
    /// What a scripted customer does, as far as the review page and from there on.
    fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Approve => &["approve"],
            Self::Refuse => &["deny"],
            Self::Leave => &["abort"],
            Self::AnotherApp => &["open-bank", "confirm-in-app"],
        }
    }

    /// What a person is asked to do.
    fn words(self) -> &'static str {
        match self {
            Self::Approve => "Open this address as a customer and approve the payment:",
            Self::Refuse => {
                "Open this address and refuse the payment (or go in as a test customer whom Klarna declines):"
            }
            Self::Leave => "Open this address, go some steps, and leave without a decision:",
            Self::AnotherApp => {
                "Open this address on a phone, choose a way that leads into the Klarna app or a bank's app, and come back from there:"
            }
        }
    }
}

/// How a visit to the journey ended.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    /// A scripted customer's browser left for this link; on a page, if there is none.
    On(Option<String>),
    /// A person knows.
    Seen(Person),
}

impl Ended {
    /// Whether it ended on this link, to the letter.
    pub(crate) async fn on(&self, link: &str) -> Result<bool, Finding> {
        match self {
            Self::On(ended) => Ok(ended.as_deref() == Some(link)),
            Self::Seen(person) => {
                let question = format!(
                    "Was the phone or the browser sent to exactly this address in the end?\n\n    {link}\n\n"
                );
                person.saw(&question).await
            }
        }
    }
}

/// A customer goes through the journey.
pub(crate) async fn decide(
    run: &Run,
    payment: &Pending,
    decision: Decision,
) -> Result<Ended, Finding> {
    let url = run.journey(payment).await?;
    let sandbox = match &run.walk {
        Some(Walk::Person(person)) => {
            person.goes(&url, decision.words()).await?;
            return Ok(Ended::Seen(person.clone()));
        }
        _ => run.sandbox()?,
    };
    let visitor = sandbox.open(&run.time, &url).await?;
    visitor.walk(&TO_THE_REVIEW).await?;
    let mut link = match (decision, visitor.walk(decision.steps()).await) {
        // Klarna's pages offer another app only if there is a way back.
        (Decision::AnotherApp, Err(Finding::NotChecked(why))) => {
            return Finding::broken(format!("no way into a bank app and back: {why}"));
        }
        (_, walked) => walked?,
    };
    // A backend that is no part of the sandbox has its return page elsewhere.
    for _ in 0..5 {
        match &link {
            Some(url) if url.starts_with("http") && !is_of_the_app(url, payment) => {
                link = run.backend.next_page(url).await;
            }
            _ => break,
        }
    }
    Ok(Ended::On(link))
}

fn is_of_the_app(url: &str, payment: &Pending) -> bool {
    let start = |link: &str| link.split('?').next().unwrap_or_default().to_owned();
    [&payment.links.completion, &payment.links.handover]
        .map(|link| start(link))
        .contains(&start(url))
}
