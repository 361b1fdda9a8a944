//! One row of a table: its values read exactly, each fault reported with file, row, column and value.

use super::binding::{Binding, Source};
use super::cell::{CellKind, Fields, Flaw, SHOWN_DIGITS};
use super::fault::ValueFault;
use super::log::{Reported, shown};
use super::name::{NameFault, cleaned};
pub(super) use super::shared::{Dimension, Shared};
use super::sheet::Numbering;
use super::table::{Column, Field, Kind};
use super::value::identifier::{
    Placeholder, SalesforceFault, is_error_value, is_shortened, placeholder, salesforce_id,
};
use super::value::word::Translation;
use crate::channel::{Name, SegmentKey, SharedSegment};
use crate::finding::Finding;
use std::borrow::Cow;

/// Longest text for people, in characters.
const MAX_TEXT: usize = 2_000;

/// One row under its binding.
pub(super) struct Row<'a> {
    pub binding: &'a Binding<'a>,
    pub fields: Fields<'a>,
    pub number: u64,
    pub shared: &'a mut Shared,
}

/// Text of a column in a row, with the rules under which it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    pub text: &'a str,
    /// Type of the cell.
    pub kind: CellKind,
    /// True when the mapping file states the value, so that it is in our notation.
    pub is_ours: bool,
}

/// Outcome of a translation by the mapping file.
enum Translated<'a> {
    /// The text is not translated.
    No,
    /// The text is translated.
    Yes,
    /// The text is read as a word that is spelt differently, and that means this.
    Similar(&'a str, &'a str),
    /// The text resembles several words, and is not translated.
    Open(&'a [String]),
}

