//! Personal data that is erased, while the chain stays what it was.

use super::support::{Place, act, append, causes, on_both};
use quotient::ledger::store::{LEDGER_PLAN, NewEvent, PersonalRef, Store, StoreFault};

const SECRET: &str = "Ada Byron, ada.byron@granite.example";

/// True when one of the files of the directory contains the text.
fn is_on_disk(directory: &std::path::Path, text: &str) -> bool {
    let files = std::fs::read_dir(directory).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
}

#[test]
fn erased_values_are_gone_from_the_disk_and_the_chain_verifies() {
    let mut place = Place::with_events(3);
    let store = &mut place.store;
    let name = store.put_personal("subject-of-erasure", SECRET).unwrap();
    let phone = store.put_personal("subject-of-erasure", "+1 555 0100").unwrap();
    let other = store.put_personal("person:8", SECRET).unwrap();
    let same = store.put_personal("person:8", SECRET).unwrap();
    assert_ne!(other.hash, same.hash, "the salt differs");
    let body = format!("{{\"by\":\"{name}\",\"phone\":\"{phone}\",\"witness\":\"{other}\"}}");
    store.append("north", 2, &act(9), &[NewEvent { kind: "line.accepted", body }], None).unwrap();
    assert!(is_on_disk(place.directory.path(), "subject-of-erasure"));
    let anchor = place.store.head().unwrap();

    assert_eq!(place.store.erase("subject-of-erasure", &act(10)), Ok(2));
    assert_eq!(place.store.personal(&name), Ok(None));
    assert_eq!(place.store.personal(&phone), Ok(None));
    assert_eq!(place.store.personal(&other).unwrap().as_deref(), Some(SECRET));
    for text in ["subject-of-erasure", "+1 555 0100"] {
        assert!(!is_on_disk(place.directory.path(), text), "{text} is on the disk");
    }
    assert_eq!(place.store.erase("person:8", &act(11)), Ok(2));
    assert!(!is_on_disk(place.directory.path(), SECRET));

    let verification = place.store.verify(Some(&anchor)).unwrap();
    assert_eq!(causes(&verification), [""; 0]);
    assert_eq!((verification.personal, verification.erased), (0, 4));
    let erasures = place.store.events(LEDGER_PLAN, 0).unwrap();
    let bodies: Vec<&str> = erasures.iter().map(|event| event.body.as_str()).collect();
    assert_eq!(bodies, [r#"{"personal":[1,2]}"#, r#"{"personal":[3,4]}"#]);
    assert_eq!(erasures[0].act, act(10));
}

#[test]
fn erased_values_are_gone_and_the_chain_verifies_on_both() {
    on_both(|kind| {
        let mut place = Place::with_events_on(kind, 3);
        let name = place.store.put_personal("person:7", SECRET).unwrap();
        let other = place.store.put_personal("person:8", SECRET).unwrap();
        assert_eq!((name.id, other.id), (1, 2));
        let body = format!("{{\"by\":\"{name}\",\"witness\":\"{other}\"}}");
        place.store.append("north", 2, &act(9), &[NewEvent { kind: "line.accepted", body }], None).unwrap();
        let anchor = place.store.head().unwrap();
        assert_eq!(place.store.erase("person:7", &act(10)), Ok(1));
        assert_eq!(place.store.personal(&name), Ok(None));
        assert_eq!(place.store.personal(&other).unwrap().as_deref(), Some(SECRET));
        let verification = place.store.verify(Some(&anchor)).unwrap();
        assert_eq!(causes(&verification), [""; 0]);
        assert_eq!((verification.personal, verification.erased), (1, 1));
    });
}

#[test]
fn a_subject_without_values_has_nothing_to_erase() {
    on_both(|kind| {
        let mut place = Place::with_events_on(kind, 1);
        assert_eq!(place.store.erase("person:1", &act(2)), Ok(0));
        assert_eq!(place.store.head().unwrap().number, 1);
    });
}

#[test]
fn an_erasure_waits_for_readers_of_the_log() {
    let mut place = Place::new();
    let name = place.store.put_personal("person:7", SECRET).unwrap();
    let reader = rusqlite::Connection::open(place.path()).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM personal;").unwrap();
    let path = place.path();
    let waiting = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        reader.execute_batch("COMMIT").unwrap();
    });
    assert_eq!(Store::open(&path).unwrap().erase("person:7", &act(1)), Ok(1));
    waiting.join().unwrap();
    assert_eq!(place.store.personal(&name), Ok(None));
    assert!(!is_on_disk(place.directory.path(), SECRET));
}

#[test]
fn references_are_read_as_they_are_written() {
    on_both(|kind| {
        let mut place = Place::on(kind);
        let name = place.store.put_personal("person:7", SECRET).unwrap();
        assert_eq!(name.to_string().parse(), Ok(name));
        assert_eq!(serde_json::to_value(name).unwrap(), name.to_string());
        assert_eq!(serde_json::from_value::<PersonalRef>(name.to_string().into()).unwrap(), name);
        for text in [
            format!("personal:01:{}", name.hash.to_hex()),
            format!("person:1:{}", name.hash.to_hex()),
            "personal:1:ab".to_owned(),
        ] {
            assert!(text.parse::<PersonalRef>().is_err(), "{text}");
        }
        let forged = PersonalRef { id: 2, ..name };
        let unknown = || StoreFault::UnknownPersonal { reference: forged.to_string() };
        assert_eq!(place.store.personal(&forged), Err(unknown()));
        let body = format!("{{\"by\":\"{forged}\"}}");
        let refused = place.store.append("north", 0, &act(1), &[NewEvent { kind: "line.accepted", body }], None);
        assert_eq!(refused, Err(unknown()));
        let by = quotient::ledger::store::Act { actor: forged.to_string(), ..act(1) };
        assert_eq!(place.store.append("north", 0, &by, &[super::support::event(1)], None), Err(unknown()));
        append(&mut place.store, "north", 0, &[1]).unwrap();
    });
}
