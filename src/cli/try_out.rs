//! `try`: findings, cases and what moves, each time a file of the vendor is saved.

use super::compare::{self, Input, Loaded};
use super::groups::{TableSize, Threads};
use super::plan::PlanInputs;
use super::vendor_source::VendorSource;
use super::{CommandError, Terminal, check, error, test, vendor};
use crate::finding::Findings;
use crate::library::{Events, Wake, Wakeups};
use crate::plugin::{CaseOutcome, VendorFiles};
use crate::report::comparison::{self, Labels};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Time without a further event after which files count as saved.
const SETTLED: Duration = Duration::from_millis(60);

/// Arguments of `try`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient try meridian --book examples/demonstration
  quotient try meridian --book examples/demonstration --before HEAD --lines 5
  quotient try meridian --book examples/demonstration --before HEAD --once")]
pub struct Options {
    /// Vendor whose files are watched.
    vendor: String,
    #[command(flatten)]
    inputs: PlanInputs,
    /// Revision to compare with, as for `quotient compare`; the files at the start by default.
    #[arg(long, value_name = "REVISION", default_value = "live")]
    before: String,
    /// Report once and end; the exit code is that of the findings and cases.
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    vendors: VendorSource,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    table: TableSize,
}

/// Base of every comparison.
struct Session<'a> {
    options: &'a Options,
    terminal: Terminal,
    before: Loaded,
    input: Input,
}

/// Runs `try`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let before = Loaded::new(&options.before, compare::read(&options.before, &options.vendors, &options.vendor)?)?;
    let mut findings = Findings::new();
    let input = Input::read(&options.inputs, &before.plugin, &mut findings)?;
    terminal.show(&findings);
    let session = Session { options, terminal, before, input };
    if options.once { session.round(session.files()?) } else { session.watch() }
}

impl Session<'_> {
    fn files(&self) -> Result<VendorFiles, Findings> {
        self.options.vendors.files(&self.options.vendor)
    }

    /// Reports now and after each change, until the process ends.
    fn watch(&self) -> Result<(), CommandError> {
        let mut events = Events::new();
        let mut wakes = arm(&mut events, &self.watched())?;
        let mut last = None;
        loop {
            match self.files() {
                Ok(files) if last.as_deref() == Some(files.revision()) => {}
                Ok(files) => {
                    last = Some(files.revision().to_owned());
                    if let Err(CommandError::Refused(findings)) = self.round(files) {
                        self.terminal.show(&findings);
                    }
                }
                Err(findings) => self.terminal.show(&findings),
            }
            let Ok(mut wake) = wakes.recv() else { return Err(CommandError::Negative) };
            while let Ok(next) = wakes.recv_timeout(SETTLED) {
                wake = if matches!(wake, Wake::Lost(_)) { wake } else { next };
            }
            if let Wake::Lost(_) = wake {
                wakes = arm(&mut events, &self.watched())?;
            }
        }
    }

    /// Directories whose changes matter.
    fn watched(&self) -> Vec<PathBuf> {
        let VendorSource { directories, bundles } = &self.options.vendors;
        match bundles.path() {
            Some(path) => vec![path],
            // Of an address nothing is heard: it is asked when the command starts.
            None if bundles.bundles.is_some() => Vec::new(),
            None => [&directories.rules, &directories.policies].map(|root| root.join(&self.options.vendor)).to_vec(),
        }
    }

    /// Reports findings, cases that fail, and what moves.
    fn round(&self, files: VendorFiles) -> Result<(), CommandError> {
        let Options { inputs, vendor, before: reference, .. } = self.options;
        let inspected = vendor::inspect_files(&files);
        let (checked, findings) = check::checked(&self.options.vendors.directories, vendor.clone(), &inspected);
        self.terminal.show(&findings);
        let mut text = String::new();
        inspected.outcomes.iter().filter(|outcome| !outcome.holds()).for_each(|one| test::case_text(one, &mut text));
        println(&format!("{}\n{text}", checked.verdict()))?;
        let has_failed = !inspected.outcomes.iter().all(CaseOutcome::holds);
        let after = match Loaded::of("live", files, inspected) {
            Ok(after) => after,
            // Shown above.
            Err(refused) => return Err(error::reported(&refused)),
        };
        let own = match self.before.reads_alike(&after) {
            true => None,
            false => Some(Input::read(inputs, &after.plugin, &mut Findings::new())?),
        };
        let sides = ((&self.before, &self.input), (&after, own.as_ref().unwrap_or(&self.input)));
        let comparison = compare::compared(inputs, self.options.threads.count(), sides.0, sides.1)?;
        let failures = compare::failures(&comparison, [reference, "live"]);
        self.terminal.show(&failures);
        let before = if reference == "live" { "start" } else { reference };
        let labels = Labels { before, after: "now" };
        let table = self.options.table.on(self.terminal);
        println(&comparison::table(&comparison, labels, &table).map_err(std::io::Error::other)?)?;
        match (failures.has_errors(), has_failed) {
            (true, _) => Err(error::reported(&failures)),
            (false, true) => Err(CommandError::Negative),
            (false, false) => Ok(()),
        }
    }
}

/// Watches the directories from now on.
fn arm(events: &mut Events, directories: &[PathBuf]) -> Result<Receiver<Wake>, Findings> {
    let (sender, receiver) = channel();
    events.arm(directories, Arc::new(move |wake| drop(sender.send(wake))))?;
    Ok(receiver)
}

/// Writes a text with a line feed to stdout, at once.
fn println(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", text.trim_end_matches('\n'))?;
    stdout.flush()
}
