//! What a partner reads about an own line beside its figure: how it came about, own facts, and the agreement.

use super::plans::{Site, ledger_command, line, opening, usd};
use crate::review::joint::{root, shipped};
use quotient::ledger::store::Digest;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The query of the line of a partner.
pub fn of_line(path: &str, id: &str) -> String {
    format!("{path}?line=%5B%22{id}%22%2Cnull%2Cnull%5D")
}

fn offered() -> Site {
    let site = Site::new(None, &[]);
    let mut opening = opening("FY2026");
    let book = &mut opening["proposal"]["book"];
    book["opportunities"] = json!([
        {"opportunity_id": "D1", "partner_id": "P1", "amount": "200000.00", "status": "open", "close_date": "2026-03-31"},
        {"opportunity_id": "D2", "partner_id": "P1", "amount": "70000.00", "status": "open", "close_date": "2027-03-31"},
        {"opportunity_id": "D3", "partner_id": "P2", "amount": "500000.00", "status": "open", "close_date": "2026-03-31"},
    ]);
    book["win_rates"] = json!([{"partner_id": "P1", "by_count": "0.25", "by_value": "0.25"}]);
    assert_eq!(site.does("pia", "", &opening).status, 201);
    let offer = json!({"command": "offer", "lines": [
        {"line": line("P1"), "figure": usd("111111.00"), "reason": "for both sides"}, {"line": line("P2")}]});
    assert_eq!(site.does("mara", "/FY2026/commands", &offer).status, 200);
    site
}

fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn the_steps_sum_to_the_figure_and_reasons_about_others_are_not_shown() {
    let site = offered();
    let page = site.reads(&of_line("/FY2026/partner-page", "P1"));
    let steps = page["steps"].as_array().unwrap();
    assert_eq!(page["figure"], "111111.00");
    assert_eq!(steps.iter().map(|step| decimal(&step["amount"])).sum::<Decimal>(), Decimal::from(111_111));
    let of = |label: &str| steps.iter().find(|step| step["label"] == label).unwrap();
    assert!(of("history")["reason"].as_str().unwrap().contains("360,000.00"), "{page}");
    assert_eq!((&of("channel")["kind"], &of("channel")["reason"]), (&json!("channel"), &Value::Null));
    // Limits and factors that read figures of others are in that step, so that the proposal does not follow from them.
    let kinds: Vec<_> = steps.iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert!(kinds.iter().all(|kind| matches!(*kind, "factor" | "channel")), "{kinds:?}");
    assert!(steps.iter().all(|step| step["label"] != "market_opportunity"), "{page}");

    // Own facts: twelve months, the tier and what the next one asks for, the pipeline.
    let months = page["months"].as_array().unwrap();
    assert_eq!((months.len(), &months[0]["month"], &months[11]["month"]), (12, &json!("2025-01"), &json!("2025-12")));
    assert!(months.iter().all(|month| month["amount"] == "30000.00"), "{page}");
    assert_eq!((&page["tier"], &page["prior_revenue"]), (&json!("Silver"), &json!("360000.00")));
    let platinum = page["conditions"].as_array().unwrap().iter().find(|one| one["tier"] == "Platinum").unwrap();
    assert_eq!((&platinum["is_met"], decimal(&platinum["gap"])), (&json!(false), Decimal::from(800_000 - 360_000)));
    let pipeline = ["open_pipeline", "close_rate", "pipeline_needed"].map(|name| page[name].as_str().unwrap());
    assert_eq!(
        pipeline,
        ["200000.00", "0.25", "444444.00"],
        "a deal after the period and that of another do not count"
    );
    let other = site.reads(&of_line("/FY2026/partner-page", "P2"));
    assert_eq!((&other["close_rate"], &other["pipeline_needed"]), (&Value::Null, &Value::Null), "a rate of others");

    // What is agreed after the first offer is a step in addition.
    let again = json!({"command": "offer", "lines": [{"line": line("P1"), "figure": usd("100000.00"), "reason": "a"}]});
    assert_eq!(site.does("mara", "/FY2026/commands", &again).status, 200);
    let later = site.reads(&of_line("/FY2026/partner-page", "P1"));
    let steps = later["steps"].as_array().unwrap();
    assert_eq!(steps.iter().map(|step| decimal(&step["amount"])).sum::<Decimal>(), Decimal::from(100_000));
    let last = steps.last().unwrap();
    assert_eq!((&last["kind"], &last["amount"]), (&json!("negotiation"), &json!("-11111.00")));
}

/// Facts that are not known are null: a plan whose book has no deals.
#[test]
fn what_is_not_known_is_null() {
    let site = Site::new(None, &[]);
    assert_eq!(site.does("pia", "", &opening("FY2026")).status, 201);
    let page = site.reads(&of_line("/FY2026/partner-page", "P1"));
    for name in ["open_pipeline", "close_rate", "pipeline_needed"] {
        assert_eq!(page[name], Value::Null, "{name}");
    }
    let line = ["line", "nonsense"].map(|value| format!("/v1/vendors/meridian/plans/FY2026/partner-page?line={value}"));
    for path in line {
        assert_eq!(site.ask("GET", &path, &[], None).status, 400, "{path}");
    }
    let missing = site.ask("GET", "/v1/vendors/meridian/plans/FY2026/partner-page", &[], None);
    assert_eq!(missing.json()["code"], "parameter_invalid");
}

