//! No path of the machine that builds gets into what ships: it would tell who built it where, and give every machine other bytes.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::process::Outcome;
use crate::project::Project;

/// How much of a path that was found is shown.
const SHOWN: usize = 80;

/// The folders of this machine that a build reads from.
pub struct Machine(Vec<Vec<u8>>);

impl Machine {
    pub fn of(project: &Project) -> Outcome<Self> {
        let mut folders = vec![
            project.root.clone(),
            project.cache.folder().to_path_buf(),
            project.target()?,
            "/usr/lib/llvm".into(),
            "/tmp/".into(),
            "/Users/".into(),
        ];
        folders.extend(std::env::home_dir());
        folders.extend(std::env::var_os("CARGO_HOME").map(PathBuf::from));
        Ok(Self::new(folders))
    }

    fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let bytes = folders
            .into_iter()
            .map(|folder| folder.into_os_string().into_encoded_bytes());
        // A home of "/" is no home.
        Self(bytes.filter(|folder| folder.len() > 1).collect())
    }

    /// The paths that begin in one of them, each once.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = BTreeSet::new();
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
            let rest = &bytes[at..];
            if self.0.iter().any(|folder| rest.starts_with(folder)) {
                let path = rest.iter().take(SHOWN);
                let path = path.take_while(|byte| byte.is_ascii_graphic());
                found.insert(path.map(|byte| char::from(*byte)).collect());
            }
        }
        found.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_machine_is_found_wherever_it_stands_and_no_other() {
        let machine = Machine::new(["/home/me".into(), "/".into()]);
        let found = machine.found_in(b"\0/rust/library/core\0x/home/me/.cargo/a.rs\0/home/you\0");
        assert_eq!(found, ["/home/me/.cargo/a.rs"]);
        assert!(machine.found_in(b"/klarna-step-up/src/lib.rs").is_empty());
    }
}
