//! The file: created whole, refused with a next step when it is not a ledger, and copied while others append.

use super::support::{Place, act, all, append, causes, event};
use quotient::finding::{Fault, Finding};
use quotient::ledger::store::{APPLICATION, Store, StoreFault, VERSION};
use std::path::Path;

/// What a reader gets: message and next step.
fn message_and_help(fault: &StoreFault) -> String {
    format!("{}; {}", fault.message(), fault.help())
}

/// The fault with which a file is refused.
fn refused(path: &Path) -> StoreFault {
    let fault =
        Store::open(path).and_then(|store| store.verify(None).map(|done| assert!(!done.holds())).map(|()| store));
    let fault = fault.map(|store| store.shown().to_owned()).expect_err("a fault");
    assert!(!fault.help().is_empty());
    assert!(fault.message().contains(&path.display().to_string()), "{fault:?}");
    assert_eq!(Finding::from(fault.clone()).code().area(), quotient::finding::Area::Files);
    fault
}

#[test]
fn a_ledger_is_one_file_for_its_owner_and_is_reopened() {
    let mut place = Place::with_events(3);
    let put = place.store.put(b"book").unwrap();
    let (path, events) = (place.path(), all(&place.store));
    let directory = place.closed();
    let files: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["plans.ledger"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let store = Store::open_existing(&path).unwrap();
    assert_eq!(all(&store), events);
    assert_eq!(store.get(&put).unwrap().as_deref(), Some(&b"book"[..]));
    let number = |name: &str| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((number("application_id"), number("user_version")), (APPLICATION, VERSION));
}

#[test]
fn what_is_not_a_ledger_is_refused_and_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let other = directory.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE a (b); INSERT INTO a VALUES (1)").unwrap();
    let text = directory.path().join("book.csv");
    std::fs::write(&text, "partner_id;month;amount\n".repeat(100)).unwrap();
    let empty = directory.path().join("empty.ledger");
    std::fs::write(&empty, "").unwrap();
    for (path, reason) in [
        (&other, "it is a database of another program"),
        (&text, "it was not written by this program, or its beginning is damaged"),
        (&empty, "the file is empty"),
    ] {
        let before = std::fs::read(path).unwrap();
        let fault = refused(path);
        assert!(matches!(&fault, StoreFault::NotALedger { reason: found, .. } if found == reason), "{fault:?}");
        assert_eq!(std::fs::read(path).unwrap(), before);
    }
    assert!(message_and_help(&refused(directory.path())).contains("cannot be read"));
    let missing = directory.path().join("none").join("plans.ledger");
    assert!(matches!(refused(&missing), StoreFault::Unwritable { .. }));
    assert!(matches!(Store::open_existing(&missing), Err(StoreFault::Missing { .. })));
}

#[test]
fn a_newer_ledger_and_an_orphaned_log_are_refused() {
    let place = Place::with_events(2);
    let path = place.path();
    let directory = place.closed();
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", VERSION + 1).unwrap();
    let newer = refused(&path);
    assert_eq!(newer, StoreFault::Newer { path: path.display().to_string(), version: VERSION + 1, known: VERSION });
    assert!(message_and_help(&newer).ends_with("; use the newer program that wrote it"));
    let lost = directory.path().join("lost.ledger");
    std::fs::write(directory.path().join("lost.ledger-wal"), "frames").unwrap();
    assert_eq!(refused(&lost), StoreFault::Orphaned { path: lost.display().to_string() });
    assert!(!lost.exists());
}

#[test]
fn a_file_that_was_cut_anywhere_is_refused() {
    let place = Place::with_events(40);
    let path = place.path();
    let anchor = place.store.head().unwrap();
    let directory = place.closed();
    let bytes = std::fs::read(&path).unwrap();
    let torn = directory.path().join("torn.ledger");
    for length in (0..bytes.len()).step_by(509) {
        std::fs::write(&torn, &bytes[..length]).unwrap();
        match Store::open(&torn).and_then(|store| store.verify(Some(&anchor))) {
            Ok(verification) => assert!(!verification.holds(), "{length} of {} bytes", bytes.len()),
            Err(fault) => assert!(!fault.help().is_empty()),
        }
    }
}

