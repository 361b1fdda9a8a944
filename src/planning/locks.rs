//! Locks on the lines of a plan.

use super::assembly::Draft;
use super::fault::PlanFault;
use super::line_name::line_name;
use crate::channel::{Lock, Name, SegmentKey};
use crate::finding::{Finding, Findings};
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

/// Puts locks on their lines: the given ones, and those of the book for lines that no given one names.
pub(super) fn put_locks(
    drafts: &mut [Draft],
    grain: Grain,
    given: &[Lock],
    of_book: &[Lock],
    not_eligible: &[Name],
    faults: &mut Findings,
) {
    if given.is_empty() && of_book.is_empty() {
        return;
    }
    let index = LineIndex::new(drafts, grain);
    let mut found: BTreeMap<usize, (&Lock, bool)> = BTreeMap::new();
    let all = given.iter().map(|lock| (lock, true)).chain(of_book.iter().map(|lock| (lock, false)));
    for (lock, is_given) in all {
        let Some(position) = index.position(lock) else {
            faults.push(index.no_line(lock, not_eligible));
            continue;
        };
        match found.get(&position) {
            None => {
                found.insert(position, (lock, is_given));
            }
            Some((_, first_is_given)) if *first_is_given != is_given => {}
            Some(_) => {
                let line = line_name(&lock.partner_id, &lock.segment);
                faults.push(PlanFault::DuplicateLock { line }.into());
            }
        }
    }
    let found: Vec<(usize, Lock)> = found.into_iter().map(|(line, (lock, _))| (line, lock.clone())).collect();
    for (position, lock) in found {
        drafts[position].lock = Some((lock.quota, lock.reason));
    }
}
