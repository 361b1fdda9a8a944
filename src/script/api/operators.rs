//! Operators: what each does for which kinds, and nothing else.
//!
//! Rhai's own operators are never reached: every pair goes through [`binary`], so that mixing kinds raises.

use super::super::form_fault::FormFault;
use super::super::outcome_fault::OutcomeFault;
use super::complaint::Complaint;
use super::kind::Kind;
use super::value::{Date, number};
use rhai::Dynamic;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Every operator between two values.
pub(in crate::script) const BINARY: [&str; 17] =
    ["+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", ">", ">=", "&", "|", "^", "<<", ">>"];

/// Every operator that changes a variable in place, with the operator it applies.
pub(in crate::script) const ASSIGNING: [(&str, &str); 11] = [
    ("+=", "+"),
    ("-=", "-"),
    ("*=", "*"),
    ("/=", "/"),
    ("%=", "%"),
    ("**=", "**"),
    ("&=", "&"),
    ("|=", "|"),
    ("^=", "^"),
    ("<<=", "<<"),
    (">>=", ">>"),
];

/// Every operator before one value.
pub(in crate::script) const UNARY: [&str; 3] = ["-", "+", "!"];

/// Value of `left operator right`.
pub(in crate::script) fn binary(operator: &'static str, left: &Dynamic, right: &Dynamic) -> Result<Dynamic, Complaint> {
    match operator {
        "==" => equal(operator, left, right).map(Dynamic::from_bool),
        "!=" => equal(operator, left, right).map(|equal| Dynamic::from_bool(!equal)),
        "<" => ordered(operator, left, right).map(|order| Dynamic::from_bool(order == Ordering::Less)),
        "<=" => ordered(operator, left, right).map(|order| Dynamic::from_bool(order != Ordering::Greater)),
        ">" => ordered(operator, left, right).map(|order| Dynamic::from_bool(order == Ordering::Greater)),
        ">=" => ordered(operator, left, right).map(|order| Dynamic::from_bool(order != Ordering::Less)),
        "+" | "-" | "*" | "/" | "%" | "**" => arithmetic(operator, left, right),
        _ => Err(FormFault::BitOperator { operator: operator.to_owned() }.into()),
    }
}

/// Value of `operator operand`.
pub(in crate::script) fn unary(operator: &'static str, operand: &Dynamic) -> Result<Dynamic, Complaint> {
    let kind = Kind::of(operand);
    match (operator, kind) {
        (_, Kind::NotKnown) => Err(Complaint::NotKnown { operand: 0 }),
        ("!", Kind::Truth) => Ok(Dynamic::from_bool(!operand.as_bool().unwrap_or_default())),
        ("+", Kind::Count | Kind::Number) => Ok(operand.clone()),
        ("-", Kind::Count) => {
            operand.as_int().ok().and_then(i64::checked_neg).map(Dynamic::from_int).ok_or_else(Complaint::out_of_range)
        }
        ("-", Kind::Number) => Ok(Dynamic::from_decimal(-number(operand).unwrap_or_default())),
        _ => Err(Complaint::Operand { operator, found: kind }),
    }
}

/// True when both are the same; "not known" may be compared with anything.
pub(in crate::script) fn equal(operator: &'static str, left: &Dynamic, right: &Dynamic) -> Result<bool, Complaint> {
    let (left_kind, right_kind) = (Kind::of(left), Kind::of(right));
    if left_kind == Kind::NotKnown || right_kind == Kind::NotKnown {
        return Ok(left_kind == right_kind);
    }
    if (left_kind, right_kind) == (Kind::Truth, Kind::Truth) {
        return Ok(left.as_bool() == right.as_bool());
    }
    ordered(operator, left, right).map(Ordering::is_eq)
}

