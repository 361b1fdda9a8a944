//! What operators and proxies meet: an early refusal that arrives, events that continue, checks over TLS, a file of
//! options, a command beside a server.

use super::hostile::assessment;
use super::http::{ask, get, post, request};
use super::running::{Home, Running};
use crate::patience::{HANG, until};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output};

fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A proxy writes the whole body before it reads: with a reset instead of an end it would lose the response.
#[test]
fn a_sender_that_reads_only_after_its_body_gets_the_early_refusal() {
    let home = Home::new();
    let server = home.serve(&["--body", "1"]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(HANG)).unwrap();
    let length = 24 << 20;
    let head = format!(
        "POST /v1/vendors/meridian/proposals HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let piece = vec![b' '; 1 << 20];
    for _ in 0..24 {
        stream.write_all(&piece).expect("the server reads on");
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an end, and no reset");
    let answer = text(&answer);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("body_too_large"), "{answer}");
}

#[test]
fn events_pass_proxies_and_continue_after_the_last_one() {
    let home = Home::new();
    let server = home.serve(&[]);
    let open = |fields: &[&str]| {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(HANG)).unwrap();
        stream.write_all(&request("GET", "/v1/events", fields, b"")).unwrap();
        BufReader::new(stream).lines().map_while(Result::ok)
    };
    let mut lines = open(&[]);
    let head: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    assert!(head.iter().any(|line| line.eq_ignore_ascii_case("x-accel-buffering: no")), "{head:?}");
    assert!(lines.any(|line| line.contains("listening")));
    let change = |text: &str| home.save("rules/halcyon/vendor.toml", &(home.read("rules/halcyon/vendor.toml") + text));
    change("\n# one\n");
    let id = lines.find_map(|line| line.strip_prefix("id: ").map(str::to_owned)).expect("an id");
    drop(lines);
    change("# two\n");
    let generation = || get(server.address, "/v1/vendors").unwrap().json()["generation"].as_u64().unwrap();
    let before = generation();
    until("the second change", || server.log().matches("the vendor changed").count() >= 2 || generation() > before);
    let mut lines = open(&[&format!("Last-Event-ID: {id}")]);
    let next = lines.find(|line| line.starts_with("id: ") || line.starts_with("event: missed")).expect("a change");
    let number = |id: &str| id.rsplit('-').next().unwrap().parse::<u64>().unwrap();
    assert_eq!(number(&next), number(&id) + 1, "{next} after {id}");
    // An id of another process: what is known is sent, and that there may be more is said.
    let mut lines = open(&["Last-Event-ID: 0123456789abcdef-7"]);
    assert!(lines.any(|line| line == "event: missed"));
}

#[test]
fn a_check_speaks_tls() {
    let home = Home::new();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(home.path("tls.crt"), made.cert.pem()).unwrap();
    std::fs::write(home.path("tls.key"), made.signing_key.serialize_pem()).unwrap();
    let (certificate, key) = (home.path("tls.crt").display().to_string(), home.path("tls.key").display().to_string());
    let admin = super::running::free_address().to_string();
    let mut arguments = home.arguments();
    arguments
        .extend(["--tls-certificate", &certificate, "--tls-key", &key, "--admin-listen", &admin].map(str::to_owned));
    let server = Running::launch(&arguments);
    let address = server.address.to_string();
    let check = |more: &[&str]| program(&[&["healthcheck", "--listen", &address], more].concat());
    until("a server that is ready", || check(&["--tls"]).status.success());
    let plain = check(&[]);
    assert_eq!(plain.status.code(), Some(1));
    assert!(text(&plain.stderr).contains("the server expects TLS: add `--tls`"), "{}", text(&plain.stderr));
    // The certificate of a new `rcgen` is valid until the year 4096.
    let metrics = get(admin.parse().unwrap(), "/metrics").unwrap().text();
    let expiry =
        metrics.lines().find_map(|line| line.strip_prefix("quotient_certificate_expiry_timestamp_seconds{} ")).unwrap();
    assert_eq!(expiry, "67090118400", "1 January 4096");
}

#[test]
fn options_come_from_the_command_line_variables_and_a_file_in_this_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quotient.toml");
    let path = file.display().to_string();
    std::fs::write(
        &file,
        "poll = 7\ngrace = 3\ndrain_delay = 4\ninsecure = true\nmask = [\"/a\", \"/b\"]\ndecision_log = \"-\"\n",
    )
    .unwrap();
    let show = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
        command.args(["serve", "--config", &path, "--show-config"]).args(more).env("QUOTIENT_GRACE", "5");
        command.output().unwrap()
    };
    let shown = show(&["--poll", "9"]);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let shown = text(&shown.stdout);
    for line in [
        "poll = 9  # command line".to_owned(),
        "grace = 5  # variable QUOTIENT_GRACE".to_owned(),
        format!("drain_delay = 4  # file {path}"),
        format!("insecure = true  # file {path}"),
        format!("mask = [\"/a\", \"/b\"]  # file {path}"),
        "connections = 1024  # default".to_owned(),
    ] {
        assert!(shown.lines().any(|one| one == line), "no `{line}` in\n{shown}");
    }
    // What is shown is a file of options.
    std::fs::write(&file, &shown).unwrap();
    let again = show(&[]);
    assert!(again.status.success(), "{}", text(&again.stderr));
    assert!(text(&again.stdout).contains(&format!("poll = 9  # file {path}")), "{}", text(&again.stdout));
    std::fs::write(&file, "pol = 7\ngrace = \"soon\"\n").unwrap();
    let refused = show(&[]);
    assert_eq!(refused.status.code(), Some(5), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("did you mean `poll`?"), "{}", text(&refused.stderr));
}

