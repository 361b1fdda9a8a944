//! A book at several paths: directories, workbooks and text files together.

use super::book::{read_book, read_store};
use super::log::Log;
use super::store::Store;
use super::{Mapping, ReadOptions};
use crate::channel::PartnerBook;
use crate::finding::Checked;
use std::path::PathBuf;

/// Reads the directories and files at `paths` as one book, as [`read_book`] reads a directory that holds them all.
pub fn read_books(paths: &[PathBuf], mapping: Option<&Mapping>, options: &ReadOptions) -> Checked<PartnerBook> {
    if let [only] = paths {
        return read_book(only, mapping, options);
    }
    let mut log = Log::default();
    let Ok(store) = Store::open_all(paths, &options.limits, &mut log) else {
        return Checked::refused(log.into_findings());
    };
    read_store(store, log, mapping, options)
}
