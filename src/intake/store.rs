//! Sources of a book: a directory of CSV files, a JSON document, or a workbook; its tables by name.

use super::delimited::{Delimited, decode};
use super::fault::{BookFault, FileFault};
use super::json::Members;
use super::log::{Log, Reported, shown};
use super::mapping::{Source, TableMap};
use super::sheet::{Numbering, Rows, Sheet};
use super::table::is_same_heading;
use super::workbook;
use super::{JsonPart, Limits};
use crate::document::json::{Object, escaped};
use crate::finding::{Finding, Place};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Extensions of files that are read as CSV.
const CSV_ENDINGS: [&str; 4] = ["csv", "tsv", "psv", "txt"];
/// Extensions of data files in a book's directory that are not read.
const DATA_ENDINGS: [&str; 9] = ["xlsx", "xls", "xlsm", "xlsb", "ods", "json", "parquet", "gz", "zip"];

/// The tables at a path, not yet read.
#[derive(Debug)]
pub(super) struct Store {
    /// Name of the file or directory.
    pub name: String,
    /// JSON pointer of the document inside the file; empty for a file that is the document.
    pub pointer: String,
    /// Tables in the order of their names (files) or of the document.
    pub tables: Vec<StoredTable>,
    /// Currency that a JSON document states at its top.
    pub currency: Option<String>,
    /// Other texts at the top of a JSON document.
    pub texts: BTreeMap<String, String>,
    /// Data files of a directory that are not read.
    pub unread: Vec<String>,
    /// Most different keys that the rows of a JSON table may have.
    most_keys: usize,
}

/// A table of a store.
#[derive(Debug)]
pub(super) struct StoredTable {
    /// Name: the file's without ending, the sheet's, or the JSON key.
    pub name: String,
    /// File as the user knows it.
    pub file: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    File(PathBuf),
    Bytes(Vec<u8>),
    Sheet(Box<Option<Sheet>>),
}

/// Kind of a file, from its extension.
enum Format {
    Csv,
    Json,
    Workbook,
    Other(String),
}

