//! The one shape of "a value, or what is wrong": a value with the findings made while it was read.

use super::{Finding, Findings};

/// Outcome of reading or checking something: the value when it can be used, and everything that was found.
///
/// With a value the findings are warnings, unless the value is only good for looking further ([`Checked::is_usable`]).
/// Where there are never warnings, plain `Result<T, Findings>` says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Checked<T> {
    /// The value; `None` when it could not be made.
    pub value: Option<T>,
    /// Findings in order of discovery.
    pub findings: Findings,
}

impl<T> Checked<T> {
    /// Returns a value about which nothing was found.
    pub fn new(value: T) -> Self {
        Self { value: Some(value), findings: Findings::new() }
    }

    /// Returns a value unless `findings` has an error.
    pub fn accepted(value: T, findings: Findings) -> Self {
        Self { value: (!findings.has_errors()).then_some(value), findings }
    }

    /// Returns a refusal for the reasons in `findings`.
    pub fn refused(findings: impl Into<Findings>) -> Self {
        Self { value: None, findings: findings.into() }
    }

    /// True when there is a value and nothing refuses it.
    pub fn is_usable(&self) -> bool {
        self.value.is_some() && !self.findings.has_errors()
    }

    /// Returns the value with its warnings, or what refuses it.
    pub fn into_result(self) -> Result<(T, Findings), Findings> {
        match self.value {
            Some(value) if !self.findings.has_errors() => Ok((value, self.findings)),
            _ => Err(self.findings),
        }
    }

    /// Returns the value and moves its warnings to `warnings`, or returns what refuses it; for use with `?`.
    pub fn warned(self, warnings: &mut Findings) -> Result<T, Findings> {
        let (value, found) = self.into_result()?;
        warnings.extend(found);
        Ok(value)
    }

    /// Returns the value if there is one, and moves all findings to `findings`; for collecting from several parts.
    pub fn ok(self, findings: &mut Findings) -> Option<T> {
        findings.extend(self.findings);
        self.value
    }

    /// Applies `change` to the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Checked<U> {
        Checked { value: self.value.map(change), findings: self.findings }
    }

    /// Continues with the value, if there is one, and collects the findings of both steps.
    pub fn and_then<U>(mut self, next: impl FnOnce(T) -> Checked<U>) -> Checked<U> {
        let Some(value) = self.value else { return Checked { value: None, findings: self.findings } };
        let further = next(value);
        self.findings.extend(further.findings);
        Checked { value: further.value, findings: self.findings }
    }

    /// Returns the value and the findings, for a caller that needs both.
    pub fn into_parts(self) -> (Option<T>, Findings) {
        (self.value, self.findings)
    }
}

impl<T> From<Result<T, Findings>> for Checked<T> {
    fn from(result: Result<T, Findings>) -> Self {
        match result {
            Ok(value) => Self::new(value),
            Err(findings) => Self::refused(findings),
        }
    }
}

impl<T> From<Finding> for Checked<T> {
    fn from(finding: Finding) -> Self {
        Self::refused(finding)
    }
}
