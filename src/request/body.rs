//! The body of a request: members are read by name, and unknown members are refused.

use super::{FILE, Limits, Refusal};
use crate::document::json::{Object, TextFault, checked, escaped};
use crate::finding::{Code, Finding, Findings, Place, did_you_mean};
use crate::intake::{JsonPart, LONGEST_NAME, is_unwanted, shown};
use crate::units::parse_decimal;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Most unknown members that are reported; a body of nothing else must not be answered with a hundred times its size.
const MOST_UNASKED: usize = 20;

/// A place in the body.
pub(super) fn place(pointer: &str, value: &str) -> Place {
    Place::Member { file: FILE.to_owned(), pointer: pointer.to_owned(), value: shown(value) }
}

/// A body whose text is a JSON object without repeated keys.
pub(super) struct Body<'t> {
    text: &'t str,
    /// JSON pointer of the object; empty for the whole body.
    pointer: String,
    object: Object<'t>,
    /// Members requested so far.
    asked: Vec<&'static str>,
    findings: Findings,
}

impl<'t> Body<'t> {
    /// Checks size, encoding, syntax, keys and depth.
    pub fn open(bytes: &'t [u8], limits: &Limits) -> Result<Self, Refusal> {
        if bytes.len() > limits.body_bytes {
            let message = format!("the body has {} bytes, more than {}", bytes.len(), limits.body_bytes);
            let help = "keep the book with the service and send its id, or split the question";
            let finding = Finding::error(Code::RequestTooLarge, message).at(Place::file(FILE)).help(help);
            return Err(Findings::from_iter([finding]).into());
        }
        let text = checked(bytes, limits.depth)
            .map_err(|faults| Refusal::from(faults.into_iter().map(finding_of).collect::<Findings>()))?;
        Self::of(text, String::new()).map_err(|finding| Findings::from_iter([finding]).into())
    }

    /// An object inside the body, at `pointer`; the syntax of the body was checked.
    pub fn of(text: &'t str, pointer: String) -> Result<Self, Finding> {
        let Some(object) = Object::of(text) else {
            let subject = if pointer.is_empty() { "the body" } else { "the value" };
            let finding = Finding::error(Code::RequestMember, format!("{subject} is not an object"));
            return Err(finding.at(place(&pointer, "")).help("write an object: `{…}`"));
        };
        Ok(Self { text, pointer, object, asked: Vec::new(), findings: Findings::new() })
    }

