//! A table as it was found: its place, its headings, and its rows as strings.

use super::cell::{Cell, Fields};
use super::order::order_of;
use super::shape::Reshape;
use crate::cancel::{STOPPED, is_cancelled};
use crate::finding::{Place, counted};
use std::sync::Arc;

/// Naming of rows in findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Numbering {
    /// Rows of a file or sheet, from 1, the heading included.
    Rows,
    /// Members of a list in a JSON document: pointer of the list; rows count from 0.
    Members(String),
}

/// A table as found.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    /// File as the user knows it, `file!Sheet` for workbooks.
    pub file: String,
    /// Naming of rows.
    pub numbering: Numbering,
    /// Row number of the heading.
    pub heading_row: u64,
    /// Headings, trimmed.
    pub headings: Arc<[String]>,
    /// The rows.
    pub rows: Rows,
    /// Layout that differs from one row per record.
    pub reshape: Option<Reshape>,
}

/// Rows of a sheet.
#[derive(Debug, Clone)]
pub(super) enum Rows {
    /// Text of a CSV file, header and rows above it included.
    Csv(super::delimited::Delimited),
    /// Numbered rows, header and rows above it included.
    Grid(Vec<(u64, Vec<Cell>)>),
    /// Members of a list in a JSON document.
    Json(super::json::Members),
    /// The rows of several files or sheets with the same columns, one after the other.
    Parts(Vec<Part>),
}

/// One of several files or sheets that are read as one table.
#[derive(Debug, Clone)]
pub(super) struct Part {
    sheet: Sheet,
    /// Place of every column of the first part in this one; `None` where the order is the same.
    order: Option<Vec<usize>>,
}

/// Bits of a row's number below the number of its part.
const PART_BITS: u32 = 40;

/// The number of a row in part `part` of a table.
fn in_part(part: usize, row: u64) -> u64 {
    ((part as u64) << PART_BITS) | row
}

/// Index of the part of a table that has the row numbered `row`.
pub(super) fn part_of(row: u64) -> usize {
    usize::try_from(row >> PART_BITS).unwrap_or_default()
}

/// Places of rows; cheap to store after the sheet's rows are dropped.
#[derive(Debug, Clone)]
pub(super) struct Location {
    /// File as the user knows it.
    pub file: String,
    /// Naming of rows.
    pub numbering: Numbering,
    /// Files of the further parts, if the table has several.
    pub further: Vec<String>,
}

impl Location {
    /// The file that has `row`, and the row's number there.
    fn part(&self, row: u64) -> (&str, u64) {
        let file = self.part_of(row).checked_sub(1).and_then(|part| self.further.get(part)).unwrap_or(&self.file);
        (file, row & ((1 << PART_BITS) - 1))
    }

    /// Index of the part that has `row`.
    pub fn part_of(&self, row: u64) -> usize {
        part_of(row)
    }

    /// The file that has `row`.
    pub fn file_of(&self, row: u64) -> &str {
        self.part(row).0
    }

    /// The number of `row` in its file.
    pub fn row_in_file(&self, row: u64) -> u64 {
        self.part(row).1
    }

    /// The files as people read them.
    pub fn shown(&self) -> String {
        match self.further.len() {
            0 => self.file.clone(),
            more => format!("{} and {more} more", self.file),
        }
    }

    /// The place of the table as a whole.
    pub fn whole(&self) -> Place {
        Place::file(self.file.clone())
    }

    /// The place of a value in `row`; `column` empty for the whole row.
    pub fn place(&self, row: u64, column: &str, value: &str) -> Place {
        let value = super::log::shown(value);
        let (file, row) = self.part(row);
        match &self.numbering {
            Numbering::Rows => Place::cell(file, row, column, value),
            Numbering::Members(list) => {
                let mut pointer = format!("{list}/{row}");
                if !column.is_empty() {
                    pointer.push('/');
                    pointer.push_str(&column.replace('~', "~0").replace('/', "~1"));
                }
                Place::Member { file: file.to_owned(), pointer, value }
            }
        }
    }

