//! Values and tables of a vendor that are allowed and can hardly be meant, and rules that fail for every partner.

use quotient::decision::table::DecisionTable;
use quotient::finding::{Finding, FindingDocument, Findings};
use quotient::plugin::{VendorFiles, VendorPlugin, run_trial};
use quotient::script::{Table, on_script_threads};

const MANIFEST: &str = "api = 1\nname = \"Acme\"\n\n[plan]\nrounding_unit = 100\n\n[weights]\nhistory = 1.0\n\n[guardrails]\ngrowth_floor = -0.20\ngrowth_ceiling = 0.50\n\n[tiers]\nSilver = 100000\nGold = 500000\n";
const RULE: &str = "fn assess(partner) { indicate(partner.history.prior_revenue ?? 0.0).because(\"as last year\") }";

/// Cause and line or row of every finding; warnings begin with `?`.
fn causes(findings: &Findings) -> Vec<String> {
    let documents = FindingDocument::each(findings.iter());
    let shown = |(finding, document): (&Finding, FindingDocument)| {
        let place = finding.places.first().map(ToString::to_string).unwrap_or_default();
        format!("{}{} {place}", if finding.is_error() { "" } else { "?" }, document.cause)
    };
    findings.iter().zip(documents).map(shown).collect()
}

fn compiled(files: &[(&str, &str)]) -> (Option<VendorPlugin>, Findings) {
    let files = VendorFiles::from_rules("acme", files.iter().copied());
    on_script_threads(Some(1), || VendorPlugin::compile(&files).into_parts())
}

fn found(files: &[(&str, &str)]) -> Vec<String> {
    causes(&compiled(files).1)
}

fn manifest(old: &str, new: &str) -> Vec<String> {
    assert!(MANIFEST.contains(old), "{old}");
    found(&[("vendor.toml", &MANIFEST.replace(old, new)), ("history.rhai", RULE)])
}

#[track_caller]
fn is_only(found: &[String], cause: &str, place: &str) {
    assert!(found.len() == 1 && found[0].starts_with(cause) && found[0].contains(place), "{found:?}");
}

#[test]
fn a_manifest_in_order_has_no_finding() {
    assert_eq!(manifest("Gold", "Gold"), [""; 0]);
    assert_eq!(manifest("growth_ceiling = 0.50", "growth_ceiling = 3"), [""; 0]);
    assert_eq!(manifest("Gold = 500000", "Gold = 100000"), [""; 0]);
    assert_eq!(manifest("rounding_unit = 100", "rounding_unit = 100000"), [""; 0]);
}

#[test]
fn values_that_can_hardly_be_meant_are_found_at_their_line() {
    is_only(&manifest("growth_ceiling = 0.50", "growth_ceiling = 50"), "?percentage_for_rate", ":12:");
    is_only(&manifest("Gold = 500000", "Gold = 50000"), "?tier_order", ":16:");
    is_only(&manifest("rounding_unit = 100", "rounding_unit = 100000000"), "?rounding_above_tier", ":5:");
}

#[test]
fn a_table_that_no_script_asks_is_found() {
    let table = ("tables/old.csv", "key,value\na,1\n");
    is_only(&found(&[("vendor.toml", MANIFEST), ("history.rhai", RULE), table]), "?unused_table", "old.csv");
    let asked =
        "fn assess(partner) { indicate(1_000 * (lookup(\"old\", \"a\", \"value\") ?? 1)).because(\"as agreed\") }";
    assert_eq!(found(&[("vendor.toml", MANIFEST), ("history.rhai", asked), table]), [""; 0]);
    // Which table is asked is not known before the rule runs.
    let any = "fn assess(partner) { indicate(1_000 * (lookup(partner.territory ?? \"old\", \"a\", \"value\") ?? 1)).because(\"so\") }";
    assert_eq!(found(&[("vendor.toml", MANIFEST), ("history.rhai", any), table]), [""; 0]);
}

#[test]
fn a_cell_that_makes_texts_of_a_column_is_found_at_its_row() {
    let lookup = |text: &str| causes(&Table::parse("territories.csv", text).findings);
    is_only(&lookup("key,since\nN,2020-01-01\nS,2020-01-01\nW,30.06.2021\n"), "?odd_cell", "row 4");
    is_only(&lookup("key,boost\nN,1.5\nS,\"1,4\"\nW,2\n"), "?odd_cell", "row 3");
    assert_eq!(lookup("key,boost\nN,1.5\nS,\nW,2\n"), [""; 0]);
    assert_eq!(lookup("key,code\nN,100\nS,A1\nW,200\n"), [""; 0]);
}

#[test]
fn a_percentage_among_the_fractions_of_a_rate_is_found_at_its_row() {
    let lint = |rows: &str| {
        let text = format!("UNIQUE,attainment,-> bonus_rate,because\n{rows}");
        causes(&DecisionTable::parse("bonus.csv", &text.as_str().into()).value.expect("a table").lint())
    };
    is_only(&lint(",< 0.8,0,low\n,[0.8..1),0.01,near\n,>= 1,2,reached\n"), "?percentage", "row 4");
    assert_eq!(lint(",< 0.8,0,low\n,[0.8..1),0.01,near\n,>= 1,0.02,reached\n"), [""; 0]);
    assert_eq!(lint(",< 0.8,0,low\n,[0.8..1),2,near\n,>= 1,3,reached\n"), [""; 0]);
}

#[test]
fn a_rule_that_fails_for_every_partner_of_the_dry_run_is_refused_and_one_that_fails_for_some_is_not() {
    let trial = |rule: &str| {
        let (plugin, findings) = compiled(&[("vendor.toml", MANIFEST), ("history.rhai", rule)]);
        let plugin = plugin.unwrap_or_else(|| panic!("{findings}"));
        on_script_threads(Some(1), || run_trial(&plugin)).iter().map(Finding::is_error).collect::<Vec<_>>()
    };
    assert_eq!(trial("fn assess(partner) { let list = [1]; indicate(list[3] * 1_000).because(\"so\") }"), [true]);
    assert_eq!(trial("fn assess(partner) { indicate(partner.history.prior_revenue).because(\"so\") }"), [false]);
    assert_eq!(trial(RULE), [false; 0]);
}
