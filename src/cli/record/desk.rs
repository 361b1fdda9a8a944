//! Parts that every command about a plan needs: the ledger, the person, the lines.

use crate::cli::fault::CommandFault;
use crate::cli::place::place;
use crate::cli::{CommandError, clock, output};
use crate::database::Place;
use crate::finding::{Finding, Findings};
use crate::ledger::plan::{
    Actor, Command, LedgerFault, Line, LineKey, LineState, PlanState, Step, transition, unknown_line,
};
use crate::ledger::store::Store;
use crate::ledger::{Given, Loaded, give, load};
use crate::report::record::recorded;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Variables in which systems name the user.
const USER: [&str; 3] = ["USER", "LOGNAME", "USERNAME"];

/// The place of the ledger.
#[derive(Debug, clap::Args)]
pub struct LedgerFile {
    /// File of the ledger, or `postgres://USER@HOST:PORT/DATABASE`.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "quotient.ledger",
        value_parser = place(),
        env = "QUOTIENT_LEDGER",
        hide_env_values = true
    )]
    pub ledger: Place,
}

impl LedgerFile {
    /// Opens the ledger, which must exist.
    pub fn open(&self) -> Result<Store, CommandError> {
        Ok(Store::open_existing_at(&self.ledger).map_err(Finding::from)?)
    }

    /// Opens the ledger, and creates it where there is none.
    pub fn open_or_create(&self) -> Result<Store, CommandError> {
        Ok(Store::open_at(&self.ledger).map_err(Finding::from)?)
    }

    /// Name of the place, as messages show it.
    pub fn shown(&self) -> String {
        self.ledger.to_string()
    }
}

/// The person who gives a command, and the ledger that records it.
#[derive(Debug, clap::Args)]
pub struct Desk {
    #[command(flatten)]
    pub file: LedgerFile,
    /// Person who gives the command; the user of the system by default.
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
}

impl Desk {
    /// Returns the person who gives the command.
    pub fn actor(&self) -> Result<Actor, CommandError> {
        let of_system = || USER.iter().find_map(|name| std::env::var(name).ok());
        let person = self.person.clone().or_else(of_system).map(|person| person.trim().to_owned());
        match person.filter(|person| !person.is_empty()) {
            Some(person) => Ok(Actor::new(person)),
            None => Err(Finding::from(CommandFault::NoPerson {}).into()),
        }
    }

    /// Gives commands about a plan as it was read, and prints what was recorded.
    pub fn give(&self, store: &mut Store, loaded: &Loaded, commands: &[Command]) -> Result<Given, CommandError> {
        let actor = self.actor()?;
        let given = give(store, loaded, commands, &actor, now())?;
        let text = recorded(&given.events, &given.state).map_err(std::io::Error::other)?;
        let place = format!("recorded as `{}` in {}\n", actor.person, self.file.shown());
        output::to(None, |out| out.write_all(text.as_bytes()).and_then(|()| out.write_all(place.as_bytes())))?;
        Ok(given)
    }
}

/// Returns the time of a command.
pub fn now() -> DateTime<Utc> {
    clock::now()
}

/// Lines that a command is about.
#[derive(Debug, clap::Args)]
pub struct Selection {
    /// Line: a partner id, or id, product line and territory such as `P0007/Servers/North`; can be repeated.
    #[arg(long, value_name = "ID")]
    pub line: Vec<String>,
    /// Every line that can take the step now.
    #[arg(long, conflicts_with = "line")]
    all: bool,
    /// Every line of this account manager that can take the step now; can be repeated.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["line", "all"])]
    manager: Vec<String>,
}

