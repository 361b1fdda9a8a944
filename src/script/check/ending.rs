//! Ends of an entry point: every path should return an answer.

use super::super::api::functions;
use super::super::api::kind::Kind;
use super::super::form_fault::FormFault;
use super::super::outcome_fault::OutcomeFault;
use super::super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::super::{EntryPoint, PolicyKind};
use super::Checker;
use super::shape::returned;
use crate::finding::{Span, did_you_mean};
use rust_decimal::Decimal;

/// End of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Gives a value, or may: another function decides.
    Value,
    /// Gives nothing here.
    Nothing(Span),
    /// Returns a value that is not an answer.
    Wrong(Span, Kind),
}

impl<'a> Checker<'a> {
    /// Finds paths of an entry point that give no answer.
    pub(super) fn ending(&mut self, function: &'a Function, entry: EntryPoint) {
        let close = self.token(function.end);
        let mut ends = Vec::new();
        self.ends(&function.body, close, entry, &mut ends);
        for statement in &function.body {
            statement.walk_statements(&mut |statement| match &statement.kind {
                StatementKind::Return(None) => ends.push(End::Nothing(self.token(statement.at))),
                StatementKind::Return(Some(value)) => self.end_of(value, entry, &mut ends),
                _ => {}
            });
        }
        let is_certain = !ends.contains(&End::Value);
        let (expected, remedy) = match entry {
            EntryPoint::Factor => ("an indication", "end every path with `indicate(…)` or `abstain(…)`"),
            EntryPoint::Weights => ("weights", "end every path with a map such as `#{ history: 1.0 }`"),
            EntryPoint::Policy(PolicyKind::Tier) => (
                "a tier decision",
                "end every path with `retain()`, `promote(…)`, `demote(…)`, `grant(…)` or `ladder.decision_for(partner.tier)`",
            ),
            EntryPoint::Policy(PolicyKind::Incentive) => {
                ("a list of incentives", "end every path with a list such as `[award(\"bonus\")]`, or `[]` for none")
            }
            EntryPoint::Policy(PolicyKind::Intervention) => (
                "a list of interventions",
                "end every path with a list such as `[intervene(\"forecast_call\", \"high\")]`, or `[]` for none",
            ),
        };
        for end in ends {
            match end {
                End::Value => {}
                End::Nothing(span) => {
                    let function = function.name.clone();
                    if is_certain {
                        self.report(FormFault::NoAnswer { function, expected, remedy }, span);
                    } else {
                        self.report(FormFault::MaybeNoAnswer { function, expected, remedy }, span);
                    }
                }
                End::Wrong(span, found) => {
                    let is_bare_amount = entry == EntryPoint::Factor && found == Kind::Number;
                    let remedy = if is_bare_amount { "write `indicate(amount).because(\"why\")`" } else { remedy };
                    let function = function.name.clone();
                    self.report(FormFault::WrongAnswer { function, found, expected, remedy }, span);
                }
            }
        }
    }

    fn ends(&mut self, body: &'a [Statement], close: Span, entry: EntryPoint, ends: &mut Vec<End>) {
        let leaves =
            |statement: &&Statement| matches!(statement.kind, StatementKind::Return(_) | StatementKind::Throw(_));
        let last = body.iter().rev().find(|statement| !matches!(statement.kind, StatementKind::Nothing));
        let Some(last) = body.iter().find(leaves).or(last) else {
            ends.push(End::Nothing(close));
            return;
        };
        let here = self.token(last.at);
        match &last.kind {
            StatementKind::Expression(value) => self.end_of(value, entry, ends),
            StatementKind::Return(Some(value)) => self.end_of(value, entry, ends),
            StatementKind::Return(None) | StatementKind::Throw(_) => ends.push(End::Value),
            StatementKind::If { body, otherwise, has_otherwise, .. } => {
                self.ends(body, here, entry, ends);
                if *has_otherwise {
                    self.ends(otherwise, here, entry, ends);
                } else {
                    ends.push(End::Nothing(here));
                }
            }
            StatementKind::Switch { cases, has_default, .. } => {
                cases.iter().for_each(|case| self.end_of(&case.outcome, entry, ends));
                if !has_default {
                    ends.push(End::Nothing(here));
                }
            }
            StatementKind::Block(body) => self.ends(body, here, entry, ends),
            StatementKind::While { condition: None, .. } | StatementKind::Try { .. } => ends.push(End::Value),
            StatementKind::While { .. } | StatementKind::DoWhile { .. } | StatementKind::For { .. } => {
                let mut returns = false;
                last.walk_statements(&mut |statement| {
                    returns |= matches!(statement.kind, StatementKind::Return(Some(_)))
                });
                if returns {
                    ends.push(End::Value);
                }
                ends.push(End::Nothing(here));
            }
            StatementKind::Nothing
            | StatementKind::Let { .. }
            | StatementKind::Assign { .. }
            | StatementKind::Break { .. }
            | StatementKind::Import(_)
            | StatementKind::Export => ends.push(End::Nothing(here)),
        }
    }

