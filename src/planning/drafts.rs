//! Drafts: every line of a book assessed by a vendor's rules.

use super::assembly::Draft;
use super::beside::BesideLines;
use super::fault::PlanFault;
use super::in_force::{InForce, bounded, prorated};
use super::lines::Lines;
use super::request::Progress;
use crate::cancel::is_cancelled;
use crate::channel::{LineContext, LineFacts, Name, Partner, PartnerBook, SegmentKey};
use crate::finding::{Code, Finding, Findings};
use crate::plugin::{LineIndications, VendorPlugin, because, indicated, source};
use crate::quota::{Assessment, Basis, Bound, GuardrailKind, Guardrails, Weights, assess, settle};
use crate::script::{RuntimeFault, ScriptFault, return_freed_memory};
use crate::units::{Currency, Money, Rate};
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Partners that one task works on.
const CHUNK: usize = 512;
/// Partners after which drafts are put together, so that no more than a block of them is ever held twice.
/// Debug builds take small blocks, so that books of tests have several.
const BLOCK: usize = if cfg!(debug_assertions) { 2 * CHUNK } else { 64 * CHUNK };
/// Partners whose memory is worth the time that it takes to return it.
const LARGE: usize = 64 * CHUNK;
/// Faults of partners that are shown one by one.
const SHOWN_FAULTS: usize = 40;
/// Partners whose rules use up their budget until the others are not tried.
const MOST_EXHAUSTED: usize = 3;

/// Assessments of a chunk of partners.
#[derive(Default)]
struct Piece {
    drafts: Vec<Draft>,
    faults: Vec<Finding>,
    /// Weights of the latest line, which most of the others share.
    weights: Option<(Vec<Rate>, Arc<Weights>)>,
    /// Partners that were tried.
    tried: usize,
    /// Partners whose rules used up their budget.
    exhausted: usize,
}

/// The partners of a book while they are assessed.
pub(super) enum Partners<'b> {
    /// They are needed afterwards.
    Lent(&'b [Partner]),
    /// They are dropped as soon as they are assessed.
    Given(Vec<Partner>),
}

impl<'b> Partners<'b> {
    /// The partners that each of the `blocks` of indices takes, after those of the blocks before it.
    fn in_blocks(self, blocks: &[&[usize]]) -> Vec<Block<'b>> {
        let begins = || std::iter::once(0).chain(blocks.iter().map(|block| block.last().map_or(0, |last| last + 1)));
        match self {
            Self::Lent(partners) => {
                let all = |_| Block { begin: 0, partners: Cow::Borrowed(partners) };
                blocks.iter().map(all).collect()
            }
            Self::Given(mut rest) => {
                // A list gives back memory at its end only.
                let begins: Vec<usize> = begins().take(blocks.len()).collect();
                let mut cut: Vec<Block<'b>> = Vec::with_capacity(blocks.len());
                for begin in begins.into_iter().rev() {
                    cut.push(Block { begin, partners: Cow::Owned(rest.split_off(begin.min(rest.len()))) });
                    rest.shrink_to_fit();
                }
                cut.reverse();
                cut
            }
        }
    }
}

/// Partners that are assessed before the next ones are looked at.
struct Block<'b> {
    /// Index of the first of them in the book.
    begin: usize,
    partners: Cow<'b, [Partner]>,
}

impl Block<'_> {
    /// The partner at `index` of the book.
    fn partner(&self, index: usize) -> Option<&Partner> {
        self.partners.get(index.checked_sub(self.begin)?)
    }

    /// Drops the partners; where they were many, their memory is free for what comes next.
    fn assessed(self) {
        let is_large = matches!(&self.partners, Cow::Owned(partners) if partners.len() >= LARGE);
        drop(self);
        if is_large {
            return_freed_memory();
        }
    }
}

