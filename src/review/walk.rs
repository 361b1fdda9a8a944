//! The walk through a book: every partner's standing and decisions, in the book's order.

use super::fault::ReviewFault;
use super::partner::{PartnerFault, PartnerReview};
use super::selection::Selection;
use super::setting::Setting;
use super::summary::ReviewSummary;
use crate::cancel::is_cancelled;
use crate::channel::{LatestMonth, PartOfMonth, Partner, PartnerBook, SegmentKey};
use crate::decision::Decisions;
use crate::finding::{Code, Finding, Findings};
use crate::performance::{
    Conventions, Dimension, PartnerStanding, ProductLineRevenue, Rollup, RollupBuilder, RollupRules, Standings,
};
use crate::planning::{Lines, View, named};
use crate::plugin::{TierScope, VendorPlugin};
use crate::script::{ExtraTables, PolicyFacts, ReviewFacts, RuntimeFault, on_script_threads};
use crate::units::{MoneyError, Month};
use chrono::NaiveDate;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// Called with partners done and partners in all.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Partners that one task works on.
const CHUNK: usize = 256;
/// Partners whose results are in memory together.
const WINDOW: usize = 1_024;
/// Partners whose policies use up their budget until the others are not tried.
const MOST_EXHAUSTED: usize = 3;
/// Faults that are kept one by one.
const KEPT_FAULTS: usize = 10_000;

/// A book under review.
#[derive(Debug)]
pub struct Review<'b> {
    /// The vendor.
    pub plugin: &'b VendorPlugin,
    /// The book.
    pub book: &'b PartnerBook,
    /// Scope of the review.
    pub setting: &'b Setting,
    /// Cut points of the roll-ups.
    pub rules: RollupRules,
    /// Part of the book that is reviewed; the whole book by default.
    pub selected: Option<Selection>,
    standings: Standings<'b>,
    policies: Option<Deciding<'b>>,
}

/// Inputs of policies beside a partner's standing.
#[derive(Debug)]
struct Deciding<'b> {
    lines: Lines<'b>,
    day: Arc<ReviewFacts>,
    records: ExtraTables,
}

/// Results that are known after all partners are reviewed.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Counts.
    pub summary: ReviewSummary,
    /// Groups.
    pub rollup: Rollup,
    /// Faults in the book's order, at most 10,000.
    pub faults: Vec<PartnerFault>,
    /// Faults beyond those.
    pub faults_left_out: usize,
}

/// Result of a task.
struct Piece<T> {
    mapped: Vec<T>,
    summary: ReviewSummary,
    rollup: RollupBuilder,
    faults: Vec<PartnerFault>,
    /// Partners whose policies used up their budget.
    exhausted: usize,
}

/// Cut points of roll-ups: those of attainment are the vendor's conventions.
fn rules_of(plugin: &VendorPlugin) -> RollupRules {
    let conventions = &plugin.manifest.conventions;
    RollupRules {
        threshold: conventions.attainment_threshold,
        excellence: conventions.attainment_excellence,
        ..RollupRules::default()
    }
}

impl<'b> Review<'b> {
    /// Dimensions by which partners are grouped, beside reporting periods; each partner is in the review's list of
    /// partners.
    pub const DIMENSIONS: [Dimension; 6] = [
        Dimension::Channel,
        Dimension::Tier,
        Dimension::Territory,
        Dimension::Vertical,
        Dimension::ProductLine,
        Dimension::AccountManager,
    ];

    /// Looks through the book once for what partners are compared with; on as many threads as `threads` says.
    pub fn new(
        plugin: &'b VendorPlugin,
        book: &'b PartnerBook,
        setting: &'b Setting,
        threads: Option<usize>,
    ) -> Result<Self, Findings> {
        let (period, conventions) = (setting.period.clone(), setting.conventions.clone());
        let policies = match plugin.policies() {
            Some(_) => Some(Deciding::new(plugin, book, setting, threads)?),
            None => None,
        };
        let standings =
            on_script_threads(threads, || Standings::new(book, period, setting.as_of, conventions, &setting.given));
        let standings = standings
            .map_err(|fault| -> Findings { ReviewFault::ChannelOutOfRange { reason: fault.to_string() }.into() })?;
        Ok(Self { plugin, book, setting, rules: rules_of(plugin), selected: None, standings, policies })
    }

