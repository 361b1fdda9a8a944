//! XLSB workbooks. Number formats and hidden rows are read here: the workbook library keeps only the formats of dates.

use super::super::fault::FileFault;
use super::grid::{Grid, Room, Stop};
use super::value::{NumberFormat, cell_of};
use super::xml::{bytes, relationships};
use super::{Worksheet, broken, kind_of_sheet};
use calamine::{Reader, SheetVisible, Xlsb, XlsbError};
use std::collections::BTreeMap;
use std::io::Cursor;
use zip::ZipArchive;

type Package = Xlsb<Cursor<Vec<u8>>>;

impl From<XlsbError> for Stop {
    fn from(error: XlsbError) -> Self {
        Self::Fault(broken(&error.to_string()))
    }
}

/// Reads all sheets; takes their cells from `room`. A sheet that cannot be read has a fault instead of rows.
pub(super) fn read(content: Vec<u8>, room: &mut Room) -> Result<Vec<Worksheet>, FileFault> {
    let formats = Formats::of(&content).unwrap_or_default();
    let mut workbook = Package::new(Cursor::new(content)).map_err(|error| broken(&error.to_string()))?;
    let mut sheets = Vec::new();
    for found in workbook.sheets_metadata().to_vec() {
        let mut sheet = Worksheet::new(&found.name);
        sheet.is_hidden = found.visible != SheetVisible::Visible;
        let mut grid = Grid::new(room);
        let filled = match kind_of_sheet(found.typ) {
            Some(kind) => Err(Stop::Fault(FileFault::SheetKind { kind })),
            None => fill(&mut workbook, &found.name, &formats, &mut grid),
        };
        match filled {
            Ok(()) => {
                sheet.rows = grid.rows;
                sheet.hidden_rows = formats.hidden_rows(&found.name);
            }
            Err(stop) if stop.is_final() => return Err(stop.fault(&found.name)),
            Err(stop) => sheet.fault = Some(stop.fault(&found.name)),
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn fill(workbook: &mut Package, sheet: &str, formats: &Formats, grid: &mut Grid<'_>) -> Result<(), Stop> {
    let mut reader = workbook.worksheet_cells_reader(sheet)?;
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        grid.put(row, column, cell_of(cell.get_value(), formats.get(sheet, row, column)))?;
    }
    Ok(())
}

/// Number formats and hidden rows of one sheet.
#[derive(Default)]
struct SheetFormats {
    /// Styles of the cells whose format is not a plain one, by row and column from 0.
    cells: BTreeMap<(u32, u32), u32>,
    /// Rows that are hidden, from 0.
    hidden: Vec<u32>,
}

/// Number formats of the cells of a workbook, and its hidden rows.
#[derive(Default)]
struct Formats {
    /// By the index of the style.
    styles: Vec<NumberFormat>,
    /// Formats and hidden rows of each sheet.
    sheets: BTreeMap<String, SheetFormats>,
    is_known: bool,
}

impl Formats {
    /// Reads the formats; `None` when a part is missing, so that the formats are not known.
    fn of(content: &[u8]) -> Option<Self> {
        let mut package = ZipArchive::new(Cursor::new(content)).ok()?;
        let styles = styles(&bytes(&mut package, "xl/styles.bin")?);
        let targets = relationships(&mut package, "xl/_rels/workbook.bin.rels");
        let mut sheets = BTreeMap::new();
        for (kind, data) in Records(&bytes(&mut package, "xl/workbook.bin")?) {
            if kind != SHEET {
                continue;
            }
            let (id, length) = string(data.get(8..)?)?;
            let (name, _) = string(data.get(8 + length..)?)?;
            // A chart sheet has no cells, and its part need not be readable.
            let part = targets.get(&id).and_then(|path| bytes(&mut package, path)).unwrap_or_default();
            sheets.insert(name, formats_of_sheet(&part, &styles));
        }
        Some(Self { styles, sheets, is_known: true })
    }

    fn get(&self, sheet: &str, row: u32, column: u32) -> &NumberFormat {
        if !self.is_known {
            return &NumberFormat::Unknown;
        }
        let style = self.sheets.get(sheet).and_then(|sheet| sheet.cells.get(&(row, column)));
        style.and_then(|style| self.styles.get(*style as usize)).unwrap_or(&NumberFormat::Plain)
    }

    /// Numbers of the rows of a sheet that are hidden.
    fn hidden_rows(&self, sheet: &str) -> Vec<u64> {
        let hidden = self.sheets.get(sheet).map(|sheet| &*sheet.hidden).unwrap_or_default();
        hidden.iter().map(|row| u64::from(*row) + 1).collect()
    }
}

/// Number formats by the index of the style.
fn styles(part: &[u8]) -> Vec<NumberFormat> {
    let (mut codes, mut styles, mut is_cell_style) = (BTreeMap::new(), Vec::new(), false);
    for (kind, data) in Records(part) {
        match kind {
            FORMAT => codes.extend(number(data, 0, 2).zip(data.get(2..).and_then(string))),
            BEGIN_STYLES => is_cell_style = true,
            END_STYLES => is_cell_style = false,
            STYLE if is_cell_style => {
                let id = number(data, 2, 2).unwrap_or_default();
                styles.push(match (codes.get(&id), id) {
                    (Some((code, _)), _) => NumberFormat::new(code),
                    (None, 9 | 10) => NumberFormat::Percent,
                    (None, _) => NumberFormat::Plain,
                });
            }
            _ => {}
        }
    }
    styles
}

/// Reads the styles of the cells whose format is not a plain one, and the hidden rows.
fn formats_of_sheet(part: &[u8], formats: &[NumberFormat]) -> SheetFormats {
    let (mut sheet, mut row) = (SheetFormats::default(), 0);
    for (kind, data) in Records(part) {
        match kind {
            ROW => {
                row = number(data, 0, 4).unwrap_or_default();
                if data.get(FLAGS_OF_ROW).is_some_and(|flags| flags & HIDDEN_ROW != 0) {
                    sheet.hidden.push(row);
                }
            }
            FIRST_CELL..=LAST_CELL => {
                let (Some(column), Some(style)) = (number(data, 0, 4), number(data, 4, 3)) else { continue };
                if formats.get(style as usize).is_some_and(|format| *format != NumberFormat::Plain) {
                    sheet.cells.insert((row, column), style);
                }
            }
            _ => {}
        }
    }
    sheet
}

/// Place of the flags in the record of a row: after its number, its style, its height and a byte of borders.
const FLAGS_OF_ROW: usize = 11;
/// Flag of a row that is hidden, by hand or by a filter.
const HIDDEN_ROW: u8 = 0x10;

// Kinds of records.
const ROW: u32 = 0x00;
const FIRST_CELL: u32 = 0x01;
const LAST_CELL: u32 = 0x0B;
const FORMAT: u32 = 0x2C;
const STYLE: u32 = 0x2F;
const SHEET: u32 = 0x9C;
const BEGIN_STYLES: u32 = 0x0269;
const END_STYLES: u32 = 0x026A;

/// Records of a part: kind and content of each.
struct Records<'b>(&'b [u8]);

impl<'b> Iterator for Records<'b> {
    type Item = (u32, &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = self.varied(2)?;
        let length = self.varied(4)? as usize;
        let data = self.0.get(..length)?;
        self.0 = self.0.get(length..)?;
        Some((kind, data))
    }
}

impl Records<'_> {
    /// A number of at most `most` bytes, seven bits each, the lowest first.
    fn varied(&mut self, most: u32) -> Option<u32> {
        let mut value = 0;
        for index in 0..most {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u32::from(first & 0x7F) << (7 * index);
            if first & 0x80 == 0 {
                break;
            }
        }
        Some(value)
    }
}

/// The whole number of `length` bytes, at most four, at `at`.
fn number(data: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = data.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// A text with its length in front, and the number of bytes of both.
fn string(data: &[u8]) -> Option<(String, usize)> {
    let end = (number(data, 0, 4)? as usize).checked_mul(2)?.checked_add(4)?;
    let units: Vec<u16> =
        data.get(4..end)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some((String::from_utf16_lossy(&units), end))
}
