//! Folding: events yield the state. An event that the table of steps does not allow is refused.

use super::approval::{open_steps, subject_digest};
use super::event::body::{Amended, Approved, Locked, Opened, Proposed, Resolved};
use super::event::{EventBody, PlanEvent};
use super::fold_business::fold_business;
use super::fold_fault::FoldFault;
use super::line::{Acceptance, Approval, InForce, Line, Offer};
use super::moved::Moved;
use super::state::{Header, PlanState};
use super::transition::transition;
use super::words::{LineState, Side, Stage, Step};
use crate::units::{Currency, Money};
use std::collections::BTreeSet;

/// Applies one event to the state. On a fault the state is what it was.
pub fn fold(state: &mut PlanState, event: &PlanEvent) -> Result<(), FoldFault> {
    let stage = || FoldFault::Stage { number: event.number, kind: event.body.kind() };
    match (&event.body, &state.header) {
        (EventBody::Opened(_), None) => {}
        (EventBody::Opened(_), Some(_)) | (_, None) => return Err(stage()),
        _ if state.stage == Stage::Closed => return Err(stage()),
        _ => {}
    }
    if let Some((key, step)) = event.body.step() {
        fold_line(state, event, key, step)?;
    } else {
        fold_plan(state, event)?;
    }
    state.version += 1;
    Ok(())
}

/// Returns the state that the events of one plan yield, in their order.
pub fn replay<'e>(events: impl IntoIterator<Item = &'e PlanEvent>) -> Result<PlanState, FoldFault> {
    let mut state = PlanState::default();
    events.into_iter().try_for_each(|event| fold(&mut state, event)).map(|()| state)
}

fn fold_plan(state: &mut PlanState, event: &PlanEvent) -> Result<(), FoldFault> {
    let number = event.number;
    match &event.body {
        EventBody::Opened(body) => open(state, body, event)?,
        EventBody::Proposed(body) => propose(state, body, event)?,
        EventBody::TargetChanged(body) if body.from == state.totals.target && !body.reason.is_empty() => {
            state.totals.target = Some(body.to);
            state.target_authors.insert(event.actor.clone());
            state.total_approvals.clear();
        }
        EventBody::TargetChanged(_) => {
            return Err(FoldFault::Figure { number, line: "target".to_owned() });
        }
        EventBody::TotalApproved(body) => {
            if body.digest != state.total_digest() || total_authors(state).contains(&event.actor) {
                return Err(FoldFault::Approval { number, subject: "the total".to_owned() });
            }
            let (by, digest) = (event.actor.clone(), body.digest.clone());
            let role = body.step.as_ref().and_then(|step| step.role.clone());
            let is_second = state.valid_total_approvals().iter().any(|approval| approval.by == by);
            let open = state.open_total_steps().unwrap_or_default();
            if is_second || !open.iter().any(|step| step.role == role) {
                return Err(FoldFault::Approval { number, subject: "the total".to_owned() });
            }
            state.total_approvals.push(Approval { by, at: event.at, digest, role });
        }
        EventBody::PlanLocked(body) => {
            let is_done = |line: &Line| !line.counts() || line.state == LineState::Locked;
            if body.assigned != state.totals.assigned || !state.lines.values().all(is_done) {
                return Err(FoldFault::Figure { number, line: "total".to_owned() });
            }
            state.stage = Stage::Locked;
        }
        EventBody::Closed(_) => state.stage = Stage::Closed,
        // Workbooks have no partner and change nothing: what comes back does.
        _ => fold_business(state, event)?,
    }
    Ok(())
}

/// Persons who set a figure that differs from the proposal, or the target: none of them may approve the total.
pub fn total_authors(state: &PlanState) -> BTreeSet<String> {
    let changed = |line: &&Line| line.figure != line.proposed || !line.counts();
    let figures = state.lines.values().filter(changed).flat_map(|line| &line.authors);
    figures.chain(&state.target_authors).cloned().collect()
}

fn open(state: &mut PlanState, body: &Opened, event: &PlanEvent) -> Result<(), FoldFault> {
    let currency: Currency =
        body.currency.parse().map_err(|_| FoldFault::Figure { number: event.number, line: "currency".to_owned() })?;
    let zero = Money::zero(currency);
    state.header = Some(Header {
        name: body.name.clone(),
        vendor: body.vendor.clone(),
        period: body.period.clone(),
        first_day: body.first_day,
        last_day: body.last_day,
        as_of: body.as_of,
        currency,
        revision: body.revision.clone(),
        book: body.book.clone(),
        asked_target: body.asked_target,
        proposal: String::new(),
        request: body.request.clone(),
        facts: body.facts.clone(),
        tables: body.tables.clone(),
        book_files: body.book_files.clone(),
        opened_at: event.at,
        review: body.review.clone(),
        owner: event.actor.clone(),
        terms: body.terms.clone(),
        approval: body.approval.clone(),
    });
    state.totals.target = body.target;
    state.totals.reserve = body.reserve;
    (state.totals.assigned, state.totals.proposed) = (zero, zero);
    Ok(())
}

