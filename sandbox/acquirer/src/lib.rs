//! Sandbox: acquirer.
