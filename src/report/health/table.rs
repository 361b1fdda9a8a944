//! The health of a plan as tables for a terminal.

use super::stake::at_stake;
use crate::channel::NOT_KNOWN;
use crate::finding::readable;
use crate::planning::{GroupHealth, Health, TerritoryOutlook};
use crate::report::bands::notes;
use crate::report::conventions::whole_percent;
use crate::report::fairness::sentences;
use crate::report::figures::{Figures, count, counted, short_hash};
use crate::report::grid::{Grid, Left, Right, TableOptions, wrapped};
use crate::units::{Money, Rate};
use comfy_table::{Cell, CellAlignment};

/// Groups of one dimension that are shown.
const MOST_GROUPS: usize = 12;
/// Characters of a name of a group or partner.
const NAME: usize = 30;

/// The health as tables for a terminal.
pub fn table(health: &Health, options: &TableOptions) -> String {
    let plan = &health.plan;
    let figures = Figures::of_amounts(std::iter::once(plan.total));
    let mut out = format!(
        "{} · health of {}\nas of {} · revision {} · {} · {}\n\n",
        readable(&plan.vendor),
        plan.period,
        plan.as_of,
        short_hash(&plan.revision),
        counted(plan.lines.len(), "line", "lines"),
        plan.currency
    );
    if let Some(channel) = &health.bands.channel {
        out.push_str(&outlooks(channel, &health.bands.territories, figures, options));
    }
    notes(&health.bands, plan.period.months).iter().for_each(|note| out.push_str(&wrapped(note, " ", options.width)));
    out.push('\n');
    out.push_str(&groups(health, figures, options));
    out.push_str(&lines(health, figures, options));
    out.push('\n');
    sentences(&health.bands.fairness, &health.plan.conventions)
        .iter()
        .for_each(|note| out.push_str(&wrapped(note, "", options.width)));
    out
}

fn share(rate: Option<Rate>) -> String {
    let figures = Figures::of_amounts(std::iter::empty());
    rate.map_or_else(|| "–".to_owned(), |rate| figures.percent(rate))
}

fn outlooks(
    channel: &TerritoryOutlook,
    territories: &[TerritoryOutlook],
    figures: Figures,
    options: &TableOptions,
) -> String {
    let columns: [(&str, CellAlignment); 7] = [
        ("territory", Left),
        ("quota", Right),
        ("10 % are\nbelow", Right),
        ("half are\nbelow", Right),
        ("10 % are\nabove", Right),
        ("odds", Right),
        ("gap", Right),
    ];
    let mut grid = Grid::new("What is likely to be bought (estimates)", options, &columns).optional(&[6]);
    let mut row = |name: &str, one: &TerritoryOutlook| {
        let cells = [
            figures.money(one.quota),
            figures.money(one.low),
            figures.money(one.median),
            figures.money(one.high),
            share(Some(one.odds)),
            figures.signed(one.gap),
        ];
        grid.row(std::iter::once(name.to_owned()).chain(cells).map(Cell::new));
    };
    for territory in territories {
        row(&named(territory), territory);
    }
    row("all", channel);
    format!("{}{}", grid.text(), reached(channel, territories, figures, options))
}

fn named(territory: &TerritoryOutlook) -> String {
    clipped(territory.territory.as_deref().unwrap_or(NOT_KNOWN))
}

