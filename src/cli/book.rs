//! `book`: the mapping file that reads an export, and what was read with it.

use super::fault::CommandFault;
use super::groups::Output;
use super::{CommandError, Terminal, error, output};
use crate::finding::Finding;
use crate::intake::recognition::{Survey, read_surveyed, survey_book};
use crate::intake::{Mapping, ReadOptions, read_books};
use crate::report::{TableOptions, survey as report};
use std::path::{Path, PathBuf};

/// Formats of a survey.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For programs; described by `schema/survey.schema.json`.
    Json,
}

/// Arguments of `book`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient book exports/
  quotient book orders.xlsx --write-map map.toml
  quotient book exports/ --map map.toml")]
pub struct Options {
    /// Directories, files and workbooks of the export; several are read as one book.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// File to write the proposed mapping to.
    #[arg(long, value_name = "FILE", conflicts_with = "map")]
    write_map: Option<PathBuf>,
    /// Overwrite the file of `--write-map`.
    #[arg(long, requires = "write_map")]
    force: bool,
    /// Mapping file to read the book with, instead of a proposed one.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    #[command(flatten)]
    output: Output<Format>,
}

/// Runs `book`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let mapping = options.map.as_deref().map(Mapping::read).transpose()?;
    let (survey, mut findings) = match &mapping {
        Some(_) => (Survey::default(), crate::finding::Findings::new()),
        None => survey_book(&options.paths, &crate::intake::Limits::default()).into_result()?,
    };
    let read_options = ReadOptions { current_month: Some(super::clock::current_month()), ..ReadOptions::default() };
    let read = match &mapping {
        Some(mapping) => read_books(&options.paths, Some(mapping), &read_options),
        None => read_surveyed(&options.paths, &survey, &read_options),
    };
    let (book, found) = read.into_parts();
    findings.extend(found);
    let book = book.filter(|_| !findings.has_errors());
    let view = report::SurveyView { survey: &survey, book: book.as_ref(), findings: &findings };
    options.output.write(|out| {
        let text = match options.output.format {
            Format::Json => report::json(&view).map_err(std::io::Error::other)?,
            Format::Table => report::text(
                &view,
                &TableOptions { width: terminal.width, colour: terminal.colour, ..TableOptions::default() },
            ),
        };
        out.write_all(text.as_bytes())
    })?;
    if options.output.format == Format::Table {
        terminal.show(&findings);
    }
    if let Some(path) = &options.write_map {
        write_map(path, &survey, options.force, book.is_some())?;
    }
    if book.is_none() { Err(error::reported(&findings)) } else { Ok(()) }
}

/// Writes the proposed mapping file, over an existing one only with `force`.
fn write_map(path: &Path, survey: &Survey, force: bool, is_read: bool) -> Result<(), CommandError> {
    if survey.mapping.is_empty() {
        let why = if is_read { "the book needs no mapping file" } else { "no table was recognised" };
        eprintln!("{why}; no mapping file was written");
        return Ok(());
    }
    if path.exists() && !force {
        return Err(Finding::from(CommandFault::MapExists { path: path.display().to_string() }).into());
    }
    output::to(Some(path), |out| out.write_all(survey.mapping.as_bytes()))?;
    eprintln!("wrote `{}`; check the questions above, then use it with `--map`", path.display());
    Ok(())
}
