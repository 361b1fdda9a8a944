//! Arguments of the engine's functions: what each must be, and whether it must be known.

use super::super::api::functions;
use super::super::outcome_fault::OutcomeFault;
use super::super::tree::{Expression, ExpressionKind};
use super::super::unit_fault::UnitFault;
use super::Analysis;
use super::dimension::Dimension;
use super::value::{Fixed, Operand, What};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Dimension that an argument must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demand {
    Money,
    Rate,
    Months,
    Days,
}

/// Arguments with a dimension: function, number of the argument (from 0), what it must be.
const DEMANDS: [(&str, usize, Demand); 13] = [
    ("indicate", 0, Demand::Money),
    ("floor", 1, Demand::Money),
    ("ceiling", 1, Demand::Money),
    ("amount", 1, Demand::Money),
    ("rate", 1, Demand::Rate),
    ("percent", 0, Demand::Rate),
    ("money", 0, Demand::Money),
    ("add_days", 1, Demand::Days),
    ("add_months", 1, Demand::Months),
    ("last_months", 2, Demand::Months),
    ("end_of_month", 1, Demand::Months),
    ("marginal", 0, Demand::Money),
    ("retrospective", 0, Demand::Money),
];

/// Functions that take a value that is not known: the function and which of its arguments.
const TAKES_NOT_KNOWN: [(&str, &[usize]); 17] = [
    ("is_known", &[0]),
    ("at_least", &[1]),
    ("more_than", &[1]),
    ("at_most", &[1]),
    ("less_than", &[1]),
    ("holds", &[1]),
    ("tier_minimum", &[0]),
    ("rank", &[0]),
    ("demote", &[0]),
    ("decision_for", &[1]),
    ("requirement", &[1]),
    ("share", &[0, 1]),
    ("best_of", &[0]),
    ("push", &[1]),
    ("reduce", &[2]),
    ("decide_by", &[1]),
    ("because", &[0, 1]),
];

impl Demand {
    fn words(self) -> &'static str {
        match self {
            Self::Money => "an amount of money",
            Self::Rate => "a rate",
            Self::Months => "a number of months",
            Self::Days => "a number of days",
        }
    }

    fn takes(self, dimension: Dimension) -> bool {
        match (self, dimension) {
            (_, Dimension::Open) => true,
            (Self::Money, Dimension::Money) | (Self::Rate, Dimension::Rate) => true,
            // A count without unit may be a hundredth of anything.
            (Self::Rate, Dimension::Count("")) => true,
            (Self::Months, Dimension::Count(unit)) => unit.is_empty() || unit == "months",
            (Self::Days, Dimension::Count(unit)) => unit.is_empty() || unit == "days",
            _ => false,
        }
    }
}

