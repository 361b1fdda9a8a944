//! Tables of JSON documents: one per list of an object, a list, or an object per line.

use super::delimited::decode;
use super::fault::{BookFault, FileFault};
use super::folder::stem_of;
use super::json::{Members, flattened};
use super::log::{Log, Reported, shown};
use super::members::{BookMember, OWN_TABLES, book_members};
use super::sheet::{Numbering, Rows, Sheet};
use super::store::{Content, Store, StoredTable};
#[cfg(feature = "server")]
use super::{JsonPart, Limits};
use crate::document::json::Object;
use crate::finding::{Finding, Place};
use std::path::Path;

impl Store {
    /// The tables of an object whose syntax was checked, one per list.
    #[cfg(feature = "server")]
    pub(super) fn of_members(
        part: &JsonPart<'_>,
        members: &Object<'_>,
        limits: &Limits,
        log: &mut Log,
    ) -> Result<Self, Reported> {
        let mut store = Self::empty(part.file);
        part.pointer.clone_into(&mut store.pointer);
        store.most_keys = limits.columns;
        store.json_members(part.file, members, log)?;
        Ok(store)
    }

    pub(super) fn open_json(&mut self, name: &str, bytes: Vec<u8>, log: &mut Log) -> Result<(), Reported> {
        let (text, warning) = decode(name, bytes, None).map_err(|finding| log.add(finding))?;
        warning.into_iter().for_each(|finding| {
            log.add(finding);
        });
        if text.trim_start().starts_with('[') {
            let whole: Result<serde::de::IgnoredAny, _> = serde_json::from_str(&text);
            whole.map_err(|error| {
                let fault = FileFault::NotJson { reason: error.to_string() };
                log.add(Finding::from(fault).at(Place::file(name)))
            })?;
            return self.json_table(name, String::new(), &stem_of(Path::new(name)), text.trim(), true, log);
        }
        self.json_object(name, &text, log)
    }

