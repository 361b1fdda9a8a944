//! Loss of power at any moment: everything that was acknowledged survives, and nothing survives by halves.
//!
//! A real process is traced once. Its calls are repeated on a simulated disk up to any of them; of what was not synced then,
//! a seed decides what survives. What is left is opened by the real code. A failure names its seed:
//! `QUOTIENT_SEED=17` repeats it alone.
#![cfg(target_os = "linux")]

mod disk;
mod trace;

use crate::ledger::store::crash::child_test;
use crate::patience::{cases, is_full, until};
use crate::server::hostile::assessment;
use crate::server::http::{ask, get};
use crate::server::running::{Home, Running, free_address};
use disk::{Disk, Random};
use quotient::ledger::store::{Head, Store};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use trace::Call;

/// Calls `check` with what a loss of power leaves and what was sent before it, for many moments.
fn lose_power(calls: &[Call], root: &Path, check: impl Fn(u64, &Path, &[&[u8]])) {
    let stated = std::env::var("QUOTIENT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds = stated.map_or_else(|| (0..u64::from(cases(200, 4_000))).collect::<Vec<u64>>(), |seed| vec![seed]);
    let mut moments: Vec<(usize, u64)> =
        seeds.into_iter().map(|seed| (Random(!seed).below(calls.len() + 1), seed)).collect();
    moments.sort_unstable();
    let (mut disk, mut sent, mut done) = (Disk::default(), Vec::new(), 0);
    for (moment, seed) in moments {
        for call in &calls[done..moment] {
            disk.call(call);
            if let Call::Send(bytes) = call {
                sent.push(&bytes[..]);
            }
        }
        done = moment;
        let left = tempfile::tempdir().unwrap();
        disk.lose_power(seed, root, left.path());
        println!("QUOTIENT_SEED={seed}: call {moment} of {}", calls.len());
        check(seed, left.path(), &sent);
    }
}

#[test]
fn a_ledger_has_everything_that_was_acknowledged() {
    if !trace::is_here() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("data").canonicalize().unwrap_or_else(|_| {
        std::fs::create_dir(directory.path().join("data")).unwrap();
        directory.path().join("data").canonicalize().unwrap()
    });
    let file = directory.path().join("trace");
    let mut command = trace::traced(&file, &std::env::current_exe().unwrap());
    command.args(child_test("suite::ledger::store::fault", "appends_until_a_write_fails"));
    let output = command.env("QUOTIENT_TEST_FAULT_LEDGER", root.join("plans.ledger")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = trace::read(&file, &root);
    let acknowledged = |sent: &[&[u8]]| -> Vec<Head> {
        let text = String::from_utf8_lossy(&sent.concat()).into_owned();
        text.lines().filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok()).collect()
    };
    let all: Vec<&[u8]> =
        calls.iter().filter_map(|call| if let Call::Send(bytes) = call { Some(&bytes[..]) } else { None }).collect();
    assert_eq!(acknowledged(&all).len(), 40, "{} calls", calls.len());
    let check = |seed: u64, left: &Path, sent: &[&[u8]]| {
        let (path, heads) = (left.join("plans.ledger"), acknowledged(sent));
        if !path.exists() {
            assert!(heads.is_empty(), "seed {seed}: the ledger is gone");
            return;
        }
        let store = Store::open(&path).unwrap_or_else(|fault| panic!("seed {seed}: {fault:?}"));
        let verification = store.verify(heads.last()).unwrap();
        assert_eq!(crate::ledger::store::support::causes(&verification), [""; 0], "seed {seed}");
        let events = store.events("north", 0).unwrap().len();
        assert!(
            events.is_multiple_of(3) && events >= heads.len() * 3,
            "seed {seed}: {events} events, {} appends",
            heads.len()
        );
    };
    lose_power(&calls, &root, check);
    expect_failure(&calls, &root, check);
}

/// A program that syncs nothing is found out.
fn expect_failure(calls: &[Call], root: &Path, check: impl Fn(u64, &Path, &[&[u8]])) {
    let careless: Vec<Call> = calls.iter().filter(|call| !matches!(call, Call::Sync(..))).cloned().collect();
    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| lose_power(&careless, root, check)));
    assert!(tried.is_err(), "the loss of what was not synced is not noticed");
}

