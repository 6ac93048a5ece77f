//! Checks a backend and says which promise is broken and how to mend it.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use stepup_sandbox_conformance::{
    Embedded, Orders, Person, Report, Restart, Sandbox, Target, Time, Walk, promises, run,
};

const EXAMPLES: &str = "\
Examples:
  cargo xtask conformance --sandbox        what it looks like when every promise is kept
  cargo xtask conformance --list           the promises, why, and how to mend
  cargo xtask conformance https://test.shop.example/api --header 'Authorization: Bearer …' --order order.json
  cargo xtask conformance BACKEND --person you go through five journeys, in a browser or on a phone
  cargo xtask conformance BACKEND --walk CONTROL
                                           scripted customers do, for a backend that calls the Klarna of a running
                                           `cargo xtask sandbox --own-backend WEBHOOK_URL`, which prints CONTROL and the keys

The order file is a start's JSON as your app sends it, without the links, with \"{reference}\" where the order's reference goes:
  {\"reference\": \"{reference}\", \"amount\": 11800, \"currency\": \"USD\"}

Ends with 0 if nothing is broken, 1 if a promise is broken, 2 if nothing could be checked.";

/// Checks a backend against the promises that an app relies on (docs/backend-guide.md), by HTTP alone.
///
/// It makes about 20 payments and cancels those that stay open: give it a test system, never a live one. For each promise it says
/// `kept`, `BROKEN` (with what was found and how to mend it) or `not checked` (with what that would need). Nothing passes
/// that was not checked: some promises need a customer in the journey, some a Klarna that fails when told to, and three can't be seen
/// from outside.
#[derive(Parser)]
#[command(
    name = "conformance",
    bin_name = "cargo xtask conformance",
    max_term_width = 100,
    after_help = EXAMPLES
)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
struct Arguments {
    /// The backend: what `/payments` hangs below
    #[arg(required_unless_present_any = ["list", "sandbox"], value_parser = address)]
    url: Option<String>,
    /// A header of the customer's session, such as 'Authorization: Bearer …'; may be given several times
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The same of another customer, who must not see the first one's payments
    #[arg(long = "other-header", value_name = "NAME: VALUE", value_parser = header)]
    other_headers: Vec<(HeaderName, HeaderValue)>,
    /// A JSON file with an order that needs a journey; `{reference}` in it is replaced, and `{return_url}` and
    /// `{app_return_url}` if these fields have other names
    #[arg(long, value_name = "FILE")]
    order: Option<PathBuf>,
    /// What the app's `return_url` begins with, if the backend only accepts some
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// What the app's `app_return_url` begins with
    #[arg(long, value_name = "URL")]
    app_return_url: Option<String>,
    /// Ask a person to go through the journeys: prints each address and what to do there, and waits
    #[arg(long, conflicts_with = "walk")]
    person: bool,
    /// Let scripted customers walk the journeys: the control API of a running sandbox in real time whose Klarna the backend calls
    #[arg(long, value_name = "CONTROL")]
    walk: Option<String>,
    /// A shell command that kills the backend (SIGKILL), waits until it is gone and starts it again; used once, together with --walk
    #[arg(long, value_name = "COMMAND", requires = "walk")]
    restart: Option<String>,
    /// Check the reference acquirer of a sandbox of its own, customers included
    #[arg(long, conflicts_with_all = ["url", "walk", "person", "headers", "other_headers", "order", "return_url", "app_return_url"])]
    sandbox: bool,
    /// Check only this promise; may be given several times
    #[arg(long, value_name = "PROMISE")]
    only: Vec<String>,
    /// List the promises instead
    #[arg(long)]
    list: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn address(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    match url.scheme() {
        "http" | "https" if url.query().is_none() && url.fragment().is_none() => Ok(text.into()),
        _ => Err("an http or https address without query is wanted".into()),
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("a header is `Name: value`")?;
    let name = name.trim().parse::<HeaderName>();
    let mut value = HeaderValue::from_str(value.trim()).map_err(|error| error.to_string())?;
    value.set_sensitive(true);
    Ok((name.map_err(|error| error.to_string())?, value))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        return list(arguments.json);
    }
    let unknown = |name: &&String| !promises().iter().any(|promise| promise.id == **name);
    if let Some(unknown) = arguments.only.iter().find(unknown) {
        eprintln!("conformance: there is no promise `{unknown}`; see --list");
        return ExitCode::from(2);
    }
    let checked = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(check(&arguments)));
    match checked {
        Ok(report) => {
            if arguments.json {
                println!(
                    "{}",
                    serde_json::to_string_pretty(&report).unwrap_or_default()
                );
            } else {
                println!("{report}");
            }
            match (report.broken().len(), report.kept().len()) {
                (0, 0) => ExitCode::from(2),
                (0, _) => ExitCode::SUCCESS,
                _ => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::from(2)
        }
    }
}

async fn check(arguments: &Arguments) -> Result<Report, String> {
    if arguments.sandbox {
        let embedded = Embedded::start().await.map_err(|error| error.to_string())?;
        let target = embedded.target(None);
        let walk = Some(embedded.walk());
        let report = run(&target, embedded.time(), walk, &arguments.only, &begun).await;
        embedded.stop().await;
        return report.map_err(|stopped| stopped.to_string());
    }
    let mut target = Target::new(arguments.url.clone().unwrap_or_default());
    target.headers = collect(&arguments.headers);
    target.other_headers = collect(&arguments.other_headers);
    if let Some(file) = &arguments.order {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let order: Value =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        target.orders = Orders::template(order).map_err(|error| error.to_string())?;
    }
    if let Some(link) = &arguments.return_url {
        target.links.completion.clone_from(link);
    }
    if let Some(link) = &arguments.app_return_url {
        target.links.handover.clone_from(link);
    }
    target.restart = arguments.restart.clone().map(Restart::Command);
    let walk = match &arguments.walk {
        Some(control) => Some(Walk::Scripted(Sandbox::Control(control.clone()))),
        None if arguments.person => Some(Walk::Person(Person::at_the_terminal())),
        None => None,
    };
    run(&target, Time::real(), walk, &arguments.only, &begun)
        .await
        .map_err(|stopped| stopped.to_string())
}

/// Some checks wait for a minute; who watches is told which one it is.
fn begun(promise: &str) {
    if std::io::stderr().is_terminal() {
        eprintln!("checking {promise}");
    }
}

fn collect(headers: &[(HeaderName, HeaderValue)]) -> HeaderMap {
    headers.iter().cloned().collect()
}

fn list(json: bool) -> ExitCode {
    let promises = promises();
    if json {
        println!(
            "{}",
            serde_json::to_string_pretty(&promises).unwrap_or_default()
        );
        return ExitCode::SUCCESS;
    }
    for promise in &promises {
        println!(
            "{}\n  {}\n  why:     {}\n  to mend: {}\n",
            promise.id, promise.text, promise.why, promise.mend
        );
    }
    println!("{} promises", promises.len());
    ExitCode::SUCCESS
}
