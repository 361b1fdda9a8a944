//! Operators between typed values; what each does is that of the interpreter's operators.

use super::super::api::operators::{exact, whole};
use super::super::tree::Expression;
use super::frame::{Figure, Miss, code, exactly, maybe};
use super::lower::{Lowered, Lowerer};
use super::operand::{Held, Operand, Text, Typed};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Operators that calculate.
const ARITHMETIC: [&str; 6] = ["+", "-", "*", "/", "%", "**"];
/// Operators that compare.
const COMPARING: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// A calculation with an operand on each side.
macro_rules! calculated {
    ($left:ident, $right:ident, $result:expr) => {
        Operand::Code(code(move |frame| {
            let (left, right) = ($left.known(frame)?, $right.known(frame)?);
            exactly($result(left, right))
        }))
    };
}

fn decimal(operator: &'static str, left: Operand<Decimal>, right: Operand<Decimal>) -> Operand<Decimal> {
    match operator {
        "+" => calculated!(left, right, |left: Decimal, right| left.checked_add(right)),
        "-" => calculated!(left, right, |left: Decimal, right| left.checked_sub(right)),
        "*" => calculated!(left, right, |left: Decimal, right| left.checked_mul(right)),
        "/" => calculated!(left, right, |left: Decimal, right| left.checked_div(right)),
        _ => calculated!(left, right, |left, right| exact(operator, left, right).ok()),
    }
}

fn count(operator: &'static str, left: Operand<i64>, right: Operand<i64>) -> Operand<i64> {
    match operator {
        "+" => calculated!(left, right, |left: i64, right| left.checked_add(right)),
        "-" => calculated!(left, right, |left: i64, right| left.checked_sub(right)),
        _ => calculated!(left, right, |left, right| whole(operator, left, right).ok()?.as_int().ok()),
    }
}

fn either(operator: &'static str, left: Operand<Figure>, right: Operand<Figure>) -> Operand<Figure> {
    calculated!(left, right, |left: Figure, right: Figure| match (left, right) {
        (Figure::Count(left), Figure::Count(right)) if operator != "/" => {
            let value = whole(operator, left, right).ok()?;
            value.as_int().map(Figure::Count).or_else(|_| value.as_decimal().map(Figure::Number)).ok()
        }
        (left, right) => exact(operator, left.decimal(), right.decimal()).ok().map(Figure::Number),
    })
}

/// A calculation; `None` for other values than numbers.
fn arithmetic(operator: &'static str, left: Typed, right: Typed) -> Option<Typed> {
    Some(match (left, right) {
        (Typed::Count(left), Typed::Count(right)) if operator != "/" && operator != "**" => {
            Typed::Count(count(operator, left, right))
        }
        (left, right) => {
            let is_number = |typed: &Typed| matches!(typed, Typed::Number(_));
            let is_exact = operator == "/" || is_number(&left) || is_number(&right);
            if is_exact {
                Typed::Number(decimal(operator, left.decimal()?, right.decimal()?))
            } else {
                Typed::Either(either(operator, left.figure()?, right.figure()?))
            }
        }
    })
}

/// Result of a comparing operator for an order of its sides.
fn verdict(operator: &'static str) -> fn(Ordering) -> bool {
    match operator {
        "==" => Ordering::is_eq,
        "!=" => Ordering::is_ne,
        "<" => Ordering::is_lt,
        "<=" => Ordering::is_le,
        ">" => Ordering::is_gt,
        _ => Ordering::is_ge,
    }
}

/// A comparison of values with an order; `==` and `!=` also take what is not known.
fn ordered<T: Held>(
    operator: &'static str,
    left: Operand<T>,
    right: Operand<T>,
    compare: fn(&T, &T) -> Ordering,
) -> Operand<bool> {
    let is = verdict(operator);
    if !matches!(operator, "==" | "!=") {
        return Operand::Code(code(move |frame| {
            let (left, right) = (left.known(frame)?, right.known(frame)?);
            Ok(is(compare(&left, &right)))
        }));
    }
    Operand::Code(code(move |frame| {
        let (left, right) = (left.maybe(frame)?, right.maybe(frame)?);
        Ok(is(match (left, right) {
            (Some(left), Some(right)) => compare(&left, &right),
            (None, None) => Ordering::Equal,
            _ => Ordering::Less,
        }))
    }))
}

