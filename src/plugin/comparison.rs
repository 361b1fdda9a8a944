//! Comparison of a case's expectations with the result.

use super::expected::Expected;
use crate::finding::{Code, Finding};
use crate::units::Money;
use rust_decimal::Decimal;
use std::fmt;

/// One thing that came out differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Name of the figure or reason.
    pub what: String,
    /// As the case says.
    pub expected: String,
    /// As the rules say.
    pub found: String,
    /// Found value as a cases file writes it; `None` where it cannot be written in place of the expected one.
    pub observed: Option<Observed>,
}

/// A found value as a cases file writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Keys below `expect`.
    pub key: Vec<String>,
    /// Value, as TOML.
    pub value: String,
}

impl Observed {
    fn new(key: &[&str], value: String) -> Self {
        Self { key: key.iter().map(|part| (*part).to_owned()).collect(), value }
    }
}

/// Names of what a case that fails by error differs in: no value can be accepted in its place.
pub(super) const BY_ERROR: [&str; 2] = ["outcome", "fails"];

/// Comparison of expectations with results.
pub(super) struct Comparison<'c> {
    pub expected: &'c Expected,
    pub differences: Vec<Difference>,
    /// True if the rules exceeded their budget.
    pub is_exhausted: bool,
}

impl<'c> Comparison<'c> {
    pub fn new(expected: &'c Expected) -> Self {
        Self { expected, differences: Vec::new(), is_exhausted: false }
    }

    pub fn differ(&mut self, what: &str, expected: impl fmt::Display, found: impl fmt::Display) {
        self.differences.push(Difference {
            what: what.to_owned(),
            expected: expected.to_string(),
            found: found.to_string(),
            observed: None,
        });
    }

    /// Adds a difference whose found value can be written below `expect` under `key`.
    pub fn differ_at(
        &mut self,
        key: &[&str],
        what: &str,
        (expected, found): (impl fmt::Display, impl fmt::Display),
        value: Option<String>,
    ) {
        self.differ(what, expected, found);
        if let Some(last) = self.differences.last_mut() {
            last.observed = value.map(|value| Observed::new(key, value));
        }
    }

    pub fn amount(&mut self, what: &str, expected: Option<Money>, found: Option<Money>) {
        self.amount_at(&[what], what, expected, found);
    }

    pub fn amount_at(&mut self, key: &[&str], what: &str, expected: Option<Money>, found: Option<Money>) {
        if let Some(expected) = expected
            && found != Some(expected)
        {
            let shown = found.map_or_else(|| "none".to_owned(), |found| found.to_string());
            self.differ_at(key, what, (expected, shown), found.map(|found| number(found.amount())));
        }
    }

    pub fn contains(&mut self, what: &str, expected: Option<&String>, found: &str) {
        if let Some(words) = expected
            && !found.contains(words.as_str())
        {
            let value = Some(string(found)).filter(|_| !found.is_empty());
            self.differ_at(&[what], what, (format!("`{words}`"), format!("`{found}`")), value);
        }
    }

    pub fn must_not_fail(&mut self, found: &str) {
        if let Some(words) = &self.expected.fails {
            self.differ("fails", format!("`{words}`"), found);
        }
    }

    pub fn fault(&mut self, fault: &Finding) {
        self.is_exhausted |= fault.code() == Code::ScriptBudget;
        match &self.expected.fails {
            Some(words) if fault.message().contains(words.as_str()) => {}
            Some(words) => self.differ("fails", format!("`{words}`"), format!("`{}`", fault.message())),
            None => self.differ("outcome", "no failure", fault),
        }
    }
}

/// A string as TOML.
pub(super) fn string(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A number as TOML.
pub(super) fn number(number: Decimal) -> String {
    number.normalize().to_string()
}
