//! The database of the shared state: one connection on one thread, which commits what came together in one transaction.
//!
//! In a state directory, a rollback journal rather than a write-ahead log, because the latter needs memory that all
//! processes share, and so one machine. A commit returns once it is durable.

use super::shared::{Shared, Unavailable};
use crate::database::{Address, Connection, Error, ErrorKind, Tables};
use rusqlite::config::DbConfig;
use rusqlite::{OpenFlags, TransactionBehavior};
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::time::Duration;

/// Application id in the header of the file: the letters `QFLT`.
const APPLICATION: i64 = 0x5146_4C54;
/// Version of the tables.
const VERSION: i64 = 1;
/// Most jobs of one transaction.
const BATCH: usize = 256;
/// Pause before a locked database is tried again.
const PAUSE: Duration = Duration::from_millis(2);
/// Number of such pauses after which a transaction fails: 10 seconds.
const PAUSES: i32 = 5_000;

/// Tables of either kind; bodies and past revisions are files beside those of a directory.
macro_rules! tables {
    ($($more:literal)?) => {
        concat!("CREATE TABLE replica (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, started TEXT NOT NULL, seen TEXT NOT NULL,
    beat INTEGER NOT NULL, applied INTEGER NOT NULL, revisions TEXT NOT NULL
) STRICT;
CREATE TABLE held (
    vendor TEXT PRIMARY KEY, version INTEGER NOT NULL UNIQUE, pin TEXT, who TEXT, reason TEXT NOT NULL
) STRICT;
CREATE TABLE request (
    key BLOB PRIMARY KEY, digest BLOB NOT NULL, caller TEXT NOT NULL, claim TEXT NOT NULL, replica TEXT NOT NULL,
    since INTEGER NOT NULL, status INTEGER, headers TEXT, bytes INTEGER NOT NULL, body BLOB
) STRICT;
CREATE INDEX request_by_age ON request (since);
CREATE TABLE book (
    vendor TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, share TEXT NOT NULL,
    partners INTEGER NOT NULL, currency TEXT NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (vendor, id, owner)
) STRICT;
CREATE TABLE removal (number INTEGER NOT NULL) STRICT;
INSERT INTO removal VALUES (0);
", $($more)?)
    };
}
/// The tables of a state directory.
const SQL: &str = tables!();
/// The tables in a PostgreSQL database.
pub(super) const TABLES: Tables = Tables {
    sql: tables!("CREATE TABLE file (path TEXT PRIMARY KEY, stored INTEGER NOT NULL, content BLOB NOT NULL) STRICT;\n"),
    application: APPLICATION,
    version: VERSION,
    schema: "quotient_state",
};

/// Reports the end of its transaction to the caller of a job.
type Deliver = Box<dyn FnOnce(Result<(), String>) + Send>;
/// Work within a transaction.
type Job = Box<dyn FnOnce(&Connection) -> Result<Deliver, Error> + Send>;

/// The database.
pub struct Database {
    jobs: Sender<Job>,
}

impl Database {
    /// Opens the file at `path`, which is created if it does not exist.
    pub fn open(path: &Path) -> Result<Self, String> {
        close_to_others(path).map_err(|error| error.to_string())?;
        let connection = open_file(path).map_err(|error| Error::from(error).to_string())?;
        Self::start(Connection::Sqlite(connection))
    }

    /// Connects to the PostgreSQL database at an address, in which the tables are created if they do not exist.
    pub fn connect(address: &Address) -> Result<Self, String> {
        Self::start(connect(address)?)
    }

    fn start(connection: Connection) -> Result<Self, String> {
        let (jobs, queue) = channel();
        let thread = std::thread::Builder::new().name("state".to_owned());
        thread.spawn(move || serve(connection, &queue)).map_err(|error| error.to_string())?;
        Ok(Self { jobs })
    }

