//! Plans of record over HTTP: a whole round, what is refused, and what each person sees.

use super::http::{Answer, ask};
use super::running::{Home, Running};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

/// Partners of the book: id, name, account manager, territory, revenue per month.
pub const PARTNERS: [(&str, &str, &str, &str, &str); 6] = [
    ("P1", "Alder Systems", "Mara", "North", "30000.00"),
    ("P2", "Birch Cloud", "Mara", "South", "15000.00"),
    ("P3", "Cedar Works", "Noor", "North", "22000.00"),
    ("P4", "Dune Networks", "Noor", "South", "41000.00"),
    ("P5", "Elm Partners", "Mara", "North", "9000.00"),
    ("P6", "Fjord Data", "Noor", "South", "18000.00"),
];

fn book() -> Value {
    let partner = |(id, name, manager, territory, _): &(&str, &str, &str, &str, &str)| {
        json!({"partner_id": id, "partner_name": name, "account_manager": manager, "territory": territory,
            "tier": "Silver", "since": "2020-01-01"})
    };
    let months = |(id, _, _, _, amount): &(&str, &str, &str, &str, &str)| {
        let month = |month: u32| format!("{}-{:02}", 2024 + month / 12, month % 12 + 1);
        (0..24).map(|at| json!({"partner_id": id, "month": month(at), "amount": amount})).collect::<Vec<_>>()
    };
    json!({
        "currency": "USD",
        "partners": PARTNERS.iter().map(partner).collect::<Vec<_>>(),
        "revenue": PARTNERS.iter().flat_map(months).collect::<Vec<_>>(),
    })
}

/// A body that opens a plan of the six partners.
pub fn opening(name: &str) -> Value {
    json!({"name": name, "on_silence": "escalate", "proposal":
        {"as_of": "2025-12-31", "period": "FY2026", "target": "1900000.00", "book": book()}})
}

/// A server with a ledger.
pub struct Site {
    pub home: Home,
    pub server: Running,
}

impl Site {
    /// A server without tokens, or with those of `tokens`; `grants` are arguments of `ledger grant`.
    pub fn new(tokens: Option<&str>, grants: &[&[&str]]) -> Self {
        Self::with(tokens, grants, &[])
    }

