//! Rounding to the rounding unit: the sum is met exactly and no guardrail is broken.
//!
//! Bounds are first tightened to multiples of the unit and the lines are rescaled between them, so that every line starts
//! within one unit of its due. Then largest remainder; ties go to the larger assessment, then to the earlier line.
//! Odd amounts (no multiple of the unit) exist only where they must, and as few as possible:
//! 1. a line without a multiple between its floor and ceiling stays odd, near what it scales to;
//! 2. when the amount to distribute is odd and those lines do not take up the rest, one line carries it: the one with the
//!    largest assessment among those with room for it (ties: the earlier);
//! 3. when no single line has room, those with the most room carry it (ties: larger assessment, then the earlier).

use super::multiplier::{Multiplier, NO_CEILING, Scalable, find_multiplier};
use std::cmp::Reverse;

/// The multiples of the unit that a line may take; `None` when there is none between its bounds.
fn tightened(line: &Scalable, unit: i64) -> Option<Scalable> {
    let floor = multiple_at_least(line.floor, unit);
    let ceiling = if line.ceiling == NO_CEILING { NO_CEILING } else { line.ceiling - line.ceiling % unit };
    (floor <= ceiling).then_some(Scalable { assessment: line.assessment, floor, ceiling })
}

/// The lowest multiple of `unit` that is at least `amount`; both at most 9 × 10^15.
fn multiple_at_least(amount: i64, unit: i64) -> i64 {
    (amount + unit - 1) / unit * unit
}

/// A line without assessment stays at its floor, or at the next multiple above it where its ceiling allows that.
fn held_to_floor(line: &Scalable, unit: i64) -> Scalable {
    match line.assessment {
        0 => Scalable { ceiling: line.ceiling.min(multiple_at_least(line.floor, unit)), ..*line },
        _ => *line,
    }
}

/// Rounds `amount` half up to the unit within the line's bounds; it is unchanged when there is no multiple between them.
pub(super) fn round_alone(line: &Scalable, amount: i64, unit: i64) -> i64 {
    let rest = amount % unit;
    let nearest = amount - rest + if rest >= unit - rest { unit } else { 0 };
    tightened(line, unit).map_or(amount, |held| nearest.clamp(held.floor, held.ceiling))
}

/// Rounds the lines of one group so that they sum to `amount`.
///
/// `bounded` is what each line scales to within its bounds, rounded down, at the multiplier that meets `amount`; that it
/// exists is what makes every sum below reachable. One quota per line comes back, in order.
pub(super) fn round_to_sum(lines: &[Scalable], bounded: &[i64], amount: i128, unit: i64) -> Vec<i64> {
    let lines: Vec<Scalable> = lines.iter().map(|line| held_to_floor(line, unit)).collect();
    let mut rounding = Rounding { quotas: bounded.to_vec(), lines, unit };
    let whole: Vec<(usize, Scalable)> =
        rounding.lines.iter().enumerate().filter_map(|(at, line)| Some((at, tightened(line, unit)?))).collect();
    let split = rounding.split(&whole, amount);
    rounding.spread_units(&whole, split.whole);
    rounding.settle_odd(split.odd);
    let distributed: i128 = rounding.quotas.iter().map(|quota| i128::from(*quota)).sum();
    rounding.carry(amount - distributed);
    rounding.quotas
}

/// Split of an amount between the lines that can be multiples of the unit and those that cannot.
struct Split {
    /// For the lines that can, in total; a multiple of the unit.
    whole: i128,
    /// For the lines that cannot, in total.
    odd: i128,
}

struct Rounding {
    lines: Vec<Scalable>,
    quotas: Vec<i64>,
    unit: i64,
}

