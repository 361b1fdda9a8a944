//! XLSX workbooks: the package is examined before it is unpacked, cells become text without rounding.

use super::cell::{Cell, Flaw};
use super::fault::FileFault;
use super::{Limits, sheet::Numbering};
use crate::finding::{Finding, Panicked, Place, contained};
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use std::io::{Cursor, Read};

/// Significant digits that a spreadsheet holds exactly.
const SPREADSHEET_DIGITS: usize = 15;
/// Columns that a sheet may have.
const MOST_COLUMNS: u32 = 1_000;
/// Parts that a package may have.
const MOST_PARTS: usize = 5_000;
/// Highest compression ratio of a large part.
const LARGEST_RATIO: u64 = 250;
/// Parts below this size may have any ratio.
const SMALL_PART: u64 = 4 << 20;

/// One worksheet.
pub(super) struct Worksheet {
    /// Its name.
    pub name: String,
    /// Rows that have a cell, numbered from 1.
    pub rows: Vec<(u64, Vec<Cell>)>,
}

impl Worksheet {
    /// The worksheet as a table: headings are the first row, or the first among 20 that has the cell `marker`.
    pub fn into_sheet(self, file: &str, marker: &str) -> Option<super::sheet::Sheet> {
        let is_marked = |cells: &[Cell]| cells.iter().any(|cell| super::table::folded(&cell.text) == marker);
        let mut rows = self.rows;
        let heading = rows.iter().take(20).position(|(_, cells)| is_marked(cells)).unwrap_or_default();
        if heading >= rows.len() {
            return None;
        }
        let data = rows.split_off(heading + 1);
        let (heading_row, headings) = rows.pop()?;
        Some(super::sheet::Sheet {
            file: format!("{file}!{}", self.name),
            numbering: Numbering::Rows,
            heading_row,
            headings: headings.into_iter().map(|cell| cell.text.trim().to_owned()).collect(),
            rows: super::sheet::Rows::Grid(data),
        })
    }
}

