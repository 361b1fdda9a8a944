//! Identifiers and names: one spelling, no invisible characters, and a warning when two look alike.

use crate::channel::Name;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Longest identifier or name, in characters.
pub const LONGEST_NAME: usize = 200;

/// Reason for which a string cannot be an identifier or name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameFault {
    /// A control, bidirectional or invisible character.
    Unwanted(char),
    /// More than [`LONGEST_NAME`] characters.
    TooLong,
}

/// True for characters that do not show or change how the text around them reads.
pub fn is_unwanted(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// Returns `text` trimmed and in Unicode's composed form (NFC), or why it cannot be an identifier or name.
pub(super) fn cleaned(text: &str) -> Result<Cow<'_, str>, NameFault> {
    let text = text.trim();
    if text.is_ascii() {
        if let Some(byte) = text.bytes().find(u8::is_ascii_control) {
            return Err(NameFault::Unwanted(char::from(byte)));
        }
        return if text.len() > LONGEST_NAME { Err(NameFault::TooLong) } else { Ok(Cow::Borrowed(text)) };
    }
    if let Some(c) = text.chars().find(|c| is_unwanted(*c)) {
        return Err(NameFault::Unwanted(c));
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(NameFault::TooLong);
    }
    Ok(match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    })
}

/// Visual form of a name: two names with the same form are easily confused.
pub(super) fn look(name: &str) -> String {
    let lower: String = name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    unicode_security::skeleton(&lower).collect()
}

/// The visual form of an identifier, which leading zeros do not change.
pub(super) fn look_of_id(id: &str) -> String {
    look(id.trim_start_matches(|c: char| c == '0' || c.is_whitespace()))
}

/// Pairs of names whose `form` is the same, each with the one it is confused with; ascending by name.
pub(super) fn lookalikes<'a>(
    names: impl Iterator<Item = &'a Name>,
    form: fn(&str) -> String,
) -> Vec<(&'a Name, &'a Name)> {
    let names: Vec<&Name> = names.collect();
    if names.len() < 2 {
        return Vec::new();
    }
    // Of most names, no other has the form: its hash shows that in less memory.
    let mut hashes: Vec<(u64, usize)> = (0..).zip(&names).map(|(at, name)| (hash_of(&form(name)), at)).collect();
    hashes.sort_unstable();
    let mut pairs = Vec::new();
    for alike in hashes.chunk_by(|one, other| one.0 == other.0).filter(|alike| alike.len() > 1) {
        let named = alike.iter().filter_map(|(_, at)| names.get(*at).copied());
        let mut looks: Vec<(String, &Name)> = named.map(|name| (form(name), name)).collect();
        looks.sort_unstable();
        looks.dedup();
        pairs.extend(looks.windows(2).filter_map(|pair| match pair {
            [(one, first), (other, second)] if one == other => Some((*first, *second)),
            _ => None,
        }));
    }
    pairs.sort_unstable();
    pairs
}

fn hash_of(form: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    form.hash(&mut hasher);
    hasher.finish()
}

/// Names that many rows share, each stored once.
#[derive(Debug, Default)]
pub(super) struct Names {
    list: Vec<Name>,
    index: BTreeMap<Name, u32>,
    latest: u32,
}

impl Names {
    /// The number of `name`, which is stored when it is new.
    pub fn number(&mut self, name: &str) -> u32 {
        if self.list.get(self.latest as usize).is_some_and(|latest| **latest == *name) {
            return self.latest;
        }
        self.latest = match self.index.get(name) {
            Some(number) => *number,
            None => {
                let shared = Name::from(name);
                let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
                self.list.push(Name::clone(&shared));
                self.index.insert(shared, number);
                number
            }
        };
        self.latest
    }

    /// The shared name equal to `name`.
    pub fn shared(&mut self, name: &str) -> Name {
        let number = self.number(name);
        self.list.get(number as usize).cloned().unwrap_or_else(|| Name::from(name))
    }

    /// The name with that number.
    pub fn get(&self, number: u32) -> Option<Name> {
        self.list.get(number as usize).cloned()
    }

    /// All names, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &Name> {
        self.index.keys()
    }

    /// Number of names.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The names in the order they were first seen.
    pub fn in_order_of_appearance(&self) -> &[Name] {
        &self.list
    }

    /// Position of every number in the order of the names.
    pub fn ranks(&self) -> Vec<u32> {
        let mut ranks = vec![0; self.list.len()];
        for (rank, number) in (0u32..).zip(self.index.values()) {
            if let Some(place) = ranks.get_mut(*number as usize) {
                *place = rank;
            }
        }
        ranks
    }
}
