//! Plans rebuilt from their events, beside what is in memory and what was served.

use super::{Round, key};
use quotient::ledger::Loaded;
use quotient::ledger::plan::{Change, Command};
use quotient::ledger::rebuild::{compare, rebuild};
use serde_json::{Value, json};

/// A plan of two partners, of which one was offered another figure.
fn loaded() -> Loaded {
    let mut round = Round::open(&["A", "B"]);
    let lines = vec![Change { line: key("A"), figure: Some(crate::usd(90)), reason: "market".to_owned() }];
    round.does("Mara", "2025-12-02", Command::Offer { lines, reply_by: None });
    Loaded { name: "FY2026".to_owned(), state: round.state, events: round.events }
}

fn said(loaded: &Loaded) -> Vec<String> {
    let (_, found) = rebuild(loaded).unwrap();
    found.iter().map(|one| format!("{} {}: {} / {}", one.subject, one.member, one.served, one.rebuilt)).collect()
}

#[test]
fn what_is_in_memory_is_what_the_events_say_or_the_difference_is_named() {
    let loaded = loaded();
    assert_eq!(said(&loaded), Vec::<String>::new());
    let mut other = loaded.clone();
    other.state.lines.get_mut(&key("A")).unwrap().figure = crate::usd(91);
    assert_eq!(said(&other), ["A figure: 91.00 / 90.00"]);
    let mut other = loaded.clone();
    other.state.totals.target = None;
    assert_eq!(said(&other), ["the plan target: none / 200.00"]);
    // A part without a line of the list is named as a whole.
    let mut other = loaded.clone();
    other.state.target_authors.insert("Eve".to_owned());
    assert_eq!(said(&other), ["the plan state: another one / that of the events"]);
    // An event that does not follow from those before is refused.
    let mut other = loaded;
    other.events.remove(1);
    assert!(rebuild(&other).is_err());
}

#[test]
fn what_was_served_is_compared_at_its_version() {
    let loaded = loaded();
    let found = |served: Value| {
        let found = compare(&loaded, "served.json", &served);
        found
            .map(|found| {
                found
                    .iter()
                    .map(|one| format!("{} {}: {} / {}", one.subject, one.member, one.served, one.rebuilt))
                    .collect::<Vec<_>>()
            })
            .map_err(|findings| findings.iter().map(|finding| finding.message()).collect::<Vec<_>>().join("; "))
    };
    let line = |figure: &str, state: &str| json!({"line": "A", "proposed": "100.00", "figure": figure, "state": state});
    let served = |version: u64, line: Value| json!({"plan": "FY2026", "version": version, "lines": [line]});
    let nothing: Vec<String> = Vec::new();
    assert_eq!(found(served(3, line("90.00", "offered"))), Ok(nothing.clone()));
    assert_eq!(found(served(2, line("100.00", "proposed"))), Ok(nothing.clone()));
    let both = vec!["A state: proposed / offered".to_owned(), "A figure: 100.00 / 90.00".to_owned()];
    assert_eq!(found(served(3, line("100.00", "proposed"))), Ok(both));
    let totals = json!({"target": "200.00", "reserve": "0.00", "assigned": "191.00", "proposed": "200.00"});
    let plan = json!({"plan": "FY2026", "version": 3, "is_whole": true, "stage": "open", "totals": totals});
    assert_eq!(found(plan), Ok(vec!["the plan assigned: 191.00 / 190.00".to_owned()]));
    for (served, words) in [
        (
            served(4, line("90.00", "offered")),
            "`served.json` shows version 4 of `FY2026`, and the ledger ends at version 3",
        ),
        (json!({"plan": "FY2026"}), "`served.json` is not an export or a response about a plan"),
        (
            json!({"plan": "FY2026", "version": 1, "is_whole": false}),
            "`served.json` shows a part of a plan, whose versions are counted in that part",
        ),
        (
            json!({"plan": "FY2026", "version": 1, "lines": [{"line": "A", "proposed": null}]}),
            "`served.json` shows a part of a plan, whose versions are counted in that part",
        ),
    ] {
        assert_eq!(found(served), Err(words.to_owned()));
    }
}
