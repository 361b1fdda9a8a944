//! Reading of the keys that state the notation of values.

use super::super::fault::MappingFault;
use super::super::table::{Field, Table, TableKind};
use super::super::value::date_format::DateFormat;
use super::super::value::notation::{Dash, DecimalSign, ThousandsSign};
use super::key::{DATES, Key, Shape};
use super::reader::MapReader;
use super::{Source, Split, SplitRule, TableMap};
use crate::finding::{Candidates, Span};
use chrono_tz::Tz;
use encoding_rs::Encoding;
use toml::Spanned;
use toml::de::DeValue;

/// Members of the division of a column.
const SPLIT_KEYS: [&str; 2] = ["separator", "rule"];

impl MapReader<'_> {
    /// One of the strings that the declaration of `key` lists.
    pub fn one_of(&mut self, key: Key, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let (text, _) = self.text(value)?;
        let Shape::OneOf(names) = key.shape() else { return Some(text) };
        let is_space = |name: &str| name == " " && ThousandsSign::new(&text) == Some(ThousandsSign::Space);
        if names.iter().any(|name| *name == text || is_space(name)) {
            return Some(text);
        }
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.report(MappingFault::NotOneOf { key: key.name().to_owned(), value: text, names }, value.span());
        None
    }

    /// `decimal`, `thousands` and `dash`.
    pub fn notation(&mut self, key: Key, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        let Some(text) = self.one_of(key, value) else { return };
        match key {
            Key::Decimal => map.notation.decimal = DecimalSign::new(&text),
            Key::Thousands => map.notation.thousands = ThousandsSign::new(&text),
            _ => map.notation.dash = Some(if text == "zero" { Dash::Zero } else { Dash::Empty }),
        }
        if key != Key::Dash && map.notation.is_contradictory() {
            self.report(MappingFault::SameSigns { sign: text }, value.span());
        }
    }

    /// `file` and `sheet`, each one or several.
    pub fn source(&mut self, key: Key, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        let span = Span { start: value.span().start, end: value.span().end };
        for (place, (name, _)) in self.placed_texts(value).into_iter().enumerate() {
            let empty = Source { file: None, sheet: None, span };
            let source = match place.checked_sub(1) {
                None => map.source.get_or_insert(empty),
                Some(place) => {
                    if map.further.len() <= place {
                        map.further.push(empty);
                    }
                    let Some(source) = map.further.get_mut(place) else { continue };
                    source
                }
            };
            match key {
                Key::Sheet => source.sheet = Some(name),
                _ => source.file = Some(name),
            }
        }
        if map.source.is_none() {
            self.wrong(value, "a name, or a list of names");
        }
    }

    /// The character between the fields.
    pub fn delimiter(&mut self, value: &Spanned<DeValue<'_>>) -> Option<u8> {
        let (text, _) = self.text(value)?;
        match text.as_bytes() {
            [byte] if byte.is_ascii_graphic() || matches!(byte, b'\t' | b' ') => Some(*byte),
            _ => {
                self.report(MappingFault::Delimiter {}, value.span());
                None
            }
        }
    }

    /// The encoding of a text file.
    pub fn encoding(&mut self, value: &Spanned<DeValue<'_>>) -> Option<&'static Encoding> {
        let (text, _) = self.text(value)?;
        let encoding = Encoding::for_label(text.as_bytes());
        if encoding.is_none() {
            self.report(MappingFault::Encoding { value: text }, value.span());
        }
        encoding
    }

    /// A time zone of the IANA database.
    pub fn zone(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Tz> {
        let (text, _) = self.text(value)?;
        let zone = text.parse::<Tz>().ok();
        if zone.is_none() {
            let candidates = Candidates::new(&text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
            self.report(MappingFault::TimeZone { value: text, nearest: candidates.nearest }, value.span());
        }
        zone
    }

    /// Formats for all columns of dates, or for each.
    pub fn date_formats(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        if !matches!(value.get_ref(), DeValue::Table(_)) {
            map.dates.all = self.formats(value);
            return;
        }
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            if DATES.contains(&column.kind) {
                let formats = self.formats(value);
                map.dates.by_column.insert(column.field, formats);
            } else {
                self.report(MappingFault::NotDated { column: key.get_ref().to_string() }, key.span());
            }
        }
    }

    /// Headings that state a month or date together, by column.
    pub fn joins(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            if !DATES.contains(&column.kind) {
                self.report(MappingFault::NotDated { column: key.get_ref().to_string() }, key.span());
                continue;
            }
            let headings = self.list(value, "a list of column names").unwrap_or_default();
            if headings.len() < 2 {
                self.report(MappingFault::Factors {}, value.span());
            }
            map.joins.insert(column.field, headings);
        }
        self.no_two_sources(map, value);
    }

    fn formats(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<DateFormat> {
        let mut formats = Vec::new();
        for text in self.texts(value) {
            match DateFormat::new(&text) {
                Some(format) => formats.push(format),
                None => self.report(MappingFault::DateFormat { value: text }, value.span()),
            }
        }
        formats
    }

    /// Translations of words, by column.
    pub fn values(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            let mut words = Vec::new();
            for (theirs, ours) in self.table(value) {
                words.extend(self.text(ours).map(|(ours, _)| (theirs.get_ref().to_string(), ours)));
            }
            map.values.insert(column.field, words.into_iter().collect());
        }
    }

    /// The division of cells with several partners.
    pub fn split(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>) -> Option<Split> {
        let (mut separator, mut rule) = (None, None);
        for (key, value) in self.table(value) {
            if key.get_ref() != Field::PartnerId.name() {
                self.unknown("column that can be split", key, &[Field::PartnerId.name()]);
                continue;
            }
            for (key, value) in self.table(value) {
                match key.get_ref().as_ref() {
                    "separator" => separator = self.text(value).map(|(text, _)| text).filter(|text| !text.is_empty()),
                    "rule" => rule = self.split_rule(table, value),
                    _ => self.unknown("member of `split`", key, &SPLIT_KEYS),
                }
            }
        }
        let (separator, rule) = separator.zip(rule).or_else(|| {
            self.report(MappingFault::Split {}, value.span());
            None
        })?;
        Some(Split { separator, rule })
    }

    fn split_rule(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>) -> Option<SplitRule> {
        let (text, _) = self.text(value)?;
        let divides = table.is_some_and(|table| table.kind == TableKind::Revenue);
        match text.as_str() {
            "equal" if divides => Some(SplitRule::Equal),
            "first" => Some(SplitRule::First),
            _ => None,
        }
    }
}
