//! Decisions about lines: offers, counters, acceptance, escalation, approval, amendment, withdrawal.

use super::approval::subject_digest;
use super::approval_step::ApprovalStep;
use super::command::{Change, Counter};
use super::event::EventBody;
use super::event::body::{Accepted, Amended, Approved, Countered, Escalated, Explained, Offered, Resolved, Withdrawn};
use super::fault::LedgerFault;
use super::key::LineKey;
use super::line::Line;
use super::moved::Moved;
use super::refusal::Deciding;
use super::wire::date_of;
use super::words::{AmendmentCode, LineState, Side, Step};
use crate::units::{Money, Month};
use chrono::{Days, NaiveDate};

/// Returns the movement to `figure`; a changed figure needs a reason.
fn moved(deciding: &mut Deciding<'_>, line: &Line, figure: Money, reason: &str) -> Option<Moved> {
    let (to, reason) = (deciding.figure(&line.key, figure)?, reason.trim());
    if to != line.figure && reason.is_empty() {
        deciding.refuse(no_reason(line));
        return None;
    }
    Some(Moved { line: line.key.clone(), from: Some(line.figure), to, reason: reason.to_owned() })
}

fn no_reason(line: &Line) -> LedgerFault {
    let line = line.key.to_string();
    LedgerFault::NoReason { subject: format!("the figure of line `{line}`"), line: Some(line) }
}

/// Returns the last date to answer an offer of today under the terms of the plan.
fn last_day_to_answer(deciding: &Deciding<'_>) -> Option<NaiveDate> {
    let days = u64::from(deciding.header.terms.reply_within_days);
    date_of(deciding.at).checked_add_days(Days::new(days))
}

pub fn offer(deciding: &mut Deciding<'_>, lines: &[Change], reply_by: Option<NaiveDate>) {
    let reply_by = reply_by.or_else(|| last_day_to_answer(deciding));
    for change in lines {
        let Some(line) = deciding.line(&change.line, Step::Offer) else { continue };
        let figure = change.figure.unwrap_or(line.figure);
        let Some(moved) = moved(deciding, line, figure, &change.reason) else { continue };
        deciding.events.push(EventBody::Offered(Offered { moved, round: line.round + 1, reply_by }));
    }
}

pub fn counter(deciding: &mut Deciding<'_>, lines: &[Counter], by: Option<&String>, evidence: &[String]) {
    for asked in lines {
        let Some(line) = deciding.line(&asked.line, Step::Counter) else { continue };
        let overdue = line.is_overdue(date_of(deciding.at)).then_some(line.reply_by).flatten();
        if let Some(reply_by) = overdue {
            deciding.refuse(LedgerFault::Overdue { line: line.key.to_string(), reply_by: reply_by.to_string() });
            continue;
        }
        let Some(to) = deciding.figure(&line.key, asked.figure) else { continue };
        if to == line.figure {
            let (line, figure) = (line.key.to_string(), to.to_grouped());
            deciding.refuse(LedgerFault::SameFigure { line, figure });
            continue;
        }
        let reason = asked.reason.trim().to_owned();
        if reason.is_empty() {
            deciding.refuse(no_reason(line));
            continue;
        }
        let moved = Moved { line: line.key.clone(), from: Some(line.figure), to, reason };
        let (code, by, evidence) = (asked.code, by.cloned(), evidence.to_vec());
        deciding.events.push(EventBody::Countered(Countered { moved, round: line.round, code, by, evidence }));
        let rounds = deciding.header.terms.rounds;
        if line.round >= rounds {
            let reason = format!("round {} of {rounds} ended without an agreement", line.round);
            let line = line.key.clone();
            deciding.events.push(EventBody::Escalated(Escalated { line, reason, by_rule: true }));
        }
    }
}

pub fn accept(deciding: &mut Deciding<'_>, lines: &[LineKey], by: Option<&String>, reason: &str, evidence: &[String]) {
    for key in lines {
        let Some(line) = deciding.line(key, Step::Accept) else { continue };
        let accepted = match &line.counter {
            Some(counter) if line.state == LineState::Countered => {
                let reason = if reason.trim().is_empty() { &counter.reason } else { reason };
                let moved = moved(deciding, line, counter.figure, reason);
                moved.map(|moved| (moved, Side::Vendor, counter.by.clone()))
            }
            _ => accept_offer(deciding, line, by, reason),
        };
        let Some((moved, side, partner)) = accepted else { continue };
        let evidence = evidence.to_vec();
        deciding.events.push(EventBody::Accepted(Accepted { moved, side, partner, evidence }));
    }
}

/// The partner accepts what was offered: in time, and through a person who did not offer it.
fn accept_offer(
    deciding: &mut Deciding<'_>,
    line: &Line,
    by: Option<&String>,
    reason: &str,
) -> Option<(Moved, Side, String)> {
    let person = deciding.actor.person.clone();
    if let Some(reply_by) = line.reply_by.filter(|_| line.is_overdue(date_of(deciding.at))) {
        deciding.refuse(LedgerFault::Overdue { line: line.key.to_string(), reply_by: reply_by.to_string() });
        return None;
    }
    let partner = by.cloned().unwrap_or_else(|| person.clone());
    if line.authors.contains(&partner) {
        deciding.refuse(LedgerFault::AcceptsOwn { line: line.key.to_string(), person: partner });
        return None;
    }
    moved(deciding, line, line.figure, reason).map(|moved| (moved, Side::Partner, partner))
}

