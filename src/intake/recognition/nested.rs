//! Names in the column of partners that are not partners: groups, sums of the rows below, figures about the others.

use super::super::label::{group, is_statistic, label};
use super::super::table::Field;
use super::amounts::{notation, number, plus};
use super::profile::Column;
use super::proof::Proof;
use super::rollup::Sums;
use super::section::Draft;
use super::text::{key, list_of, quoted};
use crate::finding::{counted, listed};
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Most rows of a table whose amounts are compared with the sums of those below: pivots are small.
const MOST_ROWS: usize = 2_000;
/// Digits of the sums from which they are not equal by chance.
const FEWEST_DIGITS: usize = 6;
/// Most names that a filter lists.
const MOST_NAMES: usize = 40;

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
pub(super) struct Line {
    name: String,
    amounts: Vec<Option<Decimal>>,
}

/// Asks about names of groups in the column `partner` that are not partners: those without any amount, and those whose
/// amounts are the sums of the rows below; leaves out what is proven. Returns the rows, as far as they may be sums.
pub(super) fn nested(draft: &mut Draft<'_>, partner: &Column, periods: &[usize]) -> Vec<Line> {
    let own = |column: &Column| draft.profile.columns.iter().any(|own| std::ptr::eq(own, column));
    if draft.section.has("fill_down") || !own(partner) || draft.profile.rows > MOST_ROWS as u64 {
        return Vec::new();
    }
    let amounts = draft.bound.iter().filter(|(field, column)| *field == Field::Amount && own(column));
    let columns: Vec<usize> =
        if periods.is_empty() { amounts.map(|(_, column)| column.index).collect() } else { periods.to_vec() };
    let notation = notation(draft);
    let (mut lines, mut totals, mut figures) = (Vec::new(), BTreeSet::new(), Vec::new());
    let mut empty = BTreeSet::new();
    // Rows that another column leaves out are not sums of those that are read.
    let filters: Vec<(usize, String)> = draft
        .columns()
        .filter(|column| own(column))
        .filter_map(|column| {
            let read = draft.section.value(&format!("where.{}", key(&column.heading)))?;
            Some((column.index, read.to_owned()))
        })
        .collect();
    draft.profile.all_rows(|_, fields| {
        let is_out = |(index, read): &(usize, String)| !read.contains(&quoted(fields.text(*index)));
        if filters.iter().any(is_out) && label(fields.text(partner.index)).is_none() {
            return;
        }
        let name = fields.text(partner.index).to_owned();
        let amounts = columns.iter().map(|index| number(fields.text(*index), notation));
        let (named, is_figure) = (label(&name), is_statistic(&name));
        totals.extend(named.and_then(|_| group(&name)).map(str::to_owned));
        let is_first = lines.is_empty() && named.is_some_and(|label| label.is_exact);
        if named.is_some_and(|label| label.is_exact) && columns.iter().all(|index| fields.text(*index).is_empty()) {
            empty.insert(name);
        } else if is_first || is_figure {
            figures.push(Line { name, amounts: amounts.collect() });
        } else if named.is_none() && !name.is_empty() && name != partner.heading {
            lines.push(Line { name, amounts: amounts.collect() });
        }
    });
    if columns.is_empty() || lines.len() > MOST_ROWS {
        return Vec::new();
    }
    let key = format!("skip.{}", key(&partner.heading));
    if !empty.is_empty() && !periods.is_empty() && partner.blank() == 0 && !draft.section.has(&key) {
        let list: Vec<&str> = empty.iter().map(String::as_str).collect();
        draft.section.set(key, list_of(&list), "a total without an amount in any period");
    }
    without_amounts(draft, partner, &lines, (&totals, !periods.is_empty()));
    let is_decided = sums(draft, partner, &lines);
    figures_of(draft, partner, &lines, &figures);
    if is_decided { Vec::new() } else { lines }
}

