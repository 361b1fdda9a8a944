//! `switch`: the engine compares a value with a label by kind and digits, so that `0` does not match `0.0`.

use super::super::FactKind;
use super::super::api::functions;
use super::super::api::kind::Kind;
use super::super::kind_fault::KindFault;
use super::super::tree::{Expression, ExpressionKind};
use super::Checker;
use super::shape::Shape;

impl<'a> Checker<'a> {
    /// Reports a `switch` whose labels could be equal to the value and yet not match it.
    ///
    /// Texts, truth values and whole numbers match by value. An amount or rate has decimals, a date has no literal, and a
    /// value of unknown kind may be a number with decimals when the labels are numbers.
    pub(super) fn switch(&mut self, at: usize, subject: &'a Expression) {
        let shape = self.expression(subject);
        let (mut has_number, mut has_fraction) = (false, false);
        for label in self.unit.source.switch_labels(at) {
            let is_number = label.starts_with(|c: char| c.is_ascii_digit());
            has_number |= is_number;
            has_fraction |= is_number && label.contains('.');
        }
        let is_refused = match shape.kind() {
            Some(Kind::Date) => true,
            Some(Kind::Number) => has_fraction || !self.is_whole(subject),
            Some(Kind::Text | Kind::Truth) => false,
            _ => has_number,
        };
        if is_refused {
            let expression = self.text(subject);
            self.report(KindFault::Switch { expression }, self.span(subject));
        }
    }

    /// True when the value is a whole number for certain, or not known.
    fn is_whole(&mut self, expression: &'a Expression) -> bool {
        match &expression.kind {
            ExpressionKind::Count(_) => true,
            ExpressionKind::Coalesce(parts) => parts.iter().all(|part| self.is_whole(part)),
            ExpressionKind::Member { object, name, .. } => match self.expression(object) {
                Shape::View(view) => self.schema.view(view).fact(name).is_some_and(|fact| fact.kind == FactKind::Count),
                _ => false,
            },
            ExpressionKind::Method { name, .. } | ExpressionKind::Call { name, .. } => {
                functions::find(name).is_some_and(|function| function.returns == "whole number")
            }
            _ => false,
        }
    }
}
