//! The agreement about a line, compared with the ledger that recorded it.

use super::plan::{accept, offer};
use super::{day, key, opening};
use quotient::ledger::agreement::Agreement;
use quotient::ledger::plan::{Actor, Command};
use quotient::ledger::store::Store;
use quotient::ledger::{give, load, load_or_new};

#[test]
fn an_agreement_is_what_the_ledger_recorded_when_it_was_accepted() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(&directory.path().join("plans.ledger")).unwrap();
    let commands = [
        Command::Open(Box::new(opening(&["A", "B"]))),
        offer("A", 95, "smaller territory"),
        offer("B", 100, ""),
        accept(&["B"]),
        accept(&["A"]),
    ];
    for command in commands {
        let loaded = load_or_new(&store, "FY2026").unwrap();
        let given = give(&mut store, &loaded, &[command], &Actor::new("Mara"), day("2025-12-02")).unwrap();
        assert!(!given.is_repeated && !given.events.is_empty());
    }
    let loaded = load(&store, "FY2026").unwrap();
    let agreement = Agreement::of(&store, &loaded, &key("A")).unwrap().unwrap();
    assert_eq!((agreement.terms.figure.as_str(), agreement.terms.accepted_by.as_deref()), ("95.00", Some("Lee")));
    assert_eq!(agreement.head().map(|head| head.number), loaded.events.last().map(|event| event.number));
    let messages = |agreement: &Agreement| {
        let findings = agreement.differences(&store, "copy.json").unwrap();
        findings.iter().map(|finding| finding.message()).collect::<Vec<String>>()
    };
    assert_eq!(messages(&agreement), Vec::<String>::new());
    let mut changed = agreement;
    changed.terms.figure = "90.00".to_owned();
    let found = messages(&changed);
    assert!(found[0].contains("its digest is not that of its members"), "{found:?}");
    assert!(found[1].contains("`figure` is \"90.00\", and the ledger recorded \"95.00\""), "{found:?}");
    changed.terms.head = changed.terms.head.replacen(|digit: char| digit.is_ascii_digit(), "1", 1);
    let found = messages(&changed);
    let not_recorded = |message: &String| message.contains("no event of the plan `FY2026` recorded it");
    assert!(found.iter().any(not_recorded), "event 1 opened it: {found:?}");
}
