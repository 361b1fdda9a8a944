//! `[conventions]`: constants that published methods choose differently, and that a vendor may set.

use crate::document::{Item, Section};
use crate::plugin::fault::ManifestFault;
use crate::units::Rate;
use rust_decimal::Decimal;

/// Constants by which figures are computed. Rates are fractions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conventions {
    /// Months of closed opportunities in a win rate that the book does not state.
    pub win_rate_months: u32,
    /// Months of revenue that make a product line or territory of a partner a line of the plan.
    pub line_months: i32,
    /// Least number of known months whose revenue is scaled to the stretch that growth is measured from.
    pub scaled_months: i32,
    /// Months without revenue from which a line is quiet.
    pub quiet_months: i64,
    /// Months without revenue from which a line has lapsed.
    pub lapsed_months: i64,
    /// Weight of the whole channel in a learned number of a group that states none, in lines.
    pub shrink: Rate,
    /// Least number of lines for a learned number that states none.
    pub minimum: i64,
    /// Attainment from which a quota is nearly reached: the lowest band ends here.
    pub attainment_threshold: Rate,
    /// Attainment from which it is excellent: the highest band begins here.
    pub attainment_excellence: Rate,
}

impl Default for Conventions {
    fn default() -> Self {
        Self {
            win_rate_months: 24,
            line_months: 24,
            scaled_months: 3,
            quiet_months: 3,
            lapsed_months: 6,
            shrink: Decimal::from(20),
            minimum: 20,
            attainment_threshold: Decimal::new(8, 1),
            attainment_excellence: Decimal::new(12, 1),
        }
    }
}

impl Conventions {
    /// Returns whether a line is active, quiet or has lapsed, by the months since its latest revenue.
    pub fn silence(&self, months: i64) -> Silence {
        if months >= self.lapsed_months {
            Silence::Lapsed
        } else if months >= self.quiet_months {
            Silence::Quiet
        } else {
            Silence::Active
        }
    }
}

crate::words! {
    /// Time since the latest revenue of a line.
    pub enum Silence {
        /// Less than `quiet_months`.
        Active = "active",
        /// Less than `lapsed_months`.
        Quiet = "quiet",
        /// Longer.
        Lapsed = "lapsed",
    }
}

/// Longest stretch in months that a convention may state.
const MOST_MONTHS: i64 = 120;

/// Reads the section; what it leaves out has its default.
pub(super) fn read(section: Section<'_>) -> Conventions {
    let default = Conventions::default();
    let count = |key: &str, most: i64, default: i64| {
        let item = section.get(key).filter(|item| item.number_in(Decimal::ONE, Decimal::from(most)).is_some());
        item.and_then(Item::count).unwrap_or(default)
    };
    let number = |key: &str, low: Decimal, high: i64, default: Rate| {
        section.get(key).and_then(|item| item.number_in(low, Decimal::from(high))).unwrap_or(default)
    };
    let months =
        |key: &str, default: i32| i32::try_from(count(key, MOST_MONTHS, i64::from(default))).unwrap_or(default);
    let win_rate_months = count("win_rate_months", MOST_MONTHS, i64::from(default.win_rate_months));
    let quiet_months = count("quiet_months", MOST_MONTHS, default.quiet_months);
    let lapsed_months = count("lapsed_months", MOST_MONTHS, default.lapsed_months);
    if quiet_months >= lapsed_months
        && let Some(item) = section.get("quiet_months").or_else(|| section.get("lapsed_months"))
    {
        item.reject(ManifestFault::SilenceOrder { quiet: quiet_months, lapsed: lapsed_months });
    }
    Conventions {
        win_rate_months: u32::try_from(win_rate_months).unwrap_or(default.win_rate_months),
        line_months: months("line_months", default.line_months),
        scaled_months: months("scaled_months", default.scaled_months),
        quiet_months,
        lapsed_months,
        shrink: number("shrink", Decimal::ZERO, 1_000_000, default.shrink),
        minimum: count("minimum", 1_000_000, default.minimum),
        attainment_threshold: number("attainment_threshold", Decimal::ZERO, 1, default.attainment_threshold),
        attainment_excellence: number("attainment_excellence", Decimal::ONE, 10, default.attainment_excellence),
    }
}
