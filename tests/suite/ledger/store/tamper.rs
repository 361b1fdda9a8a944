//! What others do to the file is found: changed, removed, moved, duplicated and replaced events, and all that is beside them.

use super::support::{Place, act, all, append, causes, event, tamper};
use crate::patience::is_full;
use quotient::ledger::store::{ChainFault, Event, Head, NewEvent, Store, Verification};
use std::path::{Path, PathBuf};

/// A closed ledger with 12 events, a snapshot, two personal values (one erased) and a key.
struct Sample {
    directory: tempfile::TempDir,
    head: Head,
    events: Vec<Event>,
}

impl Sample {
    fn new() -> Self {
        let mut place = Place::with_events(6);
        let store = &mut place.store;
        let book = store.put(b"the book").unwrap();
        let (ada, bob) = (store.put_personal("a", "Ada").unwrap(), store.put_personal("b", "Bob").unwrap());
        let body = format!("{{\"book\":\"{book}\",\"by\":\"{ada}\",\"for\":\"{bob}\"}}");
        store.append("north", 3, &act(7), &[NewEvent { kind: "plan.proposed", body }], None).unwrap();
        store.append("north", 4, &act(8), &[event(8), event(9)], Some("k-1")).unwrap();
        store.erase("b", &act(9)).unwrap();
        append(store, "south", 3, &[11, 12]).unwrap();
        assert_eq!(causes(&store.verify(None).unwrap()), [""; 0]);
        let (head, events) = (store.head().unwrap(), all(store));
        assert_eq!(head.number, 12);
        Self { directory: place.closed(), head, events }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("plans.ledger")
    }

    /// What is found after another program ran these statements on a copy.
    fn after(&self, statements: &str, anchor: Option<&Head>) -> Verification {
        let copy = self.directory.path().join("copy.ledger");
        std::fs::copy(self.path(), &copy).unwrap();
        tamper(&copy, statements);
        verified(&copy, anchor)
    }

    fn causes_after(&self, statements: &str) -> Vec<String> {
        causes(&self.after(statements, None))
    }
}

fn verified(path: &Path, anchor: Option<&Head>) -> Verification {
    Store::open(path).unwrap().verify(anchor).unwrap()
}

/// The faults that a verification has found.
fn faults(verification: &Verification) -> Vec<ChainFault> {
    verification.findings.iter().map(|finding| finding.cause::<ChainFault>().unwrap().clone()).collect()
}

#[test]
fn every_changed_column_of_every_event_is_found() {
    let sample = Sample::new();
    for number in 1..=12 {
        for change in [
            "plan = 'east'",
            "version = version + 100",
            "kind = kind || 'x'",
            "body = replace(body, '0', '1') || ' '",
            "actor = 'person:99'",
            "at = '2025-01-14T09:31:02.114Z'",
            "command = ''",
            "reason = CASE WHEN reason IS NULL THEN '' ELSE NULL END",
            "previous = zeroblob(32 + (number = 1))",
            "hash = zeroblob(32)",
        ] {
            let found = sample.after(&format!("UPDATE event SET {change} WHERE number = {number}"), None);
            assert!(faults(&found).contains(&ChainFault::ChangedEvent { number }), "{number} {change}: {found:?}");
        }
    }
}

#[test]
fn removed_events_are_named() {
    let sample = Sample::new();
    for (removed, from, to) in [("number = 1", 1, 1), ("number = 5", 5, 5), ("number BETWEEN 3 AND 8", 3, 8)] {
        let found = faults(&sample.after(&format!("DELETE FROM event WHERE {removed}"), None));
        assert_eq!(found.first(), Some(&ChainFault::MissingEvents { from, to }), "{found:?}");
    }
}

