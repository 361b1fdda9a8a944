//! The product's own functions that have a typed form.

use super::super::api::rule_functions::percent_of;
use super::super::statistics::{MAX_ROOT, root};
use super::super::tree::{Expression, ExpressionKind};
use super::facts::amounts;
use super::frame::{Figure, Miss, code, exactly, writer};
use super::lower::{Lowered, Lowerer};
use super::operand::{Form, Held, Operand, Typed};
use super::requirements::empty_ladder;
use crate::decision::push_cents;
use rust_decimal::{Decimal, RoundingStrategy};

/// Decimals to which a root is rounded unless others are named, as the interpreter has it.
const ROOT_PLACES: u32 = 12;
/// Most decimals that a rounding may name.
const MOST_PLACES: i64 = 12;

fn rounding(name: &str) -> Option<RoundingStrategy> {
    Some(match name {
        "round_half_up" | "round_to" => RoundingStrategy::MidpointAwayFromZero,
        "round_half_down" => RoundingStrategy::MidpointTowardZero,
        "round_half_even" => RoundingStrategy::MidpointNearestEven,
        "round_away" => RoundingStrategy::AwayFromZero,
        "round_toward_zero" => RoundingStrategy::ToZero,
        "round_up_to" => RoundingStrategy::ToPositiveInfinity,
        "round_down_to" => RoundingStrategy::ToNegativeInfinity,
        _ => return None,
    })
}

/// The smaller or larger of two numbers; of equal ones the first.
fn extreme<T: Held>(first: Operand<T>, second: Operand<T>, is_better: fn(&T, &T) -> bool) -> Operand<T> {
    Operand::Code(code(move |frame| {
        let (first, second) = (first.known(frame)?, second.known(frame)?);
        Ok(if is_better(&second, &first) { second } else { first })
    }))
}

fn limited<T: Held>(x: Operand<T>, low: Operand<T>, high: Operand<T>, of: fn(T) -> Decimal) -> Operand<T> {
    Operand::Code(code(move |frame| {
        let (x, low, high) = (x.known(frame)?, low.known(frame)?, high.known(frame)?);
        let (exact, least, most) = (of(x), of(low), of(high));
        match () {
            () if least > most => Err(Miss::Failed),
            () if exact < least => Ok(low),
            () if exact > most => Ok(high),
            () => Ok(x),
        }
    }))
}

fn clamp(x: Typed, low: Typed, high: Typed) -> Option<Typed> {
    Some(match (x, low, high) {
        (Typed::Number(x), Typed::Number(low), Typed::Number(high)) => Typed::Number(limited(x, low, high, |x| x)),
        (Typed::Count(x), Typed::Count(low), Typed::Count(high)) => Typed::Count(limited(x, low, high, Decimal::from)),
        (x, low, high) => Typed::Either(limited(x.figure()?, low.figure()?, high.figure()?, Figure::decimal)),
    })
}

fn smaller_or_larger(first: Typed, second: Typed, is_least: bool) -> Option<Typed> {
    Some(match (first, second) {
        (Typed::Number(a), Typed::Number(b)) => {
            Typed::Number(extreme(a, b, if is_least { |a, b| a < b } else { |a, b| a > b }))
        }
        (Typed::Count(a), Typed::Count(b)) => {
            Typed::Count(extreme(a, b, if is_least { |a, b| a < b } else { |a, b| a > b }))
        }
        (a, b) => {
            let is_better: fn(&Figure, &Figure) -> bool =
                if is_least { |a, b| a.decimal() < b.decimal() } else { |a, b| a.decimal() > b.decimal() };
            Typed::Either(extreme(a.figure()?, b.figure()?, is_better))
        }
    })
}

fn absolute(x: Typed) -> Option<Typed> {
    Some(match x {
        Typed::Count(x) => Typed::Count(Operand::Code(code(move |frame| {
            let x = x.known(frame)?;
            exactly(if x < 0 { x.checked_neg() } else { Some(x) })
        }))),
        x => {
            let x = x.figure()?;
            Typed::Either(Operand::Code(code(move |frame| {
                Ok(match x.known(frame)? {
                    Figure::Count(x) if x < 0 => Figure::Count(exactly(x.checked_neg())?),
                    Figure::Number(x) if x < Decimal::ZERO => Figure::Number(-x),
                    x => x,
                })
            })))
        }
    })
}

