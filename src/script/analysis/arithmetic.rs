//! Operators on numbers: what may be added to and multiplied with what.

use super::super::tree::Expression;
use super::super::unit_fault::UnitFault;
use super::Analysis;
use super::dimension::Dimension;
use super::scale::{LEAST_GROWTH, LEAST_PERCENTAGE, is_percent};
use super::value::{Fixed, Operand, Value, What, When, Written};
use crate::finding::Span;
use rust_decimal::Decimal;

impl<'a> Analysis<'a> {
    pub(super) fn operator(&mut self, name: &str, expression: &'a Expression, operands: &'a [Expression]) -> Value<'a> {
        match operands {
            [only] => {
                let value = self.expression(only);
                self.demand(&value, only);
                self.before_one(name, expression, value)
            }
            [left, right] if name == "contains" => self.is_in(left, right),
            [left, right] => {
                let (left_value, right_value) = (self.expression(left), self.expression(right));
                match name {
                    "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                        self.comparison(name, (left, left_value), (right, right_value))
                    }
                    ".." | "..=" => Value::new(What::List(Box::new(Value::number(Dimension::Open)))),
                    _ => self.calculated(name, (left, left_value), (right, right_value), expression.at),
                }
            }
            _ => Value::open(),
        }
    }

    fn before_one(&self, name: &str, expression: &Expression, value: Value<'a>) -> Value<'a> {
        match name {
            "!" => {
                let When { yes, no } = value.when.clone();
                Value { when: When { yes: no, no: yes }, written: None, path: None, ..Value::truth() }
            }
            "-" => {
                let written = value.written.clone().and_then(|mut written| {
                    let number = -written.number()?;
                    written.fixed = Fixed::Number(number);
                    if std::ptr::eq(written.unit, self.unit) {
                        written.span = self.span(expression);
                    }
                    Some(written)
                });
                Value { written, marks: value.marks.clone(), ..Value::new(value.what) }
            }
            _ => Value { path: None, ..value },
        }
    }

    /// The value of `left operator right` for numbers and texts.
    pub(super) fn calculated(&mut self, operator: &str, left: Operand<'a>, right: Operand<'a>, at: usize) -> Value<'a> {
        self.demand(&left.1, left.0);
        self.demand(&right.1, right.0);
        if matches!(operator, "/" | "%") {
            self.divisor(&right);
        }
        if matches!((operator, &left.1.what, &right.1.what), ("+", What::Text, What::Text)) {
            return Value::new(What::Text);
        }
        let (Some(one), Some(other)) = (left.1.dimension(), right.1.dimension()) else {
            // One side is a number for certain, so that the other is, and the result.
            let is_number = left.1.dimension().is_some() || right.1.dimension().is_some();
            let is_open = matches!(left.1.what, What::Open) || matches!(right.1.what, What::Open);
            return if is_number && is_open { Value::number(Dimension::Open) } else { Value::open() };
        };
        let fixed = left.1.fixed_number().zip(right.1.fixed_number());
        let value = match operator {
            "+" | "-" => self.sum(operator, &left, &right, (one, other)),
            "*" => self.product(&left, &right, (one, other)),
            "/" => quotient(&right.1, (one, other)),
            "%" => Value::number(one),
            _ => Value::number(Dimension::Open),
        };
        let number = fixed.and_then(|(one, other)| calculate(operator, one, other));
        match number.zip(left.1.written.clone()) {
            // A calculation with literals is one, written where its first is.
            Some((number, mut written)) => {
                written.fixed = Fixed::Number(number);
                if std::ptr::eq(written.unit, self.unit) {
                    written.span.start = written.span.start.min(at);
                }
                Value {
                    written: Some(written),
                    is_factor: value.is_factor,
                    growths: value.growths,
                    ..Value::number(Dimension::Open)
                }
            }
            None => value,
        }
    }

    fn sum(
        &mut self,
        operator: &str,
        left: &Operand<'a>,
        right: &Operand<'a>,
        (one, other): (Dimension, Dimension),
    ) -> Value<'a> {
        if !one.fits(other) {
            let fault = UnitFault::Sum {
                operator: operator.to_owned(),
                left: self.text(left.0),
                left_is: one.words(),
                right: self.text(right.0),
                right_is: other.words(),
            };
            let span = Span { start: left.0.at, end: self.span(right.0).end };
            self.report(fault, span);
            return Value::open();
        }
        self.fraction_of_money(left, right);
        self.fraction_of_money(right, left);
        let is_one = |value: &Value<'a>| value.fixed_number() == Some(Decimal::ONE) || value.is_factor;
        let is_factor = |dimension: Dimension| matches!(dimension, Dimension::Open | Dimension::Rate);
        let is_growth = (is_one(&left.1) || is_one(&right.1)) && is_factor(one) && is_factor(other);
        for (operand, beside) in [(left, &right.1), (right, &left.1)] {
            if !is_growth && beside.dimension() == Some(Dimension::Rate) {
                self.percentage(&operand.1, LEAST_PERCENTAGE, self.span(operand.0));
            }
        }
        let dimension = match (one, other) {
            (Dimension::Open, known) if left.1.written.is_some() || known == Dimension::Money => known,
            (known, Dimension::Open) if right.1.written.is_some() || known == Dimension::Money => known,
            _ => one.joined(other),
        };
        let growths = if is_growth { growths(&left.1).chain(growths(&right.1)).collect() } else { Vec::new() };
        Value { is_factor: is_growth, growths, ..Value::number(dimension) }
    }

    fn product(&mut self, left: &Operand<'a>, right: &Operand<'a>, (one, other): (Dimension, Dimension)) -> Value<'a> {
        let zero = |value: &Value<'a>| value.fixed_number().is_some_and(|number| number.is_zero());
        if zero(&left.1) || zero(&right.1) {
            return Value::number(Dimension::Open);
        }
        if (one, other) == (Dimension::Money, Dimension::Money) {
            let fault = UnitFault::Product { left: self.text(left.0), right: self.text(right.0) };
            let span = Span { start: left.0.at, end: self.span(right.0).end };
            self.report(fault, span);
            return Value::open();
        }
        for (money, factor) in [(one, right), (other, left)] {
            if money == Dimension::Money {
                self.percentages(&factor.1.growths, self.span(factor.0));
            }
        }
        let scale = match (one, other) {
            (Dimension::Count(_), Dimension::Open) => right.1.written.clone(),
            (Dimension::Open, Dimension::Count(_)) => left.1.written.clone(),
            _ => None,
        };
        let is_hundred = |value: &Value<'a>| value.fixed_number() == Some(Decimal::ONE_HUNDRED);
        let is_percentage =
            (one == Dimension::Rate && is_hundred(&right.1)) || (other == Dimension::Rate && is_hundred(&left.1));
        Value { scale, is_percentage, ..Value::number(scaled(one, &left.1, other, &right.1)) }
    }
}

