//! The multiplier: by how much every assessment of a group is scaled so that the lines meet the amount.

use super::exact::greatest_common_divisor;
use std::cmp::Ordering;

/// Ceiling of a line that has none.
pub(super) const NO_CEILING: i64 = i64::MAX;

/// A line that scales: its assessment and the bounds it stays within, in minor units, each at most 9 × 10^15.
///
/// 64 bits hold them, so that two of them multiply in one instruction. `floor` ≤ `ceiling`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scalable {
    pub assessment: i64,
    pub floor: i64,
    pub ceiling: i64,
}

/// An exact factor, at least zero: what the target asks of each assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Multiplier {
    numerator: i128,
    denominator: i128,
}

impl Multiplier {
    /// Assessments are unchanged.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// Returns `numerator` ÷ `denominator` in lowest terms; at least zero ÷ above zero.
    pub(super) fn new(numerator: i128, denominator: i128) -> Self {
        let divisor = greatest_common_divisor(numerator, denominator);
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// Returns `numerator` ÷ `denominator` as a multiplier; `None` unless at least zero ÷ above zero.
    ///
    /// ```
    /// use quotient::quota::Multiplier;
    /// assert_eq!(Multiplier::from_parts(6, 4).map(Multiplier::to_text).as_deref(), Some("1.5"));
    /// assert_eq!(Multiplier::from_parts(1, 0), None);
    /// ```
    pub fn from_parts(numerator: i128, denominator: i128) -> Option<Self> {
        (numerator >= 0 && denominator > 0).then(|| Self::new(numerator, denominator))
    }

    /// Numerator in lowest terms.
    ///
    /// ```
    /// assert_eq!(quotient::quota::Multiplier::ONE.numerator(), 1);
    /// ```
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// Denominator in lowest terms, above zero.
    ///
    /// ```
    /// assert_eq!(quotient::quota::Multiplier::ONE.denominator(), 1);
    /// ```
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// The multiplier × `assessment`, rounded down.
    pub(super) fn scaled(self, assessment: i64) -> i128 {
        self.numerator * i128::from(assessment) / self.denominator
    }

    /// The multiplier in words: `1.043`, with more decimals only where three would hide that it is not 1.
    ///
    /// ```
    /// assert_eq!(quotient::quota::Multiplier::ONE.to_text(), "1");
    /// ```
    pub fn to_text(self) -> String {
        let mut digits = 3;
        loop {
            let scale = 10_i128.pow(digits);
            let thousandths = (self.numerator / self.denominator).saturating_mul(scale).saturating_add(
                super::exact::divided_half_up((self.numerator % self.denominator) * scale, self.denominator),
            );
            let (whole, fraction) = (thousandths / scale, thousandths % scale);
            if thousandths != scale || self == Self::ONE || digits == 9 {
                let text = format!("{whole}.{fraction:0width$}", width = digits as usize);
                return text.trim_end_matches('0').trim_end_matches('.').to_owned();
            }
            digits += 1;
        }
    }
}

/// A multiplier at which a line leaves its floor or reaches its ceiling: `amount` ÷ `assessment`.
#[derive(Clone, Copy)]
struct Breakpoint {
    amount: i64,
    assessment: i64,
    leaves_floor: bool,
}

impl Breakpoint {
    fn order(&self, other: &Self) -> Ordering {
        let left = i128::from(self.amount) * i128::from(other.assessment);
        left.cmp(&(i128::from(other.amount) * i128::from(self.assessment)))
    }

    fn multiplier(&self) -> Multiplier {
        Multiplier::new(i128::from(self.amount), i128::from(self.assessment))
    }
}

/// Sum of all lines between two breakpoints: `fixed` + multiplier × `scaling`.
#[derive(Clone, Copy)]
struct Water {
    fixed: i128,
    scaling: i128,
}

impl Water {
    /// Compares what the lines come to at a breakpoint with `amount`.
    fn level(&self, at: &Breakpoint, amount: i128) -> Ordering {
        let (numerator, denominator) = (i128::from(at.amount), i128::from(at.assessment));
        (self.scaling * numerator).cmp(&((amount - self.fixed) * denominator))
    }

