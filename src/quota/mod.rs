//! The arithmetic of quota-setting, in whole minor units (cents) of one currency.
//!
//! Order of computation: assessment (bottom-up) → targets by level × over-assignment → reconciliation within guardrails
//! around locked lines → rounding to the rounding unit by largest remainder → phasing into reporting periods.
//! Everything here is a pure function of its arguments.

mod explanation;
mod grain;
mod guardrail;

pub use explanation::{FactorDetail, Step, StepKind};
pub use grain::{Basis, Grain};
pub use guardrail::{Bound, GuardrailKind, Guardrails, Side};
