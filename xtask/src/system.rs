//! What must come from the system's package manager.

use std::path::Path;
use std::process::Stdio;

use crate::process::{self, Failure, Outcome};

/// A file or program that a Debian package brings.
pub struct Need {
    /// A program's name, or an absolute path.
    pub what: &'static str,
    pub package: &'static str,
}

/// libFuzzer is C++.
pub const CXX: Need = Need {
    what: "c++",
    package: "g++",
};
pub const CLANG: Need = Need {
    what: "clang-22",
    package: "clang-22",
};
pub const LLD: Need = Need {
    what: "ld.lld-22",
    package: "lld-22",
};
pub const LLVM: Need = Need {
    what: "llvm-readelf-22",
    package: "llvm-22",
};
/// Debian's cargo is linked against it.
pub const LIBGIT2: Need = Need {
    what: "/usr/lib/x86_64-linux-gnu/libgit2.so.1.5",
    package: "libgit2-1.5",
};
pub const DEBOOTSTRAP: Need = Need {
    what: "debootstrap",
    package: "debootstrap",
};
pub const UNSHARE: Need = Need {
    what: "unshare",
    package: "util-linux",
};
pub const PIP: Need = Need {
    what: "pip3",
    package: "python3-pip",
};
pub const MAVEN: Need = Need {
    what: "mvn",
    package: "maven",
};
pub const JAVAC: Need = Need {
    what: "javac",
    package: "openjdk-17-jdk-headless",
};
pub const AAPT: Need = Need {
    what: "aapt",
    package: "aapt",
};
pub const NODE: Need = Need {
    what: "node",
    package: "nodejs",
};
pub const NPM: Need = Need {
    what: "npm",
    package: "npm",
};
pub const CHROMIUM: Need = Need {
    what: "chromium",
    package: "chromium",
};
pub const ZIPALIGN: Need = Need {
    what: "zipalign",
    package: "zipalign",
};
pub const APKSIGNER: Need = Need {
    what: "apksigner",
    package: "apksigner",
};
pub const GZIP: Need = Need {
    what: "gzip",
    package: "gzip",
};
pub const PATCH: Need = Need {
    what: "patch",
    package: "patch",
};

impl Need {
    fn is_there(&self) -> bool {
        Path::new(self.what).is_absolute() && Path::new(self.what).exists() || on_path(self.what)
    }
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// Whether we may install packages and mount.
pub fn is_root() -> bool {
    let mut id = process::command("id");
    id.arg("-u");
    process::read(id).is_ok_and(|user| user.trim() == "0")
}

/// Makes sure that all of it is there: installs what is missing when it may, else fails and says what to install.
pub fn ensure(needs: &[Need]) -> Outcome<()> {
    let missing: Vec<&str> = needs
        .iter()
        .filter(|need| !need.is_there())
        .map(|need| need.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!(
        "apt-get install --no-install-recommends {}",
        missing.join(" ")
    );
    if !on_path("apt-get") {
        return Err(Failure::new(format!(
            "missing on this machine: {} (on Debian 12: `{by_hand}`)",
            missing.join(", ")
        )));
    }
    if !is_root() {
        return Err(Failure::new(format!(
            "missing on this machine; install with `sudo {by_hand}`"
        )));
    }
    println!("installing {}", missing.join(", "));
    apt(&["update"])?;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(&missing);
    apt(&arguments)?;
    match needs.iter().find(|need| !need.is_there()) {
        None => Ok(()),
        Some(need) => Err(Failure::new(format!(
            "{} is still missing after installing {}",
            need.what, need.package
        ))),
    }
}

fn apt(arguments: &[&str]) -> Outcome<()> {
    let mut apt = process::command("apt-get");
    apt.args(["--quiet", "--quiet", "--option", "DPkg::Lock::Timeout=300"])
        .args(arguments);
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    process::run(apt)
}

/// The version of a Debian package that would be installed now.
pub fn candidate(package: &str) -> Outcome<String> {
    if let Some(version) = known_candidate(package)? {
        return Ok(version);
    }
    if is_root() {
        apt(&["update"])?;
    }
    known_candidate(package)?.ok_or_else(|| {
        Failure::new(format!(
            "apt knows no {package}; run `apt-get update` (this needs Debian 12)"
        ))
    })
}

fn known_candidate(package: &str) -> Outcome<Option<String>> {
    let mut policy = process::command("apt-cache");
    policy.args(["policy", package]).env("LC_ALL", "C");
    let said = process::read(policy)?;
    let version = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "));
    Ok(version
        .filter(|version| *version != "(none)")
        .map(str::to_owned))
}
