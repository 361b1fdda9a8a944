//! Rows with the sums over all members of a column, such as `All products`, which exports of cubes write beside the members.

use super::super::cell::Fields;
use super::super::label::label;
use super::super::table::Field;
use super::amounts::{amount_columns, notation, number, plus};
use super::profile::Column;
use super::section::Draft;
use super::text::{key, list_of, quoted};
use crate::finding::{counted, listed};
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Most rows of a table that is looked at.
const MOST_ROWS: usize = 100_000;
/// Beginnings of words for all members, lower case.
const ALL: [&str; 11] =
    ["all ", "alle ", "tous ", "toutes ", "todos ", "todas ", "tutti ", "tutte ", "total ", "gesamt ", "insgesamt "];
/// Sums that prove that rows without a member are sums, if one of them is of several rows.
const FEWEST_SUMS: usize = 2;

/// True for a word that means all members of a column; `is_partner` for a column with names, which begin with such words.
fn is_whole(text: &str, is_partner: bool) -> bool {
    let plain = text.trim_matches(['(', ')', '[', ']', '<', '>', '*', ' ']);
    if plain.is_empty() || plain.len() > 40 {
        return false;
    }
    let begins = || {
        let first = plain.as_bytes().first().map_or(0, |byte| byte | 0x20);
        if !matches!(first, b'a' | b't' | b'g' | b'i') {
            return false;
        }
        let lower = plain.to_lowercase();
        ALL.iter().any(|word| lower.starts_with(word)) && lower.split(' ').count() < 4
    };
    label(plain).is_some_and(|label| label.is_exact) || (!is_partner && begins())
}

/// A row: its members, one for each column, and its amounts.
type Line = (Vec<Box<str>>, Vec<Option<Decimal>>);

/// The rows with their members and amounts.
struct Cube {
    rows: Vec<Line>,
}

/// The rows of one column that may be sums.
#[derive(Default)]
struct Sums {
    /// Rows that are the sum of the others with the same members elsewhere, those among them that sum several rows, rows
    /// that differ from that sum, and rows without others.
    proven: BTreeSet<usize>,
    /// Differing rows that sum to the others together, where several have the same members elsewhere.
    together: BTreeSet<usize>,
    several: usize,
    differing: usize,
    all: BTreeSet<usize>,
}

/// Leaves out rows with the sums over all members of a column where each is proven; asks about the others. Returns the
/// indices of the columns that it asks about.
pub(super) fn cube(draft: &mut Draft<'_>, partner: &Column, periods: &[usize]) -> Vec<usize> {
    let amounts = amount_columns(draft, periods);
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_member = |column: &&Column| {
        !amounts.contains(&column.index) && (is_bound(column) || column.is_group() || column.is_date())
    };
    let columns: Vec<&Column> = draft.profile.columns.iter().filter(is_member).collect();
    let is_needed = |column: &Column| {
        let is_month = |(field, bound): &(Field, &Column)| *field == Field::Month && std::ptr::eq(*bound, column);
        let filled = draft.section.value("fill_down").is_some_and(|value| value.contains(&quoted(&column.heading)));
        !filled && (std::ptr::eq(column, partner) || draft.bound.iter().any(is_month))
    };
    let needed: Vec<usize> = columns.iter().filter(|column| is_needed(column)).map(|column| column.index).collect();
    let Some(cube) = Cube::of(draft, &columns, (&amounts, &needed)) else { return Vec::new() };
    let mut asked = Vec::new();
    let has_fill = draft.section.has("fill_down");
    let is_partner = |column: &Column| std::ptr::eq(column, partner);
    let named: Vec<Sums> =
        (0..columns.len()).map(|at| cube.sums(at, |text| is_whole(text, is_partner(columns[at])))).collect();
    let blank: Vec<Sums> = (0..columns.len())
        .map(|at| match has_fill || needed.contains(&columns[at].index) {
            true => Sums::default(),
            false => cube.sums(at, str::is_empty),
        })
        .collect();
    let proven: BTreeSet<usize> = named
        .iter()
        .chain(blank.iter().filter(|sums| sums.is_rollup()))
        .flat_map(|sums| &sums.proven)
        .copied()
        .collect();
    for (at, column) in columns.iter().enumerate() {
        let (named, blank) = (&named[at], &blank[at]);
        let words: BTreeSet<&str> = named.all.iter().map(|row| cube.member(*row, at)).collect();
        let mut words: Vec<&str> = words.into_iter().collect();
        if !named.all.is_subset(&proven) {
            // Totals among the partners are proven or mentioned when the rows are read.
            if !is_partner(column) && (!named.proven.is_empty() || named.differing > 0) {
                ask(draft, column, &cube, (&words, named));
                asked.push(column.index);
            }
            words.clear();
        } else if is_partner(column) && named.all.len() < FEWEST_SUMS {
            words.clear();
        }
        if blank.is_rollup() && blank.all.is_subset(&proven) {
            words.push("");
        } else if blank.may_be_rollup() {
            ask_blank(draft, column, &cube, blank);
            asked.push(column.index);
        }
        leave_out(draft, column, &words);
    }
    asked
}

