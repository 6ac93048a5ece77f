//! The processors that Android phones have.

use clap::ValueEnum;

/// One of them, by the names that Android, Rust and people have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Abi {
    /// arm64-v8a: nearly all phones.
    Arm64,
    /// armeabi-v7a: old ones.
    Arm32,
    /// `x86_64`: emulators.
    X64,
}

impl Abi {
    pub const ALL: [Self; 3] = [Self::Arm64, Self::Arm32, Self::X64];

    /// In what is printed, and in names of the cache.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::Arm32 => "arm32",
            Self::X64 => "x64",
        }
    }

    /// Android's name: the folder in a package.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64-v8a",
            Self::Arm32 => "armeabi-v7a",
            Self::X64 => "x86_64",
        }
    }

    /// Rust's name.
    pub fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-linux-android",
            Self::Arm32 => "armv7-linux-androideabi",
            Self::X64 => "x86_64-linux-android",
        }
    }
}