    /// Performs `work` in a transaction, possibly together with other work; returns once it is committed.
    pub fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Shared<T> {
        let (sender, receiver) = sync_channel(1);
        let job: Job = Box::new(move |connection| {
            let done = work(connection)?;
            Ok(Box::new(move |committed| drop(sender.send(committed.map(|()| done)))))
        });
        let gone = || Unavailable("its transaction failed; the log has the reason".to_owned());
        self.jobs.send(job).map_err(|_| gone())?;
        receiver.recv().map_err(|_| gone())?.map_err(Unavailable)
    }

    /// Performs `work` in a transaction some time soon.
    pub fn post(&self, work: impl FnOnce(&Connection) -> Result<(), Error> + Send + 'static) {
        let job: Job = Box::new(move |connection| {
            work(connection)?;
            Ok(Box::new(drop))
        });
        // Fails only when the thread is gone, and then every later act reports it.
        drop(self.jobs.send(job));
    }
}

/// Creates the file, if it does not exist, so that others cannot read it. Its journal gets the same mode.
fn close_to_others(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Connects to the database at an address.
#[cfg(feature = "postgres")]
pub(super) fn connect(address: &Address) -> Result<Connection, String> {
    let connect = || -> Result<_, Error> {
        let connection = crate::database::Postgres::connect(address, TABLES)?;
        if connection.recorded()?.is_none() {
            connection.create()?;
        }
        let recorded = connection.recorded()?;
        Ok((connection, recorded))
    };
    let (connection, recorded) = connect().map_err(|error| error.to_string())?;
    if recorded != Some(format!("{APPLICATION} {VERSION}")) {
        return Err(format!("its schema `{}` is that of another program, or of another version", TABLES.schema));
    }
    Ok(Connection::Postgres(Box::new(connection)))
}

/// Refuses an address: this program was built without PostgreSQL.
#[cfg(not(feature = "postgres"))]
pub(super) fn connect(_: &Address) -> Result<Connection, String> {
    Err("this program was built without PostgreSQL; build it with `--features postgres`".to_owned())
}

fn open_file(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = rusqlite::Connection::open_with_flags(path, flags)?;
    connection.busy_handler(Some(|count| {
        std::thread::sleep(PAUSE);
        count < PAUSES
    }))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    for (name, value) in [
        ("journal_mode", "TRUNCATE"),
        ("synchronous", "FULL"),
        ("fullfsync", "ON"),
        ("secure_delete", "ON"),
        ("mmap_size", "0"),
    ] {
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            other => Err(other),
        })?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    match (number("application_id")?, number("user_version")?) {
        (0, 0) => {
            transaction.execute_batch(SQL)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        (APPLICATION, VERSION) => {}
        (_, version) => {
            let reason = format!("it is the file of another program, or of another version ({version})");
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_NOTADB);
            return Err(rusqlite::Error::SqliteFailure(code, Some(reason)));
        }
    }
    transaction.commit()?;
    Ok(connection)
}

/// Carries out jobs until the database is dropped.
fn serve(connection: Connection, queue: &Receiver<Job>) {
    // After a failed write the system may report the next one as successful although the first is lost.
    let mut stopped: Option<String> = None;
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        jobs.extend(std::iter::from_fn(|| queue.try_recv().ok()).take(BATCH - 1));
        if let Some(reason) = &stopped {
            tracing::error!(reason, "the shared state is no longer written; restart the server");
            continue;
        }
        let mut delivers = Vec::with_capacity(jobs.len());
        let done = transact(&connection, jobs, &mut delivers);
        if let Err(error) = &done {
            tracing::error!(%error, "a transaction of the shared state failed");
            if error.kind() == ErrorKind::Disk {
                stopped = Some(error.to_string());
            }
        }
        let done = done.map_err(|error| error.to_string());
        delivers.into_iter().for_each(|deliver| deliver(done.clone()));
    }
}

/// Performs all jobs in one transaction.
fn transact(connection: &Connection, jobs: Vec<Job>, delivers: &mut Vec<Deliver>) -> Result<(), Error> {
    connection.write(|rows| jobs.into_iter().try_for_each(|job| job(rows).map(|deliver| delivers.push(deliver))))
}
