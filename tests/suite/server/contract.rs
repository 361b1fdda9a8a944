//! What every answer of the server keeps to, and what the one list of operations says.

use super::hostile::assessment;
use super::http::{self, ask, get, post};
use super::running::{Home, Running};
use quotient::server::{ProblemKind, Scope, openapi, openapi_text, operations};
use std::collections::BTreeSet;
use std::path::Path;

/// `QUOTIENT_BLESS=1` writes it anew.
#[test]
fn the_committed_openapi_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/openapi.json");
    if std::env::var_os("QUOTIENT_BLESS").is_some() {
        std::fs::write(&path, openapi_text()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == openapi_text(), "schema/openapi.json is not current: run the tests with QUOTIENT_BLESS=1");
}

#[test]
fn every_reference_of_the_openapi_document_leads_somewhere() {
    let document = openapi();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(references.len() > 20, "{}", references.len());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect(value: &serde_json::Value, references: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(members) => {
            references.extend(members.get("$ref").and_then(|value| value.as_str()).map(str::to_owned));
            members.values().for_each(|member| collect(member, references));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[test]
fn operations_and_problems_are_named_once() {
    let names: Vec<&str> = operations().map(|operation| operation.id).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    let places: BTreeSet<_> = operations().map(|operation| (operation.method, operation.path)).collect();
    assert_eq!(places.len(), names.len());
    let codes: BTreeSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), ProblemKind::ALL.len());
}

#[test]
fn only_what_says_nothing_of_vendors_is_open_to_everybody() {
    let open: BTreeSet<&str> =
        operations().filter(|operation| operation.scope == Scope::Open).map(|operation| operation.path).collect();
    let expected = [
        "/health/live",
        "/health/ready",
        "/metrics",
        "/version",
        "/openapi.json",
        "/docs",
        "/v1/script-api",
        // Signing in.
        "/v1/session",
        "/workbench/index.html",
        "/workbench/app.js",
        "/workbench/app.css",
        "/workbench/screens.js",
    ]
    .into();
    assert_eq!(open, expected);
}

#[test]
fn every_example_of_the_openapi_document_is_answered_as_a_success() {
    let home = Home::new();
    let ledger = home.path("plans.ledger").display().to_string();
    let server = home.serve(&["--authoring", "--workbench", "--ledger", &ledger]);
    let revision = get(server.address, "/v1/vendors/meridian").unwrap().field("quotient-revision").unwrap().to_owned();
    let document = openapi();
    let mut count = 0;
    // Those of a plan need one: `whatif` tests them.
    for operation in operations().filter(|operation| !operation.body.is_empty() && !operation.path.contains("{plan}")) {
        let method = operation.method.to_lowercase();
        let body = &document["paths"][operation.path][&method]["requestBody"]["content"];
        let mut path = operation.path.replace("{vendor}", "meridian");
        if operation.query.iter().any(|parameter| parameter.is_required) {
            path += &format!("?before={revision}");
        }
        for (media, content) in body.as_object().unwrap() {
            let Some(value) = content.pointer("/examples/plain/value") else { continue };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let field = format!("Content-Type: {media}");
            let answer = ask(server.address, operation.method, &path, &[&field], text.as_bytes()).unwrap();
            assert!(matches!(answer.status, 200 | 201), "{}: {}", operation.id, answer.text());
            if media == "application/x-ndjson" {
                assert!(answer.text().contains("\"failed\":0"), "{}", answer.text());
            }
            if operation.id == "check" {
                assert_eq!(answer.json()["is_usable"], true, "{}", answer.text());
            }
            count += 1;
        }
    }
    assert_eq!(count, 10, "bodies that have an example");
}

#[test]
fn answers_keep_to_the_contract() {
    let home = Home::new();
    let server = home.serve(&[]);
    let address = server.address;

    // Every operation that takes no body answers, and every answer has an id.
    let mut revision = String::new();
    for operation in operations().filter(|operation| operation.method == "GET" && operation.group != "authoring") {
        if operation.path == "/v1/events" {
            continue;
        }
        let path = operation.path.replace("{vendor}", "meridian").replace("{revision}", &revision);
        let path = path.replace("{book}", &"0".repeat(64)).replace("{plan}", "FY2026");
        let answer = get(address, &path).unwrap();
        assert!(matches!(answer.status, 200 | 404), "{path}: {}", answer.text());
        assert!(answer.field("x-request-id").is_some_and(|id| id.len() == 36), "{path}");
        if operation.id == "vendor" {
            revision = answer.field("quotient-revision").unwrap().to_owned();
            assert_eq!(answer.field("etag"), Some(format!("\"{revision}\"").as_str()));
        }
    }

    // Whatever goes wrong is a problem with its own fields.
    for (method, path, status, code) in [
        ("GET", "/v1/vendors/nobody", 404, "vendor_unknown"),
        ("GET", "/nowhere", 404, "route_unknown"),
        ("DELETE", "/v1/vendors", 405, "method_unknown"),
        ("GET", "/v1/vendors?page=2", 400, "parameter_invalid"),
        ("POST", "/v1/vendors/meridian/assessments", 415, "media_type_unknown"),
        ("POST", "/v1/authoring/check", 404, "route_unknown"),
    ] {
        let answer = ask(address, method, path, &[], b"").unwrap();
        let problem = answer.json();
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(problem["code"], code, "{path}");
        assert_eq!(answer.field("content-type"), Some("application/problem+json"));
        assert_eq!(problem["request_id"].as_str(), answer.field("x-request-id"));
        assert_eq!(problem["status"], status);
    }
    let near = get(address, "/v1/vendors/meridan").unwrap().json();
    assert_eq!(near["detail"], "unknown vendor `meridan`; did you mean `meridian`?");

    // Ids and traces are taken over where they are harmless.
    let fields = ["X-Request-Id: order-77", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"];
    let answer = ask(address, "GET", "/version", &fields, b"").unwrap();
    assert_eq!(answer.field("x-request-id"), Some("order-77"));
    assert!(answer.field("traceparent").unwrap().starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
    assert!(!answer.field("traceparent").unwrap().contains("b7ad6b7169203331"));
    let odd = ask(address, "GET", "/version", &["X-Request-Id: a b<script>"], b"").unwrap();
    assert_eq!(odd.field("x-request-id").map(str::len), Some(36));

    // A caller can say which revision it expects, or that it has the answer already.
    let tag = format!("\"{revision}\"");
    let vendor = "/v1/vendors/meridian";
    assert_eq!(ask(address, "GET", vendor, &[&format!("If-None-Match: {tag}")], b"").unwrap().status, 304);
    let path = "/v1/vendors/meridian/assessments";
    let body = assessment("P1");
    let expecting = |tag: &str| {
        let fields = ["Content-Type: application/json", &format!("If-Match: {tag}")];
        ask(address, "POST", path, &fields, body.as_bytes()).unwrap()
    };
    assert_eq!(expecting(&tag).status, 200);
    assert_eq!(expecting("\"0000\"").json()["code"], "revision_changed");

    // The page and the metrics are there and name what they must.
    let page = get(address, "/docs").unwrap().text();
    assert!(
        operations().all(|operation| page.contains(&format!("id=\"{}\"", operation.id))),
        "an operation is not on the page"
    );
    assert!(ProblemKind::ALL.iter().all(|kind| page.contains(&format!("id=\"{}\"", kind.code()))));
    assert!(!page.contains("http://") && !page.contains("https://"));
    // Its one script is that of the policy, and every operation but streams has a form.
    assert_eq!(page.matches("<script").count(), 1);
    let policy = get(address, "/docs").unwrap().field("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("script-src 'sha256-") && policy.contains("connect-src 'self'"), "{policy}");
    assert!(page.contains("data-path=\"&#x2f;v1&#x2f;vendors&#x2f;{vendor}&#x2f;assessments\""));
    assert!(!page.contains("data-path=\"&#x2f;v1&#x2f;events\""));
    let metrics = get(address, "/metrics").unwrap().text();
    for name in [
        "quotient_evaluations_total{vendor=\"meridian\",policy=\"assessment\",outcome=\"decided\"}",
        "quotient_evaluation_duration_seconds_bucket",
        "quotient_http_request_duration_seconds_count",
        "quotient_policy_last_reload_timestamp_seconds{vendor=\"halcyon\"}",
        "quotient_policy_last_reload_successful{vendor=\"meridian\"} 1",
        "quotient_policy_info{vendor=\"meridian\",revision=\"",
        "quotient_build_info",
        "# EOF",
    ] {
        assert!(metrics.contains(name), "no {name} in\n{metrics}");
    }
}

#[test]
fn answers_are_packed_when_the_caller_takes_that_and_bodies_may_be() {
    let home = Home::new();
    let server = home.serve(&[]);
    let packed = ask(server.address, "GET", "/openapi.json", &["Accept-Encoding: gzip"], b"").unwrap();
    assert_eq!(packed.field("content-encoding"), Some("gzip"));
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed.body[..]), &mut text).unwrap();
    assert_eq!(text, openapi_text());

    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, assessment("P1").as_bytes()).unwrap();
    let fields = ["Content-Type: application/json", "Content-Encoding: gzip"];
    let path = "/v1/vendors/meridian/assessments";
    let answer = ask(server.address, "POST", path, &fields, &packer.finish().unwrap()).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["partner_id"], "P1");
}

