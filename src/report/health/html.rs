//! The health of a plan as one HTML page without any other file.

use super::stake::at_stake;
use crate::finding::{CleanWriter, Finding};
use crate::planning::Health;
use crate::report::ReportFault;
use crate::report::bands_page::BandsPage;
use crate::report::figures::{Figures, clipped, count, counted, readable, short_hash};
use crate::report::html::{FindingText, Tile, finding_text};
use crate::report::html_grid::Grid;
use crate::report::picture::templates;
use minijinja::value::Serde;
use serde::Serialize;
use std::io::Write;

/// Lines in the table, by what is at stake.
const LINES: usize = 100;
/// Characters of a name of a line or partner.
const NAME: usize = 60;

/// Writes the health as one page: what the channel is likely to buy, how evenly the plan asks, and where most is at stake.
pub fn html(health: &Health, out: &mut dyn Write) -> Result<(), ReportFault> {
    let page = Page::of(health)?;
    let mut buffered = CleanWriter::page(std::io::BufWriter::new(out));
    let mut environment = templates()?;
    environment.add_template("health.html", include_str!("../templates/health.html"))?;
    environment.get_template("health.html")?.render_captured_to(Serde(page), &mut buffered)?;
    buffered.write_all(b"\n")?;
    buffered.flush()?;
    Ok(())
}

/// Everything the template names.
#[derive(Serialize)]
struct Page {
    vendor: String,
    period: String,
    about: String,
    revision: String,
    input_hash: String,
    tiles: Vec<Tile>,
    bands: BandsPage,
    lines: Option<Grid>,
    findings: Vec<FindingText>,
}

impl Page {
    fn of(health: &Health) -> Result<Self, ReportFault> {
        let plan = &health.plan;
        let figures = Figures::of_amounts(std::iter::once(plan.total)).typographic();
        let findings = plan.findings.iter().chain(&health.findings).collect::<Vec<&Finding>>();
        Ok(Self {
            vendor: readable(&plan.vendor),
            period: plan.period.to_string(),
            about: format!(
                "as of {} · {} · amounts in {} · revision {}",
                plan.as_of,
                counted(plan.lines.len(), "line", "lines"),
                plan.currency,
                short_hash(&plan.revision)
            ),
            revision: plan.revision.clone(),
            input_hash: plan.input_hash.clone(),
            tiles: tiles(health, figures),
            bands: BandsPage::of(plan, &health.bands, figures)?,
            lines: lines(health, figures),
            findings: findings.into_iter().map(finding_text).collect(),
        })
    }
}

fn tiles(health: &Health, figures: Figures) -> Vec<Tile> {
    let tile = |name, figure, note: &str| Tile { name, figure, note: note.to_owned(), is_main: false };
    let total = Tile { is_main: true, ..tile("Quotas", figures.money(health.plan.total), "sum of all lines") };
    let mut tiles = vec![total];
    if let Some(channel) = &health.bands.channel {
        tiles.push(tile("Likely to be bought", figures.money(channel.median), "half of the outcomes are below"));
        tiles.push(tile("Odds", figures.percent(channel.odds), "to reach the sum of the quotas"));
        tiles.push(tile("Capacity", figures.known(channel.capacity), "Σ quota × expected attainment"));
        tiles.push(tile("Expected at quota", figures.share(channel.at_quota), "of the lines"));
    }
    tiles
}

/// The lines with the most at stake.
fn lines(health: &Health, figures: Figures) -> Option<Grid> {
    let columns = ["line", "partner", "quota", "10 % are below", "10 % are above", "expected attainment", "odds"];
    let mut grid = Grid::new("Lines with the most at stake: quota × odds to miss it (estimates)", &columns, 2);
    let stakes = at_stake(health);
    if stakes.len() > LINES {
        grid.note = format!("the first {} of {}", count(LINES), count(stakes.len()));
    }
    for (line, name) in stakes.into_iter().take(LINES) {
        let cells = [
            clipped(&name, NAME),
            clipped(&line.identity.partner_name, NAME),
            figures.money(line.quota),
            figures.known(line.low),
            figures.known(line.high),
            figures.share(line.expected_attainment),
            figures.share(line.odds),
        ];
        grid.row(cells, false);
    }
    grid.unless_empty()
}
