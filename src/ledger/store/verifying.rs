//! Verification of a whole ledger: the file, the chain, the keys, the snapshots and the personal values.

use super::chain::ChainPass;
use super::digest::Digest;
use super::event::Head;
use super::fault::{ChainFault, StoreFault};
use super::open::Store;
use super::personal::salted;
use super::verification::{Verification, Verifying};
use super::{schema, snapshot};
use crate::database::{Connection, Error, values};
use std::collections::BTreeSet;

/// Most lines of a damaged file.
const MAX_LINES: u32 = 100;

impl Store {
    /// Verifies everything, and reports every difference in one pass.
    ///
    /// With an `anchor` (a head that was copied elsewhere) also a removed end and a rewritten history are found.
    /// What others append meanwhile is not examined.
    pub fn verify(&self, anchor: Option<&Head>) -> Result<Verification, StoreFault> {
        let mut verifying =
            Verifying { connection: &self.connection, shown: &self.shown, done: Verification::default() };
        verifying.file();
        // Everything else is read from one state of the ledger.
        let read = self.connection.snapshot(|_| {
            let chain = verifying.chain(anchor);
            verifying.snapshots(&chain);
            verifying.personal(&chain);
        });
        read.map_err(|error| self.unreadable(&error))?;
        Ok(verifying.done)
    }
}

impl Verifying<'_> {
    /// Reports what prevented a part of the verification.
    fn unreadable(&mut self, error: &Error) {
        let reason = error.to_string();
        self.report(match self.connection.sqlite() {
            Some(_) => ChainFault::DamagedFile { reason },
            None => ChainFault::NotVerified { reason },
        });
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

    fn each_snapshot(&mut self, present: &mut BTreeSet<Digest>) -> Result<(), Error> {
        let connection = self.connection;
        let mut cursor = connection.cursor(&format!("SELECT {} FROM snapshot NOT INDEXED", snapshot::COLUMNS))?;
        let mut rows = cursor.rows()?;
        while let Some(row) = rows.advance()? {
            let digest = row.bytes(0).and_then(Digest::from_bytes).unwrap_or_default();
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

    fn each_personal(&mut self, chain: &ChainPass, present: &mut BTreeSet<u64>) -> Result<(), Error> {
        let connection = self.connection;
        let mut cursor = connection.cursor("SELECT id, salt, value, hash, subject FROM personal NOT INDEXED")?;
        let mut rows = cursor.rows()?;
        while let Some(row) = rows.advance()? {
            let id: u64 = row.read(0).unwrap_or_default();
            present.insert(id);
            let hash = row.bytes(3).and_then(Digest::from_bytes);
            let (salt, value) = (row.bytes(1), row.text(2));
            let is_expected = chain.personal.get(&id).is_none_or(|expected| Some(*expected) == hash);
            let is_erased = [1, 2, 4].into_iter().all(|at| row.is_null(at));
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

/// Returns what SQLite reports about the structure of the file; empty if it is sound. A server verifies its own files.
fn damages(connection: &Connection) -> Result<Vec<String>, Error> {
    if connection.sqlite().is_none() {
        return Ok(Vec::new());
    }
    let check = format!("PRAGMA integrity_check({MAX_LINES})");
    let lines: Vec<String> = connection.all(&check, values![], |row| row.get(0))?;
    Ok(if lines == ["ok"] { Vec::new() } else { lines })
}
