//! A review as CSV for programs: one row a partner, one header row, no totals.

use super::words;
use crate::channel::Name;
use crate::decision::Incentive;
use crate::report::ReportFault;
use crate::report::csv::guarded;
use crate::report::figures::growth_text;
use crate::review::{Outcome, PartnerReview, Progress, Review, reasons};
use crate::units::{Currency, Money, Rate};
use std::io::Write;

/// Columns, in order.
pub const COLUMNS: [&str; 37] = [
    "partner_id",
    "partner_name",
    "tier",
    "territory",
    "vertical",
    "account_manager",
    "currency",
    "quota",
    "actual",
    "attainment",
    "remaining_quota",
    "open_pipeline",
    "coverage_ratio",
    "remaining_coverage_ratio",
    "required_coverage",
    "is_covered",
    "weighted_pipeline",
    "expected_revenue",
    "forecast",
    "forecast_gap",
    "forecast_gap_share",
    "expected_to_date",
    "pace_ratio",
    "periods_with_quota",
    "periods_at_quota",
    "tier_minimum",
    "distance_to_tier_minimum",
    "tier_decision",
    "tier_to",
    "tier_effective",
    "incentive_amount",
    "incentives",
    "intervention",
    "severity",
    "owner",
    "due",
    "reasons",
];

/// Reviews every partner and writes one row for each that has a standing, in the book's order, as they come.
///
/// Amounts are plain decimals in the currency of the `currency` column, ratios are fractions with at most six decimals;
/// empty means "not known" or "not defined". Text that a spreadsheet would take for a formula gets a leading `'`.
pub fn write_review(
    review: &Review<'_>,
    threads: Option<usize>,
    progress: Progress<'_>,
    out: &mut impl Write,
) -> Result<Outcome, ReportFault> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    let currency = review.book.currency;
    let write = |record: Result<Vec<String>, ReportFault>| Ok::<(), ReportFault>(writer.write_record(record?)?);
    let outcome = review.each(threads, progress, |partner| record(&partner, currency), write)?;
    writer.flush()?;
    Ok(outcome)
}

fn record(partner: &PartnerReview, currency: Currency) -> Result<Vec<String>, ReportFault> {
    let (standing, whole) = (&partner.standing, &partner.standing.whole);
    let money = |money: Option<Money>| money.map(|money| money.to_exact()).unwrap_or_default();
    let rate = |rate: Option<Rate>| rate.map(growth_text).unwrap_or_default();
    let name = |name: &Option<Name>| name.as_deref().map(guarded).unwrap_or_default();
    let truth = |truth: Option<bool>| truth.map(|truth| truth.to_string()).unwrap_or_default();
    let tier = standing.tier_standing.as_ref();
    let mut record = vec![
        guarded(&standing.partner_id),
        guarded(&standing.partner_name),
        name(&standing.tier),
        name(&standing.territory),
        name(&standing.vertical),
        name(&standing.account_manager),
        currency.to_string(),
        money(whole.quota),
        money(whole.actual),
        rate(whole.attainment),
        money(whole.remaining_quota),
        money(whole.open_pipeline),
        rate(whole.coverage_ratio),
        rate(whole.remaining_coverage_ratio),
        rate(whole.required_coverage),
        truth(whole.is_covered),
        money(whole.weighted_pipeline),
        money(whole.expected_revenue),
        money(whole.forecast),
        money(whole.forecast_gap),
        rate(whole.forecast_gap_share),
        money(whole.pacing.expected_to_date),
        rate(whole.pacing.pace_ratio),
        whole.consistency.past.len().to_string(),
        whole.consistency.at_quota.to_string(),
        money(tier.map(|tier| tier.minimum)),
        money(tier.and_then(|tier| tier.distance)),
    ];
    record.extend(decisions(partner)?);
    Ok(record)
}

fn decisions(partner: &PartnerReview) -> Result<[String; 10], ReportFault> {
    let tiers = || partner.decisions.iter().flat_map(|decisions| &decisions.tiers);
    let of_tiers = |word: &dyn Fn(&crate::decision::TierDecision) -> String| {
        let words = tiers().map(|tier| match &tier.product_line {
            Some(line) => format!("{line}: {}", word(tier)),
            None => word(tier),
        });
        guarded(&words.collect::<Vec<_>>().join("; "))
    };
    let incentives = partner.decisions.iter().flat_map(|decisions| &decisions.incentives);
    let incentives: Vec<String> = incentives.map(|incentive| incentive_text(incentive)).collect();
    let intervention = partner.intervention();
    let owner = intervention.and_then(|intervention| partner.owner(intervention));
    let amount = partner.incentive_amount()?;
    Ok([
        of_tiers(&|tier| tier.decision.as_str().to_owned()),
        of_tiers(&|tier| tier.to.as_deref().unwrap_or_default().to_owned()),
        of_tiers(&|tier| tier.effective.map(|day| day.to_string()).unwrap_or_default()),
        amount.map(|money| money.to_exact()).unwrap_or_default(),
        guarded(&incentives.join("; ")),
        intervention.map(|one| one.kind.as_str().to_owned()).unwrap_or_default(),
        intervention.map(|one| one.severity.as_str().to_owned()).unwrap_or_default(),
        owner.map(|name| guarded(name)).unwrap_or_default(),
        intervention.and_then(|one| one.due).map(|day| day.to_string()).unwrap_or_default(),
        intervention.map(|one| guarded(&reasons(&one.grounds).join("; "))).unwrap_or_default(),
    ])
}

/// `attainment bonus 25000.00`, or `accelerated MDF withheld`.
fn incentive_text(incentive: &Incentive) -> String {
    let what = words::incentive(incentive, |money| money.to_exact());
    if what.is_empty() { incentive.name.to_string() } else { format!("{} {what}", incentive.name) }
}
