//! Amounts of the rows of a table as the proposed section reads them.

use super::super::cell::Fields;
use super::super::table::Field;
use super::super::value::notation::{DecimalSign, Notation, ThousandsSign};
use super::super::value::number;
use super::profile::Profile;
use super::section::Draft;
use rust_decimal::Decimal;

/// The notation that the section states so far.
pub(super) fn notation(draft: &Draft<'_>) -> Notation {
    let sign = |key: &str| draft.section.value(key).map(|value| value.trim_matches('"').to_owned());
    Notation {
        decimal: sign("decimal").and_then(|sign| DecimalSign::new(&sign)),
        thousands: sign("thousands").and_then(|sign| ThousandsSign::new(&sign)),
        dash: None,
    }
}

/// The number in a cell; `None` when it is none.
pub(super) fn number(text: &str, notation: Notation) -> Option<Decimal> {
    number::read(text, notation).ok().map(|number| number.value)
}

/// Indices of the columns of amounts in the table itself: the periods, or the bound amount.
pub(super) fn amount_columns(draft: &Draft<'_>, periods: &[usize]) -> Vec<usize> {
    if !periods.is_empty() {
        return periods.to_vec();
    }
    let bound = draft.bound.iter().filter(|(field, _)| *field == Field::Amount).map(|(_, column)| *column);
    let is_own = |column: &&super::profile::Column| draft.profile.columns.iter().any(|own| std::ptr::eq(own, *column));
    bound.filter(is_own).map(|column| column.index).collect()
}

/// The amount of a row: the sum of its columns, or their product where the section multiplies them.
#[derive(Debug, Clone)]
pub(super) struct RowAmount {
    columns: Vec<usize>,
    is_product: bool,
    /// True for the first column less the second.
    is_difference: bool,
    notation: Notation,
}

impl RowAmount {
    /// The amounts of the rows of `draft`; not known for more than two factors and for another table.
    pub fn of(draft: &Draft<'_>, periods: &[usize]) -> Self {
        let columns = amount_columns(draft, periods);
        let product = draft.section.value("product.amount");
        let is_product = product.is_some();
        let is_known =
            !is_product || (columns.len() == 2 && product.is_some_and(|text| text.matches("\", ").count() == 1));
        let is_difference = draft.are_sides && columns.len() == 2;
        let columns = if is_known || is_difference { columns } else { Vec::new() };
        Self { columns, is_product: is_product && !is_difference, is_difference, notation: notation(draft) }
    }

    /// The same for another table with the columns of `own`, in any order.
    pub fn at(&self, own: &Profile, part: &Profile) -> Self {
        let heading = |index: &usize| own.columns.iter().find(|column| column.index == *index).map(|one| &one.heading);
        let place = |index: &usize| {
            let heading = heading(index)?;
            part.columns.iter().find(|column| column.heading == *heading).map(|column| column.index)
        };
        Self { columns: self.columns.iter().filter_map(place).collect(), ..self.clone() }
    }

    /// True when rows have amounts.
    pub fn is_known(&self) -> bool {
        !self.columns.is_empty()
    }

    /// The amount of a row; `None` for one without.
    pub fn read(&self, fields: Fields<'_>) -> Option<Decimal> {
        let mut amounts = self.columns.iter().map(|index| number(fields.text(*index), self.notation));
        if self.is_difference {
            let (one, other) = (amounts.next().flatten(), amounts.next().flatten());
            let is_known = one.is_some() || other.is_some();
            return is_known.then(|| one.unwrap_or_default().checked_sub(other.unwrap_or_default())).flatten();
        }
        if self.is_product {
            return amounts.try_fold(Decimal::ONE, |product, amount| product.checked_mul(amount?));
        }
        amounts.flatten().reduce(plus)
    }
}

/// The sum of two amounts; the greatest number beyond its range.
pub(super) fn plus(sum: Decimal, amount: Decimal) -> Decimal {
    sum.checked_add(amount).unwrap_or(Decimal::MAX)
}
