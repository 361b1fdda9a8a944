//! `backtest`: a vendor's rules on a past period, against simple baselines.

use super::fault::CommandFault;
use super::groups::{BookSource, Output, Threads};
use super::progress::PartnersBar;
use super::vendor_source::VendorSource;
use super::{CommandError, Terminal, vendor};
use crate::channel::PartnerBook;
use crate::finding::{CleanWriter, Finding};
use crate::planning;
use crate::plugin::VendorPlugin;
use crate::report;
use crate::script::on_script_threads;
use crate::units::PlanningPeriod;
use chrono::NaiveDate;
use std::io::Write;

/// Formats of a backtest.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For programs.
    Json,
}

/// Arguments of `backtest`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Vendor whose rules are scored.
    vendor: String,
    #[command(flatten)]
    source: BookSource,
    /// Past period; the latest one that the book covers by default.
    #[arg(long, value_name = "LABEL")]
    period: Option<String>,
    /// As-of date of the rules, which ignore later facts; the last date before the period by default.
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
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
    let period = period(options.period.as_deref(), &plugin, &book)?;
    let as_of = options.as_of.or_else(|| period.start.first_day().pred_opt()).unwrap_or_default();
    let bar = PartnersBar::new("assessing");
    let scored = on_script_threads(options.threads.count(), || {
        planning::backtest(&plugin, &book, &period, as_of, &bar.progress())
    });
    bar.finish();
    let scored = scored?;
    warnings.extend(scored.findings.clone());
    terminal.show(&warnings);
    options.output.write(|out| match options.output.format {
        Format::Table => out.write_all(report::backtest::table(&scored, terminal.width).as_bytes()),
        Format::Json => writeln!(CleanWriter::json(out), "{:#}", report::backtest::json(&scored)),
    })
}

/// Period to score: the one that was named, or the latest that the book covers in full.
fn period(label: Option<&str>, plugin: &VendorPlugin, book: &PartnerBook) -> Result<PlanningPeriod, Finding> {
    let calendar = plugin.manifest.calendar;
    let refuse = |reason: String| Finding::from(CommandFault::Period { reason });
    if let Some(label) = label {
        return calendar.period(label).map_err(|fault| refuse(fault.to_string()));
    }
    let latest = book.latest_month(None).and_then(|latest| {
        let last = latest.complete;
        let months = plugin.manifest.period_months;
        let before = last.plus(1 - 2 * months as i32).last_day();
        calendar.next_after(before, months).filter(|period| period.end().plus(-1) <= last)
    });
    latest.ok_or_else(|| refuse("the book does not cover a whole period".to_owned()))
}
