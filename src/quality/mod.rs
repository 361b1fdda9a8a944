//! How good a set of quotas was, held against what was then sold.

mod baseline;
mod score;

pub use baseline::{last_year, last_year_grown, trailing_four_quarters};
pub use score::{QuotaOutcome, Score, Scores, score};
