//! Traces sent to a collector: what arrives, what does not, and that a collector never holds anything up.

use super::hostile::assessment;
use super::http::{Answer, ask, get, post};
use super::running::{Home, Running, free_address};
use crate::patience::{HANG, until};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const ASSESSMENTS: &str = "/v1/vendors/meridian/assessments";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// A collector that records what it is sent.
struct Collector {
    address: SocketAddr,
    bodies: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Collector {
    /// Answers every body with 200 and `answer`.
    fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let bodies: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let kept = Arc::clone(&bodies);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || while take(stream.as_ref().unwrap(), &kept, answer).is_some() {});
            }
        });
        Self { address, bodies }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every span so far.
    fn spans(&self) -> Vec<Value> {
        let bodies = self.bodies.lock().unwrap();
        let spans = |body: &Value| body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().cloned();
        bodies.iter().filter_map(|(_, body)| spans(body)).flatten().collect()
    }

    /// The span of this name, once it has arrived.
    fn span(&self, name: &str) -> Value {
        let start = Instant::now();
        loop {
            if let Some(span) = self.spans().into_iter().find(|span| span["name"] == name) {
                return span;
            }
            assert!(start.elapsed() < HANG, "`{name}` never came: {:?}", self.spans());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Takes one request off a connection, keeps its head and body, and answers.
fn take(stream: &TcpStream, kept: &Mutex<Vec<(String, Value)>>, answer: &str) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length?];
    reader.read_exact(&mut body).ok()?;
    // A body that is not JSON is kept as its length.
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| Value::from(body.len()));
    kept.lock().unwrap().push((head, body));
    let mut stream = stream;
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{answer}", answer.len()).ok()
}

/// Value of an attribute as text; numbers are texts too.
fn attribute(span: &Value, key: &str) -> Option<String> {
    let attribute = span["attributes"].as_array()?.iter().find(|attribute| attribute["key"] == key)?;
    let value = &attribute["value"];
    value["stringValue"].as_str().or_else(|| value["intValue"].as_str()).map(str::to_owned)
}

fn traced(server: &Running, flags: &str, more: &[&str]) -> Answer {
    let parent = format!("traceparent: 00-{TRACE}-{PARENT}-{flags}");
    let fields = [&["Content-Type: application/json", &parent], more].concat();
    ask(server.address, "POST", ASSESSMENTS, &fields, assessment("P1").as_bytes()).unwrap()
}

/// Value of a counter.
fn counted(server: &Running, name: &str) -> u64 {
    let text = get(server.address, "/metrics").unwrap().text();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")).map(str::to_owned));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
}

