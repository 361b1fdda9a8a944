//! Decisions about the plan as a whole: opening, distribution, silence, target, total, lock, end.

use super::command::Opening;
use super::event::EventBody;
use super::event::body::{
    Closed, Distributed, Escalated, Expired, LineDistributed, Locked, Opened, PlanLocked, Proposed, TargetChanged,
    TotalApproved,
};
use super::fault::LedgerFault;
use super::fold::total_authors;
use super::key::LineKey;
use super::line::Line;
use super::moved::Moved;
use super::refusal::Deciding;
use super::wire::date_of;
use super::words::{LineState, OnSilence, Stage, Step};
use crate::finding::Findings;
use crate::ledger::store::LEDGER_PLAN;
use crate::units::Money;
use std::collections::BTreeSet;

/// Longest name of a plan, in characters.
const LONGEST_NAME: usize = 60;

/// Returns the events that open a plan with the engine's proposal.
pub fn open(opening: &Opening) -> Result<Vec<EventBody>, Findings> {
    let mut findings = Findings::new();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = opening.name.clone();
    let is_taken = name.eq_ignore_ascii_case(LEDGER_PLAN);
    if is_taken
        || name.is_empty()
        || name.len() > LONGEST_NAME
        || !name.chars().all(is_plain)
        || name.starts_with(['-', '.'])
    {
        findings.push(LedgerFault::PlanName { name }.into());
    }
    if opening.lines.is_empty() {
        findings.push(LedgerFault::NoLines {}.into());
    }
    let mut keys = BTreeSet::new();
    for line in opening.lines.iter().filter(|line| !keys.insert(&line.line)) {
        findings.push(LedgerFault::ProposedTwice { line: line.line.to_string() }.into());
    }
    let currency = opening.reserve.currency();
    let figures = opening.lines.iter().map(|line| line.figure).chain(opening.target);
    if let Err(error) = Money::sum(currency, figures) {
        findings.push(LedgerFault::TotalRange { reason: error.to_string() }.into());
    }
    if findings.has_errors() {
        return Err(findings);
    }
    let mut lines = opening.lines.clone();
    lines.sort_by(|one, other| one.line.cmp(&other.line));
    let opened = Opened {
        name: opening.name.clone(),
        vendor: opening.vendor.clone(),
        period: opening.period.clone(),
        first_day: opening.first_day,
        last_day: opening.last_day,
        as_of: opening.as_of,
        currency: currency.code().to_owned(),
        revision: opening.revision.clone(),
        book: opening.book.clone(),
        asked_target: opening.asked_target,
        target: opening.target,
        reserve: opening.reserve,
        terms: opening.terms.clone(),
        approval: opening.approval.clone(),
        request: opening.request.clone(),
        facts: opening.facts.clone(),
        tables: opening.tables.clone(),
        book_files: opening.book_files.clone(),
        review: opening.review.clone(),
    };
    Ok(vec![EventBody::Opened(opened), EventBody::Proposed(Proposed { proposal: opening.proposal.clone(), lines })])
}

pub fn distribute(deciding: &mut Deciding<'_>, lines: &[LineKey]) {
    let mut managers = BTreeSet::new();
    for key in lines {
        let Some(line) = deciding.state.lines.get(key) else { continue };
        managers.extend(line.manager.clone());
        // Lines that are further on get a workbook as well, and stay where they are.
        if line.state == LineState::Proposed && deciding.line(key, Step::Distribute).is_some() {
            deciding.events.push(EventBody::LineDistributed(LineDistributed { line: key.clone() }));
        }
    }
    let managers = managers.into_iter().collect();
    deciding.events.push(EventBody::Distributed(Distributed { managers }));
}

pub fn apply_silence(deciding: &mut Deciding<'_>) {
    let today = date_of(deciding.at);
    let overdue: Vec<&Line> = deciding.state.lines.values().filter(|line| line.is_overdue(today)).collect();
    if overdue.is_empty() {
        deciding.refuse(LedgerFault::NothingOverdue {});
    }
    for line in overdue {
        let Some(reply_by) = line.reply_by else { continue };
        let key = line.key.clone();
        match deciding.header.terms.on_silence {
            OnSilence::Remind => {}
            OnSilence::Expire => deciding.events.push(EventBody::Expired(Expired { line: key, reply_by })),
            OnSilence::Escalate => {
                let reason = format!("no answer by {reply_by}");
                deciding.events.push(EventBody::Escalated(Escalated { line: key, reason, by_rule: true }));
            }
        }
    }
}

