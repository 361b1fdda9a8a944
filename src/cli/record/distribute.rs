//! `plan distribute`: one workbook per account manager, with the figures of the plan.

use super::again::Again;
use super::desk::{Desk, read};
use crate::channel::Name;
use crate::cli::plan::PlanOptions;
use crate::cli::split::Files;
use crate::cli::{CommandError, Terminal, output};
use crate::ledger::plan::{Command, Line, LineKey, PlanState};
use crate::planning::{PlanLine, QuotaPlan, RecordMark};
use crate::quota::{Step, StepKind};
use crate::report::xlsx;
use crate::review::spread;
use crate::units::Money;
use std::path::PathBuf;

/// Arguments of `plan distribute`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each workbook has the current figures. A figure in `override_quota` is the
manager's offer, or, once the line is offered, the partner's answer: the
figure that is offered accepts it, another one is a counter.

Example:
  quotient plan distribute FY2026 --book examples/demonstration --output out")]
pub struct Options {
    /// Name of the plan.
    name: String,
    /// Directory for the workbooks.
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    desk: Desk,
}

/// Runs `plan distribute`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let mut store = options.desk.file.open()?;
    let loaded = read(&store, &options.name)?;
    let Some(header) = &loaded.state.header else { return Ok(()) };
    let again = Again::new(&store, header, &options.plan)?;
    terminal.show(&again.warnings);
    let plan = again.proposal(&loaded, &options.plan)?;
    let lines = loaded.state.lines.values().filter(|line| line.counts()).map(|line| line.key.clone()).collect();
    let mut files = Files::new(Some(&options.output), "xlsx")?;
    let given = options.desk.give(&mut store, &loaded, &[Command::Distribute { lines }])?;
    let plan = of_record(plan, &given.state)?;
    for part in plan.by_account_manager().map_err(std::io::Error::other)? {
        let path = files.path(part.account_manager.as_deref().unwrap_or_default());
        output::to(Some(&path), |mut out| xlsx::write_plan(&part, &mut out).map_err(std::io::Error::other))?;
        let lines = crate::finding::counted(part.lines.len(), "line");
        output::to(None, |out| writeln!(out, "{}: {lines}", path.display()))?;
    }
    Ok(())
}

/// Puts the figures of the plan of record in the place of the proposed ones.
fn of_record(mut plan: QuotaPlan, state: &PlanState) -> Result<QuotaPlan, CommandError> {
    plan.record = Some(RecordMark { plan: state.name().to_owned(), version: state.version });
    let labels: Vec<Name> = plan.reporting.iter().map(|period| Name::from(period.label.as_str())).collect();
    let own = |line: &PlanLine| state.lines.get(&LineKey::new(&line.identity.partner_id, &line.segment));
    plan.lines.retain(|line| own(line).is_some_and(Line::counts));
    for line in &mut plan.lines {
        let Some(own) = own(line) else { continue };
        let step = own.figure.minus(line.quota).map_err(std::io::Error::other)?;
        if own.figure != line.quota {
            let periods: Vec<(Name, Money)> = labels.iter().cloned().zip(line.periods.iter().copied()).collect();
            let parts = spread(own.figure, &periods).unwrap_or_default();
            line.periods = parts.into_iter().map(|(_, quota)| quota).collect();
        }
        line.quota = own.figure;
        (line.locked, line.lock_reason) = (false, String::new());
        if let Some(reason) = said(own) {
            let (kind, label) = (StepKind::Lock, "plan of record".into());
            line.steps.push(Step { kind, label, amount: step, reason: reason.into(), factor: None, source: None });
        }
    }
    plan.total = state.totals.assigned;
    Ok(plan)
}

/// State of the negotiation of a line in words, for its account manager; `None` before the first offer.
fn said(line: &Line) -> Option<String> {
    let state = format!("{} in round {}", line.state, line.round);
    match &line.counter {
        Some(counter) => {
            Some(format!("{state}; {} asks for {}: {}", counter.by, counter.figure.to_grouped(), counter.reason))
        }
        None if line.round > 0 || line.figure != line.proposed => Some(state),
        None => None,
    }
}
