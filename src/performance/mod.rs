//! Where partners stand against their quotas as of a day, and the roll-ups of it: exact, pure, nothing invented.
//!
//! [`Standings`] looks through a book once (seasons and close rates of the channel), then gives the [`PartnerStanding`]
//! of one partner at a time, so that a million partners never stand in memory at once; [`RollupBuilder`] takes them as
//! they come, in any order. A figure that is not defined is `None` and [`Standing::absent`] says why. Conventions that
//! published sources disagree on are fields of [`Conventions`], or are named beside the figure.

mod close_rate;
mod convention;
mod effective_quota;
mod ratio;
mod rollup;

mod season;
mod standing;
mod standings;

pub use close_rate::{CloseRate, CloseRates, RateLevel, RateSource};
pub use convention::{AbsentRevenue, Conventions, TierBasis, WinRateBasis, WinRateSegment};
pub(crate) use effective_quota::sum_inside;
pub use effective_quota::{EffectiveQuota, QuotaTerms, effective_quota};
pub use ratio::{attainment, coverage_ratio, forecast_gap_share, required_coverage};
pub use rollup::{
    Bands, Concentration, Dimension, Group, Linearity, MonthShare, Rollup, RollupBuilder, RollupRules, Shortfall,
    roll_up,
};
pub use season::PacingBasis;
pub use standing::{
    Absent, Consistency, LineStanding, Pacing, PartnerStanding, PastPeriod, ProductLineRevenue, QuotaSource, Standing,
    Streak, TierStanding,
};
pub use standings::{Given, Standings};
