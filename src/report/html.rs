//! A plan as one HTML page without any other file: read on screen, sent by mail, printed on A4.
//!
//! The page loads nothing, works without scripts (one inline script adds filtering and sorting), follows the reader's
//! light or dark setting, and escapes every text of the book and the rules.

use super::ReportFault;
use super::bands_page::BandsPage;
use super::figures::{Figures, about_book, clipped, count, counted, line_name, rate_text, readable, short_hash};
use super::html_grid::Column;
pub(super) use super::html_grid::Grid;
use super::picture::{Histogram, Scatter, Waterfall, templates};
use super::summary::{Mover, Subtotal, Summary};
use super::words::{change_name, change_sentence, compared_note, line_note, over_assignment_note};
use crate::planning::{PlanLine, QuotaPlan};
use crate::quota::StepKind;
use minijinja::value::Serde;
use serde::Serialize;
use std::io::Write;

/// Lines with a waterfall, by quota.
const WATERFALLS: usize = 300;
/// Lines in the table, by quota.
const TABLE_LINES: usize = 2_000;
/// Warnings shown.
const WARNINGS: usize = 200;
/// Column of the growth in the table of lines.
const GROWTH_COLUMN: usize = 6;

/// Writes `plan` as one HTML page.
///
/// Beyond 2,000 lines the table, and beyond 300 lines the waterfalls, show those with the largest quotas and say so.
pub fn write_plan(plan: &QuotaPlan, out: &mut impl Write) -> Result<(), ReportFault> {
    let summary = Summary::of(plan)?;
    let page = Page::of(plan, &summary)?;
    let mut buffered = super::figures::CleanWriter::page(std::io::BufWriter::new(out));
    let environment = templates()?;
    environment.get_template("proposal.html")?.render_captured_to(Serde(page), &mut buffered)?;
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
    sections: Vec<Section>,
    tiles: Vec<Tile>,
    sum_sentence: String,
    periods: Option<Grid>,
    groups: Option<Grid>,
    subtotals: Vec<Grid>,
    line_count: usize,
    bands: Option<BandsPage>,
    histogram_view: Histogram,
    scatter_view: Option<Scatter>,
    scatter_note: String,
    outliers: Option<Grid>,
    movers: Vec<Grid>,
    guardrails: Option<Grid>,
    notes: Vec<String>,
    changes: Option<Changes>,
    findings: Vec<FindingText>,
    finding_count: usize,
    finding_note: String,
    line_columns: Vec<Column>,
    growth_column: usize,
    lines_table: Vec<LineRow>,
    lines_note: String,
    cards: Vec<Card>,
    steps_note: String,
}

#[derive(Serialize)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
}

#[derive(Serialize)]
pub(super) struct Tile {
    pub(super) name: &'static str,
    pub(super) figure: String,
    pub(super) note: String,
    pub(super) is_main: bool,
}

#[derive(Serialize)]
struct LineRow {
    cells: Vec<String>,
    anchor: String,
    is_fall: bool,
}

#[derive(Serialize)]
struct Card {
    anchor: String,
    name: String,
    quota: String,
    growth: String,
    is_fall: bool,
    about: String,
    waterfall: Waterfall,
    steps: Grid,
}

#[derive(Serialize)]
struct Changes {
    sentence: String,
    table: Option<Grid>,
}

#[derive(Serialize)]
pub(super) struct FindingText {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) places: Vec<String>,
}

