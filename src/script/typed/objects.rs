//! Values of policies that are not copied: requirements, ladders, decisions, answers of tables, and lists of them.

use super::super::api::decided::{Decided, Ladder, TableAnswer};
use crate::channel::Name;
use crate::decision::Requirement;
use std::rc::Rc;

/// A value that is shared and not copied; what changes it makes a copy where it is shared.
#[derive(Debug, Clone)]
pub(super) enum Object {
    Text(Name),
    Requirement(Rc<Requirement>),
    Ladder(Rc<Ladder>),
    Decided(Rc<Decided>),
    Answer(Rc<TableAnswer>),
    Records(Records),
    List(Rc<Vec<Object>>),
}

/// Records of a list, in order.
#[derive(Debug, Clone)]
pub(super) enum Records {
    /// All of the list, by their number.
    All(usize),
    /// Those at these places.
    Some(Rc<[usize]>),
}

impl Records {
    pub fn len(&self) -> usize {
        match self {
            Self::All(count) => *count,
            Self::Some(rows) => rows.len(),
        }
    }

    /// Place in the list of the record at `index`.
    pub fn get(&self, index: usize) -> Option<usize> {
        match self {
            Self::All(count) => (index < *count).then_some(index),
            Self::Some(rows) => rows.get(index).copied(),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

/// Ways to a value of a type; `None` for another one.
macro_rules! taken {
    ($($name:ident: $variant:ident -> $type:ty;)+) => {$(
        pub fn $name(self) -> Option<$type> {
            match self {
                Self::$variant(value) => Some(value),
                _ => None,
            }
        }
    )+};
}

impl Object {
    taken! {
        text: Text -> Name;
        requirement: Requirement -> Rc<Requirement>;
        ladder: Ladder -> Rc<Ladder>;
        decided: Decided -> Rc<Decided>;
        answer: Answer -> Rc<TableAnswer>;
        records: Records -> Records;
        list: List -> Rc<Vec<Object>>;
    }
}
