//! Extra tables of the book, typed as the manifest declares them: the lists of records that policies read.

use super::api::facts::FactSchema;
use super::api::ids::PARTNER;
use super::outcome_fault::OutcomeFault;
use super::table::FactValue;
use super::{FactKind, ScriptContext};
use crate::channel::{ExtraTable, Name, PartnerBook};
use crate::finding::{Code, Finding, Findings, Place, did_you_mean};
use crate::units::parse_decimal;
use chrono::NaiveDate;
use std::sync::Arc;

/// An extra table as a manifest declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDeclaration {
    /// Name of the file or sheet, and of the list: `partner.<name>`.
    pub name: Name,
    /// Columns with their kinds (see [`FactKind::DECLARABLE`]), in the order written.
    pub columns: Vec<(Name, FactKind)>,
}

impl TableDeclaration {
    /// True for a name that a fact of the partner has already.
    pub fn is_reserved(name: &str) -> bool {
        let context = ScriptContext { is_policy: true, ..ScriptContext::default() };
        FactSchema::new(&context).view(PARTNER).fact(name).is_some()
    }
}

/// All declared tables of a book, typed and found by partner. Cloning shares.
#[derive(Debug, Clone, Default)]
pub struct ExtraTables(Arc<Vec<Typed>>);

#[derive(Debug, PartialEq)]
struct Typed {
    declaration: TableDeclaration,
    /// `None` when the book has no such table.
    rows: Option<Rows>,
}

#[derive(Debug, PartialEq)]
struct Rows {
    /// Offsets at which the rows of each partner begin, and the end of the last; one more than the number of partners.
    starts: Vec<usize>,
    /// One value per declared column, row after row.
    values: Vec<FactValue>,
    /// Cells that are not of their column's kind, by partner, ascending.
    wrong: Vec<(usize, Finding)>,
}

/// Most findings about the cells of one partner and table.
const MAX_FINDINGS: usize = 10;

impl ExtraTables {
    /// Reads the declared tables of a book.
    ///
    /// Fails with one finding for each declared column that a table lacks. A cell that is not of its column's kind is not
    /// known and a fault of its partner, see [`ExtraTables::faults_of`]. Columns that are not declared are left out; so are tables.
    pub fn typed(book: &PartnerBook, declarations: &[TableDeclaration]) -> Result<Self, Findings> {
        let all: Vec<Name> = declarations.iter().map(|declaration| Name::clone(&declaration.name)).collect();
        Self::typed_only(book, declarations, &all)
    }

    /// The same for the tables that are `read`; the others are as if the book had none.
    pub fn typed_only(book: &PartnerBook, declarations: &[TableDeclaration], read: &[Name]) -> Result<Self, Findings> {
        let mut findings = Findings::new();
        let typed = declarations
            .iter()
            .map(|declaration| Typed {
                rows: book
                    .extra_tables
                    .iter()
                    .filter(|_| read.contains(&declaration.name))
                    .find(|table| table.name.eq_ignore_ascii_case(&declaration.name))
                    .map(|table| rows(table, declaration, book.partners.len(), &mut findings)),
                declaration: declaration.clone(),
            })
            .collect();
        if findings.has_errors() { Err(findings) } else { Ok(Self(Arc::new(typed))) }
    }

    /// The tables of one partner alone, as cases state them; `None` for a table that the book does not have.
    pub fn of_one(tables: Vec<(TableDeclaration, Option<Vec<Vec<FactValue>>>)>) -> PartnerRecords {
        let typed = |(declaration, rows): (TableDeclaration, Option<Vec<Vec<FactValue>>>)| Typed {
            rows: rows.map(|rows| Rows { starts: vec![0, rows.len()], values: rows.concat(), wrong: Vec::new() }),
            declaration,
        };
        Self(Arc::new(tables.into_iter().map(typed).collect())).of(0)
    }

    /// Cells of the partner at `index` that are not of their column's kind; at most ten a table.
    pub fn faults_of(&self, index: usize) -> impl Iterator<Item = &Finding> {
        self.0.iter().filter_map(|table| table.rows.as_ref()).flat_map(move |rows| {
            let from = rows.wrong.partition_point(|(partner, _)| *partner < index);
            rows.wrong.iter().skip(from).take_while(move |(partner, _)| *partner == index).map(|(_, finding)| finding)
        })
    }

    /// The records of the partner at `index` in [`PartnerBook::partners`].
    pub fn of(&self, index: usize) -> PartnerRecords {
        PartnerRecords { tables: Arc::clone(&self.0), partner: index }
    }
}

/// The records of one partner. Cloning is cheap.
#[derive(Debug, Clone, PartialEq)]
pub struct PartnerRecords {
    tables: Arc<Vec<Typed>>,
    partner: usize,
}

impl PartnerRecords {
    /// Number of records in the declared table of that name; `None` when the book has no such table.
    pub fn count(&self, name: &str) -> Option<usize> {
        self.len(self.tables.iter().position(|table| *table.declaration.name == *name)?)
    }

    /// Number of records in the table at `table` in the order declared; `None` when the book has no such table.
    pub(super) fn len(&self, table: usize) -> Option<usize> {
        let (from, to) = self.range(self.tables.get(table)?)?;
        Some(to - from)
    }

