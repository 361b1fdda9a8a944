//! Input of the steps: documents line by line from stdin, or a partition that is a book by itself.

use crate::channel::PartnerBook;
use crate::cli::fault::CommandFault;
use crate::cli::groups::{BookSource, Threads};
use crate::cli::vendor_source::VendorSource;
use crate::cli::{CommandError, Terminal, output, vendor};
use crate::finding::{Finding, Findings, Place};
use crate::partition::{Reader, Survey};
use crate::plugin::VendorPlugin;
use rayon::prelude::*;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

/// Lines that are worked on at a time: as many are kept in memory.
const BATCH: usize = 256;
/// Lines that are worked on together.
const CHUNK: usize = 64;
/// Findings of one cause that are shown one by one.
const MAX_ALIKE: usize = 20;

/// Vendor and partition of a step.
#[derive(Debug, clap::Args)]
pub struct PartitionOptions {
    /// Vendor whose rules are applied.
    vendor: String,
    /// Partition as a book by itself, in place of documents on stdin: a directory of CSV files, a JSON file or a workbook.
    /// It is read as a whole.
    #[arg(long, value_name = "PATH")]
    book: Vec<PathBuf>,
    /// Mapping file that names the tables and columns of an export.
    #[arg(long, value_name = "FILE", requires = "book")]
    map: Option<PathBuf>,
    /// File to write to; stdout by default.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    vendors: VendorSource,
    #[command(flatten)]
    pub threads: Threads,
}

impl PartitionOptions {
    /// Loads the vendor; its warnings are shown.
    pub fn plugin(&self, terminal: Terminal) -> Result<VendorPlugin, CommandError> {
        let (plugin, warnings) = vendor::load(&self.vendors, &self.vendor)?;
        terminal.show(&warnings);
        Ok(plugin)
    }

    /// Calls `work` for each part of the partition, several at a time, and `take` with the results in order.
    pub fn each<T: Send>(
        &self,
        plugin: &VendorPlugin,
        work: impl Fn(PartnerBook) -> Result<T, Findings> + Sync,
        mut take: impl FnMut(T) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        if self.book.is_empty() {
            let reader = Reader::new(plugin);
            let read = |lines: &[(u64, String)]| -> Vec<Result<T, Findings>> {
                reader.read_all(lines).into_iter().map(|book| book.and_then(&work)).collect()
            };
            return each_chunk(std::io::stdin().lock(), read, take);
        }
        let source = BookSource { book: self.book.clone(), map: self.map.clone(), is_part: true };
        let (book, _) = source.read(plugin).into_result()?;
        take(work(book)?)
    }

    /// Writes through `write` to the output.
    pub fn write(&self, write: impl FnOnce(&mut dyn Write) -> Result<(), CommandError>) -> Result<(), CommandError> {
        to(self.output.as_deref(), write)
    }
}

/// Writes through `write` to `path`, or to stdout; a failure of the work is kept beside one of writing.
pub fn to(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let mut failed = None;
    let written = output::to(path, |out| {
        write(out).map_err(|error| {
            failed = Some(error);
            std::io::Error::other("stopped")
        })
    });
    match failed {
        // A reader that has closed the pipe is reported by the writer.
        Some(CommandError::BrokenPipe) | None => written,
        Some(error) => Err(error),
    }
}

/// Calls `work` for each line that is not blank, with its number from 1, several at a time, and `take` with the results in
/// order. Ends with the findings of the first batch that has any.
pub fn each_line<T: Send>(
    input: impl BufRead,
    work: impl Fn(u64, &str) -> Result<T, Findings> + Sync,
    take: impl FnMut(T) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let chunk = |lines: &[(u64, String)]| lines.iter().map(|(number, text)| work(*number, text)).collect();
    each_chunk(input, chunk, take)
}

/// The same for up to 64 lines together.
fn each_chunk<T: Send>(
    mut input: impl BufRead,
    work: impl Fn(&[(u64, String)]) -> Vec<Result<T, Findings>> + Sync,
    mut take: impl FnMut(T) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let (mut number, mut batch) = (0_u64, Vec::with_capacity(BATCH));
    loop {
        let mut line = String::new();
        let is_end = input.read_line(&mut line).map_err(|error| unreadable("stdin", &error))? == 0;
        number += 1;
        if !line.trim().is_empty() {
            batch.push((number, line));
        }
        if batch.len() < BATCH && !is_end {
            continue;
        }
        let done: Vec<Result<T, Findings>> = batch.par_chunks(CHUNK).flat_map_iter(&work).collect();
        batch.clear();
        let mut findings = Findings::new();
        for done in done {
            match done {
                Ok(done) if findings.is_empty() => take(done)?,
                Ok(_) => {}
                Err(found) => found.into_iter().for_each(|finding| findings.push_capped(finding, MAX_ALIKE)),
            }
        }
        if !findings.is_empty() {
            return Err(findings.into());
        }
        if is_end {
            return Ok(());
        }
    }
}

/// The finding of a file that cannot be read.
pub fn unreadable(path: &str, error: &std::io::Error) -> CommandError {
    let fault = CommandFault::Unreadable { path: path.to_owned(), reason: error.to_string() };
    Finding::from(fault).at(Place::file(path)).into()
}

/// Reads a file as text.
pub fn text(path: &Path) -> Result<String, CommandError> {
    std::fs::read_to_string(path).map_err(|error| unreadable(&path.display().to_string(), &error))
}

/// Reads a survey.
pub fn survey(path: &Path) -> Result<Survey, CommandError> {
    Ok(Survey::read(&path.display().to_string(), &text(path)?)?)
}
