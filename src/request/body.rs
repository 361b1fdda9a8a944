//! The body of a request: members read by name, and unknown ones refused.

use super::fault::RequestFault;
use super::{FILE, Limits, Refusal};
use crate::document::json::{Object, TextFault, checked, escaped};
use crate::finding::{Finding, Findings, Place, did_you_mean};
use crate::intake::{JsonPart, LONGEST_NAME, is_unwanted, shown};
use crate::units::{date_of, parse_decimal};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Unknown members that are reported; a body of nothing else must not make a response a hundred times its size.
const MOST_UNKNOWN: usize = 20;

/// Returns a place in the body.
pub(super) fn place(pointer: &str, value: &str) -> Place {
    Place::Member { file: FILE.to_owned(), pointer: pointer.to_owned(), value: shown(value) }
}

/// A part of the body, not read yet.
#[derive(Debug, Clone)]
pub(super) struct Part<'t> {
    /// JSON Pointer.
    pub pointer: String,
    /// Text as written.
    pub text: &'t str,
}

impl<'t> Part<'t> {
    /// Returns the part as a table of that name.
    pub fn table<'a>(&'a self, name: &'a str) -> JsonPart<'a> {
        JsonPart { file: FILE, pointer: &self.pointer, name, text: self.text }
    }
}

/// The word `change`.
pub(super) struct ChangeWord;

/// A JSON object without duplicate keys.
pub(super) struct Body<'t> {
    text: &'t str,
    /// JSON Pointer of the object; empty for the whole body.
    pointer: String,
    object: Object<'t>,
    findings: Findings,
}

impl<'t> Body<'t> {
    /// Checks size, encoding, syntax, keys and depth.
    pub fn open(bytes: &'t [u8], limits: &Limits) -> Result<Self, Refusal> {
        if bytes.len() > limits.body_bytes {
            let fault = RequestFault::TooLarge { bytes: bytes.len(), limit: limits.body_bytes };
            return Err(Findings::from(Finding::from(fault).at(Place::file(FILE))).into());
        }
        let text = checked(bytes, limits.depth)
            .map_err(|faults| Refusal::from(faults.into_iter().map(finding_of).collect::<Findings>()))?;
        Self::object(text, String::new()).map_err(|finding| Findings::from(finding).into())
    }

    /// Returns an object inside the body, whose syntax was checked.
    pub fn object(text: &'t str, pointer: String) -> Result<Self, Finding> {
        let Some(object) = Object::of(text) else {
            let subject = if pointer.is_empty() { "the body" } else { "the value" };
            let fault = RequestFault::NotAnObject { subject: subject.to_owned() };
            return Err(Finding::from(fault).at(place(&pointer, "")));
        };
        Ok(Self { text, pointer, object, findings: Findings::new() })
    }

