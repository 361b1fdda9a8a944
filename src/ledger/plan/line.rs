//! A line of a plan: its figures, where the negotiation is, and the two facts acceptance and approval.

use super::approval_step::ApprovalStep;
use super::key::LineKey;
use super::terms::Assigned;
use super::words::{LineState, Side};
use crate::units::{Money, Rate};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeSet;

/// A figure that one side named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Figure.
    pub figure: Money,
    /// Reason.
    pub reason: String,
    /// Person who named it.
    pub by: String,
    /// Person that recorded it.
    pub actor: String,
    /// Time.
    pub at: DateTime<Utc>,
}

/// The partner's acceptance of a figure. An approval is another fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Figure that both sides name.
    pub figure: Money,
    /// Person who accepted for the partner.
    pub partner: String,
    /// Person that recorded it.
    pub actor: String,
    /// Side that took the other's figure.
    pub side: Side,
    /// Time.
    pub at: DateTime<Utc>,
}

/// An approval by a person of the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Person.
    pub by: String,
    /// Time.
    pub at: DateTime<Utc>,
    /// Digest of what was approved.
    pub digest: String,
    /// Role of the step that it was given for; `None` for a step that any person takes.
    pub role: Option<String>,
}

/// A figure that was put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// Figure.
    pub figure: Money,
    /// Date from which it is in force.
    pub from: NaiveDate,
    /// True when the partner never accepted it.
    pub assigned: bool,
    /// The partner's acceptance; `None` for an assigned figure.
    pub acceptance: Option<Acceptance>,
    /// The vendor's approvals.
    pub approvals: Vec<Approval>,
    /// Approvals that it needed.
    pub steps: Vec<ApprovalStep>,
    /// Time of the lock.
    pub at: DateTime<Utc>,
}

/// A line of a plan of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Key.
    pub key: LineKey,
    /// Name of the partner.
    pub partner_name: String,
    /// Account manager; `None` without one.
    pub manager: Option<String>,
    /// Territory of the line, or the partner's home territory; `None` without one.
    pub home: Option<String>,
    /// Least figure that the partner's tier asks for; `None` where it is not known or not asked.
    pub minimum: Option<Money>,
    /// Figure of the engine; it never changes.
    pub proposed: Money,
    /// Figure of the vendor: proposed, offered, agreed or assigned. It counts in the total.
    pub figure: Money,
    /// Figure that the partner asks for instead; `None` unless a counter is open.
    pub counter: Option<Offer>,
    /// State of the negotiation.
    pub state: LineState,
    /// Round of the negotiation; 0 before the first offer.
    pub round: u32,
    /// Number of events of the line; an approval binds to it.
    pub version: u64,
    /// Last date to answer; `None` without an open offer or without a limit.
    pub reply_by: Option<NaiveDate>,
    /// The partner's acceptance of the figure.
    pub acceptance: Option<Acceptance>,
    /// True when the figure is assigned without the partner's acceptance.
    pub assigned: bool,
    /// The vendor's approvals of the figure.
    pub approvals: Vec<Approval>,
    /// Approvals that the figure needs, as of the first one.
    pub steps: Vec<ApprovalStep>,
    /// Version that the approvals bind to.
    pub approved_version: u64,
    /// Persons who set the figure or agreed to it: none of them may approve it.
    pub authors: BTreeSet<String>,
    /// Figures that were put in force, in order; the last one holds.
    pub in_force: Vec<InForce>,
    /// Date from which the figure under negotiation is to be in force; `None` for the beginning of the period.
    pub effective_from: Option<NaiveDate>,
    /// Version of the plan with the last event of the line.
    pub changed: u64,
    /// Time of the last event.
    pub at: DateTime<Utc>,
}

impl Line {
    /// Returns the territory of the line; that of its partner for a line without one.
    pub fn territory(&self) -> Option<&str> {
        self.key.territory.as_deref().or(self.home.as_deref())
    }

    /// Returns a line as the engine proposed it in this version of the plan.
    pub fn new(assigned: &Assigned, actor: &str, changed: u64, at: DateTime<Utc>) -> Self {
        Self {
            key: assigned.line.clone(),
            partner_name: assigned.partner_name.clone(),
            manager: assigned.manager.clone(),
            home: assigned.home.clone(),
            minimum: assigned.minimum,
            proposed: assigned.figure,
            figure: assigned.figure,
            counter: None,
            state: LineState::Proposed,
            round: 0,
            version: 1,
            reply_by: None,
            acceptance: None,
            assigned: false,
            approvals: Vec::new(),
            steps: Vec::new(),
            approved_version: 0,
            authors: BTreeSet::from([actor.to_owned()]),
            in_force: Vec::new(),
            effective_from: None,
            changed,
            at,
        }
    }

    /// True when the figure counts in the total: every line but a withdrawn one.
    pub fn counts(&self) -> bool {
        self.state != LineState::Withdrawn
    }

    /// True when the figure is settled between vendor and partner, or assigned.
    pub fn is_settled(&self) -> bool {
        use LineState::{Accepted, Approved, Assigned, Locked};
        matches!(self.state, Accepted | Assigned | Approved | Locked)
    }

    /// True when an offer waits for the partner.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, LineState::Offered | LineState::Resolved)
    }

    /// True when the time to answer has run out on `today`.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.is_waiting() && self.reply_by.is_some_and(|last| last < today)
    }

    /// Returns figure ÷ proposal − 1; `None` where the proposal is zero.
    pub fn change(&self) -> Option<Rate> {
        self.figure.growth_from(self.proposed)
    }

    /// Returns the figure in force; `None` before the first lock.
    pub fn figure_in_force(&self) -> Option<&InForce> {
        self.in_force.last()
    }
}