    /// The same with further options.
    pub fn with(tokens: Option<&str>, grants: &[&[&str]], options: &[&str]) -> Self {
        let home = Home::new();
        let ledger = home.path("plans.ledger").display().to_string();
        for grant in grants {
            ledger_command(&ledger, &[&["grant"], *grant].concat());
        }
        let mut arguments = vec!["--ledger".to_owned(), ledger];
        arguments.extend(options.iter().map(|option| (*option).to_owned()));
        if let Some(tokens) = tokens {
            std::fs::write(home.path("tokens.toml"), tokens).unwrap();
            arguments.extend(["--tokens".to_owned(), home.path("tokens.toml").display().to_string()]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let server = home.serve(&arguments);
        Self { home, server }
    }

    pub fn ledger(&self) -> String {
        self.home.path("plans.ledger").display().to_string()
    }

    /// A request with more fields.
    pub fn ask(&self, method: &str, path: &str, fields: &[&str], body: Option<&Value>) -> Answer {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut all = fields.to_vec();
        if !body.is_empty() {
            all.push("Content-Type: application/json");
        }
        ask(self.server.address, method, path, &all, body.as_bytes()).unwrap()
    }

    /// A request of a person on a server without tokens.
    pub fn does(&self, person: &str, path: &str, body: &Value) -> Answer {
        let person = format!("Quotient-Person: {person}");
        self.ask("POST", &format!("/v1/vendors/meridian/plans{path}"), &[&person, "If-Match: *"], Some(body))
    }

    pub fn reads(&self, path: &str) -> Value {
        let answer = self.ask("GET", &format!("/v1/vendors/meridian/plans{path}"), &[], None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }
}

/// Runs `quotient ledger …`; it succeeds.
pub fn ledger_command(ledger: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
    command.arg("ledger").args(arguments).args(["--ledger", ledger]);
    if matches!(arguments[0], "grant" | "revoke") {
        command.args(["--as", "root"]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub fn usd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

pub fn line(id: &str) -> Value {
    json!({"partner_id": id})
}

fn lines(ids: &[&str]) -> Value {
    ids.iter().map(|id| line(id)).collect()
}

fn offer_all() -> Value {
    let change = |id: &&str| json!({"line": line(id)});
    let ids: Vec<&str> = PARTNERS.iter().map(|(id, ..)| *id).collect();
    json!({"command": "offer", "lines": ids.iter().map(change).collect::<Vec<_>>()})
}

#[track_caller]
fn done(answer: &Answer) -> Value {
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    answer.json()
}

#[test]
fn without_a_ledger_there_are_no_plans() {
    let home = Home::new();
    let server = home.serve(&[]);
    let ask = |method| ask(server.address, method, "/v1/vendors/meridian/plans", &[], b"").unwrap();
    let answer = ask("GET").json();
    assert_eq!((answer["status"].as_u64(), answer["code"].as_str()), (Some(404), Some("route_unknown")));
    let detail = "this server does not offer the path; it does when started with `--ledger FILE`";
    assert_eq!(answer["detail"], detail);
    // The document has the path, so a method that it does not have is refused as one.
    assert_eq!(ask("TRACE").status, 405);
}

#[test]
fn a_round_from_proposal_to_lock_is_exact_after_every_step() {
    let site = Site::new(None, &[]);
    let opened = site.does("pia", "", &opening("FY2026"));
    assert_eq!(opened.status, 201, "{}", opened.text());
    assert_eq!(opened.field("location"), Some("/v1/vendors/meridian/plans/FY2026"));
    assert_eq!(opened.field("etag"), Some("\"FY2026.2\""));
    assert_eq!(opened.json()["totals"]["difference"], "0.00");
    assert_eq!(site.does("pia", "", &opening("FY2026")).json()["code"], "state_conflict");
    let change =
        done(&site.does("pia", "/FY2026/commands", &json!({"command": "distribute", "lines": lines(&["P1"])})));
    assert_eq!(change["lines"][0]["state"], "distributed");

    // The sum of the lines and the difference are exact in every answer.
    let exact = |change: &Value| {
        let page = site.reads("/FY2026/lines");
        let cents = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
        let sum: i64 = page["lines"].as_array().unwrap().iter().map(|line| cents(&line["figure"])).sum();
        assert_eq!(sum, cents(&change["totals"]["assigned"]));
        assert_eq!(sum - 190_000_000, cents(&change["totals"]["difference"]));
    };
    let change = done(&site.does("mara", "/FY2026/commands", &offer_all()));
    assert_eq!(change["events"].as_array().unwrap().len(), 6);
    exact(&change);
    let counter = json!({"command": "counter", "by": "A. Alder", "lines":
        [{"line": line("P1"), "figure": usd("100000.00"), "code": "capacity", "reason": "two engineers left"}]});
    exact(&done(&site.does("mara", "/FY2026/commands", &counter)));
    let change = done(&site.does("noor", "/FY2026/commands", &json!({"command": "accept", "lines": lines(&["P1"])})));
    assert_eq!(
        (&change["lines"][0]["figure"], &change["lines"][0]["state"]),
        (&json!("100000.00"), &json!("accepted"))
    );
    exact(&change);
    let rest = ["P2", "P3", "P4", "P5", "P6"];
    let nobody = site.does("noor", "/FY2026/commands", &json!({"command": "accept", "lines": lines(&rest)}));
    let entries = nobody.json()["errors"].as_array().map(Vec::len);
    assert_eq!((nobody.status, entries), (403, Some(5)), "{}", nobody.text());
    let accept = json!({"command": "accept", "by": "partner portal", "lines": lines(&rest)});
    exact(&done(&site.does("noor", "/FY2026/commands", &accept)));
    let all = ["P1", "P2", "P3", "P4", "P5", "P6"];
    let own = site.does("mara", "/FY2026/commands", &json!({"command": "approve", "lines": lines(&["P2"])}));
    assert_eq!((own.status, own.json()["code"].as_str()), (403, Some("duties_conflict")));
    assert_eq!(own.json()["errors"][0]["places"][0]["pointer"], "/lines/0");
    exact(&done(&site.does("dana", "/FY2026/commands", &json!({"command": "approve", "lines": lines(&all)}))));
    exact(&done(&site.does("finn", "/FY2026/commands", &json!({"command": "approve", "lines": lines(&["P1"])}))));
    // The vendor's table asks for more than one role: each open step says which, and why.
    let mut rows = 0;
    for seen in site.reads("/FY2026/lines")["lines"].as_array().unwrap() {
        for step in seen["approvals"].as_array().unwrap().iter().filter(|step| step["approved_by"].is_null()) {
            rows += step["rows"].as_array().unwrap().len();
            let line = lines(&[seen["line"].as_str().unwrap()]);
            let approve = json!({"command": "approve", "lines": line, "role": step["role"]});
            done(&site.does(step["role"].as_str().unwrap(), "/FY2026/commands", &approve));
        }
    }
    assert!(rows > 0);
    let lock = json!({"command": "lock", "lines": lines(&all)});
    let early = site.does("pia", "/FY2026/commands", &lock);
    assert_eq!((early.status, early.json()["code"].as_str()), (409, Some("approval_missing")));
    let total = json!({"command": "approve_total", "reason": "the reserve covers it"});
    done(&site.does("finn", "/FY2026/commands", &total));
    let second = site.does("vera", "/FY2026/commands", &total);
    assert!(second.status == 200 || second.json()["code"] == "state_conflict", "{}", second.text());
    exact(&done(&site.does("pia", "/FY2026/commands", &lock)));
    let plan = site.reads("/FY2026");
    assert_eq!((&plan["stage"], &plan["states"][0]["state"]), (&json!("locked"), &json!("locked")));

    // The export is that of the command line, and proves the ledger.
    let export = site.ask("GET", "/v1/vendors/meridian/plans/FY2026/quotas", &[], None);
    std::fs::write(site.home.path("quotas.json"), &export.body).unwrap();
    let quotas = site.home.path("quotas.json").display().to_string();
    ledger_command(&site.ledger(), &["verify", "--anchor", &quotas]);
    assert_eq!(export.json()["lines"].as_array().unwrap().len(), 6);
    let csv = site.ask("GET", "/v1/vendors/meridian/plans/FY2026/quotas", &["Accept: text/csv"], None);
    assert!(csv.text().starts_with("partner_id,partner_name"), "{}", csv.text());

    // As known before: at a version, and on a date before the plan.
    let before = site.reads("/FY2026?version=2");
    assert_eq!((&before["version"], &before["totals"]["assigned"]), (&json!(2), &json!("1900000.00")));
    let never = site.ask("GET", "/v1/vendors/meridian/plans/FY2026?known_on=2020-01-01", &[], None);
    assert_eq!(never.json()["code"], "plan_unknown");
    let page = site.reads("/FY2026/events?after=3&limit=2");
    let versions: Vec<u64> =
        page["events"].as_array().unwrap().iter().map(|event| event["version"].as_u64().unwrap()).collect();
    assert_eq!((versions, &page["next"]), (vec![4, 5], &json!(5)));
}

#[test]
fn a_command_names_its_version_and_is_recorded_once() {
    let site = Site::new(None, &[]);
    done(&site.does("pia", "", &opening("FY2026")));
    let path = "/v1/vendors/meridian/plans/FY2026/commands";
    let offer = json!({"command": "offer", "lines": [{"line": line("P1")}]});
    let send = |fields: &[&str], body: &Value| {
        site.ask("POST", path, &[&["Quotient-Person: mara"], fields].concat(), Some(body))
    };
    assert_eq!(send(&[], &offer).json()["code"], "version_needed");
    let nobody = site.ask("POST", path, &["If-Match: *"], Some(&offer));
    assert_eq!((nobody.status, nobody.json()["code"].as_str()), (400, Some("parameter_invalid")));
    let first = send(&["If-Match: \"FY2026.2\"", "Idempotency-Key: k-1"], &offer);
    assert_eq!((first.status, first.field("etag")), (200, Some("\"FY2026.3\"")), "{}", first.text());
    // The plan has moved on: the lines that changed are named.
    let stale = send(&["If-Match: \"FY2026.2\""], &offer);
    assert_eq!((stale.status, stale.json()["code"].as_str()), (412, Some("version_changed")));
    let fields = &stale.json()["errors"][0]["fields"];
    assert_eq!((&fields["version"], &fields["since"], &fields["lines"]), (&json!(3), &json!(2), &json!(["P1"])));
    // One refused line refuses the command, and each has its pointer.
    let two = json!({"command": "offer", "lines":
        [{"line": line("P2")}, {"line": line("P3"), "figure": usd("1.00")}, {"line": line("P77")}]});
    let refused = send(&["If-Match: *"], &two).json();
    let pointers: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["places"][0]["pointer"].as_str().unwrap())
        .collect();
    // The line that is not there, and the figure that changes without a reason.
    let expected = vec!["/lines/2", "/lines/1/reason"];
    assert_eq!((refused["code"].as_str(), pointers), (Some("line_unknown"), expected), "{refused}");
    let reasons = json!({"command": "offer", "lines":
        [{"line": line("P2"), "figure": usd("2.00")}, {"line": line("P3"), "figure": usd("1.00")}]});
    let refused = send(&["If-Match: *"], &reasons).json();
    assert_eq!(refused["code"], "reason_missing", "{refused}");
    let pointer = |at: usize| refused["errors"][at]["places"][0]["pointer"].clone();
    assert_eq!((pointer(0), pointer(1)), (json!("/lines/0/reason"), json!("/lines/1/reason")), "{refused}");
    assert_eq!(site.reads("/FY2026")["version"], 3);
    // Repeated, also to a new process: the same answer, and no second event.
    let again = send(&["If-Match: \"FY2026.2\"", "Idempotency-Key: k-1"], &offer);
    assert_eq!((again.status, again.field("idempotency-replayed")), (200, Some("true")));
    let Site { home, server } = site;
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    let ledger = home.path("plans.ledger").display().to_string();
    let site = Site { server: home.serve(&["--ledger", &ledger]), home };
    let send = |fields: &[&str], body: &Value| {
        site.ask("POST", path, &[&["Quotient-Person: mara"], fields].concat(), Some(body))
    };
    let restarted = send(&["If-Match: \"FY2026.2\"", "Idempotency-Key: k-1"], &offer);
    assert_eq!((restarted.status, restarted.json()), (200, first.json()), "{}", restarted.text());
    assert_eq!(site.reads("/FY2026")["version"], 3);
    let other = json!({"command": "offer", "lines": [{"line": line("P2")}]});
    let reused = send(&["If-Match: *", "Idempotency-Key: k-1"], &other);
    assert_eq!((reused.status, reused.json()["code"].as_str()), (422, Some("idempotency_mismatch")));
}

#[test]
fn of_many_who_move_one_version_exactly_one_wins() {
    let site = Site::new(None, &[]);
    done(&site.does("pia", "", &opening("FY2026")));
    for round in 0..8 {
        let tag = site.ask("GET", "/v1/vendors/meridian/plans/FY2026", &[], None).field("etag").unwrap().to_owned();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..8)
                .map(|client| {
                    let (site, tag) = (&site, &tag);
                    scope.spawn(move || {
                        let amount = format!("{}.00", 100_000 + round * 10 + client);
                        let body = json!({"command": "offer", "lines":
                            [{"line": line("P1"), "figure": usd(&amount), "reason": "a race"}]});
                        let fields = [&format!("If-Match: {tag}"), "Quotient-Person: mara"];
                        site.ask("POST", "/v1/vendors/meridian/plans/FY2026/commands", &fields, Some(&body)).status
                    })
                })
                .collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 412)), "{statuses:?}");
    }
    assert_eq!(site.reads("/FY2026")["version"], 2 + 8);
    ledger_command(&site.ledger(), &["verify"]);
}

#[test]
fn the_preview_shows_who_pays_and_records_nothing() {
    let site = Site::new(None, &[]);
    done(&site.does("pia", "", &opening("FY2026")));
    let figure = site.reads("/FY2026/lines")["lines"][0]["figure"].as_str().unwrap().to_owned();
    let ask = |scope: &str, amount: &str| {
        let body = json!({"change": {"line": line("P1"), "figure": usd(amount)}, "scope": scope});
        done(&site.does("mara", "/FY2026/previews", &body))
    };
    let preview = ask("channel", "300000.00");
    let cents = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(preview["change"]["before"], figure);
    assert_eq!(cents(&preview["absorbed"]), -cents(&preview["change"]["by"]), "{preview}");
    assert_eq!((&preview["free"], preview["moves"].as_array().unwrap().len()), (&json!(5), 5));
    let lower = format!("{}.00", cents(&json!(figure)) / 100 - 5_000);
    let own = ask("manager", &lower);
    assert!(own["moves"].as_array().unwrap().iter().all(|line| line["account_manager"] == "Mara"), "{own}");
    assert_eq!(cents(&own["absorbed"]), -cents(&own["change"]["by"]));
    // The same figure moves nothing, and the same question has the same answer.
    assert_eq!(ask("channel", &figure)["moves"], json!([]));
    assert_eq!(ask("channel", "300000.00"), preview);
    assert_eq!(site.reads("/FY2026")["version"], 2);
    let impossible = json!({"change": {"line": line("P1"), "figure": usd("900000000.00")}});
    assert_eq!(site.does("mara", "/FY2026/previews", &impossible).json()["code"], "plan_infeasible");
    let nameless = json!({"change": {"line": line("P1")}});
    assert_eq!(site.does("mara", "/FY2026/previews", &nameless).status, 422);
}

/// Reads a stream until `is_enough`.
fn listen(site: &Site, fields: &str, is_enough: impl Fn(&str) -> bool) -> String {
    let mut stream = TcpStream::connect(site.server.address).unwrap();
    let path = "/v1/vendors/meridian/plans/FY2026/stream";
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let (start, mut text, mut buffer) = (Instant::now(), String::new(), [0; 4096]);
    while !is_enough(&text) {
        assert!(start.elapsed() < crate::patience::HANG, "{text}");
        if let Ok(read) = stream.read(&mut buffer) {
            text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
    }
    text
}

#[test]
fn a_stream_goes_on_after_the_event_that_the_listener_has() {
    let site = Site::new(None, &[]);
    done(&site.does("pia", "", &opening("FY2026")));
    done(&site.does("mara", "/FY2026/commands", &offer_all()));
    let text = listen(&site, "Last-Event-ID: 3\r\n", |text| text.contains("id: 8\n"));
    assert!(!text.contains("id: 3\n") && text.contains("id: 4\n") && text.contains("\"line\":\"P2\""), "{text}");
    // From now on: a move of the command line is seen as well.
    std::thread::scope(|scope| {
        let site = &site;
        let listener = scope.spawn(move || listen(site, "", |text| text.contains("id: 9\n")));
        std::thread::sleep(Duration::from_millis(300));
        let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
        command.args(["plan", "accept", "FY2026", "--line", "P3", "--partner", "K. Berg", "--as", "noor"]);
        assert!(command.args(["--ledger", &site.ledger()]).output().unwrap().status.success());
        let text = listener.join().unwrap();
        assert!(text.contains("line.accepted") && !text.contains("id: 8\n"), "{text}");
    });
}

#[test]
fn a_ledger_that_cannot_be_written_is_a_problem_and_nothing_is_recorded() {
    let site = Site::new(None, &[]);
    done(&site.does("pia", "", &opening("FY2026")));
    // The last event is damaged on the disk: nothing may follow it.
    let disk = rusqlite::Connection::open(site.ledger()).unwrap();
    let hash: Vec<u8> = disk.query_row("SELECT hash FROM event WHERE number = 2", [], |row| row.get(0)).unwrap();
    let damage = |hash: &[u8]| disk.execute("UPDATE event SET hash = ? WHERE number = 2", [hash]).unwrap();
    disk.execute_batch("DROP TRIGGER event_is_unchanged").unwrap();
    damage(&[0; 32]);
    let refused = site.does("mara", "/FY2026/commands", &offer_all());
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (503, Some("ledger_unavailable")),
        "{}",
        refused.text()
    );
    assert_eq!(refused.field("retry-after"), Some("1"));
    assert_eq!(refused.json()["errors"], json!([]));
    assert!(site.server.log().contains("ledger"), "{}", site.server.log());
    damage(&hash);
    assert_eq!(site.reads("/FY2026")["version"], 2);
    done(&site.does("mara", "/FY2026/commands", &offer_all()));
}

#[test]
fn a_business_plan_is_changed_by_the_command_and_read_as_document_and_page() {
    let site = Site::new(None, &[]);
    done(&site.does("pia", "", &opening("FY2026")));
    let change = |changes: Value| json!({"command": "business_plan", "partner_id": "P1", "changes": changes});
    let activity = json!({"change": "activity", "id": "A1", "kind": "co_sell", "title": "joint calls", "side": "partner",
        "due": "2026-06-30", "weight": "2"});
    let sign = json!({"change": "sign", "side": "vendor"});
    let changed = done(&site.does("mara", "/FY2026/commands", &change(json!([activity, sign]))));
    let kinds: Vec<&str> =
        changed["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["business_plan.changed", "business_plan.signed"]);
    let read = site.reads("/FY2026/business-plans/P1");
    assert_eq!(
        (&read["activities"][0]["title"], &read["activities"][0]["weight"]),
        (&json!("joint calls"), &json!("2"))
    );
    assert_eq!((&read["signed_by_vendor"], &read["signed_by_partner"]), (&json!("mara"), &json!(null)));
    assert_eq!(site.reads("/FY2026/business-plans")["business_plans"].as_array().unwrap().len(), 1);
    // A partner without a business plan has the defaults; one that the plan does not have is unknown.
    assert_eq!(site.reads("/FY2026/business-plans/P2")["activities"], json!([]));
    let path = |partner: &str| format!("/v1/vendors/meridian/plans/FY2026/business-plans/{partner}");
    assert_eq!(site.ask("GET", &path("P77"), &[], None).json()["code"], "line_unknown");
    let page = site.ask("GET", &path("P1"), &["Accept: text/html"], None);
    assert!(page.status == 200 && page.text().contains("joint calls"), "{}", page.text());
    // One change that is refused refuses all of the command.
    let wrong = json!([{"change": "header", "vision": "grow"}, {"change": "drop", "item": "A7", "reason": "no"}]);
    let refused = site.does("mara", "/FY2026/commands", &change(wrong));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (404, Some("line_unknown")), "{}", refused.text());
    assert_eq!(site.reads("/FY2026/business-plans/P1")["vision"], json!(null));
}

/// Reading goes on then, and each command waits for the lock, and is refused in the end.
#[test]
fn a_ledger_that_another_process_has_locked_is_reported() {
    let site = Site::new(None, &[]);
    let health = || ask(site.server.address, "GET", "/health", &[], b"").unwrap().json();
    assert_eq!(health()["status"], "ok", "{}", health());
    let other = rusqlite::Connection::open(site.ledger()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let locked = health();
    assert_eq!(locked["status"], "degraded", "{locked}");
    assert!(locked["reasons"][0].as_str().unwrap().contains("locked by another process"), "{locked}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(health()["status"], "ok", "{}", health());
}
