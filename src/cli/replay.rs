//! `replay`: every record of a decision log decided again, and what came out differently.

use super::{Folders, Stop, Terminal, output, propose};
use crate::audit::{
    Entry, LogReader, Obstacle, Record, Replay, Told, Verdict, With, compare, compare_told, decide_again, files_of_log,
    input_of,
};
use crate::finding::{Code, Finding, Findings, Place};
use crate::library::Archive;
use crate::plugin::{VendorFiles, VendorPlugin, disk::Roots};
use crate::request::{Books, KeptBook, Limits, read_kept_book};
use crate::script::ScriptPool;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Records that are decided together.
const CHUNK_RECORDS: usize = 512;
/// Bytes of requests and answers after which a chunk is full.
const CHUNK_BYTES: usize = 32 << 20;
/// Revisions that are kept compiled.
const MAX_PLUGINS: usize = 64;
/// Books that are kept in memory for each revision.
const MAX_BOOKS: usize = 8;
/// Exit code when the log cannot be read.
const UNREADABLE: u8 = 3;

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    Table,
    /// For programs; `schema/replay.schema.json` describes it.
    Json,
}

/// Rules that records are decided again with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Rules {
    /// Exactly the revision that decided then.
    Recorded,
    /// The rules as they are today: what would change.
    Current,
}

/// Arguments of `replay`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient replay decisions.jsonl --state state
  quotient replay logs --state state --with current --format json

Exit codes: 0 all the same; 1 something differs, or with --strict cannot be decided again; 3 the log cannot be read.")]
pub struct Options {
    /// Decision log: a file, a folder with all its files, or `-` for stdin.
    log: PathBuf,
    #[command(flatten)]
    folders: Folders,
    /// State folder of the server, with the archive of past revisions.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Folder with the JSON of books that requests refer to by id; `books` in the state folder when left out.
    #[arg(long, value_name = "DIR")]
    books: Option<PathBuf>,
    /// Rules to decide with.
    #[arg(long, value_name = "RULES", default_value = "recorded")]
    with: Rules,
    /// How the report is written.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// File to write to; stdout when left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 1 also when a record cannot be decided again.
    #[arg(long)]
    strict: bool,
    /// Threads to work on; all cores when left out. The report does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Records named in the table.
    #[arg(long, value_name = "N", default_value_t = 20)]
    lines: usize,
}

/// Runs `replay`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), Stop> {
    let unreadable = |finding: Finding| {
        terminal.show(&Findings::from_iter([finding]));
        Stop::Shown(UNREADABLE)
    };
    let is_stdin = options.log == Path::new("-");
    let files = if is_stdin { Vec::new() } else { files_of_log(&options.log).map_err(unreadable)? };
    let archive = options.state.as_deref().map(Archive::open_read_only).transpose()?;
    let pool = ScriptPool::new(options.threads.map(usize::from)).map_err(|error| {
        let finding = Finding::error(Code::FileUnreadable, format!("no threads to decide on: {error}"));
        Findings::from_iter([finding.help("check how many threads the process may have")])
    })?;
    let mut again = Again {
        vendors: Vendors {
            roots: options.folders.roots(),
            archive,
            books: options.books.clone().or_else(|| Some(options.state.as_deref()?.join("books"))),
            kept: BTreeMap::new(),
        },
        with: match options.with {
            Rules::Recorded => With::Recorded,
            Rules::Current => With::Current,
        },
        pool,
        replay: Replay::default(),
    };
    let bar = bar(&files);
    if is_stdin {
        again.log("-", io::stdin().lock()).map_err(|error| unreadable(broken("-", &error)))?;
    }
    for path in &files {
        let name = path.display().to_string();
        let read = File::open(path).and_then(|file| again.log(&name, BufReader::new(bar.wrap_read(file))));
        read.map_err(|error| unreadable(broken(&name, &error)))?;
    }
    bar.finish_and_clear();
    finish(options, &again.replay, again.with, unreadable)
}

