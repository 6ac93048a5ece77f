//! A request to the backend and its answer, taken apart.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};
use stepup_sandbox_conformance::session_header;

#[derive(Clone)]
pub struct Question {
    pub method: Method,
    pub path: String,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Question {
    pub fn is_start(&self) -> bool {
        self.path == "/payments"
    }

    pub fn is_status(&self) -> bool {
        self.method == Method::GET
    }

    pub fn is_cancel(&self) -> bool {
        self.path.ends_with("/cancel")
    }

    /// The payment's name in the path, or the attempt of a start.
    pub fn name(&self) -> String {
        let attempt = self.headers.get("stepup-attempt");
        let attempt = attempt.and_then(|attempt| attempt.to_str().ok());
        let named = self.path.split('/').nth(2);
        named.or(attempt).unwrap_or_default().to_owned()
    }

    pub fn is_of(&self, customer: &str) -> bool {
        let session = session_header(&format!("session-of-{customer}"));
        self.headers.get(header::AUTHORIZATION) == session.get(header::AUTHORIZATION)
    }

    pub fn ask_as_ann(&mut self) {
        self.headers.extend(session_header("session-of-ann"));
    }

    pub fn order(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn set_order(&mut self, order: &Value) {
        self.body = order.to_string().into();
        self.headers.remove(header::CONTENT_LENGTH);
    }

    pub fn cut_link(&mut self, field: &str) {
        let mut order = self.order();
        let cut = order[field]
            .as_str()
            .map(|link| link.split('?').next().map(str::to_owned));
        if let Some(cut) = cut {
            order[field] = json!(cut);
            self.set_order(&order);
        }
    }
}

#[derive(Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Answer {
    pub fn new(status: StatusCode, json: Value) -> Self {
        let headers = HeaderMap::new();
        Self {
            status,
            headers,
            json,
        }
    }

    pub fn word(&self) -> &str {
        self.json["status"].as_str().unwrap_or_default()
    }

    pub fn klarna_state(&self) -> &str {
        self.json["klarna"]["state"].as_str().unwrap_or_default()
    }

    pub fn version(&self) -> i64 {
        self.json["version"].as_i64().unwrap_or_default()
    }

    pub fn has_journey(&self) -> bool {
        self.json["klarna"]["payment_request_url"].is_string()
            || self.json["redirect_url"].is_string()
    }

    pub fn say(&mut self, word: &str) {
        self.json["status"] = json!(word);
    }

    pub fn remove(&mut self, field: &str) {
        if let Some(fields) = self.json.as_object_mut() {
            fields.remove(field);
        }
    }
}
