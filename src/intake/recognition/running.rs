//! Running sums, such as the year to date: each contains the amounts of the months before, and none is the revenue of its
//! month.

use super::super::value::period::{self, Years};
use super::amounts::{notation, number};
use super::period_heading::{month_in, part};
use super::profile::Column;
use super::running_words::{is_apart, is_running};
use super::section::Draft;
use super::text::{key, list_of};
use crate::finding::listed;
use crate::units::Month;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Partners and months from which amounts that never fall are running sums, although no word says so.
const FEWEST_PARTNERS: usize = 5;
const FEWEST_MONTHS: usize = 6;
/// Months from which amounts that never fall are running sums beside a word for them.
const FEWEST_NAMED: usize = 3;
/// Most different words of a column that says which figure a row has.
const MOST_WORDS: usize = 12;
/// Most rows of a table that is looked at.
const MOST_ROWS: u64 = 50_000;
/// Most columns that may split the rows of a partner.
const MOST_SPLITS: usize = 8;
/// Of how many series one may fall, as after a correction.
const SERIES_PER_FALLING: usize = 10;

/// A row: its partner and the members of the columns that may split it, its month and its amount.
type Row = (Vec<Box<str>>, Month, Decimal);
/// The amounts of a partner, or of a part of its rows, by the number of the month.
type Series = Vec<(u32, Decimal)>;

/// The words for running sums in a column with others; their rows are left out with a question, unless the heading is one of
/// `figures`, about which something is asked already.
pub(super) fn running_rows(draft: &mut Draft<'_>, figures: &[String]) {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let found = draft.profile.columns.iter().filter(|column| column.values.len() <= MOST_WORDS && !is_bound(column));
    let found = found.filter(|column| !figures.contains(&column.heading));
    let found = found.filter_map(|column| {
        let words: Vec<String> = column
            .values
            .keys()
            .filter(|value| is_apart(&column.heading, value))
            .map(|value| value.to_string())
            .collect();
        (!words.is_empty() && words.len() < column.values.len()).then(|| (column.heading.clone(), words))
    });
    for (heading, words) in found.collect::<Vec<_>>() {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let name = format!("skip.{}", key(&heading));
        if !draft.section.has(&name) && !draft.section.has(&format!("where.{}", key(&heading))) {
            draft.section.set(name, list_of(&words), "they are not the revenue of a month");
            draft.ask(
                &heading,
                format!("rows with {} are left out as running sums or quantities: is that right?", listed(&words)),
            );
        }
    }
}

/// Asks whether amounts are running sums that never fall from month to month, for any partner.
pub(super) fn growing(
    draft: &mut Draft<'_>,
    partner: &Column,
    (date, amount): (Option<&Column>, Option<&Column>),
    periods: &[usize],
) {
    let profile = draft.profile;
    if profile.rows > MOST_ROWS {
        return;
    }
    let rows = if periods.is_empty() {
        let (Some(date), Some(amount)) = (date, amount) else { return };
        long(draft, partner, date, amount)
    } else {
        wide(draft, periods).map(|rows| (rows, None))
    };
    let Some((rows, split)) = rows else { return };
    let texts = [profile.file.as_str()].into_iter().chain(profile.titles.iter().map(String::as_str));
    let named = texts.map(|text| text.rsplit_once('.').map_or(text, |(stem, _)| stem)).find(|text| is_running(text));
    let (partners, months) = if named.is_some() { (1, FEWEST_NAMED) } else { (FEWEST_PARTNERS, FEWEST_MONTHS) };
    let long: Vec<&Series> = rows.iter().filter(|row| row.len() >= months).collect();
    let start = restart(&rows);
    let falls = |row: &[(u32, Decimal)]| {
        row.windows(2).any(|pair| matches!(pair, [(_, one), (month, other)] if *month != start && other < one))
    };
    // Sums grow in most months; a fee that is raised once a year does not.
    let grows = |row: &[(u32, Decimal)]| {
        let rises = row.windows(2).filter(|pair| matches!(pair, [(_, one), (_, other)] if other > one)).count();
        rises > 0 && (named.is_some() || rises * 2 >= row.len() - 1)
    };
    let falling = rows.iter().filter(|row| falls(row)).count();
    if long.len() < partners || falling * SERIES_PER_FALLING > rows.len() || !long.iter().all(|row| grows(row)) {
        return;
    }
    let of = split.map_or_else(String::new, |split| format!(" and {split}"));
    let but = if falling == 0 { String::new() } else { format!(" but {falling} of {}", rows.len()) };
    let what = named.map_or_else(String::new, |named| format!("`{named}` names running sums, and "));
    let question = format!(
        "{what}no amount is below that of the month before it, for any partner{of}{but}: are they running sums, such as the year to date? \
         Then export the amounts of each month"
    );
    let heading =
        if periods.is_empty() { amount.map_or("", |amount| &amount.heading).to_owned() } else { String::new() };
    draft.ask(&heading, question);
}

