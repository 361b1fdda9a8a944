//! `propose`: a quota for every partner of a vendor.

use super::{Folders, Stop, Terminal, output, vendor};
use crate::channel::PartnerBook;
use crate::finding::{Code, Finding, Findings, Place, keep};
use crate::intake::{
    self, Mapping, PreviousRow, ReadOptions, WorkbookMeta, read_book, read_locks, read_previous, read_targets,
};
use crate::planning::{self, PreviousLine, QuotaPlan, Request};
use crate::plugin::VendorPlugin;
use crate::report;
use crate::script::on_script_threads;
use crate::units::{Money, parse_decimal};
use chrono::NaiveDate;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Formats of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    Table,
    /// For programs; `schema/proposal.schema.json` describes it.
    Json,
    /// One row a line.
    Csv,
    /// A workbook for the negotiation; it can be returned with `--locks`.
    Xlsx,
    /// One page with pictures.
    Html,
}

/// What is planned, from what, towards which target.
#[derive(Debug, clap::Args)]
pub struct PlanOptions {
    /// Partner book: a folder of CSV files, a JSON file, or a workbook.
    #[arg(long, value_name = "PATH")]
    pub book: PathBuf,
    /// Mapping file that names the tables and columns of an export.
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Channel target, such as 60000000 or 60000000.00.
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    pub target: Option<Money>,
    /// Targets per territory or product line (CSV or JSON: territory, product_line, target).
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// Planning period, such as FY2026, FY2026-H1 or FY2026-Q3; the first one after the as-of day when left out.
    #[arg(long, value_name = "LABEL")]
    pub period: Option<String>,
    /// Look at nothing later than this day, such as 2025-12-31.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// Agreed quotas to keep: CSV, JSON, or the returned workbook.
    #[arg(long, value_name = "FILE")]
    pub locks: Option<PathBuf>,
    /// Previous proposal to compare with: its JSON, CSV or workbook.
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    #[command(flatten)]
    pub folders: Folders,
    /// Threads to work on; all cores when left out. The answer does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

/// Arguments of `propose`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient propose meridian --book examples/demonstration
  quotient propose meridian --book examples/demonstration --target 60000000 --format xlsx --output proposal.xlsx
  quotient propose meridian --book examples/demonstration --target 60000000 --locks proposal.xlsx --previous proposal.xlsx")]
pub struct Options {
    /// Vendor whose rules are applied.
    vendor: String,
    #[command(flatten)]
    plan: PlanOptions,
    /// How the proposal is written.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// File to write to; stdout when left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Lines shown in the table.
    #[arg(long, value_name = "N", default_value_t = 20)]
    lines: usize,
}

fn amount(text: &str) -> Result<Money, String> {
    let number = parse_decimal(text)
        .map_err(|fault| format!("it {fault}; write digits with at most one point, such as 60000000.00"))?;
    if number.is_sign_negative() { Err("a target is not negative".to_owned()) } else { Ok(Money::new(number)) }
}

/// Everything a plan is made from.
pub struct Inputs {
    /// The vendor's rules.
    pub plugin: VendorPlugin,
    /// The partner book.
    pub book: PartnerBook,
    /// Period, target, locks.
    pub request: Request,
    /// Warnings so far.
    pub warnings: Findings,
}

impl PlanOptions {
    /// Loads the vendor and reads every file; all findings of all of them at once.
    pub fn load(&self, vendor: &str) -> Result<Inputs, Stop> {
        let (plugin, mut warnings) = vendor::load(&self.folders, vendor)?;
        let mut refused = Findings::new();
        let mapping = self.map.as_deref().map(Mapping::read).transpose().unwrap_or_else(|findings| {
            refused.extend(findings);
            None
        });
        let options = ReadOptions {
            calendar: Some(plugin.manifest.calendar),
            currency: plugin.manifest.currency,
            ..ReadOptions::default()
        };
        if refused.has_errors() {
            return Err(refused.into());
        }
        let reading = spinner(&format!("reading {}", self.book.display()));
        let book = on_own_thread(|| read_book(&self.book, mapping.as_ref(), &options));
        reading.finish_and_clear();
        let book = match book {
            Ok((book, found)) => {
                warnings.extend(found);
                Some(book)
            }
            Err(findings) => {
                refused.extend(findings);
                None
            }
        };
        match book {
            Some(book) => {
                let request = self.request(&plugin, &book, &mut warnings, &mut refused);
                if refused.has_errors() { Err(refused.into()) } else { Ok(Inputs { plugin, book, request, warnings }) }
            }
            None => Err(refused.into()),
        }
    }

