//! The scripted customer: walks the real pages of a journey as a browser without JavaScript would.

mod page;
mod registry;
mod step;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LOCATION};
use serde::{Deserialize, Serialize};
use stepup_sandbox_clock::Clock;
use url::{Origin, Url};

use crate::order::Order;

pub use page::PageError;
use page::{Page, Submission};
pub use registry::{CustomerRecord, Customers};
pub use step::{Happened, NotAStep, Step, StepReport};

/// More redirects in a row than any browser follows.
const MAX_REDIRECTS: usize = 20;

/// Where the journey was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenedIn {
    /// A tab: a system web view or a browser.
    #[default]
    Browser,
    /// The Klarna app, which took the link (`?via=klarna-app` tells the sandbox's pages).
    KlarnaApp,
}

/// Why a step could not be done.
#[derive(Debug, thiserror::Error)]
pub enum CustomerError {
    /// The page does not offer it.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The address can't be opened in a tab of the sandbox.
    #[error("a customer's tab can't open this address: {0}")]
    Address(String),
    /// The server did not answer.
    #[error("the page could not be loaded: {0}")]
    Http(#[source] reqwest::Error),
    /// The pages redirect in a circle.
    #[error("more than {MAX_REDIRECTS} redirects in a row")]
    TooManyRedirects,
    /// There is no page on which the step could be done.
    #[error("nothing is open in the customer's tab")]
    NothingOpen,
    /// A pause without a number.
    #[error("a pause is `pause:MILLISECONDS`")]
    Pause,
    /// There is no customer of that number.
    #[error("there is no customer {0}")]
    NoSuchCustomer(u64),
    /// The customer is still at the step before.
    #[error("customer {0} is still at the step before")]
    StillActing(u64),
}

type Transcript = Arc<Mutex<Vec<StepReport>>>;

/// A customer with a tab of their own (cookies included). Whoever lets it act holds one busy guard of the clock meanwhile;
/// a second would never be given back by what parks below.
#[derive(Debug)]
struct Customer {
    http: reqwest::Client,
    clock: Clock,
    order: Order,
    sandbox: Vec<Origin>,
    page: Option<Page>,
    /// The tab was sent to an app: what it shows may have moved on by itself meanwhile.
    left_for_app: bool,
    transcript: Transcript,
}

impl Customer {
    /// A customer of the sandbox whose servers have these origins. Everything else a page leads to is a link for an app.
    fn new(
        clock: Clock,
        order: Order,
        sandbox: Vec<Origin>,
        transcript: Transcript,
    ) -> Result<Self, reqwest::Error> {
        let http = stepup_sandbox_http::client()
            .cookie_store(true)
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()?;
        Ok(Self {
            http,
            clock,
            order,
            sandbox,
            page: None,
            left_for_app: false,
            transcript,
        })
    }

    /// Opens the address that the phone opened.
    async fn open(&mut self, address: Url) -> Result<StepReport, CustomerError> {
        let visit = Submission {
            post: false,
            url: address,
            fields: Vec::new(),
        };
        self.acted("open", visit).await
    }

    /// Does one step. If the page does not offer it and the customer has come back from an app, the tab is looked at again
    /// first, as a person would.
    async fn step(&mut self, step: &Step) -> Result<StepReport, CustomerError> {
        if step.action == "reload" {
            let visit = self.again()?;
            return self.acted(&step.to_string(), visit).await;
        }
        if step.action == "pause" {
            return self.pause(step).await;
        }
        let shown = self.page.as_ref().ok_or(CustomerError::NothingOpen)?;
        if self.left_for_app && !shown.offers(&step.action) {
            self.back_in_tab().await?;
        }
        let shown = self.page.as_ref().ok_or(CustomerError::NothingOpen)?;
        let visit = shown.act(&step.action, step.value.as_deref())?;
        self.acted(&step.to_string(), visit).await
    }

    fn is_sandbox(&self, url: &Url) -> bool {
        self.sandbox.contains(&url.origin())
    }

    /// Thinks for so many milliseconds of the clock, the page before them.
    async fn pause(&mut self, step: &Step) -> Result<StepReport, CustomerError> {
        let ms = step.value.as_deref().and_then(|text| text.parse().ok());
        self.clock.sleep(ms.ok_or(CustomerError::Pause)?).await;
        let shown = self.page.as_ref().ok_or(CustomerError::NothingOpen)?;
        let happened = shown.shown();
        Ok(self.note(&step.to_string(), Vec::new(), happened))
    }