/// Part ÷ whole; not known where either is not, or the whole is zero.
fn share(part: Operand<Decimal>, whole: Operand<Decimal>) -> Typed {
    Typed::Number(Operand::Code(code(move |frame| {
        let (part, whole) = (part.maybe(frame)?, whole.maybe(frame)?);
        let (part, whole) = part.zip(whole).filter(|(_, whole)| !whole.is_zero()).ok_or(Miss::NotKnown)?;
        exactly(part.checked_div(whole))
    })))
}

fn stepped(x: Operand<Decimal>, by: Operand<Decimal>, strategy: RoundingStrategy) -> Typed {
    Typed::Number(Operand::Code(code(move |frame| {
        let (x, by) = (x.known(frame)?, by.known(frame)?);
        if by <= Decimal::ZERO {
            return Err(Miss::Failed);
        }
        exactly(exactly(x.checked_div(by))?.round_dp_with_strategy(0, strategy).checked_mul(by))
    })))
}

/// Whole number that a number is.
fn integer(x: Operand<Decimal>) -> Typed {
    Typed::Count(Operand::Code(code(move |frame| {
        let x = x.known(frame)?;
        exactly(if x.fract().is_zero() { i64::try_from(x).ok() } else { None })
    })))
}

impl<'p> Lowerer<'p> {
    /// A call of one of the product's own functions.
    pub fn builtin(&mut self, name: &str, arguments: Vec<&'p Expression>, at: usize) -> Lowered<Typed> {
        if let Some(made) = self.policy_function(name, &arguments, at)? {
            return Ok(made);
        }
        let typed = match (name, &arguments[..]) {
            ("is_known", [value]) => return self.is_known(value),
            ("peers", [partner, group]) => return self.peers(partner, group),
            ("lookup", [table, keys, column]) => return self.lookup(table, keys, column),
            ("has_row", [table, keys]) => return self.has_row(table, keys),
            ("money", [x]) => {
                let x = self.decimal(x)?;
                Some(Typed::Written(writer(move |frame, out| {
                    push_cents(x.known(frame)?, out);
                    Ok(())
                })))
            }
            ("percent", [x, places @ ..]) => {
                let (x, places) = (self.decimal(x)?, self.places(places)?);
                Some(Typed::Written(writer(move |frame, out| {
                    out.push_str(&exactly(percent_of(x.known(frame)?, places))?);
                    Ok(())
                })))
            }
            ("root", [x, n, places @ ..]) => return self.root(x, n, places),
            ("round_to" | "round_up_to" | "round_down_to", [x, by]) => {
                let (x, by) = (self.decimal(x)?, self.decimal(by)?);
                rounding(name).map(|strategy| stepped(x, by, strategy))
            }
            (_, [x, places @ ..]) if name.starts_with("round_") => {
                let (x, places) = (self.decimal(x)?, self.places(places)?.unwrap_or(0));
                rounding(name).map(|strategy| {
                    Typed::Number(Operand::Code(code(move |frame| {
                        Ok(x.known(frame)?.round_dp_with_strategy(places, strategy))
                    })))
                })
            }
            (_, [list, rest @ ..]) => {
                let first = self.expression(list)?;
                return self.of_first(name, first, rest, at);
            }
            _ => None,
        };
        typed.ok_or_else(|| self.fallback(at, format!("`{name}`")))
    }

