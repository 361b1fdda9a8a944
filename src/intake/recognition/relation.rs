//! Members whose amounts are the sums of others, found by solving for their parts: the rows may be in any order, and no
//! column needs to say what belongs together.

use super::amounts::plus;
use super::keyed::Keyed;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The field in which sums are solved; amounts of fewer digits keep their meaning.
const PRIME: u64 = (1 << 61) - 1;
/// Fewest amounts that a member has as a sum.
const FEWEST: usize = 3;
/// Most members that may be parts of one sum, and most of them of which a few are searched.
const MOST_SOLVED: usize = 100;
const MOST_SEARCHED: usize = 100;
/// Equations beyond the number of unknowns.
const SPARE: usize = 8;
/// Most members that are looked at as sums.
const MOST_MEMBERS: usize = 400;
/// Most equations of one sum.
const MOST_EQUATIONS: usize = 128;
/// Digits of the sums from which they are not equal by chance.
const FEWEST_DIGITS: usize = 6;

/// The amounts of each member of a column, group by group.
pub(super) struct Table<'k> {
    keyed: &'k Keyed<'k>,
    /// Members that have the same value in another column.
    alike: &'k [BTreeSet<usize>],
    /// Sums of the rows of each member in each group, by group.
    groups: Vec<BTreeMap<usize, Vec<Decimal>>>,
    scale: u32,
    /// True when no amount is below zero: then no part is above its sum.
    is_positive: bool,
}

/// The equations of one member: its own amounts, and those of the members that may be its parts.
struct Equations {
    members: Vec<usize>,
    own: Vec<u64>,
    /// One column for each member.
    columns: Vec<Vec<u64>>,
    digits: usize,
}

impl<'k> Table<'k> {
    /// The members of the column `at` in `groups`, rows with the same members elsewhere; those of `alike` are compared with the
    /// others first.
    pub fn of(keyed: &'k Keyed<'k>, at: usize, groups: &[Vec<usize>], alike: &'k [BTreeSet<usize>]) -> Self {
        let mut scale = 0;
        let mut table = Vec::with_capacity(groups.len());
        for group in groups {
            let mut sums: BTreeMap<usize, Vec<Decimal>> = BTreeMap::new();
            for row in group.iter().filter_map(|row| keyed.rows.get(*row)) {
                let Some(member) = row.members.get(at) else { continue };
                let own = sums.entry(*member).or_insert_with(|| vec![Decimal::ZERO; row.amounts.len()]);
                for (sum, amount) in own.iter_mut().zip(&row.amounts) {
                    let amount = amount.unwrap_or_default();
                    scale = scale.max(amount.scale());
                    *sum = plus(*sum, amount);
                }
            }
            table.push(sums);
        }
        let is_positive = table.iter().flat_map(|sums| sums.values().flatten()).all(|amount| *amount >= Decimal::ZERO);
        Self { keyed, alike, groups: table, scale, is_positive }
    }

    /// Members that are exact sums of at least two others, each with its parts.
    pub fn sums(&self) -> BTreeMap<usize, BTreeSet<usize>> {
        let mut totals: BTreeMap<usize, Decimal> = BTreeMap::new();
        for (member, amounts) in self.groups.iter().flatten() {
            let total = totals.entry(*member).or_default();
            *total = amounts.iter().map(Decimal::abs).fold(*total, plus);
        }
        let mut found = BTreeMap::new();
        // Where amounts are below zero, any member may be a part of any other.
        let most = if self.is_positive { MOST_MEMBERS } else { MOST_SOLVED };
        if !(3..=most).contains(&totals.len()) {
            return found;
        }
        for member in totals.keys() {
            let Some(equations) = self.equations(*member, &totals) else { continue };
            let parts = self.alike(&equations).or_else(|| equations.solved()).or_else(|| equations.searched());
            if let Some(parts) = parts.filter(|parts| parts.len() > 1) {
                found.insert(*member, parts);
            }
        }
        found
    }

