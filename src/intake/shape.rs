//! Layout of a sheet whose rows are not its records: which cells are filled down, and which columns become rows.

use super::cell::{Cell, CellKind, Flaw};
use super::table::{Field, Kind, Table};
use super::value::notation::Notation;
use super::value::period::Years;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Layout of a sheet, with the columns it concerns.
#[derive(Debug, Clone, Default)]
pub(super) struct Reshape {
    /// Columns whose empty cells have the value above, ascending.
    pub fill: Vec<usize>,
    /// Columns that become rows.
    pub unpivot: Option<Unpivot>,
    /// Columns of another table, added for each row.
    pub lookup: Option<Arc<Lookup>>,
    /// The column with the name of the file or sheet.
    pub label: Option<Label>,
    /// Columns that are added: products of others, and texts of several cells.
    pub products: Vec<Product>,
}

/// Columns of another table.
#[derive(Debug)]
pub(super) struct Lookup {
    /// Column of the table that has the key.
    pub key: usize,
    /// Number of columns that are added, behind those of the file.
    pub added: usize,
    /// Their cells by key.
    pub rows: BTreeMap<Box<str>, Vec<Cell>>,
}

impl Lookup {
    /// Adds the cells for the row `cells`; without a row for its key, each has the key and a flaw.
    pub fn extend(&self, cells: &mut Vec<Cell>) {
        let key = cells.get(self.key).map(|cell| cell.text.trim().to_owned()).unwrap_or_default();
        match self.rows.get(&*key) {
            Some(found) => cells.extend(found.iter().cloned()),
            None if key.is_empty() => cells.resize_with(cells.len() + self.added, Cell::default),
            None => {
                let missing = || Cell::new(CellKind::Text, key.as_str().into()).with(Flaw::NotLookedUp);
                cells.resize_with(cells.len() + self.added, missing);
            }
        }
    }
}

/// A column whose value is the name of the file or sheet.
#[derive(Debug, Clone)]
pub(super) struct Label {
    /// Column of the table that receives it.
    pub field: Field,
    /// Index of the added column.
    pub at: usize,
    /// The value for each file or sheet.
    pub texts: Vec<Box<str>>,
}

/// A column that is added: the product of others, or their texts.
#[derive(Debug, Clone)]
pub(super) struct Product {
    /// Column of the table that receives it.
    pub field: Field,
    /// Columns of the factors.
    pub factors: Vec<usize>,
    /// Reading of each of them.
    pub readings: Vec<Factor>,
    /// Index of the added column.
    pub at: usize,
    /// Notation of the factors; `None` for texts that are joined.
    pub notation: Option<Notation>,
}

/// Reading of a cell that is part of a product or of a joined text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Factor {
    /// The number or text itself.
    Plain,
    /// The rest of 1 without the number, or of 100 for percentages.
    RestOf(u32),
    /// A quarter, if it is a number from 1 to 4.
    Quarter,
    /// A week, if it is a number.
    Week,
    /// The number that is taken off the one before, as a debit off a credit; an empty cell of two is zero.
    Less,
}

/// Source of the year of headings that state none.
#[derive(Debug, Clone)]
pub(super) enum YearSource {
    /// The column with this index.
    Column(usize),
    /// The name of each file or sheet; empty for one that states none.
    Names(Vec<String>),
}

/// Columns that become rows: each has the amounts of one period.
#[derive(Debug, Clone)]
pub(super) struct Unpivot {
    /// Column of the table that receives the heading.
    pub period: Field,
    /// Column of the table that receives the cell.
    pub amount: Field,
    /// The columns of the sheet with their headings.
    pub columns: Vec<(usize, Box<str>)>,
    /// Source of the year of the headings, and the calendar of years.
    pub year: Option<(YearSource, Years)>,
    /// Index of the added column of periods; the amounts follow it.
    pub at: usize,
}

impl Reshape {
    /// Number of columns that the layout adds to those of the file.
    pub fn added(&self) -> usize {
        let labels = usize::from(self.label.is_some());
        self.looked_up() + labels + if self.unpivot.is_some() { 2 } else { self.products.len() }
    }

    /// Number of columns that come from another table.
    pub fn looked_up(&self) -> usize {
        self.lookup.as_ref().map_or(0, |lookup| lookup.added)
    }

    /// Index of the added column that holds `field`.
    pub fn column(&self, field: Field) -> Option<usize> {
        if let Some(label) = self.label.as_ref().filter(|label| label.field == field) {
            return Some(label.at);
        }
        let Some(unpivot) = &self.unpivot else {
            return self.products.iter().find(|product| product.field == field).map(|product| product.at);
        };
        if field == unpivot.period {
            Some(unpivot.at)
        } else if field == unpivot.amount {
            Some(unpivot.at + 1)
        } else {
            None
        }
    }
}

/// The columns that a table with one column per period fills: the period, and the required amount.
pub(super) fn period_and_amount(table: &Table) -> Option<(Field, Field)> {
    let period = table.columns.iter().find(|column| column.kind == Kind::Period)?;
    let is_amount = |kind: Kind| matches!(kind, Kind::Amount | Kind::AmountFromZero);
    let amount = table.columns.iter().find(|column| column.required && is_amount(column.kind))?;
    Some((period.field, amount.field))
}
