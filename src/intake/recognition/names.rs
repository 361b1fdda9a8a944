//! The name of each file or sheet as the value of a column.

use super::super::cell::{Cell, CellKind, Fields};
use super::super::mapping::NamesMap;
use super::super::sheet::part_of;
use super::super::table::Field;
use super::text::quoted;

/// A column whose values are the names of files or sheets.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub map: NamesMap,
    /// Index of the column, behind those of the files.
    pub at: usize,
    /// The value for each file or sheet.
    pub texts: Vec<Box<str>>,
    /// The tables of the store.
    pub tables: Vec<usize>,
}

impl Names {
    /// Calls `each` with the row `fields`, with the name of its file or sheet where there are `names`.
    pub fn add(names: Option<&Self>, row: u64, fields: Fields<'_>, each: &mut dyn FnMut(u64, Fields<'_>)) {
        let Some(names) = names else { return each(row, fields) };
        let mut cells = fields.to_cells();
        cells.resize(names.at, Cell::default());
        let text = names.texts.get(part_of(row)).cloned().unwrap_or_default();
        cells.push(Cell::new(CellKind::Text, text));
        each(row, Fields::Cells(&cells));
    }

    /// The value of the key `names`.
    pub fn value(&self) -> String {
        let word = self.map.word.as_ref().map(|word| format!(", word = {}", quoted(word)));
        let year = self.map.year.map(|year| format!(", year = {year}"));
        let (word, year) = (word.unwrap_or_default(), year.unwrap_or_default());
        format!("{{ column = {}{word}{year} }}", quoted(self.map.column.name()))
    }

    /// Reason for it, and the question about it.
    pub fn about(&self) -> (String, String) {
        let (what, first) = (if self.map.column == Field::Month { "month" } else { "partner" }, self.texts.first());
        let first = first.map_or("", |text| text);
        let reason = format!("each file or sheet has one {what}, which its name states");
        let question = format!(
            "no column has the {what}, so it is the name of each of the {} files or sheets, such as `{first}`: is that right?",
            self.texts.len()
        );
        (reason, question)
    }
}