/// Literals that are added to 1 and are too large for a growth as a fraction.
fn growths<'v, 'a>(value: &'v Value<'a>) -> impl Iterator<Item = Written<'a>> + use<'v, 'a> {
    let own = value.literals().filter(|written| !value.is_factor && is_percent(written, LEAST_GROWTH));
    own.chain(&value.growths).cloned()
}

/// Dimension of a product.
fn scaled(one: Dimension, left: &Value<'_>, other: Dimension, right: &Value<'_>) -> Dimension {
    let is_plain = |value: &Value<'_>| value.is_factor || value.written.is_some();
    match (one, other) {
        (Dimension::Money, Dimension::Open) if is_plain(right) => Dimension::Money,
        (Dimension::Open, Dimension::Money) if is_plain(left) => Dimension::Money,
        // A rate of a month × 12 is one of a year; × 100 it is a percentage.
        (Dimension::Rate, Dimension::Open) if right.fixed_number().is_some_and(|by| by < Decimal::TEN) => {
            Dimension::Rate
        }
        (Dimension::Open, Dimension::Rate) if left.fixed_number().is_some_and(|by| by < Decimal::TEN) => {
            Dimension::Rate
        }
        _ => one.times(other),
    }
}

fn quotient<'a>(right: &Value<'a>, (one, other): (Dimension, Dimension)) -> Value<'a> {
    let is_plain = right.written.is_some() || right.is_factor;
    match (one, other) {
        // In thousands, or for each day of a year: an amount on a scale of its author's.
        (Dimension::Money, Dimension::Open) if right.fixed_number().is_some_and(|by| by >= Decimal::ONE_HUNDRED) => {
            Value::number(Dimension::Open)
        }
        (Dimension::Money, Dimension::Open) if is_plain => Value::number(Dimension::Money),
        (Dimension::Rate, Dimension::Open) if right.fixed_number().is_some_and(|by| by < Decimal::TEN) => {
            Value::number(Dimension::Rate)
        }
        _ => Value::number(one.over(other)),
    }
}

fn calculate(operator: &str, one: Decimal, other: Decimal) -> Option<Decimal> {
    match operator {
        "+" => one.checked_add(other),
        "-" => one.checked_sub(other),
        "*" => one.checked_mul(other),
        "/" => one.checked_div(other),
        _ => None,
    }
}
