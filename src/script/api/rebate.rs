//! Points and rebates as functions of policies compute them.

use super::super::kind_fault::KindFault;
use super::super::outcome_fault::OutcomeFault;
use super::complaint::Complaint;
use super::function::{Call, Outcome};
use super::value::{items, number};
use rhai::{Dynamic, EvalAltResult};
use rust_decimal::Decimal;

type Fault = Box<EvalAltResult>;

impl Call<'_, '_> {
    pub(super) fn proportion(&self, full_steps: bool) -> Result<Decimal, Fault> {
        let (value, per, each) = (self.number(0)?, self.number(1)?, self.number(2)?);
        if per <= Decimal::ZERO {
            return Err(OutcomeFault::PointStep { function: self.function.to_owned(), step: per }.into());
        }
        Ok(proportion(value, per, each, full_steps).ok_or_else(Complaint::out_of_range)?)
    }

    pub(super) fn steps(&self) -> Result<Vec<(Decimal, Decimal)>, Fault> {
        let wrong = || Fault::from(KindFault::Steps { function: self.function.to_owned() });
        let mut steps: Vec<(Decimal, Decimal)> = Vec::new();
        for item in self.items(1)? {
            let pair = items(&item).ok_or_else(wrong)?;
            let [from, rate] = &pair[..] else { return Err(wrong()) };
            let (from, rate) = (number(from).ok_or_else(wrong)?, number(rate).ok_or_else(wrong)?);
            steps.push((from, rate));
        }
        if are_steps(&steps) { Ok(steps) } else { Err(wrong()) }
    }

    pub(super) fn rebate(&self, is_marginal: bool) -> Outcome {
        let amount = self.number(0)?;
        let total = rebate(amount, &self.steps()?, is_marginal);
        Ok(Dynamic::from_decimal(total.ok_or_else(Complaint::out_of_range)?))
    }
}

/// Points for full steps, or in proportion; `None` beyond the range of exact decimals.
pub(in crate::script) fn proportion(value: Decimal, per: Decimal, each: Decimal, full_steps: bool) -> Option<Decimal> {
    if value <= Decimal::ZERO {
        return Some(Decimal::ZERO);
    }
    if full_steps {
        value.checked_div(per).map(|steps| steps.trunc()).and_then(|steps| steps.checked_mul(each))
    } else {
        // Multiplied first, so that thirds of 30 are exact.
        value.checked_mul(each).and_then(|product| product.checked_div(per))
    }
}

/// True for steps of a rebate: at least one, in ascending order.
pub(in crate::script) fn are_steps(steps: &[(Decimal, Decimal)]) -> bool {
    !steps.is_empty() && steps.windows(2).all(|two| two[0].0 < two[1].0)
}

/// A rebate by steps; `None` beyond the range of exact decimals.
pub(in crate::script) fn rebate(amount: Decimal, steps: &[(Decimal, Decimal)], is_marginal: bool) -> Option<Decimal> {
    let mut total = Decimal::ZERO;
    for (index, (from, rate)) in steps.iter().enumerate() {
        if amount < *from {
            break;
        }
        let to = steps.get(index + 1).map_or(amount, |(next, _)| amount.min(*next));
        let part = if is_marginal { to.checked_sub(*from) } else { Some(amount) };
        let part = part.and_then(|part| part.checked_mul(*rate))?;
        total = if is_marginal { total.checked_add(part)? } else { part };
    }
    Some(total)
}