/// Assesses every line of the eligible partners.
///
/// When the rules use up their budget for a few partners, the partners after them are not tried. Unless lines are to be
/// explained, they keep their amounts only, without reasons.
pub(super) fn drafts(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    partners: Partners<'_>,
    (lines, is_explained): (&Lines<'_>, bool),
    progress: Progress<'_>,
) -> Result<Vec<Draft>, Findings> {
    let beside = BesideLines::new(plugin, book, lines)?;
    let assessing = Assessing { plugin, book, lines, beside, is_explained };
    let done = AtomicUsize::new(0);
    let all = lines.eligible.len();
    // The first chunk that stopped: what comes after it is not used, so that the outcome is the same on any machine.
    let stopped = AtomicUsize::new(usize::MAX);
    let assess = |partners: &Block<'_>, (number, chunk): (usize, &[usize])| {
        let mut piece = Piece { drafts: Vec::with_capacity(chunk.len()), ..Piece::default() };
        for index in chunk {
            if is_cancelled() || stopped.load(Ordering::Relaxed) < number {
                break;
            }
            let before = piece.faults.len();
            if let Some(partner) = partners.partner(*index) {
                assessing.partner(partner, *index, &mut piece);
            }
            piece.tried += 1;
            let is_exhausted = piece.faults.iter().skip(before).any(|fault| fault.code() == Code::ScriptBudget);
            piece.exhausted += usize::from(is_exhausted);
            if piece.exhausted >= MOST_EXHAUSTED {
                stopped.fetch_min(number, Ordering::Relaxed);
                break;
            }
        }
        progress(done.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len(), all);
        piece
    };
    let mut whole = Piece { drafts: Vec::with_capacity(all), ..Piece::default() };
    let blocks: Vec<&[usize]> = lines.eligible.chunks(BLOCK).collect();
    let partners = partners.in_blocks(&blocks);
    for (block_number, (block, partners)) in blocks.into_iter().zip(partners).enumerate() {
        let chunks =
            block.par_chunks(CHUNK).enumerate().map(|(at, chunk)| (block_number * (BLOCK / CHUNK) + at, chunk));
        let pieces: Vec<Piece> = chunks.map(|chunk| assess(&partners, chunk)).collect();
        partners.assessed();
        for piece in pieces {
            whole.add(piece);
            if whole.exhausted >= MOST_EXHAUSTED {
                break;
            }
        }
        if whole.exhausted >= MOST_EXHAUSTED {
            break;
        }
    }
    if is_cancelled() {
        return Err(Finding::from(RuntimeFault::Cancelled {}).into());
    }
    whole.finish(all)
}

impl Piece {
    fn add(&mut self, piece: Self) {
        self.drafts.extend(piece.drafts);
        self.faults.extend(piece.faults);
        self.tried += piece.tried;
        self.exhausted = self.exhausted.max(piece.exhausted);
    }

    fn assessed(&mut self, found: &LineIndications, partner: &Name) -> Result<Assessed, PlanFault> {
        let amounts = indicated(&found.outcomes).ok().zip(self.weights_of(&found.weights));
        let (amounts, weights) = amounts.ok_or_else(|| PlanFault::Indication { partner: partner.to_string() })?;
        let assessment = assess(&amounts, &weights)
            .map_err(|fault| PlanFault::Assessment { partner: partner.to_string(), reason: fault.to_string() })?;
        Ok((amounts, weights, assessment))
    }

    /// The weights of a line, shared with the line before where that has the same.
    fn weights_of(&mut self, rates: &[Rate]) -> Option<Arc<Weights>> {
        if let Some((_, weights)) = self.weights.as_ref().filter(|(latest, _)| latest == rates) {
            return Some(Arc::clone(weights));
        }
        let weights = Arc::new(Weights::new(rates).ok()?);
        self.weights = Some((rates.to_vec(), Arc::clone(&weights)));
        Some(weights)
    }

    /// The drafts of all partners, or the faults.
    fn finish(self, all: usize) -> Result<Vec<Draft>, Findings> {
        let failed = self.faults.len();
        if failed == 0 {
            return Ok(self.drafts);
        }
        let mut findings: Findings = self.faults.into_iter().take(SHOWN_FAULTS).collect();
        if failed > SHOWN_FAULTS {
            findings.push(PlanFault::MoreFaults { faults: failed - SHOWN_FAULTS }.into());
        }
        let not_tried = all.saturating_sub(self.tried);
        if not_tried > 0 {
            findings.push(PlanFault::NotTried { exhausted: self.exhausted, not_tried }.into());
        }
        Err(findings)
    }
}

/// Sources of the lines that are assessed.
struct Assessing<'a> {
    plugin: &'a VendorPlugin,
    book: &'a PartnerBook,
    lines: &'a Lines<'a>,
    beside: BesideLines,
    is_explained: bool,
}

