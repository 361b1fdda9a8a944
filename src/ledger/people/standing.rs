//! Standing: what one person may see and do on one date.

use super::grant::Grant;
use super::reading::People;
use super::role::Role;
use crate::ledger::plan::{Command, Line, Side};
use chrono::NaiveDate;

/// Rights of a person in the plans of a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// `None` where nothing is restricted.
    grants: Option<Vec<Grant>>,
}

impl Standing {
    /// Returns a standing without any restriction.
    pub fn unrestricted() -> Self {
        Self { grants: None }
    }

    /// Returns the standing of `person` in the plans of `vendor` on a date.
    pub fn of(people: &People, person: &str, vendor: &str, on: NaiveDate) -> Self {
        let own = people.holding().map(|held| &held.grant).filter(|grant| grant.person == person);
        let own = own.filter(|grant| grant.reach.is_of(vendor) && grant.holds_on(on));
        Self { grants: Some(own.cloned().collect()) }
    }

    /// Returns true when some grant satisfies `is_so`, or nothing is restricted.
    fn any(&self, is_so: impl Fn(&Grant) -> bool) -> bool {
        self.grants.as_ref().is_none_or(|grants| grants.iter().any(is_so))
    }

    /// Returns true when the person may see something of a plan.
    pub fn sees_anything(&self) -> bool {
        self.any(|grant| grant.role.side().is_some())
    }

    /// Returns true when the person sees whole plans, with target, reserve and totals.
    pub fn sees_whole(&self) -> bool {
        self.any(|grant| grant.role.side() == Some(Side::Vendor) && grant.reach.is_whole())
    }

    /// Returns true when a grant is for a partner's side.
    pub fn is_partner(&self) -> bool {
        self.grants.iter().flatten().any(|grant| grant.role == Role::PartnerUser)
    }

    /// Returns the side from which the person sees the line; `None` when they do not see it.
    pub fn side(&self, line: &Line) -> Option<Side> {
        let sees = |side| self.any(|grant| grant.role.side() == Some(side) && grant.reach.has(line));
        [Side::Vendor, Side::Partner].into_iter().find(|side| sees(*side))
    }

    /// Returns true when the person may give the command about some line.
    pub fn may(&self, command: &Command) -> bool {
        self.any(|grant| grant.role.may(command))
    }

    /// Returns true when the person may give the command about whole plans.
    pub fn may_on_all(&self, command: &Command) -> bool {
        self.any(|grant| grant.role.may(command) && grant.reach.is_whole())
    }

    /// Returns true when the person may open plans.
    pub fn may_open(&self) -> bool {
        self.any(|grant| grant.role.may_open() && grant.reach.is_whole())
    }

    /// Returns true when the person may approve the line, or the total, in a role of `approval.csv`.
    pub fn approves_as(&self, role: Option<&str>, line: Option<&Line>) -> bool {
        let reaches = |grant: &Grant| line.map_or(grant.reach.is_whole(), |line| grant.reach.has(line));
        self.any(|grant| grant.approves_as(role) && reaches(grant))
    }

    /// Returns the side for which the person may give the command about the line; `None` when they may not.
    pub fn side_of(&self, command: &Command, line: &Line) -> Option<Side> {
        let may = |side| {
            self.any(|grant| grant.role.side() == Some(side) && grant.role.may(command) && grant.reach.has(line))
        };
        [Side::Vendor, Side::Partner].into_iter().find(|side| may(*side))
    }
}
