//! Appending: order, versions, all or nothing, repeated commands.

use super::support::{Place, act, all, append, event, on_both};
use quotient::ledger::store::{Digest, Event, Head, NewEvent, Store, StoreFault};
use ring::digest::{Context, SHA256};

#[test]
fn events_come_back_as_they_were_appended() {
    on_both(|kind| {
        let mut place = Place::on(kind);
        let first = append(&mut place.store, "north", 0, &[3, 4]).unwrap();
        let second = append(&mut place.store, "south", 0, &[5]).unwrap();
        let third = append(&mut place.store, "north", 2, &[6]).unwrap();
        assert_eq!((first.first, first.version, first.head.number), (1, 2, 2));
        assert_eq!((second.first, second.version), (3, 1));
        assert_eq!((third.first, third.version, third.is_repeated), (4, 3, false));
        let north = place.store.events("north", 0).unwrap();
        let places: Vec<(u64, u64)> = north.iter().map(|event| (event.number, event.version)).collect();
        assert_eq!(places, [(1, 1), (2, 2), (4, 3)]);
        for (stored, number) in north.iter().zip([3, 4, 6]) {
            let of_act = if number == 6 { 6 } else { 3 };
            assert_eq!((stored.kind.as_str(), stored.body.clone()), ("line.countered", event(number).body));
            assert_eq!(stored.act, act(of_act));
        }
        assert_eq!(place.store.events("north", 2).unwrap(), north[2..]);
        assert_eq!(place.store.events("north", 9).unwrap(), []);
        assert_eq!(place.store.events("east", 0).unwrap(), []);
        assert_eq!(place.store.head().unwrap(), third.head);
    });
}

/// The hash as `store/mod.rs` describes it, computed by other code.
fn described_hash(event: &Event) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    context.update(b"quotient.event/1\n");
    context.update(event.previous.as_bytes());
    context.update(&event.number.to_be_bytes());
    context.update(&event.version.to_be_bytes());
    let at = event.act.at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    for text in [&event.plan, &event.kind, &at, &event.act.actor, &event.act.command] {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    match &event.act.reason {
        None => context.update(&[0xFF; 8]),
        Some(reason) => {
            context.update(&(reason.len() as u64).to_be_bytes());
            context.update(reason.as_bytes());
        }
    }
    context.update(&(event.body.len() as u64).to_be_bytes());
    context.update(event.body.as_bytes());
    context.finish().as_ref().to_vec()
}

#[test]
fn each_event_has_the_described_hash_and_that_of_the_event_before() {
    on_both(|kind| {
        let place = Place::with_events_on(kind, 7);
        let mut before = Digest::default();
        for event in all(&place.store) {
            assert_eq!(event.previous, before);
            assert_eq!(event.hash.as_bytes()[..], described_hash(&event)[..]);
            before = event.hash;
        }
        assert_eq!(place.store.head().unwrap(), Head { number: 7, hash: before });
    });
}

#[test]
fn an_append_on_another_version_is_refused_and_leaves_nothing() {
    on_both(|kind| {
        let mut place = Place::with_events_on(kind, 6);
        let head = place.store.head().unwrap();
        for expected in [0, 2, 4, u64::MAX] {
            let refused = append(&mut place.store, "north", expected, &[9]);
            assert_eq!(refused, Err(StoreFault::Conflict { plan: "north".to_owned(), expected, current: 3 }));
        }
        assert_eq!(place.store.head().unwrap(), head);
        assert_eq!(append(&mut place.store, "north", 3, &[9]).unwrap().version, 4);
    });
}

