//! A phone in a process of its own; see `protocol` for what it understands.

fn main() -> std::process::ExitCode {
    stepup_sandbox_scenarios::phone::run()
}
