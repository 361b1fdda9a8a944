//! Bands and odds on a page: what the channel is likely to buy against its target, as a picture, and the territories.

use super::ReportFault;
use super::bands::{notes, sentences};
use super::conventions::whole_percent;
use super::fairness::FairnessPage;
use super::figures::{Figures, clipped, count};
use super::html_grid::Grid;
use super::picture::place;
use crate::channel::NOT_KNOWN;
use crate::planning::{Bands, QuotaPlan, TerritoryOutlook};
use crate::units::Money;
use serde::Serialize;

/// Section of the page.
#[derive(Serialize)]
pub(super) struct BandsPage {
    sentences: Vec<String>,
    notes: Vec<String>,
    picture: Option<Distribution>,
    territories: Option<Grid>,
    reached: Option<Grid>,
    fairness: Option<FairnessPage>,
}

impl BandsPage {
    pub(super) fn of(plan: &QuotaPlan, bands: &Bands, figures: Figures) -> Result<Self, ReportFault> {
        Ok(Self {
            sentences: sentences(bands, figures),
            notes: notes(bands, plan.period.months),
            picture: Distribution::of(plan, bands, figures)?,
            territories: territories(bands, figures),
            reached: reached(bands, figures),
            fairness: FairnessPage::of(bands, &plan.conventions, figures),
        })
    }
}

fn territories(bands: &Bands, figures: Figures) -> Option<Grid> {
    let columns = [
        "territory",
        "lines",
        "quota",
        "10 % are below",
        "half are below",
        "10 % are above",
        "odds",
        "expected at quota",
        "gap",
    ];
    let mut grid = Grid::new("What territories are likely to buy (estimates)", &columns, 1);
    let cells = |name: String, one: &TerritoryOutlook| {
        let amounts = [one.quota, one.low, one.median, one.high].map(|money| figures.money(money));
        let last = [figures.percent(one.odds), figures.share(one.at_quota), figures.signed(one.gap)];
        [name, count(one.lines)].into_iter().chain(amounts).chain(last)
    };
    for territory in &bands.territories {
        let name = clipped(territory.territory.as_deref().unwrap_or(NOT_KNOWN), 60);
        grid.row(cells(name, territory), territory.gap.is_negative());
    }
    let channel = bands.channel.as_ref().filter(|_| !bands.territories.is_empty())?;
    grid.sum(cells("all".to_owned(), channel));
    Some(grid)
}

/// Amounts by the odds to reach them, and the capacity of the plan.
fn reached(bands: &Bands, figures: Figures) -> Option<Grid> {
    let channel = bands.channel.as_ref()?;
    let odds: Vec<String> = channel.at_odds.iter().map(|one| format!("odds of {}", whole_percent(one.odds))).collect();
    let columns: Vec<&str> = ["territory", "capacity"].into_iter().chain(odds.iter().map(String::as_str)).collect();
    let mut grid = Grid::new("What is reached together with these odds (estimates)", &columns, 1);
    grid.note = "capacity is Σ quota × expected attainment; a channel target adds the reserve of the plan".to_owned();
    let cells = |name: String, one: &TerritoryOutlook| {
        let amounts = one.at_odds.iter().map(|one| figures.money(one.amount));
        [name, figures.known(one.capacity)].into_iter().chain(amounts).collect::<Vec<_>>()
    };
    for territory in &bands.territories {
        let name = clipped(territory.territory.as_deref().unwrap_or(NOT_KNOWN), 60);
        grid.row(cells(name, territory), false);
    }
    grid.sum(cells("all".to_owned(), channel));
    Some(grid)
}

/// Classes of equal width that the outcomes are counted in.
const CLASSES: usize = 24;
/// Frame of the picture, in pixels.
const LEFT: i128 = 20;
const RIGHT: i128 = 740;
const TOP: i128 = 46;
const BOTTOM: i128 = 206;

/// Outcomes of the channel as columns, with the target, the quotas and the limits of the band as lines across.
#[derive(Debug, Serialize)]
struct Distribution {
    title: String,
    left: i128,
    right: i128,
    top: i128,
    bottom: i128,
    columns: Vec<DistributionColumn>,
    marks: Vec<Mark>,
    limits: Vec<Limit>,
}

#[derive(Debug, Serialize)]
struct DistributionColumn {
    x: i128,
    y: i128,
    width: i128,
    height: i128,
    class: &'static str,
}

