//! Guards: what is known after a condition has been asked, and after a function that asks has answered.

use super::super::cause;
use super::super::tree::Expression;
use super::super::unit_fault::GuardFault;
use super::super::{EntryPoint, FactKind};
use super::Analysis;
use super::dimension::Dimension;
use super::flow::Flow;
use super::value::{Fixed, Known, Operand, Value, What, When};
use crate::finding::Finding;
use std::collections::BTreeSet;

/// Name under which it is known that a value is not 0.
pub(super) fn not_zero(path: &str) -> String {
    format!("{path} is not 0")
}

/// The value of a function from what it returns at each of its ends; a truth value with what it says about facts.
pub(super) fn ends<'a>(ends: Vec<(Value<'a>, Flow<'a>)>) -> Value<'a> {
    let (mut yes, mut no): (Option<BTreeSet<String>>, Option<BTreeSet<String>>) = (None, None);
    let mut all: Option<Value<'a>> = None;
    for (value, flow) in ends {
        let value = flow.seen(value);
        let fixed = value.fixed_truth();
        let met = |side: &mut Option<BTreeSet<String>>, more: &BTreeSet<String>| {
            let here: BTreeSet<String> = flow.known.union(more).cloned().collect();
            *side = Some(match side.take() {
                Some(known) => known.intersection(&here).cloned().collect(),
                None => here,
            });
        };
        if fixed != Some(false) {
            met(&mut yes, &value.when.yes);
        }
        if fixed != Some(true) {
            met(&mut no, &value.when.no);
        }
        all = Some(match all {
            Some(known) => known.join(value),
            None => value,
        });
    }
    let value = all.unwrap_or_else(Value::open);
    match value.what {
        What::Truth => Value { when: When { yes: yes.unwrap_or_default(), no: no.unwrap_or_default() }, ..value },
        _ => value,
    }
}

impl<'a> Analysis<'a> {
    /// Reports a value that may be not known where a known one is needed; from here on it counts as known.
    pub(super) fn demand(&mut self, value: &Value<'a>, expression: &Expression) {
        if value.known == Known::Yes || matches!(value.what, What::Open | What::Absent) {
            return;
        }
        let fallback = match &value.what {
            What::Text => "\"\"",
            What::Truth => "false",
            What::Date => "date(\"2026-01-01\")",
            What::List(_) => "[]",
            What::Number(Dimension::Money | Dimension::Rate) => "0.0",
            _ => "0",
        };
        let shown = self.text(expression);
        let fact = value.path.clone().filter(|path| path.starts_with("partner.") && *path != shown);
        let may_abstain = self.entry == EntryPoint::Factor;
        let help = cause::alternative(Some(&shown), fallback, may_abstain);
        let compared = value.path.as_ref().and_then(|path| self.equalities.get(path)).copied();
        let compared = compared.map(|span| self.unit.source.place(span, "false when it is not known"));
        let span = self.span(expression);
        let origin = value.origin.filter(|(unit, read)| !std::ptr::eq(*unit, self.unit) || *read != span);
        let origin = origin.map(|(unit, read)| unit.source.place(read, "read here"));
        let finding = Finding::from(GuardFault::Unguarded { expression: shown, fact, help });
        let finding = finding.at(self.unit.source.place(span, ""));
        let finding = compared.into_iter().chain(origin).fold(finding, Finding::at);
        self.push(finding, self.unit.source.path.clone(), span.start);
        self.flow.learn_one(value.path.as_ref());
    }

    /// Reports a divisor that is 0 where its fact is not known, unless it has been compared with 0.
    pub(super) fn divisor(&mut self, (expression, value): &Operand<'a>) {
        let Some((_, Fixed::Number(number))) = &value.fallback else { return };
        let is_compared = value.path.as_ref().is_some_and(|path| self.flow.known.contains(&not_zero(path)));
        if number.is_zero() && !is_compared {
            let fault = GuardFault::ZeroDivisor { expression: self.text(expression) };
            self.report(fault, self.span(expression));
        }
    }

    /// Kind of a fact in the words of the manifest, for the messages of texts.
    pub(super) fn kind_words(value: &Value<'a>) -> Option<&'static str> {
        match value.what {
            What::Number(_) => Some("a number"),
            What::Text => Some("a text"),
            What::Truth => Some("true or false"),
            What::Date => Some("a date"),
            What::List(_) => Some("a list"),
            What::Open | What::Peers | What::Group(_) | What::Reply(_) | What::Map(_) | What::Absent => None,
        }
    }

    /// The value of a fact of that kind.
    pub(super) fn of_kind(kind: FactKind, unit: &'static str) -> What<'a> {
        match kind {
            FactKind::Money => What::Number(Dimension::Money),
            FactKind::Rate => What::Number(Dimension::Rate),
            FactKind::Count => What::Number(Dimension::Count(unit)),
            FactKind::Text => What::Text,
            FactKind::Truth => What::Truth,
            FactKind::Date => What::Date,
            FactKind::List | FactKind::Group => What::Open,
        }
    }
}
