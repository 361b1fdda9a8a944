//! Books of plans that were opened from files, read again from the ledger.

use super::local::PlanBook;
use crate::finding::Findings;
use crate::intake::Limits;
use crate::ledger::book_files::{BookFiles, request_again};
use crate::ledger::plan::Header;
use crate::ledger::tables::PlanTables;
use crate::plugin::VendorPlugin;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// Most books that are held in memory.
const MAX_BOOKS: usize = 2;

/// The books that were read last, each with the digests of its files and tables.
#[derive(Default)]
pub struct PlanBooks(Mutex<VecDeque<(String, Arc<PlanBook>)>>);

impl PlanBooks {
    /// Returns the book of a plan; `None` where its ledger does not have the files, or they read differently now.
    pub fn get(
        &self,
        header: &Header,
        plugin: &VendorPlugin,
        limits: Limits,
        stored: impl Fn(&str) -> Option<Vec<u8>>,
    ) -> Option<Arc<PlanBook>> {
        let (files, tables) = (header.book_files.as_ref()?, header.tables.as_ref()?);
        // The vendor's calendar, currency and attributes decide how the files are read.
        let Header { vendor, revision, book, as_of, period, asked_target, .. } = header;
        let key = format!("{vendor} {revision} {book} {files} {tables} {as_of} {period} {asked_target:?}");
        let known = self.0.lock().iter().find(|(own, _)| *own == key).map(|(_, book)| Arc::clone(book));
        if known.is_some() {
            return known;
        }
        let (files, tables) = (BookFiles::read(&stored(files)?)?, PlanTables::read(&stored(tables)?)?);
        let refused =
            |findings: Findings| tracing::warn!(plan = header.name, "the stored book cannot be read: {findings}");
        let mut book = files.book(plugin, limits).map_err(refused).ok().flatten()?;
        let request = request_again(header, &tables, &mut book)?;
        let made = Arc::new(PlanBook { book, request });
        let mut all = self.0.lock();
        all.push_back((key, Arc::clone(&made)));
        if all.len() > MAX_BOOKS {
            all.pop_front();
        }
        Some(made)
    }
}
