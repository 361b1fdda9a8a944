//! Rebuilding plans from their events: folded at once, counted again in another way, and compared with what was served.

use super::Loaded;
use super::plan::{EventBody, Line, LineKey, PlanEvent, PlanState, replay};
use crate::finding::{Finding, Findings};
use crate::units::{Currency, Money, parse_decimal};
use serde_json::Value;
use std::collections::BTreeMap;

crate::faults! {
    /// Faults of documents that are compared with a rebuilt plan.
    pub enum RebuildFault {
        /// The document is not about a plan.
        NotOfAPlan { file: String } = LedgerFigure {
            message: format!("`{file}` is not an export or a response about a plan"),
            help: "use the JSON of `quotient plan export`, `GET …/plans/PLAN` or `GET …/plans/PLAN/lines`",
        }
        /// The document is about a part of a plan.
        PartOnly { file: String } = LedgerFigure {
            message: format!("`{file}` shows a part of a plan, whose versions are counted in that part"),
            help: "use a document of a person who sees the whole plan",
        }
        /// The ledger ends before the version of the document.
        Later { file: String, plan: String, version: u64, last: u64 } = LedgerFigure {
            message: format!("`{file}` shows version {version} of `{plan}`, and the ledger ends at version {last}"),
            help: "verify the ledger with an anchor: `quotient ledger verify --anchor FILE`",
        }
    }
}

/// A value that was served, or that is in memory, beside the one that the events yield.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Plan.
    pub plan: String,
    /// Line; `the plan` for the totals and the stage.
    pub subject: String,
    /// Name of the value.
    pub member: &'static str,
    /// Value that was served.
    pub served: String,
    /// Value of the rebuilt plan.
    pub rebuilt: String,
}

/// Subject of values of the whole plan.
const WHOLE: &str = "the plan";

fn shown(value: Option<&str>) -> String {
    value.unwrap_or("none").to_owned()
}

/// Differences in the making.
struct Comparing<'p> {
    plan: &'p str,
    found: Vec<Difference>,
}

impl Comparing<'_> {
    fn expect(&mut self, subject: &str, member: &'static str, served: Option<&str>, rebuilt: Option<&str>) {
        if served != rebuilt {
            let (plan, subject) = (self.plan.to_owned(), subject.to_owned());
            self.found.push(Difference { plan, subject, member, served: shown(served), rebuilt: shown(rebuilt) });
        }
    }

    fn expect_money(&mut self, subject: &str, member: &'static str, served: Option<Money>, rebuilt: Option<Money>) {
        let exact = |money: Option<Money>| money.map(Money::to_exact);
        self.expect(subject, member, exact(served).as_deref(), exact(rebuilt).as_deref());
    }
}

/// Rebuilds a plan, and returns where it differs from `loaded`, which was read step by step, and from what the events
/// say when they are counted without the state machine.
///
/// Fails when an event does not follow from those before.
pub fn rebuild(loaded: &Loaded) -> Result<(PlanState, Vec<Difference>), Findings> {
    let rebuilt = loaded.at(loaded.events.len() as u64)?.state;
    let mut comparing = Comparing { plan: &loaded.name, found: Vec::new() };
    if rebuilt != loaded.state {
        let (served, own) = (&loaded.state, &rebuilt);
        compare_states(&mut comparing, served, own);
        if comparing.found.is_empty() {
            comparing.expect(WHOLE, "state", Some("another one"), Some("that of the events"));
        }
    }
    count_again(&mut comparing, &loaded.events, &rebuilt);
    Ok((rebuilt, comparing.found))
}

fn compare_states(comparing: &mut Comparing<'_>, served: &PlanState, rebuilt: &PlanState) {
    comparing.expect(WHOLE, "stage", Some(served.stage.as_str()), Some(rebuilt.stage.as_str()));
    let (of, own) = (served.version.to_string(), rebuilt.version.to_string());
    comparing.expect(WHOLE, "version", Some(&of), Some(&own));
    comparing.expect_money(WHOLE, "target", served.totals.target, rebuilt.totals.target);
    comparing.expect_money(WHOLE, "assigned", Some(served.totals.assigned), Some(rebuilt.totals.assigned));
    let keys = served.lines.keys().chain(rebuilt.lines.keys().filter(|key| !served.lines.contains_key(*key)));
    for key in keys {
        let (of, own) = (served.lines.get(key), rebuilt.lines.get(key));
        let state = |line: Option<&Line>| line.map(|line| line.state.as_str());
        comparing.expect(&key.to_string(), "state", state(of), state(own));
        let figure = |line: Option<&Line>| line.map(|line| line.figure);
        comparing.expect_money(&key.to_string(), "figure", figure(of), figure(own));
    }
}

/// Follows the figure of every line from event to event, and adds the figures up, without the state machine.
fn count_again(comparing: &mut Comparing<'_>, events: &[PlanEvent], rebuilt: &PlanState) {
    let mut figures: BTreeMap<&LineKey, Option<Money>> = BTreeMap::new();
    let mut target: Option<Money> = None;
    for event in events {
        match &event.body {
            EventBody::Opened(body) => target = body.target,
            EventBody::TargetChanged(body) => target = Some(body.to),
            EventBody::Proposed(body) => figures.extend(body.lines.iter().map(|line| (&line.line, Some(line.figure)))),
            EventBody::Offered(body) => drop(figures.insert(&body.moved.line, Some(body.moved.to))),
            EventBody::Accepted(body) => drop(figures.insert(&body.moved.line, Some(body.moved.to))),
            EventBody::Resolved(body) => drop(figures.insert(&body.moved.line, Some(body.moved.to))),
            EventBody::Amended(body) => drop(figures.insert(&body.moved.line, Some(body.moved.to))),
            EventBody::Locked(body) => drop(figures.insert(&body.moved.line, Some(body.moved.to))),
            EventBody::Withdrawn(body) => drop(figures.insert(&body.line, body.to)),
            _ => {}
        }
    }
    for (key, figure) in &figures {
        let own = rebuilt.lines.get(*key).filter(|line| line.counts()).map(|line| line.figure);
        comparing.expect_money(&key.to_string(), "figure by its last event", *figure, own);
    }
    let version = (events.len() as u64).to_string();
    comparing.expect(WHOLE, "number of events", Some(&version), Some(&rebuilt.version.to_string()));
    let sum = Money::sum(rebuilt.totals.assigned.currency(), figures.into_values().flatten()).ok();
    comparing.expect_money(WHOLE, "sum of the lines", sum, Some(rebuilt.totals.assigned));
    comparing.expect_money(WHOLE, "target by its last event", target, rebuilt.totals.target);
}

