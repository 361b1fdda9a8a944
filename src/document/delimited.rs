//! Delimited text: its records with the row that a spreadsheet shows, and its double quotes taken strictly.
//!
//! A field that contains the delimiter, a line break or a double quote begins and ends with a double quote, and each
//! double quote inside it is written twice. Blanks around a field, quoted or not, do not belong to it. A double quote
//! anywhere else is reported: a lenient reader would add the rows that follow to a field, in silence. Since a valid text
//! has an even number of double quotes, a single one that is added or lost is always found.

use super::fault::QuoteFault;
use crate::finding::{Code, Finding, Place};
use std::borrow::Cow;

/// Reason why a double quote is not one that delimits a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misquote {
    /// It begins a field that does not end.
    Unclosed,
    /// Text follows the double quote that ends the field.
    TextAfter,
    /// The field does not begin with it.
    Inside,
}

/// A field with a misplaced double quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misquoted {
    /// Index of the field in its record.
    pub column: usize,
    /// Fault of its double quotes.
    pub reason: Misquote,
    /// Its first line, at most 60 characters of it.
    pub excerpt: String,
}

impl Misquoted {
    /// The finding, in a file of the kind that reports the shape of its tables as `code`; `heading` names the column.
    pub fn finding(&self, code: Code, file: &str, row: u64, heading: &str) -> Finding {
        let fault = match self.reason {
            Misquote::Unclosed => QuoteFault::UnclosedQuote { code },
            Misquote::TextAfter => QuoteFault::TextAfterQuote { code },
            Misquote::Inside => QuoteFault::QuoteInside { code },
        };
        Finding::from(fault).at(Place::cell(file, row, heading, self.excerpt.clone()))
    }
}

/// One record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record<'t> {
    /// Row that a spreadsheet shows, counted from 1; blank rows count.
    pub row: u64,
    /// Its fields without the blanks around them; at least one.
    pub fields: Vec<Cow<'t, str>>,
    /// The first field with a misplaced double quote.
    pub misquoted: Option<Misquoted>,
}

impl Record<'_> {
    /// True when all fields are empty.
    pub fn is_blank(&self) -> bool {
        self.fields.iter().all(|field| field.is_empty())
    }
}

/// Records of a delimited text, in order.
///
/// Reading ends after a field that spans several lines and has a misplaced double quote: where the next record begins is
/// not known.
#[derive(Debug, Clone)]
pub struct Records<'t> {
    rest: &'t str,
    delimiter: u8,
    row: u64,
}

impl<'t> Records<'t> {
    /// Records of `text`, of which the first is in row `first_row`; `delimiter` is an ASCII character.
    pub fn new(text: &'t str, delimiter: u8, first_row: u64) -> Self {
        Self { rest: text, delimiter, row: first_row.saturating_sub(1) }
    }

    /// Reads the next record into `record`; false at the end of the text.
    pub fn read(&mut self, record: &mut Record<'t>) -> bool {
        record.fields.clear();
        record.misquoted = None;
        if self.rest.is_empty() {
            return false;
        }
        self.row += 1;
        record.row = self.row;
        loop {
            let (field, reason) = self.field();
            let excerpt = || field.lines().next().unwrap_or_default().chars().take(60).collect();
            let spans_lines = field.contains(['\n', '\r']);
            if let Some(reason) = reason {
                let misquoted = Misquoted { column: record.fields.len(), reason, excerpt: excerpt() };
                record.misquoted.get_or_insert(misquoted);
                if spans_lines {
                    self.rest = "";
                }
            }
            record.fields.push(field);
            match self.rest.as_bytes() {
                [byte, ..] if *byte == self.delimiter => self.rest = &self.rest[1..],
                [b'\r', b'\n', ..] => {
                    self.rest = &self.rest[2..];
                    return true;
                }
                [b'\r' | b'\n', ..] => {
                    self.rest = &self.rest[1..];
                    return true;
                }
                _ => return true,
            }
        }
    }

    fn ends(&self, byte: u8) -> bool {
        byte == self.delimiter || byte == b'\n' || byte == b'\r'
    }

