//! The body of an authorize call. Unknown fields are ignored, as unknown parts of a schema that nobody here has read must be.

use serde_json::Value;

use super::problem::Invalid;
use crate::payment_request::{Interaction, Item, Purchase};
use crate::redirect::{fault_of_app_return_url, fault_of_return_url};
use crate::rfc3339;

/// Source: the currencies in Klarna's API reference.
const CURRENCIES: [&str; 15] = [
    "AUD", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "MXN", "NOK", "NZD", "PLN", "RON",
    "SEK", "USD",
];
const MAX_AMOUNT: i64 = 2_147_483_647;

#[derive(Clone)]
pub(super) struct AuthorizeBody {
    pub currency: String,
    pub amount: i64,
    pub transaction_reference: String,
    pub payment_request_id: Option<String>,
    pub payment_request_reference: Option<String>,
    pub interaction: Option<Interaction>,
    pub purchase: Purchase,
}

/// Reads `body`, or says everything that is wrong with it.
pub(super) fn read(body: &Value, now_ms: i64) -> Result<AuthorizeBody, Vec<Invalid>> {
    let mut reader = Reader {
        body,
        wrong: Vec::new(),
    };
    if !body.is_object() {
        return Err(vec![Invalid::new("body", "must be a JSON object")]);
    }
    let currency = reader.required("currency").to_ascii_uppercase();
    if !currency.is_empty() && !CURRENCIES.contains(&currency.as_str()) {
        reader.blame("currency", "must be a supported ISO 4217 currency");
    }
    let amount = reader
        .integer("request_payment_transaction.amount", 1)
        .unwrap_or_default();
    let transaction_reference =
        reader.required("request_payment_transaction.payment_transaction_reference");
    let result = AuthorizeBody {
        currency,
        amount,
        transaction_reference,
        payment_request_id: reader.text("payment_request_id"),
        payment_request_reference: reader.text("step_up_config.payment_request_reference"),
        interaction: reader.interaction(now_ms),
        purchase: reader.purchase(),
    };
    if reader.wrong.is_empty() {
        Ok(result)
    } else {
        Err(reader.wrong)
    }
}

struct Reader<'a> {
    body: &'a Value,
    wrong: Vec<Invalid>,
}

impl<'a> Reader<'a> {
    fn blame(&mut self, parameter: &str, reason: &str) {
        self.wrong.push(Invalid::new(parameter, reason));
    }

    fn at(&self, path: &str) -> Option<&'a Value> {
        let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
        self.body.pointer(&pointer).filter(|value| !value.is_null())
    }

    fn text(&mut self, path: &str) -> Option<String> {
        let text = self.at(path)?.as_str();
        match text {
            Some(text) if !text.is_empty() && text.len() <= 2048 => return Some(text.to_owned()),
            _ => self.blame(path, "must be a string of 1 to 2048 characters"),
        }
        None
    }

    fn required(&mut self, path: &str) -> String {
        if self.at(path).is_none() {
            self.blame(path, "is required");
        }
        self.text(path).unwrap_or_default()
    }

    fn integer(&mut self, path: &str, least: i64) -> Option<i64> {
        let number = self
            .at(path)
            .and_then(Value::as_i64)
            .filter(|number| (least..=MAX_AMOUNT).contains(number));
        if number.is_none() {
            self.blame(
                path,
                &format!("must be an integer, >= {least} and <= {MAX_AMOUNT}"),
            );
        }
        number
    }

    fn interaction(&mut self, now_ms: i64) -> Option<Interaction> {
        const CONFIG: &str = "step_up_config.customer_interaction_config";
        self.at("step_up_config")?;
        let method = format!("{CONFIG}.method");
        if self.required(&method) != "HANDOVER" {
            self.blame(&method, "must be HANDOVER");
        }
        let return_url = self.address(&format!("{CONFIG}.return_url"), fault_of_return_url);
        let app_return_url =
            self.address(&format!("{CONFIG}.app_return_url"), fault_of_app_return_url);
        if return_url.is_none() && app_return_url.is_none() && self.wrong.is_empty() {
            self.blame(CONFIG, "needs a return_url, an app_return_url, or both");
        }
        let expiry = format!("{CONFIG}.interaction_expiry");
        let expires_ms = self.text(&expiry).and_then(|text| {
            let at = rfc3339::parse(&text).filter(|at| *at > now_ms);
            if at.is_none() {
                self.blame(&expiry, "must be a time in the future, RFC 3339");
            }
            at
        });
        Some(Interaction {
            return_url,
            app_return_url,
            expires_ms,
        })
    }

    fn address(
        &mut self,
        path: &str,
        fault_of: fn(&str) -> Option<&'static str>,
    ) -> Option<String> {
        let text = self.text(path)?;
        if let Some(fault) = fault_of(&text) {
            self.blame(path, fault);
            return None;
        }
        Some(text)
    }

    fn purchase(&mut self) -> Purchase {
        const DATA: &str = "supplementary_purchase_data";
        let count = self
            .at("supplementary_purchase_data.line_items")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let items = (0..count).filter_map(|nth| {
            let item = format!("{DATA}.line_items[{nth}]");
            let name = self.required(&format!("{item}.name"));
            let quantity = self.integer(&format!("{item}.quantity"), 1)?;
            let total_amount = self.integer(&format!("{item}.total_amount"), -MAX_AMOUNT)?;
            Some(Item {
                name,
                quantity,
                total_amount,
            })
        });
        let items = items.collect();
        let reference = self.text("supplementary_purchase_data.purchase_reference");
        let email = self.text("supplementary_purchase_data.customer.email");
        Purchase {
            reference,
            items,
            email,
        }
    }
}
