//! `UniFFI`'s generator for Swift, which can write sources, header and module map apart.

fn main() {
    uniffi::uniffi_bindgen_swift();
}