#[test]
fn an_agreement_stays_the_same_and_proves_the_history_before_it() {
    let site = offered();
    let path = of_line("/v1/vendors/meridian/plans/FY2026/agreement", "P1");
    let read = || site.ask("GET", &path, &[], None);
    assert_eq!((read().status, read().json()["code"].as_str()), (409, Some("state_conflict")));
    let accept = |id: &str| json!({"command": "accept", "by": "A. Alder", "lines": [line(id)]});
    assert_eq!(site.does("noor", "/FY2026/commands", &accept("P1")).status, 200);
    let first = read();
    let document = first.json();
    let shown = ["schema", "partner_name", "figure", "accepted_by", "period"].map(|name| document[name].as_str());
    let expected = ["quotient.agreement/1", "Alder Systems", "111111.00", "A. Alder", "FY2026"];
    assert_eq!(shown, expected.map(Some));
    assert_eq!((&document["is_assigned"], &document["in_force_from"]), (&json!(false), &Value::Null));

    // The digest is that of the other members.
    let mut members: BTreeMap<String, Value> = serde_json::from_value(document.clone()).unwrap();
    let digest = members.remove("digest").unwrap();
    assert_eq!(digest, Digest::of(serde_json::to_string(&members).unwrap().as_bytes()).to_string());

    // Later events of others change nothing, and the ledger is verified against the copy.
    assert_eq!(site.does("noor", "/FY2026/commands", &accept("P2")).status, 200);
    assert_eq!(read().text(), first.text());
    let copy = site.home.path("agreement.json");
    std::fs::write(&copy, first.text()).unwrap();
    let anchor = ["verify", "--anchor", copy.to_str().unwrap()];
    assert!(ledger_command(&site.ledger(), &anchor).contains("intact"));
    let head = document["head"].as_str().unwrap();
    let other = format!("{}{}", &head[..head.len() - 1], if head.ends_with('0') { "1" } else { "0" });
    let refused = |text: String| {
        std::fs::write(&copy, text).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quotient"));
        let output = command.arg("ledger").args(anchor).args(["--ledger", &site.ledger()]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(6), "{said}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("intact"));
        said
    };
    refused(first.text().replace(head, &other));
    let changed = first.text().replace("111111.00", "101111.00");
    assert!(refused(changed).contains("its digest is not that of its members"));
    // Also with a digest that was computed again.
    let mut forged = members.clone();
    forged.insert("figure".to_owned(), json!("101111.00"));
    let digest = Digest::of(serde_json::to_string(&forged).unwrap().as_bytes()).to_string();
    forged.insert("digest".to_owned(), json!(digest));
    let said = refused(serde_json::to_string(&forged).unwrap());
    assert!(said.contains("`figure` is \"101111.00\", and the ledger recorded \"111111.00\""), "{said}");
    std::fs::write(&copy, first.text()).unwrap();
    assert!(ledger_command(&site.ledger(), &anchor).contains("agreement about P1 of FY2026: 111111.00 USD"));
}

/// Whose reasons are shown is read from the rules: a figure of the channel or of peers, here or in a module, hides them.
#[test]
fn rules_that_read_figures_of_others_are_known() {
    let others = |vendor: &str, path: &str| shipped(vendor).scripts().reads_of_others(path);
    assert!(!others("meridian", "history.rhai") && !others("meridian", "pipeline_coverage.rhai"));
    assert!(others("meridian", "market_opportunity.rhai"), "the channel's share of the market");
    assert!(others("adventureworks", "run_rate.rhai"), "by a module that it imports");
    assert!(others("meridian", "unknown.rhai"));
}

/// A plan that the command line opened from files has its book in the ledger, for every server.
#[test]
fn a_plan_from_files_has_its_book_in_the_ledger() {
    let site = Site::new(None, &[]);
    let book = root().join("examples/demonstration");
    let open = |name: &str, more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quotient"));
        command.args([
            "plan",
            "open",
            name,
            "meridian",
            "--target",
            "75000000",
            "--as",
            "pia",
            "--ledger",
            &site.ledger(),
        ]);
        let output = command.arg("--book").arg(&book).args(more).current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    open("WITH", &[]);
    open("WITHOUT", &["--without-book"]);
    let preview = json!({"change": {"line": line("P0008"), "figure": usd("440000.00")}});
    let refused = site.does("pia", "/WITHOUT/previews", &preview);
    assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("input_refused")));
    let with = site.does("pia", "/WITH/previews", &preview);
    assert_eq!((with.status, with.json()["change"]["after"].as_str()), (200, Some("440000.00")), "{}", with.text());
    let page = site.reads(&of_line("/WITH/partner-page", "P0008"));
    let months = page["months"].as_array().unwrap();
    let sold: Decimal = months.iter().map(|month| decimal(&month["amount"])).sum();
    assert_eq!((sold.to_string(), months.len()), ("413954.93".to_owned(), 12));
    assert!(!site.reads("/WITH/deals")["deals"].as_array().unwrap().is_empty());
    let bare = site.reads(&of_line("/WITHOUT/partner-page", "P0008"));
    assert_eq!((&bare["months"], &bare["figure"]), (&json!([]), &page["figure"]));
    ledger_command(&site.ledger(), &["verify"]);
    ledger_command(&site.ledger(), &["rebuild"]);
}
