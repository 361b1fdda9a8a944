//! TOML documents that record the place of every value: manifests, cases, mapping files.
//!
//! Numbers keep their digits as written, so `0.1` is exactly one tenth. A reader reads the keys it knows; every
//! other key is unknown and reported with the nearest known one.

pub mod delimited;
mod fault;
pub mod json;
pub use fault::{DocumentFault, QuoteFault};

use crate::finding::{Code, Fault, Finding, Findings, Place, Span, did_you_mean};
use crate::units::{date_of, parse_decimal};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// Codes under which a kind of document reports its findings.
#[derive(Debug, Clone, Copy)]
pub struct Codes {
    /// Not valid TOML.
    pub syntax: Code,
    /// An unknown key.
    pub unknown_key: Code,
    /// A required key that is missing.
    pub missing_key: Code,
    /// A value of the wrong kind or out of range.
    pub value: Code,
}

/// A parsed document and what was found wrong with it so far.
#[derive(Debug)]
pub struct Document {
    file: String,
    text: Arc<str>,
    codes: Codes,
    root: Table,
    findings: RefCell<Findings>,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Node {
    span: Span,
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    Text(String),
    Number(String),
    Truth(bool),
    Date(String),
    List(Vec<Node>),
    Table(Table),
}

#[derive(Debug, Clone)]
struct Table {
    span: Span,
    entries: BTreeMap<String, (Span, Node)>,
    order: Vec<String>,
    asked: RefCell<BTreeSet<String>>,
    open: Cell<bool>,
}

/// A table of a document, for reading its keys.
#[derive(Debug, Clone, Copy)]
pub struct Section<'d> {
    document: &'d Document,
    table: &'d Table,
}

/// A value of a document, for reading it as what it should be.
#[derive(Debug, Clone, Copy)]
pub struct Item<'d> {
    document: &'d Document,
    key_span: Span,
    node: &'d Node,
}

impl Document {
    /// Reads `text`. Syntax errors are findings; the rest of the document is still read.
    pub fn parse(file: impl Into<String>, text: &Arc<str>, codes: Codes) -> Self {
        let file = file.into();
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut findings = Findings::new();
        for error in errors {
            let span =
                error.span().map_or(Span { start: 0, end: 0 }, |range| Span { start: range.start, end: range.end });
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            let fault = DocumentFault::Syntax { code: codes.syntax, reason: message };
            findings.push(Finding::from(fault).at(Place::text(&file, text, span, "")));
        }
        let span = Span { start: 0, end: 0 };
        let root = Table::from(table.get_ref(), span);
        Self { file, text: Arc::clone(text), codes, root, findings: RefCell::new(findings) }
    }

