//! The lines of a plan, from assessed lines and settled numbers.

use super::assembly::Draft;
use super::plan::{PhasingBasis, PlanLine};
use crate::channel::Name;
use crate::quota::{Assessment, Bound, Derivation, ExplainedFactor, ReconciledLine, Side, StepWriter};
use crate::units::{Currency, Money, MoneyError};
use rayon::prelude::*;
use std::sync::Arc;

/// Lines that are made at once: a draft is given back before the lines of the next block take memory.
const BLOCK: usize = 1 << 16;
/// Lines below which spreading over threads costs more than it saves.
const FEWEST_APART: usize = 128;

/// Settled numbers of one line.
pub(super) struct LineWork<'a> {
    pub reconciled: ReconciledLine,
    /// Position of its group.
    pub group: usize,
    /// Its assessment by fair share; `None` where that of the draft counts.
    pub assessment: Option<Option<&'a Assessment>>,
    pub periods: &'a [i128],
    pub season: PhasingBasis,
}

/// Makes the lines of a plan; without `writer`, they have no steps.
pub(super) fn plan_lines<'a>(
    mut drafts: Vec<Draft>,
    work: impl Fn(usize) -> LineWork<'a> + Sync,
    writer: Option<&StepWriter>,
    names: &[Name],
    currency: Currency,
) -> Result<Vec<PlanLine>, MoneyError> {
    let mut lines = Vec::with_capacity(drafts.len());
    // A list gives back memory at its end only.
    drafts.reverse();
    while !drafts.is_empty() {
        let (first, rest) = (lines.len(), drafts.len().saturating_sub(BLOCK));
        let block = drafts.split_off(rest);
        drafts.shrink_to_fit();
        let block = block.into_par_iter().rev().with_min_len(FEWEST_APART).enumerate();
        let made: Vec<Result<PlanLine, _>> =
            block.map(|(at, draft)| plan_line(draft, &work(first + at), writer, names, currency)).collect();
        for line in made {
            lines.push(line?);
        }
    }
    Ok(lines)
}

fn plan_line(
    draft: Draft,
    work: &LineWork<'_>,
    writer: Option<&StepWriter>,
    names: &[Name],
    currency: Currency,
) -> Result<PlanLine, MoneyError> {
    let money = |minor: i128| Money::from_minor(minor, currency);
    let assessment = work.assessment.unwrap_or(draft.assessment.as_ref());
    let factors: Vec<ExplainedFactor> = names
        .iter()
        .zip(&draft.reasons)
        .map(|(name, (reason, source))| ExplainedFactor {
            name: Arc::clone(name),
            reason: Arc::clone(reason),
            source: Arc::clone(source),
        })
        .collect();
    let derivation = Derivation {
        factors: &factors,
        assessment,
        reconciled: work.reconciled,
        guardrails: &draft.guardrails,
        group: work.group,
        proration: draft.in_force.as_deref().map(|in_force| &in_force.reason),
        lock: draft.lock.as_ref().map(|lock| lock.reason.as_str()),
    };
    let steps = writer.map_or_else(|| Ok(Vec::new()), |writer| writer.steps(&derivation))?;
    let bound = |bound: &Option<Bound>| bound.as_ref().map(|bound| money(bound.amount)).transpose();
    let (floor, ceiling) = (bound(&draft.guardrails.floor)?, bound(&draft.guardrails.ceiling)?);
    let outside = work.reconciled.outside.and_then(|side| match side {
        Side::Floor => draft.guardrails.floor.clone(),
        Side::Ceiling => draft.guardrails.ceiling.clone(),
    });
    let broken = outside.into_iter().chain(draft.guardrails.gave_way).map(|bound| bound.broken(currency));
    Ok(PlanLine {
        band: None,
        odds: None,
        identity: draft.identity,
        segment: draft.segment,
        context: draft.context,
        quota: money(work.reconciled.quota)?,
        assessment: money(assessment.map_or(0, |assessment| assessment.amount))?,
        floor,
        ceiling,
        binding: work.reconciled.binding,
        broken: broken.collect(),
        locked: draft.lock.is_some(),
        lock_reason: draft.lock.map(|lock| lock.reason).unwrap_or_default(),
        periods: work.periods.iter().map(|amount| money(*amount)).collect::<Result<_, _>>()?,
        season: work.season,
        steps,
    })
}