    /// The standings it takes.
    pub fn standings(&self) -> &Standings<'b> {
        &self.standings
    }

    /// Warnings about the book in this scope.
    pub fn warnings(&self) -> Findings {
        let mut warnings = self.setting.warnings.clone();
        let is_reviewed = |partner: &&Partner| {
            let place = || self.index_of(&partner.id);
            self.selected.as_ref().is_none_or(|own| place().is_some_and(|place| own.partners.contains(&place)))
        };
        let leavers = self.setting.given.leavers(self.book, &self.setting.period);
        let leavers: Vec<&Partner> = leavers.into_iter().filter(is_reviewed).collect();
        if !leavers.is_empty() {
            let (whole, period) = (SegmentKey::default(), self.setting.period.to_string());
            let named = named(leavers.iter().map(|partner| (&*partner.id, &whole)));
            warnings.push(ReviewFault::Leavers { partners: leavers.len(), period, named }.into());
        }
        if let Some((month, date)) = self.part_of_month() {
            let (month, as_of) = (month.to_string(), self.setting.as_of);
            warnings.push(ReviewFault::PartOfMonth { month, date, as_of }.into());
        }
        if let Some(latest) = self.standings.revenue_ends_early() {
            let (latest, as_of) = (latest.to_string(), self.setting.as_of.to_string());
            warnings.push(ReviewFault::OldBook { latest, as_of }.into());
        }
        warnings
    }

    /// The latest month with revenue and its latest date, where only a part of the month is known and it counts.
    fn part_of_month(&self) -> Option<(Month, NaiveDate)> {
        let LatestMonth { latest, part: Some(PartOfMonth::DatedUntil(date)), .. } = self.book.latest_month(None)?
        else {
            return None;
        };
        let counts = self.standings.actual_through().is_some_and(|through| latest <= through);
        (counts && self.setting.period.contains(latest)).then_some((latest, date))
    }

    /// Place of a partner in the book.
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.book.partners.binary_search_by(|partner| (*partner.id).cmp(id)).ok()
    }

    /// Reviews the partner at `index` of the book, which must be there. `Err` when it has no standing.
    pub fn of(&self, index: usize) -> Result<(PartnerReview, Vec<PartnerFault>), PartnerFault> {
        self.tried(index, 0)
    }

    /// Reviews a partner; its policies are not tried when they used up their budget for `exhausted` partners before.
    fn tried(&self, index: usize, exhausted: usize) -> Result<(PartnerReview, Vec<PartnerFault>), PartnerFault> {
        let partner = &self.book.partners[index];
        let fault =
            |finding| PartnerFault { partner_id: partner.id.clone(), partner_name: partner.name.clone(), finding };
        if is_cancelled() {
            return Err(fault(RuntimeFault::Cancelled {}.into()));
        }
        let product_lines = match self.plugin.manifest.policies.tier_per {
            TierScope::ProductLine => self.standings.product_lines(partner),
            TierScope::Partner => Ok(Vec::new()),
        };
        let both = self.standings.of(partner).and_then(|standing| Ok((standing, product_lines?)));
        let (standing, product_lines) = match both {
            Ok((standing, product_lines)) => (Arc::new(standing), product_lines),
            Err(_) => {
                return Err(fault(ReviewFault::PartnerOutOfRange { partner: partner.id.to_string() }.into()));
            }
        };
        let decided = match exhausted >= MOST_EXHAUSTED && self.policies.is_some() {
            true => Err(vec![ReviewFault::NotTried { exhausted }.into()]),
            false => self.decide(index, partner, &standing, product_lines),
        };
        match decided {
            Ok(decisions) => Ok((PartnerReview { standing, decisions: Some(decisions) }, Vec::new())),
            Err(findings) => {
                let faults = findings.into_iter().map(fault).collect();
                Ok((PartnerReview { standing, decisions: None }, faults))
            }
        }
    }

    fn decide(
        &self,
        index: usize,
        partner: &Partner,
        standing: &Arc<PartnerStanding>,
        product_lines: Vec<ProductLineRevenue>,
    ) -> Result<Decisions, Vec<Finding>> {
        let Some(deciding) = &self.policies else { return Ok(Decisions::default()) };
        // Nothing is decided on records that could not be read.
        let unreadable: Vec<Finding> = deciding.records.faults_of(index).cloned().collect();
        if !unreadable.is_empty() {
            return Err(unreadable);
        }
        let line = Arc::new(deciding.lines.whole(partner));
        let records = deciding.records.of(index);
        let mut facts = PolicyFacts::new(line, Arc::clone(standing), Arc::clone(&deciding.day), records);
        if !product_lines.is_empty() {
            facts = facts.with_product_lines(product_lines);
        }
        self.plugin.decide(&facts).map_err(|faults| faults.into_iter().map(Finding::from).collect())
    }

    /// Number of partners that are reviewed.
    pub fn partners(&self) -> usize {
        self.selected.as_ref().map_or(self.book.partners.len(), |selection| selection.partners.len())
    }

    /// Reviews every partner: `map` is called for each on many threads, `take` with its results in the book's order, or
    /// in that of the selection.
    ///
    /// Partners without a standing are not mapped; they are faults. At most 1,024 results are in memory at once. When
    /// the policies use up their budget for a few partners, they are not tried for those after them, which are faults.
    pub fn each<T: Send, E: From<MoneyError>>(
        &self,
        threads: Option<usize>,
        progress: Progress<'_>,
        map: impl Fn(PartnerReview) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<Outcome, E> {
        let all = self.partners();
        let mut whole = self.piece();
        let mut done = 0;
        let mut faults_left_out = 0;
        progress(0, all);
        while done < all {
            let end = all.min(done + WINDOW);
            let chunks: Vec<usize> = (done..end).step_by(CHUNK).collect();
            let exhausted = whole.exhausted;
            let pieces: Vec<Result<Piece<T>, MoneyError>> = on_script_threads(threads, || {
                chunks.into_par_iter().map(|from| self.look_at(from..end.min(from + CHUNK), exhausted, &map)).collect()
            });
            for piece in pieces {
                let piece = piece?;
                piece.mapped.into_iter().try_for_each(&mut take)?;
                whole.summary.merge(piece.summary)?;
                whole.rollup.merge(piece.rollup)?;
                whole.exhausted += piece.exhausted;
                let room = KEPT_FAULTS.saturating_sub(whole.faults.len());
                faults_left_out += piece.faults.len().saturating_sub(room);
                whole.faults.extend(piece.faults.into_iter().take(room));
            }
            done = end;
            progress(done, all);
        }
        let Piece { summary, mut rollup, faults, .. }: Piece<T> = whole;
        on_script_threads(threads, || self.add_reporting_periods(&mut rollup))?;
        Ok(Outcome { summary, rollup: rollup.finish()?, faults, faults_left_out })
    }

    /// Adds the channel in each reporting period that has begun. A quota for the whole period says nothing about its
    /// parts, so only quotas for reporting periods count there.
    fn add_reporting_periods(&self, rollup: &mut RollupBuilder) -> Result<(), MoneyError> {
        let (manifest, setting) = (&self.plugin.manifest, self.setting);
        let periods = manifest.calendar.reporting(&setting.period, manifest.reporting);
        if periods.len() < 2 {
            return Ok(());
        }
        for period in periods.into_iter().filter(|period| period.first_day() <= setting.as_of) {
            let conventions = Conventions { past_periods: 0, ..setting.conventions.clone() };
            let standings = Standings::new(self.book, period, setting.as_of, conventions, &setting.given)?;
            // A partner without a standing in a part of the period has none in the whole, and is a fault already.
            let dimensions = &[Dimension::ReportingPeriod];
            let periods = match &self.selected {
                None => standings.gather(dimensions, self.rules)?.0,
                Some(selection) => {
                    let mut periods = RollupBuilder::new(dimensions, self.rules, self.book.currency);
                    let partners = selection.partners.iter().map(|index| standings.of(&self.book.partners[*index]));
                    partners.flatten().try_for_each(|standing| periods.add(&standing))?;
                    periods
                }
            };
            rollup.merge(periods)?;
        }
        Ok(())
    }

    fn piece<T>(&self) -> Piece<T> {
        Piece {
            mapped: Vec::new(),
            summary: ReviewSummary::default(),
            rollup: RollupBuilder::new(&Self::DIMENSIONS, self.rules, self.book.currency),
            faults: Vec::new(),
            exhausted: 0,
        }
    }

    /// Reviews the partners at these places of the selection, or of the book; `exhausted` is the number of partners
    /// before them whose policies used up their budget.
    fn look_at<T>(
        &self,
        partners: Range<usize>,
        exhausted: usize,
        map: &impl Fn(PartnerReview) -> T,
    ) -> Result<Piece<T>, MoneyError> {
        let mut piece = self.piece();
        for place in partners {
            let index = self.selected.as_ref().map_or(place, |selection| selection.partners[place]);
            piece.summary.partners += 1;
            let before = exhausted + piece.exhausted;
            match self.tried(index, before) {
                Ok((review, faults)) => {
                    let is_exhausted = faults.iter().any(|fault| fault.finding.code() == Code::ScriptBudget);
                    piece.exhausted += usize::from(is_exhausted && before < MOST_EXHAUSTED);
                    piece.summary.failed += usize::from(!faults.is_empty());
                    piece.faults.extend(faults);
                    piece.summary.add(&review)?;
                    piece.rollup.add(&review.standing)?;
                    piece.mapped.push(map(review));
                }
                Err(fault) => {
                    piece.summary.failed += 1;
                    piece.faults.push(fault);
                }
            }
        }
        Ok(piece)
    }
}

impl<'b> Deciding<'b> {
    fn new(
        plugin: &'b VendorPlugin,
        book: &'b PartnerBook,
        setting: &Setting,
        threads: Option<usize>,
    ) -> Result<Self, Findings> {
        let manifest = &plugin.manifest;
        let (period, as_of) = (setting.period.clone(), setting.as_of);
        let cadence = manifest.policies.tier_review;
        let view = View { period: period.clone(), as_of, target: None, is_past: false };
        Ok(Self {
            records: ExtraTables::typed(book, &manifest.tables)?,
            day: Arc::new(ReviewFacts::new(manifest.calendar, &period, as_of, cadence)),
            lines: on_script_threads(threads, || Lines::new(book, manifest, view)).reading(plugin.lists_read()),
        })
    }
}
