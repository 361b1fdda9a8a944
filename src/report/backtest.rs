//! A backtest as table and JSON.

use super::figures::{Figures, count, counted, readable, short_hash};
use super::grid::{Grid, Left, Right, TableOptions, wrapped};
use crate::planning::Backtest;
use crate::quality::Score;
use crate::units::Rate;
use comfy_table::{Cell, CellAlignment};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Columns of both tables after the name.
const COLUMNS: [(&str, CellAlignment); 6] = [
    ("lines", Right),
    ("WAPE", Right),
    ("at or above\nquota", Right),
    ("quota ÷\nactual", Right),
    ("within\n±20 %", Right),
    ("Σ quota", Right),
];

/// The scores as tables for a terminal: methods, then segments.
pub fn table(backtest: &Backtest, width: u16) -> String {
    let options = TableOptions { width, ..TableOptions::default() };
    let mut out = format!(
        "{} · backtest {}\nas of {} · revision {} · {} · {}\n\n",
        readable(&backtest.vendor),
        backtest.period,
        backtest.as_of,
        short_hash(&backtest.revision),
        counted(backtest.lines, "line", "lines"),
        backtest.currency,
    );
    let named = |name| std::iter::once((name, Left)).chain(COLUMNS).collect::<Vec<_>>();
    let mut methods = Grid::new("Methods", &options, &named("method"));
    let mut unknown = Vec::new();
    for (method, score) in &backtest.methods {
        methods.row(score.as_ref().map_or_else(|| no_score(method.as_str()), |score| row(method.as_str(), score)));
        unknown.extend(score.is_none().then_some(method.as_str()));
    }
    out.push_str(&methods.text());
    if !unknown.is_empty() {
        let note = format!("{}: not known, because the book does not go back far enough", unknown.join(", "));
        out.push_str(&wrapped(&note, " ", width));
    }
    if !backtest.segments.is_empty() {
        let mut segments = Grid::new("The rules by segment", &options, &named("segment"));
        for (dimension, name, score) in &backtest.segments {
            segments.row(row(&format!("{dimension}: {name}"), score));
        }
        out.push_str(&format!("\n{}", segments.text()));
    }
    let notes = [
        format!("Revenue of partners without a quota: {}", backtest.unplanned_revenue.to_grouped()),
        format!("Reserve that the rules kept for them: {}", backtest.reserve.to_grouped()),
        "WAPE is Σ|quota − actual| ÷ Σ actual.".to_owned(),
        "Healthy quotas: 50 to 70 % of partners at or above, quota ÷ actual near 1.".to_owned(),
    ];
    out.push('\n');
    notes.iter().for_each(|note| out.push_str(&wrapped(note, "", width)));
    out
}

fn no_score(name: &str) -> Vec<Cell> {
    std::iter::once(Cell::new(name)).chain(COLUMNS.map(|_| Cell::new("–"))).collect()
}

fn row(name: &str, score: &Score) -> Vec<Cell> {
    let cells = [
        name.to_owned(),
        count(score.lines),
        rate(score.wape, 3),
        percent(score.at_quota_by_count),
        rate(score.quota_to_actual, 3),
        percent(score.within_20_percent),
        // Whole amounts: scores are compared, not added up.
        Figures::of_amounts(std::iter::empty()).money(score.quota),
    ];
    cells.into_iter().map(Cell::new).collect()
}

fn rate(rate: Option<Rate>, places: u32) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{:.*}", places as usize, rate.round_dp(places)))
}

fn percent(share: Option<Rate>) -> String {
    let percent = share.and_then(|share| share.checked_mul(Decimal::ONE_HUNDRED));
    percent.map_or_else(|| "–".to_owned(), |percent| format!("{:.1} %", percent.round_dp(1)))
}

/// The scores as JSON, schema `quotient.backtest/1`; rates and amounts are strings, `null` is "not known".
pub fn json(backtest: &Backtest) -> Value {
    let currency = backtest.currency;
    let methods: Vec<Value> = backtest
        .methods
        .iter()
        .map(|(method, score)| json!({"method": method.as_str(), "score": score.as_ref().map(score_json)}))
        .collect();
    let segments: Vec<Value> = backtest
        .segments
        .iter()
        .map(|(dimension, name, score)| json!({"dimension": dimension, "name": name, "score": score_json(score)}))
        .collect();
    json!({
        "schema": "quotient.backtest/1",
        "vendor": &*backtest.vendor,
        "revision": backtest.revision,
        "currency": currency.code(),
        "period": backtest.period.label,
        "as_of": backtest.as_of.to_string(),
        "lines": backtest.lines,
        "methods": methods,
        "segments": segments,
        "unplanned_revenue": backtest.unplanned_revenue.to_plain(),
        "reserve": backtest.reserve.to_plain(),
    })
}

fn score_json(score: &Score) -> Value {
    let text = |rate: Option<Rate>| rate.map(|rate| rate.round_dp(6).normalize().to_string());
    json!({
        "lines": score.lines,
        "quota": score.quota.to_plain(),
        "actual": score.actual.to_plain(),
        "wape": text(score.wape),
        "share_at_or_above": text(score.at_quota_by_count),
        "quota_to_actual": text(score.quota_to_actual),
        "share_within_20_percent": text(score.within_20_percent),
    })
}
