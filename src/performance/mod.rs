//! Standings of partners against their quotas as of a date, and roll-ups of them: exact, pure, nothing invented.
//!
//! [`Standings`] looks through a book once (seasons and close rates of the channel), then returns the [`PartnerStanding`]
//! of one partner at a time, so that a million partners are never in memory at once; [`RollupBuilder`] takes them in any
//! order. A figure that is not defined is `None`, and [`Standing::absent`] has the reason. Conventions on which published
//! sources disagree are fields of [`Conventions`], or are named beside the figure.

mod absent;
mod close_rate;
mod convention;
mod dimension;
mod effective_quota;
mod figures;
mod frame;
mod gathered;
mod given;
mod group;
mod pacing;
mod ratio;
mod rollup;
mod rules;
mod scope;
mod season;
mod standing;
mod standings;
mod stretch;
mod terms;
mod view;

pub use crate::channel::QuotaTerms;
pub use close_rate::{CloseRate, CloseRates, RateLevel, RateSource};
pub use convention::{AbsentRevenue, Conventions, TierBasis, WinRateBasis, WinRateSegment};
pub use dimension::Dimension;
pub use figures::{
    Absent, Consistency, LineStanding, MonthRevenue, Pacing, PartnerStanding, PastPeriod, ProductLineRevenue,
    QuotaSource, Standing, StatedRate, TierStanding,
};
pub use given::Given;
pub use group::{Bands, Concentration, Group, Linearity, MonthShare, Shortfall};
pub use ratio::{attainment, coverage_ratio, forecast_gap_share, required_coverage};
pub use rollup::{Rollup, RollupBuilder, roll_up};
pub use rules::RollupRules;
pub use scope::EffectiveQuota;
pub use season::PacingBasis;
pub use standings::Standings;
pub(crate) use stretch::{DatedQuota, sum_inside};
pub use terms::effective_quota;
