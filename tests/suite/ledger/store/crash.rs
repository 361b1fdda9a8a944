//! A process that is killed while it appends: what it acknowledged is in the ledger, whole, and nothing is half there.
#![cfg(unix)]

use super::support::{act, append, causes, event};
use crate::patience::cases;
use quotient::ledger::store::{Head, NewEvent, Store};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Names the ledger in the process that is to be killed.
const LEDGER: &str = "QUOTIENT_TEST_CRASH_LEDGER";
/// Events of one append; the body of each names the append.
const TOGETHER: u64 = 5;

/// The command that runs a test of this module in another process.
pub fn child_test(module: &str, name: &str) -> Vec<String> {
    let module = module.split_once("::").map_or("", |(_, rest)| rest);
    [&format!("{module}::{name}"), "--exact", "--nocapture", "--test-threads=1"].map(|text| text.to_owned()).to_vec()
}

/// No test by itself: what [`killed_processes_lose_nothing_acknowledged`] starts and kills.
#[test]
fn appends_until_it_is_killed() {
    let Some(path) = std::env::var_os(LEDGER) else { return };
    let mut store = Store::open(Path::new(&path)).unwrap();
    let mut version = store.plans().unwrap().first().map_or(0, |plan| plan.version);
    let mut stdout = std::io::stdout();
    let mut line = |text: String| stdout.write_all(text.as_bytes()).unwrap();
    line("\n".to_owned()); // ends the line of the test harness
    for at in 0_u64.. {
        let events: Vec<NewEvent> = (0..TOGETHER).map(|_| event(at)).collect();
        let snapshot = store.put(format!("{}-{version}", std::process::id()).as_bytes()).unwrap();
        let appended = store.append("north", version, &act(at), &events, Some(&format!("k-{version}"))).unwrap();
        version = appended.version;
        line(format!("acknowledged {} {snapshot}\n", appended.head));
    }
}

#[test]
fn killed_processes_lose_nothing_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plans.ledger");
    let (mut acknowledged, cycles) = (Vec::new(), cases(50, 500));
    for cycle in 0..cycles {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(child_test(module_path!(), "appends_until_it_is_killed"))
            .env(LEDGER, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut read = |line: String| acknowledged.extend(line.strip_prefix("acknowledged ").map(str::to_owned));
        // Killed at another moment each time: the first three lines are those of the test harness.
        output.by_ref().take(4 + cycle as usize % 7).for_each(|line| read(line.unwrap()));
        std::thread::sleep(std::time::Duration::from_micros(u64::from(cycle) * 613 % 9_000));
        child.kill().unwrap();
        child.wait().unwrap();
        output.for_each(|line| read(line.unwrap()));
        let store = Store::open(&path).unwrap();
        let events = store.events("north", 0).unwrap();
        assert_eq!(events.len() as u64 % TOGETHER, 0, "only a part of an append was recorded");
    }
    assert!(acknowledged.len() >= cycles as usize, "{}", acknowledged.len());
    let mut store = Store::open(&path).unwrap();
    let events = store.events("north", 0).unwrap();
    let hashes: BTreeMap<u64, _> = events.iter().map(|event| (event.number, event.hash)).collect();
    for line in &acknowledged {
        let (head, snapshot) = line.split_once(' ').unwrap();
        let head: Head = head.parse().unwrap();
        assert_eq!(hashes.get(&head.number), Some(&head.hash), "event {} is lost", head.number);
        assert!(store.get(&snapshot.parse().unwrap()).unwrap().is_some(), "{snapshot} is lost");
    }
    // Every append that was recorded is whole, with its key.
    for first in events.iter().step_by(TOGETHER as usize) {
        let of_append = &events[first.version as usize - 1..][..TOGETHER as usize];
        assert!(of_append.iter().all(|event| event.body == first.body && event.act == first.act));
        let keyed = store.keyed(&format!("k-{}", first.version - 1)).unwrap().unwrap();
        assert_eq!((keyed.appended.first, keyed.appended.version), (first.number, first.version + TOGETHER - 1));
    }
    let last: Head = acknowledged.last().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert_eq!(causes(&store.verify(Some(&last)).unwrap()), [""; 0]);
    append(&mut store, "north", events.len() as u64, &[1]).unwrap();
}
