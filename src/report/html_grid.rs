//! Small tables of a page.

use serde::Serialize;

/// A small table: numbers to the right, a fall marked in the last column.
#[derive(Serialize)]
pub(super) struct Grid {
    pub(super) title: String,
    pub(super) note: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

#[derive(Serialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) numeric: bool,
}

#[derive(Serialize)]
pub(super) struct Row {
    cells: Vec<String>,
    is_fall: bool,
    is_sum: bool,
}

impl Grid {
    /// A table whose columns after the first `texts` are numbers.
    pub(super) fn new(title: &str, columns: &[&str], texts: usize) -> Self {
        let column = |(index, name): (usize, &&str)| Column { name: (*name).to_owned(), numeric: index >= texts };
        let columns = columns.iter().enumerate().map(column).collect();
        Self { title: title.to_owned(), note: String::new(), columns, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>, is_fall: bool) {
        self.rows.push(Row { cells: cells.into_iter().collect(), is_fall, is_sum: false });
    }

    pub(super) fn sum(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(Row { cells: cells.into_iter().collect(), is_fall: false, is_sum: true });
    }

    pub(super) fn unless_empty(self) -> Option<Self> {
        (!self.rows.is_empty()).then_some(self)
    }
}
