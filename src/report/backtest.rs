//! A backtest as table and JSON.

use crate::finding::readable;
use crate::planning::Backtest;
use crate::quality::Score;
use crate::units::Rate;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use rust_decimal::Decimal;
use serde_json::{Value, json};

const COLUMNS: [&str; 7] = ["", "lines", "WAPE", "at or above quota", "quota ÷ actual", "within ±20 %", "Σ quota"];

/// The scores as tables for a terminal: methods, then segments.
pub fn table(backtest: &Backtest, width: u16) -> String {
    let currency = backtest.currency;
    let mut out = format!(
        "Backtest of {} (revision {}) on {}, as seen on {}: {} lines, amounts in {currency}\n\n",
        readable(&backtest.vendor),
        &backtest.revision[..12.min(backtest.revision.len())],
        backtest.period,
        backtest.as_of,
        backtest.lines
    );
    let mut methods = new_table(width, "method");
    for (method, score) in &backtest.methods {
        match score {
            Some(score) => methods.add_row(row(method.as_str(), score)),
            None => methods.add_row(vec![method.as_str(), "", "not known: the book does not go back far enough"]),
        };
    }
    out.push_str(&format!("{methods}\n\n"));
    if !backtest.segments.is_empty() {
        let mut segments = new_table(width, "the rules by segment");
        for (dimension, name, score) in &backtest.segments {
            segments.add_row(row(&readable(&format!("{dimension}: {name}")), score));
        }
        out.push_str(&format!("{segments}\n\n"));
    }
    out.push_str(&format!(
        "Revenue of partners without a quota: {}; reserve the rules kept for them: {}\n\
         WAPE is Σ|quota − actual| ÷ Σ actual. Healthy quotas: 50 to 70 % of partners at or above, quota ÷ actual near 1.\n",
        backtest.unplanned_revenue.to_grouped(),
        backtest.reserve.to_grouped()
    ));
    out
}

fn new_table(width: u16, first: &str) -> Table {
    let mut table = Table::new();
    let separator = LineStyle::none().fill('─').junction('─');
    table.load_style(TableStyle::new().header_separator(separator)).force_no_tty();
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(60));
    let mut header = COLUMNS;
    header[0] = first;
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn row(name: &str, score: &Score) -> Vec<String> {
    vec![
        name.to_owned(),
        score.lines.to_string(),
        rate(score.wape, 3),
        percent(score.at_quota_by_count),
        rate(score.quota_to_actual, 3),
        percent(score.within_20_percent),
        score.quota.to_grouped(),
    ]
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
