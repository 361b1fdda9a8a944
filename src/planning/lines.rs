//! From a partner book to the lines of a plan and the facts about each, as known on the as-of date.
//!
//! Two passes: a light one over all partners for what lines have in common (market cells, channel totals), then the
//! facts of one partner at a time, so that a million partners never stand in memory at once.

use crate::channel::{
    ChannelFacts, Forecast, HistoryFacts, InvestmentFacts, LineFacts, MarketFacts, Name, OpportunityFacts,
    OpportunityStatus, Partner, PartnerBook, PipelineFacts, QuotaFacts, RegisteredOpportunity, RevenueEntry,
    SegmentKey,
};
use crate::performance::sum_inside;
use crate::plugin::Manifest;
use crate::quota::Grain;
use crate::units::{Money, Month, PlanningPeriod, Rate, whole_months};
use chrono::{Months, NaiveDate};
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Months of revenue that make a product line or territory of a partner a line of the plan.
const LINE_WINDOW: i32 = 24;
/// Partners below which spreading over threads costs more than it saves.
const FEWEST_APART: usize = 128;
/// Months over which win rates are derived from closed opportunities.
const WIN_RATE_WINDOW: u32 = 24;

/// What is asked for: a period, seen from a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Planning period.
    pub period: PlanningPeriod,
    /// Nothing later than this day is looked at.
    pub as_of: NaiveDate,
    /// Channel target, when one is given.
    pub target: Option<Money>,
}

impl View {
    /// Latest month that is complete on the as-of day.
    pub fn last_month(&self) -> Month {
        Month::last_complete(self.as_of)
    }
}

/// The lines of a book under a vendor's manifest, ready to give their facts.
#[derive(Debug)]
pub struct Lines<'b> {
    book: &'b PartnerBook,
    manifest: &'b Manifest,
    view: View,
    first_month: Option<Month>,
    channel: Arc<ChannelFacts>,
    cells: BTreeMap<CellKey, Cell>,
    /// Cells of whole partners; empty at partner grain, where they are those of the lines.
    whole_cells: BTreeMap<CellKey, Cell>,
    /// Indices of the partners that get a quota, ascending.
    pub eligible: Vec<usize>,
    /// Ids of the partners that do not, ascending.
    pub not_eligible: Vec<Name>,
}

/// Part of a partner's business that facts are about.
#[derive(Debug, Clone, Copy)]
enum Part<'s> {
    /// Everything the partner does, at every grain.
    Whole,
    /// One line at the manifest's grain.
    Line(&'s SegmentKey),
}

impl Part<'_> {
    /// Product line and territory that the part is limited to.
    fn segment(self) -> SegmentKey {
        match self {
            Self::Whole => SegmentKey::default(),
            Self::Line(segment) => segment.clone(),
        }
    }
}

/// Territory, vertical and product line by which a line finds its market.
type CellKey = (Option<Name>, Option<Name>, Option<Name>);

/// Prior revenue of one line in its cell.
type CellRevenue = (CellKey, Option<Decimal>);

#[derive(Debug, Clone, Default)]
struct Cell {
    addressable: Option<Money>,
    growth: Option<Rate>,
    revenue: Option<Decimal>,
    partners: i64,
}

impl Cell {
    /// Counts a partner or line with its prior revenue.
    fn count(&mut self, prior: Option<Decimal>) {
        self.partners += 1;
        add(&mut self.revenue, prior);
    }
}

/// Revenue of one line in the stretches that the whole channel is summed over.
#[derive(Debug, Clone, Copy, Default)]
struct Stretches {
    prior: Option<Decimal>,
    earlier: Option<Decimal>,
    same_period: Option<Decimal>,
    before_same_period: Option<Decimal>,
    trailing: Option<Decimal>,
}

