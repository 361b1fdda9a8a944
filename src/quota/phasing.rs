//! Phasing: a quota becomes reporting periods that sum to it, and whose columns follow the shares.

use super::exact::greatest_common_divisor;
use super::proration::PartOfPeriod;
use crate::units::{MAX_MINOR_UNITS, Rate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use thiserror::Error;

/// Largest number that a share may have, so that quota × share stays exact in 128 bits.
const MAX_SHARE: i128 = 1_000_000_000_000_000_000;

/// Fixed binary places in which column sums are carried along.
const FRACTION_BITS: u32 = 40;

/// Reason for which shares cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ShareFault {
    /// The share of a period is below zero; periods count from 0.
    #[error("the share of period {0} is below zero")]
    Negative(usize),
    /// No period has a share above zero.
    #[error("no period has a share above zero")]
    AllZero,
    /// The shares have more than 18 digits, once brought to the same number of decimals.
    #[error("shares have more than 18 digits")]
    TooFine,
}

/// Reason for which lines cannot be phased; an error of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhasingFault {
    /// A quota is negative or beyond the range.
    #[error("the quota of line {0} is out of range")]
    Quota(usize),
    /// A line has shares for another number of periods than the first line.
    #[error("line {0} has another number of periods than the first")]
    Periods(usize),
    /// The unit is below one minor unit or beyond the range.
    #[error("the unit is out of range")]
    Unit,
}

/// Shares of the reporting periods in a quota: one whole number per period, in proportion, not all zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares(Vec<i128>);

impl Shares {
    /// Returns shares in proportion to `shares`, one per period in order.
    ///
    /// ```
    /// use quotient::quota::{ShareFault, Shares};
    /// assert_eq!(Shares::new(&[20, 60])?.parts(), [1, 3]);
    /// assert_eq!(Shares::new(&[0, 0]), Err(ShareFault::AllZero));
    /// # Ok::<(), ShareFault>(())
    /// ```
    pub fn new(shares: &[i128]) -> Result<Self, ShareFault> {
        if let Some(period) = shares.iter().position(|share| *share < 0) {
            return Err(ShareFault::Negative(period));
        }
        let divisor = shares.iter().copied().fold(0, greatest_common_divisor);
        if divisor == 0 {
            return Err(ShareFault::AllZero);
        }
        let shares: Vec<i128> = shares.iter().map(|share| share / divisor).collect();
        if shares.iter().any(|share| *share > MAX_SHARE) { Err(ShareFault::TooFine) } else { Ok(Self(shares)) }
    }

    /// Returns shares in proportion to exact decimals, such as fractions or indices with mean 1.
    ///
    /// ```
    /// use quotient::quota::Shares;
    /// use rust_decimal::Decimal;
    /// let shares = Shares::from_rates(&[Decimal::new(5, 1), Decimal::new(15, 1)])?;
    /// assert_eq!(shares.parts(), [1, 3]);
    /// # Ok::<(), quotient::quota::ShareFault>(())
    /// ```
    pub fn from_rates(rates: &[Rate]) -> Result<Self, ShareFault> {
        let rates: Vec<Decimal> = rates.iter().map(Decimal::normalize).collect();
        let scale = rates.iter().map(Decimal::scale).max().unwrap_or(0);
        let whole = |rate: &Decimal| 10_i128.pow(scale - rate.scale()).checked_mul(rate.mantissa());
        let shares: Option<Vec<i128>> = rates.iter().map(whole).collect();
        Self::new(&shares.ok_or(ShareFault::TooFine)?)
    }

    /// Returns the same share for each of `periods` periods; one period when there are none.
    ///
    /// ```
    /// assert_eq!(quotient::quota::Shares::even(4).parts(), [1, 1, 1, 1]);
    /// ```
    pub fn even(periods: usize) -> Self {
        Self(vec![1; periods.max(1)])
    }

