//! `plan business-plan actuals`: what a partner book says about the business plans of a plan.

use super::desk::{Desk, read};
use crate::cli::fault::CommandFault;
use crate::cli::groups::BookSource;
use crate::cli::vendor_source::VendorSource;
use crate::cli::{CommandError, Terminal, output, vendor};
use crate::finding::{Finding, Findings};
use crate::ledger::actuals::Actuals;
use crate::ledger::plan::PlanState;
use chrono::NaiveDate;

/// Arguments of `plan business-plan actuals`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Objectives with a source and activities with a tag get their values from the
book, for all partners at once. A value that the book does not have stays
not known, and can be typed.

Example:
  quotient plan business-plan actuals FY2026 --book export --as-of 2026-06-30")]
pub struct Options {
    /// Name of the plan.
    name: String,
    #[command(flatten)]
    source: BookSource,
    #[command(flatten)]
    vendors: VendorSource,
    /// Date that the values are of: later facts are ignored.
    #[arg(long, value_name = "DATE")]
    as_of: NaiveDate,
    /// Partner; can be repeated. All with a business plan by default.
    #[arg(long, value_name = "ID")]
    partner: Vec<String>,
    #[command(flatten)]
    desk: Desk,
}

/// Runs `plan business-plan actuals`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let mut store = options.desk.file.open()?;
    let loaded = read(&store, &options.name)?;
    let Some(header) = &loaded.state.header else { return Ok(()) };
    let (plugin, mut findings) = vendor::load(&options.vendors, &header.vendor)?;
    let book = options.source.read(&plugin).warned(&mut findings)?;
    terminal.show(&findings);
    expect_business_plans(&loaded.state, &options.partner)?;
    let actuals = Actuals::of(&loaded.state, &book, options.as_of, &options.partner)?;
    if !actuals.commands.is_empty() {
        options.desk.give(&mut store, &loaded, &actuals.commands)?;
    }
    output::to(None, |out| {
        if let Some(ends) = actuals.ends {
            writeln!(out, "the complete months of the book end with {ends}: it says nothing about {}", options.as_of)?;
        }
        if actuals.commands.is_empty() {
            writeln!(out, "nothing recorded: the book has no value that is new")?;
        }
        actuals
            .unknown
            .iter()
            .try_for_each(|(partner, id)| writeln!(out, "not known in the book: `{id}` of `{partner}`"))
    })
}

/// Refuses partners without a business plan in the plan.
fn expect_business_plans(state: &PlanState, partners: &[String]) -> Result<(), Findings> {
    let is_unknown = |partner: &&String| !state.business_plans.contains_key(*partner);
    let missing = |partner: &String| {
        let plan = state.header.as_ref().map(|header| header.name.clone()).unwrap_or_default();
        Finding::from(CommandFault::NoBusinessPlan { partner: partner.clone(), plan })
    };
    let findings: Findings = partners.iter().filter(is_unknown).map(missing).collect();
    if findings.has_errors() { Err(findings) } else { Ok(()) }
}
