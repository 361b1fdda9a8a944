//! Writes that fail: every failure is a fault with a next step, nothing of the append is in the ledger, and everything
//! acknowledged before is.
#![cfg(target_os = "linux")]

use super::crash::child_test;
use super::support::{act, append, causes, event};
use crate::patience::is_full;
use quotient::finding::Fault;
use quotient::ledger::store::{Head, NewEvent, Store, StoreFault};
use std::path::Path;
use std::process::{Command, Output};

/// Names the ledger in the process whose writes fail.
const LEDGER: &str = "QUOTIENT_TEST_FAULT_LEDGER";
/// Appends of a process, unless one fails.
const APPENDS: u64 = 40;

/// No test by itself: appends until a write fails, and prints what was acknowledged and the fault.
#[test]
fn appends_until_a_write_fails() {
    let Some(path) = std::env::var_os(LEDGER) else { return };
    println!(); // ends the line of the test harness
    let fault = appends(Path::new(&path)).err();
    println!("fault {}", fault.map_or("none".to_owned(), |fault| format!("{} {}", fault.cause(), fault.message())));
}

fn appends(path: &Path) -> Result<(), StoreFault> {
    let mut store = Store::open(path)?;
    let version = store.plans()?.first().map_or(0, |plan| plan.version);
    for at in 0..APPENDS {
        let events: Vec<NewEvent> = (0..3).map(|_| event(at)).collect();
        store.put(format!("{version}-{at}").repeat(200).as_bytes())?;
        let appended = store.append("north", version + 3 * at, &act(at), &events, None);
        if let Err(fault) = appended {
            // After a failed write, the next one is refused, or it is recorded as a whole.
            match append(&mut store, "south", 0, &[1]) {
                Ok(appended) => println!("acknowledged {}", appended.head),
                Err(next) => println!("next {}", next.cause()),
            }
            return Err(fault);
        }
        println!("acknowledged {}", appended?.head);
    }
    Ok(())
}

/// Examines the ledger after a process whose writes failed; returns the cause of its fault.
fn examine(path: &Path, output: &Output, what: &str) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines =
        |start: &str| text.lines().filter_map(|line| line.strip_prefix(start).map(str::to_owned)).collect::<Vec<_>>();
    let faults = lines("fault ");
    let [fault] = &faults[..] else { panic!("{what}: {text}\n{}", String::from_utf8_lossy(&output.stderr)) };
    let acknowledged = lines("acknowledged ");
    if !path.exists() {
        assert!(acknowledged.is_empty(), "{what}");
        return fault.clone();
    }
    let mut store = Store::open(path).unwrap();
    let last: Option<Head> = acknowledged.last().map(|head| head.parse().unwrap());
    let verification = store.verify(last.as_ref()).unwrap();
    assert_eq!(causes(&verification), [""; 0], "{what}");
    let events = store.events("north", 0).unwrap();
    assert_eq!(events.len() % 3, 0, "{what}: only a part of an append was recorded");
    // Only the append that failed can be there without having been acknowledged.
    let (has, said) = (events.len() / 3, acknowledged.len());
    assert!(has <= said + 1, "{what}: {has} appends and {said} acknowledged");
    assert!(fault != "none" || said as u64 == APPENDS, "{what}: {text}");
    append(&mut store, "after", 0, &[1]).unwrap();
    fault.clone()
}

/// The child process under a shell command, before which `{}` is the child.
fn child(shell: &str, path: &Path) -> Output {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", shell, "sh"]).arg(program).args(child_test(module_path!(), "appends_until_a_write_fails"));
    command.env(LEDGER, path).output().unwrap()
}

#[test]
fn a_full_disk_is_a_fault_and_leaves_nothing_half() {
    let mut causes = Vec::new();
    // The limit of a file's size, in units of 512 bytes, is reached at another place each time.
    for blocks in (0..400).step_by(if is_full() { 1 } else { 23 }) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plans.ledger");
        let output = child(&format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), &path);
        causes.push(examine(&path, &output, &format!("{blocks} blocks")));
    }
    let failed = causes.iter().filter(|cause| cause.starts_with("unwritable the ledger")).count();
    assert!(failed >= causes.len() / 2, "{causes:?}");
}

#[test]
fn every_failing_call_is_a_fault_and_leaves_nothing_half() {
    if Command::new("strace").args(["-o", "/dev/null", "true"]).output().is_ok_and(|output| output.status.success()) {
        let (calls, step) = if is_full() { (500, 1) } else { (180, 17) };
        let mut failed = 0;
        for at in (1..=calls).step_by(step) {
            for (call, error) in [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fdatasync,fsync", "EIO")] {
                let directory = tempfile::tempdir().unwrap();
                let path = directory.path().join("plans.ledger");
                // A disk that failed once is repaired only by a person.
                let inject = format!(
                    "exec strace -f -o /dev/null -e trace={call} -e inject={call}:error={error}:when={at}+ \"$@\""
                );
                let cause = examine(&path, &child(&inject, &path), &format!("{call} {at} {error}"));
                failed += u32::from(cause != "none");
            }
        }
        assert!(failed > 10, "{failed} faults");
    } else {
        println!("skipped: this system has no strace that may trace, so that no call fails on purpose");
    }
}
