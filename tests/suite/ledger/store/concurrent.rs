//! Many writers of one file: each version has exactly one winner, and no acknowledged event is lost.

use super::support::{Kind, Place, act, all, append, causes, event, on_both};
use crate::patience::cases;
use crate::support::postgres::Server;
use quotient::database;
use quotient::ledger::store::{Store, StoreFault};
use std::collections::BTreeMap;
use std::sync::{Barrier, Mutex};

const THREADS: u64 = 16;

/// Appends until `count` appends of this writer were successful; returns the acknowledged versions with their numbers.
fn race(path: &database::Place, writer: u64, count: u32, start: &Barrier) -> (Vec<(u64, u64)>, u64) {
    let mut store = Store::open_at(path).unwrap();
    let (mut won, mut lost, mut version) = (Vec::new(), 0, 0);
    start.wait();
    while won.len() < count as usize {
        let number = writer * 100_000 + won.len() as u64;
        match append(&mut store, "north", version, &[number]) {
            Ok(appended) => {
                won.push((appended.version, number));
                version = appended.version;
            }
            Err(StoreFault::Conflict { current, expected, .. }) => {
                assert!(current > expected, "a plan never goes back");
                (version, lost) = (current, lost + 1);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    (won, lost)
}

#[test]
fn each_version_has_one_winner_among_sixteen_writers() {
    on_both(|kind| {
        let place = Place::on(kind);
        let (path, count, start) = (place.at.clone(), cases(25, 1_000), Barrier::new(THREADS as usize));
        let results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|writer| {
                    scope.spawn({
                        let (path, start) = (&path, &start);
                        move || race(path, writer, count, start)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut winners = BTreeMap::new();
        for (version, number) in results.iter().flat_map(|(won, _)| won) {
            assert_eq!(winners.insert(*version, *number), None, "two winners of version {version}");
        }
        let total = THREADS * u64::from(count);
        assert_eq!(winners.keys().copied().collect::<Vec<_>>(), (1..=total).collect::<Vec<_>>());
        let events = place.store.events("north", 0).unwrap();
        for stored in &events {
            assert_eq!(stored.body, event(winners[&stored.version]).body);
        }
        assert_eq!(events.len() as u64, total);
        assert!(results.iter().map(|(_, lost)| lost).sum::<u64>() > 0, "the writers never met");
        assert_eq!(causes(&place.store.verify(Some(&place.store.head().unwrap())).unwrap()), [""; 0]);
    });
}

#[test]
fn sixteen_writers_with_one_key_append_once() {
    on_both(|kind| {
        let place = Place::on(kind);
        let (path, start, results) = (place.at.clone(), Barrier::new(THREADS as usize), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for writer in 0..THREADS {
                let (path, start, results) = (&path, &start, &results);
                scope.spawn(move || {
                    let mut store = Store::open_at(path).unwrap();
                    let at = quotient::ledger::store::Act { at: act(writer).at, ..act(1) };
                    start.wait();
                    let appended = store.append("north", 0, &at, &[event(1), event(2)], Some("k-1")).unwrap();
                    results.lock().unwrap().push(appended);
                });
            }
        });
        let results = results.into_inner().unwrap();
        assert_eq!(results.iter().filter(|appended| !appended.is_repeated).count(), 1);
        assert!(results.iter().all(|appended| (appended.first, appended.version, appended.head.number) == (1, 2, 2)));
        assert_eq!(all(&place.store).len(), 2);
    });
}

#[test]
fn many_writers_can_create_one_ledger() {
    on_both(|kind| {
        let directory = tempfile::tempdir().unwrap();
        let at = match kind {
            Kind::File => database::Place::File(directory.path().join("plans.ledger")),
            Kind::Postgres => address(&Server::shared().unwrap().database()),
        };
        let start = Barrier::new(THREADS as usize);
        std::thread::scope(|scope| {
            for writer in 0..THREADS {
                let (at, start) = (&at, &start);
                scope.spawn(move || {
                    start.wait();
                    let mut store = Store::open_at(at).unwrap();
                    append(&mut store, &format!("plan {writer}"), 0, &[writer]).unwrap();
                });
            }
        });
        let store = Store::open_existing_at(&at).unwrap();
        assert_eq!(store.plans().unwrap().len() as u64, THREADS);
        assert_eq!(causes(&store.verify(None).unwrap()), [""; 0]);
        drop(store);
        let left = std::fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(left, usize::from(kind == Kind::File), "drafts are left");
    });
}

/// The place of a database of the shared server.
fn address(name: &str) -> database::Place {
    std::ffi::OsString::from(Server::shared().unwrap().address(name)).into()
}