impl<'b> Lines<'b> {
    /// Looks through the whole book once.
    pub fn new(book: &'b PartnerBook, manifest: &'b Manifest, view: View) -> Self {
        let first_month = book.revenue_months().map(|(first, _)| first);
        let mut lines = Self {
            book,
            manifest,
            channel: Arc::new(ChannelFacts {
                currency: book.currency,
                as_of: view.as_of,
                period: view.period.label.as_str().into(),
                period_months: i64::from(view.period.months),
                partners: 0,
                prior_revenue: None,
                growth: None,
                same_period_last_year: None,
                season: None,
                target: view.target,
            }),
            view,
            first_month,
            cells: BTreeMap::new(),
            whole_cells: BTreeMap::new(),
            eligible: Vec::new(),
            not_eligible: Vec::new(),
        };
        lines.survey();
        lines
    }

    fn money(&self, amount: Decimal) -> Money {
        Money::new(amount, self.book.currency)
    }

    /// The channel as a whole.
    pub fn channel(&self) -> &Arc<ChannelFacts> {
        &self.channel
    }

    /// What is asked for.
    pub fn view(&self) -> &View {
        &self.view
    }

    fn survey(&mut self) {
        let surveyed: Vec<(Stretches, Vec<CellRevenue>)> = self
            .book
            .partners
            .par_iter()
            .with_min_len(FEWEST_APART)
            .map(|partner| {
                let whole = self.stretches(&self.own(partner, Part::Whole));
                let prior = |segment: &SegmentKey| match self.manifest.grain {
                    Grain::Partner => whole.prior,
                    _ => self.prior(&self.own(partner, Part::Line(segment))),
                };
                let segments = self.segments(partner);
                let cells = segments.iter().map(|segment| (self.cell_key(partner, segment), prior(segment))).collect();
                (whole, cells)
            })
            .collect();
        let mut totals = Stretches::default();
        for (index, (partner, (whole, cells))) in self.book.partners.iter().zip(surveyed).enumerate() {
            if !self.admits(&whole) {
                self.not_eligible.push(Arc::clone(&partner.id));
                continue;
            }
            self.eligible.push(index);
            add(&mut totals.prior, whole.prior);
            add(&mut totals.earlier, whole.earlier);
            add(&mut totals.same_period, whole.same_period);
            add(&mut totals.before_same_period, whole.before_same_period);
            for (key, prior) in cells {
                self.cells.entry(key).or_default().count(prior);
            }
            if self.manifest.grain != Grain::Partner {
                let key = self.cell_key(partner, &SegmentKey::default());
                self.whole_cells.entry(key).or_default().count(whole.prior);
            }
        }
        let (mut cells, mut whole_cells) = (std::mem::take(&mut self.cells), std::mem::take(&mut self.whole_cells));
        for (key, cell) in cells.iter_mut().chain(&mut whole_cells) {
            (cell.addressable, cell.growth) = self.market_of(key);
        }
        (self.cells, self.whole_cells) = (cells, whole_cells);
        let money = |amount: Option<Decimal>| amount.map(|amount| self.money(amount));
        self.channel = Arc::new(ChannelFacts {
            partners: self.eligible.len() as i64,
            prior_revenue: money(totals.prior),
            growth: growth(totals.prior, totals.earlier),
            same_period_last_year: money(totals.same_period),
            season: ratio(totals.same_period, totals.before_same_period),
            ..(*self.channel).clone()
        });
    }

    fn admits(&self, revenue: &Stretches) -> bool {
        let rules = &self.manifest.eligibility;
        let at_least = |amount: Option<Decimal>, minimum: Option<Decimal>| {
            minimum.is_none_or(|minimum| amount.is_some_and(|amount| amount >= minimum))
        };
        at_least(revenue.prior, rules.minimum_prior_revenue)
            && at_least(revenue.trailing, rules.minimum_trailing_12_months)
            && (!rules.requires_prior_revenue || revenue.prior.is_some_and(|amount| amount > Decimal::ZERO))
    }

