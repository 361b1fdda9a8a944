//! Rows of tables that are reached while work is recorded, for the coverage of cases.

use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static ROWS: RefCell<Option<Rows>> = const { RefCell::new(None) };
}

/// Rows by file, each counted from 1, the header included.
pub type Rows = BTreeSet<(String, u64)>;

/// Runs `work` and returns the rows of tables that it reaches on this thread.
pub fn reaching<R>(work: impl FnOnce() -> R) -> (R, Rows) {
    ROWS.set(Some(Rows::new()));
    let result = work();
    (result, ROWS.take().unwrap_or_default())
}

/// Records rows of a table; does nothing outside of [`reaching`].
pub fn reach(file: &str, rows: impl FnOnce() -> Vec<u64>) {
    ROWS.with_borrow_mut(|known| {
        if let Some(known) = known {
            known.extend(rows().into_iter().map(|row| (file.to_owned(), row)));
        }
    });
}
