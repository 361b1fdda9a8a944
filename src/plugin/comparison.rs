//! Comparison of a case's expectations with the result.

use super::expected::Expected;
use crate::finding::{Code, Finding};
use crate::units::Money;
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
}

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
        });
    }

    pub fn amount(&mut self, what: &str, expected: Option<Money>, found: Option<Money>) {
        if let Some(expected) = expected
            && found != Some(expected)
        {
            self.differ(what, expected, found.map_or_else(|| "none".to_owned(), |found| found.to_string()));
        }
    }

    pub fn contains(&mut self, what: &str, expected: Option<&String>, found: &str) {
        if let Some(words) = expected
            && !found.contains(words.as_str())
        {
            self.differ(what, format!("`{words}`"), format!("`{found}`"));
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