    /// The lines of a partner at the manifest's grain, ascending, never empty.
    pub fn segments(&self, partner: &Partner) -> Vec<SegmentKey> {
        let last = self.view.last_month();
        let recent = |entry: &&RevenueEntry| entry.month <= last && last.since(entry.month) < LINE_WINDOW;
        let mut segments = BTreeSet::new();
        match self.manifest.grain {
            Grain::Partner => return vec![SegmentKey::default()],
            Grain::ProductLine => {
                let sold = partner.revenue.iter().filter(recent).map(|entry| entry.segment.product_line.clone());
                let authorised = partner.product_lines.iter().cloned().map(Some);
                segments
                    .extend(sold.chain(authorised).map(|product_line| SegmentKey { product_line, territory: None }));
            }
            Grain::ProductLineTerritory => {
                let home = &partner.territory;
                for entry in partner.revenue.iter().filter(recent) {
                    let territory = entry.segment.territory.clone().or_else(|| home.clone());
                    segments.insert(SegmentKey { product_line: entry.segment.product_line.clone(), territory });
                }
                for line in &partner.product_lines {
                    if !segments.iter().any(|segment: &SegmentKey| segment.product_line.as_ref() == Some(line)) {
                        segments.insert(SegmentKey { product_line: Some(Arc::clone(line)), territory: home.clone() });
                    }
                }
            }
        }
        if segments.is_empty() {
            segments.insert(SegmentKey::default());
        }
        segments.into_iter().collect()
    }

    /// Returns whether something of the partner's, stated for `stated`, belongs to the part.
    fn belongs(&self, partner: &Partner, part: Part<'_>, stated: &SegmentKey) -> bool {
        match part {
            Part::Whole => true,
            Part::Line(line) => self.manifest.grain.holds(partner, line, stated),
        }
    }

    /// The revenue of a part up to the as-of day, ascending by month.
    fn own<'p>(&self, partner: &'p Partner, part: Part<'_>) -> Vec<&'p RevenueEntry> {
        let last = self.view.last_month();
        let known = partner.revenue.iter().filter(|entry| entry.month <= last);
        known.filter(|entry| self.belongs(partner, part, &entry.segment)).collect()
    }

    fn stretches(&self, own: &[&RevenueEntry]) -> Stretches {
        let months = self.view.period.months as i32;
        let year_ago = self.view.period.start.plus(-12);
        Stretches {
            prior: self.prior(own),
            earlier: self.revenue(own, self.view.last_month().plus(1 - 2 * months), months),
            same_period: self.revenue(own, year_ago, months),
            before_same_period: self.revenue(own, year_ago.plus(-months), months),
            trailing: self.revenue(own, self.view.last_month().plus(-11), 12),
        }
    }

    /// Revenue of the latest stretch as long as the planning period.
    fn prior(&self, own: &[&RevenueEntry]) -> Option<Decimal> {
        let months = self.view.period.months as i32;
        self.revenue(own, self.view.last_month().plus(1 - months), months)
    }

    /// Revenue of `months` months from `start`; not known when the line has no revenue at all, or when the stretch
    /// begins before the book's first month or ends after the as-of day.
    fn revenue(&self, own: &[&RevenueEntry], start: Month, months: i32) -> Option<Decimal> {
        let end = start.plus(months);
        if own.is_empty() || start < self.first_month? || end.plus(-1) > self.view.last_month() {
            return None;
        }
        let from = own.partition_point(|entry| entry.month < start);
        let inside = own[from..].iter().take_while(|entry| entry.month < end);
        Some(inside.fold(Decimal::ZERO, |sum, entry| sum.saturating_add(entry.amount.amount())))
    }

    fn cell_key(&self, partner: &Partner, segment: &SegmentKey) -> CellKey {
        let territory = segment.territory.clone().or_else(|| partner.territory.clone());
        (territory, partner.vertical.clone(), segment.product_line.clone())
    }