/// Leaves out rows with a figure about the others: their sum above them, their average, least or greatest amounts.
fn figures_of(draft: &mut Draft<'_>, partner: &Column, lines: &[Line], figures: &[Line]) {
    let column = |at: usize| lines.iter().filter_map(move |line| *line.amounts.get(at)?);
    let is_figure = |at: usize, amount: Decimal| {
        let count = Decimal::from(column(at).count());
        let sum = column(at).try_fold(Decimal::ZERO, |sum, one| sum.checked_add(one));
        let average = sum.and_then(|sum| sum.checked_div(count));
        let is_near = |other: Decimal| (other - amount).abs() <= Decimal::ONE;
        [sum, column(at).min(), column(at).max()].contains(&Some(amount)) || average.is_some_and(is_near)
    };
    let are_figures = |line: &&Line| {
        let mut known = line.amounts.iter().enumerate().filter_map(|(at, amount)| Some((at, (*amount)?))).peekable();
        known.peek().is_some() && known.all(|(at, amount)| is_figure(at, amount))
    };
    // A name in several rows is that of a partner.
    let is_single = |line: &&Line| figures.iter().filter(|other| other.name == line.name).count() == 1;
    let single = figures.iter().filter(is_single);
    let names: Vec<&str> = single.filter(are_figures).map(|line| line.name.as_str()).collect();
    let is_partner = |name: &&str| lines.iter().any(|line| line.name == **name);
    let key = format!("skip.{}", key(&partner.heading));
    if names.is_empty() || names.iter().any(is_partner) || draft.section.has(&key) || lines.len() < 2 {
        return;
    }
    draft.section.set(key, list_of(&names), "figures about the other rows");
    let question = format!("{} left out as a figure about the other rows: is it a partner?", listed(&names));
    draft.ask(&partner.heading, question);
}

/// Names without any amount: groups if a total of theirs is below.
fn without_amounts(
    draft: &mut Draft<'_>,
    partner: &Column,
    lines: &[Line],
    (totals, is_wide): (&BTreeSet<String>, bool),
) {
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
        draft.section.set(format!("skip.{}", key(&heading)), list_of(&list), "groups of partners");
        draft.ask(&heading, question);
    }
    let others: BTreeSet<&str> = names().filter(|name| !groups.contains(name)).collect();
    if let Some(example) = others.first().filter(|_| is_wide) {
        let count = counted(others.len(), "name");
        draft.ask(
            &heading,
            format!("{count} without any amount, such as `{example}`: partners, or groups of partners?"),
        );
    }
}

/// Names whose amounts are the sums of the rows below them, if the whole table is made of such blocks; false if it is not.
fn sums(draft: &mut Draft<'_>, partner: &Column, lines: &[Line]) -> bool {
    let Some(parents) = blocks(lines).filter(|parents| is_proven(lines, parents)) else { return false };
    let (mut above, mut below) = (BTreeSet::new(), BTreeSet::new());
    for (index, line) in lines.iter().enumerate() {
        let set = if parents.contains(&index) { &mut above } else { &mut below };
        set.insert(line.name.as_str());
    }
    let heading = partner.heading.clone();
    let (Some(one), Some(part)) = (above.first().copied(), below.first().copied()) else { return false };
    let what = format!("the amounts of {} are the sums of the rows below, such as `{part}`", listed(&[one]));
    if above.is_disjoint(&below) && above.len() <= MOST_NAMES {
        let list: Vec<&str> = above.into_iter().collect();
        draft.section.set(format!("where.{}", key(&heading)), list_of(&list), "the other rows are parts of these");
        let sum = |is_parent: bool| {
            let own = lines.iter().enumerate().filter(|(index, _)| parents.contains(index) == is_parent);
            own.flat_map(|(_, line)| line.amounts.iter().flatten().copied()).fold(Decimal::ZERO, plus)
        };
        let (read, left) = (grouped(sum(true)), grouped(sum(false)));
        draft.ask(
            &heading,
            format!("{what} ({left}, which are left out; {read} are read): are only the former partners?"),
        );
    } else {
        draft.ask(
            &heading,
            format!(
                "{what}, so that each amount counts twice: export the table with the name in every row, and no sums"
            ),
        );
    }
    true
}

