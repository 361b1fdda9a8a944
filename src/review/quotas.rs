//! Agreed quotas of a proposal's own files, with the quotas of its reporting periods where the file has them exactly.

use super::fault::ReviewFault;
use super::setting::GivenQuotas;
use crate::channel::{Name, PartnerBook, SegmentKey};
use crate::finding::{Checked, Finding, Place};
use crate::intake::{JsonPart, Limits, PreviousRow, WorkbookMeta, file_bytes, read_previous, read_previous_json};
use crate::plugin::VendorPlugin;
use crate::quota::Grain;
use crate::units::{Currency, Money, parse_decimal};
use serde::Deserialize;
use std::path::Path;

type Part = (String, Name, SegmentKey, Money);

/// Reads a proposal's JSON, CSV or workbook as quotas to review against, with warnings.
///
/// JSON and CSV also give the quotas of reporting periods, so that a quarter of a year's proposal can be reviewed; the
/// amounts of a workbook are binary numbers, so that only its exact quotas for the whole period are taken.
pub fn read_quotas(path: &Path, book: &PartnerBook, plugin: &VendorPlugin) -> Checked<GivenQuotas> {
    let read = read_previous(path, book);
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    let bytes = file_bytes(path).unwrap_or_default();
    let parts = match extension.as_ref().and_then(|extension| extension.to_str()) {
        Some("json") => parts_of_json(&bytes, book.currency).unwrap_or_default(),
        Some("csv") => parts_of_csv(&bytes, book.currency).unwrap_or_default(),
        _ => Vec::new(),
    };
    read.and_then(|read| given(read, parts, plugin, &path.display().to_string()))
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
    (rows, meta): (Vec<PreviousRow>, WorkbookMeta),
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
    }
    let lines: Vec<_> = rows.into_iter().map(|row| (row.partner_id, row.segment, row.quota)).collect();
    // Quotas without periods are valid: a list of quotas needs no periods.
    Checked::new(GivenQuotas { period: meta.period.or_else(|| year_of(&parts)), lines, parts })
}

/// The fiscal year of all reporting periods, where they are four quarters or twelve months of one year.
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

fn parts_of_csv(bytes: &[u8], currency: Currency) -> Option<Vec<Part>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let headings = reader.headers().ok()?.clone();
    let column = |name: &str| headings.iter().position(|heading| heading == name);
    let periods: Vec<(usize, String)> =
        headings.iter().enumerate().filter_map(|(index, heading)| Some((index, period_label(heading)?))).collect();
    let id = column("partner_id")?;
    let (product_line, territory) = (column("product_line"), column("territory"));
    let mut parts = Vec::new();
    for record in reader.records() {
        let record = record.ok()?;
        // A proposal guards text that a spreadsheet would take for a formula with one quote.
        let text = |index: usize| record.get(index).map(|text| text.strip_prefix('\'').unwrap_or(text));
        let name = |index: Option<usize>| index.and_then(text).filter(|text| !text.is_empty()).map(Name::from);
        let segment = SegmentKey { product_line: name(product_line), territory: name(territory) };
        for (index, label) in &periods {
            let quota = Money::new(parse_decimal(record.get(*index)?).ok()?, currency);
            parts.push((label.clone(), Name::from(text(id)?), segment.clone(), quota));
        }
    }
    Some(parts)
}

/// `quota_fy2019_q1` is `FY2019-Q1`, `quota_2019_01` is `2019-01`.
fn period_label(heading: &str) -> Option<String> {
    let label = heading.strip_prefix("quota_")?.to_uppercase().replace('_', "-");
    let is_period = label.starts_with("FY") || label.starts_with(|first: char| first.is_ascii_digit());
    is_period.then_some(label)
}
