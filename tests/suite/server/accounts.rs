//! No caller takes what others need: places for connections, event streams, bodies, and the lane of probes.

use super::hostile::assessment;
use super::http::{ask, get, post, request};
use super::running::{Home, Running, free_address};
use crate::patience::{HANG, until};
use quotient::library::{Disk, VendorOptions};
use quotient::plugin::disk::Roots;
use quotient::server::{BatchTimes, Options, Server, ServerLimits};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const TOKENS: &str = r#"
[[token]]
name = "orders"
token = "orders-secret-that-is-long"
scopes = ["read", "evaluate"]
vendors = ["meridian"]

[[token]]
name = "operator"
token = "operator-secret-that-is-long"
scopes = ["read"]
"#;
const ORDERS: &str = "Authorization: Bearer orders-secret-that-is-long";
const OPERATOR: &str = "Authorization: Bearer operator-secret-that-is-long";

/// A server with tokens and these options.
fn guarded(more: &[&str]) -> (Home, Running) {
    let home = Home::new();
    std::fs::write(home.path("tokens.toml"), TOKENS).unwrap();
    let tokens = home.path("tokens.toml").display().to_string();
    let server = home.serve(&[&["--tokens", &tokens], more].concat());
    (home, server)
}

fn silent(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| TcpStream::connect(address).unwrap()).collect()
}

/// Opens an event stream; returns the connection with the status of the response.
fn stream(address: SocketAddr, token: &str) -> (TcpStream, u16) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(HANG)).unwrap();
    stream.write_all(&request("GET", "/v1/events", &[token], b"")).unwrap();
    let mut line = String::new();
    BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    (stream, status.unwrap_or_else(|| panic!("not a response: {line}")))
}

#[test]
fn silent_connections_keep_out_neither_probes_nor_callers() {
    let admin = free_address().to_string();
    let server = Running::start(&["--connections", "8", "--admin-listen", &admin]);
    let many = silent(server.address, 40);
    assert_eq!(get(server.address, "/health/live").unwrap().status, 200);
    assert_eq!(get(admin.parse().unwrap(), "/health/live").unwrap().status, 200);
    let answer = post(server.address, "/v1/vendors/meridian/assessments", &assessment("P1")).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    // Those that were silent longest made room.
    let mut first = &many[0];
    first.set_read_timeout(Some(HANG)).unwrap();
    assert!(matches!(first.read(&mut [0]), Ok(0) | Err(_)), "the first connection is still open");
}

#[test]
fn event_streams_of_one_token_have_a_limit_and_liveness_goes_on() {
    let (_home, server) = guarded(&["--connections", "24"]);
    let streams: Vec<_> = (0..24).map(|_| stream(server.address, ORDERS)).collect();
    let count = |wanted: u16| streams.iter().filter(|(_, status)| *status == wanted).count();
    assert_eq!((count(200), count(429)), (16, 8));
    assert_eq!(get(server.address, "/health/live").unwrap().status, 200);
    // Another token has its own streams.
    assert_eq!(stream(server.address, OPERATOR).1, 200);
    let refused = ask(server.address, "GET", "/v1/events", &[ORDERS], b"").unwrap();
    assert_eq!(refused.json()["code"], "caller_busy", "{}", refused.text());
    // A stream that ends makes room for another.
    drop(streams);
    until("there is room for a stream again", || stream(server.address, ORDERS).1 == 200);
}

#[test]
fn requests_in_progress_never_take_all_places() {
    let (_home, server) = guarded(&["--connections", "8"]);
    // Bodies that stall: 8 places, one of them for probes.
    let stalled: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            let head = "POST /v1/vendors/meridian/assessments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n";
            stream.write_all(format!("{head}{ORDERS}\r\n\r\n{{").as_bytes()).unwrap();
            stream
        })
        .collect();
    assert_eq!(get(server.address, "/health/live").unwrap().status, 200);
    drop(stalled);
}

