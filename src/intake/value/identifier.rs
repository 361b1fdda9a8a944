//! Identifiers and names: damage that spreadsheets do to them, words for nothing, and Salesforce ids.

use super::month_word::month_number;

/// Separators that exports put between several identifiers in one cell.
const SEPARATORS: [&str; 7] = [";", "|", ",", "/", "\n", "+", "&"];

/// The separator under which `id` is a list of several known identifiers.
pub(in crate::intake) fn separator_of(id: &str, is_known: impl Fn(&str) -> bool) -> Option<&'static str> {
    if !id.bytes().any(|byte| matches!(byte, b';' | b'|' | b',' | b'/' | b'\n' | b'+' | b'&')) {
        return None;
    }
    let are_known = |separator: &&str| {
        id.contains(*separator)
            && id.split(*separator).filter(|part| !part.trim().is_empty()).count() > 1
            && id.split(*separator).map(str::trim).filter(|part| !part.is_empty()).all(&is_known)
    };
    SEPARATORS.iter().copied().find(|separator| are_known(separator))
}

/// Word in a cell that has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum Placeholder {
    /// An error value of a spreadsheet, such as `#REF!`.
    ErrorValue,
    /// A word for nothing, such as `NULL`.
    Nothing,
}

/// Words for nothing, in lower case.
const NOTHING: &[&str] = &[
    "null",
    "(null)",
    "<null>",
    "\\n",
    "nan",
    "nat",
    "<na>",
    "none",
    "nil",
    "n/a",
    "n.a.",
    "undefined",
    "(blank)",
    "-",
    "--",
    "---",
    "\u{2013}",
    "\u{2014}",
];

/// Returns the meaning of `text` when it is not a name.
pub(in crate::intake) fn placeholder(text: &str) -> Option<Placeholder> {
    // Every name of a book passes here. Bytes beyond ASCII may begin a long dash.
    let first = text.as_bytes().first().copied().unwrap_or_default();
    let is_candidate = matches!(first, b'#' | b'n' | b'N' | b'(' | b'<' | b'\\' | b'u' | b'U' | b'-' | b'E' | 0xE2);
    if !is_candidate || text.len() > 16 {
        return None;
    }
    if is_error_value(text) {
        return Some(Placeholder::ErrorValue);
    }
    NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word)).then_some(Placeholder::Nothing)
}

/// True for `#REF!`, `#NAME?`, `#N/A`, `#NV`, `####`, `Err:502`.
pub(in crate::intake) fn is_error_value(text: &str) -> bool {
    if let Some(number) = text.strip_prefix("Err:") {
        return number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    }
    let Some(name) = text.strip_prefix('#') else { return false };
    let is_named = |name: &str| {
        name.len() > 1 && name.chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '/' | '_'))
    };
    let is_narrow = text.len() > 2 && text.bytes().all(|byte| byte == b'#');
    let is_listed = ["N/A", "NV", "N/D", "GETTING_DATA"].iter().any(|known| name.eq_ignore_ascii_case(known));
    is_narrow || is_listed || name.strip_suffix(['!', '?']).is_some_and(is_named)
}

/// True for `1.23457E+17`: a number of many digits as a spreadsheet shows it.
pub(in crate::intake) fn is_shortened(text: &str) -> bool {
    if !text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let Some((mantissa, power)) = text.split_once("E+").or_else(|| text.split_once("e+")) else { return false };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    whole.len() == 1 && is_digits(whole) && is_digits(fraction) && matches!(power.len(), 2 | 3) && is_digits(power)
}

/// Likeness of an identifier to a date into which a spreadsheet turned it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum DateLike {
    /// `3-Mar` or `Mar-03`, which may be an identifier all the same.
    Short,
    /// `2025-03-03 00:00:00`.
    Midnight,
}

/// Returns how `text` looks like a date.
pub(in crate::intake) fn date_like(text: &str) -> Option<DateLike> {
    let is_digits = |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(date) = text.strip_suffix("00:00:00") {
        return super::date::of_one_meaning(date.trim_end_matches([' ', 'T']), None).map(|_| DateLike::Midnight);
    }
    let (first, second) = text.split_once('-').or_else(|| text.split_once(". "))?;
    let is_day = is_digits(first) && second.len() <= 4 && month_number(second.trim_end_matches('.')).is_some();
    let is_year = second.len() == 2 && is_digits(second) && first.len() <= 4 && month_number(first).is_some();
    (is_day || is_year).then_some(DateLike::Short)
}

/// Reason for which a text is not a Salesforce id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::intake) enum SalesforceFault {
    /// It does not have 15 or 18 letters and digits.
    Form,
    /// Its last three characters are not the checksum of the others, which is this.
    Checksum(String),
}

/// Characters of the checksum, by the value of five bits.
const CHECKSUM: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// Returns the Salesforce id of 18 characters for one of 15 or 18: the checksum says which letters are upper case.
pub(in crate::intake) fn salesforce_id(text: &str) -> Result<String, SalesforceFault> {
    let is_written = matches!(text.len(), 15 | 18) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let Some((id, suffix)) = text.split_at_checked(15).filter(|_| is_written) else {
        return Err(SalesforceFault::Form);
    };
    let character = |group: &[u8]| {
        let bits = group.iter().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
        let value: usize = bits.map(|(place, _)| 1 << place).sum();
        char::from(CHECKSUM.get(value).copied().unwrap_or(b'A'))
    };
    let checksum: String = id.as_bytes().chunks(5).map(character).collect();
    if suffix.is_empty() || suffix.eq_ignore_ascii_case(&checksum) {
        Ok(format!("{id}{checksum}"))
    } else {
        Err(SalesforceFault::Checksum(checksum))
    }
}

/// The form in which identifiers are compared that differ only in leading zeros, case or spaces.
pub(in crate::intake) fn similar_form(id: &str) -> String {
    let plain: String = id.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let short = plain.trim_start_matches('0');
    if short.is_empty() { plain.chars().take(1).collect() } else { short.to_owned() }
}
