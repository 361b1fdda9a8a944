//! The header of a table: the row with most known headings, with the row of groups above it or of units below it.

use super::super::cell::Cell;
use super::super::sheet::{Sheet, joined};
use super::super::table::Field;
use super::dates::is_date;
use super::heading::{rank, stated_currency, unit_of};
use super::notation::is_number;
use super::period_heading::{Kind, is_bare_month, is_fiscal_year, is_month, part, year_of};
use super::synonym::SYNONYMS;
use std::collections::{BTreeMap, BTreeSet};

/// Rows among which the header is looked for.
const SEARCHED: usize = 30;

/// The header of a table.
pub(super) struct Header {
    /// Texts of the rows above it.
    pub titles: Vec<String>,
    /// Number of its rows.
    pub rows: u64,
    /// Headings as its lowest row writes them.
    pub lowest: Vec<String>,
    /// Reason for several rows.
    pub reason: &'static str,
}

fn is_named(text: &str) -> bool {
    SYNONYMS.iter().any(|one| rank(one.field, text).is_some())
}

fn words(cells: &[Cell]) -> usize {
    cells.iter().filter(|cell| !cell.text.trim().is_empty()).count()
}

fn is_year(text: &str) -> bool {
    year_of(text).is_some() || is_fiscal_year(text)
}

/// Makes the row that has most known headings the header, with the row of groups above it.
pub(super) fn find_header(sheet: &mut Sheet) -> Header {
    let top = sheet.top(SEARCHED);
    let none = || Header { titles: Vec::new(), rows: 1, lowest: Vec::new(), reason: "" };
    let widest = top.iter().map(|(_, cells)| words(cells)).max().unwrap_or_default();
    let mut best: Option<(usize, usize)> = None;
    for (at, (_, cells)) in top.iter().enumerate() {
        let score = score(cells, widest);
        if score > best.map_or(0, |(score, _)| score) {
            best = Some((score, at));
        }
    }
    let fallback = || top.iter().position(|(_, cells)| words(cells) * 2 > widest);
    let Some(at) = best.map(|(_, at)| at).or_else(fallback) else { return none() };
    let (upper, reason) = pair(&top, at);
    let first = if reason.is_empty() { at } else { upper };
    let last = if reason.is_empty() { at } else { upper + 1 };
    let (Some((from, _)), Some((to, lowest))) = (top.get(first), top.get(last)) else { return none() };
    sheet.set_header_of_rows(&top, *from, *to);
    let titles = top.iter().take(first).flat_map(|(_, cells)| cells);
    let titles = titles.map(|cell| cell.text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
    let lowest = lowest.iter().map(|cell| cell.text.trim().to_owned()).collect();
    Header { titles, rows: if reason.is_empty() { 1 } else { 2 }, lowest, reason }
}

/// The likeness of a row to a header; 0 for a row that cannot be one.
fn score(cells: &[Cell], widest: usize) -> usize {
    let bare = cells.iter().filter(|cell| is_bare_month(cell.text.trim())).count();
    let named = cells.iter().filter(|cell| is_named(cell.text.trim())).count();
    let months = months(cells);
    let years = if named > 0 { cells.iter().filter(|cell| is_year(cell.text.trim())).count() } else { 0 };
    // A row of data may have a date or two.
    let months = if named > 0 || months > 2 { months } else { 0 };
    let known = named + months + years + if bare < 3 { 0 } else { bare };
    // A row of values is not a header, and neither is a title of one word.
    let values = cells.iter().filter(|cell| is_number(&cell.text) || is_date(&cell.text)).count();
    let score = if words(cells) * 2 > widest || known > 1 { known.saturating_mul(2) } else { 0 };
    let is_plain = |text: &str| is_number(text) && part(text).is_none() && !is_year(text);
    let numbers = cells.iter().filter(|cell| is_plain(cell.text.trim())).count();
    if numbers * 2 > words(cells) {
        return 0;
    }
    if values * 2 > words(cells) && known < 3 { 0 } else { score }
}

/// Number of cells that are months: different ones, and no moments of a day.
fn months(cells: &[Cell]) -> usize {
    let has_time = |text: &str| text.contains(':') && !text.trim_end_matches('Z').ends_with("00:00");
    let texts = cells.iter().map(|cell| cell.text.trim()).filter(|text| is_month(text) && !has_time(text));
    let months: Vec<&str> = texts.map(|text| text.get(..7).unwrap_or(text)).collect();
    let is_iso = |text: &&&str| text.len() == 7 && text.as_bytes().get(4) == Some(&b'-');
    let different: BTreeSet<&str> = months.iter().filter(is_iso).copied().collect();
    if different.len() < months.iter().filter(is_iso).count() { 0 } else { months.len() }
}

/// The upper row of a header of two rows, one of which is the row `at`, and the reason for it; no reason when the row is
/// the header alone.
fn pair(top: &[(u64, Vec<Cell>)], at: usize) -> (usize, &'static str) {
    let rows = |upper: usize| {
        let ((above, upper), (below, lower)) = (top.get(upper)?, top.get(upper + 1)?);
        (above + 1 == *below).then_some((upper.as_slice(), lower.as_slice()))
    };
    let above = at.checked_sub(1);
    let has_years = |upper: &usize| rows(*upper).is_some_and(|(years, cells)| has_years(years, cells));
    if let Some(upper) = above.into_iter().chain([at]).find(has_years) {
        return (upper, "the years are above the months");
    }
    for upper in above.into_iter().chain([at]) {
        let Some((groups, cells)) = rows(upper) else { continue };
        let (alone, together) = (known(&[groups]).max(known(&[cells])), known(&[groups, cells]));
        if is_below_groups(groups, cells) && (together > alone || (together == alone && are_years_above(groups, cells)))
        {
            return (upper, "the row above has the groups of the columns");
        }
        if upper == at && together >= alone && are_units(cells) {
            return (upper, "the row below has the units of the columns");
        }
    }
    (at, "")
}

/// Number of different headings of a header of these rows that are known as a name or a period; a part of a year with its
/// year counts twice.
fn known(rows: &[&[Cell]]) -> usize {
    let lowest = rows.last().copied().unwrap_or_default();
    let weight = |(index, heading): (usize, &String)| {
        let lower = lowest.get(index).map_or("", |cell| cell.text.trim());
        match part(heading) {
            Some(part) => 1 + usize::from(part.states_year && !matches!(part.kind, Kind::Year | Kind::FiscalYear)),
            None => usize::from(is_named(heading) || is_named(lower)),
        }
    };
    let headings = joined(rows);
    let weights: BTreeMap<String, usize> = headings
        .iter()
        .enumerate()
        .map(|(index, heading)| (heading.to_lowercase(), weight((index, heading))))
        .collect();
    weights.into_values().sum()
}

/// True when `groups` can be above the headings `cells`: it has fewer words, and `cells` are not data.
fn is_below_groups(groups: &[Cell], cells: &[Cell]) -> bool {
    let texts: Vec<&str> = cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty()).collect();
    let values = texts.iter().filter(|text| (is_number(text) || is_date(text)) && part(text).is_none()).count();
    let partners =
        texts.iter().filter(|text| rank(Field::PartnerId, text).is_some() && rank(Field::Amount, text).is_none());
    let (all, different) = (partners.clone().count(), partners.collect::<BTreeSet<_>>().len());
    let (mut names, mut above, mut is_filled) = (BTreeSet::new(), "", false);
    for (index, _) in cells.iter().enumerate().filter(|(_, cell)| !cell.text.trim().is_empty()) {
        let own = groups.get(index).map_or("", |cell| cell.text.trim());
        // A group is merged over its columns, or written above each of them.
        is_filled |= !above.is_empty() && (own.is_empty() || own == above);
        above = if own.is_empty() { above } else { own };
        names.extend(Some(above).filter(|name| !name.is_empty()));
    }
    // A title is above one table; tables beside each other have the partner twice.
    let is_value = |cell: &&Cell| {
        let text = cell.text.trim();
        (is_number(text) || is_date(text)) && part(text).is_none()
    };
    let has_values = groups.iter().filter(is_value).count() * 2 > words(groups).max(1);
    (is_filled || are_years_above(groups, cells)) && !has_values && names.len() > 1 && values == 0 && all == different
}

