//! How the sandbox speaks HTTP, and how its servers end.
//!
//! Cargo gives all crates of one program the same reqwest. The core asks for it without a provider of cryptography, and such a
//! reqwest panics in `Client::builder().build()` unless the process has named one. Naming one for the process would be for
//! programs to do, not for libraries; so every client of the sandbox is made here, with its TLS already chosen.

use std::sync::Arc;

/// A client to be made: rustls with ring, trusting the roots that Mozilla trusts, and no proxy. The sandbox's own servers are plain
/// HTTP on this machine; TLS is for an acquirer that is pointed at Klarna's test system.
///
/// # Panics
///
/// If ring supported none of rustls's default protocol versions.
pub fn client() -> reqwest::ClientBuilder {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = webpki_roots::TLS_SERVER_ROOTS.to_vec();
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the default versions")
        .with_root_certificates(rustls::RootCertStore { roots })
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
}

/// Comes back when the user (Ctrl-C) or the system (SIGTERM) asks a server to end.
///
/// # Errors
///
/// If the system lets no signals be received.
pub async fn asked_to_end() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
