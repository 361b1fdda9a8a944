//! A comparison as one HTML page without any other file.

use super::document::ComparisonDocument;
use super::sections::{Section, sections};
use super::sides::{Comparison, FileChange};
use super::text::{Labels, heads};
use crate::finding::CleanWriter;
use crate::report::ReportFault;
use crate::report::figures::readable;
use crate::report::html_grid::Grid;
use crate::report::picture::templates;
use minijinja::value::Serde;
use serde_json::json;
use std::io::Write;

/// Writes the comparison as a page, with at most `lines` lines and partners each, and the differences of the files.
pub fn write_html(
    comparison: &Comparison,
    labels: Labels<'_>,
    lines: usize,
    out: &mut impl Write,
) -> Result<(), ReportFault> {
    let document = ComparisonDocument::of(comparison)?;
    let file = |file: &FileChange| json!({"path": file.path, "state": file.state, "difference": file.difference});
    let page = json!({
        "vendor": readable(document.vendor),
        "heads": heads(&document, labels),
        "sections": sections(&document, lines).iter().map(grid).collect::<Vec<_>>(),
        "files": comparison.files.iter().map(file).collect::<Vec<_>>(),
    });
    let mut buffered = CleanWriter::page(std::io::BufWriter::new(out));
    let mut environment = templates()?;
    environment.add_template("comparison.html", include_str!("../templates/comparison.html"))?;
    environment.get_template("comparison.html")?.render_captured_to(Serde(page), &mut buffered)?;
    buffered.write_all(b"\n")?;
    buffered.flush()?;
    Ok(())
}

/// A section as a table of the page.
fn grid(section: &Section) -> Grid {
    let texts = section.numbers.first().copied().unwrap_or(section.columns.len());
    let mut grid = Grid { note: section.note.clone(), ..Grid::new(&section.title, &section.columns, texts) };
    for cells in &section.rows {
        // Parts of a change are indented below it, with blanks that the page keeps.
        let is_part = section.numbers.is_empty() || cells.first().is_some_and(|name| name.starts_with("  "));
        let is_fall = cells.last().is_some_and(|change| change.starts_with('-'));
        if is_part || is_fall { grid.row(cells.clone(), is_fall) } else { grid.sum(cells.clone()) }
    }
    grid
}
