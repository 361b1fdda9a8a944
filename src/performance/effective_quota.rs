//! The quota in force: full quota × ramp, prorated by effective dates, and which of a book's quotas make it.

use super::standings::{Given, Scope};
use crate::channel::{CurrentQuota, Partner, SegmentKey};
use crate::quota::Grain;
use crate::units::{Money, MoneyError, Month, PlanningPeriod, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// From when to when a quota holds, and how far a new partner is expected to be productive.
///
/// The default changes nothing: effective throughout, no ramp.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuotaTerms {
    /// First day the quota holds; `None` is the period's first.
    pub effective_from: Option<NaiveDate>,
    /// Last day the quota holds; `None` is the period's last.
    pub effective_to: Option<NaiveDate>,
    /// Ramp by month of the period, first month first, fractions of full productivity; months beyond the list are 1.
    pub ramp: Vec<Rate>,
}

/// One month of a period under terms.
#[derive(Debug, Clone, Copy)]
pub(super) struct TermMonth {
    pub month: Month,
    pub ramp: Rate,
    /// Days of the month the quota holds.
    pub days: i64,
    /// Days of the month.
    pub of: i64,
}

impl QuotaTerms {
    /// The months of `period` with their ramp and effective days.
    pub(super) fn months(&self, period: &PlanningPeriod) -> impl Iterator<Item = TermMonth> {
        (0..period.months as usize).map(|index| {
            let month = period.start.plus(index as i32);
            let (first, last) = (month.first_day(), month.last_day());
            let from = self.effective_from.map_or(first, |day| day.max(first));
            let to = self.effective_to.map_or(last, |day| day.min(last));
            TermMonth {
                month,
                ramp: self.ramp.get(index).copied().unwrap_or(Rate::ONE),
                days: ((to - from).num_days() + 1).max(0),
                of: (last - first).num_days() + 1,
            }
        })
    }
}

/// A quota in force, with what made it differ from the full one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffectiveQuota {
    /// Quota as agreed for the whole period.
    pub full: Money,
    /// Quota in force: full × Σ over months (ramp × effective days) ÷ days of the period.
    pub effective: Money,
    /// Calendar days it holds (of several lines, the most).
    pub effective_days: i64,
    /// Calendar days of the period from `starts`.
    pub period_days: i64,
    /// True when a ramp lowered or raised it.
    pub is_ramped: bool,
    /// First month it is for; later than the period's when the partner's first quota begins inside the period (of
    /// several lines, the earliest). Nothing is expected of the months before.
    pub starts: Month,
}

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
                found.add(tile.under(period, terms(&SegmentKey::default()))?)?;
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
            let quota = tile.under(period, terms(&line))?;
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

/// Something stated for a stretch of months: a quota or a forecast.
pub(crate) trait Stretch {
    fn start(&self) -> Month;
    fn months(&self) -> u32;
    fn segment(&self) -> &SegmentKey;
    fn amount(&self) -> Money;
    /// True when it lies inside `period`.
    fn is_inside(&self, period: &PlanningPeriod) -> bool {
        period.start <= self.start() && self.start().plus(self.months() as i32) <= period.end()
    }
}

impl Stretch for CurrentQuota {
    fn start(&self) -> Month {
        self.start
    }
    fn months(&self) -> u32 {
        self.months
    }
    fn segment(&self) -> &SegmentKey {
        &self.segment
    }
    fn amount(&self) -> Money {
        self.quota
    }
}

/// What is stated for a segment inside a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile {
    pub amount: Money,
    pub start: Month,
    /// First month after it.
    pub end: Month,
    /// True when no month between is missing.
    pub is_whole: bool,
}

impl Tile {
    fn under(&self, period: &PlanningPeriod, terms: &QuotaTerms) -> Result<EffectiveQuota, MoneyError> {
        if self.start == period.start {
            return effective_quota(self.amount, period, terms);
        }
        // The amount is for the period's later months only: so are ramp and proration.
        let skipped = self.start.since(period.start) as u32;
        let rest = PlanningPeriod { label: String::new(), start: self.start, months: period.months - skipped };
        let ramp = terms.ramp.iter().skip(skipped as usize).copied().collect();
        effective_quota(self.amount, &rest, &QuotaTerms { ramp, ..terms.clone() })
    }
}

/// Sums by segment what lies inside `period`, without counting a month twice: at each month the longest stretch that
/// begins there is taken, and what overlaps it is left out.
pub(super) fn tiled<'p, S: Stretch + 'p>(
    stretches: impl Iterator<Item = &'p S>,
    period: &PlanningPeriod,
) -> Result<BTreeMap<SegmentKey, Tile>, MoneyError> {
    let mut inside: Vec<&S> = stretches.filter(|stretch| stretch.is_inside(period) && stretch.months() > 0).collect();
    inside.sort_by_key(|stretch| (stretch.segment(), stretch.start(), std::cmp::Reverse(stretch.months())));
    let mut tiles: BTreeMap<SegmentKey, Tile> = BTreeMap::new();
    for stretch in inside {
        let (amount, start) = (stretch.amount(), stretch.start());
        let end = start.plus(stretch.months() as i32);
        match tiles.get_mut(stretch.segment()) {
            Some(tile) if start < tile.end => {}
            Some(tile) => {
                tile.amount = tile.amount.plus(amount)?;
                tile.is_whole &= start == tile.end;
                tile.end = end;
            }
            None => {
                tiles.insert(stretch.segment().clone(), Tile { amount, start, end, is_whole: true });
            }
        }
    }
    Ok(tiles)
}

/// Sum of what lies inside `period`, where a month and a part of the business count once; `None` when nothing does.
pub(crate) fn sum_inside<'p, S: Stretch + 'p>(
    stretches: impl Iterator<Item = &'p S>,
    period: &PlanningPeriod,
) -> Result<Option<Money>, MoneyError> {
    let mut parts = tiled(stretches, period)?;
    keep_widest(&mut parts);
    Money::sum_known(parts.values().map(|tile| tile.amount))
}

/// Leaves out each segment that lies in a wider one, so that nothing is counted twice.
pub(super) fn keep_widest(parts: &mut BTreeMap<SegmentKey, Tile>) {
    if parts.len() < 2 {
        return;
    }
    let all: Vec<SegmentKey> = parts.keys().cloned().collect();
    parts.retain(|segment, _| !all.iter().any(|other| other != segment && other.contains(segment)));
}
