//! From a partner book to the lines of a plan and the facts about each, as known on the as-of date.
//!
//! Two passes: a light one over all partners for what lines have in common (market cells, channel totals), then the
//! facts of one partner at a time, so that a million partners never stand in memory at once.

use super::common::Common;
use super::learned::Learned;
use super::tally::{CellKey, Stretches, Tally};
use super::view::View;
use crate::channel::{ChannelFacts, KnownMonths, LineFacts, Name, Partner, PartnerBook, RevenueEntry, SegmentKey};
use crate::plugin::{ListsRead, Manifest};
use crate::quota::Grain;
use crate::units::{Money, Month};
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Partners below which spreading over threads costs more than it saves.
const FEWEST_APART: usize = 128;
/// Partners whose sums are in memory at once; few in debug builds, so that books of tests have several such blocks.
const BLOCK: usize = if cfg!(debug_assertions) { 1 << 8 } else { 1 << 15 };

/// The lines of a book under a vendor's manifest, ready to give their facts.
#[derive(Debug)]
pub struct Lines<'b> {
    pub(super) book: &'b PartnerBook,
    pub(super) manifest: &'b Manifest,
    pub(super) view: View,
    pub(super) first_month: Option<Month>,
    /// Lists of facts that the scripts read; others are left empty.
    pub(super) reads: ListsRead,
    /// Facts that the lines of all partners share.
    pub(super) common: Common,
    /// Indices of the partners that get a quota, ascending.
    pub eligible: Vec<usize>,
    /// Ids of the partners that do not, ascending.
    pub not_eligible: Vec<Name>,
    /// Those of them that left before the period, or join after it.
    pub(super) outside_program: Vec<Name>,
}

/// Outcome of a survey, apart from the book.
#[derive(Debug)]
pub(super) struct Surveyed {
    view: View,
    first_month: Option<Month>,
    common: Common,
    eligible: Vec<usize>,
    not_eligible: Vec<Name>,
    outside_program: Vec<Name>,
}

impl Surveyed {
    /// The lines again; of `book`, its partners are not asked for.
    pub(super) fn of<'b>(self, book: &'b PartnerBook, manifest: &'b Manifest) -> Lines<'b> {
        let Self { view, first_month, common, eligible, not_eligible, outside_program } = self;
        let reads = ListsRead::default();
        Lines { book, manifest, view, first_month, reads, common, eligible, not_eligible, outside_program }
    }
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

/// Prior revenue of one line in its cell.
type CellRevenue = (CellKey, Option<Decimal>);

/// Revenue of a partner as a whole, and that of its lines.
type PartnerSums = (Stretches, Vec<CellRevenue>);

impl<'b> Lines<'b> {
    /// Looks through the whole book once.
    pub fn new(book: &'b PartnerBook, manifest: &'b Manifest, view: View) -> Self {
        let mut lines = Self::unsurveyed(book, manifest, view, KnownMonths::of(book));
        let tally = lines.survey();
        lines.take(&tally);
        lines.common.learned = Arc::new(lines.learn());
        lines
    }

    /// Returns the outcome of the survey, without the book.
    pub(super) fn surveyed(self) -> Surveyed {
        let Self { view, first_month, common, eligible, not_eligible, outside_program, .. } = self;
        Surveyed { view, first_month, common, eligible, not_eligible, outside_program }
    }

    /// The lines of a part of a channel, compared with the whole channel.
    pub(super) fn of_part(book: &'b PartnerBook, manifest: &'b Manifest, view: View, common: Common) -> Self {
        let mut lines = Self::unsurveyed(book, manifest, view, common.known_months.clone());
        lines.survey();
        Self { common, ..lines }
    }

