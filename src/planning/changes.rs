//! Differences between a plan and a previous proposal.

use super::plan::{PlanChange, PlanLine, PreviousLine};
use crate::channel::{Name, SegmentKey};
use crate::quota::Grain;
use crate::units::Money;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Quota of a line then and now; `None` where it has none.
type BeforeAndAfter = (Option<Money>, Option<Money>);

/// Lines that differ from the previous proposal, ascending by partner and line.
///
/// A previous proposal of a finer grain is summed up to the lines of this one.
pub(super) fn changes(lines: &[PlanLine], previous: &[PreviousLine], grain: Grain) -> Vec<PlanChange> {
    let mut all: BTreeMap<(&Name, SegmentKey), BeforeAndAfter> = BTreeMap::new();
    for line in previous {
        let (before, _) = all.entry((&line.partner_id, in_grain(&line.segment, grain))).or_default();
        *before = before.map_or(Some(line.quota), |sum| sum.plus(line.quota).ok());
    }
    for line in lines {
        all.entry((&line.identity.partner_id, line.segment.clone())).or_default().1 = Some(line.quota);
    }
    all.into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|((partner_id, segment), (before, after))| PlanChange {
            partner_id: Arc::clone(partner_id),
            segment,
            before,
            after,
        })
        .collect()
}

/// What of `segment` the lines of a grain tell apart.
fn in_grain(segment: &SegmentKey, grain: Grain) -> SegmentKey {
    match grain {
        Grain::Partner => SegmentKey::default(),
        Grain::ProductLine => SegmentKey { product_line: segment.product_line.clone(), territory: None },
        Grain::ProductLineTerritory => segment.clone(),
    }
}
