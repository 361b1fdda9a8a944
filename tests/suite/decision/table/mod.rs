//! Decision tables: how they read, how they decide, and what is found wrong with them.

mod cells;
mod format;
mod hit_policies;
mod lint;
mod oracle;
mod reasons;
mod reference;
mod speed;

use quotient::decision::table::{DecisionFault, DecisionTable, Outcome, Value};
use quotient::finding::Findings;

/// Reads a table that must be without errors.
fn table(text: &str) -> DecisionTable {
    let (table, findings) = DecisionTable::parse("t.csv", &text.into()).into_parts();
    table.unwrap_or_else(|| panic!("{}", lines(&findings)))
}

/// The findings of a table that must not be read, one per line.
fn refused(text: &str) -> String {
    let (table, findings) = DecisionTable::parse("t.csv", &text.into()).into_parts();
    assert!(table.is_none(), "read in spite of {}", lines(&findings));
    lines(&findings)
}

fn lint(text: &str) -> String {
    lines(&table(text).lint())
}

fn lines(findings: &Findings) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Values from words separated by blanks; `null` is not known.
fn values(words: &str) -> Vec<Value> {
    words.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

fn decide(table: &DecisionTable, inputs: &str) -> Result<Outcome, DecisionFault> {
    table.decide(&values(inputs)).map(|decision| decision.outcome().clone())
}

fn one(outputs: &str) -> Result<Outcome, DecisionFault> {
    Ok(Outcome::One(values(outputs)))
}

fn list(rows: &[&str]) -> Result<Outcome, DecisionFault> {
    Ok(Outcome::List(rows.iter().map(|row| values(row)).collect()))
}
