//! XLS workbooks: their records are examined before the library reads them, which keeps neither number formats nor
//! hidden rows, and makes room for every cell between the first and the last.

use super::super::Limits;
use super::super::fault::FileFault;
use super::broken;
use super::value::NumberFormat;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// Cells between the corners of the largest sheet.
const LARGEST_SHEET: u64 = 65_536 * 256;

/// Facts about a workbook that the library does not keep.
pub(super) struct Facts {
    /// Number formats by the index of the style.
    pub formats: Vec<NumberFormat>,
    /// The sheets in the order of the workbook.
    pub sheets: Vec<SheetFacts>,
}

/// Facts about a sheet.
#[derive(Default)]
pub(super) struct SheetFacts {
    /// Style of each number that has one, by row and column from 0.
    pub styles: BTreeMap<(u32, u32), u16>,
    /// Hidden rows, numbered from 1.
    pub hidden_rows: Vec<u64>,
    corners: Option<[u64; 4]>,
}

impl Facts {
    /// Reads the records of a workbook; a fault when it is encrypted, or too large to be read.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, FileFault> {
        let stream = stream(bytes, limits)?;
        let (mut codes, mut styles, mut starts) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut is_wide = true;
        for (kind, data) in Records(&stream) {
            match kind {
                FILE_PASS => return Err(FileFault::ProtectedWorkbook {}),
                BEGIN => is_wide = number(data, 0) == Some(EXCEL_97),
                FORMAT => codes.extend(format_code(data, is_wide)),
                STYLE => styles.push(number(data, 2).unwrap_or_default()),
                SHEET => starts.push(number(data, 0).zip(number(data, 2)).map_or(0, |(low, high)| high << 16 | low)),
                END => break,
                _ => {}
            }
        }
        let format = |id: &u64| match (codes.get(id), id) {
            (Some(code), _) => NumberFormat::new(code),
            (None, 9 | 10) => NumberFormat::Percent,
            (None, _) => NumberFormat::Plain,
        };
        let formats: Vec<NumberFormat> = styles.iter().map(format).collect();
        let mut area = 0;
        let mut sheets = Vec::new();
        for start in starts {
            let records = stream.get(usize::try_from(start).unwrap_or(usize::MAX)..).unwrap_or_default();
            let sheet = SheetFacts::read(Records(records), &formats)?;
            area += sheet.corners.map_or(0, |[top, bottom, left, right]| (bottom - top + 1) * (right - left + 1));
            sheets.push(sheet);
        }
        if area > limits.workbook_cells {
            return Err(FileFault::TooManyCells { cells: limits.workbook_cells });
        }
        Ok(Self { formats, sheets })
    }
}

impl SheetFacts {
    fn read(records: Records<'_>, formats: &[NumberFormat]) -> Result<Self, FileFault> {
        let (mut facts, mut depth) = (Self::default(), 0u32);
        for (kind, data) in records {
            match kind {
                BEGIN => depth += 1,
                END if depth <= 1 => break,
                END => depth -= 1,
                // A chart inside the sheet has records that look like cells.
                _ if depth > 1 => {}
                DIMENSIONS => {
                    let wide = data.len() >= 14;
                    let at = |index: usize| number(data, if wide { index * 2 } else { index }).unwrap_or_default();
                    let high = |index: usize| if wide { number(data, index * 2 + 2).unwrap_or_default() } else { 0 };
                    let rows = (at(2) + (high(2) << 16)).saturating_sub(at(0) + (high(0) << 16));
                    let columns = number(data, if wide { 10 } else { 6 }).unwrap_or_default();
                    if rows.saturating_mul(columns) > LARGEST_SHEET {
                        return Err(broken("its dimensions are larger than any sheet"));
                    }
                }
                ROW if number(data, 12).is_some_and(|flags| flags & 0x20 != 0) => {
                    facts.hidden_rows.extend(number(data, 0).map(|row| row + 1));
                }
                NUMBER | SHORT_NUMBER | FORMULA | LABEL | RICH_LABEL | SHARED_LABEL | TRUTH => {
                    if let (Some(row), Some(column), Some(style)) = (number(data, 0), number(data, 2), number(data, 4))
                    {
                        facts.note(row, column, style, formats);
                    }
                }
                SHORT_NUMBERS => {
                    let (row, first) = (number(data, 0).unwrap_or_default(), number(data, 2).unwrap_or_default());
                    for (column, cell) in (first..).zip(data.get(4..).unwrap_or_default().chunks_exact(6)) {
                        facts.note(row, column, number(cell, 0).unwrap_or_default(), formats);
                    }
                }
                _ => {}
            }
        }
        Ok(facts)
    }

