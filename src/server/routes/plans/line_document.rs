//! Documents about lines, as far as a person sees them. `null` is "not known" or "not shown".

use crate::ledger::plan::{ApprovalStep, Line, LineKey, LineState, PlanState, Step, possible};
use crate::ledger::view::{SeenLine, View};
use crate::server::http::query::cursor_of;
use crate::units::{Money, plain};
use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::Serialize;

/// A page of lines.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanLines")]
pub struct LinesDocument {
    /// Name of the plan.
    pub plan: String,
    /// Version of the plan.
    pub version: u64,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// Lines, ascending by partner, product line, territory.
    pub lines: Vec<LineDocument>,
    /// Value of `after` for the next page; null at the end.
    pub next: Option<String>,
}

/// A line of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanLine")]
pub struct LineDocument {
    /// Id of the line.
    line: String,
    /// Partner id.
    partner_id: String,
    /// Product line; null at a grain without.
    product_line: Option<String>,
    /// Territory; null at a grain without.
    territory: Option<String>,
    /// Name of the partner.
    partner_name: String,
    /// Account manager; null without one.
    account_manager: Option<String>,
    /// State of the negotiation, as the person sees it.
    state: LineState,
    /// Steps that the state allows; which of them the person may take is in the session.
    steps: Vec<Step>,
    /// Round of the negotiation; 0 before the first offer.
    round: u32,
    /// Figure of the engine; null for a partner.
    proposed: Option<Money>,
    /// Figure of the vendor: proposed, offered, agreed or assigned.
    figure: Money,
    /// Figure ÷ proposal − 1; null for a partner, and where the proposal is zero.
    change: Option<String>,
    /// Figure that the partner asks for; null unless a counter is open.
    asked: Option<Money>,
    /// Last date to answer; null without an open offer.
    #[schemars(extend("format" = "date"))]
    reply_by: Option<String>,
    /// Person who accepted for the partner; null without an acceptance.
    accepted_by: Option<String>,
    /// Time of the acceptance.
    #[schemars(extend("format" = "date-time"))]
    accepted_at: Option<String>,
    /// True when the figure is assigned without the partner's acceptance.
    is_assigned: bool,
    /// Persons who approved the figure; null for a partner.
    approved_by: Option<Vec<String>>,
    /// Approvals that the figure needs; null for a partner.
    approvals_needed: Option<usize>,
    /// Approvals that the figure needs, with the reason of each; null for a partner.
    approvals: Option<Vec<ApprovalDocument>>,
    /// Figure in force; null before the first lock.
    in_force: Option<Money>,
    /// Date from which it is in force.
    #[schemars(extend("format" = "date"))]
    in_force_from: Option<String>,
    /// Version of the plan with the last event of the line.
    changed: u64,
    /// Time of that event.
    #[schemars(extend("format" = "date-time"))]
    at: String,
}

/// One approval that a figure needs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanApproval")]
pub struct ApprovalDocument {
    /// Role that the vendor's table names; null for any person who did not set the figure.
    role: Option<String>,
    /// Reason.
    because: String,
    /// Rows of the vendor's table, as a spreadsheet counts them; empty without a table.
    rows: Vec<u64>,
    /// Person who approved; null while it is open.
    approved_by: Option<String>,
}

impl ApprovalDocument {
    /// Returns the approvals that the figure needs, each with the person who gave it.
    fn of(state: &PlanState, line: &Line) -> Vec<Self> {
        let mut given: Vec<_> = line.approvals.iter().collect();
        let document = |ApprovalStep { role, because, rows }: ApprovalStep| {
            let at = given.iter().position(|approval| approval.role == role);
            let approved_by = at.map(|at| given.remove(at).by.clone());
            Self { role, because, rows, approved_by }
        };
        state.steps(line).unwrap_or_default().into_iter().map(document).collect()
    }
}

/// Returns a time in milliseconds, UTC.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Returns the steps that the state allows; of a partner those of the partner, who does not accept an own counter.
fn steps(seen: SeenLine<'_>) -> Vec<Step> {
    let (state, is_partner) = (seen.state(), seen.partner.is_some());
    let is_open = |step: &Step| match step {
        Step::Accept => !is_partner || state != LineState::Countered,
        Step::Counter | Step::Escalate => true,
        _ => !is_partner,
    };
    possible(state).into_iter().filter(is_open).collect()
}

impl LineDocument {
    /// Returns the line as a person sees it.
    pub fn new(view: &View<'_>, seen: SeenLine<'_>) -> Self {
        let line = seen.line;
        let is_vendor = seen.partner.is_none();
        let acceptance = line.acceptance.as_ref().map(|accepted| (accepted.partner.clone(), accepted.at));
        let in_force = line.figure_in_force().map(|in_force| (in_force.figure, in_force.from));
        let asked = line.counter.as_ref().map(|counter| counter.figure);
        let (accepted, in_force) = match seen.partner {
            Some(partner) => (partner.accepted.clone(), partner.in_force),
            None => (acceptance, in_force),
        };
        let approvals = is_vendor.then(|| ApprovalDocument::of(&view.plan().state, line));
        Self {
            line: line.key.to_string(),
            partner_id: line.key.partner_id.clone(),
            product_line: line.key.product_line.clone(),
            territory: line.key.territory.clone(),
            partner_name: line.partner_name.clone(),
            account_manager: line.manager.clone(),
            state: seen.state(),
            steps: steps(seen),
            round: seen.partner.map_or(line.round, |partner| partner.round),
            proposed: is_vendor.then_some(line.proposed),
            figure: seen.partner.map_or(line.figure, |partner| partner.figure),
            change: line.change().filter(|_| is_vendor).map(plain),
            asked: seen.partner.map_or(asked, |partner| partner.asked),
            reply_by: seen.partner.map_or(line.reply_by, |partner| partner.reply_by).map(|date| date.to_string()),
            accepted_by: accepted.as_ref().map(|(by, _)| by.clone()),
            accepted_at: accepted.map(|(_, at)| time(at)),
            is_assigned: seen.partner.map_or(line.assigned, |partner| partner.assigned),
            approved_by: is_vendor.then(|| line.approvals.iter().map(|approval| approval.by.clone()).collect()),
            approvals_needed: approvals.as_ref().map(Vec::len),
            approvals,
            in_force: in_force.map(|(figure, _)| figure),
            in_force_from: in_force.map(|(_, from)| from.to_string()),
            changed: view.changed(seen),
            at: time(seen.partner.map_or(line.at, |partner| partner.at)),
        }
    }
}

impl LinesDocument {
    /// Returns a page of lines; `is_meant` says which.
    pub fn new(
        view: &View<'_>,
        after: Option<&LineKey>,
        limit: usize,
        is_meant: impl Fn(&SeenLine<'_>) -> bool,
    ) -> Self {
        let currency = view.plan().state.header.as_ref().map(|header| header.currency.code().to_owned());
        let mut page: Vec<SeenLine<'_>> = view.lines(after).filter(|seen| is_meant(seen)).take(limit + 1).collect();
        let is_end = page.len() <= limit;
        page.truncate(limit);
        let next = page.last().filter(|_| !is_end).map(|seen| cursor_of(&seen.line.key));
        Self {
            plan: view.plan().name.clone(),
            version: view.version(),
            currency: currency.unwrap_or_default(),
            lines: page.into_iter().map(|seen| LineDocument::new(view, seen)).collect(),
            next,
        }
    }
}
