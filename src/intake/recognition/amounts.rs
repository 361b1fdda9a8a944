//! Amounts of the rows of a table as the proposed section reads them.

use super::super::table::Field;
use super::super::value::notation::{DecimalSign, Notation, ThousandsSign};
use super::super::value::number;
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

/// The sum of two amounts; the greatest number beyond its range.
pub(super) fn plus(sum: Decimal, amount: Decimal) -> Decimal {
    sum.checked_add(amount).unwrap_or(Decimal::MAX)
}
