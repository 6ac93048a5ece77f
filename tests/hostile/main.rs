//! A hostile backend on loopback, and links from a hostile page: every call ends in time, little memory is held, nothing is settled,
//! and the client is well afterwards.
//!
//! A binary of its own, because its allocator counts what the whole process holds.

mod attacks;
mod backend;
mod links;
mod phone;
mod resets;

use std::alloc::System;

use cap::Cap;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// The most that this process may ever hold, with all its clients and servers: hundreds of replies of the longest length, and a small
/// part of what is sent to it.
const MOST_MEMORY: usize = 12 * 1024 * 1024;

fn assert_little_memory(what: &str) {
    let height = MEMORY.max_allocated();
    println!("{what}: at most {height} bytes were held at once");
    assert!(height < MOST_MEMORY, "{what}: {height} bytes were held");
}
