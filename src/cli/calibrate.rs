//! `calibrate`: weights of a vendor's factors and numbers of its manifest, searched on past periods; applies nothing.

use super::groups::{Output, TableSize};
use super::plan::{Inputs, PlanOptions};
use super::progress::spinner;
use super::{CommandError, Terminal};
use crate::finding::CleanWriter;
use crate::planning;
use crate::report;
use crate::script::on_script_threads;
use std::io::Write;

/// Formats of a calibration.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For programs; described by `schema/calibration.schema.json`.
    Json,
}

/// Arguments of `calibrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient calibrate halcyon --book examples/demonstration
  quotient calibrate halcyon --book examples/demonstration --past-periods 12 \\
      --format json --output calibration.json")]
pub struct Options {
    /// Vendor whose weights and parameters are searched.
    vendor: String,
    #[command(flatten)]
    plan: PlanOptions,
    /// Past periods that settings are scored on, the latest first.
    #[arg(long, value_name = "N", default_value_t = planning::PAST_PERIODS as u32, value_parser = clap::value_parser!(u32).range(1..=600))]
    past_periods: u32,
    #[command(flatten)]
    table: TableSize,
    #[command(flatten)]
    output: Output<Format>,
}

/// Runs `calibrate`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let Inputs { mut plugin, book, request, warnings } = options.plan.load(&options.vendor)?;
    terminal.show(&warnings);
    let busy = spinner("searching settings");
    let most = options.past_periods as usize;
    let calibration =
        on_script_threads(options.plan.threads.count(), || planning::calibrate(&mut plugin, &book, &request, most));
    busy.finish_and_clear();
    let calibration = calibration?;
    let table = options.table.on(terminal);
    options.output.write(|out| match options.output.format {
        Format::Table => out.write_all(report::calibration::table(&calibration, &table).as_bytes()),
        Format::Json => {
            let text = report::calibration::json(&calibration).map_err(std::io::Error::other)?;
            writeln!(CleanWriter::json(out), "{text}")
        }
    })
}
