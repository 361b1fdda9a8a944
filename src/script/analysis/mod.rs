//! The typed analysis: follows each entry point with the dimensions of its numbers, the sets of its texts, and what its
//! guards have asked for. What it does not know, it says nothing about.
//!
//! Functions of the vendor are followed at each call with the values that are given. A loop is followed twice: first to
//! learn what its body changes, then to report.

mod argument;
mod arithmetic;
mod call;
mod comparison;
mod dimension;
mod expression;
mod flow;
mod guard;
mod host;
mod reply;
mod scale;
mod statement;
mod value;
mod words;

use super::api::facts::FactSchema;
use super::api::ids::PARTNER;
use super::program::Unit;
use super::source::shortened;
use super::tree::{Expression, Function};
use super::{EntryPoint, ScriptContext};
use crate::channel::Name;
use crate::finding::{Code, Fault, Finding, Findings, Place, Span};
use flow::Flow;
use std::collections::{BTreeMap, BTreeSet};
use value::{Value, What};

/// Expressions that are followed for one entry point; beyond it, nothing more is reported.
const MAX_STEPS: usize = 200_000;
/// Functions that call functions, how deep they are followed.
const MAX_CALLS: usize = 12;

/// Analyses every entry point of a vendor's files.
pub(super) fn analyse(
    units: &BTreeMap<String, Unit>,
    schema: &FactSchema,
    context: &ScriptContext,
    findings: &mut Findings,
) {
    let mut reported = BTreeSet::new();
    for unit in units.values() {
        let Some(entry) = unit.entry else { continue };
        let Some(function) = unit.tree.function(entry.function(), entry.parameters().len()) else { continue };
        let mut analysis = Analysis::new(units, schema, context, unit, entry);
        analysis.reported = reported;
        let partner = Value { path: Some("partner".to_owned()), ..Value::new(What::Group(PARTNER)) };
        let arguments = vec![partner; function.parameters.len()];
        analysis.follow(unit, function, arguments);
        findings.extend(analysis.findings);
        reported = analysis.reported;
    }
}

/// One entry point as it is followed.
struct Analysis<'a> {
    units: &'a BTreeMap<String, Unit>,
    schema: &'a FactSchema,
    context: &'a ScriptContext,
    entry: EntryPoint,
    /// File of the function that is followed.
    unit: &'a Unit,
    flow: Flow<'a>,
    /// Values that the function has returned so far, each with the state there.
    returned: Vec<(Value<'a>, Flow<'a>)>,
    /// Functions that are being followed, by file, name and number of parameters.
    calls: Vec<(String, String, usize)>,
    steps: usize,
    /// While above zero, nothing is reported.
    silent: usize,
    /// Number of the next variable.
    next: usize,
    /// Places of `==` with a path that may be not known.
    equalities: BTreeMap<String, Span>,
    reported: BTreeSet<(Code, String, usize)>,
    findings: Findings,
}

impl<'a> Analysis<'a> {
    fn new(
        units: &'a BTreeMap<String, Unit>,
        schema: &'a FactSchema,
        context: &'a ScriptContext,
        unit: &'a Unit,
        entry: EntryPoint,
    ) -> Self {
        Self {
            units,
            schema,
            context,
            entry,
            unit,
            flow: Flow::default(),
            returned: Vec::new(),
            calls: Vec::new(),
            steps: 0,
            silent: 0,
            next: 0,
            equalities: BTreeMap::new(),
            reported: BTreeSet::new(),
            findings: Findings::new(),
        }
    }

    /// Tiers of the manifest, lowest first.
    fn tiers(&self) -> &'a [Name] {
        &self.context.tiers
    }

    /// Reports a fault at `span` of the file that is followed; one of each code at one place.
    fn report(&mut self, fault: impl Fault, span: Span) {
        self.report_at(fault, self.unit, span, None);
    }

    /// Reports a fault at a place of another file, with the expression that shows it.
    fn report_at(&mut self, fault: impl Fault, unit: &Unit, span: Span, also: Option<Span>) {
        let finding = Finding::from(fault).at(unit.source.place(span, ""));
        let finding = match also {
            Some(also) => finding.at(self.unit.source.place(also, "used here")),
            None => finding,
        };
        self.push(finding, unit.source.path.clone(), span.start);
    }

    /// Reports a fault in a table.
    fn report_in_table(&mut self, fault: impl Fault, place: Place, table: &str, row: u64) {
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        self.push(Finding::from(fault).at(place), table.to_owned(), row);
    }

    fn push(&mut self, finding: Finding, file: String, start: usize) {
        let is_heard = self.silent == 0 && self.steps < MAX_STEPS;
        if is_heard && self.reported.insert((finding.code(), file, start)) {
            self.findings.push(finding);
        }
    }

    fn span(&self, expression: &Expression) -> Span {
        expression.span(&self.unit.source)
    }

    fn text(&self, expression: &Expression) -> String {
        shortened(self.unit.source.slice(self.span(expression)))
    }

    /// Follows a function with these arguments and returns its value.
    fn follow(&mut self, unit: &'a Unit, function: &'a Function, arguments: Vec<Value<'a>>) -> Value<'a> {
        let key = (unit.source.path.clone(), function.name.clone(), function.parameters.len());
        if self.calls.len() >= MAX_CALLS || self.calls.contains(&key) || self.steps >= MAX_STEPS {
            return Value::open();
        }
        self.calls.push(key);
        let caller = std::mem::replace(&mut self.unit, unit);
        let variables = std::mem::take(&mut self.flow.variables);
        let returned = std::mem::take(&mut self.returned);
        let known = self.flow.known.clone();
        for (name, value) in function.parameters.iter().zip(arguments) {
            self.declare(name, value);
        }
        let last = self.statements(&function.body);
        if !self.flow.has_left {
            let flow = std::mem::take(&mut self.flow);
            self.returned.push((last, flow));
        }
        let ends = std::mem::replace(&mut self.returned, returned);
        let value = guard::ends(ends);
        self.flow = Flow { variables, known, has_left: false };
        self.unit = caller;
        self.calls.pop();
        value
    }

    /// Declares a variable, whose name stands for its value in guards unless the value has a path already.
    fn declare(&mut self, name: &str, value: Value<'a>) {
        self.next += 1;
        let path = value.path.clone().unwrap_or_else(|| format!("#{name}.{}", self.next));
        self.flow.variables.push((name.to_owned(), Value { path: Some(path), ..value }));
    }
}