/// Amount to reach, named above the columns.
#[derive(Debug, Serialize)]
struct Mark {
    x: i128,
    y: i128,
    anchor: &'static str,
    text: String,
}

/// Amount of the axis, named below the columns.
#[derive(Debug, Serialize)]
struct Limit {
    x: i128,
    text: String,
}

impl Distribution {
    /// Lays the outcomes out; `None` when there are none.
    fn of(plan: &QuotaPlan, bands: &Bands, figures: Figures) -> Result<Option<Self>, ReportFault> {
        let Some(channel) = &bands.channel else { return Ok(None) };
        let drawn: Vec<i128> = bands.drawn.iter().map(|total| total.to_minor()).collect::<Result<_, _>>()?;
        let quota = channel.quota.to_minor()?;
        let target = plan.target.map(|target| target.minus(plan.reserve)).transpose()?;
        let target = target.filter(|target| *target != channel.quota);
        let (Some(first), Some(last)) = (drawn.first(), drawn.last()) else { return Ok(None) };
        let ends = target.map(|target| target.rounded().to_minor()).transpose()?;
        let low = [*first, quota].into_iter().chain(ends).min().unwrap_or(0);
        let high = [*last, quota].into_iter().chain(ends).max().unwrap_or(0);
        // A margin, so that no line is on the frame.
        let margin = ((high - low) / 20).max(1);
        let axis = (low - margin, high + margin);
        let at = |amount: i128| LEFT + place(amount, axis, RIGHT - LEFT);
        let mut marks = vec![Self::mark(at(quota), 14, format!("quotas {}", figures.money(channel.quota)))];
        if let (Some(target), Some(end)) = (target, ends) {
            let name = if plan.reserve.is_zero() { "target" } else { "target without reserve" };
            marks.push(Self::mark(at(end), 32, format!("{name} {}", figures.exact(target))));
        }
        let limit = |amount: Money| Ok(Limit { x: at(amount.to_minor()?), text: figures.money(amount) });
        let limits: Result<Vec<Limit>, ReportFault> =
            [channel.low, channel.median, channel.high].into_iter().map(limit).collect();
        Ok(Some(Self {
            title: format!(
                "Distribution of what the channel is likely to buy, against quotas of {}",
                figures.money(channel.quota)
            ),
            left: LEFT,
            right: RIGHT,
            top: TOP,
            bottom: BOTTOM,
            columns: columns(&drawn, (*first, *last), quota, &at),
            marks,
            limits: apart(limits?),
        }))
    }

    fn mark(x: i128, y: i128, text: String) -> Mark {
        let anchor = if x > (LEFT + RIGHT) / 2 { "end" } else { "start" };
        Mark { x, y, anchor, text }
    }
}

/// Outcomes counted in classes from the first to the last; a class is lighter where it is below the quotas.
fn columns(
    drawn: &[i128],
    (first, last): (i128, i128),
    quota: i128,
    at: &dyn Fn(i128) -> i128,
) -> Vec<DistributionColumn> {
    let edge = |class: usize| first + (last - first) * class as i128 / CLASSES as i128;
    let below =
        |class: usize| if class == CLASSES { drawn.len() } else { drawn.partition_point(|total| *total < edge(class)) };
    let counts: Vec<usize> = (0..CLASSES).map(|class| below(class + 1) - below(class)).collect();
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as i128;
    let column = |(class, number): (usize, &usize)| {
        let (x, end) = (at(edge(class)), at(edge(class + 1)));
        let height = (*number as i128 * (BOTTOM - TOP) / most).max(i128::from(*number > 0));
        let kind = if edge(class) >= quota { "factor" } else { "none-bar" };
        DistributionColumn { x, y: BOTTOM - height, width: (end - x - 1).max(1), height, class: kind }
    };
    counts.iter().enumerate().map(column).filter(|column| column.height > 0).collect()
}

/// Pixels that a name on the axis needs.
const NAME: i128 = 110;

/// The limits whose names do not overlap; the middle one gives way.
fn apart(limits: Vec<Limit>) -> Vec<Limit> {
    let mut shown: Vec<Limit> = Vec::new();
    let last = limits.len().saturating_sub(1);
    let end = limits.last().map_or(0, |limit| limit.x);
    for (index, limit) in limits.into_iter().enumerate() {
        let is_clear = shown.last().is_none_or(|before| limit.x - before.x >= NAME);
        if is_clear && (index == last || end - limit.x >= NAME || index == 0) {
            shown.push(limit);
        }
    }
    shown
}
