//! Backups: a consistent copy while others append, verified before it has its name.

use super::fault::StoreFault;
use super::file;
use super::open::Store;
use crate::database;
use crate::finding::Finding;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::path::Path;

impl Store {
    /// Copies the ledger to the new file `to`, and verifies the copy; a copy that does not verify is removed.
    pub fn backup(&self, to: &Path) -> Result<(), StoreFault> {
        let shown = to.display().to_string();
        let Some(ledger) = self.connection.sqlite() else {
            return Err(StoreFault::NoBackup { path: self.shown.clone() });
        };
        if file::exists(to)? {
            return Err(StoreFault::BackupExists { to: shown });
        }
        let draft = file::draft(to)?;
        let copied = self.copy(ledger, &draft).and_then(|()| verify(&draft, &shown));
        if copied.is_err() {
            file::discard(&draft);
        }
        copied?;
        if file::publish(&draft, to)? { Ok(()) } else { Err(StoreFault::BackupExists { to: shown }) }
    }

    /// Copies one state of the ledger.
    fn copy(&self, ledger: &Connection, draft: &Path) -> Result<(), StoreFault> {
        let failed = |error: rusqlite::Error| StoreFault::writing(&draft.display().to_string(), &error.into());
        let mut copy = Connection::open(draft).map_err(failed)?;
        let step = Backup::new(ledger, &mut copy).and_then(|backup| backup.step(-1)).map_err(failed)?;
        match step {
            StepResult::Done => copy.close().map_err(|(_, error)| failed(error)),
            _ => Err(StoreFault::Busy { path: self.shown.clone(), seconds: 0 }),
        }
    }
}

/// Refuses a copy that does not verify.
fn verify(draft: &Path, to: &str) -> Result<(), StoreFault> {
    let copy = Store::open_existing(draft)?;
    let verification = copy.verify(None)?;
    match copy.connection {
        database::Connection::Sqlite(connection) => connection.close().map_err(|(_, error)| {
            let reason = database::Error::from(error).to_string();
            StoreFault::Unwritable { path: to.to_owned(), reason }
        })?,
        #[cfg(feature = "postgres")]
        database::Connection::Postgres(_) => {}
    }
    match verification.findings.iter().next().map(Finding::message) {
        None => Ok(()),
        Some(first) => {
            let findings = verification.findings.len() as u64 + verification.more;
            Err(StoreFault::BadBackup { to: to.to_owned(), findings, first })
        }
    }
}
