//! Comparisons: of numbers whose dimensions fit, and what they say about facts that may be not known.

use super::super::tree::Expression;
use super::super::unit_fault::UnitFault;
use super::Analysis;
use super::dimension::Dimension;
use super::guard::not_zero;
use super::reply::asked_by;
use super::value::{Fixed, Known, Operand, Value, What, When};
use crate::finding::Span;
use rust_decimal::Decimal;
use std::cmp::Ordering;

impl<'a> Analysis<'a> {
    pub(super) fn comparison(&mut self, operator: &str, left: Operand<'a>, right: Operand<'a>) -> Value<'a> {
        let is_equality = matches!(operator, "==" | "!=");
        if !is_equality {
            self.demand(&left.1, left.0);
            self.demand(&right.1, right.0);
        }
        self.words_of(operator, &left, &right);
        self.compared(operator, &left, &right);
        let mut when = When::default();
        for (value, other) in [(&left.1, &right.1), (&right.1, &left.1)] {
            let is_left = std::ptr::eq(value, &left.1);
            self.learned(operator, value, other, &mut when);
            Self::zero(operator, value, other, is_left, &mut when);
            let outcome = settled(operator, &left.1, &right.1, is_left);
            if let (Some((path, _)), Some(outcome)) = (&value.fallback, outcome) {
                let side = if outcome { &mut when.no } else { &mut when.yes };
                side.insert(path.clone());
            }
        }
        higher_rank(operator, &left.1, &right.1, &mut when);
        if is_equality {
            for (value, other) in [(&left.1, &right.1), (&right.1, &left.1)] {
                if value.known == Known::Maybe
                    && other.written.is_some()
                    && let Some(path) = &value.path
                {
                    let span = Span { start: left.0.at, end: self.span(right.0).end };
                    self.equalities.insert(path.clone(), span);
                }
            }
        }
        Value { when, ..Value::truth() }
    }

    /// Adds what a comparison with a written number says about being 0.
    fn zero(operator: &str, value: &Value<'a>, other: &Value<'a>, is_left: bool, when: &mut When) {
        let (Some(path), Some(number)) = (&value.path, other.fixed_number()) else { return };
        let (zero, number) = (Fixed::Number(Decimal::ZERO), Fixed::Number(number));
        let outcome = if is_left { outcome(operator, &zero, &number) } else { outcome(operator, &number, &zero) };
        match outcome {
            Some(true) => when.no.insert(not_zero(path)),
            Some(false) => when.yes.insert(not_zero(path)),
            None => false,
        };
    }

    /// Adds what an equality says about one side.
    fn learned(&self, operator: &str, value: &Value<'a>, other: &Value<'a>, when: &mut When) {
        let Some(path) = &value.path else { return };
        if let Some(asked) = asked_by(path) {
            when.yes.insert(asked.clone());
            when.no.insert(asked);
        }
        match (operator, matches!(other.what, What::Absent)) {
            ("==", true) => when.no.insert(path.clone()),
            ("!=", true) => when.yes.insert(path.clone()),
            ("==", false) if other.known == Known::Yes => when.yes.insert(path.clone()),
            ("!=", false) if other.known == Known::Yes => when.no.insert(path.clone()),
            _ => false,
        };
    }

    /// Reports two numbers whose comparison means nothing; also for requirements.
    pub(super) fn compared(&mut self, operator: &str, left: &Operand<'a>, right: &Operand<'a>) {
        let (Some(one), Some(other)) = (left.1.dimension(), right.1.dimension()) else { return };
        let span = Span { start: left.0.at.min(right.0.at), end: self.span(right.0).end };
        if !one.fits(other) {
            let fault = UnitFault::Comparison {
                left: self.text(left.0),
                left_is: one.words(),
                right: self.text(right.0),
                right_is: other.words(),
            };
            self.report(fault, span);
            return;
        }
        self.against(operator, left, right, span);
        self.against(operator, right, left, span);
    }

    /// Reports a literal that is written on another scale than the value it is compared with.
    fn against(&mut self, operator: &str, value: &Operand<'a>, literal: &Operand<'a>, span: Span) {
        match value.1.dimension() {
            Some(Dimension::Money) => self.ratio_of_money(operator, value, literal, span),
            Some(Dimension::Rate) => {
                self.percentage_of(value.0, value.1.most, &literal.1, span);
            }
            Some(Dimension::Count(unit)) => self.scale_of_count(value.0, unit, &literal.1, span),
            Some(Dimension::Open) if value.1.is_percentage => self.fraction_of_percentage(value.0, &literal.1, span),
            _ => {}
        }
    }

    /// `item in list`.
    pub(super) fn is_in(&mut self, list: &'a Expression, item: &'a Expression) -> Value<'a> {
        let (mut list_value, mut item_value) = (self.expression(list), self.expression(item));
        // Where `in` is written, the item is first in the text and second among the operands.
        let (mut list, mut item) = (list, item);
        if matches!(item_value.what, What::List(_)) {
            (list_value, item_value) = (item_value, list_value);
            (list, item) = (item, list);
        }
        self.demand(&list_value, list);
        self.demand(&item_value, item);
        self.members(&item_value, list, &list_value);
        let mut when = When::default();
        if let Some(path) = item_value.path.clone() {
            when.yes.insert(path);
        }
        if let Some((path, _)) = &item_value.fallback {
            when.yes.insert(path.clone());
        }
        Value { when, ..Value::truth() }
    }
}

/// Adds what a comparison of two ranks says: the higher one is above −1, so that its tier is known.
fn higher_rank(operator: &str, left: &Value<'_>, right: &Value<'_>, when: &mut When) {
    if !left.is_rank || !right.is_rank {
        return;
    }
    let path = |value: &Value<'_>| value.fallback.as_ref().map(|(path, _)| path.clone());
    let (side, higher) = match operator {
        ">" => (&mut when.yes, path(left)),
        "<" => (&mut when.yes, path(right)),
        ">=" => (&mut when.no, path(right)),
        "<=" => (&mut when.no, path(left)),
        _ => return,
    };
    side.extend(higher);
}

/// The outcome of a comparison when the side with a fallback takes it and the other is written.
fn settled(operator: &str, left: &Value<'_>, right: &Value<'_>, is_left: bool) -> Option<bool> {
    let fixed = |value: &Value<'_>| value.written.as_ref().map(|written| written.fixed.clone());
    let fallen = |value: &Value<'_>| value.fallback.as_ref().map(|(_, fixed)| fixed.clone());
    let (one, other) = if is_left { (fallen(left)?, fixed(right)?) } else { (fixed(left)?, fallen(right)?) };
    outcome(operator, &one, &other)
}

/// The outcome of a comparison of two literals.
fn outcome(operator: &str, one: &Fixed, other: &Fixed) -> Option<bool> {
    let order = match (one, other) {
        (Fixed::Number(one), Fixed::Number(other)) => one.cmp(other),
        (Fixed::Text(one), Fixed::Text(other)) => one.cmp(other),
        (Fixed::Truth(one), Fixed::Truth(other)) => one.cmp(other),
        _ => return None,
    };
    Some(match operator {
        "==" => order == Ordering::Equal,
        "!=" => order != Ordering::Equal,
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">" => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}
