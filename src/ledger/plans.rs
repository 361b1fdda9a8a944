//! Plans of record in a ledger: read from their events, and moved on by commands.

use super::canonical::has_steering;
use super::plan::{Actor, Command, EventBody, LedgerFault, PlanEvent, PlanState, decide_all, fold, replay};
use super::store::{Act, Event, Head, KeyedAppend, NewEvent, Store, StoreFault};
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
    /// True when they were given before with the same key, and nothing was added now.
    pub is_repeated: bool,
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
    let mut loaded = Loaded::new(name);
    loaded.follow(store).map(|()| loaded)
}

impl Loaded {
    /// Returns a plan of which nothing was read yet.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), state: PlanState::default(), events: Vec::new() }
    }

    /// Reads what was recorded since.
    pub fn follow(&mut self, store: &Store) -> Result<(), Findings> {
        let news = self.news(store)?;
        self.take(news)
    }

    /// Returns the events that were recorded since.
    pub fn news(&self, store: &Store) -> Result<Vec<PlanEvent>, Findings> {
        store.events(&self.name, self.state.version).map_err(Finding::from)?.iter().map(read).collect()
    }

    /// Takes the events that follow those that were read.
    pub fn take(&mut self, news: Vec<PlanEvent>) -> Result<(), Findings> {
        for event in news {
            fold(&mut self.state, &event).map_err(|fault| not_in_order(&fault))?;
            self.events.push(event);
        }
        Ok(())
    }

    /// Returns the plan as it was with its first events only.
    pub fn at(&self, version: u64) -> Result<Self, Findings> {
        let known = usize::try_from(version).unwrap_or(usize::MAX).min(self.events.len());
        let events = self.events.iter().take(known).cloned().collect::<Vec<_>>();
        let state = replay(&events).map_err(|fault| not_in_order(&fault))?;
        Ok(Self { name: self.name.clone(), state, events })
    }
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
    give_once(store, loaded, commands, actor, at, None)
}

/// Identity of commands that a caller may repeat: the same key with the same content is recorded once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Key, unique in the ledger.
    pub key: String,
    /// Digest of the request, so that the key is not taken for another one.
    pub digest: String,
}

/// Does what [`give`] does, and returns the first outcome when the commands were given before with the same key.
///
/// Fails when the key was used for another request.
pub fn give_once(
    store: &mut Store,
    loaded: &Loaded,
    commands: &[Command],
    actor: &Actor,
    at: DateTime<Utc>,
    once: Option<&Once>,
) -> Result<Given, Findings> {
    let at = at.trunc_subsecs(MILLISECONDS);
    let command = command_of(commands, once);
    if let Some(given) = once.map(|once| repeated(store, loaded, &command, actor, once)).transpose()?.flatten() {
        return Ok(given);
    }
    let bodies = decide_all(&loaded.state, commands, actor, at)?;
    let act = Act { actor: actor.person.clone(), at, command, reason: None };
    let new = |body: &EventBody| Ok(NewEvent { kind: body.kind(), body: body.to_json()? });
    let events: Vec<NewEvent> =
        bodies.iter().map(new).collect::<Result<_, super::plan::EventFault>>().map_err(|fault| not_in_order(&fault))?;
    if events.is_empty() {
        let head = store.head().map_err(Finding::from)?;
        return Ok(Given { state: loaded.state.clone(), events: Vec::new(), head, is_repeated: false });
    }
    let (state, mut read) = read_back(&loaded.state, &events, &act)?;
    let key = once.map(|once| once.key.as_str());
    let appended = store.append(&loaded.name, loaded.state.version, &act, &events, key).map_err(Finding::from)?;
    for (number, event) in (appended.first..).zip(&mut read) {
        event.number = number;
    }
    Ok(Given { state, events: read, head: appended.head, is_repeated: false })
}

/// Reads events as they will be read from the ledger, without their numbers, and the state that they yield: nothing of an
/// append is ever taken back.
///
/// Fails when they could not be read again, and when a person's text steers a terminal. Names come from books; they are
/// cleaned where they are shown.
fn read_back(before: &PlanState, new: &[NewEvent], act: &Act) -> Result<(PlanState, Vec<PlanEvent>), Findings> {
    let mut state = before.clone();
    let mut events = Vec::with_capacity(new.len());
    for NewEvent { kind, body: text } in new {
        let body = EventBody::from_json(kind, text).map_err(|fault| not_in_order(&fault))?;
        let is_of_book = matches!(body, EventBody::Opened(_) | EventBody::Proposed(_));
        if !is_of_book && has_steering(text) {
            return Err(Finding::from(LedgerFault::Steering {}).into());
        }
        let event = PlanEvent { number: 0, actor: act.actor.clone(), at: act.at, body };
        fold(&mut state, &event).map_err(|fault| not_in_order(&fault))?;
        events.push(event);
    }
    Ok((state, events))
}

/// Returns the commands as the act records them: `plan.offer`, with the digest of a request that may be repeated.
fn command_of(commands: &[Command], once: Option<&Once>) -> String {
    let mut names: Vec<&str> = commands.iter().map(Command::name).collect();
    names.dedup();
    let digest = once.map(|once| format!(" {}", once.digest)).unwrap_or_default();
    format!("plan.{}{digest}", names.join("+"))
}

/// Returns what the commands recorded when they were given before with this key.
fn repeated(
    store: &Store,
    loaded: &Loaded,
    command: &str,
    actor: &Actor,
    once: &Once,
) -> Result<Option<Given>, Findings> {
    let Some(found) = store.keyed(&once.key).map_err(Finding::from)? else { return Ok(None) };
    let KeyedAppend { plan, act, appended } = found;
    if plan != loaded.name || act.actor != actor.person || act.command != command {
        let fault = StoreFault::KeyReused { key: once.key.clone(), plan, number: appended.first };
        return Err(Finding::from(fault).into());
    }
    let own = appended.first..=appended.head.number;
    let events = loaded.events.iter().filter(|event| own.contains(&event.number)).cloned().collect();
    Ok(Some(Given { state: loaded.state.clone(), events, head: appended.head, is_repeated: true }))
}
