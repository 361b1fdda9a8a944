//! Reasons of guardrails: the values that they say, put into words where they are shown.

use crate::units::{Money, Rate};
use rust_decimal::Decimal;
use std::fmt;
use std::sync::Arc;

/// Revenue that a growth limit is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrowthBase {
    /// Revenue of the latest stretch as long as the period.
    Prior,
    /// The same, scaled from the months that are known.
    Scaled {
        /// Months that are known.
        known: i64,
        /// Months of the period.
        of: i64,
    },
    /// Revenue of the same period one year earlier.
    SamePeriod,
}

/// Reason for a guardrail, in words a partner can be shown.
///
/// ```
/// use quotient::quota::BoundReason;
/// assert_eq!(BoundReason::from("at most 40 % above prior revenue").to_string(), "at most 40 % above prior revenue");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundReason {
    /// Words of a rule, or of another guardrail that changed this one.
    Said(Arc<str>),
    /// Share of the addressable market.
    MarketShare {
        /// Highest share.
        share: Rate,
        /// Addressable market.
        addressable: Money,
    },
    /// Minimum of the partner's tier.
    TierMinimum {
        /// Tier.
        tier: Arc<str>,
        /// Minimum.
        minimum: Money,
    },
    /// Highest part above the assessment.
    Stretch {
        /// That part, as a fraction.
        rate: Rate,
        /// Bottom-up assessment.
        assessed: Money,
    },
    /// Lowest growth.
    LeastGrowth {
        /// Growth, as a fraction.
        rate: Rate,
        /// Revenue that it is measured from.
        revenue: Money,
        /// Kind of that revenue.
        base: GrowthBase,
    },
    /// Highest growth.
    MostGrowth {
        /// Growth, as a fraction.
        rate: Rate,
        /// Revenue that it is measured from.
        revenue: Money,
        /// Kind of that revenue.
        base: GrowthBase,
    },
}

impl BoundReason {
    /// Returns the words as a name.
    ///
    /// ```
    /// use quotient::quota::BoundReason;
    /// assert_eq!(&*BoundReason::from("held".to_owned()).to_name(), "held");
    /// ```
    pub fn to_name(&self) -> Arc<str> {
        match self {
            Self::Said(words) => Arc::clone(words),
            captured => captured.to_string().into(),
        }
    }
}

impl From<&str> for BoundReason {
    fn from(words: &str) -> Self {
        Self::Said(words.into())
    }
}

impl From<String> for BoundReason {
    fn from(words: String) -> Self {
        Self::Said(words.into())
    }
}

impl fmt::Display for BoundReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(words) => f.write_str(words),
            Self::MarketShare { share, addressable } => {
                write!(f, "at most {} % of the addressable market {}", percent(*share), addressable.to_grouped())
            }
            Self::TierMinimum { tier, minimum } => write!(f, "tier {tier} asks at least {}", minimum.to_grouped()),
            Self::Stretch { rate, assessed } => {
                write!(f, "at most {} on the assessment {}", signed_percent(*rate), assessed.to_grouped())
            }
            Self::LeastGrowth { rate, revenue, base } => {
                write!(f, "at least {} on {}", signed_percent(*rate), compared(*revenue, *base))
            }
            Self::MostGrowth { rate, revenue, base } => {
                write!(f, "at most {} on {}", signed_percent(*rate), compared(*revenue, *base))
            }
        }
    }
}

/// The revenue that growth is measured from, in words: `prior revenue 1,200.00 (scaled from 7 of 12 months)`.
fn compared(revenue: Money, base: GrowthBase) -> String {
    let amount = revenue.to_grouped();
    match base {
        GrowthBase::Scaled { known, of } => format!("prior revenue {amount} (scaled from {known} of {of} months)"),
        GrowthBase::Prior => format!("prior revenue {amount}"),
        GrowthBase::SamePeriod => format!("revenue {amount} of the same period last year"),
    }
}

fn percent(rate: Rate) -> String {
    rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX).normalize().to_string()
}

fn signed_percent(rate: Rate) -> String {
    let sign = if rate.is_sign_negative() { "−" } else { "+" };
    format!("{sign}{} %", percent(rate.abs()))
}
