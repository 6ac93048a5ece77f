//! The sandbox as one world.
mod customer;
mod gateway;
