//! Quality of a set of quotas, compared with actual sales.

mod baseline;
mod bootstrap;
mod calibration;
mod experience;
mod fairness;
mod ratio;
mod score;

pub use baseline::{last_year, last_year_grown, trailing_four_quarters};
pub use bootstrap::{Difference, Paired};
pub use calibration::{PartnerError, Region, Search, standard_error, wape};
pub use experience::{Coverage, Experience, Observed, Outlook, Planned, amount_at, odds_of, reach_of};
pub use fairness::{gini, rank_correlation};
pub use ratio::{PairSquares, PairSums, Ratio};
pub use score::{QUANTILES, QuotaOutcome, Score, Scores, attainment_bands, score};
