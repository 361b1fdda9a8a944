//! Rules that change under load: what is in use, what is told, and what never happens.

use super::hostile::assessment;
use super::http::{ask, get, post};
use super::load::{Load, Manner, anything};
use super::running::{Home, Running};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

#[test]
fn a_broken_rule_keeps_the_last_good_one_and_is_reported_everywhere() {
    let home = Home::new();
    let state = home.path("state").display().to_string();
    let server = home.serve(&["--state", &state]);
    let load = Load::start(server.address, "meridian", Manner::default(), anything);
    let good = server.vendor("meridian", |vendor| vendor["state"] == "active")["revision"].clone();
    let rule = home.read("rules/meridian/history.rhai");
    for round in 0..3 {
        home.save("rules/meridian/history.rhai", &rule.replacen("partner.history", "partner.histroy", 1));
        let broken = server.vendor("meridian", |vendor| vendor["state"] == "degraded");
        assert_eq!(broken["revision"], good, "round {round}");
        assert_ne!(broken["disk_revision"], good);
        let finding = &broken["findings"][0];
        let place = &finding["places"][0];
        assert!(place["file"].as_str().unwrap().ends_with("rules/meridian/history.rhai"), "{finding}");
        assert!(place["line"].is_u64() && finding["help"].as_str().unwrap().contains("history"), "{finding}");
        let health = get(server.address, "/health").unwrap().json();
        assert_eq!(
            (&health["status"], &health["reasons"][0]),
            (&"degraded".into(), &"vendor `meridian` is degraded".into())
        );
        let metrics = get(server.address, "/metrics").unwrap().text();
        assert!(metrics.contains("quotient_policy_last_reload_successful{vendor=\"meridian\"} 0"), "{metrics}");
        assert_eq!(get(server.address, "/health/ready").unwrap().status, 200);
        // The other vendor is as it was.
        assert_eq!(server.vendor("halcyon", |_| true)["state"], "active");
        home.save("rules/meridian/history.rhai", &rule);
        let mended = server.vendor("meridian", |vendor| vendor["state"] == "active");
        assert_eq!((&mended["revision"], &mended["findings"]), (&good, &serde_json::json!([])));
    }
    load.end();
    let line =
        server.log().lines().find(|line| line.contains("the last valid revision stays in effect")).unwrap().to_owned();
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["level"], &line["vendor"]), (&"ERROR".into(), &"meridian".into()));
    assert!(line["findings"].as_str().unwrap().contains("^^^"), "the finding is underlined: {line}");
}

#[test]
fn a_restart_with_a_broken_directory_serves_the_last_good_revision_and_says_so() {
    let home = Home::new();
    let state = home.path("state").display().to_string();
    let good = {
        let server = home.serve(&["--state", &state]);
        let good = server.vendor("meridian", |vendor| vendor["state"] == "active")["revision"].clone();
        server.signal("TERM");
        assert_eq!(server.wait(), Some(0));
        good
    };
    home.save("rules/meridian/history.rhai", "fn assess(partner) { ");
    let mut arguments = home.arguments();
    arguments.extend(["--state".to_owned(), state]);
    let server = Running::launch(&arguments);
    server.until("two vendors are known", |ready| ready["vendors"] == 2);
    let vendor = server.vendor("meridian", |vendor| vendor["state"] == "degraded");
    assert_eq!(vendor["revision"], good);
    assert_eq!(vendor["findings"][0]["code"], "script::syntax");
    let answer = post(server.address, "/v1/vendors/meridian/assessments", &assessment("P1")).unwrap();
    assert_eq!((answer.status, answer.field("quotient-revision")), (200, good.as_str()));
}

