//! Where results go: stdout, or a file that is complete or not there at all.

use super::Stop;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes through `write` to `path`, or to stdout when there is none or it is `-`.
///
/// A file is written beside its place and renamed into it, so that a torn file is never left. What stands there and is
/// no file (a device, a pipe) is written to as it is; a link is followed.
pub fn to(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Stop> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        let mut stdout = Listened { inner: BufWriter::new(std::io::stdout().lock()), is_closed: false };
        let written = write(&mut stdout).and_then(|()| stdout.flush());
        // Writers of reports wrap the error; that the reader has gone is no fault of anybody's.
        return if stdout.is_closed { Err(Stop::BrokenPipe) } else { Ok(written?) };
    };
    let followed = fs::canonicalize(path);
    let path = followed.as_deref().unwrap_or(path);
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let result = fs::OpenOptions::new().write(true).open(path).and_then(|file| {
            let mut file = BufWriter::new(file);
            write(&mut file)?;
            file.flush()
        });
        return result.map_err(|error| unwritable(path, &error));
    }
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
    result.map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Stop {
    let message = format!("`{}` cannot be written: {error}", path.display());
    let finding = crate::finding::Finding::error(crate::finding::Code::FileUnwritable, message);
    Stop::Refused(std::iter::once(finding.help("check that its folder exists and may be written")).collect())
}

/// A writer that remembers whether its reader has gone.
struct Listened<W> {
    inner: W,
    is_closed: bool,
}

impl<W> Listened<W> {
    fn note<T>(&mut self, result: std::io::Result<T>) -> std::io::Result<T> {
        self.is_closed |= result.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe);
        result
    }
}

impl<W: Write> Write for Listened<W> {
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
