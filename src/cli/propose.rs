//! `propose`: a quota for every partner of a vendor.

use super::groups::{Output, TableSize};
use super::plan::{Inputs, PlanOptions};
use super::progress::PartnersBar;
use super::{CommandError, Terminal};
use crate::channel::PartnerBook;
use crate::planning::{self, QuotaPlan, Request};
use crate::plugin::VendorPlugin;
use crate::report;
use crate::script::on_script_threads;

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
    #[command(flatten)]
    table: TableSize,
}

/// Runs `propose`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let inputs = options.plan.load(&options.vendor)?;
    if inputs.warnings.has_errors() {
        return Err(inputs.warnings.into());
    }
    let Inputs { plugin, book, request, warnings } = inputs;
    let mut plan = propose(&plugin, book, &request, options.plan.threads.count())?;
    plan.findings = warnings.into_iter().chain(plan.findings).collect();
    terminal.show(&plan.findings);
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

/// Makes the plan. The book is dropped as soon as every line is assessed: the plan takes its place in memory.
fn propose(
    plugin: &VendorPlugin,
    book: PartnerBook,
    request: &Request,
    threads: Option<usize>,
) -> Result<QuotaPlan, CommandError> {
    let bar = PartnersBar::new("assessing");
    let plan = on_script_threads(threads, || {
        let prepared = planning::prepare(plugin, &book, request, &bar.progress())?;
        drop(book);
        let settled = prepared.settlement.settle(&prepared.drafts, prepared.currency())?;
        prepared.plan(settled, request.previous.as_deref())
    });
    bar.finish();
    Ok(plan?)
}
