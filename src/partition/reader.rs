//! Documents of a partition: each a small book, with all rows of its partners. Several are read as one book, because a book
//! costs more to open than a partner to read.

use super::fault::PartitionFault;
use crate::channel::{ExtraTable, Name, PartnerBook};
use crate::document::json::Object;
use crate::finding::{Code, Finding, Findings, Severity};
use crate::intake::{JsonPart, ReadOptions, read_book_json};
use crate::plugin::VendorPlugin;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Reads the documents of partitions under a vendor's calendar, currency and attributes.
#[derive(Debug)]
pub struct Reader {
    options: ReadOptions,
    /// Extra tables that the vendor declares.
    tables: Vec<Name>,
}

impl Reader {
    /// Returns a reader for the books of a vendor.
    pub fn new(plugin: &VendorPlugin) -> Self {
        let options = ReadOptions {
            calendar: Some(plugin.manifest.calendar),
            currency: plugin.manifest.currency,
            attributes: plugin.manifest.attributes.clone(),
            is_part: true,
            ..ReadOptions::default()
        };
        let tables = plugin.manifest.tables.iter().map(|table| Name::clone(&table.name)).collect();
        Self { options, tables }
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
        let (text, without_rows) = self.apart(raw.get());
        let part = JsonPart { file: &file, pointer: "", name: "book", text: &text };
        let (book, findings) = read_book_json(&part, &self.options).into_parts();
        let errors = findings.into_iter().filter_map(|finding| match finding.code() {
            Code::BookUnknownTable => Some(finding.with_severity(Severity::Error)),
            _ => Some(finding).filter(Finding::is_error),
        });
        let errors: Findings = errors.collect();
        let mut book = book.filter(|_| !errors.has_errors()).ok_or(errors)?;
        let table = |name: Name| ExtraTable { name, columns: Vec::new(), rows: Vec::new() };
        book.extra_tables.extend(without_rows.into_iter().map(table));
        Ok(book)
    }

    /// The document without the extra tables that have no rows, and so no columns by which to know them; and their names.
    fn apart<'t>(&self, text: &'t str) -> (Cow<'t, str>, Vec<Name>) {
        let is_empty = |value: &str| value.strip_prefix('[').is_some_and(|rest| rest.trim_start() == "]");
        let declared = |key: &str| self.tables.iter().find(|table| table.eq_ignore_ascii_case(key));
        let Some(object) = Object::of(text) else { return (Cow::Borrowed(text), Vec::new()) };
        let mut names: Vec<Name> = Vec::new();
        let mut rest = Vec::new();
        for (key, value) in &object.0 {
            match declared(key).filter(|_| is_empty(value)) {
                Some(name) => names.push(name.to_lowercase().into()),
                None => rest.push(format!("{}:{value}", quoted(key))),
            }
        }
        if names.is_empty() {
            return (Cow::Borrowed(text), names);
        }
        (Cow::Owned(format!("{{{}}}", rest.join(","))), names)
    }

    /// Reads documents, each with the number of its line: as one book where they are plain lists of rows without a fault, else
    /// each by itself, so that a fault is placed in its document.
    pub fn read_all(&self, lines: &[(u64, String)]) -> Vec<Result<PartnerBook, Findings>> {
        let joined = if lines.len() > 1 { joined(lines) } else { None };
        let together = joined.and_then(|text| self.read(0, &text).ok());
        match together {
            Some(book) => vec![Ok(book)],
            None => lines.iter().map(|(number, text)| self.read(*number, text)).collect(),
        }
    }
}

fn quoted(key: &str) -> String {
    serde_json::Value::from(key).to_string()
}

/// One document with the rows of all; `None` unless all are objects of lists in one currency.
fn joined(lines: &[(u64, String)]) -> Option<String> {
    let mut currency: Option<Option<&str>> = None;
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for (_, text) in lines {
        let raw: &RawValue = serde_json::from_str(text).ok()?;
        let object = Object::of(raw.get()).filter(|object| object.repeated().is_none())?;
        let own = object.0.iter().find(|(key, _)| key == "currency").map(|(_, value)| *value);
        if *currency.get_or_insert(own) != own {
            return None;
        }
        for (key, value) in object.0.iter().filter(|(key, _)| key != "currency") {
            let rows = value.strip_prefix('[')?.strip_suffix(']')?.trim();
            let table = tables.entry(key.to_string()).or_default();
            if !table.is_empty() && !rows.is_empty() {
                table.push(',');
            }
            table.push_str(rows);
        }
    }
    let stated = currency.flatten().map(|currency| format!("\"currency\":{currency}"));
    let lists = tables.iter().map(|(key, rows)| format!("{}:[{rows}]", quoted(key)));
    let members: Vec<String> = stated.into_iter().chain(lists).collect();
    Some(format!("{{{}}}", members.join(",")))
}
