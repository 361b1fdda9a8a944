//! Scales: a percentage where a fraction is expected, a ratio where an amount is, days where months are.

use super::super::tree::Expression;
use super::super::unit_fault::UnitFault;
use super::Analysis;
use super::dimension::Dimension;
use super::value::{Operand, Value, Written};
use crate::finding::Span;
use crate::units::plain;
use rust_decimal::Decimal;

/// Number of months from which days are meant.
const DAYS_NOT_MONTHS: i64 = 180;
/// Number from which an amount of money is meant, where people or partners are counted.
const LEAST_REVENUE: i64 = 50_000;
/// Smallest number that is a percentage where a ratio is expected.
pub(super) const LEAST_PERCENTAGE: i64 = 10;
/// Smallest whole number that is a percentage where a growth is expected.
pub(super) const LEAST_GROWTH: i64 = 3;
/// Amounts below it that are not whole look like ratios.
const SMALLEST_AMOUNT: i64 = 10;

impl<'a> Analysis<'a> {
    /// Reports the literals of a rate that are whole and at least `least`.
    pub(super) fn percentage(&mut self, value: &Value<'a>, least: i64, span: Span) {
        let found: Vec<Written<'a>> = value.literals().filter(|written| is_percent(written, least)).cloned().collect();
        self.percentages(&found, span);
    }

    /// Reports literals that are percentages.
    pub(super) fn percentages(&mut self, found: &[Written<'a>], span: Span) {
        for written in found {
            let Some(number) = written.number() else { continue };
            self.report_literal(UnitFault::Percentage { expression: None, number }, written, span);
        }
    }

    /// Reports a percentage that a rate is compared with.
    pub(super) fn percentage_of(&mut self, rate: &Expression, most: Option<i64>, literal: &Value<'a>, span: Span) {
        let is_beyond = |written: &&Written<'a>| match most {
            Some(most) => written.number().is_some_and(|number| number.abs() > Decimal::from(most)),
            None => is_percent(written, LEAST_PERCENTAGE),
        };
        let found: Vec<Written<'a>> = literal.literals().filter(is_beyond).cloned().collect();
        for written in found {
            let Some(number) = written.number() else { continue };
            let expression = Some(self.text(rate));
            self.report_literal(UnitFault::Percentage { expression, number }, &written, span);
        }
    }

    /// Reports at the literal; where that is a constant, the expression is the second place.
    fn report_literal(&mut self, fault: UnitFault, written: &Written<'a>, used: Span) {
        let is_here =
            std::ptr::eq(written.unit, self.unit) && used.start <= written.span.start && written.span.end <= used.end;
        self.report_at(fault, written.unit, written.span, (!is_here).then_some(used));
    }

    /// Reports a ratio that an amount of money is compared with.
    pub(super) fn ratio_of_money(&mut self, operator: &str, money: &Operand<'a>, literal: &Operand<'a>, span: Span) {
        let Some(written) = literal.1.written.clone() else { return };
        let Some(number) = written.number() else { return };
        let size = number.abs();
        let is_fraction = !size.fract().is_zero() && size < Decimal::from(SMALLEST_AMOUNT);
        // `amount > 1` may ask for more than nothing; `amount >= 1` asks whether a ratio is reached.
        let is_whole = size == Decimal::ONE && matches!(operator, ">=" | "<");
        if is_fraction || is_whole {
            let amount = self.text(money.0);
            self.report_literal(UnitFault::RatioOfMoney { amount, number }, &written, span);
        }
    }

    /// Reports a fraction that is added to an amount of money.
    pub(super) fn fraction_of_money(&mut self, money: &Operand<'a>, literal: &Operand<'a>) {
        if money.1.dimension() != Some(Dimension::Money) {
            return;
        }
        if literal.1.is_fraction() {
            let amount = self.text(money.0);
            let fraction = literal.1.fixed_number().map_or_else(|| self.text(literal.0), plain);
            self.report(UnitFault::FractionAdded { amount, fraction }, self.span(literal.0));
        }
    }

    /// Reports a literal that a count is compared with as if it were a fraction, or days as if they were months.
    pub(super) fn scale_of_count(&mut self, count: &Expression, unit: &str, literal: &Value<'a>, span: Span) {
        let Some(written) = literal.written.clone() else { return };
        let Some(number) = written.number() else { return };
        let expression = self.text(count);
        if unit == "months" && number.abs() >= Decimal::from(DAYS_NOT_MONTHS) {
            self.report_literal(UnitFault::DaysForMonths { expression, number }, &written, span);
        } else if matches!(unit, "people" | "partners" | "quarters" | "periods")
            && number >= Decimal::from(LEAST_REVENUE)
        {
            self.report_literal(UnitFault::AmountForCount { expression, number }, &written, span);
        } else if !number.is_zero() && number.abs() < Decimal::ONE {
            self.report_literal(UnitFault::FractionOfCount { expression, number }, &written, span);
        }
    }

    /// Reports a fraction that a percentage is compared with.
    pub(super) fn fraction_of_percentage(&mut self, percentage: &Expression, literal: &Value<'a>, span: Span) {
        let Some(written) = literal.written.clone() else { return };
        let Some(number) = written.number() else { return };
        if !number.fract().is_zero() && number.abs() < Decimal::TWO {
            let expression = self.text(percentage);
            self.report_literal(UnitFault::FractionForPercentage { expression, number }, &written, span);
        }
    }

    /// Reports a number of months, given to a function, that is one of days.
    pub(super) fn months_given(&mut self, value: &Value<'a>, expression: &'a Expression) {
        let span = self.span(expression);
        self.scale_of_count(expression, "months", value, span);
    }

    /// Reports a count × whole literal that is limited to less than 1: a percentage for each.
    pub(super) fn scale_of_limit(&mut self, value: &Value<'a>, limit: &Value<'a>, span: Span) {
        let is_below_one = limit.fixed_number().is_some_and(|limit| limit > Decimal::ZERO && limit < Decimal::ONE);
        if is_below_one
            && let Some(scale) = value.scale.clone()
            && let Some(number) = scale.number().filter(|number| *number >= Decimal::ONE)
        {
            self.report_literal(UnitFault::Percentage { expression: None, number }, &scale, span);
        }
    }
}

/// True for a literal that is a percentage where less than `least` is expected.
pub(super) fn is_percent(written: &Written<'_>, least: i64) -> bool {
    let is_large = |number: Decimal| number.fract().is_zero() || number.abs() >= Decimal::from(LEAST_PERCENTAGE);
    written.number().is_some_and(|number| is_large(number) && number.abs() >= Decimal::from(least))
}
