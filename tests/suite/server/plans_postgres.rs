//! A ledger in a PostgreSQL database behind servers: two of them on one ledger, and what callers see while it is away.

use super::http::{Answer, ask};
use super::plans::{PARTNERS, ledger_command, line, opening, usd};
use super::running::{Home, Running};
use crate::support::postgres::Server;
use serde_json::{Value, json};
use std::process::Command;

const PLANS: &str = "/v1/vendors/meridian/plans";

fn does(server: &Running, path: &str, version: &str, body: &Value) -> Answer {
    let fields = ["Quotient-Person: pia", "Content-Type: application/json", &format!("If-Match: {version}")];
    ask(server.address, "POST", &format!("{PLANS}{path}"), &fields, body.to_string().as_bytes()).unwrap()
}

fn reads(server: &Running, path: &str) -> Answer {
    ask(server.address, "GET", &format!("{PLANS}{path}"), &["Quotient-Person: pia"], b"").unwrap()
}

fn offer(partner: &str, figure: u64) -> Value {
    let change = json!({"line": line(partner), "figure": usd(&format!("{figure}.00")), "reason": "better known"});
    json!({"command": "offer", "lines": [change]})
}

#[test]
fn two_servers_have_one_ledger_and_each_move_one_winner() {
    let Some(database) = Server::shared() else { return };
    let (home, ledger) = (Home::new(), database.address(&database.database()));
    let servers = [home.serve(&["--ledger", &ledger]), home.serve(&["--ledger", &ledger])];
    let opened = does(&servers[0], "", "*", &opening("FY2026"));
    assert_eq!(opened.status, 201, "{}", opened.text());
    // 16 callers, each with moves on the version that it has read.
    let moves = crate::patience::cases(6, 60);
    let (won, lost): (Vec<u64>, Vec<u64>) = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..16_u32)
            .map(|caller| {
                let server = &servers[caller as usize % 2];
                scope.spawn(move || {
                    let (mut won, mut lost) = (0, 0);
                    while won < u64::from(moves) {
                        let version = reads(server, "/FY2026").field("etag").unwrap().to_owned();
                        let partner = PARTNERS[caller as usize % PARTNERS.len()].0;
                        let answer = does(server, "/FY2026/commands", &version, &offer(partner, 100_000 + won));
                        match (answer.status, answer.json()["code"].as_str()) {
                            (200, _) => won += 1,
                            (412, _) => lost += 1,
                            _ => panic!("{}", answer.text()),
                        }
                    }
                    (won, lost)
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).unzip()
    });
    let won: u64 = won.iter().sum();
    assert!(lost.iter().sum::<u64>() > 0, "the callers never met");
    for server in &servers {
        let plan = reads(server, "/FY2026").json();
        assert_eq!(plan["version"], json!(2 + won), "a move was lost");
    }
    let verified = ledger_command(&ledger, &["verify"]);
    assert!(verified.contains(&format!(": {} events and ", won + 2)), "{verified}");
}

#[test]
fn a_database_that_is_away_is_a_problem_and_comes_back() {
    let Some(mut database) = Server::start(false) else { return };
    let (home, ledger) = (Home::new(), database.address(&database.database()));
    let server = home.serve(&["--ledger", &ledger]);
    assert_eq!(does(&server, "", "*", &opening("FY2026")).status, 201);
    assert_eq!(does(&server, "/FY2026/commands", "*", &offer("P1", 1)).status, 200);
    database.end();
    for answer in [reads(&server, "/FY2026"), does(&server, "/FY2026/commands", "*", &offer("P2", 2))] {
        let problem = answer.json();
        assert_eq!((answer.status, &problem["code"]), (503, &json!("ledger_unavailable")), "{problem}");
        assert!(!answer.text().contains("postgres://"), "{problem}");
    }
    assert!(server.log().contains("cannot be reached"), "{}", server.log());
    let health = || ask(server.address, "GET", "/health", &[], b"").unwrap();
    let away = health();
    assert_eq!(away.json()["status"], "degraded");
    assert!(
        away.text().contains("the ledger cannot be read") && !away.text().contains("postgres://"),
        "{}",
        away.text()
    );
    // Decisions do not need the ledger.
    assert_eq!(ask(server.address, "GET", "/v1/vendors", &[], b"").unwrap().status, 200);
    database.begin();
    assert_eq!(does(&server, "/FY2026/commands", "*", &offer("P2", 3)).status, 200);
    assert_eq!(reads(&server, "/FY2026").json()["version"], 4);
    assert_eq!(health().json()["status"], "ok", "{}", health().text());
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0), "{}", server.log());
}

#[test]
fn no_output_repeats_the_password_of_an_address() {
    let ledger = "postgres://quotient:s3cret@127.0.0.1:1/plans";
    let commands: [&[&str]; 6] = [
        &["ledger", "verify"],
        &["plan", "status"],
        &["serve", "--listen", "127.0.0.1:0"],
        &["serve", "--show-config"],
        &["serve", "--help"],
        &["plan", "status", "--help"],
    ];
    for arguments in commands {
        for is_argument in [true, false] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
            command.args(arguments);
            if is_argument {
                command.args(["--ledger", ledger])
            } else {
                command.env("QUOTIENT_LEDGER", ledger)
            };
            let output = command.output().unwrap();
            let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
            assert!(!text.contains("s3cret"), "{arguments:?}: {text}");
            if arguments.contains(&"--show-config") {
                assert!(text.contains("ledger = \"postgres://quotient@127.0.0.1:1/plans\""), "{text}");
            } else if !arguments.contains(&"--help") {
                assert!(
                    text.contains("the ledger `postgres://quotient@127.0.0.1:1/plans` cannot be reached"),
                    "{text}"
                );
                assert_eq!(output.status.code(), Some(5), "{text}");
            }
        }
    }
}
