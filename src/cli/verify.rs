//! `verify`: whether a decision log is what was written.

use super::fault::CommandFault;
use super::groups::Output;
use super::progress::bytes_bar;
use super::{CommandError, Terminal, output};
use crate::audit::{
    Expected, Head, LogReader, Verification, Verifier, files_with_older, log_of, write_verification_json,
};
use crate::finding::{Finding, Findings, Place};
use crate::signing::PublicKey;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Exit code when the log is not what was written.
pub const NOT_WHAT_WAS_WRITTEN: u8 = 6;
/// Exit code when the log cannot be read.
const UNREADABLE: u8 = 3;

/// Formats of the result.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For programs; described by `schema/verification.schema.json`.
    Json,
}

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient verify decisions.jsonl
  quotient verify decisions.jsonl --head decisions.head --public-key log.pub

A log that was cut at its end, or rewritten as a whole, shows only against a
head that was copied elsewhere: the file that `serve --log-key` writes, or
that of --save-head. See docs/serve.md.

Exit codes:
  0  the log is what was written
  3  the log cannot be read
  6  the log is not what was written")]
pub struct Options {
    /// Decision log: a file with the older ones beside it, or a directory with logs.
    log: PathBuf,
    /// Head of the log that was copied elsewhere.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// Public key that signs heads of the log, in PEM; can be repeated.
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// File to write the last entry to, as a head that is not signed.
    #[arg(long, value_name = "FILE")]
    save_head: Option<PathBuf>,
    #[command(flatten)]
    output: Output<Format>,
}

/// Runs `verify`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let unreadable = |finding: Finding| {
        terminal.show(&Findings::from_iter([finding]));
        CommandError::Reported(UNREADABLE)
    };
    let expected = Expected {
        head: options.head.as_deref().map(Head::read).transpose()?,
        keys: options.public_key.iter().map(|path| PublicKey::read(path)).collect::<Result<_, _>>()?,
        is_complete: true,
    };
    let files = files_with_older(&options.log).map_err(unreadable)?;
    let verified = verify(&files, &expected).map_err(unreadable)?;
    let one_log = verified.first().filter(|_| verified.len() == 1);
    if one_log.is_none() && (options.head.is_some() || options.save_head.is_some()) {
        let log = options.log.display().to_string();
        return Err(Finding::from(CommandFault::SeveralLogs { directory: log }).into());
    }
    verified.iter().for_each(|(_, log)| terminal.show(&log.findings));
    options.output.write(|out| match options.output.format {
        Format::Table => verified.iter().try_for_each(|(name, log)| log.write_text(name, out)),
        Format::Json => write_verification_json(&verified, out),
    })?;
    if !verified.iter().all(|(_, log)| log.holds()) {
        return Err(CommandError::Reported(NOT_WHAT_WAS_WRITTEN));
    }
    match (&options.save_head, one_log.and_then(|(_, log)| log.last)) {
        (Some(path), Some(last)) => {
            let head = Head::unsigned(last, std::time::SystemTime::now().into());
            output::to(Some(path), |out| out.write_all(&head.line()))
        }
        _ => Ok(()),
    }
}

/// Verifies the files of one or several logs, oldest first; one result per log, with its name.
pub fn verify(files: &[PathBuf], expected: &Expected) -> Result<Vec<(String, Verification)>, Finding> {
    let bytes = files.iter().filter_map(|path| fs::metadata(path).ok()).map(|meta| meta.len()).sum();
    let bar = bytes_bar("verifying", bytes);
    let mut verified = Vec::new();
    for files in files.chunk_by(|one, next| log_of(one).is_some_and(|log| log_of(next) == Some(log))) {
        let mut verifier = Verifier::new(expected.clone());
        for path in files {
            let name = path.display().to_string();
            let read =
                File::open(path).and_then(|file| lines(&name, BufReader::new(bar.wrap_read(file)), &mut verifier));
            read.map_err(|error| broken(&name, &error))?;
        }
        let name = files.last().map(|path| path.display().to_string()).unwrap_or_default();
        let result = verifier.finish(&name);
        verified.push((name, result));
    }
    bar.finish_and_clear();
    Ok(verified)
}

fn lines(name: &str, reader: impl BufRead, verifier: &mut Verifier) -> io::Result<()> {
    let mut reader = LogReader::new(reader);
    while let Some(line) = reader.next_line()? {
        verifier.line(name, &line);
    }
    Ok(())
}

/// Returns the finding about a log that cannot be read.
pub fn broken(name: &str, error: &io::Error) -> Finding {
    let fault = CommandFault::UnreadableLog { file: name.to_owned(), reason: error.to_string() };
    Finding::from(fault).at(Place::file(Path::new(name).display().to_string()))
}
