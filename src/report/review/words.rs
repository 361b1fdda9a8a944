//! Words that several formats of a review share.

use crate::decision::{InterventionKind, TierDecision};
use crate::performance::Dimension;

/// A word of a closed vocabulary as people write it: `pipeline support`.
pub(super) fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

/// What is done: `pipeline support`.
pub(super) fn kind(kind: InterventionKind) -> String {
    spaced(kind.as_str())
}

/// What is grouped by: `account manager`.
pub(super) fn dimension(dimension: Dimension) -> String {
    spaced(dimension.as_str())
}

/// A tier decision in words: `demote: Gold → Silver`.
pub(super) fn tier_move(tier: &TierDecision) -> String {
    let name = |name: &Option<crate::channel::Name>| name.as_deref().unwrap_or("no tier").to_owned();
    let line = tier.product_line.as_deref().map(|line| format!("{line}: ")).unwrap_or_default();
    if tier.current == tier.to {
        return format!("{line}{} {}", tier.decision.as_str(), name(&tier.current));
    }
    format!("{line}{}: {} → {}", tier.decision.as_str(), name(&tier.current), name(&tier.to))
}
