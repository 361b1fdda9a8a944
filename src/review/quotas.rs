//! Agreed quotas of a proposal's own files, with the quotas of its reporting periods where the file has them exactly.

use super::fault::ReviewFault;
use super::setting::GivenQuotas;
use crate::channel::{Name, PartnerBook, SegmentKey};
use crate::finding::{Checked, Finding, Findings, Place};
use crate::intake::{JsonPart, Limits, PreviousRow, WorkbookMeta, file_bytes, read_previous, read_previous_json};
use crate::plugin::VendorPlugin;
use crate::quota::{Grain, Shares, phase};
use crate::units::{Currency, Money, parse_decimal};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

type Part = (String, Name, SegmentKey, Money);

/// Reads a proposal's JSON, CSV or workbook as quotas to review against, with warnings.
///
/// Quotas that the planner agreed in a workbook replace the proposed ones. The quotas of reporting periods count as well,
/// so that a quarter of a year's proposal can be reviewed; where they sum to the proposed quota and another one was
/// agreed, the agreed one is spread in their proportions, which is a warning.
pub fn read_quotas(path: &Path, book: &PartnerBook, plugin: &VendorPlugin) -> Checked<GivenQuotas> {
    let read = read_previous(path, book);
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let bytes = if is_json { file_bytes(path).unwrap_or_default() } else { Vec::new() };
    let parts = parts_of_json(&bytes, book.currency).unwrap_or_default();
    read.and_then(|read| given(read, parts, plugin, &path.display().to_string()))
}

/// Merges the quotas of several files, each with its name. Equal quotas for one line are one; different ones, and files
/// for different periods, are errors with both files.
pub fn merge_quotas(files: Vec<(String, GivenQuotas)>) -> Checked<GivenQuotas> {
    type Key = (Option<String>, Name, SegmentKey);
    let mut all: BTreeMap<Key, (Money, usize)> = BTreeMap::new();
    let mut findings = Findings::new();
    let mut period: Option<(String, usize)> = None;
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let both = |finding: Finding, first: usize, second: usize| {
        [second, first].into_iter().fold(finding, |finding, file| finding.at(Place::file(names[file].clone())))
    };
    for (file, (_, given)) in files.into_iter().enumerate() {
        match (&period, given.period) {
            (Some((first, earlier)), Some(second)) if *first != second => {
                let fault = ReviewFault::QuotaPeriods { first: first.clone(), second };
                findings.push(both(fault.into(), *earlier, file));
            }
            (None, Some(label)) => period = Some((label, file)),
            _ => {}
        }
        let lines = given.lines.into_iter().map(|(partner, segment, quota)| ((None, partner, segment), quota));
        let parts = given.parts.into_iter().map(|(part, id, segment, quota)| ((Some(part), id, segment), quota));
        for (key, quota) in lines.chain(parts) {
            let partner = key.1.to_string();
            let (first, earlier) = *all.entry(key).or_insert((quota, file));
            if first.amount() != quota.amount() {
                let quotas = [first, quota].map(|quota| quota.amount().normalize().to_string()).to_vec();
                findings.push(both(ReviewFault::QuotaConflict { partner, quotas }.into(), earlier, file));
            }
        }
    }
    let mut merged = GivenQuotas { period: period.map(|(label, _)| label), ..GivenQuotas::default() };
    for ((part, partner, segment), (quota, _)) in all {
        match part {
            None => merged.lines.push((partner, segment, quota)),
            Some(part) => merged.parts.push((part, partner, segment, quota)),
        }
    }
    Checked::accepted(merged, findings)
}

/// Reads quotas to review against from a part of a JSON document: a proposal, or the list of its lines.
pub fn read_quotas_json(
    part: &JsonPart<'_>,
    book: &PartnerBook,
    plugin: &VendorPlugin,
    limits: &Limits,
) -> Checked<GivenQuotas> {
    let read = read_previous_json(part, book, limits);
    let parts = parts_of_json(part.text.as_bytes(), book.currency).unwrap_or_default();
    read.and_then(|read| given(read, parts, plugin, part.file))
}

