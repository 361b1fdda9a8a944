//! `check --tiers`: which rules run as typed code, and why others do not.

use crate::support::Bench;

#[test]
fn check_names_every_shipped_rule_with_the_way_it_runs() {
    let bench = Bench::new([]);
    for (vendor, rules) in [("meridian", 5), ("halcyon", 5), ("adventureworks", 2)] {
        let line = format!("check {vendor} --tiers --rules {{root}}/rules --policies {{root}}/policies");
        let stdout = bench.stdout(&line);
        let tiers: Vec<&str> = stdout.lines().filter(|line| line.starts_with("  ")).collect();
        assert_eq!(tiers.len(), rules, "{stdout}");
        assert!(tiers.iter().all(|tier| tier.contains(vendor) && tier.ends_with(".rhai: typed")), "{stdout}");
    }
}

#[test]
fn check_names_the_reason_why_a_rule_is_interpreted() {
    let rule = "fn assess(partner) {\n    let sum = 0.0;\n    for x in partner.history.quarters { sum += x; }\n    indicate(sum).because(\"all\")\n}";
    let manifest = "api = 1\nname = \"Acme\"\n[weights]\nhistory = 1.0\n";
    let bench =
        Bench::new([("rules/acme/vendor.toml", manifest.to_owned()), ("rules/acme/history.rhai", rule.to_owned())]);
    let stdout = bench.command("check acme --tiers").output().unwrap().stdout;
    let stdout = String::from_utf8(stdout).unwrap();
    let wanted = "  rules/acme/history.rhai: interpreted, because of a loop at rules/acme/history.rhai:3\n";
    assert!(stdout.ends_with(wanted), "{stdout}");
}