/// True when a year is above each of the headings `cells`, with or without a unit: `2024 k€` and `2025 k€` above `Revenue`.
fn are_years_above(groups: &[Cell], cells: &[Cell]) -> bool {
    let filled = cells.iter().enumerate().filter(|(_, cell)| !cell.text.trim().is_empty());
    let above: Vec<&str> = filled.map(|(index, _)| groups.get(index).map_or("", |cell| cell.text.trim())).collect();
    let is_year = |text: &&str| part(text).is_some_and(|part| matches!(part.kind, Kind::Year | Kind::FiscalYear));
    above.len() > 1 && above.iter().all(is_year)
}

/// True when the row has nothing but currencies and units of the columns above.
fn are_units(cells: &[Cell]) -> bool {
    let texts = cells.iter().map(|cell| cell.text.trim().trim_matches(['(', ')', '[', ']']));
    let mut texts = texts.filter(|text| !text.is_empty()).peekable();
    texts.peek().is_some()
        && texts.all(|text| *text == *"%" || stated_currency(text).is_some() || unit_of(text).is_some())
}

/// Columns whose cells are months without a year.
fn bare_months(cells: &[Cell]) -> impl Iterator<Item = usize> {
    cells.iter().enumerate().filter(|(_, cell)| is_bare_month(cell.text.trim())).map(|(index, _)| index)
}

/// True when `above` has the years of the months in `cells`, from the first month on.
fn has_years(above: &[Cell], cells: &[Cell]) -> bool {
    let months: Vec<usize> = bare_months(cells).collect();
    let first = above.iter().position(|cell| year_of(&cell.text).is_some());
    // An export at the end of February has two months.
    let is_row = months.len() >= 3 || months.len() + 1 >= words(cells);
    !months.is_empty() && is_row && first.is_some() && first == months.first().copied()
}