impl Selection {
    /// Returns the selected lines; all findings about them at once.
    pub fn keys(&self, state: &PlanState, step: Step, actor: &Actor) -> Result<Vec<LineKey>, Findings> {
        if !self.line.is_empty() {
            return keys(state, &self.line);
        }
        if !self.all && self.manager.is_empty() {
            return Err(Finding::from(CommandFault::NoSelection { step: step.to_string() }).into());
        }
        let known: BTreeSet<&str> = state.lines.values().filter_map(|line| line.manager.as_deref()).collect();
        let mut findings = Findings::new();
        for manager in self.manager.iter().filter(|manager| !known.contains(manager.as_str())) {
            let near = crate::finding::did_you_mean(manager, known.iter().copied()).map(str::to_owned);
            let managers = known.iter().map(|name| (*name).to_owned()).collect();
            findings.push(CommandFault::UnknownManager { manager: manager.clone(), near, managers }.into());
        }
        if findings.has_errors() {
            return Err(findings);
        }
        let is_of = |line: &&Line| {
            let manager = line.manager.as_deref();
            self.all || self.manager.iter().any(|name| Some(name.as_str()) == manager)
        };
        let (taken, left): (Vec<&Line>, Vec<&Line>) = state
            .lines
            .values()
            .filter(is_of)
            .filter(|line| transition(line.state, step).is_some() && is_meant(line, step))
            .partition(|line| step != Step::Approve || may_approve(line, actor));
        if !left.is_empty() {
            let lines = left.iter().map(|line| line.key.to_string()).collect();
            let finding = Finding::from(CommandFault::OwnLines { person: actor.person.clone(), lines });
            if taken.is_empty() {
                return Err(finding.with_severity(crate::finding::Severity::Error).into());
            }
            eprint!("{}", crate::finding::render::human([&finding], false));
        }
        // A plan whose lines are all in force is locked without naming any.
        if taken.is_empty() && (step != Step::Lock || !self.all) {
            return Err(Finding::from(LedgerFault::NoLine { command: step.to_string() }).into());
        }
        Ok(taken.into_iter().map(|line| line.key.clone()).collect())
    }
}

impl Selection {
    /// Returns the lines to approve in `role`; of those that are not named one by one, the lines with such an open step.
    pub fn to_approve(&self, state: &PlanState, actor: &Actor, role: Option<&str>) -> Result<Vec<LineKey>, Findings> {
        let mut keys = self.keys(state, Step::Approve, actor)?;
        if !self.line.is_empty() || role.is_none() {
            return Ok(keys);
        }
        let is_asked = |key: &LineKey| {
            let open = state.lines.get(key).map(|line| state.open_steps(line));
            open.is_some_and(|open| open.is_ok_and(|open| open.iter().any(|step| step.role.as_deref() == role)))
        };
        keys.retain(is_asked);
        if keys.is_empty() {
            return Err(Finding::from(LedgerFault::NoLine { command: Step::Approve.to_string() }).into());
        }
        Ok(keys)
    }
}

/// True for lines that `--all` means: an open offer is not offered again, and a counter is not escalated, by accident.
fn is_meant(line: &Line, step: Step) -> bool {
    match step {
        Step::Offer => !matches!(line.state, LineState::Offered | LineState::Countered),
        Step::Accept => line.state != LineState::Countered,
        _ => true,
    }
}

/// True when the person may approve the figure.
fn may_approve(line: &Line, actor: &Actor) -> bool {
    !line.authors.contains(&actor.person) && line.approvals.iter().all(|approval| approval.by != actor.person)
}

/// Returns the lines that `ids` name; all findings at once.
pub fn keys(state: &PlanState, ids: &[String]) -> Result<Vec<LineKey>, Findings> {
    let mut findings = Findings::new();
    let mut keys = Vec::new();
    for id in ids {
        match state.find(id).as_slice() {
            [] => findings.push(unknown_line(state, id).into()),
            [line] => keys.push(line.key.clone()),
            several => {
                let lines = several.iter().map(|line| line.key.to_string()).collect();
                findings.push(LedgerFault::SeveralLines { partner: id.clone(), lines }.into());
            }
        }
    }
    if findings.has_errors() { Err(findings) } else { Ok(keys) }
}

/// Reads the plan of that name.
pub fn read(store: &Store, name: &str) -> Result<Loaded, CommandError> {
    Ok(load(store, name)?)
}
