//! What a static library for Apple's systems says of itself, one processor's slice at a time.

use std::collections::{BTreeMap, BTreeSet};

use object::macho::{LC_BUILD_VERSION, MachHeader64, PLATFORM_IOS, PLATFORM_IOSSIMULATOR};
use object::read::archive::ArchiveFile;
use object::read::macho::{FatArch, LoadCommandVariant, MachHeader, MachOFatFile32, MachOFile64};
use object::{Architecture, Endianness, Object, ObjectSection, ObjectSymbol};

use crate::process::{Failure, Outcome};

/// One slice: the objects of an archive for one processor.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// As Apple names it: `arm64`, `x86_64`.
    pub architecture: String,
    pub objects: usize,
    /// Platform and oldest version of each kind of object that is there.
    pub built_for: BTreeSet<(String, String)>,
    /// Names that no object of the slice defines.
    pub imports: BTreeSet<String>,
    /// Names that another file can link against.
    pub exports: BTreeSet<String>,
    pub bytes: u64,
    /// What of it is debug information (segment `__DWARF`).
    pub debug_bytes: u64,
    /// What of it is bitcode, which Apple's store has refused since 2022.
    pub bitcode_bytes: u64,
}

fn unreadable(what: &str) -> impl FnOnce(object::Error) -> Failure {
    move |error| Failure::new(format!("{what}: {error}"))
}

/// The slices of a file: a static library, or several in a fat file.
pub fn slices(file: &[u8]) -> Outcome<Vec<Slice>> {
    if !file.starts_with(&[0xca, 0xfe, 0xba, 0xbe]) {
        return Ok(vec![slice(file)?]);
    }
    let fat = MachOFatFile32::parse(file).map_err(unreadable("a fat file"))?;
    fat.arches()
        .iter()
        .map(|arch| slice(arch.data(file).map_err(unreadable("a slice"))?))
        .collect()
}

fn slice(archive: &[u8]) -> Outcome<Slice> {
    let members = ArchiveFile::parse(archive).map_err(unreadable("a static library"))?;
    let mut slice = Slice {
        bytes: archive.len() as u64,
        ..Slice::default()
    };
    let mut defined = BTreeSet::new();
    for member in members.members() {
        let member = member.map_err(unreadable("a member of the static library"))?;
        let data = member
            .data(archive)
            .map_err(unreadable("a member of the static library"))?;
        let name = String::from_utf8_lossy(member.name()).into_owned();
        let object = MachOFile64::<Endianness>::parse(data).map_err(unreadable(&name))?;
        slice.add(&object, &mut defined)?;
    }
    slice.imports.retain(|name| !defined.contains(name));
    Ok(slice)
}

impl Slice {
    fn add(
        &mut self,
        object: &MachOFile64<'_, Endianness>,
        defined: &mut BTreeSet<String>,
    ) -> Outcome<()> {
        let architecture = match object.architecture() {
            Architecture::Aarch64 => "arm64".to_owned(),
            Architecture::X86_64 => "x86_64".to_owned(),
            other => format!("{other:?}"),
        };
        if self.objects > 0 && self.architecture != architecture {
            return Err(Failure::new("a slice has objects for several processors"));
        }
        self.architecture = architecture;
        self.objects += 1;
        self.built_for.insert(built_for(object)?);
        for symbol in object.symbols() {
            let name = String::from_utf8_lossy(symbol.name_bytes().unwrap_or_default());
            if symbol.is_undefined() {
                self.imports.insert(name.into_owned());
            } else if symbol.is_global() {
                defined.insert(name.to_string());
                if symbol.scope() == object::SymbolScope::Dynamic {
                    self.exports.insert(name.into_owned());
                }
            }
        }
        for section in object.sections() {
            match section.segment_name() {
                Ok(Some("__DWARF")) => self.debug_bytes += section.size(),
                Ok(Some("__LLVM")) => self.bitcode_bytes += section.size(),
                _ => {}
            }
        }
        Ok(())
    }

    /// What is wrong with it for this platform and oldest version, if anything.
    pub fn objections(&self, platform: &str, oldest: &str, allowed: &Imports) -> Vec<String> {
        let mut found = Vec::new();
        let wanted = (platform.to_owned(), oldest.to_owned());
        for other in self.built_for.iter().filter(|built| **built != wanted) {
            found.push(format!(
                "an object is for {} {} and up, not for {platform} {oldest}",
                other.0, other.1
            ));
        }
        if self.objects == 0 {
            found.push("it holds no object".to_owned());
        }
        let ours = |name: &&String| name.starts_with("_uniffi_klarna_step_up_");
        if self.exports.iter().filter(ours).count() == 0 {
            found.push("exports nothing of UniFFI's".to_owned());
        }
        if self.debug_bytes == 0 {
            found.push("has no line tables: crashes in it would name no line".to_owned());
        }
        if self.bitcode_bytes > 0 {
            found.push(format!("holds {} B of bitcode", self.bitcode_bytes));
        }
        for name in self.imports.iter().filter(|name| !allowed.has(name)) {
            found.push(format!(
                "{name} is imported and not in xtask/recipes/symbols/ios.txt: look up since which iOS it exists and add it, or avoid it"
            ));
        }
        found
    }
}

