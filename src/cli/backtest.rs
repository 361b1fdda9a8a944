//! `backtest`: a vendor's rules on a past period, against simple baselines.

use super::propose::{partners_bar, spinner};
use super::{Folders, Stop, Terminal, output, vendor};
use crate::finding::{Code, Finding};
use crate::intake::{Mapping, ReadOptions, read_book};
use crate::planning;
use crate::report;
use crate::script::on_script_threads;
use chrono::NaiveDate;
use std::path::PathBuf;

/// Formats of a backtest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    Table,
    /// For programs.
    Json,
}

/// Arguments of `backtest`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Vendor whose rules are scored.
    vendor: String,
    /// Partner book that covers the past period.
    #[arg(long, value_name = "PATH")]
    book: PathBuf,
    /// Mapping file that names the tables and columns of an export.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Past period; the latest that the book covers when left out.
    #[arg(long, value_name = "LABEL")]
    period: Option<String>,
    /// The rules see nothing later than this day; the day before the period when left out.
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    #[command(flatten)]
    folders: Folders,
    /// Threads to work on; all cores when left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// How the scores are written.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// File to write to; stdout when left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs `backtest`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), Stop> {
    let (plugin, mut warnings) = vendor::load(&options.folders, &options.vendor)?;
    let mapping = options.map.as_deref().map(Mapping::read).transpose()?;
    let calendar = plugin.manifest.calendar;
    let reading =
        ReadOptions { calendar: Some(calendar), currency: plugin.manifest.currency, ..ReadOptions::default() };
    let busy = spinner(&format!("reading {}", options.book.display()));
    let book = read_book(&options.book, mapping.as_ref(), &reading);
    busy.finish_and_clear();
    let (book, found) = book?;
    warnings.extend(found);
    let refuse = |message: String| {
        let finding =
            Finding::error(Code::PlanPeriod, message).help("name a past period that the book covers with `--period`");
        Stop::Refused(std::iter::once(finding).collect())
    };
    let period = match &options.period {
        Some(label) => calendar.period(label).map_err(|fault| refuse(fault.to_string()))?,
        None => book
            .revenue_months()
            .and_then(|(_, last)| {
                let months = plugin.manifest.period_months;
                let before = last.plus(1 - 2 * months as i32).last_day();
                calendar.next_after(before, months).filter(|period| period.end().plus(-1) <= last)
            })
            .ok_or_else(|| refuse("the book covers no whole period".to_owned()))?,
    };
    let as_of = options.as_of.or_else(|| period.start.first_day().pred_opt()).unwrap_or_default();
    let bar = partners_bar();
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let scored = on_script_threads(options.threads.map(usize::from), || {
        planning::backtest(&plugin, &book, &period, as_of, &progress)
    });
    bar.finish_and_clear();
    let scored = scored?;
    warnings.extend(scored.findings.clone());
    terminal.show(&warnings);
    output::to(options.output.as_deref(), |out| match options.format {
        Format::Table => out.write_all(report::backtest::table(&scored, terminal.width).as_bytes()),
        Format::Json => writeln!(out, "{:#}", report::backtest::json(&scored)),
    })
}
