//! Pacing and consistency: the expectation to date, run rates, and attainment of past periods.

use super::effective_quota::QuotasInForce;
use super::figures::{Consistency, Pacing, PastPeriod};
use super::ratio::attainment;
use super::season::{PacingBasis, Season, elapsed_share, is_full, season_of, years};
use super::view::View;
use crate::channel::SegmentKey;
use crate::units::{Money, MoneyError, PlanningPeriod, Rate};
use rust_decimal::Decimal;

impl View<'_> {
    pub fn pacing(
        &self,
        actual: Option<Money>,
        remaining: Option<Money>,
        line: Option<&SegmentKey>,
    ) -> Result<Pacing, MoneyError> {
        let context = self.context;
        let period = &context.period;
        let through = context.actual_through();
        let elapsed_days = through.map_or(0, |through| (through.last_day() - period.first_day()).num_days() + 1);
        let remaining_days = period.days() - elapsed_days;
        let remaining_months = through.map_or(period.months, |through| period.end().plus(-1).since(through) as u32);
        let per = |amount: Option<Money>, count: i64| -> Option<Money> {
            Some(amount?.divided_by(Decimal::from(count)).ok()?.rounded())
        };
        let still = remaining.map(|remaining| remaining.non_negative());
        let projected = actual.map(|actual| actual.times(Decimal::from(period.days()))).transpose()?;
        let mut pacing = Pacing {
            basis: None,
            elapsed_days,
            remaining_days,
            remaining_months,
            elapsed_share: None,
            expected_to_date: None,
            pace_ratio: None,
            run_rate_per_day: per(actual, elapsed_days),
            projected_actual: per(projected, elapsed_days),
            required_run_rate_per_day: per(still, remaining_days),
            required_run_rate_per_month: per(still, i64::from(remaining_months)),
        };
        let (Some(quota), Some(through)) = (self.quota, through) else { return Ok(pacing) };
        let own = self.season().filter(|season| is_full(season, period));
        let channel = context.channel_season.filter(|season| is_full(season, period));
        let (season, basis) = match (own, channel) {
            (Some(own), _) => (Some(own), PacingBasis::OwnSeasonality),
            (None, Some(channel)) => (Some(channel), PacingBasis::ChannelSeasonality),
            (None, None) => (None, PacingBasis::EvenByDays),
        };
        pacing.elapsed_share = elapsed_share(season.as_ref(), period, &self.terms(line), quota.starts, through);
        let share = pacing.elapsed_share.or(quota.effective.is_zero().then_some(Rate::ZERO));
        if let Some(share) = share {
            let expected = quota.effective.times(share)?.rounded();
            pacing.basis = Some(basis);
            pacing.expected_to_date = Some(expected);
            pacing.pace_ratio = actual.and_then(|actual| attainment(actual, expected));
        }
        Ok(pacing)
    }

    /// Own revenue by calendar month, of as many whole years (two, one) as it had revenue from near their beginning.
    fn season(&self) -> Option<Season> {
        let (first, last) = self.context.season_window?;
        let own = self.partner.revenue.iter().filter(|entry| first <= entry.month && entry.month <= last);
        let begun = own.filter(|entry| self.belongs(&entry.segment)).map(|entry| entry.month).min()?;
        let window = [first, last.plus(-11)].into_iter().find(|first| begun <= first.plus(2))?;
        let season = season_of(self.partner, Some((window, last)), |part| self.belongs(part))?;
        self.context.known_months.filled(season, last, years(window, last))
    }

    pub fn consistency(&self, line: Option<&SegmentKey>) -> Result<Consistency, MoneyError> {
        let context = self.context;
        let months = context.period.months as i32;
        let mut past = Vec::new();
        for back in 1..=context.conventions.past_periods as i32 {
            let start = context.period.start.plus(-back * months);
            let period = PlanningPeriod { label: String::new(), start, months: context.period.months };
            let end = period.end().plus(-1);
            if end > context.last || context.first.is_none_or(|first| start < first) {
                continue;
            }
            let grain = context.conventions.grain;
            let quotas = QuotasInForce::find(self.partner, &period, grain, context.given, false)?;
            let (quota, scope) = match line {
                Some(line) => (quotas.lines.get(line), self.scope),
                None => (quotas.whole.as_ref(), quotas.scope()),
            };
            let Some(quota) = quota.map(|quota| quota.effective) else { continue };
            let view = View { context, partner: self.partner, scope, quota: None };
            let Some(actual) = view.revenue(start, end)? else { continue };
            if let Some(attainment) = attainment(actual, quota) {
                past.push(PastPeriod { start, quota, actual, attainment });
            }
        }
        Ok(Consistency::from(past))
    }
}