fn finish(options: &Options, replay: &Replay, with: With, unreadable: impl Fn(Finding) -> Stop) -> Result<(), Stop> {
    if replay.records() == 0 && replay.torn + replay.foreign > 0 {
        let name = options.log.display().to_string();
        let finding = Finding::error(Code::FileUnreadable, format!("`{name}` is no decision log"));
        return Err(unreadable(finding.at(Place::file(name)).help("name a log that `quotient serve` wrote")));
    }
    output::to(options.output.as_deref(), |out| match options.format {
        Format::Table => replay.write_text(with, options.lines, out),
        Format::Json => replay.write_json(with, out),
    })?;
    let is_no = replay.different > 0 || (options.strict && replay.not_replayable() > 0);
    if is_no { Err(Stop::No) } else { Ok(()) }
}

fn broken(name: &str, error: &io::Error) -> Finding {
    Finding::error(Code::FileUnreadable, format!("the decision log `{name}` cannot be read: {error}"))
        .at(Place::file(name))
        .help("check the path and the permissions")
}

/// A bar on stderr that counts bytes of the log.
fn bar(files: &[PathBuf]) -> ProgressBar {
    if files.is_empty() {
        return propose::spinner("deciding again");
    }
    let bytes = files.iter().filter_map(|path| fs::metadata(path).ok()).map(|meta| meta.len()).sum();
    let style = ProgressStyle::with_template("{msg} {bar:30} {bytes} of {total_bytes}, {eta} left");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style).with_message("deciding again")
}

/// A replay under way.
struct Again {
    vendors: Vendors,
    with: With,
    pool: ScriptPool,
    replay: Replay,
}

/// A record, with its line and the vendors it is decided with.
struct Work {
    line: u64,
    record: Box<Record>,
    recorded: Found,
    /// The rules of today; `None` when those of the record are asked.
    current: Option<Found>,
}

impl Again {
    /// Decides the records of one file.
    fn log(&mut self, name: &str, reader: impl BufRead) -> io::Result<()> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        for entry in LogReader::new(reader) {
            let (line, entry) = entry?;
            self.replay.count_line(&entry);
            let Entry::Record(record) = entry else { continue };
            bytes += size(&record);
            chunk.push(self.work(line, record));
            if chunk.len() >= CHUNK_RECORDS || bytes >= CHUNK_BYTES {
                self.decide(name, &std::mem::take(&mut chunk));
                bytes = 0;
            }
        }
        self.decide(name, &chunk);
        Ok(())
    }

    fn work(&mut self, line: u64, record: Box<Record>) -> Work {
        // What was not kept cannot be decided again, whatever the rules.
        let is_there = input_of(&record).is_ok();
        let current = (is_there && self.with == With::Current).then(|| self.vendors.current(&record.vendor));
        let is_needed = is_there && (current.is_none() || record.outcome.answer.is_none());
        let recorded = if is_needed {
            self.vendors.recorded(&record.vendor, &record.revision)
        } else {
            Err(Obstacle::AnswerNotKept)
        };
        Work { line, record, recorded, current }
    }

    fn decide(&mut self, name: &str, chunk: &[Work]) {
        let verdicts: Vec<Verdict> = self.pool.install(|| chunk.par_iter().map(Work::verdict).collect());
        for (work, verdict) in chunk.iter().zip(verdicts) {
            self.replay.count(&work.record, (name, work.line), verdict);
        }
    }
}

/// Bytes of a record's request and answer.
fn size(record: &Record) -> usize {
    [&record.input, &record.outcome.answer].into_iter().flatten().map(|text| text.get().len()).sum()
}

impl Work {
    fn verdict(&self) -> Verdict {
        self.decided().unwrap_or_else(Verdict::NotReplayable)
    }

