//! A part of the sandbox that can be stopped as a process is: at once, with everything that it had going on.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::server::Server;

/// A server on a thread of its own, together with the background tasks that it starts.
#[derive(Debug)]
pub(crate) struct Process {
    runtime: Option<Runtime>,
    _server: Server,
}

impl Process {
    /// Runs what `build` returns, and everything that it spawns.
    pub fn start<T, E: From<std::io::Error>>(
        name: &str,
        listener: TcpListener,
        build: impl FnOnce() -> Result<(T, Router), E>,
    ) -> Result<(T, Self), E> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name(name)
            .enable_all()
            .build()?;
        // Away from the runtime of the caller, whose end must not be this server's.
        let listener = listener.into_std()?;
        let entered = runtime.enter();
        let started = (|| {
            let (made, router) = build()?;
            let server = Server::of_router(TcpListener::from_std(listener)?, router)?;
            Ok((made, server))
        })();
        drop(entered);
        match started {
            Ok((made, server)) => Ok((
                made,
                Self {
                    runtime: Some(runtime),
                    _server: server,
                },
            )),
            Err(error) => {
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    /// Returns when its tasks are gone and its port is free.
    pub async fn stop(mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting for threads to end blocks, so it is done where blocking is allowed.
            let end = move || runtime.shutdown_timeout(Duration::from_secs(5));
            let _ = tokio::task::spawn_blocking(end).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Where others on this machine reach a server that listens on `address`.
pub(crate) fn local_url(address: SocketAddr) -> String {
    let mut reached = address;
    if address.ip().is_unspecified() {
        reached.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{reached}")
}
