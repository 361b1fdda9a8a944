//! Faults of the storage, and what a verification finds.

use crate::database::{BUSY_SECONDS, Error, ErrorKind};

crate::faults! {
    /// Faults of the storage of the ledger.
    pub enum StoreFault {
        /// The file of the ledger does not exist.
        Missing { path: String } = FileUnreadable {
            message: format!("the ledger `{path}` does not exist"),
            help: "open a plan with `quotient plan open NAME VENDOR`, or name another file with `--ledger FILE`",
        }
        /// The file of the ledger was removed or replaced while it was open.
        Moved { path: String } = FileUnreadable {
            message: format!("the ledger `{path}` was removed or replaced while this program had it open"),
            help: "put the file back, or start the program again with the ledger that counts",
        }
        /// The file of the ledger cannot be opened or read.
        Unreadable { path: String, reason: String } = FileUnreadable {
            message: format!("the ledger `{path}` cannot be read: {reason}"),
            help: "check the path, the directory and the permissions",
        }
        /// A write to the ledger failed. Nothing of it is in the ledger.
        Unwritable { path: String, reason: String } = FileUnwritable {
            message: format!("the ledger `{path}` cannot be written: {reason}"),
            help: "check the permissions, the free space and the disk, then repeat the command; nothing of it was recorded",
        }
        /// An earlier write failed, so that this process cannot know what the disk has.
        Stopped { path: String, reason: String } = FileUnwritable {
            message: format!("the ledger `{path}` is no longer written, because an earlier write failed: {reason}"),
            help: "check the disk, then restart the program; everything that was acknowledged is recorded",
        }
        /// Another process held the ledger longer than the time limit.
        Busy { path: String, seconds: u64 } = FileUnwritable {
            message: format!("the ledger `{path}` was locked by another process for {seconds} seconds"),
            help: "repeat the command; if it fails again, find out which process has the file open",
        }
        /// The address of a database is not one.
        BadAddress { reason: &'static str } = LedgerFile {
            message: format!("the ledger is not at an address of a PostgreSQL database: {reason}"),
            help: "write `postgres://USER@HOST:PORT/DATABASE`, and the password into the variable `PGPASSWORD`; characters such as `@` and `/` are percent-encoded",
        }
        /// The program was built without PostgreSQL.
        NoPostgres {} = LedgerFile {
            message: "this program was built without PostgreSQL",
            help: "build it with `cargo build --release --features postgres`, or name a file with `--ledger FILE`",
        }
        /// The server of the database cannot be reached.
        Unreachable { path: String, reason: String } = FileUnreadable {
            message: format!("the ledger `{path}` cannot be reached: {reason}"),
            help: "check address, user and password, and that the database server accepts connections from this machine",
        }
        /// The connection was lost during a commit.
        Unconfirmed { path: String, reason: String } = FileUnwritable {
            message: format!("the connection to the ledger `{path}` was lost before a commit was confirmed: {reason}"),
            help: "read the plan before the command is repeated: it may be recorded",
        }
        /// The database is set up in a way that loses what was acknowledged, or is too old.
        Unsuitable { path: String, reason: String } = LedgerFile {
            message: format!("the database `{path}` cannot have a ledger: {reason}"),
            help: "change the settings of the database, or use another one",
        }
        /// The database reports an error.
        Failed { path: String, reason: String } = FileUnwritable {
            message: format!("the ledger `{path}` cannot be used; its database reports: {reason}"),
            help: "check the log of the database server, then repeat the command; nothing of it was recorded",
        }
        /// A backup of a database is made by other tools.
        NoBackup { path: String } = LedgerFile {
            message: format!("the ledger `{path}` is in a database, which makes backups with its own tools"),
            help: "use `pg_dump --schema=quotient_ledger` or `pg_basebackup`; restore the backup elsewhere, and run `quotient ledger verify --anchor FILE` on it",
        }
        /// The disk of the file is on another machine.
        NetworkDisk { path: String } = LedgerFile {
            message: format!("the ledger `{path}` is on a network file system, where writes of several processes can be lost"),
            help: "put the ledger on a local disk",
        }
        /// The file is not a ledger.
        NotALedger { path: String, reason: String } = LedgerFile {
            message: format!("`{path}` is not a ledger: {reason}"),
            help: "name the file of a ledger, or a new file in an existing directory",
        }
        /// The file was a ledger and is damaged.
        Damaged { path: String, reason: String } = LedgerFile {
            message: format!("the ledger `{path}` is damaged: {reason}"),
            help: "keep the file, and restore the ledger from a backup; `quotient ledger verify` lists what is damaged",
        }
        /// The file of the ledger is missing, and its write-ahead log is not.
        Orphaned { path: String } = LedgerFile {
            message: format!("the ledger `{path}` does not exist, and its write-ahead log `{path}-wal` does"),
            help: "put both files back together, or restore the ledger from a backup and move the write-ahead log away",
        }
        /// The ledger was written by a newer program.
        Newer { path: String, version: i64, known: i64 } = LedgerFile {
            message: format!("the ledger `{path}` has version {version}; this program knows versions up to {known}"),
            help: "use the newer program that wrote it",
        }
        /// The plan has changed since the decision was made.
        Conflict { plan: String, expected: u64, current: u64 } = LedgerConflict {
            message: format!("plan `{plan}` has version {current}, and the decision was made on version {expected}"),
            help: "read the plan again, and decide again",
        }
        /// An idempotency key was used for other content.
        KeyReused { key: String, plan: String, number: u64 } = LedgerKey {
            message: format!("the key `{key}` was used before, for another command: event {number} of plan `{plan}`"),
            help: "use a new key for each command",
        }
        /// An append has no event.
        NoEvents { plan: String } = LedgerEvent {
            message: format!("nothing to append to plan `{plan}`"),
            help: "append at least one event",
        }
        /// A field of an event cannot be recorded.
        BadField { field: &'static str, reason: &'static str } = LedgerEvent {
            message: format!("the {field} of an event {reason}"),
            help: "shorten or complete it; long documents are stored as snapshots",
        }
        /// The body of an event is not an object in canonical JSON.
        BadBody { kind: &'static str, reason: String } = LedgerEvent {
            message: format!("the body of an event `{kind}` cannot be recorded: {reason}"),
            help: "write the body with `canonical`",
        }
        /// An event refers to a snapshot that the ledger does not have.
        UnknownSnapshot { digest: String } = LedgerEvent {
            message: format!("an event refers to the snapshot `{digest}`, which the ledger does not have"),
            help: "store the snapshot before the event",
        }
        /// An event or a caller refers to a personal value that the ledger never had.
        UnknownPersonal { reference: String } = LedgerEvent {
            message: format!("the ledger has no personal value `{reference}`"),
            help: "store the value first, and use the reference that was returned",
        }
        /// A snapshot or value is too large.
        TooLarge { what: &'static str, bytes: u64, limit: u64 } = LedgerEvent {
            message: format!("the {what} has {bytes} bytes, more than {limit}"),
            help: "divide it",
        }
        /// A snapshot is not what was stored.
        ChangedSnapshot { digest: String } = LedgerChain {
            message: format!("the snapshot `{digest}` is not what was stored: its content has another digest"),
            help: "restore it from a backup",
        }
        /// An event is not what was appended, or is missing.
        BrokenEvent { plan: String, version: u64 } = LedgerChain {
            message: format!("version {version} of plan `{plan}` is not what was appended, or is missing"),
            help: "run `quotient ledger verify`, which lists everything that was changed",
        }
        /// The last event is not what was appended.
        BrokenEnd { number: u64 } = LedgerChain {
            message: format!("event {number}, the last one, is not what was appended, so that nothing can follow it"),
            help: "run `quotient ledger verify`, which lists everything that was changed",
        }
        /// A personal value is not what was stored.
        ChangedValue { reference: String } = LedgerChain {
            message: format!("the personal value `{reference}` is not what was stored"),
            help: "restore it from a backup",
        }
        /// The values of a subject were erased, and other connections delay the end of it.
        NotYetErased { path: String } = LedgerFile {
            message: format!("the values were erased, and the write-ahead log `{path}-wal` still contains them"),
            help: "repeat the erasure once no other process reads the ledger",
        }
        /// The target of a backup exists.
        BackupExists { to: String } = FileUnwritable {
            message: format!("`{to}` exists; a backup never replaces a file"),
            help: "choose another name",
        }
        /// A backup is not a ledger that verifies.
        BadBackup { to: String, findings: u64, first: String } = LedgerChain {
            message: format!("the backup `{to}` was not made, because the copy does not verify ({findings} findings): {first}"),
            help: "run `quotient ledger verify` on the ledger itself",
        }
        /// The system has no random bytes for a salt.
        NoRandom {} = FileUnreadable {
            message: "the operating system provides no random bytes",
            help: "check the system",
        }
    }
}

