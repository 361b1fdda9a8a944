//! Several servers with one state directory, or one database: books, pins and keys hold everywhere, also while one of
//! them is killed.

use super::hostile::assessment;
use super::http::{Answer, ask, get, post};
use super::proxies::{Proxy, is_here};
use super::running::{Home, Running};
use crate::patience::{cases, until};
use crate::support::postgres::Server;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Servers that share a state, each with a decision log.
struct Fleet {
    home: Home,
    /// Directory or address of the state.
    state: String,
}

/// Runs a test on servers that share a directory, and on servers that share a database.
fn on_both(test: impl Fn(&Fleet)) {
    test(&Fleet::new());
    if let Some(server) = Server::shared() {
        test(&Fleet { home: Home::new(), state: server.address(&server.database()) });
    }
}

const ASSESSMENTS: &str = "/v1/vendors/meridian/assessments";
const PIN: &str = "/v1/vendors/meridian/pin";

impl Fleet {
    fn new() -> Self {
        let home = Home::new();
        let state = home.path("state").display().to_string();
        Self { home, state }
    }

    /// Starts a server of this name.
    fn start(&self, name: &str) -> Running {
        let log = self.home.path(&format!("{name}.jsonl")).display().to_string();
        self.home.serve(&["--state", &self.state, "--replica", name, "--decision-log", &log, "--audit", "strict"])
    }

    /// Number of decisions in all logs, by the part of the request id before the first `-`.
    fn decisions(&self, names: &[&str]) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for name in names {
            let text = std::fs::read_to_string(self.home.path(&format!("{name}.jsonl"))).unwrap();
            for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
                if let (Some("quotient.decision/1"), Some(id)) = (line["schema"].as_str(), line["request_id"].as_str())
                {
                    *counts.entry(id.split('-').next().unwrap().to_owned()).or_default() += 1;
                }
            }
        }
        counts
    }

    /// Saves rules that state another reason, and waits until every server uses them; returns both revisions.
    fn change(&self, servers: &[&Running]) -> (String, String) {
        let before = revision(servers[0]);
        let rule = self.home.read("rules/meridian/history.rhai");
        self.home.save("rules/meridian/history.rhai", &rule.replace("last year ${", "the year before ${"));
        for server in servers {
            server.vendor("meridian", |vendor| vendor["revision"] != before.as_str() && vendor["state"] == "active");
        }
        (before, revision(servers[0]))
    }
}

fn revision(server: &Running) -> String {
    server.vendor("meridian", |_| true)["revision"].as_str().unwrap().to_owned()
}

fn send(server: &Running, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let fields: &[&str] = if body.is_empty() { &[] } else { &["Content-Type: application/json"] };
    ask(server.address, method, path, fields, body.as_bytes()).unwrap()
}

fn book(partner: &str) -> Value {
    serde_json::from_str::<Value>(&assessment(partner)).unwrap()["book"].clone()
}

fn by_reference(partner: &str, id: &str) -> Value {
    json!({"partner": partner, "as_of": "2025-12-31", "book": {"base": id}})
}

fn with_key(address: SocketAddr, key: &str, by: &str, body: &str) -> std::io::Result<Answer> {
    let fields =
        ["Content-Type: application/json", &format!("Idempotency-Key: {key}"), &format!("X-Request-Id: {key}-{by}")];
    ask(address, "POST", ASSESSMENTS, &fields, body.as_bytes())
}

