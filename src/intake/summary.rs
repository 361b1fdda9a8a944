//! The summary of a book whose tables have all been read.

use super::shared::Shared;
use super::survey::Survey;
use crate::channel::{BookSummary, Partner};

impl Shared {
    /// The summary of the book whose tables have all been read.
    pub fn summary(&mut self, survey: &mut Survey, partners: &[Partner]) -> BookSummary {
        let (currency, range) = (self.currency(), self.months.range());
        let latest_date = self.months.latest_date();
        let (unusual_months, unusual_month_count) = survey.unusual_months(partners, currency);
        BookSummary {
            tables: std::mem::take(&mut self.tables),
            currency,
            is_currency_stated: self.stated_currency.is_some() || self.is_currency_mapped,
            partners: partners.len(),
            partners_without_revenue: partners.len().saturating_sub(survey.partners),
            revenue: survey.revenue(currency),
            years: survey.years(currency),
            fiscal_years: survey.fiscal_years(self.calendar, currency),
            first_month: range.map(|(first, _)| first),
            last_month: range.map(|(_, last)| last),
            missing_months: survey.missing(),
            latest_date,
            latest_complete_month: self.months.complete,
            unusual_month_count,
            unusual_months,
            unusual_years: survey.unusual_years(currency),
            rounded_values: usize::try_from(self.all_rounded).unwrap_or(usize::MAX),
        }
    }
}
