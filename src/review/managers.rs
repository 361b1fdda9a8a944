//! Partners of a book by account manager.

use super::selection::{Selection, at_stake};
use super::walk::Review;
use crate::channel::Name;
use std::cmp::Reverse;
use std::collections::BTreeMap;

impl Review<'_> {
    /// Groups the partners of the book by account manager, those without one first; a group per manager.
    pub fn selections(&self) -> Vec<Selection> {
        let mut groups: BTreeMap<Option<Name>, Vec<usize>> = BTreeMap::new();
        for (index, partner) in self.book.partners.iter().enumerate() {
            groups.entry(partner.account_manager.clone()).or_default().push(index);
        }
        let selection = |(account_manager, partners)| Selection { account_manager, partners: self.by_stake(partners) };
        groups.into_iter().map(selection).collect()
    }

    /// Returns the partners of one account manager; `None` when the book does not name the manager.
    pub fn selection(&self, account_manager: &str) -> Option<Selection> {
        let is_theirs = |index: &usize| self.book.partners[*index].account_manager.as_deref() == Some(account_manager);
        let partners: Vec<usize> = (0..self.book.partners.len()).filter(is_theirs).collect();
        let name = self.book.partners.get(*partners.first()?)?.account_manager.clone();
        Some(Selection { account_manager: name, partners: self.by_stake(partners) })
    }

    fn by_stake(&self, mut partners: Vec<usize>) -> Vec<usize> {
        // Partners are stored by id, and the order is stable.
        partners.sort_by_cached_key(|index| {
            let standing = self.standings().of(&self.book.partners[*index]).ok();
            Reverse(standing.and_then(|standing| at_stake(standing.whole.gap())))
        });
        partners
    }
}
