//! Partner books: CSV files in memory (`=== partners.csv`), or else one JSON document; mapping files beside them.

use super::files::split;
use quotient::channel::PartnerBook;
use quotient::finding::{Findings, render};
use quotient::intake::{JsonPart, Limits, Mapping, ReadOptions, read_book_files, read_book_json};
use quotient::units::FiscalCalendar;

fn options() -> ReadOptions {
    let limits = Limits { rows: 5_000, ..Limits::default() };
    ReadOptions { limits, calendar: FiscalCalendar::new(2), ..ReadOptions::default() }
}

pub fn run(data: &[u8]) {
    if !data.starts_with(b"=== ") {
        return json(data);
    }
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut mapping = None;
    for (name, bytes) in split(data) {
        if name == "map.toml" {
            mapping = Mapping::parse("map.toml", &String::from_utf8_lossy(bytes)).ok();
        } else {
            files.push((name, bytes.to_vec()));
        }
    }
    let read = read_book_files(files.clone(), mapping.as_ref(), &options()).into_result();
    check(&read);
    assert_eq!(
        hash(&read),
        hash(&read_book_files(files, mapping.as_ref(), &options()).into_result()),
        "the same book, the same hash"
    );
}

fn json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // What a part of a document is: valid JSON, a list or an object.
    let text = text.trim();
    let is_json = serde_json::from_str::<&serde_json::value::RawValue>(text);
    if !text.starts_with(['{', '[']) || is_json.is_err() {
        return;
    }
    check(
        &read_book_json(&JsonPart { file: "request", pointer: "/book", name: "book", text }, &options()).into_result(),
    );
}

/// What holds of every book that was read, and of every refusal.
pub fn check(read: &Result<(PartnerBook, Findings), Findings>) {
    match read {
        Ok((book, warnings)) => {
            assert!(!warnings.has_errors());
            drop(render::json(warnings.iter()));
            assert!(
                book.partners.iter().all(|partner| book.partner(&partner.id).is_some()),
                "partners are found by id"
            );
        }
        Err(findings) => {
            assert!(findings.has_errors(), "a refused book has a reason");
            drop(render::json(findings.iter()));
        }
    }
}

fn hash(read: &Result<(PartnerBook, Findings), Findings>) -> Option<&str> {
    read.as_ref().ok().map(|(book, _)| book.input_hash.as_str())
}
