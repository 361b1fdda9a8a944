//! The workbench: its files, and the operations that its pages need. What people do in it is tested in a browser
//! (`web/tests/run.mjs`).

use super::http::{ask, get};
use super::plans::{Site, line, opening, usd};
use super::running::Home;
use crate::request::demonstration;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

const FILES: [(&str, &str, &str); 5] = [
    ("/workbench/", "index.html", "text/html"),
    ("/workbench/index.html", "index.html", "text/html"),
    ("/workbench/app.js", "app.js", "text/javascript"),
    ("/workbench/screens.js", "screens.js", "text/javascript"),
    ("/workbench/app.css", "app.css", "text/css"),
];

fn dist() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist")
}

#[test]
fn the_files_of_the_workbench_are_those_of_the_repository_with_a_strict_policy() {
    let home = Home::new();
    let ledger = home.path("plans.ledger").display().to_string();
    let server = home.serve(&["--ledger", &ledger, "--workbench"]);
    for (path, file, media) in FILES {
        let answer = get(server.address, path).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.field("content-type"), Some(media), "{path}");
        assert!(answer.text().as_bytes() == std::fs::read(dist().join(file)).unwrap(), "{path} is not web/dist/{file}");
        let policy = answer.field("content-security-policy").unwrap();
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
        assert_eq!(answer.field("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.field("cache-control"), Some("no-cache"), "{path}");
        let tag = answer.field("etag").unwrap();
        let known = ask(server.address, "GET", path, &[&format!("If-None-Match: {tag}")], b"").unwrap();
        assert_eq!((known.status, known.text().as_str()), (304, ""), "{path}");
    }
    assert_eq!(get(server.address, "/workbench/package.json").unwrap().status, 404);
    let root = get(server.address, "/").unwrap();
    assert_eq!((root.status, root.field("location")), (307, Some("/workbench/")));
}

#[test]
fn every_file_that_is_built_is_served_and_the_page_names_no_other_host() {
    let built: BTreeSet<String> = std::fs::read_dir(dist())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(built, FILES.map(|(_, file, _)| file.to_owned()).into());
    let page = std::fs::read_to_string(dist().join("index.html")).unwrap();
    for reference in ["src=\"", "href=\""] {
        for place in page.split(reference).skip(1) {
            assert!(place.starts_with("/workbench/") || place.starts_with("data:"), "{place}");
        }
    }
    for inline in ["<style", "style=", "onload=", "onclick=", "onerror=", "javascript:"] {
        assert!(!page.contains(inline), "{inline}: {page}");
    }
}

/// The script is compressed in transit; what a phone loads stays small.
#[test]
fn the_first_page_stays_small() {
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;
    let packed = |file: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&std::fs::read(dist().join(file)).unwrap()).unwrap();
        encoder.finish().unwrap().len()
    };
    let sizes = FILES.map(|(_, file, _)| (file, packed(file)));
    let first: usize = sizes.iter().filter(|(file, _)| *file != "screens.js").map(|(_, size)| size).sum();
    let all: usize = sizes.iter().map(|(_, size)| size).sum();
    assert!(first <= 60 << 10 && all <= 350 << 10, "{sizes:?}");
}

#[test]
fn without_the_option_there_is_no_workbench() {
    let home = Home::new();
    let server = home.serve(&[]);
    for (path, ..) in FILES {
        let answer = get(server.address, path).unwrap();
        assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), (404, "route_unknown"), "{path}");
    }
}

#[test]
fn a_page_of_another_host_gets_neither_files_nor_plans() {
    let home = Home::new();
    let ledger = home.path("plans.ledger").display().to_string();
    let server = home.serve(&["--ledger", &ledger, "--workbench"]);
    for path in ["/workbench/", "/v1/session", "/v1/vendors/meridian/plans"] {
        let answer = ask(server.address, "GET", path, &["Origin: https://evil.example"], b"").unwrap();
        assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), (403, "origin_refused"), "{path}");
    }
}

