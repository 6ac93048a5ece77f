//! A file system of paper. It fails and loses power where it is told to, and knows what survives.
//!
//! What POSIX promises and no more: the bytes of a file survive once it was synced, names once their directory was. Of what was not
//! synced any part may have survived: each change of a name by itself, in any combination, and any beginning of a file's bytes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::rc::Rc;

use super::super::files::Files;

/// Which file a name means.
type Number = usize;

/// A change of names that is not synced yet.
#[derive(Clone, Debug)]
enum Change {
    Put(String, Number),
    Renamed(String, String, Number),
    Removed(String),
}

#[derive(Clone, Debug, Default)]
struct Bytes {
    now: Vec<u8>,
    synced: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
struct State {
    files: Vec<Bytes>,
    names: BTreeMap<String, Number>,
    synced_names: BTreeMap<String, Number>,
    changes: Vec<Change>,
}

/// What goes wrong, at the operation with this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It fails so, and nothing was done.
    Fails(io::ErrorKind),
    /// A write that does half of it and then fails so; any other operation fails.
    Short(io::ErrorKind),
    /// It is done, and says that it failed.
    DoneButFails(io::ErrorKind),
    /// The power goes before it.
    PowerCut,
}

/// The file system. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Paper {
    state: Rc<RefCell<State>>,
    done: Rc<Cell<usize>>,
    trouble: Rc<Cell<Option<(usize, Trouble)>>>,
    dark: Rc<Cell<bool>>,
    /// A disk that lies: synced means nothing.
    lies: bool,
}

impl Paper {
    /// Syncs nothing, and says that it did.
    pub fn lying() -> Self {
        Self {
            lies: true,
            ..Self::default()
        }
    }

    /// Lets the operation go wrong that comes after so many others.
    pub fn plan(&self, after: usize, trouble: Trouble) {
        self.done.set(0);
        self.trouble.set(Some((after, trouble)));
    }

    /// Counts changing operations from now on.
    pub fn count(&self) {
        self.done.set(0);
        self.trouble.set(None);
    }

    pub fn counted(&self) -> usize {
        self.done.get()
    }

    /// Everything that may be found after the power comes back.
    pub fn survivors(&self) -> Vec<Self> {
        let state = self.state.borrow();
        let mut found = Vec::new();
        for chosen in 0..1_usize << state.changes.len() {
            let mut names = state.synced_names.clone();
            for (place, change) in state.changes.iter().enumerate() {
                if chosen & (1 << place) != 0 {
                    change.apply(&mut names);
                }
            }
            for part in [0, 1, 2] {
                let files = state.files.iter().map(|file| file.after_a_cut(part));
                let files: Vec<Bytes> = files.collect();
                found.push(Self {
                    state: Rc::new(RefCell::new(State {
                        files,
                        names: names.clone(),
                        synced_names: names.clone(),
                        changes: Vec::new(),
                    })),
                    ..Self::default()
                });
            }
        }
        found
    }

    /// The same file system, working again, without a power cut.
    pub fn repaired(&self) -> Self {
        self.trouble.set(None);
        self.clone()
    }

    pub fn is_dark(&self) -> bool {
        self.dark.get()
    }

    /// Does a changing operation, unless trouble comes first. `half` is what a short write does.
    fn change<T>(
        &self,
        whole: impl FnOnce(&mut State) -> io::Result<T>,
        half: impl FnOnce(&mut State),
    ) -> io::Result<T> {
        if self.dark.get() {
            return Err(io::ErrorKind::Other.into());
        }
        let number = self.done.replace(self.done.get() + 1);
        let trouble = self.trouble.get().filter(|(at, _)| *at == number);
        let mut state = self.state.borrow_mut();
        match trouble {
            None => whole(&mut state),
            Some((_, Trouble::Fails(kind))) => Err(kind.into()),
            Some((_, Trouble::Short(kind))) => {
                half(&mut state);
                Err(kind.into())
            }
            Some((_, Trouble::DoneButFails(kind))) => {
                whole(&mut state)?;
                Err(kind.into())
            }
            Some((_, Trouble::PowerCut)) => {
                self.dark.set(true);
                Err(io::ErrorKind::Other.into())
            }
        }
    }
}

impl Bytes {
    /// Nothing, half or all of what was not synced has survived.
    fn after_a_cut(&self, part: usize) -> Self {
        let bytes = match part {
            0 => self.synced.clone(),
            1 if self.now != self.synced => self.now[..self.now.len() / 2].to_vec(),
            _ => self.now.clone(),
        };
        Self {
            now: bytes.clone(),
            synced: bytes,
        }
    }
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<String, Number>) {
        match self {
            Self::Put(name, number) => {
                names.insert(name.clone(), *number);
            }
            Self::Renamed(from, to, number) => {
                names.remove(from);
                names.insert(to.clone(), *number);
            }
            Self::Removed(name) => {
                names.remove(name);
            }
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .expect("a file")
        .to_string_lossy()
        .into_owned()
}

fn number(state: &State, name: &str) -> io::Result<Number> {
    state
        .names
        .get(name)
        .copied()
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn change(state: &mut State, change: Change) {
    change.apply(&mut state.names);
    state.changes.push(change);
}

impl Files for Paper {
    type File = Number;

    fn list(&self, _: &Path) -> io::Result<Vec<String>> {
        Ok(self.state.borrow().names.keys().cloned().collect())
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(self.state.borrow().names.contains_key(&name(path)))
    }

    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        let state = self.state.borrow();
        let bytes = &state.files[number(&state, &name(path))?].now;
        Ok(bytes[..bytes.len().min(limit)].to_vec())
    }

    fn create(&self, path: &Path) -> io::Result<Number> {
        let name = name(path);
        let whole = |state: &mut State| {
            if let Ok(number) = number(state, &name) {
                state.files[number].now.clear();
                return Ok(number);
            }
            state.files.push(Bytes::default());
            let number = state.files.len() - 1;
            change(state, Change::Put(name, number));
            Ok(number)
        };
        self.change(whole, |_| {})
    }

    fn write(&self, file: &mut Number, bytes: &[u8]) -> io::Result<()> {
        let file = *file;
        self.change(
            |state| {
                state.files[file].now.extend(bytes);
                Ok(())
            },
            |state| state.files[file].now.extend(&bytes[..bytes.len() / 2]),
        )
    }

    fn sync(&self, file: &Number) -> io::Result<()> {
        let whole = |state: &mut State| {
            if !self.lies {
                state.files[*file].synced = state.files[*file].now.clone();
            }
            Ok(())
        };
        self.change(whole, |_| {})
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (from, to) = (name(from), name(to));
        let whole = |state: &mut State| {
            let number = number(state, &from)?;
            change(state, Change::Renamed(from, to, number));
            Ok(())
        };
        self.change(whole, |_| {})
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let name = name(path);
        let whole = |state: &mut State| {
            number(state, &name)?;
            change(state, Change::Removed(name));
            Ok(())
        };
        self.change(whole, |_| {})
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        let whole = |state: &mut State| {
            if !self.lies {
                state.synced_names = state.names.clone();
                state.changes.clear();
            }
            Ok(())
        };
        self.change(whole, |_| {})
    }
}