    /// The next field, up to its delimiter or line end.
    fn field(&mut self) -> (Cow<'t, str>, Option<Misquote>) {
        let text = self.rest;
        let begin = text.bytes().position(|byte| !is_blank(byte, self.delimiter)).unwrap_or(text.len());
        let Some(inner) = text[begin..].strip_prefix('"') else {
            let end = text.bytes().position(|byte| self.ends(byte)).unwrap_or(text.len());
            self.rest = &text[end..];
            let field = text[..end].trim();
            return (field.into(), field.contains('"').then_some(Misquote::Inside));
        };
        let Some(close) = closing(inner) else {
            self.rest = "";
            return (unescaped(inner), Some(Misquote::Unclosed));
        };
        let after = &inner[close + 1..];
        let blanks = after.bytes().position(|byte| !is_blank(byte, self.delimiter)).unwrap_or(after.len());
        if after.as_bytes().get(blanks).is_none_or(|byte| self.ends(*byte)) {
            self.rest = &after[blanks..];
            return (unescaped(inner[..close].trim()), None);
        }
        let end = after.bytes().position(|byte| self.ends(byte)).unwrap_or(after.len());
        self.rest = &after[end..];
        (inner[..close + 1 + end].to_owned().into(), Some(Misquote::TextAfter))
    }
}

/// The delimiter of a first line `sep=;`, which Excel writes and reads, and the length of that line. Other programs put
/// the line in double quotes, or end it with a carriage return.
pub fn stated_delimiter(text: &str) -> Option<(u8, usize)> {
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    let line = text[..end].trim_end_matches(' ');
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let stated = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    let [delimiter] = stated.as_bytes() else { return None };
    let is_delimiter = *delimiter == b'\t' || delimiter.is_ascii_punctuation() && *delimiter != b'"';
    let rest = &text[end..];
    let ending = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
    is_delimiter.then_some((*delimiter, end + ending))
}

/// True for a space or tab that is not the delimiter.
fn is_blank(byte: u8, delimiter: u8) -> bool {
    byte != delimiter && matches!(byte, b' ' | b'\t')
}

/// Index of the double quote that ends a quoted field.
fn closing(inner: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let quote = from + inner[from..].find('"')?;
        if !inner[quote + 1..].starts_with('"') {
            return Some(quote);
        }
        from = quote + 2;
    }
}

fn unescaped(field: &str) -> Cow<'_, str> {
    if field.contains('"') { field.replace("\"\"", "\"").into() } else { field.into() }
}

/// Use of double quotes in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotes {
    /// True when a double quote is misplaced; the rest of the text is not examined then.
    pub is_misplaced: bool,
    /// True when blanks surround a quoted field.
    pub has_blanks: bool,
    /// Start and end of the quoted fields that span several lines.
    pub spans: Vec<(usize, usize)>,
}

impl Quotes {
    /// Examines the double quotes of `text` in one pass that looks at nothing else.
    pub fn of(text: &str, delimiter: u8) -> Self {
        let mut quotes = Self::default();
        let bytes = text.as_bytes();
        let is_end = |byte: u8| byte == delimiter || byte == b'\n' || byte == b'\r';
        let mut from = 0;
        while let Some(open) = text[from..].find('"').map(|at| from + at) {
            let blanks = bytes[from..open].iter().rev().take_while(|byte| is_blank(**byte, delimiter)).count();
            let begin = open - blanks;
            let begins = begin.checked_sub(1).is_none_or(|before| is_end(bytes[before]));
            let close = closing(&text[open + 1..]).map(|at| open + 1 + at);
            let Some(close) = close.filter(|_| begins) else {
                quotes.is_misplaced = true;
                return quotes;
            };
            let after = bytes[close + 1..].iter().take_while(|byte| is_blank(**byte, delimiter)).count();
            if bytes.get(close + 1 + after).is_some_and(|byte| !is_end(*byte)) {
                quotes.is_misplaced = true;
                return quotes;
            }
            quotes.has_blanks |= blanks + after > 0;
            if text[open..close].contains(['\n', '\r']) {
                quotes.spans.push((open + 1, close));
            }
            from = close + 1;
        }
        quotes
    }
}