fn nanos(span: &Value, member: &str) -> u64 {
    span[member].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_request_is_a_span_of_the_callers_trace_with_its_steps_below_it() {
    let collector = Collector::start("{}");
    let home = Home::new();
    let server = home.serve(&["--otlp", &collector.url(), "--otlp-service", "quotas"]);
    let answer = traced(&server, "01", &["X-Request-Id: first"]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let span = collector.span(&format!("POST {}", "/v1/vendors/{vendor}/assessments"));
    let own = span["spanId"].as_str().unwrap();
    assert_eq!(answer.field("traceparent"), Some(&*format!("00-{TRACE}-{own}-01")));
    assert_eq!((&span["traceId"], &span["parentSpanId"]), (&TRACE.into(), &PARENT.into()));
    assert_eq!((&span["kind"], &span["flags"], span.get("status")), (&2.into(), &0x301.into(), None));
    for (key, value) in [
        ("http.request.method", "POST"),
        ("http.route", "/v1/vendors/{vendor}/assessments"),
        ("http.response.status_code", "200"),
        ("url.path", ASSESSMENTS),
        ("url.scheme", "http"),
        ("quotient.vendor", "meridian"),
        ("quotient.revision", answer.field("quotient-revision").unwrap()),
        ("quotient.kind", "assessment"),
        ("quotient.outcome", "decided"),
        ("quotient.request_id", "first"),
    ] {
        assert_eq!(attribute(&span, key).as_deref(), Some(value), "{key}: {span}");
    }
    let (wait, decide) = (collector.span("wait for a worker"), collector.span("decide"));
    for step in [&wait, &decide] {
        assert_eq!((&step["traceId"], &step["parentSpanId"]), (&TRACE.into(), &own.into()));
        assert_eq!(step["kind"], 1);
        assert!(step["spanId"].as_str().is_some_and(|id| id.len() == 16 && id != own), "{step}");
    }
    let order = [
        nanos(&span, "startTimeUnixNano"),
        nanos(&wait, "startTimeUnixNano"),
        nanos(&wait, "endTimeUnixNano"),
        nanos(&decide, "endTimeUnixNano"),
        nanos(&span, "endTimeUnixNano"),
    ];
    assert!(order.is_sorted() && order[2] == nanos(&decide, "startTimeUnixNano"), "{order:?}");

    let (head, body) = collector.bodies.lock().unwrap()[0].clone();
    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/json\r\n"), "{head}");
    let resource = &body["resourceSpans"][0]["resource"];
    assert_eq!(attribute(resource, "service.name").as_deref(), Some("quotas"));
    assert_eq!(attribute(resource, "service.version").as_deref(), Some(env!("CARGO_PKG_VERSION")));
}

/// What the bytes of the binary encoding are is tested beside its writer.
#[test]
fn spans_are_sent_in_the_binary_encoding_with_further_header_fields() {
    // A response with three rejected spans: field 1, a message whose field 1 is 3.
    let collector = Collector::start("\n\u{2}\u{8}\u{3}");
    let home = Home::new();
    let server = home.serve(&[
        "--otlp",
        &collector.url(),
        "--otlp-protocol",
        "http/protobuf",
        "--otlp-headers",
        "api-key=s3cret%2C,x-team=quotas",
    ]);
    assert_eq!(traced(&server, "01", &[]).status, 200);
    until("the spans", || counted(&server, "quotient_spans_dropped_total") == 3);
    let (head, body) = collector.bodies.lock().unwrap()[0].clone();
    let head = head.to_ascii_lowercase();
    for field in ["content-type: application/x-protobuf\r\n", "api-key: s3cret,\r\n", "x-team: quotas\r\n"] {
        assert!(head.contains(field), "{head}");
    }
    assert!(body.as_u64().is_some_and(|length| length > 100), "{body}");
    let shown = std::process::Command::new(env!("CARGO_BIN_EXE_quotient"))
        .args(["serve", "--show-config", "--otlp-headers", "api-key=s3cret,abcdef"])
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("otlp_headers = [\"api-key=…\", \"=…\"]"), "{shown}");
    assert!(!shown.contains("s3cret") && !shown.contains("abcdef"), "{shown}");
}

#[test]
fn durations_have_the_trace_of_a_request_as_exemplar() {
    let collector = Collector::start("{}");
    let home = Home::new();
    let server = home.serve(&["--otlp", &collector.url(), "--otlp-sample", "0"]);
    assert_eq!(traced(&server, "00", &[]).status, 200);
    let exemplars = || -> Vec<String> {
        let text = get(server.address, "/metrics").unwrap().text();
        text.lines().filter(|line| line.contains("# {trace_id=")).map(str::to_owned).collect()
    };
    assert_eq!(exemplars(), Vec::<String>::new(), "spans of a trace that is not sampled are not sent");
    assert_eq!(traced(&server, "01", &[]).status, 200);
    let found = exemplars();
    for name in ["quotient_http_request_duration_seconds_bucket", "quotient_evaluation_duration_seconds_bucket"] {
        let line = found.iter().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {found:?}"));
        assert!(line.contains(&format!("# {{trace_id=\"{TRACE}\"}} ")), "{line}");
    }
}

#[test]
fn a_request_without_a_trace_begins_one_unless_a_probe_asks() {
    let collector = Collector::start("{}");
    let home = Home::new();
    let server = home.serve(&["--otlp", &collector.url()]);
    assert_eq!(get(server.address, "/health/ready").unwrap().field("traceparent"), None);
    let answer = get(server.address, "/v1/vendors/nobody").unwrap();
    assert_eq!(answer.status, 404);
    let span = collector.span("GET /v1/vendors/{vendor}");
    let (trace, own) = (span["traceId"].as_str().unwrap(), span["spanId"].as_str().unwrap());
    assert_eq!(answer.field("traceparent"), Some(&*format!("00-{trace}-{own}-01")));
    assert_eq!((span.get("parentSpanId"), &span["flags"]), (None, &0x101.into()));
    // What the caller did wrong is no error of the server.
    assert_eq!(span.get("status"), None);
    // A path without a route, and a method that nobody knows, are named by what is known of them.
    assert_eq!(get(server.address, "/nowhere").unwrap().status, 404);
    let nowhere = collector.span("GET");
    assert_eq!((attribute(&nowhere, "http.route"), attribute(&nowhere, "url.path")), (None, Some("/nowhere".into())));
    let brewed = ask(server.address, "BREW", "/version", &[], b"").unwrap();
    assert_eq!(brewed.status, 405);
    assert_eq!(attribute(&collector.span("HTTP /version"), "http.request.method").as_deref(), Some("_OTHER"));
    assert!(collector.spans().iter().all(|span| span["name"] != "GET /health/ready"));
}

#[test]
fn what_is_not_sampled_is_not_sent() {
    let collector = Collector::start("{}");
    let home = Home::new();
    let server = home.serve(&["--otlp", &collector.url(), "--otlp-sample", "0"]);
    let answer = traced(&server, "00", &[]);
    let given = answer.field("traceparent").unwrap();
    assert!(given.starts_with(&format!("00-{TRACE}-")) && given.ends_with("-00"), "{given}");
    assert!(!given.contains(PARENT), "{given}");
    let alone = post(server.address, ASSESSMENTS, &assessment("P2")).unwrap();
    assert_eq!((alone.status, alone.field("traceparent")), (200, None));
    // One that is sampled comes last; whatever was sent before it has arrived by then.
    traced(&server, "01", &["X-Request-Id: last"]);
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    let spans = collector.spans();
    let ids: Vec<_> = spans.iter().filter_map(|span| attribute(span, "quotient.request_id")).collect();
    assert_eq!((ids, spans.len()), (vec!["last".to_owned()], 3), "{spans:?}");
}

#[test]
fn a_part_of_the_requests_is_sampled_when_that_is_asked_for() {
    let collector = Collector::start("{}");
    let home = Home::new();
    let server = home.serve(&["--otlp", &collector.url(), "--otlp-sample", "500"]);
    let is_traced = |path: &str| get(server.address, path).unwrap().field("traceparent").is_some();
    // `/version` is asked for by probes, and begins no trace.
    assert_eq!((0..20).filter(|_| is_traced("/version")).count(), 0);
    let sampled = (0..200).filter(|_| is_traced("/v1/vendors")).count();
    // Fewer than 50 or more than 150 of 200 heads: once in 10^11 runs.
    assert!((50..=150).contains(&sampled), "{sampled}");
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    assert_eq!(collector.spans().len(), sampled);
}

#[test]
fn failures_of_the_server_are_errors() {
    let collector = Collector::start("{}");
    let nobody = free_address();
    let home = Home::new();
    let log = format!("http://{nobody}/records");
    let server = home.serve(&["--otlp", &collector.url(), "--decision-log", &log, "--audit", "strict"]);
    assert_eq!(traced(&server, "01", &[]).status, 503);
    let span = collector.span("POST /v1/vendors/{vendor}/assessments");
    assert_eq!(span["status"]["code"], 2, "{span}");
    assert_eq!(attribute(&span, "error.type").as_deref(), Some("not_recorded"));
    assert!(attribute(&span, "quotient.revision").is_some(), "{span}");
    assert_eq!(attribute(&span, "http.response.status_code").as_deref(), Some("503"));
}

#[test]
fn what_is_queued_is_sent_at_the_end() {
    let collector = Collector::start("{}");
    let home = Home::new();
    let server = home.serve(&["--otlp", &collector.url()]);
    for _ in 0..50 {
        assert_eq!(post(server.address, ASSESSMENTS, &assessment("P1")).unwrap().status, 200);
    }
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    assert_eq!(collector.spans().len(), 150);
}

#[test]
fn spans_that_the_collector_leaves_out_are_counted() {
    let collector = Collector::start(r#"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}"#);
    let home = Home::new();
    let server = home.serve(&["--otlp", &collector.url()]);
    traced(&server, "01", &[]);
    collector.span("POST /v1/vendors/{vendor}/assessments");
    let start = Instant::now();
    while counted(&server, "quotient_spans_dropped_total") == 0 {
        assert!(start.elapsed() < HANG);
    }
    let sent = counted(&server, "quotient_spans_total") + counted(&server, "quotient_spans_dropped_total");
    assert_eq!(sent, 3);
}

#[test]
fn a_collector_that_is_not_there_or_never_answers_holds_nothing_up_and_losses_are_counted() {
    let nobody = free_address();
    let mute = super::always(None);
    for collector in [nobody, mute] {
        let home = Home::new();
        let server = home.serve(&["--otlp", &format!("http://{collector}")]);
        for _ in 0..20 {
            assert_eq!(post(server.address, ASSESSMENTS, &assessment("P1")).unwrap().status, 200);
        }
        let start = Instant::now();
        while counted(&server, "quotient_spans_dropped_total") < 3 {
            assert!(start.elapsed() < HANG, "{}", server.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(counted(&server, "quotient_spans_total"), 0);
        assert!(server.log().contains("spans cannot be sent"), "{}", server.log());
        server.signal("TERM");
        assert_eq!(server.wait(), Some(0));
    }
}

#[test]
fn an_address_that_spans_cannot_be_sent_to_is_refused() {
    for (url, why) in [("https://collector.example", "only `http` is supported"), ("collector:4317", "`http://")] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_quotient"))
            .args(["serve", "--otlp", url, "--listen", "127.0.0.1:0"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why) && said.contains("spans"), "{url}: {said}");
    }
}

#[test]
fn a_batch_has_the_steps_of_each_piece_and_a_refused_line_changes_nothing() {
    let collector = Collector::start("{}");
    let home = Home::new();
    let server = home.serve(&["--otlp", &collector.url()]);
    // Pieces have 32 lines, so that these are two.
    let lines: Vec<String> = (0..40).map(|at| if at == 3 { "{".to_owned() } else { assessment("P1") }).collect();
    let fields = ["Content-Type: application/x-ndjson"];
    let answer = ask(server.address, "POST", ASSESSMENTS, &fields, lines.join("\n").as_bytes()).unwrap();
    assert!(answer.text().contains("\"ok\":39,\"failed\":1"), "{}", answer.text());
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    let (request, steps): (Vec<Value>, Vec<Value>) =
        collector.spans().into_iter().partition(|span| span["kind"] == 2 && attribute(span, "quotient.kind").is_some());
    assert_eq!(request.len(), 1, "{request:?}");
    assert_eq!(attribute(&request[0], "http.response.status_code").as_deref(), Some("200"));
    assert_eq!(attribute(&request[0], "quotient.outcome"), None);
    let decided = steps.iter().filter(|step| step["name"] == "decide").count();
    assert!(decided >= 2 && steps.len() == 2 * decided, "{steps:?}");
    assert!(steps.iter().all(|step| step["parentSpanId"] == request[0]["spanId"]), "{steps:?}");
}

#[test]
fn a_caller_that_goes_away_leaves_a_span_all_the_same() {
    let collector = Collector::start("{}");
    let home = Home::new();
    let server = home.serve(&["--otlp", &collector.url()]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    write!(stream, "POST {ASSESSMENTS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n").unwrap();
    write!(stream, "Content-Length: 1000\r\n\r\n{{").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(stream);
    let span = collector.span("POST /v1/vendors/{vendor}/assessments");
    let (error, status) = (attribute(&span, "error.type"), attribute(&span, "http.response.status_code"));
    assert!(error.as_deref() == Some("cancelled") || status.as_deref() == Some("400"), "{span}");
    assert_eq!(attribute(&span, "quotient.outcome"), None);
}
