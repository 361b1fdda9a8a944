//! Facts about a line for its own partner: what it sold, what the next tier asks for, the pipeline that its quota needs.

use super::fault::RequestFault;
use crate::channel::{OpportunityStatus, Partner, PartnerBook, SegmentKey};
use crate::decision::{Condition, Requirement};
use crate::finding::{Finding, Findings};
use crate::performance::RateSource;
use crate::plugin::VendorPlugin;
use crate::review::{Request, Review, Setting};
use crate::script::PolicyKind;
use crate::units::{Money, MoneyError, Month, Rate};
use chrono::NaiveDate;
use std::ops::RangeInclusive;

/// Months of revenue that a partner sees.
const MONTHS: i32 = 12;

/// Question about one line.
#[derive(Debug, Clone)]
pub struct PartnerQuestion {
    /// Partner id.
    pub partner: String,
    /// Part of the partner's business.
    pub segment: SegmentKey,
    /// Date that the facts are seen from.
    pub as_of: NaiveDate,
    /// Dates of the planning period.
    pub period: RangeInclusive<NaiveDate>,
    /// Quota that is offered or agreed.
    pub quota: Money,
}

/// Facts about one line; nothing in them is about another partner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartnerFacts {
    /// Revenue of the latest twelve months of the book, ascending; `None` for months that the book does not reach.
    pub months: Vec<(Month, Option<Money>)>,
    /// Conditions of tiers that the vendor's policy looked at, in its order; empty without a ladder of tiers, for a part of a
    /// partner whose tier is for the whole, and where policies read figures of others.
    pub conditions: Vec<Condition>,
    /// Σ amounts of deals that were open and close in the period; `None` for a book without opportunities.
    pub open_pipeline: Option<Money>,
    /// Part of the partner's closed deals that is won, by the vendor's convention; `None` where that is not known from the
    /// book or enough own deals.
    pub close_rate: Option<Rate>,
    /// Quota × required coverage, rounded half up to the minor unit; `None` without a close rate.
    pub pipeline_needed: Option<Money>,
}

/// Returns the facts of one line; `None` for a partner that the book does not have on that date.
///
/// # Errors
/// When the book is of another currency, or an amount leaves the range of exact decimals.
pub fn partner_facts(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    asked: &PartnerQuestion,
    threads: Option<usize>,
) -> Result<Option<PartnerFacts>, Findings> {
    let known = book.as_of(asked.as_of);
    let Some(partner) = known.partner(&asked.partner) else { return Ok(None) };
    let setting = Setting::new(&plugin.manifest, book, &Request { as_of: asked.as_of, period: None, quotas: None })?;
    let review = Review::new(plugin, &known, &setting, threads)?;
    let Some(index) = review.index_of(&asked.partner) else { return Ok(None) };
    let (reviewed, _) = review.of(index).map_err(|fault| Findings::from(fault.finding))?;
    let standing = &reviewed.standing.whole;
    // A policy that reads figures of others would show them, and a part of a partner may be all that the reader sees.
    let tier = PolicyKind::Tier.file();
    let is_shown = !plugin.policies().is_some_and(|policies| policies.scripts().reads_of_others(tier));
    let tiers = reviewed.decisions.iter().flat_map(|decisions| &decisions.tiers);
    let mut conditions = Vec::new();
    for tier in tiers.filter(|tier| is_shown && tier.product_line == asked.segment.product_line) {
        tier.grounds.requirements.iter().for_each(|one| of_tiers(one, &mut conditions));
    }
    let range = |error: MoneyError| -> Findings {
        Finding::from(RequestFault::OutOfRange { reason: error.to_string() }).into()
    };
    // A rate that is drawn from the deals of others says something about them.
    let rate = standing.close_rates.on(setting.conventions.win_rate_basis);
    let is_whole = asked.segment == SegmentKey::default();
    let is_own = is_whole && matches!(rate.source, RateSource::Stated | RateSource::Own);
    let coverage = standing.required_coverage.filter(|_| is_own);
    let pipeline_needed = coverage.map(|coverage| asked.quota.times(coverage)).transpose();
    let open_pipeline = match book.has_table("opportunities") {
        true => Some(open_pipeline(partner, asked, book).map_err(range)?),
        false => None,
    };
    Ok(Some(PartnerFacts {
        months: months(partner, asked, &known).map_err(range)?,
        conditions,
        open_pipeline,
        close_rate: rate.rate.filter(|_| is_own),
        pipeline_needed: pipeline_needed.map_err(range)?.map(Money::rounded),
    }))
}

/// True for a row of the part of the business that is asked about.
fn is_of(row: &SegmentKey, asked: &SegmentKey) -> bool {
    let matches = |row: &Option<_>, asked: &Option<_>| asked.is_none() || row == asked;
    matches(&row.product_line, &asked.product_line) && matches(&row.territory, &asked.territory)
}

fn months(
    partner: &Partner,
    asked: &PartnerQuestion,
    book: &PartnerBook,
) -> Result<Vec<(Month, Option<Money>)>, MoneyError> {
    let Some((first, latest)) = book.revenue_months() else { return Ok(Vec::new()) };
    let last = latest.min(Month::of(asked.as_of));
    let amount = |month: Month| {
        let own = partner.revenue.iter().filter(|entry| entry.month == month && is_of(&entry.segment, &asked.segment));
        Money::sum(book.currency, own.map(|entry| entry.amount))
    };
    let month = |back: i32| {
        let month = last.plus(-back);
        Ok((month, (month >= first).then(|| amount(month)).transpose()?))
    };
    (0..MONTHS).rev().map(month).collect()
}

fn open_pipeline(partner: &Partner, asked: &PartnerQuestion, book: &PartnerBook) -> Result<Money, MoneyError> {
    let open = partner.opportunities.iter().filter(|deal| {
        let is_open = deal.status == OpportunityStatus::Open && deal.is_open_on(asked.as_of);
        is_open && asked.period.contains(&deal.close_date) && is_of(&deal.segment, &asked.segment)
    });
    Money::sum(book.currency, open.map(|deal| deal.amount))
}

/// Adds the conditions that belong to a tier.
fn of_tiers(requirement: &Requirement, found: &mut Vec<Condition>) {
    match requirement {
        Requirement::One(condition) if condition.tier.is_some() => found.push(condition.clone()),
        Requirement::One(_) => {}
        Requirement::All(parts) | Requirement::Any(parts) => parts.iter().for_each(|part| of_tiers(part, found)),
    }
}