fn format_of(path: &Path) -> Format {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "json" => Format::Json,
        "xlsx" | "xlsm" => Format::Workbook,
        ending if CSV_ENDINGS.contains(&ending) => Format::Csv,
        _ => Format::Other(ending),
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn stem_of(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Store {
    fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            pointer: String::new(),
            tables: Vec::new(),
            currency: None,
            texts: BTreeMap::new(),
            unread: Vec::new(),
            most_keys: Limits::default().columns,
        }
    }

    /// Finds the tables at `path`, which must be a directory, a JSON file or a workbook.
    pub fn open_book(path: &Path, limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        if path.is_dir() {
            return Self::open_folder(path, log);
        }
        match format_of(path) {
            Format::Csv => {
                std::fs::metadata(path).map_err(|error| log.add(unreadable(&name_of(path), &error)))?;
                Err(log.add(Finding::from(FileFault::SingleCsv {}).at(Place::file(name_of(path)))))
            }
            _ => Self::open_file(path, limits, log),
        }
    }

    /// Finds the tables at `path` for a mapping file, with which one text file can hold partners and revenue.
    pub fn open_mapped(path: &Path, limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        if path.is_dir() { Self::open_book(path, limits, log) } else { Self::open_file(path, limits, log) }
    }

    /// Finds the tables at all of `paths`, directories and files, as those of one book.
    pub fn open_all(paths: &[PathBuf], limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        if let [only] = paths {
            return Self::open_mapped(only, limits, log);
        }
        let mut all = Self::empty("the book");
        for path in paths {
            let one = Self::open_mapped(path, limits, log)?;
            all.tables.extend(one.tables);
            all.unread.extend(one.unread);
            all.currency = all.currency.or(one.currency);
        }
        Ok(all)
    }

    /// The tables of a book whose CSV files are in memory: name and bytes of each.
    pub fn of_files(name: &str, files: Vec<(String, Vec<u8>)>) -> Self {
        let mut store = Self::empty(name);
        for (file, bytes) in files {
            store.tables.push(StoredTable { name: stem_of(Path::new(&file)), file, content: Content::Bytes(bytes) });
        }
        store
    }

    /// The tables of a part of a JSON document: one per list of an object, or the list itself.
    pub fn of_part(part: &JsonPart<'_>, limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        let mut store = Self::empty(part.file);
        part.pointer.clone_into(&mut store.pointer);
        store.most_keys = limits.columns;
        if part.text.starts_with('[') {
            // Invalid JSON is not a list either.
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(part.text).is_ok();
            let list = if is_json { part.text } else { "" };
            store.json_table(part.file, part.pointer.to_owned(), part.name, list, true, log)?;
        } else {
            store.json_object(part.file, part.text, log)?;
        }
        Ok(store)
    }

    /// Finds the tables in the file at `path`: one for CSV, one per key for JSON, one per sheet for a workbook.
    pub fn open_file(path: &Path, limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        let name = name_of(path);
        let mut store = Self::empty(&name);
        store.most_keys = limits.columns;
        match format_of(path) {
            Format::Csv => {
                store.tables.push(StoredTable {
                    name: stem_of(path),
                    file: name,
                    content: Content::File(path.to_owned()),
                });
            }
            Format::Json => {
                let bytes = store.bytes(path, &name, limits, log)?;
                store.open_json(&name, bytes, log)?;
            }
            Format::Workbook => {
                let bytes = store.bytes(path, &name, limits, log)?;
                let sheets = workbook::read(&name, bytes, limits).map_err(|finding| log.add(finding))?;
                for sheet in sheets {
                    let stored = sheet.name.clone();
                    let file = format!("{name}!{stored}");
                    let sheet = sheet.into_sheet(&name, "partnerid");
                    store.tables.push(StoredTable { name: stored, file, content: Content::Sheet(Box::new(sheet)) });
                }
            }
            Format::Other(ending) => {
                // The path may also simply not exist.
                store.bytes(path, &name, limits, log)?;
                let fault = match &*ending {
                    "" => FileFault::NoEnding {},
                    ending => FileFault::UnknownEnding { extension: shown(ending) },
                };
                return Err(log.add(Finding::from(fault).at(Place::file(name))));
            }
        }
        Ok(store)
    }

    fn open_folder(path: &Path, log: &mut Log) -> Result<Self, Reported> {
        let name = name_of(path);
        let unreadable = |error: std::io::Error| {
            let fault = FileFault::DirectoryUnreadable { reason: error.to_string() };
            Finding::from(fault).at(Place::file(name.clone()))
        };
        let mut store = Self::empty(&name);
        let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut paths: Vec<PathBuf> =
            entries.map_err(|error| log.add(unreadable(error)))?.into_iter().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let file = name_of(&path);
            if file.starts_with(['.', '~', '_']) || !path.is_file() {
                continue;
            }
            match format_of(&path) {
                Format::Csv if !file.ends_with(".txt") => {
                    store.tables.push(StoredTable { name: stem_of(&path), file, content: Content::File(path) });
                }
                Format::Csv => {}
                Format::Json | Format::Workbook => store.unread.push(file),
                Format::Other(ending) if DATA_ENDINGS.contains(&ending.as_str()) => store.unread.push(file),
                Format::Other(_) => {}
            }
        }
        Ok(store)
    }

    fn open_json(&mut self, name: &str, bytes: Vec<u8>, log: &mut Log) -> Result<(), Reported> {
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

    /// The lists and texts of an object.
    fn json_object(&mut self, name: &str, text: &str, log: &mut Log) -> Result<(), Reported> {
        let place = || Place::file(name);
        let root: Object<'_> = serde_json::from_str(text).map_err(|error| {
            let fault = FileFault::NotJsonBook { reason: error.to_string() };
            log.add(Finding::from(fault).at(place()))
        })?;
        if let Some(key) = root.repeated() {
            return Err(log.add(Finding::from(FileFault::DuplicateKey { key: shown(key) }).at(place())));
        }
        for (key, value) in &root.0 {
            let raw = *value;
            if key == "currency" && !raw.starts_with(['"', 'n']) {
                let pointer = format!("{}/currency", self.pointer);
                let place = Place::Member { file: name.to_owned(), pointer, value: shown(raw) };
                log.add(Finding::from(BookFault::CurrencyNotString {}).at(place));
            } else if raw.starts_with('[') {
                let pointer = format!("{}/{}", self.pointer, escaped(key));
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
    fn json_table(
        &mut self,
        file: &str,
        pointer: String,
        key: &str,
        raw: &str,
        must_be: bool,
        log: &mut Log,
    ) -> Result<(), Reported> {
        match Members::open(raw, self.most_keys) {
            Ok((members, headings)) => {
                let numbering = Numbering::Members(pointer);
                let file = file.to_owned();
                let sheet = Sheet::new(file.clone(), numbering, 0, headings, Rows::Json(members));
                let content = Content::Sheet(Box::new(Some(sheet)));
                self.tables.push(StoredTable { name: key.to_owned(), file, content });
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

    fn bytes(&mut self, path: &Path, name: &str, limits: &Limits, log: &mut Log) -> Result<Vec<u8>, Reported> {
        let metadata =
            std::fs::metadata(path).map_err(|error| log.add(unreadable(&path.display().to_string(), &error)))?;
        if metadata.len() > limits.file_bytes {
            let (mebibytes, limit) = (metadata.len() >> 20, limits.file_bytes >> 20);
            return Err(log.add(Finding::from(FileFault::TooLarge { mebibytes, limit }).at(Place::file(name))));
        }
        std::fs::read(path).map_err(|error| log.add(unreadable(&path.display().to_string(), &error)))
    }

    /// Indices of the tables called `name`: the file's name with or without ending, the sheet or the key.
    pub fn named(&self, name: &str) -> Vec<usize> {
        let is_named = |table: &StoredTable| is_same_heading(&table.name, name) || is_same_heading(&table.file, name);
        let exact = self.tables.iter().position(|table| table.file == name || table.name == name);
        let all: Vec<usize> = (0..self.tables.len()).filter(|index| is_named(&self.tables[*index])).collect();
        match exact {
            Some(exact) if all.len() > 1 && name.contains('.') => vec![exact],
            _ => all,
        }
    }

    /// Indices of the tables that a mapping file means by `source`.
    pub fn sources(&self, source: &Source) -> Vec<usize> {
        match (&source.file, &source.sheet) {
            (Some(file), Some(sheet)) => {
                let is_meant = |table: &&usize| {
                    let table = &self.tables[**table];
                    let workbook = table.file.split_once('!').map_or(&*table.file, |(workbook, _)| workbook);
                    let stem = workbook.rsplit_once('.').map_or(workbook, |(stem, _)| stem);
                    is_same_heading(workbook, file) || is_same_heading(stem, file)
                };
                self.named(sheet).iter().filter(is_meant).copied().collect()
            }
            _ => self.named(&source.name()),
        }
    }

    /// Reads one table; `None` when it is empty, which is reported, or cannot be read.
    pub fn read(&mut self, index: usize, map: Option<&TableMap>, limits: &Limits, log: &mut Log) -> Option<Sheet> {
        let table = self.tables.get_mut(index)?;
        let file = table.file.clone();
        let path = match &mut table.content {
            Content::Sheet(sheet) => {
                if sheet.is_none() {
                    log.add(no_heading(&file));
                }
                return Option::clone(sheet);
            }
            Content::File(path) => Ok(path.clone()),
            Content::Bytes(bytes) => Err(bytes.clone()),
        };
        let bytes = match path {
            Ok(path) => self.bytes(&path, &file, limits, log).ok()?,
            Err(bytes) => bytes,
        };
        let named = map.and_then(|map| map.encoding);
        let (text, warning) = decode(&file, bytes, named).map_err(|finding| log.add(finding)).ok()?;
        warning.into_iter().for_each(|finding| {
            log.add(finding);
        });
        let Some((csv, heading_row, headings)) = Delimited::open(text, map.and_then(|map| map.delimiter)) else {
            log.add(no_heading(&file));
            return None;
        };
        Some(Sheet::new(file, Numbering::Rows, heading_row, headings, Rows::Csv(csv)))
    }

    /// Forgets the rows of a table that no further reader needs.
    pub fn forget(&mut self, index: usize) {
        if let Some(StoredTable { content: Content::Sheet(sheet), .. }) = self.tables.get_mut(index) {
            **sheet = None;
        }
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> Finding {
    Finding::from(FileFault::Unreadable { reason: error.to_string() }).at(Place::file(file))
}

fn no_heading(file: &str) -> Finding {
    Finding::from(FileFault::Empty {}).at(Place::file(file))
}

/// Bytes of a file that was read before; `None` when it cannot be read any more.
pub fn file_bytes(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}
