//! Historical close rates: how much of what was closed was won, likened to similar partners where deals are few.

use super::convention::{Conventions, WinRateBasis, WinRateSegment};
use crate::channel::{Name, Partner, RegisteredOpportunity};
use crate::units::Rate;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt;

/// Whose rate another is likened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateLevel {
    /// The partner as a whole (for one of its lines).
    Partner,
    /// Partners of a tier.
    Tier(Name),
    /// Partners of a home territory.
    Territory(Name),
    /// All partners.
    Channel,
}

impl fmt::Display for RateLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partner => f.write_str("the partner as a whole"),
            Self::Tier(name) => write!(f, "tier {name}"),
            Self::Territory(name) => write!(f, "territory {name}"),
            Self::Channel => f.write_str("the channel"),
        }
    }
}

/// Where a close rate comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RateSource {
    /// The book states it.
    Stated,
    /// Won ÷ closed of enough own deals, or of few when there is nothing to liken them to.
    Own,
    /// (won + k × rate of the level) ÷ (closed + k): own deals are few.
    Shrunk {
        /// Whose rate it is drawn towards.
        level: RateLevel,
        /// That rate.
        rate: Rate,
        /// k.
        weight: u32,
    },
    /// The rate of the level itself: no own deals.
    Borrowed(RateLevel),
    /// No deal was closed.
    #[default]
    NotKnown,
}

/// One close rate and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloseRate {
    /// Won ÷ (won + lost), 0 to 1.
    pub rate: Option<Rate>,
    /// Where it comes from.
    pub source: RateSource,
}

/// Close rates by count and by value over a window. Source: glossary entry "win rate".
///
/// By value, the own rate is won value ÷ closed value and counts as many times as there are closed deals:
/// (closed × own rate + k × rate of the segment) ÷ (closed + k).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloseRates {
    /// By number of deals.
    pub by_count: CloseRate,
    /// By value of deals.
    pub by_value: CloseRate,
    /// Deals won in the window.
    pub won: u64,
    /// Deals won or lost in the window.
    pub closed: u64,
    /// The window begins after this day.
    pub after: NaiveDate,
    /// Last day of the window: the as-of day.
    pub to: NaiveDate,
}

impl CloseRates {
    /// The rate on the basis a review uses.
    ///
    /// ```
    /// use quotient::performance::{CloseRate, CloseRates, RateSource, WinRateBasis};
    /// let by_value = CloseRate { rate: "0.4".parse().ok(), source: RateSource::Stated };
    /// let rates = CloseRates { by_value, ..CloseRates::default() };
    /// assert_eq!(rates.on(WinRateBasis::ByValue).rate, "0.4".parse().ok());
    /// ```
    pub fn on(&self, basis: WinRateBasis) -> &CloseRate {
        match basis {
            WinRateBasis::ByCount => &self.by_count,
            WinRateBasis::ByValue => &self.by_value,
        }
    }

    /// Says in words where the rate comes from:
    /// `by value, 3 won of 8 closed after 2024-06-30 up to 2026-06-30; few deals: (closed × own rate + 5 × 0.4 of tier Gold) ÷ (closed + 5)`.
    ///
    /// ```
    /// use quotient::performance::{CloseRate, CloseRates, RateSource, WinRateBasis};
    /// let by_value = CloseRate { rate: "0.4".parse().ok(), source: RateSource::Stated };
    /// let rates = CloseRates { by_value, ..CloseRates::default() };
    /// assert_eq!(rates.basis(WinRateBasis::ByValue), "by value, as stated in the book");
    /// ```
    pub fn basis(&self, basis: WinRateBasis) -> String {
        let (measure, own) = match basis {
            WinRateBasis::ByCount => ("by count", "won"),
            WinRateBasis::ByValue => ("by value", "closed × own rate"),
        };
        let deals = format!("{} won of {} closed after {} up to {}", self.won, self.closed, self.after, self.to);
        match &self.on(basis).source {
            RateSource::Stated => format!("{measure}, as stated in the book"),
            RateSource::Own => format!("{measure}, {deals}"),
            RateSource::Shrunk { level, rate, weight } => {
                let rate = rate.round_dp(4).normalize();
                format!("{measure}, {deals}; few deals: ({own} + {weight} × {rate} of {level}) ÷ (closed + {weight})")
            }
            RateSource::Borrowed(level) => format!("{measure}, {deals}; the rate of {level}"),
            RateSource::NotKnown => format!("{measure}, not known: {deals}, and no other partner closed any"),
        }
    }
}

/// Deals counted and summed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub won: u64,
    pub closed: u64,
    won_value: Decimal,
    closed_value: Decimal,
}

