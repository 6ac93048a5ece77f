//! The model check: the machine, a backend that keeps its promises (design, section 3.5) and decides as it likes, a phone whose
//! journal, network, surfaces, customer and process fail whenever they may, searched breadth first until nothing new is found.
//! From every state that is found, a continuation without faults must reach a final outcome (`liveness`).
//!
//! Each disturbance is drawn from a budget, so the search is finite and ends with an empty frontier. Two worlds count as one where
//! they differ in nothing but the absolute value of clocks and counters; jitter, which depends on a counter, is therefore not told
//! apart. An answer is given once per request, as the seams promise (`Machine` has no number to tell failed sends apart); replies
//! that come twice or after their question was aborted are tried.

#[path = "../phone/mod.rs"]
mod phone;

mod acts;
mod apply;
mod backend;
mod budget;
mod figure;
mod key;
mod liveness;
mod rules;
mod scenarios;
mod search;
mod slots;
mod world;
