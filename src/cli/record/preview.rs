//! `plan preview`: who pays for a new figure of one line.

use super::again::Again;
use super::desk::{LedgerFile, keys, read};
use super::moves::amount;
use crate::cli::groups::TableSize;
use crate::cli::plan::PlanOptions;
use crate::cli::progress::PartnersBar;
use crate::cli::{CommandError, Terminal, output};
use crate::finding::Finding;
use crate::ledger::plan::LedgerFault;
use crate::ledger::rebalance::{self, Rebalancing};
use crate::report::record::preview;
use crate::script::on_script_threads;
use crate::units::Money;
use rust_decimal::Decimal;

/// Lines that may move.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scope {
    /// All lines that are not settled.
    #[default]
    Channel,
    /// Lines of the same account manager.
    Manager,
}

/// Arguments of `plan preview`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Lines that are settled, offered at a changed figure, or waiting for a
decision stay as they are; the others are balanced again by the rules.

Example:
  quotient plan preview FY2026 --line P0007 --amount 240000 \\
      --book examples/demonstration")]
pub struct Options {
    /// Name of the plan.
    name: String,
    /// Line that gets the new figure.
    #[arg(long, value_name = "ID")]
    line: String,
    /// Its new figure.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    amount: Decimal,
    /// Lines that may move.
    #[arg(long, value_name = "SCOPE", default_value_t, value_enum)]
    scope: Scope,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    file: LedgerFile,
    #[command(flatten)]
    table: TableSize,
}

/// Runs `plan preview`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let store = options.file.open()?;
    let loaded = read(&store, &options.name)?;
    let state = &loaded.state;
    let key = keys(state, std::slice::from_ref(&options.line))?.into_iter().next();
    let (Some(header), Some(line)) = (&state.header, key.and_then(|key| state.lines.get(&key))) else {
        return Err(Finding::from(LedgerFault::NoLine { command: "preview".to_owned() }).into());
    };
    let Again { plugin, book, request, warnings } = Again::new(&store, header, &options.plan)?;
    terminal.show(&warnings);
    let bar = PartnersBar::new("assessing");
    let assess = || Rebalancing::new(&plugin, &book, request, state, &bar.progress());
    let rebalancing = on_script_threads(options.plan.threads.count(), assess);
    bar.finish();
    let scope = match options.scope {
        Scope::Channel => rebalance::Scope::Channel,
        Scope::Manager => rebalance::Scope::Manager,
    };
    let figure = Money::new(options.amount, header.currency);
    let shown = rebalancing?.preview(&plugin, state, line, figure, scope)?;
    let text = preview(&shown, &options.table.on(terminal)).map_err(std::io::Error::other)?;
    output::to(None, |out| out.write_all(text.as_bytes()))
}