/// Amounts by the odds to reach them, and the capacity of the plan.
fn reached(
    channel: &TerritoryOutlook,
    territories: &[TerritoryOutlook],
    figures: Figures,
    options: &TableOptions,
) -> String {
    let odds: Vec<String> = channel.at_odds.iter().map(|one| format!("odds of\n{}", whole_percent(one.odds))).collect();
    let columns = [("territory", Left), ("capacity", Right)].into_iter();
    let columns: Vec<(&str, CellAlignment)> = columns.chain(odds.iter().map(|odds| (odds.as_str(), Right))).collect();
    // A narrow terminal shows the largest odds.
    let left_out_first: Vec<usize> = (3..columns.len()).rev().collect();
    let title = "What is reached together with these odds (estimates)";
    let mut grid = Grid::new(title, options, &columns).optional(&left_out_first);
    let mut row = |name: &str, one: &TerritoryOutlook| {
        let amounts = one.at_odds.iter().map(|one| figures.money(one.amount));
        let cells = [name.to_owned(), figures.known(one.capacity)].into_iter().chain(amounts);
        grid.row(cells.map(Cell::new));
    };
    territories.iter().for_each(|territory| row(&named(territory), territory));
    row("all", channel);
    let note = "Capacity is Σ quota × expected attainment, for which past lines weigh what was expected of them; for the odds every past line counts the same. A channel target with these odds is the amount and the reserve of the plan.";
    format!("\n{}{}", grid.text(), wrapped(note, " ", options.width))
}

fn clipped(name: &str) -> String {
    crate::report::figures::clipped(name, NAME)
}

fn groups(health: &Health, figures: Figures, options: &TableOptions) -> String {
    if health.bands.fairness.groups.is_empty() {
        return String::new();
    }
    let columns: [(&str, CellAlignment); 6] = [
        ("group", Left),
        ("lines", Right),
        ("quota", Right),
        ("growth\nasked", Right),
        ("expected\nat quota", Right),
        ("at quota\nbefore", Right),
    ];
    let mut grid = Grid::new("What the plan asks, by group", options, &columns);
    let mut left_out = 0;
    let by_dimension = health.bands.fairness.groups.chunk_by(|one, next| one.dimension == next.dimension);
    for groups in by_dimension {
        let mut shown: Vec<&GroupHealth> = groups.iter().collect();
        shown.sort_by_key(|group| std::cmp::Reverse(group.quota.amount()));
        left_out += shown.len().saturating_sub(MOST_GROUPS);
        let chosen: Vec<&str> = shown.iter().take(MOST_GROUPS).map(|group| &*group.name).collect();
        let dimension = groups.first().map(|group| format!("by {}", group.dimension));
        grid.row(dimension.into_iter().chain((0..5).map(|_| String::new())).map(Cell::new));
        for group in groups.iter().filter(|group| chosen.contains(&&*group.name)) {
            let cells = [
                clipped(&format!("  {}", group.name)),
                count(group.lines),
                figures.money(group.quota),
                figures.growth(group.growth),
                share(group.expected_at_quota),
                share(group.past_at_quota),
            ];
            grid.row(cells.map(Cell::new));
        }
    }
    let mut text = grid.text();
    if left_out > 0 {
        let note = format!("{} with smaller quotas: see `--format json`", counted(left_out, "group", "groups"));
        text.push_str(&wrapped(&note, " ", options.width));
    }
    text.push('\n');
    text
}

/// The lines with the most money at stake: quota × (1 − odds).
fn lines(health: &Health, figures: Figures, options: &TableOptions) -> String {
    let lines = at_stake(health);
    if lines.is_empty() || options.lines == 0 {
        return String::new();
    }
    let columns: [(&str, CellAlignment); 6] = [
        ("line", Left),
        ("partner", Left),
        ("quota", Right),
        ("10 % are\nbelow", Right),
        ("10 % are\nabove", Right),
        ("odds", Right),
    ];
    let title = "Lines with the most at stake: quota × odds to miss it (estimates)";
    let mut grid = Grid::new(title, options, &columns).optional(&[1]);
    let known = |money: Option<Money>| figures.known(money);
    for (line, name) in lines.iter().take(options.lines) {
        let cells = [
            clipped(name),
            clipped(&line.identity.partner_name),
            figures.money(line.quota),
            known(line.low),
            known(line.high),
            share(line.odds),
        ];
        grid.row(cells.map(Cell::new));
    }
    grid.text()
}
