//! `plan business-plan actuals`: what a partner book says about the business plans of a plan.

use super::desk::{Desk, read};
use crate::cli::groups::BookSource;
use crate::cli::vendor_source::VendorSource;
use crate::cli::{CommandError, Terminal, output, vendor};
use crate::ledger::actuals::Actuals;
use chrono::NaiveDate;

/// Arguments of `plan business-plan actuals`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Objectives with a source and activities with a tag get their values from the
book, for all partners at once. A value that the book does not have stays
not known, and can be typed.

Example:
  quotient plan business-plan actuals FY2026 --book export --as-of 2026-06-30")]
pub struct Options {
    /// Name of the plan.
    name: String,
    #[command(flatten)]
    source: BookSource,
    #[command(flatten)]
    vendors: VendorSource,
    /// Date that the values are of: later facts are ignored.
    #[arg(long, value_name = "DATE")]
    as_of: NaiveDate,
    /// Partner; can be repeated. All with a business plan by default.
    #[arg(long, value_name = "ID")]
    partner: Vec<String>,
    #[command(flatten)]
    desk: Desk,
}

/// Runs `plan business-plan actuals`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let mut store = options.desk.file.open()?;
    let loaded = read(&store, &options.name)?;
    let Some(header) = &loaded.state.header else { return Ok(()) };
    let (plugin, mut findings) = vendor::load(&options.vendors, &header.vendor)?;
    let book = options.source.read(&plugin).warned(&mut findings)?;
    terminal.show(&findings);
    let actuals = Actuals::of(&loaded.state, &book, options.as_of, &options.partner)?;
    options.desk.give(&mut store, &loaded, &actuals.commands)?;
    output::to(None, |out| {
        actuals
            .unknown
            .iter()
            .try_for_each(|(partner, id)| writeln!(out, "not known in the book: `{id}` of `{partner}`"))
    })
}
