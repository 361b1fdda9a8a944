//! `test --accept`: observed values written into the cases files.

use super::{Format, Tested};
use crate::cli::fault::CommandFault;
use crate::cli::{CommandError, output};
use crate::finding::{Finding, Place, cut, readable};
use crate::plugin::{Acceptance, CaseOutcome, accept as accepted};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Longest value that is shown, in characters.
const SHOWN: usize = 200;

/// Writes the observed values of the cases that fail into their files, and prints each change; returns true when a file
/// has changed. The changes go to stdout, and to stderr in a format for programs.
pub fn accept(tested: &[Tested], format: Format) -> Result<bool, CommandError> {
    let mut files: BTreeMap<&str, Vec<&CaseOutcome>> = BTreeMap::new();
    for outcome in tested.iter().flat_map(Tested::failed) {
        files.entry(outcome.place.file_name()).or_default().push(outcome);
    }
    let mut has_changed = false;
    for (file, outcomes) in files {
        let Some(Place::Text { text, .. }) = outcomes.first().map(|outcome| &outcome.place) else { continue };
        let acceptance = accepted(file, text, &outcomes);
        if !acceptance.accepted.is_empty() {
            write(file, text, &acceptance)?;
            has_changed = true;
        }
        match format {
            Format::Text => show(file, &acceptance, &mut std::io::stdout().lock())?,
            Format::Json | Format::Github | Format::Junit => show(file, &acceptance, &mut std::io::stderr().lock())?,
        }
    }
    Ok(has_changed)
}

/// Replaces the file, unless it has changed since the cases were read; a byte order mark stays.
fn write(file: &str, text: &Arc<str>, acceptance: &Acceptance) -> Result<(), CommandError> {
    let path = Path::new(file);
    let current = std::fs::read_to_string(path).ok();
    let mark = current.as_deref().and_then(|current| current.strip_suffix(&**text));
    let Some(mark) = mark.filter(|mark| matches!(*mark, "" | "\u{feff}")) else {
        return Err(Finding::from(CommandFault::CasesChanged { file: file.to_owned() }).at(Place::file(file)).into());
    };
    output::to(Some(path), |out| write!(out, "{mark}{}", acceptance.text))
}

fn show(file: &str, acceptance: &Acceptance, out: &mut dyn Write) -> std::io::Result<()> {
    let shown = |text: &str| readable(&cut(text, SHOWN));
    for one in &acceptance.accepted {
        let (case, key) = (shown(&one.case), readable(&one.key));
        writeln!(out, "{}:{}: {case}", readable(file), one.line)?;
        writeln!(out, "  {key} = {} → {}", shown(&one.before), shown(&one.after))?;
    }
    for one in &acceptance.left {
        writeln!(out, "{}: {}: not accepted, because {}", readable(file), shown(&one.case), shown(&one.reason))?;
    }
    Ok(())
}
