//! `plan export`: the quotas in force, for reviews and for other systems.

use super::desk::{LedgerFile, read};
use crate::channel::Name;
use crate::cli::fault::CommandFault;
use crate::cli::{CommandError, Terminal, output};
use crate::finding::{Finding, Findings};
use crate::ledger::Loaded;
use crate::ledger::plan::LineKey;
use crate::ledger::store::{Digest, Store};
use crate::report::record::{Agreed, AgreedLine, write_csv, write_json, write_xlsx};
use crate::review::spread;
use crate::units::{Currency, Money, parse_decimal};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Formats of agreed quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For programs.
    Json,
    /// One row per line.
    Csv,
    /// A workbook.
    Xlsx,
}

/// Arguments of `plan export`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  quotient plan export FY2026 --output quotas.json
  quotient review meridian --book examples/demonstration --as-of 2026-06-30 \\
      --quotas quotas.json")]
pub struct Options {
    /// Name of the plan.
    name: String,
    /// Output format.
    #[arg(long, value_name = "FORMAT", default_value = "json", value_enum)]
    format: Format,
    /// File to write to; stdout by default.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    file: LedgerFile,
}

/// Runs `plan export`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let store = options.file.open()?;
    let loaded = read(&store, &options.name)?;
    let agreed = agreed(&store, &loaded)?;
    let open = loaded.state.lines.values().filter(|line| line.counts()).count() - agreed.lines.len();
    if agreed.lines.is_empty() {
        return Err(Finding::from(CommandFault::NothingInForce { plan: loaded.name.clone() }).into());
    }
    if open > 0 {
        terminal.show(&Findings::from(Finding::from(CommandFault::NotInForce { lines: open })));
    }
    output::to(options.output.as_deref(), |mut out| {
        match options.format {
            Format::Json => write_json(&agreed, &mut out),
            Format::Csv => write_csv(&agreed, &mut out),
            Format::Xlsx => write_xlsx(&agreed, &mut out),
        }
        .map_err(std::io::Error::other)
    })
}

fn agreed<'l>(store: &Store, loaded: &'l Loaded) -> Result<Agreed<'l>, CommandError> {
    let Some(header) = &loaded.state.header else {
        return Err(Finding::from(CommandFault::NothingInForce { plan: loaded.name.clone() }).into());
    };
    let periods = proposed_periods(store, &header.proposal, header.currency)?;
    let mut reporting = Vec::new();
    let mut lines = Vec::new();
    for line in loaded.state.lines.values().filter(|line| line.counts()) {
        let Some(in_force) = line.figure_in_force() else { continue };
        let proposed = periods.get(&line.key).map(Vec::as_slice).unwrap_or_default();
        let parts = spread(in_force.figure, proposed).filter(|_| !proposed.is_empty()).unwrap_or_default();
        if reporting.is_empty() {
            reporting = parts.iter().map(|(label, _)| label.to_string()).collect();
        }
        let periods = parts.into_iter().map(|(_, quota)| quota).collect();
        lines.push(AgreedLine { line, in_force, periods });
    }
    let head = store.head().map_err(Finding::from)?.to_string();
    Ok(Agreed { header, version: loaded.state.version, head, reporting, lines })
}

#[derive(Deserialize)]
struct Proposal {
    lines: Vec<ProposalLine>,
}

#[derive(Deserialize)]
struct ProposalLine {
    partner_id: String,
    segment: Segment,
    periods: Vec<Period>,
}

#[derive(Deserialize)]
struct Segment {
    product_line: Option<String>,
    territory: Option<String>,
}

#[derive(Deserialize)]
struct Period {
    period: String,
    quota: String,
}

/// Quotas of the reporting periods by line, from the stored proposal.
fn proposed_periods(
    store: &Store,
    proposal: &str,
    currency: Currency,
) -> Result<BTreeMap<LineKey, Vec<(Name, Money)>>, CommandError> {
    let missing = || Finding::from(CommandFault::NoProposal { digest: proposal.to_owned() });
    let digest: Digest = proposal.parse().map_err(|_| missing())?;
    let content = store.get(&digest).map_err(Finding::from)?.ok_or_else(missing)?;
    let proposal: Proposal = serde_json::from_slice(&content).map_err(|_| missing())?;
    let mut periods = BTreeMap::new();
    for line in proposal.lines {
        let Segment { product_line, territory } = line.segment;
        let key = LineKey { partner_id: line.partner_id, product_line, territory };
        let mut quotas = Vec::with_capacity(line.periods.len());
        for period in line.periods {
            let amount = parse_decimal(&period.quota).map_err(|_| missing())?;
            quotas.push((Name::from(period.period.as_str()), Money::new(amount, currency)));
        }
        periods.insert(key, quotas);
    }
    Ok(periods)
}
