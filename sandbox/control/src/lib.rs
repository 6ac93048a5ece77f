//! The sandbox as one world: Klarna's side, the reference acquirer and, between the acquirer and the phone, a gateway that
//! can spoil what passes through it.
//!
//! - [`World`] runs them on free ports in this process; each world serves its own `/_control` API, described in
//!   `control-api.yaml`. [`WorldHost`] makes worlds over HTTP.
//! - [`Fault`]s happen between phone and backend, by name, counted. Klarna's and the acquirer's own are passed through.
//! - [`Customers`] are scripted customers who walk the real pages of a journey.
//! - [`Books`] hold what acquirer, Klarna, gateway and customers recorded, for an independent checker.
//! - [`World::settle`] tells when nothing more will happen unless time passes, so that virtual time can be moved.

mod api;
mod books;
mod config;
mod customer;
mod gateway;
mod host;
mod keys;
mod order;
mod process;
mod server;
mod settle;
mod world;

pub use books::Books;
pub use config::{ClockKind, SessionConfig, WorldConfig};
pub use customer::{
    CustomerError, CustomerRecord, Customers, Happened, NotAStep, OpenedIn, PageError, Step,
    StepReport,
};
pub use gateway::{
    Answer, BackendReply, Endpoint, Fault, FaultKind, FaultReport, Said, UnknownFault, WireEntry,
};
pub use host::WorldHost;
pub use keys::KlarnaAccess;
pub use settle::{PhoneState, Settled};
pub use stepup_sandbox_acquirer::{AcquirerFaults, AcquirerRecord, ReplyShape};
pub use stepup_sandbox_clock::Clock;
pub use stepup_sandbox_klarna::{KlarnaFaults, KlarnaRecord};
pub use world::{Addresses, World, WorldError};