    /// Lets a table in `list` inherit `keys` from the earlier table that it names under `like`.
    ///
    /// A table is identified by the string under `name`. Its own keys replace inherited ones, tables key by key. Must be
    /// called before anything is read.
    pub fn inherit(&mut self, list: &str, name: &str, like: &str, keys: &[&str]) {
        let Some((_, Node { value: Value::List(items), .. })) = self.root.entries.get_mut(list) else { return };
        let mut unknown = Vec::new();
        for index in 0..items.len() {
            let (earlier, rest) = items.split_at_mut(index);
            let Some(Node { value: Value::Table(own), .. }) = rest.first_mut() else { continue };
            let Some((_, Node { value: Value::Text(wanted), span })) = own.entries.get(like) else { continue };
            let named = |node: &'_ Node| match &node.value {
                Value::Table(table) => table.text(name).map(ToOwned::to_owned),
                _ => None,
            };
            let Some(base) = earlier.iter().find(|node| named(node).as_ref() == Some(wanted)) else {
                let names: Vec<String> = earlier.iter().filter_map(named).collect();
                let fault = DocumentFault::UnknownBase {
                    code: self.codes.value,
                    wanted: wanted.clone(),
                    key: name.to_owned(),
                    near: did_you_mean(wanted, names.iter().map(String::as_str)).map(str::to_owned),
                };
                unknown.push(Finding::from(fault).at(Place::text(&self.file, &self.text, *span, "")));
                continue;
            };
            if let Value::Table(base) = &base.value {
                own.inherit(base, Some(keys));
            }
        }
        self.findings.borrow_mut().extend(unknown);
    }

    /// The whole document as a section.
    pub fn root(&self) -> Section<'_> {
        Section { document: self, table: &self.root }
    }

    /// Adds a finding of the reader.
    pub fn report(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// Returns every fault of the document: syntax, values, missing and unknown keys.
    pub fn into_findings(self) -> Findings {
        let mut unknown = Findings::new();
        self.unknown_keys(&self.root, &mut unknown);
        let mut findings = self.findings.into_inner();
        findings.extend(unknown);
        findings
    }

    fn unknown_keys(&self, table: &Table, findings: &mut Findings) {
        let asked = table.asked.borrow();
        for key in &table.order {
            let Some((span, node)) = table.entries.get(key) else { continue };
            if !table.open.get() && !asked.contains(key) {
                let fault = DocumentFault::UnknownKey {
                    code: self.codes.unknown_key,
                    key: key.clone(),
                    known: asked.iter().cloned().collect(),
                    near: did_you_mean(key, asked.iter().map(String::as_str)).map(str::to_owned),
                };
                findings.push(Finding::from(fault).at(Place::text(&self.file, &self.text, *span, "unknown key")));
                continue;
            }
            match &node.value {
                Value::Table(inner) => self.unknown_keys(inner, findings),
                Value::List(items) => {
                    for item in items {
                        if let Value::Table(inner) = &item.value {
                            self.unknown_keys(inner, findings);
                        }
                    }
                }
                Value::Text(_) | Value::Number(_) | Value::Truth(_) | Value::Date(_) => {}
            }
        }
    }
}

impl Table {
    fn text(&self, key: &str) -> Option<&str> {
        match self.entries.get(key) {
            Some((_, Node { value: Value::Text(text), .. })) => Some(text),
            _ => None,
        }
    }

    /// Inherits the entries it does not have itself; of the given keys only.
    fn inherit(&mut self, base: &Self, keys: Option<&[&str]>) {
        for key in base.order.iter().filter(|key| keys.is_none_or(|keys| keys.contains(&key.as_str()))) {
            let Some(entry) = base.entries.get(key) else { continue };
            match self.entries.get_mut(key) {
                None => {
                    self.entries.insert(key.clone(), entry.clone());
                    self.order.push(key.clone());
                }
                Some((_, Node { value: Value::Table(own), .. })) => {
                    if let Value::Table(base) = &entry.1.value {
                        own.inherit(base, None);
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn from(table: &DeTable<'_>, span: Span) -> Self {
        let mut entries = BTreeMap::new();
        let mut order: Vec<(usize, String)> = Vec::new();
        for (key, value) in table {
            let range = key.span();
            let name = key.get_ref().to_string();
            let value_range = value.span();
            let node = Node::from(value.get_ref(), Span { start: value_range.start, end: value_range.end });
            order.push((range.start, name.clone()));
            entries.insert(name, (Span { start: range.start, end: range.end }, node));
        }
        order.sort();
        let order = order.into_iter().map(|(_, name)| name).collect();
        Self { span, entries, order, asked: RefCell::default(), open: Cell::new(false) }
    }
}

impl Node {
    fn from(value: &DeValue<'_>, span: Span) -> Self {
        let value = match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Value::Number(number.as_str().replace('_', "")),
            DeValue::Integer(number) => Value::Text(number.as_str().to_owned()),
            DeValue::Float(number) => Value::Number(number.as_str().replace('_', "")),
            DeValue::Boolean(truth) => Value::Truth(*truth),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(items) => Value::List(
                items
                    .iter()
                    .map(|item| Self::from(item.get_ref(), Span { start: item.span().start, end: item.span().end }))
                    .collect(),
            ),
            DeValue::Table(table) => Value::Table(Table::from(table, span)),
        };
        Self { span, value }
    }
}

impl<'d> Section<'d> {
    /// The value under `key`, if any; the key is known from now on.
    pub fn get(self, key: &str) -> Option<Item<'d>> {
        self.table.asked.borrow_mut().insert(key.to_owned());
        self.table.entries.get(key).map(|(key_span, node)| Item { document: self.document, key_span: *key_span, node })
    }

    /// The value under `key`; a finding when it is missing.
    pub fn require(self, key: &str, example: &str) -> Option<Item<'d>> {
        let item = self.get(key);
        if item.is_none() {
            let codes = self.document.codes;
            let place = Place::text(&self.document.file, &self.document.text, self.table.span, "");
            let place = if self.table.span.end == 0 { Place::file(&self.document.file) } else { place };
            let fault =
                DocumentFault::MissingKey { code: codes.missing_key, key: key.to_owned(), example: example.to_owned() };
            self.document.report(Finding::from(fault).at(place));
        }
        item
    }

    /// All entries in the order written; every key is allowed here.
    pub fn entries(self) -> Vec<(&'d str, Item<'d>)> {
        self.table.open.set(true);
        self.table
            .order
            .iter()
            .filter_map(|key| self.table.entries.get_key_value(key))
            .map(|(key, (key_span, node))| (key.as_str(), Item { document: self.document, key_span: *key_span, node }))
            .collect()
    }

    /// The table under `key`, if any.
    pub fn section(self, key: &str) -> Option<Section<'d>> {
        self.get(key).and_then(Item::section)
    }

    /// The string under `key`, if any.
    pub fn text(self, key: &str) -> Option<&'d str> {
        self.get(key).and_then(Item::text)
    }