/// True when the blocks with the rows `parents` are sums, and not by chance.
fn is_proven(lines: &[Line], parents: &BTreeSet<usize>) -> bool {
    let names: BTreeSet<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let number: BTreeMap<&str, usize> = names.into_iter().zip(0..).collect();
    let mut proof = Proof::default();
    let ends = parents.iter().skip(1).copied().chain([lines.len()]);
    for (start, end) in parents.iter().zip(ends) {
        let (Some(own), Some(parts)) = (lines.get(*start), lines.get(start + 1..end)) else { continue };
        for (column, amount) in own.amounts.iter().enumerate().filter_map(|(column, amount)| Some((column, (*amount)?)))
        {
            let mut sums: BTreeMap<usize, Decimal> = BTreeMap::new();
            for line in parts {
                let sum = sums.entry(number.get(line.name.as_str()).copied().unwrap_or_default()).or_default();
                *sum = plus(*sum, line.amounts.get(column).copied().flatten().unwrap_or_default());
            }
            proof.add(amount, &sums.into_iter().collect::<Vec<_>>());
        }
    }
    // A pivot: each partner once, above the same products as others.
    let rows = |is_parent: bool| (0..lines.len()).filter(move |row| parents.contains(row) == is_parent);
    let names = |is_parent: bool| rows(is_parent).map(|row| lines[row].name.as_str()).collect::<BTreeSet<&str>>();
    let is_pivot = names(true).len() == rows(true).count() && names(false).len() < rows(false).count();
    is_pivot || proof.digits() >= FEWEST_DIGITS
}

/// Asks about rows that are the sums of at least two rows below them, or nearly, where other rows are not part of any sum;
/// the partners `known` are left out already, or asked about.
pub(super) fn some_sums(draft: &mut Draft<'_>, partner: &Column, lines: &[Line], known: Sums) {
    let Sums { out, open } = known;
    let is_out = |name: &str| out.iter().any(|out| out == name);
    let is_open = |at: &usize| lines.get(*at).is_some_and(|line| !is_out(&line.name)) && is_sum(lines, *at);
    let mut sums: Vec<&str> = (0..lines.len()).filter(is_open).map(|at| lines[at].name.as_str()).collect();
    let heading = &partner.heading;
    // A total without amounts says nothing about the others.
    let is_other = |value: &str| label(value.trim_matches('"')).is_none();
    let is_decided = out.is_empty() && draft.section.value(&format!("skip.{}", key(heading))).is_some_and(is_other);
    if sums.is_empty() || sums.len() > MOST_NAMES || is_decided {
        return open.into_iter().for_each(|(_, question)| draft.ask(heading, question));
    }
    let open: Vec<String> = open.into_iter().flat_map(|(names, _)| names).collect();
    let first = sums.first().copied().unwrap_or_default();
    sums.extend(out.iter().chain(&open).map(String::as_str));
    sums.sort_unstable();
    sums.dedup();
    let question = format!(
        "the amounts of {} are the sums of the rows below, or nearly: do these rows count twice? If so, write \
         `skip.{} = {}` under `[revenue]`",
        listed(&[first]),
        key(heading),
        list_of(&sums)
    );
    draft.ask(heading, question);
}

/// True when the amounts of a row, at least two of them, are the sums of the next rows, with at most one that differs by
/// what may be rounded.
fn is_sum(lines: &[Line], at: usize) -> bool {
    let Some((own, below)) = lines.get(at..).and_then(<[Line]>::split_first) else { return false };
    let known: Vec<(usize, Decimal)> =
        own.amounts.iter().enumerate().filter_map(|(index, amount)| Some((index, (*amount)?))).collect();
    if known.iter().filter(|(_, amount)| !amount.is_zero()).count() < 2 {
        return false;
    }
    let mut sums = vec![Decimal::ZERO; own.amounts.len()];
    for (count, line) in below.iter().enumerate() {
        for (sum, amount) in sums.iter_mut().zip(&line.amounts) {
            *sum = sum.checked_add(amount.unwrap_or_default()).unwrap_or(Decimal::MAX);
        }
        let differences = known.iter().map(|(index, amount)| (sums[*index], *amount)).filter(|(sum, own)| sum != own);
        let differing: Vec<(Decimal, Decimal)> = differences.collect();
        let is_near = |(sum, own): &(Decimal, Decimal)| {
            let difference = sum.checked_sub(*own).unwrap_or(Decimal::MAX).abs();
            difference.checked_mul(Decimal::ONE_HUNDRED).is_some_and(|times| times <= own.abs())
        };
        let is_sum = differing.is_empty() || (known.len() > 2 && differing.len() == 1 && differing.iter().all(is_near));
        if count > 0 && is_sum {
            return true;
        }
    }
    false
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