pub fn escalate(deciding: &mut Deciding<'_>, lines: &[LineKey], reason: &str) {
    let Some(reason) = deciding.reason(reason, Step::Escalate, None).map(str::to_owned) else { return };
    for key in lines {
        let Some(line) = deciding.line(key, Step::Escalate) else { continue };
        let (line, reason) = (line.key.clone(), reason.clone());
        deciding.events.push(EventBody::Escalated(Escalated { line, reason, by_rule: false }));
    }
}

pub fn resolve(deciding: &mut Deciding<'_>, lines: &[Change], assign: bool) {
    let step = if assign { Step::Assign } else { Step::Resolve };
    let reply_by = if assign { None } else { last_day_to_answer(deciding) };
    for change in lines {
        let Some(line) = deciding.line(&change.line, step) else { continue };
        if deciding.reason(&change.reason, step, Some(&line.key)).is_none() {
            continue;
        }
        let figure = change.figure.unwrap_or(line.figure);
        let Some(moved) = moved(deciding, line, figure, &change.reason) else { continue };
        deciding.events.push(EventBody::Resolved(Resolved { moved, assigned: assign, reply_by }));
    }
}

pub fn approve(deciding: &mut Deciding<'_>, lines: &[LineKey], note: &str, role: Option<&str>) {
    let person = deciding.actor.person.clone();
    for key in lines {
        let Some(line) = deciding.line(key, Step::Approve) else { continue };
        let name = line.key.to_string();
        if line.authors.contains(&person) {
            let (authors, person) = (line.authors.iter().cloned().collect(), person.clone());
            deciding.refuse(LedgerFault::ApprovesOwn { line: name, person, authors });
            continue;
        }
        if line.approvals.iter().any(|approval| approval.by == person) {
            deciding.refuse(LedgerFault::ApprovesTwice { line: name, person: person.clone() });
            continue;
        }
        let line_version = if line.approvals.is_empty() { line.version } else { line.approved_version };
        let subject = Line { version: line_version, ..line.clone() };
        let Some((step, of)) = step(deciding, line, role) else { continue };
        deciding.events.push(EventBody::Approved(Approved {
            line: line.key.clone(),
            figure: line.figure,
            line_version,
            digest: subject_digest(&deciding.header.name, &subject),
            step: u8::try_from(line.approvals.len()).unwrap_or(u8::MAX).saturating_add(1),
            of: u8::try_from(of).unwrap_or(u8::MAX),
            because: step.because,
            note: note.trim().to_owned(),
            role: step.role,
            rows: step.rows,
        }));
    }
}

/// Returns the step that an approval in `role` is for, and the number of all steps.
fn step(deciding: &mut Deciding<'_>, line: &Line, role: Option<&str>) -> Option<(ApprovalStep, usize)> {
    let name = format!("line `{}`", line.key);
    let found = deciding.state.steps(line).and_then(|steps| Ok((deciding.state.open_steps(line)?, steps.len())));
    match found {
        Ok((open, of)) => deciding.step(name, open, role).map(|step| (step, of)),
        Err(fault) => {
            deciding.refuse(LedgerFault::Undecided { subject: name, reason: fault.to_string() });
            None
        }
    }
}

pub fn send_back(deciding: &mut Deciding<'_>, lines: &[LineKey], reason: &str) {
    let Some(reason) = deciding.reason(reason, Step::Return, None).map(str::to_owned) else { return };
    for key in lines {
        let Some(line) = deciding.line(key, Step::Return) else { continue };
        let (line, reason) = (line.key.clone(), reason.clone());
        deciding.events.push(EventBody::Returned(Explained { line, reason }));
    }
}

pub fn amend(deciding: &mut Deciding<'_>, lines: &[Change], effective_from: NaiveDate, code: AmendmentCode) {
    let (first_day, last) = (deciding.header.first_day, deciding.header.last_day);
    let first = Month::of(date_of(deciding.at)).first_day().max(first_day);
    if effective_from < first || effective_from > last {
        let (date, first, last) = (effective_from.to_string(), first.to_string(), last.to_string());
        deciding.refuse(LedgerFault::EffectiveDate { date, first, last });
    }
    for change in lines {
        let Some(line) = deciding.line(&change.line, Step::Amend) else { continue };
        if deciding.reason(&change.reason, Step::Amend, Some(&line.key)).is_none() {
            continue;
        }
        let current = line.figure_in_force().map(|in_force| in_force.from);
        if let Some(current) = current.filter(|current| *current > effective_from) {
            let (line, date) = (line.key.to_string(), effective_from.to_string());
            deciding.refuse(LedgerFault::EffectiveBefore { line, date, current: current.to_string() });
            continue;
        }
        let Some(figure) = change.figure else {
            deciding.refuse(LedgerFault::NoFigure { line: line.key.to_string() });
            continue;
        };
        let Some(moved) = moved(deciding, line, figure, &change.reason) else { continue };
        deciding.events.push(EventBody::Amended(Amended { moved, effective_from, code }));
    }
}

pub fn withdraw(deciding: &mut Deciding<'_>, lines: &[LineKey], reason: &str) {
    let Some(reason) = deciding.reason(reason, Step::Withdraw, None).map(str::to_owned) else { return };
    for key in lines {
        let Some(line) = deciding.line(key, Step::Withdraw) else { continue };
        let to = line.figure_in_force().map(|in_force| in_force.figure);
        let (from, line, reason) = (line.figure, line.key.clone(), reason.clone());
        deciding.events.push(EventBody::Withdrawn(Withdrawn { line, from, to, reason }));
    }
}
