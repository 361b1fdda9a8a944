//! Text as it may be shown: nothing in it steers a terminal, breaks a line, or turns the reading direction.
//!
//! Everything that reaches a terminal, a file for spreadsheets, a page or a log passes [`readable`], or a
//! [`CleanWriter`] where whole documents are written.

use std::io::{self, Write};

/// Longest value in backticks of a message, in characters.
const MAX_QUOTED: usize = 200;
/// Longest message, in characters.
const MAX_MESSAGE: usize = 4_000;

/// Returns true for characters that steer a terminal, end a line or turn the reading direction.
pub fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn shown(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        character if steers(character) => char::REPLACEMENT_CHARACTER,
        character => character,
    }
}

/// Returns text that is safe to show on one line: line breaks and tabs become spaces, every other character that
/// [`steers`] becomes `�`.
///
/// ```
/// use quotient::finding::readable;
/// assert_eq!(readable("a\u{1b}[31m\tb\u{202e}"), "a\u{fffd}[31m b\u{fffd}");
/// ```
pub fn readable(text: &str) -> String {
    let mut out = String::new();
    push_readable(text, &mut out);
    out
}

/// Adds what [`readable`] returns to `out`.
pub(crate) fn push_readable(text: &str, out: &mut String) {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        out.push_str(text);
    } else {
        out.extend(text.chars().map(shown));
    }
}

/// Returns [`readable`] text in which values in backticks are cut to 200 characters, and the whole to 4,000; `…` stands
/// for what is missing.
pub fn readable_message(text: &str) -> String {
    if text.len() <= MAX_QUOTED {
        return readable(text);
    }
    let mut message = String::new();
    for (at, piece) in text.split('`').enumerate() {
        message.push_str(if at > 0 { "`" } else { "" });
        let most = if at % 2 == 1 { MAX_QUOTED } else { MAX_MESSAGE };
        message.push_str(&cut(piece, most));
    }
    readable(&cut(&message, MAX_MESSAGE))
}

/// Breaks text between words into lines of at most `width` characters. A longer word has a line to itself, and a percent
/// sign stays with its number.
pub fn lines_of(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let text = text.replace(" %", "\u{1}%");
    for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= width) {
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.to_owned()),
        }
    }
    lines.into_iter().map(|line| line.replace('\u{1}', " ")).collect()
}

/// Returns the first `most` characters, with `…` if there are more.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Documents that a [`CleanWriter`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// JSON: a character that steers is written as an escape, so that no value changes.
    Json,
    /// Pages and tables: a character that steers is replaced by `�`; line breaks and tabs stay.
    Page,
}

/// A writer of UTF-8 through which no character that [`steers`] passes, except line breaks and tabs.
#[derive(Debug)]
pub struct CleanWriter<W: Write> {
    inner: W,
    written: Written,
    /// First bytes of a character whose others are still to come.
    rest: Vec<u8>,
}

impl<W: Write> CleanWriter<W> {
    /// Returns a writer of JSON to `inner`.
    ///
    /// ```
    /// use quotient::finding::CleanWriter;
    /// let mut out = Vec::new();
    /// serde_json::to_writer(CleanWriter::json(&mut out), "a\u{202e}\u{9b}")?;
    /// assert_eq!(out, br#""a\u202e\u009b""#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn json(inner: W) -> Self {
        Self { inner, written: Written::Json, rest: Vec::new() }
    }

    /// Returns a writer of pages and tables to `inner`.
    pub fn page(inner: W) -> Self {
        Self { inner, written: Written::Page, rest: Vec::new() }
    }

    fn clean(&mut self, text: &str) -> io::Result<()> {
        let steers = |c: char| steers(c) && !matches!(c, '\n' | '\r' | '\t');
        let mut rest = text;
        while let Some((at, found)) = rest.char_indices().find(|(_, c)| steers(*c)) {
            self.inner.write_all(&rest.as_bytes()[..at])?;
            match self.written {
                Written::Json => write!(self.inner, "\\u{:04x}", u32::from(found))?,
                Written::Page => write!(self.inner, "{}", shown(found))?,
            }
            rest = &rest[at + found.len_utf8()..];
        }
        self.inner.write_all(rest.as_bytes())
    }
}

/// True for bytes with which a character that steers can begin; line breaks and tabs are none.
fn may_steer(byte: &u8) -> bool {
    matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 0x7F | 0xC2 | 0xD8 | 0xE2)
}

impl<W: Write> Write for CleanWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.rest.is_empty() && !bytes.iter().any(may_steer) {
            self.inner.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let joined = [std::mem::take(&mut self.rest).as_slice(), bytes].concat();
        match std::str::from_utf8(&joined) {
            Ok(text) => self.clean(text)?,
            Err(error) => {
                let (text, rest) = joined.split_at(error.valid_up_to());
                self.clean(std::str::from_utf8(text).unwrap_or_default())?;
                match error.error_len() {
                    None => self.rest = rest.to_vec(),
                    // Not UTF-8 at all: nothing to interpret.
                    Some(_) => self.inner.write_all(rest)?,
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