impl Assessing<'_> {
    /// Assesses the lines of the partner at `index` of the book.
    fn partner(&self, partner: &Partner, index: usize, piece: &mut Piece) {
        let in_force = self.lines.in_force(partner);
        // Nothing is assessed on records that could not be read.
        let unreadable = self.beside.faults_of(index);
        if !unreadable.is_empty() {
            piece.faults.extend(unreadable);
            return;
        }
        for segment in self.lines.segments(partner) {
            let facts = Arc::new(self.lines.facts_of(partner, &segment));
            let found = match self.plugin.indications(&self.beside.facts(index, &facts)) {
                Ok(found) => found,
                Err(broken) => {
                    piece.faults.extend(broken.into_iter().map(|fault| fault_of_line(fault, &partner.id, &segment)));
                    continue;
                }
            };
            match piece.assessed(&found, &partner.id) {
                Ok(assessed) => {
                    let months = self.lines.months(partner, &segment);
                    let months = months.and_then(|months| minor_months(&months, self.book.currency));
                    let draft = self.draft((segment, &*facts), &found, assessed, in_force.as_ref());
                    piece.drafts.push(Draft { months, ..draft });
                }
                Err(fault) => piece.faults.push(fault.into()),
            }
        }
    }

    /// The line with its guardrails, without the revenue by month.
    fn draft(
        &self,
        (segment, facts): (SegmentKey, &LineFacts),
        found: &LineIndications,
        (amounts, weights, assessment): Assessed,
        in_force: Option<&InForce>,
    ) -> Draft {
        let (plugin, is_explained) = (self.plugin, self.is_explained);
        let assessed = assessment.as_ref().map(|assessment| assessment.amount);
        let bounds = bounded(plugin.bounds(facts, &found.outcomes, assessed, self.book.currency), in_force);
        let assessment = assessment.map(|assessment| prorated(assessment, in_force));
        // Under fair shares the settlement makes the contributions; only the amount is needed until then.
        let is_fair = plugin.manifest.basis == Basis::FairShare;
        let assessment = match is_fair || !is_explained {
            true => assessment.map(|found| Assessment { contributions: Vec::new(), ..found }),
            false => assessment,
        };
        let reasons = match is_explained {
            true => found.outcomes.iter().map(|one| (Arc::clone(because(one)), Arc::clone(source(one)))).collect(),
            false => Vec::new(),
        };
        Draft {
            identity: facts.identity.clone(),
            segment,
            context: LineContext::from(facts),
            reasons,
            indicated: if is_fair || is_explained { amounts } else { Vec::new() },
            weights,
            assessment,
            without_minimum: if is_explained { without_minimum(&bounds) } else { None },
            guardrails: settle(bounds),
            in_force: in_force.cloned().map(Box::new),
            months: None,
            never_sold: facts.history.months_since_first_revenue.is_none(),
            lock: None,
        }
    }
}

/// The guardrails without the minimum of a tier, which says what is asked of a line, not what it is likely to buy.
fn without_minimum(bounds: &[Bound]) -> Option<Box<Guardrails>> {
    let is_minimum = |bound: &&Bound| bound.kind == GuardrailKind::TierMinimum;
    bounds.iter().find(is_minimum)?;
    Some(Box::new(settle(bounds.iter().filter(|bound| !is_minimum(bound)).cloned().collect())))
}

/// Amounts and weights of a line, and its assessment; `None` when every factor abstained.
type Assessed = (Vec<Option<i128>>, Arc<Weights>, Option<Assessment>);

fn minor_months(months: &[Decimal; 12], currency: Currency) -> Option<[i64; 12]> {
    let mut minor = [0; 12];
    for (slot, amount) in minor.iter_mut().zip(months) {
        *slot = i64::try_from(Money::new(*amount, currency).to_minor().ok()?).ok()?;
    }
    Some(minor)
}

/// The finding of a fault: whose line it is about, and the values on the failing line.
pub fn fault_of_line(fault: ScriptFault, partner: &Name, segment: &SegmentKey) -> Finding {
    let part: Vec<String> =
        [&segment.product_line, &segment.territory].into_iter().flatten().map(ToString::to_string).collect();
    Finding::from(fault).in_context(|context| {
        context.partner = Some(partner.to_string());
        context.part = part;
    })
}
