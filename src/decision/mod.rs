//! Decisions of policies, and the decision tables they use.
//!
//! [`table`] reads decision tables (CSV files beside a vendor's policies), decides by them, and finds their gaps and
//! contradictions before they are used. [`Requirement`] records what a condition looked at, so that every
//! decision can say what it rests on and what would change it.

mod figure;
mod outcome;
mod purpose;
mod requirement;
pub mod table;
mod wording;

pub use figure::{figure, figure_beside, figure_missing};
pub(crate) use figure::{push_beside, push_cents, push_missing};
pub use outcome::{
    Decisions, Grounds, Incentive, Intervention, InterventionKind, Severity, TierDecision, TierMove, granted, reasons,
};
pub use purpose::{
    APPROVAL, BUSINESS_REVIEW, Conclusion, Input as PurposeInput, PURPOSES, Purpose, PurposeFault, PurposeTable,
};
pub use requirement::{Comparison, Condition, Requirement, RequirementKind};
pub use wording::requirement_text;
