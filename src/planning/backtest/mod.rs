//! Backtest: what a vendor's rules would have proposed for past periods, scored by what partners then bought.

mod calibrate;
mod fold;
mod health;
mod health_fault;
mod method;
mod origins;
mod outlook;
mod questions;
mod undated;

use super::conventions::Conventions;
use super::fault::PlanFault;
use super::request::Progress;
use crate::channel::{Name, PartnerBook};
use crate::finding::{Finding, Findings, did_you_mean};
use crate::plugin::VendorPlugin;
use crate::quality::{Difference, Paired, QuotaOutcome, Score, attainment_bands, score};
use crate::units::{Currency, Money, Rate};
use chrono::NaiveDate;
use fold::{DIMENSIONS, Row, SHOWN};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use calibrate::{Calibration, MovedLine, Setting, calibrate};
pub use fold::Origin;
pub use health::{PAST_PERIODS, health, health_of};
pub use health_fault::HealthFault;
pub use method::Method;
pub use origins::{latest_origin, origins};
pub use outlook::{Health, LineOutlook};

/// Outcome of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// Vendor.
    pub vendor: Name,
    /// Revision of the rules.
    pub revision: String,
    /// Currency of every amount.
    pub currency: Currency,
    /// Folds, ascending by date; never empty.
    pub folds: Vec<Fold>,
    /// Lines scored in all folds together.
    pub lines: usize,
    /// One score per method over the lines of all folds; `None` when a baseline needs history that the book does not have.
    pub methods: Vec<(Method, Option<Score>)>,
    /// Scores of the rules by segment: dimension, name, score; ascending within each dimension.
    pub segments: Vec<(Name, Name, Score)>,
    /// The rules against the best of the baselines that are known in the most folds.
    pub comparison: Option<Comparison>,
    /// Latest date of the data on which constants of the rules were chosen, when the manifest says so.
    pub fitted_through: Option<NaiveDate>,
    /// Facts that the rules read as the book has them today, because nothing dates them: the figures may be too good.
    pub undated: Vec<Name>,
    /// Shares of the quotas of the rules above zero by attainment: below the threshold of the conventions, up to the quota,
    /// up to excellence, and from there; `None` without any.
    pub attainment_bands: Option<[Rate; 4]>,
    /// Conventions by which the figures were computed.
    pub conventions: Conventions,
    /// Warnings.
    pub findings: Findings,
}

/// One period, scored as it would have been planned then.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    /// Period and date.
    pub origin: Origin,
    /// Lines scored.
    pub lines: usize,
    /// One score per method; `None` when a baseline needs history that the book did not have then.
    pub methods: Vec<(Method, Option<Score>)>,
    /// Revenue of the period from partners that had no quota (not eligible, or not yet there).
    pub unplanned_revenue: Money,
    /// Reserve of the rules for partners not yet there.
    pub reserve: Money,
    /// True when constants of the rules were chosen on data of the period.
    pub is_fitted: bool,
}

/// The rules against the best baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The best baseline.
    pub baseline: Method,
    /// Folds in which it is known.
    pub folds: usize,
    /// By how much the rules are better.
    pub difference: Difference,
}

/// Scores `plugin` on past periods: proposes bottom-up as of the date of each, and compares with what was bought.
///
/// A line without revenue in a period bought nothing: zero. `by` names dimensions for the breakdown; the usual ones when
/// empty. Must run on script threads. Fails like a proposal, and when the book does not cover a period.
pub fn backtest(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    origins: &[Origin],
    by: &[String],
    progress: Progress<'_>,
) -> Result<Backtest, Findings> {
    let by = dimensions(plugin, by)?;
    let fitted_through = plugin.manifest.parameters.fitted_through;
    let (mut folds, mut rows, mut findings) = (Vec::new(), Vec::new(), Findings::new());
    let all = book.partners.len() * origins.len();
    for (number, origin) in origins.iter().enumerate() {
        origins::covered(book, origin)?;
        let done = number * book.partners.len();
        let report = |some: usize, _: usize| progress(done + some, all);
        let is_only = folds.is_empty() && number + 1 == origins.len();
        let Some(found) = fold::rows(plugin, book, origin, &by, is_only, &report)? else { continue };
        folds.push(Fold {
            origin: origin.clone(),
            lines: found.rows.len(),
            methods: Method::ALL
                .map(|method| (method, whole(&found.rows.iter().collect::<Vec<_>>(), method, book.currency)))
                .into(),
            unplanned_revenue: found.unplanned,
            reserve: found.reserve,
            is_fitted: fitted_through.is_some_and(|through| origin.period.first_day() <= through),
        });
        // Warnings about the lines are much the same in every fold: those of the latest one count.
        findings = found.findings;
        rows.push(found.rows);
    }
    let undated = undated::undated(plugin, book);
    findings.extend(doubts(plugin, &folds, &undated));
    let limits = &plugin.manifest.conventions;
    let quotas = rows.iter().flatten().filter_map(|row| Some((quota(row, Method::Rules)?, row.actual)));
    Ok(Backtest {
        vendor: Arc::clone(&plugin.vendor),
        revision: plugin.revision.clone(),
        currency: book.currency,
        lines: rows.iter().map(Vec::len).sum(),
        methods: Method::ALL.map(|method| (method, together(&folds, &rows, method, book.currency))).into(),
        segments: segments(&by, &rows, book.currency),
        attainment_bands: attainment_bands(quotas, limits.attainment_threshold, limits.attainment_excellence),
        conventions: Conventions::of(&plugin.manifest),
        comparison: comparison(&folds, &rows, book),
        folds,
        fitted_through,
        undated,
        findings,
    })
}

