//! One script file as text: its size, its characters, and where in it something is.

use super::MAX_SOURCE_BYTES;
use super::form_fault::FormFault;
use crate::finding::{Finding, Findings, Place, Span};
use std::sync::Arc;

/// A script file of a vendor, as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path relative to the vendor's directory, with `/`: `history.rhai`.
    pub path: String,
    /// Whole text; a byte order mark at its start is ignored.
    pub text: Arc<str>,
}

impl SourceFile {
    /// Returns the names of the modules that the file imports, as they are written.
    pub fn imports(&self) -> Vec<&str> {
        let words = lexemes(&self.text).filter(|lexeme| lexeme.class != Class::Blank);
        let words: Vec<&str> = words.map(|lexeme| &self.text[lexeme.start..lexeme.end]).collect();
        let named = words.windows(2).filter(|pair| pair[0] == "import").filter_map(|pair| pair.get(1));
        named.filter_map(|text| text.strip_prefix('"')?.strip_suffix('"')).collect()
    }
}

/// A source with its line starts, so that line and column become a byte offset.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub path: String,
    pub text: Arc<str>,
    lines: Vec<usize>,
}

impl Source {
    /// Takes a file; the byte order mark is dropped.
    pub fn new(file: &SourceFile) -> Self {
        let text: Arc<str> = match file.text.strip_prefix('\u{feff}') {
            Some(rest) => Arc::from(rest),
            None => Arc::clone(&file.text),
        };
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path: file.path.clone(), text, lines }
    }

    /// Byte offset of a line and column (both from 1, the column in characters); clamped to the text.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let Some(&start) = self.lines.get(line.saturating_sub(1)) else { return self.text.len() };
        let rest = &self.text[start..];
        let characters = column.saturating_sub(1);
        rest.char_indices().nth(characters).map_or(self.text.len(), |(at, _)| start + at)
    }

    /// Line (from 1) of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start <= offset)
    }

    /// The place of `span`.
    pub fn place(&self, span: Span, label: impl Into<String>) -> Place {
        Place::text(self.path.as_str(), &self.text, span, label)
    }

    /// The text of `span`.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The token that starts at `offset`: a word with its digits, a number, a text literal, or an operator.
    pub fn token(&self, offset: usize) -> Span {
        let rest = self.text.get(offset..).unwrap_or_default();
        Span { start: offset, end: offset + token_length(rest) }
    }

    /// The name of a function whose body begins at `body`, after the last `fn` before it that is not in a comment.
    pub fn function_name(&self, name: &str, body: usize) -> Span {
        let header = &self.text[..self.text.floor_char_boundary(body.min(self.text.len()))];
        let words = lexemes(header).filter(|lexeme| lexeme.class == Class::Other);
        let (mut before, mut found) = ("", None);
        for word in words {
            let text = &header[word.start..word.end];
            if before == "fn" && text == name {
                found = Some(Span { start: word.start, end: word.end });
            }
            before = text;
        }
        found.unwrap_or_else(|| self.token(body))
    }

    /// Returns the offset of the first `{` at or after `offset` that is not in a comment or a string.
    pub fn opening(&self, offset: usize) -> Option<usize> {
        let offset = offset.min(self.text.len());
        let mut tokens = lexemes(&self.text[offset..]).filter(|lexeme| lexeme.class == Class::Open);
        tokens.find(|lexeme| self.text[offset + lexeme.start..].starts_with('{')).map(|lexeme| offset + lexeme.start)
    }

    /// End of the bracketed text that opens at `offset`; the end of the token when none opens there.
    pub fn closing(&self, offset: usize) -> usize {
        let mut depth = 0usize;
        for lexeme in lexemes(&self.text[offset.min(self.text.len())..]) {
            match lexeme.class {
                Class::Open => depth += 1,
                Class::Close => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return offset + lexeme.end;
                    }
                }
                Class::Blank => continue,
                Class::Other => {}
            }
            if depth == 0 {
                return offset + lexeme.end;
            }
        }
        self.text.len()
    }

    /// Tokens of the labels of the `switch` that begins at `offset`, without their guards (`if …`).
    pub fn switch_labels(&self, offset: usize) -> Vec<&str> {
        let Some(open) = self.opening(offset) else { return Vec::new() };
        let inside = self.text.get(open + 1..self.closing(open).saturating_sub(1)).unwrap_or_default();
        let (mut labels, mut depth, mut before) = (Vec::new(), 0usize, "");
        let (mut is_label, mut is_guard, mut is_block) = (true, false, false);
        for lexeme in lexemes(inside) {
            let text = &inside[lexeme.start..lexeme.end];
            match lexeme.class {
                Class::Blank => continue,
                Class::Open => {
                    is_block |= depth == 0 && before == "=>" && text == "{";
                    depth += 1;
                }
                Class::Close => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && std::mem::take(&mut is_block) {
                        (is_label, is_guard) = (true, false);
                    }
                }
                Class::Other if depth > 0 => {}
                Class::Other => match text {
                    "=>" => is_label = false,
                    "," if !is_label => (is_label, is_guard) = (true, false),
                    "if" => is_guard = true,
                    _ if is_label && !is_guard => labels.push(text),
                    _ => {}
                },
            }
            before = text;
        }
        labels
    }

    /// End of the last token before `offset` (blanks and comments are not tokens); 0 when there is none.
    pub fn end_before(&self, offset: usize) -> usize {
        let mut end = 0;
        for lexeme in lexemes(&self.text) {
            if lexeme.start >= offset {
                break;
            }
            if lexeme.class != Class::Blank {
                end = lexeme.end.min(offset);
            }
        }
        end
    }

    /// Checks size and characters, before anything is parsed.
    pub fn check(&self) -> Findings {
        let mut findings = Findings::new();
        if self.text.len() > MAX_SOURCE_BYTES {
            let fault = FormFault::TooLarge { bytes: self.text.len(), limit: MAX_SOURCE_BYTES };
            findings.push(Finding::from(fault).at(Place::file(self.path.as_str())));
            return findings;
        }
        let invisible = self.text.char_indices().filter(|(_, character)| is_invisible(*character)).take(20);
        for (at, character) in invisible {
            let fault = FormFault::Invisible { character: format!("U+{:04X}", character as u32) };
            let place = self.place(Span { start: at, end: at + character.len_utf8() }, "here");
            findings.push(Finding::from(fault).at(place));
        }
        if let Some(open) = unterminated_comment(&self.text) {
            let place = self.place(Span { start: open, end: open + 2 }, "opens here");
            findings.push(Finding::from(FormFault::UnclosedComment {}).at(place));
        }
        let empty = !lexemes(&self.text).any(|lexeme| lexeme.class != Class::Blank);
        if empty && findings.is_empty() {
            findings.push(Finding::from(FormFault::Empty {}).at(Place::file(self.path.as_str())));
        }
        findings
    }
}

