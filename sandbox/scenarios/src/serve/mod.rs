//! Serves the counterpart for an app under development, and says how to reach it.

mod reach;

use std::io::IsTerminal as _;
use std::net::{IpAddr, Ipv4Addr};

use stepup_sandbox_control::{ClockKind, World, WorldConfig, WorldError};

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address that the servers listen on.
    pub listen: IpAddr,
    /// The port of the backend; a free one when 0.
    pub port: u16,
    /// Where a tunnel makes the backend's port public.
    pub public_url: Option<String>,
    /// Time stands still until it is moved by the control API.
    pub virtual_time: bool,
    /// Where a backend of one's own takes Klarna's webhooks.
    pub webhook_url: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            public_url: None,
            virtual_time: false,
            webhook_url: None,
        }
    }
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The sandbox.
    #[error(transparent)]
    World(#[from] WorldError),
    /// Signals cannot be received.
    #[error("no signals can be received: {0}")]
    Signals(#[from] std::io::Error),
}

/// Serves until Ctrl-C or the termination that a runner sends.
pub async fn run(options: &Options) -> Result<(), ServeError> {
    let world = World::start(WorldConfig {
        clock: if options.virtual_time {
            ClockKind::Virtual
        } else {
            ClockKind::Real
        },
        listen: options.listen,
        phone_port: options.port,
        public_url: options.public_url.clone(),
        webhook_url: options.webhook_url.clone(),
        shop_name: Some("Demo Shop".to_owned()),
        ..WorldConfig::default()
    })
    .await?;
    let terminal = std::io::stdout().is_terminal();
    println!("{}", reach::describe(world.addresses(), options, terminal));
    if options.webhook_url.is_some() {
        println!("\n{}", reach::own_backend(world.klarna_access()));
    }
    // The last line: a runner can wait for it.
    println!("ready {}", world.addresses().backend);
    stepup_sandbox_http::asked_to_end().await?;
    world.stop().await;
    Ok(())
}