#[test]
fn moved_and_duplicated_events_are_named_with_their_original_place() {
    let sample = Sample::new();
    let swap = "UPDATE event SET number = -3 WHERE number = 3; UPDATE event SET number = 3 WHERE number = 5; UPDATE event SET number = 5 WHERE number = -3";
    let moved = |number, original| ChainFault::MovedEvent { number, original };
    assert_eq!(faults(&sample.after(swap, None)), [moved(3, 5), moved(5, 3)]);
    let away = "UPDATE event SET number = 13 WHERE number = 4";
    let missing = ChainFault::MissingEvents { from: 4, to: 4 };
    assert_eq!(faults(&sample.after(away, None)), [missing, moved(13, 4)]);
    // The index allows no copy of a plan's version, so that a copy has another one; without the index, the table differs.
    let copy = "INSERT INTO event SELECT 13, plan, version + 100, kind, body, actor, at, command, reason, previous, hash FROM event WHERE number = 12";
    assert_eq!(faults(&sample.after(copy, None)), [ChainFault::ChangedEvent { number: 13 }]);
    let copy = "CREATE TABLE other AS SELECT * FROM event; DROP TABLE event; ALTER TABLE other RENAME TO event;
        INSERT INTO event SELECT 13, plan, version, kind, body, actor, at, command, reason, previous, hash FROM event WHERE number = 12";
    let found = faults(&after_without_index(&sample, copy));
    assert!(found.contains(&ChainFault::ChangedTables { name: "event".to_owned() }), "{found:?}");
    assert!(found.contains(&ChainFault::DuplicatedEvent { number: 13, original: 12 }), "{found:?}");
}

fn after_without_index(sample: &Sample, statements: &str) -> Verification {
    let copy = sample.directory.path().join("copy.ledger");
    std::fs::copy(sample.path(), &copy).unwrap();
    rusqlite::Connection::open(&copy).unwrap().execute_batch(statements).unwrap();
    verified(&copy, None)
}

/// Statements that append a row again with other content, and a hash that fits it.
fn forged(event: &Event, previous: &quotient::ledger::store::Digest) -> (String, quotient::ledger::store::Digest) {
    let hash = quotient::ledger::store::Digest::of(&hashed(event, previous));
    let hex = |digest: &quotient::ledger::store::Digest| digest.to_hex();
    let reason = event.act.reason.as_ref().map_or("NULL".to_owned(), |reason| format!("'{reason}'"));
    let statement = format!(
        "UPDATE event SET body = '{}', reason = {reason}, previous = x'{}', hash = x'{}' WHERE number = {};",
        event.body,
        hex(previous),
        hex(&hash),
        event.number
    );
    (statement, hash)
}

/// The bytes that the hash of an event covers.
fn hashed(event: &Event, previous: &quotient::ledger::store::Digest) -> Vec<u8> {
    let mut bytes = b"quotient.event/1\n".to_vec();
    bytes.extend(previous.as_bytes());
    bytes.extend(event.number.to_be_bytes());
    bytes.extend(event.version.to_be_bytes());
    let at = event.act.at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let mut field = |text: &str| {
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text.as_bytes());
    };
    [&event.plan, &event.kind, &at, &event.act.actor, &event.act.command].into_iter().for_each(|text| field(text));
    match &event.act.reason {
        Some(reason) => field(reason),
        None => bytes.extend([0xFF; 8]),
    }
    bytes.extend((event.body.len() as u64).to_be_bytes());
    bytes.extend(event.body.as_bytes());
    bytes
}

#[test]
fn a_replaced_event_with_a_fitting_hash_is_found_by_the_next() {
    let sample = Sample::new();
    for event in &sample.events[..10] {
        if event.plan == "ledger" || event.number == 7 || event.number == 8 || event.number == 9 {
            continue;
        }
        let other = Event { body: "{\"amount\":\"1.00\"}".to_owned(), ..event.clone() };
        let (statement, _) = forged(&other, &event.previous);
        assert_eq!(faults(&sample.after(&statement, None)), [ChainFault::ReplacedEvent { number: event.number }]);
    }
}

#[test]
fn a_removed_end_and_a_rewritten_history_need_an_anchor() {
    let sample = Sample::new();
    let cut = "DELETE FROM event WHERE number > 10";
    assert_eq!(sample.causes_after(cut), [""; 0]);
    let found = faults(&sample.after(cut, Some(&sample.head)));
    assert_eq!(found, [ChainFault::CutEnd { last: 10, anchor: 12 }]);

    let mut rewritten = String::new();
    let mut previous = sample.events[3].previous;
    for event in &sample.events[3..] {
        let body = if event.number == 4 { "{\"amount\":\"1.00\"}".to_owned() } else { event.body.clone() };
        let (statement, hash) = forged(&Event { body, ..event.clone() }, &previous);
        rewritten.push_str(&statement);
        previous = hash;
    }
    assert_eq!(sample.causes_after(&rewritten), [""; 0]);
    for at in 3..12 {
        let event = &sample.events[at];
        let anchor = Head { number: event.number, hash: event.hash };
        let found = faults(&sample.after(&rewritten, Some(&anchor)));
        assert_eq!(found, [ChainFault::RewrittenHistory { number: event.number }]);
    }
    let before = Head { number: 3, hash: sample.events[2].hash };
    assert_eq!(causes(&sample.after(&rewritten, Some(&before))), [""; 0]);
}

