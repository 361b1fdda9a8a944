//! The terminal: colours, width, findings on stderr.

use crate::finding::{Findings, grouped, render};
use std::io::{IsTerminal, Write};

/// Most findings that are printed.
const MAX_FINDINGS: usize = 100;
/// Columns of a table when stdout is not a terminal and `COLUMNS` is not set.
const DEFAULT_WIDTH: u16 = 120;

/// Use of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

/// Properties of the terminal that every command needs.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// True when stdout is coloured.
    pub colour: bool,
    /// True when stderr is coloured.
    pub error_colour: bool,
    /// Columns of stdout.
    pub width: u16,
    /// Columns of stderr; `None` when it is not a terminal, so that lines stay whole in files.
    pub error_width: Option<u16>,
}

impl Terminal {
    /// Reads the environment and asks both streams whether they are terminals.
    pub fn new(colour: Colour) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let wanted = |is_terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => is_terminal && !no_colour,
        };
        let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width = width.or_else(|| comfy_table::Table::new().width()).unwrap_or(DEFAULT_WIDTH);
        Self {
            colour: wanted(std::io::stdout().is_terminal()),
            error_colour: wanted(std::io::stderr().is_terminal()),
            width,
            error_width: std::io::stderr().is_terminal().then_some(width),
        }
    }

    /// Prints findings to stderr, equal ones together: at most 100 groups, then the number of findings left out.
    pub fn show(self, findings: &Findings) {
        let mut stderr = std::io::stderr().lock();
        let groups = grouped(findings);
        let (shown, left) = groups.split_at(groups.len().min(MAX_FINDINGS));
        let text = render::groups(shown, self.error_colour, self.error_width);
        let _ = write!(stderr, "{text}");
        match left.iter().map(|group| group.count).sum::<u64>() {
            0 => {}
            1 => drop(writeln!(stderr, "... and 1 more finding")),
            more => drop(writeln!(stderr, "... and {more} more findings")),
        }
    }
}
