//! `replay`: the decisions of a decision log repeated, and their differences.

mod vendors;

use super::fault::CommandFault;
use super::groups::{Directories, Output, TableSize, Threads};
use super::progress::{bytes_bar, spinner};
use super::verify::{self, broken};
use super::{CommandError, Terminal};
use crate::audit::{
    Entry, Expected, Line, LogReader, LoggedOutcome, Obstacle, Record, Replay, ReplayRules, Verdict, Verification,
    Verifier, compare, compare_outcomes, files_of_log, input_of, replay,
};
use crate::finding::{Finding, Findings, Place};
use crate::library::Archive;
use crate::request::Limits;
use crate::script::ScriptPool;
use indicatif::ProgressBar;
use rayon::prelude::*;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use vendors::{Found, Vendors};

/// Records that are decided together.
const CHUNK_RECORDS: usize = 512;
/// Bytes of requests and responses after which a chunk is full.
const CHUNK_BYTES: usize = 32 << 20;
/// Exit code when the log cannot be read.
const UNREADABLE: u8 = 3;

/// Formats of the report.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For programs; described by `schema/replay.schema.json`.
    Json,
}

/// Rules with which the decisions are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Rules {
    /// The revision that made the decision.
    Recorded,
    /// The current rules, to see what they would change.
    Current,
}

/// Arguments of `replay`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient replay decisions.jsonl --state state
  quotient replay logs --state state --with current --format json

Exit codes:
  0  no difference
  1  a decision differs, or with --strict cannot be repeated
  3  the log cannot be read
  6  the log is not what was written: nothing is replayed (see `quotient verify`)")]
pub struct Options {
    /// Decision log: a file, a directory with all its files, or `-` for stdin.
    log: PathBuf,
    #[command(flatten)]
    directories: Directories,
    /// State directory of the server, with the archive of past revisions.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Directory with the JSON of books that requests refer to by id; `books` in the state directory by default.
    #[arg(long, value_name = "DIR")]
    books: Option<PathBuf>,
    /// Rules with which the decisions are repeated.
    #[arg(long, value_name = "RULES", default_value = "recorded")]
    with: Rules,
    #[command(flatten)]
    output: Output<Format>,
    /// Exit with 1 also when a decision cannot be repeated.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    table: TableSize,
}

/// Runs `replay`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let unreadable = |finding: Finding| {
        terminal.show(&Findings::from_iter([finding]));
        CommandError::Reported(UNREADABLE)
    };
    let is_stdin = options.log == Path::new("-");
    let files = if is_stdin { Vec::new() } else { files_of_log(&options.log).map_err(unreadable)? };
    let verified = verify::verify(&files, &Expected::default()).map_err(unreadable)?;
    let verified = verified.into_iter().map(|(_, log)| log).collect();
    let mut replayer = Replayer::new(options)?;
    replayer.accept(verified, terminal)?;
    let bar = bar(&files);
    if is_stdin {
        let verified = replayer.read_stdin().map_err(|error| unreadable(broken("-", &error)))?;
        replayer.accept(vec![verified], terminal)?;
    }
    for path in &files {
        let name = path.display().to_string();
        let read = File::open(path).and_then(|file| replayer.read(&name, BufReader::new(bar.wrap_read(file)), |_| {}));
        read.map_err(|error| unreadable(broken(&name, &error)))?;
    }
    bar.finish_and_clear();
    replayer.verified.iter().for_each(|log| replayer.replay.add_verified(log));
    finish(options, &replayer.replay, replayer.with, unreadable)
}

fn finish(
    options: &Options,
    replay: &Replay,
    with: ReplayRules,
    unreadable: impl Fn(Finding) -> CommandError,
) -> Result<(), CommandError> {
    if replay.records() == 0 && replay.unreadable + replay.foreign > 0 {
        let name = options.log.display().to_string();
        let finding = Finding::from(CommandFault::NotALog { file: name.clone() });
        return Err(unreadable(finding.at(Place::file(name))));
    }
    options.output.write(|out| match options.output.format {
        Format::Table => replay.write_text(with, options.table.lines, out),
        Format::Json => replay.write_json(with, out),
    })?;
    let is_negative = replay.different > 0 || (options.strict && replay.not_replayable() > 0);
    if is_negative { Err(CommandError::Negative) } else { Ok(()) }
}

fn bar(files: &[PathBuf]) -> ProgressBar {
    if files.is_empty() {
        return spinner("replaying");
    }
    let bytes = files.iter().filter_map(|path| fs::metadata(path).ok()).map(|meta| meta.len()).sum();
    bytes_bar("replaying", bytes)
}

/// A replay in progress.
struct Replayer {
    vendors: Vendors,
    with: ReplayRules,
    pool: ScriptPool,
    replay: Replay,
    /// Verification of every log that is replayed.
    verified: Vec<Verification>,
}

