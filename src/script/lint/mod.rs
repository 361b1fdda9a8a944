//! Legal code that is probably not meant: names without use, results without use, conditions without effect.

mod condition;
mod dropped;
mod form;
mod ranges;
mod reasons;
mod unused;

use super::program::Unit;
use super::source::shortened;
use super::tree::Expression;
use crate::finding::{Fault, Finding, Findings, Span};
use std::collections::BTreeMap;

/// Looks at all files of a vendor. A file with errors is left out: what is wrong there makes names look unused.
pub(super) fn lint(units: &BTreeMap<String, Unit>, findings: &mut Findings) {
    let has_errors = |unit: &Unit| {
        let is_there = |finding: &Finding| finding.places.iter().any(|place| place.file_name() == unit.source.path);
        unit.ast.is_none() || findings.iter().any(|finding| finding.is_error() && is_there(finding))
    };
    let sound: Vec<&Unit> = units.values().filter(|unit| !has_errors(unit)).collect();
    for unit in sound {
        let mut lint = Lint { unit, units, findings: Findings::new() };
        lint.names();
        for function in &unit.tree.functions {
            lint.form(function);
            lint.results(function);
            lint.reasons(function);
            lint.conditions(function);
        }
        findings.extend(lint.findings);
    }
}

/// One file.
struct Lint<'a> {
    unit: &'a Unit,
    units: &'a BTreeMap<String, Unit>,
    findings: Findings,
}

impl Lint<'_> {
    fn report(&mut self, fault: impl Fault, span: Span) {
        self.findings.push(Finding::from(fault).at(self.unit.source.place(span, "")));
    }

    fn span(&self, expression: &Expression) -> Span {
        expression.span(&self.unit.source)
    }

    fn text(&self, expression: &Expression) -> String {
        shortened(self.unit.source.slice(self.span(expression)))
    }
}
