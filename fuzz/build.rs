//! Compiles the caller in C.

fn main() {
    println!("cargo:rerun-if-changed=ffi/caller.c");
    cc::Build::new().file("ffi/caller.c").compile("caller");
}
