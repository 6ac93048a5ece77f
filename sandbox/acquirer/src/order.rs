//! The order as the demo shop sends it, and what of it goes to Klarna.

use serde_json::{Map, Value, json};
use url::{Host, Url};

use crate::config::{ReplyShape, ReturnLinks, Secret};

/// Klarna's currencies (its v1 reference).
const CURRENCIES: [&str; 15] = [
    "AUD", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "MXN", "NOK", "NZD", "PLN", "RON",
    "SEK", "USD",
];
const LARGEST_AMOUNT: i64 = 2_147_483_647;
const LONGEST_REFERENCE: usize = 128;
const LONGEST_LINK: usize = 2_048;
/// Schemes by which a page could run code or read files instead of opening an app.
const DANGEROUS_SCHEMES: [&str; 10] = [
    "about",
    "blob",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "javascript",
    "vbscript",
];

/// An order that was understood.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub reference: String,
    pub amount: i64,
    pub currency: String,
    pub reply: Option<ReplyShape>,
    /// Where the browser goes at the end.
    pub return_url: Secret,
    /// What brings the app to the front.
    pub app_return_url: Secret,
    /// The shop's `items`, for the receipt.
    pub items: Value,
    /// Klarna's `supplementary_purchase_data`.
    pub purchase: Value,
}

/// Why an order was not understood: a word for the app's developer, never for the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub &'static str);

impl Order {
    pub(crate) fn read(body: &Value, links: &ReturnLinks) -> Result<Self, Refusal> {
        let body = body.as_object().ok_or(Refusal("order_not_an_object"))?;
        let reference = reference(body)?;
        let amount = body
            .get("amount")
            .and_then(Value::as_i64)
            .filter(|amount| (1..=LARGEST_AMOUNT).contains(amount))
            .ok_or(Refusal("amount_invalid"))?;
        let currency = body
            .get("currency")
            .and_then(Value::as_str)
            .map(str::to_ascii_uppercase)
            .filter(|currency| CURRENCIES.contains(&currency.as_str()))
            .ok_or(Refusal("currency_invalid"))?;
        let reply = match body.get("reply") {
            None | Some(Value::Null) => None,
            Some(shape) => {
                Some(serde_json::from_value(shape.clone()).map_err(|_| Refusal("reply_invalid"))?)
            }
        };
        let (return_url, app_return_url) = return_links(body, links)?;
        let purchase = purchase(&reference, body)?;
        Ok(Self {
            reference,
            amount,
            currency,
            reply,
            return_url,
            app_return_url,
            items: body.get("items").cloned().unwrap_or(Value::Null),
            purchase,
        })
    }
}

fn reference(body: &Map<String, Value>) -> Result<String, Refusal> {
    let text = match body.get("reference") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(Refusal("reference_missing")),
    };
    if text.is_empty() || text.len() > LONGEST_REFERENCE || text.chars().any(char::is_control) {
        return Err(Refusal("reference_invalid"));
    }
    Ok(text)
}

/// One link serves for both where only one is given: Klarna advises not to ask a Partner for a second URL
/// ("Handle step-up scenario", step 1).
fn return_links(
    body: &Map<String, Value>,
    rule: &ReturnLinks,
) -> Result<(Secret, Secret), Refusal> {
    let link = |name| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if is_permitted(text, rule) => {
            Ok(Some(Secret::new(text.clone())))
        }
        Some(_) => Err(Refusal("return_link_not_permitted")),
    };
    match (link("return_url")?, link("app_return_url")?) {
        (Some(completion), Some(handover)) => Ok((completion, handover)),
        (Some(only), None) | (None, Some(only)) => Ok((only.clone(), only)),
        (None, None) => Err(Refusal("return_link_missing")),
    }
}

