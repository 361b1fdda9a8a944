//! The table of facts: one small book of unlike numbers, and each fact of each line at each grain, computed by hand.
//!
//! `book/` has prime numbers wherever an amount is, so that a month, a line or a deal too many or too few shows.
//! `expected.csv` has one row per line and fact, with how it is computed from the numbers of the book (`how`, evaluated
//! here) and the value rounded to six decimals for readers. As of 2025-04-30 the months from 2025-05 and what was
//! registered or submitted later are not seen. The rules and the policy that print the facts are made from
//! `quotient api`, so a fact that is added needs its rows.

use crate::support::{Bench, arithmetic, list, text};
use num_bigint::BigInt;
use num_rational::BigRational;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const GRAINS: [&str; 3] = ["partner", "partner_product_line", "partner_product_line_territory"];
const GROUPS: [&str; 7] = ["identity", "history", "market", "investment", "pipeline", "quota", "channel"];
/// The view of what every planner and every policy sees; the rest is for policies or another table.
const OUTSIDE: [&str; 4] = ["standing", "lines", "review", "certifications"];

/// Partner, product line, territory, fact.
type Key = (String, String, String, String);

/// Facts by group, as `quotient api` lists them; `[n]` marks the members of a record of a list.
fn declared(bench: &Bench) -> BTreeMap<String, Vec<String>> {
    let reference: Value = serde_json::from_str(&bench.stdout("api --json")).expect("JSON");
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for fact in list(&reference, "facts") {
        let path = text(fact, "path").and_then(|path| path.strip_prefix("partner.")).expect("a path");
        let first = path.split(['.', '[']).next().expect("a name");
        let kind = text(fact, "kind").expect("a kind");
        let is_record_list = matches!(path, "pipeline.opportunities" | "pipeline.closed" | "quota.former");
        if OUTSIDE.contains(&first) || kind == "group" || is_record_list || first == "attributes" {
            continue;
        }
        let group = if path.contains('.') { first } else { "identity" };
        groups.entry(group.to_owned()).or_default().push(path.to_owned());
    }
    groups.entry("identity".to_owned()).or_default().push("attributes.staff".to_owned());
    groups
}

/// Statements that add each fact of a group to `text` as `path=value;`.
fn statements(facts: &[String]) -> String {
    let mut code = String::new();
    for path in facts {
        if matches!(path.as_str(), "history.quarters" | "history.months" | "history.years") {
            let _ =
                writeln!(code, "    for (sum, n) in partner.{path} {{ text += `{path}[${{n}}]=${{show(sum)}};`; }}");
        } else if let Some((before, member)) = path.split_once("[n].") {
            let shown = path.replace("[n]", "[${n}]");
            let _ = writeln!(
                code,
                "    for (entry, n) in partner.{before} {{ text += `{shown}=${{show(entry.{member})}};`; }}"
            );
        } else {
            let _ = writeln!(code, "    text += `{path}=${{show(partner.{path})}};`;");
        }
    }
    code
}

const SHOW: &str = "fn show(x) { if is_known(x) { `${x}` } else { \"not known\" } }\n\n/// Prints facts.\n";

/// A vendor whose rules and policy print every fact.
fn bench(grain: &str) -> Bench {
    let bench = Bench::new([]);
    let groups = declared(&bench);
    assert_eq!(groups.keys().map(String::as_str).collect::<BTreeSet<_>>(), GROUPS.into_iter().collect());
    let mut weights = String::new();
    for (name, facts) in &groups {
        let body = statements(facts);
        let rule =
            format!("{SHOW}fn assess(partner) {{\n    let text = \"\";\n{body}    indicate(1.0).because(text)\n}}\n");
        bench.write(&format!("rules/facts/{name}.rhai"), &rule);
        let _ = writeln!(weights, "{name} = {}", if name == "identity" { "0.4" } else { "0.1" });
    }
    bench.write(
        "rules/facts/vendor.toml",
        &format!(
            "api = 1\nname = \"Facts\"\ncurrency = \"USD\"\n[plan]\nperiod = \"half\"\nreporting = \"quarter\"\n\
             fiscal_year_starts = \"January\"\ngrain = \"{grain}\"\nbasis = \"indicated\"\nnewcomer_months = 18\n\
             [weights]\n{weights}[guardrails]\non_violation = \"clamp\"\n[attributes]\nstaff = \"count\"\n"
        ),
    );
    let mut policy = format!("{SHOW}fn decide(partner) {{\n    let found = [];\n");
    for facts in groups.values() {
        let body = statements(facts);
        let _ = write!(
            policy,
            "    let text = \"\";\n{body}    found.push(intervene(\"forecast_call\", \"low\").because(text));\n"
        );
    }
    bench.write("policies/facts/intervention.rhai", &format!("{policy}    found\n}}\n"));
    bench
}

