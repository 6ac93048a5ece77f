//! The machine by example: each row of design section 3.2, each sentence of 3.1a, and the presentations.

#[path = "../phone/mod.rs"]
mod phone;

mod abandoning;
mod admission;
mod asking;
mod crowd;
mod links;
mod outcomes;
mod owners;
mod presenting;
mod random;
mod restarting;
mod starting;
mod times;