#[test]
fn a_stored_book_answers_in_every_replica_until_it_is_removed_in_one() {
    on_both(|fleet| {
        let (one, other) = (fleet.start("one"), fleet.start("other"));
        let stored = send(&one, "POST", "/v1/vendors/meridian/books", &book("P1"));
        assert_eq!(stored.status, 201, "{}", stored.text());
        let id = stored.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/vendors/meridian/books/{id}");
        for server in [&other, &one] {
            let assessed = send(server, "POST", ASSESSMENTS, &by_reference("P1", &id));
            assert_eq!((assessed.status, &assessed.json()["input_hash"]), (200, &json!(id)), "{}", assessed.text());
            assert_eq!(get(server.address, &path).unwrap().json(), stored.json());
            let list = get(server.address, "/v1/vendors/meridian/books").unwrap().json();
            assert_eq!(list["books"], json!([stored.json()]));
        }
        // A replica that starts later has it too, and so has one that was killed.
        one.signal("KILL");
        one.wait();
        let third = fleet.start("third");
        assert_eq!(send(&third, "POST", ASSESSMENTS, &by_reference("P1", &id)).status, 200);
        assert_eq!(send(&third, "DELETE", &path, &Value::Null).status, 204);
        until("the copy of the other replica is removed", || get(other.address, &path).unwrap().status == 404);
        let gone = send(&other, "POST", ASSESSMENTS, &by_reference("P1", &id));
        assert_eq!((gone.status, &gone.json()["code"]), (404, &json!("book_unknown")));
    });
}

#[test]
fn a_pin_and_a_rollback_hold_in_every_replica_and_after_a_restart() {
    on_both(|fleet| {
        let (one, other) = (fleet.start("one"), fleet.start("other"));
        let (before, after) = fleet.change(&[&one, &other]);
        let decides = |server: &Running| {
            post(server.address, ASSESSMENTS, &assessment("P1")).unwrap().field("quotient-revision").unwrap().to_owned()
        };
        let pinned = send(&one, "PUT", PIN, &json!({"revision": before, "reason": "quotas look wrong"}));
        assert_eq!(pinned.status, 200, "{}", pinned.text());
        // The response came after every replica follows.
        assert_eq!((decides(&one), decides(&other)), (before.clone(), before.clone()), "{}", other.log());
        assert_eq!(other.vendor("meridian", |_| true)["pin"]["reason"], "quotas look wrong");
        // A replica that is killed right after it, and one that starts new.
        one.signal("KILL");
        one.wait();
        let third = fleet.start("third");
        assert_eq!(decides(&third), before);
        assert_eq!(third.vendor("meridian", |_| true)["pin"]["reason"], "quotas look wrong");
        let unpinned = send(&third, "DELETE", PIN, &json!({"reason": "they are right"}));
        assert_eq!(unpinned.status, 200, "{}", unpinned.text());
        assert_eq!((decides(&other), decides(&third)), (after.clone(), after.clone()));
        let back =
            send(&other, "POST", "/v1/vendors/meridian/rollback", &json!({"revision": before, "reason": "again"}));
        assert_eq!(back.status, 200, "{}", back.text());
        assert_eq!((decides(&other), decides(&third)), (before.clone(), before));
        // The history is that of all replicas.
        let revisions = get(third.address, "/v1/vendors/meridian/revisions").unwrap().json();
        let outcomes: Vec<&str> =
            revisions["history"].as_array().unwrap().iter().filter_map(|event| event["outcome"].as_str()).collect();
        let expected = ["activated", "activated", "pinned", "unpinned", "rolled_back"];
        let named: Vec<&str> = outcomes.iter().copied().filter(|outcome| expected.contains(outcome)).collect();
        assert_eq!(named, expected, "{revisions:#}");
        // Other content ends the rollback everywhere.
        let rule = fleet.home.read("rules/meridian/history.rhai");
        fleet.home.save("rules/meridian/history.rhai", &rule.replace("the year before ${", "the previous year ${"));
        for server in [&other, &third] {
            server
                .vendor("meridian", |vendor| vendor["pin"].is_null() && vendor["revision"] == vendor["disk_revision"]);
        }
    });
}

