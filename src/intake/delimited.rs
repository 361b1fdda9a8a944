//! CSV files: their encoding, their delimiter, and their records with the row a spreadsheet would show.

use super::cell::{Fields, trimmed};
use super::fault::{FileFault, TableFault};
use super::garbled::{Guess, garbled, japanese};
use super::log::shown;
use crate::cancel::{STOPPED, is_cancelled};
use crate::document::delimited::{Quotes, Record, Records, stated_delimiter};
use crate::finding::{Code, Finding, Place, Severity};
use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, MACINTOSH, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::collections::BTreeMap;

/// Text of a CSV file and how its fields are separated.
#[derive(Debug, Clone)]
pub(super) struct Delimited {
    text: String,
    start: usize,
    pub delimiter: u8,
    first_row: u64,
    quotes: Quotes,
    /// True when double quotes are part of the values.
    is_unquoted: bool,
}

/// Delimiters of files for which the mapping file states none.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Records at the beginning of a file by which its delimiter is recognised.
const SNIFFED_RECORDS: usize = 50;

/// Decodes the bytes of a file; a warning when the encoding had to be assumed.
///
/// UTF-8 with or without byte order mark, UTF-16 with one, else Windows-1252, or Mac OS Roman or Shift-JIS
/// where words show it. `named` is the encoding that the mapping file states.
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
        let mixed = mixed(&bytes).filter(|_| encoding == WINDOWS_1252);
        let warning = mixed.map(|fault| refuse(fault).with_severity(Severity::Warning));
        return checked(file, text.into_owned()).map(|text| (text, warning));
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{FEFF}') {
                text.drain(..'\u{FEFF}'.len_utf8());
            }
            let warning = garbled(&text).map(refuse);
            checked(file, text).map(|text| (text, warning))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            if let Some(text) = japanese(&bytes) {
                let warning = refuse(FileFault::AssumedJapanese { line });
                return checked(file, text).map(|text| (text, Some(warning)));
            }
            if let Some(fault) = mixed(&bytes) {
                return Err(refuse(fault));
            }
            match Guess::of(&bytes) {
                Guess::Windows => {}
                Guess::Mac => {
                    let (text, _) = MACINTOSH.decode_without_bom_handling(&bytes);
                    let warning = refuse(FileFault::AssumedMac { line });
                    return checked(file, text.into_owned()).map(|text| (text, Some(warning)));
                }
                Guess::Dos => return Err(refuse(FileFault::DosEncoding { line })),
            }
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
            if let Some(c) = text.chars().find(|c| matches!(c, '\u{80}'..='\u{9F}')) {
                return Err(refuse(FileFault::UnknownEncoding { byte: format!("{:#04X}", u32::from(c)) }));
            }
            let warning = refuse(FileFault::AssumedEncoding { line });
            checked(file, text.into_owned()).map(|text| (text, Some(warning)))
        }
    }
}

/// The fault of a text that is UTF-8 in one place and is not in another, such as one file made of two exports.
fn mixed(bytes: &[u8]) -> Option<FileFault> {
    let (mut utf8, mut other, mut line) = (None, None, 1);
    for chunk in bytes.utf8_chunks() {
        let lines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
        if let (None, Some(at)) = (utf8, chunk.valid().find(|c: char| !c.is_ascii())) {
            utf8 = Some(line + lines(&chunk.valid()[..at]));
        }
        line += lines(chunk.valid());
        if !chunk.invalid().is_empty() {
            other = other.or(Some(line));
        }
    }
    Some(FileFault::MixedEncoding { utf8: utf8?, other: other? })
}

fn checked(file: &str, text: String) -> Result<String, Finding> {
    if !text.as_bytes().contains(&0) {
        return Ok(text);
    }
    let at = text.bytes().take_while(|byte| *byte != 0).count();
    let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    Err(Finding::from(FileFault::ZeroByte { line }).at(Place::file(file)))
}

