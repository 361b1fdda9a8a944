//! Canonical JSON: one spelling per value, so that equal values have equal bytes and equal hashes.
//!
//! Members are sorted by the bytes of their names, there is no space between tokens, strings have the shortest escapes,
//! and numbers are integers. Amounts and rates are strings, so that no reader rounds them.

use crate::finding::steers;
use serde_json::Value;

crate::faults! {
    /// Faults of a value without a canonical spelling.
    pub enum CanonicalFault {
        /// A number is not an integer.
        NotAnInteger { number: String } = LedgerEvent {
            message: format!("the number {number} is not an integer"),
            help: "write amounts and rates as strings, for example \"0.12\"",
        }
        /// A text is not JSON.
        NotJson { reason: String } = LedgerEvent {
            message: format!("the text is not JSON: {reason}"),
            help: "write the value with `canonical`",
        }
        /// A text is JSON in another spelling.
        NotCanonical { position: usize } = LedgerEvent {
            message: format!("the JSON is not canonical at byte {position}: spaces, order, escapes or duplicate members"),
            help: "write the value with `canonical`",
        }
        /// A JSON value is not an object.
        NotAnObject {} = LedgerEvent {
            message: "the JSON value is not an object",
            help: "write an object, for example `{}`",
        }
    }
}

/// Returns the canonical spelling of a value.
///
/// ```
/// use quotient::ledger::canonical;
/// let value = serde_json::json!({"round": 2, "amount": "240000.00", "line": {"partner_id": "P0007"}});
/// let text = r#"{"amount":"240000.00","line":{"partner_id":"P0007"},"round":2}"#;
/// assert_eq!(canonical(&value).as_deref(), Ok(text));
/// assert!(canonical(&serde_json::json!(0.5)).is_err());
/// ```
pub fn canonical(value: &Value) -> Result<String, CanonicalFault> {
    let mut text = String::new();
    write(value, &mut text)?;
    Ok(text)
}

/// Returns the object that `text` spells canonically.
pub fn object(text: &str) -> Result<Value, CanonicalFault> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| CanonicalFault::NotJson { reason: error.to_string() })?;
    if !value.is_object() {
        return Err(CanonicalFault::NotAnObject {});
    }
    let spelled = canonical(&value)?;
    if spelled == text {
        return Ok(value);
    }
    // A duplicate member is missing in the value, so that the spellings differ.
    let position = spelled.bytes().zip(text.bytes()).take_while(|(ours, theirs)| ours == theirs).count();
    Err(CanonicalFault::NotCanonical { position })
}

/// True when a string of the canonical `text` has a character that steers a terminal or turns the reading direction, other
/// than line breaks, tabs, and the marks that writing from right to left needs.
///
/// ```
/// use quotient::ledger::{canonical, has_steering};
/// let text = |reason: &str| canonical(&serde_json::json!({"reason": reason})).unwrap();
/// assert!(has_steering(&text("a\u{1b}[2J")) && has_steering(&text("a\u{202e}b")));
/// assert!(!has_steering(&text("\u{200f}שלום")));
/// assert!(!has_steering(&text("two\nlines, a \\u001b in words")));
/// ```
pub fn has_steering(text: &str) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let is_steering = match character {
            '\\' => matches!(characters.next(), Some('u' | 'b' | 'f')),
            '\u{061C}' | '\u{200E}' | '\u{200F}' => false,
            character => steers(character),
        };
        if is_steering {
            return true;
        }
    }
    false
}

fn write(value: &Value, text: &mut String) -> Result<(), CanonicalFault> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) if number.is_i64() || number.is_u64() => text.push_str(&number.to_string()),
        Value::Number(number) => return Err(CanonicalFault::NotAnInteger { number: number.to_string() }),
        Value::String(string) => write_string(string, text),
        Value::Array(elements) => {
            text.push('[');
            for (at, element) in elements.iter().enumerate() {
                separate(at, text);
                write(element, text)?;
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by(|one, other| one.0.cmp(other.0));
            text.push('{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                separate(at, text);
                write_string(name, text);
                text.push(':');
                write(member, text)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

fn separate(at: usize, text: &mut String) {
    if at > 0 {
        text.push(',');
    }
}

/// Writes a string with the escapes of RFC 8785: quotes, backslashes and control characters only.
fn write_string(string: &str, text: &mut String) {
    text.push_str(&Value::from(string).to_string());
}
