//! Proposals: a vendor's rules applied to a partner book, reconciled with the channel target and explained.

mod assembly;
mod backtest;
mod lines;
mod plan;
mod propose;
mod sensitivity;
mod sensitivity_search;

pub use crate::quota::{Basis, Grain};
pub use assembly::{Change, Draft, Settled, Settlement, is_exact, line_name};
pub use backtest::{Backtest, Method, backtest};
pub use lines::{Lines, View};
pub use plan::{GroupOutcome, OverAssignment, PlanChange, PlanLine, PreviousLine, QuotaPlan};
pub use propose::{Prepared, Progress, Request, prepare, propose};
pub use sensitivity::{Direction, Sensitivity};
pub use sensitivity_search::sensitivities;