    fn end_of(&mut self, value: &'a Expression, entry: EntryPoint, ends: &mut Vec<End>) {
        use ExpressionKind as E;
        let span = self.span(value);
        match &value.kind {
            E::Block(body) => return self.ends(body, span, entry, ends),
            E::NotKnown => return ends.push(End::Nothing(span)),
            E::Map(entries) if entry == EntryPoint::Weights => {
                self.weights(entries, span);
                return ends.push(End::Value);
            }
            E::Call { namespace, name, .. }
                if namespace.is_empty() && functions::find(name).is_some_and(|f| f.returns == "nothing") =>
            {
                return ends.push(End::Nothing(span));
            }
            _ => {}
        }
        // Shapes of variables are not known any more here; what is certain without them is enough.
        let kind = match &value.kind {
            E::Truth(_) | E::And(_) | E::Or(_) => Some(Kind::Truth),
            E::Count(_) | E::Number(_) => Some(Kind::Number),
            E::Text(_) | E::Interpolated(_) => Some(Kind::Text),
            E::List(_) => Some(Kind::List),
            E::Map(_) => Some(Kind::Map),
            E::Operator { name, .. } if matches!(name.as_str(), "+" | "-" | "*" | "/" | "%" | "**") => {
                Some(Kind::Number)
            }
            E::Operator { .. } => Some(Kind::Truth),
            E::Call { namespace, name, .. } if namespace.is_empty() => functions::find(name).and_then(returned),
            E::Method { object, name, .. } => kind_of_call(object, name),
            _ => None,
        };
        let fits = |kind: Kind| match entry {
            EntryPoint::Factor => kind == Kind::Answer,
            EntryPoint::Weights => kind == Kind::Map,
            EntryPoint::Policy(PolicyKind::Tier) => kind == Kind::TierDecision,
            EntryPoint::Policy(PolicyKind::Incentive | PolicyKind::Intervention) => kind == Kind::List,
        };
        match kind {
            Some(kind) if !fits(kind) => ends.push(End::Wrong(span, kind)),
            _ => ends.push(End::Value),
        }
    }

    /// A map of weights that is written out.
    fn weights(&mut self, entries: &'a [(String, usize, Expression)], span: Span) {
        let mut sum = Some(Decimal::ZERO);
        for (name, at, weight) in entries {
            if !self.context.factors.iter().any(|factor| **factor == **name) {
                let near = did_you_mean(name, self.context.factors.iter().map(|factor| &**factor));
                let fault = OutcomeFault::NotAFactor { name: name.clone(), near: near.map(str::to_owned) };
                self.report(fault, self.token(*at));
            }
            let amount = match &weight.kind {
                ExpressionKind::Count(count) => Some(Decimal::from(*count)),
                ExpressionKind::Number(number) => Some(*number),
                _ => None,
            };
            if let Some(amount) = amount.filter(|amount| *amount < Decimal::ZERO || *amount > Decimal::ONE) {
                let fault = OutcomeFault::WeightRange { factor: name.clone(), weight: amount };
                self.report(fault, self.span(weight));
            }
            sum = sum.zip(amount).and_then(|(sum, amount)| sum.checked_add(amount));
        }
        if let Some(sum) = sum.filter(|sum| *sum != Decimal::ONE) {
            self.report(OutcomeFault::WeightSum { sum }, span);
        }
    }
}

/// The kind that `object.name(…)` gives for certain.
fn kind_of_call(object: &Expression, name: &str) -> Option<Kind> {
    match (&object.kind, name) {
        // These give what they are called on.
        (ExpressionKind::Call { namespace, name, .. }, "because" | "until" | "points") if namespace.is_empty() => {
            functions::find(name).and_then(returned)
        }
        (ExpressionKind::Method { object, name, .. }, "because" | "until" | "points") => kind_of_call(object, name),
        _ => functions::find(name).and_then(returned),
    }
}
