//! XLSX and XLSM workbooks.

use super::super::cell::{Cell, CellKind, Flaw};
use super::super::fault::FileFault;
use super::grid::{Grid, Room, Stop};
use super::value::{NumberFormat, cell_of};
use super::xml::{attribute, elements, part, relationships};
use super::{Worksheet, broken, kind_of_sheet};
use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};
use quick_xml::events::BytesStart;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

type Package = Xlsx<Cursor<Vec<u8>>>;

/// Part with the relationships of the workbook.
const RELATIONSHIPS: &str = "xl/_rels/workbook.xml.rels";

impl From<XlsxError> for Stop {
    fn from(error: XlsxError) -> Self {
        Self::Fault(broken(&error.to_string()))
    }
}

/// Reads all sheets; takes their cells from `room`. A sheet that cannot be read has a fault instead of rows.
pub(super) fn read(bytes: Vec<u8>, room: &mut Room) -> Result<Vec<Worksheet>, FileFault> {
    let mut hidden = hidden_rows(&bytes);
    let mut workbook = match Package::new(Cursor::new(bytes.clone())) {
        // A sheet of an old macro language is of a kind that the library refuses together with the workbook.
        Err(XlsxError::Unrecognized { typ: "sheet:type", .. }) => {
            let renamed = without_macro_sheets(&bytes).ok_or_else(|| broken("a sheet is of an unknown kind"))?;
            Package::new(Cursor::new(renamed))
        }
        workbook => workbook,
    }
    .map_err(|error| broken(&error.to_string()))?;
    drop(bytes);
    let mut sheets = Vec::new();
    for found in workbook.sheets_metadata().to_vec() {
        let mut sheet = Worksheet::new(&found.name);
        sheet.is_hidden = found.visible != SheetVisible::Visible;
        sheet.hidden_rows = hidden.remove(&found.name).unwrap_or_default();
        let mut grid = Grid::new(room);
        let filled = match kind_of_sheet(found.typ) {
            Some(kind) => Err(Stop::Fault(FileFault::SheetKind { kind })),
            None => fill(&mut workbook, &found.name, &mut grid),
        };
        match filled {
            Ok(()) => sheet.rows = grid.rows,
            Err(stop) if stop.is_final() => return Err(stop.fault(&found.name)),
            Err(stop) => sheet.fault = Some(stop.fault(&found.name)),
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn fill(workbook: &mut Package, sheet: &str, grid: &mut Grid<'_>) -> Result<(), Stop> {
    let mut has_blanks = false;
    let mut reader = workbook.worksheet_cells_reader(sheet)?;
    let formats = formats(reader.styles());
    while let Some((found, style)) = reader.next_cell_with_style_id()? {
        let (row, column) = found.get_position();
        has_blanks |= *found.get_value() == DataRef::Empty;
        grid.put(row, column, cell_of(found.get_value(), formats.get(style).unwrap_or(&NumberFormat::Plain)))?;
    }
    drop(reader);
    if !has_blanks {
        return Ok(());
    }
    // A program that writes formulas need not compute them; such a cell is not empty.
    let mut reader = workbook.worksheet_cells_reader(sheet)?;
    while let Some(found) = reader.next_cell_with_formula()? {
        if let ((row, column), DataRef::Empty, Some(formula)) = (found.pos, found.value, found.formula) {
            grid.put(row, column, Cell::new(CellKind::Text, format!("={formula}").into()).with(Flaw::NotComputed))?;
        }
    }
    Ok(())
}

/// Number formats of a workbook by the index of the style.
fn formats(styles: &[calamine::Style]) -> Vec<NumberFormat> {
    let code = |style: &calamine::Style| style.number_format.as_ref().map(|format| format.format_code.clone());
    styles.iter().map(|style| code(style).map_or(NumberFormat::Plain, |code| NumberFormat::new(&code))).collect()
}

/// The package with the relationships of macro sheets renamed to those of dialogs, which have no cells either.
fn without_macro_sheets(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let text = part(&mut package, RELATIONSHIPS)?;
    let renamed = text.replace("/xlMacrosheet\"", "/dialogsheet\"").replace("/xlIntlMacrosheet\"", "/dialogsheet\"");
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..package.len() {
        let part = package.by_index_raw(index).ok()?;
        if part.name().ok()? != RELATIONSHIPS {
            out.raw_copy_file(part).ok()?;
        }
    }
    out.start_file(RELATIONSHIPS, SimpleFileOptions::default()).ok()?;
    out.write_all(renamed.as_bytes()).ok()?;
    Some(out.finish().ok()?.into_inner())
}

/// Hidden rows of each sheet by its name, numbered from 1; a sheet without any, or that cannot be read, is left out.
fn hidden_rows(bytes: &[u8]) -> BTreeMap<String, Vec<u64>> {
    let mut found = BTreeMap::new();
    let Ok(mut package) = ZipArchive::new(Cursor::new(bytes)) else { return found };
    let targets = relationships(&mut package, RELATIONSHIPS);
    let workbook = part(&mut package, "xl/workbook.xml").unwrap_or_default();
    for sheet in elements(&workbook, "sheet") {
        let Some((name, id)) = attribute(&sheet, "name").zip(attribute(&sheet, "r:id")) else { continue };
        let Some(path) = targets.get(&id) else { continue };
        let Some(text) = part(&mut package, path).filter(|text| text.contains(" hidden=\"")) else { continue };
        let is_hidden = |row: &BytesStart<'_>| matches!(attribute(row, "hidden").as_deref(), Some("1" | "true"));
        let rows = elements(&text, "row").into_iter().filter(is_hidden);
        let rows: Vec<u64> = rows.filter_map(|row| attribute(&row, "r")?.parse().ok()).collect();
        if !rows.is_empty() {
            found.insert(name, rows);
        }
    }
    found
}
