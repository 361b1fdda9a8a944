//! Revenue by month while a book is read: sums per month and year, and months far above a partner's usual ones.

use crate::channel::{Partner, RevenueOfYear, UnusualMonth, UnusualYear};
use crate::units::{Currency, FiscalCalendar, Money, Month};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A month this many times the partner's median month is unusual.
const UNUSUAL_TIMES: i128 = 100;
/// Fewest months above zero from which a median says something.
const FEWEST_MONTHS: usize = 4;
/// A year whose average month is this many times the median, or at most that part of it, is unusual.
const UNUSUAL_YEAR: Decimal = Decimal::TEN;
/// Unusual months that are listed.
const LISTED: usize = 20;
/// Unusual months that are compared by size before they are listed.
const COMPARED: usize = 10_000;

/// An exact sum of decimals, many times faster than adding them as such.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ExactSum {
    units: i128,
    scale: u32,
    is_out_of_range: bool,
    has_rows: bool,
    /// Rows of the table that it is the sum of.
    rows: usize,
}

impl ExactSum {
    /// Adds an amount.
    pub fn add(&mut self, amount: Decimal) {
        self.plus(amount.mantissa(), amount.scale());
    }

    fn plus(&mut self, units: i128, scale: u32) {
        self.has_rows = true;
        let common = self.scale.max(scale);
        let sum = match (at(self.units, self.scale, common), at(units, scale, common)) {
            (Some(one), Some(other)) => one.checked_add(other),
            _ => None,
        };
        self.scale = common;
        match sum {
            Some(sum) => self.units = sum,
            None => self.is_out_of_range = true,
        }
    }

    fn merge(&mut self, other: &Self) {
        if other.has_rows {
            self.plus(other.units, other.scale);
            self.is_out_of_range |= other.is_out_of_range;
            self.rows = self.rows.saturating_add(other.rows);
        }
    }

    /// The sum; `None` when it leaves the range of exact decimals.
    fn total(&self) -> Option<Decimal> {
        if self.is_out_of_range {
            return None;
        }
        let (mut units, mut scale) = (self.units, self.scale);
        loop {
            if let Ok(total) = Decimal::try_from_i128_with_scale(units, scale) {
                return Some(total);
            }
            if scale == 0 || units % 10 != 0 {
                return None;
            }
            (units, scale) = (units / 10, scale - 1);
        }
    }

    fn money(&self, currency: Currency) -> Option<Money> {
        self.total().map(|total| Money::new(total, currency))
    }
}

/// `units` of a smaller scale in units of `common`.
fn at(units: i128, scale: u32, common: u32) -> Option<i128> {
    if scale == common { Some(units) } else { units.checked_mul(10_i128.checked_pow(common - scale)?) }
}

/// Revenue by month, gathered partner by partner.
#[derive(Debug, Default)]
pub(super) struct Survey {
    first: Option<Month>,
    /// Sums of the months from `first` on.
    months: Vec<ExactSum>,
    /// Months of the partner being added, ascending.
    of_partner: Vec<(Month, ExactSum)>,
    /// Number of partners with revenue rows.
    pub partners: usize,
    unusual: Vec<(usize, Month, Decimal, Decimal)>,
    unusual_count: usize,
}

impl Survey {
    /// A survey of rows in the months from the first to the last.
    pub fn new(months: Option<(Month, Month)>) -> Self {
        let Some((first, last)) = months else { return Self::default() };
        let count = usize::try_from(last.since(first).saturating_add(1)).unwrap_or_default();
        Self { first: Some(first), months: vec![ExactSum::default(); count], ..Self::default() }
    }

    /// Adds the revenue of `rows` rows of the current partner; months ascend.
    pub fn add(&mut self, month: Month, amount: Decimal, rows: usize) {
        if self.of_partner.last().is_none_or(|(latest, _)| *latest != month) {
            self.of_partner.push((month, ExactSum::default()));
        }
        if let Some((_, sum)) = self.of_partner.last_mut() {
            sum.add(amount);
            sum.rows = sum.rows.saturating_add(rows);
        }
    }

    /// Ends the partner at `index` of the book.
    pub fn end_partner(&mut self, index: usize) {
        self.partners += 1;
        for (month, sum) in &self.of_partner {
            let place = self.first.and_then(|first| usize::try_from(month.since(first)).ok());
            if let Some(whole) = place.and_then(|place| self.months.get_mut(place)) {
                whole.merge(sum);
            }
        }
        self.note_unusual(index);
        self.of_partner.clear();
    }

