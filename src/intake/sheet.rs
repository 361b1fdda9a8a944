//! A table as it was found: its place, its headings, and its rows as strings.

use super::cell::{Cell, Fields};
use crate::finding::Place;
use std::sync::Arc;

/// Naming of rows in findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Numbering {
    /// Rows of a file or sheet, from 1, the heading included.
    Rows,
    /// Members of a list in a JSON document: pointer of the list; rows count from 0.
    Members(String),
}

/// A table as found.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    /// File as the user knows it, `file!Sheet` for workbooks.
    pub file: String,
    /// Naming of rows.
    pub numbering: Numbering,
    /// Row number of the heading.
    pub heading_row: u64,
    /// Headings, trimmed.
    pub headings: Arc<[String]>,
    /// The rows.
    pub rows: Rows,
}

/// Rows of a sheet.
#[derive(Debug, Clone)]
pub(super) enum Rows {
    /// Text of a CSV file, heading included.
    Csv(super::delimited::Delimited),
    /// Numbered rows.
    Grid(Vec<(u64, Vec<Cell>)>),
    /// Members of a list in a JSON document.
    Json(super::json::Members),
}

/// Places of rows; cheap to store after the sheet's rows are dropped.
#[derive(Debug, Clone)]
pub(super) struct Location {
    /// File as the user knows it.
    pub file: String,
    /// Naming of rows.
    pub numbering: Numbering,
}

impl Location {
    /// The place of a value in `row`; `column` empty for the whole row.
    pub fn place(&self, row: u64, column: &str, value: &str) -> Place {
        let value = super::log::shown(value);
        match &self.numbering {
            Numbering::Rows => Place::cell(self.file.clone(), row, column, value),
            Numbering::Members(list) => {
                let mut pointer = format!("{list}/{row}");
                if !column.is_empty() {
                    pointer.push('/');
                    pointer.push_str(&column.replace('~', "~0").replace('/', "~1"));
                }
                Place::Member { file: self.file.clone(), pointer, value }
            }
        }
    }

    /// True for a file or sheet, false for a list in a JSON document.
    pub fn is_of_file(&self) -> bool {
        self.numbering == Numbering::Rows
    }

    /// `row 12` or `member 11`.
    pub fn row_word(&self, row: u64) -> String {
        match self.numbering {
            Numbering::Rows => format!("row {row}"),
            Numbering::Members(_) => format!("member {row}"),
        }
    }
}

/// Content at the end of a sheet that is not data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Footer {
    /// First row that was left out.
    pub row: u64,
    /// Its first filled cell.
    pub text: String,
    /// Number of rows left out.
    pub rows: usize,
}

/// Rows that may turn out to be the footer of an export: kept until a row of data follows.
#[derive(Debug, Default)]
struct Held(Vec<(u64, Vec<Cell>)>);

impl Sheet {
    /// Places of the sheet's rows.
    pub fn location(&self) -> Location {
        Location { file: self.file.clone(), numbering: self.numbering.clone() }
    }

    /// Calls `each` for every row of data in order; returns the footer that was left out, or why reading stopped.
    ///
    /// A footer is the content below the data at the end: rows with a single filled cell after an empty row, and
    /// rows that begin with `Total` or `Grand Total`.
    pub fn for_each(self, mut each: impl FnMut(u64, Fields<'_>)) -> Result<Option<Footer>, (u64, String)> {
        let width = self.headings.len();
        let mut held = Held::default();
        let mut previous = self.heading_row;
        let mut visit = |row: u64, fields: Fields<'_>| {
            let after_gap = row > previous + 1;
            previous = row;
            if is_footer_like(fields, width, after_gap || !held.0.is_empty()) {
                held.0.push((row, fields.to_cells()));
                return;
            }
            for (row, cells) in held.0.drain(..) {
                each(row, Fields::Cells(&cells));
            }
            each(row, fields);
        };
        match self.rows {
            Rows::Csv(csv) => csv.for_each(&mut visit)?,
            Rows::Grid(rows) => rows.iter().for_each(|(row, cells)| visit(*row, Fields::Cells(cells))),
            Rows::Json(members) => members.for_each(&self.headings, &mut each)?,
        }
        Ok(held.0.first().map(|(row, cells)| Footer {
            row: *row,
            text: cells.iter().find(|cell| !cell.text.is_empty()).map(|cell| cell.text.to_string()).unwrap_or_default(),
            rows: held.0.len(),
        }))
    }
}

fn is_footer_like(fields: Fields<'_>, width: usize, after_gap: bool) -> bool {
    is_total(fields.text(0)) || (after_gap && width > 2 && fields.filled() == 1)
}

/// True for `Total`, `Grand Totals (12 records)` and similar labels.
fn is_total(text: &str) -> bool {
    if !text.starts_with(['T', 't', 'G', 'g', 'S', 's']) {
        return false;
    }
    let lower = text.to_lowercase();
    let rest = ["grand total", "subtotal", "total", "gesamt"].iter().find_map(|word| lower.strip_prefix(word));
    rest.map(|rest| rest.strip_prefix('s').unwrap_or(rest))
        .is_some_and(|rest| matches!(rest, "" | ":") || rest.starts_with(" ("))
}