/// Returns the name of the plan that a served document is about.
pub fn plan_of(file: &str, served: &Value) -> Result<String, Finding> {
    let plan = served.get("plan").and_then(Value::as_str);
    plan.map(str::to_owned).ok_or_else(|| RebuildFault::NotOfAPlan { file: file.to_owned() }.into())
}

/// Returns where a document about the whole plan differs from the plan that the events up to its version yield.
///
/// Only what the document has is compared: an export has quotas in force, a response totals or lines.
pub fn compare(loaded: &Loaded, file: &str, served: &Value) -> Result<Vec<Difference>, Findings> {
    let not_of_a_plan = || Findings::from(Finding::from(RebuildFault::NotOfAPlan { file: file.to_owned() }));
    let version = served.get("version").and_then(Value::as_u64).ok_or_else(not_of_a_plan)?;
    let lines = served.get("lines").and_then(Value::as_array);
    let is_part = served.get("is_whole").and_then(Value::as_bool) == Some(false)
        || lines.into_iter().flatten().any(|line| line.get("proposed").is_none_or(Value::is_null));
    if is_part {
        return Err(Finding::from(RebuildFault::PartOnly { file: file.to_owned() }).into());
    }
    let last = loaded.events.len() as u64;
    if version > last {
        let (file, plan) = (file.to_owned(), loaded.name.clone());
        return Err(Finding::from(RebuildFault::Later { file, plan, version, last }).into());
    }
    let first = usize::try_from(version).unwrap_or(usize::MAX);
    let then = replay(loaded.events.iter().take(first));
    let then = then.map_err(|fault| {
        Findings::from(Finding::from(super::plan::LedgerFault::NotInOrder { reason: fault.to_string() }))
    })?;
    let mut comparing = Comparing { plan: &loaded.name, found: Vec::new() };
    if let Some(stage) = served.get("stage").and_then(Value::as_str) {
        comparing.expect(WHOLE, "stage", Some(stage), Some(then.stage.as_str()));
    }
    if let Some(totals) = served.get("totals").filter(|totals| totals.is_object()) {
        let own = &then.totals;
        let amount = |member: &str| totals.get(member).and_then(Value::as_str);
        for (member, own) in [
            ("target", own.target),
            ("reserve", Some(own.reserve)),
            ("assigned", Some(own.assigned)),
            ("proposed", Some(own.proposed)),
        ] {
            comparing.expect(WHOLE, member, amount(member), own.map(Money::to_exact).as_deref());
        }
    }
    if let Some(header) = &then.header {
        let own = [("vendor", header.vendor.clone()), ("currency", header.currency.to_string())];
        for (member, own) in own {
            if let Some(served) = served.get(member) {
                comparing.expect(WHOLE, member, served.as_str(), Some(&own));
            }
        }
        compare_total(&mut comparing, served, header.currency);
    }
    let by_id: BTreeMap<String, &Line> = then.lines.values().map(|line| (line.key.to_string(), line)).collect();
    for served in lines.into_iter().flatten() {
        let id = served.get("line").and_then(Value::as_str).unwrap_or_default();
        match by_id.get(id) {
            Some(own) => compare_line(&mut comparing, served, own),
            None => comparing.expect(id, "line", Some("there"), None),
        }
    }
    Ok(comparing.found)
}

/// Compares the total of an export with the sum of its lines.
fn compare_total(comparing: &mut Comparing<'_>, served: &Value, currency: Currency) {
    let Some(total) = served.get("total") else { return };
    let lines = served.get("lines").and_then(Value::as_array).into_iter().flatten();
    let quotas = lines.filter_map(|line| parse_decimal(line.get("quota")?.as_str()?).ok());
    let sum = Money::sum(currency, quotas.map(|quota| Money::new(quota, currency))).ok();
    comparing.expect(WHOLE, "total", total.as_str(), sum.map(Money::to_exact).as_deref());
}

fn compare_line(comparing: &mut Comparing<'_>, served: &Value, own: &Line) {
    let id = own.key.to_string();
    let in_force = own.figure_in_force();
    let amount = |figure: Money| Some(figure.to_exact());
    let values = [
        ("state", Some(own.state.to_string())),
        ("figure", amount(own.figure)),
        ("proposed", amount(own.proposed)),
        ("quota", in_force.and_then(|in_force| amount(in_force.figure))),
        ("in_force", in_force.and_then(|in_force| amount(in_force.figure))),
        ("effective_from", in_force.map(|in_force| in_force.from.to_string())),
        ("in_force_from", in_force.map(|in_force| in_force.from.to_string())),
    ];
    for (member, own) in values {
        if let Some(served) = served.get(member) {
            comparing.expect(&id, member, served.as_str(), own.as_deref());
        }
    }
}
