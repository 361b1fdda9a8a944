//! The quota in force, and the part of a partner's business that a figure is about.

use crate::channel::{Partner, SegmentKey};
use crate::figures;
use crate::quota::Grain;
use crate::units::{Money, Month};
use std::collections::BTreeMap;

figures! {
    /// A quota in force, with what made it differ from the full one.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct EffectiveQuota = "Quota" {
        /// Quota as agreed for the whole period.
        full: Money;
        /// Quota in force: full × Σ over months (ramp × effective days) ÷ days of the period.
        effective: Money, not_in_json();
        /// Calendar days it is in force (of several lines, the most).
        effective_days: i64, unit("days");
        /// Calendar days of the period from `starts`.
        period_days: i64, unit("days");
        /// True when a ramp changed it.
        is_ramped: bool;
        /// First month it is for (of several lines, the earliest); nothing is expected of the months before.
        starts: Month;
    }
}

/// Part of a partner's business that a figure is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'s> {
    /// All of it.
    All,
    /// The lines that have a quota.
    Lines(&'s BTreeMap<SegmentKey, EffectiveQuota>),
    /// One line.
    Line(&'s SegmentKey),
}

impl Scope<'_> {
    /// Returns true when `part` is in it.
    pub fn holds(self, grain: Grain, partner: &Partner, part: &SegmentKey) -> bool {
        match self {
            Self::All => true,
            Self::Lines(lines) => lines.keys().any(|line| grain.holds(partner, line, part)),
            Self::Line(line) => grain.holds(partner, line, part),
        }
    }
}
