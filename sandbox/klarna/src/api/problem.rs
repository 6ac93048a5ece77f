//! Klarna's error bodies. Source: "error handling" under "integration resilience".

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

/// Something wrong with one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub parameter: String,
    pub reason: String,
}

impl Invalid {
    pub(crate) fn new(parameter: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            parameter: parameter.into(),
            reason: reason.into(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    kind: &'static str,
    pub code: &'static str,
    message: &'static str,
    validation: Vec<Invalid>,
}

impl Problem {
    fn new(
        status: StatusCode,
        kind: &'static str,
        code: &'static str,
        message: &'static str,
    ) -> Self {
        Self {
            status,
            kind,
            code,
            message,
            validation: Vec::new(),
        }
    }

    pub(crate) fn validation(validation: Vec<Invalid>) -> Self {
        let message = "One or more input parameters failed validation";
        Self {
            validation,
            ..Self::new(
                StatusCode::BAD_REQUEST,
                "INPUT_ERROR",
                "VALIDATION_ERROR",
                message,
            )
        }
    }

    pub(crate) fn invalid(parameter: &str, reason: &str) -> Self {
        Self::validation(vec![Invalid::new(parameter, reason)])
    }

    pub(crate) fn content_type() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "INPUT_ERROR",
            "INVALID_CONTENT_TYPE",
            "The content type must be application/json.",
        )
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "ACCESS_ERROR",
            "UNAUTHORIZED",
            "The API key is missing or wrong.",
        )
    }

    pub(crate) fn forbidden(message: &'static str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "RESOURCE_ERROR",
            "OPERATION_FORBIDDEN",
            message,
        )
    }

    pub(crate) fn unknown_resource() -> Self {
        let message = "There is no such payment request.";
        Self::new(
            StatusCode::NOT_FOUND,
            "RESOURCE_ERROR",
            "RESOURCE_NOT_FOUND",
            message,
        )
    }

    pub(crate) fn unknown_route() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "RESOURCE_ERROR",
            "NOT_FOUND",
            "There is nothing at this address.",
        )
    }

    pub(crate) fn conflict(message: &'static str) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "RESOURCE_ERROR",
            "RESOURCE_CONFLICT",
            message,
        )
    }

    pub(crate) fn internal() -> Self {
        let message = "Something went wrong on our side.";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "TECHNICAL_ERROR",
            "INTERNAL_ERROR",
            message,
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "error_id": Uuid::new_v4().to_string(),
            "error_type": self.kind,
            "error_code": self.code,
            "error_message": self.message,
        });
        if !self.validation.is_empty() {
            let list: Vec<_> = self
                .validation
                .iter()
                .map(|it| json!({ "parameter": it.parameter, "reason": it.reason }))
                .collect();
            body["validation_errors"] = json!(list);
        }
        (self.status, Json(body)).into_response()
    }
}