/// Leaves out the rows with `words`.
fn leave_out(draft: &mut Draft<'_>, column: &Column, words: &[&str]) {
    let name = format!("skip.{}", key(&column.heading));
    if words.is_empty() || draft.section.has(&name) {
        return;
    }
    draft.section.set(name, list_of(words), "each is the sum of the other rows");
    let shown: Vec<&str> = words.iter().map(|word| if word.is_empty() { "no value" } else { word }).collect();
    let question = format!("rows with {} are the sums of the others and are left out: is that right?", listed(&shown));
    draft.ask(&column.heading, question);
}

fn ask(draft: &mut Draft<'_>, column: &Column, cube: &Cube, (words, sums): (&[&str], &Sums)) {
    let others: Vec<usize> = sums.all.difference(&sums.proven).copied().collect();
    let proven = grouped(cube.total(&sums.proven));
    let rest = match others.len() {
        0 => String::new(),
        many => {
            format!("; it leaves out {} as well, {} in all", counted(many, "other row"), grouped(cube.total(&others)))
        }
    };
    let question = format!(
        "of the {} with {}, {}: do they count twice? If so, write `skip.{} = {}` under `[revenue]`{rest}",
        counted(sums.all.len(), "row"),
        listed(words),
        match sums.proven.len() {
            0 => "none is exactly the sum of the others".to_owned(),
            1 => format!("1 is the sum of the others ({proven})"),
            many => format!("{many} are the sum of the others, {proven} in all"),
        },
        key(&column.heading),
        list_of(words)
    );
    draft.ask(&column.heading, question);
}

/// Asks about rows without a value of which many, and not all, are sums.
fn ask_blank(draft: &mut Draft<'_>, column: &Column, cube: &Cube, sums: &Sums) {
    let found: BTreeSet<usize> = sums.proven.union(&sums.together).copied().collect();
    let others: Vec<usize> = sums.all.difference(&found).copied().collect();
    let rest = match others.len() {
        0 => String::new(),
        many => format!(", and {} as well, {} in all", counted(many, "other row"), grouped(cube.total(&others))),
    };
    let question = format!(
        "of the {} with no value, {} the sum of the others, {} in all: do they count twice? Then export them without these \
         sums; `skip.{} = \"\"` under `[revenue]` leaves them out{rest}",
        counted(sums.all.len(), "row"),
        if found.len() == 1 { "1 is".to_owned() } else { format!("{} are", found.len()) },
        grouped(cube.total(&found)),
        key(&column.heading),
    );
    draft.ask(&column.heading, question);
}

impl Sums {
    /// True when several rows without a member are sums, and no single one is by chance.
    fn may_be_rollup(&self) -> bool {
        let is_of_several = self.several > 0 && self.proven.len() >= FEWEST_SUMS;
        let matching = self.proven.len() + self.together.len();
        is_of_several || (matching >= FEWEST_SUMS && self.differing == self.together.len())
    }

    /// True when all rows without a member are sums, several of them of more than one row.
    fn is_rollup(&self) -> bool {
        self.differing == 0 && self.several > 0 && self.proven.len() >= FEWEST_SUMS
    }
}

