//! State of a plan: terms, lines, and totals that are exact after every event.

use super::approval::{self, open_steps};
use super::approval_step::ApprovalStep;
use super::business_state::{ActivityState, BusinessPlan};
use super::key::LineKey;
use super::line::{Approval, Line};
use super::terms::{ApprovalRule, Terms};
use super::totals::Totals;
use super::words::{LineState, Stage};
use crate::decision::PurposeTable;
use crate::decision::table::DecisionFault;
use crate::units::{Currency, Money, MoneyError};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Header of a plan: the content of its opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Name of the plan.
    pub name: String,
    /// Vendor.
    pub vendor: String,
    /// Label of the planning period.
    pub period: String,
    /// First day of the period.
    pub first_day: NaiveDate,
    /// Last day of the period.
    pub last_day: NaiveDate,
    /// Date up to which facts were used.
    pub as_of: NaiveDate,
    /// Currency of every amount.
    pub currency: Currency,
    /// Content hash of the rules and policies.
    pub revision: String,
    /// Hash of the partner book.
    pub book: String,
    /// Target that the proposal was asked for.
    pub asked_target: Option<Money>,
    /// Digest of the stored proposal.
    pub proposal: String,
    /// Digest of the stored request of the proposal; `None` where it was made from files.
    pub request: Option<String>,
    /// Hash of the partner book but for its targets and locks; `None` where the request is stored.
    pub facts: Option<String>,
    /// Digest of the stored targets and locks; `None` where the request is stored.
    pub tables: Option<String>,
    /// Digest of the stored files of the partner book; `None` where the request is stored, or the book is not.
    pub book_files: Option<String>,
    /// Person who opened the plan.
    pub owner: String,
    /// Time at which it was opened.
    pub opened_at: DateTime<Utc>,
    /// Terms of the negotiation.
    pub terms: Terms,
    /// Rule of approvals.
    pub approval: ApprovalRule,
    /// The vendor's table of reviews; `None` for the default.
    pub review: Option<PurposeTable>,
}

/// State of a plan of record, as its events yield it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanState {
    /// Header of the plan; `None` before it is opened.
    pub header: Option<Header>,
    /// Stage.
    pub stage: Stage,
    /// Number of events.
    pub version: u64,
    /// Joint business plans by partner.
    pub business_plans: BTreeMap<String, BusinessPlan>,
    /// Lines by key.
    pub lines: BTreeMap<LineKey, Line>,
    /// Totals.
    pub totals: Totals,
    /// Level of the totals at the proposal: see [`PlanState::is_on_level`].
    pub(super) level: Money,
    /// Persons who changed the target.
    pub target_authors: BTreeSet<String>,
    /// Approvals of the total.
    pub total_approvals: Vec<Approval>,
}

impl Default for PlanState {
    /// Returns the state before the first event.
    fn default() -> Self {
        let zero = Money::zero(Currency::USD);
        let totals = Totals { target: None, reserve: zero, assigned: zero, proposed: zero };
        Self {
            business_plans: BTreeMap::new(),
            header: None,
            stage: Stage::Open,
            version: 0,
            lines: BTreeMap::new(),
            totals,
            level: zero,
            target_authors: BTreeSet::new(),
            total_approvals: Vec::new(),
        }
    }
}

impl PlanState {
    /// Returns the name of the plan; empty before it is opened.
    pub fn name(&self) -> &str {
        self.header.as_ref().map_or("", |header| &header.name)
    }

    /// True when lines and target are as far apart as in the proposal.
    pub fn is_on_level(&self) -> bool {
        self.level_now().is_ok_and(|level| level == self.level)
    }

    /// Returns lines minus target, or the lines without a target.
    pub(super) fn level_now(&self) -> Result<Money, MoneyError> {
        match self.totals.target {
            Some(target) => self.totals.assigned.minus(target),
            None => Ok(self.totals.assigned),
        }
    }

    /// Returns by how much the lines are above the level of the proposal; negative below it.
    pub fn off_level(&self) -> Result<Money, MoneyError> {
        self.level_now()?.minus(self.level)
    }

    /// Returns the digest of what an approval of the total binds to: target, reserve and the figure of every line.
    pub fn total_digest(&self) -> String {
        let amounts = [self.totals.target, Some(self.totals.reserve)];
        approval::total_digest(self.name(), amounts, self.lines.values().filter(|line| line.counts()))
    }

