//! One mutant: a place in the source and the text that replaces what is there.

use std::ops::Range;

/// How a mutant changes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edit {
    /// The expression becomes another one.
    Replace,
    /// The statement is not executed.
    Delete,
    /// The function returns at once.
    Return,
    /// The arm of a match never applies.
    SkipArm,
}

/// A small change that some test should notice.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// Path below `src`, with `/`.
    pub file: String,
    /// First directory below `src`.
    pub room: String,
    pub line: usize,
    /// Name of the function, with the type it belongs to.
    pub function: String,
    /// Bytes of the file that the edit covers; empty for an insertion.
    pub range: Range<usize>,
    pub edit: Edit,
    /// What is there, with single spaces.
    pub original: String,
    /// The code that takes effect instead.
    pub replacement: String,
    /// Counts mutants of one room that agree in function, original and replacement.
    pub occurrence: usize,
}

impl Mutant {
    /// What is changed, as a reader sees it.
    pub fn change(&self) -> String {
        let shown = match self.edit {
            Edit::Replace => format!("`{}` -> `{}`", shorten(&self.original), shorten(&self.replacement)),
            Edit::Delete => format!("deleted: `{}`", shorten(&self.original)),
            Edit::Return => format!("body -> `{}`", shorten(&self.replacement)),
            Edit::SkipArm => format!("arm never taken: `{}`", shorten(&self.original)),
        };
        if self.occurrence == 1 { shown } else { format!("{shown} (occurrence {})", self.occurrence) }
    }

    /// Place, function and change in one line.
    pub fn description(&self) -> String {
        format!("src/{}:{} {} {}", self.file, self.line, self.function, self.change())
    }
}

/// Whitespace of the source is no part of what a mutant is.
pub fn normalize(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shorten(text: &str) -> String {
    const MOST: usize = 90;
    let text = normalize(text);
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
