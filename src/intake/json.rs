//! JSON documents: tables as lists of objects, numbers kept as written.

use super::sheet::{Cell, Fields, Flaw};
use crate::document::json::Object;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A list of objects inside a document.
#[derive(Debug, Clone)]
pub(super) struct Members {
    list: Arc<str>,
}

impl Members {
    /// Checks that `list` is a list of objects without repeated keys; returns it with all keys in order of appearance.
    ///
    /// More than `most_keys` different keys are refused: what is kept for a row takes room for each of them.
    pub fn open(list: &str, most_keys: usize) -> Result<(Self, Vec<String>), (Option<u64>, String)> {
        let items: Vec<&RawValue> =
            serde_json::from_str(list).map_err(|_| (None, "is no list of objects".to_owned()))?;
        let mut keys: Vec<String> = Vec::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (index, item) in (0u64..).zip(items) {
            let fault = |message: String| (Some(index), message);
            let object: Object<'_> = serde_json::from_str(item.get()).map_err(|_| fault("is no object".to_owned()))?;
            if let Some(key) = object.repeated() {
                return Err(fault(format!("has the key `{}` twice", super::log::shown(key))));
            }
            for (position, (key, _)) in object.0.iter().enumerate() {
                // Rows mostly have the keys of the first one, in its order.
                if keys.get(position).is_some_and(|known| known == key) || seen.contains(&**key) {
                    continue;
                }
                if keys.len() >= most_keys {
                    return Err(fault(format!("brings the table to more than {most_keys} different keys")));
                }
                seen.insert(key.to_string());
                keys.push(key.to_string());
            }
        }
        Ok((Self { list: list.into() }, keys))
    }

    /// Calls `each` for every object, numbered from 0, with one cell per key.
    pub fn for_each(&self, keys: &[String], mut each: impl FnMut(u64, Fields<'_>)) -> Result<(), (u64, String)> {
        let broken = |row| move |error: serde_json::Error| (row, error.to_string());
        let places: std::collections::BTreeMap<&str, usize> =
            keys.iter().enumerate().map(|(index, key)| (key.as_str(), index)).collect();
        let items: Vec<&RawValue> = serde_json::from_str(&self.list).map_err(broken(0))?;
        // One row of cells for all, emptied where it was filled: a short row costs no more than what stands in it.
        let (mut cells, mut filled) = (vec![Cell::default(); keys.len()], Vec::new());
        for (row, item) in (0u64..).zip(items) {
            let object: Object<'_> = serde_json::from_str(item.get()).map_err(broken(row))?;
            for index in filled.drain(..) {
                if let Some(cell) = cells.get_mut::<usize>(index) {
                    *cell = Cell::default();
                }
            }
            for (position, (key, value)) in object.0.into_iter().enumerate() {
                let index = match keys.get(position) {
                    Some(known) if *known == *key => Some(position),
                    _ => places.get(&*key).copied(),
                };
                if let Some((index, cell)) = index.and_then(|index| Some((index, cells.get_mut(index)?))) {
                    *cell = cell_of(value);
                    filled.push(index);
                }
            }
            each(row, Fields::Cells(&cells));
        }
        Ok(())
    }
}

/// Text of a value: strings without quotes, numbers as written, null empty, a list of strings joined by `;`.
pub(super) fn cell_of(value: &RawValue) -> Cell {
    let raw = value.get();
    let plain = |text: String| Cell { text: text.into(), flaw: None };
    let nested = || Cell { text: raw.into(), flaw: Some(Flaw::Nested) };
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map_or_else(|_| nested(), plain),
        Some(b'n') | None => Cell::default(),
        Some(b'{') => nested(),
        Some(b'[') => match serde_json::from_str::<Vec<String>>(raw) {
            Ok(items) if items.iter().all(|item| !item.contains(';')) => plain(items.join(";")),
            _ => nested(),
        },
        Some(_) => plain(raw.to_owned()),
    }
}
