//! A backtest as tables for a terminal: methods, attainment, folds, segments.

use super::{fraction_text, is_independent, verdict};
use crate::finding::readable;
use crate::planning::{Backtest, Fold, Method};
use crate::quality::Score;
use crate::report::conventions::{healthy, whole_percent};
use crate::report::figures::{Figures, count, counted, short_hash};
use crate::report::grid::{Grid, Left, Right, TableOptions, wrapped};
use crate::report::words::undated_sentence;
use crate::units::{Money, Rate};
use comfy_table::{Cell, CellAlignment};
use rust_decimal::Decimal;

/// Columns of scores after the name; a narrow terminal shows the last ones of [`OPTIONAL`] only where they fit.
const COLUMNS: [(&str, CellAlignment); 8] = [
    ("lines", Right),
    ("WAPE", Right),
    ("scaled\nWAPE", Right),
    ("quota ÷\nactual", Right),
    ("at or\nabove", Right),
    ("median\nerror", Right),
    ("within\n±20 %", Right),
    ("Σ quota", Right),
];

/// Columns of attainment after the name.
const ATTAINMENT: [(&str, CellAlignment); 7] = [
    ("10 %", Right),
    ("25 %", Right),
    ("median", Right),
    ("75 %", Right),
    ("90 %", Right),
    ("mean\nerror", Right),
    ("revenue at\nor above", Right),
];

/// Segments of one dimension that are shown.
const MOST_SEGMENTS: usize = 15;

/// Columns that are left out of a narrow table, the first one first.
const OPTIONAL: [usize; 2] = [8, 7];

fn named(name: &'static str, columns: &[(&'static str, CellAlignment)]) -> Vec<(&'static str, CellAlignment)> {
    std::iter::once((name, Left)).chain(columns.iter().copied()).collect()
}

/// The scores as tables for a terminal.
pub fn table(backtest: &Backtest, width: u16) -> String {
    let options = TableOptions { width, ..TableOptions::default() };
    let mut out = heading(backtest);
    out.push_str(&methods(backtest, &options));
    out.push_str(&attainment(backtest, &options));
    if backtest.folds.len() > 1 {
        out.push_str(&folds(backtest, &options));
    }
    if !backtest.segments.is_empty() {
        out.push_str(&segments(backtest, &options));
    }
    out.push('\n');
    notes(backtest).iter().for_each(|note| out.push_str(&wrapped(note, "", width)));
    out
}

fn heading(backtest: &Backtest) -> String {
    let vendor = readable(&backtest.vendor);
    let about = format!(
        "revision {} · {} · {}",
        short_hash(&backtest.revision),
        counted(backtest.lines, "line", "lines"),
        backtest.currency
    );
    match &backtest.folds[..] {
        [fold] => format!("{vendor} · backtest {}\nas of {} · {about}\n\n", fold.origin.period, fold.origin.as_of),
        folds => {
            let (first, last) = (folds.first().map(as_of), folds.last().map(as_of));
            let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
            let months = folds.first().map_or(0, |fold| fold.origin.period.months);
            let folds = counted(folds.len(), "fold", "folds");
            format!("{vendor} · backtest over {folds} of {months} months\nas of {first} to {last} · {about}\n\n")
        }
    }
}

fn as_of(fold: &Fold) -> String {
    fold.origin.as_of.to_string()
}

fn methods(backtest: &Backtest, options: &TableOptions) -> String {
    let mut grid = Grid::new("Methods", options, &named("method", &COLUMNS)).optional(&OPTIONAL);
    let mut unknown = Vec::new();
    for (method, score) in &backtest.methods {
        grid.row(row(method.as_str(), score.as_ref()));
        unknown.extend(score.is_none().then_some(method.as_str()));
    }
    let mut text = grid.text();
    if !unknown.is_empty() {
        let note = format!("{}: not known, because the book does not go back far enough", unknown.join(", "));
        text.push_str(&wrapped(&note, " ", options.width));
    }
    text
}

fn attainment(backtest: &Backtest, options: &TableOptions) -> String {
    let mut grid =
        Grid::new("Attainment that a share of the quotas did not exceed", options, &named("method", &ATTAINMENT))
            .optional(&[7, 6]);
    for (method, score) in backtest.methods.iter().filter_map(|(method, score)| Some((method, score.as_ref()?))) {
        let quantiles = (0..5).map(|position| percent(score.attainment.get(position).copied()));
        let errors = [rate(score.mean_absolute_quota_error, 2), percent(score.at_quota_by_revenue)];
        let cells = std::iter::once(method.as_str().to_owned()).chain(quantiles).chain(errors);
        grid.row(cells.map(Cell::new));
    }
    format!("\n{}", grid.text())
}

