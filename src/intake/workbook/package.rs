//! The package of a workbook, examined before anything is unpacked for good.

use super::super::Limits;
use super::super::fault::FileFault;
use super::super::log::shown;
use crate::finding::{Finding, Place};
use std::io::{Cursor, Read};

/// Parts that a package may have.
const MOST_PARTS: usize = 5_000;
/// Highest compression ratio of a large part.
const LARGEST_RATIO: u64 = 250;
/// Parts below this size may have any ratio.
const SMALL_PART: u64 = 4 << 20;

/// Refuses packages that unpack to more than the limits, whatever their directory claims.
pub(super) fn examine(file: &str, bytes: &[u8], limits: &Limits) -> Result<(), Finding> {
    let refuse = |fault: FileFault| Finding::from(fault).at(Place::file(file));
    let unreadable = |error: zip::result::ZipError| refuse(FileFault::BrokenWorkbook { reason: error.to_string() });
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if package.len() > MOST_PARTS {
        return Err(refuse(FileFault::TooManyParts { parts: package.len(), limit: MOST_PARTS }));
    }
    let mut left = limits.workbook_bytes;
    for index in 0..package.len() {
        let part = package.by_index(index).map_err(unreadable)?;
        let (name, size, packed) = (name_of_part(part.name()), part.size(), part.compressed_size().max(1));
        if size > SMALL_PART && size / packed > LARGEST_RATIO {
            return Err(refuse(FileFault::PackedPart { part: name, ratio: LARGEST_RATIO }));
        }
        let unpacked = std::io::copy(&mut part.take(left.min(size) + 1), &mut std::io::sink())
            .map_err(|error| unreadable(zip::result::ZipError::Io(error)))?;
        if unpacked > size {
            return Err(refuse(FileFault::UnderstatedPart { part: name }));
        }
        left = left
            .checked_sub(unpacked)
            .ok_or_else(|| refuse(FileFault::UnpackedWorkbook { limit: limits.workbook_bytes >> 20 }))?;
    }
    Ok(())
}

fn name_of_part(name: Result<std::borrow::Cow<'_, str>, zip::result::ZipError>) -> String {
    name.map_or_else(|_| "?".to_owned(), |name| shown(&name))
}
