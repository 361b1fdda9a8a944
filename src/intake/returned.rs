//! The workbook of a proposal that comes back: overrides, reporting periods, and cells that were edited where nothing
//! reads them.

use super::binding::Source;
use super::cell::{CellKind, Flaw, SHOWN_DIGITS};
use super::fault::{BesideFault, NumberKind, ValueFault};
use super::log::{Reported, shown};
use super::row::{Row, Written, without_quote};
use super::row_value::{not_number, number_of};
use super::table::{Field, folded, is_same_heading};
use super::value::notation::Notation;
use crate::channel::Name;
use crate::finding::{Finding, Severity};
use crate::units::{Money, parse_decimal};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Column of a proposal's workbook with the computed cells of the row as they were written: a JSON object of strings.
pub const AS_PROPOSED: &str = "as_proposed";
/// Member of [`AS_PROPOSED`] with the id of the line, in a workbook of a plan of record.
pub const LINE_ID: &str = "line";
/// Member of [`AS_PROPOSED`] of a line whose reporting periods have agreed quotas.
pub const AGREED_PERIODS: &str = "agreed_periods";
/// Column of a proposal's workbook with the exact quota as text.
pub const QUOTA_EXACT: &str = "quota_exact";
/// Column of a proposal's workbook that a formula computes from the quota or its override.
const GROWTH: &str = "growth";
/// Columns with the reasons of the rules.
const REASONS: [&str; 2] = ["reason", "reasons"];
/// Computed columns that say which line a row is.
const IDENTIFYING: [Field; 3] = [Field::PartnerId, Field::ProductLine, Field::Territory];
/// An override this many times the proposal, or this part of it, is probably not meant.
const IMPLAUSIBLE: Decimal = Decimal::ONE_HUNDRED;

/// Reads the override of a row that came back, and reports what was typed into other columns.
pub(super) fn override_of(row: &mut Row<'_>, columns: &Columns) -> Result<Option<Money>, Reported> {
    let edited = columns.report_edits(row);
    let (quota, reason) = (row.text(Field::OverrideQuota), row.text(Field::OverrideReason));
    let (quota_column, reason_column) = (row.column(Field::OverrideQuota), row.column(Field::OverrideReason));
    let agreed = match (quota, reason) {
        (None, None) => None,
        (None, Some(text)) => {
            let value = shown(text);
            let place = row.binding.location.place(row.number, &reason_column, text);
            let fault = match number_in(text) {
                Some(_) => BesideFault::MisplacedQuota { column: reason_column, value, override_column: quota_column },
                None => BesideFault::ReasonWithoutQuota { column: reason_column, override_column: quota_column },
            };
            let finding = Finding::from(fault).at(place);
            if finding.is_error() {
                return Err(row.shared.log.add(finding));
            }
            row.shared.log.add(finding);
            None
        }
        (Some(text), _) if !is_flawed(row, Field::OverrideQuota) && is_words(text) => {
            let place = row.binding.location.place(row.number, &quota_column, text);
            let fault = BesideFault::MisplacedReason { column: quota_column, value: shown(text), reason_column };
            return Err(row.shared.log.add(Finding::from(fault).at(place)));
        }
        // A quota that is shown as 5 % was meant as a growth.
        (Some(text), _) if row.kind(Field::OverrideQuota) == CellKind::Percent => {
            let place = row.binding.location.place(row.number, &quota_column, text);
            let fault = BesideFault::PercentQuota { column: quota_column, value: shown(text) };
            return Err(row.shared.log.add(Finding::from(fault).at(place)));
        }
        (Some(_), _) => row.amount(Field::OverrideQuota)?,
    };
    edited?;
    if let (Some(agreed), Some(proposed)) = (agreed, row.text(Field::Quota).and_then(|text| parse_decimal(text).ok())) {
        warn_if_implausible(row, agreed, proposed);
    }
    Ok(agreed)
}

