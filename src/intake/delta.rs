//! The tables of a book as they were written, kept so that a later document need only say what is different.

use super::fault::BookFault;
use super::json::cell_of;
use super::log::shown;
use super::members::{BookMember, book_members};
use super::name::cleaned;
use super::table::{Field, TableKind, folded, is_same_heading};
use super::{JsonPart, KEPT_OF_ONE_SORT};
use crate::channel::Name;
use crate::document::json::{Items, Object, escaped};
use crate::finding::{Finding, Findings, Place, did_you_mean};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// The tables of a book as text, with the partner of every row.
#[derive(Debug, Clone, Default)]
pub struct RawTables {
    /// Texts at the top of the book, such as its currency, as written.
    texts: Vec<(String, Box<str>)>,
    tables: Vec<RawTable>,
}

/// One table: the rows of a list.
#[derive(Debug, Clone)]
struct RawTable {
    name: String,
    /// JSON pointer in its book.
    pointer: String,
    /// True when its rows are about partners.
    is_keyed: bool,
    text: Box<str>,
    rows: Vec<RawRow>,
}

/// Position of a row in its table's text, and its partner.
#[derive(Debug, Clone)]
struct RawRow {
    partner: Option<Name>,
    start: usize,
    end: usize,
}

/// Changes to a stored book.
#[derive(Debug, Clone, Copy, Default)]
pub struct BookChange<'a> {
    /// An object with a list per table, and its JSON pointer: the rows that take the place of those of their partners.
    pub replace: Option<JsonPart<'a>>,
    /// A list of partner ids, and its JSON pointer: partners that are taken out of every table first.
    pub remove: Option<JsonPart<'a>>,
}

/// A stored book with changes, as one document, and the origin of its rows.
#[derive(Debug, Clone)]
pub struct MergedBook {
    /// The document: an object with a list per table.
    pub text: String,
    /// Per table of the document, the origin of its rows.
    kept: BTreeMap<String, KeptRows>,
    /// JSON pointer of the replaced tables.
    pointer: String,
}

/// Origin of the rows of a table in a merged book.
#[derive(Debug, Clone)]
struct KeptRows {
    /// Position of each retained row in the stored book; the rows after them are the change's own.
    positions: Vec<usize>,
    /// JSON pointer of the table in the stored book.
    stored: String,
    /// JSON pointer of the table in the replaced tables.
    replaced: String,
}

impl RawTables {
    /// Takes the tables of a book that was read without errors.
    pub fn of(text: &str) -> Self {
        let Some(root) = Object::of(text) else { return Self::default() };
        let mut names = BTreeSet::new();
        let mut tables = Self::default();
        for member in book_members(&root) {
            match member.value.as_bytes().first() {
                Some(b'[') => tables.tables.extend(RawTable::of(&member, &mut names)),
                Some(b'"') => tables.texts.push((member.key, member.value.into())),
                _ => {}
            }
        }
        tables
    }

    /// Bytes that the tables take in memory, roughly.
    pub fn bytes(&self) -> usize {
        let row = std::mem::size_of::<RawRow>();
        self.tables.iter().map(|table| table.text.len() + table.rows.len() * row).sum()
    }

    /// The book with the change: removed partners are taken out of every table, then rows take the place of those of
    /// their partners. A table whose rows are about no partner, such as the market, is replaced as a whole.
    ///
    /// A partner that is removed and has rows in the change has exactly those. Fails when the change is not valid.
    pub fn merged(&self, change: &BookChange<'_>, file: &str) -> Result<MergedBook, Findings> {
        let mut findings = Findings::new();
        let removed = self.removed(change, file, &mut findings);
        let replaced = replaced(change, file, &mut findings);
        if findings.has_errors() {
            return Err(findings);
        }
        let mut merged = MergedBook {
            text: String::from("{"),
            kept: BTreeMap::new(),
            pointer: change.replace.map(|part| part.pointer.to_owned()).unwrap_or_default(),
        };
        for (key, value) in &self.texts {
            merged.member(key, value);
        }
        for table in &self.tables {
            let change = replaced.iter().find(|one| is_same_heading(&one.name, &table.name));
            merged.table(table, change, &removed);
        }
        for table in replaced.iter().filter(|one| !self.tables.iter().any(|own| is_same_heading(&own.name, &one.name)))
        {
            let none = RawTable {
                name: table.name.clone(),
                pointer: table.pointer.clone(),
                is_keyed: true,
                text: "".into(),
                rows: Vec::new(),
            };
            merged.table(&none, Some(table), &removed);
        }
        merged.text.push('}');
        Ok(merged)
    }

