//! Sandbox: scenarios.
