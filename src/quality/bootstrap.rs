//! Confidence in a difference between two methods: a paired bootstrap over partners, exact and repeatable.

use crate::units::Rate;
use rust_decimal::Decimal;

/// Seed of every bootstrap, so that the same rows give the same interval.
pub(super) const SEED: u64 = 20_191_130;
/// Draws of a bootstrap.
pub(super) const DRAWS: usize = 1_000;
/// Fewest draws, of a book with very many partners.
pub(super) const FEWEST_DRAWS: usize = 200;
/// Partners drawn in all draws together.
pub(super) const MOST_DRAWN: usize = 50_000_000;

/// Errors of two methods for one partner over all folds, and what it bought, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paired {
    /// Σ |quota − actual| of the method that is judged.
    pub own: i128,
    /// Σ |quota − actual| of the method it is compared with.
    pub other: i128,
    /// Σ actual.
    pub actual: i128,
}

/// By how much a method's WAPE is lower than that of another, with a 95 % interval. An estimate, not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// WAPE of the other − WAPE of the method: above zero, the method is better.
    pub better: Rate,
    /// Lower limit.
    pub low: Rate,
    /// Upper limit.
    pub high: Rate,
}

impl Difference {
    /// Compares two methods over partners that were drawn again and again; `None` unless they bought something.
    ///
    /// All folds of a partner are drawn together, because they are not independent of each other.
    ///
    /// ```
    /// use quotient::quality::{Difference, Paired};
    /// let alike = Paired { own: 10, other: 30, actual: 100 };
    /// let difference = Difference::of(&[alike; 50]).unwrap();
    /// assert_eq!((difference.better, difference.low), (difference.high, difference.better));
    /// assert!(difference.is_better());
    /// ```
    pub fn of(partners: &[Paired]) -> Option<Self> {
        let better = gain(partners.iter())?;
        let draws = (MOST_DRAWN / partners.len().max(1)).clamp(FEWEST_DRAWS, DRAWS);
        let mut generator = Generator(SEED);
        let mut drawn: Vec<Rate> = (0..draws)
            .filter_map(|_| gain((0..partners.len()).map(|_| &partners[generator.below(partners.len())])))
            .collect();
        drawn.sort_unstable();
        let at = |per_thousand: usize| drawn.get(drawn.len() * per_thousand / 1_000).or(drawn.last()).copied();
        Some(Self { better, low: at(25)?, high: at(975)? })
    }

    /// True when the whole interval is above zero.
    pub fn is_better(&self) -> bool {
        self.low > Decimal::ZERO
    }

    /// True when the whole interval is below zero.
    pub fn is_worse(&self) -> bool {
        self.high < Decimal::ZERO
    }
}

fn gain<'p>(partners: impl Iterator<Item = &'p Paired>) -> Option<Rate> {
    let mut sum = Paired::default();
    for one in partners {
        sum.own = sum.own.checked_add(one.own)?;
        sum.other = sum.other.checked_add(one.other)?;
        sum.actual = sum.actual.checked_add(one.actual)?;
    }
    let exact = |minor: i128| Decimal::try_from_i128_with_scale(minor, 0).ok();
    let actual = exact(sum.actual).filter(|actual| *actual > Decimal::ZERO)?;
    exact(sum.other.checked_sub(sum.own)?)?.checked_div(actual)
}

/// SplitMix64: integers only, the same on every machine.
pub(super) struct Generator(pub(super) u64);

impl Generator {
    /// Returns a number below `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * limit as u128) >> 64) as usize
    }
}
