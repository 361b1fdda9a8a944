//! Where one partner, or one of its lines, stands against its quota.

use super::close_rate::{CloseRate, CloseRates, Prior, RateLevel, RateSource, Tally, close_rate};
use super::convention::{AbsentRevenue, TierBasis, WinRateBasis};
use super::effective_quota::{EffectiveQuota, QuotaTerms, QuotasInForce, Stretch, keep_widest, tiled};
use super::ratio::{attainment, coverage_ratio, forecast_gap_share, required_coverage};
use super::season::{PacingBasis, Season, elapsed_share, is_full};
use super::standings::{Scope, Standings, season_of};
use crate::channel::{Forecast, Name, OpportunityStatus, Partner, SegmentKey};
use crate::quota::Grain;
use crate::units::{Currency, Money, MoneyError, Month, PlanningPeriod, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// A partner's standing, and that of its lines where quotas are at that grain.
#[derive(Debug, Clone, PartialEq)]
pub struct PartnerStanding {
    /// Partner id.
    pub partner_id: Name,
    /// Partner name.
    pub partner_name: Name,
    /// Current tier.
    pub tier: Option<Name>,
    /// Home territory.
    pub territory: Option<Name>,
    /// Vertical.
    pub vertical: Option<Name>,
    /// Account manager.
    pub account_manager: Option<Name>,
    /// Label of the period.
    pub period: Name,
    /// The partner as a whole.
    pub whole: Standing,
    /// The lines that have a quota, revenue in the period or open pipeline, ascending by product line, territory. Empty
    /// at partner grain and for a partner whose only quota is for the whole of it.
    pub lines: Vec<LineStanding>,
    /// Standing against the tier minimum; `None` when the partner has no tier or the tier no minimum.
    pub tier_standing: Option<TierStanding>,
}

/// Standing of one line of a partner.
#[derive(Debug, Clone, PartialEq)]
pub struct LineStanding {
    /// Product line and territory as far as the grain has them.
    pub segment: SegmentKey,
    /// Where the line stands.
    pub standing: Standing,
}

/// Which quotas a standing's quota is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuotaSource {
    /// One for all of the partner (at partner grain also the sum of quotas for parts of it), or one for the line.
    Own,
    /// Sum of the quotas of the partner's lines; revenue of other lines does not count towards it.
    SumOfLines,
    /// No quota lies in the period.
    NotKnown,
}

impl QuotaSource {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::SumOfLines => "sum_of_lines",
            Self::NotKnown => "not_known",
        }
    }
}

/// Why a figure is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Absent {
    /// Name of the figure, as the field is called.
    pub figure: &'static str,
    /// Why, in words for people.
    pub why: &'static str,
}