    fn note(&mut self, row: u64, column: u64, style: u64, formats: &[NumberFormat]) {
        let [top, bottom, left, right] = self.corners.get_or_insert([row, row, column, column]);
        (*top, *bottom) = ((*top).min(row), (*bottom).max(row));
        (*left, *right) = ((*left).min(column), (*right).max(column));
        let is_plain = usize::try_from(style).ok().and_then(|style| formats.get(style)) == Some(&NumberFormat::Plain);
        if let (false, Ok(row), Ok(column), Ok(style)) =
            (is_plain, u32::try_from(row), u32::try_from(column), u16::try_from(style))
        {
            self.styles.insert((row, column), style);
        }
    }
}

// Kinds of records.
const FORMULA: u64 = 0x0006;
const END: u64 = 0x000A;
const FILE_PASS: u64 = 0x002F;
const SHEET: u64 = 0x0085;
const SHORT_NUMBERS: u64 = 0x00BD;
const RICH_LABEL: u64 = 0x00D6;
const STYLE: u64 = 0x00E0;
const SHARED_LABEL: u64 = 0x00FD;
const DIMENSIONS: u64 = 0x0200;
const NUMBER: u64 = 0x0203;
const LABEL: u64 = 0x0204;
const TRUTH: u64 = 0x0205;
const ROW: u64 = 0x0208;
const SHORT_NUMBER: u64 = 0x027E;
const FORMAT: u64 = 0x041E;
const BEGIN: u64 = 0x0809;

/// Version of the records that Excel 97 and its successors write.
const EXCEL_97: u64 = 0x0600;

/// Records of a stream: kind and content of each.
struct Records<'b>(&'b [u8]);

impl<'b> Iterator for Records<'b> {
    type Item = (u64, &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (number(self.0, 0)?, number(self.0, 2)?);
        let end = usize::try_from(length).ok()? + 4;
        let data = self.0.get(4..end)?;
        self.0 = self.0.get(end..)?;
        Some((kind, data))
    }
}

/// The whole number of two bytes at `at`.
fn number(data: &[u8], at: usize) -> Option<u64> {
    let bytes: [u8; 2] = data.get(at..at + 2)?.try_into().ok()?;
    Some(u64::from(u16::from_le_bytes(bytes)))
}

/// Number and code of a number format; since Excel 97, its characters may have two bytes.
fn format_code(data: &[u8], is_wide: bool) -> Option<(u64, String)> {
    let id = number(data, 0)?;
    let (length, characters) = match is_wide {
        true => (usize::try_from(number(data, 2)?).ok()?, data.get(5..)?),
        false => (usize::from(*data.get(2)?), data.get(3..)?),
    };
    let code = match is_wide && data.get(4)? & 1 == 1 {
        true => {
            let units: Vec<u16> =
                characters.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(units.get(..length)?)
        }
        false => characters.iter().take(length).map(|byte| char::from(*byte)).collect(),
    };
    Some((id, code))
}

/// The stream with the sheets of a workbook.
fn stream(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, FileFault> {
    let unreadable = |error: std::io::Error| broken(&error.to_string());
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(unreadable)?;
    if container.exists("/EncryptedPackage") {
        return Err(FileFault::ProtectedWorkbook {});
    }
    let name = ["/Workbook", "/Book"].into_iter().find(|name| container.exists(name));
    let Some(name) = name else { return Err(broken("the file contains no workbook")) };
    let mut stream = Vec::new();
    let part = container.open_stream(name).map_err(unreadable)?;
    part.take(limits.workbook_bytes).read_to_end(&mut stream).map_err(unreadable)?;
    Ok(stream)
}
