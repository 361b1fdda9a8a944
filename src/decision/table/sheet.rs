//! The rows and cells of a CSV text, as a spreadsheet counts them.
//!
//! Every record counts as a row, blank ones and comments too, so that findings name the row that the spreadsheet shows.

use crate::document::delimited::{Record, Records, stated_delimiter};
use crate::finding::{Code, Findings};

/// A row with its cells, blanks around them removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SheetRow {
    /// Counted from 1.
    pub number: u64,
    pub cells: Vec<String>,
}

impl SheetRow {
    fn of(record: &Record<'_>) -> Self {
        Self { number: record.row, cells: record.fields.iter().map(|cell| cell.to_string()).collect() }
    }

    fn is_left_out(&self) -> bool {
        self.cells.iter().all(String::is_empty) || self.cells.first().is_some_and(|cell| cell.starts_with('#'))
    }
}

/// Separators that a table may have, in the order in which they are tried.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Returns the rows that are neither blank nor comments (`#` in the first cell).
///
/// `is_corner` recognises the first cell of a table; the separator is the one under which the first cell is such a cell.
pub(crate) fn rows(file: &str, text: &str, is_corner: fn(&str) -> bool, findings: &mut Findings) -> Vec<SheetRow> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let stated = stated_delimiter(text).filter(|(separator, _)| SEPARATORS.contains(separator));
    // A spreadsheet writes the line that states the separator, counts it, and does not show it.
    let (separator, text, first_row) = match stated {
        Some((separator, length)) => (separator, &text[length..], 2),
        None => (separator_of(text, is_corner), text, 1),
    };
    let mut rows = Vec::new();
    let (mut records, mut record) = (Records::new(text, separator, first_row), Record::default());
    while records.read(&mut record) {
        if let Some(misquoted) = &record.misquoted {
            findings.push(misquoted.finding(Code::TableShape, file, record.row, ""));
        }
        let row = SheetRow::of(&record);
        if !row.is_left_out() {
            rows.push(row);
        }
    }
    rows
}

/// The separator that leaves a known corner cell in the first row; else the most frequent one there.
fn separator_of(text: &str, is_corner: fn(&str) -> bool) -> u8 {
    let first = |separator| {
        let (mut records, mut record) = (Records::new(text, separator, 1), Record::default());
        while records.read(&mut record) {
            let row = SheetRow::of(&record);
            if !row.is_left_out() {
                return Some(row);
            }
        }
        None
    };
    let candidates = SEPARATORS.map(|separator| (separator, first(separator)));
    let width = |row: &Option<SheetRow>| row.as_ref().map_or(0, |row| row.cells.len());
    let corner =
        |row: &Option<SheetRow>| row.as_ref().and_then(|row| row.cells.first()).is_some_and(|cell| is_corner(cell));
    candidates
        .iter()
        .rev()
        .max_by_key(|(_, row)| (corner(row) && width(row) > 1, width(row)))
        .map_or(b',', |(separator, _)| *separator)
}
