//! A plan on a terminal, for a planner to read.

use super::ReportFault;
use super::bands;
use super::figures::{Figures, book_below, clipped, count, counted, line_name, readable, short_hash};
use super::grid::{Grid, Left, Right, TableOptions, bold, wrapped};
use super::learned;
use super::picture::held_classes;
use super::summary::{Mover, Movers, Subtotal, Summary};
use super::words::{change_name, change_sentence, compared_note, line_note, over_assignment_note};
use crate::channel::NOT_KNOWN;
use crate::planning::{PlanLine, QuotaPlan};
use comfy_table::{Cell, Color};

/// Characters of a name in a table.
const NAME: usize = 36;

/// Renders `plan` as text: figures of the channel, lines, subtotals, movers, guardrails, changes.
pub fn plan(plan: &QuotaPlan, options: &TableOptions) -> Result<String, ReportFault> {
    let summary = Summary::of(plan)?;
    let sheet = Sheet { plan, summary: &summary, figures: Figures::of_plan(plan), options };
    let sections = [
        sheet.header(),
        sheet.groups(),
        sheet.bands(),
        sheet.lines(),
        sheet.subtotals(),
        sheet.movers(&format!("Top movers against {}", summary.channel.compared_with()), &summary.against_prior),
        sheet.movers("Top movers against the current quota", &summary.against_current),
        sheet.distribution(),
        sheet.guardrails(),
        sheet.changes()?,
        sheet.learned(),
        sheet.notes(),
    ];
    let text: Vec<String> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    Ok(text.join("\n"))
}

/// One plan being rendered.
struct Sheet<'a> {
    plan: &'a QuotaPlan,
    summary: &'a Summary<'a>,
    figures: Figures,
    options: &'a TableOptions,
}

