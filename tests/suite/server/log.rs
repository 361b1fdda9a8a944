//! The decision log of a server: what stands in it, and what happens when it cannot be written.

use super::hostile::assessment;
use super::http::{ask, get, post};
use super::running::{Home, free_address};
use crate::patience::until;
use std::process::Command;

/// Every record of a log, without the entries that the log adds itself.
fn records(text: &str) -> Vec<serde_json::Value> {
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.filter(|line| line["schema"] == "quotient.decision/1").collect()
}

#[test]
fn every_decision_is_recorded_and_can_be_decided_again() {
    let home = Home::new();
    let (log, state) = (home.path("decisions.jsonl").display().to_string(), home.path("state").display().to_string());
    let arguments = ["--decision-log", &log, "--audit", "strict", "--state", &state];
    let server = home.serve(&arguments);
    let path = "/v1/vendors/meridian/assessments";
    let one = ask(
        server.address,
        "POST",
        path,
        &["Content-Type: application/json", "X-Request-Id: first"],
        assessment("P1").as_bytes(),
    );
    assert_eq!(one.unwrap().status, 200);
    assert_eq!(post(server.address, path, "{\"x\":1}").unwrap().status, 400);
    let batch =
        [assessment("P2"), "{".to_owned(), assessment("P3").replace("\"as_of\":\"2025-12-31\",", "")].join("\n");
    let batch = ask(
        server.address,
        "POST",
        &format!("{path}?as_of=2025-06-30"),
        &["Content-Type: application/x-ndjson"],
        batch.as_bytes(),
    );
    assert!(batch.unwrap().text().contains("\"ok\":2,\"failed\":1"));
    let proposal = assessment("P4").replacen('{', "{\"target\":\"10000\",", 1);
    let csv = ask(
        server.address,
        "POST",
        "/v1/vendors/meridian/proposals",
        &["Content-Type: application/json", "Accept: text/csv"],
        proposal.as_bytes(),
    );
    assert_eq!(csv.unwrap().status, 200);
    let book = assessment("P5");
    let book = serde_json::from_str::<serde_json::Value>(&book).unwrap()["book"].to_string();
    let kept = post(server.address, "/v1/vendors/meridian/books", &book).unwrap();
    let by_reference = format!(r#"{{"partner":"P5","book":{{"base":{}}}}}"#, kept.json()["id"]);
    assert_eq!(post(server.address, path, &by_reference).unwrap().status, 200);
    // The rules change; the old decisions keep theirs.
    let rule = home.read("rules/meridian/history.rhai");
    home.save("rules/meridian/history.rhai", &rule.replace("last year ", "the year before "));
    let changed =
        server.vendor("meridian", |vendor| vendor["disk_revision"] == vendor["revision"] && vendor["since"] != "");
    drop(changed);
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));

    let found = records(&std::fs::read_to_string(&log).unwrap());
    let kinds: Vec<&str> = found.iter().filter_map(|record| record["kind"].as_str()).collect();
    assert_eq!(kinds, ["assessment", "assessment", "assessment", "assessment", "assessment", "proposal", "assessment"]);
    let statuses: Vec<&str> = found.iter().filter_map(|record| record["outcome"]["status"].as_str()).collect();
    assert_eq!(statuses, ["decided", "refused", "decided", "refused", "decided", "decided", "decided"]);
    assert_eq!(found[0]["request_id"], "first");
    assert_eq!(found[0]["input"]["book"]["partners"][0]["partner_id"], "P1");

    let replay = Command::new(env!("CARGO_BIN_EXE_quotient"))
        .args(["replay", &log, "--state", &state])
        .args(home.arguments())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&replay.stdout).into_owned() + &*String::from_utf8_lossy(&replay.stderr);
    assert_eq!(replay.status.code(), Some(0), "{said}");
    // The line that was no JSON has no text that could be kept.
    assert!(said.contains("6  same") && said.contains("1  not replayable"), "{said}");
}

/// Kind, stage, caller and code of every administrative act in a log.
fn acts(text: &str) -> Vec<[String; 4]> {
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let acts = lines.filter(|line| line["schema"] == "quotient.act/1");
    acts.map(|act| ["kind", "stage", "caller", "code"].map(|key| act[key].as_str().unwrap_or("-").to_owned())).collect()
}

const OPERATOR: &str = "[[token]]\nname = \"operator\"\ntoken = \"operator-secret-that-is-long\"\n\
                        scopes = [\"read\", \"evaluate\", \"admin\"]\n";

