//! `backtest`: a vendor's rules on past periods, against simple baselines.

use super::fault::CommandFault;
use super::groups::{BookSource, Output, Threads};
use super::progress::PartnersBar;
use super::vendor_source::VendorSource;
use super::{CommandError, Terminal, vendor};
use crate::channel::PartnerBook;
use crate::finding::{CleanWriter, Finding};
use crate::planning::{self, Origin};
use crate::plugin::VendorPlugin;
use crate::report;
use crate::script::on_script_threads;
use chrono::NaiveDate;
use std::io::Write;

/// Formats of a backtest.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For programs; described by `schema/backtest.schema.json`.
    Json,
    /// For spreadsheets: one row per score.
    Csv,
}

/// Arguments of `backtest`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Vendor whose rules are scored.
    vendor: String,
    #[command(flatten)]
    source: BookSource,
    /// Past period that is scored alone; every month end that the book allows by default.
    #[arg(long, value_name = "LABEL", conflicts_with = "horizon")]
    period: Option<String>,
    /// As-of date of the rules, which ignore later facts; scores the named period, or the latest one that the book covers.
    #[arg(long, value_name = "DATE", conflicts_with = "horizon")]
    as_of: Option<NaiveDate>,
    /// Length of each scored period in months; that of the vendor's period by default.
    #[arg(long, value_name = "MONTHS", value_parser = clap::value_parser!(u32).range(1..=36))]
    horizon: Option<u32>,
    /// Latest dates that are scored; all by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=600))]
    folds: Option<u32>,
    /// Dimension of the breakdown, or an attribute; may be given several times.
    #[arg(long, value_name = "DIMENSION")]
    by: Vec<String>,
    #[command(flatten)]
    vendors: VendorSource,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    output: Output<Format>,
}

/// Runs `backtest`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let (plugin, mut warnings) = vendor::load(&options.vendors, &options.vendor)?;
    let book = options.source.read(&plugin).warned(&mut warnings)?;
    let origins = origins(options, &plugin, &book)?;
    let bar = PartnersBar::new("assessing");
    let scored = on_script_threads(options.threads.count(), || {
        planning::backtest(&plugin, &book, &origins, &options.by, &bar.progress())
    });
    bar.finish();
    let scored = scored?;
    warnings.extend(scored.findings.clone());
    terminal.show(&warnings);
    options.output.write(|out| match options.output.format {
        Format::Table => out.write_all(report::backtest::table(&scored, terminal.width).as_bytes()),
        Format::Json => {
            let text = report::backtest::json(&scored).map_err(std::io::Error::other)?;
            writeln!(CleanWriter::json(out), "{text}")
        }
        Format::Csv => report::backtest::csv(&scored, out).map_err(std::io::Error::other),
    })
}

/// The folds: the period that was named, or every date that the book allows.
fn origins(options: &Options, plugin: &VendorPlugin, book: &PartnerBook) -> Result<Vec<Origin>, Finding> {
    let refuse = |reason: String| Finding::from(CommandFault::Period { reason });
    let uncovered = || refuse("the book does not cover a whole period and as many months before it".to_owned());
    if let Some(label) = &options.period {
        let period = plugin.manifest.calendar.period(label).map_err(|fault| refuse(fault.to_string()))?;
        let before = period.start.plus(-1).last_day();
        return Ok(vec![Origin { as_of: options.as_of.unwrap_or(before), period }]);
    }
    if let Some(as_of) = options.as_of {
        let latest = planning::latest_origin(plugin, book).ok_or_else(uncovered)?;
        return Ok(vec![Origin { as_of, ..latest }]);
    }
    let months = options.horizon.unwrap_or(plugin.manifest.period_months);
    let mut origins = planning::origins(plugin, book, months);
    if let Some(folds) = options.folds {
        origins = origins.split_off(origins.len().saturating_sub(folds as usize));
    }
    if origins.is_empty() { Err(uncovered()) } else { Ok(origins) }
}
