//! Terms of a quota: effective dates and ramp.

use crate::units::Rate;
use chrono::NaiveDate;

/// Dates on which a quota is in force, and the productivity expected of a new partner by month.
///
/// The default changes nothing: effective throughout, no ramp.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct QuotaTerms {
    /// First date the quota is in force; `None` is the period's first.
    pub effective_from: Option<NaiveDate>,
    /// Last date the quota is in force; `None` is the period's last.
    pub effective_to: Option<NaiveDate>,
    /// Ramp by month of the period, first month first, fractions of full productivity; months beyond the list are 1.
    pub ramp: Vec<Rate>,
}
