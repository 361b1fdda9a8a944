//! What-ifs on a plan: other numbers, other rules; nothing is recorded.

use super::http::Answer;
use super::plans::{Site, opening};
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn site(options: &[&str]) -> Site {
    let site = Site::with(
        None,
        &[
            &["pia", "planner"],
            &["audra", "auditor"],
            &["mara", "channel_manager", "--manager", "Mara"],
            &["alder", "partner_user", "--partner", "P1"],
        ],
        options,
    );
    assert_eq!(site.does("pia", "", &opening("FY2026")).status, 201);
    site
}

fn plan(site: &Site) -> Value {
    site.ask("GET", "/v1/vendors/meridian/plans/FY2026", &["Quotient-Person: pia"], None).json()
}

fn scenario(site: &Site, person: &str, body: &Value) -> Answer {
    let person = format!("Quotient-Person: {person}");
    site.ask("POST", "/v1/vendors/meridian/plans/FY2026/scenarios", &[&person], Some(body))
}

fn amount(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

fn sum(groups: &Value, side: &str) -> Decimal {
    groups.as_array().unwrap().iter().map(|group| amount(&group[side])).sum()
}

#[test]
fn a_scenario_moves_every_level_by_the_same_exact_amount() {
    let site = site(&[]);
    let before = plan(&site);
    let made = scenario(&site, "pia", &json!({"target": "2000000.00", "levers": []}));
    assert_eq!(made.status, 200, "{}", made.text());
    let proposals = &made.json()["proposal"];
    let change = amount(&proposals["change"]);
    assert_eq!(change, Decimal::new(100_000, 0), "{proposals}");
    assert_eq!(amount(&proposals["before"]["total"]), amount(&before["totals"]["proposed"]));
    for level in ["territories", "tiers", "account_managers"] {
        let groups = &proposals[level];
        assert!(groups.as_array().unwrap().len() > 1 || level == "tiers", "{level}: {groups}");
        assert_eq!(sum(groups, "after") - sum(groups, "before"), change, "{level}");
        assert_eq!(sum(groups, "change"), change, "{level}");
    }
    assert_eq!(sum(&proposals["lines"], "change"), change);
    assert_eq!(sum(&proposals["parts"], "change"), change);
    assert_eq!(plan(&site), before, "nothing is recorded");
    // The same numbers change nothing.
    let same = scenario(&site, "audra", &json!({"levers": []})).json();
    assert_eq!((&same["proposal"]["lines"], &same["proposal"]["unchanged"]), (&json!([]), &json!(6)));
}

#[test]
fn deals_that_close_this_quarter_are_named_for_the_vendor_and_weighted_exactly() {
    let site = Site::new(
        None,
        &[
            &["pia", "planner"],
            &["mara", "channel_manager", "--manager", "Mara"],
            &["alder", "partner_user", "--partner", "P1"],
        ],
    );
    let mut body = opening("FY2026");
    let deal = |partner: &str, month: u32, status: &str, chance: Value| {
        json!({"opportunity_id": format!("{partner}-{month}-{status}"), "partner_id": partner, "amount": "1000.40", "stage": "Proposal",
            "status": status, "probability": chance, "close_date": format!("2026-{month:02}-15")})
    };
    let mut rows = Vec::new();
    for month in 1..=12 {
        rows.extend([
            deal("P1", month, "open", json!("0.25")),
            deal("P3", month, "open", Value::Null),
            deal("P1", month, "lost", json!("0")),
        ]);
    }
    rows.push(deal("P1", 2, "open", json!("0.25")));
    rows.last_mut().unwrap()["close_date"] = json!("2025-06-15");
    rows.last_mut().unwrap()["opportunity_id"] = json!("P1-overdue");
    body["proposal"]["book"]["opportunities"] = json!(rows);
    let opened = site.does("pia", "", &body);
    assert_eq!(opened.status, 201, "{}", opened.text());
    let read = |person: &str| {
        let field = format!("Quotient-Person: {person}");
        site.ask("GET", "/v1/vendors/meridian/plans/FY2026/deals", &[&field], None)
    };
    let all = read("pia").json();
    let (first, last) = (all["first_day"].as_str().unwrap(), all["last_day"].as_str().unwrap());
    let quarter = all["quarter"].as_u64().unwrap();
    assert_eq!(
        (first, last),
        [
            ("2026-01-01", "2026-03-31"),
            ("2026-04-01", "2026-06-30"),
            ("2026-07-01", "2026-09-30"),
            ("2026-10-01", "2026-12-31")
        ][quarter as usize - 1]
    );
    let deals = all["deals"].as_array().unwrap();
    assert_eq!(deals.len(), 6, "three months of two partners, open ones only: {all}");
    for deal in deals {
        let close = deal["close_date"].as_str().unwrap();
        assert!((first..=last).contains(&close), "{deal}");
        match deal["partner_id"].as_str().unwrap() {
            "P1" => assert_eq!(amount(&deal["expected"]), Decimal::new(25_010, 2), "{deal}"),
            _ => assert!(deal["probability"].is_null() && deal["expected"].is_null(), "not known is not zero: {deal}"),
        }
    }
    let mara = read("mara").json();
    assert!(mara["deals"].as_array().unwrap().iter().all(|deal| deal["partner_id"] == "P1"), "{mara}");
    assert_eq!(mara["deals"].as_array().unwrap().len(), 3);
    let offer = json!({"command": "offer", "lines": [{"line": super::plans::line("P1"), "figure": super::plans::usd("100000.00"), "reason": "a first year"}]});
    assert_eq!(site.does("pia", "/FY2026/commands", &offer).status, 200);
    assert_eq!(read("alder").json()["deals"], json!([]), "a partner sees no deal of the vendor's book");
    assert_eq!(read("zoe").status, 404);
}

#[test]
fn levers_are_the_numbers_of_the_rules_and_wrong_ones_are_named() {
    let site = site(&[]);
    let person = "Quotient-Person: pia";
    let levers = site.ask("GET", "/v1/vendors/meridian/plans/FY2026/levers", &[person], None).json();
    assert_eq!(levers["target"], "1900000.00");
    let known: Vec<(&str, Option<&str>)> = levers["levers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lever| (lever["key"].as_str().unwrap(), lever["value"].as_str()))
        .collect();
    assert!(known.contains(&("growth_ceiling", Some("0.50"))), "{known:?}");
    assert!(known.contains(&("share_of_target", None)), "{known:?}");
    // The script sets the weights: a number of the manifest would move nothing.
    assert!(levers["weights_file"].as_str().unwrap().ends_with("weights.rhai"), "{levers}");
    assert!(!known.iter().any(|(key, _)| *key == "history"), "{known:?}");
    // A reserve holds a part of the target back, exactly.
    let lever = |section: &str, key: &str, value: &str| json!({"section": section, "key": key, "value": value});
    let reserve = json!({"levers": [lever("reserve", "share_of_target", "0.05")]});
    let made = scenario(&site, "pia", &reserve).json();
    assert_eq!(amount(&made["proposal"]["change"]), Decimal::new(-95_000, 0), "{made}");
    assert!(made["files"][0]["difference"].as_str().unwrap().contains("+share_of_target = 0.05"), "{made}");
    // A weight that the script sets, a ceiling below the floor, a number that is none, a key of nothing.
    for (levers, part) in [
        (json!([lever("weights", "history", "0.60")]), "not a number of the manifest"),
        (json!([lever("guardrails", "growth_ceiling", "-0.5")]), "growth"),
        (json!([lever("guardrails", "growth_ceiling", "much")]), "which is not a number"),
        (json!([lever("plan", "rounding_unit", "1")]), "not a number of the manifest"),
        (json!([lever("guardrails", "growth_ceiling", "0.5\n[tiers]\nGold = 1")]), "which is not a number"),
    ] {
        let refused = scenario(&site, "pia", &json!({"levers": levers}));
        assert_eq!(refused.json()["code"], "input_refused", "{}", refused.text());
        let errors = refused.json()["errors"].to_string();
        assert!(errors.contains(part), "{part}: {errors}");
    }
    let refused = scenario(&site, "pia", &json!({"target": "1e9", "levers": []}));
    assert_eq!(refused.json()["code"], "input_refused", "{}", refused.text());
    // A target that no plan reaches has the reason of the engine, and no figure.
    let far = scenario(&site, "pia", &json!({"target": "1.00", "levers": []}));
    assert_eq!(far.status, 200, "{}", far.text());
    let after = &far.json()["proposal"]["after"];
    assert!(after["total"].is_null() && !after["findings"].as_array().unwrap().is_empty(), "{after}");
}

#[test]
fn a_what_if_is_for_those_who_see_the_whole_plan() {
    let site = site(&["--authoring"]);
    for (person, status, code) in
        [("mara", 403, "role_missing"), ("alder", 404, "plan_unknown"), ("zoe", 404, "plan_unknown")]
    {
        let field = format!("Quotient-Person: {person}");
        let levers = site.ask("GET", "/v1/vendors/meridian/plans/FY2026/levers", &[&field], None);
        let files = json!({"vendor": "meridian", "files": []});
        let candidate = site.ask("POST", "/v1/vendors/meridian/plans/FY2026/candidates", &[&field], Some(&files));
        for answer in [levers, scenario(&site, person, &json!({"levers": []})), candidate] {
            assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{person}");
        }
    }
    let cross = site.ask(
        "POST",
        "/v1/vendors/meridian/plans/FY2026/scenarios",
        &["Quotient-Person: pia", "Origin: https://evil.example"],
        Some(&json!({"levers": []})),
    );
    assert_eq!((cross.status, cross.json()["code"].as_str()), (403, Some("origin_refused")));
    let other = scenario(&site, "pia", &json!({"levers": [], "files": []}));
    assert_eq!(other.status, 400, "{}", other.text());
}

#[test]
fn files_are_read_changed_checked_and_compared_before_they_are_saved() {
    let site = site(&["--authoring"]);
    let person = "Quotient-Person: pia";
    let session = site.ask("GET", "/v1/session", &[person], None).json();
    assert_eq!(session["has_authoring"], true);
    let read = site.ask("GET", "/v1/authoring/vendors/meridian", &[], None).json();
    let files = |change: &dyn Fn(&str, &str) -> String| -> Value {
        let files: Vec<Value> = read["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| {
                let (path, text) = (file["path"].as_str().unwrap(), file["text"].as_str().unwrap());
                json!({"path": path, "text": change(path, text)})
            })
            .collect();
        json!({"vendor": "meridian", "files": files})
    };
    let check = |body: &Value| site.ask("POST", "/v1/authoring/check", &[], Some(body)).json();
    let same = files(&|_, text| text.to_owned());
    let checked = check(&same);
    assert_eq!((&checked["is_usable"], &checked["revision"]), (&json!(true), &read["revision"]));
    let cases = checked["cases"].as_array().unwrap();
    assert!(!cases.is_empty() && cases.iter().all(|case| case["holds"] == true), "{checked}");

    let ceiling = files(&|path, text| match path {
        "rules/vendor.toml" => text
            .replace("history = 0.55", "history = 0.60")
            .replace("pipeline_coverage = 0.15", "pipeline_coverage = 0.10"),
        _ => text.to_owned(),
    });
    // Cases that no longer hold are red, with what they expected; the others stay green.
    let changed = check(&ceiling);
    let red: Vec<&Value> = changed["cases"].as_array().unwrap().iter().filter(|case| case["holds"] == false).collect();
    assert_eq!(changed["cases"].as_array().unwrap().len(), cases.len());
    assert_eq!(changed["is_usable"] == json!(false), !red.is_empty(), "{changed}");
    for case in red {
        assert!(case["line"].as_u64().is_some_and(|line| line > 0), "{case}");
        assert!(!case["differences"].as_array().unwrap().is_empty(), "{case}");
    }
    // A text that does not compile has its line, and no case.
    let broken = check(&files(&|path, text| match path {
        "rules/history.rhai" => format!("{text}\nfn ("),
        _ => text.to_owned(),
    }));
    assert_eq!((&broken["is_usable"], &broken["cases"]), (&json!(false), &json!([])));
    assert!(broken["findings"][0]["places"][0]["line"].as_u64().is_some(), "{broken}");

    let path = "/v1/vendors/meridian/plans/FY2026/candidates";
    let made = site.ask("POST", path, &[person], Some(&same));
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!(made.json()["proposal"]["unchanged"], 6);
    let comment = files(&|path, text| match path {
        "rules/vendor.toml" => text.replace("rounding_unit = 100 ", "rounding_unit = 1000 "),
        _ => text.to_owned(),
    });
    let made = site.ask("POST", path, &[person], Some(&comment));
    let moved = made.json();
    if made.status == 200 {
        assert!(moved["proposal"]["lines"].as_array().unwrap().len() > 1, "{moved}");
    } else {
        assert_eq!(moved["code"], "input_refused", "{moved}");
    }
    let other = json!({"vendor": "acme", "files": same["files"]});
    assert_eq!(site.ask("POST", path, &[person], Some(&other)).json()["code"], "input_refused");
    // Without the option there are none of these paths.
    let closed = self::site(&[]);
    assert_eq!(closed.ask("POST", path, &[person], Some(&same)).status, 404);
    assert_eq!(closed.ask("GET", "/v1/authoring/vendors/meridian", &[], None).status, 404);
    assert_eq!(closed.ask("GET", "/v1/session", &[person], None).json()["has_authoring"], false);
}

#[test]
fn a_number_that_changes_nothing_without_a_target_is_refused() {
    let site = site(&[]);
    let mut bottom_up = opening("bottom-up");
    bottom_up["proposal"].as_object_mut().unwrap().remove("target");
    assert_eq!(site.does("pia", "", &bottom_up).status, 201);
    let asked = |target: Value, section: &str, key: &str| {
        let mut body = json!({"levers": [{"section": section, "key": key, "value": "0.1"}]});
        if target.is_string() {
            body["target"] = target;
        }
        let path = "/v1/vendors/meridian/plans/bottom-up/scenarios";
        site.ask("POST", path, &["Quotient-Person: pia"], Some(&body))
    };
    for (section, key) in [("reserve", "share_of_target"), ("over_assignment", "channel")] {
        let refused = asked(Value::Null, section, key);
        let detail = format!("`{section}.{key}` changes nothing without a target: state `target` as well");
        assert_eq!((refused.status, refused.json()["detail"].as_str()), (422, Some(&*detail)));
        assert_eq!(asked(json!("2000000.00"), section, key).status, 200, "{section}.{key}");
    }
    let made = asked(Value::Null, "reserve", "share_of_bottom_up");
    assert_eq!(made.status, 200, "{}", made.text());
}
