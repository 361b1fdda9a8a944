//! Warnings about the lines of a plan.

use super::assembly::Draft;
use super::fault::PlanFault;
use super::line_name;
use super::plan::PlanLine;
use crate::channel::{Name, SegmentKey};
use crate::finding::Finding;
use crate::units::{Money, PlanningPeriod};
use std::cmp::Ordering;

fn named(drafts: &[&Draft]) -> String {
    line_name::named(drafts.iter().map(|draft| (&*draft.identity.partner_id, &draft.segment)))
}

/// Partners that get no quota, or a prorated one, because they join or leave.
pub(super) fn in_part(outside: &[Name], period: &PlanningPeriod, drafts: &[Draft]) -> impl Iterator<Item = Finding> {
    let period = period.to_string();
    let whole = SegmentKey::default();
    let left = (!outside.is_empty()).then(|| {
        let named = line_name::named(outside.iter().map(|partner| (&**partner, &whole)));
        PlanFault::OutsideProgram { partners: outside.len(), period: period.clone(), named }.into()
    });
    let in_part: Vec<&Draft> = drafts.iter().filter(|draft| draft.in_force.is_some()).collect();
    let prorated = (!in_part.is_empty())
        .then(|| PlanFault::Prorated { lines: in_part.len(), of: drafts.len(), period, named: named(&in_part) }.into());
    left.into_iter().chain(prorated)
}

/// Lines without an assessment.
pub(super) fn unassessed(drafts: &[Draft]) -> Option<Finding> {
    let bare: Vec<&Draft> = drafts.iter().filter(|draft| draft.assessment.is_none() && draft.lock.is_none()).collect();
    (!bare.is_empty())
        .then(|| PlanFault::NoAssessment { lines: bare.len(), of: drafts.len(), named: named(&bare) }.into())
}

/// Lines on which a guardrail gave way to a stronger one.
pub(super) fn gave_way(drafts: &[Draft]) -> Option<Finding> {
    let broken: Vec<&Draft> = drafts.iter().filter(|draft| !draft.guardrails.gave_way.is_empty()).collect();
    (!broken.is_empty()).then(|| {
        let example = broken[0].guardrails.gave_way[0].reason.to_string();
        PlanFault::Overridden { lines: broken.len(), of: drafts.len(), example, named: named(&broken) }.into()
    })
}

/// Locked lines outside their guardrails, and all lines outside them under `on_violation = "warn"`.
pub(super) fn broken(lines: &[PlanLine]) -> Option<Finding> {
    let outside = |line: &&PlanLine| {
        let beyond =
            |bound: Option<Money>, side: Ordering| bound.is_some_and(|bound| line.quota.compare(bound) == Ok(side));
        beyond(line.floor, Ordering::Less) || beyond(line.ceiling, Ordering::Greater)
    };
    let outside: Vec<&PlanLine> = lines.iter().filter(outside).collect();
    let first = outside.first()?;
    let name = line_name::line_name(&first.identity.partner_id, &first.segment);
    let reason = first.broken.first().map_or("", |bound| &bound.reason);
    let (quotas, of, reason) = (outside.len(), lines.len(), reason.to_string());
    Some(PlanFault::OutsideGuardrails { quotas, of, line: name, reason }.into())
}
