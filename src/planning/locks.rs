//! Locks on the lines of a plan.

use super::assembly::Draft;
use super::fault::PlanFault;
use super::line_name::line_name;
use crate::channel::{Lock, Name, SegmentKey};
use crate::finding::{Finding, Findings, Place};
use crate::quota::Grain;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the lines of a plan stand, so that a lock finds its own.
struct LineIndex<'d> {
    drafts: &'d [Draft],
    grain: Grain,
    positions: BTreeMap<(Name, SegmentKey), usize>,
}

impl<'d> LineIndex<'d> {
    fn new(drafts: &'d [Draft], grain: Grain) -> Self {
        let key = |draft: &Draft| (Arc::clone(&draft.identity.partner_id), draft.segment.clone());
        let positions = drafts.iter().enumerate().map(|(position, draft)| (key(draft), position)).collect();
        Self { drafts, grain, positions }
    }

    /// The line that `lock` names.
    ///
    /// A returned proposal shows the home territory of lines that stand for all territories; such a lock is the
    /// line's own, and one for another territory is not.
    fn position(&self, lock: &Lock) -> Option<usize> {
        let of = |segment: SegmentKey| self.positions.get(&(Arc::clone(&lock.partner_id), segment)).copied();
        of(lock.segment.clone()).or_else(|| {
            let whole = self.grain != Grain::ProductLineTerritory && lock.segment.territory.is_some();
            let segment = SegmentKey { product_line: lock.segment.product_line.clone(), territory: None };
            of(segment).filter(|line| whole && self.drafts[*line].identity.territory == lock.segment.territory)
        })
    }

    /// A lock that names no line of the plan.
    fn no_line(&self, lock: &Lock, not_eligible: &[Name]) -> Finding {
        let line = line_name(&lock.partner_id, &lock.segment);
        let lines: Vec<String> = self
            .drafts
            .iter()
            .filter(|draft| draft.identity.partner_id == lock.partner_id)
            .map(|draft| line_name(&draft.identity.partner_id, &draft.segment))
            .collect();
        let remedy = match lines.as_slice() {
            [] if not_eligible.contains(&lock.partner_id) => {
                "the partner is not eligible for a quota; remove the lock".to_owned()
            }
            [] => "the partner is not in the book; correct its id, or remove the lock".to_owned(),
            lines => format!("its lines are {}", lines.join("; ")),
        };
        PlanFault::UnknownLock { line, remedy }.into()
    }
}

/// Puts locks on their lines: the given ones with their places, and those of the book for lines that no given one names.
pub(super) fn put_locks(
    drafts: &mut [Draft],
    grain: Grain,
    given: (&[Lock], &[Place]),
    of_book: &[Lock],
    not_eligible: &[Name],
    faults: &mut Findings,
) {
    let (given, places) = given;
    if given.is_empty() && of_book.is_empty() {
        return;
    }
    let index = LineIndex::new(drafts, grain);
    let mut found: BTreeMap<usize, (&Lock, Option<&Place>, bool)> = BTreeMap::new();
    let placed = given.iter().enumerate().map(|(number, lock)| (lock, places.get(number), true));
    for (lock, place, is_given) in placed.chain(of_book.iter().map(|lock| (lock, None, false))) {
        let Some(position) = index.position(lock) else {
            faults
                .push(place.into_iter().fold(index.no_line(lock, not_eligible), |finding, at| finding.at(at.clone())));
            continue;
        };
        match found.get(&position) {
            None => {
                found.insert(position, (lock, place, is_given));
            }
            // The given ones come before those of the book; a quota that is agreed twice is one quota.
            Some((first, _, first_is_given))
                if *first_is_given != is_given || first.quota.amount() == lock.quota.amount() => {}
            Some((first, first_place, _)) => {
                let line = line_name(&lock.partner_id, &lock.segment);
                let quotas = [first.quota, lock.quota].map(|quota| quota.to_grouped()).to_vec();
                let finding = Finding::from(PlanFault::DuplicateLock { line, quotas });
                let both = place.into_iter().chain(*first_place);
                faults.push(both.fold(finding, |finding, at| finding.at(at.clone())));
            }
        }
    }
    let found: Vec<(usize, Lock)> = found.into_iter().map(|(line, (lock, ..))| (line, lock.clone())).collect();
    for (position, lock) in found {
        drafts[position].lock = Some(Box::new(lock));
    }
}
