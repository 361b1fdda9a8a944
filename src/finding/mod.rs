//! Findings: what is wrong with an input, where, and what to do next.
//!
//! A finding is data. The shells choose how to show it: [`render::human`] underlines the text,
//! [`render::json`] gives one object per finding. All findings of an input are collected; none hides another.

mod code;
mod contain;
pub mod parse;
mod place;
pub mod render;

pub use code::{Area, Code};
pub(crate) use contain::{Panicked, contained};
pub use place::{Place, Position, Span};

use std::fmt;

/// How much a finding matters: an error refuses the input, a warning is shown and the work goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is used; somebody should look.
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

/// One thing wrong with an input: a stable code, one sentence, the place, and the next thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code, see [`Code`].
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong: lower case, one line, no final period, the user's own words in backticks.
    pub message: String,
    /// Where, when there is a place. The first is the main one; a second shows what it disagrees with.
    pub places: Vec<Place>,
    /// The next thing to do, as an imperative sentence without final period; empty when nothing helps.
    pub help: String,
}

impl Finding {
    /// Returns an error with `code` and `message`, without place or help yet.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), places: Vec::new(), help: String::new() }
    }

    /// Returns a warning with `code` and `message`, without place or help yet.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// Sets the next thing to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// True when the finding refuses the input.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.places.first() {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "; {}", self.help) }
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

    /// Adds all findings of `other`.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Finding>) {
        self.0.extend(other);
    }

    /// True when at least one finding refuses the input.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(Finding::is_error)
    }

    /// Number of errors.
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

    /// Sorts by place (file, line, column), then code, keeping equal ones in order of discovery.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| a.places.first().cmp(&b.places.first()).then(a.code.cmp(&b.code)));
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

/// Takes what was read, and puts its findings where they belong: with a value they are warnings.
pub fn keep<T>(read: Result<(T, Findings), Findings>, warnings: &mut Findings, refused: &mut Findings) -> Option<T> {
    match read {
        Ok((value, found)) => {
            warnings.extend(found);
            Some(value)
        }
        Err(findings) => {
            refused.extend(findings);
            None
        }
    }
}

/// Longest word that is compared: nobody misspells a longer one, and the comparison takes time with its square.
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
