//! `plan export`: the quotas in force, for reviews and for other systems.

use super::desk::{LedgerFile, read};
use crate::cli::fault::CommandFault;
use crate::cli::{CommandError, Terminal, output};
use crate::finding::{Finding, Findings};
use crate::report::record::{agreed, write_csv, write_json, write_xlsx};
use std::path::PathBuf;

/// Formats of agreed quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For programs.
    Json,
    /// One row per line.
    Csv,
    /// A workbook.
    Xlsx,
}

/// Arguments of `plan export`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  quotient plan export FY2026 --output quotas.json
  quotient review meridian --book examples/demonstration --as-of 2026-06-30 \\
      --quotas quotas.json")]
pub struct Options {
    /// Name of the plan.
    name: String,
    /// Output format.
    #[arg(long, value_name = "FORMAT", default_value = "json", value_enum)]
    format: Format,
    /// File to write to; stdout by default.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    file: LedgerFile,
}

/// Runs `plan export`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let store = options.file.open()?;
    let loaded = read(&store, &options.name)?;
    let agreed = agreed(&store, &loaded)?;
    let open = loaded.state.lines.values().filter(|line| line.counts()).count() - agreed.lines.len();
    if open > 0 {
        terminal.show(&Findings::from(Finding::from(CommandFault::NotInForce { lines: open })));
    }
    output::to(options.output.as_deref(), |mut out| {
        match options.format {
            Format::Json => write_json(&agreed, &mut out),
            Format::Csv => write_csv(&agreed, &mut out),
            Format::Xlsx => write_xlsx(&agreed, &mut out),
        }
        .map_err(std::io::Error::other)
    })
}
