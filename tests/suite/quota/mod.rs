//! The arithmetic of quota-setting.
#![allow(clippy::unwrap_used, clippy::panic)]

mod assessment;
mod explanation;
mod guardrail;
mod multiplier;
mod oracle;
mod phasing;
mod reconciliation;
mod rounding;
mod targets;
