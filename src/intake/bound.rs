//! Sources of the declared columns of tables, and those of documents as they were bound before: requests have the same
//! keys time after time.

use super::table::TableKind;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

/// Source of the values of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Source {
    /// Nowhere: not known.
    #[default]
    Absent,
    /// The found table's column of that index.
    Column(usize),
    /// The mapping file.
    Constant(String),
}

/// Most tables that a thread knows; the one that was first is forgotten first.
const MOST: usize = 32;
/// Most columns of such a table.
const MOST_COLUMNS: usize = 64;

/// A table with its headings, and the source of every declared column.
type Bound = (TableKind, Arc<[String]>, Arc<[Source]>);

thread_local! {
    static KNOWN: RefCell<VecDeque<Bound>> = const { RefCell::new(VecDeque::new()) };
}

/// The sources of a table with these headings, where it was bound without any finding before.
pub(super) fn known(kind: TableKind, headings: &[String]) -> Option<Arc<[Source]>> {
    KNOWN.with_borrow(|known| {
        let found = known.iter().find(|(other, own, _)| *other == kind && **own == *headings);
        found.map(|(.., sources)| Arc::clone(sources))
    })
}

/// Notes the sources of a table, if every heading is bound: then nothing was found wrong with them.
pub(super) fn note(kind: TableKind, headings: &Arc<[String]>, sources: &Arc<[Source]>) {
    let is_bound = |(index, heading): (usize, &String)| !heading.is_empty() && sources.contains(&Source::Column(index));
    if headings.len() > MOST_COLUMNS || !headings.iter().enumerate().all(is_bound) {
        return;
    }
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= MOST {
            known.pop_front();
        }
        known.push_back((kind, Arc::clone(headings), Arc::clone(sources)));
    });
}
