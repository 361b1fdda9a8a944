//! The arithmetic of quota-setting, in whole minor units (cents) of one currency.
//!
//! Order of computation: assessment (bottom-up) → targets by level × over-assignment → reconciliation within guardrails
//! around locked lines → rounding to the rounding unit by largest remainder → phasing into reporting periods.
//! Everything here is a pure function of its arguments.

mod assessment;
mod bound_reason;
mod exact;
mod explanation;
mod fault;
mod grain;
mod guardrail;
mod infeasible;
mod multiplier;
mod phasing;
mod proration;
mod reconciliation;
mod reconciliation_input;
mod rounding;
mod targets;

pub use assessment::{Assessment, Contribution, FairShareLine, WeightFault, Weights, assess, fair_share};
pub use bound_reason::{BoundReason, GrowthBase};
pub use explanation::{Derivation, ExplainedFactor, FactorDetail, Step, StepKind, StepWriter};
pub use fault::QuotaFault;
pub use grain::{Basis, Grain};
pub use guardrail::{Bound, BrokenGuardrail, GuardrailKind, Guardrails, OnViolation, Side, settle};
pub use infeasible::{BindingLine, Infeasible, InfeasibleReason, LISTED_LINES, Remedy, Violation};
pub use multiplier::Multiplier;
pub use phasing::{Phasing, PhasingFault, ShareFault, Shares, phase, seasonality};
pub use proration::PartOfPeriod;
pub use reconciliation::{ReconciledLine, Reconciliation, ReconciliationFaults, reconcile};
pub use reconciliation_input::{OpenLine, ReconciliationGroup, ReconciliationRules, UnusableInput};
pub use targets::{TargetFault, TargetFaults, TargetGroup, TargetRequest, TargetRow, TargetTree, partition_targets};
