//! A comparison as people read it: on a terminal, or as Markdown for a pull request.

use super::document::ComparisonDocument;
use super::proposals::ProposalSide;
use super::sections::{Section, sections};
use super::sides::Comparison;
use crate::report::ReportFault;
use crate::report::figures::{readable, short_hash};
use crate::report::grid::{Grid, Left, Right, TableOptions, bold, wrapped};
use comfy_table::Cell;
use std::fmt::Write as _;

/// Names of both revisions, as the user gave them.
#[derive(Debug, Clone, Copy)]
pub struct Labels<'a> {
    /// Name of before.
    pub before: &'a str,
    /// Name of after.
    pub after: &'a str,
}

/// Renders the comparison for a terminal.
pub fn table(comparison: &Comparison, labels: Labels<'_>, options: &TableOptions) -> Result<String, ReportFault> {
    let document = ComparisonDocument::of(comparison)?;
    let title = format!("{} · comparison of two revisions", readable(document.vendor));
    let mut text = format!("{}\n", bold(&title, options.colour));
    for line in heads(&document, labels) {
        text.push_str(&wrapped(&line, "", options.width));
    }
    for section in sections(&document, options.lines) {
        let alignment = |at: usize| if section.numbers.contains(&at) { Right } else { Left };
        let columns: Vec<_> = section.columns.iter().enumerate().map(|(at, name)| (*name, alignment(at))).collect();
        let mut grid = Grid::new(&section.title, options, &columns);
        section.rows.iter().for_each(|row| grid.row(row.iter().map(Cell::new)));
        text.push('\n');
        if !section.rows.is_empty() {
            text.push_str(&grid.text());
        }
        if !section.note.is_empty() {
            text.push_str(&wrapped(&section.note, " ", options.width));
        }
    }
    Ok(text)
}

/// Renders the comparison as Markdown, with at most `lines` lines and partners each.
pub fn markdown(comparison: &Comparison, labels: Labels<'_>, lines: usize) -> Result<String, ReportFault> {
    let document = ComparisonDocument::of(comparison)?;
    let mut text = format!("## {}: comparison of two revisions\n\n", escaped(document.vendor));
    for line in heads(&document, labels) {
        let _ = writeln!(text, "- {}", escaped(&line));
    }
    for section in sections(&document, lines) {
        let _ = writeln!(text, "\n### {}", escaped(&section.title));
        pipes(&section, &mut text);
        if !section.note.is_empty() {
            let _ = writeln!(text, "\n{}", escaped(&section.note));
        }
    }
    Ok(text)
}

/// Name, revision and plan of each side.
pub(super) fn heads(document: &ComparisonDocument<'_>, labels: Labels<'_>) -> [String; 2] {
    let proposal = document.proposal.as_ref();
    let line = |word: &str, label: &str, revision: &str, side: Option<&ProposalSide<'_>>| {
        let side = side.and_then(|side| Some(format!(" · {} as of {}", side.period?, side.as_of.as_ref()?)));
        format!("{word} {} · revision {}{}", readable(label), short_hash(revision), side.unwrap_or_default())
    };
    [
        line("before", labels.before, document.before_revision, proposal.map(|both| &both.before)),
        line("after", labels.after, document.after_revision, proposal.map(|both| &both.after)),
    ]
}

fn pipes(section: &Section, text: &mut String) {
    if section.rows.is_empty() {
        return;
    }
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let headings: Vec<String> = section.columns.iter().map(|name| escaped(name)).collect();
    let rule = |at: usize| if section.numbers.contains(&at) { "---:" } else { "---" }.to_owned();
    let rules: Vec<String> = (0..section.columns.len()).map(rule).collect();
    let _ = write!(text, "\n{}{}", row(&headings), row(&rules));
    for cells in &section.rows {
        // Two spaces before a part are an indent on a terminal.
        let cell = |cell: &String| {
            let indent = if cell.starts_with("  ") { "&emsp;" } else { "" };
            format!("{indent}{}", escaped(cell.trim_start()))
        };
        text.push_str(&row(&cells.iter().map(cell).collect::<Vec<_>>()));
    }
}

/// Text without what Markdown or a page takes for markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in readable(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '@' => escaped.extend(['\\', character]),
            character => escaped.push(character),
        }
    }
    escaped
}