    /// The shares as whole numbers without common divisor, one per period, in order.
    ///
    /// ```
    /// use quotient::quota::Shares;
    /// assert_eq!(Shares::new(&[20, 60])?.parts(), [1, 3]);
    /// # Ok::<(), quotient::quota::ShareFault>(())
    /// ```
    pub fn parts(&self) -> &[i128] {
        &self.0
    }

    /// Shares of the stretch of `periods` periods from `start`; `None` when it has none above zero, or ends beyond.
    ///
    /// ```
    /// use quotient::quota::Shares;
    /// let months = Shares::new(&[1, 2, 3, 0])?;
    /// assert_eq!(months.stretch(1, 2).map(|shares| shares.parts().to_vec()), Some(vec![2, 3]));
    /// assert_eq!(months.stretch(3, 1), None);
    /// # Ok::<(), quotient::quota::ShareFault>(())
    /// ```
    pub fn stretch(&self, start: usize, periods: usize) -> Option<Self> {
        Self::new(self.0.get(start..start.checked_add(periods)?)?).ok()
    }

    /// Shares of a line that is in force for a part of each period: each × days in force ÷ days of the period.
    ///
    /// One entry of `parts` per period. `None` when nothing is left above zero, or the products have more than 18 digits.
    ///
    /// ```
    /// use quotient::quota::{PartOfPeriod, Shares};
    /// let parts = [(0, 90), (0, 91), (46, 92), (92, 92)].map(|(days, of)| PartOfPeriod { days, of });
    /// assert_eq!(Shares::even(4).in_force(&parts).map(|shares| shares.parts().to_vec()), Some(vec![0, 0, 1, 2]));
    /// ```
    pub fn in_force(&self, parts: &[PartOfPeriod]) -> Option<Self> {
        let days = |part: &PartOfPeriod| (i128::from(part.days.max(0)), i128::from(part.of.max(1)));
        let common = parts
            .iter()
            .map(days)
            .try_fold(1_i128, |common, (_, of)| (common / greatest_common_divisor(common, of)).checked_mul(of))?;
        let left = |(share, part): (&i128, &PartOfPeriod)| {
            let (days, of) = days(part);
            share.checked_mul(days)?.checked_mul(common / of)
        };
        let shares: Option<Vec<i128>> = self.0.iter().zip(parts).map(left).collect();
        Self::new(&shares?).ok()
    }

    /// Shares of a newcomer: each × the ramp of that period, a fraction of full productivity.
    ///
    /// A ramp shorter than the periods stays at its last value; an empty one changes nothing. `None` when nothing is left
    /// above zero, a ramp value is below zero, or the products have more than 18 digits.
    ///
    /// ```
    /// use quotient::quota::Shares;
    /// use rust_decimal::Decimal;
    /// let ramp = [Decimal::ZERO, Decimal::new(5, 1), Decimal::ONE];
    /// let shares = Shares::even(4).ramped(&ramp);
    /// assert_eq!(shares.map(|shares| shares.parts().to_vec()), Some(vec![0, 1, 2, 2]));
    /// ```
    pub fn ramped(&self, ramp: &[Rate]) -> Option<Self> {
        let Some(last) = ramp.last() else { return Some(self.clone()) };
        let full: Vec<Decimal> = (0..self.0.len()).map(|period| *ramp.get(period).unwrap_or(last)).collect();
        let scale = full.iter().map(Decimal::scale).max().unwrap_or(0);
        let ramped = |(share, ramp): (&i128, &Decimal)| {
            ramp.mantissa().checked_mul(10_i128.pow(scale - ramp.scale()))?.checked_mul(*share)
        };
        let shares: Option<Vec<i128>> = self.0.iter().zip(&full).map(ramped).collect();
        Self::new(&shares?).ok()
    }
}

