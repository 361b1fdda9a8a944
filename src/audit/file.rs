//! The log as an append-only file, with older files beside it.
//!
//! `decisions.jsonl` is written; when it is large it becomes `decisions.jsonl.1`, `.1` becomes `.2`, and the oldest
//! beyond the number kept is replaced. A line torn by a crash gets its line break when the file is opened, so that it
//! does not damage another. The file is locked: two processes never write one log.

use super::fault::AuditFault;
use super::sink::{Sink, SinkFault};
use crate::finding::{Finding, Place};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Options of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileOptions {
    /// Bytes after which a new file is started; `None` for never.
    pub rotate_at: Option<u64>,
    /// Older files that are kept, at least 1.
    pub kept: u32,
    /// True to sync every write to the disk.
    pub is_synced: bool,
}

impl Default for FileOptions {
    /// Returns a new file every 256 MiB, 8 older ones kept, synced.
    fn default() -> Self {
        Self { rotate_at: Some(256 << 20), kept: 8, is_synced: true }
    }
}

/// File operations of a log: [`Disk`] performs them, tests let them fail.
pub trait Files: Send {
    /// An open file.
    type Handle: Send;
    /// Opens or creates a file for appending, and locks it.
    fn open(&mut self, path: &Path) -> io::Result<Self::Handle>;
    /// Returns the length of the file in bytes.
    fn length(&mut self, file: &mut Self::Handle) -> io::Result<u64>;
    /// Returns the last byte of a file that is not empty.
    fn last_byte(&mut self, file: &mut Self::Handle) -> io::Result<u8>;
    /// Appends bytes, maybe not all; returns how many.
    fn write(&mut self, file: &mut Self::Handle, bytes: &[u8]) -> io::Result<usize>;
    /// Returns once the disk has the content.
    fn sync(&mut self, file: &mut Self::Handle) -> io::Result<()>;
    /// Truncates the file.
    fn cut(&mut self, file: &mut Self::Handle, length: u64) -> io::Result<()>;
    /// Returns true if `path` still names this file.
    fn is_at(&mut self, file: &Self::Handle, path: &Path) -> io::Result<bool>;
    /// Renames a file, replacing an existing one.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Returns once the disk has the names in the directory of `path`.
    fn sync_directory(&mut self, path: &Path) -> io::Result<()>;
}

/// Files of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    type Handle = File;

    fn open(&mut self, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.create(true).append(true).read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => {
                Err(io::Error::new(io::ErrorKind::ResourceBusy, "another process writes it"))
            }
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    fn length(&mut self, file: &mut File) -> io::Result<u64> {
        Ok(file.metadata()?.len())
    }

    fn last_byte(&mut self, file: &mut File) -> io::Result<u8> {
        let mut byte = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        file.write(bytes)
    }

    fn sync(&mut self, file: &mut File) -> io::Result<()> {
        file.sync_data()
    }

    fn cut(&mut self, file: &mut File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }

    #[cfg(unix)]
    fn is_at(&mut self, file: &File, path: &Path) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt;
        let (own, there) = (file.metadata()?, fs::metadata(path));
        Ok(there.is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino())))
    }

    #[cfg(not(unix))]
    fn is_at(&mut self, _: &File, path: &Path) -> io::Result<bool> {
        Ok(path.exists())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_directory(&mut self, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        {
            let directory =
                path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(directory)?.sync_all()?;
        }
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }
}

/// A log file that is open for appending.
#[derive(Debug)]
struct Open<H> {
    handle: H,
    /// Bytes of complete lines; the file ends there unless a write is in progress.
    length: u64,
}

/// Lines to a file.
#[derive(Debug)]
pub struct LogFile<F: Files = Disk> {
    files: F,
    path: PathBuf,
    options: FileOptions,
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
        let mut log = Self { files, path: path.to_owned(), options, open: None };
        log.reopen()?;
        Ok(log)
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
        self.open = Some(Open { handle, length });
        Ok(())
    }

    /// Reopens the file if it is missing or was moved away.
    fn ready(&mut self) -> io::Result<()> {
        match &self.open {
            Some(open) if self.files.is_at(&open.handle, &self.path)? => Ok(()),
            _ => self.reopen(),
        }
    }

    /// Starts a new file. If the old one cannot be moved, it stays in use, so that nothing is lost.
    fn rotate(&mut self) -> io::Result<()> {
        let numbered = |number: u32| {
            let mut name = self.path.as_os_str().to_os_string();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        for number in (1..self.options.kept.max(1)).rev() {
            match self.files.rename(&numbered(number), &numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Ok(()),
                _ => {}
            }
        }
        if self.files.rename(&self.path, &numbered(1)).is_ok() { self.reopen() } else { Ok(()) }
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.ready()?;
        let added = lines.len() as u64;
        let is_full = |open: &Open<F::Handle>| {
            self.options.rotate_at.is_some_and(|most| open.length > 0 && open.length.saturating_add(added) > most)
        };
        if self.open.as_ref().is_some_and(is_full) {
            self.rotate()?;
        }
        let Some(open) = &mut self.open else { return Err(io::ErrorKind::NotFound.into()) };
        let mut written = add(&mut self.files, &mut open.handle, lines);
        if written.is_ok() && self.options.is_synced {
            written = self.files.sync(&mut open.handle);
        }
        match written {
            Ok(()) => open.length += added,
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
        Ok(self.write(lines)?)
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
