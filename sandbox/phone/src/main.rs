//! Serves phones to browsers on this machine.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use stepup_sandbox_phone::server::{self, Options};

/// Serves a page with a simulated phone: the real core in a process of its own, Klarna's side and a backend, all on this machine.
///
/// Open the printed address. Each page has a phone of its own; it is put away some minutes after its page was closed.
#[derive(Parser)]
#[command(name = "phone", bin_name = "cargo xtask phone", max_term_width = 100)]
struct Arguments {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Seconds after which a phone is put away that no page shows.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    forget_after: u64,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(stepup_sandbox_phone::AS_APP) {
        return stepup_sandbox_scenarios::phone::run();
    }
    let arguments = Arguments::parse();
    let options = Options {
        port: arguments.port,
        forget_after: Duration::from_secs(arguments.forget_after),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("phone: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(server::run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("phone: {error}");
            ExitCode::FAILURE
        }
    }
}
