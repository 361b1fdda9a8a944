//! Verification of a whole ledger: the file, the chain, the keys, the snapshots and the personal values.

use super::chain::ChainPass;
use super::digest::Digest;
use super::event::Head;
use super::fault::{ChainFault, StoreFault, reason_of};
use super::open::Store;
use super::personal::salted;
use super::verification::{Verification, Verifying};
use super::{schema, snapshot};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// Most lines of a damaged file.
const MAX_LINES: u32 = 100;

impl Store {
    /// Verifies everything, and reports every difference in one pass.
    ///
    /// With an `anchor` (a head that was copied elsewhere) also a removed end and a rewritten history are found.
    /// What others append meanwhile is not examined.
    pub fn verify(&self, anchor: Option<&Head>) -> Result<Verification, StoreFault> {
        // Everything is read from one state of the ledger; nothing is written, so that the end of it needs no commit.
        let state = self.connection.unchecked_transaction().map_err(|error| self.unreadable(&error))?;
        let mut verifying = Verifying { connection: &state, path: &self.path, done: Verification::default() };
        verifying.file();
        let chain = verifying.chain(anchor);
        verifying.snapshots(&chain);
        verifying.personal(&chain);
        Ok(verifying.done)
    }
}

impl Verifying<'_> {
    /// Reports what prevented a part of the verification.
    fn unreadable(&mut self, error: &rusqlite::Error) {
        self.report(ChainFault::DamagedFile { reason: reason_of(error) });
    }

    /// Examines the structure of the file and the definitions of its tables.
    fn file(&mut self) {
        match damages(self.connection) {
            Ok(reasons) => reasons.into_iter().for_each(|reason| self.report(ChainFault::DamagedFile { reason })),
            Err(error) => self.unreadable(&error),
        }
        match schema::differences(self.connection) {
            Ok(names) => names.into_iter().for_each(|name| self.report(ChainFault::ChangedTables { name })),
            Err(error) => self.unreadable(&error),
        }
    }

    /// Verifies events and keys; returns to what they refer.
    fn chain(&mut self, anchor: Option<&Head>) -> ChainPass {
        let mut chain = ChainPass::new(anchor.copied());
        if let Err(error) = chain.perform(self) {
            self.unreadable(&error);
        }
        chain.finish(self);
        chain
    }

    /// Verifies every snapshot, and that none is missing.
    fn snapshots(&mut self, chain: &ChainPass) {
        let mut present = BTreeSet::new();
        if let Err(error) = self.each_snapshot(&mut present) {
            self.unreadable(&error);
        }
        for (digest, number) in chain.snapshots.iter().filter(|(digest, _)| !present.contains(*digest)) {
            self.report(ChainFault::MissingSnapshot { digest: digest.to_string(), number: *number });
        }
    }

    fn each_snapshot(&mut self, present: &mut BTreeSet<Digest>) -> rusqlite::Result<()> {
        let connection = self.connection;
        let mut statement = connection.prepare(&format!("SELECT {} FROM snapshot NOT INDEXED", snapshot::COLUMNS))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let digest = row.get_ref(0)?.as_blob().ok().and_then(Digest::from_bytes).unwrap_or_default();
            present.insert(digest);
            if snapshot::content(row).is_some_and(|content| Digest::of(&content) == digest) {
                self.done.snapshots += 1;
            } else {
                self.report(ChainFault::SnapshotChanged { digest: digest.to_string() });
            }
        }
        Ok(())
    }

    /// Verifies every personal value, and that none is missing without an erasure.
    fn personal(&mut self, chain: &ChainPass) {
        let mut present = BTreeSet::new();
        if let Err(error) = self.each_personal(chain, &mut present) {
            self.unreadable(&error);
        }
        for id in chain.personal.keys().filter(|id| !present.contains(*id)) {
            self.report(ChainFault::MissingPersonal { id: *id });
        }
    }

    fn each_personal(&mut self, chain: &ChainPass, present: &mut BTreeSet<u64>) -> rusqlite::Result<()> {
        let connection = self.connection;
        let mut statement = connection.prepare("SELECT id, salt, value, hash, subject FROM personal NOT INDEXED")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get_ref(0)?.as_i64().ok().and_then(|id| u64::try_from(id).ok()).unwrap_or_default();
            present.insert(id);
            let hash = row.get_ref(3)?.as_blob().ok().and_then(Digest::from_bytes);
            let salt = row.get_ref(1)?.as_blob_or_null().ok().flatten();
            let value = row.get_ref(2)?.as_str_or_null().ok().flatten();
            let is_expected = chain.personal.get(&id).is_none_or(|expected| Some(*expected) == hash);
            let is_erased =
                [1, 2, 4].iter().all(|at| row.get_ref(*at).is_ok_and(|value| value.as_i64_or_null() == Ok(None)));
            let is_intact = salt.zip(value).is_some_and(|(salt, value)| Some(salted(salt, value)) == hash);
            match (is_expected, is_erased, chain.erased.get(&id)) {
                (true, true, Some(_)) => self.done.erased += 1,
                (true, true, None) => self.report(ChainFault::MissingPersonal { id }),
                (true, false, Some(number)) => self.report(ChainFault::NotErased { id, number: *number }),
                (true, false, None) if is_intact => self.done.personal += 1,
                _ => self.report(ChainFault::PersonalChanged { id }),
            }
        }
        Ok(())
    }
}

/// Returns what SQLite reports about the structure of the file; empty if it is sound.
fn damages(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({MAX_LINES})"))?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    let lines: Vec<String> = lines.collect::<rusqlite::Result<_>>()?;
    Ok(if lines == ["ok"] { Vec::new() } else { lines })
}
