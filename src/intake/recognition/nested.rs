//! Tables whose first column has groups: names above the rows of each, and names whose amounts are the sums of the rows
//! below.

use super::super::label::{group, label};
use super::super::table::Field;
use super::super::value::notation::{DecimalSign, Notation, ThousandsSign};
use super::super::value::number;
use super::profile::{Column, Profile};
use super::section::Draft;
use super::text::{key, quoted};
use crate::finding::{counted, listed};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Most rows of a table whose amounts are compared with the sums of those below: pivots are small.
const MOST_ROWS: usize = 2_000;
/// Most names that a filter lists.
const MOST_NAMES: usize = 40;

/// The first column of `profile` if it has names alone above rows in which it is blank: `Acme`, its invoices, and perhaps
/// `Total Acme`.
pub(super) fn grouped(profile: &Profile) -> Option<&Column> {
    let first = profile.columns.first().filter(|column| column.index == 0)?;
    let (mut names, mut without, mut closed, mut is_regular) = (0usize, 0usize, 0usize, true);
    let mut open: Option<(String, u64)> = None;
    profile.all_rows(|_, fields| {
        let (text, is_alone) = (fields.text(0), fields.filled() == 1);
        if text.is_empty() {
            match &mut open {
                Some((_, rows)) => *rows += u64::from(fields.filled() > 0),
                None => is_regular &= fields.filled() == 0,
            }
        } else if label(text).is_some() {
            closed += usize::from(open.as_ref().is_some_and(|(name, _)| group(text) == Some(name.as_str())));
        } else if is_alone {
            names += 1;
            without += usize::from(open.as_ref().is_some_and(|(_, rows)| *rows == 0));
            open = Some((text.to_owned(), 0));
        } else {
            is_regular = false;
        }
    });
    without += usize::from(open.is_some_and(|(_, rows)| rows == 0));
    let has_rows = names > without + 1;
    (is_regular && has_rows && (without <= 1 || closed > 1)).then_some(first)
}

/// Decides how the rows below the names of `partner` are read.
pub(super) fn group_rows(draft: &mut Draft<'_>, partner: &Column) {
    let reason = "each name is above its rows";
    draft.section.set("fill_down", format!("[{}]", quoted(&partner.heading)), reason);
    let question =
        format!("each name in `{}` is alone above its rows: is it the partner of those rows?", partner.heading);
    draft.ask(&partner.heading, question);
    let amount =
        draft.bound.iter().find(|(field, _)| *field == Field::Amount).map(|(_, column)| column.heading.clone());
    if let Some(heading) = amount {
        draft.section.set(format!("skip.{}", key(&heading)), quoted(""), "the rows of the names have no amount");
    }
}

/// A row with its name and its amounts.
struct Line {
    name: String,
    amounts: Vec<Option<Decimal>>,
}

/// Asks about names of groups in the column `partner` that are no partners: those without any amount, and those whose
/// amounts are the sums of the rows below; leaves out what is proven.
pub(super) fn nested(draft: &mut Draft<'_>, partner: &Column, periods: &[usize]) {
    let own = |column: &Column| draft.profile.columns.iter().any(|own| std::ptr::eq(own, column));
    if draft.section.has("fill_down") || !own(partner) || draft.profile.rows > MOST_ROWS as u64 {
        return;
    }
    let amounts = draft.bound.iter().filter(|(field, column)| *field == Field::Amount && own(column));
    let columns: Vec<usize> =
        if periods.is_empty() { amounts.map(|(_, column)| column.index).collect() } else { periods.to_vec() };
    let notation = notation(draft);
    let (mut lines, mut totals) = (Vec::new(), BTreeSet::new());
    draft.profile.all_rows(|_, fields| {
        let name = fields.text(partner.index).to_owned();
        let amounts = columns.iter().map(|index| number::read(fields.text(*index), notation).ok().map(|one| one.value));
        match label(&name) {
            Some(_) => totals.extend(group(&name).map(str::to_owned)),
            None if name.is_empty() => {}
            None => lines.push(Line { name, amounts: amounts.collect() }),
        }
    });
    if columns.is_empty() || lines.len() > MOST_ROWS {
        return;
    }
    without_amounts(draft, partner, &lines, &totals);
    sums(draft, partner, &lines);
}

/// The notation that the section states so far.
fn notation(draft: &Draft<'_>) -> Notation {
    let sign = |key: &str| draft.section.value(key).map(|value| value.trim_matches('"').to_owned());
    Notation {
        decimal: sign("decimal").and_then(|sign| DecimalSign::new(&sign)),
        thousands: sign("thousands").and_then(|sign| ThousandsSign::new(&sign)),
        dash: None,
    }
}

