//! `plan`: the plan of record from proposal to lock, one command per move.

mod actuals;
mod again;
mod business;
mod business_options;
mod desk;
mod distribute;
mod export;
mod import;
mod moves;
mod open;
mod preview;
mod returned;
mod show;

use super::{CommandError, Terminal};
use clap::Subcommand;
pub use desk::{Desk, LedgerFile};
pub use open::{keep, opening, propose};

/// Arguments of `plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient plan open FY2026 meridian --book examples/demonstration \\
      --period FY2026 --target 60000000
  quotient plan distribute FY2026 --book examples/demonstration --output out
  quotient plan import FY2026 out/*.xlsx --as mara
  quotient plan status FY2026

docs/planning-round.md shows a whole round.")]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Propose quotas and open a plan of record with them.
    Open(Box<open::Options>),
    /// Write one workbook per account manager.
    Distribute(Box<distribute::Options>),
    /// Read workbooks that came back: offers, counters and acceptances.
    Import(import::Options),
    #[command(flatten)]
    Move(moves::Move),
    /// Show who pays for a new figure of one line.
    Preview(Box<preview::Options>),
    /// Show the plans of the ledger, or totals, states and open offers of one.
    Status(show::StatusOptions),
    /// Show the history of a plan as a conversation.
    Log(show::LogOptions),
    /// Keep the joint business plan of a partner: objectives, activities, signatures, review.
    BusinessPlan(business::Options),
    /// Write the quotas in force; `quotient review --quotas` reads them.
    Export(export::Options),
}

/// Runs `plan`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    match &options.command {
        Command::Open(options) => open::run(options, terminal),
        Command::Distribute(options) => distribute::run(options, terminal),
        Command::Import(options) => import::run(options, terminal),
        Command::Move(options) => moves::run(options),
        Command::Preview(options) => preview::run(options, terminal),
        Command::Status(options) => show::status(options, terminal),
        Command::Log(options) => show::log(options, terminal),
        Command::BusinessPlan(options) => business::run(options, terminal),
        Command::Export(options) => export::run(options, terminal),
    }
}
