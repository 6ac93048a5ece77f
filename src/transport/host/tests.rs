//! Hosts that misbehave.
