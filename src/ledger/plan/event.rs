//! Events of a plan: actions with person, time and reason. Their kinds are declared here, once.

use super::approval_step::ApprovalStep;
use super::event_fault::EventFault;
use super::key::LineKey;
use super::moved::Moved;
use super::terms::Assigned;
use super::wire;
use super::words::{AmendmentCode, CounterCode, Side, Step};
use crate::finding::Fault;
use crate::ledger::canonical;
use crate::units::Money;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

macro_rules! events {
    ($($(#[doc = $doc:literal])+ $variant:ident($body:ident) = $kind:literal;)+) => {
        /// Content of an event.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum EventBody {
            $($(#[doc = $doc])+ $variant($body),)+
        }

        impl EventBody {
            /// Every kind, in the order of the declaration.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// Returns the name of the kind: `line.offered`.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)+ }
            }

            /// Returns the body as JSON.
            pub fn to_value(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self { $(Self::$variant(body) => serde_json::to_value(body),)+ }
            }

            /// Reads the body of an event of `kind`.
            pub fn from_json(kind: &str, body: &str) -> Result<Self, EventFault> {
                let fault = |source| EventFault::Body { kind: kind.to_owned(), source };
                match kind {
                    $($kind => serde_json::from_str(body).map(Self::$variant).map_err(fault),)+
                    _ => Err(EventFault::UnknownKind(kind.to_owned())),
                }
            }
        }
    };
}

events! {
    /// The plan begins: whose, for which period, under which terms.
    Opened(Opened) = "plan.opened";
    /// The engine's proposal: the first figure of every line.
    Proposed(Proposed) = "plan.proposed";
    /// The target changed.
    TargetChanged(TargetChanged) = "plan.target_changed";
    /// Workbooks were written for the account managers.
    Distributed(Distributed) = "plan.distributed";
    /// A second person approved that the lines miss the level of the proposal.
    TotalApproved(TotalApproved) = "plan.approved";
    /// Every line is in force or withdrawn.
    PlanLocked(PlanLocked) = "plan.locked";
    /// The plan is closed.
    Closed(Closed) = "plan.closed";
    /// The account manager got the line.
    LineDistributed(LineDistributed) = "line.distributed";
    /// The vendor offered a figure.
    Offered(Offered) = "line.offered";
    /// The partner asked for another figure.
    Countered(Countered) = "line.countered";
    /// Both sides name the same figure.
    Accepted(Accepted) = "line.accepted";
    /// A decision above the account manager is due.
    Escalated(Escalated) = "line.escalated";
    /// A final offer, or a figure assigned without acceptance.
    Resolved(Resolved) = "line.resolved";
    /// A person of the vendor approved the figure.
    Approved(Approved) = "line.approved";
    /// An approver sent the line back.
    Returned(Explained) = "line.returned";
    /// The figure took effect.
    Locked(Locked) = "line.locked";
    /// A figure in force is negotiated again.
    Amended(Amended) = "line.amended";
    /// The line, or its amendment, was taken back.
    Withdrawn(Withdrawn) = "line.withdrawn";
    /// The time to answer ran out.
    Expired(Expired) = "line.expired";
    /// A joint business plan changed.
    BusinessChanged(BusinessChanged) = "business_plan.changed";
    /// A person of the vendor approved funds.
    FundApproved(FundApproved) = "business_plan.fund_approved";
    /// One side signed the business plan.
    BusinessSigned(BusinessSigned) = "business_plan.signed";
    /// The period was reviewed.
    BusinessReviewed(BusinessReviewed) = "business_plan.reviewed";
}

macro_rules! bodies {
    ($($(#[doc = $doc:literal])+ $name:ident {
        $($(#[doc = $field_doc:literal])+ $(#[serde($($with:tt)+)])? $field:ident : $kind:ty,)+
    })+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[doc = $field_doc])+ $(#[serde($($with)+)])? pub $field: $kind,)+
        }
    )+};
}

/// Bodies of the events.
pub mod body {
    use super::*;

    pub use crate::ledger::plan::business_event::{BusinessChanged, BusinessReviewed, BusinessSigned, FundApproved};
    pub use crate::ledger::plan::opened::Opened;

    bodies! {
        /// Content of `plan.proposed`.
        Proposed {
            /// Digest of the stored proposal.
            proposal: String,
            /// Lines, ascending by key.
            lines: Vec<Assigned>,
        }
        /// Content of `plan.target_changed`.
        TargetChanged {
            /// Target before.
            #[serde(with = "wire::optional_money")]
            from: Option<Money>,
            /// Target from now on.
            #[serde(with = "wire::money")]
            to: Money,
            /// Reason.
            reason: String,
        }
        /// Content of `plan.distributed`.
        Distributed {
            /// Account managers that got a workbook, ascending.
            managers: Vec<String>,
        }
        /// Content of `plan.approved`.
        TotalApproved {
            /// Digest of target, reserve and every figure.
            digest: String,
            /// Sum of the lines.
            #[serde(with = "wire::money")]
            assigned: Money,
            /// Sum of the proposed lines.
            #[serde(with = "wire::money")]
            proposed: Money,
            /// Reason.
            reason: String,
            /// Step of the vendor's table; missing without one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            step: Option<ApprovalStep>,
        }
        /// Content of `plan.locked`.
        PlanLocked {
            /// Sum of the lines in force.
            #[serde(with = "wire::money")]
            assigned: Money,
        }
        /// Content of `plan.closed`.
        Closed {
            /// Reason.
            reason: String,
        }
        /// Content of `line.distributed`.
        LineDistributed {
            /// Line.
            line: LineKey,
        }
        /// Content of `line.offered`.
        Offered {
            /// Line with its figures.
            moved: Moved,
            /// Round of the negotiation, from 1.
            round: u32,
            /// Last date to answer; null without one.
            #[serde(with = "wire::optional_date")]
            reply_by: Option<NaiveDate>,
        }
        /// Content of `line.countered`.
        Countered {
            /// Line with the offer and the figure that the partner asks for.
            moved: Moved,
            /// Round of the negotiation.
            round: u32,
            /// Kind of reason.
            code: CounterCode,
            /// Person who asks at the partner; null for the person who recorded it.
            by: Option<String>,
            /// Evidence for it, such as ids of opportunities.
            evidence: Vec<String>,
        }
        /// Content of `line.accepted`.
        Accepted {
            /// Line with the vendor's figure before and the figure that both sides name.
            moved: Moved,
            /// Side that took the other's figure.
            side: Side,
            /// Person who accepted for the partner.
            partner: String,
            /// Evidence for it, such as a message.
            evidence: Vec<String>,
        }
        /// Content of `line.escalated`.
        Escalated {
            /// Line.
            line: LineKey,
            /// Reason.
            reason: String,
            /// True when a stated rule escalated it: rounds used up, or silence.
            by_rule: bool,
        }
        /// Content of `line.resolved`.
        Resolved {
            /// Line with its figures.
            moved: Moved,
            /// True when the figure is assigned without the partner's acceptance.
            assigned: bool,
            /// Last date to answer a final offer; null without one.
            #[serde(with = "wire::optional_date")]
            reply_by: Option<NaiveDate>,
        }
        /// Content of `line.approved`.
        Approved {
            /// Line.
            line: LineKey,
            /// Figure that is approved.
            #[serde(with = "wire::money")]
            figure: Money,
            /// Version of the line that is approved.
            line_version: u64,
            /// Digest of what is approved.
            digest: String,
            /// Number of approvals, with this one.
            step: u8,
            /// Number of approvals that are needed.
            of: u8,
            /// Reason for that number.
            because: String,
            /// Words of the approver; may be empty.
            note: String,
            /// Role that the vendor's table names; missing for a step that any person takes.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            role: Option<String>,
            /// Rows of the vendor's table; missing without.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            rows: Vec<u64>,
        }
        /// Content of events that need nothing but a reason.
        Explained {
            /// Line.
            line: LineKey,
            /// Reason.
            reason: String,
        }
        /// Content of `line.locked`.
        Locked {
            /// Line with the figure in force before, and the one from now on.
            moved: Moved,
            /// Date from which it is in force.
            #[serde(with = "wire::date")]
            effective_from: NaiveDate,
        }
        /// Content of `line.amended`.
        Amended {
            /// Line with the figure in force and the one that is to replace it.
            moved: Moved,
            /// Date from which the new figure is to be in force.
            #[serde(with = "wire::date")]
            effective_from: NaiveDate,
            /// Kind of reason.
            code: AmendmentCode,
        }
        /// Content of `line.withdrawn`.
        Withdrawn {
            /// Line.
            line: LineKey,
            /// Figure before.
            #[serde(with = "wire::money")]
            from: Money,
            /// Figure in force that holds again; null when the line leaves the plan.
            #[serde(with = "wire::optional_money")]
            to: Option<Money>,
            /// Reason.
            reason: String,
        }
        /// Content of `line.expired`.
        Expired {
            /// Line.
            line: LineKey,
            /// Last date to answer.
            #[serde(with = "wire::date")]
            reply_by: NaiveDate,
        }
    }
}
use body::*;

/// An event with its circumstances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanEvent {
    /// Number in the ledger.
    pub number: u64,
    /// Person whose command it was.
    pub actor: String,
    /// Time.
    pub at: DateTime<Utc>,
    /// Content.
    pub body: EventBody,
}

impl EventBody {
    /// Writes the body as a canonical JSON object: see [`canonical`](crate::ledger::canonical()).
    pub fn to_json(&self) -> Result<String, EventFault> {
        let fault = |source| EventFault::Body { kind: self.kind().to_owned(), source };
        let value = self.to_value().map_err(fault)?;
        canonical(&value).map_err(|fault| EventFault::Spelling(fault.message()))
    }

    /// Returns the line and the step of an event of a line; `None` for an event of the plan.
    pub fn step(&self) -> Option<(&LineKey, Step)> {
        Some(match self {
            Self::LineDistributed(body) => (&body.line, Step::Distribute),
            Self::Offered(body) => (&body.moved.line, Step::Offer),
            Self::Countered(body) => (&body.moved.line, Step::Counter),
            Self::Accepted(body) => (&body.moved.line, Step::Accept),
            Self::Escalated(body) => (&body.line, Step::Escalate),
            Self::Resolved(body) if body.assigned => (&body.moved.line, Step::Assign),
            Self::Resolved(body) => (&body.moved.line, Step::Resolve),
            Self::Approved(body) => (&body.line, Step::Approve),
            Self::Returned(body) => (&body.line, Step::Return),
            Self::Locked(body) => (&body.moved.line, Step::Lock),
            Self::Amended(body) => (&body.moved.line, Step::Amend),
            Self::Withdrawn(body) => (&body.line, Step::Withdraw),
            Self::Expired(body) => (&body.line, Step::Expire),
            Self::Opened(_)
            | Self::Proposed(_)
            | Self::TargetChanged(_)
            | Self::Distributed(_)
            | Self::TotalApproved(_)
            | Self::PlanLocked(_)
            | Self::Closed(_)
            | Self::BusinessChanged(_)
            | Self::FundApproved(_)
            | Self::BusinessSigned(_)
            | Self::BusinessReviewed(_) => return None,
        })
    }

    /// Returns the partner of an event of a business plan; `None` for other events.
    pub fn partner(&self) -> Option<&str> {
        match self {
            Self::BusinessChanged(body) => Some(&body.partner_id),
            Self::FundApproved(body) => Some(&body.partner_id),
            Self::BusinessSigned(body) => Some(&body.partner_id),
            Self::BusinessReviewed(body) => Some(&body.partner_id),
            _ => None,
        }
    }
}
