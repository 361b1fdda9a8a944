//! Evenness of a plan in words and on a page.

use super::conventions::healthy;
use super::figures::{Figures, clipped, count};
use super::html_grid::Grid;
use crate::planning::{Bands, Conventions, Fairness, GroupHealth};
use crate::units::Rate;
use rust_decimal::Decimal;
use serde::Serialize;

/// Sentences about the measures that are known, and the range that is called healthy.
pub(super) fn sentences(fairness: &Fairness, conventions: &Conventions) -> Vec<String> {
    let said = |measure: Option<Rate>, text: &str| measure.map(|measure| format!("{text}: {measure}."));
    [
        said(fairness.gini, "Gini coefficient of quota ÷ comparable revenue, 0 when all are asked for the same growth"),
        said(
            fairness.growth_by_size,
            "Rank correlation of growth asked with size, below 0 when small lines are asked for more",
        ),
        said(
            fairness.odds_by_size,
            "Rank correlation of odds with size, above 0 when large lines reach their quota more easily",
        ),
        Some(format!("{}.", healthy(conventions))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Groups of one dimension on a page, by quota.
const MOST_GROUPS: usize = 12;

/// Part of a page about the evenness of a plan.
#[derive(Serialize)]
pub(super) struct FairnessPage {
    sentences: Vec<String>,
    picture: Option<Shares>,
    groups: Option<Grid>,
}

impl FairnessPage {
    /// Returns the part; `None` where no group is known.
    pub(super) fn of(bands: &Bands, conventions: &Conventions, figures: Figures) -> Option<Self> {
        let groups = shown(&bands.fairness.groups);
        (!groups.is_empty()).then(|| Self {
            sentences: sentences(&bands.fairness, conventions),
            picture: Shares::of(&groups, conventions, figures),
            groups: grid(&groups, figures).unless_empty(),
        })
    }
}

/// The groups of each dimension, of many those with the largest quotas.
fn shown(groups: &[GroupHealth]) -> Vec<&GroupHealth> {
    let mut shown = Vec::new();
    for dimension in groups.chunk_by(|one, next| one.dimension == next.dimension) {
        let mut quotas: Vec<Decimal> = dimension.iter().map(|group| group.quota.amount()).collect();
        quotas.sort_by_key(|quota| std::cmp::Reverse(*quota));
        let least = quotas.get(MOST_GROUPS - 1).or(quotas.last()).copied().unwrap_or_default();
        shown.extend(dimension.iter().filter(|group| group.quota.amount() >= least));
    }
    shown
}

fn name(group: &GroupHealth) -> String {
    format!("{}: {}", group.dimension, clipped(&group.name, 40))
}

fn grid(groups: &[&GroupHealth], figures: Figures) -> Grid {
    let columns = ["group", "lines", "quota", "growth asked", "expected at quota", "at quota before"];
    let mut grid = Grid::new("What the plan asks, by group (estimates)", &columns, 1);
    for group in groups {
        let cells = [
            name(group),
            count(group.lines),
            figures.money(group.quota),
            figures.growth(group.growth),
            figures.share(group.expected_at_quota),
            figures.share(group.past_at_quota),
        ];
        grid.row(cells, false);
    }
    grid
}

/// Frame of the picture, in pixels.
const LEFT: i64 = 250;
const RIGHT: i64 = 690;
const ROW: i64 = 22;

/// Shares of lines at quota by group: expected as a bar, before as a mark, with the healthy range as lines across.
#[derive(Serialize)]
struct Shares {
    title: String,
    height: i64,
    limits: [i64; 2],
    rows: Vec<ShareRow>,
}

#[derive(Serialize)]
struct ShareRow {
    y: i64,
    label: String,
    width: i64,
    before: Option<i64>,
    text: String,
}

impl Shares {
    /// Lays the groups out; `None` where no expected share is known.
    fn of(groups: &[&GroupHealth], conventions: &Conventions, figures: Figures) -> Option<Self> {
        let known: Vec<&&GroupHealth> = groups.iter().filter(|group| group.expected_at_quota.is_some()).collect();
        let rows = (0_i64..).zip(&known).map(|(place, group)| ShareRow {
            y: place * ROW,
            label: clipped(&name(group), 34),
            width: pixels(group.expected_at_quota.unwrap_or_default()),
            before: group.past_at_quota.map(|share| LEFT + pixels(share)),
            text: figures.share(group.expected_at_quota),
        });
        let rows: Vec<ShareRow> = rows.collect();
        (!rows.is_empty()).then(|| Self {
            title: "Share of lines expected at quota, by group".to_owned(),
            height: ROW * rows.len() as i64,
            limits: conventions.healthy_at_quota.map(|limit| LEFT + pixels(limit)),
            rows,
        })
    }
}

/// Length of a share in pixels.
fn pixels(share: Rate) -> i64 {
    let length = share.checked_mul(Decimal::from(RIGHT - LEFT)).unwrap_or_default().round();
    i64::try_from(length).unwrap_or_default().clamp(0, RIGHT - LEFT)
}
