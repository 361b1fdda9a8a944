//! The score of a set of quotas against actual revenue.

use crate::channel::Name;
use crate::performance::attainment;
use crate::units::{Currency, Money, MoneyError, Rate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A quota and what was then sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaOutcome {
    /// Quota that was set.
    pub quota: Money,
    /// Revenue that was closed in the period.
    pub actual: Money,
    /// Segment it belongs to, such as a tier or territory; `None` is a separate segment.
    pub segment: Option<Name>,
}

/// Quality of a set of quotas. Ratios are fractions, and `None` where undefined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// Number of quotas.
    pub lines: usize,
    /// Quotas that are zero: attainment is not defined.
    pub without_attainment: usize,
    /// Σ quotas.
    pub quota: Money,
    /// Σ actual revenue.
    pub actual: Money,
    /// Weighted absolute percentage error: Σ |quota − actual| ÷ Σ actual; `None` unless Σ actual is above zero.
    pub wape: Option<Rate>,
    /// The same after all quotas were scaled to the level of what was sold: how good the split is, apart from the level.
    pub scaled_wape: Option<Rate>,
    /// Σ quota ÷ Σ actual: above 1, the quotas were too high in total.
    pub quota_to_actual: Option<Rate>,
    /// Quotas reached (actual at least quota) ÷ quotas above zero.
    pub at_quota_by_count: Option<Rate>,
    /// Revenue of quotas reached ÷ revenue of quotas above zero; `None` unless that is above zero.
    pub at_quota_by_revenue: Option<Rate>,
    /// Mean of |attainment − 1| over quotas above zero. Source: glossary entry "absolute quota error".
    pub mean_absolute_quota_error: Option<Rate>,
    /// Median of |attainment − 1| over quotas above zero.
    pub median_quota_error: Option<Rate>,
    /// Attainment that 10, 25, 50, 75 and 90 % of the quotas above zero did not exceed; empty without any.
    pub attainment: Vec<Rate>,
    /// Quotas with 0.8 ≤ attainment ≤ 1.2 ÷ quotas above zero.
    pub within_20_percent: Option<Rate>,
}

/// Scores of all quotas and of each segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scores {
    /// All quotas.
    pub all: Score,
    /// By segment, ascending; `None` first.
    pub segments: BTreeMap<Option<Name>, Score>,
}

/// Scores `outcomes` in `currency` as a whole and by segment; their order does not matter. Fails when a sum is out of
/// range or an amount is in another currency.
///
/// ```
/// use quotient::quality::{QuotaOutcome, score};
/// use quotient::units::{Currency, Money, parse_decimal};
/// let usd = |amount: i64| Money::new(amount, Currency::USD);
/// let outcome = |quota, actual| QuotaOutcome { quota: usd(quota), actual: usd(actual), segment: None };
/// // |100 − 90| + |100 − 110| = 20, of 200 sold
/// let scores = score(&[outcome(100, 90), outcome(100, 110)], Currency::USD)?;
/// assert_eq!(scores.all.wape, parse_decimal("0.1").ok());
/// assert_eq!(scores.all.at_quota_by_count, parse_decimal("0.5").ok());
/// # Ok::<(), quotient::units::MoneyError>(())
/// ```
pub fn score(outcomes: &[QuotaOutcome], currency: Currency) -> Result<Scores, MoneyError> {
    let mut by_segment: BTreeMap<Option<Name>, Vec<&QuotaOutcome>> = BTreeMap::new();
    for outcome in outcomes {
        by_segment.entry(outcome.segment.clone()).or_default().push(outcome);
    }
    let segments = by_segment.into_iter().map(|(name, outcomes)| Ok((name, score_of(&outcomes, currency)?)));
    Ok(Scores {
        segments: segments.collect::<Result<_, _>>()?,
        all: score_of(&outcomes.iter().collect::<Vec<_>>(), currency)?,
    })
}

