//! The facts of one line, as known on the as-of date.

use super::lines::{Lines, Part};
use super::market::growth;
use crate::channel::{
    ClosedFacts, Forecast, FormerQuota, HistoryFacts, Investment, InvestmentFacts, LineFacts, MarketFacts,
    OpportunityFacts, OpportunityStatus, Partner, PipelineFacts, QuotaFacts, RegisteredOpportunity, RevenueEntry,
    SegmentKey,
};
use crate::performance::sum_inside;
use crate::quota::Grain;
use crate::units::{Money, Month, PlanningPeriod, Rate, whole_months};
use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Lines<'_> {
    pub(super) fn line(&self, partner: &Partner, part: Part<'_>) -> LineFacts {
        let segment = part.segment();
        let history = self.history(partner, part);
        let quota = self.quota(partner, part, history.prior_revenue);
        let joined = partner.since.map(|since| whole_months(since, self.view.as_of));
        let newcomer_months = self.manifest.newcomer_months;
        let is_new = |months: Option<i64>| months.is_some_and(|months| months < newcomer_months);
        LineFacts {
            identity: partner.identity_of(&segment),
            since: partner.since,
            months_since_joining: joined,
            is_newcomer: is_new(joined)
                || is_new(history.months_since_first_revenue) && self.began_inside_book(partner),
            attributes: partner.attributes.clone(),
            learned: self.learned_for(partner, part),
            market: self.market(partner, part, history.prior_revenue),
            investment: self.investment(partner),
            pipeline: self.pipeline(partner, part, history.prior_revenue, quota.current),
            quota,
            history,
            channel: Arc::clone(&self.common.channel),
        }
    }

    /// True unless the partner's first revenue is the book's first month, before which nothing is known.
    fn began_inside_book(&self, partner: &Partner) -> bool {
        partner.revenue.first().is_some_and(|entry| self.first_month.is_some_and(|first| entry.month > first))
    }

    fn history(&self, partner: &Partner, part: Part<'_>) -> HistoryFacts {
        let last = self.view.last_month();
        let own = self.own(partner, part);
        let revenue = self.stretches(&own);
        let comparable = self.comparable(partner, &own);
        let money = |amount| self.money(amount);
        let quarters: Vec<Money> =
            (0..8).rev().filter_map(|back| self.revenue(&own, last.plus(-2 - 3 * back), 3)).map(money).collect();
        let since = |month: Month| i64::from(last.since(month));
        let active = quarters.iter().rev().take(4).filter(|amount| amount.is_positive()).count() as i64;
        HistoryFacts {
            prior_revenue: revenue.prior.map(money),
            earlier_revenue: revenue.earlier.map(money),
            same_period_last_year: revenue.same_period.map(money),
            comparable_revenue: comparable.revenue.map(money),
            months_known: comparable.months_known,
            trailing_12_months: revenue.trailing.map(money),
            growth: growth(revenue.prior, revenue.earlier),
            months: if self.reads.months { self.stretch_list(&own, 1) } else { Vec::new() },
            years: if self.reads.years { self.stretch_list(&own, 12) } else { Vec::new() },
            latest_quarter: quarters.last().copied(),
            active_quarters: (!quarters.is_empty()).then_some(active),
            months_since_first_revenue: own.first().map(|entry| since(entry.month)),
            months_since_last_revenue: own
                .iter()
                .rfind(|entry| entry.amount.is_positive())
                .map(|entry| since(entry.month)),
            quarters,
        }
    }

    /// Revenue of each stretch of that many months as far as the book goes back, oldest first.
    fn stretch_list(&self, own: &[&RevenueEntry], months: i32) -> Vec<Money> {
        let last = self.view.last_month();
        let stretches = self.first_month.map_or(0, |first| (last.since(first) + 1).div_euclid(months)).max(0);
        let start = |back: i32| last.plus(1 - months * (back + 1));
        let amounts = (0..stretches).rev().filter_map(|back| self.revenue(own, start(back), months));
        amounts.map(|amount| self.money(amount)).collect()
    }

    fn market(&self, partner: &Partner, part: Part<'_>, prior: Option<Money>) -> MarketFacts {
        let cells = match part {
            Part::Whole if self.manifest.grain != Grain::Partner => &self.common.whole_cells,
            _ => &self.common.cells,
        };
        let Some(cell) = cells.get(&self.cell_key(partner, &part.segment())) else { return MarketFacts::default() };
        if !self.book.has_table("market") {
            return MarketFacts::default();
        }
        let revenue = cell.sum.revenue.map(|amount| self.money(amount));
        let both = cell.addressable.zip(revenue);
        MarketFacts {
            addressable: cell.addressable,
            growth: cell.growth,
            channel_revenue: revenue,
            penetration: both.and_then(|(addressable, revenue)| revenue.ratio_to(addressable)),
            headroom: both
                .and_then(|(addressable, revenue)| addressable.minus(revenue).ok())
                .map(|room| room.non_negative()),
            headroom_per_partner: both.and_then(|(addressable, revenue)| {
                let room = addressable.minus(revenue).ok()?.non_negative();
                room.amount().checked_div(Decimal::from(cell.sum.partners)).map(|part| self.money(part))
            }),
            partner_share: prior.zip(revenue).and_then(|(prior, revenue)| prior.ratio_to(revenue)),
            partners: Some(cell.sum.partners),
        }
    }

    fn pipeline(&self, partner: &Partner, part: Part<'_>, prior: Option<Money>, quota: Option<Money>) -> PipelineFacts {
        let as_of = self.view.as_of;
        let win_rate = self.win_rate(partner, part);
        let required_coverage = win_rate.filter(|rate| !rate.is_zero()).and_then(|rate| Decimal::ONE.checked_div(rate));
        if !self.book.has_table("opportunities") {
            return PipelineFacts { win_rate, required_coverage, ..PipelineFacts::default() };
        }
        let closed = if self.reads.closed { self.closed(partner, part) } else { Vec::new() };
        let open: Vec<_> = partner
            .opportunities
            .iter()
            .filter(|deal| deal.is_open_on(as_of))
            .filter(|deal| self.view.period.contains(Month::of(deal.close_date)))
            .filter(|deal| self.belongs(partner, part, &deal.segment))
            .collect();
        let amount: Option<Decimal> =
            open.iter().try_fold(Decimal::ZERO, |sum, deal| sum.checked_add(deal.amount.amount()));
        let weighted = open.iter().try_fold(Decimal::ZERO, |sum, deal| {
            sum.checked_add(deal.amount.amount().checked_mul(probability(deal)?)?)
        });
        let base = quota.or(prior).filter(|base| base.is_positive());
        PipelineFacts {
            open_amount: amount.map(|amount| self.money(amount)),
            weighted_amount: weighted.map(|amount| self.money(amount)),
            open_count: Some(open.len() as i64),
            coverage: amount.zip(base).and_then(|(amount, base)| amount.checked_div(base.amount())),
            win_rate,
            required_coverage,
            closed,
            opportunities: open
                .into_iter()
                .map(|deal| OpportunityFacts {
                    amount: deal.amount,
                    stage: deal.stage.clone(),
                    probability: probability(deal),
                    close_date: deal.close_date,
                    age_days: deal.registered_on.map(|day| (as_of - day).num_days()),
                })
                .collect(),
        }
    }

    fn closed(&self, partner: &Partner, part: Part<'_>) -> Vec<ClosedFacts> {
        let as_of = self.view.as_of;
        let own = partner.opportunities.iter().filter(|deal| self.belongs(partner, part, &deal.segment));
        own.filter_map(|deal| {
            let is_won = deal.outcome_between(NaiveDate::MIN, as_of)?;
            let age_days = deal.registered_on.map(|day| (deal.close_date - day).num_days());
            let (amount, stage, close_date) = (deal.amount, deal.stage.clone(), deal.close_date);
            Some(ClosedFacts { amount, is_won, stage, close_date, age_days })
        })
        .collect()
    }

    /// Quotas of stretches that ended up to the as-of month, each with the revenue of its months.
    fn former(&self, partner: &Partner, part: Part<'_>) -> Vec<FormerQuota> {
        let own = || self.dated_quotas(partner).filter(|dated| self.belongs(partner, part, &dated.quota.segment));
        let stretches: BTreeSet<(Month, u32)> = own().map(|dated| (dated.quota.start, dated.quota.months)).collect();
        let revenue = self.own(partner, part);
        let past = stretches.into_iter().filter_map(|(start, months)| {
            let period = PlanningPeriod { start, months, label: String::new() };
            let has_ended = period.last_day() <= self.view.as_of;
            let same = own().filter(|dated| (dated.quota.start, dated.quota.months) == (start, months));
            let quota = sum_inside(same, &period).ok().flatten().filter(|_| has_ended)?;
            let sold = self.revenue(&revenue, start, months as i32).map(|amount| self.money(amount));
            let (starts_on, ends_on) = (period.first_day(), period.last_day());
            let attainment = sold.and_then(|sold| sold.ratio_to(quota));
            Some(FormerQuota { starts_on, ends_on, quota, revenue: sold, attainment })
        });
        past.collect()
    }

    fn investment(&self, partner: &Partner) -> InvestmentFacts {
        let Some(found) = partner.investment.as_deref() else { return InvestmentFacts::default() };
        InvestmentFacts { capacity: self.capacity(found), ..InvestmentFacts::from(found) }
    }

    /// Sellers × productivity × ramp for the planning period; `None` unless both sellers and productivity are known.
    fn capacity(&self, investment: &Investment) -> Option<Money> {
        let (sellers, productivity) = investment.sellers.zip(investment.productivity)?;
        let ramp = investment.seller_ramp.unwrap_or(Decimal::ONE);
        let months = Decimal::from(self.view.period.months);
        let year = productivity.times(Decimal::from(sellers)).ok()?.times(ramp).ok()?;
        year.times(months).ok()?.divided_by(Decimal::from(12)).ok()
    }

    fn win_rate(&self, partner: &Partner, part: Part<'_>) -> Option<Rate> {
        let stated_for = |wanted: &SegmentKey| partner.win_rates.iter().find(|rate| *rate.segment == *wanted);
        let stated = stated_for(&part.segment()).or_else(|| stated_for(&SegmentKey::default()));
        if let Some(rate) = stated.and_then(|rate| rate.by_value) {
            return Some(rate);
        }
        let from = self.view.as_of.checked_sub_months(Months::new(self.manifest.conventions.win_rate_months))?;
        let mut won = Decimal::ZERO;
        let mut closed = Decimal::ZERO;
        for deal in partner.opportunities.iter().filter(|deal| self.belongs(partner, part, &deal.segment)) {
            let Some(is_won) = deal.outcome_between(from, self.view.as_of) else { continue };
            closed = closed.checked_add(deal.amount.amount())?;
            if is_won {
                won = won.checked_add(deal.amount.amount())?;
            }
        }
        won.checked_div(closed)
    }

    fn quota(&self, partner: &Partner, part: Part<'_>, prior: Option<Money>) -> QuotaFacts {
        let period = &self.view.period;
        let before = PlanningPeriod { start: period.start.plus(-(period.months as i32)), ..period.clone() };
        let own = self.dated_quotas(partner).filter(|dated| self.belongs(partner, part, &dated.quota.segment));
        let current = sum_inside(own, &before).ok().flatten();
        QuotaFacts {
            current,
            attainment: prior.zip(current).and_then(|(prior, quota)| prior.ratio_to(quota)),
            forecast: self.forecast(partner, part),
            former: if self.reads.former { self.former(partner, part) } else { Vec::new() },
        }
    }

    fn forecast(&self, partner: &Partner, part: Part<'_>) -> Option<Money> {
        let period = &self.view.period;
        let mut latest: BTreeMap<(Month, u32, &SegmentKey), &Forecast> = BTreeMap::new();
        for forecast in &partner.forecasts {
            let known = forecast.submitted_on.is_none_or(|day| day <= self.view.as_of);
            if known && self.belongs(partner, part, &forecast.segment) {
                let key = (forecast.start, forecast.months, &*forecast.segment);
                let place = latest.entry(key).or_insert(forecast);
                if forecast.submitted_on >= place.submitted_on {
                    *place = forecast;
                }
            }
        }
        sum_inside(latest.into_values(), period).ok().flatten()
    }
}

/// Probability of a deal as it stood on the as-of day; not known for one that has closed since, for its stored
/// probability gives the outcome away.
fn probability(deal: &RegisteredOpportunity) -> Option<Rate> {
    deal.probability.filter(|_| deal.status == OpportunityStatus::Open)
}
