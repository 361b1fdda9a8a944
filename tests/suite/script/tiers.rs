//! `check --tiers`: which rules run as typed code, and why others do not.

use crate::support::Bench;
use std::collections::BTreeSet;

/// Rules and policies of a vendor: the files that define an entry point.
fn entries(vendor: &str) -> Vec<String> {
    let mut all = Vec::new();
    for room in ["rules", "policies"] {
        let directory = crate::sources::root().join(room).join(vendor);
        let files = if directory.is_dir() { crate::sources::files(&directory, &["rhai"]) } else { Vec::new() };
        for path in files {
            let text = crate::sources::read(&path);
            if ["fn assess(", "fn weights(", "fn decide("].iter().any(|entry| text.contains(entry)) {
                all.push(format!("{room}/{vendor}/{}.rhai: typed", path.file_stem().unwrap().display()));
            }
        }
    }
    all
}

#[test]
fn every_shipped_rule_and_policy_is_typed() {
    let bench = Bench::new([]);
    let mut count = 0;
    let shipped = ["rules", "policies"].iter().flat_map(|room| crate::sources::root().join(room).read_dir().unwrap());
    let names = shipped.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let vendors: BTreeSet<String> = names.map(|entry| entry.file_name().into_string().unwrap()).collect();
    for vendor in vendors {
        let line = format!("check {vendor} --tiers --rules {{root}}/rules --policies {{root}}/policies");
        let stdout = bench.stdout(&line);
        let tiers: Vec<&str> = stdout.lines().filter(|line| line.starts_with("  ")).collect();
        let expected = entries(&vendor);
        assert_eq!(tiers.len(), expected.len(), "{stdout}");
        for entry in &expected {
            assert!(tiers.iter().any(|tier| tier.ends_with(entry.as_str())), "{entry} is not in\n{stdout}");
        }
        count += expected.len();
    }
    assert!(count > 25, "only {count} rules and policies");
}

#[test]
fn check_names_the_reason_why_a_rule_is_interpreted() {
    let rule = "fn assess(partner) {\n    let sum = 0.0;\n    while sum < 2.0 { sum += 1.0; }\n    indicate(sum).because(\"all\")\n}";
    let manifest = "api = 1\nname = \"Acme\"\n[weights]\nhistory = 1.0\n";
    let bench =
        Bench::new([("rules/acme/vendor.toml", manifest.to_owned()), ("rules/acme/history.rhai", rule.to_owned())]);
    let stdout = bench.command("check acme --tiers").output().unwrap().stdout;
    let stdout = String::from_utf8(stdout).unwrap();
    let wanted = "  rules/acme/history.rhai: interpreted, because of a `while` loop at rules/acme/history.rhai:3\n";
    assert!(stdout.ends_with(wanted), "{stdout}");
}
