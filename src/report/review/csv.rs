//! A review as CSV for programs: one row per partner, one header row, no totals.

use crate::channel::Identity;
use crate::columns;
use crate::decision::Intervention;
use crate::figure::Column;
use crate::performance::{Consistency, Pacing, Standing, TierStanding};
use crate::report::ReportFault;
use crate::report::cells::{Row, names};
use crate::review::{Outcome, PartnerReview, Progress, Review};
use std::io::Write;

/// Columns before that of the currency.
const IDENTITY: &[Column<PartnerReview>] = columns!(PartnerReview;
    |review| Some(&review.standing.identity) => Identity {
        partner_id, partner_name, tier, territory, vertical, account_manager
    }
);

/// Columns after that of the currency.
const FIGURES: &[Column<PartnerReview>] = columns!(PartnerReview;
    |review| Some(&review.standing.whole) => Standing {
        quota, actual, attainment, remaining_quota, open_pipeline, coverage_ratio, remaining_coverage_ratio,
        required_coverage, is_covered, weighted_pipeline, expected_revenue, forecast, forecast_gap, forecast_gap_share
    }
    |review| Some(&review.standing.whole.pacing) => Pacing { expected_to_date, pace_ratio }
    |review| Some(&review.standing.whole.consistency) => Consistency { periods_with_quota, periods_at_quota }
    |review| review.standing.tier_standing.as_ref() => TierStanding { tier_minimum, distance_to_tier_minimum }
    |review| Some(review) => PartnerReview { tier_decision, tier_to, tier_effective, incentive_amount }
    |review| Some(review) => PartnerReview { incentives }
    |review| review.intervention() => Intervention { intervention, severity }
    |review| Some(review) => PartnerReview { owner }
    |review| review.intervention() => Intervention { due }
    |review| Some(review) => PartnerReview { reasons }
    |review| Some(&review.standing.whole) => Standing { gap }
);

/// Names of all columns, in order.
pub fn header() -> impl Iterator<Item = &'static str> {
    names(IDENTITY).chain(["currency"]).chain(names(FIGURES))
}

/// Reviews every partner and writes one row for each that has a standing, in the order of the book or of the selection.
///
/// Amounts are plain decimals in the currency of the `currency` column, ratios are fractions with at most six decimals;
/// empty means "not known" or "not defined". Strings that a spreadsheet would take for a formula get a leading `'`.
pub fn write_review(
    review: &Review<'_>,
    threads: Option<usize>,
    progress: Progress<'_>,
    out: &mut impl Write,
) -> Result<Outcome, ReportFault> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(header())?;
    let currency = review.book.currency;
    let code = currency.to_string();
    let write = |row: Row| Ok::<(), ReportFault>(writer.write_record(row.fields())?);
    let outcome = review.each(threads, progress, |partner| row_of(&partner, &code), write)?;
    writer.flush()?;
    Ok(outcome)
}

fn row_of(review: &PartnerReview, currency: &str) -> Row {
    let mut row = Row::default();
    row.add(IDENTITY, review);
    row.add_field(|out| out.push_str(currency));
    row.add(FIGURES, review);
    row
}