    /// Returns the whole text.
    pub fn text_as_written(&self) -> &'t str {
        self.text
    }

    /// Returns the members.
    pub fn members(&self) -> &Object<'t> {
        &self.object
    }

    /// Returns the JSON Pointer of a member.
    pub fn at(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, escaped(name))
    }

    /// Returns true if a member that was read is not valid.
    pub fn has_findings(&self) -> bool {
        !self.findings.is_empty()
    }

    /// Adds a finding about the value of a member.
    pub fn refuse(&mut self, name: &str, value: &str, fault: RequestFault) {
        self.findings.push(Finding::from(fault).at(place(&self.at(name), value)));
    }

    /// Returns the value of a member as written; `None` if it is absent or null.
    fn take(&self, name: &str) -> Option<&'t str> {
        let (_, value) = self.object.0.iter().find(|(key, _)| key == name)?;
        Some(*value).filter(|value| *value != "null")
    }

    /// Reads any value.
    pub fn raw(&mut self, name: &'static str) -> Option<Part<'t>> {
        Some(Part { pointer: self.at(name), text: self.take(name)? })
    }

    /// Reads a list or an object.
    pub fn part(&mut self, name: &'static str) -> Option<Part<'t>> {
        self.raw(name).filter(|part| self.is_list(name, part, &['[', '{']))
    }

    /// Reads a list.
    pub fn list(&mut self, name: &'static str) -> Option<Part<'t>> {
        self.raw(name).filter(|part| self.is_list(name, part, &['[']))
    }

    fn is_list(&mut self, name: &str, part: &Part<'t>, openings: &[char]) -> bool {
        let is_list = part.text.starts_with(openings);
        if !is_list {
            let value = if part.text.starts_with('{') { "" } else { part.text };
            self.refuse(name, value, RequestFault::NotAList { member: name.to_owned() });
        }
        is_list
    }

    /// Reads a string without invisible characters, at most as long as a name.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let raw = self.take(name)?;
        let member = || name.to_owned();
        let text: Result<String, _> = serde_json::from_str(raw);
        match text {
            Err(_) => self.refuse(name, raw, RequestFault::NotAString { member: member() }),
            Ok(text) if text.chars().any(is_unwanted) => {
                self.refuse(name, &text, RequestFault::InvisibleCharacter { member: member() });
            }
            Ok(text) if text.is_empty() => self.refuse(name, "", RequestFault::EmptyMember { member: member() }),
            Ok(text) if text.chars().count() > LONGEST_NAME => {
                self.refuse(name, &text, RequestFault::TooLong { member: member(), limit: LONGEST_NAME });
            }
            Ok(text) => return Some(text),
        }
        None
    }

    /// Reads the word `change`.
    pub fn change(&mut self, name: &'static str) -> Option<ChangeWord> {
        let text = self.text(name)?;
        if text == "change" {
            return Some(ChangeWord);
        }
        let known = vec!["change".to_owned()];
        self.refuse(name, &text, RequestFault::NotOneOf { member: name.to_owned(), known });
        None
    }

    /// Reads true or false.
    pub fn truth(&mut self, name: &'static str) -> Option<bool> {
        let raw = self.take(name)?;
        let truth = serde_json::from_str(raw).ok();
        if truth.is_none() {
            let known = vec!["true".to_owned(), "false".to_owned()];
            self.refuse(name, raw, RequestFault::NotOneOf { member: name.to_owned(), known });
        }
        truth
    }

    /// Reads a date.
    pub fn date(&mut self, name: &'static str) -> Option<NaiveDate> {
        let text = self.text(name)?;
        let date = date_of(&text);
        if date.is_none() {
            self.refuse(name, &text, RequestFault::NotADate { member: name.to_owned() });
        }
        date
    }

    /// Reads an amount of zero or more, as a number or a decimal string; its digits are taken as written.
    pub fn amount(&mut self, name: &'static str) -> Option<Decimal> {
        let raw = self.take(name)?;
        let written: Result<String, _> = match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw),
            _ => Ok(raw.to_owned()),
        };
        let written = written.unwrap_or_default();
        let reason = match parse_decimal(&written) {
            Ok(amount) if !amount.is_sign_negative() || amount.is_zero() => return Some(amount),
            Ok(_) => "is negative".to_owned(),
            Err(fault) => fault.to_string(),
        };
        self.refuse(name, &written, RequestFault::NotAnAmount { member: name.to_owned(), reason });
        None
    }

    /// Refuses members that are not known; returns all findings about the members.
    pub fn finish(mut self, known: &[&str]) -> Findings {
        let known = || known.iter().copied();
        let unknown = self.object.0.iter().filter(|(key, _)| !known().any(|name| name == key));
        for (key, _) in unknown.take(MOST_UNKNOWN) {
            let fault = RequestFault::UnknownMember {
                member: shown(key),
                near: did_you_mean(key, known()).map(str::to_owned),
                known: known().map(str::to_owned).collect(),
            };
            let pointer = format!("{}/{}", self.pointer, escaped(key));
            self.findings.push(Finding::from(fault).at(place(&pointer, "")));
        }
        self.findings
    }

    /// Returns the findings about members that were read.
    pub fn into_findings(self) -> Findings {
        self.findings
    }
}

fn finding_of(fault: TextFault) -> Finding {
    let (pointer, advice) = match &fault {
        TextFault::Encoding { .. } => (None, "write the body as UTF-8"),
        TextFault::Syntax { .. } => (None, "write one JSON object"),
        TextFault::Repeated { pointer } => (Some(pointer.clone()), "remove one of the two"),
        TextFault::Deep { pointer, .. } => (Some(pointer.clone()), "no document of a request has as many levels"),
    };
    let place = pointer.map_or_else(|| Place::file(FILE), |pointer| place(&shown(&pointer), ""));
    let fault = RequestFault::Syntax { reason: fault.to_string(), advice: advice.to_owned() };
    Finding::from(fault).at(place)
}
