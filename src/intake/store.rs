//! Sources of a book: a directory of CSV files, workbooks and JSON files, or one such file; its tables by name.

use super::delimited::{Delimited, decode};
use super::fault::FileFault;
use super::folder::{DATA_ENDINGS, Format, format_of, has_tables, is_table, name_of, prefix, stem_of};
use super::log::{Log, Reported};
use super::mapping::{Source, TableMap};
use super::sheet::{Numbering, Rows, Sheet};
use super::table::is_same_heading;
use super::unread::{no_heading, too_wide, unknown_ending, unreadable};
use super::workbook;
use super::{JsonPart, Limits};
use crate::finding::{Finding, Place, Severity};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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
    /// True when objects inside the rows of JSON tables become columns, as exports of other systems need it.
    pub flattens: bool,
    /// Most different keys that the rows of a JSON table may have.
    pub most_keys: usize,
}

/// A table of a store.
#[derive(Debug)]
pub(super) struct StoredTable {
    /// Name: the file's without ending, the sheet's, or the JSON key.
    pub name: String,
    /// Another name of it: of the only sheet of a workbook in a directory, the name of the workbook without ending.
    pub other_name: Option<String>,
    /// File as the user knows it.
    pub file: String,
    pub content: Content,
}

/// Content of a table, read as far as its kind requires.
#[derive(Debug)]
pub(super) enum Content {
    /// A delimited file.
    File(PathBuf),
    /// A delimited file in memory.
    Bytes(Vec<u8>),
    /// A table that is read already; `None` when it is empty.
    Sheet(Box<Option<Sheet>>),
    /// A table that cannot be read, which is an error only where it is needed.
    Broken(Vec<Finding>),
}

impl StoredTable {
    pub fn new(name: String, file: String, content: Content) -> Self {
        Self { name, other_name: None, file, content }
    }

    /// The table with `prefix` in front of the name of its file.
    fn below(mut self, prefix: &str) -> Self {
        self.file.insert_str(0, prefix);
        if let Content::Sheet(sheet) = &mut self.content {
            sheet.iter_mut().for_each(|sheet| sheet.file.insert_str(0, prefix));
        }
        self
    }
}

