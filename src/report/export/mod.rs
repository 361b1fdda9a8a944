//! A plan as a file for another system, under its headings: one row per line or reporting period.
//!
//! Rows that agree in every column but the quota are one row with the sum of their quotas, so that a profile without the
//! partner gives, for example, the quota of an account manager.

mod fault;
mod profile;

pub use fault::ExportFault;
pub use profile::{Content, ExportColumn, ExportValue, Profile, Rows, SHIPPED};

use super::ReportFault;
use super::figures::line_name;
use crate::channel::Name;
use crate::finding::{Finding, Findings};
use crate::planning::{PlanLine, QuotaPlan};
use crate::units::{Money, PlanningPeriod};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// Untranslated values that a finding names.
const NAMED: usize = 20;
/// Names of the months, as files for other systems write them.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Rows of an export, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Headings.
    pub headings: Vec<String>,
    /// Rows in the order of the plan's lines, then of their reporting periods.
    pub rows: Vec<Vec<String>>,
}

/// Makes the rows of a plan under a profile; every missing or untranslated value is a finding.
///
/// Amounts are exact decimals with a point and without thousands separators; they sum to the plan's total.
pub fn export(plan: &QuotaPlan, profile: &Profile) -> Result<Export, Findings> {
    let mut gaps = Gaps::default();
    let mut places: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut sums: Vec<(Vec<String>, Money)> = Vec::new();
    let mut findings = Findings::new();
    for line in &plan.lines {
        for (period, quota) in stretches(plan, line, profile.rows) {
            let row: Vec<String> = (0..profile.columns.len())
                .map(|place| {
                    gaps.checked(profile, place, line, written(plan, line, period, &profile.columns[place].content))
                })
                .collect();
            match places.get(&row) {
                Some(place) => match sums[*place].1.plus(quota) {
                    Ok(sum) => sums[*place].1 = sum,
                    Err(fault) => findings.push(ExportFault::Amount { reason: fault.to_string() }.into()),
                },
                None => {
                    places.insert(row.clone(), sums.len());
                    sums.push((row, quota));
                }
            }
        }
    }
    findings.extend(gaps.findings(profile));
    if findings.has_errors() {
        return Err(findings);
    }
    let finished = |(mut row, sum): (Vec<String>, Money)| {
        for (cell, column) in row.iter_mut().zip(&profile.columns) {
            if column.content == Content::Value(ExportValue::Quota) {
                *cell = sum.to_exact();
            }
        }
        row
    };
    Ok(Export {
        headings: profile.columns.iter().map(|column| column.heading.clone()).collect(),
        rows: sums.into_iter().map(finished).collect(),
    })
}

/// Writes an export as CSV: commas, quotes where needed, a header row. Text is written as it is, because the other system
/// compares it.
pub fn write(export: &Export, out: &mut impl Write) -> Result<(), ReportFault> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(&export.headings)?;
    export.rows.iter().try_for_each(|row| writer.write_record(row))?;
    writer.flush()?;
    Ok(())
}

/// The periods of a line with their quotas; the whole period where the plan has no reporting periods.
fn stretches<'a>(plan: &'a QuotaPlan, line: &'a PlanLine, rows: Rows) -> Vec<(&'a PlanningPeriod, Money)> {
    match rows {
        Rows::Period if !plan.reporting.is_empty() && plan.reporting.len() == line.periods.len() => {
            plan.reporting.iter().zip(line.periods.iter().copied()).collect()
        }
        Rows::Period | Rows::Line => vec![(&plan.period, line.quota)],
    }
}

/// Text of a column; empty for the quota, which is filled in when it is added up.
fn written(plan: &QuotaPlan, line: &PlanLine, period: &PlanningPeriod, content: &Content) -> String {
    let known = |name: &Option<Name>| name.as_deref().unwrap_or_default().to_owned();
    let identity = &line.identity;
    let value = match content {
        Content::Text(text) => return text.clone(),
        Content::Value(value) => value,
    };
    match value {
        ExportValue::PartnerId => identity.partner_id.to_string(),
        ExportValue::PartnerName => identity.partner_name.to_string(),
        ExportValue::Tier => known(&identity.tier),
        ExportValue::Territory => known(&identity.territory),
        ExportValue::Vertical => known(&identity.vertical),
        ExportValue::ProductLine => known(&identity.product_line),
        ExportValue::AccountManager => known(&identity.account_manager),
        ExportValue::Vendor => plan.vendor.to_string(),
        ExportValue::Currency => plan.currency.to_string(),
        ExportValue::Quota => String::new(),
        ExportValue::StartDate => period.first_day().to_string(),
        ExportValue::EndDate => period.last_day().to_string(),
        ExportValue::Period => period.label.clone(),
        ExportValue::PeriodName => period_name(period),
    }
}

/// `Q1` of `FY2026-Q1`, `January` of `2026-01`, `FY2026` of `FY2026`.
fn period_name(period: &PlanningPeriod) -> String {
    let within = period.label.rsplit_once('-').map(|(_, within)| within);
    match within {
        Some(month) if month.starts_with(|first: char| first.is_ascii_digit()) => {
            let named = month.parse::<usize>().ok().and_then(|number| MONTHS.get(number.checked_sub(1)?));
            named.map_or_else(|| period.label.clone(), |name| (*name).to_owned())
        }
        Some(within) => within.to_owned(),
        None => period.label.clone(),
    }
}

/// Values that are missing, by column.
#[derive(Default)]
struct Gaps {
    empty: BTreeMap<usize, (usize, String)>,
    untranslated: BTreeMap<usize, BTreeSet<String>>,
}

impl Gaps {
    /// The text translated as the profile says; notes what is missing.
    fn checked(&mut self, profile: &Profile, place: usize, line: &PlanLine, text: String) -> String {
        let column = &profile.columns[place];
        let is_quota = column.content == Content::Value(ExportValue::Quota);
        if !column.values.is_empty() && !is_quota {
            if let Some(theirs) = column.values.get(&text) {
                return theirs.clone();
            }
            if !text.is_empty() {
                self.untranslated.entry(place).or_default().insert(text.clone());
            }
        }
        if column.is_required && text.is_empty() && !is_quota {
            let (lines, _) = self.empty.entry(place).or_insert_with(|| (0, format!("`{}`", line_name(line))));
            *lines += 1;
        }
        text
    }

    fn findings(self, profile: &Profile) -> Findings {
        let heading = |place: usize| profile.columns[place].heading.clone();
        let empty = self.empty.into_iter().map(|(place, (lines, example))| {
            let is_text = matches!(profile.columns[place].content, Content::Text(_));
            let lines = if is_text { 0 } else { lines };
            Finding::from(ExportFault::EmptyValue { heading: heading(place), lines, example })
        });
        let untranslated = self.untranslated.into_iter().map(|(place, values)| {
            let more = values.len().saturating_sub(NAMED);
            let values = values.into_iter().take(NAMED).collect();
            Finding::from(ExportFault::Untranslated { heading: heading(place), values, more })
        });
        empty.chain(untranslated).collect()
    }
}
