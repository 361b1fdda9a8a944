//! Destination of results: stdout, or a file that is either complete or absent.

use super::CommandError;
use super::fault::CommandFault;
use crate::finding::Finding;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes through `write` to `path`, or to stdout when `path` is `None` or `-`.
///
/// A file is written under a temporary name in the same directory and then renamed, so that an incomplete file is never
/// left behind. An existing device or pipe is written to directly; a link is followed.
pub fn to(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), CommandError> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        return to_stdout(write);
    };
    let followed = fs::canonicalize(path);
    let path = followed.as_deref().unwrap_or(path);
    let is_special = fs::metadata(path).is_ok_and(|existing| !existing.is_file() && !existing.is_dir());
    let written = if is_special { in_place(path, write) } else { replace(path, write) };
    written.map_err(|error| unwritable(path, &error))
}

fn to_stdout(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), CommandError> {
    let mut stdout = PipeWriter { inner: BufWriter::new(std::io::stdout().lock()), is_closed: false };
    let written = write(&mut stdout).and_then(|()| stdout.flush());
    // Writers of reports wrap the error; a reader that has closed the pipe is not a failure.
    if stdout.is_closed { Err(CommandError::BrokenPipe) } else { Ok(written?) }
}

fn in_place(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut file = BufWriter::new(fs::OpenOptions::new().write(true).open(path)?);
    write(&mut file)?;
    file.flush()
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let partial = partial(path);
    let result = (|| {
        let mut file = BufWriter::new(fs::File::create(&partial)?);
        write(&mut file)?;
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&partial, path)
    })();
    if result.is_err() {
        let _ = fs::remove_file(&partial);
    }
    result
}

fn unwritable(path: &Path, error: &std::io::Error) -> CommandError {
    Finding::from(CommandFault::Unwritable { path: path.display().to_string(), reason: error.to_string() }).into()
}

/// A writer that records whether its reader has closed the pipe.
struct PipeWriter<W> {
    inner: W,
    is_closed: bool,
}

impl<W> PipeWriter<W> {
    fn note<T>(&mut self, result: std::io::Result<T>) -> std::io::Result<T> {
        self.is_closed |= result.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe);
        result
    }
}

impl<W: Write> Write for PipeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let result = self.inner.write(bytes);
        self.note(result)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let result = self.inner.flush();
        self.note(result)
    }
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    path.with_file_name(name)
}
