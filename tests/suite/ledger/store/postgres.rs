//! A ledger in a PostgreSQL database: the same history as in a file, and what happens to it at the hands of crashes, lost
//! connections and other programs.

use super::super::property::{negotiations, record};
use super::support::{Place, act, all, append, causes, event};
use crate::patience::{cases, until};
use crate::support::postgres::Server;
use quotient::database;
use quotient::finding::Fault;
use quotient::ledger::store::{APPLICATION, ChainFault, Digest, Head, NewEvent, Store, StoreFault};
use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};

fn place(address: &str) -> database::Place {
    OsString::from(address).into()
}

fn open(address: &str) -> Result<Store, StoreFault> {
    Store::open_at(&place(address))
}

#[test]
fn a_file_and_a_database_have_the_same_history() {
    let Some(server) = Server::shared() else { return };
    // The order of texts in this database is that of people.
    let name = server.create("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'");
    let mut database = open(&server.address(&name)).unwrap();
    let mut file = Place::new();
    for (at, picks) in negotiations(cases(12, 300) as usize).iter().enumerate() {
        let name = format!("{}{at}", ["FY2026-", "fy2026-", "A-", "z-"][at % 4]);
        let (kept, own) = (record(&mut file.store, &name, picks), record(&mut database, &name, picks));
        assert_eq!((kept.events, kept.state), (own.events, own.state));
    }
    let book = [file.store.put(b"the book").unwrap(), database.put(b"the book").unwrap()];
    assert_eq!(book[0], book[1]);
    let body = format!("{{\"book\":\"{}\"}}", book[0]);
    for store in [&mut file.store, &mut database] {
        let events = [NewEvent { kind: "plan.proposed", body: body.clone() }];
        store.append("north", 0, &act(7), &events, Some("k-1")).unwrap();
    }
    assert_eq!(database.head().unwrap(), file.store.head().unwrap());
    assert_eq!(database.plans().unwrap(), file.store.plans().unwrap());
    assert_eq!(all(&database), all(&file.store));
    assert_eq!(database.keyed("k-1").unwrap(), file.store.keyed("k-1").unwrap());
    assert_eq!(database.get(&book[0]).unwrap(), file.store.get(&book[0]).unwrap());
    let (of_database, of_file) = (database.verify(None).unwrap(), file.store.verify(None).unwrap());
    assert_eq!((causes(&of_database), causes(&of_file)), (Vec::new(), Vec::new()));
    assert_eq!((of_database.events, of_database.snapshots), (of_file.events, of_file.snapshots));
}