impl Sheet<'_> {
    /// Numbers that the rules learned from the channel.
    fn learned(&self) -> String {
        let sentences = learned::sentences(self.plan);
        if sentences.is_empty() {
            return String::new();
        }
        let text: String = sentences.iter().map(|sentence| wrapped(sentence, " ", self.options.width)).collect();
        format!("{}\n{text}", bold("Learned from the channel", self.options.colour))
    }

    /// Outlook of the channel; empty where it was not estimated.
    fn bands(&self) -> String {
        let Some(bands) = &self.plan.bands else { return String::new() };
        let sentences =
            bands::sentences(bands, self.figures).into_iter().chain(bands::notes(bands, self.plan.period.months));
        let text: String = sentences.map(|sentence| wrapped(&sentence, " ", self.options.width)).collect();
        format!("{}\n{text}", bold("What is likely to be bought (estimates)", self.options.colour))
    }

    fn header(&self) -> String {
        let plan = self.plan;
        let title = format!("{} · quota proposal {}", readable(&plan.vendor), plan.period);
        let about = format!(
            "as of {} · revision {} · {} · {} basis · rounded to {}",
            plan.as_of,
            short_hash(&plan.revision),
            plan.currency,
            plan.basis.as_str().replace('_', " "),
            self.figures.money(plan.rounding_unit),
        ) + book_below(plan.book.as_deref(), self.options.width).as_str();
        let mut grid = Grid::untitled(self.options, &[("", Left), ("", Right), ("", Left)]);
        for (label, amount, note) in self.key_figures() {
            grid.row([label, amount, note].map(Cell::new));
        }
        format!("{}\n{about}\n\n{}", bold(&title, self.options.colour), grid.text())
    }

    /// What sums to what: label, amount, note.
    fn key_figures(&self) -> Vec<(String, String, String)> {
        let (plan, summary, figures) = (self.plan, self.summary, self.figures);
        let row = |label: &str, amount: String, note: String| (label.to_owned(), amount, note);
        let mut rows = Vec::new();
        if let (Some(target), Some(over)) = (plan.target, summary.over_assigned) {
            rows.push(row("channel target", figures.exact(target), String::new()));
            if !plan.reserve.is_zero() {
                let note = "kept for partners not yet recruited".to_owned();
                rows.push(row("reserve", format!("-{}", figures.exact(plan.reserve)), note));
            }
            if !over.is_zero() || summary.over_assignment.is_some() {
                rows.push(row(
                    "over-assignment",
                    figures.signed_exact(over),
                    over_assignment_note(plan, summary, figures),
                ));
            }
        }
        let counts = match (summary.channel.lines == summary.partners, plan.target) {
            (true, Some(_)) => format!("= sum of {}", counted(summary.partners, "partner", "partners")),
            (true, None) => {
                let partners = counted(summary.partners, "partner", "partners");
                match plan.groups.iter().filter(|group| group.target.is_some()).count() {
                    0 => format!("= sum of {partners}, no target: bottom-up"),
                    targets => format!("= sum of {partners}, {targets} of {} groups have a target", plan.groups.len()),
                }
            }
            (false, _) => {
                let lines = counted(summary.channel.lines, "line", "lines");
                format!("= sum of {lines} of {}", counted(summary.partners, "partner", "partners"))
            }
        };
        rows.push(row("street quota", figures.money(plan.total), counts));
        if plan.reporting.len() > 1 {
            for (period, sum) in plan.reporting.iter().zip(&summary.periods) {
                rows.push(row(&format!("  {period}"), figures.money(*sum), String::new()));
            }
        }
        for (name, revenue, _) in summary.channel.revenues() {
            let is_compared = name == summary.channel.compared_with();
            let note = if is_compared { compared_note(&summary.channel, figures) } else { String::new() };
            rows.push(row(name, figures.money(revenue), note));
        }
        rows
    }

    fn groups(&self) -> String {
        if self.plan.groups.len() < 2 {
            return String::new();
        }
        let columns = [
            ("group", Left),
            ("lines", Right),
            ("target", Right),
            ("assigned", Right),
            ("bottom-up", Right),
            ("quota", Right),
        ];
        let mut grid = Grid::new("Groups", self.options, &columns).optional(&[4, 1, 3]);
        for group in &self.plan.groups {
            let amounts =
                [group.assigned, group.assessment, group.quota].map(|money| Cell::new(self.figures.money(money)));
            let head =
                [clipped(&group.name, NAME), count(group.lines), self.figures.known(group.target)].map(Cell::new);
            grid.row(head.into_iter().chain(amounts));
        }
        grid.text()
    }

    fn lines(&self) -> String {
        let (shown, all) = (self.options.lines.min(self.plan.lines.len()), self.plan.lines.len());
        if all == 0 {
            return "No lines: no partner of the book is eligible.\n".to_owned();
        }
        let largest = || self.summary.by_quota.iter().take(shown).map(|index| &self.plan.lines[*index]);
        let has_notes = largest().any(|line| !line_note(line).is_empty());
        let mut columns = vec![("line", Left), ("quota", Right), ("prior", Right), ("growth", Right)];
        columns.extend(self.plan.bands.as_ref().map(|_| ("odds", Right)));
        let share = columns.len();
        columns.extend([("share", Right), ("tier", Left), ("territory", Left)]);
        columns.extend(has_notes.then_some(("note", Left)));
        let title = if shown < all { format!("Largest {shown} of {} lines", count(all)) } else { "Lines".to_owned() };
        let left_out_first = [share + 2, share + 1, share, 2];
        let mut grid = Grid::new(&title, self.options, &columns).optional(&left_out_first);
        for line in largest() {
            let cells = self.line_cells(line);
            grid.row(cells.into_iter().take(columns.len()));
        }
        let mut text = grid.text();
        if shown < all {
            text.push_str(&format!(" and {} more: use --format csv\n", count(all - shown)));
        }
        text
    }

    fn line_cells(&self, line: &PlanLine) -> Vec<Cell> {
        let growth = line.growth();
        let mut cells = vec![
            Cell::new(clipped(&line_name(line), NAME)),
            Cell::new(self.figures.money(line.quota)),
            Cell::new(self.figures.known(line.context.prior_revenue)),
            tinted(self.figures.growth(growth), growth.is_some_and(|rate| rate.is_sign_negative())),
        ];
        cells.extend(self.plan.bands.as_ref().map(|_| Cell::new(self.figures.share(line.odds))));
        cells.push(Cell::new(self.figures.share(line.quota.ratio_to(self.plan.total))));
        let names = [&line.identity.tier, &line.identity.territory];
        cells.extend(names.map(|name| Cell::new(clipped(name.as_deref().unwrap_or(""), 16))));
        cells.push(Cell::new(line_note(line)));
        cells
    }

    fn subtotals(&self) -> String {
        let columns = |name| {
            [(name, Left), ("lines", Right), ("quota", Right), ("prior", Right), ("growth", Right), ("share", Right)]
        };
        let mut text = Vec::new();
        for dimension in &self.summary.dimensions {
            let title = format!("By {}", dimension.name);
            let mut grid = Grid::new(&title, self.options, &columns(dimension.name)).optional(&[1, 3]);
            for subtotal in &dimension.subtotals {
                grid.row(self.subtotal_cells(subtotal));
            }
            text.push(grid.text());
        }
        text.join("\n")
    }

    fn subtotal_cells(&self, subtotal: &Subtotal) -> [Cell; 6] {
        let growth = subtotal.growth();
        [
            Cell::new(clipped(subtotal.name.as_deref().unwrap_or(NOT_KNOWN), NAME)),
            Cell::new(count(subtotal.lines)),
            Cell::new(self.figures.money(subtotal.quota)),
            Cell::new(self.figures.known(subtotal.prior_revenue)),
            tinted(self.figures.growth(growth), growth.is_some_and(|rate| rate.is_sign_negative())),
            Cell::new(self.figures.share(subtotal.share)),
        ]
    }

    fn movers(&self, title: &str, movers: &Movers<'_>) -> String {
        if movers.up.is_empty() && movers.down.is_empty() {
            return String::new();
        }
        let columns = [("line", Left), ("before", Right), ("quota", Right), ("by", Right), ("growth", Right)];
        let mut grid = Grid::new(title, self.options, &columns).optional(&[1]);
        for mover in movers.up.iter().chain(movers.down.iter().rev()) {
            grid.row(self.mover_cells(mover));
        }
        grid.text()
    }

    fn mover_cells(&self, mover: &Mover<'_>) -> [Cell; 5] {
        let is_down = mover.by.is_negative();
        [
            Cell::new(clipped(&line_name(mover.line), NAME)),
            Cell::new(self.figures.money(mover.before)),
            Cell::new(self.figures.money(mover.line.quota)),
            tinted(self.figures.signed(mover.by), is_down),
            tinted(self.figures.growth(mover.growth()), is_down),
        ]
    }

    fn distribution(&self) -> String {
        if self.plan.lines.is_empty() {
            return String::new();
        }
        let classes = held_classes(&self.summary.growth);
        let unknown = self.summary.growth_unknown;
        let most = classes.iter().map(|class| class.lines).chain([unknown.lines, 1]).max().unwrap_or(1);
        let room = usize::from(self.options.width.clamp(60, 120)) - 50;
        let bar = |lines: usize| "█".repeat((lines * room / most).max(usize::from(lines > 0)));
        let columns = [("growth", Right), ("lines", Right), ("quota", Right), ("", Left)];
        let title = format!("Growth asked over {}", self.summary.channel.compared_with());
        let mut grid = Grid::new(&title, self.options, &columns);
        for class in classes {
            let quota = self.figures.money(class.quota);
            grid.row([class.label('-'), count(class.lines), quota, bar(class.lines)].map(Cell::new));
        }
        if unknown.lines > 0 {
            let quota = self.figures.money(unknown.quota);
            grid.row(
                ["prior ≤ 0 or unknown".to_owned(), count(unknown.lines), quota, bar(unknown.lines)].map(Cell::new),
            );
        }
        grid.text()
    }

    fn guardrails(&self) -> String {
        let summary = self.summary;
        if summary.binding.is_empty() && summary.broken.is_empty() {
            return String::new();
        }
        let mut grid = Grid::new(
            "Guardrails",
            self.options,
            &[("guardrail", Left), ("lines", Right), ("quota", Right), ("", Left)],
        );
        for ((side, label), tally) in &summary.binding {
            let quota = self.figures.money(tally.quota);
            let name = if label == side.as_str() {
                label.clone()
            } else {
                format!("{}: {}", side.as_str(), clipped(label, NAME))
            };
            grid.row([name, count(tally.lines), quota, "binds".to_owned()].map(Cell::new));
        }
        for ((kind, side), bounds) in &summary.broken {
            let name = format!("{}: {}", side.as_str(), kind.as_str().replace('_', " "));
            grid.row([name, count(*bounds), String::new(), "gave way or is broken".to_owned()].map(Cell::new));
        }
        grid.text()
    }

    fn changes(&self) -> Result<String, ReportFault> {
        let Some(changes) = &self.summary.changes else { return Ok(String::new()) };
        if changes.count == 0 {
            return Ok("No change against the previous proposal.\n".to_owned());
        }
        let columns = [("line", Left), ("previous", Right), ("now", Right), ("by", Right)];
        let mut grid = Grid::new("Largest changes against the previous proposal", self.options, &columns);
        for (change, difference) in &changes.largest {
            let name = clipped(&change_name(self.plan, change), NAME);
            let before = change.before.map_or_else(|| "new".to_owned(), |money| self.figures.money(money));
            let after = change.after.map_or_else(|| "gone".to_owned(), |money| self.figures.money(money));
            let by = tinted(self.figures.signed(*difference), difference.is_negative());
            grid.row([Cell::new(name), Cell::new(before), Cell::new(after), by]);
        }
        Ok(format!("{} {}\n", grid.text(), change_sentence(changes, self.figures)?))
    }

    fn notes(&self) -> String {
        let (summary, figures) = (self.summary, self.figures);
        let mut notes = Vec::new();
        let tallies = [
            (summary.newcomers, "line of newcomers", "lines of newcomers"),
            (summary.locked, "locked line", "locked lines"),
        ];
        for (tally, one, many) in tallies.into_iter().filter(|(tally, ..)| tally.lines > 0) {
            notes.push(format!("{}: quota {}", counted(tally.lines, one, many), figures.money(tally.quota)));
        }
        if !self.plan.not_eligible.is_empty() {
            notes.push(format!("{} not eligible", counted(self.plan.not_eligible.len(), "partner", "partners")));
        }
        if !self.plan.findings.is_empty() {
            notes.push(counted(self.plan.findings.len(), "warning", "warnings"));
        }
        notes.iter().map(|note| format!(" {note}\n")).collect()
    }
}

fn tinted(text: String, is_down: bool) -> Cell {
    let cell = Cell::new(text);
    if is_down { cell.fg(Color::DarkYellow) } else { cell }
}