/// Figures of a partner or line in a period as of a day. Amounts are in the book's currency; ratios are fractions.
///
/// `None` is "not known" or "not defined", never zero; [`Standing::absent`] says why.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Quota in force: after ramp and proration.
    pub quota: Option<Money>,
    /// The full quota and what changed it.
    pub quota_detail: Option<EffectiveQuota>,
    /// Which quotas it is made of.
    pub quota_source: QuotaSource,
    /// Closed revenue in the period's complete months up to the as-of day, of the business that the quota is for.
    pub actual: Option<Money>,
    /// Last day `actual` is known through.
    pub actual_through: Option<NaiveDate>,
    /// Closed revenue, likewise, of lines without a quota beside lines that have one; zero at partner grain.
    pub actual_without_quota: Option<Money>,
    /// `actual` by month, the period's complete months in order; empty when it is not known.
    pub months: Vec<(Month, Money)>,
    /// `actual` ÷ `quota`.
    pub attainment: Option<Rate>,
    /// `quota` − `actual`; negative above quota.
    pub remaining_quota: Option<Money>,
    /// True when `actual` is at least `quota` (above zero): nothing remains.
    pub is_quota_met: Option<bool>,
    /// Open opportunities that close after the as-of day and in the period, at full value.
    pub open_pipeline: Option<Money>,
    /// Their number.
    pub open_count: Option<u64>,
    /// Opportunities still marked open whose close date has passed, at full value; not part of `open_pipeline`.
    pub overdue_pipeline: Option<Money>,
    /// `open_pipeline` ÷ `quota`: coverage on the full quota.
    pub coverage_ratio: Option<Rate>,
    /// `open_pipeline` ÷ `remaining_quota`: coverage on what remains; not defined when nothing remains.
    pub remaining_coverage_ratio: Option<Rate>,
    /// (1 ÷ win rate) × (1 + slippage buffer) on `required_coverage_basis`; compare with `remaining_coverage_ratio`.
    pub required_coverage: Option<Rate>,
    /// Win rate it uses.
    pub required_coverage_basis: WinRateBasis,
    /// The same by count.
    pub required_coverage_by_count: Option<Rate>,
    /// The same by value.
    pub required_coverage_by_value: Option<Rate>,
    /// Close rates, with their window and where they come from.
    pub close_rates: CloseRates,
    /// True when `remaining_coverage_ratio` is at least `required_coverage`, or when nothing remains.
    pub is_covered: Option<bool>,
    /// Σ amount × probability of the open pipeline; not known when one of them has no known probability.
    pub weighted_pipeline: Option<Money>,
    /// `weighted_pipeline` ÷ `quota`: compare with 1, not with `required_coverage`.
    pub weighted_coverage: Option<Rate>,
    /// `weighted_pipeline` ÷ `remaining_quota`; likewise.
    pub remaining_weighted_coverage: Option<Rate>,
    /// `actual` + `open_pipeline` × win rate on `required_coverage_basis`, rounded to the minor unit.
    pub expected_revenue: Option<Money>,
    /// Latest forecast of the whole period's revenue submitted by the as-of day; where there are only forecasts for parts
    /// of the business, their sum.
    pub forecast: Option<Money>,
    /// `forecast` − `quota`; negative is a shortfall.
    pub forecast_gap: Option<Money>,
    /// `forecast_gap` ÷ `quota`.
    pub forecast_gap_share: Option<Rate>,
    /// On track or not.
    pub pacing: Pacing,
    /// How often at quota in past periods.
    pub consistency: Consistency,
    /// Figures that are `None`, each with the reason, in the order of the fields.
    pub absent: Vec<Absent>,
}

impl Standing {
    /// What `coverage_ratio` is on.
    pub const COVERAGE_BASIS: &'static str = "full_quota";
    /// What `remaining_coverage_ratio` is on.
    pub const REMAINING_COVERAGE_BASIS: &'static str = "remaining_quota";
    /// What `expected_revenue` multiplies the pipeline with.
    pub const EXPECTED_REVENUE_BASIS: &'static str = "win_rate";
    /// How days are counted.
    pub const DAY_COUNT: &'static str = "calendar_days";
}

/// Pacing through the last day that actuals are known for. Source: glossary entry "pacing".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    /// Where the expectation comes from; `None` when there is none.
    pub basis: Option<PacingBasis>,
    /// Calendar days of the period through `actual_through`.
    pub elapsed_days: i64,
    /// Calendar days of the period after it.
    pub remaining_days: i64,
    /// Complete months after it.
    pub remaining_months: u32,
    /// Share of the quota expected to date.
    pub elapsed_share: Option<Rate>,
    /// Quota × `elapsed_share`, rounded to the minor unit.
    pub expected_to_date: Option<Money>,
    /// Actual ÷ `expected_to_date`; at least 1 is on track.
    pub pace_ratio: Option<Rate>,
    /// Actual ÷ elapsed days, rounded to the minor unit.
    pub run_rate_per_day: Option<Money>,
    /// Actual × days of the period ÷ elapsed days: where the run rate so far ends, without season; rounded.
    pub projected_actual: Option<Money>,
    /// Remaining quota ÷ remaining days, rounded; zero when nothing remains, not defined when no day remains.
    pub required_run_rate_per_day: Option<Money>,
    /// Remaining quota ÷ remaining months, likewise.
    pub required_run_rate_per_month: Option<Money>,
}

