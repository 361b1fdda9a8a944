//! The won opportunities among the rows of a table: the rows of revenue that is the won opportunities.

use super::cell::Fields;
use super::mapping::WonMap;
use super::outcome::known;
use super::table::Field;
use super::value::word::{Translation, Words, truth_of};
use crate::channel::OpportunityStatus;

/// The column that says which rows are won.
#[derive(Debug)]
pub(super) struct Won<'a> {
    /// Its index.
    pub index: usize,
    field: Field,
    words: Option<&'a Words>,
}

impl<'a> Won<'a> {
    /// The column of `map` that the table has, as `find` knows it by its heading: the status, else `is_won`.
    pub fn of(map: &'a WonMap, mut find: impl FnMut(&str) -> Option<usize>) -> Option<Self> {
        [Field::Status, Field::IsWon].into_iter().find_map(|field| {
            let index = map.columns.get(&field)?.iter().find_map(|heading| find(heading))?;
            Some(Self { index, field, words: map.words.get(&field) })
        })
    }

    /// True when the row is won.
    ///
    /// A row whose state is not known is reported with the opportunities.
    pub fn holds(&self, fields: Fields<'_>) -> bool {
        let text = fields.text(self.index);
        let ours = match self.words.map(|words| (words.translation(text), words)) {
            Some((Translation::Listed(ours) | Translation::Similar(_, ours), _)) => ours,
            Some((Translation::Open(_) | Translation::NotListed, words)) => words.other().unwrap_or(text),
            None => text,
        };
        match self.field {
            Field::Status => known(ours) == Some(OpportunityStatus::Won),
            _ => truth_of(ours) == Some(true) || ours == "1",
        }
    }
}
