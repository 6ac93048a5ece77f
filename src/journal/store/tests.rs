//! The directory as a whole.