fn is_permitted(link: &str, rule: &ReturnLinks) -> bool {
    // `://` is demanded by Klarna of an `app_return_url`; plain graphic ASCII because the link becomes a Location header.
    let shape = link.len() <= LONGEST_LINK
        && link.contains("://")
        && link.chars().all(|c| c.is_ascii_graphic());
    let Ok(url) = Url::parse(link) else {
        return false;
    };
    let scheme = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        other => !DANGEROUS_SCHEMES.contains(&other),
    };
    let named = match rule {
        ReturnLinks::AnySafe => true,
        ReturnLinks::StartingWith(starts) => starts.iter().any(|start| link.starts_with(start)),
    };
    shape && scheme && named
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn purchase(reference: &str, body: &Map<String, Value>) -> Result<Value, Refusal> {
    let mut purchase = json!({ "purchase_reference": reference });
    if let Some(items) = body.get("items").filter(|items| !items.is_null()) {
        let items = items.as_array().ok_or(Refusal("items_invalid"))?;
        let lines: Option<Vec<Value>> = items.iter().map(line_item).collect();
        purchase["line_items"] = Value::Array(lines.ok_or(Refusal("items_invalid"))?);
    }
    if let Some(email) = body
        .get("customer")
        .and_then(|customer| customer.get("email"))
        .and_then(Value::as_str)
    {
        purchase["customer"] = json!({ "email": email });
    }
    Ok(purchase)
}

fn line_item(item: &Value) -> Option<Value> {
    let name = item.get("name")?.as_str()?;
    let quantity = item.get("quantity").map_or(Some(1), Value::as_i64)?;
    let unit_price = item.get("unit_price")?.as_i64()?;
    let total = match item.get("total_amount") {
        Some(total) => total.as_i64()?,
        None => unit_price.checked_mul(quantity)?,
    };
    Some(
        json!({ "name": name, "quantity": quantity, "unit_price": unit_price, "total_amount": total }),
    )
}

/// The same text for the same content, whatever the order of its keys.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let fields: Vec<String> = keys
                .into_iter()
                .map(|key| format!("{}:{}", json!(key), canonical(&map[key])))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(extra: Value) -> Value {
        let mut order = json!({ "reference": "42", "amount": 11800, "currency": "USD", "return_url": "shop://done" });
        let Value::Object(extra) = extra else {
            panic!("extra fields are an object")
        };
        for (key, value) in extra {
            order[key] = value;
        }
        order
    }

    fn refusal(extra: Value) -> &'static str {
        Order::read(&order(extra), &ReturnLinks::AnySafe)
            .expect_err("refused")
            .0
    }

    #[test]
    fn one_link_serves_for_both() {
        for (name, other) in [
            ("return_url", "app_return_url"),
            ("app_return_url", "return_url"),
        ] {
            let body = order(json!({ "return_url": null, name: "shop://klarna", other: null }));
            let order = Order::read(&body, &ReturnLinks::AnySafe).expect("understood");
            assert_eq!(order.return_url.expose(), "shop://klarna");
            assert_eq!(order.app_return_url.expose(), "shop://klarna");
        }
        assert_eq!(
            refusal(json!({ "return_url": null })),
            "return_link_missing"
        );
    }

    #[test]
    fn links_that_would_run_code_or_leave_the_rule_are_refused() {
        for link in [
            "javascript://x%0aalert(1)",
            "intent://x#Intent;end",
            "http://shop.example/done",
            "file:///etc/passwd",
            "shop:klarna",
            "shop://a b",
            "shop://a\nb",
        ] {
            assert_eq!(
                refusal(json!({ "return_url": link })),
                "return_link_not_permitted",
                "{link}"
            );
        }
        let rule = ReturnLinks::StartingWith(vec!["shop://".into()]);
        assert!(Order::read(&order(json!({})), &rule).is_ok());
        let elsewhere = order(json!({ "return_url": "other://done" }));
        assert!(Order::read(&elsewhere, &rule).is_err());
    }

    #[test]
    fn what_cannot_be_charged_is_refused_by_name() {
        assert_eq!(refusal(json!({ "amount": 0 })), "amount_invalid");
        assert_eq!(refusal(json!({ "amount": 1.5 })), "amount_invalid");
        assert_eq!(refusal(json!({ "currency": "XYZ" })), "currency_invalid");
        assert_eq!(refusal(json!({ "reference": "" })), "reference_invalid");
        assert_eq!(refusal(json!({ "reply": "telex" })), "reply_invalid");
        assert_eq!(refusal(json!({ "items": "shirt" })), "items_invalid");
    }

    #[test]
    fn content_is_the_same_whatever_the_order_of_keys() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":{"c":[1,2],"d":"x"}}"#).expect("json");
        let two: Value = serde_json::from_str(r#"{"b":{"d":"x","c":[1,2]},"a":1}"#).expect("json");
        assert_eq!(canonical(&one), canonical(&two));
        assert_ne!(
            canonical(&one),
            canonical(&json!({"a":1,"b":{"c":[2,1],"d":"x"}}))
        );
    }
}
