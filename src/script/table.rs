//! Lookup tables: CSV files beside the rules that `lookup` and `has_row` read.

use super::FactKind;
use super::table_key::{Key, KeyColumn, key_columns};
use crate::channel::Name;
use crate::decision::table::reach;
use crate::document::delimited::{Record, Records};
use crate::finding::{Checked, Code, Finding, Findings, Place, did_you_mean};
use crate::units::parse_decimal;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;
use std::sync::Arc;

/// Findings of one cause that are stored; further ones are counted.
const MAX_ALIKE: usize = 20;

/// A value of a lookup table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    /// The cell is empty.
    NotKnown,
    /// Exact number.
    Number(Decimal),
    /// Whole number.
    Count(i64),
    /// `true` or `false`.
    Truth(bool),
    /// Day.
    Date(NaiveDate),
    /// Text.
    Text(Name),
}

/// One lookup table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name under which scripts know it: the file's name without `.csv`.
    pub name: Name,
    /// Path of the file, for findings.
    pub file: Name,
    /// Columns after the key, in file order, each with the kind that all its values have: [`FactKind::Count`],
    /// [`FactKind::Rate`] (any number), [`FactKind::Truth`], [`FactKind::Date`] or [`FactKind::Text`].
    pub columns: Vec<(Name, FactKind)>,
    /// Key columns: the first, or those whose headings end in `=` or `>=`.
    pub keys: Vec<KeyColumn>,
    /// One row for each combination of keys, one value per column.
    pub rows: BTreeMap<Vec<Key>, Vec<FactValue>>,
    /// Line of each row in the file, in the order of `rows`.
    lines: Vec<u64>,
}

/// The lookup tables of a vendor, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables(BTreeMap<Name, Table>);

impl Tables {
    /// Returns the tables; of two with the same name the later one is used.
    pub fn new(tables: impl IntoIterator<Item = Table>) -> Self {
        Self(tables.into_iter().map(|table| (Arc::clone(&table.name), table)).collect())
    }

    /// The table of that name.
    pub fn get(&self, name: &str) -> Option<&Table> {
        self.0.get(name)
    }

    /// All tables, ascending by name.
    pub fn iter(&self) -> impl Iterator<Item = &Table> {
        self.0.values()
    }

    /// Names of all tables, ascending.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }
}

impl Table {
    /// Reads a table from CSV text: the first column is the key, an empty cell is "not known".
    ///
    /// `path` is the file's path relative to the vendor's directory; its last part without `.csv` names the table.
    /// Every finding is reported with its row and column.
    pub fn parse(path: &str, text: &str) -> Checked<Self> {
        let mut findings = Findings::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (mut records, mut record) = (Records::new(text, b',', 1), Record::default());
        let mut header: Vec<String> = Vec::new();
        while header.is_empty() && records.read(&mut record) {
            check_quotes(path, &record, &[], &mut findings);
            if !record.is_blank() {
                header = texts(&record);
            }
        }
        check_header(path, &header, &mut findings);
        let cells = read_cells(path, &header, records, &mut findings);
        odd_cells(path, &header, &cells, &mut findings);
        if findings.has_errors() {
            return Checked::refused(findings);
        }
        let kinds: Vec<FactKind> =
            (0..header.len()).map(|column| kind_of(cells.values().filter_map(|row| row.cells.get(column)))).collect();
        let key_columns = key_columns(&header);
        let keys: Vec<KeyColumn> = key_columns
            .iter()
            .map(|(name, is_band)| KeyColumn { name: Name::from(*name), kind: FactKind::Text, is_band: *is_band })
            .zip(&kinds)
            .map(|(key, kind)| KeyColumn { kind: if key.is_band { *kind } else { FactKind::Text }, ..key })
            .collect();
        let (mut rows, mut lines) = (BTreeMap::new(), BTreeMap::new());
        for row in cells.values() {
            let key: Option<Vec<Key>> = keys.iter().zip(&row.cells).map(|(column, cell)| column.key(cell)).collect();
            let values = row.cells.iter().zip(&kinds).skip(keys.len()).map(|(cell, kind)| typed(cell, *kind)).collect();
            let is_new = |key: Vec<Key>| {
                lines.insert(key.clone(), row.line);
                rows.insert(key, values).is_none()
            };
            if !key.is_some_and(is_new) {
                let (heading, cell) = (&header[keys.len() - 1], &row.cells[keys.len() - 1]);
                let fault = LookupFault::Band { column: heading.clone(), cell: cell.clone() };
                findings.push_capped(Finding::from(fault).at(Place::cell(path, row.line, heading, cell)), MAX_ALIKE);
            }
        }
        if findings.has_errors() {
            return Checked::refused(findings);
        }
        let columns = header.iter().zip(kinds).skip(keys.len()).map(|(name, kind)| (Name::from(name.as_str()), kind));
        let (name, file, columns) = (Name::from(stem(path)), Name::from(path), columns.collect());
        Checked::accepted(Self { name, file, columns, keys, rows, lines: lines.into_values().collect() }, findings)
    }

