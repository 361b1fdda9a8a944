//! Faults of a document's syntax, keys and values, as data with their wording. The kind of document chooses the code.

use crate::finding::{Code, quoted};
use crate::units::plain;
use rust_decimal::Decimal;

/// The nearest name as a question, or other advice.
fn suggest(near: Option<&String>, otherwise: impl Into<String>) -> String {
    near.map_or_else(|| otherwise.into(), |near| format!("did you mean `{near}`?"))
}

crate::faults! {
    /// Faults of a document.
    pub enum DocumentFault {
        /// The text is not valid TOML.
        Syntax { code: Code, reason: String } = (*code) {
            message: format!("not valid TOML: {reason}"),
            help: "write `key = value`, strings in double quotes, tables as `[name]`",
        }
        /// A table inherits from one that does not precede it.
        UnknownBase { code: Code, wanted: String, key: String, near: Option<String> } = (*code) {
            message: format!("no earlier table is named `{wanted}`"),
            help: suggest(near.as_ref(), format!("write the `{key}` of a table that precedes it in this file")),
        }
        /// A key that the document does not have.
        UnknownKey { code: Code, key: String, known: Vec<String>, near: Option<String> } = (*code) {
            message: format!("unknown key `{key}`"),
            help: suggest(near.as_ref(), format!("known here: {}", quoted(known))),
        }
        /// A required key is missing.
        MissingKey { code: Code, key: String, example: String } = (*code) {
            message: format!("`{key}` is missing"),
            help: format!("add `{example}`"),
        }
        /// A value of another type.
        Type { code: Code, found: &'static str, expected: &'static str, example: &'static str } = (*code) {
            message: format!("{found} where {expected} is expected"),
            help: format!("write {example}"),
        }
        /// A number that cannot be held exactly, or is not one.
        Number { code: Code, text: String, reason: String } = (*code) {
            message: format!("`{text}` {reason}"),
            help: "write digits with at most one point, such as `0.25`",
        }
        /// A number outside its range.
        Range { code: Code, number: Decimal, low: Decimal, high: Decimal } = (*code) {
            message: format!("{} is out of range", plain(*number)),
            help: format!("write a number from {} to {}", plain(*low), plain(*high)),
        }
        /// A number with decimals where a whole number is expected.
        NotWhole { code: Code, text: String } = (*code) {
            message: format!("`{text}` is not a whole number"),
            help: "write digits only, such as `12`",
        }
        /// A string that is not a date.
        NotADate { code: Code, text: String } = (*code) {
            message: format!("`{text}` is not a date"),
            help: "write it as `2026-01-31`",
        }
        /// A word that is not in the list.
        UnknownWord { code: Code, word: String, known: Vec<String>, near: Option<String> } = (*code) {
            message: format!("`{word}` is not one of the allowed words"),
            help: match near {
                Some(near) => format!("did you mean `{near}`? One of {}", quoted(known)),
                None => format!("write one of {}", quoted(known)),
            },
        }
    }
}

/// Help for a double quote that is part of a value.
const WRITE_TWICE: &str =
    "put the whole value in double quotes and write a double quote inside it twice: `\"12\"\" monitor\"`";

crate::faults! {
    /// Faults of the double quotes of a delimited text.
    pub enum QuoteFault {
        /// A quoted field does not end.
        UnclosedQuote { code: Code } = (*code) {
            message: "a double quote begins this value and is never closed",
            help: "close it at the end of the value, or remove it",
        }
        /// Text follows a quoted field.
        TextAfterQuote { code: Code } = (*code) {
            message: "text follows the double quote that closes this value",
            help: format!("close every quoted value before its delimiter; {WRITE_TWICE}"),
        }
        /// A field that is not quoted has a double quote.
        QuoteInside { code: Code } = (*code) {
            message: "the value has a double quote but does not begin with one",
            help: WRITE_TWICE,
        }
    }
}