#[test]
fn a_pin_of_an_earlier_version_is_shared_with_replicas_that_join() {
    let fleet = Fleet::new();
    let one = fleet.start("one");
    let (before, _) = fleet.change(&[&one]);
    assert_eq!(send(&one, "PUT", PIN, &json!({"revision": before, "reason": "x"})).status, 200);
    one.signal("TERM");
    assert_eq!(one.wait(), Some(0));
    // The record of the vendor stays, as an earlier version left it, and what replicas share is gone.
    std::fs::remove_file(fleet.home.path("state/shared.db")).unwrap();
    let (again, other) = (fleet.start("again"), fleet.start("other"));
    assert_eq!((revision(&again), revision(&other)), (before.clone(), before));
    assert_eq!(send(&other, "DELETE", PIN, &json!({"reason": "y"})).status, 200);
    again.vendor("meridian", |vendor| vendor["pin"].is_null());
}

#[test]
fn a_key_is_decided_once_by_all_replicas() {
    on_both(|fleet| {
        let (one, other) = (fleet.start("one"), fleet.start("other"));
        let keys = cases(100, 500);
        let answer = |server: &Running, by: &str, at: u32| {
            let body = assessment(&format!("P{at}"));
            loop {
                let answer = with_key(server.address, &format!("k{at}"), by, &body).unwrap();
                match (answer.status, answer.json()["code"].as_str()) {
                    (200, _) => return answer.text(),
                    (409, Some("idempotency_in_flight")) => std::thread::sleep(std::time::Duration::from_millis(2)),
                    _ => panic!("{}", answer.text()),
                }
            }
        };
        std::thread::scope(|scope| {
            let callers: Vec<_> = (0..4)
                .map(|caller| {
                    let (one, other) = (&one, &other);
                    scope.spawn(move || {
                        for at in (0..keys).filter(|at| at % 4 == caller) {
                            let (first, second) = std::thread::scope(|scope| {
                                let first = scope.spawn(|| answer(one, "a", at));
                                (answer(other, "b", at), first.join().unwrap())
                            });
                            assert_eq!(first, second);
                        }
                    })
                })
                .collect();
            callers.into_iter().for_each(|caller| caller.join().unwrap());
        });
        let decisions = fleet.decisions(&["one", "other"]);
        assert_eq!(decisions.len(), keys as usize);
        let twice: Vec<_> = decisions.iter().filter(|(_, count)| **count != 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
        // Another request under the same key is refused everywhere, also after a restart.
        let mismatch = |server: &Running| with_key(server.address, "k0", "c", &assessment("Q")).unwrap().status;
        assert_eq!((mismatch(&one), mismatch(&other)), (422, 422));
        other.signal("TERM");
        other.wait();
        let third = fleet.start("third");
        assert_eq!(mismatch(&third), 422);
        let again = with_key(third.address, "k0", "c", &assessment("P0")).unwrap();
        assert_eq!((again.status, again.field("idempotency-replayed")), (200, Some("true")));
    });
}

#[test]
fn the_status_shows_a_roll_out_and_a_request_may_ask_that_all_agree() {
    on_both(|fleet| {
        let one = fleet.start("one");
        let text = |part: &str| fleet.home.path(part).display().to_string();
        let (own_rules, state) = (fleet.home.path("own"), fleet.state.clone());
        super::running::copy(&fleet.home.path("rules"), &own_rules);
        let own = own_rules.display().to_string();
        let policies = text("policies");
        let other =
            Running::start(&["--rules", &own, "--policies", &policies, "--state", &state, "--replica", "other"]);
        let status = |server: &Running| get(server.address, "/v1/status").unwrap().json();
        let agreed = format!("{ASSESSMENTS}?agreed=true");
        assert_eq!(status(&one)["vendors"]["meridian"]["is_agreed"], true, "{}", status(&one));
        assert_eq!(post(one.address, &agreed, &assessment("P1")).unwrap().status, 200);
        // The rules of one replica change before those of the other.
        let rule = std::fs::read_to_string(own_rules.join("meridian/history.rhai")).unwrap();
        std::fs::write(own_rules.join("meridian/history.rhai"), rule.replace("last year ${", "a year ago ${")).unwrap();
        let old = revision(&one);
        other.vendor("meridian", |vendor| vendor["revision"] != old.as_str());
        let new = revision(&other);
        until("the other reports its revision", || status(&one)["replicas"][1]["revisions"]["meridian"] == json!(new));
        let shown = status(&one);
        let names: Vec<&str> =
            shown["replicas"].as_array().unwrap().iter().filter_map(|r| r["name"].as_str()).collect();
        assert_eq!((&shown["replica"], names), (&json!("one"), vec!["one", "other"]), "{shown:#}");
        assert_eq!(shown["replicas"][0]["revisions"]["meridian"], json!(old));
        assert_eq!(shown["replicas"][1]["revisions"]["meridian"], json!(new));
        let mut both = [old.clone(), new.clone()];
        both.sort();
        assert_eq!(shown["vendors"]["meridian"], json!({"is_agreed": false, "revisions": both}));
        assert_eq!(shown["vendors"]["halcyon"]["is_agreed"], true);
        let refused = post(one.address, &agreed, &assessment("P1")).unwrap();
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("replicas_differ")));
        assert_eq!(
            refused.json()["errors"][0]["fields"],
            json!({"replica": "other", "revision": new}),
            "{}",
            refused.text()
        );
        assert_eq!(
            post(one.address, ASSESSMENTS, &assessment("P1")).unwrap().status,
            200,
            "only where it is asked for"
        );
        assert_eq!(post(one.address, &format!("{agreed}&revision={old}"), &assessment("P1")).unwrap().status, 200);
        // One that is killed is gone after some seconds; one that ends is not listed.
        other.signal("KILL");
        other.wait();
        until("the other is gone", || status(&one)["replicas"][1]["is_present"] == false);
        assert_eq!(post(one.address, &agreed, &assessment("P1")).unwrap().status, 200);
        let third = fleet.start("third");
        third.signal("TERM");
        third.wait();
        let shown = status(&one);
        assert!(shown["replicas"].as_array().unwrap().iter().all(|replica| replica["name"] != "third"), "{shown:#}");
    });
}

