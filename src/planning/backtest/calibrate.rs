//! Calibration: weights of the factors and numbers that the manifest states, searched on the folds of a backtest. Applies
//! nothing.

use super::fold::{Row, rows};
use super::method::Method;
use super::origins::origins;
use super::undated::undated;
use crate::channel::{Name, PartnerBook, SegmentKey};
use crate::figures;
use crate::finding::{Finding, Findings};
use crate::planning::fault::PlanFault;
use crate::planning::plan::QuotaPlan;
use crate::planning::propose::propose_plainly;
use crate::planning::request::Request;
use crate::plugin::{StatedNumber, VendorPlugin};
use crate::quality::{PartnerError, Region, Search, standard_error, wape};
use crate::quota::Basis;
use crate::script::FactKind;
use crate::units::{Money, MoneyError, PlanningPeriod, Rate};
use std::collections::BTreeMap;

/// Weights and numbers with their error over all folds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// One weight per factor, in the order of the manifest.
    pub weights: Vec<Rate>,
    /// One value per number that the manifest states, in its order.
    pub numbers: Vec<Rate>,
    /// Σ|quota − actual| ÷ Σ actual over all folds; of scaled quotas where the calibration says so.
    pub wape: Rate,
}

/// Outcome of a calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The plan as the rules propose it now.
    pub plan: QuotaPlan,
    /// Factors, in the order of the manifest; empty when a rule decides the weights.
    pub factors: Vec<Name>,
    /// Numbers that the manifest states, ascending by name, with the regions that were searched.
    pub numbers: Vec<StatedNumber>,
    /// Past periods that settings are scored on, ascending.
    pub periods: Vec<PlanningPeriod>,
    /// True when the quotas of each past period are multiplied so that their sum is what was bought: a target sets the
    /// level, and the setting only divides it.
    pub is_scaled: bool,
    /// Lines of all of them.
    pub lines: usize,
    /// Settings that were tried.
    pub tried: usize,
    /// The present setting.
    pub current: Setting,
    /// The setting with the smallest error of those that were tried.
    pub best: Setting,
    /// The setting nearest to the present one that is at most one standard error worse than the best one.
    pub chosen: Setting,
    /// Standard error of the error of the best setting, over partners.
    pub standard_error: Rate,
    /// Facts that the rules read and that the book has without a date, as rules name them without `partner.`: of past periods
    /// they are those of today.
    pub undated: Vec<Name>,
    /// Lines whose quota the chosen setting changes, those with the largest change first.
    pub moved: Vec<MovedLine>,
}

impl Calibration {
    /// Returns true when the chosen setting is not the present one.
    pub fn is_change(&self) -> bool {
        self.chosen.weights != self.current.weights || self.chosen.numbers != self.current.numbers
    }
}

figures! {
    /// Line of the plan whose quota a setting changes.
    #[derive(Debug, Clone, PartialEq)]
    pub struct MovedLine = "MovedLine" {
        /// Partner id.
        partner_id: Name;
        /// Partner name.
        partner_name: Name;
        /// Key of the line within its partner.
        segment: SegmentKey, flat();
        /// Quota with the present weights.
        before: Money;
        /// Quota with the chosen weights.
        after: Money;
        /// Difference.
        by: Money;
    }
}

/// Searches the weights of the factors and the numbers that the manifest states on past periods, as a backtest plans them,
/// and plans with the setting that the rule of one standard error chooses. `most` limits the past periods, the latest
/// first. The plugin is left as it was. Must run on script threads.
///
/// Fails like a proposal, when the book covers no past period, and when a rule decides the weights and the manifest states
/// no numbers.
pub fn calibrate(
    plugin: &mut VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    most: usize,
) -> Result<Calibration, Findings> {
    let dials = Dials::of(plugin);
    if dials.current.is_empty() {
        return Err(Finding::from(PlanFault::WeightsRule {}).into());
    }
    let plan = propose_plainly(plugin, book, request, &|_, _| {})?;
    let unlocked = (!book.locks.is_empty()).then(|| PartnerBook { locks: Vec::new(), ..book.clone() });
    let past = unlocked.as_ref().unwrap_or(book);
    let mut origins = origins(plugin, past, plan.period.months);
    origins.retain(|origin| origin.period.end().plus(-1).last_day() <= plan.as_of);
    let origins = origins.split_off(origins.len().saturating_sub(most));
    let has_target = request.target.is_some() || !request.targets.is_empty();
    let is_scaled = plugin.manifest.basis == Basis::FairShare || has_target;
    let mut scores = BTreeMap::new();
    let search: Result<_, Findings> = Search::run(&dials.current, &dials.regions(), |setting| {
        dials.apply(plugin, setting);
        let score = score(plugin, past, &origins, is_scaled)?;
        let error = wape(&score.partners).ok_or_else(|| Findings::from(PlanFault::NothingToCalibrate {}))?;
        scores.insert(setting.to_vec(), score);
        Ok(error)
    });
    dials.apply(plugin, &dials.current);
    let search = search?;
    let out_of_range = || Findings::from(PlanFault::AmountOutOfRange {});
    let best = scores.get(&search.best).ok_or_else(out_of_range)?;
    let patience = standard_error(&best.partners).unwrap_or_default();
    let setting = |setting: &[Rate]| {
        let wape = search.tried.get(setting).copied().ok_or_else(out_of_range)?;
        let (weights, numbers) = dials.divided(setting);
        Ok::<_, Findings>(Setting { weights: weights.to_vec(), numbers: numbers.to_vec(), wape })
    };
    let chosen = search.chosen(patience);
    dials.apply(plugin, chosen);
    let after = propose_plainly(plugin, book, request, &|_, _| {});
    dials.apply(plugin, &dials.current);
    Ok(Calibration {
        periods: best.periods.clone(),
        is_scaled,
        lines: best.lines,
        tried: search.tried.len(),
        current: setting(&search.current)?,
        best: setting(&search.best)?,
        chosen: setting(chosen)?,
        standard_error: patience,
        undated: undated(plugin, book),
        moved: moved(&plan, &after?).map_err(|_| out_of_range())?,
        plan,
        factors: dials.factors,
        numbers: dials.numbers,
    })
}

