//! trial
#![forbid(unsafe_code)]
uniffi::setup_scaffolding!();

/// a
#[derive(uniffi::Object)]
pub struct A;
/// t
#[uniffi::export(rust, foreign)]
pub trait Host: Send + Sync {
    /// f
    fn f(&self, x: u32) -> Result<(), E>;
}
/// e
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum E {
    /// x
    #[error("x")]
    X {
        /// r
        reason: String
    },
}
impl From<uniffi::UnexpectedUniFFICallbackError> for E {
    fn from(e: uniffi::UnexpectedUniFFICallbackError) -> Self { E::X { reason: e.reason } }
}
#[uniffi::export]
impl A {
    /// n
    #[uniffi::constructor]
    pub fn new() -> Result<Self, E> { Ok(A) }
    /// p
    pub async fn p(&self) -> String { String::new() }
}
