//! What the runner and the phone process say to each other: one JSON object a line, commands in, reports out.
//!
//! Commands are carried out in order. Addresses of journeys and links travel in full, because both sides need them; whoever shows
//! a line to a person shortens them first.

mod command;
mod configuration;
mod report;

pub use command::{Command, HoldPoint, OrderText, StartReply, When};
pub use configuration::{
    Configure, CredentialsAnswer, PolicyChanges, PresenterManner, Reading, SurfaceName,
};
pub use report::{Report, StateReport, Told, Via};