/// Revenue held against the minimum of the partner's current tier: a program-wide threshold, not a quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierStanding {
    /// Tier.
    pub tier: Name,
    /// Its least revenue.
    pub minimum: Money,
    /// Which revenue is held against it.
    pub basis: TierBasis,
    /// That revenue, of all the partner's business, with or without quota.
    pub revenue: Option<Money>,
    /// `revenue` − `minimum`; negative is what is missing.
    pub distance: Option<Money>,
    /// True when `revenue` is at least `minimum`.
    pub is_met: Option<bool>,
}

/// What a partner sold of one product line, whatever the grain of its quotas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductLineRevenue {
    /// Product line.
    pub product_line: Name,
    /// Closed revenue of the period.
    pub actual: Option<Money>,
    /// Closed revenue of the months that tiers look at (see [`TierBasis`]).
    pub tier_revenue: Option<Money>,
}

/// How often at quota in past periods of the same length. Quotas are the full ones of the book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consistency {
    /// Past periods with a quota above zero and known revenue, newest first.
    pub past: Vec<PastPeriod>,
    /// How many of them were at or above quota.
    pub at_quota: usize,
    /// The latest run of equal outcomes; periods without a quota neither extend nor end it.
    pub streak: Option<Streak>,
}

/// One past period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastPeriod {
    /// First month.
    pub start: Month,
    /// Quota.
    pub quota: Money,
    /// Closed revenue.
    pub actual: Money,
    /// `actual` ÷ `quota`.
    pub attainment: Rate,
}

/// A run of past periods with the same outcome, the latest included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// True when they were at or above quota.
    pub is_at_quota: bool,
    /// How many.
    pub periods: usize,
}

impl Consistency {
    fn new(past: Vec<PastPeriod>) -> Self {
        let met = |period: &PastPeriod| period.attainment >= Rate::ONE;
        let streak = past.first().map(|latest| Streak {
            is_at_quota: met(latest),
            periods: past.iter().take_while(|period| met(period) == met(latest)).count(),
        });
        Self { at_quota: past.iter().filter(|period| met(period)).count(), streak, past }
    }
}

