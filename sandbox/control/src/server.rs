//! Listening, and stopping so that nothing is left behind.

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

/// A server whose connections die with it.
#[derive(Debug)]
pub(crate) struct Server {
    pub address: SocketAddr,
    commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

enum Command {
    Online(bool, oneshot::Sender<std::io::Result<()>>),
    Stop,
}

impl Server {
    /// Serves a router.
    pub fn of_router(listener: TcpListener, router: Router) -> std::io::Result<Self> {
        Self::start(listener, move |stream| {
            let router = router.clone();
            async move {
                // A peer that breaks off is the peer's affair.
                let _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
                    .await;
            }
        })
    }

    /// Serves each connection by `serve`.
    pub fn start<S, F>(listener: TcpListener, serve: S) -> std::io::Result<Self>
    where
        S: Fn(TcpStream) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let address = listener.local_addr()?;
        let (commands, orders) = mpsc::channel(4);
        let task = tokio::spawn(accept(listener, address, serve, orders));
        Ok(Self {
            address,
            commands,
            task,
        })
    }

    /// Refuses new connections and breaks off open ones, or listens again. Returns when the change is in force.
    pub async fn set_online(&self, online: bool) -> std::io::Result<()> {
        let gone = || std::io::Error::other("the server has stopped");
        let (done, answer) = oneshot::channel();
        let sent = self.commands.send(Command::Online(online, done)).await;
        sent.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Breaks off every connection and returns when the port is free.
    pub async fn stop(&mut self) {
        // A server whose task has ended needs no telling.
        let _ = self.commands.send(Command::Stop).await;
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept<S, F>(
    listener: TcpListener,
    address: SocketAddr,
    serve: S,
    mut orders: mpsc::Receiver<Command>,
) where
    S: Fn(TcpStream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = next(listener.as_ref()) => {
                if let Ok(stream) = accepted {
                    connections.spawn(serve(stream));
                }
            }
            Some(_) = connections.join_next() => {}
            order = orders.recv() => match order {
                Some(Command::Online(online, done)) => {
                    let changed = if !online {
                        listener = None;
                        connections.shutdown().await;
                        Ok(())
                    } else if listener.is_none() {
                        TcpListener::bind(address).await.map(|bound| listener = Some(bound))
                    } else {
                        Ok(())
                    };
                    // Whoever asked may have stopped waiting; the change holds all the same.
                    let _ = done.send(changed);
                }
                Some(Command::Stop) | None => {
                    drop(listener);
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