    /// The amounts of `member` in the groups that have it, where they differ from each other and have enough digits.
    fn equations(&self, member: usize, totals: &BTreeMap<usize, Decimal>) -> Option<Equations> {
        let groups: Vec<&BTreeMap<usize, Vec<Decimal>>> =
            self.groups.iter().filter(|group| group.contains_key(&member)).collect();
        let width = self.keyed.rows.first().map_or(0, |row| row.amounts.len());
        let places: Vec<(usize, usize)> =
            (0..groups.len()).flat_map(|group| (0..width).map(move |column| (group, column))).collect();
        let step = places.len().div_ceil(MOST_EQUATIONS).max(1);
        let amount = |of: usize, (group, column): (usize, usize)| {
            groups.get(group).and_then(|group| group.get(&of)?.get(column)).copied().unwrap_or_default()
        };
        let places: Vec<(usize, usize)> =
            places.into_iter().step_by(step).filter(|place| !amount(member, *place).is_zero()).collect();
        let different: BTreeSet<Decimal> = places.iter().map(|place| amount(member, *place)).collect();
        let digits: usize = different.iter().map(digits).sum();
        if different.len() < FEWEST || digits < FEWEST_DIGITS {
            return None;
        }
        let may_be_part = |other: &usize| {
            let mut is_known = false;
            let fits = places.iter().all(|place| {
                let other = amount(*other, *place);
                is_known |= !other.is_zero();
                !self.is_positive || other <= amount(member, *place)
            });
            *other != member && fits && is_known
        };
        // Parts come before sums of them.
        let mut members: Vec<usize> = totals.keys().copied().filter(may_be_part).collect();
        members.sort_by_key(|other| totals.get(other).copied());
        let column = |of: usize| {
            places.iter().map(|place| residue(amount(of, *place), self.scale)).collect::<Option<Vec<u64>>>()
        };
        let columns = members.iter().map(|other| column(*other)).collect::<Option<Vec<_>>>()?;
        Some(Equations { own: column(member)?, members, columns, digits })
    }

    /// The members with the same value in another column, if they sum to the own amounts.
    fn alike(&self, equations: &Equations) -> Option<BTreeSet<usize>> {
        let members: BTreeSet<usize> = equations.members.iter().copied().collect();
        let mut own = self.alike.iter().map(|alike| alike.intersection(&members).copied().collect::<BTreeSet<usize>>());
        own.find(|parts| parts.len() > 1 && equations.is_sum(parts))
    }
}

/// The members of the column `at` that have the same value in another one, for each value of the columns that it determines.
pub(super) fn alike(keyed: &Keyed<'_>, at: usize) -> Vec<BTreeSet<usize>> {
    let others = (0..keyed.columns.len()).filter(|other| *other != at && keyed.determines(at, *other));
    let sets = others.map(|other| {
        let mut of_value: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for row in &keyed.rows {
            if let (Some(member), Some(value)) = (row.members.get(at), row.members.get(other)) {
                of_value.entry(*value).or_default().insert(*member);
            }
        }
        of_value.into_values()
    });
    sets.flatten().filter(|members| members.len() > 1).collect()
}

impl Equations {
    fn column(&self, member: usize) -> Option<&Vec<u64>> {
        self.columns.get(self.members.iter().position(|own| *own == member)?)
    }

    /// True when the amounts of `parts` sum to the own ones.
    fn is_sum(&self, parts: &BTreeSet<usize>) -> bool {
        let columns: Vec<&Vec<u64>> = parts.iter().filter_map(|part| self.column(*part)).collect();
        self.own.iter().enumerate().all(|(row, own)| {
            columns.iter().filter_map(|column| column.get(row)).fold(0, |sum, one| added(sum, *one)) == *own
        })
    }

    /// The only parts that solve the equations, if each counts once.
    fn solved(&self) -> Option<BTreeSet<usize>> {
        let unknown = self.members.len();
        let has_digits = self.digits >= FEWEST_DIGITS + unknown / 3;
        if unknown == 0 || unknown > MOST_SOLVED || unknown > self.own.len() || !has_digits {
            return None;
        }
        let rows = self.own.iter().enumerate().take(unknown + SPARE);
        let mut rows: Vec<Vec<u64>> = rows
            .map(|(row, own)| {
                let of_row = self.columns.iter().filter_map(|column| column.get(row)).copied();
                of_row.chain([*own]).collect()
            })
            .collect();
        let mut pivots: Vec<usize> = Vec::new();
        for column in 0..unknown {
            let done = pivots.len();
            let at = |row: &[u64]| row.get(column).copied().unwrap_or_default();
            let Some(pivot) = (done..rows.len()).find(|row| rows.get(*row).is_some_and(|row| at(row) != 0)) else {
                continue;
            };
            rows.swap(done, pivot);
            let mut own = rows.get(done).cloned().unwrap_or_default();
            let factor = inverse(at(&own));
            own.iter_mut().for_each(|one| *one = times(*one, factor));
            for (_, row) in rows.iter_mut().enumerate().filter(|(place, _)| *place != done) {
                let factor = row.get(column).copied().unwrap_or_default();
                if factor == 0 {
                    continue;
                }
                for (one, pivot) in row.iter_mut().zip(&own) {
                    *one = less(*one, times(factor, *pivot));
                }
            }
            if let Some(row) = rows.get_mut(done) {
                *row = own;
            }
            pivots.push(column);
        }
        let mut parts = BTreeSet::new();
        for (row, values) in rows.iter().enumerate() {
            match (values.last().copied().unwrap_or_default(), pivots.get(row)) {
                (0, _) => {}
                (1, Some(column)) => parts.extend(self.members.get(*column).copied()),
                _ => return None,
            }
        }
        self.is_sum(&parts).then_some(parts)
    }

