//! Outcome of a survey: the tables that were found, the mapping file with its reasons, and questions.

use super::text::{Decision, mapping_text, shared};
use rust_decimal::Decimal;

/// A proposed mapping with its reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Every table that was found, in the order of the files and sheets.
    pub sources: Vec<Source>,
    /// Keys of the mapping file with their reasons; none when the book needs no mapping file.
    pub decisions: Vec<Decision>,
    /// Open questions, in the order of the tables.
    pub questions: Vec<Question>,
    /// The mapping file; empty when the book needs none.
    pub mapping: String,
    /// Rows and amounts by the values of columns, in the order of the tables.
    pub breakdowns: Vec<Breakdown>,
    /// Number of further columns that could be broken down: a table has at most 16.
    pub more_breakdowns: usize,
}

/// Rows and amounts by the values of one column of the table of revenue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakdown {
    /// File as the user knows it, `file!Sheet` for workbooks.
    pub file: String,
    /// Heading of the column.
    pub column: String,
    /// Column of the book that it is read as, or the key of the mapping that uses it alone, such as `skip`; empty when the mapping
    /// does not use it.
    pub field: String,
    /// Its values, those of most rows first.
    pub values: Vec<BreakdownValue>,
}

/// Rows and amount beside one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakdownValue {
    /// The value; empty for cells without one. Numbers of documents are grouped by the letters before them, as `CN…`.
    pub value: String,
    /// Rows that are read.
    pub rows: usize,
    /// Sum of the amounts as the file writes them; `None` when the amount is computed from more than two columns.
    pub amount: Option<Decimal>,
}

/// A file, sheet or list with its role in the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// File as the user knows it, `file!Sheet` for workbooks.
    pub file: String,
    /// Rows below the header.
    pub rows: u64,
    /// Row of the header, from 1; 0 in a JSON document.
    pub header_row: u64,
    /// Tables of the book that it becomes; empty when it is not read.
    pub tables: Vec<String>,
    /// Reason, as a phrase.
    pub reason: String,
}

/// Something that the data leaves open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// File, with the column where there is one.
    pub place: String,
    /// The question, with the key that answers it.
    pub question: String,
}

impl Survey {
    /// The survey with its mapping file.
    pub(super) fn new(
        sources: Vec<Source>,
        decisions: Vec<Decision>,
        questions: Vec<Question>,
        (breakdowns, more_breakdowns): (Vec<Breakdown>, usize),
    ) -> Self {
        let decisions = shared(decisions);
        let mapping = mapping_text(&decisions);
        Self { sources, decisions, questions, mapping, breakdowns, more_breakdowns }
    }
}
