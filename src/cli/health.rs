//! `health`: what a plan is likely to bring, and how evenly it asks.

use super::groups::{Output, TableSize};
use super::plan::{Inputs, PlanOptions};
use super::progress::PartnersBar;
use super::{CommandError, Terminal};
use crate::finding::{Finding, Findings};
use crate::planning;
use crate::report;
use crate::script::on_script_threads;
use crate::units::{Rate, parse_decimal};

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
    /// One page with pictures.
    Html,
}

/// Arguments of `health`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient health meridian --book examples/demonstration --target 60000000
  quotient health meridian --book examples/demonstration --odds 0.5 \\
      --format html --output health.html")]
pub struct Options {
    /// Vendor whose rules are applied.
    vendor: String,
    #[command(flatten)]
    plan: PlanOptions,
    /// Past periods that the estimates are made from, the latest first.
    #[arg(long, value_name = "N", default_value_t = planning::PAST_PERIODS as u32, value_parser = clap::value_parser!(u32).range(1..=600))]
    past_periods: u32,
    /// Odds, such as 0.9,0.5, for which the amounts that are reached with them are shown.
    #[arg(long, value_name = "ODDS", value_delimiter = ',', value_parser = odds, default_value = "0.9,0.75,0.5,0.25")]
    odds: Vec<Rate>,
    #[command(flatten)]
    table: TableSize,
    #[command(flatten)]
    output: Output<Format>,
}

fn odds(text: &str) -> Result<Rate, String> {
    let odds = parse_decimal(text).map_err(|fault| format!("it {fault}; write a fraction such as 0.5"))?;
    if odds > Rate::ZERO && odds <= Rate::ONE { Ok(odds) } else { Err("odds are above 0 and at most 1".to_owned()) }
}

/// Runs `health`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let Inputs { plugin, book, mut request, warnings } = options.plan.load(&options.vendor)?;
    request.odds.clear();
    for odds in &options.odds {
        if !request.odds.contains(odds) {
            request.odds.push(*odds);
        }
    }
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
        Format::Json => report::health::write_json(&health, out).map_err(std::io::Error::other),
        Format::Csv => report::health::csv(&health, out).map_err(std::io::Error::other),
        Format::Html => report::health::html(&health, out).map_err(std::io::Error::other),
    })?;
    // The figures say why the manifest refuses the plan.
    if refusals.is_empty() { Ok(()) } else { Err(Findings::from_iter(refusals).into()) }
}