    /// True when the total needs an approval before the plan is locked: the rule asks for it, and the lines miss the
    /// level of the proposal.
    pub fn needs_total_approval(&self) -> bool {
        self.header.as_ref().is_some_and(|header| header.approval.off_level) && !self.is_on_level()
    }

    /// True when everyone has approved the total with the figures as they are.
    pub fn is_total_approved(&self) -> bool {
        self.open_total_steps().is_ok_and(|open| open.is_empty())
    }

    /// Returns the approvals that the total still needs, with the figures as they are.
    pub fn open_total_steps(&self) -> Result<Vec<ApprovalStep>, DecisionFault> {
        let Some(header) = &self.header else { return Ok(Vec::new()) };
        let steps = approval::total_steps(&header.approval, &self.totals)?;
        Ok(open_steps(&steps, &self.valid_total_approvals()).into_iter().cloned().collect())
    }

    /// Returns the approvals of the total with the figures as they are.
    pub fn valid_total_approvals(&self) -> Vec<&Approval> {
        let digest = self.total_digest();
        self.total_approvals.iter().filter(|approval| approval.digest == digest).collect()
    }

    /// Returns every approval that the funds of an activity need: as of the first one that was given.
    pub fn fund_steps(&self, activity: &ActivityState) -> Result<Vec<ApprovalStep>, DecisionFault> {
        match (&self.header, activity.activity.fund) {
            (Some(header), Some(fund)) if activity.approvals.is_empty() => {
                approval::fund_steps(&header.approval, fund, self.totals.target)
            }
            _ => Ok(activity.steps.clone()),
        }
    }

    /// Returns the approvals that the funds of an activity still need.
    pub fn open_fund_steps(&self, activity: &ActivityState) -> Result<Vec<ApprovalStep>, DecisionFault> {
        let steps = self.fund_steps(activity)?;
        Ok(open_steps(&steps, &activity.approvals.iter().collect::<Vec<_>>()).into_iter().cloned().collect())
    }

    /// Returns the lines of a partner that count, ascending by key.
    pub fn lines_of<'s>(&'s self, partner: &str) -> impl Iterator<Item = &'s Line> {
        self.lines.values().filter(move |line| line.key.partner_id == partner && line.counts())
    }

    /// Returns the figures of a partner's lines, which the business plan is signed with.
    pub fn figures_of(&self, partner: &str) -> Vec<(String, Money)> {
        self.lines_of(partner).map(|line| (line.key.to_string(), line.figure)).collect()
    }

    /// Returns the sum of a partner's figures in force; `None` without any.
    pub fn quota_in_force(&self, partner: &str) -> Option<Money> {
        let in_force = self.lines_of(partner).filter_map(|line| Some(line.figure_in_force()?.figure));
        Money::sum_known(in_force).ok().flatten()
    }

    /// Returns every approval that the figure of the line needs: as of the first one that was given.
    pub fn steps(&self, line: &Line) -> Result<Vec<ApprovalStep>, DecisionFault> {
        match &self.header {
            Some(header) if line.approvals.is_empty() => {
                approval::line_steps(&header.approval, line, self.totals.target)
            }
            _ => Ok(line.steps.clone()),
        }
    }

    /// Returns the approvals that the figure of the line still needs.
    pub fn open_steps(&self, line: &Line) -> Result<Vec<ApprovalStep>, DecisionFault> {
        let steps = self.steps(line)?;
        Ok(open_steps(&steps, &line.approvals.iter().collect::<Vec<_>>()).into_iter().cloned().collect())
    }

    /// Returns the number of lines in each state, in the order of the states; states without lines are left out.
    pub fn by_state(&self) -> Vec<(LineState, usize)> {
        let count = |state: LineState| self.lines.values().filter(|line| line.state == state).count();
        LineState::ALL.into_iter().map(|state| (state, count(state))).filter(|(_, lines)| *lines > 0).collect()
    }

    /// Returns the lines whose id is `text`, or that belong to the partner of that id.
    pub fn find(&self, text: &str) -> Vec<&Line> {
        let exact: Vec<&Line> = self.lines.values().filter(|line| line.key.to_string() == text).collect();
        if !exact.is_empty() {
            return exact;
        }
        self.lines.values().filter(|line| line.key.partner_id == text).collect()
    }
}
