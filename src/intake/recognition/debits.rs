//! Debits and credits in two columns, whose difference is the amount.

use super::super::table::Field;
use super::amounts::{notation, number, plus};
use super::profile::Column;
use super::section::Draft;
use super::shares::{Filters, is_read};
use super::text::quoted;
use crate::units::grouped;
use rust_decimal::Decimal;

/// Makes the amount the difference of `sides`, and asks about it with the sums of both.
pub(super) fn subtract<'p>(draft: &mut Draft<'p>, sides: [&'p Column; 2]) {
    let [revenue, other] = sides;
    let value = quoted(&format!("{} - {}", revenue.heading, other.heading));
    draft.section.set("product.amount", format!("[{value}]"), "debits and credits are in two columns");
    draft.bound.extend(sides.map(|column| (Field::Amount, column)));
    draft.are_sides = true;
}

/// Asks which of the two columns is the revenue, with the sums of the rows that are read.
pub(super) fn about_sides(draft: &mut Draft<'_>) {
    let bound = draft.bound.iter().filter(|(field, _)| *field == Field::Amount).map(|(_, column)| *column);
    let [revenue, other] = bound.collect::<Vec<_>>()[..] else { return };
    let (notation, filters, mut sums) = (notation(draft), Filters::of(draft), [Decimal::ZERO; 2]);
    let filters = filters.at(draft.profile);
    draft.profile.rows(|_, fields| {
        if is_read(&filters, fields) {
            for (sum, column) in sums.iter_mut().zip([revenue, other]) {
                *sum = plus(*sum, number(fields.text(column.index), notation).unwrap_or_default());
            }
        }
    });
    let question = format!(
        "the revenue is `{}` ({}) less `{}` ({}): is that right? If it is the other way round, write `product = {{ amount = [{}] }}` \
         under `[revenue]`",
        revenue.heading,
        grouped(sums[0]),
        other.heading,
        grouped(sums[1]),
        quoted(&format!("{} - {}", other.heading, revenue.heading))
    );
    draft.ask(&revenue.heading.clone(), question);
}