    /// The bytes of the text.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The whole text.
    pub fn text_as_written(&self) -> &'t str {
        self.text
    }

    /// JSON pointer of a member.
    pub fn at(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, escaped(name))
    }

    /// True when something is wrong with a member that was asked for.
    pub fn has_findings(&self) -> bool {
        !self.findings.is_empty()
    }

    /// Adds a finding about the value of a member.
    pub fn refuse(&mut self, name: &str, value: &str, message: String, help: &str) {
        let finding = Finding::error(Code::RequestMember, message).at(place(&self.at(name), value));
        self.findings.push(finding.help(help));
    }

    /// The value of a member as written; `None` when it is not there or null.
    pub fn take(&mut self, name: &'static str) -> Option<&'t str> {
        self.asked.push(name);
        let (_, value) = self.object.0.iter().find(|(key, _)| key == name)?;
        Some(*value).filter(|value| *value != "null")
    }

    /// A list or object of rows.
    pub fn part(&mut self, name: &'static str) -> Option<(String, &'t str)> {
        let text = self.take(name)?;
        if text.starts_with(['[', '{']) {
            return Some((self.at(name), text));
        }
        self.refuse(name, text, format!("`{name}` is not a list"), "write a list of objects: `[{…}, {…}]`");
        None
    }

    /// A list of rows.
    pub fn list(&mut self, name: &'static str) -> Option<(String, &'t str)> {
        let (pointer, text) = self.part(name)?;
        if text.starts_with('[') {
            return Some((pointer, text));
        }
        self.refuse(name, "", format!("`{name}` is not a list"), "write a list of objects: `[{…}, {…}]`");
        None
    }

    /// A text without characters that do not show, at most as long as a name.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let raw = self.take(name)?;
        let text: Result<String, _> = serde_json::from_str(raw);
        match text {
            Err(_) => self.refuse(name, raw, format!("`{name}` is not a string"), "write it in quotes"),
            Ok(text) if text.chars().any(is_unwanted) => {
                let message = format!("`{name}` has a character that does not show");
                self.refuse(name, &text, message, "leave the character out");
            }
            Ok(text) if text.is_empty() => {
                self.refuse(name, "", format!("`{name}` is empty"), "leave the member out, or fill it");
            }
            Ok(text) if text.chars().count() > LONGEST_NAME => {
                let message = format!("`{name}` has more than {LONGEST_NAME} characters");
                self.refuse(name, &text, message, "write the name itself");
            }
            Ok(text) => return Some(text),
        }
        None
    }

    /// A day.
    pub fn date(&mut self, name: &'static str) -> Option<NaiveDate> {
        let text = self.text(name)?;
        let is_iso = text.len() == 10 && text.is_ascii();
        let date = text.parse::<NaiveDate>().ok().filter(|_| is_iso);
        if date.is_none() {
            self.refuse(name, &text, format!("`{name}` is not a date"), "write it as `2026-01-31`");
        }
        date
    }

    /// An amount of zero or more, as a number or a decimal text; its digits are taken as written.
    pub fn amount(&mut self, name: &'static str) -> Option<Decimal> {
        let raw = self.take(name)?;
        let written: Result<String, _> = match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw),
            _ => Ok(raw.to_owned()),
        };
        let written = written.unwrap_or_default();
        let fault = match parse_decimal(&written) {
            Ok(amount) if !amount.is_sign_negative() || amount.is_zero() => return Some(amount),
            Ok(_) => "is negative".to_owned(),
            Err(fault) => fault.to_string(),
        };
        let help = "write digits with at most one point, such as `\"60000000.00\"`";
        self.refuse(name, &written, format!("`{name}`: it {fault}"), help);
        None
    }

    /// All members, and all findings about those that were asked for.
    pub fn into_parts(self) -> (Object<'t>, Findings) {
        (self.object, self.findings)
    }

    /// Refuses unknown members and returns all findings about the members.
    pub fn finish(mut self) -> Findings {
        let unasked = self.object.0.iter().filter(|(key, _)| !self.asked.iter().any(|name| name == key));
        for (key, _) in unasked.take(MOST_UNASKED) {
            let known = || self.asked.iter().copied();
            let help = match did_you_mean(key, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    format!("it may have {}", known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
                }
            };
            let message = format!("the member `{}` means nothing here", shown(key));
            let pointer = format!("{}/{}", self.pointer, escaped(key));
            self.findings.push(Finding::error(Code::RequestUnknownMember, message).at(place(&pointer, "")).help(help));
        }
        self.findings
    }
}

/// The part of the body at a pointer, as a table of that name.
pub(super) fn part<'a>(name: &'a str, pointer: &'a str, text: &'a str) -> JsonPart<'a> {
    JsonPart { file: FILE, pointer, name, text }
}

fn finding_of(fault: TextFault) -> Finding {
    let (pointer, help) = match &fault {
        TextFault::Encoding { .. } => (None, "write the body as UTF-8"),
        TextFault::Syntax { .. } => (None, "write one JSON object"),
        TextFault::Repeated { pointer } => (Some(pointer.clone()), "keep one of the two"),
        TextFault::Deep { pointer, .. } => (Some(pointer.clone()), "no document of a request is that deep"),
    };
    let place = pointer.map_or_else(|| Place::file(FILE), |pointer| place(&shown(&pointer), ""));
    Finding::error(Code::RequestSyntax, fault.to_string()).at(place).help(help)
}
