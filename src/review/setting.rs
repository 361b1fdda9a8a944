//! Scope of a review: period, as-of date, quotas, conventions.

use super::fault::ReviewFault;
use crate::channel::{CurrentQuota, Name, Partner, PartnerBook, QuotaTerms, SegmentKey};
use crate::finding::{Finding, Findings};
use crate::performance::{Conventions, Given};
use crate::plugin::Manifest;
use crate::quota::Grain;
use crate::units::{FiscalCalendar, Money, Month, PlanningPeriod};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Request for a review: everything except the book and the policies.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Nothing later than this day is looked at.
    pub as_of: NaiveDate,
    /// Label of the period; the one of the manifest's length that contains the as-of date by default.
    pub period: Option<String>,
    /// Agreed quotas that replace those of the book.
    pub quotas: Option<GivenQuotas>,
}

/// Quotas of a proposal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GivenQuotas {
    /// Label of the period they are for; the manifest's period around the reviewed one when the file does not say.
    pub period: Option<String>,
    /// Partner, line, quota; at most one for each.
    pub lines: Vec<(Name, SegmentKey, Money)>,
    /// Quotas of parts of the period, where the file has them: period label beside partner, line and quota.
    pub parts: Vec<(String, Name, SegmentKey, Money)>,
}

/// Resolved scope of a review.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Period.
    pub period: PlanningPeriod,
    /// Day it is seen from.
    pub as_of: NaiveDate,
    /// Conventions.
    pub conventions: Conventions,
    /// Quotas, terms and tier minimums beside the book.
    pub given: Given,
    /// Warnings about the request.
    pub warnings: Findings,
}

/// The period of `months` (1, 3, 6 or 12) that holds `day`.
///
/// ```
/// use quotient::{review::period_of, units::FiscalCalendar};
/// let july = FiscalCalendar::new(7).ok_or("no calendar")?;
/// let period = period_of(july, 3, "2018-08-15".parse()?).ok_or("no period")?;
/// assert_eq!(period.label, "FY2019-Q1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn period_of(calendar: FiscalCalendar, months: u32, day: NaiveDate) -> Option<PlanningPeriod> {
    (0..months as i32)
        .map(|back| Month::of(day).plus(-back))
        .find_map(|start| calendar.label(start, months).map(|label| PlanningPeriod { label, start, months }))
}

impl Setting {
    /// Settles a request; fails with all findings at once.
    pub fn new(manifest: &Manifest, book: &PartnerBook, request: &Request) -> Result<Self, Findings> {
        let mut faults = Findings::new();
        let mut warnings: Findings = begins_later(book, request.as_of, None).into_iter().collect();
        if let Some(currency) = manifest.currency.filter(|currency| *currency != book.currency) {
            faults.push(Finding::from(ReviewFault::Currency {
                book: book.currency.to_string(),
                vendor: manifest.name.clone(),
                expected: currency.to_string(),
            }));
        }
        if book.partners.is_empty() {
            faults.push(ReviewFault::NoPartner {}.into());
        }
        let named = |label: &str| manifest.calendar.period(label).map_err(|fault| fault.to_string());
        let around = |day| period_of(manifest.calendar, manifest.period_months, day);
        let period = match &request.period {
            Some(label) => named(label),
            None => around(request.as_of).ok_or_else(|| format!("no period holds {}", request.as_of)),
        };
        let period = match period {
            Ok(period) => period,
            Err(reason) => {
                faults.push(ReviewFault::UnknownPeriod { reason }.into());
                return Err(faults);
            }
        };
        if period.first_day() > request.as_of {
            let (period, as_of) = (period.to_string(), request.as_of.to_string());
            warnings.push(ReviewFault::NotBegun { period, as_of }.into());
        }
        let mut quotas = BTreeMap::new();
        if let Some(given) = &request.quotas {
            let whole = match &given.period {
                Some(label) => named(label).ok(),
                None if period.months >= manifest.period_months => Some(period.clone()),
                None => around(period.first_day()),
            };
            match whole {
                Some(whole) => quotas = collected(given, &whole, manifest, book, &period, &mut warnings),
                None => {
                    let label = given.period.as_deref().unwrap_or_default();
                    faults.push(ReviewFault::QuotaPeriod { period: label.to_owned() }.into());
                }
            }
        }
        if faults.has_errors() {
            return Err(faults);
        }
        let minimum = |tier: &crate::plugin::Tier| {
            manifest.tier_minimum(&tier.name, period.months, book.currency).map(|minimum| (tier.name.clone(), minimum))
        };
        Ok(Self {
            given: Given {
                quotas,
                terms: BTreeMap::new(),
                tier_minimums: manifest.tiers.iter().filter_map(minimum).collect(),
            },
            conventions: Conventions { grain: manifest.grain, ..Conventions::default() },
            as_of: request.as_of,
            period,
            warnings,
        })
    }
}

