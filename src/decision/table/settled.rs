//! Verdicts of a table on all values of the same ranges, kept once they were asked for.

use super::DecisionTable;
use super::cuts::RangeId;
use super::fault::DecisionFault;
use super::index::Index;
use super::sentence::Sentence;
use super::verdict::{Verdict, verdict};
use std::sync::{Arc, OnceLock};

/// Most combinations of ranges that are kept: those of a table with a few columns of a few values each.
const MAX_KEPT: usize = 4_096;

/// A verdict, with what is said of it once that was asked for.
#[derive(Debug)]
pub(super) struct Settled {
    pub ids: Vec<RangeId>,
    pub verdict: Verdict,
    pub sentences: OnceLock<Vec<Sentence>>,
}

/// Verdicts by the ranges of the inputs; none for a table with too many.
#[derive(Debug)]
pub(crate) struct Kept(Vec<OnceLock<Arc<Settled>>>);

impl Kept {
    pub(super) fn new(index: &Index) -> Self {
        let size = index.columns.iter().try_fold(1_usize, |size, column| size.checked_mul(column.count()));
        let size = size.filter(|size| *size <= MAX_KEPT).unwrap_or(0);
        Self((0..size).map(|_| OnceLock::new()).collect())
    }

    /// Place of a combination.
    fn slot(&self, index: &Index, ids: &[RangeId]) -> Option<&OnceLock<Arc<Settled>>> {
        let place = index.columns.iter().zip(ids).fold(0_usize, |place, (column, id)| place * column.count() + id);
        self.0.get(place)
    }
}

/// The verdict on inputs of these ranges; it fails where the rows that match break the hit policy.
pub(super) fn settled(table: &DecisionTable, ids: &[RangeId]) -> Result<Arc<Settled>, DecisionFault> {
    let make = || {
        let (ids, verdict) = (ids.to_vec(), verdict(table, ids)?);
        Ok(Arc::new(Settled { ids, verdict, sentences: OnceLock::new() }))
    };
    // A combination that breaks the hit policy is not kept: it ends in a finding anyway.
    match table.kept().slot(table.index(), ids) {
        None => make(),
        Some(slot) => match slot.get() {
            Some(settled) => Ok(Arc::clone(settled)),
            None => {
                let made = make()?;
                Ok(Arc::clone(slot.get_or_init(|| made)))
            }
        },
    }
}
