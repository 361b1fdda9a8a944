//! Proposals: a vendor's rules applied to a partner book, reconciled with the channel target and explained.

mod plan;
mod sensitivity;

pub use plan::{Basis, Grain, GroupOutcome, OverAssignment, PlanChange, PlanLine, PreviousLine, QuotaPlan};
pub use sensitivity::{Direction, Sensitivity};
