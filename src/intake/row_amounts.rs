//! Amounts of the rows of a sheet, as far as they can be read, without findings.

use super::binding::{Binding, Source};
use super::cell::Fields;
use super::reshape::Reshaping;
use super::row::Row;
use super::shared::Shared;
use super::sheet::Sheet;
use super::table::{Column, Field, Kind};
use rust_decimal::Decimal;

/// Amounts of the rows of a sheet, one for each of its columns of amounts.
pub(super) struct Amounts<'a> {
    sheet: &'a Sheet,
    binding: &'a Binding<'a>,
    columns: Vec<Field>,
    scratch: Shared,
}

impl<'a> Amounts<'a> {
    pub fn of(sheet: &'a Sheet, binding: &'a Binding<'a>, shared: &Shared) -> Self {
        let is_amount = |kind: Kind| matches!(kind, Kind::Amount | Kind::AmountFromZero);
        let columns = binding.table.columns.iter().filter(|column| is_amount(column.kind)).map(|column| column.field);
        let columns = columns.filter(|field| matches!(binding.source(*field), Source::Column(_))).collect();
        let mut scratch = Shared::default();
        (scratch.calendar, scratch.default_currency) = (shared.calendar, shared.default_currency);
        scratch.stated_currency.clone_from(&shared.stated_currency);
        Self { sheet, binding, columns, scratch }
    }

    /// Number of columns of amounts.
    pub fn count(&self) -> usize {
        match self.sheet.reshape.as_ref().and_then(|shape| shape.unpivot.as_ref()) {
            Some(unpivot) => unpivot.columns.len(),
            None => self.columns.len(),
        }
    }

    /// True when the cell of the month, period or date of the row is one.
    pub fn has_date(&mut self, number: u64, fields: Fields<'_>) -> bool {
        let binding = self.binding;
        let is_column = |column: &&Column| {
            // A column of periods that the layout adds is a heading, not a cell of the row.
            matches!(binding.source(column.field), Source::Column(index) if *index < self.sheet.columns())
        };
        let mut row = Row { binding, fields, number, shared: &mut self.scratch };
        binding.table.columns.iter().filter(is_column).any(|column| match column.kind {
            Kind::Period => row.period(column.field).is_ok_and(|period| period.is_some()),
            Kind::Date => row.date(column.field).is_ok_and(|date| date.is_some()),
            _ => false,
        })
    }

    /// The amounts of a row; `None` where there is none, or none that can be read.
    pub fn read(&mut self, number: u64, fields: Fields<'_>) -> Vec<Option<Decimal>> {
        let mut amounts = vec![None; self.count()];
        let (binding, columns, scratch) = (self.binding, &self.columns, &mut self.scratch);
        let is_unpivoted = self.sheet.reshape.as_ref().is_some_and(|shape| shape.unpivot.is_some());
        let mut of = |field: Field, fields: Fields<'_>| {
            let mut row = Row { binding, fields, number, shared: scratch };
            row.amount(field).ok().flatten().map(|money| money.amount())
        };
        if is_unpivoted {
            Reshaping::of(self.sheet).each(number, fields, |index, fields| {
                if let (Some(amount), Some(field)) = (amounts.get_mut(index), columns.first()) {
                    *amount = of(*field, fields);
                }
            });
        } else {
            for (amount, field) in amounts.iter_mut().zip(columns) {
                *amount = of(*field, fields);
            }
        }
        amounts
    }
}

/// Sum of the amounts of a row; `None` when it has none.
pub(super) fn sum_of(amounts: &[Option<Decimal>]) -> Option<Decimal> {
    let mut present = amounts.iter().flatten().peekable();
    present.peek()?;
    present.try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(*amount))
}
