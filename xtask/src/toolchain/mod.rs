//! The toolchains that a plain machine lacks, made once and cached.

pub mod android_link;
pub mod deny;
pub mod jvm;
pub mod llvm_cov;
pub mod mobile_rust;
pub mod schemathesis;
pub mod swift_root;
mod ziglang;
