//! The log as an append-only file, with older files beside it.
//!
//! `decisions.jsonl` is written; when it is large it becomes `decisions.jsonl.1`, `.1` becomes `.2`, and the oldest
//! beyond the number kept is replaced. A line torn by a crash gets its line break when the file is opened, so that it
//! does not damage another. The file is locked: two processes never write one log. The chain of entries continues from
//! file to file and from process to process.

use super::chain::{Chain, Link};
use super::disk::{Disk, Files};
use super::fault::AuditFault;
use super::reading::MAX_LINE;
use super::sealing::{Batch, Sealing};
use super::sink::{Sink, SinkFault};
use crate::finding::{Finding, Place};
use crate::signing::SigningKey;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Bytes in which the first or last entry of a file is looked for first.
const FIRST_WINDOW: u64 = 64 << 10;

/// Options of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileOptions {
    /// Bytes after which a new file is started; `None` for never.
    pub rotate_at: Option<u64>,
    /// Older files that are kept, at least 1.
    pub kept: u32,
    /// True to sync every write to the disk.
    pub is_synced: bool,
    /// Removal of the oldest file when there are more than `kept`.
    pub retention: Retention,
}

/// Removal of the oldest file of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// It is removed.
    Count,
    /// It is removed once its last entry is older than this; until then no record is written.
    Age(Duration),
    /// It is never removed: no record is written until older files are moved away.
    Forever,
}

impl Default for FileOptions {
    /// Returns a new file every 256 MiB, 8 older ones kept, synced.
    fn default() -> Self {
        Self { rotate_at: Some(256 << 20), kept: 8, is_synced: true, retention: Retention::Count }
    }
}

/// A log file that is open for appending.
#[derive(Debug)]
struct Open<H> {
    handle: H,
    /// Bytes of complete lines; the file ends there unless a write is in progress.
    length: u64,
}

/// Lines to a file, as entries of a chain.
#[derive(Debug)]
pub struct LogFile<F: Files = Disk> {
    files: F,
    path: PathBuf,
    options: FileOptions,
    sealing: Sealing,
    /// File that has the last signed head.
    head: Option<PathBuf>,
    /// Reason for which that file could not be written.
    trouble: Option<String>,
    /// `None` after a failure, until the file is reopened.
    open: Option<Open<F::Handle>>,
}

impl LogFile<Disk> {
    /// Opens the log at `path`, and repairs its last line if a crash tore it.
    pub fn open(path: &Path, options: FileOptions) -> Result<Self, Finding> {
        Self::open_in(Disk, path, options).map_err(|error| {
            let shown = path.display().to_string();
            Finding::from(AuditFault::Unwritable { path: shown.clone(), reason: error.to_string() })
                .at(Place::file(shown))
        })
    }
}

impl<F: Files> LogFile<F> {
    /// Opens the log at `path` among `files`.
    pub fn open_in(files: F, path: &Path, options: FileOptions) -> io::Result<Self> {
        let sealing = Sealing::default();
        let mut log = Self { files, path: path.to_owned(), options, sealing, head: None, trouble: None, open: None };
        log.reopen()?;
        Ok(log)
    }

    /// Signs a head every 1,000 entries, every minute in which records are written, and at the end; each one is an entry
    /// of the log and replaces the content of the file `head`.
    #[must_use]
    pub fn signed(mut self, key: SigningKey, head: PathBuf) -> Self {
        self.sealing.sign_with(key);
        self.head = Some(head);
        self
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.open = None; // its lock is let go of before the next is taken
        let mut handle = self.files.open(&self.path)?;
        if self.options.is_synced {
            // Also for an existing file: the process that created it may have failed before this.
            self.files.sync_directory(&self.path)?;
        }
        let mut length = self.files.length(&mut handle)?;
        if length > 0 && self.files.last_byte(&mut handle)? != b'\n' {
            add(&mut self.files, &mut handle, b"\n")?;
            length += 1;
        }
        if self.options.is_synced && length > 0 {
            // The chain continues from what is in the file: the disk must have it as well, and no line that was cut off.
            self.files.sync(&mut handle)?;
        }
        self.continue_chain()?;
        self.sealing.is_opened = false;
        self.open = Some(Open { handle, length });
        Ok(())
    }

    /// Finds the last entry: in the file, in memory when the file was moved away, or in the file before this one.
    ///
    /// The greatest number counts, so that a replaced file shows as a gap. Lines that were written and not acknowledged
    /// count as well, because they are in the file.
    fn continue_chain(&mut self) -> io::Result<()> {
        for path in [self.path.clone(), self.numbered(1)] {
            let last = self.last_entry(&path)?;
            self.sealing.chain =
                last.filter(|last| last.sequence > self.sealing.chain.sequence).unwrap_or(self.sealing.chain);
            if self.sealing.chain.sequence > 0 {
                break;
            }
        }
        Ok(())
    }

