//! Decimal mark and thousands sign of the amounts of a table: those that its numbers prove, and those that are likely.

use super::super::table::Field;
use super::heading::is_one_of;
use super::notation::Notation;
use super::parts::Notations;
use super::profile::Column;
use super::section::Draft;
use super::synonym::{QUANTITIES, UNIT_PRICES};
use super::text::quoted;
use crate::finding::counted;
use crate::units::Currency;

/// Decides the notation of the numbers in the columns bound to `fields` and in those with the indices `periods`.
pub(super) fn numbers(draft: &mut Draft<'_>, fields: &[Field], periods: &[usize]) {
    let (mut notation, mut dashes) = (Notation::default(), 0);
    let columns = read(draft, fields, periods);
    let apart = Notations::of(draft, &columns).question();
    for column in columns {
        notation.extend(&column.notation);
        dashes += column.dashes;
    }
    if dashes > 0 {
        draft.section.set("dash", quoted("zero"), "as accounting formats write it");
        let cells = counted(usize::try_from(dashes).unwrap_or(usize::MAX), "cell");
        draft.ask("", format!("is a dash alone, as in {cells}, zero? If it is not known, write `dash = \"empty\"`"));
    }
    if let Some((question, is_read)) = apart {
        draft.ask("", question);
        if !is_read {
            return;
        }
    }
    if let Some(example) = &notation.scaled {
        let question = format!(
            "amounts such as `{example}` are multiplied by their word, and rounded to the digits that they show"
        );
        draft.ask("", question);
    }
    let marks = notation.marks();
    // A whole number with a point, in a row that was not looked at or comes later, needs the sign to be stated.
    let has_comma = marks.decimal_comma.is_some();
    if let Some(example) = marks.decimal_comma {
        draft.section.set("decimal", quoted(","), format!("as in `{example}`"));
    }
    if let Some((sign, example)) = marks.thousands.filter(|(sign, _)| has_comma || !notation.is_clear(*sign)) {
        draft.section.set("thousands", quoted(&sign.to_string()), format!("as in `{example}`"));
    }
    if let Some((one, many)) = notation.doubtful() {
        let question = format!("`{one}` alone makes numbers such as `{many}` fractions: is it mistyped?");
        draft.ask("", question);
    } else if let Some((open, decimal)) = notation.uneven() {
        let question = format!(
            "`{open}` is read as a fraction because `{decimal}` is one: is it a thousand and more? Then correct its notation in the \
             file"
        );
        draft.ask("", question);
    }
    match notation.open() {
        Some((sign, example)) => likely(draft, &notation, (sign, &example), marks.question, periods),
        None => marks.question.into_iter().for_each(|question| draft.ask("", question)),
    }
}

/// The columns bound to `fields` and those with the indices `periods`, of all parts of the table.
fn read<'p>(draft: &Draft<'p>, fields: &[Field], periods: &[usize]) -> Vec<&'p Column> {
    let is_period = |column: &&&Column| periods.contains(&column.index);
    let bound = draft.bound.iter().filter(|(field, _)| fields.contains(field)).map(|(_, column)| *column);
    let mut columns: Vec<&'p Column> =
        draft.profile.columns.iter().filter(|one| is_period(&one)).chain(bound).collect();
    let headings: Vec<&str> = columns.iter().map(|column| column.heading.as_str()).collect();
    let others = draft.parts.iter().filter(|part| part.table != draft.profile.table).flat_map(|part| &part.columns);
    columns.extend(others.filter(|column| headings.contains(&column.heading.as_str())));
    columns
}

/// Decides what `sign` means in numbers such as `example`, which have three digits behind it, from what else the table
/// shows; asks `question` where that says nothing.
fn likely(
    draft: &mut Draft<'_>,
    notation: &Notation,
    (sign, example): (char, &str),
    question: Option<String>,
    periods: &[usize],
) {
    if sign == ',' && notation.are_comma_thousands() {
        let reason = format!("every comma has three digits behind it, as in `{example}`");
        return draft.section.set("thousands", quoted(","), reason);
    }
    let elsewhere = elsewhere(draft, periods);
    let other = if sign == ',' { '.' } else { ',' };
    if let Some(decimal) = elsewhere.decimal(sign).filter(|_| elsewhere.decimal(other).is_none()) {
        draft.section.set("decimal", quoted(&sign.to_string()), format!("as in `{decimal}` in another column"));
        let question = format!(
            "is `{example}` a fraction, as `{decimal}` in another column is? If it is a thousand and more, write \
             `thousands = \"{sign}\"` instead of `decimal`"
        );
        return draft.ask("", question);
    }
    let is_against = elsewhere.decimal(sign).is_some()
        || elsewhere.thousand(other).is_some()
        || notation.is_against_thousands()
        || has_three_decimals(draft)
        || draft.section.has("times.amount")
        || draft.section.has("product.amount")
        || draft.bound.iter().any(|(field, column)| *field == Field::Amount && is_of_piece(&column.heading))
        || (sign == '.' && draft.profile.header_row == 0)
        || (sign == ',' && elsewhere.decimal('.').is_none() && is_of_commas(draft));
    if is_against {
        return question.into_iter().for_each(|question| draft.ask("", question));
    }
    draft.section.set("thousands", quoted(&sign.to_string()), format!("three digits follow, as in `{example}`"));
    let question = format!(
        "is `{example}` a thousand and more? Every `{sign}` has three digits behind it: if they are decimals, write \
         `decimal = \"{sign}\"` instead of `thousands`"
    );
    draft.ask("", question);
}

/// The notation of the other columns of numbers.
fn elsewhere(draft: &Draft<'_>, periods: &[usize]) -> Notation {
    let mut notation = Notation::default();
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let others = draft.profile.columns.iter().filter(|column| !periods.contains(&column.index));
    for column in others.filter(|column| !is_bound(column) && column.is_amount() && !column.is_date()) {
        notation.extend(&column.notation);
    }
    notation
}

/// True when a heading, a title or a column of currencies states a currency whose amounts have three decimals.
fn has_three_decimals(draft: &Draft<'_>) -> bool {
    let is_code = |word: &str| word.parse::<Currency>().is_ok_and(|currency| currency.decimals() > 2);
    let is_stated = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(is_code);
    let bound = draft.bound.iter().map(|(_, column)| *column);
    let is_of_currency = |column: &Column| column.currencies().iter().any(|currency| currency.decimals() > 2);
    draft.profile.titles.iter().any(|title| is_stated(title))
        || bound.clone().any(|column| is_stated(&column.heading))
        || bound.clone().any(is_of_currency)
}

/// True for the heading of a price or quantity, which often has three decimals.
fn is_of_piece(heading: &str) -> bool {
    is_one_of(UNIT_PRICES, heading) || is_one_of(QUANTITIES, heading)
}

/// True for a table of a country that writes decimals with a comma: semicolons between fields, or points in dates.
fn is_of_commas(draft: &Draft<'_>) -> bool {
    draft.profile.has_semicolons() || draft.profile.columns.iter().any(|column| column.dates.have_points())
}
