//! Reading of the keys that compute columns, take them from another table, or read a table twice.

use super::super::fault::MappingFault;
use super::super::table::{Field, Table, TableKind};
use super::key::{AMOUNTS, LOOKUP, NAMES, WON_REVENUE, YEARS};
use super::reader::MapReader;
use super::{LookupMap, Mapping, NamesMap, Source, TableMap, WonMap};
use crate::finding::{Candidates, Span};
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::DeValue;

impl MapReader<'_> {
    /// Headings whose numbers are multiplied, by amount.
    pub fn products(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            if !AMOUNTS.contains(&column.kind) {
                let (column, expected) = (key.get_ref().to_string(), "an amount".to_owned());
                self.report(MappingFault::NotScalable { column, expected }, key.span());
                continue;
            }
            let headings = self.list(value, "a list of column names").unwrap_or_default();
            // `Credit - Debit` is the difference of two columns.
            let is_difference = matches!(headings.as_slice(), [(only, _)] if only.contains(" - "));
            if headings.len() < 2 && !is_difference {
                self.report(MappingFault::Factors {}, value.span());
            }
            map.products.insert(column.field, headings);
        }
        self.no_two_sources(map, value);
    }

    /// Reports a table with one column per period that computes columns or takes them from another table.
    pub fn no_computed_and_unpivot(&mut self, map: &TableMap, value: &Spanned<DeValue<'_>>) {
        let is_computed = !(map.products.is_empty() && map.joins.is_empty());
        if map.unpivot.is_some() && is_computed {
            self.report(MappingFault::ProductAndUnpivot {}, value.span());
        }
    }

    /// The table that further columns come from.
    pub fn lookup(&mut self, value: &Spanned<DeValue<'_>>) -> Option<LookupMap> {
        let span = Span { start: value.span().start, end: value.span().end };
        let (mut source, mut keys) = (Source { file: None, sheet: None, span }, Vec::new());
        for (key, value) in self.table(value) {
            match key.get_ref().as_ref() {
                "file" => source.file = self.text(value).map(|(text, _)| text),
                "sheet" => source.sheet = self.text(value).map(|(text, _)| text),
                "key" => keys = self.texts(value),
                _ => self.unknown("member of `lookup`", key, &names(LOOKUP)),
            }
        }
        let (own, theirs) = match keys.as_slice() {
            [only] => (only.clone(), only.clone()),
            [own, theirs] => (own.clone(), theirs.clone()),
            _ => Default::default(),
        };
        if own.is_empty() || (source.file.is_none() && source.sheet.is_none()) {
            self.report(MappingFault::Lookup {}, value.span());
            return None;
        }
        Some(LookupMap { source, own, theirs })
    }

    /// The column that the names of files or sheets are the values of.
    pub fn names(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>) -> Option<NamesMap> {
        let (mut column, mut word, mut year) = (None, None, None);
        for (key, value) in self.table(value) {
            match key.get_ref().as_ref() {
                "column" => column = self.text(value),
                "word" => word = self.text(value).map(|(word, _)| word).filter(|word| !word.is_empty()),
                "year" => year = self.whole(value, YEARS),
                _ => self.unknown("member of `names`", key, &names(NAMES)),
            }
        }
        let table = table.unwrap_or_else(|| TableKind::Extra.table());
        let known = column.as_ref().and_then(|(name, _)| table.column_named(name));
        if known.is_none() {
            let name = column.map(|(name, _)| name).unwrap_or_default();
            let all: Vec<&str> = table.names().collect();
            let candidates = Candidates::new(&name, all.iter().copied());
            let expected = format!("column of the table `{}`", table.name);
            self.report(MappingFault::UnknownKey { expected, key: name, candidates }, value.span());
        }
        Some(NamesMap { column: known?.field, word, year })
    }

    /// Month and amount of the won opportunities.
    pub fn won_revenue(&mut self, value: &Spanned<DeValue<'_>>) -> BTreeMap<Field, (Vec<String>, Span)> {
        let mut columns = BTreeMap::new();
        for (key, value) in self.table(value) {
            let field = [Field::Month, Field::Amount].into_iter().find(|field| field.name() == key.get_ref());
            let Some(field) = field else {
                self.unknown("member of `won_revenue`", key, &names(WON_REVENUE));
                continue;
            };
            let headings = self.texts(value);
            if headings.iter().all(String::is_empty) {
                self.report(MappingFault::NoHeading {}, value.span());
            }
            columns.insert(field, (headings, Span { start: value.span().start, end: value.span().end }));
        }
        columns
    }

    /// Adds the revenue that is the won opportunities, if the mapping says so.
    pub fn add_won_revenue(&mut self, mapping: &mut Mapping) {
        let Some(opportunities) = mapping.tables.get(&TableKind::Opportunities) else { return };
        let Some(won) = &opportunities.won_revenue else { return };
        if let Some(revenue) = mapping.tables.get(&TableKind::Revenue) {
            let span = revenue.source.as_ref().map_or(Span { start: 0, end: 0 }, |source| source.span);
            self.report(MappingFault::TwoRevenues {}, span.start..span.end);
            return;
        }
        let revenue = revenue_of(opportunities, won);
        mapping.tables.insert(TableKind::Revenue, revenue);
    }
}

fn names(members: &[(&'static str, super::key::Shape, &str)]) -> Vec<&'static str> {
    members.iter().map(|(name, ..)| *name).collect()
}

/// The section of revenue that reads the won rows of `opportunities`.
fn revenue_of(opportunities: &TableMap, won: &BTreeMap<Field, (Vec<String>, Span)>) -> TableMap {
    let span = Span { start: 0, end: 0 };
    let named = |field: Field| (vec![field.name().to_owned()], span);
    let of = |field: Field| opportunities.columns.get(&field).cloned();
    let mut revenue = opportunities.clone();
    let table = TableKind::Opportunities.name().to_owned();
    revenue.source.get_or_insert(Source { file: Some(table), sheet: None, span });
    let wanted = [Field::Status, Field::IsClosed, Field::IsWon];
    let columns = wanted.into_iter().filter(|field| !opportunities.unbound.contains(field));
    let columns = columns.map(|field| (field, of(field).unwrap_or_else(|| named(field)).0)).collect();
    let words = wanted.into_iter().filter_map(|field| Some((field, opportunities.values.get(&field)?.clone())));
    revenue.won = Some(Box::new(WonMap { columns, words: words.collect() }));
    let is_revenue = |field: &Field| TableKind::Revenue.table().column(*field).is_some();
    revenue.columns.retain(|field, _| is_revenue(field));
    revenue.values.retain(|field, _| is_revenue(field));
    revenue.constants.retain(|field, _| is_revenue(field));
    revenue.unbound.retain(is_revenue);
    revenue.won_revenue = None;
    if let Some(formats) = revenue.dates.by_column.remove(&Field::CloseDate) {
        revenue.dates.by_column.insert(Field::Month, formats);
    }
    if let Some(headings) = revenue.joins.remove(&Field::CloseDate) {
        revenue.joins.insert(Field::Month, headings);
    } else {
        revenue.columns.insert(Field::Month, of(Field::CloseDate).unwrap_or_else(|| named(Field::CloseDate)));
    }
    for (field, headings) in won {
        revenue.products.remove(field);
        revenue.joins.remove(field);
        revenue.columns.insert(*field, headings.clone());
    }
    revenue
}
