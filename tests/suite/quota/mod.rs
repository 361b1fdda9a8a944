//! The arithmetic of quota-setting.

mod assessment;
mod explanation;
mod guardrail;
mod oracle;
mod phasing;
mod reconciliation;
mod rounding;
mod targets;
