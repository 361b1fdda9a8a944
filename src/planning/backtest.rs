//! Backtest: what a vendor's rules would have proposed for a past period, scored by what partners then bought.

use super::fault::PlanFault;
use super::lines::Lines;
use super::propose::propose;
use super::request::{Progress, Request};
use super::view::View;
use crate::channel::{Name, PartnerBook, SegmentKey};
use crate::finding::Findings;
use crate::plugin::VendorPlugin;
use crate::quality::{QuotaOutcome, Score, score};
use crate::units::{Currency, Money, PlanningPeriod};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

crate::words! {
    /// A way to set quotas that is compared with the vendor's rules.
    pub enum Method {
        /// The vendor's rules.
        Rules = "rules",
        /// The same months one year earlier.
        LastYear = "last year",
        /// The same months one year earlier × (1 + growth of the channel).
        LastYearGrown = "last year × channel growth",
        /// The latest four quarters, as long as the period.
        TrailingFourQuarters = "trailing four quarters",
    }
}

/// Outcome of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// Vendor.
    pub vendor: Name,
    /// Revision of the rules.
    pub revision: String,
    /// Currency of every amount.
    pub currency: Currency,
    /// Past period.
    pub period: PlanningPeriod,
    /// The rules saw nothing later than this day.
    pub as_of: NaiveDate,
    /// Lines scored.
    pub lines: usize,
    /// One score a method over all lines; `None` when a baseline needs history that the book does not have.
    pub methods: Vec<(Method, Option<Score>)>,
    /// Scores of the rules by segment: dimension, name, score; ascending.
    pub segments: Vec<(&'static str, String, Score)>,
    /// Revenue of the period from partners that had no quota (not eligible, or not yet there).
    pub unplanned_revenue: Money,
    /// Reserve that the rules kept for partners not yet there.
    pub reserve: Money,
    /// Warnings.
    pub findings: Findings,
}

/// Scores `plugin` on the past `period`: proposes bottom-up as of the day before it, and compares with what was bought.
///
/// A line without revenue in the period bought nothing: zero. Must run on script threads. Fails like a proposal, and
/// when the book does not cover the period.
pub fn backtest(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    period: &PlanningPeriod,
    as_of: NaiveDate,
    progress: Progress<'_>,
) -> Result<Backtest, Findings> {
    let covered =
        book.revenue_months().is_some_and(|(first, last)| first < period.start && last >= period.end().plus(-1));
    if !covered {
        let shown = book
            .revenue_months()
            .map_or("no revenue".to_owned(), |(first, last)| format!("revenue from {first} to {last}"));
        return Err(PlanFault::NotCovered { period: period.to_string(), covered: shown }.into());
    }
    let request = Request { period: Some(period.label.clone()), as_of: Some(as_of), ..Request::default() };
    let plan = propose(plugin, book, &request, progress)?;
    let view = View { period: period.clone(), as_of, target: None };
    let lines = Lines::new(book, &plugin.manifest, view);
    let growth = lines.channel().growth;
    let mut rows: Vec<Row> = Vec::with_capacity(plan.lines.len());
    let mut planned: BTreeMap<(&Name, &SegmentKey), usize> = BTreeMap::new();
    for (index, line) in plan.lines.iter().enumerate() {
        planned.insert((&line.identity.partner_id, &line.segment), index);
    }
    let mut unplanned = Decimal::ZERO;
    for partner in &book.partners {
        let bought = lines.bought(partner);
        let mut left: Decimal = bought.iter().map(|(_, amount)| *amount).sum();
        for (segment, facts) in lines.facts(partner) {
            let Some(index) = planned.get(&(&partner.id, &segment)) else { continue };
            let line = &plan.lines[*index];
            let actual: Decimal = lines.of_line(partner, &segment, &bought);
            left -= actual;
            let last_year = facts.history.same_period_last_year;
            let months = Decimal::from(period.months);
            let share = months.checked_div(Decimal::from(12)).unwrap_or(Decimal::ONE);
            rows.push(Row {
                actual: Money::new(actual, plan.currency),
                quotas: [
                    Some(line.quota),
                    last_year,
                    last_year
                        .zip(growth)
                        .and_then(|(amount, growth)| amount.times(Decimal::ONE.checked_add(growth)?).ok()),
                    facts.history.trailing_12_months.and_then(|amount| amount.times(share).ok()),
                ],
                segments: [
                    ("territory", line.identity.territory.as_deref().unwrap_or("not known").to_owned()),
                    ("tier", line.identity.tier.as_deref().unwrap_or("none").to_owned()),
                    ("product line", line.identity.product_line.as_deref().unwrap_or("all").to_owned()),
                    ("history", kind(&facts.history.months_since_last_revenue, line.context.is_newcomer).to_owned()),
                ],
            });
        }
        unplanned += left;
    }
    let methods = Method::ALL.iter().map(|method| (*method, whole(&rows, *method, plan.currency))).collect();
    Ok(Backtest {
        vendor: Arc::clone(&plan.vendor),
        revision: plan.revision.clone(),
        currency: plan.currency,
        period: period.clone(),
        as_of,
        lines: rows.len(),
        methods,
        segments: segments(&rows, plan.currency),
        unplanned_revenue: Money::new(unplanned, plan.currency),
        reserve: plan.reserve,
        findings: plan.findings,
    })
}

struct Row {
    actual: Money,
    quotas: [Option<Money>; 4],
    segments: [(&'static str, String); 4],
}

fn kind(months_since_last: &Option<i64>, is_newcomer: bool) -> &'static str {
    match months_since_last {
        Some(months) if *months >= 6 => "lapsed (no revenue for half a year)",
        Some(months) if *months >= 3 => "quiet (no revenue for a quarter)",
        _ if is_newcomer => "newcomer",
        Some(_) => "regular",
        None => "no revenue yet",
    }
}

/// Score of one method; lines without the history that a baseline needs count as zero there, but if none has it there is
/// no score.
fn whole(rows: &[Row], method: Method, currency: Currency) -> Option<Score> {
    let quota = |row: &Row| row.quotas[method as usize];
    if method != Method::Rules && rows.iter().all(|row| quota(row).is_none()) {
        return None;
    }
    let outcomes: Vec<QuotaOutcome> = rows
        .iter()
        .map(|row| QuotaOutcome {
            quota: quota(row).map_or(Money::zero(row.actual.currency()), Money::non_negative),
            actual: row.actual,
            segment: None,
        })
        .collect();
    score(&outcomes, currency).ok().map(|scores| scores.all)
}

fn segments(rows: &[Row], currency: Currency) -> Vec<(&'static str, String, Score)> {
    let mut groups: BTreeMap<(usize, &'static str, &str), Vec<QuotaOutcome>> = BTreeMap::new();
    for row in rows {
        let outcome = QuotaOutcome {
            quota: row.quotas[0].unwrap_or(Money::zero(row.actual.currency())),
            actual: row.actual,
            segment: None,
        };
        for (order, (dimension, name)) in row.segments.iter().enumerate() {
            groups.entry((order, dimension, name)).or_default().push(outcome.clone());
        }
    }
    let several = |order: usize| groups.keys().filter(|(known, _, _)| *known == order).count() > 1;
    groups
        .iter()
        .filter(|((order, _, _), _)| several(*order))
        .filter_map(|((_, dimension, name), outcomes)| {
            score(outcomes, currency).ok().map(|scores| (*dimension, (*name).to_owned(), scores.all))
        })
        .collect()
}
