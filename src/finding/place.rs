//! Place of a finding: a span of a file, a cell of a table, or a member of a JSON document.

use super::{cut, readable};
use std::fmt;
use std::sync::Arc;

/// Longest value or name that is shown with a place, in characters.
const MAX_VALUE: usize = 200;

/// Half-open byte range in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Line and column, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// Returns the position of byte `offset` in `text`; past the end it is the position after the last character.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = &text[..text.floor_char_boundary(offset.min(text.len()))];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

/// Place of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A whole file or directory.
    File {
        /// Path as the user gave it, or relative to the vendor's directory.
        file: String,
    },
    /// A span of a text file (script, manifest, cases), with the text for underlining.
    Text {
        /// Path as the user knows it.
        file: String,
        /// Whole text of the file.
        text: Arc<str>,
        /// Underlined text.
        span: Span,
        /// Words under the underlined text; may be empty.
        label: String,
    },
    /// A cell of a CSV file or worksheet.
    Cell {
        /// File, and `file!Sheet` for workbooks.
        file: String,
        /// Row counted from 1, the header included.
        row: u64,
        /// Column's name as in the file; empty when the whole row is meant.
        column: String,
        /// The value as written; empty when there is none.
        value: String,
    },
    /// A member of a JSON document.
    Member {
        /// Path of the file.
        file: String,
        /// JSON pointer (RFC 6901).
        pointer: String,
        /// The value as written.
        value: String,
    },
}

impl Place {
    /// Returns the place of a whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self::File { file: file.into() }
    }

    /// Returns the place of `span` in `text`, with `label` under it.
    pub fn text(file: impl Into<String>, text: &Arc<str>, span: Span, label: impl Into<String>) -> Self {
        Self::Text { file: file.into(), text: Arc::clone(text), span, label: label.into() }
    }

    /// Returns the place of a cell.
    pub fn cell(file: impl Into<String>, row: u64, column: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Cell { file: file.into(), row, column: column.into(), value: value.into() }
    }

    /// The file the place is in.
    pub fn file_name(&self) -> &str {
        match self {
            Self::File { file } | Self::Text { file, .. } | Self::Cell { file, .. } | Self::Member { file, .. } => file,
        }
    }

    /// Line and column of a text place.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Text { text, span, .. } => Some(Position::of(text, span.start)),
            Self::File { .. } | Self::Cell { .. } | Self::Member { .. } => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file } => f.write_str(&readable(file)),
            Self::Text { file, text, span, .. } => {
                let Position { line, column } = Position::of(text, span.start);
                write!(f, "{}:{line}:{column}", readable(file))
            }
            Self::Cell { file, row, column, value } => {
                write!(f, "{}: row {row}", readable(file))?;
                if !column.is_empty() {
                    write!(f, ", column `{}`", readable(&cut(column, MAX_VALUE)))?;
                }
                write_value(f, value)
            }
            Self::Member { file, pointer, value } => {
                write!(f, "{}: {}", readable(file), readable(&cut(pointer, MAX_VALUE)))?;
                write_value(f, value)
            }
        }
    }
}

fn write_value(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    if value.is_empty() { Ok(()) } else { write!(f, ", value `{}`", readable(&cut(value, MAX_VALUE))) }
}
