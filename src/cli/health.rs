//! `health`: what a plan is likely to bring, and how evenly it asks.

use super::groups::{Output, TableSize};
use super::plan::{Inputs, PlanOptions};
use super::progress::PartnersBar;
use super::{CommandError, Terminal};
use crate::finding::{CleanWriter, Finding, Findings};
use crate::planning;
use crate::report;
use crate::script::on_script_threads;
use std::io::Write;

/// Formats of the health of a plan.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For programs; described by `schema/health.schema.json`.
    Json,
    /// For spreadsheets: one row per line of the plan.
    Csv,
}

/// Arguments of `health`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient health meridian --book examples/demonstration --target 60000000
  quotient health meridian --book examples/demonstration --format csv \\
      --output health.csv")]
pub struct Options {
    /// Vendor whose rules are applied.
    vendor: String,
    #[command(flatten)]
    plan: PlanOptions,
    /// Past periods that the estimates are made from, the latest first.
    #[arg(long, value_name = "N", default_value_t = planning::PAST_PERIODS as u32, value_parser = clap::value_parser!(u32).range(1..=600))]
    past_periods: u32,
    #[command(flatten)]
    table: TableSize,
    #[command(flatten)]
    output: Output<Format>,
}

/// Runs `health`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let Inputs { plugin, book, request, warnings } = options.plan.load(&options.vendor)?;
    let bar = PartnersBar::new("assessing");
    let most = options.past_periods as usize;
    let health = on_script_threads(options.plan.threads.count(), || {
        planning::health(&plugin, &book, &request, most, &bar.progress())
    });
    bar.finish();
    let health = health?;
    let (refusals, questions): (Vec<Finding>, Vec<Finding>) =
        health.findings.iter().cloned().partition(Finding::is_error);
    terminal.show(&warnings.into_iter().chain(health.plan.findings.clone()).chain(questions).collect());
    let table = options.table.on(terminal);
    options.output.write(|out| match options.output.format {
        Format::Table => out.write_all(report::health::table(&health, &table).as_bytes()),
        Format::Json => {
            let text = report::health::json(&health).map_err(std::io::Error::other)?;
            writeln!(CleanWriter::json(out), "{text}")
        }
        Format::Csv => report::health::csv(&health, out).map_err(std::io::Error::other),
    })?;
    // The figures say why the manifest refuses the plan.
    if refusals.is_empty() { Ok(()) } else { Err(Findings::from_iter(refusals).into()) }
}
