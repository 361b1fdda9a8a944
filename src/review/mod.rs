//! Business review: the standing of every partner of a book as of a date, and the decisions of the vendor's policies.
//!
//! [`Setting`] settles what is looked at (period, day, quotas, conventions), [`Review`] walks through the book in pieces
//! and in its order, so that a million partners are never in memory at once. A partner that fails is a fault on that
//! partner; the review goes on.

mod fault;
mod managers;
mod partner;
mod quotas;
mod selection;
mod setting;
mod summary;
mod walk;

pub use fault::ReviewFault;
pub use partner::{PartnerFault, PartnerReview};
pub use quotas::{merge_quotas, read_quotas, read_quotas_json, spread};
pub use selection::{Selection, at_stake};
pub use setting::{GivenQuotas, Request, Setting, begins_later, period_of};
pub use summary::{IncentiveTally, Kept, ReviewSummary, TierChange};
pub use walk::{Outcome, Progress, Review};
