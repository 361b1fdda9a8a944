//! Explanation of a call that failed: the fault, its place, and the values on the failing line.

use super::budget::under_budget;
use super::cause::RuntimeFault;
use super::evaluate::evaluate;
use super::outcome_fault::OutcomeFault;
use super::program::{Inner, Program, Unit};
use super::sandbox::{self, Recorded};
use super::site::Site;
use super::tree::{ExpressionKind, Statement};
use super::{EntryPoint, FactKind, Facts};
use crate::cancel::is_cancelled;
use crate::finding::{Code, Finding, Panicked, Place};
use rhai::{Caches, EvalAltResult, Position};

/// A script that failed while it ran.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptFault {
    /// The fault with its place.
    pub finding: Finding,
    /// Facts, variables and constants on the failing line with their values, in the order of the line.
    pub values: Vec<(String, String)>,
}

impl ScriptFault {
    /// The text that a decision table does not allow, and one that it does: `None` for any other fault, and where the
    /// table lists no text.
    pub fn allowed_instead(&self) -> Option<(&str, &str)> {
        match self.finding.cause()? {
            OutcomeFault::NotAllowed { value, instead: Some(instead), .. } => Some((value, instead)),
            _ => None,
        }
    }
}

impl From<ScriptFault> for Finding {
    fn from(fault: ScriptFault) -> Self {
        if fault.values.is_empty() {
            return fault.finding;
        }
        fault.finding.in_context(|context| context.values = fault.values)
    }
}

impl From<Finding> for ScriptFault {
    fn from(finding: Finding) -> Self {
        Self { finding, values: Vec::new() }
    }
}

/// Reason why a call returned nothing.
pub(super) enum Failure {
    Script(Box<EvalAltResult>),
    Panicked(Panicked),
}

/// Explains a failed call, with the values on the failing line.
pub(super) fn explain(
    inner: &Inner,
    program: &Program,
    entry: EntryPoint,
    facts: &Facts,
    failure: Failure,
) -> ScriptFault {
    let fault = match failure {
        Failure::Script(fault) => fault,
        Failure::Panicked(Panicked) => {
            return Finding::from(OutcomeFault::Engine {}).at(program.place_of_entry(entry)).into();
        }
    };
    let (innermost, file, position) = innermost(&fault);
    let failing = file.and_then(|file| inner.programs.get(file)).unwrap_or(program);
    let site = Site { source: &failing.source, tree: &failing.tree };
    let offset = site.offset(position);
    let finding = match offset {
        Some(offset) => site.finding(innermost, offset),
        None => site.finding_nowhere(innermost, program.place_of_entry(entry)),
    };
    let finding = match finding.cause() {
        Some(RuntimeFault::Budget { .. } | RuntimeFault::TooLarge { .. } | RuntimeFault::Recursion {}) => {
            blame(inner, program, entry, facts, finding)
        }
        Some(RuntimeFault::NotKnown { expression, .. }) => {
            let fault = not_known_of(inner, entry, expression.clone());
            finding.with_fault(fault)
        }
        Some(RuntimeFault::TooManyVariables {} | RuntimeFault::Cancelled {}) | None => finding,
    };
    // What used up its budget, or is not wanted any more, is not run again.
    let is_budget = finding.code() == Code::ScriptBudget || is_cancelled();
    let values = match offset {
        Some(offset) if !is_budget => {
            let recorded = record(inner, program, entry, facts);
            site.values(offset, failing, inner, &recorded)
        }
        _ => Vec::new(),
    };
    ScriptFault { finding, values }
}

