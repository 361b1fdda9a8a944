//! Proposals: a vendor's rules applied to a partner book, reconciled with the channel target and explained.

mod assembly;
mod assessment;
mod backtest;
mod explain;
mod fault;
mod lines;
mod plan;
mod propose;
mod sensitivity;
mod sensitivity_search;

pub use crate::quota::{Basis, Grain};
pub use assembly::{Change, Draft, Settled, Settlement, exact_targets, is_exact, line_name};
pub use assessment::{AssessedLine, PartnerAssessment, assess_partner};
pub use backtest::{Backtest, Method, backtest};
pub use explain::{Explained, LineChoice, explain};
pub use fault::{PlanAmountFault, PlanFault};
pub use lines::{Lines, View};
pub use plan::{GroupOutcome, OverAssignment, PlanChange, PlanLine, PreviousLine, QuotaPlan};
pub use propose::{Prepared, Progress, Request, fault_of_line, prepare, propose, view};
pub use sensitivity::{Direction, Sensitivity};
pub use sensitivity_search::sensitivities;
