//! Sandbox: control.
