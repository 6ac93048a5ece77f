//! The built-in HTTP: reqwest over rustls and ring.

use std::time::Duration;

use ::reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use ::reqwest::{Client, ClientBuilder, Response, redirect, retry};

use super::{HttpReply, HttpRequest, MAX_REPLY, Method, TransportFailure, date_ms, retry_after_ms};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Shorter than what servers and mobile networks keep an idle connection for, so that a question rarely meets a dead one.
const IDLE_CONNECTION: Duration = Duration::from_secs(30);

/// The built-in transport could not be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the built-in HTTP transport could not be set up")]
pub struct BuiltInError;

/// The built-in transport. Wants a tokio runtime with I/O and time enabled.
#[derive(Clone, Debug)]
pub struct BuiltIn {
    questions: Client,
    /// Without kept connections: on one that the server has just closed, a request that changes something would be of
    /// unknown fate for no reason. It also leaves nothing that the HTTP library could repeat on its own.
    changes: Client,
}

impl BuiltIn {
    /// `http_allowed` is for the sandbox.
    pub fn new(http_allowed: bool) -> Result<Self, BuiltInError> {
        let client = |idle_connections| {
            tls(Client::builder())?
                .http1_only()
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .referer(false)
                .no_proxy()
                .https_only(!http_allowed)
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_idle_timeout(IDLE_CONNECTION)
                .pool_max_idle_per_host(idle_connections)
                .build()
                .map_err(|_| BuiltInError)
        };
        Ok(Self {
            questions: client(1)?,
            changes: client(0)?,
        })
    }

    /// Sends one request, once. Dropping the future aborts it.
    pub async fn send(&self, request: &HttpRequest) -> Result<HttpReply, TransportFailure> {
        let builder = match request.method {
            Method::Get => self.questions.get(&request.url),
            Method::Post => self.changes.post(&request.url),
        };
        let mut builder = builder.timeout(Duration::from_millis(u64::from(request.timeout_ms)));
        for header in &request.headers {
            builder = builder.header(header.name.as_str(), header.value.expose());
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let response = builder.send().await.map_err(|failure| fate(&failure))?;
        read(response).await
    }
}

/// `NotSent` only for what happens before there is a connection to send on.
fn fate(failure: &::reqwest::Error) -> TransportFailure {
    if failure.is_builder() || failure.is_connect() {
        TransportFailure::NotSent
    } else {
        TransportFailure::MaybeSent
    }
}

async fn read(mut response: Response) -> Result<HttpReply, TransportFailure> {
    let status = response.status().as_u16();
    let date_ms = text(response.headers(), &DATE).and_then(date_ms);
    let retry_after_ms =
        text(response.headers(), &RETRY_AFTER).and_then(|value| retry_after_ms(value, date_ms));
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|_| TransportFailure::MaybeSent)?
    {
        if body.len() + chunk.len() > MAX_REPLY {
            return Err(TransportFailure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpReply {
        status,
        date_ms,
        retry_after_ms,
        body,
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Backends of apps have public certificates: the roots travel with the library. The platform's verifier
/// (rustls-platform-verifier) panics on Android at the first request unless it was set up over JNI with a Kotlin class,
/// and its revocation check fails behind the clear-text policy (its issue #221); once neither is so, it can be used there.
#[cfg(not(target_vendor = "apple"))]
fn tls(builder: ClientBuilder) -> Result<ClientBuilder, BuiltInError> {
    use std::sync::Arc;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| BuiltInError)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(config))
}

/// Apple's verifier works without further ado and honours what the device's owner trusts. It finds its cryptography
/// through the process's default; an app that has installed one already keeps it.
#[cfg(target_vendor = "apple")]
fn tls(builder: ClientBuilder) -> Result<ClientBuilder, BuiltInError> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(builder.tls_backend_rustls())
}

#[cfg(test)]
mod tests;
