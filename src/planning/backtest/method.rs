//! Ways to set quotas that a backtest compares.

use crate::channel::LineFacts;
use crate::units::{Money, Rate};
use rust_decimal::Decimal;

crate::words! {
    /// A way to set quotas that is compared with the vendor's rules.
    pub enum Method {
        /// The vendor's rules.
        Rules = "rules",
        /// The same months one year earlier.
        LastYear = "last year",
        /// The same months one year earlier × (1 + growth of the channel).
        LastYearGrown = "last year × channel growth",
        /// The latest four quarters, as long as the period.
        TrailingFourQuarters = "trailing four quarters",
        /// The latest stretch as long as the period.
        PeriodBefore = "period before",
        /// The same months one year earlier × what partners of a year ago still buy of it.
        LikeForLike = "last year × like-for-like",
        /// Mean of last year and of the trailing four quarters, both × like-for-like.
        Blend = "blend × like-for-like",
    }
}

/// Knowledge of baselines about the whole channel, as of the date of a fold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Growth of the channel.
    pub growth: Option<Rate>,
    /// Revenue of the latest stretch ÷ that of one year earlier, of the lines that sold then.
    pub like_for_like: Option<Rate>,
    /// Months of the period.
    pub months: u32,
}

impl Known {
    /// Quotas of one line by method, in the order of [`Method::ALL`]; the first is that of the rules.
    pub fn quotas(&self, rules: Money, facts: &LineFacts) -> [Option<Money>; Method::ALL.len()] {
        let times = |amount: Option<Money>, factor: Option<Rate>| amount?.times(factor?).ok();
        let last_year = facts.history.same_period_last_year;
        let share = Decimal::from(self.months).checked_div(Decimal::from(12));
        let trailing = times(facts.history.trailing_12_months, share);
        let grown = self.growth.and_then(|growth| Decimal::ONE.checked_add(growth));
        let both = last_year.zip(trailing).and_then(|(one, other)| one.plus(other).ok()?.divided_by(Decimal::TWO).ok());
        Method::ALL.map(|method| match method {
            Method::Rules => Some(rules),
            Method::LastYear => last_year,
            Method::LastYearGrown => times(last_year, grown),
            Method::TrailingFourQuarters => trailing,
            Method::PeriodBefore => facts.history.prior_revenue,
            Method::LikeForLike => times(last_year, self.like_for_like),
            Method::Blend => times(both, self.like_for_like),
        })
    }
}