    /// Value of a declared column of a record.
    pub(super) fn value(&self, table: usize, record: usize, column: usize) -> Option<&FactValue> {
        let typed = self.tables.get(table)?;
        let (from, to) = self.range(typed)?;
        let row = from.checked_add(record).filter(|row| *row < to)?;
        typed.rows.as_ref()?.values.get(row * typed.declaration.columns.len() + column)
    }

    /// Text under `column` of the last record whose text under `key.0` is `key.1`.
    pub(super) fn last_text(&self, table: &str, key: (&str, &str), column: &str) -> Option<Name> {
        let at = self.tables.iter().position(|known| *known.declaration.name == *table)?;
        let columns = &self.tables.get(at)?.declaration.columns;
        let place = |name: &str| columns.iter().position(|(known, _)| **known == *name);
        let (by, of) = (place(key.0)?, place(column)?);
        let text = |record, column| match self.value(at, record, column) {
            Some(FactValue::Text(text)) => Some(text),
            _ => None,
        };
        let record = (0..self.len(at)?).rev().find(|record| text(*record, by).is_some_and(|text| **text == *key.1))?;
        text(record, of).cloned()
    }

    fn range(&self, table: &Typed) -> Option<(usize, usize)> {
        let starts = &table.rows.as_ref()?.starts;
        Some((*starts.get(self.partner)?, *starts.get(self.partner + 1)?))
    }
}

fn rows(table: &ExtraTable, declaration: &TableDeclaration, partners: usize, findings: &mut Findings) -> Rows {
    let columns: Vec<Option<usize>> = declaration
        .columns
        .iter()
        .map(|(name, _)| {
            let found = table.columns.iter().position(|column| column.eq_ignore_ascii_case(name));
            if found.is_none() {
                findings.push(missing_column(table, name));
            }
            found
        })
        .collect();
    let mut values = Vec::with_capacity(table.rows.len() * columns.len());
    let mut starts = Vec::with_capacity(partners + 1);
    let mut wrong: Vec<(usize, Finding)> = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        // Rows ascend by partner: this one's partner and all before it that have no rows begin here.
        while starts.len() <= row.partner {
            starts.push(index);
        }
        for ((name, kind), column) in declaration.columns.iter().zip(&columns) {
            let cell = column.and_then(|column| row.values.get(column)).map_or("", |cell| cell.trim());
            values.push(cell_value(cell, *kind).unwrap_or_else(|code| {
                let of_partner = wrong.iter().rev().take_while(|(partner, _)| *partner == row.partner);
                if of_partner.take(MAX_FINDINGS).count() < MAX_FINDINGS {
                    wrong.push((row.partner, wrong_cell(table, row.row, name, cell, *kind, code)));
                }
                FactValue::NotKnown
            }));
        }
    }
    starts.resize(partners + 1, table.rows.len());
    Rows { starts, values, wrong }
}

fn missing_column(table: &ExtraTable, name: &str) -> Finding {
    let near = did_you_mean(name, table.columns.iter().map(|column| &**column)).map(str::to_owned);
    Finding::from(OutcomeFault::MissingColumn { table: table.name.to_string(), column: name.to_owned(), near })
        .at(Place::file(&*table.name))
}

fn wrong_cell(table: &ExtraTable, row: u64, column: &str, cell: &str, kind: FactKind, code: Code) -> Finding {
    let expected = match kind {
        FactKind::Money | FactKind::Rate => "an exact number such as `1234.50`",
        FactKind::Count => "a whole number",
        FactKind::Truth => "`true` or `false`",
        FactKind::Date => "a date such as `2026-01-31`",
        FactKind::Text | FactKind::List | FactKind::Group => "text",
    };
    let (column_name, declared, text) = (column.to_owned(), kind.to_string(), cell.to_owned());
    Finding::from(OutcomeFault::CellKind { code, column: column_name, declared, cell: text, expected }).at(Place::cell(
        &*table.name,
        row,
        column,
        cell,
    ))
}

/// A cell as its column's kind; an empty cell is not known.
pub(super) fn cell_value(cell: &str, kind: FactKind) -> Result<FactValue, Code> {
    if cell.is_empty() {
        return Ok(FactValue::NotKnown);
    }
    match kind {
        FactKind::Text | FactKind::List | FactKind::Group => Ok(FactValue::Text(cell.into())),
        FactKind::Money => parse_decimal(cell).map(FactValue::Number).map_err(|_| Code::BookAmount),
        FactKind::Rate => parse_decimal(cell).map(FactValue::Number).map_err(|_| Code::BookRate),
        FactKind::Count => cell.parse().map(FactValue::Count).map_err(|_| Code::BookCount),
        FactKind::Truth => match cell.to_ascii_lowercase().as_str() {
            "true" | "yes" => Ok(FactValue::Truth(true)),
            "false" | "no" => Ok(FactValue::Truth(false)),
            _ => Err(Code::BookWord),
        },
        FactKind::Date => cell.parse::<NaiveDate>().map(FactValue::Date).map_err(|_| Code::BookDate),
    }
}
