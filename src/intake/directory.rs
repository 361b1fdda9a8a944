//! The partners of a book by identifier, and what is said about identifiers that it does not have.

use super::fault::BookFault;
use super::log::{Log, Reported, shown};
use super::mapping::SplitRule;
use super::name::cleaned;
use super::row::Row;
use super::sheet::Location;
use super::table::{Field, is_same_heading};
use super::value::identifier::{separator_of, similar_form};
use crate::channel::{LeftOutBy, Partner};
use crate::finding::{Finding, did_you_mean};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Most different unknown references that are distinguished in one table.
pub(super) const MOST_UNKNOWN: usize = 1_000;
/// Largest number of partners among which a similar identifier is looked for.
pub(super) const MOST_CANDIDATES: usize = 20_000;

/// Partners from the latest one on that are looked at before the partner of a row is searched.
const NEAR: usize = 4;

/// Unknown references of a table for which a similar identifier is looked for.
const MOST_SUGGESTED: usize = 20;

/// Partners by identifier, ascending, with the latest one looked up.
pub(super) struct Directory<'p> {
    pub partners: &'p [Partner],
    latest: usize,
    unknown: BTreeMap<String, (u64, u64)>,
    /// Partners by the form in which similar identifiers are compared, as soon as one is looked for; `None` for a form of
    /// several partners.
    similar: Option<BTreeMap<String, Option<usize>>>,
    /// Rows of partners that the mapping's filters leave out: the first one, and how many.
    left_out: Option<(u64, u64)>,
}

impl<'p> Directory<'p> {
    pub fn new(partners: &'p [Partner]) -> Self {
        Self { partners, latest: 0, unknown: BTreeMap::new(), similar: None, left_out: None }
    }

    /// True when the row is about a partner that the mapping's filters leave out of the partners; counts it.
    pub fn leaves_out(&mut self, row: &mut Row<'_>) -> bool {
        if row.shared.left_out.is_empty() {
            return false;
        }
        let id = row.text(Field::PartnerId).and_then(|text| cleaned(text).ok());
        let is_left_out = id.is_some_and(|id| row.shared.left_out.contains(&*id));
        if is_left_out {
            self.left_out = Some(self.left_out.map_or((row.number, 1), |(first, count)| (first, count + 1)));
            let (column, id) = (row.column(Field::PartnerId), row.text(Field::PartnerId).unwrap_or_default());
            row.shared.tally.leave_out(LeftOutBy::Partner, &column, 1, row.number, id);
        }
        is_left_out
    }

    /// The partner that the row names, the first one where the mapping file splits the cell; an unknown one is
    /// remembered for [`Directory::report`].
    pub fn find(&mut self, row: &mut Row<'_>) -> Result<u32, Reported> {
        self.find_each(row).map(|(first, _)| first)
    }

    /// The partners among which the row is divided: the first one, and the others, of which there are none unless the
    /// mapping file splits the cell into equal parts.
    pub fn find_each(&mut self, row: &mut Row<'_>) -> Result<(u32, Vec<u32>), Reported> {
        let split = row.binding.map.and_then(|map| map.split.as_ref());
        let Some((split, text)) = split.zip(row.text(Field::PartnerId)) else {
            return self.find_whole(row).map(|partner| (partner, Vec::new()));
        };
        let mut parts = text.split(split.separator.as_str()).map(str::trim).filter(|part| !part.is_empty());
        let (Some(first), true) = (parts.next(), text.contains(&split.separator)) else {
            return self.find_whole(row).map(|partner| (partner, Vec::new()));
        };
        let first = row.clean(Field::PartnerId, first).and_then(|id| self.look_up(id, row));
        if split.rule == SplitRule::First {
            return first.map(|partner| (partner, Vec::new()));
        }
        let others: Vec<Result<u32, Reported>> =
            parts.map(|part| row.clean(Field::PartnerId, part).and_then(|id| self.look_up(id, row))).collect();
        let (first, mut others) = (first?, others.into_iter().collect::<Result<Vec<u32>, Reported>>()?);
        others.retain(|other| *other != first);
        others.sort_unstable();
        others.dedup();
        Ok((first, others))
    }

    fn find_whole(&mut self, row: &mut Row<'_>) -> Result<u32, Reported> {
        // Rows of one partner follow each other, or all partners of a month follow each other.
        if let Some(text) = row.text(Field::PartnerId) {
            // Many tables leave some partners out.
            let near = self.latest..self.latest + NEAR;
            let is_it = |at: &usize| self.partners.get(*at).is_some_and(|partner| *partner.id == *text);
            if let Some(found) = near.chain([0]).find(is_it) {
                self.latest = found;
                return u32::try_from(found).map_err(|_| Reported);
            }
        }
        let id = row.identifier(Field::PartnerId)?.ok_or(Reported)?;
        self.look_up(id, row)
    }

    fn look_up(&mut self, id: Cow<'_, str>, row: &Row<'_>) -> Result<u32, Reported> {
        let exact = self.partners.binary_search_by(|partner| (*partner.id).cmp(&id)).ok();
        match exact.or_else(|| if row.shared.similar_ids { self.similar_to(&id) } else { None }) {
            Some(index) => {
                self.latest = index;
                u32::try_from(index).map_err(|_| Reported)
            }
            None => {
                let row = row.number;
                if self.unknown.len() < MOST_UNKNOWN || self.unknown.contains_key(&*id) {
                    self.unknown.entry(id.into_owned()).or_insert((row, 0)).1 += 1;
                }
                Err(Reported)
            }
        }
    }

    /// The only partner whose identifier differs from `id` in leading zeros, case or spaces.
    fn similar_to(&mut self, id: &str) -> Option<usize> {
        let partners = self.partners;
        let similar = self.similar.get_or_insert_with(|| {
            let mut similar: BTreeMap<String, Option<usize>> = BTreeMap::new();
            for (index, partner) in partners.iter().enumerate() {
                similar.entry(similar_form(&partner.id)).and_modify(|known| *known = None).or_insert(Some(index));
            }
            similar
        });
        similar.get(&similar_form(id)).copied().flatten()
    }

    /// Reports the unknown partners of a table, each once, in order of their first row.
    pub fn report(mut self, location: &Location, heading: &str, log: &mut Log) {
        if let Some((row, rows)) = self.left_out {
            log.add(Finding::from(BookFault::LeftOutRows { rows }).at(location.place(row, heading, "")));
        }
        let mut unknown: Vec<_> = std::mem::take(&mut self.unknown).into_iter().collect();
        unknown.sort_by_key(|(_, (row, _))| *row);
        for (index, (id, (row, count))) in unknown.into_iter().enumerate() {
            let is_known = |part: &str| self.partners.binary_search_by(|partner| (*partner.id).cmp(part)).is_ok();
            if let Some(separator) = separator_of(&id, is_known) {
                let fault =
                    BookFault::SeveralPartners { partner: shown(&id), rows: count, separator: separator.to_owned() };
                log.add(Finding::from(fault).at(location.place(row, heading, &id)));
                continue;
            }
            if let Some(known) = self.similar_to(&id).and_then(|known| self.partners.get(known)) {
                let (partner, known) = (shown(&id), shown(&known.id));
                let fault = BookFault::SpelledPartner { partner, known, rows: count };
                log.add(Finding::from(fault).at(location.place(row, heading, &id)));
                continue;
            }
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
