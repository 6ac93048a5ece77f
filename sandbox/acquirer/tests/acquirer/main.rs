//! The reference acquirer over HTTP, with a scripted Klarna behind it and a virtual clock around it.

mod cancelling;
mod contract;
mod database;
mod finalisation;
mod guide;
mod klarna;
mod pages;
mod promises;
mod sandbox_klarna;
mod secrecy;
mod signatures;
mod starting;
mod vanishing;
mod webhooks;
mod world;
