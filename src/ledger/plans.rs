//! Plans of record in a ledger: read from their events, and moved on by commands.

use super::plan::{Actor, Command, EventBody, LedgerFault, PlanEvent, PlanState, decide_all, fold, replay};
use super::store::{Act, Event, Head, NewEvent, Store};
use crate::finding::{Finding, Findings, did_you_mean};
use chrono::{DateTime, SubsecRound, Utc};

/// Digits of the seconds that the ledger records.
const MILLISECONDS: u16 = 3;

/// A plan as it was read: its events, and the state that they yield.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Name of the plan.
    pub name: String,
    /// State after the events.
    pub state: PlanState,
    /// Events, in order.
    pub events: Vec<PlanEvent>,
}

/// Outcome of commands that were recorded.
#[derive(Debug, Clone)]
pub struct Given {
    /// State after the commands.
    pub state: PlanState,
    /// Events that the commands added.
    pub events: Vec<PlanEvent>,
    /// End of the ledger with these events.
    pub head: Head,
}

/// Reads a plan of the ledger.
pub fn load(store: &Store, name: &str) -> Result<Loaded, Findings> {
    let loaded = load_or_new(store, name)?;
    if !loaded.events.is_empty() {
        return Ok(loaded);
    }
    let plans = store.plans().map_err(Finding::from)?;
    let near = did_you_mean(name, plans.iter().map(|head| head.plan.as_str())).map(str::to_owned);
    Err(Finding::from(LedgerFault::UnknownPlan { plan: name.to_owned(), near }).into())
}

/// Reads a plan of the ledger; a plan without events is one that is to be opened.
pub fn load_or_new(store: &Store, name: &str) -> Result<Loaded, Findings> {
    let stored = store.events(name, 0).map_err(Finding::from)?;
    let events: Vec<PlanEvent> = stored.iter().map(read).collect::<Result<_, _>>()?;
    let state = replay(&events).map_err(|fault| not_in_order(&fault))?;
    Ok(Loaded { name: name.to_owned(), state, events })
}

fn read(event: &Event) -> Result<PlanEvent, Findings> {
    let body = EventBody::from_json(&event.kind, &event.body).map_err(|fault| not_in_order(&fault))?;
    Ok(PlanEvent { number: event.number, actor: event.act.actor.clone(), at: event.act.at, body })
}

fn not_in_order(fault: &dyn std::error::Error) -> Findings {
    Finding::from(LedgerFault::NotInOrder { reason: fault.to_string() }).into()
}

/// Decides commands on the plan as it was read, and records their events: all or none.
///
/// Fails with every reason for which a command is refused, or when the plan has changed since it was read.
pub fn give(
    store: &mut Store,
    loaded: &Loaded,
    commands: &[Command],
    actor: &Actor,
    at: DateTime<Utc>,
) -> Result<Given, Findings> {
    let at = at.trunc_subsecs(MILLISECONDS);
    let bodies = decide_all(&loaded.state, commands, actor, at)?;
    let mut names: Vec<&str> = commands.iter().map(Command::name).collect();
    names.dedup();
    let act = Act { actor: actor.person.clone(), at, command: format!("plan.{}", names.join("+")), reason: None };
    let new = |body: &EventBody| Ok(NewEvent { kind: body.kind(), body: body.to_json()? });
    let events: Vec<NewEvent> =
        bodies.iter().map(new).collect::<Result<_, super::plan::EventFault>>().map_err(|fault| not_in_order(&fault))?;
    if events.is_empty() {
        return Ok(Given {
            state: loaded.state.clone(),
            events: Vec::new(),
            head: store.head().map_err(Finding::from)?,
        });
    }
    let appended = store.append(&loaded.name, loaded.state.version, &act, &events, None).map_err(Finding::from)?;
    let mut state = loaded.state.clone();
    let mut events = Vec::with_capacity(bodies.len());
    for (number, body) in (appended.first..).zip(bodies) {
        let event = PlanEvent { number, actor: actor.person.clone(), at, body };
        fold(&mut state, &event).map_err(|fault| not_in_order(&fault))?;
        events.push(event);
    }
    Ok(Given { state, events, head: appended.head })
}
