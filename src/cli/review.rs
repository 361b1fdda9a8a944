//! `review`: every partner's standing, and what the vendor's policies decide.

use super::fault::CommandFault;
use super::groups::{BookSource, Directories, Output, TableSize, Threads};
use super::progress::PartnersBar;
use super::{CommandError, Terminal, vendor};
use crate::finding::{Finding, Findings, did_you_mean};
use crate::report::review as report;
use crate::review::{Outcome, PartnerFault, Request, Review, Setting, read_quotas};
use crate::script::on_script_threads;
use chrono::NaiveDate;
use std::path::PathBuf;

/// Partners whose ids are compared with a misspelt one.
const MAX_COMPARED: usize = 20_000;

/// Formats of a review.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// One row per partner.
    Csv,
    /// A workbook: partners, decisions, roll-ups.
    Xlsx,
    /// One page with charts.
    Html,
    /// For programs; described by `schema/review.schema.json`.
    Json,
}

/// Arguments of `review`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient review meridian --book examples/demonstration --as-of 2025-09-30
  quotient review meridian --book examples/demonstration --as-of 2025-09-30 \\
      --partner P0007
  quotient propose meridian --book examples/demonstration \\
      --format json --output quotas.json
  quotient review meridian --book examples/demonstration --as-of 2026-06-30 \\
      --quotas quotas.json")]
pub struct Options {
    /// Vendor whose policies are applied.
    vendor: String,
    #[command(flatten)]
    source: BookSource,
    /// As-of date, such as 2025-09-30: later facts are ignored.
    #[arg(long, value_name = "DATE")]
    as_of: NaiveDate,
    /// Period, such as FY2026 or FY2026-Q3; the vendor's planning period that contains the as-of date by default.
    #[arg(long, value_name = "LABEL")]
    period: Option<String>,
    /// Quotas that replace those of the book: a proposal's JSON, CSV or workbook.
    #[arg(long, value_name = "FILE")]
    quotas: Option<PathBuf>,
    #[command(flatten)]
    directories: Directories,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    output: Output<Format>,
    /// Show this partner in full, with reasons and what would change them, as a table or JSON.
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    #[command(flatten)]
    table: TableSize,
}

/// Runs `review`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let (plugin, mut warnings) = vendor::load(&options.directories, &options.vendor)?;
    let book = options.source.read(&plugin).warned(&mut warnings)?;
    let mut request = Request { as_of: options.as_of, period: options.period.clone(), quotas: None };
    if let Some(path) = &options.quotas {
        request.quotas = Some(read_quotas(path, &book, &plugin).warned(&mut warnings)?);
    }
    let setting = Setting::new(&plugin.manifest, &book, &request)?;
    let review = Review::new(&plugin, &book, &setting, options.threads.count())?;
    warnings.extend(review.warnings());
    terminal.show(&warnings);
    if let Some(id) = &options.partner {
        return write_partner(options, &review, id, terminal);
    }
    let outcome = write(options, &review, terminal)?;
    let failed = outcome.summary.failed;
    std::mem::forget(book); // freeing millions of small strings takes seconds, and the process ends soon
    if failed > 0 {
        report_faults(&outcome, terminal);
        return Err(CommandError::Negative);
    }
    Ok(())
}

/// Writes one partner in full.
fn write_partner(options: &Options, review: &Review<'_>, id: &str, terminal: Terminal) -> Result<(), CommandError> {
    let Some(index) = review.index_of(id) else {
        let ids = review.book.partners.iter().take(MAX_COMPARED).map(|partner| &*partner.id);
        let near = did_you_mean(id, ids).map(str::to_owned);
        return Err(Finding::from(CommandFault::UnknownPartner { partner: id.to_string(), near }).into());
    };
    let reviewed = on_script_threads(Some(1), || review.of(index));
    let (partner, faults) = reviewed.map_err(|fault| fault.finding)?;
    options.output.write(|out| {
        let text = match options.output.format {
            Format::Json => report::json::partner_text(&partner, &faults).map_err(std::io::Error::other)? + "\n",
            _ => report::partner::text(review, &partner, &faults, &options.table.on(terminal)),
        };
        out.write_all(text.as_bytes())
    })?;
    if faults.is_empty() { Ok(()) } else { Err(CommandError::Negative) }
}

/// Writes the review of all partners.
fn write(options: &Options, review: &Review<'_>, terminal: Terminal) -> Result<Outcome, CommandError> {
    let threads = options.threads.count();
    let bar = PartnersBar::new("reviewing");
    let mut outcome = None;
    let written = options.output.write(|mut out| {
        let collect = || report::Reviewed::new(review, threads, &bar.progress());
        let made = match options.output.format {
            Format::Json => report::json::write_review(review, threads, &bar.progress(), &mut out),
            Format::Csv => report::csv::write_review(review, threads, &bar.progress(), &mut out),
            Format::Html => collect().and_then(|reviewed| {
                report::html::write_review(&reviewed, &mut out)?;
                Ok(reviewed.outcome)
            }),
            Format::Xlsx => collect().and_then(|reviewed| {
                report::xlsx::write_review(&reviewed, &mut out)?;
                Ok(reviewed.outcome)
            }),
            Format::Table => collect().and_then(|reviewed| {
                out.write_all(report::table::review(&reviewed, &options.table.on(terminal))?.as_bytes())?;
                Ok(reviewed.outcome)
            }),
        };
        outcome = Some(made.map_err(std::io::Error::other)?);
        Ok(())
    });
    bar.finish();
    written?;
    outcome.ok_or(CommandError::Negative)
}

/// Prints to stderr which partners failed.
fn report_faults(outcome: &Outcome, terminal: Terminal) {
    let of_partner = |fault: &PartnerFault| {
        fault.finding.clone().in_context(|context| context.partner = Some(fault.partner_id.to_string()))
    };
    let findings: Findings = outcome.faults.iter().map(of_partner).collect();
    terminal.show(&findings);
    let (failed, all) = (outcome.summary.failed, outcome.summary.partners);
    eprintln!("{failed} of {all} partners failed; the review continued without the failed decisions");
}