/// True for characters that cannot be seen or that reorder the text around them.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
        || (character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
}

/// Class of a lexeme, as far as brackets and blanks matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Space or comment.
    Blank,
    /// `(`, `[`, `{`.
    Open,
    /// `)`, `]`, `}`.
    Close,
    /// Anything else: word, number, text literal, operator.
    Other,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexeme {
    pub start: usize,
    pub end: usize,
    pub class: Class,
}

/// Cuts a text into lexemes. It knows comments and text literals, so that brackets inside them do not count.
pub(super) fn lexemes(text: &str) -> impl Iterator<Item = Lexeme> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let first = rest.chars().next()?;
        let start = at;
        let (length, class) = match first {
            _ if first.is_whitespace() => (first.len_utf8(), Class::Blank),
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), Class::Blank),
            '/' if rest.starts_with("/*") => (comment_length(rest).unwrap_or(rest.len()), Class::Blank),
            '(' | '[' | '{' => (1, Class::Open),
            ')' | ']' | '}' => (1, Class::Close),
            _ => (token_length(rest), Class::Other),
        };
        at += length.max(1);
        Some(Lexeme { start, end: at, class })
    })
}

/// Length of a `/* … */` comment (they nest); `None` when it is never closed.
fn comment_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'/', b'*') => {
                depth += 1;
                at += 2;
            }
            (b'*', b'/') => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
    None
}

fn unterminated_comment(text: &str) -> Option<usize> {
    lexemes(text)
        .filter(|lexeme| lexeme.class == Class::Blank && text[lexeme.start..].starts_with("/*"))
        .find(|lexeme| comment_length(&text[lexeme.start..]).is_none())
        .map(|lexeme| lexeme.start)
}

fn token_length(rest: &str) -> usize {
    let Some(first) = rest.chars().next() else { return 0 };
    if first == '_' || first.is_alphabetic() {
        return rest.find(|c: char| !(c == '_' || c.is_alphanumeric())).unwrap_or(rest.len());
    }
    if first.is_ascii_digit() {
        return number_length(rest);
    }
    match first {
        '"' | '`' => literal_length(rest, first),
        '\'' => character_length(rest),
        _ => {
            const OPERATORS: [&str; 29] = [
                "**=", "<<=", ">>=", "..=", "===", "!==", "**", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "?[",
                "..", "::", "=>", "->", "+=", "-=", "*=", "/=", "%=", "<<", ">>", "#{", "//",
            ];
            OPERATORS
                .iter()
                .find(|op| rest.starts_with(**op))
                .map_or(first.len_utf8(), |op| if *op == "#{" { 1 } else { op.len() })
        }
    }
}

fn number_length(rest: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !(c == '_' || c.is_ascii_alphanumeric())).unwrap_or(text.len());
    let whole = digits(rest);
    match rest[whole..].strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => whole + 1 + digits(fraction),
        _ => whole,
    }
}

/// Length of a text literal; backtick texts may hold `${ … }` with anything in it.
fn literal_length(rest: &str, quote: char) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    let mut depth = 0usize;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == '"' => at += 1,
            b'\n' if quote == '"' && depth == 0 => return at,
            b'$' if quote == '`' && bytes.get(at + 1) == Some(&b'{') => {
                depth += 1;
                at += 1;
            }
            b'{' if depth > 0 => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            byte if byte == quote as u8 && depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

fn character_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1).take(12) {
        match character {
            '\n' => return at,
            '\\' if !escaped => escaped = true,
            '\'' if !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    1
}

pub(super) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
