//! Workbooks: the package is examined before it is unpacked; cells become text as a spreadsheet shows them.

mod grid;
mod ods;
mod package;
mod value;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

use super::cell::Cell;
use super::fault::FileFault;
use super::{Limits, sheet::Numbering};
use crate::finding::{Finding, Panicked, Place, contained};
use calamine::{Data, DataRef, Range, Reader, SheetType, SheetVisible, Xls};
use grid::{Grid, MOST_COLUMNS, Room, Stop};
use package::Container;
use std::io::Cursor;
use value::{NumberFormat, cell_of};

/// One worksheet.
pub(super) struct Worksheet {
    /// Its name.
    pub name: String,
    /// Rows that have a cell, numbered from 1.
    pub rows: Vec<(u64, Vec<Cell>)>,
    /// Reason why the sheet cannot be read.
    pub fault: Option<FileFault>,
    /// True when a spreadsheet does not show the sheet.
    pub is_hidden: bool,
    /// Numbers of the rows that a spreadsheet does not show.
    pub hidden_rows: Vec<u64>,
}

impl Worksheet {
    fn new(name: &str) -> Self {
        let (rows, hidden_rows) = (Vec::new(), Vec::new());
        Self { name: name.to_owned(), rows, fault: None, is_hidden: false, hidden_rows }
    }

    /// Warnings about the sheet: that it is not read, or that it is read though a spreadsheet does not show it.
    pub fn notes(&self, file: &str) -> Vec<Finding> {
        let place = || Place::file(format!("{file}!{}", self.name));
        if let Some(fault) = &self.fault {
            let reason = FileFault::SheetLeftOut { reason: fault.reason() };
            return vec![Finding::from(reason).at(place())];
        }
        let mut notes = Vec::new();
        // Sheets with a leading `_` are the product's own.
        if self.is_hidden && !self.rows.is_empty() && !self.name.starts_with('_') {
            notes.push(Finding::from(FileFault::HiddenSheet {}).at(place()));
        }
        let is_filled = |row: &&u64| self.rows.binary_search_by_key(*row, |(row, _)| *row).is_ok();
        let hidden: Vec<u64> = self.hidden_rows.iter().filter(is_filled).copied().collect();
        if let Some(first) = hidden.first() {
            let fault = FileFault::HiddenRows { rows: hidden.len(), first: *first };
            notes.push(Finding::from(fault).at(place()));
        }
        notes
    }

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

/// Reads all worksheets in the order of the workbook, whose kind shows in its content.
pub(super) fn read(file: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Vec<Worksheet>, Finding> {
    let place = |fault: FileFault| Finding::from(fault).at(Place::file(file));
    contained(|| {
        let mut room = Room::new(limits.workbook_cells);
        let container = Container::of(&bytes);
        if let Container::Package(_) = container {
            package::examine(file, &bytes, limits)?;
        }
        match container {
            Container::Package(package::Kind::Xlsx) => xlsx::read(bytes, &mut room),
            Container::Package(package::Kind::Xlsb) => xlsb::read(bytes, &mut room),
            Container::Package(package::Kind::Ods) => ods::read(&bytes, &mut room),
            Container::Compound => xls(bytes, limits, &mut room),
            Container::Other(found) => Err(FileFault::NotWorkbook { found }),
        }
        .map_err(place)
    })
    // Cell references beyond any sheet, for example, make the library compute beyond the range of its integers.
    .unwrap_or_else(|Panicked| Err(place(FileFault::DamagedWorkbook {})))
}

/// The fault of a workbook that the library cannot read, with the first line of its reason.
fn broken(reason: &str) -> FileFault {
    FileFault::BrokenWorkbook { reason: reason.lines().next().unwrap_or_default().to_owned() }
}

/// The word for a sheet that has no cells; `None` for a worksheet.
fn kind_of_sheet(kind: SheetType) -> Option<&'static str> {
    match kind {
        SheetType::WorkSheet => None,
        SheetType::ChartSheet => Some("a chart"),
        SheetType::DialogSheet => Some("a dialog or a macro sheet"),
        SheetType::MacroSheet => Some("a macro sheet"),
        SheetType::Vba => Some("a module of code"),
    }
}

fn xls(bytes: Vec<u8>, limits: &Limits, room: &mut Room) -> Result<Vec<Worksheet>, FileFault> {
    let facts = xls::Facts::read(&bytes, limits)?;
    let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|error| broken(&error.to_string()))?;
    let mut sheets = Vec::new();
    let mut of_sheets = facts.sheets.into_iter();
    for found in workbook.sheets_metadata().to_vec() {
        let of_sheet = of_sheets.next().unwrap_or_default();
        let mut sheet = Worksheet::new(&found.name);
        (sheet.is_hidden, sheet.hidden_rows) = (found.visible != SheetVisible::Visible, of_sheet.hidden_rows);
        sheet.fault = kind_of_sheet(found.typ).map(|kind| FileFault::SheetKind { kind });
        if sheet.fault.is_none() {
            let range = workbook.worksheet_range(&found.name).map_err(|error| broken(&error.to_string()))?;
            let format = |row, column| {
                let style = of_sheet.styles.get(&(row, column));
                style.map_or(&NumberFormat::Plain, |style| {
                    facts.formats.get(usize::from(*style)).unwrap_or(&NumberFormat::Plain)
                })
            };
            let mut grid = Grid::new(room);
            match fill(&range, format, &mut grid) {
                Ok(()) => sheet.rows = grid.rows,
                Err(stop) if stop.is_final() => return Err(stop.fault(&found.name)),
                Err(stop) => sheet.fault = Some(stop.fault(&found.name)),
            }
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn fill<'f>(
    range: &Range<Data>,
    format: impl Fn(u32, u32) -> &'f NumberFormat,
    grid: &mut Grid<'_>,
) -> Result<(), Stop> {
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let too_wide = |_| Stop::TooWide;
        let row = u32::try_from(row).map_err(too_wide)?.saturating_add(top);
        let column = u32::try_from(column).map_err(too_wide)?.saturating_add(left);
        grid.put(row, column, cell_of(&borrowed(value), format(row, column)))?;
    }
    Ok(())
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(whole) => DataRef::Int(*whole),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}