/// Names of vendors in an exposition.
fn vendors_in(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split("vendor=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn metrics_list_the_vendors_that_the_caller_may_see() {
    let admin = free_address();
    let (_home, server) = guarded(&["--admin-listen", &admin.to_string()]);
    let metrics = |address, fields: &[&str]| ask(address, "GET", "/metrics", fields, b"").unwrap().text();
    let decided = ask(
        server.address,
        "POST",
        "/v1/vendors/meridian/assessments",
        &["Content-Type: application/json", ORDERS],
        assessment("P1").as_bytes(),
    );
    assert_eq!(decided.unwrap().status, 200);
    for wrong in [&[][..], &["Authorization: Bearer not-a-token-of-this-server"]] {
        let text = metrics(server.address, wrong);
        assert_eq!(vendors_in(&text), [""; 0]);
        assert!(!text.contains("meridian") && !text.contains("halcyon"), "{text}");
        assert!(text.contains("quotient_http_connections ") && text.ends_with("# EOF\n"), "{text}");
    }
    assert_eq!(vendors_in(&metrics(server.address, &[ORDERS])), ["meridian"]);
    assert_eq!(vendors_in(&metrics(server.address, &[OPERATOR])), ["halcyon", "meridian"]);
    assert_eq!(vendors_in(&metrics(admin, &[])), ["halcyon", "meridian"]);
}

#[test]
fn the_admin_address_offers_health_metrics_and_version_only() {
    let admin = free_address();
    let (_home, _server) = guarded(&["--admin-listen", &admin.to_string()]);
    for path in ["/health/live", "/health/ready", "/health", "/metrics", "/version"] {
        assert_eq!(get(admin, path).unwrap().status, 200, "{path}");
    }
    assert_eq!(get(admin, "/health").unwrap().json()["vendors"].as_object().unwrap().len(), 2);
    for path in ["/v1/vendors", "/v1/events", "/openapi.json", "/docs"] {
        let refused = get(admin, path).unwrap();
        assert_eq!((refused.status, refused.json()["code"].as_str()), (404, Some("route_unknown")), "{path}");
    }
    // Web pages are refused here as well.
    let page = ask(admin, "GET", "/metrics", &["Origin: http://example.com"], b"").unwrap();
    assert_eq!(page.status, 403, "{}", page.text());
}

#[test]
fn a_batch_whose_sender_does_not_finish_a_line_is_ended_with_the_reason() {
    let address = free_address();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let times = BatchTimes { line: Duration::from_millis(50), ..BatchTimes::default() };
    let server = Server::open(Options {
        listen: vec![address.to_string().parse().unwrap()],
        admin_listen: Vec::new(),
        source: Box::new(Disk::new(Roots { rules: root.join("rules"), policies: root.join("policies") })),
        vendors: VendorOptions::default(),
        state_database: None,
        replica: "one".to_owned(),
        tokens: None,
        tls: None,
        is_insecure: false,
        allowed_hosts: Vec::new(),
        is_authoring: false,
        ledger: None,
        has_workbench: false,
        local: None,
        sign_in: Default::default(),
        limits: ServerLimits { batch: times, ..ServerLimits::default() },
        decision_log: None,
        spans: None,
        lame_duck: Duration::ZERO,
    })
    .unwrap();
    let stopper = server.stopper();
    let thread = std::thread::spawn(move || server.run());
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(HANG)).unwrap();
    let head = "POST /v1/vendors/meridian/assessments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
    let line = assessment("P1").replace('\n', " ");
    // One whole line, and the first bytes of another.
    let body = format!("{line}\n{{\"as");
    stream.write_all(format!("{head}{:x}\r\n{body}\r\n", body.len()).as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let trailer =
        text.lines().find(|line| line.contains("\"trailer\"")).unwrap_or_else(|| panic!("no trailer: {text}"));
    let trailer: serde_json::Value = serde_json::from_str(trailer).unwrap();
    assert_eq!(trailer["trailer"]["ok"], 1, "{text}");
    assert_eq!(trailer["trailer"]["problem"]["code"], "body_slow");
    assert_eq!(trailer["trailer"]["problem"]["detail"], "a line was not complete within 0 s");
    stopper.stop();
    assert!(thread.join().unwrap());
}

#[test]
fn work_of_callers_that_are_gone_ends_and_others_do_not_wait_for_it() {
    let home = Home::new();
    // Far below the budget of a call, and many minutes for the whole book.
    let rule = home.read("rules/meridian/history.rhai").replacen(
        "let prior = partner.history.prior_revenue;",
        "let prior = partner.history.prior_revenue;\n    if prior == 777777.0 { let steps = 0; while steps < 10_000 { steps += 1; } }",
        1,
    );
    home.save("rules/meridian/history.rhai", &rule);
    let server = home.serve(&[]);
    let partners: Vec<String> =
        (0..40_000).map(|at| format!(r#"{{"partner_id":"P{at}","since":"2020-01-01"}}"#)).collect();
    let revenue: Vec<String> =
        (0..40_000).map(|at| format!(r#"{{"partner_id":"P{at}","month":"2025-12","amount":"777777.00"}}"#)).collect();
    let slow = format!(
        r#"{{"as_of":"2025-12-31","book":{{"currency":"USD","partners":[{}],"revenue":[{}]}}}}"#,
        partners.join(","),
        revenue.join(",")
    );
    let busy = || get(server.address, "/health").unwrap().json()["lanes"]["plan"].clone();
    let callers: Vec<TcpStream> = (0..3)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            let fields = ["Content-Type: application/json"];
            stream.write_all(&request("POST", "/v1/vendors/meridian/proposals", &fields, slow.as_bytes())).unwrap();
            stream
        })
        .collect();
    until("the rules work", || busy()["busy"] != 0);
    drop(callers);
    until("the work has ended", || (&busy()["busy"], &busy()["queued"]) == (&0.into(), &0.into()));
    let quick = post(server.address, "/v1/vendors/halcyon/proposals", &assessment("P1")).unwrap();
    assert_eq!(quick.status, 200, "{}", quick.text());
    // Nothing was decided, so nothing says that the revision uses up its budget.
    assert_eq!(get(server.address, "/health").unwrap().json()["vendors"]["meridian"]["is_set_aside"], false);
}

/// A year's revenue of 1,185,180, which no partner of the dry run has.
fn assessment_of_a_million(partner: &str) -> String {
    assessment(partner).replace("1000.00", "98765.00")
}

#[test]
fn rules_that_use_up_their_budget_every_time_are_set_aside_and_other_vendors_are_not() {
    let home = Home::new();
    let rule = home.read("rules/meridian/history.rhai").replacen(
        "let prior = partner.history.prior_revenue;",
        "let prior = partner.history.prior_revenue;\n    if prior == 1185180.0 { let steps = 0; while steps < 10_000_000 { steps += 1; } }",
        1,
    );
    home.save("rules/meridian/history.rhai", &rule);
    let server = home.serve(&[]);
    let ask = |vendor: &str, body: &str| {
        let answer = post(server.address, &format!("/v1/vendors/{vendor}/assessments"), body).unwrap();
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let refused = |status, code: &str| (status, code.to_owned());
    for _ in 0..20 {
        assert_eq!(ask("meridian", &assessment_of_a_million("P1")), refused(422, "rules_failed"), "{}", server.log());
    }
    assert_eq!(ask("meridian", &assessment("P1")), refused(503, "vendor_set_aside"));
    assert_eq!(ask("halcyon", &assessment("P1")).0, 200);
    let health = get(server.address, "/health").unwrap().json();
    assert_eq!(health["vendors"]["meridian"]["is_set_aside"], true, "{health}");
    assert_eq!(health["vendors"]["halcyon"]["is_set_aside"], false);
    assert_eq!(health["status"], "degraded");
    let metrics = get(server.address, "/metrics").unwrap().text();
    assert!(metrics.contains("quotient_policy_set_aside{vendor=\"meridian\"} 1"), "{metrics}");
    assert!(metrics.contains("quotient_policy_set_aside{vendor=\"halcyon\"} 0"), "{metrics}");
}

#[test]
fn a_token_has_its_own_limits_and_dates() {
    let home = Home::new();
    let token = |name: &str, more: &str| {
        format!("[[token]]\nname = \"{name}\"\ntoken = \"{name}-secret-that-is-long\"\nscopes = [\"read\"]\n{more}\n")
    };
    let tokens = [
        token("limited", "limits = { requests = 3, streams = 2 }"),
        token("old", "expires = 2020-12-31"),
        token("new", "not_before = 2999-01-01"),
        token("current", "not_before = 2020-01-01\nexpires = 2999-12-31"),
    ];
    std::fs::write(home.path("tokens.toml"), tokens.concat()).unwrap();
    let path = home.path("tokens.toml").display().to_string();
    let server = home.serve(&["--tokens", &path]);
    let header = |name: &str| format!("Authorization: Bearer {name}-secret-that-is-long");
    let ask = |name: &str| ask(server.address, "GET", "/v1/vendors", &[&header(name)], b"").unwrap();
    assert_eq!(ask("current").status, 200);
    let refused =
        [("old", "the token was valid through 2020-12-31"), ("new", "the token is not valid before 2999-01-01")];
    for (name, detail) in refused {
        let answer = ask(name);
        assert_eq!((answer.status, answer.json()["detail"].as_str()), (401, Some(detail)), "{name}");
    }
    let statuses: Vec<(TcpStream, u16)> = (0..3).map(|_| stream(server.address, &header("limited"))).collect();
    assert_eq!(statuses.iter().map(|(_, status)| *status).collect::<Vec<_>>(), [200, 200, 429]);
}

#[test]
fn faults_of_dates_and_limits_of_tokens_are_reported() {
    let text = "[[token]]\nname = \"a\"\ntoken = \"a-secret-that-is-long-enough\"\nscopes = [\"read\"]\n\
                not_before = 2026-02-01\nexpires = 2026-01-31\nlimits = { requests = 0, stream = 1 }\n";
    let findings = quotient::server::Access::parse("tokens.toml", text).unwrap_err();
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let told = told.join("\n");
    for words in ["expires on 2026-01-31, before it is valid on 2026-02-01", "`requests` is 0", "unknown key `stream`"]
    {
        assert!(told.contains(words), "no {words} in\n{told}");
    }
}
