//! What is checked: where the backend is, who asks, and what is ordered there.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::restart::Restart;

/// A backend to check.
#[derive(Clone, Debug)]
pub struct Target {
    /// What `/payments` hangs below.
    pub base_url: String,
    /// The headers of the customer's session. Empty: the session's promises are not checked.
    pub headers: HeaderMap,
    /// The headers of another customer's session. Empty: what belongs to whom is not checked.
    pub other_headers: HeaderMap,
    /// What is ordered.
    pub orders: Orders,
    /// Where the app's links begin.
    pub links: Links,
    /// How it is killed and started again, if it may be.
    pub restart: Option<Restart>,
}

impl Target {
    /// A backend without sessions that understands the sandbox's demo order.
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            headers: HeaderMap::new(),
            other_headers: HeaderMap::new(),
            orders: Orders::demo(),
            links: Links::default(),
            restart: None,
        }
    }
}

/// The app's links, without what tells one attempt from the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// Where the browser is sent at the end, `return_url`.
    pub completion: String,
    /// What brings the app to the front, `app_return_url`.
    pub handover: String,
}

impl Default for Links {
    fn default() -> Self {
        Self {
            completion: "stepup-conformance://done".into(),
            handover: "stepup-conformance-app://klarna".into(),
        }
    }
}

/// Templates of orders; each use has a reference of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Orders(Vec<Value>);

/// Why a template can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderError {
    /// It is not a JSON object.
    NotAnObject,
    /// Nothing in it is `{reference}`.
    NoReference,
}

impl std::fmt::Display for OrderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "the order is not a JSON object",
            Self::NoReference => {
                "the order has no \"{reference}\": write it where your backend expects the order's reference"
            }
        })
    }
}

impl std::error::Error for OrderError {}

const REFERENCE: &str = "{reference}";
const COMPLETION: &str = "{return_url}";
const HANDOVER: &str = "{app_return_url}";

impl Orders {
    /// The sandbox's demo order, which needs a journey.
    #[must_use]
    pub fn demo() -> Self {
        Self(vec![json!({
            "reference": REFERENCE, "amount": 11_800, "currency": "USD",
            "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5_900}],
            "customer": {"email": "customer@email.us"},
        })])
    }

    /// The demo order in both shapes of the reply, as the sandbox's acquirer can be asked for.
    #[must_use]
    pub fn demo_in_both_shapes() -> Self {
        let Self(demo) = Self::demo();
        let shaped = ["klarna", "redirect"].map(|shape| {
            let mut order = demo[0].clone();
            order["reply"] = json!(shape);
            order
        });
        Self(shaped.into())
    }

    /// A template of one's own. Everywhere in it `{reference}` stands for the order's reference, and `{return_url}` and
    /// `{app_return_url}` for the app's links; links that it does not place are added under these names.
    pub fn template(order: Value) -> Result<Self, OrderError> {
        if !order.is_object() {
            return Err(OrderError::NotAnObject);
        }
        if !order.to_string().contains(REFERENCE) {
            return Err(OrderError::NoReference);
        }
        Ok(Self(vec![order]))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn fill(&self, which: usize, reference: &str, links: &Links) -> Value {
        let mut order = self.0[which].clone();
        let placed = order.to_string();
        for (name, mark, link) in [
            ("return_url", COMPLETION, &links.completion),
            ("app_return_url", HANDOVER, &links.handover),
        ] {
            if !placed.contains(mark) && order.get(name).is_none() {
                order[name] = json!(link);
            }
        }
        let replace = |text: &str| {
            text.replace(REFERENCE, reference)
                .replace(COMPLETION, &links.completion)
                .replace(HANDOVER, &links.handover)
        };
        substitute(&mut order, &replace);
        order
    }
}

fn substitute(value: &mut Value, replace: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = replace(text),
        Value::Array(items) => items.iter_mut().for_each(|item| substitute(item, replace)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| substitute(field, replace)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_wherever_it_has_marks() {
        let template = json!({"cart": {"id": "{reference}"}, "back": "{return_url}"});
        let orders = Orders::template(template).expect("a template");
        let links = Links {
            completion: "shop://done".into(),
            handover: "shop://back".into(),
        };
        assert_eq!(
            orders.fill(0, "42", &links),
            json!({"cart": {"id": "42"}, "back": "shop://done", "app_return_url": "shop://back"})
        );
    }

    #[test]
    fn a_template_without_a_reference_is_refused() {
        assert_eq!(
            Orders::template(json!({"amount": 1})),
            Err(OrderError::NoReference)
        );
        assert_eq!(Orders::template(json!([])), Err(OrderError::NotAnObject));
    }
}