fn ordered(operator: &'static str, left: &Dynamic, right: &Dynamic) -> Result<Ordering, Complaint> {
    let (left_kind, right_kind) = (Kind::of(left), Kind::of(right));
    let mismatch = || Complaint::Pair { operator, left: left_kind, right: right_kind };
    match (left_kind, right_kind) {
        (Kind::NotKnown, _) => Err(Complaint::NotKnown { operand: 0 }),
        (_, Kind::NotKnown) => Err(Complaint::NotKnown { operand: 1 }),
        (Kind::Count, Kind::Count) => Ok(left.as_int().unwrap_or_default().cmp(&right.as_int().unwrap_or_default())),
        (a, b) if a.is_numeric() && b.is_numeric() => Ok(number(left).cmp(&number(right))),
        (Kind::Text, Kind::Text) => {
            let left = left.as_immutable_string_ref().map_err(|_| mismatch())?;
            let right = right.as_immutable_string_ref().map_err(|_| mismatch())?;
            Ok(left.as_str().cmp(right.as_str()))
        }
        (Kind::Character, Kind::Character) => Ok(left.as_char().cmp(&right.as_char())),
        (Kind::Date, Kind::Date) => Ok(left.clone().try_cast::<Date>().cmp(&right.clone().try_cast::<Date>())),
        _ => Err(mismatch()),
    }
}

fn arithmetic(operator: &'static str, left: &Dynamic, right: &Dynamic) -> Result<Dynamic, Complaint> {
    match (Kind::of(left), Kind::of(right)) {
        (Kind::NotKnown, _) => Err(Complaint::NotKnown { operand: 0 }),
        (_, Kind::NotKnown) => Err(Complaint::NotKnown { operand: 1 }),
        (Kind::Count, Kind::Count) if operator != "/" => {
            whole(operator, left.as_int().unwrap_or_default(), right.as_int().unwrap_or_default())
        }
        (a, b) if a.is_numeric() && b.is_numeric() => {
            exact(operator, number(left).unwrap_or_default(), number(right).unwrap_or_default())
                .map(Dynamic::from_decimal)
        }
        (Kind::Text, Kind::Text) if operator == "+" => {
            let mut joined = super::inspect::in_text(left);
            joined.push_str(&super::inspect::in_text(right));
            Ok(joined.into())
        }
        (left, right) => Err(Complaint::Pair { operator, left, right }),
    }
}

pub(in crate::script) fn whole(operator: &'static str, left: i64, right: i64) -> Result<Dynamic, Complaint> {
    let result = match operator {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "%" if right == 0 => return Err(Complaint::division_by_zero()),
        "%" => left.checked_rem(right),
        _ if right < 0 => return exact(operator, left.into(), right.into()).map(Dynamic::from_decimal),
        _ => u32::try_from(right).ok().and_then(|exponent| left.checked_pow(exponent)),
    };
    result.map(Dynamic::from_int).ok_or_else(Complaint::out_of_range)
}

pub(in crate::script) fn exact(operator: &'static str, left: Decimal, right: Decimal) -> Result<Decimal, Complaint> {
    let result = match operator {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "/" | "%" if right.is_zero() => return Err(Complaint::division_by_zero()),
        "/" => left.checked_div(right),
        "%" => left.checked_rem(right),
        _ => return power(left, right),
    };
    result.ok_or_else(Complaint::out_of_range)
}

fn power(base: Decimal, exponent: Decimal) -> Result<Decimal, Complaint> {
    if !exponent.fract().is_zero() {
        return Err(OutcomeFault::FractionalExponent {}.into());
    }
    let times = i64::try_from(exponent.trunc()).ok().filter(|times| times.abs() <= 1_000);
    let times = times.ok_or_else(Complaint::out_of_range)?;
    let mut product = Decimal::ONE;
    for _ in 0..times.abs() {
        product = product.checked_mul(base).ok_or_else(Complaint::out_of_range)?;
    }
    if times >= 0 {
        return Ok(product);
    }
    if product.is_zero() {
        return Err(Complaint::division_by_zero());
    }
    Decimal::ONE.checked_div(product).ok_or_else(Complaint::out_of_range)
}
