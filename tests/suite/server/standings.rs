//! The quotas in force against a newer export: the figures of `quotient review --quotas`, for those who may see them.

use super::http::Answer;
use super::plans::{PARTNERS, Site, line, opening, usd};
use super::surveys::base64;
use serde_json::{Value, json};
use std::process::Command;

const STANDINGS: &str = "/v1/vendors/meridian/plans/FY2026/standings";

fn all_lines() -> Value {
    PARTNERS.iter().map(|(id, ..)| line(id)).collect()
}

/// Gives a command that succeeds.
#[track_caller]
fn give(site: &Site, person: &str, body: &Value) {
    let answer = site.does(person, "/FY2026/commands", body);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// A server with a plan, each quota of which is offered, accepted, approved and locked, except that of P5, which is not locked;
/// P1 has one of 240,000.00.
fn locked() -> Site {
    let site = Site::new(None, &[]);
    assert_eq!(site.does("pia", "", &opening("FY2026")).status, 201);
    let change = |(id, ..): &(&str, &str, &str, &str, &str)| match *id {
        "P1" => json!({"line": line(id), "figure": usd("240000.00"), "reason": "as agreed"}),
        _ => json!({"line": line(id)}),
    };
    let changes: Vec<Value> = PARTNERS.iter().map(change).collect();
    give(&site, "mara", &json!({"command": "offer", "lines": changes}));
    give(&site, "noor", &json!({"command": "accept", "by": "partner portal", "lines": all_lines()}));
    give(&site, "dana", &json!({"command": "approve", "lines": all_lines()}));
    for seen in site.reads("/FY2026/lines")["lines"].as_array().unwrap() {
        for step in seen["approvals"].as_array().unwrap().iter().filter(|step| step["approved_by"].is_null()) {
            let (own, role) = (line(seen["line"].as_str().unwrap()), step["role"].as_str().unwrap());
            give(&site, role, &json!({"command": "approve", "lines": [own], "role": role}));
        }
    }
    let total = json!({"command": "approve_total", "reason": "the reserve covers it"});
    for person in ["finn", "vera"] {
        site.does(person, "/FY2026/commands", &total);
    }
    let locked: Vec<Value> = PARTNERS.iter().filter(|(id, ..)| *id != "P5").map(|(id, ..)| line(id)).collect();
    give(&site, "pia", &json!({"command": "lock", "lines": locked}));
    site
}

/// Half a year of revenue of five partners: P1 sold 20,000.00 a month, the others 10,000.00, and P6 nothing.
fn export() -> Vec<(&'static str, String)> {
    let mut partners = "partner_id,partner_name,account_manager,territory,tier,since\n".to_owned();
    for (id, name, manager, territory, _) in PARTNERS {
        partners += &format!("{id},{name},{manager},{territory},Silver,2020-01-01\n");
    }
    let mut revenue = "partner_id,month,amount,currency\n".to_owned();
    for (id, _, _, _, amount) in PARTNERS {
        for month in 1..=12 {
            revenue += &format!("{id},2025-{month:02},{amount},USD\n");
        }
        for month in (1..=6).filter(|_| id != "P6") {
            revenue += &format!("{id},2026-{month:02},{},USD\n", if id == "P1" { "20000.00" } else { "10000.00" });
        }
    }
    vec![("partners.csv", partners), ("revenue.csv", revenue)]
}

fn files(export: &[(&str, String)]) -> Value {
    export.iter().map(|(name, text)| json!({"name": name, "content": base64(text.as_bytes())})).collect()
}

fn asked(export: &[(&str, String)]) -> Value {
    json!({"as_of": "2026-06-30", "files": files(export), "mapping": ""})
}

fn ask(site: &Site, fields: &[&str], body: &Value) -> Answer {
    site.ask("POST", STANDINGS, fields, Some(body))
}

/// What `quotient review --quotas` writes about the same export and the export of the plan.
fn review(site: &Site, format: &str) -> String {
    let book = site.home.path("export");
    std::fs::create_dir_all(&book).unwrap();
    for (name, text) in export() {
        std::fs::write(book.join(name), text).unwrap();
    }
    let quotas = site.ask("GET", "/v1/vendors/meridian/plans/FY2026/quotas", &[], None);
    std::fs::write(site.home.path("quotas.json"), &quotas.body).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
    command.args(["review", "meridian", "--as-of", "2026-06-30", "--format", format]);
    for (option, part) in
        [("--book", "export"), ("--quotas", "quotas.json"), ("--rules", "rules"), ("--policies", "policies")]
    {
        command.arg(option).arg(site.home.path(part));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_figures_are_those_of_a_review_with_the_quotas_in_force() {
    let site = locked();
    // A quota in the book does not count beside the plan of record.
    let quotas = ("quotas.csv", "partner_id,period,months,quota,currency\nP5,2026-01,12,999.00,USD\n".to_owned());
    let with_quotas: Vec<(&str, String)> = export().into_iter().chain([quotas]).collect();
    let answer = ask(&site, &[], &asked(&with_quotas));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let shown = answer.json();
    assert_eq!((&shown["channel"]["with_quota"], &shown["channel"]["partners"]), (&json!(5), &json!(6)));
    assert_eq!((&shown["partners"][4]["partner_id"], &shown["partners"][4]["quota"]), (&json!("P5"), &Value::Null));
    let head = ["plan", "period", "as_of", "actual_through", "currency"].map(|name| shown[name].as_str().unwrap());
    assert_eq!(head, ["FY2026", "FY2026", "2026-06-30", "2026-06-30", "USD"]);
    let partners = shown["partners"].as_array().unwrap();
    // By hand: 6 × 20,000 of 240,000.
    let first = &partners[0];
    let own =
        ["partner_id", "quota", "actual", "attainment", "remaining_quota", "gap"].map(|name| first[name].as_str());
    assert_eq!(own, ["P1", "240000.00", "120000.00", "0.5", "120000.00", "-120000.00"].map(Some), "{first:#}");
    // Nothing was sold in a period that the book reaches: zero, and not unknown.
    assert_eq!((&partners[5]["partner_id"], &partners[5]["actual"]), (&json!("P6"), &json!("0.00")), "{partners:#?}");

    let reviewed: Value = serde_json::from_str(&review(&site, "json")).unwrap();
    for (row, partner) in partners.iter().zip(reviewed["partners"].as_array().unwrap()) {
        let standing = &partner["standing"];
        for name in ["quota", "actual", "attainment", "required_coverage", "forecast_gap", "is_covered"] {
            assert_eq!(row[name], standing[name], "{name} of {}", row["partner_id"]);
        }
        for name in ["expected_to_date", "pace_ratio", "projected_actual", "required_run_rate_per_month"] {
            assert_eq!(row[name], standing["pacing"][name], "{name} of {}", row["partner_id"]);
        }
        let kinds =
            |list: &Value| -> Vec<Value> { list.as_array().unwrap().iter().map(|one| one["kind"].clone()).collect() };
        assert_eq!(kinds(&row["interventions"]), kinds(&partner["interventions"]));
    }
    let rollups = reviewed["rollups"].as_array().unwrap();
    let by = |dimension: &str| -> Vec<Value> {
        rollups.iter().filter(|group| group["dimension"] == dimension).cloned().collect()
    };
    assert_eq!(vec![shown["channel"].clone()], by("channel"));
    assert_eq!(shown["managers"], json!(by("account_manager")));
    assert_eq!(shown["periods"].as_array().unwrap().len(), 2, "two quarters have begun");
    assert_eq!(shown["periods"], json!(by("period")));

    // The other formats are those of the command, byte for byte.
    let csv = ask(&site, &["Accept: text/csv"], &asked(&export()));
    assert_eq!(csv.text(), review(&site, "csv"));
    let page = ask(&site, &["Accept: text/html"], &asked(&export()));
    assert!(page.text().starts_with("<!DOCTYPE html>") && page.text().contains("Alder Systems"), "{}", page.text());
    let workbook =
        ask(&site, &["Accept: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], &asked(&export()));
    assert_eq!(&workbook.body[..2], b"PK");

    // Without a date: the end of the latest complete month. The mapping is proposed where none is stated.
    let usual = ask(&site, &[], &json!({"files": files(&export())}));
    assert_eq!((usual.status, &usual.json()["as_of"]), (200, &json!("2026-06-30")), "{}", usual.text());
    assert_eq!(usual.json()["partners"][0]["attainment"], "0.5");
    // A partner without a row of the export keeps its quota, and a warning says so.
    let part: Vec<(&str, String)> = export()
        .into_iter()
        .map(|(name, text)| {
            (name, text.lines().filter(|row| !row.starts_with("P1,")).map(|row| format!("{row}\n")).collect())
        })
        .collect();
    let without = ask(&site, &[], &asked(&part)).json();
    assert_eq!(
        (&without["channel"]["with_quota"], &without["channel"]["quota"]),
        (&json!(5), &shown["channel"]["quota"])
    );
    let first = &without["partners"][0];
    assert_eq!(
        (&first["partner_name"], &first["quota"], &first["actual"]),
        (&json!("Alder Systems"), &json!("240000.00"), &json!("0.00"))
    );
    let messages = without["findings"].to_string();
    assert!(messages.contains("partner `P1` has a quota in force and is not in the book"), "{messages}");
    // Without files: the book of the plan, in which the period has not begun.
    let before = ask(&site, &[], &json!({})).json();
    assert_eq!((&before["as_of"], &before["partners"][0]["quota"]), (&json!("2025-12-31"), &json!("240000.00")));
    let codes: Vec<&str> =
        before["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"plan::period"), "{codes:?}");
    assert_eq!(site.reads("/FY2026")["version"], site.reads("/FY2026")["version"], "nothing is recorded");
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let site = Site::new(None, &[]);
    assert_eq!(site.does("pia", "", &opening("FY2026")).status, 201);
    let early = ask(&site, &[], &asked(&export()));
    assert_eq!((early.status, early.json()["code"].as_str()), (409, Some("state_conflict")), "no quota is in force");

    let site = locked();
    let mut wrong = export();
    wrong[1].1 = wrong[1].1.replacen("2026-03,20000.00", "2026-03,2O000.00", 1);
    let refused = ask(&site, &[], &asked(&wrong));
    let problem = refused.json();
    assert_eq!((refused.status, problem["code"].as_str()), (422, Some("input_refused")), "{problem:#}");
    let place = &problem["errors"][0]["places"][0];
    assert_eq!(
        (&place["file"], &place["column"], &place["value"]),
        (&json!("revenue.csv"), &json!("amount"), &json!("2O000.00"))
    );
    for (body, part) in [
        (json!({"as_of": "30.06.2026"}), "`as_of` is `30.06.2026`"),
        (json!({"as_of": "2026-6-30"}), "`as_of` is `2026-6-30`"),
        (json!({"mapping": ""}), "`mapping` is about `files`"),
        (json!({"files": [{"name": "../x.csv", "content": ""}]}), "is not the name of a file"),
        (json!({"files": [{"name": "x.csv", "content": "%"}]}), "is not base64"),
        (json!({"file": []}), "file"),
    ] {
        let answer = ask(&site, &[], &body);
        assert!(answer.status == 400 || answer.status == 422, "{body}: {}", answer.text());
        assert!(answer.text().contains(part), "{body}: {}", answer.text());
    }
    // An export in another currency than the plan is not compared with it.
    let mut euros = export();
    euros[1].1 = euros[1].1.replace("USD", "EUR");
    let refused = ask(&site, &[], &asked(&euros));
    assert_eq!(refused.status, 422, "{}", refused.text());
}

#[test]
fn a_person_gets_the_partners_of_the_own_part_and_a_partner_none() {
    let site = locked();
    for grant in [
        &["mara", "channel_manager", "--manager", "Mara"][..],
        &["alder", "partner_user", "--partner", "P1"],
        &["pia", "planner"],
    ] {
        super::plans::ledger_command(&site.ledger(), &[&["grant"], grant].concat());
    }
    let of = |person: &str| ask(&site, &[&format!("Quotient-Person: {person}")], &asked(&export()));
    let ids = |answer: &Answer| -> Vec<String> {
        let shown = answer.json();
        shown["partners"].as_array().unwrap().iter().map(|one| one["partner_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&of("pia")), ["P1", "P2", "P3", "P4", "P5", "P6"]);
    let mara = of("mara");
    let mut own = ids(&mara);
    own.sort();
    assert_eq!(own, ["P1", "P2", "P5"]);
    assert_eq!(mara.json()["channel"]["partners"], 3, "sums are those of the own partners: {}", mara.text());
    for media in ["application/json", "text/html", "text/csv"] {
        for body in [asked(&export()), json!({})] {
            let shown = ask(&site, &["Quotient-Person: mara", &format!("Accept: {media}")], &body);
            assert_eq!(shown.status, 200, "{}", shown.text());
            for other in ["Cedar", "Dune", "Fjord", "Noor", "revenue rows"] {
                assert!(!shown.text().contains(other), "`{other}` is in the {media} of another account manager");
            }
        }
    }
    let partner = of("alder");
    assert_eq!((partner.status, partner.json()["code"].as_str()), (403, Some("role_missing")), "{}", partner.text());
    assert_eq!(of("stranger").status, 404);
}
