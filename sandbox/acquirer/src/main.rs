//! The reference acquirer as a server of its own, against the sandbox's Klarna or Klarna's test system.

use std::error::Error;
use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use stepup_sandbox_acquirer::{
    Acquirer, AcquirerConfig, Database, KlarnaAccount, ReplyShape, ReturnLinks, Secret, Session,
    SigningKey,
};
use stepup_sandbox_clock::Clock;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// How long requests may still be answered after being asked to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Reference backend of an Acquiring Partner for Klarna's step-up.
///
/// Every option can come from the environment, and secrets should: a command line can be seen by others.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Klarna's API, for example <https://api-global.test.klarna.com>
    #[arg(long, env = "KLARNA_BASE_URL")]
    klarna_base_url: String,

    /// The Partner's account at Klarna, for example krn:partner:global:account:test:M4CIYH2N
    #[arg(long, env = "KLARNA_ACCOUNT")]
    klarna_account: String,

    /// Klarna's API key, sent as it stands after `Basic `
    #[arg(long, env = "KLARNA_API_KEY", hide_env_values = true)]
    klarna_api_key: String,

    /// Keys of Klarna's webhooks as id=key, separated by commas; several while keys are rotated
    #[arg(
        long,
        env = "KLARNA_SIGNING_KEYS",
        hide_env_values = true,
        value_delimiter = ','
    )]
    klarna_signing_keys: Vec<String>,

    /// Customers' sessions as customer=token, separated by commas; without any, everybody is the same customer
    #[arg(
        long,
        env = "ACQUIRER_SESSIONS",
        hide_env_values = true,
        value_delimiter = ','
    )]
    sessions: Vec<String>,

    /// The file that holds all state; without it the state is lost at the end
    #[arg(long, env = "ACQUIRER_DATABASE")]
    database: Option<PathBuf>,

    /// Answer pending payments with `redirect_url` (an own page) instead of `klarna {…}`
    #[arg(long, env = "ACQUIRER_REDIRECT_URL")]
    redirect: bool,

    /// Starts of the links that apps may give, separated by commas, for example shop://,<https://shop.example/>
    #[arg(long, env = "ACQUIRER_RETURN_LINKS", value_delimiter = ',')]
    return_links: Vec<String>,

    /// Seconds that a status question may wait at most (at least 1). Less than what a proxy in front of this server allows
    #[arg(long, env = "ACQUIRER_LONGEST_WAIT", default_value_t = 30, value_parser = clap::value_parser!(u8).range(1..=60))]
    longest_wait: u8,

    /// The address to listen on
    #[arg(long, env = "ACQUIRER_LISTEN", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,

    /// The port to listen on; 0 takes a free one
    #[arg(long, env = "ACQUIRER_PORT", default_value_t = 0)]
    port: u16,

    /// The address that browsers reach this server by, if that is another one (a tunnel, a proxy)
    #[arg(long, env = "ACQUIRER_PUBLIC_URL")]
    public_url: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::builder()
                .with_default_directive(tracing::Level::INFO.into())
                .from_env_lossy(),
        )
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let options = Options::parse();
    let listener = TcpListener::bind(SocketAddr::new(options.listen, options.port)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let public_url = options.public_url.clone().unwrap_or(address);
    let acquirer = Acquirer::new(configuration(options, &public_url)?)?;
    println!("acquirer ready at {public_url}");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut told = stopped.clone();
    let serving = axum::serve(listener, acquirer.router()).with_graceful_shutdown(async move {
        let _ = told.wait_for(|stop| *stop).await;
    });
    let mut serving = std::pin::pin!(serving.into_future());
    tokio::select! {
        ended = &mut serving => ended?,
        asked = stepup_sandbox_http::asked_to_end() => {
            asked?;
            // Questions that wait for news may wait for half a minute; the app asks again.
            let _ = stop.send(true);
            let _ = tokio::time::timeout(LAST_ANSWERS, serving).await;
        }
    }
    acquirer.stop();
    Ok(())
}

fn configuration(options: Options, public_url: &str) -> Result<AcquirerConfig, String> {
    let klarna = KlarnaAccount {
        base_url: options.klarna_base_url,
        account: options.klarna_account,
        api_key: Secret::new(options.klarna_api_key),
    };
    let public_url = public_url.trim_end_matches('/');
    let mut config = AcquirerConfig::new(Clock::real(), public_url, klarna);
    config.signing_keys = pairs("KLARNA_SIGNING_KEYS", &options.klarna_signing_keys)?
        .into_iter()
        .map(|(id, key)| SigningKey { id, key })
        .collect();
    config.sessions = pairs("ACQUIRER_SESSIONS", &options.sessions)?
        .into_iter()
        .map(|(customer, token)| Session { customer, token })
        .collect();
    config.timing.longest_wait_ms = i64::from(options.longest_wait) * 1_000;
    if let Some(path) = options.database {
        config.database = Database::File(path);
    }
    if options.redirect {
        config.reply = ReplyShape::Redirect;
    }
    if !options.return_links.is_empty() {
        config.return_links = ReturnLinks::StartingWith(options.return_links);
    }
    Ok(config)
}

/// The error names the setting and never repeats its value.
fn pairs(setting: &str, texts: &[String]) -> Result<Vec<(String, Secret)>, String> {
    texts
        .iter()
        .map(|text| {
            text.split_once('=')
                .filter(|(name, secret)| !name.is_empty() && !secret.is_empty())
                .map(|(name, secret)| (name.to_owned(), Secret::new(secret)))
                .ok_or_else(|| format!("{setting} wants name=secret, separated by commas"))
        })
        .collect()
}
