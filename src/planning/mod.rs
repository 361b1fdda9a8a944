//! Proposals: a vendor's rules applied to a partner book, reconciled with the channel target and explained.

mod lines;
mod plan;

pub use crate::quota::{Basis, Grain};
pub use lines::{Lines, View};
pub use plan::{GroupOutcome, OverAssignment, PlanChange, PlanLine, PreviousLine, QuotaPlan};
