//! Proposals: a vendor's rules applied to a partner book, reconciled with the channel target and explained.

mod again;
mod assembly;
mod assessment;
mod backtest;
mod bands;
mod beside;
mod changes;
mod closing;
mod common;
mod comparable;
mod conventions;
mod drafts;
mod explain;
mod fault;
mod in_force;
mod learned;
mod learning;
mod line_facts;
mod line_name;
mod lines;
mod locks;
mod market;
mod parts;
mod phasing;
mod plan;
mod plan_lines;
mod plausibility;
mod plausibility_fault;
mod propose;
mod proposed;
mod request;
mod reserve;
mod sensitivity;
mod sensitivity_search;
mod tally;
mod targets;
mod view;
mod warnings;

pub use crate::quota::{Basis, Grain};
pub use again::{Assessed, Resettled};
pub use assembly::{Change, Draft, Settled, Settlement, is_exact};
pub use assessment::{AssessedLine, PartnerAssessment, assess_partner};
pub use backtest::{
    Backtest, Calibration, Comparison, Fold, Health, HealthFault, LineOutlook, Method, MovedLine, Origin, PAST_PERIODS,
    Setting, backtest, calibrate, health, latest_origin, origins,
};
pub use bands::{AmountAtOdds, Band, Bands, Fairness, GroupHealth, TerritoryOutlook};
pub use closing::{ClosingDeal, closing_deals};
pub use common::Common;
pub use conventions::{Conventions, NOMINAL_BAND};
pub use drafts::fault_of_line;
pub use explain::{Explained, LineChoice, explain};
pub use fault::{PlanAmountFault, PlanFault};
pub use in_force::InForce;
pub use learned::{Estimate, Learned, Pooled, Stretch};
pub use line_name::{line_id, line_name, named};
pub use lines::Lines;
pub use parts::{AssessedPart, Frame, OpenChannel, SettledChannel, SettledGroup, SettledLine};
pub use plan::{
    GroupOutcome, LineRecord, OverAssignment, PeriodQuota, PhasingBasis, PlanChange, PlanLine, PreviousLine, QuotaPlan,
    RecordMark,
};
pub use plausibility_fault::PlausibilityFault;
pub use propose::{Prepared, prepare, prepare_given};
pub use proposed::{propose, wants_bands};
pub use request::{Progress, Request};
pub use sensitivity::{Direction, Sensitivity};
pub use sensitivity_search::sensitivities;
pub use tally::{CellKey, CellSum, Stretches, Tally};
pub use targets::exact_targets;
pub use view::{View, view};
