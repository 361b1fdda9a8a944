//! Documents about events: the history of a plan, and what a command recorded.

use super::documents::TotalsDocument;
use super::line_document::{LineDocument, time};
use crate::ledger::plan::{EventBody, LineKey, Side};
use crate::ledger::view::{SeenEvent, View, keys_of};
use crate::server::http::problem::{Problem, ProblemKind};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// Events of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanEvents")]
pub struct EventsDocument {
    /// Name of the plan.
    plan: String,
    /// Version of the plan.
    version: u64,
    /// Events, oldest first.
    events: Vec<EventDocument>,
    /// Value of `after` for the next page; null at the end.
    next: Option<u64>,
}

/// An event of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanEvent")]
pub struct EventDocument {
    /// Version of the plan with this event.
    pub version: u64,
    /// Number of the event in the ledger; null for a person who sees a part of the plan.
    number: Option<u64>,
    /// Time.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// Kind, such as `line.offered`.
    pub kind: &'static str,
    /// Person whose command it was; null for a partner, unless it was that person.
    actor: Option<String>,
    /// Id of the line; null for an event of the plan.
    line: Option<String>,
    /// Content of the kind; for a partner without the internal members of the vendor.
    body: Value,
}

/// Outcome of a command: its events, the lines that changed, and the totals.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanChange")]
pub struct PlanChangeDocument {
    /// Name of the plan.
    plan: String,
    /// Version of the plan with the events.
    version: u64,
    /// Head of the ledger with the events; null for a person who sees a part of the plan.
    head: Option<String>,
    /// Events of the command, in order.
    events: Vec<EventDocument>,
    /// Lines that changed, ascending.
    lines: Vec<LineDocument>,
    /// Totals; null for a person who sees a part of the plan.
    totals: Option<TotalsDocument>,
}

/// Returns the body of an event as the partner sees it.
fn public_body(body: &EventBody, is_own: bool) -> Value {
    match body {
        EventBody::Escalated(body) if is_own => json!({"reason": body.reason}),
        EventBody::Offered(body) => {
            let reply_by = body.reply_by.map(|date| date.to_string());
            json!({"figure": body.moved.to, "reason": body.moved.reason, "round": body.round, "reply_by": reply_by})
        }
        EventBody::Countered(body) => json!({
            "figure": body.moved.to, "reason": body.moved.reason, "code": body.code, "by": body.by,
            "evidence": body.evidence, "round": body.round,
        }),
        EventBody::Accepted(body) => {
            json!({"figure": body.moved.to, "side": body.side, "partner": body.partner})
        }
        EventBody::Resolved(body) => {
            let reply_by = body.reply_by.map(|date| date.to_string());
            let (figure, reason) = (body.moved.to, &body.moved.reason);
            json!({"figure": figure, "reason": reason, "assigned": body.assigned, "reply_by": reply_by})
        }
        EventBody::Locked(body) => {
            json!({"figure": body.moved.to, "effective_from": body.effective_from.to_string()})
        }
        EventBody::Withdrawn(body) => json!({"figure": body.to}),
        EventBody::Expired(body) => json!({"reply_by": body.reply_by.to_string()}),
        EventBody::BusinessChanged(body) => json!({"change": body.change}),
        EventBody::FundApproved(body) => json!({"activity": body.activity, "amount": body.amount}),
        EventBody::BusinessSigned(body) => json!({"side": body.side, "person": body.person}),
        EventBody::BusinessReviewed(body) => json!({
            "as_of": body.as_of.to_string(), "quota": body.quota, "actual": body.actual,
            "verdict": body.verdict, "because": body.because,
        }),
        _ => json!({}),
    }
}

impl EventDocument {
    /// Returns the event as `person` sees it.
    pub fn new(view: &View<'_>, seen: SeenEvent<'_>, person: Option<&str>) -> Result<Self, Problem> {
        let SeenEvent { version, event, side } = seen;
        let is_own = person == Some(event.actor.as_str());
        let is_shown = side == Side::Vendor || is_own;
        let body = match side {
            Side::Partner => public_body(&event.body, is_own),
            Side::Vendor => event.body.to_value().map_err(|_| unwritten())?,
        };
        Ok(Self {
            version,
            number: view.is_whole().then_some(event.number),
            at: time(event.at),
            kind: event.body.kind(),
            actor: is_shown.then(|| event.actor.clone()),
            line: event.body.step().map(|(line, _)| line.to_string()),
            body,
        })
    }
}

fn unwritten() -> Problem {
    Problem::new(ProblemKind::Internal, "an event could not be written")
}

impl EventsDocument {
    /// Returns a page of events after a version: those of one line, or of all.
    pub fn new(
        view: &View<'_>,
        line: Option<&LineKey>,
        (after, limit): (u64, usize),
        person: Option<&str>,
    ) -> Result<Self, Problem> {
        let mut page = view.events(after);
        let is_of = |seen: &SeenEvent<'_>| line.is_none() || seen.event.body.step().map(|(key, _)| key) == line;
        page.retain(is_of);
        let is_end = page.len() <= limit;
        page.truncate(limit);
        let next = page.last().filter(|_| !is_end).map(|seen| seen.version);
        let events = page.into_iter().map(|seen| EventDocument::new(view, seen, person)).collect::<Result<_, _>>()?;
        Ok(Self { plan: view.plan().name.clone(), version: view.version(), events, next })
    }
}

impl PlanChangeDocument {
    /// Returns what was recorded from the event with the number `first` on.
    pub fn new(view: &View<'_>, first: u64, head: String, person: Option<&str>) -> Result<Self, Problem> {
        let mut events = view.events(0);
        events.retain(|seen| seen.event.number >= first);
        let keys = keys_of(&events);
        let events = events.into_iter().map(|seen| EventDocument::new(view, seen, person)).collect::<Result<_, _>>()?;
        let changed = keys.into_iter().filter_map(|key| view.line(key));
        let is_whole = view.is_whole();
        Ok(Self {
            plan: view.plan().name.clone(),
            version: view.version(),
            head: is_whole.then_some(head),
            events,
            lines: changed.map(|seen| LineDocument::new(view, seen)).collect(),
            totals: is_whole.then(|| TotalsDocument::new(&view.plan().state.totals)).transpose()?,
        })
    }
}
