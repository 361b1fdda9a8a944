//! A decision in the making: the events so far, and everything that refuses the command.

use super::approval_step::ApprovalStep;
use super::command::Actor;
use super::event::EventBody;
use super::fault::LedgerFault;
use super::key::LineKey;
use super::line::Line;
use super::state::{Header, PlanState};
use super::transition::{possible, transition};
use super::words::Step;
use crate::finding::{Findings, did_you_mean};
use crate::units::Money;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Lines that a misspelt id is compared with.
const MAX_COMPARED: usize = 20_000;

/// A decision while it is made.
pub struct Deciding<'d> {
    /// State that the command is about.
    pub state: &'d PlanState,
    /// Header of the plan.
    pub header: &'d Header,
    /// Person who gives the command.
    pub actor: &'d Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
    /// Events so far.
    pub events: Vec<EventBody>,
    /// Reasons to refuse the command.
    pub findings: Findings,
    named: BTreeSet<LineKey>,
}

impl<'d> Deciding<'d> {
    /// Returns the beginning of a decision.
    pub fn new(state: &'d PlanState, header: &'d Header, actor: &'d Actor, at: DateTime<Utc>) -> Self {
        let (events, findings, named) = (Vec::new(), Findings::new(), BTreeSet::new());
        Self { state, header, actor, at, events, findings, named }
    }

    /// Adds a reason to refuse the command.
    pub fn refuse(&mut self, fault: LedgerFault) {
        self.findings.push(fault.into());
    }

    /// Returns the line of that key if it can take the step; otherwise the reason is noted.
    pub fn line(&mut self, key: &LineKey, step: Step) -> Option<&'d Line> {
        if !self.named.insert(key.clone()) {
            self.refuse(LedgerFault::LineTwice { line: key.to_string() });
            return None;
        }
        let Some(line) = self.state.lines.get(key) else {
            self.refuse(unknown_line(self.state, &key.to_string()));
            return None;
        };
        if transition(line.state, step).is_none() {
            let possible = possible(line.state);
            self.refuse(LedgerFault::Step { line: key.to_string(), state: line.state, step, possible });
            return None;
        }
        Some(line)
    }

    /// Returns `figure` if it is an amount of the plan's currency; otherwise the reason is noted.
    pub fn figure(&mut self, line: &LineKey, figure: Money) -> Option<Money> {
        let (expected, line) = (self.header.currency, line.to_string());
        if figure.currency() != expected {
            let (currency, expected) = (figure.currency().to_string(), expected.to_string());
            self.refuse(LedgerFault::OtherCurrency { line, currency, expected });
            return None;
        }
        let is_amount = !figure.is_negative() && figure.rounded() == figure && figure.to_minor().is_ok();
        if !is_amount {
            self.refuse(LedgerFault::Figure { line, figure: figure.to_string(), currency: expected.to_string() });
        }
        is_amount.then_some(figure)
    }

    /// Returns the step of those that are open which an approval in `role` is for; the first one without a role.
    pub fn step(&mut self, subject: String, open: Vec<ApprovalStep>, role: Option<&str>) -> Option<ApprovalStep> {
        let is_meant = |step: &&ApprovalStep| role.is_none() || step.role.as_deref() == role;
        let found = open.iter().find(is_meant).cloned();
        if found.is_none() {
            let open = open.into_iter().filter_map(|step| step.role).collect();
            let role = role.unwrap_or_default().to_owned();
            self.refuse(LedgerFault::NoStep { subject, role, open });
        }
        found
    }

    /// Returns `reason` unless it is empty; then it is noted that `step` needs one.
    pub fn reason<'r>(&mut self, reason: &'r str, step: Step, line: Option<&LineKey>) -> Option<&'r str> {
        let reason = reason.trim();
        if reason.is_empty() {
            self.refuse(LedgerFault::ReasonNeeded { step: step.to_string(), line: line.map(LineKey::to_string) });
        }
        Some(reason).filter(|reason| !reason.is_empty())
    }

    /// Returns the events, or everything that refuses the command.
    pub fn done(self) -> Result<Vec<EventBody>, Findings> {
        if self.findings.has_errors() { Err(self.findings) } else { Ok(self.events) }
    }
}

/// Returns the fault of a line that the plan does not have, with the most similar id.
pub fn unknown_line(state: &PlanState, text: &str) -> LedgerFault {
    let ids: Vec<String> = state.lines.keys().take(MAX_COMPARED).map(LineKey::to_string).collect();
    let near = did_you_mean(text, ids.iter().map(String::as_str)).map(str::to_owned);
    LedgerFault::UnknownLine { line: text.to_owned(), near }
}