impl Tally {
    /// Counts the deals that closed after `after` and at the latest on `to`; `None` when their values are out of range.
    pub fn of<'d>(
        deals: impl Iterator<Item = &'d RegisteredOpportunity>,
        after: NaiveDate,
        to: NaiveDate,
    ) -> Option<Self> {
        let mut tally = Self::default();
        for deal in deals {
            let Some(is_won) = deal.outcome_between(after, to) else { continue };
            let value = deal.amount.amount();
            let won_value = if is_won { value } else { Decimal::ZERO };
            tally = tally.plus(Self { won: u64::from(is_won), closed: 1, won_value, closed_value: value })?;
        }
        Some(tally)
    }

    pub fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            won: self.won + other.won,
            closed: self.closed + other.closed,
            won_value: self.won_value.checked_add(other.won_value)?,
            closed_value: self.closed_value.checked_add(other.closed_value)?,
        })
    }

    /// Value won, value closed.
    pub fn values(&self) -> [Decimal; 2] {
        [self.won_value, self.closed_value]
    }

    fn rate(&self, basis: WinRateBasis) -> Option<Rate> {
        let (won, closed) = match basis {
            WinRateBasis::ByCount => (Decimal::from(self.won), Decimal::from(self.closed)),
            WinRateBasis::ByValue => (self.won_value, self.closed_value),
        };
        // Negative deals can push the ratio out of 0 to 1; then it says nothing.
        won.checked_div(closed).filter(|rate| (Rate::ZERO..=Rate::ONE).contains(rate))
    }

    /// closed × own rate without rounding by count.
    fn weighted(&self, basis: WinRateBasis, own: Rate) -> Option<Decimal> {
        match basis {
            WinRateBasis::ByCount => Some(Decimal::from(self.won)),
            WinRateBasis::ByValue => own.checked_mul(Decimal::from(self.closed)),
        }
    }
}

/// What a rate with few deals is likened to.
#[derive(Debug, Clone)]
pub(super) struct Prior {
    pub level: RateLevel,
    by_count: Option<Rate>,
    by_value: Option<Rate>,
}

impl Prior {
    fn rate(&self, basis: WinRateBasis) -> Option<Rate> {
        match basis {
            WinRateBasis::ByCount => self.by_count,
            WinRateBasis::ByValue => self.by_value,
        }
    }

    /// The rates of `rates` as something to liken others to.
    pub fn of(level: RateLevel, rates: &CloseRates) -> Self {
        Self { level, by_count: rates.by_count.rate, by_value: rates.by_value.rate }
    }
}

/// The rate of `tally`, drawn towards `prior` when deals are few.
pub(super) fn close_rate(
    tally: &Tally,
    prior: Option<&Prior>,
    basis: WinRateBasis,
    conventions: &Conventions,
) -> CloseRate {
    let own = tally.rate(basis);
    let known = prior.and_then(|prior| prior.rate(basis).map(|rate| (prior, rate)));
    let is_few = tally.closed < u64::from(conventions.few_deals);
    match (own, known) {
        (Some(own), Some((prior, rate))) if is_few => {
            let weight = conventions.shrink_weight;
            let drawn = || {
                let borrowed = rate.checked_mul(Decimal::from(weight))?;
                let deals = Decimal::from(tally.closed).checked_add(Decimal::from(weight))?;
                tally.weighted(basis, own)?.checked_add(borrowed)?.checked_div(deals)
            };
            CloseRate { rate: drawn(), source: RateSource::Shrunk { level: prior.level.clone(), rate, weight } }
        }
        (Some(own), _) => CloseRate { rate: Some(own), source: RateSource::Own },
        (None, Some((prior, rate))) => {
            CloseRate { rate: Some(rate), source: RateSource::Borrowed(prior.level.clone()) }
        }
        (None, None) => CloseRate { rate: None, source: RateSource::NotKnown },
    }
}

/// Close rates of the channel and its segments, ready to liken partners to.
#[derive(Debug, Clone)]
pub(super) struct Priors {
    channel: Prior,
    segments: BTreeMap<Name, Prior>,
}

impl Priors {
    /// A segment's own rate is drawn towards the channel's when its deals are few.
    pub fn new(channel: &Tally, segments: &BTreeMap<Name, Tally>, conventions: &Conventions) -> Self {
        let level = |name: &Name| match conventions.win_rate_segment {
            WinRateSegment::Tier => RateLevel::Tier(name.clone()),
            WinRateSegment::Territory => RateLevel::Territory(name.clone()),
        };
        let prior = |level, tally: &Tally, above: Option<&Prior>| Prior {
            level,
            by_count: close_rate(tally, above, WinRateBasis::ByCount, conventions).rate,
            by_value: close_rate(tally, above, WinRateBasis::ByValue, conventions).rate,
        };
        let channel = prior(RateLevel::Channel, channel, None);
        let with_deals = segments.iter().filter(|(_, tally)| tally.closed > 0);
        let segments =
            with_deals.map(|(name, tally)| (name.clone(), prior(level(name), tally, Some(&channel)))).collect();
        Self { channel, segments }
    }

    /// What `partner` is likened to: its segment when that closed any deal, else the channel.
    pub fn of(&self, partner: &Partner, conventions: &Conventions) -> &Prior {
        segment_of(partner, conventions).and_then(|name| self.segments.get(name)).unwrap_or(&self.channel)
    }
}

/// The segment a partner is likened to.
pub(super) fn segment_of<'p>(partner: &'p Partner, conventions: &Conventions) -> Option<&'p Name> {
    match conventions.win_rate_segment {
        WinRateSegment::Tier => partner.tier.as_ref(),
        WinRateSegment::Territory => partner.territory.as_ref(),
    }
}
