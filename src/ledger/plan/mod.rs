//! The state machine of a plan of record: [`decide`] turns a command into events, [`fold`] turns events into the state.
//!
//! - A [`Line`] is a partner, with product line and territory as the vendor plans them; a [`LineState`] changes only as
//!   the table of [`transition`] says.
//! - The partner's acceptance and the vendor's approval are two facts of a line and are never merged.
//! - Every change of a figure is an event with a person, a time and a reason; a figure is approved by a person
//!   who did not set it, and [`ApprovalRule`] says when a second approver is needed.
//! - [`Totals`] hold after every event: target, reserve, sum of the lines, and the exact difference.

mod approval;
mod approval_step;
mod business;
mod business_event;
mod business_fault;
mod business_items;
mod business_review;
mod business_state;
mod command;
mod decide;
mod decide_business;
mod decide_line;
mod decide_plan;
mod event;
mod event_fault;
mod fault;
mod fold;
mod fold_business;
mod fold_fault;
mod key;
mod line;
mod moved;
mod opened;
mod refusal;
mod state;
mod terms;
mod totals;
mod transition;
pub(crate) mod wire;
mod words;

pub use approval::{open_steps, subject_digest};
pub use approval_step::ApprovalStep;
pub use business::{Activity, BusinessChange, BusinessHeader, Objective, PeriodTarget};
pub use business_fault::BusinessFault;
pub use business_items::{Registered, Risk, TargetAccount};
pub use business_state::{ActivityState, Answer, BusinessPlan, ObjectiveState, Review, Signature};
pub use command::{Actor, COMMAND, Change, Command, Counter, Opening};
pub use decide::{decide, decide_all};
pub use decide_business::place as change_place;
pub use event::{EventBody, PlanEvent};
pub use event_fault::EventFault;
pub use fault::LedgerFault;
pub use fold::{fold, replay};
pub use fold_fault::FoldFault;
pub use key::LineKey;
pub use line::{Acceptance, Approval, InForce, Line, Offer};
pub use moved::Moved;
pub use refusal::unknown_line;
pub use state::{Header, PlanState};
pub use terms::{ApprovalRule, Assigned, Terms};
pub use totals::Totals;
pub use transition::{possible, transition};
pub use words::{
    ActivityKind, ActualSource, AmendmentCode, CounterCode, Likelihood, LineState, ObjectiveKind, OnSilence, Side,
    Stage, Step, Verdict,
};
