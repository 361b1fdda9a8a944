//! One partner, or a part of its business, seen from a frame: revenue, pipeline, forecast.

use super::convention::AbsentRevenue;
use super::figures::MonthRevenue;
use super::frame::Frame;
use super::scope::{EffectiveQuota, Scope};
use super::stretch::{Stretch, keep_widest, tiled};
use crate::channel::{Forecast, OpportunityStatus, Partner, QuotaTerms, SegmentKey};
use crate::units::{Money, MoneyError, Month};
use std::collections::BTreeMap;

/// One partner, or a part of its business, with the quota it is compared with.
pub(super) struct View<'v> {
    pub context: &'v Frame<'v>,
    pub partner: &'v Partner,
    pub scope: Scope<'v>,
    pub quota: Option<EffectiveQuota>,
}

/// Open pipeline in the rest of the period.
#[derive(Default)]
pub(super) struct Pipeline {
    pub open: Option<Money>,
    pub count: Option<u64>,
    pub weighted: Option<Money>,
    pub overdue: Option<Money>,
}

impl View<'_> {
    pub fn belongs(&self, part: &SegmentKey) -> bool {
        self.scope.holds(self.context.conventions.grain, self.partner, part)
    }

    /// Closed revenue from month `from` to month `to`, which must be complete; `None` when it is not known.
    pub fn revenue(&self, from: Month, to: Month) -> Result<Option<Money>, MoneyError> {
        let mut is_known =
            self.context.first.is_some() && self.context.conventions.absent_revenue == AbsentRevenue::Zero;
        let mut sum = Money::zero(self.context.book.currency);
        for entry in self.partner.revenue.iter().filter(|entry| entry.month <= self.context.last) {
            let inside = from <= entry.month && entry.month <= to;
            if (inside || !is_known) && self.belongs(&entry.segment) {
                is_known = true;
                sum = if inside { sum.plus(entry.amount)? } else { sum };
            }
        }
        Ok(is_known.then_some(sum))
    }

    pub fn months(&self, through: Month) -> Result<Vec<MonthRevenue>, MoneyError> {
        let start = self.context.period.start;
        let zero = Money::zero(self.context.book.currency);
        let none = |index| MonthRevenue { month: start.plus(index), amount: zero };
        let mut months: Vec<MonthRevenue> = (0..=through.since(start)).map(none).collect();
        for entry in self.partner.revenue.iter().filter(|entry| start <= entry.month && entry.month <= through) {
            if self.belongs(&entry.segment) {
                let sum = &mut months[entry.month.since(start) as usize].amount;
                *sum = sum.plus(entry.amount)?;
            }
        }
        Ok(months)
    }

    pub fn pipeline(&self) -> Result<Pipeline, MoneyError> {
        let (period, as_of) = (&self.context.period, self.context.as_of);
        if !self.context.book.has_table("opportunities") || as_of >= period.last_day() {
            return Ok(Pipeline::default());
        }
        let zero = Money::zero(self.context.book.currency);
        let (mut open, mut count, mut weighted, mut overdue) = (zero, 0, Some(zero), zero);
        for deal in self.partner.opportunities.iter().filter(|deal| self.belongs(&deal.segment)) {
            if deal.is_open_on(as_of) && period.contains(Month::of(deal.close_date)) {
                open = open.plus(deal.amount)?;
                count += 1;
                // A deal closed since has its outcome for a probability; the one of that day is gone.
                let probability = deal.probability.filter(|_| deal.status == OpportunityStatus::Open);
                weighted = match weighted.zip(probability) {
                    Some((sum, probability)) => Some(sum.plus(deal.amount.times(probability)?)?),
                    None => None,
                };
            } else if deal.is_overdue_on(as_of) {
                overdue = overdue.plus(deal.amount)?;
            }
        }
        Ok(Pipeline { open: Some(open), count: Some(count), weighted, overdue: Some(overdue) })
    }

    /// Latest forecast of each stretch submitted by the as-of day, summed over the stretches that make up the period.
    pub fn forecast(&self, line: Option<&SegmentKey>) -> Result<Result<Money, &'static str>, MoneyError> {
        let (period, as_of) = (&self.context.period, self.context.as_of);
        let mut latest: BTreeMap<(&SegmentKey, Month, u32), &Forecast> = BTreeMap::new();
        for forecast in &self.partner.forecasts {
            let is_known = forecast.submitted_on.is_none_or(|day| day <= as_of);
            let is_mine = match line {
                Some(_) => *forecast.segment != SegmentKey::default() && self.belongs(&forecast.segment),
                None => *forecast.segment == SegmentKey::default() || self.belongs(&forecast.segment),
            };
            if is_known && is_mine && (&forecast).is_inside(period) {
                let place = latest.entry((&*forecast.segment, forecast.start, forecast.months)).or_insert(forecast);
                if forecast.submitted_on >= place.submitted_on {
                    *place = forecast;
                }
            }
        }
        let mut parts = tiled(latest.into_values(), period)?;
        keep_widest(&mut parts);
        if parts.is_empty() {
            return Ok(Err("no forecast for the period was submitted by the as-of day"));
        }
        if parts.values().any(|tile| !tile.is_whole || (tile.start, tile.end) != (period.start, period.end())) {
            return Ok(Err("the forecasts submitted by the as-of day are for part of the period only"));
        }
        if let Scope::Lines(lines) = self.scope {
            let grain = self.context.conventions.grain;
            let has = |line: &SegmentKey| {
                parts.keys().any(|part| *part == SegmentKey::default() || grain.holds(self.partner, line, part))
            };
            if !lines.keys().all(has) {
                return Ok(Err("a line with a quota has no forecast"));
            }
        }
        Money::sum(self.context.book.currency, parts.values().map(|tile| tile.amount)).map(Ok)
    }

    /// Terms of the quota by month of the period: those of the quotas themselves, else those that a caller gives.
    pub fn terms(&self, line: Option<&SegmentKey>) -> QuotaTerms {
        let (given, whole) = (self.context.given, SegmentKey::default());
        let own = given.own_terms(self.partner, &self.context.period, |part| self.belongs(part));
        own.or_else(|| given.terms_of(self.partner, line.unwrap_or(&whole)).cloned()).unwrap_or_default()
    }
}