/// Appends until the database cannot be reached; returns the acknowledged heads, and how many appends were unconfirmed.
fn append_until_lost(address: &str, is_over: &AtomicBool) -> (Vec<Head>, usize) {
    let (mut acknowledged, mut unconfirmed, mut version, mut store) = (Vec::new(), 0, 0, None);
    while !is_over.load(Ordering::Relaxed) {
        let Some(current) = store.as_mut() else {
            store = open(address).ok();
            std::thread::sleep(std::time::Duration::from_millis(5));
            continue;
        };
        let plan = format!("{:?}", std::thread::current().id());
        let events = [event(version), event(version), event(version)];
        match Store::append(current, &plan, version, &act(version), &events, Some(&format!("{plan} {version}"))) {
            Ok(appended) => {
                acknowledged.push(appended.head);
                version = appended.version;
            }
            Err(StoreFault::Conflict { current, .. }) => version = current,
            Err(StoreFault::Unconfirmed { .. }) => unconfirmed += 1,
            Err(StoreFault::Unreachable { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    (acknowledged, unconfirmed)
}

#[test]
fn a_server_that_is_killed_loses_nothing_acknowledged() {
    let Some(mut server) = Server::start(true) else { return };
    let address = server.address(&server.database());
    open(&address).unwrap();
    let is_over = AtomicBool::new(false);
    let results: Vec<_> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4).map(|_| scope.spawn(|| append_until_lost(&address, &is_over))).collect();
        for cycle in 0..cases(4, 60) {
            std::thread::sleep(std::time::Duration::from_millis(150 + u64::from(cycle) * 37 % 200));
            server.kill();
            server.begin();
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
        is_over.store(true, Ordering::Relaxed);
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    let store = open(&address).unwrap();
    let events = all(&store);
    let acknowledged: Vec<Head> = results.iter().flat_map(|(heads, _)| heads.iter().copied()).collect();
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    for head in &acknowledged {
        let found = events.get(head.number as usize - 1).map(|event| event.hash);
        assert_eq!(found, Some(head.hash), "event {} is lost", head.number);
    }
    // Whole appends only, and none that was not tried.
    let unconfirmed: usize = results.iter().map(|(_, unconfirmed)| unconfirmed).sum();
    assert_eq!(events.len() % 3, 0);
    assert!(events.len() / 3 <= acknowledged.len() + unconfirmed, "{} and {unconfirmed}", acknowledged.len());
    let last = acknowledged.iter().max_by_key(|head| head.number).unwrap();
    assert_eq!(causes(&store.verify(Some(last)).unwrap()), [""; 0]);
}

#[test]
fn a_lost_connection_is_a_fault_and_is_made_again() {
    let Some(mut server) = Server::start(false) else { return };
    let address = server.address(&server.database());
    let mut store = open(&address).unwrap();
    append(&mut store, "north", 0, &[1]).unwrap();
    server.end();
    for _ in 0..2 {
        for fault in [store.head().map(drop), append(&mut store, "north", 1, &[2]).map(drop)] {
            let fault = fault.unwrap_err();
            assert!(matches!(fault, StoreFault::Unreachable { .. }), "{fault:?}");
            assert!(fault.help().starts_with("check address, user and password"));
        }
    }
    server.begin();
    assert_eq!(append(&mut store, "north", 1, &[2]).unwrap().version, 2);
    // A connection that another program ends between two acts is made again without a fault.
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quotient'";
    for at in 2..6 {
        server.perform("postgres", end).unwrap();
        assert_eq!(append(&mut store, "north", at, &[at]).unwrap().version, at + 1);
        server.perform("postgres", end).unwrap();
        assert_eq!(store.head().unwrap().number, at + 1);
    }
    assert_eq!(causes(&store.verify(None).unwrap()), [""; 0]);
}

#[test]
fn a_database_that_cannot_keep_its_word_is_refused() {
    let Some(server) = Server::shared() else { return };
    let reason = |fault: StoreFault| match fault {
        StoreFault::Unsuitable { reason, .. } | StoreFault::NotALedger { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    let name = server.database();
    let address = server.address(&name);
    assert!(matches!(Store::open_existing_at(&place(&address)), Err(StoreFault::Missing { .. })));
    let set = |value: &str| {
        server.perform("postgres", &format!("ALTER DATABASE {name} SET synchronous_commit = {value}")).unwrap();
    };
    set("off");
    let refused = reason(open(&address).unwrap_err());
    assert!(refused.starts_with("`synchronous_commit` is off"), "{refused}");
    set("local");
    open(&address).unwrap();
    let other = server.create("TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    assert_eq!(reason(open(&server.address(&other)).unwrap_err()), "its encoding is LATIN1, and UTF8 is needed");
    let other = server.database();
    server.perform(&other, "CREATE SCHEMA quotient_ledger").unwrap();
    let refused = reason(open(&server.address(&other)).unwrap_err());
    assert_eq!(refused, "its schema `quotient_ledger` is that of another program");
    server.perform(&name, &format!("COMMENT ON SCHEMA quotient_ledger IS '{APPLICATION} 2'")).unwrap();
    let newer = open(&address).unwrap_err();
    assert!(matches!(newer, StoreFault::Newer { version: 2, known: 1, .. }), "{newer:?}");
    // Nothing of a refusal repeats a password.
    for (address, expected) in [
        (format!("{address}&password=s3cret&sslmode=require"), "an encrypted connection is verified"),
        (format!("{}&password=s3cret", server.address("none")), "database \"none\" does not exist"),
        ("postgres://quotient:s3cret@localhost:1/x".to_owned(), "Connection refused"),
        ("postgres://quotient:s3cret@/x?sslmode=verify-full".to_owned(), "an encrypted connection is verified"),
        ("postgres://quotient:s3cret@/x?connect_timeout=x".to_owned(), "has no valid value"),
        ("postgres://quotient:s3@cret@localhost/x".to_owned(), "an `@` is not percent-encoded"),
    ] {
        let fault = open(&address).unwrap_err();
        let text = format!("{} {} {fault:?}", fault.message(), fault.help());
        assert!(text.contains(expected) && !text.contains("s3c"), "{text}");
    }
}

#[test]
fn an_encrypted_connection_is_verified() {
    let names = |name: &str| rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let (own, other) = (names("localhost"), names("localhost"));
    let Some(server) = Server::encrypted(&own.cert.pem(), &own.signing_key.serialize_pem()) else { return };
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (trusted, untrusted) = (file("own.pem", &own.cert.pem()), file("other.pem", &other.cert.pem()));
    let (name, port) = (server.database(), server.port());
    let address = |host: &str, more: &str| format!("postgres://quotient@{host}:{port}/{name}{more}");
    let verified = |host: &str, file: &str| address(host, &format!("?sslmode=verify-full&sslrootcert={file}"));
    let mut store = open(&verified("localhost", &trusted)).unwrap();
    append(&mut store, "north", 0, &[1]).unwrap();
    assert_eq!(causes(&store.verify(None).unwrap()), [""; 0]);
    for (address, expected) in [
        (verified("localhost", &untrusted), "invalid peer certificate"),
        (verified("127.0.0.1", &trusted), "invalid peer certificate"),
        (verified("localhost", &file("none.pem", "")), "the file contains no certificate"),
        (verified("localhost", "missing.pem"), "`sslrootcert=missing.pem` cannot be used"),
        (address("localhost", "?sslmode=require"), "an encrypted connection is verified"),
        // This server lets no connection in that is not encrypted.
        (address("localhost", ""), "no encryption"),
    ] {
        let message = open(&address).unwrap_err().message();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn no_statement_changes_what_is_recorded_and_backups_are_of_the_database() {
    let Some(server) = Server::shared() else { return };
    let name = server.database();
    let mut store = open(&server.address(&name)).unwrap();
    append(&mut store, "north", 0, &[1]).unwrap();
    store.put(b"book").unwrap();
    store.put_personal("person:7", "Ada").unwrap();
    store.append("north", 1, &act(3), &[event(3)], Some("k-1")).unwrap();
    for statement in [
        "UPDATE event SET actor = 'x'",
        "DELETE FROM event",
        "TRUNCATE event",
        "UPDATE snapshot SET length = 1",
        "DELETE FROM snapshot",
        "TRUNCATE snapshot",
        "UPDATE request SET key = 'x'",
        "DELETE FROM request",
        "UPDATE personal SET value = 'Eve'",
        "UPDATE personal SET value = NULL, salt = NULL, subject = NULL, hash = zeroblob(32)",
        "DELETE FROM personal",
        "TRUNCATE personal",
    ] {
        let refused = server.perform(&name, &format!("SET session_replication_role = origin; {statement}"));
        let refused = refused.unwrap_err().as_db_error().unwrap().message().to_owned();
        assert!(refused.contains(" is never ") || refused.contains("is erased, not removed"), "{statement}: {refused}");
    }
    let directory = tempfile::tempdir().unwrap();
    let refused = store.backup(&directory.path().join("copy")).unwrap_err();
    assert!(matches!(refused, StoreFault::NoBackup { .. }), "{refused:?}");
    let nul = store.put_personal("a\0", "b");
    assert_eq!(nul, Err(StoreFault::BadField { field: "personal value", reason: "contains a NUL character" }));
}

/// A database with 12 events, a snapshot, two personal values (one erased) and a key, of which copies are changed.
struct Sample {
    server: &'static Server,
    name: String,
    head: Head,
}

impl Sample {
    fn new(server: &'static Server) -> Self {
        let name = server.database();
        let mut store = open(&server.address(&name)).unwrap();
        for at in 0..6 {
            append(&mut store, ["north", "south"][at as usize % 2], at / 2, &[at]).unwrap();
        }
        let book = store.put(b"the book").unwrap();
        let (ada, bob) = (store.put_personal("a", "Ada").unwrap(), store.put_personal("b", "Bob").unwrap());
        let body = format!("{{\"book\":\"{book}\",\"by\":\"{ada}\",\"for\":\"{bob}\"}}");
        store.append("north", 3, &act(7), &[NewEvent { kind: "plan.proposed", body }], None).unwrap();
        store.append("north", 4, &act(8), &[event(8), event(9)], Some("k-1")).unwrap();
        store.erase("b", &act(9)).unwrap();
        append(&mut store, "south", 3, &[11, 12]).unwrap();
        let head = store.head().unwrap();
        assert_eq!(head.number, 12);
        Self { server, name, head }
    }

    /// What is found in a copy after another program ran these statements.
    fn after(&self, statements: &str) -> Vec<ChainFault> {
        let copy = format!("copy_{}", &Digest::of(format!("{}{statements}", self.name).as_bytes()).to_hex()[..40]);
        let create = format!("CREATE DATABASE {copy} TEMPLATE {}", self.name);
        // The connections to the original end a moment after they were closed.
        until("a copy", || self.server.perform("postgres", &create).is_ok());
        self.server.perform(&copy, statements).unwrap();
        let store = open(&self.server.address(&copy)).unwrap();
        let verification = store.verify(Some(&self.head)).unwrap();
        verification.findings.iter().map(|finding| finding.cause::<ChainFault>().unwrap().clone()).collect()
    }
}

#[test]
fn what_others_do_to_the_tables_is_found() {
    let Some(server) = Server::shared() else { return };
    let sample = Sample::new(server);
    assert_eq!(sample.after("SELECT 1"), []);
    for change in [
        "plan = 'east'",
        "version = version + 100",
        "kind = kind || 'x'",
        "body = replace(body, '0', '1') || ' '",
        "actor = 'person:99'",
        "at = '2025-01-14T09:31:02.114Z'",
        "command = ''",
        "reason = CASE WHEN reason IS NULL THEN '' ELSE NULL END",
        "previous = zeroblob(32 + CASE WHEN number = 1 THEN 1 ELSE 0 END)",
        "hash = zeroblob(32)",
    ] {
        let found = sample.after(&format!("UPDATE event SET {change} WHERE number = 5"));
        assert!(found.contains(&ChainFault::ChangedEvent { number: 5 }), "{change}: {found:?}");
    }
    let found = sample.after("DELETE FROM event WHERE number BETWEEN 3 AND 8");
    assert_eq!(found.first(), Some(&ChainFault::MissingEvents { from: 3, to: 8 }), "{found:?}");
    let swap = "UPDATE event SET number = -3 WHERE number = 3; UPDATE event SET number = 3 WHERE number = 5; UPDATE event SET number = 5 WHERE number = -3";
    let moved = |number, original| ChainFault::MovedEvent { number, original };
    assert_eq!(sample.after(swap), [moved(3, 5), moved(5, 3)]);
    let cut = sample.after("DELETE FROM event WHERE number > 10");
    assert_eq!(cut, [ChainFault::CutEnd { last: 10, anchor: 12 }]);
}

#[test]
fn everything_beside_the_events_is_verified() {
    let Some(server) = Server::shared() else { return };
    let sample = Sample::new(server);
    for (change, expected) in [
        ("DELETE FROM snapshot", "missing_snapshot"),
        ("UPDATE snapshot SET content = zeroblob(8)", "snapshot_changed"),
        ("DELETE FROM personal WHERE id = 1", "missing_personal"),
        ("UPDATE personal SET value = 'Eve' WHERE id = 1", "personal_changed"),
        ("UPDATE personal SET value = 'Bob' WHERE id = 2", "not_erased"),
        ("UPDATE request SET last = 8", "changed_key"),
        ("UPDATE request SET content = zeroblob(32)", "changed_key"),
        ("CREATE VIEW quotient_ledger.other AS SELECT 1 AS one", "changed_tables"),
        ("DROP INDEX personal_of_subject", "changed_tables"),
        ("DROP TRIGGER event_is_permanent ON event", "changed_tables"),
        ("ALTER TABLE event DISABLE TRIGGER event_is_unchanged", "changed_tables"),
        ("ALTER TABLE event DROP CONSTRAINT event_pkey", "changed_tables"),
        ("ALTER TABLE event ALTER COLUMN actor DROP NOT NULL", "changed_tables"),
        ("ALTER TABLE event ALTER COLUMN plan TYPE text COLLATE \"default\"", "changed_tables"),
        ("CREATE RULE quiet AS ON INSERT TO request DO ALSO NOTHING", "changed_tables"),
        (
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "changed_tables",
        ),
    ] {
        let mut found: Vec<&str> = Vec::new();
        let faults = sample.after(change);
        found.extend(faults.iter().map(Fault::cause));
        found.dedup();
        assert_eq!(found, [expected], "{change}: {faults:?}");
    }
}