    /// Up to four of many members that sum to the own amounts, or all of them but up to four.
    fn searched(&self) -> Option<BTreeSet<usize>> {
        let count = self.members.len();
        if !(2..=MOST_SEARCHED).contains(&count) || self.digits < FEWEST_DIGITS + 4 * count.to_string().len() {
            return None;
        }
        // One number for all equations: a sum of members has the sum of their numbers.
        let number = |column: &[u64]| {
            column.iter().fold((0, 1), |(sum, weight), one| {
                (added(sum, times(weight, *one)), times(weight, 0x1234_5678_9ABC_DEF1))
            })
        };
        let own = number(&self.own).0;
        let numbers: Vec<u64> = self.columns.iter().map(|column| number(column).0).collect();
        let mut pairs: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
        for (one, first) in numbers.iter().enumerate() {
            for (other, second) in numbers.iter().enumerate().skip(one + 1) {
                pairs.insert(added(*first, *second), (one, other));
            }
        }
        let all = numbers.iter().fold(0, |sum, one| added(sum, *one));
        let few = |target: u64| -> Option<BTreeSet<usize>> {
            if let Some((one, other)) = pairs.get(&target) {
                return Some(BTreeSet::from([*one, *other]));
            }
            let third = numbers.iter().enumerate().find_map(|(third, number)| {
                let (one, other) = pairs.get(&less(target, *number))?;
                (third != *one && third != *other).then(|| BTreeSet::from([*one, *other, third]))
            });
            third.or_else(|| {
                pairs.iter().find_map(|(number, (one, other))| {
                    let (third, fourth) = pairs.get(&less(target, *number))?;
                    let four = BTreeSet::from([*one, *other, *third, *fourth]);
                    (four.len() == 4).then_some(four)
                })
            })
        };
        let rest = less(all, own);
        let without = || {
            let single = numbers.iter().position(|number| *number == rest).map(|place| BTreeSet::from([place]));
            let out = if rest == 0 { Some(BTreeSet::new()) } else { single.or_else(|| few(rest)) }?;
            Some((0..count).filter(|place| !out.contains(place)).collect::<BTreeSet<usize>>())
        };
        let places = few(own).or_else(without)?;
        let parts = places.iter().filter_map(|place| self.members.get(*place).copied()).collect();
        self.is_sum(&parts).then_some(parts)
    }
}

/// Number of digits of an amount without zeros at its end; 0 for zero.
pub(super) fn digits(amount: &Decimal) -> usize {
    let text = amount.abs().normalize().to_string();
    let digits = text.trim_end_matches('0').bytes().filter(u8::is_ascii_digit).count();
    if amount.is_zero() { 0 } else { digits }
}

/// The amount in units of its last digit at `scale`, in the field.
fn residue(amount: Decimal, scale: u32) -> Option<u64> {
    let units = amount.mantissa().checked_mul(10_i128.checked_pow(scale.checked_sub(amount.scale())?)?)?;
    u64::try_from(units.rem_euclid(i128::from(PRIME))).ok()
}

fn added(one: u64, other: u64) -> u64 {
    let sum = one + other;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn less(one: u64, other: u64) -> u64 {
    if one >= other { one - other } else { one + (PRIME - other) }
}

fn times(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    let [low, high] = [product & u128::from(PRIME), product >> 61].map(|half| u64::try_from(half).unwrap_or_default());
    added(low, high)
}

/// The inverse in the field, by Fermat.
fn inverse(one: u64) -> u64 {
    let (mut base, mut power, mut result) = (one, PRIME - 2, 1);
    while power > 0 {
        if power & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        power >>= 1;
    }
    result
}