crate::faults! {
    /// Differences between a ledger and what was appended to it.
    pub enum ChainFault {
        /// The file is damaged below the level of events.
        DamagedFile { reason: String } = LedgerChain {
            message: format!("the file is damaged: {reason}"),
            help: "keep the file, and restore the ledger from a backup",
        }
        /// A part of the ledger could not be read, so that it is not verified.
        NotVerified { reason: String } = LedgerChain {
            message: format!("a part of the ledger was not verified, because the database reports: {reason}"),
            help: "use a database user that may read the schema `quotient_ledger` and create temporary tables",
        }
        /// Tables or triggers are not those of a ledger.
        ChangedTables { name: String } = LedgerChain {
            message: format!("the definition of `{name}` is not that of a ledger"),
            help: "find out which program changed it, and restore the ledger from a backup",
        }
        /// The content of an event is not what was appended.
        ChangedEvent { number: u64 } = LedgerChain {
            message: format!("event {number} was changed after it was appended: its hash does not match its content"),
            help: "compare it with a backup",
        }
        /// An event is in the place of another.
        MovedEvent { number: u64, original: u64 } = LedgerChain {
            message: format!("event {number} is a moved one: its content was appended as event {original}"),
            help: "compare the order with a backup",
        }
        /// An event is in the ledger again.
        DuplicatedEvent { number: u64, original: u64 } = LedgerChain {
            message: format!("event {number} is a duplicate of event {original}"),
            help: "compare it with a backup",
        }
        /// Events are missing.
        MissingEvents { from: u64, to: u64 } = LedgerChain {
            message: match from == to {
                true => format!("event {from} is missing"),
                false => format!("events {from} to {to} are missing"),
            },
            help: "restore them from a backup",
        }
        /// An event was replaced by another one with a hash that fits it.
        ReplacedEvent { number: u64 } = LedgerChain {
            message: format!("event {number} was replaced: the next event contains the hash of another one"),
            help: "compare it with a backup",
        }
        /// Versions of a plan do not follow each other.
        BrokenVersion { number: u64, plan: String, version: u64, expected: u64 } = LedgerChain {
            message: format!("event {number} has version {version} of plan `{plan}`, and version {expected} is next"),
            help: "compare it with a backup",
        }
        /// The ledger ends before the event that an anchor names.
        CutEnd { last: u64, anchor: u64 } = LedgerChain {
            message: format!("the ledger ends with event {last}, and the anchor names event {anchor}: the end was removed"),
            help: "restore it from a backup",
        }
        /// The event that an anchor names has another hash.
        RewrittenHistory { number: u64 } = LedgerChain {
            message: format!("event {number} is not the one that the anchor names: the ledger was rewritten"),
            help: "restore the ledger from a backup made at the time of the anchor",
        }
        /// A snapshot that an event refers to is missing.
        MissingSnapshot { digest: String, number: u64 } = LedgerChain {
            message: format!("the snapshot `{digest}`, to which event {number} refers, is missing"),
            help: "restore it from a backup",
        }
        /// A snapshot is not what was stored.
        SnapshotChanged { digest: String } = LedgerChain {
            message: format!("the snapshot `{digest}` is not what was stored: its content has another digest"),
            help: "restore it from a backup",
        }
        /// A personal value is missing, and no event records an erasure.
        MissingPersonal { id: u64 } = LedgerChain {
            message: format!("the personal value {id} is missing, and no event records its erasure"),
            help: "restore it from a backup",
        }
        /// A personal value is not what was stored.
        PersonalChanged { id: u64 } = LedgerChain {
            message: format!("the personal value {id} is not what was stored: its salted hash does not match"),
            help: "restore it from a backup",
        }
        /// A personal value is in the ledger although an event records its erasure.
        NotErased { id: u64, number: u64 } = LedgerChain {
            message: format!("the personal value {id} is in the ledger, although event {number} records its erasure"),
            help: "erase it again; an older file was probably restored",
        }
        /// An idempotency key does not match the events that it names.
        ChangedKey { key: String } = LedgerChain {
            message: format!("the key `{key}` does not match the events that it names"),
            help: "restore the ledger from a backup",
        }
    }
}