#[test]
fn a_command_runs_beside_a_server() {
    let script = "curl -sf \"$QUOTIENT_URL/v1/vendors/meridian\" >/dev/null && exit 7";
    let ran = program(&["run", "--", "sh", "-c", script]);
    assert_eq!(ran.status.code(), Some(7), "{}", text(&ran.stderr));
    let missing = program(&["run", "--", "./no-such-program"]);
    assert!(text(&missing.stderr).contains("cannot be run"), "{}", text(&missing.stderr));
}

#[test]
fn every_request_has_a_line_in_the_log() {
    let home = Home::new();
    std::fs::write(
        home.path("tokens.toml"),
        "[[token]]\nname = \"desk\"\ntoken = \"the-secret-of-the-order-desk\"\nscopes = [\"evaluate\"]\n",
    )
    .unwrap();
    let mut arguments = home.arguments();
    arguments.extend(["--tokens".to_owned(), home.path("tokens.toml").display().to_string()]);
    let server = Running::start(&arguments);
    let fields =
        ["Content-Type: application/json", "Authorization: Bearer the-secret-of-the-order-desk", "X-Request-Id: one"];
    let body = assessment("P1");
    let path = "/v1/vendors/meridian/assessments";
    assert_eq!(ask(server.address, "POST", path, &fields, body.as_bytes()).unwrap().status, 200);
    assert_eq!(post(server.address, path, &body).unwrap().status, 401);
    let line = |word: &str| {
        let log = server.log();
        let line = log.lines().find(|line| line.contains("\"answered\"") && line.contains(word)).map(str::to_owned);
        serde_json::from_str::<serde_json::Value>(&line.unwrap_or_else(|| panic!("no {word} in {log}"))).unwrap()
    };
    let answered = line("\"one\"");
    assert_eq!(
        (&answered["caller"], &answered["vendor"], &answered["level"]),
        (&"desk".into(), &"meridian".into(), &"INFO".into())
    );
    assert!(answered["address"].as_str().unwrap().starts_with("127.0.0.1:"), "{answered}");
    assert_eq!(answered["revision"].as_str().map(str::len), Some(64), "{answered}");
    let refused = line("token_missing");
    assert_eq!((&refused["status"], &refused["level"]), (&401.into(), &"INFO".into()));
    assert!(refused["caller"].is_null(), "{refused}");
    assert!(!server.log().contains("/health/ready"), "probes would fill the log");
}

#[test]
fn a_proxy_may_keep_the_host_of_its_caller_when_it_is_allowed() {
    let home = Home::new();
    let server = home.serve(&["--allow-host", "quotas.example.com"]);
    let status = |host: &str| {
        let mut stream = TcpStream::connect(server.address).unwrap();
        let head = format!("GET /v1/vendors HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(status("quotas.example.com").starts_with("HTTP/1.1 200"));
    let refused = status("other.example.com");
    assert!(refused.starts_with("HTTP/1.1 403") && refused.contains("--allow-host other.example.com"), "{refused}");
}

#[test]
fn a_pin_is_removed_without_a_body() {
    let home = Home::new();
    let server = home.serve(&[]);
    let path = "/v1/vendors/meridian/pin";
    let revision = get(server.address, "/v1/vendors/meridian").unwrap().field("quotient-revision").unwrap().to_owned();
    let pin = serde_json::json!({"revision": revision, "reason": "a test"}).to_string();
    assert_eq!(
        ask(server.address, "PUT", path, &["Content-Type: application/json"], pin.as_bytes()).unwrap().status,
        200
    );
    let missing = ask(server.address, "DELETE", path, &[], b"").unwrap();
    assert_eq!((missing.status, &missing.json()["code"]), (400, &"parameter_invalid".into()));
    let removed = ask(server.address, "DELETE", &format!("{path}?reason=it%20is%20over"), &[], b"").unwrap();
    assert_eq!(removed.status, 200, "{}", removed.text());
    assert!(removed.json()["pin"].is_null());
    let empty = ask(server.address, "DELETE", &format!("{path}?reason="), &[], b"").unwrap();
    assert_eq!(empty.status, 422, "{}", empty.text());
}

#[test]
fn counters_begin_with_zero_and_the_process_is_measured() {
    let home = Home::new();
    let server = home.serve(&[]);
    let metrics = get(server.address, "/metrics").unwrap().text();
    for line in [
        "quotient_requests_shed_total{reason=\"vendor_busy\"} 0",
        "quotient_rejected_rows_total{reason=\"input_refused\"} 0",
        "quotient_policy_reloads_total{vendor=\"meridian\",result=\"refused\"} 0",
        "quotient_policy_stale_seconds{vendor=\"meridian\"} 0",
        "quotient_evaluations_total{vendor=\"meridian\",policy=\"proposal\",outcome=\"failed\"} 0",
        "quotient_decision_records_dropped_total 0",
    ] {
        assert!(metrics.lines().any(|one| one == line), "no `{line}` in\n{metrics}");
    }
    let value = |name: &str| -> f64 {
        let line = metrics.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in\n{metrics}")).parse().unwrap()
    };
    assert!(value("process_cpu_seconds_total") >= 0.0 && value("process_open_fds") > 3.0);
    assert!(value("process_resident_memory_bytes") > 1e6 && value("process_max_fds") > 10.0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((now - value("process_start_time_seconds")).abs() < 600.0);
    assert_eq!(metrics.matches("# EOF").count(), 1);
}
