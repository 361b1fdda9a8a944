//! Commands: what a person wants to do with a plan.

use super::business::BusinessChange;
use super::key::LineKey;
use super::terms::{ApprovalRule, Assigned, Terms};
use super::wire;
use super::words::{AmendmentCode, CounterCode};
use crate::decision::PurposeTable;
use crate::units::Money;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Person who gives a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Id of the person.
    pub person: String,
}

impl Actor {
    /// Returns the person with that id.
    pub fn new(person: impl Into<String>) -> Self {
        Self { person: person.into() }
    }
}

/// Content of an opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Name of the plan.
    pub name: String,
    /// Vendor.
    pub vendor: String,
    /// Label of the planning period.
    pub period: String,
    /// First day of the period.
    #[serde(with = "wire::date")]
    pub first_day: NaiveDate,
    /// Last day of the period.
    #[serde(with = "wire::date")]
    pub last_day: NaiveDate,
    /// Date up to which facts were used.
    #[serde(with = "wire::date")]
    pub as_of: NaiveDate,
    /// Content hash of the rules and policies.
    pub revision: String,
    /// Hash of the partner book.
    pub book: String,
    /// Digest of the stored proposal.
    pub proposal: String,
    /// Digest of the stored request of the proposal; null where it was made from files.
    pub request: Option<String>,
    /// Target that the proposal was asked for; null for the bottom-up, or where parts of the channel have targets.
    #[serde(with = "wire::optional_money")]
    pub asked_target: Option<Money>,
    /// Target of the proposal; null without one.
    #[serde(with = "wire::optional_money")]
    pub target: Option<Money>,
    /// Part of the target that no line carries.
    #[serde(with = "wire::money")]
    pub reserve: Money,
    /// Terms of the negotiation.
    pub terms: Terms,
    /// Rule of approvals.
    pub approval: ApprovalRule,
    /// The vendor's table of reviews at the end of the period; null for the default.
    pub review: Option<PurposeTable>,
    /// Hash of the partner book but for its targets and locks; null where the request is stored.
    #[serde(default)]
    pub facts: Option<String>,
    /// Digest of the stored targets and locks; null where the request is stored.
    #[serde(default)]
    pub tables: Option<String>,
    /// Digest of the stored files of the partner book; null where the request is stored, or the book is not.
    #[serde(default)]
    pub book_files: Option<String>,
    /// Lines.
    pub lines: Vec<Assigned>,
}

/// A line with a new figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PlanLineChange")]
pub struct Change {
    /// Line.
    pub line: LineKey,
    /// Figure; null keeps the one on the table.
    #[serde(default, with = "wire::optional_money")]
    #[schemars(with = "Option<wire::money::Written>")]
    pub figure: Option<Money>,
    /// Reason; may be empty where the figure is the same.
    #[serde(default)]
    pub reason: String,
}

/// A figure that the partner asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PlanCounter")]
pub struct Counter {
    /// Line.
    pub line: LineKey,
    /// Figure.
    #[serde(with = "wire::money")]
    #[schemars(with = "wire::money::Written")]
    pub figure: Money,
    /// Kind of reason.
    pub code: CounterCode,
    /// Reason.
    pub reason: String,
}

/// Command about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PlanCommand")]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Opens the plan with the engine's proposal.
    #[schemars(skip)]
    Open(Box<Opening>),
    /// Hands the lines to their account managers.
    Distribute {
        /// Lines.
        lines: Vec<LineKey>,
    },
    /// Offers figures to the partners.
    Offer {
        /// Lines with their figures.
        lines: Vec<Change>,
        /// Last day to answer; null for the terms of the plan.
        #[serde(default, with = "wire::optional_date")]
        #[schemars(with = "Option<String>", extend("format" = "date"))]
        reply_by: Option<NaiveDate>,
    },
    /// Records what partners ask for instead.
    Counter {
        /// Lines with their figures.
        lines: Vec<Counter>,
        /// Person who asks at the partner; null for the person who gives the command.
        #[serde(default)]
        by: Option<String>,
        /// Evidence for it.
        #[serde(default)]
        evidence: Vec<String>,
    },
    /// Takes the figure that the other side named last.
    Accept {
        /// Lines.
        lines: Vec<LineKey>,
        /// Person who accepts for the partner; null for the person who gives the command.
        #[serde(default)]
        by: Option<String>,
        /// Reason; of a counter, its own reason where this is empty.
        #[serde(default)]
        reason: String,
        /// Evidence for it.
        #[serde(default)]
        evidence: Vec<String>,
    },
    /// Asks for a decision above the account manager.
    Escalate {
        /// Lines.
        lines: Vec<LineKey>,
        /// Reason.
        reason: String,
    },
    /// Decides escalated lines: by a final offer, or without the partner's acceptance.
    Resolve {
        /// Lines with their figures.
        lines: Vec<Change>,
        /// True to assign the figure without acceptance.
        #[serde(default)]
        assign: bool,
    },
    /// Approves figures.
    Approve {
        /// Lines.
        lines: Vec<LineKey>,
        /// Words of the approver; may be empty.
        #[serde(default)]
        note: String,
        /// Role in which the person approves, as the vendor's table names it; null for the first open step.
        #[serde(default)]
        role: Option<String>,
    },
    /// Approves that the lines miss the level of the proposal.
    ApproveTotal {
        /// Reason.
        reason: String,
        /// Role in which the person approves, as the vendor's table names it; null for the first open step.
        #[serde(default)]
        role: Option<String>,
    },
    /// Sends lines back to the negotiation.
    Return {
        /// Lines.
        lines: Vec<LineKey>,
        /// Reason.
        reason: String,
    },
    /// Puts approved figures in force.
    Lock {
        /// Lines.
        lines: Vec<LineKey>,
    },
    /// Negotiates figures in force again.
    Amend {
        /// Lines with their new figures.
        lines: Vec<Change>,
        /// Day from which they are to be in force.
        #[serde(with = "wire::date")]
        #[schemars(with = "String", extend("format" = "date"))]
        effective_from: NaiveDate,
        /// Kind of reason.
        code: AmendmentCode,
    },
    /// Takes lines, or their amendments, back.
    Withdraw {
        /// Lines.
        lines: Vec<LineKey>,
        /// Reason.
        reason: String,
    },
    /// Applies the policy of silence to every offer whose time has run out.
    ApplySilence {},
    /// Changes the target.
    ChangeTarget {
        /// New target.
        #[serde(with = "wire::money")]
        #[schemars(with = "wire::money::Written")]
        target: Money,
        /// Reason.
        reason: String,
    },
    /// Changes the joint business plan of a partner.
    BusinessPlan {
        /// Partner.
        partner_id: String,
        /// Changes, one after the other.
        changes: Vec<BusinessChange>,
    },
    /// Closes the plan.
    Close {
        /// Reason.
        reason: String,
    },
}