impl Page {
    fn of(plan: &QuotaPlan, summary: &Summary<'_>) -> Result<Self, ReportFault> {
        let view = View { plan, summary, figures: Figures::of_plan(plan).typographic() };
        let scatter_view = Scatter::of(plan, summary, view.figures)?;
        let (shown, all) = (plan.lines.len().min(TABLE_LINES), plan.lines.len());
        let lines_note = if shown < all {
            format!(
                "the {} lines with the largest quotas of {}; all are in the CSV, JSON and XLSX formats",
                count(shown),
                count(all)
            )
        } else {
            counted(all, "line", "lines")
        };
        let mut page = Self {
            vendor: readable(&plan.vendor),
            period: plan.period.label.clone(),
            about: view.about(),
            revision: plan.revision.clone(),
            input_hash: plan.input_hash.clone(),
            sections: Vec::new(),
            tiles: view.tiles(),
            sum_sentence: view.sum_sentence(),
            periods: view.periods(),
            groups: view.groups(),
            subtotals: summary.dimensions.iter().map(|one| view.subtotals(one.name, &one.subtotals)).collect(),
            line_count: all,
            bands: plan.bands.as_deref().map(|bands| BandsPage::of(plan, bands, view.figures)).transpose()?,
            histogram_view: Histogram::of(summary, view.figures),
            scatter_note: scatter_view.as_ref().map(scatter_note).unwrap_or_default(),
            outliers: scatter_view.as_ref().map(|scatter| view.outliers(&scatter.outliers)),
            scatter_view,
            movers: view.movers(),
            guardrails: view.guardrails(),
            notes: view.notes(),
            changes: view.changes()?,
            findings: plan.findings.iter().take(WARNINGS).map(finding_text).collect(),
            finding_count: plan.findings.len(),
            finding_note: more_note(plan.findings.len(), WARNINGS, "warnings"),
            line_columns: view.line_columns(),
            growth_column: GROWTH_COLUMN,
            lines_table: view.lines(),
            lines_note,
            cards: view.cards()?,
            steps_note: more_note(all, WATERFALLS, "lines, by quota"),
        };
        page.sections = page.sections();
        Ok(page)
    }

    fn sections(&self) -> Vec<Section> {
        let sections = [
            (self.groups.is_some() || !self.subtotals.is_empty(), "subtotals", "Subtotals"),
            (self.bands.is_some(), "outlook", "Outlook"),
            (self.line_count > 0, "growth", "Growth asked"),
            (self.scatter_view.is_some(), "market", "Market"),
            (!self.movers.is_empty(), "movers", "Movers"),
            (self.guardrails.is_some() || !self.notes.is_empty(), "guardrails", "Guardrails"),
            (self.changes.is_some(), "changes", "Changes"),
            (!self.findings.is_empty(), "findings", "Warnings"),
            (true, "lines", "Lines"),
            (self.line_count > 0, "steps", "Steps"),
        ];
        sections.into_iter().filter(|section| section.0).map(|(_, id, name)| Section { id, name }).collect()
    }
}

/// `Shown: the first 300 of 2,000 lines, by quota.`, or nothing when all are shown.
fn more_note(all: usize, most: usize, what: &str) -> String {
    if all > most { format!("Shown: the first {} of {} {what}.", count(most), count(all)) } else { String::new() }
}

fn scatter_note(scatter: &Scatter) -> String {
    let mut note = String::new();
    if scatter.left_out > 0 {
        let lines = counted(scatter.left_out, "line has", "lines have");
        note.push_str(&format!("{lines} no addressable market or quota above zero and cannot be drawn. "));
    }
    note.push_str(&more_note(scatter.drawn + scatter.beyond, scatter.drawn, "lines, by quota"));
    note
}

pub(super) fn finding_text(finding: &crate::finding::Finding) -> FindingText {
    FindingText {
        code: finding.code().as_str(),
        message: readable(&finding.message()),
        help: readable(&finding.advice()),
        places: finding.places.iter().map(|place| readable(&place.to_string())).collect(),
    }
}

/// One plan being put on the page.
struct View<'a> {
    plan: &'a QuotaPlan,
    summary: &'a Summary<'a>,
    figures: Figures,
}

fn is_fall(line: &PlanLine) -> bool {
    line.growth().is_some_and(|rate| rate.is_sign_negative())
}

