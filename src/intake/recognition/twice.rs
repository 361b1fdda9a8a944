//! Rows that are in the table several times: in full, with another value in a column that does not matter (a line, a time of
//! export, a batch), for two partners of one deal, in several versions, or once more as the sum of a partner.

use super::super::cell::Fields;
use super::super::value::period::{self, Years};
use super::amounts::{RowAmount, plus};
use super::profile::Column;
use super::relation::digits;
use super::role::has_word;
use super::section::Draft;
use super::shares::{Filters, is_read, parts, same};
use crate::finding::{counted, listed};
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most rows of a table that is looked at, and most columns that are left out of the comparison.
const MOST_ROWS: usize = 100_000;
const MOST_COLUMNS: usize = 24;
/// Fewest rows that are in the table again, and of how many rows one is.
const FEWEST: usize = 3;
const ROWS_PER_REPEATED: usize = 10;
/// The same for rows that are equal in every column.
const ROWS_PER_EQUAL: usize = 50;
/// Rows from which one row is noticed that is equal in every column, if of this many amounts only one is that of another row.
const FEWEST_OF_RARE: usize = 20;
const AMOUNTS_PER_EQUAL: usize = 20;
/// Words of columns that number or time the rows of an export.
const TECHNICAL: &str = "line item position pos row no nr number num id key index seq sequence batch exported export extracted extract loaded load \
    run snapshot version timestamp time created modified updated change changed date zeile lfd file source uuid guid hash";
/// Words of columns that say since when a row counts.
const VERSIONS: &str = "valid effective version revision rev snapshot loaded load exported export extract extracted batch run modified \
    updated created timestamp until gültig changed asof";
/// Partners with a row that is the sum of their others from which it is not by chance.
const FEWEST_SUMS: usize = 2;
/// Digits of a sum from which it is not one by chance.
const FEWEST_DIGITS: usize = 4;
/// Rows from which a last one may be the sum of the others.
const FEWEST_PARTS: usize = 3;

/// A row of the tables that are read: a number for each cell, the sum of all, and its amount.
struct Line {
    all: u64,
    cells: Vec<u64>,
    partner: u64,
    date: u64,
    year: i32,
    amount: Decimal,
}

/// Lines of the tables that are read together.
struct Lines<'p> {
    columns: Vec<&'p Column>,
    lines: Vec<Line>,
}

/// Rows that equal an earlier one without some columns.
struct Again {
    rows: usize,
    /// True when nearly no amount is that of another row by chance.
    is_strong: bool,
    sum: Decimal,
    all: Decimal,
}

/// Asks about rows that are in the table again.
pub(super) fn twice<'p>(draft: &mut Draft<'p>, partner: &Column, date: Option<&Column>, periods: &[usize]) {
    let amount = RowAmount::of(draft, periods);
    if !amount.is_known() || draft.parts.iter().map(|part| part.rows).sum::<u64>() > MOST_ROWS as u64 {
        return;
    }
    let lines = Lines::of(draft, (partner, date), periods, &amount);
    if !repeated(draft, &lines, partner) {
        versions(draft, &lines);
    }
    if periods.is_empty() {
        partner_sums(draft, &lines, partner);
    }
}