/// Seasonality of a year from consecutive revenue, oldest first, in minor units.
///
/// `first` is the period of the year (from 0) of the first amount, `periods` how many a year has (4 quarters, 12 months).
/// Only the latest whole years count, so that every period of the year occurs equally often. Returns `None` with less
/// than one year, when a period of the year is below zero in total over the years, or when all are zero: the caller takes
/// the channel's seasonality instead.
///
/// ```
/// use quotient::quota::seasonality;
/// // From the second quarter: the first amount is older than the latest whole year.
/// let shares = seasonality(&[999, 10, 20, 30, 40], 1, 4);
/// assert_eq!(shares.map(|shares| shares.parts().to_vec()), Some(vec![3, 4, 1, 2]));
/// ```
pub fn seasonality(revenue: &[i128], first: usize, periods: usize) -> Option<Shares> {
    let years = revenue.len().checked_div(periods)?;
    let skipped = revenue.len() - years * periods;
    let mut sums = vec![0_i128; periods];
    for (offset, amount) in revenue.iter().enumerate().skip(skipped) {
        let sum = &mut sums[(first % periods + offset) % periods];
        *sum = sum.checked_add(*amount)?;
    }
    Shares::new(&sums).ok()
}

/// Quotas by reporting period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phasing {
    periods: usize,
    amounts: Vec<i128>,
}

impl Phasing {
    /// Amounts of a line by period, in minor units; they sum to its quota. Empty for a line that does not exist.
    ///
    /// ```
    /// use quotient::quota::{Shares, phase};
    /// let shares = Shares::even(4);
    /// let phased = phase(&[(10, &shares), (3, &shares)], 1)?;
    /// assert_eq!(phased.row(0), [3, 3, 2, 2]);
    /// # Ok::<(), quotient::quota::PhasingFault>(())
    /// ```
    pub fn row(&self, line: usize) -> &[i128] {
        let start = line.saturating_mul(self.periods);
        self.amounts.get(start..start.saturating_add(self.periods)).unwrap_or(&[])
    }

    /// The same with `rows` between its own: each at the place of its line among all, `periods` amounts in minor units.
    ///
    /// ```
    /// use quotient::quota::{Shares, phase};
    /// let shares = Shares::even(2);
    /// let phased = phase(&[(10, &shares), (4, &shares)], 1)?.with_rows(2, [(1, vec![7, 1])].into());
    /// assert_eq!((phased.row(0), phased.row(1), phased.row(2)), (&[5, 5][..], &[7, 1][..], &[2, 2][..]));
    /// # Ok::<(), quotient::quota::PhasingFault>(())
    /// ```
    pub fn with_rows(self, periods: usize, mut rows: BTreeMap<usize, Vec<i128>>) -> Self {
        if rows.is_empty() {
            return self;
        }
        let mut own = self.amounts.chunks_exact(periods.max(1));
        let mut amounts = Vec::with_capacity(self.amounts.len() + rows.len() * periods);
        for line in 0.. {
            match rows.remove(&line) {
                Some(row) => amounts.extend(row),
                None => match own.next() {
                    Some(row) => amounts.extend_from_slice(row),
                    None => break,
                },
            }
        }
        Self { periods, amounts }
    }

    /// Sum of each period over all lines; they sum to the total of all quotas. Empty without lines.
    ///
    /// ```
    /// use quotient::quota::{Shares, phase};
    /// let shares = Shares::even(4);
    /// let phased = phase(&[(10, &shares), (3, &shares)], 1)?;
    /// assert_eq!(phased.columns().iter().sum::<i128>(), 13);
    /// # Ok::<(), quotient::quota::PhasingFault>(())
    /// ```
    pub fn columns(&self) -> Vec<i128> {
        let mut columns = vec![0; self.periods];
        for row in self.amounts.chunks_exact(self.periods.max(1)) {
            columns.iter_mut().zip(row).for_each(|(column, amount)| *column += amount);
        }
        columns
    }
}