    fn removed(&self, change: &BookChange<'_>, file: &str, findings: &mut Findings) -> BTreeSet<Name> {
        let Some(part) = change.remove else { return BTreeSet::new() };
        let place = |index: usize, value: &str| Place::Member {
            file: file.to_owned(),
            pointer: format!("{}/{index}", part.pointer),
            value: shown(value),
        };
        let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(part.text) else {
            let place = Place::Member { file: file.to_owned(), pointer: part.pointer.to_owned(), value: String::new() };
            findings.push(Finding::from(BookFault::NotIdList {}).at(place));
            return BTreeSet::new();
        };
        let partners = self.tables.iter().find(|table| TableKind::named(&table.name) == Some(TableKind::Partners));
        let known: BTreeSet<&str> =
            partners.iter().flat_map(|table| &table.rows).filter_map(|row| row.partner.as_deref()).collect();
        let mut removed = BTreeSet::new();
        for (index, value) in values.iter().enumerate() {
            let cell = cell_of(value.get());
            let id = cleaned(&cell.text).unwrap_or_default();
            if known.contains(&*id) {
                removed.insert(Name::from(&*id));
            } else if (findings.len() as u64) < KEPT_OF_ONE_SORT {
                let near = did_you_mean(&id, known.iter().copied().take(super::directory::MOST_CANDIDATES));
                let (partner, suggestion) = (shown(&cell.text), near.map(shown));
                findings.push(Finding::from(BookFault::NotStored { partner, suggestion }).at(place(index, &cell.text)));
            }
        }
        removed
    }
}

/// The tables of the change.
fn replaced(change: &BookChange<'_>, file: &str, findings: &mut Findings) -> Vec<RawTable> {
    let Some(part) = change.replace else { return Vec::new() };
    let mut refuse = |pointer: String, fault: BookFault| {
        let place = Place::Member { file: file.to_owned(), pointer, value: String::new() };
        findings.push(Finding::from(fault).at(place));
    };
    let Ok(root) = serde_json::from_str::<Object<'_>>(part.text) else {
        refuse(part.pointer.to_owned(), BookFault::NotTables {});
        return Vec::new();
    };
    let (mut names, mut tables, mut seen) = (BTreeSet::new(), Vec::<RawTable>::new(), BTreeSet::new());
    for member in book_members(&root) {
        let pointer = || format!("{}{}", part.pointer, member.pointer);
        match RawTable::of(&member, &mut names) {
            Some(_) if !seen.insert(folded(&member.key)) => refuse(pointer(), BookFault::DuplicateTable {}),
            Some(table) => tables.push(table),
            None => refuse(pointer(), BookFault::NotRows {}),
        }
    }
    tables
}

impl RawTable {
    fn of(member: &BookMember<'_>, names: &mut BTreeSet<Name>) -> Option<Self> {
        let (name, text) = (&*member.key, member.value);
        let row = |item: &str| {
            let start = item.as_ptr() as usize - text.as_ptr() as usize;
            RawRow { partner: partner_of(item, names), start, end: start + item.len() }
        };
        let rows: Vec<RawRow> = Items::of(text)?.map(row).collect();
        let is_keyed = match TableKind::named(name) {
            Some(kind) => kind.table().column(Field::PartnerId).is_some(),
            None => rows.iter().any(|row| row.partner.is_some()),
        };
        Some(Self { name: name.to_owned(), pointer: member.pointer.clone(), is_keyed, text: text.into(), rows })
    }