    fn pass(&mut self, at: &Breakpoint) {
        let (amount, assessment) = (i128::from(at.amount), i128::from(at.assessment));
        if at.leaves_floor {
            self.fixed -= amount;
            self.scaling += assessment;
        } else {
            self.fixed += amount;
            self.scaling -= assessment;
        }
    }
}

/// Finds the multiplier at which the lines, each held within its bounds, sum to `amount` exactly.
///
/// Returns `None` when no multiplier does: `amount` is below the floors, or above what the lines with an assessment can
/// take. Where several do (every line is at a bound), it is the one nearest to 1. The sum grows with the
/// multiplier and is linear between breakpoints, so the stretch that holds `amount` is found by halving them. Products stay within 128 bits as long as the
/// amounts of all lines sum to at most [`MAX_SUM`](super::reconciliation_input::MAX_SUM).
pub(super) fn find_multiplier(lines: &[Scalable], amount: i128) -> Option<Multiplier> {
    let mut water = Water { fixed: 0, scaling: 0 };
    let mut breakpoints = Vec::new();
    for line in lines {
        water.fixed += i128::from(line.floor);
        let breakpoint = |amount, leaves_floor| Breakpoint { amount, assessment: line.assessment, leaves_floor };
        match line {
            Scalable { assessment: 0, .. } => continue,
            Scalable { floor: 0, .. } => water.scaling += i128::from(line.assessment),
            Scalable { .. } => breakpoints.push(breakpoint(line.floor, true)),
        }
        if line.ceiling != NO_CEILING {
            breakpoints.push(breakpoint(line.ceiling, false));
        }
    }
    if amount < water.fixed {
        return None;
    }
    let (water, around) = narrow(water, &mut breakpoints, amount);
    around.sort_unstable_by(Breakpoint::order);
    meet(water, around, amount)
}

/// Breakpoints that are simply sorted; below it, halving gains nothing.
const FEW: usize = 64;

/// Halves the breakpoints until few are left around `amount`; the water is as it is before the first of them.
///
/// At the last one kept the lines come to more than `amount`, unless none was dropped above it.
fn narrow(mut water: Water, mut around: &mut [Breakpoint], amount: i128) -> (Water, &mut [Breakpoint]) {
    while around.len() > FEW {
        let middle = around.len() / 2;
        around.select_nth_unstable_by(middle, Breakpoint::order);
        let mut risen = water;
        around[..middle].iter().for_each(|breakpoint| risen.pass(breakpoint));
        around = match risen.level(&around[middle], amount) {
            Ordering::Equal => break,
            Ordering::Greater => &mut around[..=middle],
            Ordering::Less => {
                water = risen;
                &mut around[middle..]
            }
        };
    }
    (water, around)
}

/// Walks the breakpoints in order until the lines come to `amount`, which is at least what they come to at zero.
fn meet(mut water: Water, breakpoints: &[Breakpoint], amount: i128) -> Option<Multiplier> {
    let mut walk = breakpoints.iter();
    let mut last = Multiplier { numerator: 0, denominator: 1 };
    for breakpoint in walk.by_ref() {
        match water.level(breakpoint, amount) {
            Ordering::Less => {}
            Ordering::Greater => return Some(Multiplier::new(amount - water.fixed, water.scaling)),
            Ordering::Equal => {
                let least = if water.scaling == 0 { last } else { breakpoint.multiplier() };
                water.pass(breakpoint);
                return Some(nearest_to_one(least, greatest(water, breakpoint, walk.as_slice(), amount)));
            }
        }
        last = breakpoint.multiplier();
        water.pass(breakpoint);
    }
    match water.scaling {
        0 => (water.fixed == amount).then(|| nearest_to_one(last, None)),
        scaling => Some(Multiplier::new(amount - water.fixed, scaling)),
    }
}

/// The greatest multiplier at which the lines still come to `amount`, after they did at `reached`; `None` without end.
fn greatest(mut water: Water, reached: &Breakpoint, ahead: &[Breakpoint], amount: i128) -> Option<Multiplier> {
    let mut reached = *reached;
    for breakpoint in ahead {
        if water.level(breakpoint, amount).is_gt() {
            return Some(reached.multiplier());
        }
        reached = *breakpoint;
        water.pass(breakpoint);
    }
    (water.scaling > 0).then(|| reached.multiplier())
}

fn nearest_to_one(least: Multiplier, greatest: Option<Multiplier>) -> Multiplier {
    let below_one = |multiplier: &Multiplier| multiplier.numerator < multiplier.denominator;
    match greatest.filter(below_one) {
        Some(greatest) => greatest,
        None if below_one(&least) => Multiplier::ONE,
        None => least,
    }
}