    /// True for a file or sheet, false for a list in a JSON document.
    pub fn is_of_file(&self) -> bool {
        self.numbering == Numbering::Rows
    }

    /// `row 12` or `member 11`.
    pub fn row_word(&self, row: u64) -> String {
        let (file, row) = self.part(row);
        match self.numbering {
            Numbering::Rows if file != self.file => format!("row {row} of `{file}`"),
            Numbering::Rows => format!("row {row}"),
            Numbering::Members(_) => format!("member {row}"),
        }
    }
}

impl Sheet {
    /// A table whose header is the row `heading_row`; rows up to it are not data.
    pub fn new(file: String, numbering: Numbering, heading_row: u64, headings: Vec<String>, rows: Rows) -> Self {
        Self { file, numbering, heading_row, headings: headings.into(), rows, reshape: None }
    }

    /// Places of the sheet's rows.
    pub fn location(&self) -> Location {
        let further = match &self.rows {
            Rows::Parts(parts) => parts.iter().skip(1).map(|part| part.sheet.file.clone()).collect(),
            Rows::Csv(_) | Rows::Grid(_) | Rows::Json(_) => Vec::new(),
        };
        Location { file: self.file.clone(), numbering: self.numbering.clone(), further }
    }

    /// The table whose rows are those of this one and of `further`.
    pub fn followed_by(self, further: Vec<Part>) -> Self {
        let (file, numbering) = (self.file.clone(), self.numbering.clone());
        let (heading_row, headings, reshape) = (self.heading_row, Arc::clone(&self.headings), None);
        let first = Part { sheet: self, order: None };
        let rows = Rows::Parts([first].into_iter().chain(further).collect());
        Self { file, numbering, heading_row, headings, rows, reshape }
    }

    /// The sheet as a further part of `first`; `None` unless it has the same columns.
    pub fn into_part_of(self, first: &Self) -> Option<Part> {
        let [of_first, own] = [first, &self].map(|sheet| sheet.headings.iter().map(String::as_str).collect::<Vec<_>>());
        let order = order_of(&of_first, &own).filter(|_| self.numbering == first.numbering)?;
        Some(Part { sheet: self, order: Some(order).filter(|order| !order.is_sorted()) })
    }

    /// The files or sheets that the table consists of.
    pub fn files(&self) -> Vec<&str> {
        match &self.rows {
            Rows::Parts(parts) => parts.iter().map(|part| part.sheet.file.as_str()).collect(),
            Rows::Csv(_) | Rows::Grid(_) | Rows::Json(_) => vec![self.file.as_str()],
        }
    }

    /// Number of columns that the file has.
    pub fn columns(&self) -> usize {
        self.headings.len() - self.reshape.as_ref().map_or(0, |reshape| reshape.added())
    }

    /// Indices of the columns that come from another table.
    pub fn looked_up(&self) -> std::ops::Range<usize> {
        let columns = self.columns();
        columns..columns + self.reshape.as_ref().map_or(0, |reshape| reshape.looked_up())
    }

    /// The first `most` rows that have content, whichever of them is the header; none for a JSON document.
    pub fn top(&self, most: usize) -> Vec<(u64, Vec<Cell>)> {
        let mut top = Vec::new();
        match &self.rows {
            Rows::Csv(csv) => csv.top(most, |row, fields| top.push((row, fields.to_cells()))),
            Rows::Grid(rows) => top.extend(rows.iter().take(most).cloned()),
            Rows::Json(_) => {}
            Rows::Parts(parts) => return parts.first().map(|first| first.sheet.top(most)).unwrap_or_default(),
        }
        top
    }

    /// Makes the rows `first` to `last` of `top` the header, as [`joined`] makes one of them.
    pub fn set_header_of_rows(&mut self, top: &[(u64, Vec<Cell>)], first: u64, last: u64) {
        let rows = top.iter().filter(|(row, _)| (first..=last).contains(row));
        let rows: Vec<&[Cell]> = rows.map(|(_, cells)| cells.as_slice()).collect();
        if rows.is_empty() {
            return;
        }
        self.heading_row = last;
        self.headings = joined(&rows).into();
    }

