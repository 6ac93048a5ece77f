//! Where the customer goes when the journey ends, and what is filled in there.

use url::{Url, form_urlencoded};

/// Fills `{name}` in `template` for every name that has a value; names without a value stay as they are.
/// Placeholders whose braces were percent-encoded by the sender's URL library count too.
pub(crate) fn fill(template: &str, values: &[(&str, Option<&str>)]) -> String {
    let mut filled = template.to_owned();
    for (name, value) in values {
        let Some(value) = value else { continue };
        let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let encoded = encoded.replace('+', "%20");
        for (open, close) in [("{", "}"), ("%7B", "%7D"), ("%7b", "%7d")] {
            filled = filled.replace(&format!("{open}{name}{close}"), &encoded);
        }
    }
    filled
}

/// Why a `return_url` cannot be used, if so. Plain http is accepted because everything here runs on loopback.
pub(crate) fn fault_of_return_url(text: &str) -> Option<&'static str> {
    match Url::parse(text) {
        _ if !fits_a_header(text) => Some("must be at most 2048 visible ASCII characters"),
        Ok(url) if matches!(url.scheme(), "http" | "https") => None,
        _ => Some("must be an http or https URL"),
    }
}

/// Why an `app_return_url` cannot be used, if so.
pub(crate) fn fault_of_app_return_url(text: &str) -> Option<&'static str> {
    const NOT_AN_APP: [&str; 6] = ["about", "blob", "data", "file", "javascript", "vbscript"];
    match Url::parse(text) {
        _ if !fits_a_header(text) => Some("must be at most 2048 visible ASCII characters"),
        _ if !text.contains("://") => Some("must contain ://"),
        Ok(url) if NOT_AN_APP.contains(&url.scheme()) => {
            Some("must have an app's scheme, http or https")
        }
        Ok(_) => None,
        Err(_) => Some("must be a URL"),
    }
}

fn fits_a_header(text: &str) -> bool {
    text.len() <= 2048 && text.chars().all(|c| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_encoded() {
        let values = [
            ("klarna.payment_request.id", Some("krn:a b")),
            ("klarna.payment_request.state", None),
        ];
        let filled = fill(
            "https://x/?i={klarna.payment_request.id}&j=%7Bklarna.payment_request.id%7D&s={klarna.payment_request.state}&o={other}",
            &values,
        );
        assert_eq!(
            filled,
            "https://x/?i=krn%3Aa%20b&j=krn%3Aa%20b&s={klarna.payment_request.state}&o={other}"
        );
    }

    #[test]
    fn return_addresses_are_checked() {
        for good in [
            "shop://klarna-redirect?stepup=x",
            "myApp://",
            "https://shop.example/app",
        ] {
            assert_eq!(fault_of_app_return_url(good), None, "{good}");
        }
        for wrong in [
            "shop:klarna",
            "javascript://x",
            "file:///etc",
            "",
            "shop://a b",
            "ümlaut://x",
        ] {
            assert!(fault_of_app_return_url(wrong).is_some(), "{wrong}");
        }
        assert_eq!(
            fault_of_return_url("http://127.0.0.1:1/r?i={klarna.payment_request.id}"),
            None
        );
        for wrong in ["shop://x", "nothing", "https://x/\r\nLocation: y"] {
            assert!(fault_of_return_url(wrong).is_some(), "{wrong}");
        }
    }
}
