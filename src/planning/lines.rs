//! From a partner book to the lines of a plan and the facts about each, as known on the as-of date.
//!
//! Two passes: a light one over all partners for what lines have in common (market cells, channel totals), then the
//! facts of one partner at a time, so that a million partners never stand in memory at once.

use super::learned::Learned;
use super::view::View;
use crate::channel::{ChannelFacts, KnownMonths, LineFacts, Name, Partner, PartnerBook, RevenueEntry, SegmentKey};
use crate::plugin::{ListsRead, Manifest};
use crate::quota::Grain;
use crate::units::{Money, Month, Rate};
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Partners below which spreading over threads costs more than it saves.
const FEWEST_APART: usize = 128;

/// The lines of a book under a vendor's manifest, ready to give their facts.
#[derive(Debug)]
pub struct Lines<'b> {
    pub(super) book: &'b PartnerBook,
    pub(super) manifest: &'b Manifest,
    pub(super) view: View,
    pub(super) first_month: Option<Month>,
    /// Lists of facts that the scripts read; others are left empty.
    pub(super) reads: ListsRead,
    known_months: KnownMonths,
    pub(super) channel: Arc<ChannelFacts>,
    /// Numbers that are learned from the channel.
    pub learned: Vec<Learned>,
    pub(super) cells: BTreeMap<CellKey, Cell>,
    /// Cells of whole partners; empty at partner grain, where they are those of the lines.
    pub(super) whole_cells: BTreeMap<CellKey, Cell>,
    /// Indices of the partners that get a quota, ascending.
    pub eligible: Vec<usize>,
    /// Ids of the partners that do not, ascending.
    pub not_eligible: Vec<Name>,
    /// Those of them that left before the period, or join after it.
    pub(super) outside_program: Vec<Name>,
}

/// Part of a partner's business that facts are about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'s> {
    /// Everything the partner does, at every grain.
    Whole,
    /// One line at the manifest's grain.
    Line(&'s SegmentKey),
}

impl Part<'_> {
    /// Product line and territory that the part is limited to.
    pub(super) fn segment(self) -> SegmentKey {
        match self {
            Self::Whole => SegmentKey::default(),
            Self::Line(segment) => segment.clone(),
        }
    }
}

/// Territory, vertical and product line by which a line finds its market.
pub(super) type CellKey = (Option<Name>, Option<Name>, Option<Name>);

/// Prior revenue of one line in its cell.
type CellRevenue = (CellKey, Option<Decimal>);

#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub addressable: Option<Money>,
    pub growth: Option<Rate>,
    pub revenue: Option<Decimal>,
    pub partners: i64,
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
pub(super) struct Stretches {
    pub prior: Option<Decimal>,
    pub earlier: Option<Decimal>,
    pub same_period: Option<Decimal>,
    pub before_same_period: Option<Decimal>,
    pub trailing: Option<Decimal>,
}

impl<'b> Lines<'b> {
    /// Looks through the whole book once.
    pub fn new(book: &'b PartnerBook, manifest: &'b Manifest, view: View) -> Self {
        let known_months = KnownMonths::of(book);
        let first_month = known_months.first();
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
                parameters: manifest.parameters.facts(),
            }),
            view,
            first_month,
            reads: ListsRead::default(),
            known_months,
            learned: Vec::new(),
            cells: BTreeMap::new(),
            whole_cells: BTreeMap::new(),
            eligible: Vec::new(),
            not_eligible: Vec::new(),
            outside_program: Vec::new(),
        };
        lines.survey();
        lines.learned = lines.learn();
        lines
    }

    /// Fills the lists of facts that the vendor's scripts read.
    #[must_use]
    pub fn reading(self, reads: ListsRead) -> Self {
        Self { reads, ..self }
    }

    pub(super) fn money(&self, amount: Decimal) -> Money {
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
            if !self.is_in_program(partner) {
                self.outside_program.push(Arc::clone(&partner.id));
            }
            if !self.admits(&whole) || !self.is_in_program(partner) {
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
        let months = self.manifest.conventions.line_months;
        let recent = |entry: &&RevenueEntry| entry.month <= last && last.since(entry.month) < months;
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
    pub(super) fn belongs(&self, partner: &Partner, part: Part<'_>, stated: &SegmentKey) -> bool {
        match part {
            Part::Whole => true,
            Part::Line(line) => self.manifest.grain.holds(partner, line, stated),
        }
    }

    /// The revenue of a part up to the as-of day, ascending by month.
    pub(super) fn own<'p>(&self, partner: &'p Partner, part: Part<'_>) -> Vec<&'p RevenueEntry> {
        let last = self.view.last_month();
        let known = partner.revenue.iter().filter(|entry| entry.month <= last);
        known.filter(|entry| self.belongs(partner, part, &entry.segment)).collect()
    }

    pub(super) fn stretches(&self, own: &[&RevenueEntry]) -> Stretches {
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
    pub(super) fn prior(&self, own: &[&RevenueEntry]) -> Option<Decimal> {
        let months = self.view.period.months as i32;
        self.revenue(own, self.view.last_month().plus(1 - months), months)
    }

    /// Revenue of `months` months from `start`; not known when the line has no revenue at all, or when the stretch
    /// begins before the book's first month or ends after the as-of day.
    pub(super) fn revenue(&self, own: &[&RevenueEntry], start: Month, months: i32) -> Option<Decimal> {
        let end = start.plus(months);
        if own.is_empty() || start < self.first_month? || end.plus(-1) > self.view.last_month() {
            return None;
        }
        let from = own.partition_point(|entry| entry.month < start);
        let inside = own[from..].iter().take_while(|entry| entry.month < end);
        Some(inside.fold(Decimal::ZERO, |sum, entry| sum.saturating_add(entry.amount.amount())))
    }

    pub(super) fn cell_key(&self, partner: &Partner, segment: &SegmentKey) -> CellKey {
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

    /// Revenue by calendar month (January first) over the latest two years, for the seasons of the line; gaps of the book are
    /// filled, see [`KnownMonths::filled`].
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
        let is_covered = years > 0 && partner.revenue.first().is_some_and(|entry| entry.month <= first.plus(2));
        is_covered.then(|| self.known_months.filled(months, last, years)).flatten()
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

fn add(sum: &mut Option<Decimal>, amount: Option<Decimal>) {
    if let Some(amount) = amount {
        *sum = Some(sum.unwrap_or_default().saturating_add(amount));
    }
}

pub(super) fn growth(now: Option<Decimal>, before: Option<Decimal>) -> Option<Rate> {
    let (now, before) = (now?, before.filter(|before| *before > Decimal::ZERO)?);
    now.checked_sub(before)?.checked_div(before)
}

pub(super) fn ratio(part: Option<Decimal>, whole: Option<Decimal>) -> Option<Rate> {
    part?.checked_div(whole?)
}
