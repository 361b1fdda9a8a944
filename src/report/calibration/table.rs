//! A calibration as tables for a terminal.

use super::{diff, measure, notes, verdict};
use crate::finding::readable;
use crate::planning::{Calibration, line_name};
use crate::report::figures::{Figures, clipped, count, counted, rate_text, short_hash};
use crate::report::grid::{Grid, Left, Right, TableOptions, bold, wrapped};
use comfy_table::{Cell, CellAlignment};

/// Characters of a name.
const NAME: usize = 30;

/// The calibration as tables for a terminal.
pub fn table(calibration: &Calibration, options: &TableOptions) -> String {
    let plan = &calibration.plan;
    let mut out = format!(
        "{} · calibration on {}\nas of {} · revision {} · {} · {} tried\n\n",
        readable(&plan.vendor),
        counted(calibration.periods.len(), "past period", "past periods"),
        plan.as_of,
        short_hash(&plan.revision),
        counted(calibration.lines, "line", "lines"),
        counted(calibration.tried, "setting", "settings"),
    );
    out.push_str(&settings(calibration, options));
    out.push_str(&wrapped(&verdict(calibration), " ", options.width));
    out.push_str(&wrapped(&notes(calibration), " ", options.width));
    let diff = diff(calibration);
    if !diff.is_empty() {
        out.push_str(&format!("\n{}\n{diff}", bold("Change of the manifest", options.colour)));
        out.push_str(&moved(calibration, options));
    }
    out
}

fn settings(calibration: &Calibration, options: &TableOptions) -> String {
    let (title, first) = match (calibration.factors.is_empty(), calibration.numbers.is_empty()) {
        (_, true) => ("Weights and their error", "weight"),
        (true, false) => ("Parameters and their error", "parameter"),
        (false, false) => ("Weights, parameters and their error", "setting"),
    };
    let columns: [(&str, CellAlignment); 4] = [(first, Left), ("present", Right), ("best", Right), ("chosen", Right)];
    let mut grid = Grid::new(title, options, &columns);
    let settings = [&calibration.current, &calibration.best, &calibration.chosen];
    for (position, factor) in calibration.factors.iter().enumerate() {
        let weights =
            settings.map(|setting| setting.weights.get(position).map_or_else(String::new, |one| rate_text(*one)));
        grid.row(std::iter::once(clipped(factor, NAME)).chain(weights).map(Cell::new));
    }
    for (position, number) in calibration.numbers.iter().enumerate() {
        let values =
            settings.map(|setting| setting.numbers.get(position).map_or_else(String::new, |one| rate_text(*one)));
        grid.row(std::iter::once(clipped(&number.name, NAME)).chain(values).map(Cell::new));
    }
    let errors = settings.map(|setting| {
        let mut wape = setting.wape.round_dp(3);
        wape.rescale(3);
        wape.to_string()
    });
    grid.row(std::iter::once(measure(calibration).to_owned()).chain(errors).map(Cell::new));
    grid.text()
}

fn moved(calibration: &Calibration, options: &TableOptions) -> String {
    let figures = Figures::of_plan(&calibration.plan);
    let all = calibration.moved.len();
    let title = format!("{} of the plan would change", counted(all, "line", "lines"));
    let columns: [(&str, CellAlignment); 5] =
        [("line", Left), ("partner", Left), ("present", Right), ("chosen", Right), ("by", Right)];
    let mut grid = Grid::new(&title, options, &columns).optional(&[1]);
    for line in calibration.moved.iter().take(options.lines) {
        let cells = [
            clipped(&line_name(&line.partner_id, &line.segment), NAME),
            clipped(&line.partner_name, NAME),
            figures.money(line.before),
            figures.money(line.after),
            figures.signed(line.by),
        ];
        grid.row(cells.map(Cell::new));
    }
    let more = all.saturating_sub(options.lines);
    let more = if more > 0 { format!(" and {} more: use --format json\n", count(more)) } else { String::new() };
    format!("\n{}{more}", grid.text())
}
