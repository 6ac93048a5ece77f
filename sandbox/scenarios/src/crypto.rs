//! The core brings reqwest without a provider of cryptography of its own, and cargo gives all crates of one program the same reqwest.
//! So a program that holds core and sandbox has to name one, although the sandbox speaks plain HTTP.

/// Makes ring the process's provider. To be called before a world is started; again does no harm.
pub fn install() {
    // An error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
