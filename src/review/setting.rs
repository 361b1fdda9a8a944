//! Scope of a review: period, as-of date, quotas, conventions.

use crate::channel::{CurrentQuota, Name, PartnerBook, SegmentKey};
use crate::finding::{Code, Finding, Findings};
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
        let mut warnings = Findings::new();
        if let Some(currency) = manifest.currency.filter(|currency| *currency != book.currency) {
            let message = format!("the book is in {}, and {} reviews in {currency}", book.currency, manifest.name);
            let help = format!("convert the amounts to {currency}, or name the book's currency in a mapping file");
            faults.push(Finding::error(Code::BookMixedCurrency, message).help(help));
        }
        if book.partners.is_empty() {
            faults.push(Finding::error(Code::BookEmpty, "the book has no partner").help("fill the partners table"));
        }
        let named = |label: &str| manifest.calendar.period(label).map_err(|fault| fault.to_string());
        let around = |day| period_of(manifest.calendar, manifest.period_months, day);
        let period = match &request.period {
            Some(label) => named(label),
            None => around(request.as_of).ok_or_else(|| format!("no period holds {}", request.as_of)),
        };
        let period = match period {
            Ok(period) => period,
            Err(message) => {
                faults.push(Finding::error(Code::PlanPeriod, message).help("name a period of the vendor's calendar"));
                return Err(faults);
            }
        };
        if period.first_day() > request.as_of {
            let message = format!("`{period}` begins after the as-of date {}: nothing is closed yet", request.as_of);
            warnings.push(
                Finding::warning(Code::PlanPeriod, message).help("look from a later day, or name another period"),
            );
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
                    let message =
                        format!("the quotas are for `{label}`, which is not a period of the vendor's calendar");
                    faults.push(Finding::error(Code::PlanPeriod, message).help("name a proposal of this vendor"));
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
        let quota = CurrentQuota { start: stretch.start, months: stretch.months, segment, quota };
        quotas.entry(partner.id.clone()).or_default().push(quota);
    }
    strangers.sort_unstable();
    strangers.dedup();
    if let Some(first) = strangers.first() {
        let message = match strangers.len() {
            1 => format!("the quotas name partner `{first}`, which the book does not have"),
            more => format!("the quotas name {more} partners that the book does not have, `{first}` first"),
        };
        warnings.push(Finding::warning(Code::BookUnknownReference, message).help("their quotas are left out"));
    }
    let inside =
        |quota: &CurrentQuota| period.start <= quota.start && quota.start.plus(quota.months as i32) <= period.end();
    if !quotas.is_empty() && !quotas.values().flatten().any(inside) {
        let message = format!("the quotas given are for `{whole}` and not for `{period}`");
        warnings.push(
            Finding::warning(Code::PlanPeriod, message).help(format!("review `{whole}` with `--period {whole}`")),
        );
    }
    quotas
}