impl Rounding {
    /// Splits `amount` so that as little as possible is left over for lines that could be multiples of the unit.
    fn split(&self, whole: &[(usize, Scalable)], amount: i128) -> Split {
        let unit = i128::from(self.unit);
        let (mut least, mut most, mut endless) = (0_i128, 0_i128, false);
        for (_, line) in whole {
            least += i128::from(line.floor);
            endless |= line.ceiling == NO_CEILING;
            most += if line.ceiling == NO_CEILING { 0 } else { i128::from(line.ceiling) };
        }
        // Without a ceiling, the amount itself is one: quotas are never negative.
        let (least, most) = (least / unit, if endless { amount.max(least) / unit } else { most / unit });
        let (mut odd_least, mut odd_due, mut odd_most) = (0, 0, 0);
        for at in self.odd_lines() {
            odd_least += i128::from(self.lines[at].floor);
            odd_due += i128::from(self.quotas[at]);
            odd_most += i128::from(self.lines[at].ceiling);
        }
        // Multiples that leave the odd lines an amount within their bounds; none when the two cross.
        let from = -(odd_most - amount).div_euclid(unit);
        let to = (amount - odd_least).div_euclid(unit);
        if from.max(least) <= to.min(most) {
            let due = (2 * (amount - odd_due) + unit).div_euclid(2 * unit).clamp(from.max(least), to.min(most));
            return Split { whole: due * unit, odd: amount - due * unit };
        }
        if to < least {
            return Split { whole: least * unit, odd: odd_least };
        }
        Split { whole: most.min((amount - odd_most).div_euclid(unit)) * unit, odd: odd_most }
    }

    /// Positions of the lines without a multiple of the unit between their bounds.
    fn odd_lines(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.lines.len()).filter(|at| tightened(&self.lines[*at], self.unit).is_none())
    }

    /// Gives the lines that can be multiples of the unit `total`, a multiple too, by largest remainder.
    fn spread_units(&mut self, whole: &[(usize, Scalable)], total: i128) {
        let tight: Vec<Scalable> = whole.iter().map(|(_, line)| *line).collect();
        let multiplier = find_multiplier(&tight, total).unwrap_or(Multiplier::ONE);
        let per_unit = multiplier.denominator() * i128::from(self.unit);
        let mut left = total;
        let mut remainders: Vec<(i128, Reverse<i64>, usize)> = Vec::new();
        for (at, line) in whole {
            let due = multiplier.numerator() * i128::from(line.assessment);
            let (low, high) = (i128::from(line.floor), i128::from(line.ceiling));
            let units = due / per_unit;
            let quota = (units * i128::from(self.unit)).clamp(low, high);
            if quota == units * i128::from(self.unit) && quota < high {
                // Negative, so that ascending order has the largest remainder and the largest assessment first.
                remainders.push((units * per_unit - due, Reverse(line.assessment), *at));
            }
            self.quotas[*at] = quota as i64;
            left -= quota;
        }
        let count = usize::try_from(left / i128::from(self.unit)).unwrap_or(0).min(remainders.len());
        if count > 0 {
            remainders.select_nth_unstable(count - 1);
        }
        for (_, _, at) in &remainders[..count] {
            self.quotas[*at] += self.unit;
        }
    }

    /// Moves the lines that must be odd to `total`, larger assessments first, within their bounds.
    fn settle_odd(&mut self, total: i128) {
        let mut odd: Vec<usize> = self.odd_lines().collect();
        odd.sort_by_key(|at| Reverse(self.lines[*at].assessment));
        let due: i128 = odd.iter().map(|at| i128::from(self.quotas[*at])).sum();
        self.move_by(total - due, &odd);
    }

    /// Lets the fewest lines possible take `rest`, which no multiple of the unit can hold.
    fn carry(&mut self, rest: i128) {
        if rest == 0 {
            return;
        }
        let all = 0..self.lines.len();
        let alone = all
            .clone()
            .filter(|at| self.room(*at, rest) >= rest.abs())
            .min_by_key(|at| Reverse(self.lines[*at].assessment));
        if let Some(at) = alone {
            return self.move_by(rest, &[at]);
        }
        let mut roomiest: Vec<usize> = all.filter(|at| self.room(*at, rest) > 0).collect();
        roomiest.sort_by_key(|at| Reverse((self.room(*at, rest), self.lines[*at].assessment)));
        self.move_by(rest, &roomiest);
    }

    /// Distance a line can move in the direction of `rest`.
    fn room(&self, at: usize, rest: i128) -> i128 {
        let (line, quota) = (&self.lines[at], i128::from(self.quotas[at]));
        if rest > 0 { i128::from(line.ceiling) - quota } else { quota - i128::from(line.floor) }
    }

    /// Moves the lines at `order`, one after the other, each as far as its room allows.
    fn move_by(&mut self, mut rest: i128, order: &[usize]) {
        for at in order {
            let step = self.room(*at, rest).min(rest.abs()) * rest.signum();
            self.quotas[*at] += step as i64;
            rest -= step;
        }
    }
}
