//! The second and third round of a survey: sums over the partners of a channel, as documents.

use super::seen::Seen;
use super::written::Exact;
use crate::channel::Name;
use crate::planning::{CellKey, CellSum, Pooled, Stretches, Tally};
use crate::quality::{PairSquares, PairSums};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Σ revenue of the eligible partners of a stretch; null when it is known of none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// The latest stretch as long as the planning period.
    pub prior: Option<Exact>,
    /// The stretch before it.
    pub earlier: Option<Exact>,
    /// The planning period's own months one year earlier.
    pub same_period: Option<Exact>,
    /// The stretch just before those months.
    pub before_same_period: Option<Exact>,
}

/// Lines of one market cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellRow {
    /// Territory; null when not known.
    pub territory: Option<String>,
    /// Vertical; null when not known.
    pub vertical: Option<String>,
    /// Product line; null at a grain without.
    pub product_line: Option<String>,
    /// Σ prior revenue; null when it is known of none.
    pub revenue: Option<Exact>,
    /// Number of lines.
    pub lines: i64,
}

/// Sums that one number is learned from, of all lines or of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SumRow {
    /// Position of the number in the manifest, from 0.
    pub number: usize,
    /// Group; null for all lines.
    pub group: Option<String>,
    /// Number of lines.
    pub lines: usize,
    /// Σ revenue before and Σ revenue after; null out of range.
    pub amounts: Option<(Exact, Exact)>,
}

/// Squares that the error of one learned number comes from, of all lines or of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SquareRow {
    /// Position of the number in the manifest, from 0.
    pub number: usize,
    /// Group; null for all lines.
    pub group: Option<String>,
    /// Σ squares of the shares, and Σ squares of the residuals; null out of range.
    pub squares: Option<(Exact, Exact)>,
}

/// Sums over the partners of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SumsDocument {
    /// Partners that the round has seen.
    seen: Seen,
    /// Number of eligible partners.
    eligible: i64,
    /// Their revenue.
    totals: Totals,
    /// Market cells of their lines.
    cells: Vec<CellRow>,
    /// Market cells of whole partners; empty at partner grain.
    whole_cells: Vec<CellRow>,
    /// Sums of the numbers that are learned.
    learned: Vec<SumRow>,
}

/// Squares over the partners of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SquaresDocument {
    /// Partners that the round has seen.
    seen: Seen,
    /// Squares of the numbers that are learned.
    learned: Vec<SquareRow>,
}

/// Sums of the second round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    pub seen: Seen,
    pub tally: Tally,
    /// One entry per number that the manifest declares.
    pub learned: Vec<Pooled<PairSums>>,
}

/// Squares of the third round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Squares {
    pub seen: Seen,
    /// One entry per number that the manifest declares.
    pub learned: Vec<Pooled<PairSquares>>,
}

impl Sums {
    /// Adds the sums of another part.
    pub fn merge(&mut self, other: &Self) {
        self.seen.merge(&other.seen);
        self.tally.merge(&other.tally);
        merge(&mut self.learned, &other.learned, PairSums::merge);
    }
}

impl Squares {
    /// Adds the squares of another part.
    pub fn merge(&mut self, other: &Self) {
        self.seen.merge(&other.seen);
        merge(&mut self.learned, &other.learned, |mine, theirs| mine.merge(*theirs));
    }
}

fn merge<T: Default>(mine: &mut Vec<Pooled<T>>, theirs: &[Pooled<T>], merge: impl Fn(&mut T, &T)) {
    mine.resize_with(mine.len().max(theirs.len()), Pooled::default);
    mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs, &merge));
}

/// Sums of all lines and of each group, as rows.
fn rows<T, R>(learned: &[Pooled<T>], row: impl Fn(usize, Option<String>, &T) -> R) -> Vec<R> {
    let mut rows = Vec::new();
    for (number, pooled) in learned.iter().enumerate() {
        rows.push(row(number, None, &pooled.whole));
        rows.extend(pooled.groups.iter().map(|(group, sums)| row(number, Some(group.to_string()), sums)));
    }
    rows
}