impl Cube {
    /// The rows of `draft`; `None` when no cell is a word for all members or blank, or when there are too many rows.
    ///
    /// A row without a value in the columns `needed` is not data.
    fn of(draft: &Draft<'_>, columns: &[&Column], (amounts, needed): (&[usize], &[usize])) -> Option<Self> {
        if amounts.is_empty() || draft.profile.rows > MOST_ROWS as u64 {
            return None;
        }
        let is_sum = |text: &str| text.is_empty() || is_whole(text, false);
        let mut may_be_cube = false;
        draft.profile.all_rows(|_, fields| {
            may_be_cube = may_be_cube || columns.iter().any(|column| is_sum(fields.text(column.index)));
        });
        if !may_be_cube {
            return None;
        }
        let (notation, mut is_cube, mut rows) = (notation(draft), false, Vec::new());
        draft.profile.all_rows(|_, fields: Fields<'_>| {
            let lacks = needed.iter().any(|index| fields.text(*index).is_empty());
            if rows.len() > MOST_ROWS || lacks {
                return;
            }
            let own: Vec<Option<Decimal>> = amounts.iter().map(|index| number(fields.text(*index), notation)).collect();
            if own.iter().all(Option::is_none) {
                return;
            }
            let members: Vec<Box<str>> = columns.iter().map(|column| fields.text(column.index).into()).collect();
            is_cube |= members.iter().any(|member| is_sum(member));
            rows.push((members, own));
        });
        (is_cube && rows.len() <= MOST_ROWS).then_some(Self { rows })
    }

    fn member(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|(members, _)| members.get(column)).map_or("", |member| member)
    }

    /// The sum of all amounts of `rows`.
    fn total<'r>(&self, rows: impl IntoIterator<Item = &'r usize>) -> Decimal {
        let amounts = rows.into_iter().filter_map(|row| self.rows.get(*row)).flat_map(|(_, amounts)| amounts);
        amounts.flatten().copied().fold(Decimal::ZERO, plus)
    }

    /// The rows whose member in the column `at` is a word for all of them, compared with the others.
    fn sums(&self, at: usize, is_all: impl Fn(&str) -> bool) -> Sums {
        let mut sums =
            Sums { all: (0..self.rows.len()).filter(|row| is_all(self.member(*row, at))).collect(), ..Sums::default() };
        if sums.all.is_empty() || sums.all.len() == self.rows.len() {
            return Sums::default();
        }
        let mut groups: BTreeMap<Vec<&str>, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (row, (members, _)) in self.rows.iter().enumerate() {
            let others = members.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, member)| &**member);
            let (parts, all) = groups.entry(others.collect()).or_default();
            if sums.all.contains(&row) { all.push(row) } else { parts.push(row) }
        }
        for (parts, all) in groups.values() {
            match all.as_slice() {
                [row] if self.is_sum(*row, parts) => {
                    sums.several += usize::from(parts.len() > 1);
                    sums.proven.insert(*row);
                }
                rows if !parts.is_empty() => {
                    sums.differing += rows.len();
                    if self.is_same_sum(rows, parts) {
                        sums.together.extend(rows);
                    }
                }
                _ => {}
            }
        }
        sums
    }

    /// True when the amounts of `rows` and those of `parts` have the same sums.
    fn is_same_sum(&self, rows: &[usize], parts: &[usize]) -> bool {
        let columns = self.rows.first().map_or(0, |(_, amounts)| amounts.len());
        (0..columns).all(|column| self.sum(rows, column) == self.sum(parts, column))
    }

    /// The sum of the amounts of `rows` in a column.
    fn sum(&self, rows: &[usize], column: usize) -> Decimal {
        let amounts = rows.iter().filter_map(|row| self.rows.get(*row)?.1.get(column).copied().flatten());
        amounts.fold(Decimal::ZERO, plus)
    }

    /// True when the amounts of `row` are the sums of those of `parts`, of which there is one at least.
    fn is_sum(&self, row: usize, parts: &[usize]) -> bool {
        let amounts = self.rows.get(row).map_or(&[][..], |(_, amounts)| amounts);
        let is_sum =
            |(column, amount): (usize, &Option<Decimal>)| amount.unwrap_or_default() == self.sum(parts, column);
        !parts.is_empty() && amounts.iter().enumerate().all(is_sum)
    }
}