fn warn_if_implausible(row: &mut Row<'_>, agreed: Money, proposed: Decimal) {
    let times = |amount: Decimal| amount.checked_mul(IMPLAUSIBLE).unwrap_or(Decimal::MAX);
    let (amount, known) = (agreed.amount(), agreed.is_positive() && proposed > Decimal::ZERO);
    if known && (amount >= times(proposed) || times(amount) <= proposed) {
        let column = row.column(Field::OverrideQuota);
        let value = row.text(Field::OverrideQuota).unwrap_or_default().to_owned();
        let place = row.binding.location.place(row.number, &column, &value);
        let fault = BesideFault::ImplausibleOverride { column, value: shown(&value), proposed: proposed.to_string() };
        row.shared.log.add(Finding::from(fault).at(place));
    }
}

/// True when the cell of `field` cannot be used as a value.
fn is_flawed(row: &Row<'_>, field: Field) -> bool {
    matches!(row.binding.source(field), Source::Column(index) if row.fields.flaw(*index).is_some())
}

/// True for text in words: an amount has a currency code or an exponent at most.
fn is_words(text: &str) -> bool {
    !text.contains(|c: char| c.is_ascii_digit()) || text.chars().filter(|c| c.is_alphabetic()).count() > 3
}

/// The number that a text is: digits with at most one point, thousands signs and currency signs left out.
fn number_in(text: &str) -> Option<Decimal> {
    let is_beside = |c: char| c.is_whitespace() || matches!(c, ',' | '\'' | '’' | '$' | '€' | '£' | '¥' | '%');
    let digits: String = text.chars().filter(|c| !is_beside(*c)).collect();
    parse_decimal(&digits).ok()
}

/// True when both texts are the same number as far as a workbook holds it, or the same words.
fn is_same_cell(one: &str, other: &str) -> bool {
    let digits = |number: Decimal| number.round_sf(SHOWN_DIGITS as u32).unwrap_or(number).normalize();
    match (parse_decimal(one), parse_decimal(other)) {
        (Ok(one), Ok(other)) => digits(one) == digits(other),
        _ => one.split_whitespace().eq(other.split_whitespace()),
    }
}

/// `Quota FY2026-Q1` and `quota_fy2026_q1` are FY2026-Q1, `quota_2026_01` is 2026-01.
fn period_label(heading: &str) -> Option<Name> {
    let written = heading.to_lowercase().replace([' ', '-'], "_");
    let label = written.strip_prefix("quota_")?.to_uppercase().replace('_', "-");
    let is_period = label.starts_with("FY") || label.starts_with(|first: char| first.is_ascii_digit());
    is_period.then(|| Name::from(label.as_str()))
}

/// Columns of a proposal that no table declares.
#[derive(Debug, Default)]
pub(super) struct Columns {
    periods: Vec<(usize, Name)>,
    quota_exact: Option<usize>,
    as_proposed: Option<usize>,
    growth: Option<usize>,
    reasons: Option<usize>,
    /// Headings of all columns, folded.
    folded: Vec<String>,
}

impl Columns {
    /// Finds the columns among the headings of the row's table.
    pub fn of(row: &Row<'_>) -> Self {
        let named = |name: &str| row.binding.unbound().find(|(_, one)| is_same_heading(one, name)).map(|(at, _)| at);
        let periods = row.binding.unbound().filter_map(|(index, heading)| Some((index, period_label(heading)?)));
        Self {
            periods: periods.collect(),
            quota_exact: named(QUOTA_EXACT),
            as_proposed: named(AS_PROPOSED),
            growth: named(GROWTH),
            reasons: REASONS.into_iter().find_map(named),
            folded: row.binding.headings.iter().map(|heading| folded(heading)).collect(),
        }
    }

    /// Cells of the row as they were written, by folded heading; empty where the file does not have them.
    pub fn as_proposed(&self, row: &Row<'_>) -> BTreeMap<String, String> {
        let text = self.as_proposed.map(|index| row.fields.text(index)).unwrap_or_default();
        let cells: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
        cells.into_iter().map(|(heading, text)| (folded(&heading), text)).collect()
    }

