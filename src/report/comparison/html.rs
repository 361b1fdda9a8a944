//! A comparison as one HTML page without any other file.

use super::document::ComparisonDocument;
use super::sections::{Section, sections};
use super::sides::{Comparison, FileChange};
use super::text::{Labels, heads};
use crate::finding::CleanWriter;
use crate::report::ReportFault;
use crate::report::figures::readable;
use crate::report::picture::templates;
use minijinja::value::Serde;
use serde_json::{Value, json};
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

/// A section as the template of tables takes it.
fn grid(section: &Section) -> Value {
    let column = |(at, name): (usize, &&str)| json!({"name": name, "numeric": section.numbers.contains(&at)});
    // Parts of a change are indented below it, with blanks that a page keeps.
    let row = |cells: &Vec<String>| {
        let is_part = cells.first().is_some_and(|name| name.starts_with("  "));
        let is_fall = cells.last().is_some_and(|change| change.starts_with('−'));
        json!({"cells": cells, "is_sum": !section.numbers.is_empty() && !is_part, "is_fall": is_fall})
    };
    json!({
        "title": section.title,
        "note": section.note,
        "columns": section.columns.iter().enumerate().map(column).collect::<Vec<_>>(),
        "rows": section.rows.iter().map(row).collect::<Vec<_>>(),
    })
}