fn number(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl<'p> Lines<'p> {
    /// The rows that `draft` reads; the columns are those that may be left out of a comparison.
    fn of(
        draft: &Draft<'p>,
        (partner, date): (&Column, Option<&Column>),
        periods: &[usize],
        amount: &RowAmount,
    ) -> Self {
        let is_amount = |column: &Column| {
            let is_bound = |(field, bound): &(super::super::table::Field, &Column)| {
                *field == super::super::table::Field::Amount && std::ptr::eq(*bound, column)
            };
            periods.contains(&column.index) || draft.bound.iter().any(is_bound)
        };
        let is_date = |column: &Column| {
            let is_bound = |(field, bound): &(super::super::table::Field, &Column)| {
                *field == super::super::table::Field::Month && std::ptr::eq(*bound, column)
            };
            date.is_some_and(|date| date.index == column.index) || draft.bound.iter().any(is_bound)
        };
        let profile = draft.profile;
        let columns: Vec<&Column> = profile
            .columns
            .iter()
            .filter(|column| column.filled > 0 && !is_amount(column) && !is_date(column))
            .take(MOST_COLUMNS)
            .collect();
        let (filters, mut lines) = (Filters::of(draft), Vec::new());
        for part in parts(draft) {
            let (filters, amount) = (filters.at(part), amount.at(profile, part));
            let own = |heading: &str| same(part, heading).map(|column| column.index);
            let places: Vec<Option<usize>> = columns.iter().map(|column| own(&column.heading)).collect();
            let whole: Vec<(&str, usize)> =
                part.columns.iter().map(|column| (column.heading.as_str(), column.index)).collect();
            let (partner, date) = (own(&partner.heading), date.and_then(|date| own(&date.heading)));
            part.rows(|_, fields: Fields<'_>| {
                let Some(amount) = amount.read(fields).filter(|_| is_read(&filters, fields)) else { return };
                let cell = |heading: &str, index: usize| number((heading, fields.text(index)));
                let all = whole.iter().fold(0u64, |sum, (heading, index)| sum.wrapping_add(cell(heading, *index)));
                let cells =
                    columns.iter().zip(&places).map(|(column, place)| place.map_or(0, |at| cell(&column.heading, at)));
                let text = date.map_or("", |date| fields.text(date));
                let month = period::read(text, Years::default(), &[], None).ok().map(|(month, _)| month);
                lines.push(Line {
                    all,
                    cells: cells.collect(),
                    partner: partner.map_or(0, |at| number(fields.text(at))),
                    date: number(text),
                    year: month.map_or(0, |month| month.year()),
                    amount,
                });
            });
        }
        Self { columns, lines }
    }

    /// Rows that equal an earlier one without the columns at `left_out`; `None` unless amounts are rarely equal by chance.
    fn again(&self, left_out: &[usize]) -> Option<Again> {
        let key = |line: &Line| {
            let own = left_out.iter().filter_map(|at| line.cells.get(*at));
            own.fold(line.all, |key, cell| key.wrapping_sub(*cell))
        };
        let mut keys: Vec<(u64, usize)> = self.lines.iter().enumerate().map(|(row, line)| (key(line), row)).collect();
        keys.sort_unstable();
        let amount = |(_, row): &(u64, usize)| self.lines.get(*row).map_or(Decimal::ZERO, |line| line.amount);
        let groups = || keys.chunk_by(|(one, _), (other, _)| one == other);
        let others = || groups().flat_map(|group| group.iter().skip(1)).map(amount).filter(|amount| !amount.is_zero());
        let rows = others().count();
        let is_whole = left_out.is_empty();
        if rows < if is_whole { 1 } else { FEWEST } {
            return None;
        }
        let amounts: BTreeSet<Decimal> = groups().filter_map(|group| group.first()).map(amount).collect();
        let count = groups().count();
        let is_strong = count >= FEWEST_OF_RARE && (count - amounts.len()) * AMOUNTS_PER_EQUAL <= count;
        let is_rare = amounts.len() * 2 > count && (rows >= FEWEST || is_strong);
        let all = keys.iter().map(amount).fold(Decimal::ZERO, plus);
        is_rare.then(|| Again { rows, is_strong, sum: others().fold(Decimal::ZERO, plus), all })
    }

    /// Places of columns that number or time the rows, unless they are the partner.
    fn technical(&self, partner: &Column) -> Vec<usize> {
        let is_one = |column: &&Column| {
            column.heading != partner.heading
                && (column.is_unique() || column.is_date() || has_word(&column.heading, TECHNICAL))
        };
        (0..self.columns.len()).filter(|at| self.columns.get(*at).is_some_and(is_one)).collect()
    }
}

/// Asks about rows that equal another one, or do so without one or two columns; true when there are some.
fn repeated(draft: &mut Draft<'_>, lines: &Lines<'_>, partner: &Column) -> bool {
    let count = lines.lines.len();
    let equal = lines.again(&[]);
    let is_said = draft.questions.iter().any(|question| {
        ["another one in every column", "have several rows with the same amount", "it is the same in all rows"]
            .iter()
            .any(|said| question.question.contains(said))
    });
    if let Some(again) =
        equal.as_ref().filter(|again| (again.is_strong || again.rows * ROWS_PER_EQUAL >= count) && !is_said)
    {
        let question = format!(
            "{} of {count} ({}) {} another one in every column, although amounts are rarely equal here: do they count twice?",
            counted(again.rows, "row"),
            grouped(again.sum),
            if again.rows == 1 { "equals" } else { "equal" }
        );
        draft.ask("", question);
        return true;
    }
    if is_said {
        return true;
    }
    nearly(draft, lines, partner, equal.map_or(0, |again| again.rows))
}

/// Asks about rows that equal another one without one or two columns, beyond the `base` of those that do so with all; true
/// when there are some.
fn nearly(draft: &mut Draft<'_>, lines: &Lines<'_>, partner: &Column, base: usize) -> bool {
    let count = lines.lines.len();
    let places: Vec<usize> = (0..lines.columns.len()).collect();
    let of_partner =
        places.iter().copied().find(|at| lines.columns.get(*at).is_some_and(|one| one.heading == partner.heading));
    let singles = places.iter().map(|at| vec![*at]);
    let technical = lines.technical(partner);
    let pairs = of_partner
        .into_iter()
        .flat_map(|own| places.iter().filter(move |at| **at != own).map(move |at| vec![own, *at]));
    let with_partner = of_partner.map(|own| technical.iter().copied().chain([own]).collect::<Vec<usize>>());
    let sets = singles.chain([technical.clone()]).chain(pairs).chain(with_partner);
    for set in sets.filter(|set| !set.is_empty()) {
        let Some(again) =
            lines.again(&set).filter(|again| (again.rows - base.min(again.rows)) * ROWS_PER_REPEATED >= count)
        else {
            continue;
        };
        let headings: Vec<&str> = set.iter().filter_map(|at| Some(lines.columns.get(*at)?.heading.as_str())).collect();
        // One question for one cause.
        if headings.iter().any(|heading| *heading != partner.heading && draft.is_asked(heading)) {
            return true;
        }
        let has_partner = of_partner.is_some_and(|own| set.contains(&own));
        let (what, next) = if has_partner {
            ("are they the same sale for several partners, each with the full amount?", "export one row for each sale")
        } else {
            ("do they count twice?", "export each row once")
        };
        let question = format!(
            "{} of {count} rows repeat an earlier row except for {}: {what} All amounts sum to {}, and to {} if each counts once. If each \
             does, {next}",
            again.rows,
            listed(&headings),
            grouped(again.all),
            grouped(again.all - again.sum)
        );
        draft.ask(headings.first().copied().unwrap_or_default(), question);
        return true;
    }
    false
}

