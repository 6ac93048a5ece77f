//! Headers and redaction.
