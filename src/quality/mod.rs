//! Quality of a set of quotas, compared with actual sales.

mod baseline;
mod bootstrap;
mod ratio;
mod score;

pub use baseline::{last_year, last_year_grown, trailing_four_quarters};
pub use bootstrap::{Difference, Paired};
pub use ratio::Ratio;
pub use score::{QUANTILES, QuotaOutcome, Score, Scores, score};
