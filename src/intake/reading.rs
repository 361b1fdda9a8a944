//! Tables of the store as they are read for a book: with their header, their layout, and what is known beside them.

use super::beside::{Known, no_duplicates, target};
use super::binding::Binding;
use super::book::Reading;
use super::directory::Directory;
use super::fault::{BookFault, TableFault};
use super::log::shown;
use super::mapping::TableMap;
use super::outline::outlined;
use super::overlap::Overlap;
use super::revenue::{Revenue, RevenueRow, revenue_row};
use super::row::Row;
use super::rows::{Read, each_row};
use super::sheet::Sheet;
use super::table::{Table, TableKind, is_same_heading};
use super::total::Verdict;
use crate::channel::{Partner, PartnerBook, Target};
use crate::finding::{Finding, Place};
use crate::units::Currency;
use std::collections::{BTreeMap, BTreeSet};

impl Reading<'_> {
    /// Calls `each` for every row of the table; returns its place and the number of rows used.
    pub fn each_row(
        &mut self,
        kind: TableKind,
        partners: &[Partner],
        mut each: impl FnMut(&mut Row<'_>),
    ) -> Option<Read> {
        let index = *self.places.get(&kind)?;
        let map = self.map(kind);
        let sheet = self.sheet(index, kind.table(), map)?;
        if self.places.iter().filter(|(other, place)| **place == index && **other > kind).count() == 0
            && !self.is_looked_up(index)
        {
            self.store.forget(index);
        }
        if sheet.headings.is_empty() {
            // An empty list in a JSON document has no keys that could be missing.
            let location = sheet.location();
            return Some(Read { location, partner_heading: String::new(), rows: 0, is_empty: true });
        }
        let mut binding = Binding::new(kind.table(), &sheet, map, &mut self.shared.log)?;
        binding.note_percents(&sheet);
        binding.has_own_partners = self.map(TableKind::Partners).is_some_and(|map| map.distinct);
        each_row(&sheet, &binding, partners, &mut self.shared, &self.limits, &mut each)
    }

    /// Reads the revenue, and reports rows that several files have and dates that a locale swapped.
    pub fn revenue(&mut self, partners: &[Partner], tables: &mut BTreeMap<String, usize>) -> Revenue {
        let mut rows: Vec<RevenueRow> = Vec::new();
        let mut directory = Directory::new(partners);
        let mut overlap = Overlap::default();
        let read = self.each_row(TableKind::Revenue, partners, |row| {
            let known = rows.len();
            let _ = revenue_row(row, &mut directory, &mut rows);
            overlap.add(row, &rows[known..]);
        });
        if let Some(read) = &read {
            overlap.report(&read.location, self.shared.currency(), &mut self.shared.log);
            self.shared.day_order.report(&mut self.shared.log);
        }
        Revenue { location: self.finish(TableKind::Revenue, read, directory, tables), rows }
    }

    /// Reads the targets and counts their rows in `tables`; `book` has everything else, which they refer to.
    pub fn targets(
        &mut self,
        book: &PartnerBook,
        mut tables: BTreeMap<String, usize>,
    ) -> (Vec<Target>, BTreeMap<String, usize>) {
        let is_unchecked = self.is_part || !self.places.contains_key(&TableKind::Targets);
        let known = if is_unchecked { Known::unchecked(book) } else { Known::of(book) };
        let mut rows: Vec<Target> = Vec::new();
        let read = self.each_row(TableKind::Targets, &[], |row| rows.extend(target(row, &known)));
        if let Some(read) = read {
            read.note(TableKind::Targets, &mut tables);
            no_duplicates(&rows, &read.location, &mut self.shared.log);
        }
        (rows, tables)
    }

    /// Takes the currency that a JSON document states at its top.
    pub fn state_currency(&mut self) {
        let Some(text) = self.store.currency.take() else { return };
        let pointer = format!("{}/currency", self.store.pointer);
        match text.parse::<Currency>() {
            Ok(currency) => self.shared.stated_currency = Some((currency, format!("{}: {pointer}", self.store.name))),
            Err(_) => {
                let place = Place::Member { file: self.store.name.clone(), pointer, value: shown(&text) };
                let fault = BookFault::UnknownCurrency { value: shown(&text) };
                self.shared.log.add(Finding::from(fault).at(place));
            }
        }
    }

    /// Reads a table in the layout that the mapping file states.
    pub fn sheet(&mut self, index: usize, table: &Table, map: Option<&TableMap>) -> Option<Sheet> {
        let mut sheet = self.found(index, table, map)?;
        let further = self.further.get(&table.kind).cloned().unwrap_or_default();
        let mut parts = Vec::new();
        for index in further {
            let Some(part) = self.found(index, table, map) else { continue };
            let file = part.file.clone();
            if let Some(part) = part.into_part_of(&sheet) {
                parts.push(part);
            } else {
                let (first, place) = (sheet.file.clone(), Place::file(file.clone()));
                self.shared.log.add(Finding::from(TableFault::OtherColumns { file, first }).at(place));
            }
        }
        if !parts.is_empty() {
            sheet = sheet.followed_by(parts);
        }
        let lookup = self.look_up(&mut sheet, map);
        super::reshape::reshape(&mut sheet, table, map, self.shared.calendar, lookup, &mut self.shared.log);
        Some(sheet)
    }

    /// A table of the store with its header in place.
    fn found(&mut self, index: usize, table: &Table, map: Option<&TableMap>) -> Option<Sheet> {
        let mut sheet = self.store.read(index, map, &self.limits, &mut self.shared.log)?;
        super::header::place(&mut sheet, table, map, &mut self.shared.log);
        super::header::name_columns(&mut sheet, map);
        let Some((map, (heading, span))) = map.and_then(|map| Some((map, map.outline.as_ref()?))) else {
            return Some(sheet);
        };
        match sheet.headings.iter().position(|one| is_same_heading(one, heading)) {
            Some(index) => sheet = outlined(&sheet, index),
            None => {
                self.shared.log.add(super::reshape::missing(&sheet, heading).at(map.place(*span, "")));
            }
        }
        Some(sheet)
    }

    /// Rows of the sheet that another table of the book, which has amounts, knows to be totals or footers.
    pub fn totals_beside(&mut self, index: usize) -> Option<BTreeSet<u64>> {
        let others: Vec<TableKind> =
            self.places.iter().filter(|(_, place)| **place == index).map(|(kind, _)| *kind).collect();
        let mut rows = None;
        for kind in others.into_iter().filter(|kind| *kind != TableKind::Partners) {
            let map = self.map(kind);
            let log = std::mem::take(&mut self.shared.log);
            let sheet = self.sheet(index, kind.table(), map);
            let binding = sheet.as_ref().and_then(|sheet| Binding::new(kind.table(), sheet, map, &mut self.shared.log));
            // What is wrong with that table is reported when it is read itself.
            self.shared.log = log;
            if let (Some(sheet), Some(binding)) = (&sheet, &binding) {
                let verdict = Verdict::of(sheet, binding, &[], &self.shared);
                rows.get_or_insert_with(BTreeSet::new).extend(verdict.rows);
            }
        }
        rows
    }
}
