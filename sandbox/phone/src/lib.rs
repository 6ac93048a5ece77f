//! A phone in a browser: the real core runs in a process of its own behind it, against the sandbox, and every hand-over can be seen
//! and spoilt.
//!
//! - A [`Phone`](phone) is one loop that takes what the page, the app's process, the journey's pages and the clock say.
//! - Each place that shows pages of the journey has a [`Door`](door::Door): an origin of its own.
//! - The page is made on the server; a stream brings what changes.

pub mod books;
pub mod device;
pub mod door;
mod fleet;
pub mod phone;
pub mod replay;
pub mod server;
mod stream;
pub mod theatre;
pub mod timeline;
pub mod view;

/// What this program is told to be the shop's app.
pub const AS_APP: &str = "app";