    fn note_unusual(&mut self, index: usize) {
        if self.of_partner.len() < FEWEST_MONTHS {
            return;
        }
        let common = self.of_partner.iter().map(|(_, sum)| sum.scale).max().unwrap_or_default();
        let units = |sum: &ExactSum| at(sum.units, sum.scale, common).filter(|_| !sum.is_out_of_range);
        let above_zero = || self.of_partner.iter().filter_map(|(_, sum)| units(sum)).filter(|units| *units > 0);
        let most = above_zero().max().unwrap_or_default();
        let count = above_zero().count();
        let small = above_zero().filter(|units| units.saturating_mul(UNUSUAL_TIMES) <= most).count();
        // The larger middle one of `count` months is small only if more than half of them are.
        if count < FEWEST_MONTHS || small <= count / 2 {
            return;
        }
        let mut sorted: Vec<i128> = above_zero().collect();
        sorted.sort_unstable();
        let Some(median) = sorted.get(count / 2).copied() else { return };
        let decimal = |units: i128| Decimal::try_from_i128_with_scale(units, common).ok();
        let Some(shown_median) = decimal(median) else { return };
        for (month, sum) in &self.of_partner {
            let Some(units) = units(sum).filter(|units| *units >= median.saturating_mul(UNUSUAL_TIMES)) else {
                continue;
            };
            self.unusual_count += 1;
            if self.unusual.len() < COMPARED {
                self.unusual.extend(decimal(units).map(|revenue| (index, *month, revenue, shown_median)));
            }
        }
    }

    /// Months with a row, ascending, with their sums.
    fn with_rows(&self) -> impl Iterator<Item = (Month, &ExactSum)> {
        let months = self.first.into_iter().flat_map(|first| (0..).map(move |step| first.plus(step)));
        months.zip(&self.months).filter(|(_, sum)| sum.has_rows)
    }

    /// Months with a row, ascending, each with the number of its rows.
    pub fn present(&self) -> Vec<(Month, usize)> {
        self.with_rows().map(|(month, sum)| (month, sum.rows)).collect()
    }

    /// Months without a row between the first and the last, ascending.
    pub fn missing(&self) -> Vec<Month> {
        let months = self.first.into_iter().flat_map(|first| (0..).map(move |step| first.plus(step)));
        months.zip(&self.months).filter(|(_, sum)| !sum.has_rows).map(|(month, _)| month).collect()
    }

    /// Sum of all revenue, zero without any.
    pub fn revenue(&self, currency: Currency) -> Option<Money> {
        let mut all = ExactSum::default();
        self.months.iter().for_each(|sum| all.merge(sum));
        all.money(currency)
    }

    fn by_year(&self, year_of: impl Fn(Month) -> i32) -> BTreeMap<i32, (ExactSum, u32)> {
        let mut years: BTreeMap<i32, (ExactSum, u32)> = BTreeMap::new();
        for (month, sum) in self.with_rows() {
            let (whole, months) = years.entry(year_of(month)).or_default();
            whole.merge(sum);
            *months += 1;
        }
        years
    }

    /// Revenue by calendar year.
    pub fn years(&self, currency: Currency) -> Vec<RevenueOfYear> {
        let years = self.by_year(Month::year).into_iter();
        years
            .map(|(year, (sum, months))| RevenueOfYear { year: year.to_string(), revenue: sum.money(currency), months })
            .collect()
    }

    /// Revenue by fiscal year; empty when that is the calendar year.
    pub fn fiscal_years(&self, calendar: Option<FiscalCalendar>, currency: Currency) -> Vec<RevenueOfYear> {
        let Some(calendar) = calendar.filter(|calendar| Some(*calendar) != FiscalCalendar::new(1)) else {
            return Vec::new();
        };
        let years = self.by_year(|month| calendar.year_of(month)).into_iter();
        years
            .map(|(year, (sum, months))| RevenueOfYear {
                year: format!("FY{year}"),
                revenue: sum.money(currency),
                months,
            })
            .collect()
    }

    /// Calendar years whose average month is far from the median of all; needs at least three years.
    pub fn unusual_years(&self, currency: Currency) -> Vec<UnusualYear> {
        let average = |(sum, months): &(ExactSum, u32)| sum.total()?.checked_div(Decimal::from(*months));
        let years: Vec<(i32, Decimal)> =
            self.by_year(Month::year).iter().filter_map(|(year, sum)| Some((*year, average(sum)?))).collect();
        if years.len() < 3 {
            return Vec::new();
        }
        let mut sorted: Vec<Decimal> = years.iter().map(|(_, average)| *average).collect();
        sorted.sort_unstable();
        let Some(median) = sorted.get(sorted.len() / 2).copied().filter(|median| *median > Decimal::ZERO) else {
            return Vec::new();
        };
        let far = years.iter().filter_map(|(year, average)| {
            let is_far = |high: Decimal, low: Decimal| low.checked_mul(UNUSUAL_YEAR).is_some_and(|low| high >= low);
            let money = |amount| Money::new(amount, currency).rounded();
            (is_far(*average, median) || is_far(median, *average)).then(|| UnusualYear {
                year: year.to_string(),
                monthly_revenue: money(*average),
                median: money(median),
            })
        });
        far.collect()
    }

    /// The largest unusual months, and how many there are in all.
    pub fn unusual_months(&mut self, partners: &[Partner], currency: Currency) -> (Vec<UnusualMonth>, usize) {
        self.unusual.sort_by_key(|(index, month, revenue, _)| (Reverse(*revenue), *index, *month));
        let listed = self.unusual.iter().take(LISTED).filter_map(|(index, month, revenue, median)| {
            let partner_id = partners.get(*index)?.id.clone();
            let money = |amount: Decimal| Money::new(amount, currency);
            Some(UnusualMonth { partner_id, month: *month, revenue: money(*revenue), median: money(*median) })
        });
        (listed.collect(), self.unusual_count)
    }
}