fn score_of(outcomes: &[&QuotaOutcome], currency: Currency) -> Result<Score, MoneyError> {
    let zero = Money::zero(currency);
    let mut score = Score {
        lines: outcomes.len(),
        without_attainment: 0,
        quota: zero,
        actual: zero,
        wape: None,
        scaled_wape: None,
        quota_to_actual: None,
        at_quota_by_count: None,
        at_quota_by_revenue: None,
        mean_absolute_quota_error: None,
        median_quota_error: None,
        attainment: Vec::new(),
        within_20_percent: None,
    };
    let mut error = zero;
    let (mut reached, mut within) = (0_u64, 0_u64);
    let (mut reached_revenue, mut defined_revenue) = (zero, zero);
    let (mut errors, mut attained_all) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        let apart = outcome.quota.minus(outcome.actual)?;
        error = error.plus(apart.abs())?;
        score.quota = score.quota.plus(outcome.quota)?;
        score.actual = score.actual.plus(outcome.actual)?;
        if !outcome.quota.is_positive() {
            score.without_attainment += 1;
            continue;
        }
        let attained = attainment(outcome.actual, outcome.quota).ok_or(MoneyError::OutOfRange)?;
        let off = attained.checked_sub(Rate::ONE).ok_or(MoneyError::OutOfRange)?.abs();
        defined_revenue = defined_revenue.plus(outcome.actual)?;
        within += u64::from(off <= Decimal::new(2, 1));
        errors.push(off);
        attained_all.push(attained);
        if outcome.actual.compare(outcome.quota)?.is_ge() {
            reached += 1;
            reached_revenue = reached_revenue.plus(outcome.actual)?;
        }
    }
    let defined = Decimal::from(errors.len());
    let of_defined = |count: u64| Decimal::from(count).checked_div(defined);
    score.wape = attainment(error, score.actual);
    score.scaled_wape = scaled(outcomes, &score);
    score.quota_to_actual = attainment(score.quota, score.actual);
    score.at_quota_by_count = of_defined(reached);
    score.at_quota_by_revenue = attainment(reached_revenue, defined_revenue);
    score.within_20_percent = of_defined(within);
    // Quotients have 28 digits and their sum may round: summed in ascending order, it does not depend on the input's.
    errors.sort_unstable();
    attained_all.sort_unstable();
    score.median_quota_error = quantile(&errors, 50);
    score.attainment = QUANTILES.iter().filter_map(|percent| quantile(&attained_all, *percent)).collect();
    let sum =
        errors.into_iter().try_fold(Decimal::ZERO, |sum, off| sum.checked_add(off)).ok_or(MoneyError::OutOfRange)?;
    score.mean_absolute_quota_error = sum.checked_div(defined);
    Ok(score)
}

/// Returns the shares of the quotas above zero by attainment: below `threshold`, up to the quota, up to `excellence`, and
/// from there. Pairs are quota and actual revenue; `None` without a quota above zero.
///
/// ```
/// use quotient::quality::attainment_bands;
/// use quotient::units::{Currency, Money, parse_decimal};
/// let usd = |amount: i64| Money::new(amount, Currency::USD);
/// let outcomes = [70, 99, 100, 130].map(|actual| (usd(100), usd(actual)));
/// let (threshold, excellence) = (parse_decimal("0.8").unwrap(), parse_decimal("1.2").unwrap());
/// let quarter = parse_decimal("0.25").unwrap();
/// assert_eq!(attainment_bands(outcomes.into_iter(), threshold, excellence), Some([quarter; 4]));
/// ```
pub fn attainment_bands(
    outcomes: impl Iterator<Item = (Money, Money)>,
    threshold: Rate,
    excellence: Rate,
) -> Option<[Rate; 4]> {
    let mut counts = [0_u64; 4];
    for attained in outcomes.filter_map(|(quota, actual)| attainment(actual, quota)) {
        let limits = [threshold, Rate::ONE, excellence];
        counts[limits.iter().filter(|limit| attained >= **limit).count()] += 1;
    }
    let all = Decimal::from(counts.iter().sum::<u64>());
    let shares: Vec<Rate> = counts.iter().filter_map(|count| Decimal::from(*count).checked_div(all)).collect();
    shares.try_into().ok()
}

/// Decimal places of a scaled quota's error: the sum is exact, in any order.
const SCALED_PLACES: u32 = 6;

/// WAPE of the quotas × Σ actual ÷ Σ quota; `None` unless both sums are above zero, or when it is out of range.
fn scaled(outcomes: &[&QuotaOutcome], score: &Score) -> Option<Rate> {
    let factor = attainment(score.actual, score.quota).filter(|factor| *factor > Decimal::ZERO)?;
    let mut errors = Decimal::ZERO;
    for outcome in outcomes {
        let apart = outcome.quota.amount().checked_mul(factor)?.checked_sub(outcome.actual.amount())?;
        errors = errors.checked_add(apart.abs().round_dp(SCALED_PLACES))?;
    }
    errors.checked_div(score.actual.amount())
}

/// Shares of the quotas, in percent, whose attainment is stated.
pub const QUANTILES: [usize; 5] = [10, 25, 50, 75, 90];

/// The least of ascending values that at least `percent` of them do not exceed; `None` of none.
fn quantile(ascending: &[Rate], percent: usize) -> Option<Rate> {
    let rank = (ascending.len() * percent).div_ceil(100);
    ascending.get(rank.saturating_sub(1)).copied()
}
