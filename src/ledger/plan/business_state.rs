//! A joint business plan as its events yield it.

use super::approval_step::ApprovalStep;
use super::business::{Activity, BusinessHeader, Objective};
use super::business_items::{Registered, Risk, TargetAccount};
use super::line::Approval;
use super::words::{Side, Verdict};
use crate::units::{Money, Rate};
use blake3::Hasher;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Separates digests of business plans from all other hashes.
const CONTEXT: &str = "quotient plan of record, joint business plan, 1";

/// A value of an objective, from a book or typed by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actual {
    /// Value.
    pub value: Decimal,
    /// Date that it is of.
    pub as_of: NaiveDate,
    /// Person who recorded it.
    pub actor: String,
    /// Digest of the book that has it; `None` where a person typed it.
    pub book: Option<String>,
}

/// An objective with its last known value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectiveState {
    /// The objective.
    pub objective: Objective,
    /// Last value; `None` when it is not known.
    pub actual: Option<Actual>,
}

impl ObjectiveState {
    /// Returns (value − baseline) ÷ (target − baseline); `None` when a part of it is not known.
    pub fn progress(&self) -> Option<Rate> {
        let (actual, baseline) = (self.actual.as_ref()?.value, self.objective.baseline?);
        actual.checked_sub(baseline)?.checked_div(self.objective.target.checked_sub(baseline)?)
    }
}

/// Record that an activity is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Date on which it was done.
    pub on: NaiveDate,
    /// Evidence.
    pub evidence: Vec<String>,
    /// Person who recorded it.
    pub actor: String,
}

/// An activity with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityState {
    /// The activity.
    pub activity: Activity,
    /// Person who set it: that person does not approve its funds.
    pub author: String,
    /// Record that it is done; `None` while it is not.
    pub done: Option<Done>,
    /// Approvals of its funds.
    pub approvals: Vec<Approval>,
    /// Approvals that its funds need, as of the first one.
    pub steps: Vec<ApprovalStep>,
    /// Claimed funds; `None` without a claim.
    pub claim: Option<Money>,
    /// Opportunities with its tag; `None` when they are not known.
    pub registered: Option<Registered>,
}

impl ActivityState {
    /// Returns an activity of which nothing is done yet.
    pub fn new(activity: Activity, author: &str) -> Self {
        let (author, approvals, steps) = (author.to_owned(), Vec::new(), Vec::new());
        Self { activity, author, done: None, approvals, steps, claim: None, registered: None }
    }

    /// Returns `planned`, `under way`, `done`, `done late` or `late`, as of a date.
    pub fn status(&self, today: NaiveDate) -> &'static str {
        match &self.done {
            Some(done) if done.on <= self.activity.due => "done",
            Some(_) => "done late",
            None if self.activity.due < today => "late",
            None if self.activity.start.is_some_and(|start| start <= today) => "under way",
            None => "planned",
        }
    }

    /// Returns the digest of what an approval of the funds binds to.
    pub fn digest(&self, partner: &str) -> String {
        let mut hasher = Hasher::new_derive_key(CONTEXT);
        add(&mut hasher, &(partner, &self.activity));
        hasher.finalize().to_hex().to_string()
    }

    /// True when everyone has approved the funds.
    pub fn is_fund_approved(&self) -> bool {
        !self.steps.is_empty() && self.approvals.len() >= self.steps.len()
    }
}

/// Signature of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Side.
    pub side: Side,
    /// Person who signed.
    pub person: String,
    /// Digest of what was signed.
    pub digest: String,
    /// Time.
    pub at: DateTime<Utc>,
}

/// Answer of one side to a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Side.
    pub side: Side,
    /// True when it accepts the review.
    pub accepts: bool,
    /// Person who answered.
    pub person: String,
    /// Words; may be empty.
    pub words: String,
}

/// Review at the end of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Date up to which revenue is counted.
    pub as_of: NaiveDate,
    /// Sum of the partner's quotas in force; `None` without any.
    pub quota: Option<Money>,
    /// Revenue; `None` when it is not known.
    pub actual: Option<Money>,
    /// Weight of the activities that were due.
    pub due: Rate,
    /// Weight of those that were done on time.
    pub kept: Rate,
    /// Verdict; `None` when the facts do not say.
    pub verdict: Option<Verdict>,
    /// Reason.
    pub because: String,
    /// Person who held it.
    pub actor: String,
    /// Answers of both sides, the last one of each.
    pub answers: Vec<Answer>,
}