    fn request(
        &self,
        plugin: &VendorPlugin,
        book: &PartnerBook,
        warnings: &mut Findings,
        refused: &mut Findings,
    ) -> Request {
        let mut request =
            Request { period: self.period.clone(), as_of: self.as_of, target: self.target, ..Request::default() };
        if let Some(path) = &self.targets {
            let rows = keep(read_targets(path, book), warnings, refused).unwrap_or_default();
            let place = |row: &intake::TargetRow| {
                Place::cell(path.display().to_string(), row.row, "target", row.amount.to_string())
            };
            request.targets = planning::exact_targets(&rows, book.currency, &place, refused);
        }
        if let Some(path) = &self.locks
            && let Some(file) = keep(read_locks(path, book), warnings, refused)
        {
            let stale = stale(path, &file.meta, plugin, book);
            if stale.as_ref().is_some_and(Finding::is_error) {
                refused.extend(stale)
            } else {
                warnings.extend(stale)
            }
            request.locks_period = file.meta.period.filter(|_| !file.locks.is_empty());
            request.locks = file.locks;
        }
        if let Some(path) = &self.previous {
            let rows = keep(read_previous(path, book), warnings, refused);
            request.previous = rows.map(|(rows, _)| {
                let line = |row: PreviousRow| PreviousLine {
                    partner_id: row.partner_id,
                    segment: row.segment,
                    quota: row.quota,
                };
                rows.into_iter().map(line).collect()
            });
        }
        request
    }
}

/// Warns when a returned workbook was made from other rules.
fn stale(path: &Path, meta: &WorkbookMeta, plugin: &VendorPlugin, book: &PartnerBook) -> Option<Finding> {
    let shown = path.display();
    let finding = if meta.vendor.as_deref().is_some_and(|vendor| *vendor != *plugin.vendor) {
        Finding::error(
            Code::BookStale,
            format!("`{shown}` is a proposal of vendor `{}`", meta.vendor.as_deref().unwrap_or_default()),
        )
        .help("return the workbook of this vendor")
    } else if meta.revision.as_deref().is_some_and(|revision| *revision != *plugin.revision) {
        Finding::warning(Code::BookStale, format!("`{shown}` was made from other rules than today's"))
            .help("its locks are kept; look at the differences with `--previous`")
    } else if meta.input_hash.as_deref().is_some_and(|hash| hash != book.input_hash) {
        Finding::warning(Code::BookStale, format!("`{shown}` was made from another book than today's"))
            .help("its locks are kept; look at the differences with `--previous`")
    } else {
        return None;
    };
    Some(finding.at(crate::finding::Place::file(shown.to_string())))
}

/// Does `work` on a thread that ends with it.
///
/// The system's allocator gives each thread a region of its own, and that of an ended thread to the next one: what the
/// book leaves free is used again by the threads that make the plan.
fn on_own_thread<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(result) => result,
        Err(panicked) => std::panic::resume_unwind(panicked),
    })
}

/// A spinner on stderr for work that may take seconds; invisible when stderr is no terminal.
pub fn spinner(message: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(message.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}

/// A bar on stderr that counts partners.
pub fn partners_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:30} {human_pos} of {human_len} partners, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style).with_message("assessing")
}

/// Makes the plan. The book is let go as soon as every line is assessed: the plan takes its place in memory.
fn plan(plugin: &VendorPlugin, book: PartnerBook, request: &Request, threads: Option<u16>) -> Result<QuotaPlan, Stop> {
    let bar = partners_bar();
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let plan = on_script_threads(threads.map(usize::from), || {
        let prepared = planning::prepare(plugin, &book, request, &progress)?;
        drop(book);
        let settled = prepared.settlement.settle(&prepared.drafts, prepared.currency())?;
        prepared.plan(settled, request.previous.as_deref())
    });
    bar.finish_and_clear();
    Ok(plan?)
}

/// Runs `propose`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), Stop> {
    let inputs = options.plan.load(&options.vendor)?;
    if inputs.warnings.has_errors() {
        return Err(inputs.warnings.into());
    }
    let Inputs { plugin, book, request, warnings } = inputs;
    let mut plan = plan(&plugin, book, &request, options.plan.threads)?;
    plan.findings = warnings.into_iter().chain(plan.findings).collect();
    terminal.show(&plan.findings);
    let table = report::TableOptions { width: terminal.width, colour: terminal.colour, lines: options.lines };
    let written = output::to(options.output.as_deref(), |mut out| {
        match options.format {
            Format::Table => report::table::plan(&plan, &table).and_then(|text| Ok(out.write_all(text.as_bytes())?)),
            Format::Json => report::json::write_plan(&plan, &mut out),
            Format::Csv => report::csv::write_plan(&plan, &mut out),
            Format::Xlsx => report::xlsx::write_plan(&plan, &mut out),
            Format::Html => report::html::write_plan(&plan, &mut out),
        }
        .map_err(std::io::Error::other)
    });
    std::mem::forget(plan); // freeing millions of small texts takes seconds, and the process ends soon
    written
}
