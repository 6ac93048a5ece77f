//! What a shared library says of itself, read from `llvm-readelf`.

/// The parts that Android's loader cares about.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Elf {
    pub soname: Option<String>,
    pub needed: Vec<String>,
    /// Alignment of each LOAD segment.
    pub load_alignments: Vec<u64>,
    pub text_relocations: bool,
    pub imports: Vec<Import>,
    pub exports: usize,
}

/// A name that the library expects others to bring.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    pub name: String,
    pub weak: bool,
}

impl Elf {
    /// Reads the output of `llvm-readelf --wide --dynamic-table --program-headers --dyn-symbols`.
    pub fn parse(said: &str) -> Self {
        let mut elf = Self::default();
        for line in said.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [_, "(NEEDED)", .., name] => elf.needed.push(bare(name)),
                [_, "(SONAME)", .., name] => elf.soname = Some(bare(name)),
                [_, "(TEXTREL)", ..] => elf.text_relocations = true,
                [_, "(FLAGS)", flags @ ..] if flags.contains(&"TEXTREL") => {
                    elf.text_relocations = true;
                }
                ["LOAD", .., alignment] => elf.load_alignments.extend(hexadecimal(alignment)),
                // Num: Value Size Type Bind Vis Ndx Name
                [number, _, _, _, binding, _, index, name]
                    if number.ends_with(':') && number != &"Num:" =>
                {
                    if *index == "UND" {
                        let name = name.split('@').next().unwrap_or(name).to_owned();
                        elf.imports.push(Import {
                            name,
                            weak: *binding == "WEAK",
                        });
                    } else if *binding != "LOCAL" {
                        elf.exports += 1;
                    }
                }
                _ => {}
            }
        }
        elf
    }
}

fn bare(name: &str) -> String {
    name.trim_matches(['[', ']']).to_owned()
}

fn hexadecimal(word: &str) -> Option<u64> {
    u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "
Program Headers:
  Type           Offset   VirtAddr           PhysAddr           FileSiz  MemSiz   Flg Align
  PHDR           0x000040 0x0000000000000040 0x0000000000000040 0x0001f8 0x0001f8 R   0x8
  LOAD           0x000000 0x0000000000000000 0x0000000000000000 0x0245d0 0x0245d0 R   0x4000
  LOAD           0x0245d0 0x00000000000285d0 0x00000000000285d0 0x04b8c0 0x04b8c0 R E 0x1000
Dynamic section at offset 0x77d30 contains 28 entries:
  Tag                Type           Name/Value
  0x0000000000000001 (NEEDED)       Shared library: [libdl.so]
  0x0000000000000001 (NEEDED)       Shared library: [libc.so]
  0x000000000000000e (SONAME)       Library soname: [libklarna_step_up.so]
  0x000000000000001e (FLAGS)        BIND_NOW TEXTREL
Symbol table '.dynsym' contains 178 entries:
   Num:    Value          Size Type    Bind   Vis       Ndx Name
     0: 0000000000000000     0 NOTYPE  LOCAL  DEFAULT   UND
     1: 0000000000000000     0 FUNC    GLOBAL DEFAULT   UND open@LIBC
     2: 0000000000000000     0 NOTYPE  WEAK   DEFAULT   UND getrandom
     3: 0000000000031234   120 FUNC    GLOBAL DEFAULT    12 uniffi_klarna_step_up_fn
";

    #[test]
    fn reads_what_the_loader_cares_about() {
        let elf = Elf::parse(SAID);
        assert_eq!(elf.soname.as_deref(), Some("libklarna_step_up.so"));
        assert_eq!(elf.needed, ["libdl.so", "libc.so"]);
        assert_eq!(elf.load_alignments, [0x4000, 0x1000]);
        assert!(elf.text_relocations);
        assert_eq!(elf.exports, 1);
        let imports: Vec<_> = elf
            .imports
            .iter()
            .map(|import| (import.name.as_str(), import.weak))
            .collect();
        assert_eq!(imports, [("open", false), ("getrandom", true)]);
    }
}