/// The month in which the sums begin again: January, or that in which most of the series of more than a year fall.
fn restart(rows: &[Series]) -> u32 {
    let mut falls: BTreeMap<u32, usize> = BTreeMap::new();
    for pair in rows.iter().filter(|row| row.len() > 12).flat_map(|row| row.windows(2)) {
        if let [(_, one), (month, other)] = pair
            && other < one
        {
            *falls.entry(*month).or_default() += 1;
        }
    }
    falls.into_iter().max_by_key(|(_, count)| *count).map_or(1, |(month, _)| month)
}

/// The amounts of each row by the number of the month, in the order of the columns.
fn wide(draft: &Draft<'_>, periods: &[usize]) -> Option<Vec<Series>> {
    let months: BTreeMap<usize, u32> = draft
        .profile
        .columns
        .iter()
        .filter(|column| periods.contains(&column.index))
        .map(|column| {
            let month = part(&column.heading).and_then(|part| month_in(&column.heading, &part));
            (column.index, month.map_or(2, |(_, month)| month))
        })
        .collect();
    let (notation, mut rows) = (notation(draft), Vec::new());
    draft.profile.rows(|_, fields| {
        let amounts = months.iter().filter_map(|(index, month)| Some((*month, number(fields.text(*index), notation)?)));
        rows.push(amounts.collect());
    });
    Some(rows)
}

/// The amounts of each partner by month, and the heading that splits them where a partner has several rows in a month;
/// `None` where no column does, because running sums have one row.
fn long(draft: &Draft<'_>, partner: &Column, date: &Column, amount: &Column) -> Option<(Vec<Series>, Option<String>)> {
    let own = |column: &Column| draft.profile.columns.iter().any(|own| std::ptr::eq(own, column));
    let fixed = [partner, date, amount];
    if !fixed.into_iter().all(own) {
        return None;
    }
    let is_split = |column: &&Column| {
        !fixed.iter().any(|fixed| fixed.index == column.index) && column.values.len() > 1 && column.is_group()
    };
    let splits: Vec<&Column> = draft.profile.columns.iter().filter(is_split).take(MOST_SPLITS).collect();
    let (notation, mut rows) = (notation(draft), Vec::new());
    draft.profile.rows(|_, fields| {
        let month = period::read(fields.text(date.index), Years::default(), &[], None).ok().map(|(month, _)| month);
        let (Some(month), Some(amount)) = (month, number(fields.text(amount.index), notation)) else { return };
        let columns = [partner].into_iter().chain(splits.iter().copied());
        let members: Vec<Box<str>> = columns.map(|column| fields.text(column.index).into()).collect();
        rows.push((members, month, amount));
    });
    let all: Vec<usize> = (1..=splits.len()).collect();
    let alone = all.iter().map(std::slice::from_ref);
    let found = [&[][..]].into_iter().chain(alone).chain([all.as_slice()]);
    let (series, by) = { found }.find_map(|by| Some((series(&rows, by)?, by)))?;
    let headings: Vec<&str> = by.iter().filter_map(|at| Some(splits.get(at - 1)?.heading.as_str())).collect();
    Some((series, (!headings.is_empty()).then(|| listed(&headings))))
}

/// The amounts by month of the rows with the same partner and the same members at the places `by`; `None` where a month has
/// several rows.
fn series(rows: &[Row], by: &[usize]) -> Option<Vec<Series>> {
    let mut found = BTreeMap::<Vec<&str>, BTreeMap<Month, Decimal>>::new();
    for (members, month, amount) in rows {
        let places = [0].iter().chain(by);
        let own = places.filter_map(|at| members.get(*at)).map(|member| &**member).collect();
        if found.entry(own).or_default().insert(*month, *amount).is_some() {
            return None;
        }
    }
    let of_one =
        |months: BTreeMap<Month, Decimal>| months.into_iter().map(|(month, one)| (month.number(), one)).collect();
    Some(found.into_values().map(of_one).collect())
}
