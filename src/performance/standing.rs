//! Standing of one partner, and of its lines, against its quota.

use super::close_rate::{CloseRate, CloseRates, Prior, RateLevel, RateSource, Tally, close_rate};
use super::convention::{TierBasis, WinRateBasis};
use super::effective_quota::QuotasInForce;
use super::figures::{LineStanding, PartnerStanding, ProductLineRevenue, QuotaSource, Standing, TierStanding};
use super::frame::Frame;
use super::ratio::{attainment, coverage_ratio, forecast_gap_share, required_coverage};
use super::scope::Scope;
use super::season::PacingBasis;
use super::view::View;
use crate::channel::{Name, Partner, SegmentKey};
use crate::quota::Grain;
use crate::units::{Currency, Money, MoneyError, Month, Rate};
use std::collections::BTreeSet;

/// Takes the standing of one partner.
pub(super) fn standing_of(context: &Frame, partner: &Partner) -> Result<PartnerStanding, MoneyError> {
    let grain = context.conventions.grain;
    let quotas = QuotasInForce::find(partner, &context.period, grain, context.given, true)?;
    let prior = context.priors.of(partner, &context.conventions);
    let rates = close_rates(context, partner, None, prior)?;
    let own = Prior::of(RateLevel::Partner, &rates);
    let mut lines = Vec::new();
    for segment in lines_of(context, partner, &quotas) {
        let view = View { context, partner, scope: Scope::Line(&segment), quota: quotas.lines.get(&segment).copied() };
        let rates = close_rates(context, partner, Some(&segment), &own)?;
        let standing = view.standing(rates, QuotaSource::Own, Some(&segment))?;
        lines.push(LineStanding { segment, standing });
    }
    let view = View { context, partner, scope: quotas.scope(), quota: quotas.whole };
    let source = if quotas.lines.is_empty() { QuotaSource::Own } else { QuotaSource::SumOfLines };
    let mut whole = view.standing(rates, source, None)?;
    if source == QuotaSource::SumOfLines {
        sum_of_lines(&mut whole, &lines, context.book.currency)?;
    }
    Ok(PartnerStanding {
        identity: partner.identity(),
        period: context.period.label.as_str().into(),
        tier_standing: tier_standing(context, partner)?,
        whole,
        lines,
    })
}

/// The lines of a partner that have something to show.
fn lines_of(context: &Frame, partner: &Partner, quotas: &QuotasInForce) -> BTreeSet<SegmentKey> {
    let grain = context.conventions.grain;
    let has_only_whole = quotas.lines.is_empty() && quotas.whole.is_some();
    if grain == Grain::Partner || has_only_whole {
        return BTreeSet::new();
    }
    let mut lines: BTreeSet<SegmentKey> = quotas.lines.keys().cloned().collect();
    let through = context.actual_through();
    let sold = partner
        .revenue
        .iter()
        .filter(|entry| context.period.contains(entry.month) && through.is_some_and(|through| entry.month <= through));
    let open = partner
        .opportunities
        .iter()
        .filter(|deal| deal.is_open_on(context.as_of) && context.period.contains(Month::of(deal.close_date)));
    let parts = sold.map(|entry| &*entry.segment).chain(open.map(|deal| &*deal.segment));
    for part in parts {
        if !lines.iter().any(|line| grain.holds(partner, line, part)) {
            lines.insert(grain.line_of(partner, part));
        }
    }
    lines
}

/// What the whole has from its lines rather than on its own: expectation to date, and revenue beside the quota.
fn sum_of_lines(whole: &mut Standing, lines: &[LineStanding], currency: Currency) -> Result<(), MoneyError> {
    let with_quota = || lines.iter().map(|line| &line.standing).filter(|line| line.quota.is_some());
    whole.pacing.expected_to_date = with_quota()
        .map(|line| line.pacing.expected_to_date)
        .try_fold(Some(Money::zero(currency)), |sum, expected| sum.zip(expected).map(|(a, b)| a.plus(b)).transpose())?;
    let expected = whole.pacing.expected_to_date;
    whole.pacing.basis = expected.map(|_| PacingBasis::SumOfLines);
    whole.pacing.elapsed_share = expected.zip(whole.quota).and_then(|(part, quota)| attainment(part, quota));
    whole.pacing.pace_ratio = whole.actual.zip(expected).and_then(|(actual, part)| attainment(actual, part));
    whole.absent.retain(|absent| absent.figure != "expected_to_date" || expected.is_none());
    if whole.actual.is_some() {
        let beside = lines.iter().filter(|line| line.standing.quota.is_none()).filter_map(|line| line.standing.actual);
        whole.actual_without_quota = Some(Money::sum(currency, beside)?);
    }
    Ok(())
}

