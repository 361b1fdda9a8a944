//! Habits from spreadsheets, SQL and other languages, each with its replacement.

use super::source::{Class, Source, lexemes};
use super::syntax_fault::SyntaxFault;
use crate::finding::Span;
use crate::units::plain;
use rust_decimal::Decimal;

/// Words and signs of other languages, with those of this one.
const WORDS: [(&str, &str); 33] = [
    ("and", "&&"),
    ("AND", "&&"),
    ("or", "||"),
    ("OR", "||"),
    ("not", "!"),
    ("NOT", "!"),
    ("elif", "else if"),
    ("elsif", "else if"),
    ("elseif", "else if"),
    ("then", "{ … }"),
    ("endif", "}"),
    ("null", "()"),
    ("NULL", "()"),
    ("nil", "()"),
    ("None", "()"),
    ("undefined", "()"),
    ("var", "let"),
    ("function", "fn"),
    ("def", "fn"),
    ("is", "=="),
    ("=>", ">="),
    ("=<", "<="),
    ("<>", "!="),
    ("===", "=="),
    ("!==", "!="),
    (":=", "="),
    ("≥", ">="),
    ("≤", "<="),
    ("≠", "!="),
    ("×", "*"),
    ("÷", "/"),
    ("−", "-"),
    ("#", "//"),
];
/// Bytes between an error of the parser and the habit that explains it.
const FARTHEST: usize = 32;
/// Quotes that word processors make of `"`.
const QUOTES: [char; 8] = ['“', '”', '„', '‟', '‘', '’', '«', '»'];

/// The habit that explains a syntax error at `at`, nearest to it on its line; `None` when there is none.
pub(super) fn habit(source: &Source, at: usize) -> Option<(SyntaxFault, Span)> {
    let at = source.text.floor_char_boundary(at.min(source.text.len()));
    let start = source.text[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = source.text[at..].find('\n').map_or(source.text.len(), |found| at + found);
    let line = &source.text[start..end];
    let tokens: Vec<Span> = lexemes(line)
        .filter(|lexeme| {
            lexeme.class == Class::Other || lexeme.start + 1 < lexeme.end && line[lexeme.start..].starts_with('\u{a0}')
        })
        .map(|lexeme| Span { start: lexeme.start, end: lexeme.end })
        .collect();
    let blanks =
        line.char_indices().filter(|(_, c)| is_odd_blank(*c)).map(|(index, c)| (blank(c), index, c.len_utf8()));
    let quotes =
        line.char_indices().filter(|(_, c)| QUOTES.contains(c)).map(|(index, c)| (quote(c), index, c.len_utf8()));
    let words = tokens.iter().filter_map(|token| word(line, *token));
    let numbers = tokens.windows(3).filter_map(|three| comma(line, three));
    let percents = tokens.windows(2).filter_map(|two| percent(line, two));
    let all = words.chain(numbers).chain(percents).chain(blanks).chain(quotes);
    let near = |start_of: usize, length: usize| {
        let (from, to) = (start + start_of, start + start_of + length);
        if at < from { from - at } else { at.saturating_sub(to) }
    };
    let all = all.filter(|(_, found, length)| near(*found, *length) <= FARTHEST);
    let (fault, found, length) = all.min_by_key(|(_, found, length)| near(*found, *length))?;
    Some((fault, Span { start: start + found, end: start + found + length }))
}

/// A word or sign of another language that begins at the token.
fn word(line: &str, token: Span) -> Option<(SyntaxFault, usize, usize)> {
    let text = &line[token.start..token.end];
    let (found, meant) = WORDS.iter().find(|(found, _)| match found.starts_with(char::is_alphabetic) {
        true => *found == text,
        // A sign such as `=<` is two tokens.
        false => line[token.start..].starts_with(found) && found.starts_with(text),
    })?;
    // `#{` begins a map, and `=>` belongs to `switch`.
    let is_map = *found == "#" && line[token.end..].starts_with('{');
    if is_map || (*found == "=>" && line[..token.start].contains("switch")) {
        return None;
    }
    let help = if matches!(*found, "not" | "NOT") { "write `!` before it" } else { "" };
    let fault = SyntaxFault::Foreign { found: (*found).to_owned(), meant: (*meant).to_owned(), help };
    Some((fault, token.start, found.len()))
}

/// A blank that is not a space or a tab.
fn is_odd_blank(character: char) -> bool {
    character.is_whitespace() && !matches!(character, ' ' | '\t' | '\r' | '\n')
}

fn blank(character: char) -> SyntaxFault {
    let found = format!("U+{:04X}", character as u32);
    SyntaxFault::Foreign { found, meant: " ".to_owned(), help: "replace this blank with a plain space" }
}

fn quote(character: char) -> SyntaxFault {
    SyntaxFault::Foreign {
        found: character.to_string(),
        meant: "\"".to_owned(),
        help: "write texts in plain double quotes: `\"`",
    }
}

/// `0,05` and `25,000`.
fn comma(line: &str, three: &[Span]) -> Option<(SyntaxFault, usize, usize)> {
    let [whole, comma, decimals] = three else { return None };
    let is_digits = |span: &Span| line[span.start..span.end].chars().all(|c| c.is_ascii_digit());
    let is_tight = whole.end == comma.start && comma.end == decimals.start;
    if !is_tight || &line[comma.start..comma.end] != "," || !is_digits(whole) || !is_digits(decimals) {
        return None;
    }
    let (one, other) = (&line[whole.start..whole.end], &line[decimals.start..decimals.end]);
    let meant = if other.len() == 3 && one != "0" { format!("{one}_{other}") } else { format!("{one}.{other}") };
    let found = line[whole.start..decimals.end].to_owned();
    Some((SyntaxFault::Foreign { found, meant, help: "" }, whole.start, decimals.end - whole.start))
}

/// `5%`.
fn percent(line: &str, two: &[Span]) -> Option<(SyntaxFault, usize, usize)> {
    let [number, sign] = two else { return None };
    let value: Decimal = line[number.start..number.end].parse().ok()?;
    if number.end != sign.start || &line[sign.start..sign.end] != "%" {
        return None;
    }
    let fraction = plain(value.checked_div(Decimal::ONE_HUNDRED)?);
    let found = line[number.start..sign.end].to_owned();
    let length = sign.end - number.start;
    Some((SyntaxFault::Foreign { found, meant: fraction, help: "" }, number.start, length))
}
