//! `ledger`: verification, anchors and backups of the file that has the plans of record, and who may do what in it.

use super::fault::CommandFault;
use super::record::LedgerFile;
use super::{CommandError, Terminal, output, password, persons, rebuild};
use crate::finding::{Finding, Place, counted};
use crate::ledger::agreement::Agreement;
use crate::ledger::store::Head;
use clap::Subcommand;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Exit code when the ledger is not what was appended.
const NOT_WHAT_WAS_APPENDED: u8 = 6;

/// Arguments of `ledger`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient ledger anchor --output anchor.json
  quotient ledger verify --anchor anchor.json
  quotient ledger rebuild
  quotient ledger backup copy.ledger
  quotient ledger grant dana approver
  quotient ledger persons

A history that was cut at its end, or rewritten as a whole, shows only
against an anchor that was copied elsewhere. Each export of agreed quotas
contains the head of the ledger, so that a partner's copy is one.

Exit codes of verify:
  0  the ledger is what was appended
  5  the ledger cannot be read
  6  the ledger is not what was appended")]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Verify that the ledger is what was appended.
    Verify {
        #[command(flatten)]
        file: LedgerFile,
        /// Head of the ledger that was copied elsewhere.
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
    /// Print the head of the ledger: number and hash of its last event.
    Anchor {
        #[command(flatten)]
        file: LedgerFile,
        /// File to write to; stdout by default.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Rebuild every plan from its events, and compare it with what was served.
    Rebuild(rebuild::Options),
    /// Give a person a role in the plans that a server shows.
    Grant(Box<persons::GrantOptions>),
    /// Revoke a grant.
    Revoke(persons::RevokeOptions),
    /// Set or remove the password with which a person signs in.
    Password(password::Options),
    /// List the grants.
    Persons(persons::PersonsOptions),
    /// Copy the ledger to a new file, also while it is in use, and verify the copy.
    Backup {
        /// File of the copy; it must not exist.
        to: PathBuf,
        #[command(flatten)]
        file: LedgerFile,
    },
}

/// Runs `ledger`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    match &options.command {
        Command::Verify { file, anchor } => verify(file, anchor.as_deref(), terminal),
        Command::Anchor { file, output } => {
            let head = file.open()?.head().map_err(Finding::from)?;
            let json = serde_json::to_string(&head).map_err(std::io::Error::other)?;
            output::to(output.as_deref(), |out| writeln!(out, "{json}"))
        }
        Command::Rebuild(options) => rebuild::run(options),
        Command::Grant(options) => persons::give(options, terminal),
        Command::Revoke(options) => persons::take_back(options),
        Command::Password(options) => password::run(options),
        Command::Persons(options) => persons::list(options),
        Command::Backup { to, file } => {
            let store = file.open()?;
            store.backup(to).map_err(Finding::from)?;
            let head = store.head().map_err(Finding::from)?;
            let text = format!("{}: {}, verified", to.display(), counted(head.number, "event"));
            output::to(None, |out| writeln!(out, "{text}"))
        }
    }
}

fn verify(file: &LedgerFile, anchor: Option<&Path>, terminal: Terminal) -> Result<(), CommandError> {
    let read = anchor.map(read_anchor).transpose()?;
    let store = file.open()?;
    let (head, copy) = read.map_or((None, None), |(head, copy)| (Some(head), copy));
    let mut verified = store.verify(head.as_ref()).map_err(Finding::from)?;
    if let (Some(copy), Some(path)) = (&copy, anchor) {
        verified.findings.extend(copy.differences(&store, &path.display().to_string())?);
    }
    terminal.show(&verified.findings);
    let (events, snapshots) = (counted(verified.events, "event"), counted(verified.snapshots, "snapshot"));
    let mut text = match verified.holds() {
        true => format!("{}: {events} and {snapshots} intact, head {}\n", file.shown(), verified.head),
        false => format!("{}: does not hold, of {events} and {snapshots} that were read\n", file.shown()),
    };
    if let Some(copy) = copy.filter(|_| verified.holds()) {
        let terms = &copy.terms;
        let _ = writeln!(text, "agreement about {} of {}: {} {}", terms.line, terms.plan, terms.figure, terms.currency);
    }
    let shown = output::to(None, |out| write!(out, "{text}"));
    if verified.holds() {
        shown?;
    }
    if verified.holds() { Ok(()) } else { Err(CommandError::Reported(NOT_WHAT_WAS_APPENDED)) }
}

/// Reads a head from the file of `ledger anchor`, from an export of agreed quotas, or from a copy of an agreement.
fn read_anchor(path: &Path) -> Result<(Head, Option<Agreement>), Finding> {
    let file = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        let (path, reason) = (file.clone(), error.to_string());
        Finding::from(CommandFault::UnreadableAnchor { path, reason })
    };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let json: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let of_export = || json.as_ref()?.get("head")?.as_str()?.parse().ok();
    let head = serde_json::from_str(&text).ok().or_else(of_export);
    let copy = Agreement::read(text.as_bytes());
    head.map(|head| (head, copy))
        .ok_or_else(|| Finding::from(CommandFault::NotAnAnchor { file: file.clone() }).at(Place::file(file)))
}
