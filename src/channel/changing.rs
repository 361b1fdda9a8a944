//! Facts about a partner that change, and their rows with the dates from which they count.

use super::identity::{Name, SharedSegment};
use crate::units::{Money, Rate, plain};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::hash::{Hash, Hasher};

/// Value of an extra column: what the vendor's system wrote, typed where every value of the column allows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Attribute {
    /// Exact number.
    Number(Decimal),
    /// `true` or `false` (also `yes` and `no` in the file).
    Truth(bool),
    /// Day.
    Date(NaiveDate),
    /// Anything else.
    Text(Name),
}

impl Attribute {
    /// Returns the value as the name of a group of partners.
    pub fn word(&self) -> Name {
        match self {
            Self::Text(text) => Name::clone(text),
            Self::Number(number) => plain(*number).into(),
            Self::Truth(truth) => truth.to_string().into(),
            Self::Date(date) => date.to_string().into(),
        }
    }
}

/// Investment signals. `None` is "not known".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Investment {
    /// Certified staff now.
    pub certified_now: Option<i64>,
    /// Certified staff one year before.
    pub certified_before: Option<i64>,
    /// Own marketing spend for the vendor's products, last 12 months.
    pub marketing_spend: Option<Money>,
    /// Heads in the services practice.
    pub services_headcount: Option<i64>,
    /// Revenue of the services practice, last 12 months.
    pub services_revenue: Option<Money>,
    /// Share of the enablement plan completed, 0 to 1.
    pub enablement: Option<Rate>,
    /// People who sell the vendor's products.
    pub sellers: Option<i64>,
    /// Revenue of one of them in a year at full productivity.
    pub productivity: Option<Money>,
    /// Part of it that they reach in the period, 0 to 1; `None` means all.
    pub seller_ramp: Option<Rate>,
}

/// The hash of a book without sellers is the same as before books could have them.
impl Hash for Investment {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.certified_now, self.certified_before, self.marketing_spend).hash(state);
        (self.services_headcount, self.services_revenue, self.enablement).hash(state);
        let sales = (self.sellers, self.productivity, self.seller_ramp);
        if sales != (None, None, None) {
            sales.hash(state);
        }
    }
}

/// Historical win rate that the book states.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WinRate {
    /// Part of the business it is for.
    pub segment: SharedSegment,
    /// Won ÷ (won + lost) by value, 0 to 1.
    pub by_value: Option<Rate>,
    /// Won ÷ (won + lost) by count, 0 to 1.
    pub by_count: Option<Rate>,
}

/// A fact with the first date on which it counts; `None` counts from the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dated<T> {
    /// First date.
    pub valid_from: Option<NaiveDate>,
    /// The fact.
    pub fact: T,
}

impl<T> Dated<T> {
    pub(super) fn counts_on(&self, date: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= date)
    }

    pub(super) fn is_later_than(&self, date: NaiveDate) -> bool {
        !self.counts_on(date)
    }
}

/// Returns the latest of `rows`, which ascend by date, that counts on `date`.
pub(super) fn latest<T>(rows: &[Dated<T>], date: NaiveDate) -> Option<&T> {
    rows.iter().rfind(|row| row.counts_on(date)).map(|row| &row.fact)
}

/// Facts of one row of the partners table, without the identifier.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Profile {
    /// Name for people.
    pub name: Name,
    /// Tier in the partner program.
    pub tier: Option<Name>,
    /// Home territory.
    pub territory: Option<Name>,
    /// Vertical (industry) it mainly sells into.
    pub vertical: Option<Name>,
    /// Product lines it is authorised for; empty when not known.
    pub product_lines: Vec<Name>,
    /// Account manager at the vendor.
    pub account_manager: Option<Name>,
    /// Date it joined the program.
    pub since: Option<NaiveDate>,
    /// Last date in the program; `None` for a partner that stays.
    pub until: Option<NaiveDate>,
    /// Extra columns, one per column that has a value, ascending by name.
    pub attributes: Vec<(Name, Attribute)>,
}

/// Rows about one partner of the tables in which at least one of its rows has a date; each list ascends by date and is
/// empty for a table in which none has.
#[derive(Debug, Clone, Default, PartialEq, Hash)]
pub struct DatedRows {
    /// Rows of the partners table.
    pub profiles: Vec<Dated<Profile>>,
    /// Rows of the investments table.
    pub investments: Vec<Dated<Investment>>,
    /// Rows of the win rates table.
    pub win_rates: Vec<Dated<WinRate>>,
}

impl DatedRows {
    pub(super) fn is_empty(&self) -> bool {
        self.profiles.is_empty() && self.investments.is_empty() && self.win_rates.is_empty()
    }

    pub(super) fn has_later(&self, date: NaiveDate) -> bool {
        self.profiles.iter().any(|row| row.is_later_than(date))
            || self.investments.iter().any(|row| row.is_later_than(date))
            || self.win_rates.iter().any(|row| row.is_later_than(date))
    }

    pub(super) fn forget_later(&mut self, date: NaiveDate) {
        self.profiles.retain(|row| row.counts_on(date));
        self.investments.retain(|row| row.counts_on(date));
        self.win_rates.retain(|row| row.counts_on(date));
    }
}

/// The dated rows of a partner; takes next to no memory without any, and is not part of the hash of facts then.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History(Option<Box<DatedRows>>);

impl Hash for History {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(rows) = &self.0 {
            rows.hash(state);
        }
    }
}

impl History {
    pub(super) fn rows(&self) -> Option<&DatedRows> {
        self.0.as_deref()
    }

    /// Returns the rows of the partners table, ascending by date; empty when none has a date.
    pub fn profiles(&self) -> &[Dated<Profile>] {
        self.rows().map_or(&[], |rows| &rows.profiles)
    }

    /// True when the row of the partners table that counts on `date` has a date.
    pub fn is_dated_on(&self, date: NaiveDate) -> bool {
        self.profiles().iter().rfind(|row| row.counts_on(date)).is_some_and(|row| row.valid_from.is_some())
    }

    /// True when a row of the investments table has a date.
    pub fn has_investments(&self) -> bool {
        self.rows().is_some_and(|rows| !rows.investments.is_empty())
    }

    /// True when a row of the win rates table has a date.
    pub fn has_win_rates(&self) -> bool {
        self.rows().is_some_and(|rows| !rows.win_rates.is_empty())
    }

    pub(super) fn rows_mut(&mut self) -> &mut DatedRows {
        self.0.get_or_insert_default()
    }
}
