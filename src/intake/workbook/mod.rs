//! Workbooks: the package is examined before it is unpacked; cells become text as a spreadsheet shows them.

mod package;
mod value;

use super::cell::{Cell, CellKind, Flaw};
use super::fault::FileFault;
use super::{Limits, sheet::Numbering};
use crate::finding::{Finding, Panicked, Place, contained};
use calamine::{DataRef, Reader, Xlsx, XlsxError};
use std::io::Cursor;
use value::{NumberFormat, cell_of};

type Package = Xlsx<Cursor<Vec<u8>>>;

/// Columns that a sheet may have.
const MOST_COLUMNS: u32 = 1_000;

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
        let heading = self.rows.iter().take(20).position(|(_, cells)| is_marked(cells)).unwrap_or_default();
        let (row, cells) = self.rows.get(heading)?;
        let headings = cells.iter().map(|cell| cell.text.trim().to_owned()).collect();
        let (row, file) = (*row, format!("{file}!{}", self.name));
        let rows = super::sheet::Rows::Grid(self.rows);
        Some(super::sheet::Sheet::new(file, Numbering::Rows, row, headings, rows))
    }
}

/// Reads all worksheets in the order of the workbook.
pub(super) fn read(file: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Vec<Worksheet>, Finding> {
    contained(|| {
        package::examine(file, &bytes, limits)?;
        worksheets(file, bytes, limits)
    })
    // Cell references beyond any sheet, for example, make the library compute beyond the range of its integers.
    .unwrap_or_else(|Panicked| Err(Finding::from(FileFault::DamagedWorkbook {}).at(Place::file(file))))
}

fn worksheets(file: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Vec<Worksheet>, Finding> {
    let broken = |error: XlsxError| Finding::from(broken(&error)).at(Place::file(file));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut cells_left = limits.workbook_cells;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let mut grid = Grid::default();
        match fill(&mut workbook, &name, &mut grid, &mut cells_left) {
            // A chart sheet has no cells.
            Err(Stop::NoCells) => {}
            Err(Stop::TooMany) => {
                let (columns, cells) = (u64::from(MOST_COLUMNS), limits.workbook_cells);
                return Err(
                    Finding::from(FileFault::TooManyCells { sheet: name, columns, cells }).at(Place::file(file))
                );
            }
            Err(Stop::Broken(error)) => return Err(broken(error)),
            Ok(()) => sheets.push(Worksheet { name, rows: grid.rows }),
        }
    }
    Ok(sheets)
}

fn broken(error: &XlsxError) -> FileFault {
    FileFault::BrokenWorkbook { reason: error.to_string().lines().next().unwrap_or_default().to_owned() }
}

/// Reason why a sheet is not read to its end.
enum Stop {
    NoCells,
    TooMany,
    Broken(XlsxError),
}

impl From<XlsxError> for Stop {
    fn from(error: XlsxError) -> Self {
        Self::Broken(error)
    }
}

/// Fills the grid of a sheet; counts its cells off `cells_left`.
fn fill(workbook: &mut Package, sheet: &str, grid: &mut Grid, cells_left: &mut u64) -> Result<(), Stop> {
    let mut has_blanks = false;
    let Ok(mut reader) = workbook.worksheet_cells_reader(sheet) else { return Err(Stop::NoCells) };
    let formats = formats(reader.styles());
    while let Some((found, style)) = reader.next_cell_with_style_id()? {
        let (row, column) = found.get_position();
        has_blanks |= *found.get_value() == DataRef::Empty;
        let cell = cell_of(found.get_value(), formats.get(style).unwrap_or(&NumberFormat::Plain));
        if cell.text.is_empty() {
            continue;
        }
        if *cells_left == 0 || column >= MOST_COLUMNS {
            return Err(Stop::TooMany);
        }
        *cells_left -= 1;
        grid.put(row, column, cell);
    }
    drop(reader);
    if !has_blanks {
        return Ok(());
    }
    // A program that writes formulas need not compute them; such a cell is not empty.
    let Ok(mut reader) = workbook.worksheet_cells_reader(sheet) else { return Err(Stop::NoCells) };
    while let Some(found) = reader.next_cell_with_formula()? {
        let ((row, column), DataRef::Empty, Some(formula)) = (found.pos, found.value, found.formula) else { continue };
        if column < MOST_COLUMNS {
            let cell = Cell::new(CellKind::Text, format!("={formula}").into());
            grid.put(row, column, cell.with(Flaw::NotComputed));
        }
    }
    Ok(())
}

/// Number formats of a workbook by the index of the style.
fn formats(styles: &[calamine::Style]) -> Vec<NumberFormat> {
    let code = |style: &calamine::Style| style.number_format.as_ref().map(|format| format.format_code.clone());
    styles.iter().map(|style| code(style).map_or(NumberFormat::Plain, |code| NumberFormat::new(&code))).collect()
}

/// Cells of a sheet by row, ascending.
#[derive(Default)]
struct Grid {
    rows: Vec<(u64, Vec<Cell>)>,
}

impl Grid {
    /// Puts a cell at a row and column that count from 0.
    fn put(&mut self, row: u32, column: u32, cell: Cell) {
        let (row, column) = (u64::from(row) + 1, column as usize);
        let at = match self.rows.last() {
            Some((latest, _)) if *latest < row => self.rows.len(),
            None => 0,
            Some(_) => self.rows.partition_point(|(other, _)| *other < row),
        };
        if self.rows.get(at).is_none_or(|(other, _)| *other != row) {
            self.rows.insert(at, (row, Vec::new()));
        }
        let Some((_, cells)) = self.rows.get_mut(at) else { return };
        if cells.len() <= column {
            cells.resize(column + 1, Cell::default());
        }
        cells[column] = cell;
    }
}