impl<'a> Analysis<'a> {
    /// Reports arguments that may be not known, and those of a dimension that the function does not take.
    pub(super) fn arguments(&mut self, function: &str, given: &[Operand<'a>]) {
        let takes = TAKES_NOT_KNOWN.iter().find(|(name, _)| *name == function).map_or(&[][..], |(_, takes)| *takes);
        for (index, (expression, value)) in given.iter().enumerate() {
            if !takes.contains(&index) {
                self.demand(value, expression);
            }
        }
        self.vocabularies(function, given);
        for (_, index, demand) in DEMANDS.iter().filter(|(name, ..)| *name == function) {
            if let Some(operand) = given.get(*index) {
                self.argument(function, *index, operand, *demand, given.len());
            }
        }
    }

    fn argument(&mut self, function: &str, index: usize, operand: &Operand<'a>, demand: Demand, count: usize) {
        let (expression, value) = operand;
        let Some(dimension) = value.dimension() else { return };
        let is_fraction = demand == Demand::Money && value.is_fraction() && dimension == Dimension::Open;
        if is_fraction || !demand.takes(dimension) {
            let signatures = functions::find(function).map_or(&[][..], |function| function.signatures);
            let names = signatures.iter().find(|names| names.len() == count).copied().unwrap_or_default();
            let (function, expression_text) = (function.to_owned(), self.text(expression));
            let argument = names.get(index).copied().unwrap_or("its value").to_owned();
            let fault = if is_fraction {
                UnitFault::FractionForMoney { function, argument, expression: expression_text }
            } else {
                let (expected, found) = (demand.words(), dimension.words());
                UnitFault::Argument { function, argument, expected, expression: expression_text, found }
            };
            self.report(fault, self.span(expression));
            return;
        }
        match demand {
            Demand::Months => self.months_given(value, expression),
            Demand::Rate if value.is_percentage => {
                let expression_text = self.text(expression);
                self.report(
                    UnitFault::PercentageGiven { function: function.to_owned(), expression: expression_text },
                    self.span(expression),
                );
            }
            Demand::Rate => self.percentage(value, if function == "rate" { 2 } else { 10 }, self.span(expression)),
            Demand::Money | Demand::Days => {}
        }
    }

    /// Reports a requirement whose value is a constant and whose threshold is not.
    pub(super) fn requirement(&mut self, function: &str, given: &[Operand<'a>]) {
        let [_, value, threshold] = given else { return };
        let is_swapped = value.1.written.is_some()
            && threshold.1.written.is_none()
            && threshold.1.path.as_ref().is_some_and(|path| path.starts_with("partner.") || path.starts_with('#'));
        if is_swapped {
            let fault = UnitFault::Swapped {
                function: function.to_owned(),
                value: self.text(value.0),
                threshold: self.text(threshold.0),
            };
            self.report(fault, self.span(value.0));
            return;
        }
        let operator = match function {
            "at_least" => ">=",
            "less_than" => "<",
            _ => ">",
        };
        self.compared(operator, value, threshold);
        self.small_amount(value, threshold);
    }

    /// Reports a requirement of fewer than 100 units of money.
    fn small_amount(&mut self, value: &Operand<'a>, threshold: &Operand<'a>) {
        if value.1.dimension() != Some(Dimension::Money) {
            return;
        }
        let Some(number) = threshold.1.fixed_number() else { return };
        if number > Decimal::ONE && number < Decimal::ONE_HUNDRED && number.fract().is_zero() {
            let fault = UnitFault::SmallAmount { amount: self.text(value.0), number };
            self.report(fault, self.span(value.0));
        }
    }

    /// Reports a date that is written in another form.
    pub(super) fn date(&mut self, given: &[Operand<'a>]) {
        let [(expression, value)] = given else { return };
        let text = value.written.as_ref().and_then(|written| match &written.fixed {
            Fixed::Text(text) => Some(text.clone()),
            Fixed::Number(_) | Fixed::Truth(_) => None,
        });
        if let Some(text) = text.filter(|text| text.parse::<NaiveDate>().is_err()) {
            self.report(OutcomeFault::NotADate { text }, self.span(expression));
        }
    }

    /// Reports the ends of `clamp` in the wrong order, and ends of another dimension.
    pub(super) fn limits(&mut self, function: &str, given: &[Operand<'a>]) {
        if let ("clamp", [_, low, high]) = (function, given)
            && let (Some(low_number), Some(high_number)) = (low.1.fixed_number(), high.1.fixed_number())
            && low_number > high_number
        {
            let span = crate::finding::Span { start: low.0.at, end: self.span(high.0).end };
            self.report(OutcomeFault::ClampEnds { low: low_number, high: high_number }, span);
        }
        let Some((first, rest)) = given.split_first() else { return };
        for limit in rest {
            let (Some(one), Some(other)) = (first.1.dimension(), limit.1.dimension()) else { continue };
            if !one.fits(other) {
                let fault = UnitFault::Comparison {
                    left: self.text(first.0),
                    left_is: one.words(),
                    right: self.text(limit.0),
                    right_is: other.words(),
                };
                self.report(fault, self.span(limit.0));
            }
            let span = self.span(limit.0);
            for (money, literal) in [(first, limit), (limit, first)] {
                if money.1.dimension() == Some(Dimension::Money) {
                    self.ratio_of_money(">", money, literal, span);
                }
            }
            self.scale_of_limit(&first.1, &limit.1, span);
            self.scale_of_limit(&limit.1, &first.1, span);
        }
    }

    /// Reports steps of a rebate that are not in ascending order, or whose rates are percentages.
    pub(super) fn steps(&mut self, function: &str, steps: &'a Expression) {
        let (unit, list) = match &steps.kind {
            ExpressionKind::Qualified { namespace, name } => {
                let Some(unit) = self.module(namespace) else { return };
                let Some(constant) = unit.tree.constants.iter().find(|constant| constant.name == *name) else { return };
                (unit, &constant.value)
            }
            _ => (self.unit, steps),
        };
        let ExpressionKind::List(items) = &list.kind else { return };
        let caller = std::mem::replace(&mut self.unit, unit);
        let mut before: Option<Decimal> = None;
        for item in items {
            let ExpressionKind::List(pair) = &item.kind else { continue };
            let [from, rate] = &pair[..] else { continue };
            let (from_value, rate_value) = (self.expression(from), self.expression(rate));
            if let Some(from) = from_value.fixed_number() {
                if before.is_some_and(|before| from <= before) {
                    self.report(OutcomeFault::StepOrder { function: function.to_owned() }, self.span(item));
                }
                before = Some(from);
            }
            self.percentage(&rate_value, 1, self.span(rate));
        }
        self.unit = caller;
    }

    /// True when the value is a list whose items are known.
    pub(super) fn is_list(operand: &Operand<'a>) -> bool {
        matches!(operand.1.what, What::List(_))
    }
}
