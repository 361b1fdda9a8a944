//! Totals of groups, which are not partners, proven together: by the grand total of the rows between them, or by each other.

use super::row_amounts::{Amounts, sum_of};
use super::row_evidence::{RowEvidence, is_header};
use super::shared::Shared;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A row that is named as the total of something, with what its own group sums to.
struct Candidate {
    row: u64,
    amounts: Vec<Option<Decimal>>,
    /// Sums and number of the rows of its group: those since the total above, or the groups before it.
    group: Vec<Decimal>,
    rows: u64,
    is_proven: bool,
}

/// Comparison of the amounts of a candidate with those of its group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Exact,
    Near,
    Far,
}

/// The rows of a sheet that are totals of groups, with the sum of the rows of each.
pub(super) fn group_totals(evidence: RowEvidence<'_>, shared: &Shared) -> BTreeMap<u64, Decimal> {
    let mut amounts = Amounts::of(evidence.sheet, evidence.binding, shared);
    let mut walk = Groups::new(amounts.count());
    // Where reading stops is reported when the data is read.
    let _ = evidence.sheet.for_each(|row, fields| {
        if is_header(evidence.sheet, fields) {
            return;
        }
        let own = amounts.read(row, fields);
        let named = evidence.labelled(fields).filter(|(text, _)| !evidence.is_partner(text));
        match named.filter(|(text, _)| evidence.is_in_place_of_partner(fields, text)) {
            _ if sum_of(&own).is_none() => {}
            Some((_, label)) if label.is_exact => walk.grand(&own),
            Some(_) => walk.candidate(row, own),
            None => walk.leaf(&own),
        }
    });
    walk.finish()
}

/// The rows so far.
struct Groups {
    /// Sums of all rows except totals, and those since the last total.
    all: Vec<Decimal>,
    group: Vec<Decimal>,
    rows: u64,
    /// Sums of all rows at the beginning and after each candidate.
    marks: Vec<Vec<Decimal>>,
    candidates: Vec<Candidate>,
}

impl Groups {
    fn new(columns: usize) -> Self {
        let zero = vec![Decimal::ZERO; columns];
        Self { all: zero.clone(), group: zero.clone(), rows: 0, marks: vec![zero], candidates: Vec::new() }
    }

    fn leaf(&mut self, amounts: &[Option<Decimal>]) {
        self.rows += 1;
        for sums in [&mut self.all, &mut self.group] {
            for (sum, amount) in sums.iter_mut().zip(amounts) {
                *sum = sum.checked_add(amount.unwrap_or_default()).unwrap_or(Decimal::MAX);
            }
        }
    }

    fn candidate(&mut self, row: u64, amounts: Vec<Option<Decimal>>) {
        let mut group = std::mem::replace(&mut self.group, vec![Decimal::ZERO; self.all.len()]);
        let rows = std::mem::take(&mut self.rows);
        if rows == 0 {
            // A total of the groups above: from the place that fits it.
            let since = |mark: &Vec<Decimal>| -> Vec<Decimal> {
                self.all.iter().zip(mark).map(|(sum, mark)| sum.checked_sub(*mark).unwrap_or(Decimal::MAX)).collect()
            };
            group = self.marks.iter().map(since).find(|sums| equal(sums, &amounts)).unwrap_or(group);
        }
        self.marks.push(self.all.clone());
        self.candidates.push(Candidate { row, amounts, group, rows, is_proven: false });
    }

    /// A total of everything: where it is the sum of the rows without the candidates, those are totals.
    fn grand(&mut self, amounts: &[Option<Decimal>]) {
        if equal(&self.all, amounts) {
            self.candidates.iter_mut().for_each(|one| one.is_proven = true);
        }
        self.group = vec![Decimal::ZERO; self.all.len()];
        self.rows = 0;
    }

    /// The proven ones; those without a grand total prove each other.
    fn finish(mut self) -> BTreeMap<u64, Decimal> {
        let matches: Vec<Match> = self.candidates.iter().map(Candidate::compared).collect();
        let count = |one: Match| matches.iter().filter(|other| **other == one).count();
        let (exact, far) = (count(Match::Exact), count(Match::Far));
        let is_one_another = self.candidates.len() > 1 && exact > 0 && (far == 0 || (exact > 1 && far * 2 <= exact));
        if is_one_another {
            self.candidates.iter_mut().for_each(|one| one.is_proven = true);
        }
        let proven = self.candidates.into_iter().filter(|one| one.is_proven);
        proven.map(|one| (one.row, known_sum(&one.group, &one.amounts))).collect()
    }
}

impl Candidate {
    fn compared(&self) -> Match {
        let filled = self.amounts.iter().flatten().filter(|amount| !amount.is_zero()).count();
        // One row and one amount prove nothing.
        if equal(&self.group, &self.amounts) && (self.rows != 1 || filled > 1) && filled > 0 {
            return Match::Exact;
        }
        let is_near = |(sum, amount): (&Decimal, &Option<Decimal>)| {
            let Some(amount) = amount else { return true };
            let difference = sum.checked_sub(*amount).unwrap_or(Decimal::MAX).abs();
            difference.checked_mul(Decimal::ONE_HUNDRED).is_some_and(|times| times <= sum.abs())
        };
        let is_near = self.rows > 1 && self.group.iter().zip(&self.amounts).all(is_near);
        if is_near { Match::Near } else { Match::Far }
    }
}

/// True when each of the amounts is the sum of its column.
fn equal(sums: &[Decimal], amounts: &[Option<Decimal>]) -> bool {
    sums.iter().zip(amounts).all(|(sum, amount)| amount.is_none_or(|amount| amount == *sum))
}

/// The sum of the columns in which there is an amount.
fn known_sum(sums: &[Decimal], amounts: &[Option<Decimal>]) -> Decimal {
    let known = sums.iter().zip(amounts).filter(|(_, amount)| amount.is_some()).map(|(sum, _)| *sum);
    known.fold(Decimal::ZERO, |sum, one| sum.checked_add(one).unwrap_or(Decimal::MAX))
}
