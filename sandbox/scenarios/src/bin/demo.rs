//! Takes two payments through the whole step-up, and prints what everybody did.

use std::process::ExitCode;

use clap::Parser;
use stepup_sandbox_scenarios::demo::{self, Walks};

/// Pays twice with the real core against real servers on this machine, once by `payment_request_url` and once by `redirect_url`,
/// and prints a timeline of each payment. Ends with 1 if an outcome is not the expected one.
#[derive(Parser)]
#[command(name = "demo", max_term_width = 100)]
struct Arguments {
    /// You walk through the journey, in your browser, instead of the scripted customer.
    #[arg(long)]
    open: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let walks = if Arguments::parse().open {
        Walks::Person
    } else {
        Walks::Script
    };
    match demo::run(walks).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}
