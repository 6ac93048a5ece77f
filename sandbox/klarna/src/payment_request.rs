//! A payment request: what was asked for, where it stands, and how the API shows it.

use serde_json::{Map, Value, json};
use stepup_sandbox_clock::Signal;

use crate::config::KlarnaConfig;
use crate::journey::Progress;
use crate::redirect;
use crate::rfc3339;
use crate::secret::Secret;
use crate::state::{PaymentState, StateReason};
use crate::webhook::Outgoing;

/// What is being bought, as far as it was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Purchase {
    pub reference: Option<String>,
    pub items: Vec<Item>,
    pub email: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub name: String,
    pub quantity: i64,
    pub total_amount: i64,
}

/// `customer_interaction_config`. At least one of the two addresses is there.
#[derive(Clone)]
pub(crate) struct Interaction {
    pub return_url: Option<String>,
    pub app_return_url: Option<String>,
    pub expires_ms: Option<i64>,
}

/// The `klarna_network_session_token` of an approved request.
#[derive(Clone)]
pub(crate) struct Token {
    pub value: Secret,
    pub issued_ms: i64,
    pub finalised: Option<Finalised>,
}

/// The result of call 2, which every repetition gets.
#[derive(Clone)]
pub(crate) struct Finalised {
    pub transaction_reference: String,
    pub result: &'static str,
    pub answer: Value,
}

/// How the customer came to the journey, which decides on which address it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Launch {
    Web,
    KlarnaApp,
}

pub(crate) struct PaymentRequest {
    pub id: String,
    pub opaque: Secret,
    pub reference: Option<String>,
    pub amount: i64,
    pub currency: String,
    pub purchase: Purchase,
    pub interaction: Interaction,
    pub state: PaymentState,
    pub previous: Option<PaymentState>,
    pub reason: Option<StateReason>,
    pub created_ms: i64,
    pub updated_ms: i64,
    pub expires_ms: i64,
    pub token: Option<Token>,
    pub progress: Progress,
    /// Its line in the books.
    pub record: usize,
    /// Given when a final state is reached.
    pub settled: Signal,
    pub outgoing: Outgoing,
}

impl PaymentRequest {
    pub(crate) fn url(&self, config: &KlarnaConfig) -> String {
        format!(
            "{}/{}/requests/{}/start",
            config.public_url,
            config.region,
            self.opaque.expose()
        )
    }

    /// Where the customer goes at the end. In the Klarna app that is the `app_return_url`; `return_url` is only for a journey that
    /// was launched in the web. Where the fitting one was not given, the other serves.
    pub(crate) fn exit(&self, launch: Launch) -> String {
        let web = self.interaction.return_url.as_deref();
        let app = self.interaction.app_return_url.as_deref();
        match (launch, web, app) {
            (Launch::KlarnaApp, _, Some(app)) | (Launch::Web, None, Some(app)) => app.to_owned(),
            (_, Some(web), _) => redirect::fill(web, &self.placeholders()),
            (_, None, None) => String::new(),
        }
    }

    fn placeholders(&self) -> [(&'static str, Option<&str>); 6] {
        let token = self.token.as_ref().map(|token| token.value.expose());
        [
            ("klarna.payment_request.id", Some(self.id.as_str())),
            ("klarna.payment_request.state", Some(self.state.as_str())),
            (
                "klarna.payment_request.payment_request_reference",
                self.reference.as_deref(),
            ),
            ("klarna.payment_request.payment_token", token),
            ("klarna.payment_request.klarna_network_session_token", token),
            ("klarna.payment_request.interoperability_token", token),
        ]
    }

    /// As `GET`, `DELETE` and call 1 show it.
    pub(crate) fn to_json(&self, config: &KlarnaConfig) -> Value {
        let mut object = self.common_json();
        object.insert("amount".into(), json!(self.amount));
        object.insert("currency".into(), json!(self.currency));
        object.insert("state_context".into(), self.state_context(config));
        let mut interaction = json!({ "method": "HANDOVER" });
        for (name, url) in [
            ("return_url", &self.interaction.return_url),
            ("app_return_url", &self.interaction.app_return_url),
        ] {
            if let Some(url) = url {
                interaction[name] = json!(url);
            }
        }
        object.insert("customer_interaction_config".into(), interaction);
        Value::Object(object)
    }

    /// As a webhook's `payload` shows it: the token is in `state_context` and, because readers of both kinds exist, on top.
    pub(crate) fn to_payload(&self, config: &KlarnaConfig) -> Value {
        let mut object = self.common_json();
        object.insert("state_context".into(), self.state_context(config));
        if let Some(token) = &self.token {
            object.insert(
                "klarna_network_session_token".into(),
                json!(token.value.expose()),
            );
        }
        Value::Object(object)
    }

    fn common_json(&self) -> Map<String, Value> {
        let mut object = Map::new();
        object.insert("payment_request_id".into(), json!(self.id));
        if let Some(reference) = &self.reference {
            object.insert("payment_request_reference".into(), json!(reference));
        }
        object.insert("state".into(), json!(self.state));
        if let Some(previous) = self.previous {
            object.insert("previous_state".into(), json!(previous));
        }
        if let Some(reason) = self.reason {
            object.insert("state_reason".into(), json!(reason));
        }
        for (name, at) in [
            ("expires_at", self.expires_ms),
            ("created_at", self.created_ms),
            ("updated_at", self.updated_ms),
        ] {
            object.insert(name.into(), json!(rfc3339::format(at)));
        }
        if self.state == PaymentState::Canceled {
            object.insert(
                "canceled_at".into(),
                json!(rfc3339::format(self.updated_ms)),
            );
        }
        object
    }

    fn state_context(&self, config: &KlarnaConfig) -> Value {
        if let Some(token) = &self.token {
            let phone = self.progress.phone.as_deref().unwrap_or_default();
            let profile = json!({ "phone": phone, "email": self.purchase.email });
            return json!({
                "klarna_network_session_token": token.value.expose(),
                "klarna_customer": { "customer_profile": profile },
            });
        }
        if self.state.is_final() {
            return json!({});
        }
        json!({ "customer_interaction": {
            "method": "HANDOVER",
            "payment_request_id": self.id,
            "payment_request_url": self.url(config),
        } })
    }
}
