//! Health of a plan before it is sent: what each line, territory and the channel are likely to buy, learned from past
//! periods planned with the same rules, and how evenly the plan asks.

use super::fold::{DIMENSIONS, Row, rows, rows_of_plan};
use super::method::Method;
use super::origins::origins;
use super::outlook::{Health, LineOutlook};
use super::questions::questions;
use super::undated::undated;
use crate::channel::{Name, PartnerBook, SegmentKey};
use crate::finding::Findings;
use crate::planning::bands::{AmountAtOdds, Bands, Fairness, GroupHealth, TerritoryOutlook, USUAL_ODDS};
use crate::planning::fault::PlanFault;
use crate::planning::plan::{PlanLine, QuotaPlan};
use crate::planning::propose::propose_plainly;
use crate::planning::request::{Progress, Request};
use crate::plugin::VendorPlugin;
use crate::quality::{Experience, Observed, Outlook, Planned, amount_at, gini, odds_of, rank_correlation, reach_of};
use crate::units::{Currency, Money, MoneyError, PlanningPeriod, Rate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Decimal places of shares.
const PLACES: u32 = 4;

/// Past periods that the estimates are made from at most, unless another number is asked for.
pub const PAST_PERIODS: usize = 36;

/// Proposes a plan and estimates its outcome; see [`health_of`].
pub fn health(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    most: usize,
    progress: Progress<'_>,
) -> Result<Health, Findings> {
    health_of(plugin, book, propose_plainly(plugin, book, request, progress)?, (most, &request.odds), progress)
}

/// Estimates the outcome of a plan of this book and these rules. `most` limits the past periods, the latest first; amounts
/// are sought for `odds`, the usual ones when empty. Must run on script threads.
///
/// Past periods are planned as a backtest plans them: bottom-up, as of the date before each, as long as the plan's period
/// and ended by its as-of date. Fails like a proposal.
pub fn health_of(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    plan: QuotaPlan,
    (most, odds): (usize, &[Rate]),
    progress: Progress<'_>,
) -> Result<Health, Findings> {
    // What is to be expected of a line does not depend on what was agreed with it.
    let unlocked = (!book.locks.is_empty()).then(|| PartnerBook { locks: Vec::new(), ..book.clone() });
    let book = unlocked.as_ref().unwrap_or(book);
    let mut past = origins(plugin, book, plan.period.months);
    past.retain(|origin| origin.period.end().plus(-1).last_day() <= plan.as_of);
    let past = past.split_off(past.len().saturating_sub(most));
    let by: Vec<Name> = DIMENSIONS.into_iter().map(Name::from).collect();
    let now = super::Origin { as_of: plan.as_of, period: plan.period.clone() };
    let mut groups = Groups::default();
    let (mut periods, mut observed, mut reached) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (number, origin) in past.iter().enumerate() {
        let report = |done: usize, all: usize| progress(number * all + done, all * (past.len() + 1));
        let Some(found) = rows(plugin, book, origin, &by, false, &report)? else { continue };
        for row in &found.rows {
            observed.push((periods.len(), groups.of(row), minor(row)?));
            count_reached(&mut reached, row);
        }
        periods.push(origin.period.clone());
    }
    let report = |done: usize, all: usize| progress(past.len() * all + done, all * (past.len() + 1));
    let now = rows_of_plan(plugin, book, &now, &by, &report)?;
    let planned = Joined::new(&plan, book, now, &mut groups)?;
    let observed =
        observed.into_iter().map(|(period, group, (expected, bought))| Observed { period, group, expected, bought });
    let is_apart = |one: usize, other: usize| apart(&periods[one], &periods[other]);
    let experience = Experience::new(periods.len(), groups.names.len(), observed).calibrated(is_apart);
    let odds = if odds.is_empty() { &USUAL_ODDS[..] } else { odds };
    let mut health = assembled(plan, (periods, odds), &experience, &planned, &groups, &reached)?;
    health.bands.undated = undated(plugin, book);
    health.findings = questions(&plugin.manifest.health, &health);
    Ok(health)
}

/// Amounts of a line that the rules expected and that it bought, in minor units.
fn minor(row: &Row) -> Result<(i128, i128), Findings> {
    Ok((
        row.expected.rounded().to_minor().map_err(out_of_range)?,
        row.actual.rounded().to_minor().map_err(out_of_range)?,
    ))
}

fn out_of_range(_: MoneyError) -> Findings {
    PlanFault::AmountOutOfRange {}.into()
}

/// Quotas reached and quotas above zero, by dimension and group.
type Reached = BTreeMap<(Name, Name), (usize, usize)>;

fn count_reached(reached: &mut Reached, row: &Row) {
    let Some(quota) = row.quotas[Method::Rules as usize].filter(|quota| quota.is_positive()) else { return };
    for segment in &row.segments {
        let (at_quota, quotas) = reached.entry(segment.clone()).or_default();
        *at_quota += usize::from(row.actual.compare(quota).is_ok_and(std::cmp::Ordering::is_ge));
        *quotas += 1;
    }
}

/// Groups of lines whose outcomes spread alike: what a partner's history says, of regular partners their size.
#[derive(Default)]
struct Groups {
    names: Vec<Name>,
}

impl Groups {
    fn of(&mut self, row: &Row) -> usize {
        let named = |dimension: &str| {
            let of = row.segments.iter().find(|(by, _)| **by == *dimension);
            of.map_or_else(|| Name::from(""), |(_, name)| Name::clone(name))
        };
        let history = named("history");
        let name = if *history == *"regular" { named("size") } else { history };
        self.names.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }
}

/// The lines of a plan beside what the rules expect of each.
struct Joined {
    lines: Vec<Planned>,
    territories: Vec<Option<Name>>,
    segments: Vec<Vec<(Name, Name)>>,
}

impl Joined {
    fn new(plan: &QuotaPlan, book: &PartnerBook, rows: Vec<Row>, groups: &mut Groups) -> Result<Self, Findings> {
        let mut found: BTreeMap<(Name, SegmentKey), Row> = BTreeMap::new();
        for row in rows {
            let partner = Name::clone(&book.partners[row.partner].id);
            found.insert((partner, row.segment.clone()), row);
        }
        let territories: std::collections::BTreeSet<Option<Name>> =
            plan.lines.iter().map(|line| line.identity.territory.clone()).collect();
        let territories: Vec<Option<Name>> = territories.into_iter().collect();
        let mut joined = Self { lines: Vec::new(), territories, segments: Vec::new() };
        for line in &plan.lines {
            let row = found.remove(&(Name::clone(&line.identity.partner_id), line.segment.clone()));
            let expected = row.as_ref().map_or(Ok(0), |row| minor(row).map(|(expected, _)| expected))?;
            joined.lines.push(Planned {
                group: row.as_ref().map_or(usize::MAX, |row| groups.of(row)),
                area: joined.territories.binary_search(&line.identity.territory).unwrap_or_default(),
                expected,
                quota: line.quota.to_minor().map_err(out_of_range)?,
            });
            joined.segments.push(row.map(|row| row.segments).unwrap_or_default());
        }
        Ok(joined)
    }
}

fn assembled(
    plan: QuotaPlan,
    sought: (Vec<PlanningPeriod>, &[Rate]),
    experience: &Experience,
    planned: &Joined,
    groups: &Groups,
    reached: &Reached,
) -> Result<Health, Findings> {
    let lines = plan.lines.iter().zip(&planned.lines).map(|(line, planned)| outlook(line, planned, experience, groups));
    let lines: Vec<LineOutlook> = lines.collect::<Result<_, MoneyError>>().map_err(out_of_range)?;
    let mut bands = bands(&plan, sought, experience, planned, &lines).map_err(out_of_range)?;
    bands.fairness = fairness(&lines, group_health(&lines, planned, reached, plan.currency).map_err(out_of_range)?);
    Ok(Health { bands, lines, plan, findings: Findings::new() })
}

/// Measures over the lines with comparable revenue.
fn fairness(lines: &[LineOutlook], groups: Vec<GroupHealth>) -> Fairness {
    let growths = |with: fn(&LineOutlook, i128) -> Option<i128>| -> Vec<(i128, i128)> {
        let pair = |line: &LineOutlook| {
            let size = line.comparable_revenue.filter(|revenue| revenue.is_positive())?.to_minor().ok()?;
            Some((with(line, size)?, size))
        };
        lines.iter().filter_map(pair).collect()
    };
    let multiples = growths(|line, size| line.quota.to_minor().ok()?.checked_mul(MILLION)?.checked_div(size));
    let odds = growths(|line, _| line.odds.map(|odds| odds.checked_mul(Decimal::from(MILLION)).map_or(0, whole)));
    Fairness {
        groups,
        gini: gini(&multiples.iter().map(|(multiple, _)| *multiple).collect::<Vec<_>>()),
        growth_by_size: rank_correlation(&multiples),
        odds_by_size: rank_correlation(&odds),
    }
}

const MILLION: i128 = 1_000_000;

fn whole(number: Decimal) -> i128 {
    i128::try_from(number.trunc()).unwrap_or_default()
}

fn apart(one: &PlanningPeriod, other: &PlanningPeriod) -> bool {
    one.end() <= other.start || other.end() <= one.start
}

/// The most of these periods, ascending by start, that have no month in common.
fn count_apart(periods: &[PlanningPeriod]) -> usize {
    let mut last: Option<&PlanningPeriod> = None;
    let mut count = 0;
    for period in periods {
        if last.is_none_or(|last| apart(last, period)) {
            (last, count) = (Some(period), count + 1);
        }
    }
    count
}

fn outlook(
    line: &PlanLine,
    planned: &Planned,
    experience: &Experience,
    groups: &Groups,
) -> Result<LineOutlook, MoneyError> {
    let currency = line.quota.currency();
    let money = |minor: i128| Money::from_minor(minor, currency);
    let found = experience.line(planned);
    let (evidence, is_own) = experience.evidence(planned.group);
    let based_on = groups.names.get(planned.group).filter(|_| is_own);
    Ok(LineOutlook {
        identity: line.identity.clone(),
        quota: line.quota,
        comparable_revenue: line.context.comparable_revenue,
        growth: line.growth().map(|growth| growth.round_dp(PLACES).normalize()),
        expected: (planned.expected > 0).then(|| money(planned.expected)).transpose()?,
        low: found.map(|outlook| money(outlook.low)).transpose()?,
        high: found.map(|outlook| money(outlook.high)).transpose()?,
        reach: amounts(&experience.reach(planned), currency)?,
        odds: found.map(|outlook| outlook.odds),
        expected_attainment: experience.attainment(planned),
        evidence,
        based_on: based_on.map_or_else(|| Name::from("all"), Name::clone),
    })
}

/// The channel, and the territories when there is more than one.
fn bands(
    plan: &QuotaPlan,
    (periods, odds): (Vec<PlanningPeriod>, &[Rate]),
    experience: &Experience,
    planned: &Joined,
    lines: &[LineOutlook],
) -> Result<Bands, MoneyError> {
    let is_apart = |one: usize, other: usize| apart(&periods[one], &periods[other]);
    let money = |minor: i128| Money::from_minor(minor, plan.currency);
    let of = |territory: Option<Name>, chosen: Vec<usize>, (found, drawn): (&Outlook, &Vec<i128>)| {
        let quota: i128 = chosen.iter().map(|line| planned.lines[*line].quota).sum();
        Ok(TerritoryOutlook {
            territory,
            lines: chosen.len(),
            quota: money(quota)?,
            low: money(found.low)?,
            median: money(found.median)?,
            high: money(found.high)?,
            odds: found.odds,
            gap: money(found.median - quota)?,
            at_quota: mean(chosen.iter().filter_map(|line| lines[*line].odds)),
            capacity: capacity(chosen.iter().map(|line| &lines[*line]), plan.currency)?,
            at_odds: at_odds(drawn, odds, plan.currency)?,
            reach: amounts(&reach_of(drawn), plan.currency)?,
        })
    };
    let drawn = experience.drawn(planned.territories.len(), &planned.lines).unwrap_or_default();
    let outlooks = Outlook::of_areas(&drawn, &planned.lines).unwrap_or_default();
    let channel =
        outlooks.last().zip(drawn.last()).map(|found| of(None, (0..lines.len()).collect(), found)).transpose()?;
    let named =
        planned.territories.iter().zip(outlooks.iter().zip(&drawn)).enumerate().map(|(area, (territory, found))| {
            of(territory.clone(), (0..lines.len()).filter(|line| planned.lines[*line].area == area).collect(), found)
        });
    let territories: Vec<TerritoryOutlook> = named.collect::<Result<_, MoneyError>>()?;
    let drawn = drawn.last().map_or(&[][..], Vec::as_slice);
    let target = plan.target.map(|target| target.minus(plan.reserve)?.rounded().to_minor()).transpose()?;
    Ok(Bands {
        apart: count_apart(&periods),
        coverage: experience.coverage(is_apart),
        undated: Vec::new(),
        is_widened: experience.is_widened(),
        channel,
        territories: if territories.len() > 1 { territories } else { Vec::new() },
        target_odds: target.and_then(|target| odds_of(drawn, target)),
        fairness: Fairness::default(),
        drawn: amounts(drawn, plan.currency)?,
        periods,
    })
}

fn amounts(minor: &[i128], currency: Currency) -> Result<Vec<Money>, MoneyError> {
    minor.iter().map(|minor| Money::from_minor(*minor, currency)).collect()
}

/// Σ quota × expected attainment of the lines of which that is known; `None` of none.
fn capacity<'l>(lines: impl Iterator<Item = &'l LineOutlook>, currency: Currency) -> Result<Option<Money>, MoneyError> {
    let mut known = lines.filter_map(|line| Some((line.quota, line.expected_attainment?))).peekable();
    if known.peek().is_none() {
        return Ok(None);
    }
    let sum = known.try_fold(Money::zero(currency), |sum, (quota, attainment)| sum.plus(quota.times(attainment)?))?;
    Ok(Some(sum.rounded()))
}

