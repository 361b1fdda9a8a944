//! Partners of a book by account manager or person.

use super::selection::{Selection, at_stake};
use super::walk::Review;
use crate::channel::{Name, Partner};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Title of the partners without an account manager.
const NO_MANAGER: &str = "no account manager";

impl Review<'_> {
    /// Groups the partners of the book by account manager, those without one first; a group per manager.
    pub fn selections(&self) -> Vec<Selection> {
        let mut groups: BTreeMap<Option<Name>, Vec<usize>> = BTreeMap::new();
        for (index, partner) in self.book.partners.iter().enumerate() {
            groups.entry(partner.account_manager.clone()).or_default().push(index);
        }
        let title = |manager: Option<Name>| manager.map_or_else(|| NO_MANAGER.to_owned(), |name| name.to_string());
        let selection = |(manager, partners)| Selection { title: title(manager), partners: self.by_stake(partners) };
        groups.into_iter().map(selection).collect()
    }

    /// Returns the partners of one account manager; `None` when the book does not name the manager.
    pub fn selection(&self, account_manager: &str) -> Option<Selection> {
        let own = self.part(account_manager, |one| one.account_manager.as_deref() == Some(account_manager));
        (!own.partners.is_empty()).then_some(own)
    }

    /// Returns the partners of the book that are in a part of it, under a title for people.
    pub fn part(&self, title: &str, is_in: impl Fn(&Partner) -> bool) -> Selection {
        let partners = (0..self.book.partners.len()).filter(|index| is_in(&self.book.partners[*index])).collect();
        Selection { title: title.to_owned(), partners: self.by_stake(partners) }
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
