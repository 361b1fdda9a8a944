//! Groups of options that several commands share.

use super::progress::spinner;
use super::{CommandError, Terminal, output};
use crate::channel::PartnerBook;
use crate::finding::Checked;
use crate::intake::{Limits, Mapping, ReadOptions, files_with_tables, read_books};
use crate::ledger::book_files::BookFiles;
use crate::plugin::{VendorPlugin, disk::Roots};
use crate::report::TableOptions;
use std::io::Write;
use std::path::PathBuf;

/// Directories of rules and policies.
#[derive(Debug, Clone, clap::Args)]
pub struct Directories {
    /// Directory of quota rules, with one subdirectory per vendor.
    #[arg(long, value_name = "DIR", default_value = "rules", env = "QUOTIENT_RULES")]
    pub rules: PathBuf,
    /// Directory of policies, with one subdirectory per vendor.
    #[arg(long, value_name = "DIR", default_value = "policies", env = "QUOTIENT_POLICIES")]
    pub policies: PathBuf,
}

impl Directories {
    /// The directories as the loader of vendors expects them.
    pub fn roots(&self) -> Roots {
        Roots { rules: self.rules.clone(), policies: self.policies.clone() }
    }
}

/// The partner book that a command reads.
#[derive(Debug, clap::Args)]
pub struct BookSource {
    /// Partner book: a directory of CSV files, a JSON file, or a workbook; with several, directories and files are read as
    /// one book
    #[arg(long, value_name = "PATH", required = true)]
    pub book: Vec<PathBuf>,
    /// Mapping file that names the tables and columns of an export.
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// True when the book is a part of a channel.
    #[arg(skip)]
    pub is_part: bool,
}

impl BookSource {
    /// Reads the book in the vendor's calendar and currency, with the warnings about it.
    pub fn read(&self, plugin: &VendorPlugin) -> Checked<PartnerBook> {
        let mapping = match self.map.as_deref().map(Mapping::read).transpose() {
            Ok(mapping) => mapping,
            Err(findings) => return Checked::refused(findings),
        };
        let options = ReadOptions {
            calendar: Some(plugin.manifest.calendar),
            currency: plugin.manifest.currency,
            attributes: plugin.manifest.attributes.clone(),
            current_month: Some(super::clock::current_month()),
            is_part: self.is_part,
            ..ReadOptions::default()
        };
        let paths: Vec<String> = self.book.iter().map(|path| path.display().to_string()).collect();
        let reading = spinner(&format!("reading {}", paths.join(", ")));
        let book = on_own_thread(|| read_books(&self.book, mapping.as_ref(), &options));
        reading.finish_and_clear();
        book
    }
}

/// Most bytes of the files of a book that a ledger keeps.
const MAX_KEPT: u64 = 64 << 20;

impl BookSource {
    /// Returns the files of `book` as a ledger keeps them; `None` where they are too large or read differently without
    /// their directories.
    pub fn kept(&self, plugin: &VendorPlugin, book: &PartnerBook) -> Option<Vec<u8>> {
        let mapping = self.map.as_ref().map(std::fs::read_to_string).transpose().ok()?;
        let files = files_with_tables(&self.book, MAX_KEPT)?;
        let kept = BookFiles::new(&files, mapping, Some(super::clock::current_month()));
        let again = on_own_thread(|| kept.book(plugin, Limits::default())).ok().flatten()?;
        if again.facts_without_tables() != book.facts_without_tables() {
            return None;
        }
        kept.to_json().ok()
    }
}

/// Runs `work` on a thread that ends with it.
///
/// The system's allocator gives each thread an arena, and that of an ended thread to the next one: memory that reading
/// the book leaves free is used again by the threads that make the plan.
fn on_own_thread<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(result) => result,
        Err(panicked) => std::panic::resume_unwind(panicked),
    })
}

/// Threads of a command.
#[derive(Debug, clap::Args)]
pub struct Threads {
    /// Number of threads; all cores by default. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

impl Threads {
    /// Number of threads; `None` for all cores.
    pub fn count(&self) -> Option<usize> {
        self.threads.map(usize::from)
    }
}

/// Comparison of typed code with the interpreter.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Shadow {
    /// Calls out of 1,000 of each rule that the interpreter runs as well. Where its answer differs from that of typed
    /// code, it counts, a warning says so, and the rule stays with the interpreter.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1000), env = "QUOTIENT_SHADOW")]
    shadow: u16,
}

impl Shadow {
    /// Applies the option to the process.
    pub fn apply(self) {
        crate::script::compare(self.shadow);
    }
}

/// Format and destination of a result. `F` lists the formats and has the default one.
#[derive(Debug, clap::Args)]
pub struct Output<F: clap::ValueEnum + Default + Copy + Send + Sync + 'static> {
    /// Output format.
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    pub format: F,
    /// File to write to; stdout by default.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl<F: clap::ValueEnum + Default + Copy + Send + Sync + 'static> Output<F> {
    /// The path it is written to; `None` for stdout.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.output.as_deref()
    }

    /// Writes the result to the file, or to stdout.
    pub fn write(&self, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), CommandError> {
        output::to(self.output.as_deref(), write)
    }
}

/// Size of the table on a terminal.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct TableSize {
    /// Rows shown in the table.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub lines: usize,
}

impl TableSize {
    /// Options of a table of this size on the terminal.
    pub fn on(self, terminal: Terminal) -> TableOptions {
        TableOptions { width: terminal.width, colour: terminal.colour, lines: self.lines }
    }
}