    /// The lines before anything is known of the channel but its months.
    pub(super) fn unsurveyed(
        book: &'b PartnerBook,
        manifest: &'b Manifest,
        view: View,
        known_months: KnownMonths,
    ) -> Self {
        let channel = ChannelFacts {
            currency: book.currency,
            as_of: view.as_of,
            period: view.period.label.as_str().into(),
            period_months: i64::from(view.period.months),
            target: view.target,
            parameters: manifest.parameters.facts(),
            ..ChannelFacts::default()
        };
        let first_month = known_months.first();
        let common = Common {
            known_months,
            channel: Arc::new(channel),
            learned: Arc::default(),
            cells: Arc::default(),
            whole_cells: Arc::default(),
        };
        Self {
            book,
            manifest,
            view,
            first_month,
            reads: ListsRead::default(),
            common,
            eligible: Vec::new(),
            not_eligible: Vec::new(),
            outside_program: Vec::new(),
        }
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
        &self.common.channel
    }

    /// Numbers that are learned from the channel, in the order of the manifest.
    pub fn learned(&self) -> &[Learned] {
        &self.common.learned
    }

    /// What is asked for.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Finds the partners that get a quota, and sums over them what lines are compared with.
    pub(super) fn survey(&mut self) -> Tally {
        let book = self.book;
        let mut tally = Tally::default();
        for (block, partners) in book.partners.chunks(BLOCK).enumerate() {
            let sums = partners.par_iter().with_min_len(FEWEST_APART).map(|partner| self.sums(partner)).collect();
            self.count(block * BLOCK, partners, sums, &mut tally);
        }
        tally
    }

    /// Sums of one partner, and of each of its lines.
    fn sums(&self, partner: &Partner) -> PartnerSums {
        let whole = self.stretches(&self.own(partner, Part::Whole));
        let prior = |segment: &SegmentKey| match self.manifest.grain {
            Grain::Partner => whole.prior,
            _ => self.prior(&self.own(partner, Part::Line(segment))),
        };
        let segments = self.segments(partner);
        let cells = segments.iter().map(|segment| (self.cell_key(partner, segment), prior(segment))).collect();
        (whole, cells)
    }

    /// Adds the sums of the partners from the index `first` on to `tally`, and notes which of them get a quota.
    fn count(&mut self, first: usize, partners: &[Partner], sums: Vec<PartnerSums>, tally: &mut Tally) {
        for (index, (partner, (whole, cells))) in (first..).zip(partners.iter().zip(sums)) {
            if self.is_yet_unknown(partner) {
                continue;
            }
            if !self.is_in_program(partner) {
                self.outside_program.push(Arc::clone(&partner.id));
            }
            if !self.admits(&whole) || !self.is_in_program(partner) {
                self.not_eligible.push(Arc::clone(&partner.id));
                continue;
            }
            self.eligible.push(index);
            tally.count(&whole);
            for (key, prior) in cells {
                tally.cells.entry(key).or_default().count(prior);
            }
            if self.manifest.grain != Grain::Partner {
                let key = self.cell_key(partner, &SegmentKey::default());
                tally.whole_cells.entry(key).or_default().count(whole.prior);
            }
        }
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

    /// Facts of every line of one partner, in the order of [`Lines::segments`].
    pub fn facts(&self, partner: &Partner) -> Vec<(SegmentKey, LineFacts)> {
        self.segments(partner).into_iter().map(|segment| (segment.clone(), self.facts_of(partner, &segment))).collect()
    }

    /// Facts of one of the lines of a partner.
    pub(super) fn facts_of(&self, partner: &Partner, segment: &SegmentKey) -> LineFacts {
        self.line(partner, Part::Line(segment))
    }

    /// Facts of the partner as a whole, whatever the manifest's grain.
    pub fn whole(&self, partner: &Partner) -> LineFacts {
        self.line(partner, Part::Whole)
    }

    /// What a partner bought in the planning period itself, by segment; for looking back.
    pub fn bought(&self, partner: &Partner) -> Vec<(SegmentKey, Decimal)> {
        let inside = partner.revenue.iter().filter(|entry| self.view.period.contains(entry.month));
        inside.map(|entry| (SegmentKey::clone(&entry.segment), entry.amount.amount())).collect()
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
        is_covered.then(|| self.common.known_months.filled(months, last, years)).flatten()
    }
}
