//! Which table of a store holds which table of the book, by the mapping file or by name.

use super::book::Reading;
use super::log::shown;
use super::table::{Field, TableKind, is_same_heading};
use crate::finding::{Code, Finding, Place, did_you_mean};

impl Reading<'_> {
    /// Finds which table of the store holds which table of the book.
    pub fn locate(&mut self) {
        for kind in TableKind::BOOK {
            let map = self.map(kind);
            let source = map.and_then(|map| map.source.as_ref());
            let wanted = source.map_or(kind.name(), |(name, _)| name.as_str());
            let found = self.store.named(wanted);
            match found.as_slice() {
                [only] => {
                    self.places.insert(kind, *only);
                }
                [first, second, ..] => {
                    let files = (&self.store.tables[*first].file, &self.store.tables[*second].file);
                    let message = format!("both `{}` and `{}` hold the table `{}`", files.0, files.1, kind.name());
                    let finding = Finding::error(Code::BookDuplicate, message).at(Place::file(files.1.clone()));
                    self.shared.log.add(finding.help("remove one of them, or name one in a mapping file"));
                    self.places.insert(kind, *first);
                }
                [] if source.is_some() || kind.table().required => self.missing_table(kind, wanted),
                [] => {}
            }
        }
        for (name, map) in self.mapping.iter().flat_map(|mapping| &mapping.extra) {
            let wanted = map.source.as_ref().map_or(name.as_str(), |(source, _)| source.as_str());
            match self.store.named(wanted).first() {
                Some(index) => self.extra.push((name.clone(), *index)),
                None => {
                    let message = format!("`{}` has no table `{wanted}`", self.store.name);
                    let span = map.source.as_ref().map(|(_, span)| *span);
                    let place = span.map_or_else(|| Place::file(self.store.name.clone()), |span| map.place(span, ""));
                    self.shared.log.add(Finding::error(Code::BookMissingTable, message).at(place));
                }
            }
        }
        if self.mapping.is_none() {
            self.locate_others();
        }
    }

    fn missing_table(&mut self, kind: TableKind, wanted: &str) {
        let message = format!("`{}` has no table `{wanted}`", self.store.name);
        let unplaced = self.store.tables.iter().map(|table| table.name.as_str());
        let stem = wanted.rsplit_once('.').map_or(wanted, |(stem, _)| stem).to_lowercase();
        let mapped = self.map(kind).is_some_and(|map| map.source.is_some());
        let help = match did_you_mean(&stem, unplaced.clone()) {
            Some(near) if mapped => format!("did you mean `{}`?", shown(near)),
            Some(near) => format!("did you mean `{}`? Rename it to `{wanted}`", shown(near)),
            None if mapped => {
                let list: Vec<String> = unplaced.take(12).map(|name| format!("`{}`", shown(name))).collect();
                format!("there is {}", list.join(", "))
            }
            None => {
                let list: Vec<String> = unplaced.take(12).map(|name| format!("`{}`", shown(name))).collect();
                let found =
                    if list.is_empty() { "there is none".to_owned() } else { format!("there is {}", list.join(", ")) };
                format!(
                    "{found}; a book needs `partners` and `revenue`, and a mapping file (`--map`) can name them otherwise"
                )
            }
        };
        let source = self.map(kind).and_then(|map| Some(map.place(map.source.as_ref()?.1, "")));
        let place = source.unwrap_or_else(|| Place::file(self.store.name.clone()));
        self.shared.log.add(Finding::error(Code::BookMissingTable, message).at(place).help(help));
    }

    /// Without a mapping file, every further table with a column `partner_id` belongs to the book.
    fn locate_others(&mut self) {
        for index in 0..self.store.tables.len() {
            let table = &self.store.tables[index];
            if self.places.values().any(|placed| *placed == index) || table.name.starts_with('_') {
                continue;
            }
            let (name, file) = (table.name.clone(), table.file.clone());
            let known: Vec<&str> = TableKind::BOOK.into_iter().map(TableKind::name).collect();
            let near = did_you_mean(&name.to_lowercase().replace([' ', '-'], "_"), known.iter().copied())
                .filter(|near| !self.places.keys().any(|kind| kind.name() == *near))
                // A missing table that must be there is an error of its own, which names this one.
                .filter(|near| TableKind::named(near).is_some_and(|kind| !kind.table().required));
            let keyed = self.store.read(index, None, &self.limits, &mut self.shared.log).is_some_and(|sheet| {
                sheet.headings.iter().any(|heading| is_same_heading(heading, Field::PartnerId.name()))
            });
            if keyed {
                self.extra.push((name.to_lowercase(), index));
            }
            let (message, help) = match near {
                Some(near) => (
                    format!("`{}` is not read as the table `{near}`", shown(&name)),
                    format!("rename it to `{near}` if it is that table"),
                ),
                None if keyed || self.is_named_instead(&name) => continue,
                None => (
                    format!("`{}` is no table of a book and has no column `partner_id`", shown(&name)),
                    "take it out of the book, or name it in a mapping file".to_owned(),
                ),
            };
            self.shared.log.add(Finding::warning(Code::BookUnknownTable, message).at(Place::file(file)).help(help));
        }
        for file in std::mem::take(&mut self.store.unread) {
            let message = format!("`{}` is not read: in a folder, tables are CSV files", shown(&file));
            let help = "save it as CSV, or name it as the book";
            self.shared.log.add(Finding::warning(Code::BookUnknownTable, message).at(Place::file(file)).help(help));
        }
    }

    /// True when an error about a missing table has already named this one.
    fn is_named_instead(&self, name: &str) -> bool {
        let missing = |kind: &TableKind| kind.table().required && !self.places.contains_key(kind);
        did_you_mean(&name.to_lowercase(), TableKind::BOOK.into_iter().filter(missing).map(TableKind::name)).is_some()
    }
}