const BOOK: &str = "--book {root}/tests/suite/facts/book --as-of 2025-04-30";

/// Adds what a reason prints.
fn read(reason: &str, partner: &str, segment: &Value, found: &mut BTreeMap<Key, String>) {
    for printed in reason.split(';').filter(|printed| !printed.is_empty()) {
        let (fact, value) = printed.split_once('=').expect("a fact and its value");
        let part = |name: &str| text(segment, name).unwrap_or_default().to_owned();
        let key = (partner.to_owned(), part("product_line"), part("territory"), fact.to_owned());
        assert!(found.insert(key.clone(), value.to_owned()).is_none(), "{key:?} twice");
    }
}

/// Expected value and how it is computed, by fact.
fn expected(view: &str, grain: &str) -> BTreeMap<Key, (String, String)> {
    let path = format!("{}/tests/suite/facts/expected.csv", env!("CARGO_MANIFEST_DIR"));
    let mut rows = BTreeMap::new();
    for row in csv::Reader::from_path(path).expect("the table").records() {
        let row = row.expect("a row");
        if &row[0] == view && &row[1] == grain {
            let cell = |column: usize| row[column].to_owned();
            let how = row[7].split('#').next().expect("an expression").trim().to_owned();
            let key = (cell(2), cell(3), cell(4), cell(5));
            assert!(rows.insert(key.clone(), (cell(6), how)).is_none(), "{key:?} is in the table twice");
        }
    }
    rows
}

/// What is wrong with one fact: nothing when the value is the expected one.
fn wrong(value: &str, shown: &str, how: &str) -> bool {
    if how.is_empty() {
        return value != shown;
    }
    let exact = arithmetic::value(how);
    let rounded = arithmetic::decimal(shown).expect("a number");
    let half = BigRational::new(BigInt::from(1), BigInt::from(2_000_000));
    let difference = &rounded - &exact;
    assert!(difference <= half && -difference <= half, "the table says {shown} and {how}");
    arithmetic::decimal(value).is_none_or(|value| !arithmetic::is_close(&value, &exact))
}

#[track_caller]
fn compare(found: &BTreeMap<Key, String>, expected: &BTreeMap<Key, (String, String)>) {
    let mut faults = String::new();
    let keys: BTreeSet<&Key> = found.keys().chain(expected.keys()).collect();
    for key in keys {
        let fault = match (found.get(key), expected.get(key)) {
            (Some(value), Some((shown, how))) if wrong(value, shown, how) => format!("is {value}, not {shown} = {how}"),
            (Some(value), None) => format!("is {value}, and the table has no row for it"),
            (None, Some(_)) => "is in the table, and there is no such line or fact".to_owned(),
            _ => continue,
        };
        let _ = writeln!(faults, "{key:?} {fault}");
    }
    assert!(faults.is_empty(), "facts differ from expected.csv:\n{faults}");
}

fn planned(grain: &str) {
    let document = bench(grain).json(&format!("propose facts {BOOK} --period FY2025-H2 --target 31337"));
    let mut found = BTreeMap::new();
    for line in list(&document, "lines") {
        let factors = list(line, "steps").iter().filter(|step| text(step, "kind") == Some("factor"));
        let partner = text(line, "partner_id").expect("a partner");
        factors.for_each(|step| read(text(step, "reason").expect("a reason"), partner, &line["segment"], &mut found));
    }
    compare(&found, &expected("plan", grain));
}

#[test]
fn facts_of_partners_are_as_computed_by_hand() {
    planned("partner");
}

#[test]
fn facts_of_product_lines_are_as_computed_by_hand() {
    planned("partner_product_line");
}

#[test]
fn facts_of_product_lines_in_territories_are_as_computed_by_hand() {
    planned("partner_product_line_territory");
}

/// Policies decide about whole partners, so the facts they read are the same at every grain.
#[test]
fn policies_read_the_facts_of_the_whole_partner_at_every_grain() {
    let expected = expected("review", "any");
    for grain in GRAINS {
        let document = bench(grain).json(&format!("review facts {BOOK}"));
        let mut found = BTreeMap::new();
        for partner in list(&document, "partners") {
            let id = text(partner, "partner_id").expect("a partner");
            for intervention in list(partner, "interventions") {
                let reasons = list(intervention, "reasons");
                reasons
                    .iter()
                    .for_each(|reason| read(reason.as_str().expect("a reason"), id, &Value::Null, &mut found));
            }
        }
        compare(&found, &expected);
    }
}