/// The amounts that what was drawn reaches with each of these odds.
fn at_odds(drawn: &[i128], odds: &[Rate], currency: Currency) -> Result<Vec<AmountAtOdds>, MoneyError> {
    let found = odds.iter().filter_map(|odds| Some((*odds, amount_at(drawn, *odds)?)));
    found.map(|(odds, amount)| Ok(AmountAtOdds { odds, amount: Money::from_minor(amount, currency)? })).collect()
}

/// The mean of odds, an estimate of the share of lines that reach their quota.
fn mean(odds: impl Iterator<Item = Rate>) -> Option<Rate> {
    let odds: Vec<Rate> = odds.collect();
    let sum = odds.iter().try_fold(Decimal::ZERO, |sum, odds| sum.checked_add(*odds))?;
    Some(sum.checked_div(Decimal::from(odds.len()))?.round_dp(PLACES).normalize())
}

fn group_health(
    lines: &[LineOutlook],
    planned: &Joined,
    reached: &Reached,
    currency: Currency,
) -> Result<Vec<GroupHealth>, MoneyError> {
    let mut groups: BTreeMap<&Name, BTreeMap<&Name, Vec<&LineOutlook>>> = BTreeMap::new();
    for (line, segments) in lines.iter().zip(&planned.segments) {
        for (dimension, name) in segments {
            groups.entry(dimension).or_default().entry(name).or_default().push(line);
        }
    }
    let shown = |dimension: &&str| groups.get(&Name::from(*dimension)).filter(|groups| groups.len() > 1);
    let mut found = Vec::new();
    for dimension in DIMENSIONS {
        let Some(names) = shown(&dimension) else { continue };
        for (name, lines) in names {
            let key = (Name::from(dimension), Name::clone(name));
            let past = reached.get(&key).and_then(|(at_quota, quotas)| share(*at_quota, *quotas));
            found.push(one_group(key, lines, past, currency)?);
        }
    }
    Ok(found)
}

fn share(part: usize, of: usize) -> Option<Rate> {
    Decimal::from(part).checked_div(Decimal::from(of)).map(|share| share.round_dp(PLACES).normalize())
}

fn one_group(
    (dimension, name): (Name, Name),
    lines: &[&LineOutlook],
    past_at_quota: Option<Rate>,
    currency: Currency,
) -> Result<GroupHealth, MoneyError> {
    let with = || lines.iter().filter_map(|line| Some((line.quota, line.comparable_revenue?)));
    let comparable = Money::sum(currency, with().map(|(_, revenue)| revenue))?;
    let growth = Money::sum(currency, with().map(|(quota, _)| quota))?.growth_from(comparable);
    Ok(GroupHealth {
        dimension,
        name,
        lines: lines.len(),
        quota: Money::sum(currency, lines.iter().map(|line| line.quota))?,
        comparable_revenue: comparable,
        growth: growth.map(|growth| growth.round_dp(PLACES).normalize()),
        expected_at_quota: mean(lines.iter().filter_map(|line| line.odds)),
        past_at_quota,
    })
}
