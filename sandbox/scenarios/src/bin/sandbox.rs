//! Serves Klarna's side and the acquirer for an app under development.

use std::net::IpAddr;
use std::process::ExitCode;

use clap::Parser;
use stepup_sandbox_scenarios::serve::{self, Options};

/// Serves Klarna's side, the acquirer and the control API until Ctrl-C, and prints the configuration for an app and a link for the demo
/// apps, also as QR code. Addresses end with their process; nothing is kept.
#[derive(Parser)]
#[command(name = "sandbox", max_term_width = 100)]
struct Arguments {
    /// The address to listen on. Anything but loopback lets others in your network reach it.
    #[arg(long, default_value = "127.0.0.1")]
    listen: IpAddr,
    /// The port of the backend; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where a tunnel makes the backend's port public: every address that is handed out begins with it.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// For a backend of your own instead of the acquirer: where it takes Klarna's webhooks. Prints the keys that it needs to call
    /// this sandbox's Klarna.
    #[arg(long, value_name = "WEBHOOK_URL")]
    own_backend: Option<String>,
    /// Time stands still until the control API moves it.
    #[arg(long)]
    virtual_time: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        listen: arguments.listen,
        port: arguments.port,
        public_url: arguments.public_url,
        virtual_time: arguments.virtual_time,
        webhook_url: arguments.own_backend,
    };
    match serve::run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}
