//! Seasons: which share of a period's revenue is expected by when.

use super::terms::months_under;
use crate::channel::{Partner, QuotaTerms, SegmentKey};
use crate::units::{Month, PlanningPeriod};
use crate::vocabulary;
use rust_decimal::Decimal;

vocabulary! {
    /// Source of the expectation to date.
    pub enum PacingBasis {
        /// Revenue of the same months in the partner's (or line's) own latest one or two years.
        OwnSeasonality = "own_seasonality",
        /// Revenue of the same months in the channel's latest one or two years.
        ChannelSeasonality = "channel_seasonality",
        /// Evenly over the calendar days.
        EvenByDays = "even_by_days",
        /// Sum over the partner's lines, each with its own basis.
        SumOfLines = "sum_of_lines",
    }
}

/// Revenue by calendar month, January first.
pub(super) type Season = [Decimal; 12];

fn of(season: &Season, month: Month) -> Decimal {
    season[month.number() as usize - 1]
}

/// True when every month of the period had revenue above zero: one sale a year is no season.
pub(super) fn is_full(season: &Season, period: &PlanningPeriod) -> bool {
    (0..period.months as i32).all(|index| of(season, period.start.plus(index)) > Decimal::ZERO)
}

/// Share of the quota expected by the end of month `through`: weights of the months, each × ramp × effective days ÷ days
/// of the month. Without a season a month weighs its days. Months before `starts` weigh nothing. `None` when none does.
pub(super) fn elapsed_share(
    season: Option<&Season>,
    period: &PlanningPeriod,
    terms: &QuotaTerms,
    starts: Month,
    through: Month,
) -> Option<Decimal> {
    let (mut elapsed, mut whole) = (Decimal::ZERO, Decimal::ZERO);
    for month in months_under(terms, period).filter(|month| month.month >= starts) {
        let days = Decimal::from(month.days);
        let weight = match season {
            None => days,
            Some(season) if month.days == month.of => of(season, month.month),
            Some(season) => of(season, month.month).checked_mul(days)?.checked_div(Decimal::from(month.of))?,
        };
        let weight = weight.checked_mul(month.ramp)?;
        whole = whole.checked_add(weight)?;
        if month.month <= through {
            elapsed = elapsed.checked_add(weight)?;
        }
    }
    if whole > Decimal::ZERO { elapsed.checked_div(whole) } else { None }
}

/// Whole years of a window of months.
pub(super) fn years(first: Month, last: Month) -> i32 {
    (last.since(first) + 1).div_euclid(12)
}

/// Revenue by calendar month in the window, of what `belongs`; `None` when it is out of range.
pub(super) fn season_of(
    partner: &Partner,
    window: Option<(Month, Month)>,
    belongs: impl Fn(&SegmentKey) -> bool,
) -> Option<Season> {
    let mut season = [Decimal::ZERO; 12];
    let Some((first, last)) = window else { return Some(season) };
    let inside = partner.revenue.iter().filter(|entry| first <= entry.month && entry.month <= last);
    for entry in inside.filter(|entry| belongs(&entry.segment)) {
        let slot = &mut season[entry.month.number() as usize - 1];
        *slot = slot.checked_add(entry.amount.amount())?;
    }
    Some(season)
}
