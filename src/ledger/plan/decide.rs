//! Deciding: a command and the state of the plan yield events, or every reason why not.

use super::command::{Actor, Command};
use super::decide_business;
use super::decide_line as line;
use super::decide_plan as plan;
use super::event::{EventBody, PlanEvent};
use super::fault::LedgerFault;
use super::fold::fold;
use super::refusal::Deciding;
use super::state::PlanState;
use super::words::Stage;
use crate::finding::{Finding, Findings};
use chrono::{DateTime, Utc};

/// Returns the events of a command; nothing but the arguments matters.
///
/// Fails with all findings at once. The command is whole or not at all: one refused line refuses it.
pub fn decide(
    state: &PlanState,
    command: &Command,
    actor: &Actor,
    at: DateTime<Utc>,
) -> Result<Vec<EventBody>, Findings> {
    let header = match (&state.header, command) {
        (None, Command::Open(opening)) => return plan::open(opening),
        (Some(header), Command::Open(_)) => {
            return Err(Finding::from(LedgerFault::PlanExists { plan: header.name.clone() }).into());
        }
        (None, _) => {
            return Err(Finding::from(LedgerFault::UnknownPlan { plan: String::new(), near: None }).into());
        }
        (Some(header), _) => header,
    };
    if state.stage == Stage::Closed {
        return Err(Finding::from(LedgerFault::Closed { plan: header.name.clone() }).into());
    }
    let mut deciding = Deciding::new(state, header, actor, at);
    match command {
        Command::Open(_) => {}
        Command::Distribute { lines } => plan::distribute(&mut deciding, lines),
        Command::Offer { lines, reply_by } => line::offer(&mut deciding, lines, *reply_by),
        Command::Counter { lines, by, evidence } => line::counter(&mut deciding, lines, by.as_ref(), evidence),
        Command::Accept { lines, by, reason, evidence } => {
            line::accept(&mut deciding, lines, by.as_ref(), reason, evidence);
        }
        Command::Escalate { lines, reason } => line::escalate(&mut deciding, lines, reason),
        Command::Resolve { lines, assign } => line::resolve(&mut deciding, lines, *assign),
        Command::Approve { lines, note, role } => line::approve(&mut deciding, lines, note, role.as_deref()),
        Command::ApproveTotal { reason, role } => plan::approve_total(&mut deciding, reason, role.as_deref()),
        Command::Return { lines, reason } => line::send_back(&mut deciding, lines, reason),
        Command::Lock { lines } => plan::lock(&mut deciding, lines),
        Command::Amend { lines, effective_from, code } => line::amend(&mut deciding, lines, *effective_from, *code),
        Command::Withdraw { lines, reason } => line::withdraw(&mut deciding, lines, reason),
        Command::ApplySilence {} => plan::apply_silence(&mut deciding),
        Command::ChangeTarget { target, reason } => plan::change_target(&mut deciding, *target, reason),
        Command::BusinessPlan { partner_id, changes } => decide_business::change(&mut deciding, partner_id, changes),
        Command::Close { reason } => plan::close(&mut deciding, reason),
    }
    deciding.done()
}

/// Returns the events of several commands, each decided on the state that those before it yield; all or nothing.
///
/// A command that is refused does not hide what refuses those after it. Fails with the findings of all of them.
pub fn decide_all(
    state: &PlanState,
    commands: &[Command],
    actor: &Actor,
    at: DateTime<Utc>,
) -> Result<Vec<EventBody>, Findings> {
    let mut next = state.clone();
    let (mut all, mut findings) = (Vec::new(), Findings::new());
    for command in commands {
        match decide(&next, command, actor, at) {
            Ok(events) => {
                for body in events {
                    let event = PlanEvent { number: next.version + 1, actor: actor.person.clone(), at, body };
                    if let Err(fault) = fold(&mut next, &event) {
                        findings.push(LedgerFault::NotInOrder { reason: fault.to_string() }.into());
                    }
                    all.push(event.body);
                }
            }
            Err(refused) => findings.extend(refused),
        }
    }
    if findings.has_errors() { Err(findings) } else { Ok(all) }
}