#[test]
fn everything_beside_the_chain_is_verified() {
    let sample = Sample::new();
    for (change, expected) in [
        ("DELETE FROM snapshot", "missing_snapshot"),
        ("UPDATE snapshot SET content = zeroblob(8)", "snapshot_changed"),
        ("DELETE FROM personal WHERE id = 1", "missing_personal"),
        ("UPDATE personal SET value = 'Eve' WHERE id = 1", "personal_changed"),
        ("UPDATE personal SET salt = NULL, value = NULL, subject = NULL WHERE id = 1", "missing_personal"),
        ("UPDATE personal SET hash = zeroblob(32) WHERE id = 1", "personal_changed"),
        ("UPDATE personal SET value = 'Bob' WHERE id = 2", "not_erased"),
        ("UPDATE request SET first = 7", "changed_key"),
        ("UPDATE request SET last = 8", "changed_key"),
        ("UPDATE request SET last = 99", "changed_key"),
        ("UPDATE request SET content = zeroblob(32)", "changed_key"),
        ("CREATE TABLE other (a)", "changed_tables"),
        ("DROP INDEX personal_of_subject", "changed_tables"),
    ] {
        assert_eq!(sample.causes_after(change), [expected], "{change}");
    }
    let path = sample.path();
    rusqlite::Connection::open(&path).unwrap().execute_batch("DROP TRIGGER event_is_permanent").unwrap();
    assert_eq!(causes(&verified(&path, None)), ["changed_tables"]);
}

#[test]
fn all_differences_are_found_in_one_pass() {
    let sample = Sample::new();
    let found = sample.causes_after(
        "UPDATE event SET actor = 'x' WHERE number = 2; DELETE FROM event WHERE number = 5;
         DELETE FROM snapshot; UPDATE personal SET value = 'Eve' WHERE id = 1; UPDATE request SET last = 8",
    );
    assert_eq!(found, ["missing_events", "changed_key", "changed_event", "missing_snapshot", "personal_changed"]);
}

/// Events, head and snapshots that a reader gets.
type Read = (Vec<Event>, Head, Vec<Option<Vec<u8>>>);

/// What a reader gets: everything that the ledger returns, or the fault.
fn read_through(store: &Store, sample: &Sample) -> Result<Read, ()> {
    let mut events = Vec::new();
    for plan in ["ledger", "north", "south"] {
        events.extend(store.events(plan, 0).map_err(|_| ())?);
    }
    let plans = store.plans().map_err(|_| ())?;
    let (head, names) = (store.head().map_err(|_| ())?, plans.iter().map(|plan| plan.plan.clone().into_bytes()));
    let book = store.get(&quotient::ledger::store::Digest::of(b"the book")).map_err(|_| ())?;
    let ada = sample.events[6].body.split('"').find(|part| part.starts_with("personal:1:")).unwrap().parse().unwrap();
    let ada = store.personal(&ada).map_err(|_| ())?.map(String::into_bytes);
    Ok((events, head, [book, ada].into_iter().chain(names.map(Some)).collect()))
}

#[test]
fn no_changed_byte_of_the_file_changes_what_is_read_without_being_found() {
    let sample = Sample::new();
    let bytes = std::fs::read(sample.path()).unwrap();
    let expected = read_through(&Store::open(&sample.path()).unwrap(), &sample).unwrap();
    let step = if is_full() { 1 } else { 61 };
    let copy = sample.directory.path().join("copy.ledger");
    let mut found = 0;
    for at in (0..bytes.len()).step_by(step) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        std::fs::write(&copy, &changed).unwrap();
        let Ok(store) = Store::open(&copy) else {
            found += 1;
            continue;
        };
        match store.verify(Some(&sample.head)) {
            Ok(verification) if verification.holds() => {
                assert_eq!(read_through(&store, &sample).as_ref(), Ok(&expected), "byte {at}");
            }
            _ => found += 1,
        }
    }
    // The rest of the file is free space and counters, which nothing reads.
    assert!(found > bytes.len() / step / 20, "{found} of {}", bytes.len() / step);
}