/// What the client of the traced server was answered, by the number of the request.
struct Done {
    number: usize,
    kind: Kind,
}

enum Kind {
    Book { id: String, body: Vec<u8> },
    Keyed,
    Pinned { revision: String },
    Unpinned,
}

/// Sends requests of all kinds, one after another; returns what they did.
fn work(address: std::net::SocketAddr, revisions: &[String]) -> Vec<Done> {
    let mut done = Vec::new();
    let vendor = |path: &str| format!("/v1/vendors/meridian/{path}");
    for number in 0..60 {
        let id = format!("X-Request-Id: r{number}-");
        let send = |method: &str, path: &str, body: &str, more: &str| {
            let fields = ["Content-Type: application/json", &id, more];
            let fields = if more.is_empty() { &fields[..2] } else { &fields[..] };
            let answer = ask(address, method, &vendor(path), fields, body.as_bytes()).unwrap();
            assert!(answer.status < 300, "{}", answer.text());
            answer.json()
        };
        let kind = match number % 5 {
            0 | 1 => {
                let book =
                    serde_json::from_str::<Value>(&assessment(&format!("P{number}"))).unwrap()["book"].to_string();
                let id = send("POST", "books", &book, "")["id"].as_str().unwrap().to_owned();
                Kind::Book { id, body: book.into_bytes() }
            }
            2 | 3 => {
                send("POST", "assessments", &assessment("P1"), &format!("Idempotency-Key: k{number}"));
                Kind::Keyed
            }
            _ if number % 2 == 0 => {
                let revision = revisions[number % revisions.len()].clone();
                send("PUT", "pin", &json!({"revision": revision, "reason": "x"}).to_string(), "");
                Kind::Pinned { revision }
            }
            _ => {
                send("DELETE", "pin", &json!({"reason": "x"}).to_string(), "");
                Kind::Unpinned
            }
        };
        done.push(Done { number, kind });
    }
    done
}

/// Numbers of the requests whose responses were sent.
fn answered(sent: &[&[u8]]) -> BTreeSet<usize> {
    let texts = sent.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let texts: Vec<String> = texts.filter(|text| text.starts_with("HTTP/1.1 2")).collect();
    let number = |text: &String| text.split_once("x-request-id: r")?.1.split_once('-')?.0.parse().ok();
    texts.iter().filter_map(number).collect()
}

/// Compares a state directory and a log with what was acknowledged.
fn examine(seed: u64, left: &Path, done: &[&Done]) {
    let state = left.join("state");
    let log = std::fs::read_to_string(left.join("decisions.jsonl")).unwrap_or_default();
    let lines: Vec<&str> = log.split_inclusive('\n').filter(|line| line.ends_with('\n')).collect();
    let database = state.join("shared.db");
    if !database.exists() {
        assert!(done.is_empty(), "seed {seed}: the state is gone");
        return;
    }
    let rows = rusqlite::Connection::open(&database).unwrap();
    let sound: String = rows.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok", "seed {seed}");
    let count = |query: &str| rows.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap_or_default();
    let (mut keyed, mut held) = (0, 0);
    for Done { number, kind } in done {
        match kind {
            Kind::Book { id, body } => {
                assert_eq!(
                    count(&format!("SELECT count(*) FROM book WHERE id = '{id}'")),
                    1,
                    "seed {seed}: book {number}"
                );
                let file = state.join(format!("books/meridian/all/{id}.json"));
                assert!(std::fs::read(&file).is_ok_and(|bytes| bytes == *body), "seed {seed}: body of book {number}");
            }
            Kind::Keyed => {
                keyed += 1;
                let id = format!("\"request_id\":\"r{number}-\"");
                let records = lines.iter().filter(|line| line.contains(&id)).count();
                assert_eq!(records, 1, "seed {seed}: decision {number} in the log");
            }
            Kind::Pinned { revision } => {
                held += 1;
                let file = state.join(format!("revisions/meridian/{revision}.json"));
                let text = std::fs::read(&file).unwrap_or_default();
                assert!(
                    serde_json::from_slice::<Value>(&text).is_ok(),
                    "seed {seed}: the pinned revision is not there"
                );
            }
            Kind::Unpinned => held += 1,
        }
    }
    assert!(count("SELECT count(*) FROM request WHERE status = 200") >= keyed, "seed {seed}: responses");
    assert!(count("SELECT max(version) FROM held") >= held, "seed {seed}: decisions about vendors");
}