    /// Returns the end of the chain in a file; `None` without an intact entry.
    fn last_entry(&mut self, path: &Path) -> io::Result<Option<Chain>> {
        let mut most = FIRST_WINDOW;
        loop {
            let bytes = match self.files.last_bytes(path, most) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                bytes => bytes?,
            };
            let found = bytes.rsplit(|byte| *byte == b'\n').filter_map(Link::read).find(|link| link.is_intact);
            match found {
                Some(link) => return Ok(Some(link.end())),
                None if (bytes.len() as u64) < most || most > MAX_LINE => return Ok(None),
                None => most *= 4,
            }
        }
    }

    /// Returns the number of the oldest entry of the log; 1 when its first lines are older than the chain, and `None`
    /// without an entry.
    fn oldest_entry(&mut self) -> io::Result<Option<u64>> {
        let numbered: Vec<PathBuf> = (1..=self.options.kept.max(1)).rev().map(|number| self.numbered(number)).collect();
        for path in numbered.iter().chain([&self.path.clone()]) {
            match self.files.first_bytes(path, FIRST_WINDOW) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => {
                    let first = bytes.split(|byte| *byte == b'\n').find_map(Link::read);
                    return Ok(Some(first.map_or(1, |link| link.sequence)));
                }
            }
        }
        Ok(None)
    }

    /// Reopens the file if it is missing or was moved away.
    fn ready(&mut self) -> io::Result<()> {
        match &self.open {
            Some(open) if self.files.is_at(&open.handle, &self.path)? => Ok(()),
            _ => self.reopen(),
        }
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.as_os_str().to_os_string();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    }

    /// Starts a new file. If the old one cannot be moved, it stays in use, so that nothing is lost.
    fn rotate(&mut self) -> io::Result<()> {
        let oldest = self.numbered(self.options.kept.max(1));
        let is_removable = match (self.options.retention, self.files.age(&oldest)?) {
            (_, None) | (Retention::Count, _) => true,
            (Retention::Age(least), Some(age)) => age >= least,
            (Retention::Forever, Some(_)) => false,
        };
        if !is_removable {
            let kept = self.options.kept;
            let reason = format!("all {kept} older files are still to be kept; archive the oldest, or allow more");
            return Err(io::Error::new(io::ErrorKind::StorageFull, reason));
        }
        for number in (1..self.options.kept.max(1)).rev() {
            match self.files.rename(&self.numbered(number), &self.numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Ok(()),
                _ => {}
            }
        }
        if self.files.rename(&self.path, &self.numbered(1)).is_ok() { self.reopen() } else { Ok(()) }
    }

    fn seal(&mut self, lines: &[u8], is_last: bool) -> io::Result<Batch> {
        let oldest = if self.sealing.is_opened { None } else { self.oldest_entry()? };
        Ok(self.sealing.seal(lines, oldest, is_last))
    }

    fn write(&mut self, lines: &[u8], is_last: bool) -> io::Result<()> {
        self.ready()?;
        let mut batch = self.seal(lines, is_last)?;
        let added = batch.bytes.len() as u64;
        let is_full = |open: &Open<F::Handle>| {
            self.options.rotate_at.is_some_and(|most| open.length > 0 && open.length.saturating_add(added) > most)
        };
        if self.open.as_ref().is_some_and(is_full) {
            self.rotate()?;
            batch = self.seal(lines, is_last)?;
        }
        self.append(&batch)?;
        self.sealing.written(&batch);
        if let (Some(head), Some(path)) = (&batch.head, &self.head) {
            // The records are written: a head that cannot be exported is reported, and the next one replaces it.
            let exported = self.files.replace(path, &head.line());
            self.trouble = exported.err().map(|error| format!("`{}` cannot be written: {error}", path.display()));
        }
        Ok(())
    }

    fn append(&mut self, batch: &Batch) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Err(io::ErrorKind::NotFound.into()) };
        let mut written = add(&mut self.files, &mut open.handle, &batch.bytes);
        if written.is_ok() && self.options.is_synced {
            written = self.files.sync(&mut open.handle);
        }
        match written {
            Ok(()) => open.length += batch.bytes.len() as u64,
            Err(_) => {
                // These lines were not acknowledged. If they cannot be truncated, the next opening ends
                // the torn one with a line break.
                drop(self.files.cut(&mut open.handle, open.length));
                // After a failed sync the system can take the content for written; a new handle does not rely on it.
                self.open = None;
            }
        }
        written
    }
}

impl<F: Files> Sink for LogFile<F> {
    fn take(&mut self, lines: &[u8]) -> Result<(), SinkFault> {
        Ok(self.write(lines, false)?)
    }

    fn close(&mut self) -> Result<(), SinkFault> {
        if self.sealing.is_head_due_at_close() { Ok(self.write(b"", true)?) } else { Ok(()) }
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.clone()
    }
}

/// Appends all of `bytes`.
fn add<F: Files>(files: &mut F, handle: &mut F::Handle, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match files.write(handle, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