    /// Addressable market and growth of a cell, a stretch as long as the period. A dimension the line names takes its
    /// own rows, else the rows for "all"; one that it does not name takes the rows for "all", else the sum over all.
    fn market_of(&self, key: &CellKey) -> (Option<Money>, Option<Rate>) {
        let (territory, vertical, product_line) = key;
        if territory.is_none() && !self.book.market.iter().any(|cell| cell.territory.is_none()) {
            return (None, None);
        }
        let mut rows: Vec<&crate::channel::MarketCell> = self.book.market.iter().collect();
        narrow(&mut rows, territory, |cell| &cell.territory);
        narrow(&mut rows, vertical, |cell| &cell.vertical);
        narrow(&mut rows, product_line, |cell| &cell.product_line);
        if rows.is_empty() || rows.iter().any(|row| row.addressable.is_none()) {
            let growths: BTreeSet<Rate> = rows.iter().filter_map(|row| row.growth).collect();
            return (None, growths.first().copied().filter(|_| growths.len() == 1));
        }
        let mut total = Decimal::ZERO;
        let mut grown = Some(Decimal::ZERO);
        for row in rows {
            let amount = row.addressable.map_or(Decimal::ZERO, Money::amount);
            total = total.checked_add(amount).unwrap_or(Decimal::MAX);
            grown = grown.zip(row.growth).and_then(|(sum, rate)| sum.checked_add(amount.checked_mul(rate)?));
        }
        let growth = grown.and_then(|sum| sum.checked_div(total));
        let share = Decimal::from(self.view.period.months).checked_div(Decimal::from(12));
        (share.and_then(|share| self.money(total).times(share).ok()), growth)
    }

    /// Facts of every line of one partner, in the order of [`Lines::segments`].
    pub fn facts(&self, partner: &Partner) -> Vec<(SegmentKey, LineFacts)> {
        self.segments(partner)
            .into_iter()
            .map(|segment| (segment.clone(), self.line(partner, Part::Line(&segment))))
            .collect()
    }

    /// Facts of the partner as a whole, whatever the manifest's grain.
    pub fn whole(&self, partner: &Partner) -> LineFacts {
        self.line(partner, Part::Whole)
    }