#[test]
fn a_state_directory_and_a_strict_log_have_everything_that_was_acknowledged() {
    if !trace::is_here() {
        return;
    }
    let home = Home::new();
    std::fs::create_dir(home.path("data")).unwrap();
    let root = home.path("data").canonicalize().unwrap();
    let file = home.path("trace");
    let options = |data: &Path| {
        let text = |part: &str| data.join(part).display().to_string();
        let more = ["--state", &text("state"), "--decision-log", &text("decisions.jsonl"), "--audit", "strict"];
        [home.arguments(), more.map(str::to_owned).to_vec()].concat()
    };
    // Two revisions, so that a pin can name a past one.
    let revision = |server: &Running| server.vendor("meridian", |_| true)["revision"].as_str().unwrap().to_owned();
    let address = free_address();
    let mut command = trace::traced(&file, Path::new(env!("CARGO_BIN_EXE_quotient")));
    command.args(["serve", "--listen", &address.to_string()]).args(options(&root));
    let tracer = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let in_use = || {
        get(address, "/v1/vendors/meridian")
            .ok()
            .and_then(|vendor| Some(vendor.json()["revision"].as_str()?.to_owned()))
    };
    until("the traced server is ready", || in_use().is_some());
    let first = in_use().unwrap();
    let rule = home.read("rules/meridian/history.rhai");
    home.save("rules/meridian/history.rhai", &rule.replace("last year ${", "the year before ${"));
    until("the second revision is in use", || in_use().is_some_and(|revision| revision != first));
    let second = in_use().unwrap();
    let done = work(address, &[first, second]);
    end(tracer);
    let calls = trace::read(&file, &root);
    let all: Vec<&[u8]> =
        calls.iter().filter_map(|call| if let Call::Send(bytes) = call { Some(&bytes[..]) } else { None }).collect();
    assert_eq!(answered(&all).len(), done.len(), "{} calls", calls.len());
    let without_servers = |seed: u64, left: &Path, sent: &[&[u8]]| {
        let answered = answered(sent);
        examine(seed, left, &done.iter().filter(|done| answered.contains(&done.number)).collect::<Vec<_>>());
    };
    expect_failure(&calls, &root, without_servers);
    let started = std::cell::Cell::new(0);
    lose_power(&calls, &root, |seed, left, sent| {
        let answered = answered(sent);
        let acknowledged: Vec<&Done> = done.iter().filter(|done| answered.contains(&done.number)).collect();
        // A server starts on some of what is left, and answers by it; this comes first, because it repairs what it opens.
        if seed % u64::from(cases(40, 200)) == 7 && !acknowledged.is_empty() {
            started.set(started.get() + 1);
            let server = Running::launch(&options(left));
            server.until("it is ready", |ready| ready["vendors"] == ready["active"]);
            let last = acknowledged.iter().rev().find_map(|done| match &done.kind {
                Kind::Pinned { revision } => Some(Some(revision.clone())),
                Kind::Unpinned => Some(None),
                Kind::Book { .. } | Kind::Keyed => None,
            });
            // The next decision may be there although it was not acknowledged.
            let is_last = answered.len() == done.len();
            if let (Some(Some(pinned)), true) = (last, is_last) {
                assert_eq!(revision(&server), pinned, "seed {seed}");
            }
            for done in &acknowledged {
                if let Kind::Book { id, .. } = &done.kind {
                    let path = format!("/v1/vendors/meridian/books/{id}");
                    assert_eq!(get(server.address, &path).unwrap().status, 200, "seed {seed}");
                }
            }
        }
        examine(seed, left, &acknowledged);
    });
    println!("{} servers started on what was left", started.get());
}

