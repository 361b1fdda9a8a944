//! Calculations with tiers, points, rebates and dates.

use super::super::api::rebate::{are_steps, proportion, rebate};
use super::super::api::rule_functions::{months_between, moved};
use super::super::tree::{Expression, ExpressionKind};
use super::frame::{Given, Miss, code, exactly};
use super::lower::{Lowered, Lowerer};
use super::operand::{Operand, Typed};
use crate::units::Month;
use chrono::{Datelike, NaiveDate, TimeDelta};
use rust_decimal::Decimal;

/// Whole number that a number is.
fn whole(number: Decimal) -> Given<i64> {
    exactly(if number.fract().is_zero() { i64::try_from(number).ok() } else { None })
}

fn later(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    TimeDelta::try_days(days).and_then(|days| day.checked_add_signed(days))
}

impl<'p> Lowerer<'p> {
    /// A calculation; `None` for another function.
    pub fn calculation(&mut self, name: &str, arguments: &[&'p Expression], at: usize) -> Lowered<Option<Typed>> {
        let typed = match (name, arguments) {
            ("rank" | "tier_minimum", [tier]) => self.of_tier(name, tier)?,
            ("points" | "points_proportional", [value, per, each]) => {
                let (value, per, each) = (self.decimal(value)?, self.decimal(per)?, self.decimal(each)?);
                let is_full = name == "points";
                Typed::Number(Operand::Code(code(move |frame| {
                    let (value, per, each) = (value.known(frame)?, per.known(frame)?, each.known(frame)?);
                    exactly(if per > Decimal::ZERO { proportion(value, per, each, is_full) } else { None })
                })))
            }
            ("capped", [points, cap]) => {
                let (points, cap) = (self.decimal(points)?, self.decimal(cap)?);
                Typed::Number(Operand::Code(code(move |frame| Ok(points.known(frame)?.min(cap.known(frame)?)))))
            }
            ("cliff", [amount, threshold, payout]) => {
                let (amount, threshold) = (self.decimal(amount)?, self.decimal(threshold)?);
                let payout = self.decimal(payout)?;
                Typed::Number(Operand::Code(code(move |frame| {
                    let (payout, amount) = (payout.known(frame)?, amount.known(frame)?);
                    Ok(if amount >= threshold.known(frame)? { payout } else { Decimal::ZERO })
                })))
            }
            ("marginal" | "retrospective", [amount, steps]) => {
                let (amount, found) = (self.decimal(amount)?, self.pairs(steps));
                let found = found.filter(|steps| are_steps(steps));
                let steps = found.ok_or_else(|| self.fallback(steps.at, "steps that are calculated"))?;
                let is_marginal = name == "marginal";
                Typed::Number(Operand::Code(code(move |frame| {
                    exactly(rebate(amount.known(frame)?, &steps, is_marginal))
                })))
            }
            ("best_of", [list]) => self.best_of(list)?,
            _ => return self.of_dates(name, arguments, at),
        };
        Ok(Some(typed))
    }

    fn best_of(&mut self, list: &'p Expression) -> Lowered<Typed> {
        let items = self.items(list)?;
        let items = items.ok_or_else(|| self.fallback(list.at, "a list that is calculated"))?;
        let mut numbers = Vec::with_capacity(items.len());
        for item in items.into_iter().filter(|item| !matches!(item, Typed::NotKnown)) {
            let words = format!("{} as a number", item.words());
            numbers.push(item.decimal().ok_or_else(|| self.fallback(list.at, words))?);
        }
        let numbers = numbers.into_boxed_slice();
        Ok(Typed::Number(Operand::Code(code(move |frame| {
            let mut best: Option<Decimal> = None;
            for number in &numbers {
                if let Some(number) = number.maybe(frame)? {
                    best = Some(best.map_or(number, |best| best.max(number)));
                }
            }
            best.ok_or(Miss::NotKnown)
        }))))
    }

    fn of_dates(&mut self, name: &str, arguments: &[&'p Expression], at: usize) -> Lowered<Option<Typed>> {
        Ok(Some(match (name, arguments) {
            ("add_days" | "add_months", [day, by]) => {
                let (day, by, is_days) = (self.date(day)?, self.decimal(by)?, name == "add_days");
                Typed::Date(Operand::Code(code(move |frame| {
                    let (day, by) = (day.known(frame)?, whole(by.known(frame)?)?);
                    exactly(if is_days { later(day, by) } else { moved(day, by) })
                })))
            }
            ("end_of_month", [day, by @ ..]) => {
                let day = self.date(day)?;
                let by = by.first().map(|by| self.decimal(by)).transpose()?;
                Typed::Date(Operand::Code(code(move |frame| {
                    let day = day.known(frame)?;
                    let by = by.as_ref().map_or(Ok(0), |by| whole(by.known(frame)?))?;
                    exactly(moved(day, by)).map(|day| Month::of(day).last_day())
                })))
            }
            ("months_between" | "days_between", [from, to]) => {
                let (from, to, is_days) = (self.date(from)?, self.date(to)?, name == "days_between");
                Typed::Count(Operand::Code(code(move |frame| {
                    let (from, to) = (from.known(frame)?, to.known(frame)?);
                    Ok(if is_days { to.signed_duration_since(from).num_days() } else { months_between(from, to) })
                })))
            }
            ("year" | "month" | "day", [day]) => {
                let day = self.date(day)?;
                let part: fn(NaiveDate) -> i64 = match name {
                    "year" => |day| i64::from(day.year()),
                    "month" => |day| i64::from(day.month()),
                    _ => |day| i64::from(day.day()),
                };
                Typed::Count(Operand::Code(code(move |frame| day.known(frame).map(part))))
            }
            ("date", [Expression { kind: ExpressionKind::Text(text), .. }]) => {
                let day = text.parse().ok();
                Typed::Date(Operand::Constant(day.ok_or_else(|| self.fallback(at, "a date"))?))
            }
            _ => return Ok(None),
        }))
    }
}
