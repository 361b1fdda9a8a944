//! Documents of a partition: each a small book, with all rows of its partners.

use super::fault::PartitionFault;
use crate::channel::PartnerBook;
use crate::finding::{Code, Finding, Findings, Severity};
use crate::intake::{JsonPart, ReadOptions, read_book_json};
use crate::plugin::VendorPlugin;
use serde_json::value::RawValue;

/// Reads the documents of partitions under a vendor's calendar, currency and attributes.
#[derive(Debug)]
pub struct Reader {
    options: ReadOptions,
}

impl Reader {
    /// Returns a reader for the books of a vendor.
    pub fn new(plugin: &VendorPlugin) -> Self {
        let options = ReadOptions {
            calendar: Some(plugin.manifest.calendar),
            currency: plugin.manifest.currency,
            attributes: plugin.manifest.attributes.clone(),
            ..ReadOptions::default()
        };
        Self { options }
    }

    /// Reads the document on the line of that number, from 1: a JSON object with a list per table.
    ///
    /// # Errors
    /// Everything that is wrong with it. A table that no vendor can read is an error: it may be misspelt.
    pub fn read(&self, line: u64, text: &str) -> Result<PartnerBook, Findings> {
        let file = format!("line {line}");
        let refused =
            |reason: String| Findings::from(Finding::from(PartitionFault::Document { document: file.clone(), reason }));
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
        if !raw.get().starts_with('{') {
            return Err(refused("it is not an object with a list per table".to_owned()));
        }
        let part = JsonPart { file: &file, pointer: "", name: "book", text: raw.get() };
        let (book, findings) = read_book_json(&part, &self.options).into_parts();
        let errors = findings.into_iter().filter_map(|finding| match finding.code() {
            Code::BookUnknownTable => Some(finding.with_severity(Severity::Error)),
            _ => Some(finding).filter(Finding::is_error),
        });
        let errors: Findings = errors.collect();
        book.filter(|_| !errors.has_errors()).ok_or(errors)
    }
}