    /// One table: an object per line.
    pub(super) fn open_lines(&mut self, name: &str, bytes: Vec<u8>, log: &mut Log) -> Result<(), Reported> {
        let (text, warning) = decode(name, bytes, None).map_err(|finding| log.add(finding))?;
        warning.into_iter().for_each(|finding| {
            log.add(finding);
        });
        let (mut list, mut faults) = (String::with_capacity(text.len() + 2), 0u64);
        for (row, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            if let Err(error) = serde_json::from_str::<Object<'_>>(line) {
                let fault = FileFault::NotJsonLine { reason: error.to_string() };
                log.add(Finding::from(fault).at(Place::cell(name, row, "", shown(line))));
                faults += 1;
            }
            list.push(if list.is_empty() { '[' } else { ',' });
            list.push_str(line);
        }
        if faults > 0 {
            return Err(Reported);
        }
        list.push_str(if list.is_empty() { "[]" } else { "]" });
        self.json_table(name, String::new(), &stem_of(Path::new(name)), &list, true, log)
    }

    /// The lists and texts of an object.
    pub(super) fn json_object(&mut self, name: &str, text: &str, log: &mut Log) -> Result<(), Reported> {
        let root: Object<'_> = serde_json::from_str(text).map_err(|error| {
            let fault = FileFault::NotJsonBook { reason: error.to_string() };
            log.add(Finding::from(fault).at(Place::file(name)))
        })?;
        self.json_members(name, &root, log)
    }

    /// The lists and texts among the members of an object.
    pub(super) fn json_members(&mut self, name: &str, root: &Object<'_>, log: &mut Log) -> Result<(), Reported> {
        let place = || Place::file(name);
        if let Some((member, value)) = next_page(root) {
            log.add(Finding::from(FileFault::OnePage { member, value: shown(&value) }).at(place()));
        }
        let members = book_members(root);
        let own = root.0.iter().find(|(key, _)| key == OWN_TABLES).and_then(|(_, value)| Object::of(value));
        let repeated = root.repeated().map(str::to_owned);
        let repeated = repeated.or_else(|| own.as_ref()?.repeated().map(str::to_owned));
        if let Some(key) = repeated.or_else(|| named_twice(&members)) {
            return Err(log.add(Finding::from(FileFault::DuplicateKey { key: shown(&key) }).at(place())));
        }
        for BookMember { key, value: raw, pointer } in &members {
            if key == "currency" && !raw.starts_with(['"', 'n']) {
                let pointer = format!("{}/currency", self.pointer);
                let place = Place::Member { file: name.to_owned(), pointer, value: shown(raw) };
                log.add(Finding::from(BookFault::CurrencyNotString {}).at(place));
            } else if raw.starts_with('[') {
                let pointer = format!("{}{pointer}", self.pointer);
                // A list that is not a table matters only if its name suggests that it should be one.
                let must_be = super::table::TableKind::named(key).is_some() || key == "lines";
                self.json_table(name, pointer, key, raw, must_be, log)?;
            } else if key == "currency" && raw.starts_with('"') {
                self.currency = serde_json::from_str(raw).ok();
            } else if raw.starts_with('"') {
                self.texts.extend(serde_json::from_str(raw).map(|text| (key.to_string(), text)));
            } else if !raw.starts_with('{') {
                continue;
            } else if super::table::TableKind::named(key).is_some() {
                log.add(Finding::from(FileFault::NotList { key: shown(key) }).at(place()));
            }
        }
        Ok(())
    }

    /// Adds a list of rows, which is valid JSON.
    pub(super) fn json_table(
        &mut self,
        file: &str,
        pointer: String,
        key: &str,
        raw: &str,
        must_be: bool,
        log: &mut Log,
    ) -> Result<(), Reported> {
        let flat = if self.flattens { flattened(raw) } else { None };
        match Members::open(flat.as_deref().unwrap_or(raw), self.most_keys) {
            Ok((members, headings)) => {
                let numbering = Numbering::Members(pointer);
                let (file, headings, rows) = (file.to_owned(), headings, Rows::Json(members));
                let sheet = Sheet::new(file.clone(), numbering, 0, headings, rows);
                let content = Content::Sheet(Box::new(Some(sheet)));
                self.tables.push(StoredTable::new(key.to_owned(), file, content));
                Ok(())
            }
            Err(_) if !must_be => Ok(()),
            Err((index, fault)) => {
                let pointer = index.map_or(pointer.clone(), |index| format!("{pointer}/{index}"));
                let place = Place::Member { file: file.to_owned(), pointer, value: String::new() };
                Err(log.add(Finding::from(fault).at(place)))
            }
        }
    }
}

/// Returns a table that is at the top of a book and under `tables` as well.
fn named_twice(members: &[BookMember<'_>]) -> Option<String> {
    let mut names = std::collections::BTreeSet::new();
    members.iter().find(|member| !names.insert(&*member.key)).map(|member| member.key.clone())
}

/// The member of an answer by pages that says that more rows follow, with its value.
fn next_page(root: &Object<'_>) -> Option<(String, String)> {
    const NEXT: [&str; 7] =
        ["nextRecordsUrl", "@odata.nextLink", "odata.nextLink", "nextLink", "next_page", "nextPageToken", "next"];
    let own = |object: &Object<'_>| {
        object.0.iter().find_map(|(key, value)| {
            let is_next = NEXT.contains(&&**key) && value.starts_with('"') && *value != "\"\"";
            let is_more = matches!((&**key, *value), ("done", "false") | ("has_more" | "hasMore", "true"));
            (is_next || is_more).then(|| (key.to_string(), (*value).to_owned()))
        })
    };
    let inner = |name: &str| root.0.iter().find(|(key, _)| key == name).and_then(|(_, value)| Object::of(value));
    let paging = || inner("paging").or_else(|| inner("info")).or_else(|| inner("links"));
    own(root).or_else(|| own(&paging()?)).or_else(|| Some(("next".to_owned(), in_next(&paging()?)?)))
}

/// The cursor in `paging.next`.
fn in_next(paging: &Object<'_>) -> Option<String> {
    let (_, value) = paging.0.iter().find(|(key, value)| key == "next" && value.starts_with('{'))?;
    Some((*value).to_owned())
}