#[test]
fn a_database_that_is_away_is_a_problem_and_comes_back() {
    let Some(mut database) = Server::start(false) else { return };
    let fleet = Fleet { home: Home::new(), state: database.address(&database.database()) };
    let one = fleet.start("one");
    let with_key = |key: &str| with_key(one.address, key, "a", &assessment("P1")).unwrap();
    assert_eq!(with_key("k1").status, 200);
    let stored = send(&one, "POST", "/v1/vendors/meridian/books", &book("P1")).json();
    database.end();
    let away = with_key("k2");
    assert_eq!((away.status, &away.json()["code"]), (503, &json!("state_unavailable")), "{}", away.text());
    // Decisions that need nothing shared go on.
    assert_eq!(post(one.address, ASSESSMENTS, &assessment("P1")).unwrap().status, 200);
    until("the health has the reason", || get(one.address, "/health").unwrap().text().contains("shared state"));
    database.begin();
    until("the state is back", || with_key("k2").status == 200);
    assert_eq!(with_key("k1").field("idempotency-replayed"), Some("true"));
    let other = fleet.start("other");
    let id = stored["id"].as_str().unwrap();
    assert_eq!(send(&other, "POST", ASSESSMENTS, &by_reference("P1", id)).status, 200);
}

#[test]
fn a_server_without_a_state_directory_has_no_replicas() {
    let home = Home::new();
    let server = home.serve(&[]);
    let status = get(server.address, "/v1/status").unwrap().json();
    assert_eq!((&status["replica"], &status["replicas"]), (&Value::Null, &json!([])));
    assert_eq!(status["vendors"]["meridian"]["is_agreed"], true);
    assert_eq!(post(server.address, &format!("{ASSESSMENTS}?agreed=true"), &assessment("P1")).unwrap().status, 200);
}

/// What callers saw while requests went to the replicas.
#[derive(Default)]
struct Seen {
    asked: AtomicUsize,
    failed: parking_lot::Mutex<Vec<String>>,
}

