//! The sandbox's Klarna as a server of its own.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use stepup_sandbox_clock::Clock;
use stepup_sandbox_klarna::{Klarna, KlarnaConfig, Secret, SigningKey};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Serves the sandbox's Klarna: API, webhooks and the Purchase Journey's pages.
#[derive(Parser)]
struct Options {
    /// Address and port; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The address that customers' browsers use, if it is another one (a tunnel, say).
    #[arg(long)]
    public_url: Option<String>,
    /// Where webhooks go; without it none are sent.
    #[arg(long)]
    webhook_url: Option<String>,
    /// The key that the API accepts.
    #[arg(long, env = "SANDBOX_KLARNA_API_KEY", hide_env_values = true)]
    api_key: String,
    /// Id of the key that webhooks are signed with.
    #[arg(
        long,
        default_value = "krn:partner:global:notification:signing-key:3f2c1b0a-0000-4000-8000-000000000001"
    )]
    signing_key_id: String,
    /// The key that webhooks are signed with.
    #[arg(
        long,
        env = "SANDBOX_KLARNA_SIGNING_KEY",
        hide_env_values = true,
        default_value = ""
    )]
    signing_key: String,
    /// The shop's name on the pages.
    #[arg(long, default_value = "Example Shop")]
    shop_name: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match serve(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("klarna: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind(options.listen).await?;
    let own_url = format!("http://{}", listener.local_addr()?);
    let public_url = options.public_url.unwrap_or_else(|| own_url.clone());
    let mut config = KlarnaConfig::new(Clock::real(), public_url, Secret::new(options.api_key));
    config.shop_name = options.shop_name;
    if let Some(url) = options.webhook_url {
        let key = SigningKey {
            id: options.signing_key_id,
            secret: Secret::new(options.signing_key),
        };
        config = config.with_webhooks(url, key);
    }
    let klarna = Klarna::new(config)?;
    println!("klarna ready on {own_url}");
    axum::serve(listener, klarna.router())
        .with_graceful_shutdown(async {
            if let Err(error) = stepup_sandbox_http::asked_to_end().await {
                eprintln!("klarna: no signals can be received: {error}");
                // The system's own way to end a process remains.
                std::future::pending::<()>().await;
            }
        })
        .await?;
    Ok(())
}
