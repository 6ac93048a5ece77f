//! Sandbox: clock.
