//! The partners of a book by identifier, and what is said about identifiers that it does not have.

use super::fault::BookFault;
use super::log::{Log, Reported, shown};
use super::row::Row;
use super::sheet::Location;
use super::table::{Field, is_same_heading};
use crate::channel::Partner;
use crate::finding::{Finding, did_you_mean};
use std::collections::BTreeMap;

/// Most different unknown references that are distinguished in one table.
pub(super) const MOST_UNKNOWN: usize = 1_000;
/// Largest number of partners among which a similar identifier is looked for.
pub(super) const MOST_CANDIDATES: usize = 20_000;

/// Unknown references of a table for which a similar identifier is looked for.
const MOST_SUGGESTED: usize = 20;

/// Partners by identifier, ascending, with the latest one looked up.
pub(super) struct Directory<'p> {
    pub partners: &'p [Partner],
    latest: usize,
    unknown: BTreeMap<String, (u64, u64)>,
}

impl<'p> Directory<'p> {
    pub fn new(partners: &'p [Partner]) -> Self {
        Self { partners, latest: 0, unknown: BTreeMap::new() }
    }

    /// The partner that the row names; an unknown one is remembered for [`Directory::report`].
    pub fn find(&mut self, row: &mut Row<'_>) -> Result<u32, Reported> {
        let is_latest = |text: &str| self.partners.get(self.latest).is_some_and(|latest| *latest.id == *text);
        if row.text(Field::PartnerId).is_some_and(is_latest) {
            return u32::try_from(self.latest).map_err(|_| Reported);
        }
        let id = row.identifier(Field::PartnerId)?.ok_or(Reported)?;
        match self.partners.binary_search_by(|partner| (*partner.id).cmp(&id)) {
            Ok(index) => {
                self.latest = index;
                u32::try_from(index).map_err(|_| Reported)
            }
            Err(_) => {
                if self.unknown.len() < MOST_UNKNOWN || self.unknown.contains_key(&*id) {
                    self.unknown.entry(id.into_owned()).or_insert((row.number, 0)).1 += 1;
                }
                Err(Reported)
            }
        }
    }

    /// Reports the unknown partners of a table, each once, in order of their first row.
    pub fn report(self, location: &Location, heading: &str, log: &mut Log) {
        let mut unknown: Vec<_> = self.unknown.into_iter().collect();
        unknown.sort_by_key(|(_, (row, _))| *row);
        for (index, (id, (row, count))) in unknown.into_iter().enumerate() {
            let searches = self.partners.len() <= MOST_CANDIDATES && index < MOST_SUGGESTED;
            let candidates =
                self.partners.iter().map(|partner| &*partner.id).take(if searches { MOST_CANDIDATES } else { 0 });
            let suggestion = similar(&id, candidates).map(shown);
            let fault = BookFault::UnknownPartner { partner: shown(&id), rows: count, suggestion };
            log.add(Finding::from(fault).at(location.place(row, heading, &id)));
        }
    }
}

/// The candidate that is probably meant: equal but for case and spaces, else the nearest.
pub(super) fn similar<'a>(word: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    candidates.clone().find(|candidate| is_same_heading(candidate, word)).or_else(|| {
        // Identifiers often differ in one digit, so only long ones are compared by distance.
        if word.chars().count() < 4 { None } else { did_you_mean(word, candidates) }
    })
}
