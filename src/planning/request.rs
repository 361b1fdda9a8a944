//! Request of a proposal: everything but the book and the rules.

use super::plan::PreviousLine;
use crate::channel::Lock;
use crate::finding::Place;
use crate::quota::TargetRow;
use crate::units::Rate;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Request of a planner: everything but the book and the rules.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Label of the planning period; the first one after the as-of day when left out.
    pub period: Option<String>,
    /// Nothing later than this date is looked at. By default the date before the period, or the end of the latest complete
    /// month with revenue.
    pub as_of: Option<NaiveDate>,
    /// Current date, where the caller has one: the month that it is in is not complete.
    pub today: Option<NaiveDate>,
    /// Channel target, in the book's currency.
    pub target: Option<Decimal>,
    /// Targets per territory or product line. Those of the book count only where [`Request::take_targets`] takes them.
    pub targets: Vec<TargetRow>,
    /// Agreed quotas; they come before those in the book.
    pub locks: Vec<Lock>,
    /// Places of the locks in the same order, for findings; empty when not known.
    pub lock_places: Vec<Place>,
    /// Period that the locks were agreed for, when their file says so.
    pub locks_period: Option<String>,
    /// Previous proposal to compare with.
    pub previous: Option<Vec<PreviousLine>>,
    /// Odds, as fractions, for which the outlook names the amounts that are reached with them; the usual ones when empty.
    pub odds: Vec<Rate>,
    /// True for bands and odds, which are estimated from past periods; the manifest can ask for them as well.
    pub bands: bool,
    /// True where nothing shows the steps of lines: they have none then, which saves memory and time. Figures and findings
    /// are the same.
    pub without_steps: bool,
}

/// Called with partners done and partners in all.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);