    /// The exact number under `key`, if any.
    pub fn number(self, key: &str) -> Option<Decimal> {
        self.get(key).and_then(Item::number)
    }

    /// The whole number under `key`, if any.
    pub fn count(self, key: &str) -> Option<i64> {
        self.get(key).and_then(Item::count)
    }

    /// The boolean under `key`, if any.
    pub fn truth(self, key: &str) -> Option<bool> {
        self.get(key).and_then(Item::truth)
    }

    /// The date under `key`, if any.
    pub fn date(self, key: &str) -> Option<NaiveDate> {
        self.get(key).and_then(Item::date)
    }

    /// The list under `key`; empty when the key is missing.
    pub fn list(self, key: &str) -> Vec<Item<'d>> {
        self.get(key).and_then(Item::list).unwrap_or_default()
    }
}

impl<'d> Item<'d> {
    /// Place of the value, with `label` under it.
    pub fn place(self, label: impl Into<String>) -> Place {
        Place::text(&self.document.file, &self.document.text, self.node.span, label)
    }

    /// Place of the key, with `label` under it.
    pub fn key_place(self, label: impl Into<String>) -> Place {
        Place::text(&self.document.file, &self.document.text, self.key_span, label)
    }

    /// Reports a fault of the value.
    pub fn reject(self, fault: impl Fault) {
        self.document.report(Finding::from(fault).at(self.place("")));
    }

    fn code(self) -> Code {
        self.document.codes.value
    }

    fn expected<T>(self, expected: &'static str, example: &'static str) -> Option<T> {
        self.reject(DocumentFault::Type { code: self.code(), found: self.kind(), expected, example });
        None
    }

    fn kind(self) -> &'static str {
        match self.node.value {
            Value::Text(_) => "a string",
            Value::Number(_) => "a number",
            Value::Truth(_) => "a boolean",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// The value as it is written, for findings.
    pub fn written(self) -> &'d str {
        self.document.text.get(self.node.span.start..self.node.span.end).unwrap_or_default()
    }