/// Asks about rows with the same values in all columns but those that say since when a row counts, and another amount.
fn versions(draft: &mut Draft<'_>, lines: &Lines<'_>) {
    let is_version = |column: &Column| {
        let is_bound = draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
        !is_bound && has_word(&column.heading, VERSIONS)
    };
    let is_key = |column: &Column| {
        let is_bound = draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
        is_bound || column.is_group() || column.is_date()
    };
    let places = |is_one: &dyn Fn(&Column) -> bool| -> Vec<usize> {
        (0..lines.columns.len()).filter(|at| lines.columns.get(*at).is_some_and(|column| is_one(column))).collect()
    };
    let (of_version, keys) = (places(&is_version), places(&|column| is_key(column) && !is_version(column)));
    let Some(first) = of_version.first().and_then(|at| lines.columns.get(*at)) else { return };
    let mut groups: BTreeMap<Vec<u64>, Vec<&Line>> = BTreeMap::new();
    for line in &lines.lines {
        let own = keys.iter().filter_map(|at| line.cells.get(*at).copied());
        groups.entry(own.chain([line.date]).collect()).or_default().push(line);
    }
    let version =
        |line: &Line| -> Vec<u64> { of_version.iter().filter_map(|at| line.cells.get(*at).copied()).collect() };
    // Versions of a row are near each other; the orders of a day are not.
    let is_near = |group: &[&Line]| {
        let amounts = || group.iter().map(|line| line.amount.abs());
        let least = amounts().min().unwrap_or_default();
        amounts().max().unwrap_or_default() <= plus(least, least)
    };
    let is_crossed = |group: &&Vec<&Line>| {
        let different: BTreeSet<Vec<u64>> = group.iter().map(|line| version(line)).collect();
        group.len() > 1 && different.len() == group.len()
    };
    let crossed: Vec<&Vec<&Line>> = groups.values().filter(is_crossed).collect();
    let is_once = groups.values().all(|group| group.len() == 1 || is_crossed(&group));
    let near = crossed.iter().filter(|group| is_near(group)).count();
    if crossed.len() < FEWEST || crossed.len() * 2 < groups.len() || near * 5 < crossed.len() * 4 || !is_once {
        return;
    }
    let all = lines.lines.iter().map(|line| line.amount).fold(Decimal::ZERO, plus);
    let last = groups.values().filter_map(|group| group.last()).map(|line| line.amount).fold(Decimal::ZERO, plus);
    let headings: Vec<&str> =
        of_version.iter().filter_map(|at| Some(lines.columns.get(*at)?.heading.as_str())).collect();
    let question = format!(
        "{} of {} have several rows that differ in {} and the amount, as versions of one row do: all sum to {}, and the last of each to {}: \
         does each count? If not, export the current rows alone",
        crossed.len(),
        counted(groups.len(), "key"),
        listed(&headings),
        grouped(all),
        grouped(last)
    );
    draft.ask(&first.heading.clone(), question);
}

/// Asks about rows of partners that are the sum of all other rows of the same partner, of the file or of a year.
fn partner_sums(draft: &mut Draft<'_>, lines: &Lines<'_>, partner: &Column) {
    if draft.is_asked(&partner.heading) {
        return;
    }
    for by_year in [false, true] {
        let mut groups: BTreeMap<(u64, i32), (usize, Decimal, Decimal)> = BTreeMap::new();
        for line in &lines.lines {
            let year = if by_year { line.year } else { 0 };
            let group = groups.entry((line.partner, year)).or_default();
            *group = (group.0 + 1, plus(group.1, line.amount), group.2.max(line.amount));
        }
        let is_sum = |(rows, sum, largest): &&(usize, Decimal, Decimal)| {
            *rows > FEWEST_PARTS && digits(largest) >= FEWEST_DIGITS && plus(*largest, *largest) == *sum
        };
        let found: Vec<&(usize, Decimal, Decimal)> = groups.values().filter(is_sum).collect();
        if found.len() < FEWEST_SUMS {
            continue;
        }
        let sum = found.iter().map(|(.., largest)| *largest).fold(Decimal::ZERO, plus);
        let of = if by_year { " in a year" } else { "" };
        let question = format!(
            "of {} of its values, one row is the sum of all others{of}, {} in all: are these rows totals, so that each amount counts twice? Then \
             export the table without them",
            found.len(),
            grouped(sum)
        );
        return draft.ask(&partner.heading, question);
    }
}