    /// The quota with the digits that a workbook cuts off, where they are beside it and agree.
    pub fn exact_quota(&self, row: &Row<'_>, quota: Money) -> Money {
        let exact = self.quota_exact.and_then(|index| parse_decimal(row.fields.text(index)).ok());
        exact
            .filter(|exact| is_same_cell(&exact.to_string(), &quota.amount().to_string()))
            .map_or(quota, |exact| Money::new(exact, quota.currency()))
    }

    /// Reports cells that a planner changed although the proposal computes them; `Err` when one was meant as a quota.
    fn report_edits(&self, row: &mut Row<'_>) -> Result<(), Reported> {
        if self.as_proposed.is_none() && self.quota_exact.is_none() {
            // Not a workbook of a proposal: nothing says what was written.
            return Ok(());
        }
        let mut cells = self.as_proposed(row);
        if let Some(exact) = self.quota_exact.map(|index| row.fields.text(index)).filter(|text| !text.is_empty()) {
            cells.insert(folded(Field::Quota.name()), exact.to_owned());
        }
        let headings = Arc::clone(&row.binding.headings);
        let is_period = |index: usize| self.periods.iter().any(|(period, _)| *period == index);
        let mut failed = Ok(());
        for (index, heading) in headings.iter().enumerate().filter(|(index, _)| !is_period(*index)) {
            let written = row.fields.text(index);
            let value = without_quote(written);
            if self.reasons == Some(index) && number_in(value).is_some() {
                failed = failed.and(report_edit(row, heading, value, ""));
            }
            // A program that saved the formula without its value has not changed it.
            if self.growth == Some(index) && row.fields.flaw(index) == Some(Flaw::NotComputed) {
                continue;
            }
            if self.growth == Some(index) && !is_growth(row, value, &cells) {
                failed = failed.and(report_edit(row, heading, value, ""));
            }
            let is_name = IDENTIFYING.iter().any(|field| is_same_heading(field.name(), heading));
            let is_same = |proposed: &str| {
                // An identifier that lost its leading zeros is another one.
                let words = |text: &str| text.split_whitespace().eq(proposed.split_whitespace());
                if is_name { words(written) || words(value) } else { words(written) || is_same_cell(value, proposed) }
            };
            if let Some(proposed) = cells.get(&self.folded[index]).filter(|proposed| !is_same(proposed)) {
                failed = failed.and(report_edit(row, heading, value, proposed));
            }
        }
        failed
    }

    /// Heading of the first reporting period whose quota is not as it was proposed.
    pub fn changed_period(&self, row: &Row<'_>, proposed: &BTreeMap<String, String>) -> Option<String> {
        let is_changed = |index: usize| {
            let exact = proposed.get(&self.folded[index]);
            exact.is_some_and(|exact| !is_same_cell(row.fields.text(index), exact))
        };
        let (changed, _) = self.periods.iter().find(|(index, _)| is_changed(*index))?;
        Some(row.binding.headings[*changed].clone())
    }

    /// Quotas of the reporting periods: they sum to the agreed quota, or to the proposed one.
    pub fn period_quotas(
        &self,
        row: &mut Row<'_>,
        proposed: &BTreeMap<String, String>,
        quota: Money,
        agreed: Option<Money>,
    ) -> Result<Vec<(Name, Money)>, Reported> {
        let headings = Arc::clone(&row.binding.headings);
        let mut quotas = Vec::new();
        for (index, label) in &self.periods {
            let (heading, text) = (&headings[*index], row.fields.text(*index));
            // The text beside it has the digits that a workbook cuts off.
            let exact = proposed.get(&self.folded[*index]).filter(|exact| is_same_cell(text, exact));
            let amount = amount_at(row, *index, heading, exact.map_or(text, |exact| exact.as_str()))?;
            quotas.extend(amount.map(|amount| (Name::clone(label), amount)));
        }
        let (Some((first, _)), false) = (self.periods.first(), quotas.is_empty()) else { return Ok(Vec::new()) };
        let sum = Money::sum(quota.currency(), quotas.iter().map(|(_, amount)| *amount));
        let sum = sum.map_or(Decimal::MAX, Money::amount);
        if [Some(quota), agreed].into_iter().flatten().any(|whole| whole.amount() == sum) {
            return Ok(quotas);
        }
        let place = row.binding.location.place(row.number, &headings[*first], row.fields.text(*first));
        let (sum, quota) = (sum.normalize().to_string(), agreed.unwrap_or(quota).amount().normalize().to_string());
        Err(row.shared.log.add(Finding::from(BesideFault::PeriodSum { sum, quota }).at(place)))
    }
}