/// Rhai loses the position of an exhausted budget at every function it leaves: finds the loop or recursion instead.
fn blame(inner: &Inner, program: &Program, entry: EntryPoint, facts: &Facts, mut finding: Finding) -> Finding {
    let sites = std::iter::once(program).chain(inner.programs.values().filter(|other| other.number != program.number));
    let in_loop = match finding.cause() {
        // Where a loop is known already, it is right.
        Some(RuntimeFault::Budget { in_loop: true, .. }) => return finding,
        Some(RuntimeFault::Budget { limit, .. }) => RuntimeFault::Budget { limit: *limit, in_loop: true },
        Some(RuntimeFault::TooLarge { value, .. }) => RuntimeFault::TooLarge { value: *value, in_loop: true },
        Some(RuntimeFault::Recursion {}) => {
            if let Some(place) = sites.clone().find_map(|program| Site::new(program).recursion()) {
                finding.places = vec![place];
            }
            return finding;
        }
        _ => return finding,
    };
    let mut loops: Vec<(Site<'_>, &Statement)> = Vec::new();
    for program in sites {
        let site = Site::new(program);
        site.loops().into_iter().for_each(|found| loops.push((Site::new(program), found)));
    }
    if loops.len() > 1 {
        // The variable that was read last occurs in the loop that did not end.
        let last = record(inner, program, entry, facts).last_name().map(ToOwned::to_owned);
        loops.retain(|(_, found)| {
            let mut reads = false;
            found.walk(&mut |expression| {
                reads |= matches!(&expression.kind, ExpressionKind::Variable(name) if Some(name) == last.as_ref())
            });
            reads
        });
        // Inner loops come later; the innermost is the one.
        loops.reverse();
    }
    if let Some((site, found)) = loops.first() {
        finding.places = vec![site.place(site.source.token(found.at))];
        return finding.with_fault(in_loop);
    }
    finding
}

/// The fault of a value that is not known, with a replacement of the fact's own kind.
///
/// A policy cannot abstain, and where a list may be missing an empty one takes its place.
fn not_known_of(inner: &Inner, entry: EntryPoint, expression: Option<String>) -> RuntimeFault {
    let is_policy = matches!(entry, EntryPoint::Policy(_));
    let fact = expression.as_deref().and_then(|path| path.rsplit_once('.')).and_then(|(group, name)| {
        inner.schema.views.iter().find(|view| view.path == group).and_then(|view| view.fact(name))
    });
    let table = expression.as_deref().and_then(|path| path.strip_prefix("partner."));
    let mut tables = inner.schema.records.iter();
    let fallback = match fact.map(|fact| fact.kind) {
        Some(FactKind::Text) => "\"\"",
        Some(FactKind::Truth) => "false",
        Some(FactKind::Date) => "date(\"2026-01-01\")",
        _ if tables.any(|known| Some(&**known) == table) => "[]",
        _ => "0",
    };
    RuntimeFault::NotKnown { expression, fallback: fallback.to_owned(), may_abstain: !is_policy }
}

/// Runs the call once more, noting what its variables were.
fn record(inner: &Inner, program: &Program, entry: EntryPoint, facts: &Facts) -> Recorded {
    let recorder = inner.recorder();
    let run = || under_budget(inner.budget, || drop(evaluate(recorder, program, entry, facts, &mut Caches::new())));
    sandbox::recording(run).1
}

/// Explains why the constants of a file cannot be evaluated.
pub(super) fn finding_of_constants(unit: &Unit, fault: &EvalAltResult) -> Finding {
    let site = Site { source: &unit.source, tree: &unit.tree };
    let (innermost, _, position) = innermost(fault);
    match site.offset(position) {
        Some(offset) => site.finding(innermost, offset),
        None => site.finding_nowhere(innermost, Place::file(unit.source.path.as_str())),
    }
}

/// The error inside all calls, the file it is in when calls say so, and the nearest known position.
fn innermost(fault: &EvalAltResult) -> (&EvalAltResult, Option<&str>, Position) {
    let mut at = fault;
    let mut file = None;
    let mut position = fault.position();
    loop {
        match at {
            EvalAltResult::ErrorInFunctionCall(_, source, inner, _) => {
                if !source.is_empty() {
                    file = Some(source.as_str());
                }
                at = inner;
            }
            EvalAltResult::ErrorInModule(_, inner, _) => at = inner,
            _ => return (at, file, position),
        }
        if !at.position().is_none() {
            position = at.position();
        }
    }
}