    /// The tab goes on where another app was opened: by the page's own `continue`, or by looking at it again.
    async fn back_in_tab(&mut self) -> Result<(), CustomerError> {
        let shown = self.page.as_ref().ok_or(CustomerError::NothingOpen)?;
        if shown.offers("continue") {
            let visit = shown.act("continue", None)?;
            self.acted("continue", visit).await?;
        } else {
            let visit = self.again()?;
            self.acted("reload", visit).await?;
        }
        Ok(())
    }

    fn again(&self) -> Result<Submission, CustomerError> {
        let page = self.page.as_ref().ok_or(CustomerError::NothingOpen)?;
        Ok(Submission {
            post: false,
            url: page.url.clone(),
            fields: Vec::new(),
        })
    }

    async fn acted(&mut self, step: &str, visit: Submission) -> Result<StepReport, CustomerError> {
        let mut visited = Vec::new();
        let happened = self.visit(visit, &mut visited).await?;
        self.left_for_app = happened.app_link().is_some();
        Ok(self.note(step, visited, happened))
    }

    fn note(&self, step: &str, visited: Vec<String>, happened: Happened) -> StepReport {
        let report = StepReport {
            order: self.order.next(),
            at_ms: self.clock.now_ms(),
            step: step.to_owned(),
            visited,
            happened,
        };
        self.transcript
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(report.clone());
        report
    }

    async fn visit(
        &mut self,
        mut next: Submission,
        visited: &mut Vec<String>,
    ) -> Result<Happened, CustomerError> {
        for _ in 0..=MAX_REDIRECTS {
            if !self.is_sandbox(&next.url) {
                return Ok(Happened::AppLink {
                    uri: next.url.into(),
                });
            }
            visited.push(next.url.to_string());
            let response = self.send(&next).await.map_err(CustomerError::Http)?;
            let status = response.status();
            let target = response
                .headers()
                .get(LOCATION)
                .and_then(|to| to.to_str().ok());
            if let Some(target) = target.filter(|_| status.is_redirection()) {
                // An app's link is handed over letter by letter; parsing would tidy it up.
                match next.url.join(target) {
                    Ok(url) if self.is_sandbox(&url) => next = follow(&next, status.as_u16(), url),
                    _ => {
                        return Ok(Happened::AppLink {
                            uri: target.to_owned(),
                        });
                    }
                }
                continue;
            }
            let is_html = response
                .headers()
                .get(CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok())
                .is_some_and(|kind| kind.starts_with("text/html"));
            if !is_html {
                return Ok(Happened::Navigated {
                    url: next.url.into(),
                    status: status.as_u16(),
                });
            }
            let html = response.text().await.map_err(CustomerError::Http)?;
            let page = Page::read(next.url.clone(), status.as_u16(), &html);
            if let Some(target) = page.leads_to.clone() {
                match page.url.join(&target) {
                    Ok(url) if self.is_sandbox(&url) => next = follow(&next, 303, url),
                    _ => {
                        self.page = Some(page);
                        return Ok(Happened::AppLink { uri: target });
                    }
                }
                continue;
            }
            let shown = page.shown();
            self.page = Some(page);
            return Ok(shown);
        }
        Err(CustomerError::TooManyRedirects)
    }

    async fn send(&self, visit: &Submission) -> Result<reqwest::Response, reqwest::Error> {
        let encode = || {
            url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&visit.fields)
                .finish()
        };
        let mut url = visit.url.clone();
        url.set_fragment(None);
        let request = if visit.post {
            self.http
                .post(url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(encode())
        } else {
            if !visit.fields.is_empty() {
                url.set_query(Some(&encode()));
            }
            self.http.get(url)
        };
        request.send().await
    }
}

/// 307 and 308 repeat the request, the others turn it into a GET.
fn follow(before: &Submission, status: u16, url: Url) -> Submission {
    if matches!(status, 307 | 308) {
        return Submission {
            url,
            ..before.clone()
        };
    }
    Submission {
        post: false,
        url,
        fields: Vec::new(),
    }
}