#[test]
fn what_administrators_do_is_recorded_before_and_after() {
    let home = Home::new();
    let [log, tokens] = ["decisions.jsonl", "tokens.toml"].map(|name| home.path(name).display().to_string());
    std::fs::write(&tokens, OPERATOR).unwrap();
    let server = home.serve(&["--decision-log", &log, "--audit", "strict", "--tokens", &tokens]);
    let fields = ["Content-Type: application/json", "Authorization: Bearer operator-secret-that-is-long"];
    let send =
        |method: &str, path: &str, body: &str| ask(server.address, method, path, &fields, body.as_bytes()).unwrap();
    let revision = send("GET", "/v1/vendors/meridian", "").json()["revision"].as_str().unwrap().to_owned();
    let body = |revision: &str| format!(r#"{{"revision":"{revision}","reason":"quotas look wrong"}}"#);
    let pinned = send("PUT", "/v1/vendors/meridian/pin", &body(&revision));
    assert_eq!(pinned.status, 200, "{}", pinned.text());
    assert_eq!(send("DELETE", "/v1/vendors/meridian/pin", r#"{"reason":"they are right"}"#).status, 200);
    assert_eq!(send("POST", "/v1/vendors/meridian/rollback", &body(&"0".repeat(64))).status, 404);
    assert_eq!(send("POST", "/v1/vendors/halcyon/reload", "").status, 200);
    assert_eq!(send("POST", "/v1/vendors/meridian/assessments", &assessment("P1")).status, 200);
    // A request that is not valid asks for nothing.
    assert_eq!(send("PUT", "/v1/vendors/meridian/pin", r#"{"revision":"","reason":""}"#).status, 422);
    let changed = OPERATOR.replace("\"evaluate\", ", "") + &*OPERATOR.replace("operator", "portal");
    for (content, said) in [(&*changed, "the tokens were reloaded"), ("[[token]]\n", "the last valid tokens stay")] {
        home.save("tokens.toml", content);
        server.signal("HUP");
        until("the tokens were read", || server.log().contains(said));
    }
    until("everything was reloaded twice", || server.log().matches("everything was reloaded on SIGHUP").count() == 2);
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));

    let text = std::fs::read_to_string(&log).unwrap();
    let expected = [
        ["pin", "requested", "operator", "-"],
        ["pin", "done", "operator", "-"],
        ["unpin", "requested", "operator", "-"],
        ["unpin", "done", "operator", "-"],
        ["rollback", "requested", "operator", "-"],
        ["rollback", "refused", "operator", "revision_unknown"],
        ["reload", "requested", "operator", "-"],
        ["reload", "done", "operator", "-"],
        ["tokens", "done", "-", "-"],
        ["reload", "done", "-", "-"],
        ["tokens", "refused", "-", "tokens::invalid"],
        ["reload", "done", "-", "-"],
    ];
    assert_eq!(acts(&text), expected.map(|act| act.map(str::to_owned)), "{text}");
    let schema = std::fs::read_to_string(format!("{}/schema/act.schema.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let acts: Vec<_> = lines.filter(|line| line["schema"] == "quotient.act/1").collect();
    acts.iter().for_each(|act| validator.validate(act).unwrap_or_else(|error| panic!("{act}: {error}")));
    assert_eq!((&acts[0]["id"], &acts[0]["revision"]), (&acts[1]["id"], &revision.as_str().into()));
    assert_eq!((&acts[1]["in_use"]["meridian"], &acts[1]["vendor"]), (&revision.as_str().into(), &"meridian".into()));
    assert_eq!((&acts[3]["reason"], &acts[3]["revision"]), (&"they are right".into(), &serde_json::Value::Null));
    assert_eq!(acts[6]["in_use"].as_object().unwrap().keys().collect::<Vec<_>>(), ["halcyon"]);
    let tokens = serde_json::json!({"added": ["portal"], "removed": [], "changed": ["operator"]});
    assert_eq!(acts[8]["tokens"], tokens);
    assert_eq!(acts[9]["in_use"].as_object().unwrap().len(), 2);
    // They are entries of the chain, and no decisions.
    for (command, code) in [("verify", 0), ("replay", 0)] {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_quotient"));
        let tool = tool.args([command, &log]).args(if command == "replay" { home.arguments() } else { Vec::new() });
        let output = tool.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(!said.contains("unknown schema"), "{said}");
    }
}

#[test]
fn a_strict_server_changes_nothing_that_it_cannot_record() {
    let home = Home::new();
    let nowhere = format!("http://{}/records", free_address());
    let server = home.serve(&["--decision-log", &nowhere, "--audit", "strict"]);
    let vendor = || get(server.address, "/v1/vendors/meridian").unwrap().json();
    let body = format!(r#"{{"revision":{},"reason":"quotas look wrong"}}"#, vendor()["revision"]);
    let send = |method: &str, path: &str, body: &str| {
        let fields = ["Content-Type: application/json"];
        let refused = ask(server.address, method, path, &fields, body.as_bytes()).unwrap();
        assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("not_recorded")), "{path}");
    };
    send("PUT", "/v1/vendors/meridian/pin", &body);
    assert_eq!(vendor()["pin"], serde_json::Value::Null);
    send("POST", "/v1/reload", "");
}

#[test]
fn a_strict_server_sends_nothing_that_it_cannot_record() {
    let home = Home::new();
    // A collector that nobody runs.
    let nowhere = format!("http://{}/records", free_address());
    let path = "/v1/vendors/meridian/assessments";
    let server = home.serve(&["--decision-log", &nowhere, "--audit", "strict"]);
    let refused = post(server.address, path, &assessment("P1")).unwrap();
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("not_recorded")), "{}", refused.text());
    assert!(refused.field("retry-after").is_some());
    let health = get(server.address, "/health").unwrap().json();
    assert_eq!((&health["status"], &health["decision_log"]["is_failing"]), (&"degraded".into(), &true.into()));
    drop(server);

    let server = home.serve(&["--decision-log", &nowhere]);
    assert_eq!(post(server.address, path, &assessment("P1")).unwrap().status, 200);
}

#[test]
fn what_must_not_be_shown_is_masked() {
    let home = Home::new();
    let log = home.path("decisions.jsonl").display().to_string();
    let server =
        home.serve(&["--decision-log", &log, "--mask", "/book/partners/*/partner_id", "--erase", "/partner_name"]);
    assert_eq!(post(server.address, "/v1/vendors/meridian/assessments", &assessment("TopSecret")).unwrap().status, 200);
    server.signal("TERM");
    server.wait();
    let record = &records(&std::fs::read_to_string(&log).unwrap())[0];
    assert_eq!(record["input"]["book"]["partners"][0]["partner_id"], "***");
    assert!(record["outcome"]["answer"].get("partner_name").is_none());
    assert!(record["masked"].as_array().is_some_and(|masked| !masked.is_empty()));
    let output = Command::new(env!("CARGO_BIN_EXE_quotient"))
        .args(["serve", "--decision-log", &log, "--mask", "book.partners"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn records_go_to_stdout_when_that_is_asked_for() {
    let home = Home::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
    let address = free_address();
    let child = command
        .args(["serve", "--decision-log", "-", "--listen", &address.to_string()])
        .args(home.arguments())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    crate::patience::until("the server is ready", || {
        get(address, "/health/ready").is_ok_and(|answer| answer.status == 200)
    });
    assert_eq!(post(address, "/v1/vendors/meridian/assessments", &assessment("P1")).unwrap().status, 200);
    assert!(Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    assert_eq!(records(&text).len(), 1, "{text}");
    // The lines of a process are a chain by themselves.
    std::fs::write(home.path("stdout.jsonl"), &text).unwrap();
    let verified =
        Command::new(env!("CARGO_BIN_EXE_quotient")).arg("verify").arg(home.path("stdout.jsonl")).output().unwrap();
    assert!(String::from_utf8_lossy(&verified.stdout).contains("entries 1 to 2 are what was written"), "{verified:?}");
}

#[cfg(unix)]
#[test]
fn stored_books_are_closed_to_others_and_have_nothing_that_is_masked() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let (log, state) = (home.path("decisions.jsonl").display().to_string(), home.path("state").display().to_string());
    let assessment = assessment("P1").replace("\"since\"", "\"partner_name\":\"Zephyr Holding\",\"since\"");
    let book = serde_json::from_str::<serde_json::Value>(&assessment).unwrap()["book"].to_string();
    let stored = |arguments: &[&str]| {
        let arguments = [&["--decision-log", &log, "--audit", "strict", "--state", &state], arguments].concat();
        let server = home.serve(&arguments);
        let id = post(server.address, "/v1/vendors/meridian/books", &book).unwrap().json()["id"].clone();
        let by_reference = format!(r#"{{"partner":"P1","book":{{"base":{id}}}}}"#);
        let path = "/v1/vendors/meridian/assessments";
        assert_eq!(post(server.address, path, &by_reference).unwrap().status, 200);
        assert_eq!(post(server.address, path, &assessment).unwrap().status, 200);
        server.signal("TERM");
        server.wait();
    };
    let files = || {
        let (mut files, mut directories) = (Vec::new(), vec![home.path("state"), home.path("decisions.jsonl")]);
        while let Some(path) = directories.pop() {
            match std::fs::read_dir(&path) {
                Ok(entries) => directories.extend(entries.map(|entry| entry.unwrap().path())),
                Err(_) => files.push(path),
            }
        }
        files
    };
    let has_name =
        |path: &std::path::PathBuf| String::from_utf8_lossy(&std::fs::read(path).unwrap()).contains("Zephyr");
    for arguments in [["--erase", "/book/partners/*/partner_name"], ["--mask", "personal"]] {
        stored(&arguments);
        assert!(files().iter().all(|path| !has_name(path)), "{arguments:?}");
    }
    stored(&[]);
    let with_name: Vec<_> = files().into_iter().filter(has_name).collect();
    assert_eq!(with_name.len(), 2, "the log and the book: {with_name:?}");
    for path in &with_name {
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path), 0o600, "{path:?}");
        if path.starts_with(home.path("state")) {
            for directory in path.ancestors().skip(1).take(3) {
                assert_eq!(mode(directory), 0o700, "{directory:?}");
            }
        }
    }
}
