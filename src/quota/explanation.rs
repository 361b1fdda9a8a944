//! Why a quota is what it is: ordered steps that sum to it exactly.

use crate::units::{Money, Rate};
use std::fmt;
use std::sync::Arc;

/// What a step of the explanation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepKind {
    /// A factor's contribution: weight × indicated revenue, rounded to the minor unit.
    Factor,
    /// A factor that abstained; its weight went to the others and the amount is zero.
    Abstention,
    /// What the channel target asks beyond (or below) the assessment.
    Reconciliation,
    /// What a floor or ceiling added or took away.
    Guardrail,
    /// What an agreed quota differs from the assessment.
    Lock,
    /// What rounding to the rounding unit added or took away.
    Rounding,
}

impl StepKind {
    /// The word used in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Factor => "factor",
            Self::Abstention => "abstention",
            Self::Reconciliation => "reconciliation",
            Self::Guardrail => "guardrail",
            Self::Lock => "lock",
            Self::Rounding => "rounding",
        }
    }
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One step; the amounts of all steps of a line sum to its quota exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What kind of step it is.
    pub kind: StepKind,
    /// Short name: the factor, the guardrail, the level of the target.
    pub label: Arc<str>,
    /// What the step adds; negative when it takes away.
    pub amount: Money,
    /// Why, in the vendor's words where a rule gave them.
    pub reason: Arc<str>,
    /// Indicated revenue and weight of a factor step.
    pub factor: Option<FactorDetail>,
}

/// Where a factor's contribution comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorDetail {
    /// Revenue the factor's rule indicates for the period.
    pub indicated: Money,
    /// Weight used for this line, after abstentions were shared out.
    pub weight: Rate,
}
