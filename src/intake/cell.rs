//! Cells of a row, whatever they were read from.

use csv::StringRecord;
use std::borrow::Cow;

/// Significant digits of a number that a spreadsheet shows.
pub(super) const SHOWN_DIGITS: usize = 15;

/// Reason why a cell of a workbook or JSON document cannot be used as a value, or not as every kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A number with more than the 15 digits that a spreadsheet shows; the text has 15. It still is an amount, and no
    /// identifier: two identifiers may differ in the digits that are dropped.
    Rounded,
    /// An error value such as `#N/A`.
    ErrorValue,
    /// A formula that was saved without its value.
    NotComputed,
    /// A list or object where one value is expected.
    Nested,
    /// A time of day or duration where a day is expected.
    NoDay,
    /// A column of another table that has no row for the key; the text is the key.
    NotLookedUp,
    /// A discount below nothing or above the whole; the text is the discount.
    NotPart,
}

/// Type that a cell has in its file.
///
/// Rules for text, such as the decimal comma of the mapping file, concern [`CellKind::Text`] alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum CellKind {
    /// Text, or any value of a file without types. The text is as written.
    #[default]
    Text,
    /// A number. The text has a decimal point and neither exponent nor thousands separator; it begins with zeros where
    /// the number format of the cell shows them.
    Number,
    /// A number that its cell shows in percent. The text is the fraction: `0.75` for 75 %.
    Percent,
    /// A number that its cell shows with a currency: the sign or code.
    Signed(&'static str),
    /// A number of a workbook whose number format is not read, so that it may be shown in percent.
    Unformatted,
    /// A date. The text is `2026-01-31`, in a JSON document or ODS workbook with a time of day after it.
    Date,
    /// `true` or `false`.
    Truth,
}

impl CellKind {
    /// True for the types of numbers.
    pub fn is_number(self) -> bool {
        match self {
            Self::Number | Self::Percent | Self::Signed(_) | Self::Unformatted => true,
            Self::Text | Self::Date | Self::Truth => false,
        }
    }
}

/// One cell as text, its own or of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cell<T = Box<str>> {
    /// The value, in the notation of its kind; empty when there is none.
    pub text: T,
    /// Its type in the file.
    pub kind: CellKind,
    /// Its fault, if any.
    pub flaw: Option<Flaw>,
}

impl<T> Cell<T> {
    /// A cell without fault.
    pub fn new(kind: CellKind, text: T) -> Self {
        Self { text, kind, flaw: None }
    }

    /// The cell with a fault.
    pub fn with(self, flaw: Flaw) -> Self {
        Self { flaw: Some(flaw), ..self }
    }
}

/// The text without white space around it; most have none, which two bytes show.
pub(super) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
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
        trimmed(match self {
            Self::Record(record) => record.get(index).unwrap_or_default(),
            Self::Cells(cells) => cells.get(index).map(|cell| &*cell.text).unwrap_or_default(),
            Self::Members(cells) => cells.get(index).map(|cell| &*cell.text).unwrap_or_default(),
        })
    }

    /// Type of the cell; text when the row has no such cell.
    pub fn kind(self, index: usize) -> CellKind {
        match self {
            Self::Record(_) => CellKind::Text,
            Self::Cells(cells) => cells.get(index).map(|cell| cell.kind).unwrap_or_default(),
            Self::Members(cells) => cells.get(index).map(|cell| cell.kind).unwrap_or_default(),
        }
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

    /// The first text; empty when every cell is.
    pub fn first(self) -> &'a str {
        (0..self.len()).map(|index| self.text(index)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The cells as owned strings.
    pub fn to_cells(self) -> Vec<Cell> {
        let cell = |index| Cell { text: self.text(index).into(), kind: self.kind(index), flaw: self.flaw(index) };
        (0..self.len()).map(cell).collect()
    }
}