    /// The row of these keys, one for each key column; of a band the row with the largest start that is not above the key.
    pub fn row(&self, keys: &[Key]) -> Option<&[FactValue]> {
        let upto = (Bound::Unbounded, Bound::Included(keys));
        if !self.keys.last().is_some_and(|last| last.is_band) {
            let row = self.rows.get(keys)?;
            reach(&self.file, || self.last_line(upto));
            return Some(row);
        }
        let (found, row) = self.rows.range::<[Key], _>(upto).next_back()?;
        let exact = keys.len().checked_sub(1)?;
        let row = (found.get(..exact) == keys.get(..exact)).then_some(row)?;
        reach(&self.file, || self.last_line(upto));
        Some(row)
    }

    /// Lines of the rows in the file, in the order of their keys.
    pub fn lines(&self) -> &[u64] {
        &self.lines
    }

    /// Line of the last row up to a key; empty without one.
    fn last_line(&self, upto: (Bound<&[Key]>, Bound<&[Key]>)) -> Vec<u64> {
        let rows = self.rows.range::<[Key], _>(upto).count();
        rows.checked_sub(1).and_then(|at| self.lines.get(at)).copied().into_iter().collect()
    }

    /// Index of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| &**column == name)
    }

    /// The column whose name is nearest to `name`.
    pub(super) fn nearest_column(&self, name: &str) -> Option<&str> {
        did_you_mean(name, self.columns.iter().map(|(column, _)| &**column))
    }
}

/// A row as written, with its line in the file.
struct Row {
    line: u64,
    cells: Vec<String>,
}

crate::faults! {
    /// Faults of a lookup table.
    pub(super) enum LookupFault {
        /// The table has only a key column.
        TooFewColumns {} = TableInvalid {
            message: "a lookup table needs a key column and at least one more",
            help: "write a header such as `territory,growth`",
        }
        /// A column has no name.
        UnnamedColumn { column: usize } = TableInvalid {
            message: format!("column {column} has no name"),
            help: "name it in the header, or remove it",
        }
        /// Two columns have the same name.
        DuplicateColumn { column: String } = TableInvalid {
            message: format!("duplicate column `{column}`"),
            help: "rename or remove one of them",
        }
        /// A band is not the last of the keys.
        BandOrder { column: String } = TableInvalid {
            message: format!("the band `{column}` is not the last of the keys"),
            help: "write the exact keys first; for several bands use a decision table",
        }
        /// A key column comes after a value column.
        LateKey { column: String } = TableInvalid {
            message: format!("the key `{column}` comes after a column of values"),
            help: "write the keys first",
        }
        /// The start of a band is neither a number nor a date, or is repeated.
        Band { column: String, cell: String } = TableInvalid {
            message: format!("`{cell}` in `{column}` is not a number or date like the others, or is repeated"),
            help: "write where each band begins, once, such as `0` and `100000`",
            varying: [cell],
        }
        /// A row has another number of fields than the header.
        RowLength { fields: usize, header: usize } = TableInvalid {
            message: format!("the row has {fields} fields, the header has {header}"),
            help: "put texts with commas into double quotes",
        }
        /// A row has no key.
        MissingKey {} = TableInvalid {
            message: "the row has no key",
            help: "write a value into each key column, or remove the row",
        }
        /// A cell is of another kind than the others of its column, which makes all of them texts.
        OddCell { cell: String, column: String, others: &'static str } = TableInvalid {
            message: format!("`{cell}` is not {others}, so that the whole column `{column}` is read as text"),
            help: match *others {
                "a date" => "write year, month and day: `2026-01-31`",
                _ => "write digits with a point, such as `1250.50`; leave the cell empty where nothing is known",
            },
            severity: Warning,
        }
        /// Two rows have the same key.
        DuplicateKey { key: String } = TableInvalid {
            message: format!("duplicate key `{key}`"),
            help: "keep one row per key",
            varying: [key],
        }
    }
}

fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".csv").unwrap_or(file)
}

fn check_header(path: &str, header: &[String], findings: &mut Findings) {
    if header.len() < 2 {
        findings.push(Finding::from(LookupFault::TooFewColumns {}).at(Place::file(path)));
    }
    let keys = key_columns(header);
    if keys.len() >= header.len() && header.len() >= 2 {
        findings.push(Finding::from(LookupFault::TooFewColumns {}).at(Place::file(path)));
    }
    for (index, name) in header.iter().enumerate() {
        let place = || Place::cell(path, 1, name, name);
        if index + 1 < keys.len() && name.ends_with(">=") {
            findings.push(Finding::from(LookupFault::BandOrder { column: name.clone() }).at(place()));
        } else if index >= keys.len() && name.ends_with('=') {
            findings.push(Finding::from(LookupFault::LateKey { column: name.clone() }).at(place()));
        }
        if name.is_empty() {
            let fault = LookupFault::UnnamedColumn { column: index + 1 };
            findings.push(Finding::from(fault).at(Place::cell(path, 1, "", "")));
        } else if header[..index].contains(name) {
            let fault = LookupFault::DuplicateColumn { column: name.clone() };
            findings.push(Finding::from(fault).at(Place::cell(path, 1, name, name)));
        }
    }
}

fn texts(record: &Record<'_>) -> Vec<String> {
    record.fields.iter().map(|field| field.to_string()).collect()
}

/// Reports a misplaced double quote.
fn check_quotes(path: &str, record: &Record<'_>, header: &[String], findings: &mut Findings) {
    if let Some(misquoted) = &record.misquoted {
        let heading = header.get(misquoted.column).map_or("", String::as_str);
        findings.push(misquoted.finding(Code::TableInvalid, path, record.row, heading));
    }
}

fn read_cells(
    path: &str,
    header: &[String],
    mut records: Records<'_>,
    findings: &mut Findings,
) -> BTreeMap<Vec<String>, Row> {
    let keys = key_columns(header).len();
    let mut rows: BTreeMap<Vec<String>, Row> = BTreeMap::new();
    let mut record = Record::default();
    while records.read(&mut record) {
        check_quotes(path, &record, header, findings);
        if record.is_blank() || record.misquoted.is_some() {
            continue;
        }
        let (line, row) = (record.row, texts(&record));
        if row.len() != header.len() {
            let fault = LookupFault::RowLength { fields: row.len(), header: header.len() };
            findings.push_capped(Finding::from(fault).at(Place::cell(path, line, "", row.join(","))), MAX_ALIKE);
            continue;
        }
        let key = row[..keys.min(row.len())].to_vec();
        if let Some(empty) = key.iter().position(String::is_empty) {
            let place = Place::cell(path, line, &header[empty], "");
            findings.push_capped(Finding::from(LookupFault::MissingKey {}).at(place), MAX_ALIKE);
            continue;
        }
        match rows.entry(key) {
            Entry::Vacant(free) => {
                free.insert(Row { line, cells: row });
            }
            Entry::Occupied(taken) => {
                let key = taken.key().join(", ");
                let place = Place::cell(path, line, &header[0], &key);
                let fault = LookupFault::DuplicateKey { key };
                findings.push_capped(Finding::from(fault).at(place), MAX_ALIKE);
            }
        }
    }
    rows
}

