//! JSON documents: tables as lists of objects, numbers kept as written.

use super::cell::{Cell, CellKind, Fields, Flaw};
use super::fault::FileFault;
use crate::cancel::{STOPPED, is_cancelled};
use crate::document::json::{Items, Object};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A list of objects inside a document.
#[derive(Debug, Clone)]
pub(super) struct Members {
    list: Arc<str>,
}

impl Members {
    /// Checks that `list`, which is valid JSON, is a list of objects without repeated keys; returns it with all keys in
    /// order of appearance.
    ///
    /// More than `most_keys` different keys are refused: what is kept for a row takes room for each of them.
    pub fn open(list: &str, most_keys: usize) -> Result<(Self, Vec<String>), (Option<u64>, FileFault)> {
        let mut items = Items::of(list).ok_or((None, FileFault::NotObjects {}))?;
        let mut keys: Vec<String> = Vec::new();
        let mut seen: BTreeSet<Cow<'_, str>> = BTreeSet::new();
        let (mut object, mut count) = (Object::default(), 0u64);
        while let Some(is_object) = items.next_into(&mut object) {
            let index = count;
            count += 1;
            let fault = |fault: FileFault| (Some(index), fault);
            if !is_object {
                return Err(fault(FileFault::NotObject {}));
            }
            // Rows mostly have the keys of the first one, in its order; those differ from each other.
            if object.0.len() <= keys.len() && object.0.iter().zip(&keys).all(|((key, _), known)| key == known) {
                continue;
            }
            if let Some(key) = object.repeated() {
                return Err(fault(FileFault::DuplicateMember { key: super::log::shown(key) }));
            }
            for (position, (key, _)) in object.0.iter().enumerate() {
                if keys.get(position).is_some_and(|known| known == key) || seen.contains(key) {
                    continue;
                }
                if keys.len() >= most_keys {
                    return Err(fault(FileFault::TooManyKeys { limit: most_keys }));
                }
                seen.insert(key.clone());
                keys.push(key.to_string());
            }
        }
        Ok((Self { list: list.into() }, keys))
    }

    /// Calls `each` for every object, numbered from 0, with one cell per key.
    pub fn for_each(&self, keys: &[String], mut each: impl FnMut(u64, Fields<'_>)) -> Result<(), (u64, String)> {
        let mut places: Option<BTreeMap<&str, usize>> = None;
        let indexed = || keys.iter().enumerate().map(|(index, key)| (key.as_str(), index)).collect();
        let mut items = Items::of(&self.list).ok_or_else(|| (0, "it is not a list".to_owned()))?;
        // One row of cells for all, emptied where it was filled: a short row costs no more than its content.
        let (mut cells, mut filled) = (vec![Cell::default(); keys.len()], Vec::new());
        let (mut object, mut count) = (Object::default(), 0u64);
        while let Some(is_object) = items.next_into(&mut object) {
            let row = count;
            count += 1;
            if !is_object {
                return Err((row, "it is not an object".to_owned()));
            }
            if is_cancelled() {
                return Err((row, STOPPED.to_owned()));
            }
            for index in filled.drain(..) {
                if let Some(cell) = cells.get_mut::<usize>(index) {
                    *cell = Cell::default();
                }
            }
            for (position, (key, value)) in object.0.iter().enumerate() {
                let index = match keys.get(position) {
                    Some(known) if known == key => Some(position),
                    _ => places.get_or_insert_with(indexed).get(&**key).copied(),
                };
                if let Some((index, cell)) = index.and_then(|index| Some((index, cells.get_mut(index)?))) {
                    *cell = cell_of(value);
                    filled.push(index);
                }
            }
            each(row, Fields::Members(&cells));
        }
        Ok(())
    }
}

/// Levels of objects inside a row that become columns.
const MOST_LEVELS: usize = 5;

/// The list with the members of objects inside its rows as members of the rows: `{"partner": {"id": 1}}` becomes
/// `{"partner.id": 1}`. `None` when it has none, or is not a list of objects.
pub(super) fn flattened(list: &str) -> Option<String> {
    let mut items = Items::of(list)?;
    let (mut object, mut out, mut is_nested) = (Object::default(), String::new(), false);
    while let Some(is_object) = items.next_into(&mut object) {
        if !is_object {
            return None;
        }
        out.push_str(if out.is_empty() { "[{" } else { ",{" });
        let start = out.len();
        is_nested |= write_members(&object, "", MOST_LEVELS, start, &mut out);
        out.push('}');
    }
    out.push(']');
    is_nested.then_some(out)
}

/// Writes the members of `object` with `prefix` before their keys, behind those that `out` has from `start` on; true when
/// one of them was an object.
fn write_members(object: &Object<'_>, prefix: &str, levels: usize, start: usize, out: &mut String) -> bool {
    let mut is_nested = false;
    for (key, value) in &object.0 {
        let key = format!("{prefix}{key}");
        if let Some(inner) = Object::of(value).filter(|_| levels > 0 && value.starts_with('{')) {
            write_members(&inner, &format!("{key}."), levels - 1, start, out);
            is_nested = true;
            continue;
        }
        if out.len() > start {
            out.push(',');
        }
        out.push_str(&serde_json::Value::String(key).to_string());
        out.push(':');
        out.push_str(value);
    }
    is_nested
}

/// Text of a valid value: strings without quotes, numbers as written, null empty, a list of strings joined by `;`.
pub(super) fn cell_of(raw: &str) -> Cell<Cow<'_, str>> {
    let string = |text| Cell::new(CellKind::Text, text);
    let nested = || Cell::new(CellKind::Text, raw.into()).with(Flaw::Nested);
    match raw.as_bytes().first() {
        Some(b'"') => match raw.get(1..raw.len().saturating_sub(1)) {
            Some(text) if !text.contains('\\') => string(text.into()),
            _ => serde_json::from_str(raw).map_or_else(|_| nested(), |text: String| string(text.into())),
        },
        Some(b'n') | None => Cell::default(),
        Some(b'{') => nested(),
        Some(b'[') => match serde_json::from_str::<Vec<String>>(raw) {
            Ok(items) if items.iter().all(|item| !item.contains(';')) => string(items.join(";").into()),
            _ => nested(),
        },
        Some(b't' | b'f') => Cell::new(CellKind::Truth, raw.into()),
        Some(_) => Cell::new(CellKind::Number, raw.into()),
    }
}