fn texts(operator: &'static str, left: Text, right: Text) -> Operand<bool> {
    let (is, is_equality) = (verdict(operator), matches!(operator, "==" | "!="));
    if let (Text::Constant(left), Text::Constant(right), true) = (&left, &right, is_equality) {
        return Operand::Constant((left == right) == (operator == "=="));
    }
    Operand::Code(code(move |frame| {
        let (left, right) = (maybe(left.get(frame))?, maybe(right.get(frame))?);
        match (left, right) {
            (Some(left), Some(right)) => Ok(is(left.cmp(right))),
            (None, None) if is_equality => Ok(is(Ordering::Equal)),
            _ if is_equality => Ok(is(Ordering::Less)),
            _ => Err(Miss::Failed),
        }
    }))
}

fn figures(left: &Figure, right: &Figure) -> Ordering {
    match (left, right) {
        (Figure::Count(left), Figure::Count(right)) => left.cmp(right),
        (left, right) => left.decimal().cmp(&right.decimal()),
    }
}

/// A comparison; `None` for values that cannot be compared.
fn compared(operator: &'static str, left: Typed, right: Typed) -> Option<Typed> {
    let is_equality = matches!(operator, "==" | "!=");
    Some(Typed::Truth(match (left, right) {
        (other, Typed::NotKnown) | (Typed::NotKnown, other) if is_equality => {
            let is_same = operator == "==";
            other.known()?.map(move |is_known| is_known != is_same)
        }
        (Typed::Number(left), Typed::Number(right)) => ordered(operator, left, right, Decimal::cmp),
        (Typed::Count(left), Typed::Count(right)) => ordered(operator, left, right, i64::cmp),
        (Typed::Date(left), Typed::Date(right)) => ordered(operator, left, right, Ord::cmp),
        (Typed::Truth(left), Typed::Truth(right)) if is_equality => ordered(operator, left, right, bool::cmp),
        (Typed::Text(left), Typed::Text(right)) => texts(operator, left, right),
        (Typed::Number(left), Typed::Count(right)) => ordered(operator, left, right.map(Decimal::from), Decimal::cmp),
        (Typed::Count(left), Typed::Number(right)) => ordered(operator, left.map(Decimal::from), right, Decimal::cmp),
        (left, right) => ordered(operator, left.figure()?, right.figure()?, figures),
    }))
}

impl<'p> Lowerer<'p> {
    /// An operator with its operands.
    pub fn operator(&mut self, name: &str, operands: &'p [Expression], at: usize) -> Lowered<Typed> {
        match operands {
            [left, right] => {
                let (left, right) = (self.expression(left)?, self.expression(right)?);
                self.binary(name, left, right, at)
            }
            [operand] => {
                let operand = self.expression(operand)?;
                let words = format!("`{name}` before {}", operand.words());
                unary(name, operand).ok_or_else(|| self.fallback(at, words))
            }
            _ => Err(self.fallback(at, format!("the operator `{name}`"))),
        }
    }

    /// Value of `left operator right`.
    pub fn binary(&mut self, name: &str, left: Typed, right: Typed, at: usize) -> Lowered<Typed> {
        let words = format!("{} {name} {}", left.words(), right.words());
        let known = |all: &[&'static str]| all.iter().find(|known| **known == name).copied();
        let typed = match (known(&ARITHMETIC), known(&COMPARING)) {
            (Some(operator), _) => arithmetic(operator, left, right),
            (_, Some(operator)) => compared(operator, left, right),
            _ => None,
        };
        typed.ok_or_else(|| self.fallback(at, words))
    }
}

fn unary(name: &str, operand: Typed) -> Option<Typed> {
    Some(match (name, operand) {
        ("!", Typed::Truth(truth)) => {
            Typed::Truth(Operand::Code(code(move |frame| truth.known(frame).map(|truth| !truth))))
        }
        ("-", Typed::Number(number)) => {
            Typed::Number(Operand::Code(code(move |frame| number.known(frame).map(|number| -number))))
        }
        ("-", Typed::Count(count)) => {
            Typed::Count(Operand::Code(code(move |frame| exactly(count.known(frame)?.checked_neg()))))
        }
        ("+", number) if number.is_numeric() => known_only(number)?,
        _ => return None,
    })
}

/// A number that has to be known.
fn known_only(number: Typed) -> Option<Typed> {
    let number = number.figure()?;
    Some(Typed::Either(Operand::Code(code(move |frame| number.known(frame)))))
}
