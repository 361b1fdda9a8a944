//! Cells of a row, whatever they were read from.

use csv::StringRecord;
use std::borrow::Cow;

/// Reason why a cell of a workbook or JSON document cannot be used as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A number with more digits than a spreadsheet holds exactly.
    Digits,
    /// An error value such as `#N/A`.
    ErrorValue,
    /// A formula that was saved without its value.
    NotComputed,
    /// A list or object where one value is expected.
    Nested,
    /// A time of day or duration where a day is expected.
    NoDay,
}

/// One cell as text, its own or of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cell<T = Box<str>> {
    /// The value as written; empty when there is none.
    pub text: T,
    /// Its fault, if any.
    pub flaw: Option<Flaw>,
}

/// The cells of one row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fields<'a> {
    /// A record of a CSV file.
    Record(&'a StringRecord),
    /// Cells of a workbook.
    Cells(&'a [Cell]),
    /// Members of an object of a JSON document.
    Members(&'a [Cell<Cow<'a, str>>]),
}

impl<'a> Fields<'a> {
    /// Text of the cell in column `index`, trimmed; empty when the row has no such cell.
    pub fn text(self, index: usize) -> &'a str {
        match self {
            Self::Record(record) => record.get(index).unwrap_or_default(),
            Self::Cells(cells) => cells.get(index).map(|cell| &*cell.text).unwrap_or_default(),
            Self::Members(cells) => cells.get(index).map(|cell| &*cell.text).unwrap_or_default(),
        }
        .trim()
    }

    /// Fault of the cell.
    pub fn flaw(self, index: usize) -> Option<Flaw> {
        match self {
            Self::Record(_) => None,
            Self::Cells(cells) => cells.get(index).and_then(|cell| cell.flaw),
            Self::Members(cells) => cells.get(index).and_then(|cell| cell.flaw),
        }
    }

    /// Number of cells.
    pub fn len(self) -> usize {
        match self {
            Self::Record(record) => record.len(),
            Self::Cells(cells) => cells.len(),
            Self::Members(cells) => cells.len(),
        }
    }

    /// Number of cells that are not empty.
    pub fn filled(self) -> usize {
        (0..self.len()).filter(|index| !self.text(*index).is_empty()).count()
    }

    /// The cells as owned strings.
    pub fn to_cells(self) -> Vec<Cell> {
        (0..self.len()).map(|index| Cell { text: self.text(index).into(), flaw: self.flaw(index) }).collect()
    }
}