impl Review {
    /// Returns revenue ÷ quota; `None` when a part of it is not known.
    pub fn attainment(&self) -> Option<Rate> {
        self.actual?.ratio_to(self.quota?)
    }

    /// Returns the weight done on time ÷ the weight due; `None` when nothing was due.
    pub fn kept_share(&self) -> Option<Rate> {
        self.kept.checked_div(self.due)
    }
}

/// Joint business plan of a partner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusinessPlan {
    /// Header.
    pub header: BusinessHeader,
    /// Objectives by id.
    pub objectives: BTreeMap<String, ObjectiveState>,
    /// Activities by id.
    pub activities: BTreeMap<String, ActivityState>,
    /// Target accounts by id.
    pub accounts: BTreeMap<String, TargetAccount>,
    /// Risks by id.
    pub risks: BTreeMap<String, Risk>,
    /// Signatures, in order.
    pub signatures: Vec<Signature>,
    /// Review at the end of the period.
    pub review: Option<Review>,
    /// Version of the plan with its last event.
    pub changed: u64,
}

impl BusinessPlan {
    /// Returns what the item of an id is; `None` when there is none.
    pub fn kind_of(&self, id: &str) -> Option<&'static str> {
        let kinds = [
            (self.objectives.contains_key(id), "objective"),
            (self.activities.contains_key(id), "activity"),
            (self.accounts.contains_key(id), "target account"),
            (self.risks.contains_key(id), "risk"),
        ];
        kinds.into_iter().find(|(is_there, _)| *is_there).map(|(_, kind)| kind)
    }

    /// Returns the side that sees to the item of an id; `None` for an objective, and where there is none.
    pub fn side_of(&self, id: &str) -> Option<Side> {
        let activity = self.activities.get(id).map(|one| one.activity.side);
        let account = || self.accounts.get(id).map(|one| one.side);
        activity.or_else(account).or_else(|| self.risks.get(id).map(|one| one.side))
    }

    /// Returns the ids of all items.
    pub fn ids(&self) -> Vec<&str> {
        let items = self.objectives.keys().chain(self.activities.keys());
        items.chain(self.accounts.keys()).chain(self.risks.keys()).map(String::as_str).collect()
    }

    /// Returns the digest of what both sides sign: header, objectives, activities, target accounts, risks, and the figures of the
    /// lines.
    pub fn digest(&self, partner: &str, figures: &[(String, Money)]) -> String {
        let mut hasher = Hasher::new_derive_key(CONTEXT);
        add(&mut hasher, &(partner, &self.header));
        self.objectives.values().for_each(|one| add(&mut hasher, &one.objective));
        self.activities.values().for_each(|one| add(&mut hasher, &one.activity));
        self.accounts.values().for_each(|one| add(&mut hasher, one));
        self.risks.values().for_each(|one| add(&mut hasher, one));
        figures.iter().for_each(|(line, figure)| add(&mut hasher, &(line, figure.to_exact())));
        hasher.finalize().to_hex().to_string()
    }

    /// Returns the last signature of a side that binds to `digest`.
    pub fn signature(&self, side: Side, digest: &str) -> Option<&Signature> {
        self.signatures.iter().rev().find(|one| one.side == side && one.digest == digest)
    }

    /// Returns the weights of the activities that were due by a date, and of those that were done on time.
    pub fn commitments(&self, on: NaiveDate) -> (Rate, Rate) {
        let due = self.activities.values().filter(|one| one.activity.due <= on);
        let is_kept = |one: &ActivityState| one.done.as_ref().is_some_and(|done| done.on <= one.activity.due);
        due.fold((Decimal::ZERO, Decimal::ZERO), |(due, kept), one| {
            let weight = one.activity.weight;
            let own = if is_kept(one) { weight } else { Decimal::ZERO };
            (due.saturating_add(weight), kept.saturating_add(own))
        })
    }

    /// Returns the persons who may not approve the funds of an activity: its author, and who has approved them.
    pub fn bound(&self, activity: &ActivityState) -> BTreeSet<String> {
        let approvers = activity.approvals.iter().map(|approval| approval.by.clone());
        approvers.chain([activity.author.clone()]).collect()
    }
}

/// Adds a part with its length, so that no two lists of parts have the same bytes.
fn add(hasher: &mut Hasher, part: &impl Serialize) {
    let text = serde_json::to_string(part).unwrap_or_default();
    hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
}