/// The finding about the partners whose first row counts after `as_of`, or about one of them; `None` without any.
pub fn begins_later(book: &PartnerBook, as_of: NaiveDate, one: Option<&str>) -> Option<Finding> {
    let later = |partner: &&Partner| {
        let rows = partner.history.profiles();
        one.is_none_or(|id| *partner.id == *id) && !rows.is_empty() && partner.profile_on(as_of).is_none()
    };
    let mut later = book.partners.iter().filter(later);
    let first = later.next()?.id.to_string();
    Some(ReviewFault::BeginsLater { partners: 1 + later.count(), first, as_of: as_of.to_string() }.into())
}

/// The quotas by partner, at the manifest's grain.
fn collected(
    given: &GivenQuotas,
    whole: &PlanningPeriod,
    manifest: &Manifest,
    book: &PartnerBook,
    period: &PlanningPeriod,
    warnings: &mut Findings,
) -> BTreeMap<Name, Vec<CurrentQuota>> {
    let mut quotas: BTreeMap<Name, Vec<CurrentQuota>> = BTreeMap::new();
    let mut strangers: Vec<&Name> = Vec::new();
    let parts = given.parts.iter().filter_map(|(label, partner, segment, quota)| {
        manifest.calendar.period(label).ok().map(|part| (part, partner, segment, quota))
    });
    // Consistency takes both lengths; inside one period the longest stretch counts, so that nothing counts twice.
    let lines = given.lines.iter().map(|(partner, segment, quota)| (whole.clone(), partner, segment, quota));
    for (stretch, id, segment, quota) in lines.chain(parts) {
        let Some(partner) = book.partner(id) else {
            if strangers.last() != Some(&id) {
                strangers.push(id);
            }
            continue;
        };
        // A proposal also shows the home territory of lines without a territory.
        let segment = match manifest.grain {
            Grain::Partner => SegmentKey::default(),
            Grain::ProductLine => SegmentKey { product_line: segment.product_line.clone(), territory: None },
            Grain::ProductLineTerritory => segment.clone(),
        };
        // `100.00` of one format is `100` of another: what is said about it must be the same.
        let quota = Money::new(quota.amount().normalize(), quota.currency());
        let (start, months, terms) = (stretch.start, stretch.months, QuotaTerms::default());
        let quota = CurrentQuota { start, months, segment: segment.into(), quota, terms };
        quotas.entry(partner.id.clone()).or_default().push(quota);
    }
    strangers.sort_unstable();
    strangers.dedup();
    if let Some(first) = strangers.first() {
        let (partners, first) = (strangers.len(), first.to_string());
        warnings.push(ReviewFault::UnknownPartners { partners, first }.into());
    }
    let inside =
        |quota: &CurrentQuota| period.start <= quota.start && quota.start.plus(quota.months as i32) <= period.end();
    if !quotas.is_empty() && !quotas.values().flatten().any(inside) {
        let (quotas, period) = (whole.to_string(), period.to_string());
        warnings.push(ReviewFault::OtherPeriod { quotas, period }.into());
    }
    quotas
}