#[test]
fn a_backup_made_while_others_append_is_one_state_and_verifies() {
    let mut place = Place::with_events(4);
    let name = place.store.put_personal("person:7", "Ada").unwrap();
    let path = place.path();
    let copy = place.directory.path().join("copy.ledger");
    let writer = std::thread::spawn(move || {
        let mut store = Store::open(&path).unwrap();
        (0..30).for_each(|at| {
            append(&mut store, "east", at * 2, &[at, at]).unwrap();
        });
    });
    while place.store.plans().unwrap().len() < 3 {
        std::thread::yield_now();
    }
    place.store.backup(&copy).unwrap();
    writer.join().unwrap();
    let backup = Store::open_existing(&copy).unwrap();
    let (events, original) = (all(&backup), all(&place.store));
    assert_eq!(events[..], original[..events.len()]);
    assert!(events.len() >= 6 && events.len() % 2 == 0, "{}", events.len());
    assert_eq!(backup.personal(&name).unwrap().as_deref(), Some("Ada"));
    assert_eq!(causes(&place.store.verify(Some(&backup.head().unwrap())).unwrap()), [""; 0]);
    let again = place.store.backup(&copy);
    assert_eq!(again, Err(StoreFault::BackupExists { to: copy.display().to_string() }));
    drop(backup);
    drop(place.store);
    let mut files: Vec<_> =
        std::fs::read_dir(place.directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["copy.ledger", "plans.ledger"]);
}

#[test]
fn a_ledger_that_does_not_verify_has_no_backup() {
    let place = Place::with_events(4);
    super::support::tamper(&place.path(), "UPDATE event SET actor = 'person:9' WHERE number = 2");
    let copy = place.directory.path().join("copy.ledger");
    let refused = place.store.backup(&copy);
    assert!(
        matches!(&refused, Err(StoreFault::BadBackup { findings: 1, first, .. }) if first.starts_with("event 2 was changed")),
        "{refused:?}"
    );
    assert!(!copy.exists());
}

#[test]
fn nothing_is_changed_or_removed_by_a_slip() {
    let mut place = Place::with_events(2);
    place.store.put(b"book").unwrap();
    place.store.put_personal("person:7", "Ada").unwrap();
    place.store.append("north", 1, &act(3), &[event(3)], Some("k-1")).unwrap();
    let connection = rusqlite::Connection::open(place.path()).unwrap();
    for statement in [
        "UPDATE event SET actor = 'x'",
        "DELETE FROM event",
        "UPDATE snapshot SET length = 1",
        "DELETE FROM snapshot",
        "UPDATE request SET key = 'x'",
        "DELETE FROM request",
        "UPDATE personal SET value = 'Eve'",
        "UPDATE personal SET value = NULL, salt = NULL, subject = NULL, hash = zeroblob(32)",
        "DELETE FROM personal",
    ] {
        let refused = connection.execute_batch(statement).unwrap_err().to_string();
        assert!(refused.contains(" is never ") || refused.contains("is erased, not removed"), "{statement}: {refused}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_acknowledged_once_the_file_was_removed_or_replaced() {
    let mut place = Place::with_events(3);
    let (path, aside) = (place.path(), place.path().with_extension("aside"));
    std::fs::rename(&path, &aside).unwrap();
    let moved = |place: &mut Place| matches!(append(&mut place.store, "west", 0, &[4]), Err(StoreFault::Moved { .. }));
    assert!(moved(&mut place) && place.store.expect_in_place().is_err());
    // Another file under the name is not the ledger that is open.
    std::fs::copy(&aside, &path).unwrap();
    assert!(moved(&mut place));
    // Back in its place it goes on, and nothing is missing.
    std::fs::rename(&aside, &path).unwrap();
    append(&mut place.store, "west", 0, &[4]).unwrap();
    assert_eq!(all(&place.store).len(), 4);
}
