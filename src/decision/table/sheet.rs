//! The rows and cells of a CSV text, as a spreadsheet counts them.
//!
//! Every record counts as a row, blank ones and comments too, so that findings name the row that the spreadsheet shows.

use super::table_fault::ShapeFault;
use crate::finding::{Finding, Findings, Place};

/// A row with its cells, blanks around them removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SheetRow {
    /// Counted from 1.
    pub number: u64,
    pub cells: Vec<String>,
}

impl SheetRow {
    fn is_left_out(&self) -> bool {
        self.cells.iter().all(String::is_empty) || self.cells.first().is_some_and(|cell| cell.starts_with('#'))
    }
}

/// Separators that a table may have, in the order in which they are tried.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// Returns the rows that are neither blank nor comments (`#` in the first cell).
///
/// `is_corner` recognises the first cell of a table; the separator is the one under which the first cell is such a cell.
pub(crate) fn rows(file: &str, text: &str, is_corner: fn(&str) -> bool, findings: &mut Findings) -> Vec<SheetRow> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (separator, text, skipped) = match declared_separator(text) {
        Some((separator, rest)) => (separator, rest, 1),
        None => (separator_of(text, is_corner), text, 0),
    };
    let mut rows = Vec::new();
    let mut reader = Reader { rest: text, separator, row: skipped };
    while let Some((row, fault)) = reader.next_row() {
        if let Some(cell) = fault {
            findings.push(Finding::from(ShapeFault::Quotes {}).at(Place::cell(file, row.number, "", cell)));
        }
        if !row.is_left_out() {
            rows.push(row);
        }
    }
    rows
}

/// The separator that a first line `sep=;` declares, and the text after it. Spreadsheets write it, and do not show it.
fn declared_separator(text: &str) -> Option<(char, &str)> {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let declared = line.trim_end_matches('\r').trim_matches('"').strip_prefix("sep=")?;
    let mut characters = declared.chars();
    match (characters.next(), characters.next()) {
        (Some(separator), None) if SEPARATORS.contains(&separator) => Some((separator, rest)),
        _ => None,
    }
}

/// The separator that leaves a known corner cell in the first row; else the most frequent one there.
fn separator_of(text: &str, is_corner: fn(&str) -> bool) -> char {
    let first = |separator| {
        let mut reader = Reader { rest: text, separator, row: 0 };
        std::iter::from_fn(move || reader.next_row()).map(|(row, _)| row).find(|row| !row.is_left_out())
    };
    let candidates = SEPARATORS.map(|separator| (separator, first(separator)));
    let width = |row: &Option<SheetRow>| row.as_ref().map_or(0, |row| row.cells.len());
    let corner =
        |row: &Option<SheetRow>| row.as_ref().and_then(|row| row.cells.first()).is_some_and(|cell| is_corner(cell));
    candidates
        .iter()
        .rev()
        .max_by_key(|(_, row)| (corner(row) && width(row) > 1, width(row)))
        .map_or(',', |(separator, _)| *separator)
}

struct Reader<'t> {
    rest: &'t str,
    separator: char,
    row: u64,
}

impl Reader<'_> {
    /// The next row, with the text of a cell whose quotes do not fit, if any.
    fn next_row(&mut self) -> Option<(SheetRow, Option<String>)> {
        if self.rest.is_empty() {
            return None;
        }
        self.row += 1;
        let (mut cells, mut fault) = (Vec::new(), None);
        loop {
            let (cell, fits) = self.cell();
            if !fits && fault.is_none() {
                fault = Some(cell.chars().take(60).collect());
            }
            cells.push(cell);
            if self.rest.starts_with(self.separator) {
                self.rest = &self.rest[self.separator.len_utf8()..];
                continue;
            }
            let line_end = ["\r\n", "\n", "\r"].iter().find_map(|end| self.rest.strip_prefix(end));
            self.rest = line_end.unwrap_or("");
            return Some((SheetRow { number: self.row, cells }, fault));
        }
    }

    /// The next cell, up to its separator or line end; false when its quotes do not fit.
    fn cell(&mut self) -> (String, bool) {
        let blank = |c: char| c == ' ' || (c == '\t' && self.separator != '\t');
        let ends = |c: char| c == self.separator || c == '\n' || c == '\r';
        let trimmed = self.rest.trim_start_matches(blank);
        let Some(mut rest) = trimmed.strip_prefix('"') else {
            let end = self.rest.find(ends).unwrap_or(self.rest.len());
            let cell = self.rest[..end].trim().to_owned();
            self.rest = &self.rest[end..];
            return (cell, true);
        };
        let mut cell = String::new();
        loop {
            let Some(quote) = rest.find('"') else {
                cell.push_str(rest);
                self.rest = "";
                return (cell, false);
            };
            cell.push_str(&rest[..quote]);
            rest = &rest[quote + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        let after = rest.trim_start_matches(blank);
        let fits = after.is_empty() || after.starts_with(ends);
        let end = after.find(ends).unwrap_or(after.len());
        if !fits {
            cell.push_str(&after[..end]);
        }
        self.rest = &after[end..];
        (cell.trim().to_owned(), fits)
    }
}