impl Stretch for Forecast {
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

impl PartnerStanding {
    pub(super) fn of(context: &Standings, partner: &Partner) -> Result<Self, MoneyError> {
        let grain = context.conventions.grain;
        let quotas = QuotasInForce::find(partner, &context.period, grain, context.given, true)?;
        let prior = context.priors.of(partner, &context.conventions);
        let rates = close_rates(context, partner, None, prior)?;
        let own = Prior::of(RateLevel::Partner, &rates);
        let mut lines = Vec::new();
        for segment in lines_of(context, partner, &quotas) {
            let view =
                View { context, partner, scope: Scope::Line(&segment), quota: quotas.lines.get(&segment).copied() };
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
        Ok(Self {
            partner_id: partner.id.clone(),
            partner_name: partner.name.clone(),
            tier: partner.tier.clone(),
            territory: partner.territory.clone(),
            vertical: partner.vertical.clone(),
            account_manager: partner.account_manager.clone(),
            period: context.period.label.as_str().into(),
            tier_standing: tier_standing(context, partner)?,
            whole,
            lines,
        })
    }
}

/// The lines of a partner that have something to show.
fn lines_of(context: &Standings, partner: &Partner, quotas: &QuotasInForce) -> BTreeSet<SegmentKey> {
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
    let parts = sold.map(|entry| &entry.segment).chain(open.map(|deal| &deal.segment));
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
    context: &Standings,
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
        .find(|rate| line.is_some() && rate.segment != whole && belongs(&rate.segment))
        .or_else(|| partner.win_rates.iter().find(|rate| rate.segment == whole));
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
fn tier_months(context: &Standings) -> Option<(Month, Month)> {
    match context.conventions.tier_basis {
        TierBasis::Period => context.actual_through().map(|through| (context.period.start, through)),
        TierBasis::TrailingTwelveMonths => Some((context.last.plus(-11), context.last))
            .filter(|(from, _)| context.first.is_some_and(|first| first <= *from)),
    }
}

/// The product lines a partner is authorised for and those it has sold, ascending by name, with their revenue.
pub(super) fn product_lines(context: &Standings, partner: &Partner) -> Result<Vec<ProductLineRevenue>, MoneyError> {
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

fn tier_standing(context: &Standings, partner: &Partner) -> Result<Option<TierStanding>, MoneyError> {
    let Some(tier) = &partner.tier else { return Ok(None) };
    let Some(&minimum) = context.given.tier_minimums.get(tier) else { return Ok(None) };
    let view = View { context, partner, scope: Scope::All, quota: None };
    let revenue = tier_months(context).map(|(from, to)| view.revenue(from, to)).transpose()?.flatten();
    let distance = revenue.map(|revenue| revenue.minus(minimum)).transpose()?;
    Ok(Some(TierStanding {
        tier: tier.clone(),
        minimum,
        basis: context.conventions.tier_basis,
        revenue,
        distance,
        is_met: distance.map(|distance| !distance.is_negative()),
    }))
}

/// One partner, or a part of its business, with the quota it is held against.
struct View<'v> {
    context: &'v Standings<'v>,
    partner: &'v Partner,
    scope: Scope<'v>,
    quota: Option<EffectiveQuota>,
}

/// Open pipeline in the rest of the period.
#[derive(Default)]
struct Pipeline {
    open: Option<Money>,
    count: Option<u64>,
    weighted: Option<Money>,
    overdue: Option<Money>,
}

impl View<'_> {
    fn belongs(&self, part: &SegmentKey) -> bool {
        self.scope.holds(self.context.conventions.grain, self.partner, part)
    }

    /// Closed revenue from month `from` to month `to`, which must be complete; `None` when it is not known.
    fn revenue(&self, from: Month, to: Month) -> Result<Option<Money>, MoneyError> {
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

    fn months(&self, through: Month) -> Result<Vec<(Month, Money)>, MoneyError> {
        let start = self.context.period.start;
        let zero = Money::zero(self.context.book.currency);
        let mut months: Vec<(Month, Money)> =
            (0..=through.since(start)).map(|index| (start.plus(index), zero)).collect();
        for entry in self.partner.revenue.iter().filter(|entry| start <= entry.month && entry.month <= through) {
            if self.belongs(&entry.segment) {
                let (_, sum) = &mut months[entry.month.since(start) as usize];
                *sum = sum.plus(entry.amount)?;
            }
        }
        Ok(months)
    }

    fn pipeline(&self) -> Result<Pipeline, MoneyError> {
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
            } else if deal.status == OpportunityStatus::Open && deal.close_date <= as_of {
                overdue = overdue.plus(deal.amount)?;
            }
        }
        Ok(Pipeline { open: Some(open), count: Some(count), weighted, overdue: Some(overdue) })
    }

