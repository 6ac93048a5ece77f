//! Serves the control API that makes worlds, for runners that are not written in Rust.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;

use clap::Parser;
use stepup_sandbox_control::WorldHost;
use tracing_subscriber::EnvFilter;

/// Makes sandbox worlds over HTTP: POST /_control/worlds.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let host = match WorldHost::start(arguments.listen, arguments.port).await {
        Ok(host) => host,
        Err(error) => {
            eprintln!("stepup-control: {error}");
            return ExitCode::FAILURE;
        }
    };
    // One line on stdout that a runner can wait for.
    println!("ready {}", host.control_url());
    let _ = std::io::stdout().flush();
    if let Err(error) = stepup_sandbox_http::asked_to_end().await {
        eprintln!("stepup-control: no signals can be received: {error}");
    }
    host.stop().await;
    ExitCode::SUCCESS
}