/// Reports a changed cell. It is an error when it names another line, changes the quota, or is a number among words.
fn report_edit(row: &mut Row<'_>, heading: &str, value: &str, proposed: &str) -> Result<(), Reported> {
    let is_named = |fields: &[Field]| fields.iter().any(|field| is_same_heading(field.name(), heading));
    let is_computed = is_same_heading(heading, GROWTH) || is_named(&[Field::Quota]);
    let is_number = number_in(value).is_some() && number_in(proposed).is_none();
    let is_error = is_computed || is_number || is_named(&IDENTIFYING);
    let fault = BesideFault::EditedCell {
        column: heading.to_owned(),
        value: shown(value),
        proposed: shown(proposed),
        override_column: row.column(Field::OverrideQuota),
        is_quota: is_computed || is_number,
    };
    let severity = if is_error { Severity::Error } else { Severity::Warning };
    let place = row.binding.location.place(row.number, heading, value);
    let reported = row.shared.log.add(Finding::from(fault).with_severity(severity).at(place));
    if is_error { Err(reported) } else { Ok(()) }
}

/// True when the growth is the one of the quota or of its override, or is not there.
fn is_growth(row: &Row<'_>, value: &str, cells: &BTreeMap<String, String>) -> bool {
    let decimal = |text: &str| parse_decimal(text).ok();
    // Workbooks that were written before there was a comparable revenue measure growth from the prior one.
    let compared = cells.get(&folded("comparable_revenue")).or_else(|| cells.get(&folded("prior_revenue")));
    let prior = compared.and_then(|text| decimal(text)).filter(|prior| *prior > Decimal::ZERO);
    let (Some(prior), false) = (prior, value.is_empty()) else {
        return value.is_empty() || decimal(value).is_none() || compared.is_none();
    };
    let Some(value) = decimal(value) else { return false };
    let quotas = [Field::Quota, Field::OverrideQuota].map(|field| row.text(field).and_then(decimal));
    let near = |quota: Decimal| {
        let growth = quota.checked_div(prior).and_then(|ratio| ratio.checked_sub(Decimal::ONE));
        let difference = growth.and_then(|growth| growth.checked_sub(value));
        difference.is_none_or(|difference| difference.abs() < Decimal::new(1, 6))
    };
    quotas.into_iter().flatten().any(near)
}

/// Reads an amount of a column that no table declares: zero or more; `None` when the cell is empty.
fn amount_at(row: &mut Row<'_>, index: usize, heading: &str, text: &str) -> Result<Option<Money>, Reported> {
    if text.is_empty() {
        return Ok(None);
    }
    let (column, value, kind) = (heading.to_owned(), shown(text), NumberKind::Amount);
    if row.fields.kind(index) == CellKind::Percent {
        let place = row.binding.location.place(row.number, heading, text);
        return Err(row.shared.log.add(Finding::from(BesideFault::PercentQuota { column, value }).at(place)));
    }
    let written = Written { text, kind: row.fields.kind(index), is_ours: false };
    let fault = match number_of(written, Notation::default()).map(|number| number.value) {
        _ if row.fields.flaw(index).is_some() => ValueFault::ErrorValue { column, value },
        Err(fault) => not_number(&column, text, fault, kind),
        Ok(amount) if amount < Decimal::ZERO => ValueFault::Negative { column, value },
        Ok(amount) => match Money::bounded(amount, row.shared.currency()) {
            Ok(money) => return Ok(Some(money)),
            Err(_) => ValueFault::AmountOutOfRange { column, value },
        },
    };
    let place = row.binding.location.place(row.number, heading, text);
    Err(row.shared.log.add(Finding::from(fault).at(place)))
}
