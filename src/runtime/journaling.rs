//! The journal as the loop uses it: records, salt, tombstones, and the hashes that stand for what is not written down.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::event_loop::{Loop, Slot};
use crate::error::StepUpError;
use crate::journal::format::{FormatError, decode, encode};
use crate::journal::store::{RecordName, Store, StoreError};
use crate::links::{LinkForm, Nonce};
use crate::machine::{
    Around, AttemptId, Input, Machine, OrderKey, Phase, Record, StartFate, Starter, TOMBSTONE_LIFE,
    Tombstone,
};
use crate::seams::Entropy;
use crate::trace::PastTraces;

/// The owner of a record whose owner is lost. No hash looks like it.
const ANYONE: &str = "anyone";
/// Where a stand-in's counters begin.
const STAND_IN_NUMBERS: u32 = 1_000;

/// The journal, open or not readable yet.
pub(super) struct Journal {
    directory: PathBuf,
    store: Option<Store>,
    salt: [u8; 16],
    pub tombstones: Vec<Tombstone>,
    /// Which orders were paid is lost; nothing else is.
    pub damaged_tombstones: bool,
}

/// Random bytes, of the test or of the system. Without any, nothing may be started: ids would repeat.
pub(super) fn random(entropy: Option<&Arc<dyn Entropy>>) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    match entropy {
        Some(entropy) => bytes.copy_from_slice(entropy.bytes(16).ok()?.get(..16)?),
        None => getrandom::fill(&mut bytes).ok()?,
    }
    Some(bytes)
}

impl Journal {
    /// Opens the directory. One that cannot be read yet is no error: it is tried again.
    pub fn open(directory: &Path, entropy: Option<&Arc<dyn Entropy>>) -> Result<Self, StepUpError> {
        let mut journal = Self {
            directory: directory.to_owned(),
            store: None,
            salt: [0; 16],
            tombstones: Vec::new(),
            damaged_tombstones: false,
        };
        match journal.try_open(entropy) {
            Err(StoreError::InUse) => Err(StepUpError::JournalInUse),
            _ => Ok(journal),
        }
    }

    /// Opens the directory if it is not open.
    pub fn try_open(&mut self, entropy: Option<&Arc<dyn Entropy>>) -> Result<(), StoreError> {
        if self.store.is_some() {
            return Ok(());
        }
        let store = Store::open(&self.directory)?;
        let fresh = random(entropy).ok_or(StoreError::Unavailable)?;
        self.salt = store.installation_salt(fresh)?;
        let bytes = store.read_tombstones()?;
        let read = bytes.map_or(Ok(Vec::new()), |bytes| decode(&bytes));
        self.damaged_tombstones = read.is_err();
        self.tombstones = read.unwrap_or_default();
        self.store = Some(store);
        Ok(())
    }

    pub fn is_open(&self) -> bool {
        self.store.is_some()
    }

    /// Releases the directory at once.
    pub fn close(&mut self) {
        self.store = None;
    }

    /// There are attempts or outcomes in it, or it cannot be told yet.
    pub fn has_records(&self) -> bool {
        let listed = |names: Result<Vec<RecordName>, StoreError>| {
            names.map_or(true, |names| !names.is_empty())
        };
        let store = self.store.as_ref();
        store.is_none_or(|store| listed(store.names()) || listed(store.damaged()))
    }