/// Ends a traced program and the program that traces it.
fn end(mut tracer: Child) {
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", tracer.id())).unwrap_or_default();
    for child in children.split_whitespace() {
        drop(Command::new("kill").args(["-s", "KILL", child]).status());
    }
    tracer.wait().unwrap();
}

#[test]
fn a_failing_disk_is_an_error_of_the_request_and_loses_nothing() {
    if !trace::is_here() {
        return;
    }
    let mut refused = 0;
    for at in (1..=cases(25, 120)).step_by(if is_full() { 1 } else { 8 }) {
        for (call, error) in [("pwrite64", "ENOSPC"), ("fdatasync,fsync", "EIO")] {
            let (home, address, what) = (Home::new(), free_address(), format!("{call} {at} {error}"));
            let state = home.path("state").display().to_string();
            let mut command = Command::new("strace");
            command.args(["-f", "-o", "/dev/null", "-e", &format!("trace={call}")]);
            command.args(["-e", &format!("inject={call}:error={error}:when={at}+"), env!("CARGO_BIN_EXE_quotient")]);
            command.args(["serve", "--listen", &address.to_string(), "--state", &state]).args(home.arguments());
            let mut tracer = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let is_ready = || get(address, "/health/ready").is_ok_and(|ready| ready.status == 200);
            // It starts, or it ends with the reason.
            until(&what, || tracer.try_wait().unwrap().is_some() || is_ready());
            let (mut stored, mut keyed) = (Vec::new(), Vec::new());
            for number in 0..12 {
                let body = assessment(&format!("P{number}"));
                let book = serde_json::from_str::<Value>(&body).unwrap()["book"].to_string();
                let key = format!("Idempotency-Key: k{number}");
                let fields = ["Content-Type: application/json", &key];
                let send = |path: &str, body: &str| {
                    ask(address, "POST", &format!("/v1/vendors/meridian/{path}"), &fields, body.as_bytes())
                };
                for (path, body) in [("assessments", &body), ("books", &book)] {
                    match send(path, body) {
                        Ok(answer) if answer.status == 200 => keyed.push(body.clone()),
                        Ok(answer) if answer.status == 201 => {
                            stored.push(answer.json()["id"].as_str().unwrap().to_owned())
                        }
                        Ok(answer) => {
                            assert_eq!(answer.json()["code"], "state_unavailable", "{what}: {}", answer.text());
                            refused += 1;
                        }
                        Err(_) => assert!(tracer.try_wait().unwrap().is_some(), "{what}: no response"),
                    }
                }
            }
            end(tracer);
            let server = home.serve(&["--state", &state]);
            for id in &stored {
                let path = format!("/v1/vendors/meridian/books/{id}");
                assert_eq!(get(server.address, &path).unwrap().status, 200, "{what}: a stored book");
            }
            for body in &keyed {
                let number = body.split_once("\"partner_id\":\"P").unwrap().1.split('"').next().unwrap();
                let fields = ["Content-Type: application/json", &format!("Idempotency-Key: k{number}")];
                let path = "/v1/vendors/meridian/assessments";
                let again = ask(server.address, "POST", path, &fields, body.as_bytes()).unwrap();
                assert_eq!(again.field("idempotency-replayed"), Some("true"), "{what}: {}", again.text());
            }
        }
    }
    assert!(refused > 10, "{refused} requests were refused");
}
