//! What policies share with the rules of their vendor: modules, lookup tables, decision tables.

use quotient::finding::render;
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin, run_cases};
use quotient::script::on_script_threads;

const MANIFEST: &str = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[weights]\nhistory = 1\n[tiers]\nSilver = 0\nGold = 100000\n\
    [tables.deals]\namount = \"money\"\n";
const MODULE: &str = "const LEAST = 3;   // deals that make a partner active\nconst MOST = 9;\n\n\
    /// Deals that count.\nfn deals(partner) { (partner.deals ?? []).count() }\n";
const RULE: &str = "import \"activity\" as activity;\n\n/// More for active partners.\nfn assess(partner) {\n    \
    let rate = lookup(\"rates\", partner.tier ?? \"\", \"rate\") ?? 0.0;\n    \
    let size = decide_by(\"sizes\", #{ deals: activity::deals(partner) });\n    \
    indicate((partner.history.prior_revenue ?? 0.0) * (1 + rate + size.extra)).because(size)\n}\n";
const POLICY: &str = "import \"activity\" as activity;\n\n/// Active partners keep their tier.\nfn decide(partner) {\n    \
    let size = decide_by(\"sizes\", #{ deals: activity::deals(partner) });\n    \
    let rate = lookup(\"rates\", \"Gold\", \"rate\") ?? 0.0;\n    \
    if activity::deals(partner) >= activity::LEAST {\n        return retain().because(`rate ${percent(rate)}`);\n    }\n    \
    retain().because(size)\n}\n";
const SIZES: &str = "FIRST, deals, -> extra, because\n, >= 3, 0.02, active\n, -, 0, quiet\n";
const CASES: &str = "[[case]]\nname = \"three deals are active\"\nas_of = 2025-12-31\nrule = \"history\"\nfacts.tier = \"Gold\"\n\
    facts.history.prior_revenue = 1000\ntables.deals = [{ amount = 1 }, { amount = 2 }, { amount = 3 }]\nexpect.indicates = 1070\n\
    expect.because = \"active\"\n\n[[case]]\nname = \"and keep their tier\"\nas_of = 2025-12-31\nrule = \"tier\"\nfacts.tier = \"Gold\"\n\
    tables.deals = [{ amount = 1 }, { amount = 2 }, { amount = 3 }]\nexpect.decision = \"retain\"\nexpect.because = \"rate 5 %\"\n";

fn compiled(changes: &[(Room, &str, &str)]) -> (Option<VendorPlugin>, String) {
    let shipped = [
        (Room::Rules, "vendor.toml", MANIFEST),
        (Room::Rules, "activity.rhai", MODULE),
        (Room::Rules, "history.rhai", RULE),
        (Room::Rules, "rates.csv", "tier,rate\nGold,0.05\n"),
        (Room::Rules, "sizes.csv", SIZES),
        (Room::Rules, "cases.toml", CASES),
        (Room::Policies, "tier.rhai", POLICY),
    ];
    let is_changed = |room: &Room, path: &str| changes.iter().any(|(other, name, _)| other == room && *name == path);
    let own = shipped.iter().filter(|(room, path, _)| !is_changed(room, path)).chain(changes);
    let file = |(room, path, text): &(Room, &str, &str)| VendorFile {
        room: *room,
        path: (*path).to_owned(),
        shown: format!("/srv/{}/acme/{path}", room.as_str()),
        text: (*text).into(),
    };
    let files = VendorFiles::new("acme", own.map(file).collect());
    on_script_threads(Some(1), || {
        let (plugin, findings) = VendorPlugin::compile(&files).into_parts();
        (plugin, render::human(findings.iter(), false))
    })
}

#[test]
fn policies_import_the_modules_and_use_the_tables_of_the_rules() {
    let (plugin, findings) = compiled(&[]);
    let plugin = plugin.unwrap_or_else(|| panic!("{findings}"));
    // What neither of them uses is a finding, once.
    assert_eq!(findings.matches("script::unused").count(), 1, "{findings}");
    assert!(findings.contains("`MOST`") && findings.contains("/srv/rules/acme/activity.rhai"), "{findings}");
    on_script_threads(Some(1), || {
        for outcome in run_cases(&plugin) {
            assert!(outcome.holds(), "{}", render::human([&outcome.finding()], false));
        }
    });
}

#[test]
fn a_policys_own_file_comes_before_that_of_the_rules() {
    let own = "const LEAST = 4;   // deals that make a partner active\n\n/// All deals.\nfn deals(partner) { (partner.deals ?? []).count() }\n";
    let (plugin, findings) = compiled(&[(Room::Policies, "activity.rhai", own)]);
    let plugin = plugin.unwrap_or_else(|| panic!("{findings}"));
    let failed: Vec<String> = on_script_threads(Some(1), || {
        run_cases(&plugin).into_iter().filter(|outcome| !outcome.holds()).map(|outcome| outcome.name).collect()
    });
    assert_eq!(failed, ["and keep their tier"]);
}

#[test]
fn a_fault_in_a_shared_module_is_reported_once_with_its_path() {
    let broken = "const LEAST = 3;\n\n/// Deals that count.\nfn deals(partner) { partner.dealz.count() }\n";
    let (plugin, findings) = compiled(&[(Room::Rules, "activity.rhai", broken)]);
    assert!(plugin.is_none());
    assert_eq!(
        findings.matches("dealz").count(),
        findings.matches("/srv/rules/acme/activity.rhai").count() * 2,
        "{findings}"
    );
    assert_eq!(findings.matches("error[").count(), 1, "{findings}");
}

#[test]
fn a_policy_cannot_use_a_module_that_indicates() {
    let module = format!("{MODULE}\n/// An answer.\nfn answer(x) {{ indicate(x) }}\n");
    let (plugin, findings) = compiled(&[(Room::Rules, "activity.rhai", &module)]);
    assert!(plugin.is_none());
    assert!(findings.contains("`indicate` is for quota rules, not for policies"), "{findings}");
}