    /// The value as a string.
    pub fn text(self) -> Option<&'d str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            _ => self.expected("a string", "it in double quotes"),
        }
    }

    /// The value as a string when it is one; no finding otherwise.
    pub fn as_text(self) -> Option<&'d str> {
        if let Value::Text(text) = &self.node.value { Some(text) } else { None }
    }

    /// The value as a boolean when it is one; no finding otherwise.
    pub fn as_truth(self) -> Option<bool> {
        if let Value::Truth(truth) = self.node.value { Some(truth) } else { None }
    }

    /// True when the value is a table.
    pub fn is_table(self) -> bool {
        matches!(self.node.value, Value::Table(_))
    }

    /// True when the value is a list.
    pub fn is_list(self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    /// True when the value is a number, or a string that reads as an exact number.
    pub fn is_number(self) -> bool {
        matches!(self.node.value, Value::Number(_))
    }

    /// True when the value is a date.
    pub fn is_date(self) -> bool {
        matches!(self.node.value, Value::Date(_))
    }

    /// The value as an exact number; a string such as `"0.5"` counts as one.
    pub fn number(self) -> Option<Decimal> {
        let digits = match &self.node.value {
            Value::Number(digits) | Value::Text(digits) => digits,
            _ => return self.expected("a number", "it as `0.25`"),
        };
        match parse_decimal(digits.strip_prefix('+').unwrap_or(digits)) {
            Ok(number) => Some(number),
            Err(fault) => {
                let (text, reason) = (digits.clone(), fault.to_string());
                self.reject(DocumentFault::Number { code: self.code(), text, reason });
                None
            }
        }
    }

    /// The value as an exact number in `low..=high`.
    pub fn number_in(self, low: Decimal, high: Decimal) -> Option<Decimal> {
        let number = self.number()?;
        if number < low || number > high {
            self.reject(DocumentFault::Range { code: self.code(), number, low, high });
            return None;
        }
        Some(number)
    }

    /// The value as a whole number.
    pub fn count(self) -> Option<i64> {
        match &self.node.value {
            Value::Number(digits) => match digits.parse() {
                Ok(count) => Some(count),
                Err(_) => {
                    self.reject(DocumentFault::NotWhole { code: self.code(), text: digits.clone() });
                    None
                }
            },
            _ => self.expected("a whole number", "digits only, such as `12`"),
        }
    }

    /// The value as a boolean.
    pub fn truth(self) -> Option<bool> {
        match self.node.value {
            Value::Truth(truth) => Some(truth),
            _ => self.expected("a boolean", "`true` or `false`"),
        }
    }

    /// The value as a date, `2026-01-31` with or without quotes.
    pub fn date(self) -> Option<NaiveDate> {
        let text = match &self.node.value {
            Value::Date(text) | Value::Text(text) => text,
            _ => return self.expected("a date", "it as `2026-01-31`"),
        };
        if let Some(date) = date_of(text) {
            return Some(date);
        }
        self.reject(DocumentFault::NotADate { code: self.code(), text: text.clone() });
        None
    }

    /// The value as a list.
    pub fn list(self) -> Option<Vec<Item<'d>>> {
        match &self.node.value {
            Value::List(items) => {
                Some(items.iter().map(|node| Item { document: self.document, key_span: node.span, node }).collect())
            }
            _ => self.expected("a list", "it in square brackets"),
        }
    }

    /// The value as a table.
    pub fn section(self) -> Option<Section<'d>> {
        match &self.node.value {
            Value::Table(table) => Some(Section { document: self.document, table }),
            _ => self.expected("a table", "it as `[name]` with keys below"),
        }
    }

    /// The value as one of `words`; anything else is refused with the list.
    pub fn word<T: Copy>(self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        self.reject(DocumentFault::UnknownWord {
            code: self.code(),
            word: text.to_owned(),
            known: words.iter().map(|(word, _)| (*word).to_owned()).collect(),
            near: did_you_mean(text, words.iter().map(|(word, _)| *word)).map(str::to_owned),
        });
        None
    }
}
