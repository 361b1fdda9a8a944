//! The view of a proposal: a period as of a date, and what of the book it can see.

use super::fault::PlanFault;
use super::request::Request;
use crate::channel::{LatestMonth, PartOfMonth, PartnerBook};
use crate::finding::{Finding, Findings};
use crate::plugin::VendorPlugin;
use crate::units::{Money, Month, PlanningPeriod};
use chrono::NaiveDate;

/// What is asked for: a period, seen from a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Planning period.
    pub period: PlanningPeriod,
    /// Nothing later than this day is looked at.
    pub as_of: NaiveDate,
    /// Channel target, when one is given.
    pub target: Option<Money>,
    /// True for a past period that is planned again: of partners that join or leave after the as-of date, and of agreed
    /// quotas, nothing is known.
    pub is_past: bool,
}

impl View {
    /// Latest month that is complete on the as-of day.
    pub fn last_month(&self) -> Month {
        Month::last_complete(self.as_of)
    }
}

/// Settles the period that is planned and the day it is seen from; fails with all findings at once.
pub fn view(plugin: &VendorPlugin, book: &PartnerBook, request: &Request) -> Result<View, Findings> {
    let manifest = &plugin.manifest;
    let mut findings = Findings::new();
    if let Some(currency) = manifest.currency.filter(|currency| *currency != book.currency) {
        findings.push(Finding::from(PlanFault::Currency {
            book: book.currency.to_string(),
            vendor: manifest.name.clone(),
            expected: currency.to_string(),
        }));
    }
    let named = request.period.as_deref().map(|label| manifest.calendar.period(label));
    let named = match named.transpose() {
        Ok(period) => period,
        Err(fault) => {
            findings.push(PlanFault::UnknownPeriod { reason: fault.to_string() }.into());
            return Err(findings);
        }
    };
    if let Some(period) = named.as_ref().filter(|period| period.months != manifest.period_months) {
        findings.push(Finding::from(PlanFault::PeriodLength {
            period: period.to_string(),
            months: period.months,
            vendor: manifest.name.clone(),
            expected: manifest.period_months,
        }));
    }
    let latest = book.latest_month(request.today).map(|latest| latest.complete.last_day());
    let before = named.as_ref().and_then(|period| period.start.first_day().pred_opt());
    let as_of = request.as_of.or_else(|| match (before, latest) {
        (Some(before), Some(latest)) => Some(before.min(latest)),
        (before, latest) => before.or(latest),
    });
    let Some(as_of) = as_of else {
        findings.push(PlanFault::NoRevenue {}.into());
        return Err(findings);
    };
    let period = named.or_else(|| manifest.calendar.next_after(as_of, manifest.period_months));
    match period {
        Some(period) if findings.is_empty() => {
            if period.end().first_day() <= as_of {
                let (as_of, period) = (as_of.to_string(), period.to_string());
                findings.push(PlanFault::PeriodOver { as_of, period }.into());
                return Err(findings);
            }
            let target = request.target.map(|target| Money::new(target, book.currency));
            Ok(View { period, as_of, target, is_past: false })
        }
        Some(_) => Err(findings),
        None => {
            findings.push(PlanFault::NoPeriod { as_of: as_of.to_string() }.into());
            Err(findings)
        }
    }
}

/// Locks that were agreed for another period than the one that is planned.
pub(super) fn other_period(request: &Request, period: &PlanningPeriod) -> Option<Finding> {
    let agreed = request.locks_period.as_ref().filter(|agreed| **agreed != period.label)?;
    Some(PlanFault::OtherPeriod { agreed: agreed.to_string(), planned: period.to_string() }.into())
}

/// Reports that only a part of the latest month is known, and what that means for the plan.
pub(super) fn part_of_month(book: &PartnerBook, request: &Request, view: &View) -> Option<Finding> {
    let LatestMonth { latest, complete, part } = book.latest_month(request.today)?;
    let (month, as_of) = (latest.to_string(), view.as_of);
    // Of a period that is named, the date before it may be the limit instead.
    let is_limit = request.period.is_none() || view.period.start.plus(-1) > complete;
    let known = match part? {
        PartOfMonth::DatedUntil(date) => format!("dated up to {date}"),
        PartOfMonth::NotOver(today) => format!("not complete on {today}"),
        PartOfMonth::Doubtful => "doubtful".to_owned(),
    };
    let fault = match request.as_of {
        Some(_) if view.last_month() >= latest => {
            PlanFault::PartCounts { month, known, complete: complete.last_day(), as_of }
        }
        None if as_of == complete.last_day() && is_limit => {
            PlanFault::PartLeftOut { month, known, whole: latest.last_day(), as_of }
        }
        _ => return None,
    };
    Some(fault.into())
}

/// Warns when the book's revenue, of the months from the first to the last, does not cover the stretch that quotas are
/// derived from.
pub(super) fn uncovered(months: Option<(Month, Month)>, view: &View) -> Option<Finding> {
    let (first, last) = months?;
    let (seen, months) = (view.last_month(), view.period.months as i32);
    let as_of = view.as_of;
    let fault = if first > seen {
        PlanFault::RevenueBeginsLater { first: first.to_string(), as_of: as_of.to_string() }
    } else if last < seen {
        PlanFault::RevenueEndsEarlier {
            last: last.to_string(),
            last_day: last.last_day().to_string(),
            as_of: as_of.to_string(),
            months: seen.since(last),
        }
    } else if first > seen.plus(1 - months) {
        PlanFault::ShortHistory {
            months: seen.since(first) + 1,
            needed: months,
            until: seen.to_string(),
            from: seen.plus(1 - months).to_string(),
        }
    } else {
        return None;
    };
    Some(fault.into())
}
