//! `ledger rebuild`: every plan from its events, compared with what was served.

use super::fault::CommandFault;
use super::record::LedgerFile;
use super::{CommandError, output};
use crate::finding::{Finding, counted};
use crate::ledger::people::People;
use crate::ledger::rebuild::{Difference, compare, plan_of, rebuild};
use crate::ledger::store::LEDGER_PLAN;
use crate::ledger::{Loaded, load};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Exit code when something differs.
const DIFFERS: u8 = 6;
/// Most differences that are printed.
const SHOWN: usize = 50;

/// Arguments of `ledger rebuild`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The ledger has events only; plans are in the memory of the program that shows
them. This command folds all events of every plan, counts figures and totals
once more without the state machine, and prints what differs. With --compare,
what a server or an export showed is compared with the plan at that version:

  curl -s $SERVER/v1/vendors/meridian/plans/FY2026/lines?limit=1000 > lines.json
  quotient ledger rebuild --compare lines.json

Exit codes:
  0  nothing differs
  6  something differs")]
pub struct Options {
    /// JSON of `plan export`, or of a response about a plan or its lines; can be repeated.
    #[arg(long, value_name = "FILE")]
    compare: Vec<PathBuf>,
    #[command(flatten)]
    file: LedgerFile,
}

/// Runs `ledger rebuild`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let store = options.file.open()?;
    let heads = store.plans().map_err(Finding::from)?;
    let (mut differences, mut events) = (Vec::new(), 0);
    let mut plans: BTreeMap<String, Loaded> = BTreeMap::new();
    for head in heads.into_iter().filter(|head| head.plan != LEDGER_PLAN) {
        let loaded = load(&store, &head.plan)?;
        let (rebuilt, found) = rebuild(&loaded)?;
        events += loaded.events.len();
        differences.extend(found);
        let (lines, sum) = (counted(rebuilt.lines.len(), "line"), rebuilt.totals.assigned);
        let text = format!(
            "{}: {}, {lines}, {} {} assigned, {}",
            head.plan,
            counted(loaded.events.len(), "event"),
            sum.to_grouped(),
            sum.currency(),
            counted(rebuilt.business_plans.len(), "business plan"),
        );
        output::to(None, |out| writeln!(out, "{text}"))?;
        plans.insert(head.plan, loaded);
    }
    let people = People::read(&store)?;
    for path in &options.compare {
        differences.extend(compared(path, &plans)?);
    }
    let grants = counted(people.holding().count(), "grant");
    let (plans, events) = (counted(plans.len(), "plan"), counted(events, "event"));
    report(&differences, &format!("{}: {plans} from {events}, {grants}", options.file.shown()))
}

/// Prints the differences; fails when there are any.
fn report(differences: &[Difference], what: &str) -> Result<(), CommandError> {
    output::to(None, |out| {
        for Difference { plan, subject, member, served, rebuilt } in differences.iter().take(SHOWN) {
            writeln!(out, "{plan}, {subject}: {member} is {served}, and {rebuilt} by the events")?;
        }
        match differences.len() {
            0 => writeln!(out, "{what}; nothing differs"),
            several => writeln!(out, "{what}; {}", counted(several, "difference")),
        }
    })?;
    if differences.is_empty() { Ok(()) } else { Err(CommandError::Reported(DIFFERS)) }
}

/// Returns the differences of a document.
fn compared(path: &Path, plans: &BTreeMap<String, Loaded>) -> Result<Vec<Difference>, CommandError> {
    let file = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        let (path, reason) = (file.clone(), error.to_string());
        Finding::from(CommandFault::Unreadable { path, reason })
    };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let served = serde_json::from_str(&text).unwrap_or_default();
    let name = plan_of(&file, &served)?;
    let Some(loaded) = plans.get(&name) else {
        let fault = crate::ledger::plan::LedgerFault::UnknownPlan { plan: name, near: None };
        return Err(Finding::from(fault).into());
    };
    Ok(compare(loaded, &file, &served)?)
}
