//! Parts of a change of quotas: sums of the steps of the explanation.

use crate::quota::{Step, StepKind};
use crate::report::ReportFault;
use crate::units::{Currency, Money};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A part of a change; parts without a change are left out.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PartChange")]
pub(super) struct PartChange<'a> {
    /// Kind of the steps in the explanation of a quota.
    #[schemars(extend("enum" = ["factor", "proration", "reconciliation", "guardrail", "lock", "rounding"]))]
    pub(super) part: &'static str,
    /// Factor; null for other parts.
    pub(super) factor: Option<&'a str>,
    /// Sum of the steps of before.
    pub(super) before: Money,
    /// Sum of the steps of after.
    pub(super) after: Money,
    /// After − before.
    pub(super) change: Money,
}

impl PartChange<'_> {
    /// The factor, or the kind of the part in words.
    pub(super) fn label(&self) -> String {
        match (self.factor, self.part) {
            (Some(factor), _) => format!("factor {factor}"),
            (None, "reconciliation") => "scaling to the target".to_owned(),
            (None, part) => part.to_owned(),
        }
    }
}

/// Sums of the steps of before and after, by kind and factor.
pub(super) struct Parts<'a> {
    currency: Currency,
    sums: BTreeMap<(StepKind, &'a str), (Money, Money)>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(currency: Currency) -> Self {
        Self { currency, sums: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, step: &'a Step, is_after: bool) -> Result<(), ReportFault> {
        let key = match step.kind {
            StepKind::Factor | StepKind::Abstention => (StepKind::Factor, &*step.label),
            StepKind::Proration
            | StepKind::Reconciliation
            | StepKind::Guardrail
            | StepKind::Lock
            | StepKind::Rounding => (step.kind, ""),
        };
        let zero = Money::zero(self.currency);
        let sums = self.sums.entry(key).or_insert((zero, zero));
        let sum = if is_after { &mut sums.1 } else { &mut sums.0 };
        *sum = sum.plus(step.amount)?;
        Ok(())
    }

    /// The parts that change, factors first.
    pub(super) fn changed(self) -> Result<Vec<PartChange<'a>>, ReportFault> {
        let mut parts = Vec::new();
        for ((kind, label), (before, after)) in self.sums {
            let change = after.minus(before)?;
            if !change.is_zero() {
                let factor = (kind == StepKind::Factor).then_some(label);
                parts.push(PartChange { part: kind.as_str(), factor, before, after, change });
            }
        }
        Ok(parts)
    }
}
