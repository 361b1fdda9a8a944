//! Explanation of a quota: ordered steps that sum to it exactly.

use super::infeasible::amount_text;
use super::{Assessment, Bound, Guardrails, Multiplier, ReconciledLine, Side};
use crate::figure::Format;
use crate::units::{Currency, Money, MoneyError, Rate};
use crate::{figures, vocabulary};
use std::sync::Arc;

vocabulary! {
    /// Kind of a step of the explanation.
    pub enum StepKind {
        /// A factor's contribution: weight × indicated revenue, rounded to the minor unit.
        Factor = "factor",
        /// A factor that abstained; its weight was redistributed and the amount is zero.
        Abstention = "abstention",
        /// Effect of joining or leaving inside the period.
        Proration = "proration",
        /// Difference between the channel target and the assessment.
        Reconciliation = "reconciliation",
        /// Effect of a floor or ceiling.
        Guardrail = "guardrail",
        /// Difference between an agreed quota and the assessment.
        Lock = "lock",
        /// Effect of rounding to the rounding unit.
        Rounding = "rounding",
    }
}

/// One step; the amounts of all steps of a line sum to its quota exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Kind of the step.
    pub kind: StepKind,
    /// Short name: the factor, the guardrail, the level of the target.
    pub label: Arc<str>,
    /// Amount the step adds; negative when it subtracts.
    pub amount: Money,
    /// Why, in the vendor's words where a rule gave them.
    pub reason: Arc<str>,
    /// Indicated revenue and weight of a factor step.
    pub factor: Option<FactorDetail>,
    /// File and line of the rule that gave the reason; `None` where the engine did.
    pub source: Option<Arc<str>>,
}

figures! {
    /// One step of the explanation.
    for Step = "Step" {
        /// Kind of the step.
        kind: StepKind;
        /// Factor, guardrail or level of the target.
        label: Arc<str>, width(24);
        /// What the step adds; negative when it takes away.
        amount: Money, format(Format::Signed);
        /// Reason, in the vendor's words where a rule gave them.
        reason: Arc<str>, width(80);
        /// Revenue the factor indicates; factors only.
        indicated = |step| step.factor.map(|factor| factor.indicated) => Option<Money>, skipped();
        /// Weight of the factor for this line; factors only.
        weight = |step| step.factor.map(|factor| factor.weight) => Option<Rate>, skipped().width(9);
        /// File and line of the rule's answer, such as `history.rhai:23`; factors only.
        source: Option<Arc<str>>, skipped().width(24);
    }
}

/// Source of a factor's contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorDetail {
    /// Revenue the factor's rule indicates for the period.
    pub indicated: Money,
    /// Weight used for this line, after abstentions are redistributed.
    pub weight: Rate,
}

/// The name of a factor and why it indicates what it does, or abstains, in the vendor's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedFactor {
    /// Name of the factor.
    pub name: Arc<str>,
    /// Reason its rule gave.
    pub reason: Arc<str>,
    /// File and line of the statement in which its rule answers, such as `history.rhai:23`.
    pub source: Arc<str>,
}

/// Origin of the quota of one line.
#[derive(Debug, Clone, Copy)]
pub struct Derivation<'a> {
    /// One per contribution of the assessment, in the same order.
    pub factors: &'a [ExplainedFactor],
    /// Bottom-up assessment; `None` for a locked line where every factor abstained.
    pub assessment: Option<&'a Assessment>,
    /// Outcome of the reconciliation.
    pub reconciled: ReconciledLine,
    /// Guardrails in effect for the line.
    pub guardrails: &'a Guardrails,
    /// Position of the line's group among those given to [`StepWriter::new`].
    pub group: usize,
    /// Dates and days in force of a line that is prorated; `None` for one that is in force throughout.
    pub proration: Option<&'a Arc<str>>,
    /// Reason of the lock, empty when none was given; `None` for a free line.
    pub lock: Option<&'a str>,
}

