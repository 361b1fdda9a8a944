//! Reading what the vendor's systems write: the partner book, mapping files, targets, locks, previous proposals; and
//! writing empty templates.
//!
//! [`TableKind`] and the tables behind it are the one declaration of the content of a book. A book that is read is
//! valid: [`read_book`] returns either the book with its warnings, or everything that is wrong with it.

mod attribute;
mod balance;
mod beside;
mod beside_notation;
mod binding;
mod book;
mod book_reference;
mod bound;
mod cell;
mod column_kind;
mod dated_rows;
mod day_order;
mod delimited;
mod delta;
mod directory;
mod distinct;
mod documents;
mod fact;
mod fault;
mod field;
mod file_name;
mod folder;
mod garbled;
mod group_total;
mod header;
mod heading;
mod json;
mod label;
mod layout;
mod log;
mod looks;
mod lookup;
mod mapping;
mod members;
mod months;
mod name;
mod order;
mod outcome;
mod outline;
mod overlap;
mod partner_ids;
mod paths;
mod percents;
mod personal;
mod product;
mod proposal;
mod quota_terms;
mod reading;
pub mod recognition;
mod reshape;
mod returned;
mod revenue;
mod round;
mod row;
mod row_amounts;
mod row_currency;
mod row_evidence;
mod row_period;
mod row_value;
mod row_width;
mod rows;
mod shape;
mod shared;
mod sheet;
mod sorting;
mod store;
mod summary;
mod survey;
mod table;
mod table_schema;
mod tally;
#[cfg(feature = "report")]
pub mod template;
mod total;
mod unread;
mod value;
mod won;
mod workbook;

pub use beside::{LockFile, WorkbookMeta, merge_locks, read_locks, read_locks_json, read_targets, read_targets_json};
pub use book_reference::reference;
pub use delta::{BookChange, MergedBook, RawTables};
pub use fault::{BesideFault, BookFault, FileFault, MappingFault, NotDecimal, NumberKind, TableFault, ValueFault};
pub use folder::{file_bytes, files_with_tables};
pub use log::{KEPT_OF_ONE_SORT, shown};
pub use mapping::{Mapping, mapping_reference, mapping_schema};
pub use members::{BookMember, OWN_TABLES, book_members};
pub use name::{LONGEST_NAME, is_unwanted};
#[cfg(feature = "server")]
pub(crate) use paths::read_book_members;
pub use paths::{read_book, read_book_files, read_book_json, read_books};
pub use personal::{personal_field, personal_fields};
pub use proposal::{PreviousRow, read_previous, read_previous_json};
pub use returned::{AGREED_PERIODS, AS_PROPOSED, LINE_ID, QUOTA_EXACT};
pub use round::{ReturnedRow, read_returned};
pub use table::{Column, Field, Kind, Table, TableKind, folded, is_same_heading};
pub use table_schema::{row_schema, table_schema, written_row_schema};

use crate::channel::Name;
use crate::figure;
use crate::units::{Currency, FiscalCalendar, Month};

/// Limits of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Rows of one table.
    pub rows: u64,
    /// Bytes that a workbook may unpack to.
    pub workbook_bytes: u64,
    /// Filled cells of a workbook.
    pub workbook_cells: u64,
    /// Columns of one table; of a JSON document, different keys in the rows of one table.
    pub columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 8 << 30,
            rows: 100_000_000,
            workbook_bytes: 512 << 20,
            workbook_cells: 10_000_000,
            columns: 4096,
        }
    }
}

/// A part of a JSON document in memory: one value of it, with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonPart<'a> {
    /// Name of the document in findings, such as `request`.
    pub file: &'a str,
    /// JSON pointer of the value; empty for the whole document.
    pub pointer: &'a str,
    /// Name of the table when the value is a list.
    pub name: &'a str,
    /// The value as written: valid JSON that begins with `{` or `[`.
    pub text: &'a str,
}

/// Options for reading a book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The vendor's fiscal calendar; without it, labels such as `FY2026-Q1` are refused.
    pub calendar: Option<FiscalCalendar>,
    /// Currency of a book that states none; US dollars when absent.
    pub currency: Option<Currency>,
    /// Attributes that the vendor's manifest declares, with their kinds: values of another kind are errors.
    pub attributes: Vec<(Name, figure::Kind)>,
    /// Current month; with it, revenue of a later month is a warning. A decision that is recorded does not know it.
    pub current_month: Option<Month>,
    /// True for a part of a channel: its targets may be for territories and product lines that only other parts have.
    pub is_part: bool,
    /// Limits.
    pub limits: Limits,
}