/// Reasons for which the figures may be too good or too bad.
fn doubts(plugin: &VendorPlugin, folds: &[Fold], undated: &[Name]) -> impl Iterator<Item = Finding> {
    let expected = plugin.manifest.period_months;
    let mut months = folds.iter().map(|fold| fold.origin.period.months);
    let other = months.find(|months| *months != expected);
    let other = other.map(|months| PlanFault::OtherHorizon { months, expected });
    let fitted = folds.iter().filter(|fold| fold.is_fitted).count();
    let through = plugin.manifest.parameters.fitted_through.filter(|_| fitted > 0);
    let fitted = through.map(|through| PlanFault::Fitted { through, fitted, folds: folds.len() });
    let facts: Vec<String> = undated.iter().map(ToString::to_string).collect();
    let undated = Some(PlanFault::Undated { facts }).filter(|_| !undated.is_empty());
    other.into_iter().chain(fitted).chain(undated).map(Finding::from)
}

/// The dimensions that are broken down by; fails when one is not known.
fn dimensions(plugin: &VendorPlugin, by: &[String]) -> Result<Vec<Name>, Findings> {
    if by.is_empty() {
        return Ok(DIMENSIONS[..SHOWN].iter().map(|name| Name::from(*name)).collect());
    }
    let attributes = plugin.manifest.attributes.iter().map(|(name, _)| &**name);
    let known: Vec<&str> = DIMENSIONS.into_iter().chain(attributes).collect();
    let mut unknown = Findings::new();
    for name in by.iter().filter(|name| !known.contains(&name.as_str())) {
        let near = did_you_mean(name, known.iter().copied()).map(str::to_owned);
        let known = known.iter().map(|name| (*name).to_owned()).collect();
        unknown.push(Finding::from(PlanFault::UnknownDimension { name: name.clone(), near, known }));
    }
    if unknown.has_errors() { Err(unknown) } else { Ok(by.iter().map(|name| Name::from(name.as_str())).collect()) }
}

fn quota(row: &Row, method: Method) -> Option<Money> {
    row.quotas[method as usize]
}

/// Score of one method; lines without the history that a baseline needs count as zero there, but if none has it there is
/// no score.
fn whole(rows: &[&Row], method: Method, currency: Currency) -> Option<Score> {
    if rows.iter().all(|row| quota(row, method).is_none()) {
        return None;
    }
    let outcome = |row: &&Row| QuotaOutcome {
        quota: quota(row, method).unwrap_or(Money::zero(currency)),
        actual: row.actual,
        segment: None,
    };
    let outcomes: Vec<QuotaOutcome> = rows.iter().map(outcome).collect();
    score(&outcomes, currency).ok().map(|scores| scores.all)
}

/// Positions of the folds in which a method is known.
fn known_in(folds: &[Fold], method: Method) -> impl Iterator<Item = usize> {
    let is_known = move |fold: &Fold| fold.methods.iter().any(|(known, score)| *known == method && score.is_some());
    folds.iter().enumerate().filter(move |(_, fold)| is_known(fold)).map(|(index, _)| index)
}

fn together(folds: &[Fold], rows: &[Vec<Row>], method: Method, currency: Currency) -> Option<Score> {
    let rows: Vec<&Row> = known_in(folds, method).flat_map(|fold| &rows[fold]).collect();
    whole(&rows, method, currency)
}

/// Compares the rules with the best baseline, on the folds in which that is known.
fn comparison(folds: &[Fold], rows: &[Vec<Row>], book: &PartnerBook) -> Option<Comparison> {
    let baselines = Method::ALL.into_iter().filter(|method| *method != Method::Rules);
    let scored = baselines.filter_map(|method| {
        let wape = together(folds, rows, method, book.currency)?.wape?;
        Some((std::cmp::Reverse(known_in(folds, method).count()), wape, method))
    });
    let (std::cmp::Reverse(count), _, baseline) = scored.min()?;
    let mut partners: BTreeMap<usize, Paired> = BTreeMap::new();
    for row in known_in(folds, baseline).flat_map(|fold| &rows[fold]) {
        let error = |method| {
            let quota = quota(row, method).unwrap_or(Money::zero(book.currency));
            quota.minus(row.actual).ok()?.abs().rounded().to_minor().ok()
        };
        let paired = partners.entry(row.partner).or_default();
        paired.own = paired.own.checked_add(error(Method::Rules)?)?;
        paired.other = paired.other.checked_add(error(baseline)?)?;
        paired.actual = paired.actual.checked_add(row.actual.rounded().to_minor().ok()?)?;
    }
    let difference = Difference::of(&partners.into_values().collect::<Vec<_>>())?;
    Some(Comparison { baseline, folds: count, difference })
}

fn segments(by: &[Name], rows: &[Vec<Row>], currency: Currency) -> Vec<(Name, Name, Score)> {
    let mut found = Vec::new();
    for (position, dimension) in by.iter().enumerate() {
        let mut groups: BTreeMap<&Name, Vec<&Row>> = BTreeMap::new();
        for row in rows.iter().flatten() {
            groups.entry(&row.segments[position].1).or_default().push(row);
        }
        if groups.len() > 1 {
            found.extend(groups.iter().filter_map(|(name, rows)| {
                let score = whole(rows, Method::Rules, currency)?;
                Some((Name::clone(dimension), Name::clone(name), score))
            }));
        }
    }
    found
}
