//! Findings about files that are not read.

use super::fault::FileFault;
use super::log::shown;
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
