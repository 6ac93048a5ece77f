//! Zip files that are the same whenever and wherever they are made of the same files.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::process::{Failure, Outcome, at};

/// Packs all files below `folder` into `out`, by their paths below it: in the order of their names, without times, owners and links.
pub fn pack(folder: &Path, out: &Path) -> Outcome<()> {
    let file = fs::File::create(out).map_err(at(out))?;
    let mut zip = ZipWriter::new(file);
    // No time is given: it is that of the format's beginning, 1980.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .unix_permissions(0o644);
    for path in files(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path);
        zip.start_file(name.to_string_lossy().replace('\\', "/"), options)
            .map_err(at(out))?;
        let content = fs::read(&path).map_err(at(&path))?;
        zip.write_all(&content).map_err(at(out))?;
    }
    zip.finish().map_err(at(out))?;
    Ok(())
}

/// All files below a folder, sorted. A link is refused: a zip file made elsewhere would have another thing in its place.
pub fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(at(&next))? {
            let entry = entry.map_err(at(&next))?;
            let kind = entry.file_type().map_err(at(&next))?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            } else {
                return Err(Failure::new(format!(
                    "{} is neither file nor folder",
                    entry.path().display()
                )));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The SHA-256 of a file in hexadecimal: what `swift package compute-checksum` prints.
pub fn checksum(file: &Path) -> Outcome<String> {
    let content = fs::read(file).map_err(at(file))?;
    Ok(Sha256::digest(&content)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_give_the_same_bytes_whatever_their_times() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sums = Vec::new();
        for order in [["b/x", "a"], ["a", "b/x"]] {
            let tree = folder.path().join(format!("tree-{}", sums.len()));
            fs::create_dir_all(tree.join("b")).expect("a folder");
            for name in order {
                fs::write(tree.join(name), name.repeat(1_000)).expect("a file");
            }
            let old = fs::File::options()
                .write(true)
                .open(tree.join("a"))
                .expect("opens");
            old.set_modified(std::time::SystemTime::UNIX_EPOCH)
                .expect("a time");
            let zip = folder.path().join("out.zip");
            pack(&tree, &zip).expect("packed");
            sums.push(checksum(&zip).expect("a sum"));
        }
        assert_eq!(sums[0], sums[1]);
        assert_eq!(sums[0].len(), 64);
    }

    #[test]
    fn links_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link")).expect("a link");
        assert!(files(folder.path()).is_err());
    }
}
