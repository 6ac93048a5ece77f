//! The library as phones get it.

pub mod aar;
pub mod abi;
pub mod android;
mod android_library;
pub mod android_test;
pub mod apple_tools;
pub mod archive;
mod consumer;
mod elf;
#[cfg(test)]
mod findings;
mod guide;
pub mod ios;
pub mod ios_twice;
pub mod kotlin_build;
mod linked;
pub mod linux;
mod macho;
pub mod maven;
pub mod paths;
mod privacy;
mod resolved;
mod sbom;
mod size;
pub mod swift_package;
mod symbols;
mod twice;
pub mod xcframework;

use clap::ValueEnum;

/// Which of the two libraries: the API is the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Flavour {
    /// HTTP by the platform (`URLSession`, `HttpURLConnection`).
    Slim,
    /// HTTP built in (reqwest and rustls).
    Standard,
}

impl Flavour {
    pub fn name(self) -> &'static str {
        match self {
            Self::Slim => "slim",
            Self::Standard => "standard",
        }
    }

    pub fn cargo_arguments(self) -> &'static [&'static str] {
        match self {
            Self::Slim => &["--no-default-features"],
            Self::Standard => &[],
        }
    }
}

/// The flavours asked for; both when none was named.
pub fn chosen(named: &[Flavour]) -> Vec<Flavour> {
    if named.is_empty() {
        Flavour::value_variants().to_vec()
    } else {
        named.to_vec()
    }
}
