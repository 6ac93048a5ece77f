//! What happened, by whom and when, for people.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use stepup_sandbox_control::{Answer, Books, Clock, Endpoint, Happened, StepReport, WireEntry};

/// Who did something, in the order in which it is told when the clock shows the same millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// The shop's app calls.
    App,
    /// The core starts a payment.
    Start,
    /// The acquirer's backend, before it asks Klarna.
    Begin,
    /// Klarna.
    Klarna,
    /// The acquirer's backend.
    Acquirer,
    /// The customer, in the journey.
    Customer,
    /// The app comes to the front.
    Front,
    /// Where the journey is shown.
    Surface,
    /// The core sees something.
    Sight,
    /// The core asks.
    Question,
    /// The core is answered.
    Answer,
    /// The app is told.
    Outcome,
}

impl Who {
    const fn name(self) -> &'static str {
        match self {
            Self::App | Self::Front | Self::Outcome => "app",
            Self::Start | Self::Sight | Self::Question | Self::Answer => "core",
            Self::Surface => "surface",
            Self::Customer => "customer",
            Self::Klarna => "Klarna",
            Self::Begin | Self::Acquirer => "acquirer",
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    at_ms: i64,
    who: Who,
    what: String,
}

/// A timeline that app, core and surface write to while it happens. Clones are the same one.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    clock: Clock,
    begun_ms: i64,
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl Timeline {
    pub fn new(clock: Clock) -> Self {
        Self {
            begun_ms: clock.now_ms(),
            clock,
            entries: Arc::default(),
        }
    }

    /// Something happens now.
    pub fn note(&self, who: Who, what: impl Into<String>) {
        self.note_at(self.clock.now_ms(), who, what);
    }

    /// Something happened then.
    pub fn note_at(&self, at_ms: i64, who: Who, what: impl Into<String>) {
        self.lock().push(Entry {
            at_ms,
            who,
            what: what.into(),
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what customer, Klarna, acquirer and gateway recorded since the timeline began.
    pub fn add_books(&self, books: &Books) {
        let walked = books
            .customers
            .iter()
            .flat_map(|customer| &customer.transcript);
        for report in walked.filter(|report| !report.step.starts_with("pause")) {
            self.add(report.at_ms, Who::Customer, customer(report));
        }
        for entry in &books.wire {
            self.add_wire(entry);
        }
        let json = serde_json::to_value(books).unwrap_or_default();
        for klarna in json["klarna"].as_array().into_iter().flatten() {
            self.add_klarna(klarna);
        }
        for payment in json["acquirer"].as_array().into_iter().flatten() {
            for version in payment["history"].as_array().into_iter().flatten() {
                let status = version["status"].as_str().unwrap_or_default();
                let reason = version["reason"].as_str().map(|why| format!(" ({why})"));
                let state = version["klarna_state"]
                    .as_str()
                    .map(|state| format!(", Klarna says {state}"));
                let what = format!(
                    "records the payment as {status}{}{}",
                    reason.unwrap_or_default(),
                    state.unwrap_or_default()
                );
                let who = if version["version"] == 1 {
                    Who::Begin
                } else {
                    Who::Acquirer
                };
                self.add(at(version), who, what);
            }
        }
    }

    fn add(&self, at_ms: i64, who: Who, what: String) {
        if at_ms >= self.begun_ms {
            self.note_at(at_ms, who, what);
        }
    }

    fn add_wire(&self, entry: &WireEntry) {
        let (who, asks) = match (entry.endpoint, &entry.wait) {
            (Endpoint::Start, _) => (Who::Start, "starts the payment: POST /payments".to_owned()),
            (Endpoint::Status, Some(wait)) => (
                Who::Question,
                format!("asks, and lets the backend hold the answer for {wait} s"),
            ),
            (Endpoint::Status, None) => (Who::Question, "asks the backend".to_owned()),
            (Endpoint::Cancel, _) => (Who::Question, "asks to cancel".to_owned()),
            (Endpoint::Other, _) => (Who::Question, "asks for something else".to_owned()),
        };
        self.add(entry.at_ms, who, asks);
        let (at_ms, what) = match &entry.answer {
            Some(Answer::Reply { at_ms, said, .. }) => {
                let word = said.word.as_deref().unwrap_or("nothing it understands");
                (*at_ms, format!("is told {word:?} (HTTP {})", said.status))
            }
            Some(Answer::Gone { at_ms, .. }) => {
                (*at_ms, "takes the question back: there is news".to_owned())
            }
            Some(Answer::Reset { at_ms, .. }) => (*at_ms, "loses the connection".to_owned()),
            None => return,
        };
        self.add(at_ms, Who::Answer, what);
    }

    fn add_klarna(&self, klarna: &Value) {
        for call in klarna["authorize_calls"].as_array().into_iter().flatten() {
            let which = if call["call"] == "first" {
                "authorize, call 1"
            } else {
                "authorize with the token, call 2"
            };
            let result = call["result"].as_str().unwrap_or_default();
            self.add(at(call), Who::Klarna, format!("{which}: {result}"));
        }
        for state in klarna["history"].as_array().into_iter().flatten() {
            let name = state["state"].as_str().unwrap_or_default();
            self.add(
                at(state),
                Who::Klarna,
                format!("the payment request is {name}"),
            );
        }
        for delivery in klarna["deliveries"].as_array().into_iter().flatten() {
            let event = delivery["event_type"].as_str().unwrap_or_default();
            let event = event.rsplit('.').next().unwrap_or_default();
            let status = &delivery["status"];
            self.add(
                at(delivery),
                Who::Klarna,
                format!("webhook `{event}` is answered with {status}"),
            );
        }
    }

    /// Prints it in the order of time.
    pub fn print(&self) {
        let mut entries = self.lock().clone();
        entries.sort_by_key(|entry| (entry.at_ms, entry.who));
        for entry in entries {
            let ms = entry.at_ms - self.begun_ms;
            println!("  {ms:>6} ms  {:9} {}", entry.who.name(), entry.what);
        }
    }
}

fn at(record: &Value) -> i64 {
    record["at_ms"].as_i64().unwrap_or_default()
}

fn customer(report: &StepReport) -> String {
    let did = match report.step.split(':').next().unwrap_or_default() {
        "open" => "opens the journey".to_owned(),
        "phone" => "types the phone number".to_owned(),
        "otp" => "types the code from the text message".to_owned(),
        "option" => "chooses how to pay".to_owned(),
        "open-bank" => "opens the bank's app".to_owned(),
        "confirm-in-app" => "confirms in the bank's app".to_owned(),
        "continue" => "goes on in the tab".to_owned(),
        "approve" => "approves".to_owned(),
        other => format!("does `{other}`"),
    };
    match &report.happened {
        Happened::Page { title, .. } => format!("{did}; sees \"{title}\""),
        Happened::Navigated { .. } => did,
        Happened::AppLink { uri } => {
            // The acquirer's own page, which Klarna was given as return_url.
            let internal = report
                .visited
                .iter()
                .any(|url| url.contains("/klarna/return/"));
            let by = if internal {
                "Klarna returns to the acquirer, which leads to"
            } else {
                "the page leads to"
            };
            format!("{did}; {by} {}", shortened(uri))
        }
    }
}

/// An address without what it is worth keeping: the scheme and host only, and the names of its parameters.
pub(super) fn shortened(uri: &str) -> String {
    let (address, query) = uri.split_once('?').unwrap_or((uri, ""));
    let mut parts = address.splitn(4, '/');
    let scheme = parts.next().unwrap_or_default();
    let host = parts.nth(1).unwrap_or_default();
    let path = if parts.next().is_some_and(|path| !path.is_empty()) {
        "/…"
    } else {
        ""
    };
    let names: Vec<String> = query
        .split('&')
        .filter_map(|pair| Some(format!("{}=…", pair.split('=').next()?)))
        .filter(|pair| pair != "=…")
        .collect();
    let query = if names.is_empty() {
        String::new()
    } else {
        format!("?{}", names.join("&"))
    };
    format!("{scheme}//{host}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_addresses_are_left_out() {
        assert_eq!(
            shortened("http://127.0.0.1:4711/eu/requests/secret/start"),
            "http://127.0.0.1:4711/…"
        );
        assert_eq!(
            shortened("shop://klarna?stepup=secret&x=1"),
            "shop://klarna?stepup=…&x=…"
        );
        assert_eq!(shortened("shop://klarna"), "shop://klarna");
    }
}