fn propose(state: &mut PlanState, body: &Proposed, event: &PlanEvent) -> Result<(), FoldFault> {
    let amount = |source| FoldFault::Amount { number: event.number, source };
    let stage = FoldFault::Stage { number: event.number, kind: event.body.kind() };
    let Some(header) = state.header.as_mut().filter(|_| state.lines.is_empty()) else { return Err(stage) };
    let sum = Money::sum(header.currency, body.lines.iter().map(|line| line.figure)).map_err(amount)?;
    header.proposal.clone_from(&body.proposal);
    let version = state.version + 1;
    for assigned in &body.lines {
        state.lines.insert(assigned.line.clone(), Line::new(assigned, &event.actor, version, event.at));
    }
    (state.totals.assigned, state.totals.proposed) = (sum, sum);
    state.level = state.level_now().map_err(amount)?;
    Ok(())
}

fn fold_line(state: &mut PlanState, event: &PlanEvent, key: &super::key::LineKey, step: Step) -> Result<(), FoldFault> {
    let number = event.number;
    let unknown = || FoldFault::UnknownLine { number, line: key.to_string() };
    let mut line = state.lines.get(key).cloned().ok_or_else(unknown)?;
    let before = if line.counts() { line.figure } else { Money::zero(line.figure.currency()) };
    let Some(to) = transition(line.state, step) else {
        return Err(FoldFault::OutOfTable { number, line: key.to_string(), state: line.state, step });
    };
    line.state = to;
    line.version += 1;
    line.at = event.at;
    line.changed = state.version + 1;
    let first_day = state.header.as_ref().map(|header| header.first_day);
    match &event.body {
        EventBody::Approved(body) => approve(&mut line, body, event, state)?,
        EventBody::Locked(body) => lock(&mut line, body, event, state)?,
        EventBody::Amended(body) => amend(&mut line, body, event)?,
        _ => negotiate(&mut line, event)?,
    }
    let after = if line.counts() { line.figure } else { Money::zero(line.figure.currency()) };
    let assigned = state.totals.assigned.plus(after).and_then(|sum| sum.minus(before));
    state.totals.assigned = assigned.map_err(|source| FoldFault::Amount { number, source })?;
    if line.state == LineState::Amended {
        state.stage = Stage::Open;
    }
    line.effective_from = line.effective_from.or(first_day.filter(|_| line.state == LineState::Locked));
    state.lines.insert(key.clone(), line);
    Ok(())
}

/// Takes the figure of an event: it follows from the one before, and a change has a reason.
fn take(line: &mut Line, moved: &Moved, event: &PlanEvent) -> Result<(), FoldFault> {
    let is_changed = moved.to != line.figure;
    if moved.from != Some(line.figure) || (is_changed && moved.reason.trim().is_empty()) {
        return Err(FoldFault::Figure { number: event.number, line: line.key.to_string() });
    }
    if is_changed {
        line.figure = moved.to;
        line.authors.clear();
    }
    line.authors.insert(event.actor.clone());
    forget_agreement(line);
    Ok(())
}

/// Takes back what was accepted and approved: it was about another version of the line.
fn forget_agreement(line: &mut Line) {
    line.acceptance = None;
    line.assigned = false;
    line.approvals.clear();
    line.counter = None;
    line.reply_by = None;
}