/// Sends mixed requests from several callers to `addresses`, and to the next after a failure, until `asked` are
/// answered; `midway` is called after a third of them.
fn mixed(addresses: &[SocketAddr], id: &str, pinned: &str, asked: usize, midway: impl FnOnce() + Send) -> Seen {
    let seen = Seen::default();
    std::thread::scope(|scope| {
        for caller in 0..4 {
            let seen = &seen;
            scope.spawn(move || {
                let mut at = 0;
                while seen.asked.load(Ordering::Relaxed) < asked {
                    at += 1;
                    // Every fourth key is used twice.
                    let key = format!("c{caller}n{}", if at % 4 == 0 { at - 1 } else { at });
                    let body = match at % 4 {
                        0 | 3 => assessment(&format!("P{caller}")),
                        _ => by_reference("P1", id).to_string(),
                    };
                    let mut tries = (0..).map(|step| (at + caller + step) % addresses.len());
                    let answer = loop {
                        let address = addresses[tries.next().unwrap()];
                        let answer = match at % 4 {
                            1 => post(address, ASSESSMENTS, &body),
                            _ => with_key(address, &key, "x", &body),
                        };
                        match answer {
                            // A proxy says 502 to 504 for a replica that was killed.
                            Ok(answer) if !matches!(answer.status, 409 | 502..=504) => break answer,
                            // A key that a killed replica had begun is taken over after some seconds.
                            _ => std::thread::sleep(std::time::Duration::from_millis(20)),
                        }
                    };
                    seen.asked.fetch_add(1, Ordering::Relaxed);
                    if answer.status != 200 || answer.field("quotient-revision") != Some(pinned) {
                        seen.failed.lock().push(format!("{} {}", answer.status, answer.text()));
                    }
                }
            });
        }
        scope.spawn(|| {
            until("a third is answered", || seen.asked.load(Ordering::Relaxed) > asked / 3);
            midway();
        });
    });
    seen
}

#[test]
fn mixed_requests_lose_no_book_no_key_and_no_pin_while_a_replica_is_killed() {
    on_both(|fleet| lose_nothing(fleet, |one, other| (vec![one.address, other.address], None)));
}

#[test]
fn nor_do_they_behind_haproxy() {
    if !is_here("haproxy") {
        return;
    }
    lose_nothing(&Fleet::new(), |one, other| {
        let proxy = Proxy::haproxy([one, other]);
        (vec![proxy.address], Some(proxy))
    });
}

/// Sends mixed requests to two replicas, of which one is killed, through what `entrance` puts before them.
fn lose_nothing(fleet: &Fleet, entrance: impl FnOnce(&Running, &Running) -> (Vec<SocketAddr>, Option<Proxy>)) {
    let (one, other) = (fleet.start("one"), fleet.start("other"));
    let (addresses, _proxy) = entrance(&one, &other);
    let (pinned, _) = fleet.change(&[&one, &other]);
    assert_eq!(send(&one, "PUT", PIN, &json!({"revision": pinned, "reason": "x"})).status, 200);
    let id = send(&other, "POST", "/v1/vendors/meridian/books", &book("P1")).json()["id"].as_str().unwrap().to_owned();
    let seen = mixed(&addresses, &id, &pinned, cases(1_000, 10_000) as usize, || {
        // Rules roll out at the same time; the pin holds.
        let rule = fleet.home.read("rules/meridian/history.rhai");
        fleet.home.save("rules/meridian/history.rhai", &(rule + "\n// rolled out\n"));
        other.signal("KILL");
    });
    let newest = one.vendor("meridian", |vendor| vendor["disk_revision"] != pinned.as_str());
    assert_eq!(newest["revision"], pinned.as_str(), "{newest}");
    let failed = seen.failed.into_inner();
    assert!(failed.is_empty(), "{} of {:?}: {}", failed.len(), seen.asked, failed[0]);
    // A killed replica may have decided a request whose caller got no response; the next one decides it again.
    let decisions = fleet.decisions(&["one"]);
    let twice: Vec<_> = decisions.iter().filter(|(key, count)| key.starts_with('c') && **count != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
