//! Passes over many rows of a PostgreSQL database, page by page.

use super::client::{Postgres, translated};
use crate::database::error::Error;
use crate::database::row::Row;

/// Rows that a pass has in memory.
const PAGE: u32 = 2_000;

/// A pass over the rows of a cursor.
pub struct Pages<'c> {
    connection: &'c Postgres,
    fetch: String,
    page: Vec<postgres::Row>,
    at: usize,
}

/// A pass from row to row.
pub trait NextRow {
    /// Returns the next row; `None` after the last.
    fn next_row(&mut self) -> Result<Option<Row<'_>>, Error>;
}

impl NextRow for Pages<'_> {
    fn next_row(&mut self) -> Result<Option<Row<'_>>, Error> {
        if self.at == self.page.len() {
            self.page = self.connection.run(|session| session.client.query(&self.fetch, &[]))?;
            self.at = 0;
        }
        self.at += 1;
        Ok(self.page.get(self.at - 1).map(Row::Postgres))
    }
}

impl Postgres {
    /// Returns the rows of a statement without parameters, page by page.
    pub(in crate::database) fn pages(&self, sql: &str) -> Result<Pages<'_>, Error> {
        self.passes.set(self.passes.get().wrapping_add(1));
        let name = format!("pass_{}", self.passes.get());
        let declare = format!("DECLARE {name} NO SCROLL CURSOR FOR {}", translated(sql));
        self.run(|session| session.client.batch_execute(&declare))?;
        Ok(Pages { connection: self, fetch: format!("FETCH {PAGE} FROM {name}"), page: Vec::new(), at: 0 })
    }
}
