//! Assessment of one line by a vendor's rules, without a target: assessment, guardrails, and the quota they allow.

use super::fault::VendorFault;
use super::vendor::{LineIndications, VendorPlugin};
use crate::channel::Name;
use crate::finding::Finding;
use crate::quota::{
    Assessment, Bound, Guardrails, OnViolation, OpenLine, PartOfPeriod, ReconciliationGroup, ReconciliationRules,
    Weights, assess, reconcile, settle,
};
use crate::script::{FactorOutcome, Facts, ScriptFault};
use crate::units::{Currency, Money, MoneyError, Rate};
use std::sync::Arc;

/// A line before any target.
#[derive(Debug, Clone, PartialEq)]
pub struct LineAssessment {
    /// Indications of the factors.
    pub indications: LineIndications,
    /// Weight of each factor as the vendor set it for the line.
    pub weights: Vec<Rate>,
    /// Weight of each factor after abstentions were shared out, zero when it abstained; empty when all did.
    pub shares: Vec<Rate>,
    /// Contribution of each factor; `None` when it abstained.
    pub contributions: Vec<Option<Money>>,
    /// Σ contributions, prorated where the partner joins or leaves inside the period; `None` when every factor abstained.
    pub assessment: Option<Money>,
    /// The assessment within the guardrails, rounded.
    pub quota: Option<Money>,
    /// Floor that holds.
    pub floor: Option<Money>,
    /// Ceiling that holds.
    pub ceiling: Option<Money>,
}

/// Reason for an indication or an abstention.
pub fn because(outcome: &FactorOutcome) -> &Arc<str> {
    match outcome {
        FactorOutcome::Indicated { because, .. } | FactorOutcome::Abstained { because, .. } => because,
    }
}

/// File and line of the statement that indicates or abstains.
pub fn source(outcome: &FactorOutcome) -> &Name {
    match outcome {
        FactorOutcome::Indicated { source, .. } | FactorOutcome::Abstained { source, .. } => source,
    }
}

/// Indicated revenue of each factor in minor units; `None` abstains.
pub fn indicated(outcomes: &[FactorOutcome]) -> Result<Vec<Option<i128>>, MoneyError> {
    outcomes
        .iter()
        .map(|outcome| match outcome {
            FactorOutcome::Indicated { revenue, .. } => revenue.to_minor().map(Some),
            FactorOutcome::Abstained { .. } => Ok(None),
        })
        .collect()
}

/// Assesses one line by itself. A vendor with fair shares is assessed as if the line were the whole channel. `part` is the
/// part of the period for which the line is in force; `None` is all of it.
pub fn assess_line(
    plugin: &VendorPlugin,
    facts: &Facts,
    currency: Currency,
    part: Option<PartOfPeriod>,
) -> Result<LineAssessment, Vec<ScriptFault>> {
    let indications = plugin.indications(facts)?;
    let outcome = |reason: String| vec![ScriptFault::from(Finding::from(VendorFault::Assessment { reason }))];
    let out_of_range = |fault: MoneyError| outcome(fault.to_string());
    let weights = Weights::new(&indications.weights).map_err(|fault| outcome(fault.to_string()))?;
    let amounts = indicated(&indications.outcomes).map_err(out_of_range)?;
    let assessment = assess(&amounts, &weights).map_err(out_of_range)?;
    let assessed = assessment.as_ref().map(|assessment| assessment.amount);
    let bounds = plugin.bounds(facts.line(), &indications.outcomes, assessed, currency);
    let prorated =
        |bound: Bound| Bound { amount: part.map_or(bound.amount, |part| part.of_amount(bound.amount)), ..bound };
    let guardrails = settle(bounds.into_iter().map(prorated).collect());
    let assessment = assessment.map(|found| part.map_or(found.clone(), |part| found.prorated(part)));
    let quota = assessment.as_ref().and_then(|assessment| bounded(plugin, assessment, &guardrails, currency));
    let money = |minor: i128| Money::from_minor(minor, currency).ok();
    let contribution = |part: &crate::quota::Contribution| part.indicated.and_then(|_| money(part.amount));
    let contributions =
        assessment.iter().flat_map(|assessment| assessment.contributions.iter().map(contribution)).collect();
    Ok(LineAssessment {
        weights: indications.weights.clone(),
        shares: assessment.iter().flat_map(|found| found.contributions.iter().map(|part| part.weight)).collect(),
        indications,
        contributions,
        assessment: assessment.as_ref().and_then(|assessment| money(assessment.amount)),
        quota: quota.and_then(money),
        floor: guardrails.floor.as_ref().and_then(|bound| money(bound.amount)),
        ceiling: guardrails.ceiling.as_ref().and_then(|bound| money(bound.amount)),
    })
}

fn bounded(
    plugin: &VendorPlugin,
    assessment: &Assessment,
    guardrails: &Guardrails,
    currency: Currency,
) -> Option<i128> {
    let line = OpenLine {
        assessment: assessment.amount,
        floor: guardrails.floor.as_ref().map(|bound| bound.amount),
        ceiling: guardrails.highest(),
        lock: None,
    };
    let group = ReconciliationGroup { name: "case".to_owned(), amount: None, lines: vec![0] };
    let on_violation = match plugin.manifest.guardrails.on_violation {
        OnViolation::Reject => OnViolation::Clamp,
        kept @ (OnViolation::Clamp | OnViolation::Warn) => kept,
    };
    let rules = ReconciliationRules { unit: plugin.rounding_unit(currency).ok()?, on_violation };
    reconcile(&[line], &[group], rules).ok().map(|done| done.lines[0].quota)
}
