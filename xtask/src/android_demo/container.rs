//! Zip files that others made: AARs, and APKs in the making.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::process::{Outcome, at};

/// One of them.
pub struct Container(PathBuf);

impl Container {
    pub fn open(path: &Path) -> Outcome<Self> {
        fs::metadata(path).map_err(at(path))?;
        Ok(Self(path.to_path_buf()))
    }

    /// Writes all that is in it below a folder.
    pub fn unpack(&self, folder: &Path) -> Outcome<()> {
        let file = File::open(&self.0).map_err(at(&self.0))?;
        let mut archive = ZipArchive::new(file).map_err(at(&self.0))?;
        fs::create_dir_all(folder).map_err(at(folder))?;
        archive.extract(folder).map_err(at(&self.0))
    }

    /// Adds files under these names, and leaves what is in it as it is: the table of resources must stay uncompressed.
    pub fn add(&mut self, files: &[(String, PathBuf)]) -> Outcome<()> {
        let file = File::options()
            .read(true)
            .write(true)
            .open(&self.0)
            .map_err(at(&self.0))?;
        let mut writer = ZipWriter::new_append(file).map_err(at(&self.0))?;
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, path) in files {
            writer
                .start_file(name.as_str(), options)
                .map_err(at(&self.0))?;
            let mut source = File::open(path).map_err(at(path))?;
            io::copy(&mut source, &mut writer).map_err(at(path))?;
        }
        writer.finish().map_err(at(&self.0))?;
        Ok(())
    }
}
