//! A ratio pooled over many lines, with the evidence for it and its sampling error.

use crate::units::Rate;
use rust_decimal::Decimal;

/// Decimal places of a pooled ratio, so that it is used as it is shown.
const PLACES: u32 = 4;
/// Decimal places of shares and residuals: their squares are summed without rounding, in any order.
const EXACT: u32 = 9;
/// Half the width of a band that holds 80 % of a normal distribution, in standard errors.
const HALF_WIDTH: Decimal = Decimal::from_parts(1282, 0, 0, false, 3);

/// Sums of pairs of an amount before and an amount after. Parts of a channel add up in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairSums {
    /// Number of pairs.
    pub lines: usize,
    /// Σ before and Σ after; `None` when one is out of range.
    pub amounts: Option<(Decimal, Decimal)>,
}

impl Default for PairSums {
    fn default() -> Self {
        Self { lines: 0, amounts: Some((Decimal::ZERO, Decimal::ZERO)) }
    }
}

impl PairSums {
    /// Adds one pair.
    pub fn add(&mut self, pair: (Decimal, Decimal)) {
        self.merge(&Self { lines: 1, amounts: Some(pair) });
    }

    /// Adds the pairs of another part.
    pub fn merge(&mut self, other: &Self) {
        self.lines += other.lines;
        self.amounts = both(self.amounts, other.amounts);
    }

    /// Returns Σ after ÷ Σ before, unrounded.
    fn ratio(&self) -> Option<Rate> {
        let (before, after) = self.amounts?;
        after.checked_div(before)
    }
}

/// Σ of the squares of each pair's share of Σ before, and of its residual; `None` when one is out of range.
///
/// Each is rounded before it is squared, and squares are summed without rounding, so parts add up in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairSquares(pub Option<(Decimal, Decimal)>);

impl Default for PairSquares {
    fn default() -> Self {
        Self(Some((Decimal::ZERO, Decimal::ZERO)))
    }
}

impl PairSquares {
    /// Adds one pair of those that `sums` are of.
    pub fn add(&mut self, (before, after): (Decimal, Decimal), sums: &PairSums) {
        let squares = || {
            let whole = sums.amounts?.0;
            let square = |amount: Decimal| {
                let part = amount.checked_div(whole)?.round_dp(EXACT);
                part.checked_mul(part)
            };
            let due = sums.ratio()?.checked_mul(before)?;
            Some((square(before)?, square(after.checked_sub(due)?)?))
        };
        self.0 = both(self.0, squares());
    }

    /// Adds the squares of another part.
    pub fn merge(&mut self, other: Self) {
        self.0 = both(self.0, other.0);
    }
}

/// Both sums of two pairs of sums.
fn both(one: Option<(Decimal, Decimal)>, other: Option<(Decimal, Decimal)>) -> Option<(Decimal, Decimal)> {
    let ((first, second), (more, further)) = (one?, other?);
    Some((first.checked_add(more)?, second.checked_add(further)?))
}

/// A ratio Σ after ÷ Σ before, pooled over lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    /// The ratio.
    pub value: Rate,
    /// Number of lines.
    pub lines: usize,
    /// Number of lines of equal size that would say as much: (Σ before)² ÷ Σ before².
    pub evidence: Rate,
    /// Standard error of the ratio, from the lines' residuals.
    pub error: Rate,
}

impl Ratio {
    /// Pools pairs of an amount before, above zero, and an amount after; their order does not matter. `None` without pairs,
    /// or when a sum is out of range.
    ///
    /// ```
    /// use quotient::{quality::Ratio, units::parse_decimal};
    /// let pairs = [(100.into(), 80.into()), (100.into(), 40.into())];
    /// let ratio = Ratio::of(&pairs).unwrap();
    /// assert_eq!((ratio.value, ratio.lines, ratio.evidence), (parse_decimal("0.6").unwrap(), 2, 2.into()));
    /// assert_eq!(Ratio::of(&[]), None);
    /// ```
    pub fn of(pairs: &[(Decimal, Decimal)]) -> Option<Self> {
        let mut sums = PairSums::default();
        pairs.iter().for_each(|pair| sums.add(*pair));
        let mut squares = PairSquares::default();
        pairs.iter().for_each(|pair| squares.add(*pair, &sums));
        Self::of_sums(&sums, squares)
    }

    /// Pools pairs whose sums and squares are known; `None` without pairs, or when one of them is out of range.
    pub fn of_sums(sums: &PairSums, squares: PairSquares) -> Option<Self> {
        let exact = sums.ratio()?;
        let (shares, residuals) = squares.0?;
        let lines = Decimal::from(sums.lines);
        let evidence = Decimal::ONE.checked_div(shares).unwrap_or(lines);
        let variance =
            lines.checked_sub(Decimal::ONE).and_then(|fewer| lines.checked_div(fewer)?.checked_mul(residuals));
        Some(Self {
            value: exact.round_dp(PLACES).normalize(),
            lines: sums.lines,
            evidence: evidence.round_dp(1).normalize(),
            // Of a single line nothing is known about the error: as large as the ratio.
            error: variance.and_then(root).unwrap_or(exact.abs()).round_dp(PLACES).normalize(),
        })
    }

    /// Returns the ratio shrunk towards `whole`, which counts as many lines of equal size as `weight` says.
    pub fn shrunk(self, whole: &Self, weight: Rate) -> Option<Self> {
        let share = self.evidence.checked_div(self.evidence.checked_add(weight)?)?;
        let rest = Decimal::ONE.checked_sub(share)?;
        let mixed = |own: Rate, whole: Rate| {
            let sum = share.checked_mul(own)?.checked_add(rest.checked_mul(whole)?)?;
            Some(sum.round_dp(PLACES).normalize())
        };
        Some(Self { value: mixed(self.value, whole.value)?, error: mixed(self.error, whole.error)?, ..self })
    }

    /// Returns the limits between which the ratio is with odds of 80 %, as far as the lines are a sample of such lines.
    pub fn band(&self) -> (Rate, Rate) {
        let half = self.error.saturating_mul(HALF_WIDTH).round_dp(PLACES);
        (self.value.saturating_sub(half).normalize(), self.value.saturating_add(half).normalize())
    }
}

/// Square root, rounded down to nine decimal places; `None` when it is out of range.
fn root(square: Rate) -> Option<Rate> {
    let scaled = square.checked_mul(Decimal::from(1_000_000_000_000_000_000_i64))?.trunc();
    let root = u128::try_from(scaled).ok()?.isqrt();
    Decimal::try_from_i128_with_scale(i128::try_from(root).ok()?, EXACT).ok()
}
