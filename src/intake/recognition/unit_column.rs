//! A column beside the amounts that states their unit, such as `kEUR` in some rows and `EUR` in others.

use super::amounts::amount_columns;
use super::heading::{stated_currency, stated_unit};
use super::keyed::Keyed;
use super::profile::Column;
use super::role::has_word;
use super::section::Draft;
use crate::intake::value::magnitude::magnitude;
use crate::units::grouped;

/// Words of headings of such columns.
const HEADINGS: &str = "unit units einheit unité unite unidad unità scale factor faktor währungseinheit multiplier";
/// Most values of such a column.
const MOST_VALUES: usize = 6;

/// Multiplies amounts whose unit a column states in all rows; asks where it states several.
pub(super) fn unit_column(draft: &mut Draft<'_>, periods: &[usize]) {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_unit = |column: &&Column| {
        let few = (1..=MOST_VALUES).contains(&column.values.len());
        few && !is_bound(column) && has_word(&column.heading, HEADINGS) && factors(column).is_some()
    };
    let Some(column) = draft.profile.columns.iter().find(is_unit) else { return };
    let factors = factors(column).unwrap_or_default();
    let (heading, name) = (column.heading.clone(), "times.amount");
    if factors.iter().all(|factor| *factor == 1) || draft.section.has(name) {
        return;
    }
    if let ([factor], 0) = (factors.as_slice(), column.blank()) {
        draft.section.set(name, factor.to_string(), format!("the unit in `{heading}`"));
        return draft.ask(&heading, format!("are the amounts in units of {factor}, as it says?"));
    }
    let amounts = amount_columns(draft, periods);
    let sums = Keyed::of(draft, vec![column], &amounts).map(|keyed| -> Vec<String> {
        let shown = |member| format!("`{}` ({})", keyed.name(0, member), grouped(keyed.sum_of(0, member).0));
        (0..keyed.count(0)).map(shown).collect()
    });
    let shown = sums.unwrap_or_else(|| column.values.keys().map(|value| format!("`{value}`")).collect());
    let question = format!(
        "its units are {}, and all amounts are read as they are written: export them in one unit",
        shown.join(", ")
    );
    draft.ask(&heading, question);
}

/// The factors that the values of `column` mean; `None` when one of them is not a unit.
fn factors(column: &Column) -> Option<Vec<u32>> {
    let factor = |value: &str| {
        let by_word = || magnitude(value).map(|(power, _)| 10u32.pow(power.unsigned_abs().min(9)));
        let is_one = || value == "1" || stated_currency(value).is_some();
        match stated_unit(value) {
            Some((_, factor)) => factor,
            None => by_word().or_else(|| is_one().then_some(1)),
        }
    };
    column.values.keys().map(|value| factor(value)).collect()
}
