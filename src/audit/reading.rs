//! Reading a decision log line by line, whatever crashes left in it.

use super::act::{ACT_SCHEMA, Act};
use super::fault::AuditFault;
use super::head::{HEAD_SCHEMA, Head};
use super::record::{DECISION_SCHEMA, DROPPED_SCHEMA, Dropped, Record};
use super::sealing::{OPENED_SCHEMA, Opened};
use crate::finding::{Finding, Place};
use serde::Deserialize;
use std::borrow::Cow;
use std::fs;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

/// Longest line that is read, in bytes: the longest record, and the links of the chain.
pub(super) const MAX_LINE: u64 = (64 << 20) + 1_024;

/// One line of a log.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A decision.
    Record(Box<Record>),
    /// An administrative act.
    Act(Box<Act>),
    /// Records are missing here.
    Dropped(Dropped),
    /// A process or a file begins here.
    Opened(Opened),
    /// A signed head.
    Head(Head),
    /// A line that is not JSON: torn by a crash, damaged, or too long.
    Torn,
    /// A line of a schema unknown to this version.
    Foreign,
}

/// A line of a file, before it is interpreted.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Number, from 1.
    pub number: u64,
    /// Bytes without the line break.
    pub bytes: &'a [u8],
    /// True if a line break ends it.
    pub ends: bool,
    /// False if it is longer than any entry; `bytes` is its beginning.
    pub is_whole: bool,
}

impl Line<'_> {
    /// Returns the entry.
    pub fn entry(&self) -> Entry {
        if self.is_whole { entry(self.bytes) } else { Entry::Torn }
    }
}

/// The lines of one log file. Empty lines are skipped.
#[derive(Debug)]
pub struct LogReader<R> {
    reader: R,
    line: Vec<u8>,
    /// Number of the line read last, from 1.
    number: u64,
}

impl<R: BufRead> LogReader<R> {
    /// Reads from `reader`.
    pub fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), number: 0 }
    }

    /// Reads the next line, empty ones included; `None` at the end.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let Some(is_whole) = self.read_line()? else { return Ok(None) };
        let ends = self.line.ends_with(b"\n");
        let bytes = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        Ok(Some(Line { number: self.number, bytes, ends: ends || !is_whole, is_whole }))
    }

    /// Reads one line; false for one that is too long, which is skipped. `None` at the end.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        let read = self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let is_whole = self.line.ends_with(b"\n") || (read as u64) < MAX_LINE;
        if !is_whole {
            self.reader.skip_until(b'\n')?;
        }
        Ok(Some(is_whole))
    }
}

impl<R: BufRead> Iterator for LogReader<R> {
    /// Number of the line, and its entry.
    type Item = io::Result<(u64, Entry)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read_line() {
                Err(error) => return Some(Err(error)),
                Ok(None) => return None,
                Ok(Some(false)) => return Some(Ok((self.number, Entry::Torn))),
                Ok(Some(true)) if self.line.trim_ascii().is_empty() => {}
                Ok(Some(true)) => return Some(Ok((self.number, entry(&self.line)))),
            }
        }
    }
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    schema: Option<Cow<'a, str>>,
}

fn entry(line: &[u8]) -> Entry {
    let Ok(named) = serde_json::from_slice::<Named<'_>>(line) else { return Entry::Torn };
    match named.schema.as_deref() {
        Some(DECISION_SCHEMA) => serde_json::from_slice(line).map_or(Entry::Foreign, Entry::Record),
        Some(ACT_SCHEMA) => serde_json::from_slice(line).map_or(Entry::Foreign, Entry::Act),
        Some(DROPPED_SCHEMA) => serde_json::from_slice(line).map_or(Entry::Foreign, Entry::Dropped),
        Some(OPENED_SCHEMA) => serde_json::from_slice(line).map_or(Entry::Foreign, Entry::Opened),
        Some(HEAD_SCHEMA) => serde_json::from_slice(line).map_or(Entry::Foreign, Entry::Head),
        _ => Entry::Foreign,
    }
}

/// Returns the files of a log, oldest first: the file itself, or of a directory every `*.jsonl` with its older `*.jsonl.N`.
pub fn files_of_log(path: &Path) -> Result<Vec<PathBuf>, Finding> {
    let unreadable = |reason: &str| {
        let shown = path.display().to_string();
        Finding::from(AuditFault::Unreadable { path: shown.clone(), reason: reason.to_owned() }).at(Place::file(shown))
    };
    let meta = fs::metadata(path).map_err(|error| unreadable(&error.to_string()))?;
    if !meta.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| unreadable(&error.to_string()))? {
        let entry = entry.map_err(|error| unreadable(&error.to_string()))?;
        let Some((log, number)) = entry.file_name().to_str().and_then(place_in_log) else { continue };
        if entry.path().is_file() {
            // The highest number is the oldest.
            files.push((log, std::cmp::Reverse(number), entry.path()));
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(unreadable("it has no `*.jsonl`"));
    }
    Ok(files.into_iter().map(|(_, _, path)| path).collect())
}

/// Returns the file of a log with the older files beside it, oldest first; of an older file only itself.
pub fn files_with_older(path: &Path) -> Result<Vec<PathBuf>, Finding> {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(place_in_log);
    let Some((log, 0)) = name.filter(|_| path.is_file()) else { return files_of_log(path) };
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_of_log = |file: &PathBuf| log_of(file).as_deref() == Some(&log);
    let older =
        files_of_log(directory)?.into_iter().filter(is_of_log).filter_map(|file| Some(file.file_name()?.to_owned()));
    // Named as the caller named the log.
    Ok(older.map(|name| path.with_file_name(name)).collect())
}

/// Returns the name of the log that a file belongs to.
pub fn log_of(path: &Path) -> Option<String> {
    Some(place_in_log(path.file_name()?.to_str()?)?.0)
}

/// Returns the name of the log that a file belongs to, and its number; 0 for the current one.
fn place_in_log(name: &str) -> Option<(String, u32)> {
    if name.ends_with(".jsonl") {
        return Some((name.to_owned(), 0));
    }
    let (log, number) = name.rsplit_once('.')?;
    let number = number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))?;
    log.ends_with(".jsonl").then(|| (log.to_owned(), number))
}
