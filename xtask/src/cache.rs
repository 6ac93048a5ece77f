//! What is fetched and built once and used by every checkout: toolchains, roots, finished libraries.
//!
//! An entry is a folder named by what it is and by a hash of everything that went into it. It is built beside its place, marked
//! complete by a stamp written last, and only then moved there: a half-made one is never taken for done. A lock file a
//! entry lets two checkouts ask for it at once.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use sha2::{Digest, Sha256};

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;

const STAMP: &str = ".complete";
/// Entries of the same name under other keys that nobody used for so long are removed when a new one is made.
const FORGOTTEN: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The folder of all entries.
pub struct Cache(PathBuf);

/// One thing that is made once. It need not exist yet.
pub struct Entry {
    path: PathBuf,
    key: String,
}

/// A short hash of all parts, each told apart from its neighbours.
pub fn key(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(6)
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

impl Cache {
    /// `klarna-step-up` below `XDG_CACHE_HOME`, or below `~/.cache`.
    pub fn open() -> Outcome<Self> {
        let base = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let base = base.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
        let folder = base
            .ok_or_else(|| Failure::new("neither XDG_CACHE_HOME nor HOME is set"))?
            .join("klarna-step-up");
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        Ok(Self(folder))
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The entry `name` made from these parts (a recipe's text, versions, keys of other entries).
    pub fn entry(&self, name: &str, parts: &[&[u8]]) -> Entry {
        let key = key(parts);
        Entry {
            path: self.0.join(format!("{name}-{key}")),
            key,
        }
    }
}

impl Entry {
    /// An entry that must lie at a given place (a target's standard library inside its toolchain).
    pub fn at(path: PathBuf, parts: &[&[u8]]) -> Self {
        Self {
            path,
            key: key(parts),
        }
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    }

    fn complete(&self) -> bool {
        fs::read_to_string(self.path.join(STAMP)).is_ok_and(|stamp| stamp.trim() == self.key)
    }

    /// The entry's folder, made with `build` (which is given the folder to fill) if it is not there yet.
    pub fn get(&self, build: impl FnOnce(&Path) -> Outcome<()>) -> Outcome<PathBuf> {
        let _lock = lock(&self.beside(".lock"))?;
        if self.complete() {
            return Ok(self.path.clone());
        }
        let name = self
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        println!("making {name} (kept for the next time)");
        let started = Instant::now();
        let unfinished = self.beside(".tmp");
        remove(&unfinished)?;
        fs::create_dir_all(&unfinished).map_err(at(&unfinished))?;
        build(&unfinished)?;
        fs::write(unfinished.join(STAMP), &self.key).map_err(at(&unfinished))?;
        remove(&self.path)?;
        fs::rename(&unfinished, &self.path).map_err(at(&self.path))?;
        println!("made {name} in {:.0} s", started.elapsed().as_secs_f64());
        self.forget_predecessors();
        Ok(self.path.clone())
    }

    fn forget_predecessors(&self) {
        let Some((name, folder)) = self
            .path
            .file_name()
            .and_then(|name| name.to_str())
            .zip(self.path.parent())
        else {
            return;
        };
        let Some(prefix) = name.strip_suffix(&self.key) else {
            return;
        };
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let file = entry.file_name();
            let Some(lock) = file
                .to_str()
                .and_then(|file| file.strip_suffix(".lock"))
                .filter(|file| file.starts_with(prefix))
            else {
                continue;
            };
            let used = entry.metadata().and_then(|file| file.modified()).ok();
            let idle = used.and_then(|used| SystemTime::now().duration_since(used).ok());
            if lock != name && idle.is_some_and(|idle| idle > FORGOTTEN) {
                // Best effort: what cannot be removed now is tried again next time.
                let _ = remove(&folder.join(lock))
                    .and_then(|()| fs::remove_file(entry.path()).map_err(at(&entry.path())));
            }
        }
    }
}

/// Waits for the lock file and holds it until dropped. Its time of change says when the entry was last used.
pub fn lock(path: &Path) -> Outcome<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(at(path))?;
    if file.try_lock().is_err() {
        println!("waiting for another run that holds {}", path.display());
        file.lock().map_err(at(path))?;
    }
    // Only ever used to clear up.
    let _ = file.set_modified(SystemTime::now());
    Ok(file)
}

/// Removes a file or a folder, if it is there.
pub fn remove(path: &Path) -> Outcome<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path).map_err(at(path)),
        _ => fs::remove_file(path).map_err(at(path)),
    }
}

/// Prints the folder, its entries and their sizes.
pub fn show(project: &Project) -> Outcome<ExitCode> {
    let folder = project.cache.folder();
    println!("cache    {}", folder.display());
    println!("cargo    {}", project.target()?.display());
    let mut total = 0;
    for name in entries(folder)? {
        let megabytes = megabytes(&folder.join(&name))?;
        total += megabytes;
        println!("{megabytes:>7} MB  {name}");
    }
    println!("{total:>7} MB  in all; `cargo xtask cache clear [NAME…]` removes it");
    Ok(ExitCode::SUCCESS)
}

/// The size on disk.
pub fn megabytes(path: &Path) -> Outcome<u64> {
    let mut du = process::command("du");
    du.arg("-sm").arg(path);
    let said = process::read(du)?;
    let size = said.split_whitespace().next();
    size.and_then(|word| word.parse().ok())
        .ok_or_else(|| Failure::new(format!("du said `{said}`")))
}

/// Removes the entries whose names begin with one of `names`, or everything.
pub fn clear(project: &Project, names: &[String]) -> Outcome<ExitCode> {
    let folder = project.cache.folder();
    for name in entries(folder)? {
        if names.is_empty() || names.iter().any(|wanted| name.starts_with(wanted)) {
            let _lock = lock(&folder.join(format!("{name}.lock")))?;
            remove(&folder.join(&name))?;
            remove(&folder.join(format!("{name}.lock")))?;
            println!("removed {name}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn entries(folder: &Path) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let name = entry
            .map_err(at(folder))?
            .file_name()
            .to_string_lossy()
            .into_owned();
        if name.strip_suffix(".lock").is_none() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_made_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let entry = Entry::at(folder.path().join("thing"), &[b"recipe"]);
        let first = entry
            .get(|path| fs::write(path.join("file"), "1").map_err(at(path)))
            .expect("made");
        let again = entry
            .get(|_| Err(Failure::new("must not be made again")))
            .expect("there");
        assert_eq!(first, again);
        assert_eq!(
            fs::read_to_string(first.join("file")).expect("its file"),
            "1"
        );
    }

    #[test]
    fn a_failed_build_leaves_nothing_that_counts_as_done() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let entry = Entry::at(folder.path().join("thing"), &[b"recipe"]);
        let failed = entry.get(|path| {
            fs::write(path.join("half"), "").map_err(at(path))?;
            Err(Failure::new("no network"))
        });
        assert!(failed.is_err());
        let made = entry
            .get(|path| fs::write(path.join("whole"), "").map_err(at(path)))
            .expect("made");
        assert!(made.join("whole").exists() && !made.join("half").exists());
    }

    #[test]
    fn another_recipe_replaces_what_lies_at_the_place() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("thing");
        Entry::at(path.clone(), &[b"one"])
            .get(|path| fs::write(path.join("one"), "").map_err(at(path)))
            .expect("made");
        Entry::at(path.clone(), &[b"two"])
            .get(|path| fs::write(path.join("two"), "").map_err(at(path)))
            .expect("made");
        assert!(path.join("two").exists() && !path.join("one").exists());
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(key(&[b"ab", b"c"]), key(&[b"a", b"bc"]));
    }
}