/// Name of a command in the places of findings: the body of a request.
pub const COMMAND: &str = "request";

impl Command {
    /// Returns the command about those of its lines that `is_kept` is true for; `None` where none remains.
    pub fn only(&self, is_kept: impl Fn(&LineKey) -> bool) -> Option<Self> {
        let mut command = self.clone();
        match &mut command {
            Self::Offer { lines, .. } | Self::Resolve { lines, .. } | Self::Amend { lines, .. } => {
                lines.retain(|change| is_kept(&change.line));
            }
            Self::Counter { lines, .. } => lines.retain(|counter| is_kept(&counter.line)),
            Self::Distribute { lines }
            | Self::Accept { lines, .. }
            | Self::Escalate { lines, .. }
            | Self::Approve { lines, .. }
            | Self::Return { lines, .. }
            | Self::Lock { lines }
            | Self::Withdraw { lines, .. } => lines.retain(is_kept),
            Self::Open(_)
            | Self::ApproveTotal { .. }
            | Self::ApplySilence {}
            | Self::ChangeTarget { .. }
            | Self::BusinessPlan { .. }
            | Self::Close { .. } => return None,
        }
        Some(command).filter(|command| !command.keys().is_empty())
    }

    /// Returns true when each line of the command has its figure or reason with it, and not only its key.
    pub fn has_members(&self) -> bool {
        matches!(self, Self::Offer { .. } | Self::Resolve { .. } | Self::Amend { .. } | Self::Counter { .. })
    }

    /// Returns the lines that the command names, in its order.
    pub fn keys(&self) -> Vec<&LineKey> {
        match self {
            Self::Offer { lines, .. } | Self::Resolve { lines, .. } | Self::Amend { lines, .. } => {
                lines.iter().map(|change| &change.line).collect()
            }
            Self::Counter { lines, .. } => lines.iter().map(|counter| &counter.line).collect(),
            Self::Distribute { lines }
            | Self::Accept { lines, .. }
            | Self::Escalate { lines, .. }
            | Self::Approve { lines, .. }
            | Self::Return { lines, .. }
            | Self::Lock { lines }
            | Self::Withdraw { lines, .. } => lines.iter().collect(),
            Self::Open(_)
            | Self::ApproveTotal { .. }
            | Self::ApplySilence {}
            | Self::ChangeTarget { .. }
            | Self::BusinessPlan { .. }
            | Self::Close { .. } => Vec::new(),
        }
    }

    /// Returns the name of the command: `approve_total`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Distribute { .. } => "distribute",
            Self::Offer { .. } => "offer",
            Self::Counter { .. } => "counter",
            Self::Accept { .. } => "accept",
            Self::Escalate { .. } => "escalate",
            Self::Resolve { .. } => "resolve",
            Self::Approve { .. } => "approve",
            Self::ApproveTotal { .. } => "approve_total",
            Self::Return { .. } => "return",
            Self::Lock { .. } => "lock",
            Self::Amend { .. } => "amend",
            Self::Withdraw { .. } => "withdraw",
            Self::ApplySilence {} => "apply_silence",
            Self::ChangeTarget { .. } => "change_target",
            Self::BusinessPlan { .. } => "business_plan",
            Self::Close { .. } => "close",
        }
    }
}