#[test]
fn a_unix_socket_is_for_its_owner_alone_and_goes_with_the_server() {
    use std::io::{Read, Write};
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let socket = home.path("quotient.sock");
    let listen = format!("unix:{}", socket.display());
    let mut arguments = home.arguments();
    arguments.extend(["--listen".to_owned(), listen.clone()]);
    let server = Running::start(&arguments);
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let mut stream = std::os::unix::net::UnixStream::connect(&socket).unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    let check = |listen: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quotient"));
        command.args(["healthcheck", "--listen", listen]).output().unwrap().status.code()
    };
    assert_eq!(check(&listen), Some(0));
    assert_eq!(check(&server.address.to_string()), Some(0));
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    assert!(!socket.exists());
    assert_eq!(check(&listen), Some(1));
}

#[test]
fn books_are_kept_and_changed_by_reference() {
    let home = Home::new();
    let server = home.serve(&[]);
    let book = |amount: &str| {
        format!(
            r#"{{"currency":"USD","partners":[{{"partner_id":"P1"}},{{"partner_id":"P2"}}],"revenue":[{{"partner_id":"P1","month":"2025-12","amount":"{amount}"}},{{"partner_id":"P2","month":"2025-01","amount":"5"}}]}}"#
        )
    };
    let kept = post(server.address, "/v1/vendors/meridian/books", &book("100")).unwrap();
    assert_eq!(kept.status, 201, "{}", kept.text());
    let id = kept.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(kept.field("location"), Some(format!("/v1/vendors/meridian/books/{id}").as_str()));
    let path = "/v1/vendors/meridian/proposals";
    let changed = format!(
        r#"{{"target":"1000","book":{{"base":"{id}","replace":{{"revenue":[{{"partner_id":"P1","month":"2025-12","amount":"900"}}]}}}}}}"#
    );
    let whole = format!(r#"{{"target":"1000","book":{}}}"#, book("900"));
    let (changed, whole) = (post(server.address, path, &changed).unwrap(), post(server.address, path, &whole).unwrap());
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.text(), whole.text(), "a change of a book is the book");
    // What is kept for one vendor is not kept for another.
    let stranger = post(server.address, "/v1/vendors/halcyon/proposals", &format!(r#"{{"book":{{"base":"{id}"}}}}"#));
    assert_eq!(stranger.unwrap().json()["code"], "book_unknown");
    let place = format!("/v1/vendors/meridian/books/{id}");
    assert_eq!(ask(server.address, "DELETE", &place, &[], b"").unwrap().status, 204);
    assert_eq!(get(server.address, &place).unwrap().json()["code"], "book_unknown");
}

#[test]
fn the_same_request_with_the_same_key_is_answered_once() {
    let home = Home::new();
    let server = home.serve(&[]);
    let path = "/v1/vendors/meridian/proposals";
    let body = |target: u32| {
        let one = assessment("P1");
        format!(r#"{{"target":"{target}",{}"#, one.strip_prefix('{').unwrap())
    };
    let send = |key: &str, body: &str| {
        let key = format!("Idempotency-Key: {key}");
        ask(server.address, "POST", path, &["Content-Type: application/json", &key], body.as_bytes()).unwrap()
    };
    let (first, again) = (send("k-1", &body(10_000)), send("k-1", &body(10_000)));
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!(first.field("idempotency-replayed"), None);
    assert_eq!((again.status, again.text()), (200, first.text()));
    assert_eq!(again.field("idempotency-replayed"), Some("true"));
    assert_eq!(send("k-1", &body(11_000)).json()["code"], "idempotency_mismatch");
    assert_eq!(send("k-2", &body(11_000)).field("idempotency-replayed"), None);
    // A refusal is an answer too.
    let (refused, again) = (send("k-3", "{"), send("k-3", "{"));
    assert_eq!((refused.status, again.status), (400, 400));
    assert_eq!(again.field("idempotency-replayed"), Some("true"));
}

#[test]
fn a_day_outside_the_calendar_is_refused_with_the_reason() {
    let home = Home::new();
    let server = home.serve(&[]);
    let body = assessment("P1").replace("2025-12-31", "1010-12-31");
    for what in ["assessments", "proposals"] {
        let answer = post(server.address, &format!("/v1/vendors/meridian/{what}"), &body).unwrap();
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert!(
            answer.json()["errors"][0]["message"].as_str().is_some_and(|told| told.contains("1010-12-31")),
            "{}",
            answer.text()
        );
    }
}

#[test]
fn a_batch_is_answered_line_by_line_and_says_when_it_is_whole() {
    let home = Home::new();
    let server = home.serve(&[]);
    let mut lines: Vec<String> = (0..200).map(|number| assessment(&format!("P{number}"))).collect();
    lines[7] = "{\"book\":".to_owned();
    lines[9] = assessment("P9").replace("1000.00", "12e99");
    let body = lines.join("\n") + "\n\r\n";
    let fields = ["Content-Type: application/x-ndjson"];
    let answer = ask(server.address, "POST", "/v1/vendors/meridian/assessments", &fields, body.as_bytes()).unwrap();
    assert_eq!((answer.status, answer.field("content-type")), (200, Some("application/x-ndjson")));
    let text = answer.text();
    let answers: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 201);
    for (number, line) in answers.iter().take(200).enumerate() {
        match number {
            7 => assert_eq!(line["error"]["code"], "body_malformed"),
            9 => assert_eq!(line["error"]["code"], "input_refused"),
            _ => assert_eq!(line["ok"]["partner_id"], format!("P{number}")),
        }
    }
    let trailer = &answers[200]["trailer"];
    assert_eq!((&trailer["lines"], &trailer["ok"], &trailer["failed"]), (&200.into(), &198.into(), &2.into()));
    assert_eq!(trailer["revision"].as_str(), answer.field("quotient-revision"));
    let before = &text[..text.trim_end().rfind('\n').unwrap() + 1];
    assert_eq!(trailer["hash"], blake3::hash(before.as_bytes()).to_hex().to_string());
    // One line alone gives the same as the same body alone.
    let alone = http::post(server.address, "/v1/vendors/meridian/assessments", &lines[0]).unwrap();
    assert_eq!(answers[0]["ok"], alone.json());
}