    fn hash(&self, parts: &[&str]) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.salt);
        for part in parts {
            hasher.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        hex(&hasher.finalize()[..16])
    }

    /// What the journal knows an order by.
    pub fn order_key(&self, backend: &str, reference: &str, content: &str) -> OrderKey {
        OrderKey {
            hash: self.hash(&["order", backend, reference]),
            reference: reference.to_owned(),
            content: self.hash(&["content", content]),
        }
    }

    /// What the journal knows an owner by.
    pub fn owner_hash(&self, owner: &str) -> String {
        self.hash(&["owner", owner])
    }

    pub fn write(&self, name: &RecordName, record: &Record) -> Result<(), StoreError> {
        let store = self.store.as_ref().ok_or(StoreError::Unavailable)?;
        let bytes = encode(record).map_err(|_| StoreError::Full)?;
        store.write(name, &bytes)
    }

    /// The traces that earlier processes kept.
    pub fn past_traces(&self) -> PastTraces {
        let bytes = self
            .store
            .as_ref()
            .and_then(|store| store.read_traces().ok()?);
        bytes
            .map(|bytes| PastTraces::read(&bytes))
            .unwrap_or_default()
    }

    /// Keeps traces. That it may fail harms nothing.
    pub fn write_traces(&self, bytes: &[u8]) {
        if let Some(store) = &self.store {
            let _ = store.write_traces(bytes);
        }
    }

    /// Deletes a record; a paid order leaves its tombstone first.
    pub fn forget(
        &mut self,
        name: &RecordName,
        tombstone: Option<Tombstone>,
    ) -> Result<(), StoreError> {
        let store = self.store.as_ref().ok_or(StoreError::Unavailable)?;
        if let Some(tombstone) = tombstone {
            let now = tombstone.at;
            self.tombstones
                .retain(|stone| stone.order != tombstone.order && now - stone.at <= TOMBSTONE_LIFE);
            self.tombstones.push(tombstone);
            let bytes = encode(&self.tombstones).map_err(|_| StoreError::Full)?;
            store.write_tombstones(&bytes)?;
        }
        // What was set aside of it has served its end. It goes first: left alone it would stand for an attempt that never ended.
        if store.damaged()?.contains(name) {
            store.remove_damaged(name)?;
        }
        store.remove(name)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

impl Loop {
    /// Reads the journal, once all of it can be read: settled attempts are delivered, the others asked about. Until then nothing
    /// may be started: an attempt that is not known of could be of the same order.
    pub fn restore(&mut self) {
        if self.restored || self.journal.try_open(self.entropy.as_ref()).is_err() {
            return;
        }
        if self.owner.is_none() {
            let owner = self.settings.owner.as_ref();
            self.owner = owner.map(|owner| self.journal.owner_hash(owner.expose()));
        }
        let Some((Ok(names), Ok(aside))) = self
            .journal
            .store
            .as_ref()
            .map(|store| (store.names(), store.damaged()))
        else {
            return;
        };
        // A process that died between setting a record aside and writing its stand-in left the former alone.
        let alone = aside.iter().filter(|name| !names.contains(name));
        let alone: Vec<RecordName> = alone.cloned().collect();
        let all = names.into_iter().map(|name| (name, true));
        let all = all.chain(alone.into_iter().map(|name| (name, false)));
        let mut readable = true;
        for (name, is_there) in all {
            let id = AttemptId(name.attempt.clone());
            if self.slots.contains_key(&id) {
                continue;
            }
            let record = if is_there {
                self.read_record(&name)
            } else {
                self.stand_in(&name)
            };
            let Some(record) = record else {
                readable = false;
                continue;
            };
            let slot = self.slot(record, name, None, LinkForm::AsGiven);
            self.slots.insert(id.clone(), slot);
            let visible = self.is_visible(&id);
            self.drive(&id, Input::Restored { visible });
        }
        if std::mem::take(&mut self.journal.damaged_tombstones) {
            self.event(None, "JournalDamaged".to_owned());
        }
        if readable {
            self.restored = true;
            self.shared.set_past_traces(self.journal.past_traces());
            self.shared.set_loaded();
            self.classify_early_links();
        }
    }

    /// Keeps the traces for after this process.
    pub fn save_traces(&mut self) {
        if self.restored {
            let now = self.time.now().wall;
            self.journal.write_traces(&self.shared.traces_to_keep(now));
        }
    }

    /// `None` if it cannot be read now. One that is damaged, or of a later release, is set aside, and stands as one of which only
    /// the name is known: it still blocks its order, and is asked about.
    fn read_record(&mut self, name: &RecordName) -> Option<Record> {
        let store = self.journal.store.as_ref()?;
        let bytes = store.read(name).ok()?;
        let event = match decode::<Record>(&bytes) {
            Ok(record) if record.id.0 == name.attempt => return Some(record),
            Err(FormatError::Newer { .. }) => "JournalNewer",
            _ => "JournalDamaged",
        };
        let record = self.stand_in(name)?;
        let _ = self.journal.store.as_ref()?.set_aside(name);
        self.event(Some(&record.id), event.to_owned());
        Some(record)
    }

    /// A record of which only the name is known.
    fn stand_in(&mut self, name: &RecordName) -> Option<Record> {
        let id = AttemptId(name.attempt.clone());
        let order = OrderKey {
            hash: name.order_hash.clone(),
            reference: String::new(),
            content: String::new(),
        };
        let mut record = self.new_record(id, order, Starter::Core)?;
        // Whose it was is lost: whoever is signed in asks, and the backend knows whose it is.
        record.owner = Some(ANYONE.to_owned());
        record.start = StartFate::Unknown;
        record.phase = Phase::Confirming;
        // It may have been shown: "not found" must not close it.
        record.presentation = 1;
        // Ids and keys that the lost record may have used are not used again.
        record.outcomes = STAND_IN_NUMBERS;
        record.cancels = STAND_IN_NUMBERS;
        Some(record)
    }

    /// A record of this client's owner and backend, not written yet.
    pub fn new_record(
        &mut self,
        id: AttemptId,
        order: OrderKey,
        starter: Starter,
    ) -> Option<Record> {
        let nonce = Nonce::from_bytes(random(self.entropy.as_ref())?);
        Some(Record {
            id,
            nonce,
            order,
            owner: self.owner.clone(),
            backend: self.settings.backend.clone(),
            created_at: self.time.now().wall,
            expires_at: None,
            phase: Phase::Starting,
            starter,
            start: StartFate::Open,
            payment_id: None,
            journey: None,
            presentation: 0,
            surface: None,
            version: None,
            cancel: None,
            cancels: 0,
            evidence: Vec::new(),
            outcome: None,
            outcomes: 0,
            revision: 0,
        })
    }

    pub fn slot(
        &self,
        record: Record,
        name: RecordName,
        body: Option<Vec<u8>>,
        form: LinkForm,
    ) -> Slot {
        let around = Around {
            foreground: self.foreground,
            host: self.presenter.is_some(),
        };
        Slot {
            machine: Machine::new(Arc::clone(&self.settings.policy), record, around),
            name,
            body,
            form,
            waiters: Vec::new(),
            successors: Vec::new(),
            wake: None,
            told: 0,
        }
    }

    /// The attempt belongs to the client's owner and backend.
    pub fn is_visible(&self, id: &AttemptId) -> bool {
        self.slots.get(id).is_some_and(|slot| {
            let record = slot.machine.record();
            let mine = record.owner == self.owner || record.owner.as_deref() == Some(ANYONE);
            record.backend == self.settings.backend && mine
        })
    }
}
