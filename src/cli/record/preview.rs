//! `plan preview`: who pays for a new figure of one line.

use super::again::Again;
use super::desk::{LedgerFile, keys, read};
use super::moves::amount;
use super::open::propose;
use crate::cli::groups::TableSize;
use crate::cli::plan::PlanOptions;
use crate::cli::{CommandError, Terminal, output};
use crate::finding::Finding;
use crate::ledger::plan::{LedgerFault, Line, LineKey, LineState, PlanState};
use crate::planning::{PlanLine, QuotaPlan, Request};
use crate::report::record::{Move, Preview, preview};
use crate::units::Money;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

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
    let mut again = Again::new(header, &options.plan)?;
    terminal.show(&again.warnings);
    let proposal = again.proposal(&loaded, &options.plan)?;
    again.request.target = target(state, &proposal, &again.request);
    let figure = Money::new(options.amount, header.currency);
    let is_free = |other: &Line| {
        let is_of = options.scope == Scope::Channel || other.manager == line.manager;
        other.key != line.key && is_of && is_open(other)
    };
    let mut settle = |candidate: Money| {
        let fixed = state.lines.values().filter(|other| !is_free(other));
        let locks = fixed.map(|other| {
            let figure = if other.key == line.key { candidate } else { figure_of(other) };
            (other.key.clone(), figure, format!("{} in the plan of record", other.state))
        });
        again.lock(locks.collect());
        propose(&again.plugin, &again.book, &again.request, &options.plan)
    };
    let free: Vec<&Line> = state.lines.values().filter(|other| is_free(other)).collect();
    let (moves, earlier) = match free.is_empty() {
        // With every line fixed there is nothing to balance.
        true => (Vec::new(), 0),
        false => {
            let (now, then) = (settle(line.figure)?, settle(figure)?);
            (moves(&free, &now, &then), earlier(&free, &now))
        }
    };
    let shown = Preview {
        plan: loaded.name.clone(),
        currency: header.currency,
        change: moved(line, line.figure, figure),
        moves,
        free: free.len(),
        earlier,
        scope: match (options.scope, &line.manager) {
            (Scope::Manager, Some(manager)) => format!("the lines of {manager}"),
            (Scope::Manager, None) => "the lines without an account manager".to_owned(),
            (Scope::Channel, _) => "the channel".to_owned(),
        },
        difference: state.totals.difference().map_err(std::io::Error::other)?,
    };
    let text = preview(&shown, &options.table.on(terminal)).map_err(std::io::Error::other)?;
    output::to(None, |out| out.write_all(text.as_bytes()))
}

/// The target to balance to: what the lines sum to now, so that this change alone is balanced.
///
/// With targets of parts of the channel, a reserve or over-assignment, the lines do not say what the target would have
/// to be; then earlier changes are balanced as well, and the preview says so.
fn target(state: &PlanState, proposal: &QuotaPlan, request: &Request) -> Option<Decimal> {
    let is_plain = proposal.over_assignment.is_empty() && proposal.reserve.is_zero() && request.targets.is_empty();
    match (request.target, state.target_authors.is_empty()) {
        (Some(_), _) if is_plain => Some(state.totals.assigned.amount()),
        (asked, true) => asked,
        (_, false) => state.totals.target.map(Money::amount),
    }
}

/// True for a line that re-balancing may move: it is not settled, and its figure is the proposed one.
fn is_open(line: &Line) -> bool {
    use LineState::{Distributed, Offered, Proposed, Returned};
    matches!(line.state, Proposed | Distributed | Offered | Returned) && line.figure == line.proposed
}

/// The figure that a fixed line has: nothing where it was withdrawn.
fn figure_of(line: &Line) -> Money {
    if line.counts() { line.figure } else { Money::zero(line.figure.currency()) }
}

fn quotas(plan: &QuotaPlan) -> BTreeMap<LineKey, Money> {
    let key = |line: &PlanLine| LineKey::new(&line.identity.partner_id, &line.segment);
    plan.lines.iter().map(|line| (key(line), line.quota)).collect()
}

/// Number of free lines that the re-balancing of earlier changes moves.
fn earlier(free: &[&Line], now: &QuotaPlan) -> usize {
    let now = quotas(now);
    free.iter().filter(|line| now.get(&line.key).is_some_and(|quota| *quota != line.figure)).count()
}

fn moves(free: &[&Line], now: &QuotaPlan, then: &QuotaPlan) -> Vec<Move> {
    let (now, then) = (quotas(now), quotas(then));
    let of = |line: &&&Line| Some(moved(line, *now.get(&line.key)?, *then.get(&line.key)?));
    free.iter().filter_map(|line| of(&line)).filter(|line| line.before != line.after).collect()
}

fn moved(line: &Line, before: Money, after: Money) -> Move {
    Move {
        line: line.key.clone(),
        partner_name: line.partner_name.clone(),
        manager: line.manager.clone(),
        territory: line.home.clone(),
        before,
        after,
    }
}
