//! Sandbox: klarna.