/// Close rates of a partner, or of one of its lines: the book's own where it states them, else from closed deals.
fn close_rates(
    context: &Frame,
    partner: &Partner,
    line: Option<&SegmentKey>,
    prior: &Prior,
) -> Result<CloseRates, MoneyError> {
    let conventions = &context.conventions;
    let belongs = |part: &SegmentKey| line.is_none_or(|line| conventions.grain.holds(partner, line, part));
    let deals = partner.opportunities.iter().filter(|deal| belongs(&deal.segment));
    let tally = Tally::of(deals, context.deals_after, context.as_of).ok_or(MoneyError::OutOfRange)?;
    let whole = SegmentKey::default();
    let stated = partner
        .win_rates
        .iter()
        .find(|rate| line.is_some() && *rate.segment != whole && belongs(&rate.segment))
        .or_else(|| partner.win_rates.iter().find(|rate| *rate.segment == whole));
    let rate = |stated: Option<Rate>, basis| match stated {
        Some(rate) => CloseRate { rate: Some(rate), source: RateSource::Stated },
        None => close_rate(&tally, Some(prior), basis, conventions),
    };
    Ok(CloseRates {
        by_count: rate(stated.and_then(|stated| stated.by_count), WinRateBasis::ByCount),
        by_value: rate(stated.and_then(|stated| stated.by_value), WinRateBasis::ByValue),
        won: tally.won,
        closed: tally.closed,
        after: context.deals_after,
        to: context.as_of,
    })
}

/// The months whose revenue is held against a tier's minimum; `None` when the book does not reach back so far.
fn tier_months(context: &Frame) -> Option<(Month, Month)> {
    match context.conventions.tier_basis {
        TierBasis::Period => context.actual_through().map(|through| (context.period.start, through)),
        TierBasis::TrailingTwelveMonths => Some((context.last.plus(-11), context.last))
            .filter(|(from, _)| context.first.is_some_and(|first| first <= *from)),
    }
}

/// The product lines a partner is authorised for and those it has sold, ascending by name, with their revenue.
pub(super) fn product_lines(context: &Frame, partner: &Partner) -> Result<Vec<ProductLineRevenue>, MoneyError> {
    let known = partner.revenue.iter().filter(|entry| entry.month <= context.last);
    let sold = known.clone().filter_map(|entry| entry.segment.product_line.as_ref());
    let names: BTreeSet<&Name> = sold.chain(&partner.product_lines).collect();
    let of = |name: &Name, months: Option<(Month, Month)>| {
        let Some((from, to)) = months.filter(|_| context.first.is_some()) else { return Ok(None) };
        let own = known.clone().filter(|entry| entry.segment.product_line.as_ref() == Some(name));
        let inside = own.filter(|entry| from <= entry.month && entry.month <= to);
        Money::sum(context.book.currency, inside.map(|entry| entry.amount)).map(Some)
    };
    let period = context.actual_through().map(|through| (context.period.start, through));
    let line = |name: &Name| {
        let (actual, tier_revenue) = (of(name, period)?, of(name, tier_months(context))?);
        Ok(ProductLineRevenue { product_line: Name::clone(name), actual, tier_revenue })
    };
    names.into_iter().map(line).collect()
}

