//! Preview of a concession: who pays.

use crate::channel::NOT_KNOWN;
use crate::ledger::rebalance::{Move, Preview};
use crate::report::ReportFault;
use crate::report::figures::{Figures, clipped, count, counted};
use crate::report::grid::{Grid, Left, Right, TableOptions, bold};
use crate::units::Money;
use comfy_table::Cell;
use std::collections::BTreeMap;

/// Characters of a name in a table.
const NAME: usize = 24;

/// Renders a preview: lines that move, sums by account manager and territory, and the ways to absorb the change.
pub fn preview(preview: &Preview, options: &TableOptions) -> Result<String, ReportFault> {
    let amounts = preview.moves.iter().flat_map(|line| [line.before, line.after]);
    let figures = Figures::of_amounts(amounts.chain([preview.change.before, preview.change.after]));
    let change = &preview.change;
    let by = change.after.minus(change.before)?;
    let title = format!("{} · who pays for `{}`", preview.plan, change.line);
    let amounts =
        format!("{} to {} ({})", figures.money(change.before), figures.money(change.after), figures.signed(by));
    let mut text = format!("{}\n{}: {amounts}\n", bold(&title, options.colour), clipped(&change.partner_name, 40));
    if preview.moves.is_empty() {
        text.push_str(&format!("\nNo line moves in {}: {} free.\n", preview.scope, lines(preview.free)));
    } else {
        let sections = [
            moves(preview, figures, options)?,
            sums(preview, "account manager", |line| line.manager.as_deref(), figures, options)?,
            sums(preview, "territory", |line| line.territory.as_deref(), figures, options)?,
        ];
        sections.iter().for_each(|section| text.push_str(&format!("\n{section}")));
    }
    if preview.earlier > 0 {
        let moved = counted(preview.earlier, "line", "lines");
        text.push_str(&format!("\n`before` balances earlier changes of the plan as well, which move {moved}.\n"));
    }
    text.push_str(&format!("\n{}", ways(preview, by, figures)?));
    Ok(text)
}

fn lines(number: usize) -> String {
    counted(number, "line is", "lines are")
}

fn moves(preview: &Preview, figures: Figures, options: &TableOptions) -> Result<String, ReportFault> {
    let mut moved = Vec::new();
    for line in &preview.moves {
        moved.push((line.after.minus(line.before)?, line));
    }
    moved.sort_by(|(one, a), (other, b)| other.amount().abs().cmp(&one.amount().abs()).then(a.line.cmp(&b.line)));
    let shown = options.lines.min(moved.len());
    let title = format!("Lines that move: {} of {} free", count(moved.len()), count(preview.free));
    let columns = [("line", Left), ("manager", Left), ("before", Right), ("after", Right), ("by", Right)];
    let mut grid = Grid::new(&title, options, &columns);
    for (by, line) in moved.iter().take(shown) {
        let names = [line.line.to_string(), line.manager.clone().unwrap_or_default()].map(|name| clipped(&name, NAME));
        let amounts = [figures.money(line.before), figures.money(line.after), figures.signed(*by)];
        grid.row(names.into_iter().chain(amounts).map(Cell::new));
    }
    let mut text = grid.text();
    if shown < moved.len() {
        text.push_str(&format!(" and {} more: use --lines\n", count(moved.len() - shown)));
    }
    Ok(text)
}

fn sums<'p>(
    preview: &'p Preview,
    name: &str,
    dimension: impl Fn(&'p Move) -> Option<&'p str>,
    figures: Figures,
    options: &TableOptions,
) -> Result<String, ReportFault> {
    let mut groups: BTreeMap<&str, (usize, Money)> = BTreeMap::new();
    for line in &preview.moves {
        let group = dimension(line).unwrap_or(NOT_KNOWN);
        let (lines, sum) = groups.entry(group).or_insert((0, Money::zero(preview.currency)));
        *lines += 1;
        *sum = sum.plus(line.after.minus(line.before)?)?;
    }
    let mut grid = Grid::new(&format!("By {name}"), options, &[(name, Left), ("lines", Right), ("by", Right)]);
    for (group, (lines, sum)) in groups {
        grid.row([clipped(group, NAME), count(lines), figures.signed(sum)].map(Cell::new));
    }
    Ok(grid.text())
}

/// The ways to absorb the change, each with its exact amount.
fn ways(preview: &Preview, by: Money, figures: Figures) -> Result<String, ReportFault> {
    let paid = Money::sum(
        preview.currency,
        preview.moves.iter().map(|line| line.after.minus(line.before)).collect::<Result<Vec<_>, _>>()?,
    )?;
    let mut text = format!("Ways to absorb {}:\n", figures.signed(by));
    if !preview.moves.is_empty() {
        let lines = counted(preview.moves.len(), "line moves", "lines move");
        text.push_str(&format!("  re-balance {}: {lines} by {} together\n", preview.scope, figures.signed(paid)));
    }
    if let Some(difference) = preview.difference {
        let after = difference.plus(by)?;
        text.push_str(&format!(
            "  leave the others: lines and reserve miss the target by {} (now {})\n",
            figures.signed_exact(after),
            figures.signed_exact(difference)
        ));
        text.push_str(&format!(
            "  change the target by {}: needs an approval of the total\n",
            figures.signed_exact(after)
        ));
    }
    Ok(text)
}
