//! The quota in force: full quota × ramp, prorated by effective dates, and which of a book's quotas make it.

use super::given::Given;
use super::scope::{EffectiveQuota, Scope};
use super::stretch::{Tile, keep_widest, tiled};
use super::terms::QuotaTerms;
use crate::channel::{Partner, SegmentKey};
use crate::quota::Grain;
use crate::units::{Money, MoneyError, PlanningPeriod, Rate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Quota in force under `terms`: full × Σ over the period's months (ramp × effective days) ÷ days of the period.
///
/// Day count: actual calendar days, both ends counted. Rounded once, half away from zero, to the currency's minor unit.
/// Source: glossary entries "ramp" and "proration".
///
/// ```
/// use quotient::performance::{QuotaTerms, effective_quota};
/// use quotient::units::{Currency, FiscalCalendar, Money};
/// let quarter = FiscalCalendar::new(1).ok_or("no calendar")?.period("FY2026-Q1")?; // 31 + 28 + 31 = 90 days
/// let from_march = QuotaTerms { effective_from: "2026-03-01".parse().ok(), ..QuotaTerms::default() };
/// let quota = effective_quota(Money::new(900_000, Currency::USD), &quarter, &from_march)?;
/// assert_eq!((quota.effective, quota.effective_days, quota.period_days), (Money::new(310_000, Currency::USD), 31, 90));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn effective_quota(full: Money, period: &PlanningPeriod, terms: &QuotaTerms) -> Result<EffectiveQuota, MoneyError> {
    let mut quota = EffectiveQuota {
        full,
        effective: full,
        effective_days: 0,
        period_days: period.days(),
        is_ramped: false,
        starts: period.start,
    };
    let mut weight = Decimal::ZERO;
    for month in terms.months(period) {
        quota.effective_days += month.days;
        quota.is_ramped |= month.ramp != Rate::ONE;
        let days = month.ramp.checked_mul(Decimal::from(month.days));
        weight = days.and_then(|days| weight.checked_add(days)).ok_or(MoneyError::OutOfRange)?;
    }
    let days = Decimal::from(quota.period_days);
    if weight != days {
        quota.effective = full.times(weight)?.divided_by(days)?.rounded();
    }
    Ok(quota)
}

/// The quotas of a partner in force for one period.
#[derive(Debug, Clone, Default)]
pub(super) struct QuotasInForce {
    /// Quota of the partner; where there are lines, their sum.
    pub whole: Option<EffectiveQuota>,
    /// Quotas by line, when the grain is finer than the partner and there are any.
    pub lines: BTreeMap<SegmentKey, EffectiveQuota>,
}

impl QuotasInForce {
    /// Finds what is in force in `period`; without `terms`, quotas are taken in full.
    pub fn find(
        partner: &Partner,
        period: &PlanningPeriod,
        grain: Grain,
        given: &Given,
        with_terms: bool,
    ) -> Result<Self, MoneyError> {
        let none = QuotaTerms::default();
        let terms = |line: &SegmentKey| given.terms_of(partner, line).filter(|_| with_terms).unwrap_or(&none);
        let mut parts = tiled(given.quotas_of(partner, period), period)?;
        // A year whose third quarter has no quota has none itself; one that begins with the second quarter has.
        parts.retain(|_, tile| tile.is_whole && tile.end == period.end());
        let at_grain = |segment: &SegmentKey| match grain {
            Grain::Partner => false,
            Grain::ProductLine => segment.product_line.is_some(),
            Grain::ProductLineTerritory => *segment != SegmentKey::default(),
        };
        let mut found = Self::default();
        if !parts.keys().any(at_grain) {
            keep_widest(&mut parts);
            for tile in parts.into_values() {
                found.add(under(&tile, period, terms(&SegmentKey::default()))?)?;
            }
            return Ok(found);
        }
        let mut lines: BTreeMap<SegmentKey, Tile> = BTreeMap::new();
        for (segment, tile) in parts.into_iter().filter(|(segment, _)| at_grain(segment)) {
            let line = lines
                .entry(grain.line_of(partner, &segment))
                .or_insert(Tile { amount: Money::zero(tile.amount.currency()), ..tile });
            line.amount = line.amount.plus(tile.amount)?;
            line.start = line.start.min(tile.start);
        }
        for (line, tile) in lines {
            let quota = under(&tile, period, terms(&line))?;
            found.add(quota)?;
            found.lines.insert(line, quota);
        }
        Ok(found)
    }

    /// What of the partner's business the quota is for.
    pub fn scope(&self) -> Scope<'_> {
        if self.lines.is_empty() { Scope::All } else { Scope::Lines(&self.lines) }
    }

    fn add(&mut self, quota: EffectiveQuota) -> Result<(), MoneyError> {
        let Some(sum) = &mut self.whole else {
            self.whole = Some(quota);
            return Ok(());
        };
        sum.full = sum.full.plus(quota.full)?;
        sum.effective = sum.effective.plus(quota.effective)?;
        sum.effective_days = sum.effective_days.max(quota.effective_days);
        sum.is_ramped |= quota.is_ramped;
        sum.starts = sum.starts.min(quota.starts);
        Ok(())
    }
}

/// Quota in force of what is stated for a segment.
fn under(tile: &Tile, period: &PlanningPeriod, terms: &QuotaTerms) -> Result<EffectiveQuota, MoneyError> {
    if tile.start == period.start {
        return effective_quota(tile.amount, period, terms);
    }
    // The amount is for the period's later months only: so are ramp and proration.
    let skipped = tile.start.since(period.start) as u32;
    let rest = PlanningPeriod { label: String::new(), start: tile.start, months: period.months - skipped };
    let ramp = terms.ramp.iter().skip(skipped as usize).copied().collect();
    effective_quota(tile.amount, &rest, &QuotaTerms { ramp, ..terms.clone() })
}
