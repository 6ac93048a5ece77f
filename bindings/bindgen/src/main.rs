//! The bindings generator, apart from the shipped library (as a dependency of it, it would add 43 MB).
fn main() {
    uniffi::uniffi_bindgen_main();
}