impl<'a> Row<'a> {
    /// Text of a column: translated as the mapping says, `None` when there is none.
    pub fn text(&self, field: Field) -> Option<&'a str> {
        self.written(field).0.map(|written| written.text)
    }

    /// Type of the cell that holds `field`.
    pub fn kind(&self, field: Field) -> CellKind {
        self.written(field).0.map_or(CellKind::Text, |written| written.kind)
    }

    /// The value of a column as the mapping translates it, `None` when there is none; and whether it does.
    fn written(&self, field: Field) -> (Option<Written<'a>>, Translated<'a>) {
        let index = match self.binding.source(field) {
            Source::Absent => return (None, Translated::No),
            Source::Constant(text) => {
                return (Some(Written { text, kind: CellKind::Text, is_ours: false }), Translated::No);
            }
            Source::Column(index) => *index,
        };
        let text = self.fields.text(index);
        let text = if self.binding.strips_quote { without_quote(text) } else { text };
        let own = Written { text, kind: self.fields.kind(index), is_ours: false };
        let Some(words) = self.binding.map.and_then(|map| map.values.get(&field)) else {
            return ((!text.is_empty()).then_some(own), Translated::No);
        };
        let ours = |text| Written { text, kind: CellKind::Text, is_ours: true };
        let other = || words.other().map_or(own, ours);
        let (written, translated) = match words.translation(text) {
            Translation::Listed(word) => (ours(word), Translated::Yes),
            Translation::Similar(listed, word) => (ours(word), Translated::Similar(listed, word)),
            Translation::Open(words) => (other(), Translated::Open(words)),
            Translation::NotListed => (other(), Translated::No),
        };
        ((!written.text.is_empty()).then_some(written), translated)
    }

    /// The value of a column of a CSV file that no mapping file describes, where its text can have neither translation nor
    /// flaw; `None` for all others, and for an empty one.
    fn plain(&self, field: Field) -> Option<Written<'a>> {
        let (Source::Column(index), None, Fields::Record(_)) =
            (self.binding.source(field), self.binding.map, self.fields)
        else {
            return None;
        };
        let text = self.fields.text(*index);
        let text = if self.binding.strips_quote { without_quote(text) } else { text };
        (!text.is_empty()).then_some(Written { text, kind: CellKind::Text, is_ours: false })
    }

    /// Reports that the value of `field` cannot be used.
    pub fn reject(&mut self, field: Field, fault: ValueFault) -> Reported {
        let value = self.text(field).unwrap_or_default();
        let place = self.binding.location.place(self.number, self.binding.heading_in(self.fields, field), value);
        self.shared.log.add(Finding::from(fault).at(place))
    }

    /// Warns about the value of `field`, which is used all the same.
    pub fn warn(&mut self, field: Field, fault: ValueFault) {
        let _ = self.reject(field, fault);
    }

    /// Name of the column that holds `field`.
    pub fn column(&self, field: Field) -> String {
        self.binding.heading_in(self.fields, field).to_owned()
    }

    pub fn declared(&self, field: Field) -> Option<&'static Column> {
        self.binding.table.column(field)
    }

    fn flaw(&mut self, field: Field) -> Result<(), Reported> {
        let Source::Column(index) = self.binding.source(field) else { return Ok(()) };
        let Some(flaw) = self.fields.flaw(*index) else { return Ok(()) };
        let (column, value) = (self.column(field), shown(self.text(field).unwrap_or_default()));
        let fault = match flaw {
            Flaw::Rounded if self.declared(field).is_some_and(|column| column.kind.is_number()) => {
                self.shared.rounded += 1;
                return Ok(());
            }
            Flaw::Rounded => ValueFault::TooManyDigits { column, value },
            Flaw::ErrorValue => ValueFault::ErrorValue { column, value },
            Flaw::NotComputed => ValueFault::NotComputed { column, value },
            Flaw::Nested => ValueFault::Nested { column },
            Flaw::NoDay => ValueFault::TimeOfDay { column, value },
            Flaw::NotPart => {
                let factors = self.binding.map.and_then(|map| map.products.get(&field));
                let discount = factors.into_iter().flatten().find_map(|(text, _)| text.strip_prefix("1 - "));
                let discount = discount.unwrap_or_default();
                let percent = discount.strip_suffix(" / 100");
                let (column, most) = percent.map_or((discount, 1), |column| (column, 100));
                ValueFault::NotDiscount { column: column.to_owned(), value, most }
            }
            Flaw::NotLookedUp => {
                let lookup = self.binding.map.and_then(|map| map.lookup.as_ref());
                let (key, source) = lookup.map_or_else(Default::default, |one| (one.own.clone(), one.source.name()));
                ValueFault::NotLookedUp { key, value, source }
            }
        };
        Err(self.reject(field, fault))
    }

    /// The value of a column; `None` when it is empty, which is reported when the column is required.
    pub fn value(&mut self, field: Field) -> Result<Option<Written<'a>>, Reported> {
        if let Some(plain) = self.plain(field) {
            return Ok(Some(plain));
        }
        let (written, translated) = self.written(field);
        match translated {
            Translated::No => self.flaw(field)?,
            // A translation of an error value takes its place.
            Translated::Yes => {}
            Translated::Similar(word, ours) => {
                let (column, value) = (self.column(field), shown(self.raw(field)));
                let (word, ours) = (word.to_owned(), ours.to_owned());
                self.warn(field, ValueFault::SimilarWord { column, value, word, ours });
            }
            Translated::Open(words) => {
                self.flaw(field)?;
                let (column, value, words) = (self.column(field), shown(self.raw(field)), words.to_vec());
                self.warn(field, ValueFault::OpenWord { column, value, words });
            }
        }
        if written.is_none() && self.declared(field).is_some_and(|column| column.required) {
            let fault = ValueFault::Missing { column: self.column(field), can_skip: !self.binding.strips_quote };
            return Err(self.reject(field, fault));
        }
        Ok(written)
    }

    /// Text of the cell of a column as it is in the file.
    fn raw(&self, field: Field) -> &'a str {
        match self.binding.source(field) {
            Source::Column(index) => self.fields.text(*index),
            Source::Absent | Source::Constant(_) => "",
        }
    }

    /// An identifier or name, in one spelling.
    pub fn identifier(&mut self, field: Field) -> Result<Option<Cow<'a, str>>, Reported> {
        let Some(written) = self.value(field)? else { return Ok(None) };
        self.check_damage(field, written)?;
        self.clean(field, written.text).map(Some)
    }

    /// Refuses words for nothing, error values, and identifiers that a spreadsheet has damaged.
    fn check_damage(&mut self, field: Field, Written { text, kind, is_ours }: Written<'a>) -> Result<(), Reported> {
        if is_ours {
            return Ok(());
        }
        if let Some(placeholder) = placeholder(text) {
            let is_error = placeholder == Placeholder::ErrorValue;
            let (column, value, key) = (self.column(field), shown(text), field.name().to_owned());
            return Err(self.reject(field, ValueFault::Placeholder { column, value, key, is_error }));
        }
        if kind == CellKind::Date {
            let (column, value) = (self.column(field), shown(text));
            return Err(self.reject(field, ValueFault::DateIdentifier { column, value }));
        }
        // A workbook keeps 15 digits of a number: those after them are zeros, whatever they were.
        let is_cut =
            kind.is_number() && self.binding.location.numbering == Numbering::Rows && text.len() > SHOWN_DIGITS;
        if is_cut || (kind == CellKind::Text && is_shortened(text)) {
            let (column, value) = (self.column(field), shown(text));
            return Err(self.reject(field, ValueFault::ShortenedIdentifier { column, value }));
        }
        Ok(())
    }

    /// An identifier in the form in which the book keeps it: the long form for a Salesforce id.
    fn of_system(&mut self, field: Field, id: Cow<'a, str>) -> Result<Cow<'a, str>, Reported> {
        // Books of other systems do not look the column up.
        let is_identifier = || self.declared(field).is_some_and(|column| column.kind == Kind::Identifier);
        if !self.shared.salesforce || !is_identifier() {
            return Ok(id);
        }
        let checksum = match salesforce_id(&id) {
            Ok(id) => return Ok(Cow::Owned(id)),
            Err(SalesforceFault::Form) => None,
            Err(SalesforceFault::Checksum(checksum)) => Some(checksum),
        };
        let (column, value) = (self.column(field), shown(&id));
        Err(self.reject(field, ValueFault::SalesforceId { column, value, checksum }))
    }

    /// One of the identifiers or names of a cell, in one spelling.
    pub fn clean(&mut self, field: Field, text: &'a str) -> Result<Cow<'a, str>, Reported> {
        match cleaned(text) {
            Ok(text) => self.of_system(field, text),
            Err(NameFault::Unwanted(c)) => {
                let (column, value, character) = (self.column(field), shown(text), code_point(c));
                Err(self.reject(field, ValueFault::InvisibleCharacter { column, value, character }))
            }
            Err(NameFault::TooLong) => {
                let (column, limit) = (self.column(field), super::name::LONGEST_NAME);
                Err(self.reject(field, ValueFault::NameTooLong { column, limit }))
            }
        }
    }

    /// A name of one of the shared lists.
    pub fn name(&mut self, field: Field, dimension: Dimension) -> Result<Option<Name>, Reported> {
        let Some(name) = self.identifier(field)? else { return Ok(None) };
        Ok(Some(self.shared.names(dimension).shared(&name)))
    }

    /// The number of a name of one of the shared lists.
    pub fn name_number(&mut self, field: Field, dimension: Dimension) -> Result<Option<u32>, Reported> {
        let Some(name) = self.identifier(field)? else { return Ok(None) };
        Ok(Some(self.shared.names(dimension).number(&name)))
    }

    /// Several names separated by `;`, ascending, each once.
    pub fn names(&mut self, field: Field, dimension: Dimension) -> Result<Vec<Name>, Reported> {
        let Some(written) = self.value(field)? else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for part in written.text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            self.check_damage(field, Written { text: part, ..written })?;
            let name = self.clean(field, part)?;
            names.push(self.shared.names(dimension).shared(&name));
        }
        names.sort_unstable();
        names.dedup();
        names.shrink_to_fit();
        Ok(names)
    }

    /// Product line and territory.
    pub fn segment(&mut self) -> Result<SegmentKey, Reported> {
        let product_line = self.name(Field::ProductLine, Dimension::ProductLine);
        let territory = self.name(Field::Territory, Dimension::Territory);
        Ok(SegmentKey { product_line: product_line?, territory: territory? })
    }

    /// The same, shared by all rows of it.
    pub fn shared_segment(&mut self) -> Result<SharedSegment, Reported> {
        let product_line = self.name_number(Field::ProductLine, Dimension::ProductLine);
        let territory = self.name_number(Field::Territory, Dimension::Territory);
        let (product_line, territory) = (product_line?, territory?);
        Ok(self.shared.segment(product_line, territory))
    }

    /// Text for people: no control characters, at most 2,000 characters.
    pub fn words(&mut self, field: Field) -> Result<Option<Cow<'a, str>>, Reported> {
        let Some(Written { text, .. }) = self.value(field)? else { return Ok(None) };
        if field == Field::PartnerName && is_error_value(text) {
            let (column, value, key) = (self.column(field), shown(text), field.name().to_owned());
            return Err(self.reject(field, ValueFault::Placeholder { column, value, key, is_error: true }));
        }
        let single: Cow<'a, str> = if text.contains(['\n', '\r', '\t']) {
            Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
        } else {
            Cow::Borrowed(text)
        };
        if let Some(c) =
            single.chars().find(|c| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
        {
            let (column, character) = (self.column(field), code_point(c));
            return Err(self.reject(field, ValueFault::InvisibleInText { column, character }));
        }
        if single.chars().count() > MAX_TEXT {
            let column = self.column(field);
            return Err(self.reject(field, ValueFault::TextTooLong { column, limit: MAX_TEXT }));
        }
        Ok(Some(single))
    }
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Takes off the `'` that a spreadsheet writer put before text that a spreadsheet would run as a formula.
pub(super) fn without_quote(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => text,
    }
}
