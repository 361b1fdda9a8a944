//! Months for which the book has revenue, so that a gap in it is not taken for months without sales.

use super::PartnerBook;
use crate::units::Month;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Months of a year.
const YEAR: usize = 12;

/// Least number of calendar months with revenue from which on the others are a gap and not a season: 9 of 12.
const FEWEST_KNOWN: usize = 9;

/// Months in which any partner of the book has a revenue row, whatever its amount.
#[derive(Debug, Clone, Default)]
pub struct KnownMonths {
    first: Option<Month>,
    known: Vec<bool>,
}

impl KnownMonths {
    /// Looks through the revenue of the whole book once.
    pub fn of(book: &PartnerBook) -> Self {
        let Some(span) = book.revenue_months() else { return Self::default() };
        Self::within(span, book.partners.iter().flat_map(|partner| &partner.revenue).map(|entry| entry.month))
    }

    /// Returns `months` as the months that have revenue, in any order.
    pub fn of_months(months: &BTreeSet<Month>) -> Self {
        let Some(span) = months.first().copied().zip(months.last().copied()) else { return Self::default() };
        Self::within(span, months.iter().copied())
    }

    fn within((first, last): (Month, Month), months: impl Iterator<Item = Month>) -> Self {
        let mut known = vec![false; usize::try_from(last.since(first) + 1).unwrap_or(0)];
        for month in months {
            if let Some(month) = usize::try_from(month.since(first)).ok().and_then(|index| known.get_mut(index)) {
                *month = true;
            }
        }
        Self { first: Some(first), known }
    }

    /// First month with revenue; `None` in a book without.
    pub fn first(&self) -> Option<Month> {
        self.first
    }

    /// First and last month with revenue; `None` in a book without.
    pub fn span(&self) -> Option<(Month, Month)> {
        let first = self.first?;
        Some((first, first.plus(i32::try_from(self.known.len()).ok()? - 1)))
    }

    fn contains(&self, month: Month) -> bool {
        let index = self.first.and_then(|first| usize::try_from(month.since(first)).ok());
        index.and_then(|index| self.known.get(index)).copied().unwrap_or(false)
    }

    /// Returns `season`, sums by calendar month (January first) over the `years` years up to `last`, with the gaps of the
    /// book filled.
    ///
    /// A month that is missing in one of the years counts as in the other. One that is missing in all of them counts as the
    /// average of the known ones, where at least nine of twelve are known: a season of zero needs a row that says so. `None`
    /// when the amounts are out of range.
    pub fn filled(&self, season: [Decimal; YEAR], last: Month, years: i32) -> Option<[Decimal; YEAR]> {
        let mut counts = [0_u32; YEAR];
        for month in (0..years * YEAR as i32).map(|back| last.plus(-back)).filter(|month| self.contains(*month)) {
            counts[month.number() as usize - 1] += 1;
        }
        let whole = u32::try_from(years).ok()?;
        if counts.iter().all(|count| *count == whole) {
            return Some(season);
        }
        let known = counts.iter().filter(|count| **count > 0).count();
        let mut filled = season;
        for (amount, count) in filled.iter_mut().zip(counts).filter(|(_, count)| (1..whole).contains(count)) {
            *amount = amount.checked_mul(Decimal::from(whole))?.checked_div(Decimal::from(count))?;
        }
        if (FEWEST_KNOWN..YEAR).contains(&known) {
            let sum = filled.iter().try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(*amount))?;
            let average = sum.checked_div(Decimal::from(known))?;
            filled.iter_mut().zip(counts).filter(|(_, count)| *count == 0).for_each(|(amount, _)| *amount = average);
        }
        Some(filled)
    }
}
