//! Tables with the periods of each partner below its name in one column, as pivot tables write them.

use super::cell::{Cell, CellKind, Fields};
use super::label::label;
use super::sheet::{Rows, Sheet};
use super::table::Field;
use super::value::period::{self, Years, dated};

/// A year by which the form of a period without one is found.
const ANY_YEAR: u32 = 2000;

/// Meaning of a cell in the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// A month, a quarter or a date.
    Period,
    /// A month or a quarter without its year.
    Bare,
    /// A year of four digits.
    Year,
    /// A total, or nothing.
    Other,
    /// Anything else.
    Name,
}

impl Entry {
    /// Reads the cell `index` of a row.
    pub fn of(fields: Fields<'_>, index: usize) -> Self {
        let text = fields.text(index);
        let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        if text.is_empty() || label(text).is_some() {
            Self::Other
        } else if is_year && (text.starts_with("19") || text.starts_with("20")) {
            Self::Year
        } else if fields.kind(index) == CellKind::Date || (text.len() > 4 && is_period(text)) {
            Self::Period
        } else if dated(text, Some(ANY_YEAR), Years::default()).is_some() {
            Self::Bare
        } else {
            Self::Name
        }
    }
}

fn is_period(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && period::read(text, Years::default(), &[], None).is_ok()
}

/// The table with one row for each period, the name above it in the column `index`, and the period in a column `month`.
pub(super) fn outlined(sheet: &Sheet, index: usize) -> Sheet {
    let mut all: Vec<(u64, Entry, Vec<Cell>)> = Vec::new();
    // Where reading stops is reported when the data is read.
    let _ = sheet.for_each(|row, fields| all.push((row, Entry::of(fields, index), fields.to_cells())));
    let (mut name, mut year, mut rows) = (Cell::default(), String::new(), Vec::new());
    for (at, (row, entry, cells)) in all.iter().enumerate() {
        let own = cells.get(index).cloned().unwrap_or_default();
        let next = all.get(at + 1).map(|(_, entry, _)| *entry);
        let text = own.text.trim();
        let period = match entry {
            Entry::Other => continue,
            Entry::Name => {
                (name, year) = (own.clone(), String::new());
                continue;
            }
            Entry::Year if next == Some(Entry::Bare) => {
                text.clone_into(&mut year);
                continue;
            }
            // A quarter above its months.
            Entry::Bare if next == Some(Entry::Bare) && is_quarter(text) && !is_quarter_of(&all, at + 1, index) => {
                continue;
            }
            Entry::Bare if !year.is_empty() => format!("{text} {year}"),
            Entry::Bare | Entry::Period | Entry::Year => text.to_owned(),
        };
        let mut cells = cells.clone();
        cells.resize(sheet.headings.len(), Cell::default());
        if let Some(cell) = cells.get_mut(index) {
            *cell = Cell::new(CellKind::Text, name.text.trim().into());
        }
        let kind = if own.kind == CellKind::Date { CellKind::Date } else { CellKind::Text };
        cells.push(Cell::new(kind, period.into()));
        rows.push((*row, cells));
    }
    let headings: Vec<String> = sheet.headings.iter().cloned().chain([Field::Month.name().to_owned()]).collect();
    Sheet::new(sheet.file.clone(), sheet.numbering.clone(), sheet.heading_row, headings, Rows::Grid(rows))
}

/// True for a quarter without its year.
fn is_quarter(text: &str) -> bool {
    dated(text, Some(ANY_YEAR), Years::default()).is_some_and(|(_, length)| length == 3)
}

fn is_quarter_of(all: &[(u64, Entry, Vec<Cell>)], at: usize, index: usize) -> bool {
    let text = all.get(at).and_then(|(.., cells)| cells.get(index)).map_or("", |cell| cell.text.trim());
    is_quarter(text)
}
