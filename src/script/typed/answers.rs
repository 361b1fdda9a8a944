//! Answers of rules: indications with their bounds and reasons, and weights.

use super::super::api::value::Answer;
use super::super::tree::{Expression, ExpressionKind};
use super::frame::{Flow, Frame, Miss, Step, step};
use super::lower::{Exit, Lowered, Lowerer};
use super::operand::Operand;
use super::texts::Reason;
use crate::channel::Name;
use rust_decimal::Decimal;

/// Parts of an answer: `indicate(…).because(…).floor(…).ceiling(…)`.
#[derive(Default)]
struct Parts<'p> {
    because: Option<&'p Expression>,
    floor: Option<&'p Expression>,
    ceiling: Option<&'p Expression>,
}

fn bound(operand: Option<&Operand<Decimal>>, frame: &mut Frame<'_>) -> Result<Option<Decimal>, Miss> {
    operand.map(|operand| operand.known(frame)).transpose()
}

impl<'p> Lowerer<'p> {
    /// The answer of a factor rule.
    pub fn answer(&mut self, expression: &'p Expression) -> Lowered<Step> {
        let (mut parts, mut at) = (Parts::default(), expression);
        while let ExpressionKind::Method { object, name, arguments } = &at.kind {
            let place = match name.as_str() {
                "because" => &mut parts.because,
                "floor" => &mut parts.floor,
                "ceiling" => &mut parts.ceiling,
                _ => return Err(self.fallback(at.sign, format!("`{name}` of the answer"))),
            };
            let [argument] = &arguments[..] else { return Err(self.fallback(at.sign, format!("`{name}`"))) };
            if place.replace(argument).is_some() || self.program.tree.function(name, 2).is_some() {
                return Err(self.fallback(at.sign, format!("`{name}` twice, or of the script's own")));
            }
            at = object;
        }
        let has_parts = parts.because.is_some() || parts.floor.is_some() || parts.ceiling.is_some();
        match &at.kind {
            ExpressionKind::Call { namespace, name, arguments } => {
                if let Some(found) = self.function(namespace, name, arguments.len()) {
                    if has_parts {
                        return Err(self.fallback(at.at, format!("a change of what `{name}` answers")));
                    }
                    return self.answered_by(found, arguments);
                }
                match (name.as_str(), &arguments[..]) {
                    ("indicate", [revenue]) if namespace.is_empty() => self.indication(revenue, &parts, at.at),
                    ("abstain", [reason]) if namespace.is_empty() => self.abstention(reason, &parts, at.at),
                    _ => Err(self.fallback(at.at, format!("`{name}` as the answer"))),
                }
            }
            ExpressionKind::Block(list) if !has_parts => self.block(list, Exit::Answer),
            _ => Err(self.fallback(at.at, "an answer that is not written as `indicate(…)` or `abstain(…)`")),
        }
    }

    /// The answer that one of the script's own functions gives.
    fn answered_by(
        &mut self,
        (program, function): (&'p super::super::program::Program, &'p super::super::tree::Function),
        arguments: &'p [Expression],
    ) -> Lowered<Step> {
        let (bind, scope) = self.bind(function, arguments)?;
        let body = self.inline(program, function, scope, Exit::Answer)?;
        Ok(step(move |frame| {
            bind(frame)?;
            body(frame)?;
            Ok(Flow::Next)
        }))
    }

    /// File and line of an answer, as the interpreter names them.
    fn source(&self, at: usize) -> Name {
        let source = &self.program.source;
        format!("{}:{}", source.path, source.line(at)).into()
    }

    fn indication(&mut self, revenue: &'p Expression, parts: &Parts<'p>, at: usize) -> Lowered<Step> {
        let source = self.source(at);
        let revenue = self.decimal(revenue)?;
        let floor = parts.floor.map(|floor| self.decimal(floor)).transpose()?;
        let ceiling = parts.ceiling.map(|ceiling| self.decimal(ceiling)).transpose()?;
        let reason = parts.because.map_or(Ok(Reason::None), |because| self.reason(because))?;
        Ok(step(move |frame| {
            let revenue = revenue.known(frame)?;
            let (floor, ceiling) = (bound(floor.as_ref(), frame)?, bound(ceiling.as_ref(), frame)?);
            let because = reason.render(frame)?;
            frame.answer = Some(Answer::Indicated { revenue, floor, ceiling, because, source: source.clone() });
            Ok(Flow::Next)
        }))
    }

    fn abstention(&mut self, reason: &'p Expression, parts: &Parts<'p>, at: usize) -> Lowered<Step> {
        let source = self.source(at);
        if let Some(other) = parts.because.or(parts.floor).or(parts.ceiling) {
            return Err(self.fallback(other.at, "`abstain` with more than its reason"));
        }
        let reason = self.words(reason)?;
        Ok(step(move |frame| {
            let because = reason.render(frame)?;
            frame.answer = Some(Answer::Abstained { because, source: source.clone() });
            Ok(Flow::Next)
        }))
    }

    /// The answer of the weights rule.
    pub fn weights(&mut self, expression: &'p Expression) -> Lowered<Step> {
        let entries = match &expression.kind {
            ExpressionKind::Map(entries) => entries,
            ExpressionKind::Block(list) => return self.block(list, Exit::Answer),
            ExpressionKind::Call { namespace, name, arguments } => {
                let found = self.function(namespace, name, arguments.len());
                let found = found.ok_or_else(|| self.fallback(expression.at, format!("`{name}` as the weights")))?;
                return self.answered_by(found, arguments);
            }
            _ => return Err(self.fallback(expression.at, "weights that are not written as a map")),
        };
        let mut weights: Vec<(Name, Operand<Decimal>)> = Vec::with_capacity(entries.len());
        for (name, at, weight) in entries {
            let factor = self.world.factors.iter().find(|factor| ***factor == **name).cloned();
            let factor = factor.ok_or_else(|| self.fallback(*at, format!("`{name}`, which is not a factor")))?;
            weights.push((factor, self.decimal(weight)?));
        }
        weights.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(step(move |frame| {
            let (mut known, mut sum) = (Vec::with_capacity(weights.len()), Decimal::ZERO);
            for (factor, weight) in &weights {
                let weight = weight.known(frame)?;
                if weight < Decimal::ZERO || weight > Decimal::ONE {
                    return Err(Miss::Failed);
                }
                sum += weight;
                known.push((Name::clone(factor), weight));
            }
            frame.weights = known;
            if sum == Decimal::ONE { Ok(Flow::Next) } else { Err(Miss::Failed) }
        }))
    }
}
