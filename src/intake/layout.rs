//! Assignment of the tables of a store to the tables of the book, by the mapping file or by name.

use super::book::Reading;
use super::fault::TableFault;
use super::log::shown;
use super::mapping::Source;
use super::table::{Field, TableKind, is_same_heading};
use crate::finding::{Candidates, Finding, Place, did_you_mean};

impl Reading<'_> {
    /// Finds which table of the store holds which table of the book.
    pub fn locate(&mut self) {
        for kind in TableKind::BOOK {
            let map = self.map(kind);
            let source = map.and_then(|map| map.source.as_ref());
            let found = source.map_or_else(|| self.store.named(kind.name()), |source| self.store.sources(source));
            match found.as_slice() {
                [first, ..] => {
                    self.only_one(kind, &found);
                    self.places.insert(kind, *first);
                }
                [] if source.is_some() || kind.table().required => {
                    let wanted = source.map_or_else(|| kind.name().to_owned(), Source::name);
                    self.missing_table(kind, &wanted);
                }
                [] => {}
            }
            for source in map.iter().flat_map(|map| &map.further) {
                let found = self.store.sources(source);
                self.only_one(kind, &found);
                match found.first() {
                    Some(index) => self.further.entry(kind).or_default().push(*index),
                    None => self.missing_table(kind, &source.name()),
                }
            }
        }
        for (name, map) in self.mapping.iter().flat_map(|mapping| &mapping.extra) {
            let source = map.source.as_ref();
            let found = source.map_or_else(|| self.store.named(name), |source| self.store.sources(source));
            match found.first() {
                Some(index) => self.extra.push((name.clone(), *index)),
                None => {
                    let (store, table) = (self.store.name.clone(), source.map_or_else(|| name.clone(), Source::name));
                    let span = source.map(|source| source.span);
                    let place = span.map_or_else(|| Place::file(self.store.name.clone()), |span| map.place(span, ""));
                    self.shared.log.add(Finding::from(TableFault::MissingExtraTable { store, table }).at(place));
                }
            }
        }
        if self.mapping.is_none() {
            self.locate_others();
        }
    }

    /// Reports that more than one table of the store is meant.
    fn only_one(&mut self, kind: TableKind, found: &[usize]) {
        let [first, second, ..] = found else { return };
        let files = (self.store.tables[*first].file.clone(), self.store.tables[*second].file.clone());
        let place = Place::file(files.1.clone());
        let fault = TableFault::DuplicateTable { table: kind.name().to_owned(), first: files.0, second: files.1 };
        self.shared.log.add(Finding::from(fault).at(place));
    }

    fn missing_table(&mut self, kind: TableKind, wanted: &str) {
        let unplaced: Vec<String> = self.store.tables.iter().map(|table| shown(&table.name)).collect();
        let stem = wanted.rsplit_once('.').map_or(wanted, |(stem, _)| stem).to_lowercase();
        let fault = TableFault::MissingTable {
            store: self.store.name.clone(),
            table: wanted.to_owned(),
            candidates: Candidates::new(&stem, unplaced.iter().map(String::as_str)),
            is_mapped: self.map(kind).is_some_and(|map| map.source.is_some()),
        };
        let source = self.map(kind).and_then(|map| Some(map.place(map.source.as_ref()?.span, "")));
        let place = source.unwrap_or_else(|| Place::file(self.store.name.clone()));
        self.shared.log.add(Finding::from(fault).at(place));
    }

    /// Without a mapping file, every further table with a column `partner_id` belongs to the book.
    fn locate_others(&mut self) {
        for index in 0..self.store.tables.len() {
            let table = &self.store.tables[index];
            let is_placed = self.places.values().any(|placed| *placed == index);
            if is_placed || table.name.starts_with('_') || !self.store.is_readable(index) {
                continue;
            }
            let (name, file) = (table.name.clone(), table.file.clone());
            let known: Vec<&str> = TableKind::BOOK.into_iter().map(TableKind::name).collect();
            let near = did_you_mean(&name.to_lowercase().replace([' ', '-'], "_"), known.iter().copied())
                .filter(|near| !self.places.keys().any(|kind| kind.name() == *near))
                // A missing required table is a separate error, which names this one.
                .filter(|near| TableKind::named(near).is_some_and(|kind| !kind.table().required));
            let sheet = self.store.read(index, None, &self.limits, &mut self.shared.log);
            let has = |field: Field| {
                let mut headings = sheet.iter().flat_map(|sheet| sheet.headings.iter());
                headings.any(|heading| is_same_heading(heading, field.name()))
            };
            let keyed = has(Field::PartnerId);
            // A second file of revenue, where the first has been found.
            let is_revenue = name.to_lowercase().starts_with(TableKind::Revenue.name())
                && self.places.contains_key(&TableKind::Revenue)
                && has(Field::Amount)
                && (has(Field::Month) || has(Field::Period));
            if keyed {
                self.extra.push((name.to_lowercase(), index));
            }
            let is_known = keyed || self.is_named_instead(&name);
            let name = shown(&name);
            let fault = match near {
                Some(near) => TableFault::SimilarTable { name, table: near.to_owned() },
                None if is_revenue => TableFault::BesideTable { name, table: TableKind::Revenue.name().to_owned() },
                None if is_known => continue,
                None => TableFault::ForeignTable { name },
            };
            self.shared.log.add(Finding::from(fault).at(Place::file(file)));
        }
        for file in std::mem::take(&mut self.store.unread) {
            let fault = TableFault::UnreadFile { name: shown(&file) };
            self.shared.log.add(Finding::from(fault).at(Place::file(file)));
        }
    }

    /// True when an error about a missing table has already named this one.
    fn is_named_instead(&self, name: &str) -> bool {
        let missing = |kind: &TableKind| kind.table().required && !self.places.contains_key(kind);
        did_you_mean(&name.to_lowercase(), TableKind::BOOK.into_iter().filter(missing).map(TableKind::name)).is_some()
    }
}
