//! Sources of a book: one path, several together, files in memory, or a part of a JSON document.

use super::book::read_store;
use super::log::Log;
use super::store::Store;
use super::{JsonPart, Mapping, ReadOptions};
use crate::channel::PartnerBook;
#[cfg(feature = "server")]
use crate::document::json::Object;
use crate::finding::Checked;
use std::path::{Path, PathBuf};

/// Reads the partner book at `path`: a directory of CSV files, a JSON file, or an XLSX workbook.
///
/// Returns the book and its warnings, or everything that is wrong with it, errors and warnings. `mapping` says how an
/// export names its tables and columns; with it, files that it does not name are left alone.
pub fn read_book(path: &Path, mapping: Option<&Mapping>, options: &ReadOptions) -> Checked<PartnerBook> {
    let mut log = Log::default();
    let opened = match mapping {
        Some(_) => Store::open_mapped(path, &options.limits, &mut log),
        None => Store::open_book(path, &options.limits, &mut log),
    };
    read_store(opened, log, mapping, options)
}

/// Reads a partner book whose files are in memory, each with its name (`partners.csv`, `orders.xlsx`) and bytes.
///
/// ```
/// use quotient::intake::{ReadOptions, read_book_files};
/// let partners = ("partners.csv".to_owned(), b"partner_id,tier\nA-1,Gold\n".to_vec());
/// let revenue = ("revenue.csv".to_owned(), b"partner_id,month,amount\nA-1,2025-12,1200.50\n".to_vec());
/// let read = read_book_files(vec![partners, revenue], None, &ReadOptions::default());
/// let (book, warnings) = read.into_result().unwrap();
/// assert_eq!(book.partner("A-1").unwrap().revenue[0].amount.to_string(), "1200.50");
/// assert!(warnings.is_empty());
/// ```
pub fn read_book_files(
    files: Vec<(String, Vec<u8>)>,
    mapping: Option<&Mapping>,
    options: &ReadOptions,
) -> Checked<PartnerBook> {
    let mut log = Log::default();
    let opened = Store::of_files(files, &options.limits, &mut log);
    read_store(opened, log, mapping, options)
}

/// Reads a partner book that is part of a JSON document, such as a request: an object with a list per table.
///
/// Findings name their places by JSON pointers into the document.
///
/// ```
/// use quotient::intake::{JsonPart, ReadOptions, read_book_json};
/// let text = r#"{"currency": "EUR", "partners": [{"partner_id": "A-1"}], "revenue": []}"#;
/// let part = JsonPart { file: "request", pointer: "/book", name: "book", text };
/// let (book, _) = read_book_json(&part, &ReadOptions::default()).into_result().unwrap();
/// assert_eq!(book.partners.len(), 1);
/// ```
pub fn read_book_json(part: &JsonPart<'_>, options: &ReadOptions) -> Checked<PartnerBook> {
    let mut log = Log::default();
    let opened = Store::of_part(part, &options.limits, &mut log);
    read_store(opened, log, None, options)
}

/// The same for the members of a book whose syntax and keys were checked.
#[cfg(feature = "server")]
pub(crate) fn read_book_members(
    part: &JsonPart<'_>,
    members: &Object<'_>,
    options: &ReadOptions,
) -> Checked<PartnerBook> {
    let mut log = Log::default();
    let opened = Store::of_members(part, members, &options.limits, &mut log);
    read_store(opened, log, None, options)
}

/// Reads the directories and files at `paths` as one book, as [`read_book`] reads a directory that holds them all.
pub fn read_books(paths: &[PathBuf], mapping: Option<&Mapping>, options: &ReadOptions) -> Checked<PartnerBook> {
    if let [only] = paths {
        return read_book(only, mapping, options);
    }
    let mut log = Log::default();
    let opened = Store::open_all(paths, &options.limits, &mut log);
    read_store(opened, log, mapping, options)
}
