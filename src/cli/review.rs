//! `review`: every partner's standing, and what the vendor's policies decide.

use super::fault::CommandFault;
use super::groups::{BookSource, Output, Shadow, TableSize, Threads};
use super::progress::PartnersBar;
use super::split::{Files, SplitBy};
use super::vendor_source::VendorSource;
use super::{CommandError, Terminal, output, vendor};
use crate::channel::PartnerBook;
use crate::finding::{Finding, Findings, Severity, did_you_mean};
use crate::intake::is_same_heading;
use crate::plugin::VendorPlugin;
use crate::report::review as report;
use crate::review::{
    GivenQuotas, Outcome, PartnerFault, Request, Review, Selection, Setting, begins_later, merge_quotas, read_quotas,
};
use crate::script::on_script_threads;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Partners whose ids are compared with a misspelt one.
const MAX_COMPARED: usize = 20_000;
/// Account managers named when one is unknown.
const MAX_MANAGERS: usize = 20;

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

impl Format {
    /// Extension of its files.
    fn extension(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
            Self::Json => "json",
        }
    }
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
      --quotas quotas.json
  quotient review meridian --book examples/demonstration --as-of 2025-09-30 \\
      --split-by account_manager --format xlsx --output reviews")]
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
    /// Quotas that replace those of the book: a proposal's JSON, CSV or workbook; can be repeated.
    #[arg(long, value_name = "FILE")]
    quotas: Vec<PathBuf>,
    #[command(flatten)]
    vendors: VendorSource,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    shadow: Shadow,
    #[command(flatten)]
    output: Output<Format>,
    /// Show this partner in full, with reasons and what would change them, as a table or JSON.
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    /// Review the partners of this account manager, those with the most money at stake first.
    #[arg(long, value_name = "NAME", conflicts_with = "partner")]
    account_manager: Option<String>,
    /// Write one file per account manager into the directory that `--output` names; tables can go to stdout.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["partner", "account_manager"])]
    split_by: Option<SplitBy>,
    #[command(flatten)]
    table: TableSize,
}

/// Runs `review`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    options.shadow.apply();
    let (plugin, mut warnings) = vendor::load(&options.vendors, &options.vendor)?;
    let book = options.source.read(&plugin).warned(&mut warnings)?;
    let mut request = Request { as_of: options.as_of, period: options.period.clone(), quotas: None };
    request.quotas = quotas(options, &book, &plugin, &mut warnings)?;
    let setting = Setting::new(&plugin.manifest, &book, &request)?;
    let known = book.as_of(setting.as_of);
    let mut review = Review::new(&plugin, &known, &setting, options.threads.count())?;
    warnings.extend(review.warnings());
    terminal.show(&warnings);
    if let Some(id) = &options.partner {
        return write_partner(options, (&book, &review), id, terminal);
    }
    if let Some(name) = &options.account_manager {
        review.selected = Some(manager(&review, name)?);
    }
    let outcomes = match options.split_by {
        Some(SplitBy::AccountManager) => write_split(options, &mut review, terminal)?,
        None => vec![write(options, &review, options.output.path(), terminal)?],
    };
    terminal.show(&plugin.differences(false));
    std::mem::forget(known);
    std::mem::forget(book); // freeing millions of small strings takes seconds, and the process ends soon
    let failed: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.summary.failed > 0).collect();
    failed.iter().for_each(|outcome| report_faults(outcome, terminal));
    if failed.is_empty() { Ok(()) } else { Err(CommandError::Negative) }
}

/// Reads the files of quotas and merges them; `None` without one.
fn quotas(
    options: &Options,
    book: &PartnerBook,
    plugin: &VendorPlugin,
    warnings: &mut Findings,
) -> Result<Option<GivenQuotas>, CommandError> {
    let mut files = Vec::new();
    for path in &options.quotas {
        let read = read_quotas(path, book, plugin).ok(warnings);
        files.extend(read.map(|quotas| (path.display().to_string(), quotas)));
    }
    if warnings.has_errors() {
        return Err(std::mem::take(warnings).into());
    }
    if files.is_empty() {
        return Ok(None);
    }
    Ok(Some(merge_quotas(files).warned(warnings)?))
}

/// The partners of the account manager of that name.
fn manager(review: &Review<'_>, name: &str) -> Result<Selection, CommandError> {
    let all = || review.book.partners.iter().filter_map(|partner| partner.account_manager.as_deref());
    let same: BTreeSet<&str> = all().filter(|one| is_same_heading(one, name)).collect();
    let only = same.first().copied().filter(|_| same.len() == 1);
    if let Some(found) = review.selection(name).or_else(|| review.selection(only?)) {
        return Ok(found);
    }
    let managers: BTreeSet<&str> = all().collect();
    let near = did_you_mean(name, managers.iter().copied()).map(str::to_owned);
    let managers = managers.into_iter().take(MAX_MANAGERS).map(str::to_owned).collect();
    Err(Finding::from(CommandFault::UnknownManager { manager: name.to_owned(), near, managers }).into())
}

/// Writes the review of every account manager's partners: files in a directory, or tables one after another.
fn write_split(options: &Options, review: &mut Review<'_>, terminal: Terminal) -> Result<Vec<Outcome>, CommandError> {
    let mut files = match (options.output.format, options.output.path()) {
        (Format::Table, None) => None,
        (format, directory) => Some(Files::new(directory, format.extension())?),
    };
    let mut outcomes = Vec::new();
    for selection in review.selections() {
        let path = files.as_mut().map(|files| files.path(&selection.title));
        if path.is_none() && !outcomes.is_empty() {
            output::to(None, |out| writeln!(out))?;
        }
        review.selected = Some(selection);
        outcomes.push(write(options, review, path.as_deref(), terminal)?);
    }
    Ok(outcomes)
}

/// Writes one partner in full.
fn write_partner(
    options: &Options,
    (book, review): (&PartnerBook, &Review<'_>),
    id: &str,
    terminal: Terminal,
) -> Result<(), CommandError> {
    let Some(index) = review.index_of(id) else {
        if let Some(finding) = begins_later(book, review.setting.as_of, Some(id)) {
            return Err(finding.with_severity(Severity::Error).into());
        }
        let ids = review.book.partners.iter().take(MAX_COMPARED).map(|partner| &*partner.id);
        let near = did_you_mean(id, ids).map(str::to_owned);
        return Err(Finding::from(CommandFault::UnknownPartner { partner: id.to_string(), near }).into());
    };
    let reviewed = on_script_threads(Some(1), || review.of(index));
    let (partner, faults) = reviewed.map_err(|fault| fault.finding)?;
    options.output.write(|out| {
        let text = match options.output.format {
            Format::Json => {
                report::reviewed_partner::partner_text(review, &partner, &faults).map_err(std::io::Error::other)? + "\n"
            }
            _ => report::partner::text(review, &partner, &faults, &options.table.on(terminal)),
        };
        out.write_all(text.as_bytes())
    })?;
    if faults.is_empty() { Ok(()) } else { Err(CommandError::Negative) }
}

/// Writes the review of the selected partners.
fn write(
    options: &Options,
    review: &Review<'_>,
    path: Option<&Path>,
    terminal: Terminal,
) -> Result<Outcome, CommandError> {
    let threads = options.threads.count();
    let bar = PartnersBar::new("reviewing");
    let mut outcome = None;
    let written = output::to(path, |mut out| {
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
