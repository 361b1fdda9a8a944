//! Findings: what is wrong with an input, where, and what to do next.
//!
//! A finding is data: a [`Fault`] with typed fields, a severity, and places. Message and help are formatted when they
//! reads them: [`render::human`] underlines the text, [`render::json`] gives one object per cause. All findings of an
//! input are collected; none hides another, and equal ones are shown once with a count ([`Findings::groups`]).

mod area;
mod checked;
mod code;
mod codes;
mod contain;
mod count;
mod document;
mod fault;
mod field;
mod group;
pub mod parse;
mod place;
mod quote;
pub mod render;
mod text;
mod words;

pub use crate::faults;
pub use area::Area;
pub use checked::Checked;
pub use code::Code;
pub(crate) use contain::{Panicked, contained};
pub use count::{agreeing, counted};
pub use document::{FindingDocument, FindingsDocument, PlaceDocument, SCHEMA};
pub use fault::{Cause, ContextFault, Fault, ReportedFault, name_of, snake_case};
pub use field::{Field, Fields, ToField};
pub(crate) use group::GroupKey;
pub use group::{Group, grouped};
pub use place::{Place, Position, Span};
pub use quote::quoted;
pub(crate) use text::push_readable;
pub use text::{CleanWriter, cut, lines_of, readable, readable_message, steers};
pub use words::{Candidates, listed, suggested};

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Severity of a finding: an error refuses the input, a warning is shown and the work continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is used, and needs attention.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One thing wrong with an input: the fault with its values, the places, and how much it matters.
#[derive(Clone)]
pub struct Finding {
    fault: Arc<dyn Fault>,
    /// Error or warning.
    pub severity: Severity,
    /// Where, when there is a place. The first is the main one; a second shows what it disagrees with.
    pub places: Vec<Place>,
    /// Number of further findings like this one that were counted without being stored.
    pub more: u64,
}

impl Finding {
    /// Returns an error that another program or a test states with `code` and `message`; the rooms declare their faults
    /// with [`faults!`](crate::faults).
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        let (message, help, fields) = (message.into(), String::new(), Vec::new());
        Self::from(ReportedFault { code, cause: "reported".to_owned(), message, help, fields })
    }

    /// Returns a warning that another program or a test states with `code` and `message`.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Replaces the next thing to do, where the caller knows better than the fault.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        self.in_context(|context| context.help = Some(help.into()))
    }

    /// Returns the finding of a fault that others share.
    pub fn shared(fault: Arc<dyn Fault>) -> Self {
        Self { severity: fault.severity(), fault, places: Vec::new(), more: 0 }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// Replaces the severity.
    #[must_use]
    pub fn with_severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// Replaces the fault, keeping the places and the severity.
    #[must_use]
    pub fn with_fault(self, fault: impl Fault) -> Self {
        Self { fault: Arc::new(fault), ..self }
    }

    /// Puts the fault into a context; `set` fills in what is known of it.
    #[must_use]
    pub fn in_context(self, set: impl FnOnce(&mut ContextFault)) -> Self {
        let mut context = match self.cause::<ContextFault>() {
            Some(context) => context.clone(),
            None => ContextFault::new(self.fault),
        };
        set(&mut context);
        Self { fault: Arc::new(context), ..self }
    }

    /// The fault, as data.
    pub fn fault(&self) -> &dyn Fault {
        &*self.fault
    }

    /// The cause as a variant of `F`, whatever context it is in; `None` when it is a fault of another kind.
    pub fn cause<F: Fault>(&self) -> Option<&F> {
        let mut fault = self.fault();
        loop {
            if let Some(found) = (fault as &dyn Any).downcast_ref() {
                return Some(found);
            }
            fault = fault.source()?;
        }
    }

    /// Stable code of the fault.
    pub fn code(&self) -> Code {
        self.fault.code()
    }

    /// Message, in one line.
    pub fn message(&self) -> String {
        readable_message(&self.fault.message())
    }

    /// The next thing to do; empty when nothing helps.
    pub fn advice(&self) -> String {
        readable_message(&self.fault.help())
    }

    /// True when the finding refuses the input.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl<F: Fault> From<F> for Finding {
    fn from(fault: F) -> Self {
        Self { severity: fault.severity(), fault: Arc::new(fault), places: Vec::new(), more: 0 }
    }
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        let parts = |finding: &Self| (finding.severity, finding.more, finding.code());
        parts(self) == parts(other)
            && self.places == other.places
            && self.fault.cause() == other.fault.cause()
            && self.fault.fields() == other.fault.fields()
            && self.message() == other.message()
            && self.advice() == other.advice()
    }
}

impl Eq for Finding {}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("fault", &self.fault)
            .field("severity", &self.severity)
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.places.first() {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}[{}]: {}", self.severity, self.code(), self.message())?;
        let help = self.advice();
        if help.is_empty() { Ok(()) } else { write!(f, "; {help}") }
    }
}

/// All findings of one input, in the order of discovery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Returns an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one finding.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds a finding; when there are `most` of its cause and severity already, it is counted on the last of them.
    ///
    /// ```
    /// use quotient::finding::{Code, Finding, Findings};
    /// let mut findings = Findings::new();
    /// (0..480_000).for_each(|_| findings.push_capped(Finding::error(Code::TableInvalid, "duplicate key"), 20));
    /// assert_eq!((findings.len(), findings.groups()[0].count), (20, 480_000));
    /// ```
    pub fn push_capped(&mut self, finding: Finding, most: usize) {
        let cause = |finding: &Finding| (finding.severity, finding.code());
        let is_like = |one: &&mut Finding| cause(one) == cause(&finding) && one.fault.cause() == finding.fault.cause();
        let mut like = self.0.iter_mut().filter(is_like);
        match like.nth(most.saturating_sub(1)) {
            Some(last) => last.more += 1 + finding.more,
            None => self.push(finding),
        }
    }

    /// Adds all findings of `other`.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Finding>) {
        self.0.extend(other);
    }

    /// True when at least one finding refuses the input.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(Finding::is_error)
    }

    /// Number of errors that are stored; findings that were only counted are not among them.
    pub fn error_count(&self) -> usize {
        self.0.iter().filter(|finding| finding.is_error()).count()
    }

    /// True when nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of findings.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The findings in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// Groups equal findings, in the order of the first of each; see [`grouped`].
    pub fn groups(&self) -> Vec<Group<'_>> {
        grouped(self)
    }

    /// Sorts by place (file, line, column), then code, keeping equal ones in order of discovery.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| a.places.first().cmp(&b.places.first()).then(a.code().cmp(&b.code())));
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render::human(self, false))
    }
}

impl std::error::Error for Findings {}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Self(vec![finding])
    }
}

impl<F: Fault> From<F> for Findings {
    fn from(fault: F) -> Self {
        Finding::from(fault).into()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

/// Longest word that is compared: a longer one is rarely misspelt, and the comparison takes time with its square.
const LONGEST_WORD: usize = 100;

/// Returns the candidate nearest to `word`, or `None` when none is near.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    let is_short = |text: &str| text.len() <= LONGEST_WORD;
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word && is_short(candidate) && is_short(word))
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}