    fn decided(&self) -> Result<Verdict, Obstacle> {
        input_of(&self.record)?;
        let again = |found: &Found| {
            let vendor = found.as_ref().map_err(|obstacle| *obstacle)?;
            decide_again(&self.record, &vendor.plugin, &**vendor, &Limits::default())
        };
        let Some(current) = &self.current else {
            return Ok(compare(&self.record, &Told::of(&again(&self.recorded)?), false));
        };
        let now = again(current)?;
        match compare(&self.record, &Told::of(&now), true) {
            // The answer of then is made again, to see where that of today parts from it.
            Verdict::NotReplayable(Obstacle::AnswerNotKept) => {
                let then = again(&self.recorded).map_err(|_| Obstacle::AnswerNotKept)?;
                Ok(compare_told(&Told::of(&then), &Told::of(&now)))
            }
            verdict => Ok(verdict),
        }
    }
}

type Found = Result<Arc<Vendor>, Obstacle>;

/// A vendor's rules of one revision, and the kept books as those rules read them.
struct Vendor {
    plugin: VendorPlugin,
    folder: Option<PathBuf>,
    books: Mutex<BTreeMap<String, Option<Arc<KeptBook>>>>,
}

/// Where revisions are found.
struct Vendors {
    roots: Roots,
    archive: Option<Archive>,
    books: Option<PathBuf>,
    /// By vendor and revision; `None` for the rules of today.
    kept: BTreeMap<(String, Option<String>), Found>,
}

impl Vendors {
    fn recorded(&mut self, vendor: &str, revision: &str) -> Found {
        self.find((vendor.to_owned(), Some(revision.to_owned())), |vendors| {
            let archived = vendors.archive.as_ref().and_then(|archive| archive.files(vendor, revision).ok());
            if let Some(files) = archived {
                return vendors.compile(&files);
            }
            match vendors.roots.read(vendor) {
                Ok(files) if files.revision() == revision => vendors.compile(&files),
                _ => Err(Obstacle::RevisionUnknown),
            }
        })
    }

    fn current(&mut self, vendor: &str) -> Found {
        self.find((vendor.to_owned(), None), |vendors| {
            let files = vendors.roots.read(vendor).map_err(|_| Obstacle::VendorUnknown)?;
            vendors.compile(&files)
        })
    }

    fn find(&mut self, key: (String, Option<String>), find: impl FnOnce(&Self) -> Found) -> Found {
        if let Some(found) = self.kept.get(&key) {
            return found.clone();
        }
        let found = find(self);
        if self.kept.len() >= MAX_PLUGINS {
            self.kept.clear();
        }
        self.kept.insert(key, found.clone());
        found
    }

    fn compile(&self, files: &VendorFiles) -> Found {
        let (plugin, _) = crate::script::on_script_threads(Some(1), || VendorPlugin::compile(files));
        let plugin = plugin.ok_or(Obstacle::RevisionBroken)?;
        Ok(Arc::new(Vendor { plugin, folder: self.books.clone(), books: Mutex::default() }))
    }
}

impl Vendor {
    fn read_book(&self, path: &Path, id: &str) -> Option<KeptBook> {
        let limits = Limits::default();
        let is_sound = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= limits.body_bytes as u64);
        let text = is_sound.then(|| fs::read(path).ok()).flatten()?;
        let (book, _) = read_kept_book(&self.plugin, &text, &limits).ok()?;
        (book.id == id).then_some(book)
    }

    /// Looks for the book under its id first, then in every JSON file of the folder.
    fn find_book(&self, id: &str) -> Option<Arc<KeptBook>> {
        let folder = self.folder.as_deref()?;
        // The id comes from the log: it is a name, never a path.
        let is_name = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let named = is_name.then(|| self.read_book(&folder.join(format!("{id}.json")), id)).flatten();
        let others = || {
            let paths = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
            let mut paths: Vec<PathBuf> =
                paths.filter(|path| path.extension().is_some_and(|is| is == "json")).collect();
            paths.sort();
            paths.iter().find_map(|path| self.read_book(path, id))
        };
        named.or_else(others).map(Arc::new)
    }
}

impl Books for Vendor {
    fn kept(&self, id: &str) -> Option<Arc<KeptBook>> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = books.get(id) {
            return found.clone();
        }
        let found = self.find_book(id);
        if books.len() >= MAX_BOOKS {
            books.clear();
        }
        books.insert(id.to_owned(), found.clone());
        found
    }
}
