//! `plan status` and `plan log`: the state of a plan, and its history.

use super::desk::{LedgerFile, keys, now, read};
use crate::cli::groups::TableSize;
use crate::cli::{CommandError, Terminal, output};
use crate::finding::Finding;
use crate::ledger::plan::LineKey;
use crate::ledger::store::LEDGER_PLAN;
use crate::report::record;

/// Arguments of `plan status`.
#[derive(Debug, clap::Args)]
pub struct StatusOptions {
    /// Name of the plan; all plans of the ledger by default.
    name: Option<String>,
    #[command(flatten)]
    file: LedgerFile,
    #[command(flatten)]
    table: TableSize,
}

/// Runs `plan status`.
pub fn status(options: &StatusOptions, terminal: Terminal) -> Result<(), CommandError> {
    let store = options.file.open()?;
    let table = options.table.on(terminal);
    let text = match &options.name {
        Some(name) => {
            let loaded = read(&store, name)?;
            record::status(&loaded.state, now().date_naive(), &table).map_err(std::io::Error::other)?
        }
        None => {
            // Acts on the ledger itself, such as an erasure, are recorded beside the plans.
            let mut plans = store.plans().map_err(Finding::from)?;
            plans.retain(|plan| plan.plan != LEDGER_PLAN);
            record::plans(&plans, &table)
        }
    };
    output::to(None, |out| out.write_all(text.as_bytes()))
}

/// Arguments of `plan log`.
#[derive(Debug, clap::Args)]
pub struct LogOptions {
    /// Name of the plan.
    name: String,
    /// Show the events of this line only.
    #[arg(long, value_name = "ID")]
    line: Option<String>,
    #[command(flatten)]
    file: LedgerFile,
}

/// Runs `plan log`.
pub fn log(options: &LogOptions, terminal: Terminal) -> Result<(), CommandError> {
    let store = options.file.open()?;
    let loaded = read(&store, &options.name)?;
    let line: Option<LineKey> = match &options.line {
        Some(id) => keys(&loaded.state, std::slice::from_ref(id))?.into_iter().next(),
        None => None,
    };
    let table = TableSize { lines: 20 }.on(terminal);
    let text = record::history(&loaded.events, line.as_ref(), &table);
    output::to(None, |out| out.write_all(text.as_bytes()))
}
