//! Where results go: stdout, or a file that is complete or not there at all.

use super::Stop;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes through `write` to `path`, or to stdout when there is none or it is `-`.
///
/// A file is written beside its place and renamed into it, so that a torn file is never left.
pub fn to(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Stop> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        let mut stdout = BufWriter::new(std::io::stdout().lock());
        write(&mut stdout)?;
        return Ok(stdout.flush()?);
    };
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
    result.map_err(|error| {
        let finding = crate::finding::Finding::error(
            crate::finding::Code::FileUnwritable,
            format!("`{}` cannot be written: {error}", path.display()),
        );
        Stop::Refused(std::iter::once(finding.help("check that its folder exists and may be written")).collect())
    })
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    path.with_file_name(name)
}