pub fn change_target(deciding: &mut Deciding<'_>, target: Money, reason: &str) {
    let key = LineKey { partner_id: "target".to_owned(), product_line: None, territory: None };
    let (figure, from) = (deciding.figure(&key, target), deciding.state.totals.target);
    if reason.trim().is_empty() {
        deciding.refuse(LedgerFault::NoReason { subject: "the target".to_owned(), line: None });
    }
    if from == Some(target) {
        deciding.refuse(LedgerFault::SameTarget {});
    }
    let Some(to) = figure else { return };
    deciding.events.push(EventBody::TargetChanged(TargetChanged { from, to, reason: reason.trim().to_owned() }));
}

pub fn approve_total(deciding: &mut Deciding<'_>, reason: &str, role: Option<&str>) {
    let (state, person) = (deciding.state, deciding.actor.person.clone());
    if !state.needs_total_approval() {
        deciding.refuse(LedgerFault::TotalOnLevel {});
        return;
    }
    let authors = total_authors(state);
    if authors.contains(&person) {
        deciding.refuse(LedgerFault::ApprovesOwnTotal { person, authors: authors.into_iter().collect() });
        return;
    }
    if state.valid_total_approvals().iter().any(|approval| approval.by == person) {
        deciding.refuse(LedgerFault::ApprovesTotalTwice { person });
        return;
    }
    let subject = "the total".to_owned();
    let step = match state.open_total_steps() {
        Ok(open) => deciding.step(subject, open, role),
        Err(fault) => {
            deciding.refuse(LedgerFault::Undecided { subject, reason: fault.to_string() });
            None
        }
    };
    let reason = deciding.reason(reason, Step::Approve, None).map(str::to_owned);
    let (Some(step), Some(reason)) = (step, reason) else { return };
    let step = Some(step).filter(|step| step.role.is_some());
    let (assigned, proposed) = (state.totals.assigned, state.totals.proposed);
    deciding.events.push(EventBody::TotalApproved(TotalApproved {
        digest: state.total_digest(),
        assigned,
        proposed,
        reason,
        step,
    }));
}

pub fn lock(deciding: &mut Deciding<'_>, lines: &[LineKey]) {
    let mut locked = BTreeSet::new();
    for key in lines {
        let Some(line) = deciding.line(key, Step::Lock) else { continue };
        locked.insert(key);
        let from = line.figure_in_force().map(|in_force| in_force.figure);
        let effective_from = line.effective_from.unwrap_or(deciding.header.first_day);
        let moved = Moved { line: key.clone(), from, to: line.figure, reason: agreed(line) };
        deciding.events.push(EventBody::Locked(Locked { moved, effective_from }));
    }
    let is_done = |line: &Line| !line.counts() || line.state == LineState::Locked || locked.contains(&line.key);
    let state = deciding.state;
    let open = state.lines.values().filter(|line| !is_done(line)).count();
    if deciding.findings.has_errors() {
        return;
    }
    if state.stage == Stage::Locked || open > 0 {
        if locked.is_empty() {
            deciding.refuse(LedgerFault::NothingToLock { plan: deciding.header.name.clone(), open });
        }
        return;
    }
    if state.needs_total_approval() && !state.is_total_approved() {
        match state.off_level() {
            Ok(off) if off.is_negative() => {
                deciding.refuse(LedgerFault::TotalNotApproved { by: format!("{} below", off.abs().to_grouped()) });
            }
            Ok(off) => deciding.refuse(LedgerFault::TotalNotApproved { by: format!("{} above", off.to_grouped()) }),
            Err(error) => deciding.refuse(LedgerFault::TotalRange { reason: error.to_string() }),
        }
    }
    deciding.events.push(EventBody::PlanLocked(PlanLocked { assigned: state.totals.assigned }));
}

/// Returns in words how the figure of an approved line came about: the reason of its lock.
fn agreed(line: &Line) -> String {
    let approvers: Vec<&str> = line.approvals.iter().map(|approval| approval.by.as_str()).collect();
    let approved = format!("approved by {}", approvers.join(" and "));
    match &line.acceptance {
        Some(acceptance) => format!(
            "accepted by {} in round {} on {}, {approved}",
            acceptance.partner,
            line.round,
            date_of(acceptance.at)
        ),
        None => format!("assigned without acceptance, {approved}"),
    }
}

pub fn close(deciding: &mut Deciding<'_>, reason: &str) {
    if reason.trim().is_empty() {
        deciding.refuse(LedgerFault::ReasonNeeded { step: "close".to_owned(), line: None });
    }
    if deciding.state.stage != Stage::Locked {
        let is_open = |line: &&Line| line.counts() && line.state != LineState::Locked;
        let open = deciding.state.lines.values().filter(is_open).count();
        let plan = deciding.header.name.clone();
        deciding.refuse(LedgerFault::NotLocked { plan, open });
    }
    deciding.events.push(EventBody::Closed(Closed { reason: reason.trim().to_owned() }));
}
