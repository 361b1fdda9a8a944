//! Named deals that are expected to close within some dates, with what they are worth at their probability of being won.

use crate::channel::{Name, OpportunityStatus, PartnerBook};
use crate::units::{Money, MoneyError, Rate};
use chrono::NaiveDate;
use std::ops::RangeInclusive;

/// An open deal of a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingDeal {
    /// Partner id.
    pub partner_id: Name,
    /// Identifier in the CRM.
    pub id: Name,
    /// Amount at full value.
    pub amount: Money,
    /// Stage by its name in the CRM; `None` if not known.
    pub stage: Option<Name>,
    /// Expected close date.
    pub close_date: NaiveDate,
    /// Probability of winning, 0 to 1; `None` if not known.
    pub probability: Option<Rate>,
    /// Amount × probability, exact; `None` without a probability.
    pub expected: Option<Money>,
}

/// Returns the deals that are open on `as_of` and close within `dates`, ascending by partner, then by close date and id.
///
/// # Errors
/// When an amount leaves the range of exact decimals.
pub fn closing_deals(
    book: &PartnerBook,
    as_of: NaiveDate,
    dates: &RangeInclusive<NaiveDate>,
) -> Result<Vec<ClosingDeal>, MoneyError> {
    let mut deals = Vec::new();
    for partner in &book.partners {
        for deal in &partner.opportunities {
            // The status is that of the book: a deal that was closed since is closed.
            let is_open = deal.status == OpportunityStatus::Open && deal.is_open_on(as_of);
            if !is_open || !dates.contains(&deal.close_date) {
                continue;
            }
            let expected = deal.probability.map(|probability| deal.amount.times(probability)).transpose()?;
            deals.push(ClosingDeal {
                partner_id: partner.id.clone(),
                id: deal.id.clone(),
                amount: deal.amount,
                stage: deal.stage.clone(),
                close_date: deal.close_date,
                probability: deal.probability,
                expected,
            });
        }
    }
    deals.sort_by(|a, b| (&a.partner_id, a.close_date, &a.id).cmp(&(&b.partner_id, b.close_date, &b.id)));
    Ok(deals)
}
