//! `plan import`: workbooks that came back become offers, counters and acceptances, all or none.

use super::desk::{Desk, now, read};
use super::returned::{Workbook, commands};
use crate::cli::{CommandError, Terminal};
use crate::finding::Findings;
use crate::intake::read_returned;
use crate::ledger::plan::decide_all;
use std::path::PathBuf;

/// Arguments of `plan import`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  quotient plan import FY2026 out/Mara-Jensen.xlsx --as mara")]
pub struct Options {
    /// Name of the plan.
    name: String,
    /// Workbooks that came back.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    desk: Desk,
}

/// Runs `plan import`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let mut store = options.desk.file.open()?;
    let loaded = read(&store, &options.name)?;
    let (mut findings, mut workbooks) = (Findings::new(), Vec::new());
    for path in &options.files {
        let read = read_returned(path, loaded.state.totals.assigned.currency()).ok(&mut findings);
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        workbooks.extend(read.map(|(rows, meta)| Workbook { file, rows, meta }));
    }
    let commands = commands(&loaded.state, &workbooks, &mut findings);
    if findings.has_errors() {
        // The other rows are decided all the same, so that everything that is wrong with the files is reported at once.
        let decided = decide_all(&loaded.state, &commands, &options.desk.actor()?, now());
        findings.extend(decided.err().unwrap_or_default());
        return Err(findings.into());
    }
    terminal.show(&findings);
    options.desk.give(&mut store, &loaded, &commands)?;
    Ok(())
}