#[test]
fn the_basis_and_the_steps_of_a_figure_are_those_of_the_proposal_and_for_the_vendor_only() {
    let site = Site::new(
        None,
        &[
            &["pia", "planner"],
            &["mara", "channel_manager", "--manager", "Mara"],
            &["alder", "partner_user", "--partner", "P1"],
        ],
    );
    assert_eq!(site.does("pia", "", &opening("FY2026")).status, 201);
    let offer = json!({"command": "offer", "lines": [{"line": line("P1"), "figure": usd("100000.00"), "reason": "a first year"}]});
    assert_eq!(site.does("pia", "/FY2026/commands", &offer).status, 200);
    let reads = |person: &str, path: &str| {
        let person = format!("Quotient-Person: {person}");
        site.ask("GET", &format!("/v1/vendors/meridian/plans/FY2026{path}"), &[&person], None)
    };
    let ids = |person: &str, path: &str| -> Vec<String> {
        let page = reads(person, path).json();
        page["lines"].as_array().unwrap().iter().map(|one| one["line"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("pia", "/bases"), ["P1", "P2", "P3", "P4", "P5", "P6"]);
    assert_eq!(ids("mara", "/bases"), ["P1", "P2", "P5"]);
    assert_eq!(ids("alder", "/bases"), [""; 0]);
    let first = reads("pia", "/bases?limit=2").json();
    let next = first["next"].as_str().unwrap();
    assert_eq!(next, "[\"P2\",null,null]");
    assert_eq!(first["lines"][0]["prior_revenue"], "360000.00");
    assert_eq!(ids("pia", "/bases?limit=200&after=%5B%22P2%22,null,null%5D"), ["P3", "P4", "P5", "P6"]);

    let of = |person: &str, id: &str| reads(person, &format!("/explanation?line=%5B%22{id}%22,null,null%5D"));
    let proposed = &of("mara", "P1").json()["proposed"];
    let cents = |value: &serde_json::Value| value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
    let steps: rust_decimal::Decimal =
        proposed["steps"].as_array().unwrap().iter().map(|step| cents(&step["amount"])).sum();
    assert_eq!(steps, cents(&proposed["quota"]));
    for (person, id) in [("mara", "P3"), ("alder", "P1"), ("alder", "P3"), ("pia", "P9")] {
        let answer = of(person, id);
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("line_unknown")), "{person} {id}");
    }
    assert_eq!(of("zoe", "P1").status, 404);
    for (query, code) in [("", "parameter_invalid"), ("?line=P1", "parameter_invalid")] {
        assert_eq!(reads("pia", &format!("/explanation{query}")).json()["code"], code, "{query}");
    }

    // Events of one line, and the steps that each side can take.
    let kinds = |person: &str| -> Vec<String> {
        let page = reads(person, "/events?line=%5B%22P1%22,null,null%5D").json();
        page["events"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds("pia"), ["line.offered"]);
    assert_eq!(kinds("alder"), ["line.offered"]);
    assert_eq!(reads("alder", "/lines").json()["lines"][0]["steps"], json!(["counter", "accept", "escalate"]));
    let session = |person: &str| {
        let person = format!("Quotient-Person: {person}");
        let session = site.ask("GET", "/v1/session", &[&person], None).json();
        session["vendors"].as_array().unwrap().iter().find(|one| one["vendor"] == "meridian").cloned()
    };
    let alder = session("alder").unwrap();
    assert_eq!((&alder["is_partner"], &alder["sees_whole"]), (&json!(true), &json!(false)));
    assert_eq!(alder["commands"], json!(["counter", "accept", "escalate", "business_plan"]));
    assert_eq!(session("pia").unwrap()["may_open"], true);
    assert_eq!(session("zoe"), None);
}

#[test]
fn the_outlook_of_a_plan_is_that_of_its_proposal_and_for_who_sees_the_whole() {
    let site = Site::new(None, &[&["pia", "planner"], &["mara", "channel_manager", "--manager", "Mara"]]);
    assert_eq!(site.does("pia", "", &opening("plain")).status, 201);
    let mut with_bands = opening("estimated");
    with_bands["proposal"] = json!({"as_of": "2025-12-31", "period": "FY2026", "bands": true, "book": demonstration()});
    assert_eq!(site.does("pia", "", &with_bands).status, 201);
    let reads = |person: &str, path: &str| {
        let person = format!("Quotient-Person: {person}");
        site.ask("GET", &format!("/v1/vendors/meridian/plans/{path}"), &[&person], None).json()
    };
    assert_eq!(reads("pia", "plain/outlook")["outlook"], json!(null));
    let seen = &reads("pia", "estimated/outlook")["outlook"];
    assert_eq!(reads("mara", "estimated/outlook")["outlook"], json!(null), "a part of the plan has no channel");
    let page = reads("pia", "estimated/bases?limit=1000");
    let lines = page["lines"].as_array().unwrap();
    assert_eq!(seen["channel"]["lines"], lines.len());
    let cents = |value: &serde_json::Value| value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
    for line in lines {
        assert!(cents(&line["band_low"]) <= cents(&line["band_high"]) && !line["odds"].is_null(), "{line}");
    }
    let odds: rust_decimal::Decimal = lines.iter().map(|line| cents(&line["odds"])).sum();
    let mean = (odds / rust_decimal::Decimal::from(lines.len())).round_dp(4);
    assert_eq!(cents(&seen["channel"]["at_quota"]), mean, "the share expected at quota is the mean of the odds");
    let plain = reads("pia", "plain/bases");
    assert_eq!((&plain["lines"][0]["odds"], &plain["lines"][0]["band_low"]), (&json!(null), &json!(null)));
}