impl Delimited {
    /// Finds the delimiter and reads the headings; `None` when the text has no line.
    ///
    /// With `is_unquoted`, double quotes are part of the values.
    pub fn open(text: String, named: Option<u8>, is_unquoted: bool) -> Option<(Self, u64, Vec<String>)> {
        let (mut start, mut first_row, mut delimiter) = (0, 1, named);
        if let Some((stated, length)) = stated_delimiter(&text) {
            (start, first_row) = (length, 2);
            delimiter = delimiter.or(Some(stated));
        }
        let delimiter = delimiter.unwrap_or_else(|| sniffed(&text[start..]));
        let quotes = if is_unquoted { Quotes::default() } else { Quotes::of(&text[start..], delimiter) };
        let csv = Self { text, start, delimiter, first_row, quotes, is_unquoted };
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

    /// Misplaced double quotes, each with its row and column; empty when the text can be read.
    pub fn misquoted(&self, file: &str, headings: &[String]) -> Vec<Finding> {
        if !self.quotes.is_misplaced {
            return Vec::new();
        }
        let mut findings = Vec::new();
        let (mut records, mut record) = (self.strict(), Record::default());
        while records.read(&mut record) {
            if let Some(misquoted) = &record.misquoted {
                let heading = headings.get(misquoted.column).map_or("", String::as_str);
                findings.push(misquoted.finding(Code::BookShape, file, record.row, heading));
            }
        }
        findings
    }

    /// Warnings about quoted fields that hold what looks like rows of the table: two double quotes that lack their
    /// partners make one field of everything between them.
    pub fn swallowed(&self, file: &str, headings: &[String]) -> Vec<Finding> {
        let width = headings.len();
        let looks_like_row = |line: &str| line.bytes().filter(|byte| *byte == self.delimiter).count() + 1 == width;
        let is_suspect = |field: &str| width > 2 && field.split(['\n', '\r']).skip(1).any(looks_like_row);
        if !self.quotes.spans.iter().any(|(start, end)| is_suspect(&self.text[self.start..][*start..*end])) {
            return Vec::new();
        }
        let mut findings = Vec::new();
        let (mut records, mut record) = (self.strict(), Record::default());
        while records.read(&mut record) {
            for (column, field) in record.fields.iter().enumerate().filter(|(_, field)| is_suspect(field)) {
                let fault = TableFault::SwallowedRows { lines: field.lines().count() };
                let heading = headings.get(column).map_or("", String::as_str);
                let first = field.lines().next().unwrap_or_default();
                findings.push(Finding::from(fault).at(Place::cell(file, record.row, heading, shown(first))));
            }
        }
        findings
    }

    /// Calls `each` for every record below the row `header`.
    pub fn for_each(&self, header: u64, mut each: impl FnMut(u64, Fields<'_>)) -> Result<(), (u64, String)> {
        let mut stopped = None;
        self.records(|row, record| {
            if is_cancelled() {
                stopped = Some(row);
            } else if row > header && !is_rule(record) {
                each(row, Fields::Record(record));
            }
            stopped.is_none()
        })?;
        stopped.map_or(Ok(()), |row| Err((row, STOPPED.to_owned())))
    }

    /// The records as the strict reader sees them.
    fn strict(&self) -> Records<'_> {
        Records::new(&self.text[self.start..], self.delimiter, self.first_row)
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
    fn records(&self, each: impl FnMut(u64, &StringRecord) -> bool) -> Result<(), (u64, String)> {
        // The library reads faster, and the same wherever each double quote is beside a delimiter.
        if self.quotes.is_misplaced || self.quotes.has_blanks {
            self.strict_records(each);
            return Ok(());
        }
        self.plain_records(each)
    }

    fn strict_records(&self, mut each: impl FnMut(u64, &StringRecord) -> bool) {
        let (mut records, mut record) = (self.strict(), Record::default());
        let mut fields = StringRecord::new();
        while records.read(&mut record) {
            if record.is_blank() {
                continue;
            }
            fields.clear();
            record.fields.iter().for_each(|field| fields.push_field(field));
            if !each(record.row, &fields) {
                return;
            }
        }
    }

    fn plain_records(&self, mut each: impl FnMut(u64, &StringRecord) -> bool) -> Result<(), (u64, String)> {
        let mut builder = ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true).delimiter(self.delimiter).quoting(!self.is_unquoted);
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
            if record.iter().all(|field| trimmed(field).is_empty()) {
                continue;
            }
            if !each(row, &record) {
                return Ok(());
            }
        }
    }
}

/// True for a line drawn with dashes between the rows of a list.
fn is_rule(record: &StringRecord) -> bool {
    const SHORTEST: usize = 5;
    let text = record.get(0).unwrap_or_default().trim();
    record.len() == 1 && text.len() >= SHORTEST && text.bytes().all(|byte| byte == b'-')
}

fn breaks_inside(record: &StringRecord) -> u64 {
    record.iter().map(|field| field.bytes().filter(|byte| *byte == b'\n').count() as u64).sum()
}

/// The delimiter that gives most of the first records the same number of fields, at least two; of several the one that
/// gives most fields. A comma when there is none.
fn sniffed(text: &str) -> u8 {
    let score = |delimiter: u8| {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        let (mut records, mut record) = (Records::new(text, delimiter, 1), Record::default());
        let mut seen = 0;
        while seen < SNIFFED_RECORDS && records.read(&mut record) {
            seen += usize::from(!record.is_blank());
            if record.fields.len() > 1 && !record.is_blank() {
                *counts.entry(record.fields.len()).or_default() += 1;
            }
        }
        // A single cell that holds the character, such as `A;B` in a file of one column, does not make it the delimiter.
        counts
            .into_iter()
            .map(|(fields, records)| (records, fields))
            .max()
            .filter(|(records, _)| *records > 1 || 2 * *records >= seen)
    };
    let scored = DELIMITERS.into_iter().rev().map(|delimiter| (score(delimiter), delimiter));
    scored.max_by_key(|(score, _)| *score).filter(|(score, _)| score.is_some()).map_or(b',', |(_, delimiter)| delimiter)
}