impl StoreFault {
    /// Returns the fault of a failed read.
    pub(super) fn reading(shown: &str, error: &Error) -> Self {
        Self::of(shown, error, |path, reason| Self::Unreadable { path, reason })
    }

    /// Returns the fault of a failed write.
    pub(super) fn writing(shown: &str, error: &Error) -> Self {
        Self::of(shown, error, |path, reason| Self::Unwritable { path, reason })
    }

    fn of(shown: &str, error: &Error, other: fn(String, String) -> Self) -> Self {
        let (path, reason) = (shown.to_owned(), error.to_string());
        match error.kind() {
            ErrorKind::Busy => Self::Busy { path, seconds: BUSY_SECONDS },
            ErrorKind::Damaged => Self::Damaged { path, reason },
            ErrorKind::NotADatabase => Self::NotALedger {
                path,
                reason: "it was not written by this program, or its beginning is damaged".to_owned(),
            },
            ErrorKind::Lost => Self::Unreachable { path, reason },
            ErrorKind::Unconfirmed => Self::Unconfirmed { path, reason },
            ErrorKind::Unsuitable => Self::Unsuitable { path, reason },
            ErrorKind::Disk | ErrorKind::Other if !matches!(error, Error::Sqlite(_)) => Self::Failed { path, reason },
            ErrorKind::Disk | ErrorKind::Other => other(path, reason),
        }
    }
}