/// A record with its line and the vendors it is decided with.
struct Task {
    line: u64,
    record: Box<Record>,
    recorded: Found,
    /// The current rules; `None` when those of the record are used.
    current: Option<Found>,
}

impl Replayer {
    fn new(options: &Options) -> Result<Self, CommandError> {
        let archive = options.state.as_deref().map(Archive::open_read_only).transpose()?;
        let books = options.books.clone().or_else(|| Some(options.state.as_deref()?.join("books")));
        let pool = ScriptPool::new(options.threads.count())
            .map_err(|error| Finding::from(CommandFault::NoThreads { reason: error.to_string() }))?;
        let with = match options.with {
            Rules::Recorded => ReplayRules::Recorded,
            Rules::Current => ReplayRules::Current,
        };
        let vendors = Vendors::new(&options.directories, archive, books);
        Ok(Self { vendors, with, pool, replay: Replay::default(), verified: Vec::new() })
    }

    /// Ends the command if a log is not what was written; otherwise adds what is known of its lines.
    fn accept(&mut self, verified: Vec<Verification>, terminal: Terminal) -> Result<(), CommandError> {
        verified.iter().for_each(|log| terminal.show(&log.findings));
        if verified.iter().any(|log| !log.holds()) {
            return Err(CommandError::Reported(verify::NOT_WHAT_WAS_WRITTEN));
        }
        self.verified.extend(verified);
        Ok(())
    }

    /// Repeats the decisions of stdin, which can be read only once, and verifies them.
    fn read_stdin(&mut self) -> io::Result<Verification> {
        let mut verifier = Verifier::new(Expected::default());
        self.read("-", io::stdin().lock(), |line| verifier.line("-", line))?;
        Ok(verifier.finish("-"))
    }

    /// Repeats the decisions of one file.
    fn read(&mut self, name: &str, reader: impl BufRead, mut see: impl FnMut(&Line<'_>)) -> io::Result<()> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        let mut reader = LogReader::new(reader);
        while let Some(line) = reader.next_line()? {
            see(&line);
            if line.bytes.trim_ascii().is_empty() {
                continue;
            }
            let (line, entry) = (line.number, line.entry());
            self.replay.count_line(&entry);
            let Entry::Record(record) = entry else { continue };
            bytes += size(&record);
            chunk.push(self.task(line, record));
            if chunk.len() >= CHUNK_RECORDS || bytes >= CHUNK_BYTES {
                self.decide(name, &std::mem::take(&mut chunk));
                bytes = 0;
            }
        }
        self.decide(name, &chunk);
        Ok(())
    }

    fn task(&mut self, line: u64, record: Box<Record>) -> Task {
        // A record without its request cannot be repeated with any rules.
        let has_input = input_of(&record).is_ok();
        let current = (has_input && self.with == ReplayRules::Current).then(|| self.vendors.current(&record.vendor));
        let is_needed = has_input && (current.is_none() || record.outcome.answer.is_none());
        let recorded = if is_needed {
            self.vendors.recorded(&record.vendor, &record.revision)
        } else {
            Err(Obstacle::AnswerNotKept)
        };
        Task { line, record, recorded, current }
    }

    fn decide(&mut self, name: &str, chunk: &[Task]) {
        let verdicts: Vec<Verdict> = self.pool.install(|| chunk.par_iter().map(Task::verdict).collect());
        for (task, verdict) in chunk.iter().zip(verdicts) {
            self.replay.count(&task.record, (name, task.line), verdict);
        }
    }
}

/// Bytes of a record's request and response.
fn size(record: &Record) -> usize {
    [&record.input, &record.outcome.answer].into_iter().flatten().map(|text| text.get().len()).sum()
}

impl Task {
    fn verdict(&self) -> Verdict {
        self.decided().unwrap_or_else(Verdict::NotReplayable)
    }

    fn decided(&self) -> Result<Verdict, Obstacle> {
        input_of(&self.record)?;
        let again = |found: &Found| {
            let vendor = found.as_ref().map_err(|obstacle| *obstacle)?;
            replay(&self.record, &vendor.plugin, &**vendor, &Limits::default())
        };
        let Some(current) = &self.current else {
            return Ok(compare(&self.record, &LoggedOutcome::from(&again(&self.recorded)?), false));
        };
        let now = again(current)?;
        match compare(&self.record, &LoggedOutcome::from(&now), true) {
            // The recorded response is computed again, to find where the current one differs.
            Verdict::NotReplayable(Obstacle::AnswerNotKept) => {
                let then = again(&self.recorded).map_err(|_| Obstacle::AnswerNotKept)?;
                Ok(compare_outcomes(&LoggedOutcome::from(&then), &LoggedOutcome::from(&now)))
            }
            verdict => Ok(verdict),
        }
    }
}
