//! The container of a workbook: its kind, from its content, and its package, examined before it is unpacked for good.

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

/// Container of a workbook.
pub(super) enum Container {
    /// A package of parts.
    Package(Kind),
    /// A compound file: an XLS workbook, or one that is encrypted.
    Compound,
    /// No container of workbooks; the word for what it is instead.
    Other(&'static str),
}

/// Kind of a package.
pub(super) enum Kind {
    /// Also XLSM, and any other package.
    Xlsx,
    Xlsb,
    Ods,
}

impl Container {
    /// Recognises the container by its first bytes, and a package by the names of its parts.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
            return Self::Compound;
        }
        if bytes.starts_with(b"PK") {
            let package = zip::ZipArchive::new(Cursor::new(bytes)).ok();
            let has = |name: &str| package.as_ref().is_some_and(|package| package.index_for_name(name).is_some());
            return Self::Package(match (has("xl/workbook.bin"), has("content.xml") && !has("xl/workbook.xml")) {
                (true, _) => Kind::Xlsb,
                (_, true) => Kind::Ods,
                _ => Kind::Xlsx,
            });
        }
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).to_lowercase();
        Self::Other(match start.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']) {
            xml if xml.starts_with("<?xml") && !xml.contains("<html") => "an XML document",
            html if html.starts_with("<!doctype html") || html.contains("<html") || html.contains("<table") => {
                "an HTML page"
            }
            text if !text.is_empty() && !text.contains(['\0', '\u{FFFD}']) => "text",
            _ => "something else",
        })
    }
}

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
