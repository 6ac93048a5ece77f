//! What can happen to the phone itself: its network, its clock, its disk, its journal.

use std::fs;
use std::os::unix::fs::symlink;

use super::process::PhoneProcess;
use super::{Run, RunError, unmet};
use crate::protocol::{Command, Report};
use crate::scenario::{Damage, Step};

impl Run {
    pub(super) async fn device_step(&mut self, step: Step) -> Result<(), RunError> {
        match step {
            Step::Network { online } => {
                self.world.set_online(online).await?;
                if self.phone.is_none() {
                    return Ok(());
                }
                self.send(&Command::NetworkChanged).await
            }
            Step::NetworkSwitched => self.send(&Command::NetworkChanged).await,
            Step::ClockJump { ms } => {
                self.wall_error_ms += ms;
                if self.phone.is_none() {
                    return Ok(());
                }
                let reading = self.reading(self.world.clock().now_ms());
                self.send(&Command::Clock(reading)).await?;
                self.send(&Command::Wake).await
            }
            Step::DiskFull { full } => self.send(&Command::DiskFull { full }).await,
            Step::SecondClient => self.second_client().await,
            Step::LockJournal { locked: false } => self.unlock(),
            _ if self.phone.is_some() => unmet("the app is running"),
            Step::LockJournal { locked: true } => self.lock(),
            Step::DamageJournal { how } => self.damage(how),
            _ => {
                self.app.forgotten = self.attempts.iter().cloned().collect();
                fs::remove_dir_all(&self.journal)?;
                Ok(fs::create_dir(&self.journal)?)
            }
        }
    }

    /// Every record, as it may be found after a power cut, a faulty disk, or another release.
    fn damage(&self, how: Damage) -> Result<(), RunError> {
        let mut damaged = 0;
        for entry in fs::read_dir(&self.journal)? {
            let file = entry?.path();
            if file.extension().is_some_and(|end| end == "json") {
                let bytes = fs::read(&file)?;
                fs::write(&file, damaged_record(bytes, how))?;
                damaged += 1;
            }
        }
        if damaged == 0 {
            return unmet("there is no record");
        }
        Ok(())
    }

    /// A directory that can't be entered, whoever runs this: a link that leads to itself.
    fn lock(&self) -> Result<(), RunError> {
        fs::rename(&self.journal, self.journal.with_extension("locked"))?;
        Ok(symlink(&self.journal, &self.journal)?)
    }

    pub(super) fn unlock(&self) -> Result<(), RunError> {
        fs::remove_file(&self.journal)?;
        Ok(fs::rename(
            self.journal.with_extension("locked"),
            &self.journal,
        )?)
    }

    async fn second_client(&mut self) -> Result<(), RunError> {
        let mut other = PhoneProcess::start(&self.program)?;
        let mut configure = self.configure();
        configure.seed = configure.seed.map(|seed| !seed);
        other.send(&Command::Configure(Box::new(configure))).await?;
        let report = other.next().await?;
        other.kill().await?;
        match report {
            Report::Refused { error } if error.contains("held by another client") => Ok(()),
            other => unmet(format!("it was not refused: {other:?}")),
        }
    }
}

/// The header is `{"v":1,"crc":"0a1b2c3d"}` and a line feed; the CRC-32 is that of version, line feed and body (`journal/format.rs`).
fn damaged_record(mut bytes: Vec<u8>, how: Damage) -> Vec<u8> {
    let body_at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0) + 1;
    let whole = |version: &str| {
        let body = &bytes[body_at..];
        let crc = crc32fast::hash(&[version.as_bytes(), b"\n", body].concat());
        let header = format!("{{\"v\":{version},\"crc\":\"{crc:08x}\"}}\n");
        [header.as_bytes(), body].concat()
    };
    match how {
        Damage::Newer => whole("2"),
        Damage::Older => whole("0"),
        Damage::Cut => {
            bytes.truncate(bytes.len() / 2);
            bytes
        }
        Damage::Flipped => {
            if let Some(byte) = bytes.get_mut(body_at + 20) {
                *byte ^= 1;
            }
            bytes
        }
    }
}
