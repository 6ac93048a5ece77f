//! The fault gateway: a reverse proxy in front of the acquirer's contract endpoints. The phone talks to it and to nothing
//! else, so it can count the phone's open requests, log them, and let things go wrong on the way.

mod fault;
mod forward;
mod handle;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use stepup_sandbox_clock::Clock;
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::server::Server;

pub(crate) use fault::Faults;
pub use fault::{Fault, FaultKind, FaultReport, UnknownFault};
pub(crate) use wire::WireLog;
pub use wire::{Answer, BackendReply, Endpoint, Said, WireEntry};

/// What the gateway's connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub clock: Clock,
    /// Where the acquirer listens.
    pub acquirer: Url,
    /// Where Klarna's pages listen, when this gateway is the one door to everything (`public_url`).
    pub klarna: Option<Url>,
    pub http: reqwest::Client,
    pub faults: Faults,
    pub wire: WireLog,
}

/// Serves the phone.
pub(crate) fn start(listener: TcpListener, shared: Arc<Shared>) -> std::io::Result<Server> {
    Server::start(listener, move |stream| {
        connection(stream, Arc::clone(&shared))
    })
}

async fn connection(mut stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(|request| handle::serve(Arc::clone(&shared), request));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(&mut stream), service)
        .await;
    if served.is_err() {
        // Linger zero makes the close a reset, which is what a phone sees when a connection is torn off.
        let _ = stream.set_zero_linger();
    }
}