    /// Makes `cells` of the row `row` the header.
    pub fn set_header(&mut self, row: u64, cells: &[Cell]) {
        self.heading_row = row;
        self.headings = cells.iter().map(|cell| cell.text.trim().to_owned()).collect();
    }

    /// Calls `each` for every row below the header in order; returns the row at which reading stopped, and why.
    pub fn for_each(&self, mut each: impl FnMut(u64, Fields<'_>)) -> Result<(), (u64, String)> {
        let Rows::Parts(parts) = &self.rows else { return self.for_each_of_one(each) };
        for (place, part) in parts.iter().enumerate() {
            part.for_each(|row, fields| each(in_part(place, row), fields))
                .map_err(|(row, reason)| (in_part(place, row), reason))?;
        }
        Ok(())
    }

    /// The same for a table of one file or sheet.
    fn for_each_of_one(&self, mut each: impl FnMut(u64, Fields<'_>)) -> Result<(), (u64, String)> {
        match &self.rows {
            Rows::Csv(csv) => csv.for_each(self.heading_row, each),
            Rows::Json(members) => members.for_each(&self.headings, each),
            Rows::Grid(rows) => {
                for (row, cells) in rows.iter().filter(|(row, _)| *row > self.heading_row) {
                    if is_cancelled() {
                        return Err((*row, STOPPED.to_owned()));
                    }
                    each(*row, Fields::Cells(cells));
                }
                Ok(())
            }
            // A part has no parts.
            Rows::Parts(_) => Ok(()),
        }
    }
}

/// The headings of a header of several rows: what the rows write one below the other is joined, and a blank cell above a
/// heading has the value to its left.
pub(super) fn joined(rows: &[&[Cell]]) -> Vec<String> {
    let Some((lowest, upper)) = rows.split_last() else { return Vec::new() };
    let width = rows.iter().map(|cells| cells.len()).max().unwrap_or_default();
    let text = |cells: &[Cell], index: usize| cells.get(index).map_or("", |cell| cell.text.trim()).to_owned();
    let mut headings: Vec<Vec<String>> = vec![Vec::new(); width];
    for cells in upper {
        let mut left = String::new();
        for (index, heading) in headings.iter_mut().enumerate() {
            let own = text(cells, index);
            let is_above = !text(lowest, index).is_empty();
            if !own.is_empty() {
                left.clone_from(&own);
            }
            heading.extend([if is_above { left.clone() } else { own }].into_iter().filter(|one| !one.is_empty()));
        }
    }
    for (index, heading) in headings.iter_mut().enumerate() {
        heading.extend([text(lowest, index)].into_iter().filter(|one| !one.is_empty()));
    }
    headings.iter().map(|heading| heading.join(" ")).collect()
}

impl Part {
    /// Calls `each` for every row, with its cells in the order of the first part.
    fn for_each(&self, mut each: impl FnMut(u64, Fields<'_>)) -> Result<(), (u64, String)> {
        let Some(order) = &self.order else { return self.sheet.for_each_of_one(each) };
        let mut broken = None;
        self.sheet.for_each_of_one(|row, fields| {
            let mut cells = fields.to_cells();
            // The cells of a row of another width have no column.
            if cells.len() > order.len() || (matches!(fields, Fields::Record(_)) && cells.len() < order.len()) {
                let (fields, columns) = (counted(cells.len(), "field"), counted(order.len(), "column"));
                broken.get_or_insert((row, format!("the row has {fields}, and the header has {columns}")));
            }
            if broken.is_some() {
                return;
            }
            cells.resize_with(order.len(), Cell::default);
            let cells: Vec<Cell> = order.iter().map(|place| std::mem::take(&mut cells[*place])).collect();
            each(row, Fields::Cells(&cells));
        })?;
        broken.map_or(Ok(()), Err)
    }
}