/// Reads all worksheets in the order of the workbook.
pub(super) fn read(file: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Vec<Worksheet>, Finding> {
    contained(|| {
        examine(file, &bytes, limits)?;
        worksheets(file, bytes, limits)
    })
    // Cell references beyond any sheet, for example, make the library compute beyond the range of its integers.
    .unwrap_or_else(|Panicked| Err(Finding::from(FileFault::DamagedWorkbook {}).at(Place::file(file))))
}

fn worksheets(file: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Vec<Worksheet>, Finding> {
    let broken = |error: calamine::XlsxError| {
        let reason = first_line(&error.to_string()).to_owned();
        Finding::from(FileFault::BrokenWorkbook { reason }).at(Place::file(file))
    };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut cells_left = limits.workbook_cells;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let mut rows: Vec<(u64, Vec<Cell>)> = Vec::new();
        // A chart sheet has no cells.
        let Ok(mut reader) = workbook.worksheet_cells_reader(&name) else { continue };
        while let Some(found) = reader.next_cell_with_formula().map_err(broken)? {
            let (row, column) = found.pos;
            let cell = match (&found.value, &found.formula) {
                // A program that writes formulas need not compute them; such a cell is not empty.
                (DataRef::Empty, Some(formula)) => {
                    Cell { text: format!("={formula}").into(), flaw: Some(Flaw::NotComputed) }
                }
                (value, _) => cell_of(value),
            };
            if cell.text.is_empty() {
                continue;
            }
            if cells_left == 0 || column >= MOST_COLUMNS {
                let (columns, cells) = (u64::from(MOST_COLUMNS), limits.workbook_cells);
                let fault = FileFault::TooManyCells { sheet: name.clone(), columns, cells };
                return Err(Finding::from(fault).at(Place::file(file)));
            }
            cells_left -= 1;
            let row = u64::from(row) + 1;
            if rows.last().is_none_or(|(latest, _)| *latest != row) {
                rows.push((row, Vec::new()));
            }
            if let Some((_, cells)) = rows.last_mut() {
                let column = column as usize;
                if cells.len() <= column {
                    cells.resize(column + 1, Cell::default());
                }
                cells[column] = cell;
            }
        }
        sheets.push(Worksheet { name, rows });
    }
    Ok(sheets)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Refuses packages that unpack to more than the limits, whatever their directory claims.
fn examine(file: &str, bytes: &[u8], limits: &Limits) -> Result<(), Finding> {
    let refuse = |fault: FileFault| Finding::from(fault).at(Place::file(file));
    let unreadable = |error: zip::result::ZipError| refuse(FileFault::BrokenWorkbook { reason: error.to_string() });
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if package.len() > MOST_PARTS {
        return Err(refuse(FileFault::TooManyParts { parts: package.len(), limit: MOST_PARTS }));
    }
    let mut left = limits.workbook_bytes;
    for index in 0..package.len() {
        let part = package.by_index(index).map_err(unreadable)?;
        let (name, size, packed) = (name_of_part(part.name()), part.size(), part.compressed_size().max(1));
        if size > SMALL_PART && size / packed > LARGEST_RATIO {
            return Err(refuse(FileFault::PackedPart { part: name, ratio: LARGEST_RATIO }));
        }
        let unpacked = std::io::copy(&mut part.take(left.min(size) + 1), &mut std::io::sink())
            .map_err(|error| unreadable(zip::result::ZipError::Io(error)))?;
        if unpacked > size {
            return Err(refuse(FileFault::UnderstatedPart { part: name }));
        }
        left = left
            .checked_sub(unpacked)
            .ok_or_else(|| refuse(FileFault::UnpackedWorkbook { limit: limits.workbook_bytes >> 20 }))?;
    }
    Ok(())
}

fn name_of_part(name: Result<std::borrow::Cow<'_, str>, zip::result::ZipError>) -> String {
    name.map_or_else(|_| "?".to_owned(), |name| super::log::shown(&name))
}

/// Text of a cell: numbers by their shortest decimal text, days as `2026-01-31`.
fn cell_of(value: &DataRef<'_>) -> Cell {
    let plain = |text: &str| Cell { text: text.into(), flaw: None };
    match value {
        DataRef::Int(whole) => plain(&whole.to_string()),
        DataRef::Float(number) => number_cell(*number),
        DataRef::String(text) => plain(text),
        DataRef::SharedString(text) => plain(text),
        DataRef::Bool(truth) => plain(if *truth { "true" } else { "false" }),
        DataRef::DateTime(moment) => day_cell(moment),
        DataRef::DateTimeIso(text) => plain(text),
        DataRef::DurationIso(text) => Cell { text: text.as_str().into(), flaw: Some(Flaw::NoDay) },
        DataRef::Error(error) => Cell { text: error.to_string().into(), flaw: Some(Flaw::ErrorValue) },
        DataRef::Empty => Cell::default(),
    }
}

fn number_cell(number: f64) -> Cell {
    // The shortest text that reads back as the same number is what the person typed, up to 15 digits.
    let text = if number == 0.0 { "0".to_owned() } else { format!("{number}") };
    let digits = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    let significant = if text.contains('.') { digits } else { digits.saturating_sub(trailing_zeros(&text)) };
    let flaw = (significant > SPREADSHEET_DIGITS).then_some(Flaw::Digits);
    Cell { text: text.into(), flaw }
}

fn trailing_zeros(text: &str) -> usize {
    text.len() - text.trim_end_matches('0').len()
}

fn day_cell(moment: &ExcelDateTime) -> Cell {
    let raw = format!("{}", moment.as_f64());
    if moment.is_duration() || raw.starts_with("0.") || raw.starts_with('-') {
        return Cell { text: raw.into(), flaw: Some(Flaw::NoDay) };
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    Cell { text: format!("{year:04}-{month:02}-{day:02}").into(), flaw: None }
}
