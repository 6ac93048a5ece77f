//! Where a pending reply sends the customer.

use serde_json::Value;
use url::Url;

/// The address of the journey, if the reply has one: `klarna` before `redirect_url`, as apps take it.
pub(crate) fn address(reply: &Value) -> Option<&str> {
    reply["klarna"]["payment_request_url"]
        .as_str()
        .or_else(|| reply["redirect_url"].as_str())
}

/// What is wrong with the journey of a pending reply; nothing if it has none.
pub(crate) fn fault(reply: &Value, http_allowed: bool) -> Option<String> {
    if let Some(url) = reply["klarna"].get("payment_request_url") {
        if reply["klarna"]["payment_request_id"].as_str().is_none() {
            return Some("`klarna` has no payment_request_id".into());
        }
        return address_fault("klarna.payment_request_url", url, http_allowed);
    }
    reply
        .get("redirect_url")
        .and_then(|url| address_fault("redirect_url", url, http_allowed))
}

fn address_fault(field: &str, url: &Value, http_allowed: bool) -> Option<String> {
    let Some(text) = url.as_str() else {
        return Some(format!("`{field}` is not a string"));
    };
    let Ok(url) = Url::parse(text) else {
        return Some(format!("`{field}` is not an absolute address"));
    };
    let scheme = url.scheme();
    if scheme != "https" && !(http_allowed && scheme == "http") {
        return Some(format!("`{field}` is {scheme}, not https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some(format!("`{field}` has a user name in it"));
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_whole_addresses_are_in_order() {
        let klarna = |url: &str| json!({"klarna": {"payment_request_id": "krn:x", "payment_request_url": url}});
        assert_eq!(
            fault(
                &klarna("https://pay.test.klarna.com/eu/requests/x/start"),
                false
            ),
            None
        );
        assert_eq!(fault(&json!({"status": "pending"}), false), None);
        for url in [
            "/eu/requests/x/start",
            "http://pay.test.klarna.com/",
            "https://a@b.example/",
            "javascript:alert(1)",
        ] {
            assert!(fault(&klarna(url), false).is_some(), "{url}");
        }
        let without_id = json!({"klarna": {"payment_request_url": "https://pay.test.klarna.com/"}});
        assert!(fault(&without_id, false).is_some());
        assert!(fault(&json!({"redirect_url": 7}), false).is_some());
    }
}
