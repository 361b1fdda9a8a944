//! `review`: where every partner stands, and what the vendor's policies decide.

use super::propose::{partners_bar, spinner};
use super::{Folders, Stop, Terminal, output, vendor};
use crate::finding::{Code, Finding, Findings, did_you_mean};
use crate::intake::{Mapping, ReadOptions, read_book};
use crate::report::{TableOptions, review as report};
use crate::review::{Outcome, Request, Review, Setting, read_quotas};
use crate::script::on_script_threads;
use chrono::NaiveDate;
use std::io::Write;
use std::path::PathBuf;

/// Formats of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    Table,
    /// One row a partner.
    Csv,
    /// A workbook: partners, decisions, roll-ups.
    Xlsx,
    /// One page with pictures.
    Html,
    /// For programs; `schema/review.schema.json` describes it.
    Json,
}

/// Arguments of `review`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient review meridian --book examples/demonstration --as-of 2025-09-30
  quotient review meridian --book examples/demonstration --as-of 2025-09-30 --partner P0007
  quotient propose meridian --book examples/demonstration --format json --output quotas.json
  quotient review meridian --book examples/demonstration --as-of 2026-06-30 --quotas quotas.json")]
pub struct Options {
    /// Vendor whose policies are applied.
    vendor: String,
    /// Partner book: a folder of CSV files, a JSON file, or a workbook.
    #[arg(long, value_name = "PATH")]
    book: PathBuf,
    /// Look at nothing later than this day, such as 2025-09-30.
    #[arg(long, value_name = "DATE")]
    as_of: NaiveDate,
    /// Period, such as FY2026 or FY2026-Q3; the vendor's planning period around the as-of day when left out.
    #[arg(long, value_name = "LABEL")]
    period: Option<String>,
    /// Quotas that stand instead of the book's: a proposal's JSON, CSV or workbook.
    #[arg(long, value_name = "FILE")]
    quotas: Option<PathBuf>,
    /// Mapping file that names the tables and columns of an export.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    #[command(flatten)]
    folders: Folders,
    /// Threads to work on; all cores when left out. The answer does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// How the review is written.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// File to write to; stdout when left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Show this partner in full, with reasons and what would change them; as table or JSON.
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    /// Cases shown in the table.
    #[arg(long, value_name = "N", default_value_t = 20)]
    lines: usize,
}

/// Runs `review`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), Stop> {
    let (plugin, mut warnings) = vendor::load(&options.folders, &options.vendor)?;
    let mapping = options.map.as_deref().map(Mapping::read).transpose()?;
    let reading = ReadOptions {
        calendar: Some(plugin.manifest.calendar),
        currency: plugin.manifest.currency,
        ..ReadOptions::default()
    };
    let busy = spinner(&format!("reading {}", options.book.display()));
    let book = read_book(&options.book, mapping.as_ref(), &reading);
    busy.finish_and_clear();
    let (book, found) = book?;
    warnings.extend(found);
    let request = Request {
        as_of: options.as_of,
        period: options.period.clone(),
        quotas: match &options.quotas {
            Some(path) => {
                let (quotas, found) = read_quotas(path, &book, &plugin)?;
                warnings.extend(found);
                Some(quotas)
            }
            None => None,
        },
    };
    let setting = Setting::new(&plugin.manifest, &book, &request)?;
    let threads = options.threads.map(usize::from);
    let review = Review::new(&plugin, &book, &setting, threads)?;
    warnings.extend(review.warnings());
    terminal.show(&warnings);
    if let Some(id) = &options.partner {
        return one(options, &review, id, terminal);
    }
    let outcome = write(options, &review, threads, terminal)?;
    let failed = outcome.summary.failed;
    std::mem::forget(book); // freeing millions of small strings takes seconds, and the process ends soon
    if failed > 0 {
        tell_faults(&outcome, terminal);
        return Err(Stop::No);
    }
    Ok(())
}

/// One partner in full.
fn one(options: &Options, review: &Review<'_>, id: &str, terminal: Terminal) -> Result<(), Stop> {
    let Some(index) = review.index_of(id) else {
        let message = format!("the book has no partner `{id}`");
        let near = did_you_mean(id, review.book.partners.iter().take(20_000).map(|partner| &*partner.id));
        let help = near.map_or_else(|| "correct the identifier".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Findings::from_iter([Finding::error(Code::BookUnknownReference, message).help(help)]).into());
    };
    let reviewed = on_script_threads(Some(1), || review.of(index));
    let (partner, faults) = reviewed.map_err(|fault| Findings::from_iter([fault.finding]))?;
    output::to(options.output.as_deref(), |out| {
        let text = match options.format {
            Format::Json => {
                report::json::partner_text(review, &partner, &faults).map_err(std::io::Error::other)? + "\n"
            }
            _ => report::partner::text(review, &partner, &faults, &table_options(options, terminal)),
        };
        out.write_all(text.as_bytes())
    })?;
    if faults.is_empty() { Ok(()) } else { Err(Stop::No) }
}

fn table_options(options: &Options, terminal: Terminal) -> TableOptions {
    TableOptions { width: terminal.width, colour: terminal.colour, lines: options.lines }
}

fn write(options: &Options, review: &Review<'_>, threads: Option<usize>, terminal: Terminal) -> Result<Outcome, Stop> {
    let bar = partners_bar().with_message("reviewing");
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let mut outcome = None;
    let written = output::to(options.output.as_deref(), |mut out: &mut dyn Write| {
        let made = match options.format {
            Format::Json => report::json::write_review(review, threads, &progress, &mut out),
            Format::Csv => report::csv::write_review(review, threads, &progress, &mut out),
            Format::Html => report::Reviewed::new(review, threads, &progress).and_then(|reviewed| {
                report::html::write_review(&reviewed, &mut out)?;
                Ok(reviewed.outcome)
            }),
            Format::Xlsx => report::Reviewed::new(review, threads, &progress).and_then(|reviewed| {
                report::xlsx::write_review(&reviewed, &mut out)?;
                Ok(reviewed.outcome)
            }),
            Format::Table => report::Reviewed::new(review, threads, &progress).and_then(|reviewed| {
                out.write_all(report::table::review(&reviewed, &table_options(options, terminal))?.as_bytes())?;
                Ok(reviewed.outcome)
            }),
        };
        outcome = Some(made.map_err(std::io::Error::other)?);
        Ok(())
    });
    bar.finish_and_clear();
    written?;
    outcome.ok_or(Stop::No)
}

/// Says on stderr which partners failed.
fn tell_faults(outcome: &Outcome, terminal: Terminal) {
    let of_partner = |fault: &crate::review::PartnerFault| {
        fault.finding.clone().in_context(|context| context.partner = Some(fault.partner_id.to_string()))
    };
    let findings: Findings = outcome.faults.iter().map(of_partner).collect();
    terminal.show(&findings);
    let (failed, all) = (outcome.summary.failed, outcome.summary.partners);
    eprintln!("{failed} of {all} partners failed; the review went on without what failed");
}