    fn line(&self, partner: &Partner, part: Part<'_>) -> LineFacts {
        let segment = part.segment();
        let history = self.history(partner, part);
        let quota = self.quota(partner, part, history.prior_revenue);
        let joined = partner.since.map(|since| whole_months(since, self.view.as_of));
        let newcomer_months = self.manifest.newcomer_months;
        let is_new = |months: Option<i64>| months.is_some_and(|months| months < newcomer_months);
        LineFacts {
            id: Arc::clone(&partner.id),
            name: Arc::clone(&partner.name),
            tier: partner.tier.clone(),
            territory: segment.territory.clone().or_else(|| partner.territory.clone()),
            vertical: partner.vertical.clone(),
            product_line: segment.product_line.clone(),
            account_manager: partner.account_manager.clone(),
            since: partner.since,
            months_since_joining: joined,
            is_newcomer: is_new(joined)
                || is_new(history.months_since_first_revenue) && self.began_inside_book(partner),
            attributes: partner.attributes.clone(),
            market: self.market(partner, part, history.prior_revenue),
            investment: investment(partner),
            pipeline: self.pipeline(partner, part, history.prior_revenue, quota.current),
            quota,
            history,
            channel: Arc::clone(&self.channel),
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
        let money = |amount| self.money(amount);
        let quarters: Vec<Money> =
            (0..8).rev().filter_map(|back| self.revenue(&own, last.plus(-2 - 3 * back), 3)).map(money).collect();
        let since = |month: Month| i64::from(last.since(month));
        let active = quarters.iter().rev().take(4).filter(|amount| amount.is_positive()).count() as i64;
        HistoryFacts {
            prior_revenue: revenue.prior.map(money),
            earlier_revenue: revenue.earlier.map(money),
            same_period_last_year: revenue.same_period.map(money),
            trailing_12_months: revenue.trailing.map(money),
            growth: growth(revenue.prior, revenue.earlier),
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

    fn market(&self, partner: &Partner, part: Part<'_>, prior: Option<Money>) -> MarketFacts {
        let cells = match part {
            Part::Whole if self.manifest.grain != Grain::Partner => &self.whole_cells,
            _ => &self.cells,
        };
        let Some(cell) = cells.get(&self.cell_key(partner, &part.segment())) else { return MarketFacts::default() };
        if !self.book.has_table("market") {
            return MarketFacts::default();
        }
        let revenue = cell.revenue.map(|amount| self.money(amount));
        let both = cell.addressable.zip(revenue);
        MarketFacts {
            addressable: cell.addressable,
            growth: cell.growth,
            channel_revenue: revenue,
            penetration: both.and_then(|(addressable, revenue)| revenue.ratio_to(addressable)),
            headroom: both
                .and_then(|(addressable, revenue)| addressable.minus(revenue).ok())
                .map(|room| room.non_negative()),
            partner_share: prior.zip(revenue).and_then(|(prior, revenue)| prior.ratio_to(revenue)),
            partners: Some(cell.partners),
        }
    }

    fn pipeline(&self, partner: &Partner, part: Part<'_>, prior: Option<Money>, quota: Option<Money>) -> PipelineFacts {
        let as_of = self.view.as_of;
        let win_rate = self.win_rate(partner, part);
        let required_coverage = win_rate.filter(|rate| !rate.is_zero()).and_then(|rate| Decimal::ONE.checked_div(rate));
        if !self.book.has_table("opportunities") {
            return PipelineFacts { win_rate, required_coverage, ..PipelineFacts::default() };
        }
        let open: Vec<_> = partner
            .opportunities
            .iter()
            .filter(|deal| deal.is_open_on(as_of))
            .filter(|deal| self.view.period.contains(Month::of(deal.close_date)))
            .filter(|deal| self.belongs(partner, part, &deal.segment))
            .collect();
        let amount: Option<Decimal> =
            open.iter().try_fold(Decimal::ZERO, |sum, deal| sum.checked_add(deal.amount.amount()));
        let weighted = open
            .iter()
            .try_fold(Decimal::ZERO, |sum, deal| sum.checked_add(deal.amount.amount().checked_mul(chance(deal)?)?));
        let base = quota.or(prior).filter(|base| base.is_positive());
        PipelineFacts {
            open_amount: amount.map(|amount| self.money(amount)),
            weighted_amount: weighted.map(|amount| self.money(amount)),
            open_count: Some(open.len() as i64),
            coverage: amount.zip(base).and_then(|(amount, base)| amount.checked_div(base.amount())),
            win_rate,
            required_coverage,
            opportunities: open
                .into_iter()
                .map(|deal| OpportunityFacts {
                    amount: deal.amount,
                    stage: deal.stage.clone(),
                    probability: chance(deal),
                    close_date: deal.close_date,
                    age_days: deal.registered_on.map(|day| (as_of - day).num_days()),
                })
                .collect(),
        }
    }

    fn win_rate(&self, partner: &Partner, part: Part<'_>) -> Option<Rate> {
        let stated_for = |wanted: &SegmentKey| partner.win_rates.iter().find(|rate| rate.segment == *wanted);
        let stated = stated_for(&part.segment()).or_else(|| stated_for(&SegmentKey::default()));
        if let Some(rate) = stated.and_then(|rate| rate.by_value) {
            return Some(rate);
        }
        let from = self.view.as_of.checked_sub_months(Months::new(WIN_RATE_WINDOW))?;
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
        let own = partner.quotas.iter().filter(|quota| self.belongs(partner, part, &quota.segment));
        let current = sum_inside(own, &before).ok().flatten();
        QuotaFacts {
            current,
            attainment: prior.zip(current).and_then(|(prior, quota)| prior.ratio_to(quota)),
            forecast: self.forecast(partner, part),
        }
    }

    fn forecast(&self, partner: &Partner, part: Part<'_>) -> Option<Money> {
        let period = &self.view.period;
        let mut latest: BTreeMap<(Month, u32, &SegmentKey), &Forecast> = BTreeMap::new();
        for forecast in &partner.forecasts {
            let known = forecast.submitted_on.is_none_or(|day| day <= self.view.as_of);
            if known && self.belongs(partner, part, &forecast.segment) {
                let key = (forecast.start, forecast.months, &forecast.segment);
                let place = latest.entry(key).or_insert(forecast);
                if forecast.submitted_on >= place.submitted_on {
                    *place = forecast;
                }
            }
        }
        sum_inside(latest.into_values(), period).ok().flatten()
    }

    /// What a partner bought in the planning period itself, by segment; for looking back.
    pub fn bought(&self, partner: &Partner) -> Vec<(SegmentKey, Decimal)> {
        let inside = partner.revenue.iter().filter(|entry| self.view.period.contains(entry.month));
        inside.map(|entry| (entry.segment.clone(), entry.amount.amount())).collect()
    }

    /// The part of `bought` that belongs to one line.
    pub fn of_line(&self, partner: &Partner, line: &SegmentKey, bought: &[(SegmentKey, Decimal)]) -> Decimal {
        let own = bought.iter().filter(|(segment, _)| self.belongs(partner, Part::Line(line), segment));
        own.fold(Decimal::ZERO, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    /// Revenue by calendar month (January first) over the latest two years, for the seasons of the line.
    pub fn months(&self, partner: &Partner, segment: &SegmentKey) -> Option<[Decimal; 12]> {
        let last = self.view.last_month();
        let years = (last.since(self.first_month?) + 1).div_euclid(12).min(2);
        let first = last.plus(1 - 12 * years);
        let mut months = [Decimal::ZERO; 12];
        let entries = partner.revenue.iter().filter(|entry| first <= entry.month && entry.month <= last);
        for entry in entries.filter(|entry| self.belongs(partner, Part::Line(segment), &entry.segment)) {
            let slot = &mut months[entry.month.number() as usize - 1];
            *slot = slot.checked_add(entry.amount.amount())?;
        }
        (years > 0 && partner.revenue.first().is_some_and(|entry| entry.month <= first.plus(2))).then_some(months)
    }
}

fn narrow<'r>(
    rows: &mut Vec<&'r crate::channel::MarketCell>,
    wanted: &Option<Name>,
    dimension: impl Fn(&'r crate::channel::MarketCell) -> &'r Option<Name>,
) {
    let has = |value: &Option<Name>| rows.iter().any(|row| dimension(row) == value);
    if wanted.is_some() {
        let value = if has(wanted) { wanted.clone() } else { None };
        rows.retain(|row| *dimension(row) == value);
    } else if has(&None) {
        rows.retain(|row| dimension(row).is_none());
    }
}

fn investment(partner: &Partner) -> InvestmentFacts {
    let Some(found) = partner.investment.as_deref() else { return InvestmentFacts::default() };
    InvestmentFacts {
        certified_now: found.certified_now,
        certified_before: found.certified_before,
        certified_gained: found
            .certified_now
            .zip(found.certified_before)
            .map(|(now, before)| now.saturating_sub(before)),
        marketing_spend: found.marketing_spend,
        services_headcount: found.services_headcount,
        services_revenue: found.services_revenue,
        enablement: found.enablement,
    }
}

fn add(sum: &mut Option<Decimal>, amount: Option<Decimal>) {
    if let Some(amount) = amount {
        *sum = Some(sum.unwrap_or_default().saturating_add(amount));
    }
}

fn growth(now: Option<Decimal>, before: Option<Decimal>) -> Option<Rate> {
    let (now, before) = (now?, before.filter(|before| *before > Decimal::ZERO)?);
    now.checked_sub(before)?.checked_div(before)
}

fn ratio(part: Option<Decimal>, whole: Option<Decimal>) -> Option<Rate> {
    part?.checked_div(whole?)
}

/// Probability of a deal as it stood on the as-of day; not known for one that has closed since, for its stored
/// probability gives the outcome away.
fn chance(deal: &RegisteredOpportunity) -> Option<Rate> {
    deal.probability.filter(|_| deal.status == OpportunityStatus::Open)
}
