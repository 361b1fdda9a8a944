//! Amounts stated for stretches of months: which of them make up a period without counting a month twice.

use super::scope::EffectiveQuota;
use super::terms::effective_quota;
use crate::channel::{CurrentQuota, Forecast, QuotaTerms, SegmentKey};
use crate::units::{Money, MoneyError, Month, PlanningPeriod};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Something stated for a stretch of months: a quota or a forecast.
pub(crate) trait Stretch {
    fn start(&self) -> Month;
    fn months(&self) -> u32;
    fn segment(&self) -> &SegmentKey;
    /// The amount as stated.
    fn amount(&self) -> Money;
    /// The amount in force, where the stretch has terms.
    fn in_force(&self) -> Result<Option<EffectiveQuota>, MoneyError> {
        Ok(None)
    }
    /// Returns true when it is inside `period`.
    fn is_inside(&self, period: &PlanningPeriod) -> bool {
        period.start <= self.start() && self.end() <= period.end()
    }
    /// First month after it.
    fn end(&self) -> Month {
        self.start().plus(self.months() as i32)
    }
}

impl Stretch for &Forecast {
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
        self.amount
    }
}

/// A quota with the date on which its partner leaves, where that ends it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DatedQuota<'p> {
    pub quota: &'p CurrentQuota,
    /// Last date of the partner in the program; `None` for a quota that was agreed with that date in mind.
    pub until: Option<NaiveDate>,
}

impl DatedQuota<'_> {
    /// True when the partner's last date ends it.
    pub fn ends_with_partner(&self) -> bool {
        let ends = |until: NaiveDate| until < self.end().plus(-1).last_day();
        self.quota.terms.effective_to.is_none() && self.until.is_some_and(ends)
    }

    /// Its own terms; the partner's last date ends it unless it states its own.
    pub fn terms(&self) -> Option<QuotaTerms> {
        let own = &self.quota.terms;
        let until = self.until.filter(|_| self.ends_with_partner());
        let terms = QuotaTerms { effective_to: own.effective_to.or(until), ..own.clone() };
        (terms != QuotaTerms::default()).then_some(terms)
    }
}

impl Stretch for DatedQuota<'_> {
    fn start(&self) -> Month {
        self.quota.start
    }
    fn months(&self) -> u32 {
        self.quota.months
    }
    fn segment(&self) -> &SegmentKey {
        &self.quota.segment
    }
    fn amount(&self) -> Money {
        self.quota.quota
    }
    fn in_force(&self) -> Result<Option<EffectiveQuota>, MoneyError> {
        let Some(terms) = self.terms() else { return Ok(None) };
        let period = PlanningPeriod { label: String::new(), start: self.start(), months: self.months() };
        effective_quota(self.amount(), &period, &terms).map(Some)
    }
}

/// Amount stated for a segment inside a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile {
    /// Amount as stated.
    pub full: Money,
    /// Amount in force under the terms of the stretches.
    pub amount: Money,
    pub start: Month,
    /// First month after it.
    pub end: Month,
    /// True when no month between is missing.
    pub is_whole: bool,
    /// True when a stretch has terms.
    pub has_terms: bool,
    /// Days on which it is in force.
    pub days: i64,
    /// True when a ramp changed it.
    pub is_ramped: bool,
}

impl Tile {
    fn of<S: Stretch>(stretch: &S) -> Result<Self, MoneyError> {
        let in_force = stretch.in_force()?;
        let days = (stretch.end().first_day() - stretch.start().first_day()).num_days();
        Ok(Self {
            full: stretch.amount(),
            amount: in_force.map_or(stretch.amount(), |quota| quota.effective),
            start: stretch.start(),
            end: stretch.end(),
            is_whole: true,
            has_terms: in_force.is_some(),
            days: in_force.map_or(days, |quota| quota.effective_days),
            is_ramped: in_force.is_some_and(|quota| quota.is_ramped),
        })
    }

    /// Adds the stretch that follows.
    fn extend(&mut self, next: &Self) -> Result<(), MoneyError> {
        self.is_whole &= next.start == self.end;
        self.end = next.end;
        self.days += next.days;
        self.add(next)
    }

    /// Adds the amounts and terms of another tile of the same period.
    pub fn add(&mut self, other: &Self) -> Result<(), MoneyError> {
        (self.full, self.amount) = (self.full.plus(other.full)?, self.amount.plus(other.amount)?);
        self.has_terms |= other.has_terms;
        self.is_ramped |= other.is_ramped;
        Ok(())
    }
}

/// The stretches that make up `period` without counting a month twice, by segment and start: at each month the longest
/// stretch that begins there is taken, and what overlaps it is left out.
pub(super) fn tiling<S: Stretch>(stretches: impl Iterator<Item = S>, period: &PlanningPeriod) -> Vec<S> {
    let mut inside: Vec<S> = stretches.filter(|stretch| stretch.is_inside(period) && stretch.months() > 0).collect();
    inside.sort_by(|a, b| (a.segment(), a.start(), b.months()).cmp(&(b.segment(), b.start(), a.months())));
    let mut taken: Vec<S> = Vec::with_capacity(inside.len());
    for stretch in inside {
        let overlaps = |last: &S| last.segment() == stretch.segment() && stretch.start() < last.end();
        if !taken.last().is_some_and(overlaps) {
            taken.push(stretch);
        }
    }
    taken
}

/// Sums by segment what lies inside `period`, without counting a month twice.
pub(super) fn tiled<S: Stretch>(
    stretches: impl Iterator<Item = S>,
    period: &PlanningPeriod,
) -> Result<BTreeMap<SegmentKey, Tile>, MoneyError> {
    let mut tiles: BTreeMap<SegmentKey, Tile> = BTreeMap::new();
    for stretch in tiling(stretches, period) {
        let next = Tile::of(&stretch)?;
        match tiles.get_mut(stretch.segment()) {
            Some(tile) => tile.extend(&next)?,
            None => {
                tiles.insert(stretch.segment().clone(), next);
            }
        }
    }
    Ok(tiles)
}

/// Sum of what is in force inside `period`, where a month and a part of the business count once; `None` when nothing is.
pub(crate) fn sum_inside<S: Stretch>(
    stretches: impl Iterator<Item = S>,
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