/// Names without any amount: groups if a total of theirs is below.
fn without_amounts(draft: &mut Draft<'_>, partner: &Column, lines: &[Line], totals: &BTreeSet<String>) {
    let has_amount = |line: &&Line| line.amounts.iter().any(Option::is_some);
    let with: BTreeSet<&str> = lines.iter().filter(has_amount).map(|line| line.name.as_str()).collect();
    let names = || lines.iter().map(|line| line.name.as_str()).filter(|name| !with.contains(name));
    let groups: BTreeSet<&str> = names().filter(|name| totals.contains(*name)).collect();
    let heading = partner.heading.clone();
    if !groups.is_empty() && groups.len() <= MOST_NAMES {
        let list: Vec<&str> = groups.iter().copied().collect();
        let shown = listed(&list.iter().take(3).copied().collect::<Vec<_>>());
        let question = format!(
            "names without amounts and with a total below, such as {shown}, are left out as groups: is one a partner?"
        );
        draft.section.set(format!("skip.{}", key(&heading)), names_of(&list), "groups of partners");
        draft.ask(&heading, question);
    }
    let others: BTreeSet<&str> = names().filter(|name| !groups.contains(name)).collect();
    if let Some(example) = others.first() {
        let count = counted(others.len(), "name");
        draft.ask(
            &heading,
            format!("{count} without any amount, such as `{example}`: partners, or groups of partners?"),
        );
    }
}

/// Names whose amounts are the sums of the rows below them, if the whole table is made of such blocks.
fn sums(draft: &mut Draft<'_>, partner: &Column, lines: &[Line]) {
    let Some(parents) = blocks(lines) else { return };
    let (mut above, mut below) = (BTreeSet::new(), BTreeSet::new());
    for (index, line) in lines.iter().enumerate() {
        let set = if parents.contains(&index) { &mut above } else { &mut below };
        set.insert(line.name.as_str());
    }
    let heading = partner.heading.clone();
    let (Some(one), Some(part)) = (above.first().copied(), below.first().copied()) else { return };
    let what = format!("the amounts of {} are the sums of the rows below, such as `{part}`", listed(&[one]));
    if above.is_disjoint(&below) && above.len() <= MOST_NAMES {
        let list: Vec<&str> = above.into_iter().collect();
        draft.section.set(format!("where.{}", key(&heading)), names_of(&list), "the other rows are parts of these");
        draft.ask(&heading, format!("{what}: are only the former partners?"));
    } else {
        draft.ask(
            &heading,
            format!(
                "{what}, so that each amount counts twice: export the table with the name in every row, and no sums"
            ),
        );
    }
}

/// Indices of the rows that are sums of the rows below, if all rows are such a row or one below it.
fn blocks(lines: &[Line]) -> Option<BTreeSet<usize>> {
    let sum_of = |lines: &[Line], column: usize| -> Option<Decimal> {
        lines
            .iter()
            .flat_map(|line| line.amounts.get(column)?.as_ref())
            .try_fold(Decimal::ZERO, |sum, one| sum.checked_add(*one))
    };
    let width = lines.first()?.amounts.len();
    let totals: Vec<Decimal> = lines
        .iter()
        .map(|line| line.amounts.iter().flatten().try_fold(Decimal::ZERO, |sum, one| sum.checked_add(*one)))
        .collect::<Option<_>>()?;
    // Number of rows below each row that make a block with it, from the end of the table.
    let mut below: Vec<Option<usize>> = vec![None; lines.len() + 1];
    *below.last_mut()? = Some(0);
    for (start, total) in totals.iter().enumerate().rev() {
        let mut sum = Decimal::ZERO;
        for (end, part) in totals.iter().enumerate().skip(start + 1) {
            sum = sum.checked_add(*part)?;
            if sum != *total || total.is_zero() || below.get(end + 1).is_none_or(Option::is_none) {
                continue;
            }
            let (own, parts) = (lines.get(start..=start)?, lines.get(start + 1..=end)?);
            if (0..width).all(|column| sum_of(own, column) == sum_of(parts, column)) {
                if let Some(rows) = below.get_mut(start) {
                    *rows = Some(end - start);
                }
                break;
            }
        }
    }
    let (mut parents, mut start, mut longest) = (BTreeSet::new(), 0, 0);
    while start < lines.len() {
        let rows = (*below.get(start)?)?;
        parents.insert(start);
        longest = longest.max(rows);
        start += rows + 1;
    }
    // Equal amounts of two partners prove nothing.
    (parents.len() > 1 && longest > 1).then_some(parents)
}

fn names_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    match quoted.as_slice() {
        [only] => only.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}