    /// A function that makes a requirement or a decision, or calculates with tiers, points and dates.
    fn policy_function(&mut self, name: &str, arguments: &[&'p Expression], at: usize) -> Lowered<Option<Typed>> {
        match (name, arguments) {
            ("ladder", []) => return Ok(Some(empty_ladder())),
            ("decide_by", [table, inputs]) => return self.decide_by(table, inputs).map(Some),
            _ => {}
        }
        if let Some(made) = self.requirement(name, arguments, at)? {
            return Ok(Some(made));
        }
        match self.decided(name, arguments)? {
            Some(made) => Ok(Some(made)),
            None => self.calculation(name, arguments, at),
        }
    }

    /// A function that depends on the kind of its first argument.
    fn of_first(&mut self, name: &str, first: Typed, rest: &[&'p Expression], at: usize) -> Lowered<Typed> {
        let words = format!("`{name}` of {}", first.words());
        let typed = match (name, first, rest) {
            (_, Typed::Peers(group), _) => return self.of_peers(name, group, rest, at),
            (_, Typed::Object(Form::Records(list), run), _) => return self.of_records(name, (list, run), rest, at),
            (_, Typed::Object(Form::Ladder, run), _) => return self.of_ladder(name, run, rest, at),
            (_, Typed::Object(form @ (Form::Tier | Form::Incentive | Form::Intervention), run), _) => {
                return self.of_decision(name, (form, run), rest, at);
            }
            (_, Typed::Amounts(list), []) => match name {
                "len" | "count" | "is_empty" | "sum" | "average" | "first" | "last" => Some(of_amounts(name, list)),
                _ => None,
            },
            ("clamp", x, [low, high]) => clamp(x, self.expression(low)?, self.expression(high)?),
            ("min" | "max", first, [second]) => smaller_or_larger(first, self.expression(second)?, name == "min"),
            ("abs", x, []) => absolute(x),
            ("share", part, [whole]) => {
                let whole = self.expression(whole)?.decimal();
                part.decimal().zip(whole).map(|(part, whole)| share(part, whole))
            }
            ("whole", x, []) => x.decimal().map(integer),
            _ => None,
        };
        typed.ok_or_else(|| self.fallback(at, words))
    }

    /// An expression that is a number.
    pub fn decimal(&mut self, expression: &'p Expression) -> Lowered<Operand<Decimal>> {
        let typed = self.expression(expression)?;
        let words = typed.words();
        typed.decimal().ok_or_else(|| self.fallback(expression.at, format!("{words} as a number")))
    }

    /// Decimal places, written as a number.
    fn places(&mut self, places: &[&'p Expression]) -> Lowered<Option<u32>> {
        match places {
            [] => Ok(None),
            [Expression { kind: ExpressionKind::Count(places @ 0..=MOST_PLACES), .. }] => {
                Ok(u32::try_from(*places).ok())
            }
            [other, ..] => Err(self.fallback(other.at, "decimal places that are calculated")),
        }
    }

    fn root(&mut self, x: &'p Expression, n: &'p Expression, places: &[&'p Expression]) -> Lowered<Typed> {
        let (x, places) = (self.decimal(x)?, self.places(places)?.unwrap_or(ROOT_PLACES));
        let ExpressionKind::Count(degree @ 1..=MAX_ROOT) = n.kind else {
            return Err(self.fallback(n.at, "a root that is calculated"));
        };
        Ok(Typed::Number(Operand::Code(code(move |frame| {
            let x = x.known(frame)?;
            let root = if x < Decimal::ZERO { None } else { root(x, degree) };
            let rounded = exactly(root)?.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
            Ok(rounded.normalize())
        }))))
    }
}

fn of_amounts(name: &str, list: super::super::api::ids::ListId) -> Typed {
    let length = move |frame: &mut super::frame::Frame<'_>| exactly(i64::try_from(amounts(frame, list).len()).ok());
    match name {
        "len" | "count" => Typed::Count(Operand::Code(code(length))),
        "is_empty" => Typed::Truth(Operand::Code(code(move |frame| Ok(amounts(frame, list).is_empty())))),
        "first" | "last" => {
            let is_first = name == "first";
            Typed::Number(Operand::Code(code(move |frame| {
                let items = amounts(frame, list);
                let item = if is_first { items.first() } else { items.last() };
                item.map(|money| money.amount()).ok_or(Miss::NotKnown)
            })))
        }
        _ => {
            let is_sum = name == "sum";
            Typed::Number(Operand::Code(code(move |frame| {
                let items = amounts(frame, list);
                if items.is_empty() && !is_sum {
                    return Err(Miss::NotKnown);
                }
                let add = |sum: Decimal, money: &crate::units::Money| sum.checked_add(money.amount());
                let sum = exactly(items.iter().try_fold(Decimal::ZERO, add))?;
                if is_sum { Ok(sum) } else { exactly(sum.checked_div(Decimal::from(items.len()))) }
            })))
        }
    }
}
