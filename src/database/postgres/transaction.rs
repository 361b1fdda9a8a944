//! Transactions of a PostgreSQL database: one writer at a time, and what became of a commit that was not confirmed.

use super::client::Postgres;
use crate::database::error::{Error, ErrorKind};
use crate::database::row::Row;
use crate::database::value::Value;
use postgres::SimpleQueryMessage;

/// A transaction, which ends without effect unless it is committed.
pub struct Transaction<'c> {
    connection: &'c Postgres,
    number: Option<String>,
}

impl Transaction<'_> {
    /// Commits; returns once it is durable.
    pub(in crate::database) fn commit(mut self) -> Result<(), Error> {
        let committed = self.connection.run(|session| session.client.batch_execute("COMMIT"));
        let number = self.number.take();
        let Err(error) = committed else {
            self.connection.is_open.set(false);
            return Ok(());
        };
        if error.kind() != ErrorKind::Lost {
            return Err(error);
        }
        self.connection.is_open.set(false);
        match number.and_then(|number| self.connection.was_committed(&number)) {
            Some(true) => Ok(()),
            Some(false) => Err(error),
            None => Err(Error::Stated(ErrorKind::Unconfirmed, error.to_string())),
        }
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.connection.is_open.get() {
            self.connection.roll_back();
        }
    }
}

impl Postgres {
    /// Begins a transaction, once no other process has one that writes.
    pub(in crate::database) fn begin(&self) -> Result<Transaction<'_>, Error> {
        // The number of the transaction says later whether it was committed.
        let sql = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
             SELECT pg_advisory_xact_lock({}), pg_current_xact_id()::text",
            self.tables.application
        );
        self.open(&sql)
    }

    /// Begins a transaction that reads one state, from tables rather than indexes.
    pub(in crate::database) fn begin_snapshot(&self) -> Result<Transaction<'_>, Error> {
        self.open(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
             SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off",
        )
    }

    fn open(&self, sql: &str) -> Result<Transaction<'_>, Error> {
        let begun = self.run(|session| session.client.simple_query(sql));
        let messages = begun.inspect_err(|_| self.roll_back())?;
        let number = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(1).map(str::to_owned),
            _ => None,
        });
        self.is_open.set(true);
        Ok(Transaction { connection: self, number })
    }

    /// Ends a transaction without effect; a connection that does not do it is given up.
    fn roll_back(&self) {
        self.is_open.set(true);
        if self.run(|session| session.client.batch_execute("ROLLBACK")).is_err() {
            self.give_up();
        }
        self.is_open.set(false);
    }

    /// Returns whether a transaction whose commit was not confirmed was committed; `None` if that is not known yet.
    fn was_committed(&self, number: &str) -> Option<bool> {
        let query = "SELECT pg_xact_status(CAST(CAST(?1 AS TEXT) AS xid8))";
        let rows = self.query(query, &[Value::Text(number)]).ok()?;
        match Row::Postgres(rows.first()?).text(0)? {
            "committed" => Some(true),
            "aborted" => Some(false),
            _ => None,
        }
    }
}