impl Store {
    pub(super) fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            pointer: String::new(),
            tables: Vec::new(),
            currency: None,
            texts: BTreeMap::new(),
            unread: Vec::new(),
            flattens: false,
            most_keys: Limits::default().columns,
        }
    }

    /// Finds the tables at `path`, which must be a directory, a JSON file or a workbook.
    pub fn open_book(path: &Path, limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        if path.is_dir() {
            return Self::open_folder(path, false, limits, log);
        }
        match format_of(path) {
            Format::Csv => {
                std::fs::metadata(path).map_err(|error| log.add(unreadable(&name_of(path), &error)))?;
                Err(log.add(Finding::from(FileFault::SingleCsv {}).at(Place::file(name_of(path)))))
            }
            _ => Self::open_file(path, limits, log),
        }
    }

    /// Finds the tables at all of `paths`, directories and files, as those of one book.
    pub fn open_all(paths: &[PathBuf], limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        if let [only] = paths {
            return Self::open_mapped(only, limits, log);
        }
        let mut all = Self::empty("the book");
        for path in paths {
            let one = Self::open_mapped(path, limits, log)?;
            let files = [&all, &one].map(|store| store.tables.iter().map(|table| table.file.clone()).collect());
            let prefix = prefix(&files, path).unwrap_or_default();
            all.tables.extend(one.tables.into_iter().map(|table| table.below(&prefix)));
            all.unread.extend(one.unread);
            all.currency = all.currency.or(one.currency);
        }
        Ok(all)
    }

    /// Finds the tables at `path` for a mapping file, by which one text file can hold partners and revenue.
    pub fn open_mapped(path: &Path, limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        if path.is_dir() { Self::open_folder(path, true, limits, log) } else { Self::open_one(path, true, limits, log) }
    }

    /// The tables of files in memory, name and bytes of each, as [`Store::open_all`] finds those of files on disk.
    pub fn of_files(files: Vec<(String, Vec<u8>)>, limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        let mut store = match files.as_slice() {
            [(only, _)] => Self::empty(only),
            _ => Self::empty("the book"),
        };
        (store.most_keys, store.flattens) = (limits.columns, true);
        let mut refused = None;
        for (file, bytes) in files {
            let path = Path::new(&file);
            match format_of(path) {
                Format::Other(ending) if !ending.is_empty() => refused = Some(log.add(unknown_ending(&ending, &file))),
                Format::Csv | Format::Other(_) => {
                    store.tables.push(StoredTable::new(stem_of(path), file.clone(), Content::Bytes(bytes)));
                }
                Format::Json | Format::Lines | Format::Workbook => {
                    refused = store.open_bytes(path, &file, bytes, limits, log).err().or(refused);
                }
            }
        }
        refused.map_or(Ok(store), Err)
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
        Self::open_one(path, false, limits, log)
    }

    fn open_one(path: &Path, flattens: bool, limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        let name = name_of(path);
        let mut store = Self::empty(&name);
        (store.most_keys, store.flattens) = (limits.columns, flattens);
        match format_of(path) {
            Format::Csv => {
                std::fs::metadata(path).map_err(|error| log.add(unreadable(&name, &error)))?;
                store.tables.push(StoredTable::new(stem_of(path), name, Content::File(path.to_owned())));
            }
            Format::Json | Format::Lines | Format::Workbook => store.open_tables(path, &name, limits, log)?,
            Format::Other(ending) => {
                // The path may also simply not exist.
                store.bytes(path, &name, limits, log)?;
                return Err(log.add(unknown_ending(&ending, &name)));
            }
        }
        Ok(store)
    }

    /// Finds the tables of a workbook or JSON file.
    fn open_tables(&mut self, path: &Path, name: &str, limits: &Limits, log: &mut Log) -> Result<(), Reported> {
        let bytes = self.bytes(path, name, limits, log)?;
        self.open_bytes(path, name, bytes, limits, log)
    }

    fn open_bytes(
        &mut self,
        path: &Path,
        name: &str,
        bytes: Vec<u8>,
        limits: &Limits,
        log: &mut Log,
    ) -> Result<(), Reported> {
        match format_of(path) {
            Format::Json => self.open_json(name, bytes, log),
            Format::Lines => self.open_lines(name, bytes, log),
            Format::Workbook | Format::Csv | Format::Other(_) => self.open_workbook(name, bytes, limits, log),
        }
    }

    fn open_workbook(&mut self, name: &str, bytes: Vec<u8>, limits: &Limits, log: &mut Log) -> Result<(), Reported> {
        for sheet in workbook::read(name, bytes, limits).map_err(|finding| log.add(finding))? {
            let (stored, file) = (sheet.name.clone(), format!("{name}!{}", sheet.name));
            sheet.notes(name).into_iter().for_each(|finding| {
                log.add(finding);
            });
            let content = match &sheet.fault {
                Some(fault) => Content::Broken(vec![Finding::from(fault.clone()).at(Place::file(file.clone()))]),
                None => Content::Sheet(Box::new(sheet.into_sheet(name, "partnerid"))),
            };
            self.tables.push(StoredTable::new(stored, file, content));
        }
        Ok(())
    }

    /// Adds the tables of a workbook or JSON file in a directory; one that cannot be read is left out with a warning.
    fn open_beside(&mut self, path: &Path, file: &str, limits: &Limits, log: &mut Log) {
        let (mut own, first) = (Log::default(), self.tables.len());
        let opened = self.open_tables(path, file, limits, &mut own);
        let findings: Vec<Finding> = own.into_findings().iter().cloned().collect();
        if opened.is_err() {
            self.tables.truncate(first);
            for finding in findings.iter().cloned() {
                log.add(finding.with_severity(Severity::Warning));
            }
            self.tables.push(StoredTable::new(stem_of(path), file.to_owned(), Content::Broken(findings)));
            return;
        }
        findings.into_iter().for_each(|finding| {
            log.add(finding);
        });
        let is_filled = |table: &StoredTable| matches!(&table.content, Content::Sheet(sheet) if sheet.is_some());
        let mut filled = self.tables.iter_mut().skip(first).filter(|table| is_filled(table));
        if let (Some(only), None) = (filled.next(), filled.next()) {
            only.other_name = Some(stem_of(path));
        }
    }

    fn open_folder(path: &Path, flattens: bool, limits: &Limits, log: &mut Log) -> Result<Self, Reported> {
        let name = name_of(path);
        let unreadable = |error: std::io::Error| {
            let fault = FileFault::DirectoryUnreadable { reason: error.to_string() };
            Finding::from(fault).at(Place::file(name.clone()))
        };
        let mut store = Self::empty(&name);
        store.flattens = flattens;
        let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut paths: Vec<PathBuf> =
            entries.map_err(|error| log.add(unreadable(error)))?.into_iter().map(|entry| entry.path()).collect();
        // Text files last: they are tables only beside other text files, such as lists of SAP.
        paths.sort_by_key(|path| (path.extension().is_some_and(|ending| ending == "txt"), path.clone()));
        let is_text = |table: &StoredTable| table.file.ends_with(".txt");
        for path in paths {
            let file = name_of(&path);
            if file.starts_with(['.', '~', '_']) {
                continue;
            }
            if !path.is_file() {
                if has_tables(&path) {
                    store.unread.push(format!("{file}/"));
                }
                continue;
            }
            match format_of(&path) {
                Format::Csv if !file.ends_with(".txt") || (is_table(&path) && store.tables.iter().all(is_text)) => {
                    store.tables.push(StoredTable::new(stem_of(&path), file, Content::File(path)));
                }
                Format::Csv if is_table(&path) => store.unread.push(file),
                Format::Json | Format::Lines | Format::Workbook => store.open_beside(&path, &file, limits, log),
                Format::Other(ending) if DATA_ENDINGS.contains(&ending.as_str()) => store.unread.push(file),
                Format::Csv | Format::Other(_) => {}
            }
        }
        Ok(store)
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
        let is_named = |table: &StoredTable| {
            let other = table.other_name.as_deref();
            is_same_heading(&table.name, name)
                || is_same_heading(&table.file, name)
                || other.is_some_and(|other| is_same_heading(other, name))
                || table.file.split_once('!').is_some_and(|(file, _)| other.is_some() && is_same_heading(file, name))
        };
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
        let sheet = self.read_any(index, map, limits, log)?;
        let Some(finding) = too_wide(&sheet, limits.columns) else { return Some(sheet) };
        log.add(finding);
        None
    }

    fn read_any(&mut self, index: usize, map: Option<&TableMap>, limits: &Limits, log: &mut Log) -> Option<Sheet> {
        let table = self.tables.get_mut(index)?;
        let file = table.file.clone();
        let path = match &mut table.content {
            Content::Sheet(sheet) => {
                if sheet.is_none() {
                    log.add(no_heading(&file));
                }
                return Option::clone(sheet);
            }
            Content::Broken(findings) => {
                findings.iter().cloned().for_each(|finding| {
                    log.add(finding);
                });
                return None;
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
        // In a file of tab-separated values, commas in every row are part of values.
        let by_name = || (file.to_lowercase().ends_with(".tsv") && text.contains('\t')).then_some(b'\t');
        let delimiter = map.and_then(|map| map.delimiter).or_else(by_name);
        let is_unquoted = map.is_some_and(|map| map.is_unquoted);
        let Some((csv, heading_row, headings)) = Delimited::open(text, delimiter, is_unquoted) else {
            log.add(no_heading(&file));
            return None;
        };
        let misquoted = csv.misquoted(&file, &headings);
        if !misquoted.is_empty() {
            // Which field is in which column is not known, so that no other finding would be reliable.
            misquoted.into_iter().for_each(|finding| {
                log.add(finding);
            });
            return None;
        }
        csv.swallowed(&file, &headings).into_iter().for_each(|finding| {
            log.add(finding);
        });
        Some(Sheet::new(file, Numbering::Rows, heading_row, headings, Rows::Csv(csv)))
    }

    /// True unless the table cannot be read.
    pub fn is_readable(&self, index: usize) -> bool {
        self.tables.get(index).is_some_and(|table| !matches!(table.content, Content::Broken(_)))
    }

    /// Forgets the rows of a table that no further reader needs.
    pub fn forget(&mut self, index: usize) {
        if let Some(StoredTable { content: Content::Sheet(sheet), .. }) = self.tables.get_mut(index) {
            **sheet = None;
        }
    }
}