fn given(
    (mut rows, meta): (Vec<PreviousRow>, WorkbookMeta),
    mut parts: Vec<Part>,
    plugin: &VendorPlugin,
    name: &str,
) -> Checked<GivenQuotas> {
    if let Some(vendor) = meta.vendor.as_deref().filter(|vendor| **vendor != *plugin.vendor) {
        let fault = ReviewFault::OtherVendor { file: name.to_owned(), vendor: vendor.to_owned() };
        return Finding::from(fault).at(Place::file(name)).into();
    }
    // At a grain without territories, a proposal shows the partner's home territory: it is not part of the line.
    if plugin.manifest.grain != Grain::ProductLineTerritory {
        parts.iter_mut().for_each(|(_, _, segment, _)| segment.territory = None);
        rows.iter_mut().for_each(|row| row.segment.territory = None);
    }
    let mut spread_lines = 0;
    for row in &rows {
        let (quotas, is_spread) = period_quotas(row);
        spread_lines += usize::from(is_spread);
        let part =
            |(label, quota): (Name, Money)| (label.to_string(), row.partner_id.clone(), row.segment.clone(), quota);
        parts.extend(quotas.into_iter().map(part));
    }
    let lines = rows.into_iter().map(|row| (row.partner_id, row.segment, row.agreed.unwrap_or(row.quota))).collect();
    // Quotas without periods are valid: a list of quotas needs no periods.
    let given = GivenQuotas { period: meta.period.or_else(|| year_of(&parts)), lines, parts };
    let spread = (spread_lines > 0).then(|| Finding::from(ReviewFault::SpreadQuotas { lines: spread_lines }));
    Checked::accepted(given, spread.into_iter().map(|finding| finding.at(Place::file(name))).collect())
}

/// Quotas of the reporting periods of a line; true when an agreed quota was spread over them.
fn period_quotas(row: &PreviousRow) -> (Vec<(Name, Money)>, bool) {
    let proposed = || row.periods.clone();
    let sum = Money::sum(row.quota.currency(), row.periods.iter().map(|(_, quota)| *quota));
    let Some(agreed) = row.agreed.filter(|agreed| sum.is_ok_and(|sum| sum.amount() != agreed.amount())) else {
        return (proposed(), false);
    };
    (spread(agreed, &row.periods).unwrap_or_default(), !row.periods.is_empty())
}

/// Spreads an amount over the periods in the proportions of their quotas, evenly where all are zero; the parts sum to it.
pub fn spread(whole: Money, periods: &[(Name, Money)]) -> Option<Vec<(Name, Money)>> {
    let minor: Option<Vec<i128>> = periods.iter().map(|(_, quota)| quota.to_minor().ok()).collect();
    let shares = Shares::new(&minor?).unwrap_or_else(|_| Shares::even(periods.len()));
    let phased = phase(&[(whole.to_minor().ok()?, &shares)], 1).ok()?;
    let part = |((label, _), minor): (&(Name, Money), &i128)| {
        Some((Name::clone(label), Money::from_minor(*minor, whole.currency()).ok()?))
    };
    periods.iter().zip(phased.row(0)).map(part).collect()
}

/// The fiscal year of all reporting periods, where they are its four quarters.
fn year_of(parts: &[Part]) -> Option<String> {
    let first = parts.first()?.0.split_once("-Q")?.0.to_owned();
    let quarters: std::collections::BTreeSet<&str> = parts.iter().map(|(label, ..)| &**label).collect();
    let is_year = quarters.len() == 4
        && quarters.iter().all(|label| label.split_once("-Q").is_some_and(|(year, _)| *year == *first));
    is_year.then_some(first)
}

#[derive(Deserialize)]
struct Proposal {
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    partner_id: String,
    segment: Segment,
    periods: Vec<Period>,
}

#[derive(Deserialize)]
struct Segment {
    product_line: Option<String>,
    territory: Option<String>,
}

#[derive(Deserialize)]
struct Period {
    period: String,
    quota: String,
}

fn parts_of_json(bytes: &[u8], currency: Currency) -> Option<Vec<Part>> {
    let proposal: Proposal = serde_json::from_slice(bytes).ok()?;
    let mut parts = Vec::new();
    for line in proposal.lines {
        let name = |name: Option<String>| name.map(|name| Name::from(name.as_str()));
        let (id, product_line) = (Name::from(line.partner_id.as_str()), name(line.segment.product_line));
        let segment = SegmentKey { product_line, territory: name(line.segment.territory) };
        for period in line.periods {
            let quota = Money::new(parse_decimal(&period.quota).ok()?, currency);
            parts.push((period.period, id.clone(), segment.clone(), quota));
        }
    }
    Some(parts)
}
