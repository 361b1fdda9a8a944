//! Reading of a mapping file: every key of the declaration, with everything that is wrong reported at its place.

use super::super::fault::MappingFault;
use super::super::shape::period_and_amount;
use super::super::table::{Column, Field, Kind, Table, TableKind};
use super::super::value::period::YearKind;
use super::super::value::week::WeekPattern;
use super::key::{
    AMOUNTS, DAYS, Key, LARGEST_FACTOR, LARGEST_ROW, MONTHS, MOST_HEADER_ROWS, RATES, Scope, UNPIVOT, WEEKS,
    YEAR_NAMES, YEARS,
};
use super::{Filter, Mapping, Periods, TableMap, UnpivotMap};
use crate::finding::{Candidates, Finding, Findings, Place, Span};
use crate::units::{Currency, FiscalCalendar, parse_decimal};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Key of the section that holds the sections of further tables.
pub(super) const EXTRA: &str = "extra";

/// Reads a mapping file and collects everything that is wrong with it.
pub(super) struct MapReader<'f> {
    pub file: &'f str,
    pub text: Arc<str>,
    pub findings: Findings,
}

type Entry<'a, 'i> = (&'a Spanned<Cow<'i, str>>, &'a Spanned<DeValue<'i>>);

impl MapReader<'_> {
    /// Reports `fault` at `span` of the file.
    pub fn report(&mut self, fault: MappingFault, span: std::ops::Range<usize>) {
        let span = Span { start: span.start, end: span.end };
        self.findings.push(Finding::from(fault).at(Place::text(self.file, &self.text, span, "")));
    }

    pub fn unknown(&mut self, expected: &str, key: &Spanned<Cow<'_, str>>, names: &[&str]) {
        let fault = MappingFault::UnknownKey {
            expected: expected.to_owned(),
            key: key.get_ref().to_string(),
            candidates: Candidates::new(key.get_ref(), names.iter().copied()),
        };
        self.report(fault, key.span());
    }

    pub fn wrong(&mut self, value: &Spanned<DeValue<'_>>, expected: &str) {
        let (expected, found) = (expected.to_owned(), value.get_ref().type_str().to_owned());
        self.report(MappingFault::WrongType { expected, found }, value.span());
    }

    pub fn text(&mut self, value: &Spanned<DeValue<'_>>) -> Option<(String, Span)> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(value, "a string in quotes");
            return None;
        };
        Some((text.to_owned(), Span { start: value.span().start, end: value.span().end }))
    }

    pub fn texts(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        self.placed_texts(value).into_iter().map(|(text, _)| text).collect()
    }

    /// A string, or the strings of a list, each with its place.
    pub fn placed_texts(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<(String, Span)> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.text(item)).collect(),
            _ => self.text(value).into_iter().collect(),
        }
    }

    fn truth(&mut self, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        let truth = value.get_ref().as_bool();
        if truth.is_none() {
            self.wrong(value, "`true` or `false`");
        }
        truth
    }

    pub fn whole(&mut self, value: &Spanned<DeValue<'_>>, (least, most): (u32, u32)) -> Option<u32> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse::<u32>().ok(),
            _ => None,
        };
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.report(MappingFault::Whole { least, most }, value.span());
        }
        number
    }

    pub fn table<'a, 'i>(&mut self, value: &'a Spanned<DeValue<'i>>) -> Vec<Entry<'a, 'i>> {
        match value.get_ref() {
            DeValue::Table(table) => table.iter().collect(),
            _ => {
                self.wrong(value, "a section of keys");
                Vec::new()
            }
        }
    }

    /// Reads the whole file.
    pub fn root(&mut self, root: &DeTable<'_>, mapping: &mut Mapping) {
        let mut shared = TableMap::default();
        for (key, value) in root {
            let kind = TableKind::BOOK.into_iter().find(|kind| kind.name() == key.get_ref());
            match (kind, key.get_ref().as_ref(), Key::named(key.get_ref(), Scope::Top)) {
                (Some(kind), ..) => {
                    let map = self.section(Some(kind.table()), value);
                    mapping.tables.insert(kind, map);
                }
                (None, EXTRA, _) => {
                    for (name, section) in self.table(value) {
                        let map = self.section(None, section);
                        mapping.extra.insert(name.get_ref().to_lowercase(), map);
                    }
                }
                (None, _, Some(known)) if known.scope() == Scope::Shared => self.shared(known, value, &mut shared),
                (None, _, Some(known)) => self.top(known, value, mapping),
                (None, _, None) => {
                    let mut names: Vec<&str> = TableKind::BOOK.into_iter().map(TableKind::name).collect();
                    names.push(EXTRA);
                    names.extend(Key::within(Scope::Top).map(Key::name));
                    self.unknown("table of a book", key, &names);
                }
            }
        }
        for map in mapping.tables.values_mut().chain(mapping.extra.values_mut()) {
            map.inherit(&shared);
        }
        let targets = mapping.tables.get(&TableKind::Targets);
        for map in mapping.extra.values().chain(targets) {
            // Their rows are named later, by their numbers in one file.
            if let Some(further) = map.further.first() {
                self.report(MappingFault::OneSource {}, further.span.start..further.span.end);
            }
        }
    }

    /// Reads a key of the sections that is written at the top.
    fn shared(&mut self, key: Key, value: &Spanned<DeValue<'_>>, shared: &mut TableMap) {
        match value.get_ref() {
            DeValue::Table(_) => self.wrong(value, "one value for all tables"),
            _ => self.entry(key, None, value, shared),
        }
    }

    fn top(&mut self, key: Key, value: &Spanned<DeValue<'_>>, mapping: &mut Mapping) {
        match key {
            Key::Currency => mapping.currency = self.currency(value),
            Key::Ids => {
                let kind = self.one_of(key, value);
                mapping.salesforce = kind.as_deref() == Some("salesforce");
                mapping.similar_ids = kind.as_deref() == Some("similar");
            }
            Key::TimeZone => mapping.zone = self.zone(value),
            Key::FiscalYearStart => mapping.calendar = self.whole(value, (1, 12)).and_then(FiscalCalendar::new),
            Key::Weeks => mapping.weeks = self.one_of(key, value).and_then(|text| WeekPattern::new(&text)),
            _ => {}
        }
    }

    fn currency(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Currency> {
        let (text, _) = self.text(value)?;
        match text.parse() {
            Ok(currency) => Some(currency),
            Err(_) => {
                self.report(MappingFault::UnknownCurrency { value: text }, value.span());
                None
            }
        }
    }

    fn section(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>) -> TableMap {
        let mut map = TableMap { origin: Some((self.file.to_owned(), Arc::clone(&self.text))), ..TableMap::default() };
        let scope = table.map_or(Scope::Section, |table| Scope::of(table.kind));
        for (key, value) in self.table(value) {
            match Key::named(key.get_ref(), scope) {
                Some(known) => self.entry(known, table, value, &mut map),
                None => {
                    let names: Vec<&str> = Key::within(scope).map(Key::name).collect();
                    self.unknown("key of a table's section", key, &names);
                }
            }
        }
        self.no_computed_and_unpivot(&map, value);
        map
    }

    /// Reads one key of a section.
    fn entry(&mut self, key: Key, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        match key {
            Key::Currency | Key::Ids | Key::TimeZone | Key::FiscalYearStart | Key::Weeks => {}
            Key::File | Key::Sheet => self.source(key, value, map),
            Key::Delimiter => map.delimiter = self.delimiter(value),
            Key::Quote => map.is_unquoted = self.one_of(key, value).is_some(),
            Key::Encoding => map.encoding = self.encoding(value),
            Key::HeaderRow => {
                let span = Span { start: value.span().start, end: value.span().end };
                map.header_row = self.whole(value, (1, LARGEST_ROW)).map(|row| (u64::from(row), span));
            }
            Key::HeaderRows => map.header_rows = self.whole(value, (1, MOST_HEADER_ROWS)).map(u64::from),
            Key::FillDown => map.fill_down = self.placed_texts(value),
            Key::Unpivot => map.unpivot = self.unpivot(table, value),
            Key::Years => map.years = self.one_of(key, value).and_then(|word| YearKind::named(&word)),
            Key::Distinct => map.distinct = self.truth(value).unwrap_or_default(),
            Key::Decimal | Key::Thousands | Key::Dash => self.notation(key, value, map),
            Key::DateFormat => self.date_formats(table, value, map),
            Key::Split => map.split = self.split(table, value),
            Key::Columns => self.columns(table, value, map),
            Key::Constants => self.constants(table, value, map),
            Key::Scale => map.scale = self.factors(table, value, RATES),
            Key::Times => map.times = self.factors(table, value, AMOUNTS),
            Key::Product => self.products(table, value, map),
            Key::Join => self.joins(table, value, map),
            Key::Lookup => map.lookup = self.lookup(value),
            Key::Outline => map.outline = self.text(value),
            Key::Names => map.names = self.names(table, value),
            Key::WonRevenue => map.won_revenue = Some(self.won_revenue(value)),
            Key::Where => map.keep = self.filters(value),
            Key::Skip => map.skip = self.filters(value),
            Key::Subtract => map.subtract = self.filters(value),
            Key::Values => self.values(table, value, map),
            Key::Attributes => {
                map.attributes = self.list(value, "a list of column names");
            }
        }
    }

    pub fn list(&mut self, value: &Spanned<DeValue<'_>>, expected: &str) -> Option<Vec<(String, Span)>> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(value, expected);
            return None;
        };
        Some(items.iter().filter_map(|item| self.text(item)).collect())
    }

    fn unpivot(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>) -> Option<UnpivotMap> {
        if table.and_then(period_and_amount).is_none() {
            let table = table.map_or(EXTRA, |table| table.name).to_owned();
            self.report(MappingFault::NoPeriods { table }, value.span());
            return None;
        }
        let (mut periods, mut amount, mut year, mut word) = (Periods::Months, None, None, None);
        let (mut year_column, mut is_year_named) = (None, false);
        for (key, value) in self.table(value) {
            match key.get_ref().as_ref() {
                "period" if value.get_ref().as_str() == Some(MONTHS) => periods = Periods::Months,
                "period" if value.get_ref().as_str() == Some(WEEKS) => periods = Periods::Weeks,
                "period" if value.get_ref().as_str() == Some(DAYS) => periods = Periods::Days,
                "period" => {
                    let headings = self.list(value, "`\"months\"`, `\"weeks\"`, `\"days\"` or a list of column names");
                    periods = Periods::Headings(headings.unwrap_or_default());
                }
                "amount" => amount = self.amount_column(table, value),
                "year" if value.get_ref().as_str() == Some(YEAR_NAMES) => is_year_named = true,
                "year" if value.get_ref().as_str().is_some() => year_column = self.text(value),
                "year" => year = self.whole(value, YEARS),
                "word" => word = self.text(value).map(|(word, _)| word).filter(|word| !word.is_empty()),
                _ => {
                    let names: Vec<&str> = UNPIVOT.iter().map(|(name, ..)| *name).collect();
                    self.unknown("key of `unpivot`", key, &names);
                }
            }
        }
        let span = Span { start: value.span().start, end: value.span().end };
        Some(UnpivotMap { periods, amount, year, year_column, is_year_named, word, span })
    }

    fn amount_column(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>) -> Option<Field> {
        let (name, _) = self.text(value)?;
        let columns = table.into_iter().flat_map(|table| table.columns);
        let amounts: Vec<&Column> = columns.filter(|column| AMOUNTS.contains(&column.kind)).collect();
        let found = amounts.iter().find(|column| column.field.name() == name);
        if found.is_none() {
            let names: Vec<&str> = amounts.iter().map(|column| column.field.name()).collect();
            let candidates = Candidates::new(&name, names.iter().copied());
            let fault = MappingFault::UnknownKey { expected: "column of amounts".to_owned(), key: name, candidates };
            self.report(fault, value.span());
        }
        found.map(|column| column.field)
    }

    pub fn column(&mut self, table: Option<&'static Table>, key: &Spanned<Cow<'_, str>>) -> Option<&'static Column> {
        let table = table.unwrap_or_else(|| TableKind::Extra.table());
        let column = table.column_named(key.get_ref());
        if column.is_none() {
            let names: Vec<&str> = table.names().collect();
            self.unknown(&format!("column of the table `{}`", table.name), key, &names);
        }
        column
    }

    fn columns(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            let headings = self.texts(value);
            if headings.is_empty() {
                self.report(MappingFault::NoHeading {}, value.span());
            }
            if headings.iter().all(String::is_empty) {
                map.unbound.insert(column.field);
                continue;
            }
            map.columns.insert(column.field, (headings, Span { start: value.span().start, end: value.span().end }));
        }
        self.no_two_sources(map, value);
    }

    fn constants(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            if let Some((text, _)) = self.text(value) {
                map.constants.insert(column.field, text);
            }
        }
        self.no_two_sources(map, value);
    }

    pub fn no_two_sources(&mut self, map: &TableMap, value: &Spanned<DeValue<'_>>) {
        let fields: BTreeSet<&Field> =
            map.constants.keys().chain(map.products.keys()).chain(map.joins.keys()).collect();
        for field in fields {
            let sources: Vec<&str> = [
                ("a column", map.columns.contains_key(field)),
                ("a constant", map.constants.contains_key(field)),
                ("a product", map.products.contains_key(field)),
                ("a join", map.joins.contains_key(field)),
            ]
            .into_iter()
            .filter_map(|(source, is_there)| is_there.then_some(source))
            .collect();
            if sources.len() > 1 {
                let (column, sources) = (field.name().to_owned(), sources.join(" and "));
                self.report(MappingFault::TwoSources { column, sources }, value.span());
            }
        }
    }

    fn factors(
        &mut self,
        table: Option<&'static Table>,
        value: &Spanned<DeValue<'_>>,
        kinds: &[Kind],
    ) -> BTreeMap<Field, Decimal> {
        let mut factors = BTreeMap::new();
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            if !kinds.contains(&column.kind) {
                let expected = if kinds.contains(&Kind::Rate) { "a rate" } else { "an amount" };
                let (column, expected) = (key.get_ref().to_string(), expected.to_owned());
                self.report(MappingFault::NotScalable { column, expected }, key.span());
                continue;
            }
            let factor = match value.get_ref() {
                DeValue::Integer(number) => parse_decimal(number.as_str()).ok(),
                _ => None,
            };
            match factor.filter(|factor| *factor > Decimal::ZERO && *factor <= Decimal::from(LARGEST_FACTOR)) {
                Some(factor) => {
                    factors.insert(column.field, factor);
                }
                None => self.report(MappingFault::Factor {}, value.span()),
            }
        }
        factors
    }

    fn filters(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Filter> {
        self.table(value)
            .into_iter()
            .map(|(key, value)| Filter {
                heading: key.get_ref().to_string(),
                span: Span { start: key.span().start, end: key.span().end },
                values: self.texts(value),
            })
            .collect()
    }
}