#[test]
fn people_pin_go_back_and_replay_old_revisions() {
    let home = Home::new();
    let server = home.serve(&[]);
    let before =
        server.vendor("meridian", |vendor| vendor["state"] == "active")["revision"].as_str().unwrap().to_owned();
    let body = assessment("P1");
    let assess = |query: &str| {
        let answer = post(server.address, &format!("/v1/vendors/meridian/assessments{query}"), &body).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    };
    let then = assess("");
    let rule = home.read("rules/meridian/history.rhai");
    home.save("rules/meridian/history.rhai", &rule.replace("last year ${", "the year before ${"));
    let after = server.vendor("meridian", |vendor| vendor["revision"] != before.as_str());
    assert_eq!(after["state"], "active", "{after}");
    let after = after["revision"].as_str().unwrap().to_owned();
    assert_ne!(assess(""), then);
    assert_eq!(assess(&format!("?revision={before}")), then, "an old decision is made again with its own rules");

    let decide = |method: &str, path: &str, body: serde_json::Value| {
        let path = format!("/v1/vendors/meridian/{path}");
        ask(server.address, method, &path, &["Content-Type: application/json"], body.to_string().as_bytes()).unwrap()
    };
    assert_eq!(decide("POST", "rollback", serde_json::json!({"revision": before, "reason": ""})).status, 422);
    assert_eq!(decide("POST", "rollback", serde_json::json!({"revision": "0".repeat(64), "reason": "x"})).status, 404);
    let back = decide("POST", "rollback", serde_json::json!({"revision": before, "reason": "quotas look wrong"}));
    assert_eq!(back.status, 200, "{}", back.text());
    assert_eq!(back.json()["revision"], before.as_str());
    assert_eq!(back.json()["pin"]["reason"], "quotas look wrong");
    assert_eq!(assess(""), then);
    let unpinned = decide("DELETE", "pin", serde_json::json!({"reason": "it was right"}));
    assert_eq!(unpinned.json()["revision"], after.as_str(), "{}", unpinned.text());
    let revisions = get(server.address, "/v1/vendors/meridian/revisions").unwrap().json();
    let outcomes: Vec<&str> =
        revisions["history"].as_array().unwrap().iter().filter_map(|a| a["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["activated", "activated", "rolled_back", "unpinned"]);
    let files = get(server.address, &format!("/v1/vendors/meridian/revisions/{before}")).unwrap().json();
    let old = files["files"].as_array().unwrap().iter().find(|f| f["path"].as_str().unwrap().ends_with("history.rhai"));
    assert_eq!(old.unwrap()["text"], rule);
    // What changes between the two is told on a book.
    let compared = format!("/v1/vendors/meridian/comparisons?before={before}&after={after}");
    let compared = post(server.address, &compared, &body).unwrap();
    assert_eq!(compared.status, 200, "{}", compared.text());
    assert!(compared.text().contains("the year before"), "{}", compared.text());
}

#[test]
fn a_reload_that_is_asked_for_returns_what_really_came_of_it() {
    let home = Home::new();
    let server = home.serve(&["--no-events", "--poll", "3600"]);
    let reload = |path: &str| ask(server.address, "POST", path, &[], b"").unwrap().json();
    assert_eq!(reload("/v1/reload")["is_success"], true);
    let rule = home.read("rules/meridian/history.rhai");
    home.save("rules/meridian/history.rhai", "fn assess(partner) { 1 }");
    let refused = reload("/v1/vendors/meridian/reload");
    assert_eq!((&refused["is_success"], &refused["vendors"]["meridian"]["state"]), (&false.into(), &"degraded".into()));
    assert!(refused["vendors"]["meridian"]["findings"].as_array().is_some_and(|list| !list.is_empty()), "{refused}");
    assert_eq!(refused["vendors"].as_object().unwrap().len(), 1);
    home.save("rules/meridian/history.rhai", &rule);
    assert_eq!(reload("/v1/vendors/meridian/reload")["is_success"], true);
    assert_eq!(ask(server.address, "POST", "/v1/vendors/nobody/reload", &[], b"").unwrap().status, 404);
}

#[test]
fn changes_are_streamed_as_they_happen() {
    use std::io::{BufRead, BufReader, Write};
    let home = Home::new();
    let server = home.serve(&[]);
    let mut stream = std::net::TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(crate::patience::HANG)).unwrap();
    stream.write_all(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("listening")));
    home.save("rules/meridian/history.rhai", "fn assess(partner) { ");
    let data = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned)).unwrap();
    let change: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (&change["vendor"], &change["outcome"], &change["state"]),
        (&"meridian".into(), &"refused".into(), &"degraded".into())
    );
    assert_eq!(change["findings"][0]["code"], "script::syntax");
}

#[test]
fn shutdown_completes_requests_in_progress_and_readiness_is_off() {
    let home = Home::new();
    let server = home.serve(&["--lame-duck", "1"]);
    let answered = Arc::new(AtomicU64::new(0));
    let address = server.address;
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let answered = Arc::clone(&answered);
            // Every connection that was accepted gets its answer; at last none is accepted any more.
            thread::spawn(move || {
                loop {
                    match std::net::TcpStream::connect(address) {
                        Err(_) => return,
                        Ok(stream) => drop(stream),
                    }
                    match post(address, "/v1/vendors/meridian/assessments", &assessment("P1")) {
                        Ok(answer) => {
                            assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(error) => {
                            let text = error.to_string();
                            assert!(
                                !text.contains("no answer") || std::net::TcpStream::connect(address).is_err(),
                                "{text}"
                            );
                        }
                    }
                }
            })
        })
        .collect();
    while answered.load(Ordering::Relaxed) < 20 {
        thread::sleep(Duration::from_millis(10));
    }
    server.signal("TERM");
    thread::sleep(Duration::from_millis(200));
    let ready = get(address, "/health/ready").unwrap();
    assert_eq!((ready.status, &ready.json()["reason"]), (503, &"the server is shutting down".into()));
    assert_eq!(server.wait(), Some(0));
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(!server.log().contains("cut off"), "{}", server.log());
}
