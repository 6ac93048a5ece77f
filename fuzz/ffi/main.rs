//! Runs `caller.c`. A program of Rust's, so that the linker brings the sanitizer's runtime; the library's own part is instrumented by it.

// Linked for its exported functions alone.
use klarna_step_up as _;

#[link(name = "caller", kind = "static")]
unsafe extern "C" {
    fn call_over_the_boundary() -> core::ffi::c_int;
}

fn main() {
    // SAFETY: it takes nothing, and is called once.
    let failed = unsafe { call_over_the_boundary() };
    if failed != 0 {
        eprintln!("the caller's check {failed} failed");
        std::process::exit(1);
    }
    println!("the boundary held");
}