#[test]
fn one_event_that_cannot_be_recorded_refuses_all() {
    on_both(|kind| {
        let mut place = Place::on(kind);
        let bodies = [
            "",
            "[]",
            "{\"a\": 1}",
            "{\"b\":1,\"a\":2}",
            "{\"a\":1,\"a\":1}",
            "{\"a\":0.5}",
            "{\"a\":1e2}",
            "{\"\\u0061\":1}",
        ];
        for body in bodies {
            let bad = NewEvent { kind: "line.offered", body: body.to_owned() };
            let refused = place.store.append("north", 0, &act(1), &[event(1), bad], None);
            assert!(matches!(refused, Err(StoreFault::BadBody { kind: "line.offered", .. })), "{body}: {refused:?}");
        }
        let unknown = Digest::of(b"never stored");
        let bad = NewEvent { kind: "plan.proposed", body: format!("{{\"book\":\"{unknown}\"}}") };
        let refused = place.store.append("north", 0, &act(1), &[event(1), bad], None);
        assert_eq!(refused, Err(StoreFault::UnknownSnapshot { digest: unknown.to_string() }));
        assert_eq!(
            place.store.append("north", 0, &act(1), &[], None),
            Err(StoreFault::NoEvents { plan: "north".to_owned() })
        );
        let unnamed = quotient::ledger::store::Act { actor: String::new(), ..act(1) };
        let refused = place.store.append("north", 0, &unnamed, &[event(1)], None);
        assert_eq!(refused, Err(StoreFault::BadField { field: "actor", reason: "is empty" }));
        assert_eq!(place.store.head().unwrap(), Head::default());
    });
}

#[test]
fn a_repeated_key_returns_the_first_result() {
    on_both(|kind| {
        let mut place = Place::with_events_on(kind, 4);
        let events = [event(8), event(9)];
        let first = place.store.append("north", 2, &act(8), &events, Some("k-1")).unwrap();
        append(&mut place.store, "north", 4, &[10]).unwrap();
        let later = quotient::ledger::store::Act { at: act(900).at, ..act(8) };
        let repeated = place.store.append("north", 2, &later, &events, Some("k-1")).unwrap();
        assert_eq!(repeated, quotient::ledger::store::Appended { is_repeated: true, ..first.clone() });
        let reopened = place.reopened();
        let keyed = reopened.keyed("k-1").unwrap().unwrap();
        assert_eq!((keyed.plan.as_str(), keyed.act, keyed.appended), ("north", act(8), repeated));
        assert_eq!(reopened.keyed("k-2").unwrap(), None);
        assert_eq!(reopened.head().unwrap().number, 7);
    });
}

#[test]
fn a_key_is_refused_for_any_other_content() {
    on_both(|kind| {
        let mut place = Place::with_events_on(kind, 4);
        place.store.append("north", 2, &act(8), &[event(8)], Some("k-1")).unwrap();
        let other_act = quotient::ledger::store::Act { actor: "person:9".to_owned(), ..act(8) };
        for (plan, act, events) in [
            ("south", act(8), vec![event(8)]),
            ("north", act(9), vec![event(8)]),
            ("north", other_act, vec![event(8)]),
            ("north", act(8), vec![event(9)]),
            ("north", act(8), vec![event(8), event(8)]),
        ] {
            let refused = place.store.append(plan, 3, &act, &events, Some("k-1"));
            let expected = StoreFault::KeyReused { key: "k-1".to_owned(), plan: "north".to_owned(), number: 5 };
            assert_eq!(refused, Err(expected));
        }
        assert_eq!(place.store.head().unwrap().number, 5);
    });
}

#[test]
fn the_last_event_of_each_plan_is_found() {
    on_both(|kind| {
        let mut place = Place::with_events_on(kind, 5);
        append(&mut place.store, "", 0, &[1]).unwrap_err();
        append(&mut place.store, "east \u{1F600}", 0, &[7]).unwrap();
        let plans = place.store.plans().unwrap();
        let found: Vec<_> = plans.iter().map(|plan| (plan.plan.as_str(), plan.version, plan.number, plan.at)).collect();
        let expected = [("east \u{1F600}", 1, 6, act(7).at), ("north", 3, 5, act(4).at), ("south", 2, 4, act(3).at)];
        assert_eq!(found, expected);
    });
}

#[test]
fn nothing_follows_an_end_that_was_changed() {
    let place = Place::with_events(4);
    let path = place.path();
    let directory = place.closed();
    super::support::tamper(&path, "UPDATE event SET actor = 'person:8' WHERE number = 4");
    let mut store = Store::open(&path).unwrap();
    assert_eq!(append(&mut store, "north", 2, &[5]), Err(StoreFault::BrokenEnd { number: 4 }));
    assert_eq!(store.events("south", 0), Err(StoreFault::BrokenEvent { plan: "south".to_owned(), version: 2 }));
    drop(directory);
}
