//! The rules for hosts.
