//! The fault gateway: a reverse proxy in front of the acquirer's contract endpoints. The phone talks to it and to nothing
//! else, so it can count the phone's open requests, log them, and let things go wrong on the way.

mod fault;
mod forward;
mod handle;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use stepup_sandbox_clock::Clock;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

pub(crate) use fault::Faults;
pub use fault::{Fault, FaultKind, FaultReport, UnknownFault};
pub(crate) use wire::WireLog;
pub use wire::{Answer, BackendReply, Endpoint, Said, WireEntry};

/// What the gateway's connections share.
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

/// A gateway that listens.
pub(crate) struct Gateway {
    pub shared: Arc<Shared>,
    pub address: SocketAddr,
    commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

enum Command {
    /// Listen, or refuse and reset every connection, as a phone without a network sees it.
    Online(bool, oneshot::Sender<std::io::Result<()>>),
    Stop,
}

impl Gateway {
    pub fn start(listener: TcpListener, shared: Shared) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(shared);
        let (commands, orders) = mpsc::channel(4);
        let task = tokio::spawn(accept(listener, address, Arc::clone(&shared), orders));
        Ok(Self {
            shared,
            address,
            commands,
            task,
        })
    }

    /// Returns when the change is in force.
    pub async fn set_online(&self, online: bool) -> std::io::Result<()> {
        let gone = || std::io::Error::other("the gateway has stopped");
        let (done, answer) = oneshot::channel();
        self.commands
            .send(Command::Online(online, done))
            .await
            .map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Resets every connection and returns when the port is free.
    pub async fn stop(&mut self) {
        // A gateway whose task has ended needs no telling.
        let _ = self.commands.send(Command::Stop).await;
        let _ = (&mut self.task).await;
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    mut orders: mpsc::Receiver<Command>,
) {
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = next(listener.as_ref()) => {
                if let Ok(stream) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
            order = orders.recv() => match order {
                Some(Command::Online(online, done)) => {
                    let changed = if online {
                        if listener.is_none() {
                            TcpListener::bind(address).await.map(|bound| listener = Some(bound))
                        } else {
                            Ok(())
                        }
                    } else {
                        listener = None;
                        connections.shutdown().await;
                        Ok(())
                    };
                    // Whoever asked may have stopped waiting; the change holds all the same.
                    let _ = done.send(changed);
                }
                Some(Command::Stop) | None => {
                    connections.shutdown().await;
                    return;
                }
            },
        }
    }
}

async fn next(listener: Option<&TcpListener>) -> std::io::Result<TcpStream> {
    match listener {
        Some(listener) => {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        }
        None => std::future::pending().await,
    }
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
