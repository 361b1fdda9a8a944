//! An independent answer to the same question: exact rationals, and no multiplier is searched.
//!
//! Lines are frozen at their bounds round by round (as flexible boxes are laid out): share what is left in proportion, see
//! whether the floors lack more than the ceilings cut off, freeze the side that does, and again.

use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use num_traits::{Signed, Zero};
use quotient::quota::OpenLine;

/// A whole number as a rational.
pub fn whole(value: i128) -> BigRational {
    BigRational::from_integer(BigInt::from(value))
}

/// Exact as well, and quicker; amounts of the cases are far from 128 bits, and tests panic on overflow.
pub type Exact = Ratio<i128>;

/// What each line gets of `amount` in proportion to its assessment, held within its bounds; `None` when nothing meets it.
pub fn distribute(lines: &[OpenLine], amount: i128) -> Option<Vec<Exact>> {
    let floor = |at: usize| Exact::from_integer(lines[at].floor.unwrap_or(0));
    let ceiling = |at: usize| lines[at].ceiling.map(Exact::from_integer);
    let mut frozen: Vec<Option<Exact>> =
        (0..lines.len()).map(|at| (lines[at].assessment == 0).then(|| floor(at))).collect();
    loop {
        let left = Exact::from_integer(amount) - frozen.iter().flatten().sum::<Exact>();
        let open: Vec<usize> = (0..lines.len()).filter(|at| frozen[*at].is_none()).collect();
        if open.is_empty() {
            return left.is_zero().then(|| frozen.into_iter().flatten().collect());
        }
        if left.is_negative() {
            return None;
        }
        let assessed: Exact = open.iter().map(|at| Exact::from_integer(lines[*at].assessment)).sum();
        let share = |at: usize| Exact::from_integer(lines[at].assessment) * left / assessed;
        let held = |at: usize| {
            let raised = share(at).max(floor(at));
            ceiling(at).map_or(raised, |ceiling| raised.min(ceiling))
        };
        let moved: Exact = open.iter().map(|at| held(*at) - share(*at)).sum();
        for at in open {
            let change = held(at) - share(at);
            if moved.is_zero()
                || (moved.is_positive() && change.is_positive())
                || (moved.is_negative() && change.is_negative())
            {
                frozen[at] = Some(held(at));
            }
        }
    }
}

/// Numbers that look random and are the same every time (xorshift).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number from 0 to `most`.
    pub fn up_to(&mut self, most: i128) -> i128 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i128::from(self.0 >> 11) % (most + 1)
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: i128) -> bool {
        self.up_to(times - 1) == 0
    }

    pub fn pick<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.up_to(values.len() as i128 - 1) as usize]
    }

    /// A line with bounds and locks now and then, around the size of `size`.
    pub fn line(&mut self, size: i128, unit: i128) -> OpenLine {
        let assessment = if self.once_in(8) { 0 } else { self.up_to(size) };
        let grain = if self.once_in(2) { unit } else { 1 };
        let mut bound = |often, most| self.once_in(often).then(|| self.up_to(most) / grain * grain);
        let (floor, ceiling) = (bound(3, size / 2), bound(3, size * 2));
        let ceiling = ceiling.map(|ceiling| ceiling.max(floor.unwrap_or(0)));
        OpenLine { assessment, floor, ceiling, lock: self.once_in(7).then(|| self.up_to(size)) }
    }
}
