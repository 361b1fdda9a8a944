//! Runs of digits and letters of a text that may be a period, and the words in it.

use super::date_format::year_of_two_digits;

/// A run of digits or of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Digits(&'t str),
    Letters(&'t str),
}

/// The runs of digits and letters of `text`; none when anything but the usual separators is between them.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_same: fn(char) -> bool = match first {
            c if c.is_ascii_digit() => |c| c.is_ascii_digit(),
            c if c.is_alphabetic() => char::is_alphabetic,
            c if c.is_whitespace() || matches!(c, '-' | '/' | '.' | '_' | '\'' | '\u{2019}' | ',') => {
                rest = &rest[c.len_utf8()..];
                continue;
            }
            _ => return Vec::new(),
        };
        let (run, behind) = rest.split_at(rest.find(|c| !is_same(c)).unwrap_or(rest.len()));
        tokens.push(if first.is_ascii_digit() { Token::Digits(run) } else { Token::Letters(run) });
        if tokens.len() > 5 {
            return Vec::new();
        }
        rest = behind;
    }
    tokens
}

pub(super) fn year_of_four(digits: &str) -> Option<i32> {
    if digits.len() == 4 { digits.parse().ok() } else { None }
}

pub(super) fn year_of(digits: &str) -> Option<i32> {
    match digits.len() {
        2 => digits.parse().ok().map(year_of_two_digits),
        _ => year_of_four(digits),
    }
}

pub(super) fn is_word(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Words for quarter and half, with the number of months.
pub(super) fn part_of_year(word: &str) -> Option<u32> {
    if is_word(word, &["Q", "QTR", "T", "Quarter", "Quartal"]) {
        Some(3)
    } else if is_word(word, &["H", "Half"]) {
        Some(6)
    } else {
        None
    }
}