fn tier_standing(context: &Frame, partner: &Partner) -> Result<Option<TierStanding>, MoneyError> {
    let Some(tier) = &partner.tier else { return Ok(None) };
    let Some(&minimum) = context.given.tier_minimums.get(tier) else { return Ok(None) };
    let view = View { context, partner, scope: Scope::All, quota: None };
    let revenue = tier_months(context).map(|(from, to)| view.revenue(from, to)).transpose()?.flatten();
    let distance = revenue.map(|revenue| revenue.minus(minimum)).transpose()?;
    Ok(Some(TierStanding {
        tier: tier.clone(),
        minimum: Some(minimum),
        basis: context.conventions.tier_basis,
        revenue,
        distance,
        is_met: distance.map(|distance| !distance.is_negative()),
    }))
}

impl View<'_> {
    fn standing(
        &self,
        close_rates: CloseRates,
        source: QuotaSource,
        line: Option<&SegmentKey>,
    ) -> Result<Standing, MoneyError> {
        let context = self.context;
        let conventions = &context.conventions;
        let quota = self.quota.map(|quota| quota.effective);
        let through = context.actual_through();
        let actual = through.map(|through| self.revenue(context.period.start, through)).transpose()?.flatten();
        let months = through.filter(|_| actual.is_some()).map(|through| self.months(through)).transpose()?;
        let remaining = quota.zip(actual).map(|(quota, actual)| quota.minus(actual)).transpose()?;
        let is_quota_met = remaining
            .filter(|_| quota.is_some_and(|quota| quota.is_positive()))
            .map(|remaining| !remaining.is_positive());
        let pipeline = self.pipeline()?;
        let forecast = self.forecast(line)?;
        let over = |part: Option<Money>, whole: Option<Money>| {
            part.zip(whole).and_then(|(part, whole)| coverage_ratio(part, whole))
        };
        let required = |basis| {
            let rate = close_rates.on(basis).rate?;
            required_coverage(rate, conventions.slippage_buffer)
        };
        let required_coverage = required(conventions.win_rate_basis);
        let remaining_coverage_ratio = over(pipeline.open, remaining);
        let is_covered = match is_quota_met {
            Some(true) => Some(true),
            _ => remaining_coverage_ratio.zip(required_coverage).map(|(has, needs)| has >= needs),
        };
        let won = pipeline.open.zip(close_rates.on(conventions.win_rate_basis).rate);
        let won = won.map(|(open, rate)| open.times(rate)).transpose()?;
        let expected_revenue = actual.zip(won).map(|(actual, won)| actual.plus(won)).transpose()?;
        let known_forecast = forecast.ok();
        let gap = known_forecast.zip(quota);
        let mut standing = Standing {
            quota,
            quota_detail: self.quota,
            quota_source: if quota.is_some() { source } else { QuotaSource::NotKnown },
            actual,
            actual_through: through.filter(|_| actual.is_some()).map(Month::last_day),
            actual_without_quota: actual.map(|_| Money::zero(context.book.currency)),
            months: months.unwrap_or_default(),
            attainment: over(actual, quota),
            remaining_quota: remaining,
            is_quota_met,
            open_pipeline: pipeline.open,
            open_count: pipeline.count,
            overdue_pipeline: pipeline.overdue,
            coverage_ratio: over(pipeline.open, quota),
            remaining_coverage_ratio,
            required_coverage,
            required_coverage_basis: conventions.win_rate_basis,
            required_coverage_by_count: required(WinRateBasis::ByCount),
            required_coverage_by_value: required(WinRateBasis::ByValue),
            is_covered,
            weighted_pipeline: pipeline.weighted,
            weighted_coverage: over(pipeline.weighted, quota),
            remaining_weighted_coverage: over(pipeline.weighted, remaining),
            expected_revenue: expected_revenue.map(|amount| amount.rounded()),
            forecast: known_forecast,
            forecast_gap: gap.map(|(forecast, quota)| forecast.minus(quota)).transpose()?,
            forecast_gap_share: gap.and_then(|(forecast, quota)| forecast_gap_share(forecast, quota)),
            pacing: self.pacing(actual, remaining, line)?,
            consistency: self.consistency(line)?,
            absent: Vec::new(),
            close_rates,
        };
        standing.absent = self.absent(&standing, forecast.err());
        Ok(standing)
    }
}