fn folds(backtest: &Backtest, options: &TableOptions) -> String {
    let columns = [
        ("as of", Left),
        ("lines", Right),
        ("WAPE", Right),
        ("scaled\nWAPE", Right),
        ("quota ÷\nactual", Right),
        ("at or\nabove", Right),
        ("best\nWAPE", Right),
        ("best baseline", Left),
    ];
    let mut grid = Grid::new("Folds", options, &columns);
    for fold in &backtest.folds {
        let rules = fold.methods.first().and_then(|(_, score)| score.as_ref());
        let baselines = fold.methods.iter().filter(|(method, _)| *method != Method::Rules);
        let best = baselines.filter_map(|(method, score)| Some((score.as_ref()?.wape?, *method))).min();
        let mark = if fold.is_fitted { " *" } else { "" };
        grid.row(
            [
                format!("{}{mark}", fold.origin.as_of),
                count(fold.lines),
                rate(rules.and_then(|score| score.wape), 3),
                rate(rules.and_then(|score| score.scaled_wape), 3),
                rate(rules.and_then(|score| score.quota_to_actual), 3),
                percent(rules.and_then(|score| score.at_quota_by_count)),
                rate(best.map(|(wape, _)| wape), 3),
                best.map_or("–", |(_, method)| method.as_str()).to_owned(),
            ]
            .map(Cell::new),
        );
    }
    format!("\n{}", grid.text())
}

/// The segments; of a dimension with very many, those with the most revenue.
fn segments(backtest: &Backtest, options: &TableOptions) -> String {
    let mut grid = Grid::new("The rules by segment", options, &named("segment", &COLUMNS)).optional(&OPTIONAL);
    let mut left_out = Vec::new();
    for dimension in backtest.segments.chunk_by(|one, next| one.0 == next.0) {
        let mut sizes: Vec<Money> = dimension.iter().map(|(_, _, score)| score.actual).collect();
        sizes.sort_by_key(|actual| std::cmp::Reverse(actual.amount()));
        let least = sizes.get(MOST_SEGMENTS - 1).or(sizes.last()).copied();
        let is_shown = |score: &Score| least.is_none_or(|least| score.actual.amount() >= least.amount());
        for (name, segment, score) in dimension.iter().filter(|(_, _, score)| is_shown(score)) {
            grid.row(row(&readable(&format!("{name}: {segment}")), Some(score)));
        }
        let hidden = dimension.iter().filter(|(_, _, score)| !is_shown(score)).count();
        let name = dimension.first().map_or("", |(name, _, _)| name);
        left_out.extend((hidden > 0).then(|| format!("{} of {}", count(hidden), readable(name))));
    }
    let mut text = format!("\n{}", grid.text());
    if !left_out.is_empty() {
        let note = format!("Not shown, with less revenue: {}; `--format csv` has all.", left_out.join(", "));
        text.push_str(&wrapped(&note, " ", options.width));
    }
    text
}

fn notes(backtest: &Backtest) -> Vec<String> {
    let sum = |part: fn(&Fold) -> Money| {
        let sum = Money::sum(backtest.currency, backtest.folds.iter().map(part));
        sum.map_or_else(|_| "–".to_owned(), Money::to_grouped)
    };
    let compared = backtest.comparison.as_ref().map(|comparison| {
        let folds = counted(comparison.folds, "fold", "folds");
        format!("The rules are {} (estimated on {folds}).", verdict(comparison))
    });
    let fitted = backtest.folds.iter().filter(|fold| fold.is_fitted).count();
    let fitted = backtest.fitted_through.filter(|_| fitted > 0).map(|through| {
        let honest = if is_independent(backtest) { "" } else { ": no fold is independent of them" };
        format!("* Constants of the rules were chosen on data up to {through}{honest}.")
    });
    let undated = undated_sentence(&backtest.undated);
    let always = [
        format!("Revenue of partners without a quota: {}", sum(|fold| fold.unplanned_revenue)),
        format!("Reserve that the rules kept for them: {}", sum(|fold| fold.reserve)),
        "WAPE is Σ|quota − actual| ÷ Σ actual; scaled WAPE leaves the level out; errors are |attainment − 1|."
            .to_owned(),
        format!("{}, quota ÷ actual near 1.", healthy(&backtest.conventions)),
    ];
    compared.into_iter().chain(bands(backtest)).chain(fitted).chain(undated).chain(always).collect()
}

/// Shares of the quotas by attainment, between the limits of the conventions.
fn bands(backtest: &Backtest) -> Option<String> {
    let [below, nearly, reached, excellent] = backtest.attainment_bands?.map(|share| percent(Some(share)));
    let limits = &backtest.conventions.constants;
    let [threshold, excellence] = [limits.attainment_threshold, limits.attainment_excellence].map(whole_percent);
    Some(format!(
        "Attainment of the quotas: {below} below {threshold}, {nearly} from there to 100 %, {reached} to {excellence}, {excellent} from there."
    ))
}

fn row(name: &str, score: Option<&Score>) -> Vec<Cell> {
    let Some(score) = score else {
        return std::iter::once(Cell::new(name)).chain(COLUMNS.map(|_| Cell::new("–"))).collect();
    };
    let cells = [
        name.to_owned(),
        count(score.lines),
        rate(score.wape, 3),
        rate(score.scaled_wape, 3),
        rate(score.quota_to_actual, 3),
        percent(score.at_quota_by_count),
        rate(score.median_quota_error, 2),
        percent(score.within_20_percent),
        // Whole amounts: scores are compared, not added up.
        Figures::of_amounts(std::iter::empty()).money(score.quota),
    ];
    cells.into_iter().map(Cell::new).collect()
}

fn rate(rate: Option<Rate>, places: u32) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| fraction_text(rate, places))
}

fn percent(share: Option<Rate>) -> String {
    let percent = share.and_then(|share| share.checked_mul(Decimal::ONE_HUNDRED));
    percent.map_or_else(|| "–".to_owned(), |percent| format!("{} %", fraction_text(percent, 1)))
}
