//! Numbers of the groups and lists of facts that scripts see.

use super::super::Facts;

/// A group of facts, by its place in [`FactSchema::views`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::script) struct ViewId(pub usize);

/// A list of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum ListId {
    Quarters,
    Months,
    Years,
    Opportunities,
    /// Opportunities that were won or lost.
    Closed,
    /// Quotas of earlier stretches.
    Former,
    /// Standings of the partner's lines.
    Lines,
    /// Records of a declared table, by its place in the manifest.
    Table(usize),
}

impl ListId {
    /// Number of items of the list.
    pub fn len(self, facts: &Facts) -> usize {
        match self {
            Self::Quarters => facts.line.history.quarters.len(),
            Self::Months => facts.line.history.months.len(),
            Self::Years => facts.line.history.years.len(),
            Self::Closed => facts.line.pipeline.closed.len(),
            Self::Former => facts.line.quota.former.len(),
            Self::Opportunities => facts.line.pipeline.opportunities.len(),
            Self::Lines => facts.standing().map_or(0, |one| one.lines.len()),
            Self::Table(table) => facts.records().and_then(|records| records.len(table)).unwrap_or(0),
        }
    }

    /// The group its items are; `None` when they are plain values.
    pub fn record(self) -> Option<ViewId> {
        match self {
            Self::Quarters | Self::Months | Self::Years => None,
            Self::Closed => Some(CLOSED),
            Self::Former => Some(FORMER),
            Self::Opportunities => Some(OPPORTUNITY),
            Self::Lines => Some(LINE),
            Self::Table(table) => Some(ViewId(FIRST_TABLE + table)),
        }
    }
}

pub(in crate::script) const PARTNER: ViewId = ViewId(0);
pub(super) const HISTORY: ViewId = ViewId(1);
pub(super) const MARKET: ViewId = ViewId(2);
pub(super) const INVESTMENT: ViewId = ViewId(3);
pub(super) const PIPELINE: ViewId = ViewId(4);
pub(in crate::script) const OPPORTUNITY: ViewId = ViewId(5);
pub(super) const QUOTA: ViewId = ViewId(6);
pub(super) const CHANNEL: ViewId = ViewId(7);
pub(super) const ATTRIBUTES: ViewId = ViewId(8);
pub(super) const LEARNED: ViewId = ViewId(9);
pub(super) const PARAMETERS: ViewId = ViewId(10);
pub(super) const CLOSED: ViewId = ViewId(11);
pub(super) const FORMER: ViewId = ViewId(12);
pub(super) const STANDING: ViewId = ViewId(13);
pub(super) const LINE: ViewId = ViewId(14);
pub(super) const REVIEW: ViewId = ViewId(15);
/// View of the records of the first declared table; the others follow.
pub(super) const FIRST_TABLE: usize = 16;
