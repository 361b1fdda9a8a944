//! Commands about several lines: recorded as a whole or not at all, with an entry and a pointer for each line.

use super::document::alternatives;
use super::plans::{PARTNERS, Site, line, opening, usd};
use quotient::server::openapi;
use serde_json::{Value, json};

const PATH: &str = "/v1/vendors/meridian/plans/FY2026/commands";

/// A plan of six lines, none of which is offered.
fn site() -> Site {
    let site = Site::new(None, &[]);
    let opened = site.does("pia", "", &opening("FY2026"));
    assert_eq!(opened.status, 201, "{}", opened.text());
    site
}

/// Gives a command that is refused; returns its status with the pointers and causes of its entries.
fn refused(site: &Site, command: &Value) -> (u16, Vec<(String, String)>) {
    let answer = site.ask("POST", PATH, &["Quotient-Person: mara", "If-Match: *"], Some(command));
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    let entry = |error: &Value| {
        assert_eq!(error["count"], 1, "an entry is about one line: {error}");
        let pointer = error["places"][0]["pointer"].as_str().unwrap_or_default().to_owned();
        (pointer, error["cause"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(site.reads("/FY2026")["version"], 2, "nothing was recorded: {command}");
    (answer.status, errors.iter().map(entry).collect())
}

fn pointers(entries: &[(String, String)]) -> Vec<&str> {
    entries.iter().map(|(pointer, _)| pointer.as_str()).collect()
}

#[test]
fn every_command_about_lines_is_refused_as_a_whole_with_a_pointer_for_each() {
    let site = site();
    let schema = openapi();
    let variants = alternatives(&schema, "PlanCommand");
    let about_lines = variants.iter().filter(|variant| variant["properties"]["lines"].is_object());
    let names: Vec<&str> =
        about_lines.map(|variant| variant["properties"]["command"]["const"].as_str().unwrap()).collect();
    assert!(names.len() >= 10, "{names:?}");
    // The fourth line is not one of the plan.
    let ids = ["P1", "P2", "P3", "P99", "P5"];
    for name in names {
        let lines: Vec<Value> = match name {
            "offer" | "resolve" | "amend" => {
                ids.iter().map(|id| json!({"line": line(id), "figure": usd("1000.00"), "reason": "a reason"})).collect()
            }
            "counter" => ids
                .iter()
                .map(|id| json!({"line": line(id), "figure": usd("1000.00"), "code": "market", "reason": "a"}))
                .collect(),
            _ => ids.iter().map(|id| line(id)).collect(),
        };
        let mut command = json!({"command": name, "lines": lines});
        match name {
            "escalate" | "return" | "withdraw" => command["reason"] = json!("a reason"),
            "amend" => {
                command["effective_from"] = json!("2026-07-01");
                command["code"] = json!("error");
            }
            _ => {}
        }
        let (status, entries) = refused(&site, &command);
        assert_eq!(status, 404, "{name}: {entries:?}");
        assert!(entries.contains(&("/lines/3".to_owned(), "unknown_line".to_owned())), "{name}: {entries:?}");
        let is_placed = |pointer: &str| pointer.starts_with("/lines/") || pointer == "/effective_from";
        assert!(entries.iter().all(|(pointer, _)| is_placed(pointer)), "{name}: {entries:?}");
    }
}

#[test]
fn each_line_of_a_bulk_offer_has_its_own_entry_with_the_member_at_fault() {
    let site = site();
    let change = |id: &str, figure: Value, reason: &str| json!({"line": line(id), "figure": figure, "reason": reason});
    let lines = json!([
        change("P1", usd("1000.00"), "a reason"),
        change("P2", usd("-1.00"), "a reason"),
        change("P3", usd("1000.001"), "a reason"),
        change("P4", json!({"amount": "1000.00", "currency": "EUR"}), "a reason"),
        change("P5", usd("1000.00"), " "),
        change("P6", usd("1000.00"), ""),
    ]);
    let (status, entries) = refused(&site, &json!({"command": "offer", "lines": lines}));
    let expected = ["/lines/1/figure", "/lines/2/figure", "/lines/3/figure", "/lines/4/reason", "/lines/5/reason"];
    assert_eq!((status, pointers(&entries)), (422, expected.to_vec()), "{entries:?}");
    // The same line twice: the entry has both places.
    let twice = json!({"command": "distribute", "lines": [line("P1"), line("P2"), line("P1")]});
    let answer = site.ask("POST", PATH, &["Quotient-Person: mara", "If-Match: *"], Some(&twice)).json();
    let places = answer["errors"][0]["places"].as_array().unwrap().clone();
    let places: Vec<&str> = places.iter().map(|place| place["pointer"].as_str().unwrap()).collect();
    assert_eq!(places, ["/lines/0", "/lines/2"], "{answer}");
    // Six lines that cannot take the step: six entries, and the reason of the command as its own.
    let all: Vec<Value> = PARTNERS.iter().map(|(id, ..)| line(id)).collect();
    let (status, entries) = refused(&site, &json!({"command": "accept", "lines": all}));
    assert_eq!((status, entries.len()), (409, 6), "{entries:?}");
    let (status, entries) = refused(&site, &json!({"command": "withdraw", "lines": all, "reason": ""}));
    assert_eq!((status, pointers(&entries)), (422, vec!["/reason"]), "{entries:?}");
}

#[test]
fn changes_of_a_business_plan_are_one_command_with_a_pointer_for_each() {
    let site = site();
    let changes = json!([
        {"change": "activity", "id": "A1", "kind": "other", "title": "work", "side": "partner", "due": "2026-03-31"},
        {"change": "account", "id": "A1", "customer": "Orion"},
        {"change": "risk", "id": "R1", "risk": "delay", "likelihood": "low"},
        {"change": "done", "activity": "A7", "on": "2025-12-01"},
        {"change": "claim", "activity": "A1", "amount": usd("1.00")},
    ]);
    let command = json!({"command": "business_plan", "partner_id": "P1", "changes": changes});
    let (status, entries) = refused(&site, &command);
    assert_eq!(pointers(&entries), ["/changes/1", "/changes/3", "/changes/4"], "{status} {entries:?}");
}
