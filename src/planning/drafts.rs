//! Drafts: every line of a book assessed by a vendor's rules.

use super::assembly::Draft;
use super::beside::BesideLines;
use super::fault::PlanFault;
use super::in_force::{bounded, prorated};
use super::lines::Lines;
use super::request::Progress;
use crate::cancel::is_cancelled;
use crate::channel::{LineContext, Name, PartnerBook, SegmentKey};
use crate::finding::{Code, Finding, Findings};
use crate::plugin::{LineIndications, VendorPlugin, because, indicated};
use crate::quota::{Assessment, Basis, Bound, GuardrailKind, Guardrails, Weights, assess, settle};
use crate::script::{RuntimeFault, ScriptFault};
use crate::units::{Currency, Money};
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Partners that one task works on.
const CHUNK: usize = 512;
/// Partners after which drafts are put together, so that no more than a block of them is ever held twice.
const BLOCK: usize = 128 * CHUNK;
/// Faults of partners that are shown one by one.
const SHOWN_FAULTS: usize = 40;
/// Partners whose rules use up their budget until the others are not tried.
const MOST_EXHAUSTED: usize = 3;

/// Assessments of a chunk of partners.
#[derive(Default)]
struct Piece {
    drafts: Vec<Draft>,
    faults: Vec<Finding>,
    /// Partners that were tried.
    tried: usize,
    /// Partners whose rules used up their budget.
    exhausted: usize,
}

/// Assesses every line of the eligible partners.
///
/// When the rules use up their budget for a few partners, the partners after them are not tried.
pub(super) fn drafts(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    lines: &Lines<'_>,
    progress: Progress<'_>,
) -> Result<Vec<Draft>, Findings> {
    let beside = BesideLines::new(plugin, book, lines)?;
    let done = AtomicUsize::new(0);
    let all = lines.eligible.len();
    // The first chunk that stopped: what comes after it is not used, so that the outcome is the same on any machine.
    let stopped = AtomicUsize::new(usize::MAX);
    let assess = |(number, chunk): (usize, &[usize])| {
        let mut piece = Piece { drafts: Vec::with_capacity(chunk.len()), ..Piece::default() };
        for index in chunk {
            if is_cancelled() || stopped.load(Ordering::Relaxed) < number {
                break;
            }
            let before = piece.faults.len();
            partner_drafts(plugin, book, (lines, &beside), *index, &mut piece.drafts, &mut piece.faults);
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
    let mut whole = Piece::default();
    for (block_number, block) in lines.eligible.chunks(BLOCK).enumerate() {
        let chunks =
            block.par_chunks(CHUNK).enumerate().map(|(at, chunk)| (block_number * (BLOCK / CHUNK) + at, chunk));
        let pieces: Vec<Piece> = chunks.map(assess).collect();
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

fn partner_drafts(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    (lines, beside): (&Lines<'_>, &BesideLines),
    index: usize,
    drafts: &mut Vec<Draft>,
    faults: &mut Vec<Finding>,
) {
    let partner = &book.partners[index];
    let in_force = lines.in_force(partner);
    // Nothing is assessed on records that could not be read.
    let unreadable = beside.faults_of(index);
    if !unreadable.is_empty() {
        faults.extend(unreadable);
        return;
    }
    for (segment, facts) in lines.facts(partner) {
        let facts = Arc::new(facts);
        let found = plugin.indications(&beside.facts(index, &facts));
        let found = match found {
            Ok(found) => found,
            Err(broken) => {
                faults.extend(broken.into_iter().map(|fault| fault_of_line(fault, &partner.id, &segment)));
                continue;
            }
        };
        let currency = book.currency;
        let (amounts, weights, assessment) = match assessed(&found, &partner.id) {
            Ok(assessed) => assessed,
            Err(fault) => {
                faults.push(fault.into());
                continue;
            }
        };
        let assessed = assessment.as_ref().map(|assessment| assessment.amount);
        let bounds = bounded(plugin.bounds(&facts, &found.outcomes, assessed, currency), in_force.as_ref());
        let assessment = assessment.map(|assessment| prorated(assessment, in_force.as_ref()));
        // Under fair shares the settlement makes the contributions anew; only the amount is needed until then.
        let assessment = match plugin.manifest.basis {
            Basis::Indicated => assessment,
            Basis::FairShare => assessment.map(|found| Assessment { contributions: Vec::new(), ..found }),
        };
        let months = lines.months(partner, &segment).and_then(|months| minor_months(&months, currency));
        drafts.push(Draft {
            identity: facts.identity.clone(),
            segment,
            context: LineContext::from(&*facts),
            reasons: found.outcomes.iter().map(|outcome| Arc::clone(because(outcome))).collect(),
            indicated: amounts,
            weights,
            assessment,
            without_minimum: without_minimum(&bounds),
            guardrails: settle(bounds),
            in_force: in_force.clone().map(Box::new),
            months,
            never_sold: facts.history.months_since_first_revenue.is_none(),
            lock: None,
        });
    }
}

/// The guardrails without the minimum of a tier, which says what is asked of a line, not what it is likely to buy.
fn without_minimum(bounds: &[Bound]) -> Option<Box<Guardrails>> {
    let is_minimum = |bound: &&Bound| bound.kind == GuardrailKind::TierMinimum;
    bounds.iter().find(is_minimum)?;
    Some(Box::new(settle(bounds.iter().filter(|bound| !is_minimum(bound)).cloned().collect())))
}

/// Amounts and weights of a line, and its assessment; `None` when every factor abstained.
type Assessed = (Vec<Option<i128>>, Weights, Option<Assessment>);

fn assessed(found: &LineIndications, partner: &Name) -> Result<Assessed, PlanFault> {
    let amounts = indicated(&found.outcomes).ok().zip(Weights::new(&found.weights).ok());
    let (amounts, weights) = amounts.ok_or_else(|| PlanFault::Indication { partner: partner.to_string() })?;
    let assessment = assess(&amounts, &weights)
        .map_err(|fault| PlanFault::Assessment { partner: partner.to_string(), reason: fault.to_string() })?;
    Ok((amounts, weights, assessment))
}

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
