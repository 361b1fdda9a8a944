//! Findings about files that are not read.

use super::cell::Cell;
use super::fault::FileFault;
use super::log::shown;
use super::sheet::Sheet;
use crate::finding::{Finding, Place};

/// Returns the finding about a file that the system does not give.
pub(super) fn unreadable(file: &str, error: &std::io::Error) -> Finding {
    Finding::from(FileFault::Unreadable { reason: error.to_string() }).at(Place::file(file))
}

/// Returns the finding about a file of a format that is not known by its ending.
pub(super) fn unknown_ending(ending: &str, file: &str) -> Finding {
    let fault = match ending {
        "" => FileFault::NoEnding {},
        ending => FileFault::UnknownEnding { extension: shown(ending) },
    };
    Finding::from(fault).at(Place::file(file))
}

/// Returns the finding about a table without a header.
pub(super) fn no_heading(file: &str) -> Finding {
    Finding::from(FileFault::Empty {}).at(Place::file(file))
}

/// Rows at the top of a table by which its columns are counted.
const COUNTED_ROWS: usize = 20;

/// Returns the finding about a table with more than `limit` columns.
pub(super) fn too_wide(sheet: &Sheet, limit: usize) -> Option<Finding> {
    let filled = |cells: &[Cell]| cells.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
    let columns = sheet.top(COUNTED_ROWS).iter().map(|(_, cells)| filled(cells)).max()?;
    let fault = FileFault::TooManyColumns { columns, limit };
    (columns > limit).then(|| Finding::from(fault).at(Place::file(sheet.file.clone())))
}