/// The platform and the oldest version of it that an object was built for.
fn built_for(object: &MachOFile64<'_, Endianness>) -> Outcome<(String, String)> {
    let header: &MachHeader64<Endianness> = object.macho_header();
    let endian = object.endian();
    let mut commands = header
        .load_commands(endian, object.data(), 0)
        .map_err(unreadable("load commands"))?;
    while let Some(command) = commands.next().map_err(unreadable("load commands"))? {
        if command.cmd() != LC_BUILD_VERSION {
            continue;
        }
        if let Ok(LoadCommandVariant::BuildVersion(version)) = command.variant() {
            let platform = match version.platform.get(endian) {
                PLATFORM_IOS => "ios".to_owned(),
                PLATFORM_IOSSIMULATOR => "iossimulator".to_owned(),
                other => format!("platform {other}"),
            };
            let oldest = version.minos.get(endian);
            return Ok((platform, format!("{}.{}", oldest >> 16, oldest >> 8 & 0xff)));
        }
    }
    Ok(("an unnamed platform".to_owned(), "no version".to_owned()))
}

/// The names that may be imported, by the system library that brings them (`xtask/recipes/symbols/ios.txt`).
#[derive(Debug, Default)]
pub struct Imports(pub BTreeMap<String, BTreeSet<String>>);

impl Imports {
    /// Reads the list: a library and names of it a line, `#` begins a comment.
    pub fn parse(list: &str) -> Self {
        let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in list.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace().map(str::to_owned);
            if let Some(library) = words.next() {
                imports.entry(library).or_default().extend(words);
            }
        }
        Self(imports)
    }

    fn has(&self, name: &str) -> bool {
        self.0.values().any(|names| names.contains(name))
    }

    /// The frameworks among the libraries that bring one of `names`: an app has to link them.
    pub fn frameworks(&self, names: &BTreeSet<String>) -> Vec<&str> {
        let used = self
            .0
            .iter()
            .filter(|(_, brings)| !brings.is_disjoint(names));
        used.map(|(library, _)| library.as_str())
            .filter(|library| *library != "libSystem")
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Imports {
        Imports::parse("# ours\nlibSystem _open _close # files\nSecurity _SecTrust\n")
    }

    fn good() -> Slice {
        Slice {
            architecture: "arm64".to_owned(),
            objects: 1,
            built_for: BTreeSet::from([("ios".to_owned(), "15.0".to_owned())]),
            imports: BTreeSet::from(["_open".to_owned()]),
            exports: BTreeSet::from(["_uniffi_klarna_step_up_fn_pay".to_owned()]),
            bytes: 1,
            debug_bytes: 1,
            bitcode_bytes: 0,
        }
    }

    fn objections_to(change: impl FnOnce(&mut Slice)) -> Vec<String> {
        let mut slice = good();
        change(&mut slice);
        slice.objections("ios", "15.0", &allowed())
    }

    #[test]
    fn a_good_slice_passes() {
        assert!(objections_to(|_| {}).is_empty());
    }

    #[test]
    fn each_fault_is_found() {
        type Fault = (&'static str, fn(&mut Slice));
        let faults: [Fault; 6] = [
            ("for ios 18.0", |slice| {
                slice
                    .built_for
                    .insert(("ios".to_owned(), "18.0".to_owned()));
            }),
            ("no object", |slice| slice.objects = 0),
            ("exports nothing", |slice| slice.exports.clear()),
            ("no line tables", |slice| slice.debug_bytes = 0),
            ("bitcode", |slice| slice.bitcode_bytes = 1),
            ("_system", |slice| {
                slice.imports.insert("_system".to_owned());
            }),
        ];
        for (said, fault) in faults {
            let found = objections_to(fault);
            assert!(found.len() == 1 && found[0].contains(said), "{found:?}");
        }
    }

    #[test]
    fn the_frameworks_that_an_app_has_to_link_are_those_of_what_is_imported() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        assert!(allowed().frameworks(&names(&["_open"])).is_empty());
        assert_eq!(
            allowed().frameworks(&names(&["_open", "_SecTrust"])),
            ["Security"]
        );
    }
}