    fn texts(&self) -> impl Iterator<Item = (usize, Option<&Name>, &str)> {
        let text = |row: &RawRow| self.text.get(row.start..row.end).unwrap_or_default();
        self.rows.iter().enumerate().map(move |(index, row)| (index, row.partner.as_ref(), text(row)))
    }
}

/// The partner that a row names, in the spelling of identifiers.
fn partner_of(row: &str, names: &mut BTreeSet<Name>) -> Option<Name> {
    let object = Object::of(row)?;
    let (_, value) = object.0.iter().find(|(key, _)| is_same_heading(key, Field::PartnerId.name()))?;
    let cell = cell_of(value);
    let id = cleaned(&cell.text).ok()?;
    if let Some(known) = names.get(&*id) {
        return Some(Name::clone(known));
    }
    let name = Name::from(&*id);
    names.insert(Name::clone(&name));
    Some(name)
}

impl MergedBook {
    fn member(&mut self, key: &str, value: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.push_str(&serde_json::Value::from(key).to_string());
        self.text.push(':');
        self.text.push_str(value);
    }

    fn table(&mut self, base: &RawTable, change: Option<&RawTable>, removed: &BTreeSet<Name>) {
        let named: BTreeSet<&Name> =
            change.iter().flat_map(|table| &table.rows).filter_map(|row| row.partner.as_ref()).collect();
        let is_open = base.is_keyed || change.is_none();
        let is_gone = |partner: &Name| named.contains(partner) || removed.contains(partner);
        let stays = |partner: Option<&Name>| is_open && !partner.is_some_and(is_gone);
        let (mut rows, mut kept) = (String::from("["), Vec::new());
        let mut add = |row: &str| {
            if rows.len() > 1 {
                rows.push(',');
            }
            rows.push_str(row);
        };
        for (index, _, row) in base.texts().filter(|(_, partner, _)| stays(*partner)) {
            kept.push(index);
            add(row);
        }
        change.iter().flat_map(|table| table.texts()).for_each(|(_, _, row)| add(row));
        rows.push(']');
        self.member(&base.name, &rows);
        let replaced = change.map_or_else(String::new, |table| table.pointer.clone());
        self.kept.insert(base.name.clone(), KeptRows { positions: kept, stored: base.pointer.clone(), replaced });
    }

    /// Findings about the merged document as findings about the change or the stored book, which is called `base`.
    pub fn placed(&self, findings: Findings, base: &str) -> Findings {
        let placed = |mut finding: Finding| {
            for place in &mut finding.places {
                if let Some(own) = self.place(place, base) {
                    *place = own;
                }
            }
            finding
        };
        findings.into_iter().map(placed).collect()
    }

    fn place(&self, place: &Place, base: &str) -> Option<Place> {
        let Place::Member { file, pointer, value } = place else { return None };
        let mut parts = pointer.strip_prefix('/')?.splitn(3, '/');
        let (table, row, rest) = (parts.next()?, parts.next(), parts.next());
        let rest = rest.map(|rest| format!("/{rest}")).unwrap_or_default();
        let kept = self.kept.iter().find(|(name, _)| escaped(name) == table).map(|(_, kept)| kept);
        let row = row.and_then(|row| row.parse::<usize>().ok()).zip(kept);
        let (file, pointer) = match row {
            Some((row, kept)) if row >= kept.positions.len() => {
                (file.clone(), format!("{}{}/{}{rest}", self.pointer, kept.replaced, row - kept.positions.len()))
            }
            Some((row, kept)) => (base.to_owned(), format!("{}/{}{rest}", kept.stored, kept.positions.get(row)?)),
            None => (base.to_owned(), pointer.clone()),
        };
        Some(Place::Member { file, pointer, value: value.clone() })
    }
}
