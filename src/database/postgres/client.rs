//! A connection to a PostgreSQL server, which is made again after it was lost.

use super::tls::Tls;
use crate::database::address::Address;
use crate::database::error::{BUSY_SECONDS, Error, ErrorKind};
use crate::database::tables::Tables;
use crate::database::value::Value;
use postgres::config::SslMode;
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};

/// Time limit of a connection to one host.
const CONNECT: Duration = Duration::from_secs(10);
/// Time limit of data that the server does not acknowledge.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
/// Time limit of one statement: a stuck database cannot block a request longer.
const STATEMENT_SECONDS: u32 = 120;
/// First version of the server that is known to work, as it numbers them.
const OLDEST: i32 = 130_000;

/// A connection to a PostgreSQL server.
pub struct Postgres {
    config: Config,
    /// Encryption; `None` for a connection without.
    tls: Option<Tls>,
    pub(super) tables: Tables,
    session: RefCell<Option<Session>>,
    /// True while a transaction is open, in which a lost connection is not made again.
    pub(super) is_open: Cell<bool>,
    /// Number of passes so far.
    pub(super) passes: Cell<u32>,
}

/// A connection as it is now.
pub(super) struct Session {
    pub(super) client: Client,
    statements: BTreeMap<String, postgres::Statement>,
}

/// Performs work that waits for the server; the client cannot wait on a thread that runs tasks.
fn waiting<T>(work: impl FnOnce() -> T) -> T {
    let is_for_tasks = Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if is_for_tasks { tokio::task::block_in_place(work) } else { work() }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl Postgres {
    /// Connects to the database at an address, in which `tables` have their schema.
    pub fn connect(address: &Address, tables: Tables) -> Result<Self, Error> {
        let (config, tls) = config(address).map_err(|reason| Error::Stated(ErrorKind::Unsuitable, reason))?;
        let connection = Self {
            config,
            tls,
            tables,
            session: RefCell::default(),
            is_open: Cell::default(),
            passes: Cell::default(),
        };
        connection.run(|_| Ok(()))?;
        Ok(connection)
    }

    /// Performs a statement; returns the number of rows that it has changed.
    pub(in crate::database) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<usize, Error> {
        let count = self.run(|session| {
            let statement = session.prepared(sql)?;
            session.client.execute(&statement, &parameters(values))
        })?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Returns the rows of a result.
    pub(in crate::database) fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<postgres::Row>, Error> {
        self.run(|session| {
            let statement = session.prepared(sql)?;
            session.client.query(&statement, &parameters(values))
        })
    }

    /// Performs `work` with the connection. Outside of a transaction, a lost one is made again, and `work` repeated.
    pub(super) fn run<T>(&self, mut work: impl FnMut(&mut Session) -> Result<T, postgres::Error>) -> Result<T, Error> {
        waiting(|| {
            let mut session = self.session.borrow_mut();
            let is_new = session.is_none();
            if is_new && self.is_open.get() {
                return Err(Error::Stated(ErrorKind::Lost, "the connection was lost".to_owned()));
            }
            for is_last in [is_new, true] {
                let current = match &mut *session {
                    Some(current) => current,
                    None => session.insert(self.session()?),
                };
                let error = match work(current).map_err(Error::Postgres) {
                    Err(error) => error,
                    done => return done,
                };
                if !current.client.is_closed() && error.kind() != ErrorKind::Lost {
                    return Err(error);
                }
                *session = None;
                if is_last || self.is_open.get() {
                    return Err(Error::Stated(ErrorKind::Lost, error.to_string()));
                }
            }
            Err(Error::Stated(ErrorKind::Lost, "the connection was lost".to_owned()))
        })
    }

    /// Gives a connection up.
    pub(super) fn give_up(&self) {
        let session = self.session.take();
        waiting(|| drop(session));
    }

    /// Makes a connection, and verifies that what it acknowledges is durable.
    fn session(&self) -> Result<Session, Error> {
        let lost = |error: postgres::Error| Error::Stated(ErrorKind::Lost, Error::Postgres(error).to_string());
        let client = match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        };
        let mut client = client.map_err(lost)?;
        let settings = format!(
            "SET search_path TO {}; SET lock_timeout = '{BUSY_SECONDS}s'; SET statement_timeout = '{STATEMENT_SECONDS}s';
             SET client_min_messages = warning",
            self.tables.schema
        );
        client.batch_execute(&settings).map_err(lost)?;
        let query = "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
             current_setting('synchronous_commit')";
        let row = client.query_one(query, &[]).map_err(lost)?;
        let (version, encoding, commit): (i32, &str, &str) = (row.get(0), row.get(1), row.get(2));
        let reason = if version < OLDEST {
            format!("the server has version {}, and version {} is needed", version / 10_000, OLDEST / 10_000)
        } else if encoding != "UTF8" {
            format!("its encoding is {encoding}, and UTF8 is needed")
        } else if commit == "off" {
            "`synchronous_commit` is off, so that a commit would be acknowledged before it is durable".to_owned()
        } else {
            return Ok(Session { client, statements: BTreeMap::new() });
        };
        Err(Error::Stated(ErrorKind::Unsuitable, reason))
    }
}

impl Session {
    /// Returns a statement, prepared once.
    fn prepared(&mut self, sql: &str) -> Result<postgres::Statement, postgres::Error> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(&translated(sql))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// Returns a statement as PostgreSQL reads it.
pub(super) fn translated(sql: &str) -> String {
    sql.replace('?', "$").replace(" NOT INDEXED", "")
}

/// Returns the settings of an address, and its encryption; fails with the reason in words.
fn config(address: &Address) -> Result<(Config, Option<Tls>), String> {
    let (text, file) = address.parts().map_err(|reason| reason.0.to_owned())?;
    // The reason of the client could repeat a part of a password.
    let config = text.parse::<Config>();
    let mut config = config.map_err(|_| "a part or a parameter of its address has no valid value".to_owned())?;
    let tls = file.as_deref().map(Tls::trusting).transpose()?;
    if tls.is_some() {
        config.ssl_mode(SslMode::Require);
    }
    if let Some(password) = address.password() {
        config.password(password);
    }
    if config.get_application_name().is_none() {
        config.application_name("quotient");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNACKNOWLEDGED);
    }
    Ok((config, tls))
}

fn parameters<'v>(values: &'v [Value<'_>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}
