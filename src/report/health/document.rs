//! The health of a plan for programs: JSON, schema `quotient.health/1`, and CSV with a row per line.

use crate::channel::Identity;
use crate::columns;
use crate::figure::{Column, Fraction};
use crate::finding::{CleanWriter, FindingDocument};
use crate::planning::{GroupHealth, Health, LineOutlook, TerritoryOutlook};
use crate::report::ReportFault;
use crate::report::bands::{CoverageDocument, notes};
use crate::report::cells::{fields, names};
use crate::report::conventions::ConventionsDocument;
use crate::units::{Money, Rate};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::Write;

/// Name and version of the document.
const SCHEMA: &str = "quotient.health/1";

/// Outlook of a plan, and measures of its fairness. Bands and odds are estimates; `null` is "not known".
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlanHealth")]
pub struct HealthDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.health/1"))]
    schema: &'static str,
    /// Vendor.
    vendor: &'a str,
    /// Content hash of the rules and policies.
    revision: &'a str,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// Planning period.
    period: &'a str,
    /// Date from which it is seen.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Channel target; null when the plan has none.
    target: Option<Money>,
    /// Past periods that the estimates are made from, ascending.
    past_periods: Vec<&'a str>,
    /// The most of them that have no month in common.
    past_periods_apart: usize,
    /// Coverage of the bands in periods that they were not made from; null when there are no two periods apart.
    coverage: Option<CoverageDocument>,
    /// True when the bands of lines are wider than those of past outcomes, so that they hold 80 % of other periods.
    widened: bool,
    /// Conventions by which the figures were computed.
    conventions: ConventionsDocument<'a>,
    /// Facts that the rules read and that the book has without a date, as rules name them without `partner.`: of past periods
    /// they are those of today.
    undated_facts: Vec<&'a str>,
    /// Sentences about the estimates that a reader must know.
    notes: Vec<String>,
    /// The whole channel; null when no past period is known.
    channel: Option<&'a TerritoryOutlook>,
    /// Territories, ascending by name.
    territories: &'a [TerritoryOutlook],
    /// Groups of every dimension that has more than one.
    groups: &'a [GroupHealth],
    /// Measures of fairness.
    fairness: FairnessDocument,
    /// Lines, in the order of the proposal.
    lines: &'a [LineOutlook],
    /// Warnings about the book, the plan and its outlook, errors where the manifest refuses the plan.
    findings: Vec<FindingDocument>,
}

/// Measures of fairness over the lines with comparable revenue.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HealthFairness")]
struct FairnessDocument {
    /// Gini coefficient of quota ÷ comparable revenue: 0 when the plan asks the same of all.
    gini: Option<Fraction>,
    /// Rank correlation of quota ÷ comparable revenue with comparable revenue: below zero, small lines are asked for more.
    growth_by_size: Option<Fraction>,
    /// Rank correlation of the odds with comparable revenue: above zero, large lines reach their quota more easily.
    odds_by_size: Option<Fraction>,
}

impl<'a> HealthDocument<'a> {
    fn of(health: &'a Health) -> Self {
        let (plan, fairness) = (&health.plan, &health.bands.fairness);
        let fraction = |rate: Rate| Fraction(rate.round_dp(6).normalize());
        Self {
            schema: SCHEMA,
            vendor: &plan.vendor,
            revision: &plan.revision,
            currency: plan.currency.code(),
            period: &plan.period.label,
            as_of: plan.as_of.to_string(),
            target: plan.target,
            past_periods: health.bands.periods.iter().map(|period| &*period.label).collect(),
            past_periods_apart: health.bands.apart,
            coverage: health.bands.coverage.map(CoverageDocument::of),
            widened: health.bands.is_widened,
            conventions: ConventionsDocument::of(&plan.conventions),
            undated_facts: health.bands.undated.iter().map(|fact| &**fact).collect(),
            notes: notes(&health.bands, plan.period.months),
            channel: health.bands.channel.as_ref(),
            territories: &health.bands.territories,
            groups: &fairness.groups,
            fairness: FairnessDocument {
                gini: fairness.gini.map(fraction),
                growth_by_size: fairness.growth_by_size.map(fraction),
                odds_by_size: fairness.odds_by_size.map(fraction),
            },
            lines: &health.lines,
            findings: FindingDocument::grouped(plan.findings.iter().chain(&health.findings)),
        }
    }
}

/// The health as JSON, schema `quotient.health/1`; rates and amounts are strings, `null` is "not known".
fn json(health: &Health) -> Result<String, ReportFault> {
    crate::report::json::indented(&HealthDocument::of(health))
}

/// Writes the health as JSON, as [`json`] returns it, with a line feed at the end.
pub fn write_json(health: &Health, out: &mut dyn Write) -> Result<(), ReportFault> {
    let text = json(health)?;
    Ok(writeln!(CleanWriter::json(out), "{text}")?)
}

const COLUMNS: &[Column<LineOutlook>] = columns!(LineOutlook;
    |line| Some(&line.identity) => Identity {
        partner_id, partner_name, tier, territory, vertical, product_line, account_manager
    }
    |line| Some(line) => LineOutlook {
        quota, comparable_revenue, growth, expected, low, high, odds, expected_attainment, evidence, based_on
    }
);

/// Writes one row per line of the plan; `low`, `high` and `odds` are estimates, empty where they are not known.
pub fn csv(health: &Health, out: &mut dyn Write) -> Result<(), ReportFault> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(names(COLUMNS))?;
    for line in &health.lines {
        writer.write_record(fields(COLUMNS, line))?;
    }
    writer.flush()?;
    Ok(())
}
