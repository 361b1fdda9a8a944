//! ODS workbooks, as LibreOffice writes them. The workbook library reads percentages as plain numbers, so the sheets are
//! read here.

use super::super::cell::{Cell, CellKind, Flaw};
use super::super::fault::FileFault;
use super::super::value::currency_sign::sign;
use super::grid::{Grid, Room, Stop};
use super::value::{NumberFormat, number_text_cell};
use super::xml::attribute;
use super::{Worksheet, broken};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};

/// Largest number of rows and columns that one repeated element stands for.
const MOST_REPEATED: u32 = 1 << 20;

/// Reads all sheets; takes their cells from `room`.
pub(super) fn read(bytes: &[u8], room: &mut Room) -> Result<Vec<Worksheet>, FileFault> {
    let content = content(bytes)?;
    let mut reading = Reading { xml: Reader::from_str(&content), hidden_styles: BTreeSet::new(), style: String::new() };
    let mut sheets = Vec::new();
    loop {
        match reading.event()? {
            Event::Start(element) | Event::Empty(element) if element.name().as_ref() == "style:style" => {
                reading.style = attribute(&element, "style:name").unwrap_or_default();
            }
            Event::Start(element) | Event::Empty(element)
                if element.name().as_ref() == "style:table-properties"
                    && attribute(&element, "table:display").as_deref() == Some("false") =>
            {
                reading.hidden_styles.insert(reading.style.clone());
            }
            Event::Start(element) if element.name().as_ref() == "table:table" => {
                let name = attribute(&element, "table:name").unwrap_or_default();
                let style = attribute(&element, "table:style-name").unwrap_or_default();
                let mut sheet = Worksheet::new(&name);
                sheet.is_hidden = reading.hidden_styles.contains(&style);
                let mut grid = Grid::new(room);
                match reading.table(&mut grid, &mut sheet.hidden_rows) {
                    Ok(()) => sheet.rows = grid.rows,
                    Err(stop) => return Err(stop.fault(&name)),
                }
                sheets.push(sheet);
            }
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

/// The part of the package with all sheets.
fn content(bytes: &[u8]) -> Result<String, FileFault> {
    let unreadable = |error: &dyn std::fmt::Display| broken(&error.to_string());
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if package.by_name("META-INF/manifest.xml").is_ok_and(|mut manifest| {
        let mut text = String::new();
        manifest.read_to_string(&mut text).is_ok() && text.contains("encryption-data")
    }) {
        return Err(FileFault::ProtectedWorkbook {});
    }
    let mut text = String::new();
    let mut part = package.by_name("content.xml").map_err(|error| unreadable(&error))?;
    part.read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    Ok(text)
}

struct Reading<'x> {
    xml: Reader<&'x [u8]>,
    hidden_styles: BTreeSet<String>,
    /// Name of the style whose properties come next.
    style: String,
}

impl<'x> Reading<'x> {
    fn event(&mut self) -> Result<Event<'x>, FileFault> {
        self.xml.read_event().map_err(|error| broken(&error.to_string()))
    }

    /// Reads the rows of a sheet.
    fn table(&mut self, grid: &mut Grid<'_>, hidden: &mut Vec<u64>) -> Result<(), Stop> {
        let mut row = 0u32;
        loop {
            match self.event()? {
                Event::Start(element) if element.name().as_ref() == "table:table-row" => {
                    let (count, is_hidden) = row_of(&element);
                    let cells = self.row()?;
                    let repeats = if cells.is_empty() { 0 } else { count };
                    grid.check(u64::from(repeats).saturating_mul(cells.len() as u64))?;
                    for row in (row..).take(repeats as usize) {
                        for (column, cell) in &cells {
                            grid.put(row, *column, cell.clone())?;
                        }
                        if is_hidden {
                            hidden.push(u64::from(row) + 1);
                        }
                    }
                    row = row.saturating_add(count);
                }
                Event::Empty(element) if element.name().as_ref() == "table:table-row" => {
                    row = row.saturating_add(row_of(&element).0);
                }
                // Drawings of the sheet may contain tables too.
                Event::Start(element) if element.name().as_ref() == "table:shapes" => self.skip("table:shapes")?,
                Event::End(element) if element.name().as_ref() == "table:table" => return Ok(()),
                Event::Eof => return Err(Stop::Fault(broken("the sheet does not end"))),
                _ => {}
            }
        }
    }

    fn skip(&mut self, name: &str) -> Result<(), FileFault> {
        loop {
            match self.event()? {
                Event::End(element) if element.name().as_ref() == name => return Ok(()),
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// The filled cells of a row with their columns.
    fn row(&mut self) -> Result<Vec<(u32, Cell)>, Stop> {
        let (mut cells, mut column) = (Vec::new(), 0u32);
        loop {
            let (element, is_open) = match self.event()? {
                Event::Start(element) => (element, true),
                Event::Empty(element) => (element, false),
                Event::End(element) if element.name().as_ref() == "table:table-row" => return Ok(cells),
                Event::Eof => return Err(Stop::Fault(broken("the row does not end"))),
                _ => continue,
            };
            let name = element.name().as_ref().to_owned();
            if !matches!(&*name, "table:table-cell" | "table:covered-table-cell") {
                continue;
            }
            let text = if is_open { self.text(&name)? } else { String::new() };
            let count = repeated(&element, "table:number-columns-repeated");
            let cell = cell_of(&element, text);
            if !cell.text.is_empty() {
                if column.saturating_add(count) > super::MOST_COLUMNS {
                    return Err(Stop::TooWide);
                }
                cells.extend((column..column.saturating_add(count)).map(|column| (column, cell.clone())));
            }
            column = column.saturating_add(count);
        }
    }

    /// The paragraphs of a cell, without its comments.
    fn text(&mut self, cell: &str) -> Result<String, FileFault> {
        let (mut text, mut paragraphs) = (String::new(), 0);
        loop {
            match self.event()? {
                Event::Start(element) | Event::Empty(element) if element.name().as_ref() == "text:p" => {
                    if paragraphs > 0 {
                        text.push('\n');
                    }
                    paragraphs += 1;
                }
                Event::Start(element) if element.name().as_ref() == "office:annotation" => {
                    self.skip("office:annotation")?;
                }
                Event::Empty(element) => match element.name().as_ref() {
                    "text:s" => text.push_str(&" ".repeat(repeated(&element, "text:c").min(100) as usize)),
                    "text:tab" => text.push('\t'),
                    "text:line-break" => text.push('\n'),
                    _ => {}
                },
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::CData(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(entity) => text.push_str(&resolved(&entity)),
                Event::End(element) if element.name().as_ref() == cell => return Ok(text),
                Event::Eof => return Err(broken("the cell does not end")),
                _ => {}
            }
        }
    }
}

fn resolved(entity: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        return c.to_string();
    }
    quick_xml::escape::resolve_predefined_entity(&entity.xml10_content()).unwrap_or_default().to_owned()
}

fn repeated(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name).and_then(|count| count.parse().ok()).unwrap_or(1).clamp(1, MOST_REPEATED)
}

/// Number of rows that an element stands for, and whether they are hidden.
fn row_of(element: &BytesStart<'_>) -> (u32, bool) {
    let visibility = attribute(element, "table:visibility");
    let is_hidden = matches!(visibility.as_deref(), Some("collapse" | "filter"));
    (repeated(element, "table:number-rows-repeated"), is_hidden)
}

/// The value of a cell, of which `text` is what is shown.
fn cell_of(element: &BytesStart<'_>, text: String) -> Cell {
    let value = |name: &str| attribute(element, name).unwrap_or_default();
    if attribute(element, "calcext:value-type").as_deref() == Some("error") || text.starts_with("Err:") {
        return Cell::new(CellKind::Text, text.into()).with(Flaw::ErrorValue);
    }
    match attribute(element, "office:value-type").as_deref() {
        Some("percentage") => number_text_cell(&value("office:value"), &NumberFormat::Percent),
        Some("currency") => {
            let format = sign(&value("office:currency")).map_or(NumberFormat::Plain, NumberFormat::Signed);
            number_text_cell(&value("office:value"), &format)
        }
        Some("float") => number_text_cell(&value("office:value"), &NumberFormat::Plain),
        Some("date") => Cell::new(CellKind::Date, value("office:date-value").into()),
        Some("time") => Cell::new(CellKind::Date, text.into()).with(Flaw::NoDay),
        Some("boolean") => Cell::new(CellKind::Truth, value("office:boolean-value").into()),
        Some("string") => {
            let stated = attribute(element, "office:string-value").filter(|stated| !stated.is_empty());
            Cell::new(CellKind::Text, stated.unwrap_or(text).into())
        }
        _ => match attribute(element, "table:formula") {
            Some(formula) if text.is_empty() => Cell::new(CellKind::Text, formula.into()).with(Flaw::NotComputed),
            _ => Cell::new(CellKind::Text, text.into()),
        },
    }
}