/// Splits the quotas of `lines`, in minor units, into periods by their shares, in multiples of `unit`.
///
/// - Each row sums to its quota exactly, and each amount is the line's unrounded share rounded down or up to a unit.
/// - Each column is within one unit of the sum of the unrounded amounts: which amounts are rounded up follows from what
///   the lines before left over (error diffusion, in order); where that is not enough, single units move along a row.
/// - A part of the quota that is not a multiple of the unit goes, on top of this, to the last period with a share.
///
/// A period without a share gets nothing.
///
/// ```
/// use quotient::quota::{Shares, phase};
/// let even = Shares::even(4);
/// let phased = phase(&[(100, &even), (100, &even), (105, &even)], 10)?;
/// // 100 is 25 a quarter: 30 in the first two, then in the last two, then in the first two again; the odd 5 comes last.
/// assert_eq!(phased.row(2), [30, 30, 20, 25]);
/// assert_eq!(phased.columns(), [80, 80, 70, 75]);
/// # Ok::<(), quotient::quota::PhasingFault>(())
/// ```
pub fn phase(lines: &[(i128, &Shares)], unit: i128) -> Result<Phasing, PhasingFault> {
    if !(1..=MAX_MINOR_UNITS).contains(&unit) {
        return Err(PhasingFault::Unit);
    }
    let periods = lines.first().map_or(0, |(_, shares)| shares.0.len());
    for (line, (quota, shares)) in lines.iter().enumerate() {
        if !(0..=MAX_MINOR_UNITS).contains(quota) {
            return Err(PhasingFault::Quota(line));
        }
        if shares.0.len() != periods {
            return Err(PhasingFault::Periods(line));
        }
    }
    let mut diffusion = Diffusion { periods, unit, lines, units: Vec::with_capacity(lines.len() * periods) };
    let owed = diffusion.spread();
    diffusion.repair(owed);
    Ok(Phasing { periods, amounts: diffusion.amounts() })
}

/// Phasing at work, in whole units; what columns are owed is counted in 2^-40 units.
struct Diffusion<'a> {
    periods: usize,
    unit: i128,
    lines: &'a [(i128, &'a Shares)],
    units: Vec<i128>,
}