/// Reports single cells that turn a column of numbers or dates into one of texts.
fn odd_cells(path: &str, header: &[String], rows: &BTreeMap<Vec<String>, Row>, findings: &mut Findings) {
    let cell = |row: &Row, index: usize| {
        Place::cell(
            path,
            row.line,
            header.get(index).map_or("", String::as_str),
            row.cells.get(index).map_or("", String::as_str),
        )
    };
    let is_number = |cell: &str| is_plain_number(cell) && parse_decimal(cell).is_ok();
    let is_date = |cell: &str| cell.parse::<NaiveDate>().is_ok();
    // A code such as `A1` is a text; what has digits and signs only is a number or a date in another form.
    let is_meant = |cell: &str| !cell.contains(char::is_alphabetic) && cell.contains(|c: char| c.is_ascii_digit());
    let first = key_columns(header).iter().take_while(|(_, is_band)| !is_band).count();
    for (index, column) in header.iter().enumerate().skip(first) {
        let text = |row: &Row| row.cells.get(index).cloned().unwrap_or_default();
        let filled: Vec<(&Row, String)> =
            rows.values().map(|row| (row, text(row))).filter(|(_, text)| !text.is_empty()).collect();
        for (is_kind, others) in [(&is_number as &dyn Fn(&str) -> bool, "a number"), (&is_date, "a date")] {
            let odd: Vec<&(&Row, String)> = filled.iter().filter(|(_, text)| !is_kind(text)).collect();
            if odd.len() * 3 > filled.len() || !odd.iter().all(|(_, text)| is_meant(text)) {
                continue;
            }
            for (row, text) in odd {
                let fault = LookupFault::OddCell { cell: text.clone(), column: column.clone(), others };
                findings.push_capped(Finding::from(fault).at(cell(row, index)), MAX_ALIKE);
            }
        }
    }
}

/// The narrowest kind that all non-empty cells of a column have; text when all are empty.
fn kind_of<'a>(cells: impl Iterator<Item = &'a String>) -> FactKind {
    let cells: Vec<&str> = cells.map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    let all = |test: &dyn Fn(&str) -> bool| !cells.is_empty() && cells.iter().all(|cell| test(cell));
    if all(&|cell| matches!(cell, "true" | "false")) {
        FactKind::Truth
    } else if all(&|cell| is_plain_number(cell) && cell.parse::<i64>().is_ok()) {
        FactKind::Count
    } else if all(&|cell| is_plain_number(cell) && parse_decimal(cell).is_ok()) {
        FactKind::Rate
    } else if all(&|cell| cell.parse::<NaiveDate>().is_ok()) {
        FactKind::Date
    } else {
        FactKind::Text
    }
}

/// `007` and `+1` are codes, not numbers.
fn is_plain_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && (!digits.starts_with('0') || digits == "0" || digits.starts_with("0."))
}

fn typed(cell: &str, kind: FactKind) -> FactValue {
    if cell.is_empty() {
        return FactValue::NotKnown;
    }
    let value = match kind {
        FactKind::Truth => Some(FactValue::Truth(cell == "true")),
        FactKind::Count => cell.parse().ok().map(FactValue::Count),
        FactKind::Money | FactKind::Rate => parse_decimal(cell).ok().map(FactValue::Number),
        FactKind::Date => cell.parse().ok().map(FactValue::Date),
        FactKind::Text | FactKind::List | FactKind::Group => None,
    };
    value.unwrap_or_else(|| FactValue::Text(Name::from(cell)))
}
