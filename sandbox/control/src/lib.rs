//! The sandbox as one world.
mod customer;
mod gateway;
mod server;
mod settle;
pub use gateway::*;
pub use settle::*;