impl View<'_> {
    fn about(&self) -> String {
        let plan = self.plan;
        format!(
            "{} to {} · as of {} · amounts in {} · {} basis · one line a {} · rounded to {} · revision {}",
            plan.period.start.first_day(),
            plan.period.end().plus(-1).last_day(),
            plan.as_of,
            plan.currency,
            plan.basis.as_str().replace('_', " "),
            plan.grain.as_str().replacen('_', " × ", 1).replace("_territory", " × territory").replace('_', " "),
            self.figures.money(plan.rounding_unit),
            short_hash(&plan.revision) + about_book(plan.book.as_deref()).as_str(),
        )
    }

    fn tiles(&self) -> Vec<Tile> {
        let (plan, summary, figures) = (self.plan, self.summary, self.figures);
        let tile = |name, figure, note| Tile { name, figure, note, is_main: false };
        let partners = counted(summary.partners, "partner", "partners");
        let lines = if summary.channel.lines == summary.partners {
            partners
        } else {
            format!("{} of {partners}", counted(summary.channel.lines, "line", "lines"))
        };
        let mut tiles = vec![Tile {
            name: "Street quota",
            figure: figures.money(plan.total),
            note: format!("sum of {lines}"),
            is_main: true,
        }];
        match plan.target {
            Some(target) => tiles.push(tile("Channel target", figures.exact(target), String::new())),
            None => tiles.push(tile("Channel target", "none".to_owned(), "the bottom-up stands".to_owned())),
        }
        if !plan.reserve.is_zero() {
            tiles.push(tile("Reserve", figures.exact(plan.reserve), "for partners not yet recruited".to_owned()));
        }
        if let Some(over) = summary.over_assigned.filter(|over| !over.is_zero() || summary.over_assignment.is_some()) {
            tiles.push(tile(
                "Over-assignment",
                figures.signed_exact(over),
                over_assignment_note(plan, summary, figures),
            ));
        }
        for (name, revenue, lines) in summary.channel.revenues() {
            let known = format!("known for {}", counted(lines, "line", "lines"));
            let name = if name == "prior revenue" { "Prior revenue" } else { "Comparable revenue" };
            tiles.push(tile(name, figures.money(revenue), known));
        }
        if let Some(growth) = summary.channel.growth() {
            tiles.push(tile(
                "Growth asked",
                figures.growth(Some(growth)),
                format!("on lines with known {}", summary.channel.compared_with()),
            ));
        }
        if !plan.findings.is_empty() {
            tiles.push(tile("Warnings", count(plan.findings.len()), String::new()));
        }
        tiles
    }

    fn sum_sentence(&self) -> String {
        let (plan, figures) = (self.plan, self.figures);
        let channel = &self.summary.channel;
        let note = |_| format!(" Against {}: {}.", channel.compared_with(), compared_note(channel, figures));
        let compared = channel.comparable_revenue.map(note).unwrap_or_default();
        let (Some(target), Some(over)) = (plan.target, self.summary.over_assigned) else {
            return format!(
                "No target was given: the quotas are the bottom-up assessments within their guardrails.{compared}"
            );
        };
        let mut parts = format!("Target {}", figures.exact(target));
        if !plan.reserve.is_zero() {
            parts.push_str(&format!(" − reserve {}", figures.exact(plan.reserve)));
        }
        if !over.is_zero() {
            let sign = if over.is_negative() { '−' } else { '+' };
            let size = over.abs();
            parts.push_str(&format!(" {sign} over-assignment {}", figures.exact(size)));
        }
        format!("{parts} = street quota {}, the exact sum of all lines.{compared}", figures.money(plan.total))
    }

    fn periods(&self) -> Option<Grid> {
        if self.plan.reporting.len() < 2 {
            return None;
        }
        let labels: Vec<&str> = self.plan.reporting.iter().map(|period| period.label.as_str()).collect();
        let mut grid = Grid::new("Quota by reporting period", &labels, 0);
        grid.row(self.summary.periods.iter().map(|sum| self.figures.money(*sum)), false);
        Some(grid)
    }

    fn groups(&self) -> Option<Grid> {
        if self.plan.groups.len() < 2 {
            return None;
        }
        let columns = ["group", "lines", "target", "assigned", "bottom-up", "quota"];
        let mut grid = Grid::new("Groups that share a target", &columns, 1);
        for group in &self.plan.groups {
            let head = [readable(&group.name), count(group.lines), self.figures.known(group.target)];
            let amounts = [group.assigned, group.assessment, group.quota].map(|money| self.figures.money(money));
            grid.row(head.into_iter().chain(amounts), false);
        }
        Some(grid)
    }

    fn subtotals(&self, name: &str, subtotals: &[Subtotal]) -> Grid {
        let columns = [name, "lines", "quota", "share", "prior revenue", "growth"];
        let mut grid = Grid::new(&format!("By {name}"), &columns, 1);
        let cells = |label: String, subtotal: &Subtotal| {
            [
                label,
                count(subtotal.lines),
                self.figures.money(subtotal.quota),
                self.figures.share(subtotal.share),
                self.figures.known(subtotal.prior_revenue),
                self.figures.growth(subtotal.growth()),
            ]
        };
        for subtotal in subtotals {
            let label = clipped(subtotal.name.as_deref().unwrap_or(super::figures::NOT_KNOWN), 60);
            let is_fall = subtotal.growth().is_some_and(|rate| rate.is_sign_negative());
            grid.row(cells(label, subtotal), is_fall);
        }
        grid.sum(cells("all".to_owned(), &self.summary.channel));
        grid
    }

    fn outliers(&self, outliers: &[usize]) -> Grid {
        let columns = ["line", "quota", "addressable market", "quota ÷ market"];
        let mut grid =
            Grid::new("Lines that stand out: largest and smallest shares of their market, largest quota", &columns, 1);
        let mut lines: Vec<&PlanLine> = outliers.iter().map(|index| &self.plan.lines[*index]).collect();
        let share = |line: &PlanLine| line.context.addressable_market.and_then(|market| line.quota.ratio_to(market));
        lines.sort_by_key(|line| std::cmp::Reverse(share(line)));
        for line in lines {
            let cells = [
                clipped(&line_name(line), 60),
                self.figures.money(line.quota),
                self.figures.known(line.context.addressable_market),
                self.figures.share(share(line)),
            ];
            grid.row(cells, false);
        }
        grid
    }

    fn movers(&self) -> Vec<Grid> {
        let lists = [
            (self.summary.channel.compared_with(), &self.summary.against_prior),
            ("the current quota", &self.summary.against_current),
        ];
        let grid = |(title, movers): (&str, &super::summary::Movers<'_>)| {
            let mut grid = Grid::new(&format!("Against {title}"), &["line", "before", "quota", "by", "growth"], 1);
            for mover in movers.up.iter().chain(movers.down.iter().rev()) {
                grid.row(self.mover_cells(mover), mover.by.is_negative());
            }
            grid.unless_empty()
        };
        lists.into_iter().filter_map(grid).collect()
    }

    fn mover_cells(&self, mover: &Mover<'_>) -> [String; 5] {
        [
            clipped(&line_name(mover.line), 60),
            self.figures.money(mover.before),
            self.figures.money(mover.line.quota),
            self.figures.signed(mover.by),
            self.figures.growth(mover.growth()),
        ]
    }

    fn guardrails(&self) -> Option<Grid> {
        let mut grid = Grid::new("Guardrails", &["side", "guardrail", "state", "lines", "quota"], 3);
        for ((side, label), tally) in &self.summary.binding {
            let name = if label == side.as_str() { String::new() } else { clipped(label, 60) };
            let quota = self.figures.money(tally.quota);
            grid.row([side.as_str().to_owned(), name, "binds".to_owned(), count(tally.lines), quota], false);
        }
        for ((kind, side), bounds) in &self.summary.broken {
            let name = kind.as_str().replace('_', " ");
            let state = "gave way or is broken".to_owned();
            grid.row([side.as_str().to_owned(), name, state, count(*bounds), String::new()], false);
        }
        grid.unless_empty()
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let tallies = [
            (self.summary.newcomers, "line of newcomers", "lines of newcomers"),
            (self.summary.locked, "locked line", "locked lines"),
        ];
        for (tally, one, many) in tallies.into_iter().filter(|(tally, ..)| tally.lines > 0) {
            notes.push(format!("{}, together {}.", counted(tally.lines, one, many), self.figures.money(tally.quota)));
        }
        let ids = &self.plan.not_eligible;
        if !ids.is_empty() {
            let named: Vec<String> = ids.iter().take(20).map(|id| clipped(id, 40)).collect();
            let more = if ids.len() > 20 { format!(" and {} more", count(ids.len() - 20)) } else { String::new() };
            notes.push(format!(
                "{} not eligible: {}{more}.",
                counted(ids.len(), "partner", "partners"),
                named.join(", ")
            ));
        }
        notes
    }

    fn changes(&self) -> Result<Option<Changes>, ReportFault> {
        let Some(changes) = &self.summary.changes else { return Ok(None) };
        if changes.count == 0 {
            return Ok(Some(Changes { sentence: "No line differs.".to_owned(), table: None }));
        }
        let mut grid = Grid::new("Largest changes", &["line", "previous", "now", "by"], 1);
        for (change, difference) in &changes.largest {
            let before = change.before.map_or_else(|| "new".to_owned(), |money| self.figures.money(money));
            let after = change.after.map_or_else(|| "gone".to_owned(), |money| self.figures.money(money));
            let name = clipped(&change_name(self.plan, change), 60);
            grid.row([name, before, after, self.figures.signed(*difference)], difference.is_negative());
        }
        let sentence = format!("{}.", change_sentence(changes, self.figures)?);
        Ok(Some(Changes { sentence, table: Some(grid) }))
    }

    /// Columns of the table of lines; floors and ceilings only where some line has one.
    fn line_columns(&self) -> Vec<Column> {
        let column = |name: &str, numeric| Column { name: name.to_owned(), numeric };
        let texts = ["line", "id", "tier", "territory"].map(|name| column(name, false));
        let numbers = ["quota", "prior revenue", "growth"].map(|name| column(name, true));
        let mut columns: Vec<Column> = texts.into_iter().chain(numbers).collect();
        columns.extend(self.has_floors().then(|| column("floor", true)));
        columns.extend(self.has_ceilings().then(|| column("ceiling", true)));
        columns.extend(self.plan.bands.iter().flat_map(|_| ["low", "high", "odds"]).map(|name| column(name, true)));
        columns.push(column("note", false));
        columns
    }

    fn has_floors(&self) -> bool {
        self.plan.lines.iter().any(|line| line.floor.is_some())
    }

    fn has_ceilings(&self) -> bool {
        self.plan.lines.iter().any(|line| line.ceiling.is_some())
    }

    fn lines(&self) -> Vec<LineRow> {
        let (has_floors, has_ceilings) = (self.has_floors(), self.has_ceilings());
        let row = |(rank, index): (usize, &usize)| {
            let line = &self.plan.lines[*index];
            let growth = line.growth();
            let name = |name: &Option<crate::channel::Name>| clipped(name.as_deref().unwrap_or(""), 40);
            let mut cells = vec![
                clipped(&line_name(line), 80),
                clipped(&line.identity.partner_id, 40),
                name(&line.identity.tier),
                name(&line.identity.territory),
                self.figures.money(line.quota),
                self.figures.known(line.context.prior_revenue),
                self.figures.growth(growth),
            ];
            cells.extend(has_floors.then(|| self.figures.known(line.floor)));
            cells.extend(has_ceilings.then(|| self.figures.known(line.ceiling)));
            if self.plan.bands.is_some() {
                let (low, high) = (line.band.as_ref().map(|band| band.low), line.band.as_ref().map(|band| band.high));
                cells.extend([self.figures.known(low), self.figures.known(high), self.figures.share(line.odds)]);
            }
            cells.push(line_note(line));
            let anchor = if rank < WATERFALLS { anchor(rank) } else { String::new() };
            LineRow { cells, anchor, is_fall: is_fall(line) }
        };
        self.summary.by_quota.iter().take(TABLE_LINES).enumerate().map(row).collect()
    }

    fn cards(&self) -> Result<Vec<Card>, ReportFault> {
        let largest = self.summary.by_quota.iter().take(WATERFALLS).enumerate();
        largest.map(|(rank, index)| self.card(rank, &self.plan.lines[*index])).collect()
    }

    fn card(&self, rank: usize, line: &PlanLine) -> Result<Card, ReportFault> {
        let figures = Figures::of_line(line).typographic();
        let growth = line.growth();
        let mut about: Vec<String> = vec![clipped(&line.identity.partner_id, 60)];
        let names =
            [&line.identity.tier, &line.identity.territory, &line.identity.vertical, &line.identity.account_manager];
        about.extend(names.into_iter().flatten().map(|name| clipped(name, 60)));
        about.extend(line.context.prior_revenue.map(|prior| format!("prior revenue {}", figures.money(prior))));
        about.extend(Some(line_note(line)).filter(|note| !note.is_empty()));
        about.extend(Some(readable(&line.lock_reason)).filter(|_| line.locked));
        Ok(Card {
            anchor: anchor(rank),
            name: clipped(&line_name(line), 120),
            quota: self.figures.money(line.quota),
            growth: figures.growth(growth),
            is_fall: is_fall(line),
            about: about.join(" · "),
            waterfall: Waterfall::of(line, figures)?,
            steps: steps(line, figures),
        })
    }
}

fn anchor(rank: usize) -> String {
    format!("line-{}", rank + 1)
}

/// The steps that say why: indicated revenue and weight of factors, and the reason of every step.
fn steps(line: &PlanLine, figures: Figures) -> Grid {
    let mut grid = Grid::new("Steps", &["step", "reason", "indicated", "weight", "amount"], 2);
    for step in &line.steps {
        let is_abstention = step.kind == StepKind::Abstention;
        let cells = [
            clipped(&step.label, 40),
            readable(&step.reason),
            step.factor.map_or_else(String::new, |factor| figures.money(factor.indicated)),
            step.factor.map_or_else(String::new, |factor| rate_text(factor.weight.round_dp(4))),
            if is_abstention { "abstained".to_owned() } else { figures.signed(step.amount) },
        ];
        grid.row(cells, step.amount.is_negative());
    }
    grid
}
