//! Backups: a consistent copy while others append, verified before it has its name.

use super::fault::{StoreFault, reason_of};
use super::file;
use super::open::Store;
use crate::finding::Finding;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::path::Path;

impl Store {
    /// Copies the ledger to the new file `to`, and verifies the copy; a copy that does not verify is removed.
    pub fn backup(&self, to: &Path) -> Result<(), StoreFault> {
        let shown = to.display().to_string();
        if file::exists(to)? {
            return Err(StoreFault::BackupExists { to: shown });
        }
        let draft = file::draft(to)?;
        let copied = self.copy(&draft).and_then(|()| verify(&draft, &shown));
        if copied.is_err() {
            file::discard(&draft);
        }
        copied?;
        if file::publish(&draft, to)? { Ok(()) } else { Err(StoreFault::BackupExists { to: shown }) }
    }

    /// Copies one state of the ledger.
    fn copy(&self, draft: &Path) -> Result<(), StoreFault> {
        let failed = |error: rusqlite::Error| StoreFault::writing(draft, &error);
        let mut copy = Connection::open(draft).map_err(failed)?;
        let step = Backup::new(&self.connection, &mut copy).and_then(|backup| backup.step(-1)).map_err(failed)?;
        match step {
            StepResult::Done => copy.close().map_err(|(_, error)| failed(error)),
            _ => Err(StoreFault::Busy { path: self.path.display().to_string(), seconds: 0 }),
        }
    }
}

/// Refuses a copy that does not verify.
fn verify(draft: &Path, to: &str) -> Result<(), StoreFault> {
    let copy = Store::open_existing(draft)?;
    let verification = copy.verify(None)?;
    copy.connection
        .close()
        .map_err(|(_, error)| StoreFault::Unwritable { path: to.to_owned(), reason: reason_of(&error) })?;
    match verification.findings.iter().next().map(Finding::message) {
        None => Ok(()),
        Some(first) => {
            let findings = verification.findings.len() as u64 + verification.more;
            Err(StoreFault::BadBackup { to: to.to_owned(), findings, first })
        }
    }
}
