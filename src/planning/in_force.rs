//! Partners that join or leave inside the planning period, and those that are not in the program during it.

use super::fault::PlanFault;
use super::line_name::line_name;
use super::lines::Lines;
use crate::channel::{Partner, SegmentKey};
use crate::finding::Finding;
use crate::performance::DatedQuota;
use crate::quota::{Assessment, Bound, PartOfPeriod};
use crate::units::PlanningPeriod;
use chrono::NaiveDate;
use std::sync::Arc;

/// Dates on which a quota is in force, for a partner that joins or leaves inside the planning period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// First date.
    pub from: NaiveDate,
    /// Last date.
    pub to: NaiveDate,
    /// Days of the period between them, both counted.
    pub part: PartOfPeriod,
    /// The dates and days in words, for the explanation.
    pub reason: Arc<str>,
}

impl InForce {
    /// The dates inside `period` of a partner that is in the program from `since` to `until`; `None` when it is so
    /// throughout, or not at all.
    fn new(since: Option<NaiveDate>, until: Option<NaiveDate>, period: &PlanningPeriod) -> Option<Self> {
        let from = since.map_or(period.first_day(), |since| since.max(period.first_day()));
        let to = until.map_or(period.last_day(), |until| until.min(period.last_day()));
        Self::between(from, to, period)
    }

    /// The dates of a partner that is in the program from `from` to `to`, both inside `period`; `None` when these are all
    /// its days, or none.
    pub fn between(from: NaiveDate, to: NaiveDate, period: &PlanningPeriod) -> Option<Self> {
        let part = PartOfPeriod { days: (to - from).num_days() + 1, of: period.days() };
        if part.days <= 0 || part.days == part.of {
            return None;
        }
        let why = match (from > period.first_day(), to < period.last_day()) {
            (true, true) => format!("joins on {from} and leaves on {to}"),
            (true, false) => format!("joins on {from}"),
            _ => format!("leaves on {to}"),
        };
        let reason = format!("{why}: {} of {} days", part.days, part.of).into();
        Some(Self { from, to, part, reason })
    }

    /// Days in force and all days of a reporting period.
    pub fn in_period(&self, period: &PlanningPeriod) -> PartOfPeriod {
        let (from, to) = (self.from.max(period.first_day()), self.to.min(period.last_day()));
        PartOfPeriod { days: ((to - from).num_days() + 1).max(0), of: period.days() }
    }

    /// The bound for the days in force.
    fn bound(&self, bound: Bound) -> Bound {
        let reason = format!("{}, for {} of {} days", bound.reason, self.part.days, self.part.of).into();
        Bound { amount: self.part.of_amount(bound.amount), reason, ..bound }
    }

    /// Returns what the factors indicate for the days in force.
    pub(super) fn indicated(&self, indicated: &[Option<i128>]) -> Vec<Option<i128>> {
        indicated.iter().map(|amount| amount.map(|amount| self.part.of_amount(amount))).collect()
    }
}

/// The assessment for the days in force; unchanged where a quota is in force throughout.
pub(super) fn prorated(assessment: Assessment, in_force: Option<&InForce>) -> Assessment {
    match in_force {
        Some(in_force) => assessment.prorated(in_force.part),
        None => assessment,
    }
}

/// The bounds for the days in force; unchanged where a quota is in force throughout.
pub(super) fn bounded(bounds: Vec<Bound>, in_force: Option<&InForce>) -> Vec<Bound> {
    match in_force {
        Some(in_force) => bounds.into_iter().map(|bound| in_force.bound(bound)).collect(),
        None => bounds,
    }
}

impl Lines<'_> {
    /// Dates of a partner that joins or leaves inside the planning period; `None` for all others.
    pub fn in_force(&self, partner: &Partner) -> Option<InForce> {
        InForce::new(partner.since, self.until(partner), &self.view().period)
    }

    /// Last date of the partner in the program, as far as it is known on the as-of date.
    pub(super) fn until(&self, partner: &Partner) -> Option<NaiveDate> {
        partner.until.filter(|until| !self.is_announced_later(partner, *until))
    }

    /// True for a partner that joins after the as-of date of a past period: nothing was known of it.
    pub(super) fn is_yet_unknown(&self, partner: &Partner) -> bool {
        partner.since.is_some_and(|since| self.is_announced_later(partner, since))
    }

    /// True when the as-of date of a past period is before `date`, and nothing says that it had been announced: the row
    /// that has it is not dated.
    fn is_announced_later(&self, partner: &Partner, date: NaiveDate) -> bool {
        let view = self.view();
        view.is_past && date > view.as_of && !partner.history.is_dated_on(view.as_of)
    }

    /// The quotas of the book, which end when the partner leaves, as far as that is known.
    pub(super) fn dated_quotas<'p>(&self, partner: &'p Partner) -> impl Iterator<Item = DatedQuota<'p>> + use<'p> {
        let until = self.until(partner);
        partner.quotas.iter().map(move |quota| DatedQuota { quota, until })
    }

    /// Warning about a partner that is assessed by itself: its `count` lines are prorated, or it is not in the program.
    pub(super) fn in_part(&self, partner: &Partner, count: usize) -> Option<Finding> {
        let (period, named) = (self.view().period.to_string(), line_name(&partner.id, &SegmentKey::default()));
        if !self.is_in_program(partner) {
            return Some(PlanFault::OutsideProgram { partners: 1, period, named }.into());
        }
        let prorated = self.in_force(partner).filter(|_| count > 0);
        prorated.map(|_| PlanFault::Prorated { lines: count, of: count, period, named }.into())
    }

    /// True when the partner is in the program on some date of the planning period.
    pub(super) fn is_in_program(&self, partner: &Partner) -> bool {
        let period = &self.view().period;
        partner.since.is_none_or(|since| since <= period.last_day())
            && self.until(partner).is_none_or(|until| until >= period.first_day())
            && partner.since.zip(self.until(partner)).is_none_or(|(since, until)| since <= until)
    }
}
