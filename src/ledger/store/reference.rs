//! References in events: to snapshots and to personal values.

use super::digest::Digest;
use super::event::Stored;
use super::personal_ref::PersonalRef;

/// A reference from an event to something beside the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// To a snapshot.
    Snapshot(Digest),
    /// To a personal value.
    Personal(PersonalRef),
}

impl Reference {
    fn parse(text: &str) -> Option<Self> {
        let snapshot = || text.parse().ok().map(Self::Snapshot);
        let personal = || text.parse().ok().map(Self::Personal);
        snapshot().or_else(personal)
    }
}

/// Returns the references of an event: strings of its body, its actor, and its reason, that are one as a whole.
pub(super) fn references(event: &Stored<'_>) -> Vec<Reference> {
    let whole = [Some(event.actor), event.reason];
    let mut found: Vec<Reference> = whole.into_iter().flatten().filter_map(Reference::parse).collect();
    let known = found.len();
    let starts = |text: &&str| text.starts_with("sha256:") || text.starts_with("personal:");
    let quoted = event.body.match_indices('"').filter_map(|(at, _)| event.body.get(at + 1..)).filter(starts);
    found.extend(quoted.filter_map(|text| text.split('"').next()).filter_map(Reference::parse));
    // Snapshots come first.
    found[known..].sort_by_key(|reference| matches!(reference, Reference::Personal(_)));
    found
}
