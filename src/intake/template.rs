//! Empty tables to fill in, made from the tables' declaration.

use super::book_reference::reference;
use super::fault::FileFault;
use super::table::{Column, Kind, Table, TableKind};
use crate::finding::{Finding, Findings, Place};
use rust_xlsxwriter::{Format, FormatAlign, Note, Workbook, XlsxError};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Formats of templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateFormat {
    /// A CSV file per table and a `README.md` with the meaning of every column.
    Csv,
    /// One workbook `book.xlsx` with a sheet per table and a note on every heading.
    Xlsx,
    /// One document `book.json` with an empty list per table and the meaning of every column under `notes`.
    Json,
}

/// Writes empty templates of all tables of a book into `directory`, which is created if it does not exist.
///
/// Returns the files written, in order. Existing files are never overwritten.
pub fn write(directory: &Path, format: TemplateFormat) -> Result<Vec<PathBuf>, Findings> {
    let files = files(format).map_err(|error| unwritable(directory, &error.to_string()))?;
    std::fs::create_dir_all(directory).map_err(|error| unwritable(directory, &error.to_string()))?;
    let existing: Findings = files
        .iter()
        .map(|(name, _)| directory.join(name))
        .filter(|path| path.exists())
        .map(|path| Finding::from(FileFault::Exists {}).at(Place::file(path.display().to_string())))
        .collect();
    if existing.has_errors() {
        return Err(existing);
    }
    let mut written = Vec::new();
    for (name, bytes) in files {
        let path = directory.join(name);
        std::fs::write(&path, bytes).map_err(|error| unwritable(&path, &error.to_string()))?;
        written.push(path);
    }
    Ok(written)
}

fn unwritable(path: &Path, reason: &str) -> Findings {
    let fault = FileFault::TemplateUnwritable { reason: reason.to_owned() };
    Finding::from(fault).at(Place::file(path.display().to_string())).into()
}

/// The templates as name and bytes, in the order of the tables.
pub fn files(format: TemplateFormat) -> Result<Vec<(String, Vec<u8>)>, XlsxError> {
    let tables = || TableKind::BOOK.into_iter().map(TableKind::table);
    Ok(match format {
        TemplateFormat::Csv => {
            let csv = |table: &Table| {
                let names: Vec<&str> = table.names().collect();
                (format!("{}.csv", table.name), format!("{}\n", names.join(",")).into_bytes())
            };
            tables().map(csv).chain([("README.md".to_owned(), readme().into_bytes())]).collect()
        }
        TemplateFormat::Json => vec![("book.json".to_owned(), document().into_bytes())],
        TemplateFormat::Xlsx => vec![("book.xlsx".to_owned(), workbook()?)],
    })
}

fn readme() -> String {
    format!(
        "# Partner book\n\nFill in `partners.csv` and `revenue.csv`; the other tables may stay empty or be removed. An empty \
         value means \"not known\", which is not the same as 0.\n\n{}",
        reference()
    )
}

fn document() -> String {
    let mut root = Map::new();
    let mut notes = Map::new();
    for table in TableKind::BOOK.into_iter().map(TableKind::table) {
        let columns: Map<String, Value> =
            table.columns.iter().map(|column| (column.field.name().to_owned(), json!(note(column)))).collect();
        notes.insert(table.name.to_owned(), Value::Object(columns));
    }
    root.insert("currency".to_owned(), json!("USD"));
    root.insert("notes".to_owned(), Value::Object(notes));
    root.extend(TableKind::BOOK.into_iter().map(|kind| (kind.name().to_owned(), json!([]))));
    format!("{:#}\n", Value::Object(root))
}

/// Describes a column: meaning, notation, and whether it is required.
fn note(column: &Column) -> String {
    let required = if column.required { "Required." } else { "May be empty." };
    let unit = if column.unit.is_empty() { String::new() } else { format!(" Unit: {}.", column.unit) };
    format!("{} Written as {}.{unit} {required}", column.doc, column.kind.notation().replace('`', ""))
}

fn workbook() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A fixed date keeps the bytes the same every time.
    let created = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&created));
    let heading = Format::new().set_bold().set_align(FormatAlign::Left);
    let required = heading.clone().set_background_color("#FFF2CC");
    let text = Format::new().set_num_format("@");
    for table in TableKind::BOOK.into_iter().map(TableKind::table) {
        let sheet = workbook.add_worksheet();
        sheet.set_name(table.name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (index, column) in (0u16..).zip(table.columns) {
            let format = if column.required { &required } else { &heading };
            sheet.write_with_format(0, index, column.field.name(), format)?;
            sheet.insert_note(0, index, &Note::new(note(column)).add_author_prefix(false))?;
            sheet.set_column_width(index, 18)?;
            // As text, identifiers keep their zeros and months stay months.
            if matches!(column.kind, Kind::Identifier | Kind::Period) {
                sheet.set_column_format(index, &text)?;
            }
        }
    }
    workbook.save_to_buffer()
}