/// The opposite of [`rows`].
fn pooled<T: Default>(rows: impl Iterator<Item = (usize, Option<String>, T)>) -> Vec<Pooled<T>> {
    let mut learned: Vec<Pooled<T>> = Vec::new();
    for (number, group, sums) in rows.filter(|(number, ..)| *number < MOST_NUMBERS) {
        learned.resize_with(learned.len().max(number + 1), Pooled::default);
        let Some(pooled) = learned.get_mut(number) else { continue };
        match group {
            Some(group) => drop(pooled.groups.insert(group.into(), sums)),
            None => pooled.whole = sums,
        }
    }
    learned
}

/// More numbers than any manifest declares.
const MOST_NUMBERS: usize = 10_000;

fn cell_rows(cells: &BTreeMap<CellKey, CellSum>) -> Vec<CellRow> {
    let text = |name: &Option<Name>| name.as_deref().map(str::to_owned);
    let row = |((territory, vertical, product_line), sum): (&CellKey, &CellSum)| CellRow {
        territory: text(territory),
        vertical: text(vertical),
        product_line: text(product_line),
        revenue: sum.revenue.map(Exact),
        lines: sum.partners,
    };
    cells.iter().map(row).collect()
}

fn cells(rows: Vec<CellRow>) -> BTreeMap<CellKey, CellSum> {
    let name = |text: Option<String>| text.map(Name::from);
    let cell = |row: CellRow| {
        let sum = CellSum { revenue: row.revenue.map(|sum| sum.0), partners: row.lines };
        ((name(row.territory), name(row.vertical), name(row.product_line)), sum)
    };
    rows.into_iter().map(cell).collect()
}

impl From<&Sums> for SumsDocument {
    fn from(sums: &Sums) -> Self {
        let (tally, totals) = (&sums.tally, &sums.tally.totals);
        Self {
            seen: sums.seen,
            eligible: tally.partners,
            totals: Totals {
                prior: totals.prior.map(Exact),
                earlier: totals.earlier.map(Exact),
                same_period: totals.same_period.map(Exact),
                before_same_period: totals.before_same_period.map(Exact),
            },
            cells: cell_rows(&tally.cells),
            whole_cells: cell_rows(&tally.whole_cells),
            learned: rows(&sums.learned, |number, group, sums| SumRow {
                number,
                group,
                lines: sums.lines,
                amounts: sums.amounts.map(|(before, after)| (Exact(before), Exact(after))),
            }),
        }
    }
}

impl From<SumsDocument> for Sums {
    fn from(document: SumsDocument) -> Self {
        let totals = document.totals;
        let amount = |exact: Option<Exact>| exact.map(|exact| exact.0);
        let totals = Stretches {
            prior: amount(totals.prior),
            earlier: amount(totals.earlier),
            same_period: amount(totals.same_period),
            before_same_period: amount(totals.before_same_period),
            trailing: None,
        };
        let learned = document.learned.into_iter().map(|row| {
            let amounts = row.amounts.map(|(before, after)| (before.0, after.0));
            (row.number, row.group, PairSums { lines: row.lines, amounts })
        });
        Self {
            seen: document.seen,
            tally: Tally {
                partners: document.eligible,
                totals,
                cells: cells(document.cells),
                whole_cells: cells(document.whole_cells),
            },
            learned: pooled(learned),
        }
    }
}

impl From<&Squares> for SquaresDocument {
    fn from(squares: &Squares) -> Self {
        let learned = rows(&squares.learned, |number, group, squares| {
            let squares = squares.0.map(|(shares, residuals)| (Exact(shares), Exact(residuals)));
            SquareRow { number, group, squares }
        });
        Self { seen: squares.seen, learned }
    }
}

impl From<SquaresDocument> for Squares {
    fn from(document: SquaresDocument) -> Self {
        let learned = document.learned.into_iter().map(|row| {
            let squares = row.squares.map(|(shares, residuals)| (shares.0, residuals.0));
            (row.number, row.group, PairSquares(squares))
        });
        Self { seen: document.seen, learned: pooled(learned) }
    }
}