/// Writes the steps of lines. Strings shared by all lines of a group are made once.
#[derive(Debug, Clone)]
pub struct StepWriter {
    currency: Currency,
    unit: i128,
    groups: Vec<GroupWords>,
    guardrail_labels: Vec<Arc<str>>,
    lock: Arc<str>,
    proration: Arc<str>,
    rounding: Arc<str>,
    odd: Arc<str>,
    zero: (Arc<str>, Arc<str>),
}

#[derive(Debug, Clone)]
struct GroupWords {
    name: Arc<str>,
    asks: Arc<str>,
    rounded: Arc<str>,
}

impl StepWriter {
    /// Returns a writer for amounts in `currency`, rounded to `unit` minor units.
    ///
    /// One entry of `groups` per group: its name (`channel`, `territory North`) and its multiplier, `None` where the
    /// bottom-up assessment is used.
    ///
    /// ```
    /// use quotient::quota::StepWriter;
    /// use quotient::units::Currency;
    /// // Whole dollars; the channel keeps its bottom-up assessment.
    /// let writer = StepWriter::new(Currency::USD, 100, [("channel", None)]);
    /// ```
    pub fn new<'a>(
        currency: Currency,
        unit: i128,
        groups: impl IntoIterator<Item = (&'a str, Option<Multiplier>)>,
    ) -> Self {
        let to = amount_text(unit, currency);
        let words = |(name, multiplier): (&str, Option<Multiplier>)| GroupWords {
            name: name.into(),
            asks: multiplier.map_or_else(String::new, |asked| asks(name, asked)).into(),
            rounded: match multiplier {
                Some(_) => format!("rounded to {to} by largest remainder").into(),
                None => format!("rounded half up to {to}").into(),
            },
        };
        let label = |kind: super::GuardrailKind| Arc::from(kind.as_str());
        Self {
            currency,
            unit,
            groups: groups.into_iter().map(words).collect(),
            guardrail_labels: super::GuardrailKind::ALL.iter().copied().map(label).collect(),
            lock: "lock".into(),
            proration: "proration".into(),
            rounding: "rounding".into(),
            odd: format!("not a multiple of {to}, to keep guardrails and sum to the target").into(),
            zero: ("zero".into(), "a quota is never below zero".into()),
        }
    }

