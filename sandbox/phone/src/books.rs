//! What backend and Klarna knew, and when: their books as entries of a timeline.

use serde_json::Value;

use crate::timeline::Lane;

/// Something that the books say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The same for the same fact each time the books are read.
    pub key: String,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// Who knows it.
    pub lane: Lane,
    /// A name that tests can wait for.
    pub kind: String,
    /// A sentence.
    pub text: String,
}

/// Everything that these books (of the control API) say, in no order.
#[must_use]
pub fn facts(books: &Value) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    for entry in list(&books["wire"]) {
        facts.wire(entry);
    }
    for (nth, payment) in list(&books["acquirer"]).iter().enumerate() {
        facts.acquirer(nth, payment);
    }
    for (nth, payment) in list(&books["klarna"]).iter().enumerate() {
        facts.klarna(nth, payment);
    }
    facts.0
}

struct Facts(Vec<Fact>);

impl Facts {
    fn add(&mut self, key: String, at_ms: i64, lane: Lane, kind: String, text: String) {
        self.0.push(Fact {
            key,
            at_ms,
            lane,
            kind,
            text,
        });
    }

    fn wire(&mut self, entry: &Value) {
        let (seq, endpoint) = (number(entry, "seq"), text(entry, "endpoint"));
        let asks = match (endpoint, entry["wait"].as_str()) {
            ("start", _) => "is asked to start the payment".to_owned(),
            ("status", Some(wait)) => {
                format!("is asked for the truth, and may hold its answer for {wait} s")
            }
            ("status", None) => "is asked for the truth".to_owned(),
            ("cancel", _) => "is asked to cancel".to_owned(),
            _ => "is asked for something else".to_owned(),
        };
        let fault = entry["fault"].as_str().map_or(String::new(), |fault| {
            format!(", and something goes wrong on purpose: {fault}")
        });
        let kind = if fault.is_empty() { "asked" } else { "spoilt" };
        self.add(
            format!("w{seq}"),
            number(entry, "at_ms"),
            Lane::Backend,
            format!("{kind}:{endpoint}"),
            format!("{asks}{fault}"),
        );
        let answer = &entry["answer"];
        let (kind, said) = match text(answer, "what") {
            "reply" => {
                let word = answer["word"].as_str().unwrap_or("no word");
                let status = number(answer, "status");
                (
                    format!("answered:{word}"),
                    format!("answers “{word}” (HTTP {status})"),
                )
            }
            "reset" => (
                "answered:reset".to_owned(),
                "loses the connection".to_owned(),
            ),
            "gone" => (
                "answered:gone".to_owned(),
                "is no longer listened to".to_owned(),
            ),
            _ => return,
        };
        let at = number(answer, "at_ms");
        self.add(format!("w{seq}a"), at, Lane::Backend, kind, said);
    }

    fn acquirer(&mut self, nth: usize, payment: &Value) {
        for version in list(&payment["history"]) {
            let status = text(version, "status");
            let because = version["reason"]
                .as_str()
                .map_or(String::new(), |reason| format!(" ({reason})"));
            let state = version["klarna_state"]
                .as_str()
                .map_or(String::new(), |state| {
                    format!(", knows that Klarna says {state}")
                });
            self.add(
                format!("a{nth}.{}", number(version, "version")),
                number(version, "at_ms"),
                Lane::Backend,
                format!("word:{status}"),
                format!("notes the payment as {status}{because}{state}"),
            );
        }
        for event in list(&payment["webhook_events"]) {
            let name = event_name(text(event, "event_type"));
            for time in 1..=number(event, "times") {
                let again = if time == 1 {
                    ""
                } else {
                    " once more, and ignores it"
                };
                self.add(
                    format!("a{nth}.{}.{time}", text(event, "event_id")),
                    number(event, "received_at_ms"),
                    Lane::Backend,
                    format!("webhook{}:{name}", if time == 1 { "" } else { "-again" }),
                    format!("receives the webhook “{name}”{again}"),
                );
            }
        }
    }

    fn klarna(&mut self, nth: usize, payment: &Value) {
        for (call, entry) in list(&payment["authorize_calls"]).iter().enumerate() {
            let result = text(entry, "result");
            self.add(
                format!("k{nth}c{call}"),
                number(entry, "at_ms"),
                Lane::Klarna,
                format!("authorize:{result}"),
                format!(
                    "answers call {} of authorize: {result}",
                    if entry["call"] == "first" { 1 } else { 2 }
                ),
            );
        }
        for (nth_state, entry) in list(&payment["history"]).iter().enumerate() {
            let state = text(entry, "state");
            self.add(
                format!("k{nth}s{nth_state}"),
                number(entry, "at_ms"),
                Lane::Klarna,
                format!("klarna:{state}"),
                format!("has the payment request as {state}"),
            );
        }
        for (transaction, entry) in list(&payment["transactions"]).iter().enumerate() {
            self.add(
                format!("k{nth}t{transaction}"),
                number(entry, "at_ms"),
                Lane::Klarna,
                "money".to_owned(),
                "moves the money: one transaction".to_owned(),
            );
        }
        for (delivery, entry) in list(&payment["deliveries"]).iter().enumerate() {
            let name = event_name(text(entry, "event_type"));
            let end = entry["status"]
                .as_i64()
                .map_or("lost on the way".to_owned(), |status| {
                    format!("HTTP {status}")
                });
            self.add(
                format!("k{nth}d{delivery}"),
                number(entry, "at_ms"),
                Lane::Klarna,
                format!("sent:{name}"),
                format!("sends the webhook “{name}”: {end}"),
            );
        }
    }
}

/// `payment.request.state-change.completed` as `completed`.
fn event_name(kind: &str) -> &str {
    kind.rsplit('.').next().unwrap_or(kind)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_question_and_its_answer_are_two_facts_with_lasting_keys() {
        let open = json!({"wire": [{"seq": 1, "at_ms": 5, "endpoint": "status", "wait": "25"}]});
        let before = facts(&open);
        assert_eq!(before.len(), 1);
        let mut closed = open;
        closed["wire"][0]["answer"] =
            json!({"what": "reply", "at_ms": 9, "status": 200, "word": "approved"});
        let after = facts(&closed);
        assert_eq!(after[0], before[0]);
        assert_eq!(
            (after[1].kind.as_str(), after[1].at_ms),
            ("answered:approved", 9)
        );
    }

    #[test]
    fn a_webhook_that_came_twice_is_told_twice() {
        let books = json!({"acquirer": [{"webhook_events": [
            {"event_id": "e", "event_type": "payment.request.state-change.completed", "received_at_ms": 1, "times": 2}]}]});
        let kinds: Vec<_> = facts(&books).into_iter().map(|fact| fact.kind).collect();
        assert_eq!(kinds, ["webhook:completed", "webhook-again:completed"]);
    }
}