fn negotiate(line: &mut Line, event: &PlanEvent) -> Result<(), FoldFault> {
    let fault = || FoldFault::Figure { number: event.number, line: line.key.to_string() };
    match &event.body {
        EventBody::Offered(body) => {
            take(line, &body.moved, event)?;
            (line.round, line.reply_by) = (body.round, body.reply_by);
        }
        EventBody::Countered(body) => {
            if body.moved.from != Some(line.figure) || body.moved.reason.trim().is_empty() {
                return Err(fault());
            }
            line.reply_by = None;
            line.counter = Some(Offer {
                figure: body.moved.to,
                reason: body.moved.reason.clone(),
                by: body.by.clone().unwrap_or_else(|| event.actor.clone()),
                actor: event.actor.clone(),
                at: event.at,
            });
        }
        EventBody::Accepted(body) => {
            let counter = line.counter.clone();
            take(line, &body.moved, event)?;
            line.authors.extend(counter.filter(|_| body.side == Side::Vendor).map(|counter| counter.actor));
            line.acceptance = Some(Acceptance {
                figure: body.moved.to,
                partner: body.partner.clone(),
                actor: event.actor.clone(),
                side: body.side,
                at: event.at,
            });
        }
        EventBody::Resolved(Resolved { moved, assigned, reply_by }) => {
            take(line, moved, event)?;
            (line.assigned, line.reply_by) = (*assigned, *reply_by);
        }
        EventBody::Returned(_) => forget_agreement(line),
        EventBody::Escalated(_) | EventBody::Expired(_) => line.reply_by = None,
        EventBody::Withdrawn(body) if body.reason.trim().is_empty() || body.from != line.figure => return Err(fault()),
        EventBody::Withdrawn(body) => {
            let in_force = line.figure_in_force().cloned();
            if body.to != in_force.as_ref().map(|in_force| in_force.figure) {
                return Err(fault());
            }
            forget_agreement(line);
            line.authors.insert(event.actor.clone());
            if let Some(in_force) = in_force {
                line.state = LineState::Locked;
                (line.figure, line.assigned) = (in_force.figure, in_force.assigned);
                (line.acceptance, line.approvals, line.steps) =
                    (in_force.acceptance, in_force.approvals, in_force.steps);
                line.effective_from = Some(in_force.from);
            }
        }
        _ => {}
    }
    Ok(())
}

fn approve(line: &mut Line, body: &Approved, event: &PlanEvent, state: &PlanState) -> Result<(), FoldFault> {
    let is_first = line.approvals.is_empty();
    // Approvals of one figure bind to the version before the first of them.
    let version = if is_first { line.version - 1 } else { line.approved_version };
    let subject = Line { version, ..line.clone() };
    let is_own = line.authors.contains(&event.actor);
    let is_second = line.approvals.iter().any(|approval| approval.by == event.actor);
    let is_bound = body.digest == subject_digest(state.name(), &subject) && body.line_version == version;
    let steps = state.steps(line).unwrap_or_default();
    let is_asked = {
        let open = open_steps(&steps, &line.approvals.iter().collect::<Vec<_>>());
        usize::from(body.of) == steps.len() && open.iter().any(|step| step.role == body.role)
    };
    if is_own || is_second || !is_bound || !is_asked || body.figure != line.figure {
        return Err(FoldFault::Approval { number: event.number, subject: format!("line `{}`", line.key) });
    }
    line.approved_version = version;
    let (by, digest, role) = (event.actor.clone(), body.digest.clone(), body.role.clone());
    line.approvals.push(Approval { by, at: event.at, digest, role });
    line.steps = steps;
    if line.approvals.len() >= usize::from(body.of) {
        line.state = LineState::Approved;
    }
    Ok(())
}

fn lock(line: &mut Line, body: &Locked, event: &PlanEvent, state: &PlanState) -> Result<(), FoldFault> {
    let number = event.number;
    let subject = Line { version: line.approved_version, ..line.clone() };
    let digest = subject_digest(state.name(), &subject);
    let valid: Vec<&Approval> = line.approvals.iter().filter(|approval| approval.digest == digest).collect();
    if line.steps.is_empty() || !open_steps(&line.steps, &valid).is_empty() {
        return Err(FoldFault::Approval { number, subject: format!("line `{}`", line.key) });
    }
    let in_force = line.figure_in_force().map(|in_force| in_force.figure);
    let has_reason = in_force == Some(line.figure) || !body.moved.reason.trim().is_empty();
    if body.moved.to != line.figure || body.moved.from != in_force || !has_reason {
        return Err(FoldFault::Figure { number, line: line.key.to_string() });
    }
    line.in_force.push(InForce {
        figure: line.figure,
        from: body.effective_from,
        assigned: line.assigned,
        acceptance: line.acceptance.clone(),
        approvals: line.approvals.clone(),
        steps: line.steps.clone(),
        at: event.at,
    });
    line.effective_from = Some(body.effective_from);
    Ok(())
}

fn amend(line: &mut Line, body: &Amended, event: &PlanEvent) -> Result<(), FoldFault> {
    take(line, &body.moved, event)?;
    line.round = 0;
    line.effective_from = Some(body.effective_from);
    Ok(())
}
