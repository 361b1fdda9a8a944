//! Columns that a table takes from another one, by the key that both have.

use super::book::Reading;
use super::fault::TableFault;
use super::log::shown;
use super::mapping::{LookupMap, TableMap};
use super::shape::Lookup;
use super::sheet::Sheet;
use super::table::is_same_heading;
use crate::finding::{Candidates, Finding};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Reading<'_> {
    /// Adds the headings of the table that `map` looks up to those of `sheet`, and returns its rows by key.
    pub fn look_up(&mut self, sheet: &mut Sheet, map: Option<&TableMap>) -> Option<Arc<Lookup>> {
        let map = map?;
        let wanted = map.lookup.as_ref()?;
        let place = map.place(wanted.source.span, "");
        let Some(index) = self.store.sources(&wanted.source).first().copied() else {
            let names: Vec<String> = self.store.tables.iter().map(|table| shown(&table.name)).collect();
            let (store, table) = (self.store.name.clone(), wanted.source.name());
            let candidates = Candidates::new(&table, names.iter().map(String::as_str));
            let fault = TableFault::MissingTable { store, table, candidates, is_mapped: true };
            self.shared.log.add(Finding::from(fault).at(place));
            return None;
        };
        let own = TableMap { encoding: map.encoding, ..TableMap::default() };
        let other = self.store.read(index, Some(&own), &self.limits, &mut self.shared.log)?;
        let [key, theirs] = [(&*sheet, &wanted.own), (&other, &wanted.theirs)].map(|(sheet, heading)| {
            let found = sheet.headings.iter().position(|one| is_same_heading(one, heading));
            found.ok_or_else(|| missing(sheet, heading))
        });
        let (key, theirs) = match (key, theirs) {
            (Ok(key), Ok(theirs)) => (key, theirs),
            (key, theirs) => {
                for finding in [key.err(), theirs.err()].into_iter().flatten() {
                    self.shared.log.add(finding.at(place.clone()));
                }
                return None;
            }
        };
        let is_new =
            |heading: &String| !heading.is_empty() && !sheet.headings.iter().any(|own| is_same_heading(own, heading));
        let columns = other.headings.iter().enumerate().filter(|(_, heading)| is_new(heading));
        let (columns, headings): (Vec<usize>, Vec<String>) =
            columns.map(|(index, heading)| (index, heading.clone())).unzip();
        let rows = self.rows_by_key(&other, theirs, &columns, wanted);
        sheet.headings = sheet.headings.iter().cloned().chain(headings).collect();
        Some(Arc::new(Lookup { key, added: columns.len(), rows }))
    }

    /// The cells of `columns` by key; a key of several rows is an error.
    fn rows_by_key(
        &mut self,
        other: &Sheet,
        key: usize,
        columns: &[usize],
        wanted: &LookupMap,
    ) -> BTreeMap<Box<str>, Vec<super::cell::Cell>> {
        let (mut rows, mut twice, mut count) = (BTreeMap::new(), None, 0u64);
        let read = other.for_each(|row, fields| {
            count += 1;
            let text = fields.text(key);
            if text.is_empty() || count > self.limits.rows {
                return;
            }
            let mut cells = fields.to_cells();
            let cells = columns.iter().map(|index| cells.get_mut(*index).map(std::mem::take).unwrap_or_default());
            if rows.insert(text.into(), cells.collect()).is_some() {
                twice.get_or_insert_with(|| (row, text.to_owned()));
            }
        });
        let location = other.location();
        if let Err((row, reason)) = read {
            self.shared.log.add(Finding::from(TableFault::Interrupted { reason }).at(location.place(row, "", "")));
        }
        if let Some((row, value)) = twice {
            let fault = TableFault::RepeatedKey { value: shown(&value), column: wanted.theirs.clone() };
            self.shared.log.add(Finding::from(fault).at(location.place(row, &wanted.theirs, &value)));
        }
        rows
    }

    /// True when a section takes columns from the table `index` of the store.
    pub fn is_looked_up(&self, index: usize) -> bool {
        let maps = self.mapping.iter().flat_map(|mapping| mapping.tables.values().chain(mapping.extra.values()));
        maps.filter_map(|map| map.lookup.as_ref()).any(|one| self.store.sources(&one.source).contains(&index))
    }
}

fn missing(sheet: &Sheet, heading: &str) -> Finding {
    Finding::from(TableFault::LayoutColumn {
        file: sheet.file.clone(),
        column: heading.to_owned(),
        candidates: Candidates::new(heading, sheet.headings.iter().map(String::as_str)),
        heading_row: sheet.heading_row,
    })
}
