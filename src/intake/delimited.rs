//! CSV files: their encoding, their delimiter, and their records with the row a spreadsheet would show.

use super::cell::Fields;
use super::fault::FileFault;
use crate::finding::{Finding, Place};
use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Text of a CSV file and how its fields are separated.
#[derive(Debug, Clone)]
pub(super) struct Delimited {
    text: String,
    start: usize,
    delimiter: u8,
    first_row: u64,
}

/// Decodes the bytes of a file; a warning when the encoding had to be assumed.
///
/// UTF-8 with or without byte order mark, UTF-16 with one, else Windows-1252. `named` is the encoding that the mapping
/// file states.
pub(super) fn decode(
    file: &str,
    bytes: Vec<u8>,
    named: Option<&'static Encoding>,
) -> Result<(String, Option<Finding>), Finding> {
    let refuse = |fault: FileFault| Finding::from(fault).at(Place::file(file));
    let encoding = match (named, bytes.as_slice()) {
        (_, [0xFF, 0xFE, ..]) => Some(UTF_16LE),
        (_, [0xFE, 0xFF, ..]) => Some(UTF_16BE),
        (_, [0xEF, 0xBB, 0xBF, ..]) => None,
        (named, _) => named,
    };
    if let Some(encoding) = encoding {
        let (text, _, broken) = encoding.decode(&bytes);
        if broken {
            return Err(refuse(FileFault::WrongEncoding { encoding: encoding.name().to_owned() }));
        }
        return checked(file, text.into_owned()).map(|text| (text, None));
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{FEFF}') {
                text.drain(..'\u{FEFF}'.len_utf8());
            }
            checked(file, text).map(|text| (text, None))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
            if let Some(c) = text.chars().find(|c| matches!(c, '\u{80}'..='\u{9F}')) {
                return Err(refuse(FileFault::UnknownEncoding { byte: format!("{:#04X}", u32::from(c)) }));
            }
            let warning = refuse(FileFault::AssumedEncoding { line });
            checked(file, text.into_owned()).map(|text| (text, Some(warning)))
        }
    }
}

fn checked(file: &str, text: String) -> Result<String, Finding> {
    let Some(at) = text.bytes().position(|byte| byte == 0) else { return Ok(text) };
    let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    Err(Finding::from(FileFault::ZeroByte { line }).at(Place::file(file)))
}

impl Delimited {
    /// Finds the delimiter and reads the headings; `None` when the text has no line.
    pub fn open(text: String, named: Option<u8>) -> Option<(Self, u64, Vec<String>)> {
        let (mut start, mut first_row, mut delimiter) = (0, 1, named);
        if let Some(stated) = stated_delimiter(&text) {
            start = text.find('\n').map_or(text.len(), |at| at + 1);
            first_row = 2;
            delimiter = delimiter.or(Some(stated));
        }
        let delimiter = delimiter.unwrap_or_else(|| sniffed(&text[start..]));
        let csv = Self { text, start, delimiter, first_row };
        let mut headings = None;
        let mut heading_row = first_row;
        // A broken row cannot occur: the text is valid UTF-8 and rows may have any number of fields.
        let _ = csv.records(|row, record| {
            heading_row = row;
            headings = Some(record.iter().map(|heading| heading.trim().to_owned()).collect());
            false
        });
        headings.map(|headings| (csv, heading_row, headings))
    }

    /// Calls `each` for every record below the row `header`.
    pub fn for_each(&self, header: u64, mut each: impl FnMut(u64, Fields<'_>)) -> Result<(), (u64, String)> {
        self.records(|row, record| {
            if row > header {
                each(row, Fields::Record(record));
            }
            true
        })
    }

    /// Calls `each` for the first `most` records.
    pub fn top(&self, most: usize, mut each: impl FnMut(u64, Fields<'_>)) {
        let mut count = 0;
        // What cannot be read is reported when the rows are.
        let _ = self.records(|row, record| {
            count += 1;
            if count <= most {
                each(row, Fields::Record(record));
            }
            count < most
        });
    }

    /// Calls `each` for every record that is not blank until it returns false; rows count as a spreadsheet shows them.
    fn records(&self, mut each: impl FnMut(u64, &StringRecord) -> bool) -> Result<(), (u64, String)> {
        let mut builder = ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true).delimiter(self.delimiter);
        let mut reader = builder.from_reader(&self.text.as_bytes()[self.start..]);
        let mut record = StringRecord::new();
        let (mut row, mut line) = (self.first_row - 1, 1);
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err((row + 1, error.to_string())),
            }
            let consumed = reader.position().line() - line;
            line += consumed;
            row += if consumed <= 1 { 1 } else { consumed.saturating_sub(breaks_inside(&record)).max(1) };
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            if !each(row, &record) {
                return Ok(());
            }
        }
    }
}

fn breaks_inside(record: &StringRecord) -> u64 {
    record.iter().map(|field| field.bytes().filter(|byte| *byte == b'\n').count() as u64).sum()
}

/// The delimiter of a first line `sep=;`, which Excel writes and reads.
fn stated_delimiter(text: &str) -> Option<u8> {
    let line = text.lines().next()?.trim_end();
    let stated = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    match stated.as_bytes() {
        [delimiter] => Some(*delimiter),
        [] if text.starts_with("sep=\t") => Some(b'\t'),
        _ => None,
    }
}

/// The delimiter that occurs most often in the first line that is not blank, outside quotes; a comma when none does.
fn sniffed(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0u32), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        if let Some(count) = counts.iter_mut().find(|(delimiter, _)| !quoted && *delimiter == byte) {
            count.1 += 1;
        }
    }
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .filter(|(_, count)| *count > 0)
        .map_or(b',', |(delimiter, _)| *delimiter)
}
