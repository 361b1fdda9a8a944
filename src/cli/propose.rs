//! `propose`: a quota for every partner of a vendor.

use super::fault::CommandFault;
use super::groups::{Output, TableSize};
use super::plan::{Inputs, PlanOptions};
use super::progress::PartnersBar;
use super::split::{Files, SplitBy};
use super::{CommandError, Terminal, output};
use crate::channel::PartnerBook;
use crate::finding::{Finding, Findings, Place};
use crate::planning::{self, QuotaPlan, Request};
use crate::plugin::VendorPlugin;
use crate::report;
use crate::report::export::{self, ExportFault, Profile, SHIPPED, export};
use crate::script::on_script_threads;
use clap::ValueEnum;

/// Formats of a proposal.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For programs; described by `schema/proposal.schema.json`.
    Json,
    /// One row per line.
    Csv,
    /// A workbook for the negotiation; it can be returned with `--locks`.
    Xlsx,
    /// One page with charts.
    Html,
}

/// Arguments of `propose`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient propose meridian --book examples/demonstration
  quotient propose meridian --book examples/demonstration --target 60000000 \\
      --bands
  quotient propose meridian --book examples/demonstration --target 60000000 \\
      --format xlsx --output proposal.xlsx
  quotient propose meridian --book examples/demonstration --target 60000000 \\
      --locks proposal.xlsx --previous proposal.xlsx")]
pub struct Options {
    /// Vendor whose rules are applied.
    vendor: String,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    output: Output<Format>,
    /// Add bands and odds, estimated from past periods planned with the same rules; takes as long as planning those
    /// periods. `bands = true` in `[health]` of the manifest adds them always.
    #[arg(long)]
    bands: bool,
    /// Write a CSV file for another system: `salesforce`, `varicent`, or a profile file.
    #[arg(long, value_name = "PROFILE", conflicts_with_all = ["format", "split_by"])]
    profile: Option<String>,
    /// Text of a column that the profile leaves open, such as ForecastingTypeId=0Db…; can be repeated.
    #[arg(long, value_name = "HEADING=TEXT", requires = "profile")]
    set: Vec<String>,
    /// Write one workbook or CSV file per account manager into the directory that `--output` names.
    #[arg(long, value_name = "COLUMN")]
    split_by: Option<SplitBy>,
    #[command(flatten)]
    table: TableSize,
}

/// Runs `propose`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let profile = options.profile.as_deref().map(|name| profile(name, &options.set)).transpose()?;
    let inputs = options.plan.load(&options.vendor)?;
    if inputs.warnings.has_errors() {
        return Err(inputs.warnings.into());
    }
    let Inputs { plugin, book, mut request, warnings } = inputs;
    request.bands = options.bands;
    request.without_steps = profile.is_some() || options.output.format == Format::Csv;
    let mut plan = propose(&plugin, book, &request, options.plan.threads.count())?;
    plan.findings = warnings.into_iter().chain(plan.findings).collect();
    terminal.show(&plan.findings);
    if let Some(profile) = profile {
        let export = export(&plan, &profile)?;
        return options.output.write(|mut out| export::write(&export, &mut out).map_err(std::io::Error::other));
    }
    if let Some(SplitBy::AccountManager) = options.split_by {
        return write_split(plan, options);
    }
    let table = options.table.on(terminal);
    let written = options.output.write(|mut out| {
        match options.output.format {
            Format::Table => report::table::plan(&plan, &table).and_then(|text| Ok(out.write_all(text.as_bytes())?)),
            Format::Json => report::json::write_plan(&plan, &mut out),
            Format::Csv => report::csv::write_plan(&plan, &mut out),
            Format::Xlsx => report::xlsx::write_plan(&plan, &mut out),
            Format::Html => report::html::write_plan(&plan, &mut out),
        }
        .map_err(std::io::Error::other)
    });
    std::mem::forget(plan); // freeing millions of small strings takes seconds, and the process ends soon
    written
}

/// Reads an export profile and sets its open columns.
fn profile(name: &str, settings: &[String]) -> Result<Profile, CommandError> {
    let mut findings = Findings::new();
    let text = match Profile::shipped(name) {
        Some(text) => text.to_owned(),
        None => std::fs::read_to_string(name).map_err(|error| unreadable_profile(name, &error))?,
    };
    let Some(mut profile) = Profile::parse(name, &text).ok(&mut findings) else { return Err(findings.into()) };
    findings.extend(settings.iter().filter_map(|setting| profile.set(setting).err()));
    if findings.has_errors() { Err(findings.into()) } else { Ok(profile) }
}

fn unreadable_profile(name: &str, error: &std::io::Error) -> CommandError {
    let shipped = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
    let fault = ExportFault::UnknownProfile { profile: name.to_owned(), shipped, reason: error.to_string() };
    Finding::from(fault).at(Place::file(name)).into()
}

/// Writes one file per account manager.
fn write_split(plan: QuotaPlan, options: &Options) -> Result<(), CommandError> {
    let (write, extension) = match options.output.format {
        Format::Xlsx => ((|plan, mut out| report::xlsx::write_plan(plan, &mut out)) as WritePlan, "xlsx"),
        Format::Csv => ((|plan, mut out| report::csv::write_plan(plan, &mut out)) as WritePlan, "csv"),
        other => {
            let format = other.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            return Err(Finding::from(CommandFault::SplitFormat { format }).into());
        }
    };
    let mut files = Files::new(options.output.path(), extension)?;
    for part in plan.by_account_manager().map_err(std::io::Error::other)? {
        let path = files.path(part.account_manager.as_deref().unwrap_or_default());
        output::to(Some(&path), |out| write(&part, out).map_err(std::io::Error::other))?;
    }
    Ok(())
}

/// Writes a plan in one format.
type WritePlan = fn(&QuotaPlan, &mut dyn std::io::Write) -> Result<(), report::ReportFault>;

/// Makes the plan. Without bands, the book is dropped as soon as every line is assessed: the plan takes its place in
/// memory.
fn propose(
    plugin: &VendorPlugin,
    book: PartnerBook,
    request: &Request,
    threads: Option<usize>,
) -> Result<QuotaPlan, CommandError> {
    let bar = PartnersBar::new("assessing");
    let plan = on_script_threads(threads, || {
        if planning::wants_bands(plugin, request) {
            return planning::propose(plugin, &book, request, &bar.progress());
        }
        let prepared = planning::prepare_given(plugin, book, request, &bar.progress())?;
        let settled = prepared.settlement.settle(&prepared.drafts, prepared.currency())?;
        prepared.plan(&settled, request.previous.as_deref())
    });
    bar.finish();
    Ok(plan?)
}