/// Quantities of a vendor that are searched: the weights, unless a rule decides them, and the numbers of the manifest.
struct Dials {
    factors: Vec<Name>,
    numbers: Vec<StatedNumber>,
    /// The present setting: weights, then numbers.
    current: Vec<Rate>,
}

impl Dials {
    fn of(plugin: &VendorPlugin) -> Self {
        let factors = if plugin.has_weights_rule() { &[] } else { plugin.factors() };
        let numbers = plugin.manifest.parameters.stated.clone();
        let weights = factors.iter().map(|factor| factor.weight);
        Self {
            factors: factors.iter().map(|factor| Name::clone(&factor.name)).collect(),
            current: weights.chain(numbers.iter().map(|number| number.value)).collect(),
            numbers,
        }
    }

    fn regions(&self) -> Vec<Region> {
        let region = |number: &StatedNumber| Region {
            low: number.region.0,
            high: number.region.1,
            is_whole: number.kind == FactKind::Count,
        };
        self.numbers.iter().map(region).collect()
    }

    fn divided<'s>(&self, setting: &'s [Rate]) -> (&'s [Rate], &'s [Rate]) {
        setting.split_at(self.factors.len().min(setting.len()))
    }

    fn apply(&self, plugin: &mut VendorPlugin, setting: &[Rate]) {
        let (weights, numbers) = self.divided(setting);
        plugin.set_weights(weights);
        plugin.set_parameters(numbers);
    }
}

/// Score of one setting.
struct Scored {
    partners: Vec<PartnerError>,
    periods: Vec<PlanningPeriod>,
    lines: usize,
}

fn score(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    origins: &[super::Origin],
    is_scaled: bool,
) -> Result<Scored, Findings> {
    let out_of_range = |_: MoneyError| Findings::from(PlanFault::AmountOutOfRange {});
    let mut partners: BTreeMap<usize, PartnerError> = BTreeMap::new();
    let (mut periods, mut lines) = (Vec::new(), 0);
    for origin in origins {
        let Some(found) = rows(plugin, book, origin, &[], false, &|_, _| {})? else { continue };
        periods.push(origin.period.clone());
        lines += found.rows.len();
        let scale = if is_scaled { scale(&found.rows).map_err(out_of_range)? } else { None };
        for row in &found.rows {
            let (error, actual) = amounts(row, scale).map_err(out_of_range)?;
            let sum = partners.entry(row.partner).or_default();
            sum.error = sum.error.saturating_add(error);
            sum.actual = sum.actual.saturating_add(actual);
        }
    }
    Ok(Scored { partners: partners.into_values().collect(), periods, lines })
}

fn quota(row: &Row) -> Money {
    row.quotas[Method::Rules as usize].unwrap_or(Money::zero(row.actual.currency()))
}

/// Σ actual ÷ Σ quota; `None` without quotas.
fn scale(rows: &[Row]) -> Result<Option<Rate>, MoneyError> {
    let Some(first) = rows.first() else { return Ok(None) };
    let zero = (Money::zero(first.actual.currency()), Money::zero(first.actual.currency()));
    let (quotas, actuals) = rows
        .iter()
        .try_fold(zero, |sum, row| Ok::<_, MoneyError>((sum.0.plus(quota(row))?, sum.1.plus(row.actual)?)))?;
    Ok(actuals.amount().checked_div(quotas.amount()))
}

/// |Quota × scale − actual| and actual of a row, in minor units.
fn amounts(row: &Row, scale: Option<Rate>) -> Result<(i128, i128), MoneyError> {
    let quota = scale.map_or(Ok(quota(row)), |scale| quota(row).times(scale))?;
    Ok((quota.minus(row.actual)?.abs().rounded().to_minor()?, row.actual.rounded().to_minor()?))
}

/// The lines whose quota differs, those with the largest change first.
fn moved(before: &QuotaPlan, after: &QuotaPlan) -> Result<Vec<MovedLine>, MoneyError> {
    let mut moved = Vec::new();
    for (old, new) in before.lines.iter().zip(&after.lines).filter(|(old, new)| old.quota != new.quota) {
        moved.push(MovedLine {
            partner_id: Name::clone(&old.identity.partner_id),
            partner_name: Name::clone(&old.identity.partner_name),
            segment: old.segment.clone(),
            before: old.quota,
            after: new.quota,
            by: new.quota.minus(old.quota)?,
        });
    }
    moved.sort_by_key(|line| std::cmp::Reverse(line.by.abs().amount()));
    Ok(moved)
}
