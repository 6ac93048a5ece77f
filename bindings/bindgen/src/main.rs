//! `UniFFI`'s generator in the version of the library's own runtime: the two check each other when the library is loaded.

fn main() {
    uniffi::uniffi_bindgen_main();
}
