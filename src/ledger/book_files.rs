//! Files of the partner book that a plan was opened with, as a snapshot: every server of the ledger can read them again.

use super::plan::Header;
use super::tables::PlanTables;
use crate::channel::PartnerBook;
use crate::finding::Findings;
use crate::intake::{Limits, Mapping, ReadOptions, read_book_files};
use crate::planning::Request;
use crate::plugin::VendorPlugin;
use crate::units::{Money, Month};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Schema of the snapshot.
const SCHEMA: &str = "quotient.plan_book/1";
/// Name of the mapping file in findings.
const MAP: &str = "map.toml";

/// Files of a partner book with what they were read with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookFiles {
    schema: String,
    files: Vec<BookFile>,
    mapping: Option<String>,
    current_month: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BookFile {
    name: String,
    content: String,
}

impl BookFiles {
    /// Returns the snapshot of files with their names, read with a mapping file in the present month.
    pub fn new(files: &[(String, Vec<u8>)], mapping: Option<String>, current_month: Option<Month>) -> Self {
        let file = |(name, bytes): &(String, Vec<u8>)| BookFile { name: name.clone(), content: STANDARD.encode(bytes) };
        Self {
            schema: SCHEMA.to_owned(),
            files: files.iter().map(file).collect(),
            mapping,
            current_month: current_month.map(|month| month.to_string()),
        }
    }

    /// Returns the snapshot as JSON.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads a snapshot; `None` when it is not one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|files: &Self| files.schema == SCHEMA)
    }

    /// Reads the book as the command did that made the snapshot; `None` when a file is not in base64.
    ///
    /// # Errors
    /// The findings about the files.
    pub fn book(&self, plugin: &VendorPlugin, limits: Limits) -> Result<Option<PartnerBook>, Findings> {
        let file = |file: &BookFile| Some((file.name.clone(), STANDARD.decode(&file.content).ok()?));
        let Some(files) = self.files.iter().map(file).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let mapping = self.mapping.as_deref().map(|text| Mapping::parse(MAP, text)).transpose()?;
        let options = ReadOptions {
            calendar: Some(plugin.manifest.calendar),
            currency: plugin.manifest.currency,
            attributes: plugin.manifest.attributes.clone(),
            current_month: self.current_month.as_deref().and_then(|month| month.parse().ok()),
            is_part: false,
            limits,
        };
        read_book_files(files, mapping.as_ref(), &options).into_result().map(|(book, _)| Some(book))
    }
}

/// Returns the request of the proposal of a plan that was opened from files, with the targets and locks that it keeps;
/// `None` when the book has other facts than the one that it was opened with.
pub fn request_again(header: &Header, tables: &PlanTables, book: &mut PartnerBook) -> Option<Request> {
    if header.facts.as_deref() != Some(book.facts_without_tables().as_str()) {
        return None;
    }
    let mut request = Request {
        period: Some(header.period.clone()),
        as_of: Some(header.as_of),
        target: header.asked_target.map(Money::amount),
        ..Request::default()
    };
    tables.put_back(book, &mut request)?;
    book.input_hash.clone_from(&header.book);
    Some(request)
}