    /// Returns the steps of a line: factors in order, proration, then lock, or reconciliation, guardrail and rounding.
    ///
    /// Every factor has a step, with amount zero when it abstained or adds nothing; so has proration, whose amount is zero
    /// where shares were made of the days in force. The others have one only when they change the amount. The amounts sum to
    /// the quota exactly.
    ///
    /// ```
    /// use quotient::quota::{Derivation, ExplainedFactor, Guardrails, ReconciledLine, StepWriter, Weights, assess};
    /// use quotient::units::Currency;
    /// use rust_decimal::Decimal;
    /// let writer = StepWriter::new(Currency::USD, 100, [("channel", None)]);
    /// let assessment = assess(&[Some(100_40)], &Weights::new(&[Decimal::ONE])?)?;
    /// let line = Derivation {
    ///     factors: &[ExplainedFactor { name: "history".into(), reason: "last year".into(), source: "history.rhai:23".into() }],
    ///     assessment: assessment.as_ref(),
    ///     reconciled: ReconciledLine { scaled: 100_40, bounded: 100_40, quota: 100_00, binding: None, outside: None },
    ///     guardrails: &Guardrails::default(),
    ///     group: 0,
    ///     proration: None,
    ///     lock: None,
    /// };
    /// let amounts: Vec<String> = writer.steps(&line)?.iter().map(|step| step.amount.to_grouped()).collect();
    /// assert_eq!(amounts, ["100.40", "-0.40"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn steps(&self, line: &Derivation<'_>) -> Result<Vec<Step>, MoneyError> {
        let mut steps = Vec::with_capacity(line.factors.len() + 3);
        for (index, factor) in line.factors.iter().enumerate() {
            steps.push(self.factor(factor, line.assessment, index)?);
        }
        let (raised_by, assessed) = line.assessment.map_or((0, 0), |sum| (sum.raised_by, sum.amount));
        self.add(&mut steps, StepKind::Guardrail, raised_by, || self.zero.clone())?;
        if let Some(reason) = line.proration {
            let amount = Money::from_minor(line.assessment.map_or(0, |sum| sum.prorated_by), self.currency)?;
            let (label, reason) = (self.proration.clone(), reason.clone());
            steps.push(Step { kind: StepKind::Proration, label, amount, reason, factor: None, source: None });
        }
        let ReconciledLine { scaled, bounded, quota, .. } = line.reconciled;
        if let Some(reason) = line.lock {
            let reason = if reason.is_empty() { "agreed quota" } else { reason };
            self.add(&mut steps, StepKind::Lock, quota - assessed, || (self.lock.clone(), reason.into()))?;
            return Ok(steps);
        }
        let group = self.groups.get(line.group);
        let words =
            |text: fn(&GroupWords) -> &Arc<str>| group.map_or_else(|| Arc::from(""), |group| text(group).clone());
        let asked = || (words(|group| &group.name), words(|group| &group.asks));
        self.add(&mut steps, StepKind::Reconciliation, scaled - assessed, asked)?;
        self.add(&mut steps, StepKind::Guardrail, bounded - scaled, || self.held(line))?;
        let odd = quota % self.unit.max(1) != 0;
        let rounded = || (self.rounding.clone(), if odd { self.odd.clone() } else { words(|group| &group.rounded) });
        self.add(&mut steps, StepKind::Rounding, quota - bounded, rounded)?;
        Ok(steps)
    }

    fn factor(
        &self,
        factor: &ExplainedFactor,
        assessment: Option<&Assessment>,
        index: usize,
    ) -> Result<Step, MoneyError> {
        let contribution = assessment.and_then(|assessment| assessment.contributions.get(index));
        let (label, reason, source) = (factor.name.clone(), factor.reason.clone(), Some(factor.source.clone()));
        match contribution.and_then(|contribution| Some((contribution, contribution.indicated?))) {
            None => {
                let amount = Money::zero(self.currency);
                Ok(Step { kind: StepKind::Abstention, label, amount, reason, factor: None, source })
            }
            Some((contribution, indicated)) => {
                let indicated = Money::from_minor(indicated, self.currency)?;
                let amount = Money::from_minor(contribution.amount, self.currency)?;
                let detail = FactorDetail { indicated, weight: contribution.weight };
                Ok(Step { kind: StepKind::Factor, label, amount, reason, factor: Some(detail), source })
            }
        }
    }

    /// Name and reason of the guardrail that moved the line.
    fn held(&self, line: &Derivation<'_>) -> (Arc<str>, Arc<str>) {
        let bound: Option<&Bound> = match line.reconciled.binding {
            Some(Side::Floor) => line.guardrails.floor.as_ref(),
            Some(Side::Ceiling) => line.guardrails.ceiling.as_ref(),
            None => None,
        };
        bound.map_or_else(
            || (Arc::from(StepKind::Guardrail.as_str()), Arc::from("")),
            |bound| (self.guardrail_labels[bound.kind as usize].clone(), bound.reason.to_name()),
        )
    }

    /// Adds a step when it changes the amount.
    fn add(
        &self,
        steps: &mut Vec<Step>,
        kind: StepKind,
        minor: i128,
        words: impl FnOnce() -> (Arc<str>, Arc<str>),
    ) -> Result<(), MoneyError> {
        if minor != 0 {
            let (label, reason) = words();
            steps.push(Step {
                kind,
                label,
                amount: Money::from_minor(minor, self.currency)?,
                reason,
                factor: None,
                source: None,
            });
        }
        Ok(())
    }
}

/// Describes what the target of a group requires.
fn asks(group: &str, multiplier: Multiplier) -> String {
    format!("the {group} target requires {} \u{d7} the assessment", multiplier.to_text())
}