impl Diffusion<'_> {
    /// Amount due to each period out of the line's whole units, in 2^-40 units; the amounts sum to the whole units exactly.
    ///
    /// What is lost below 2^-40 goes to the smallest fraction, which stays below a unit: so each amount is between the
    /// same two whole units as it does exactly, and a period without a share is due nothing.
    fn due(&self, line: usize) -> Vec<i128> {
        let (quota, shares) = self.lines[line];
        let (units, whole) = (quota / self.unit, shares.0.iter().sum::<i128>());
        let mut due = Vec::with_capacity(self.periods);
        let mut smallest: Option<(i128, usize)> = None;
        for (period, share) in shares.0.iter().enumerate() {
            // In two steps, for units × 2^40 × share does not fit in 128 bits.
            let (quotient, rest) = (units * share / whole, units * share % whole);
            let fraction = (rest << FRACTION_BITS) / whole;
            due.push((quotient << FRACTION_BITS) + fraction);
            if rest != 0 && smallest.is_none_or(|(least, _)| fraction < least) {
                smallest = Some((fraction, period));
            }
        }
        if let Some((_, period)) = smallest {
            due[period] += (units << FRACTION_BITS) - due.iter().sum::<i128>();
        }
        due
    }

    /// Rounds line after line: those periods up that are owed most. Returns what each column is still owed.
    fn spread(&mut self) -> Vec<i128> {
        let mut owed = vec![0_i128; self.periods];
        for line in 0..self.lines.len() {
            let due = self.due(line);
            let mut order: Vec<usize> = (0..self.periods).filter(|period| is_fractional(due[*period])).collect();
            owed.iter_mut().zip(&due).for_each(|(owed, due)| *owed += fractional(*due));
            let up = due.iter().map(|due| fractional(*due)).sum::<i128>() >> FRACTION_BITS;
            order.sort_by_key(|period| std::cmp::Reverse(owed[*period]));
            let start = self.units.len();
            self.units.extend(due.iter().map(|due| due >> FRACTION_BITS));
            for period in order.into_iter().take(up as usize) {
                self.units[start + period] += 1;
                owed[period] -= ONE;
            }
        }
        owed
    }

    /// Moves single units along rows until every column is within one unit of what it is due.
    ///
    /// A unit can move from period `a` to `b` in a row where `a` was rounded up and `b` down. From a period owed a unit
    /// or more, some period that has too much can always be reached backwards: otherwise, in every row, the periods
    /// reached would all be rounded up, or the others all down, so that those reached could not be owed anything in total.
    /// Each move brings two columns nearer to their due, so this ends.
    fn repair(&mut self, mut owed: Vec<i128>) {
        loop {
            let short = (0..self.periods).filter(|period| owed[*period] >= ONE).max_by_key(|period| owed[*period]);
            let over = (0..self.periods).filter(|period| owed[*period] <= -ONE).min_by_key(|period| owed[*period]);
            let (from, to) = match (short, over) {
                (Some(short), _) => (None, Some(short)),
                (None, Some(over)) => (Some(over), None),
                (None, None) => return,
            };
            let Some(path) = self.path(&owed, from, to) else { return };
            for (line, giver, taker) in &path {
                self.units[line * self.periods + giver] -= 1;
                self.units[line * self.periods + taker] += 1;
                owed[*giver] += ONE;
                owed[*taker] -= ONE;
            }
        }
    }

    /// Moves (line, giver, taker) that end in `to` (or start in `from`), at the other end in a column on the other side.
    fn path(&self, owed: &[i128], from: Option<usize>, to: Option<usize>) -> Option<Vec<(usize, usize, usize)>> {
        let moves = self.moves();
        let at = to.or(from)?;
        let mut before: Vec<Option<(usize, usize, usize)>> = vec![None; self.periods];
        let mut reached = vec![at];
        let mut next = 0;
        while let Some(here) = reached.get(next).copied() {
            next += 1;
            let ends = if to.is_some() { owed[here] < 0 } else { owed[here] > 0 };
            if ends && here != at {
                return Some(self.walk(&before, here, at));
            }
            for (other, step) in before.iter_mut().enumerate() {
                let (giver, taker) = if to.is_some() { (other, here) } else { (here, other) };
                if let Some(line) = moves[giver * self.periods + taker]
                    && !reached.contains(&other)
                {
                    *step = Some((line, giver, taker));
                    reached.push(other);
                }
            }
        }
        None
    }

    fn walk(&self, before: &[Option<(usize, usize, usize)>], end: usize, start: usize) -> Vec<(usize, usize, usize)> {
        let mut path = Vec::new();
        let mut here = end;
        while here != start {
            let Some(step) = before[here] else { break };
            path.push(step);
            here = if step.1 == here { step.2 } else { step.1 };
        }
        path
    }

    /// For each pair of periods, the last row in which a unit can move from the one to the other.
    fn moves(&self) -> Vec<Option<usize>> {
        let mut moves = vec![None; self.periods * self.periods];
        for line in 0..self.lines.len() {
            let due = self.due(line);
            let is_up = |period: usize| self.units[line * self.periods + period] > due[period] >> FRACTION_BITS;
            for giver in (0..self.periods).filter(|period| is_up(*period)) {
                for taker in (0..self.periods).filter(|period| is_fractional(due[*period]) && !is_up(*period)) {
                    moves[giver * self.periods + taker] = Some(line);
                }
            }
        }
        moves
    }

    /// The amounts in minor units, with the odd part of each quota on its last period with a share.
    fn amounts(self) -> Vec<i128> {
        let mut amounts: Vec<i128> = self.units.iter().map(|units| units * self.unit).collect();
        for (line, (quota, shares)) in self.lines.iter().enumerate() {
            if let Some(last) = shares.0.iter().rposition(|share| *share > 0) {
                amounts[line * self.periods + last] += quota % self.unit;
            }
        }
        amounts
    }
}

/// One unit, in 2^-40 units.
const ONE: i128 = 1 << FRACTION_BITS;

fn fractional(due: i128) -> i128 {
    due & (ONE - 1)
}

fn is_fractional(due: i128) -> bool {
    fractional(due) != 0
}