    /// Latest forecast of each stretch submitted by the as-of day, summed over the stretches that make up the period.
    fn forecast(&self, line: Option<&SegmentKey>) -> Result<Result<Money, &'static str>, MoneyError> {
        let (period, as_of) = (&self.context.period, self.context.as_of);
        let mut latest: BTreeMap<(&SegmentKey, Month, u32), &Forecast> = BTreeMap::new();
        for forecast in &self.partner.forecasts {
            let is_known = forecast.submitted_on.is_none_or(|day| day <= as_of);
            let is_mine = match line {
                Some(_) => forecast.segment != SegmentKey::default() && self.belongs(&forecast.segment),
                None => forecast.segment == SegmentKey::default() || self.belongs(&forecast.segment),
            };
            if is_known && is_mine && forecast.is_inside(period) {
                let place = latest.entry((&forecast.segment, forecast.start, forecast.months)).or_insert(forecast);
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

    fn terms(&self, line: Option<&SegmentKey>) -> Option<&QuotaTerms> {
        let whole = SegmentKey::default();
        self.context.given.terms_of(self.partner, line.unwrap_or(&whole))
    }

    fn pacing(
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
        let none = QuotaTerms::default();
        pacing.elapsed_share =
            elapsed_share(season.as_ref(), period, self.terms(line).unwrap_or(&none), quota.starts, through);
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
        season_of(self.partner, Some((window, last)), |part| self.belongs(part))
    }

    fn consistency(&self, line: Option<&SegmentKey>) -> Result<Consistency, MoneyError> {
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
            let Some(quota) = quota.map(|quota| quota.full) else { continue };
            let view = View { context, partner: self.partner, scope, quota: None };
            let Some(actual) = view.revenue(start, end)? else { continue };
            if let Some(attainment) = attainment(actual, quota) {
                past.push(PastPeriod { start, quota, actual, attainment });
            }
        }
        Ok(Consistency::new(past))
    }

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

    /// Says why each missing figure is missing; the first cause that holds.
    fn absent(&self, standing: &Standing, no_forecast: Option<&'static str>) -> Vec<Absent> {
        let context = self.context;
        let mut absent = Vec::new();
        let mut note = |is_missing: bool, figure: &'static str, why: &'static str| {
            if is_missing {
                absent.push(Absent { figure, why });
            }
        };
        let no_quota = match standing.quota {
            None if self.has_longer_quota() => Some("a quota is known for a longer period only"),
            None if self.has_part_of_quota() => Some("quotas are known for part of the period only"),
            None => Some("no quota is known for the period"),
            Some(quota) if !quota.is_positive() => Some("the quota is zero"),
            Some(_) => None,
        };
        let no_actual = match context.actual_through() {
            None => "no month of the period is complete on the as-of day",
            Some(_) => "the book has no revenue for it",
        };
        let no_pipeline = if context.book.has_table("opportunities") {
            "the period is over"
        } else {
            "the book has no opportunities table"
        };
        let no_rate = match standing.close_rates.on(context.conventions.win_rate_basis).rate {
            None => "nobody closed a deal in the window",
            Some(_) => "no closed deal was won",
        };
        let no_actual_of = |why: Option<&'static str>| why.or(standing.actual.is_none().then_some(no_actual));
        let nothing_remains = no_actual_of(no_quota).unwrap_or("nothing of the quota remains");
        let no_weight = "an open opportunity has no known probability";
        let no_pipeline_of = |why: &'static str| if standing.open_pipeline.is_none() { no_pipeline } else { why };
        note(standing.quota.is_none(), "quota", no_quota.unwrap_or_default());
        note(standing.actual.is_none(), "actual", no_actual);
        note(standing.attainment.is_none(), "attainment", no_actual_of(no_quota).unwrap_or_default());
        note(standing.open_pipeline.is_none(), "open_pipeline", no_pipeline);
        note(standing.coverage_ratio.is_none(), "coverage_ratio", no_pipeline_of(no_quota.unwrap_or_default()));
        note(standing.remaining_coverage_ratio.is_none(), "remaining_coverage_ratio", no_pipeline_of(nothing_remains));
        note(standing.required_coverage.is_none(), "required_coverage", no_rate);
        note(standing.weighted_pipeline.is_none(), "weighted_pipeline", no_pipeline_of(no_weight));
        let no_weighted = if standing.weighted_pipeline.is_none() { no_pipeline_of(no_weight) } else { "" };
        let either = |own: &'static str| if no_weighted.is_empty() { own } else { no_weighted };
        note(standing.weighted_coverage.is_none(), "weighted_coverage", either(no_quota.unwrap_or_default()));
        note(standing.remaining_weighted_coverage.is_none(), "remaining_weighted_coverage", either(nothing_remains));
        note(standing.forecast.is_none(), "forecast", no_forecast.unwrap_or_default());
        note(standing.forecast_gap.is_none(), "forecast_gap", no_forecast.or(no_quota).unwrap_or_default());
        let no_expectation = no_actual_of(no_quota).unwrap_or("the quota is not in force in any month with a season");
        note(standing.pacing.expected_to_date.is_none(), "expected_to_date", no_expectation);
        note(standing.consistency.past.is_empty(), "consistency", "no past period has a quota and known revenue");
        absent
    }

    fn has_part_of_quota(&self) -> bool {
        let period = &self.context.period;
        let mut quotas = self.context.given.quotas_of(self.partner, period);
        quotas.any(|quota| quota.is_inside(period) && self.belongs(&quota.segment))
    }

    fn has_longer_quota(&self) -> bool {
        let period = &self.context.period;
        self.partner.quotas.iter().any(|quota| {
            quota.start <= period.start
                && quota.start.plus(quota.months as i32) >= period.end()
                && quota.months > period.months
                && self.belongs(&quota.segment)
        })
    }
}
