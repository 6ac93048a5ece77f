//! Whole payments, played end to end: the real core as a phone in a process of its own, the sandbox as Klarna and backend, a
//! scripted customer, and a checker that compares what the app was told with what everybody else recorded.

pub mod checker;
pub mod demo;
pub mod dice;
pub mod golden;
pub mod phone;
pub mod protocol;
pub mod runner;
pub mod scenario;
pub mod serve;
pub mod torture;
pub mod wire;
