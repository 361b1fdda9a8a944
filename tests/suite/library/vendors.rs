//! The real judge of real vendors, in this process and in a child: what is refused, and what keeps deciding meanwhile.

use super::*;
use quotient::library::{ChildProcess, Inspect, VendorLibrary, VendorOptions, VendorValidator, open_vendors};
use std::collections::BTreeSet;

const MANIFEST: &str = r#"api = 1
name = "Northwind"
currency = "USD"

[plan]
period = "year"
reporting = "quarter"
fiscal_year_starts = "January"
grain = "partner"
basis = "indicated"

[weights]
history = 0.6
pipeline = 0.4
"#;
const HISTORY: &str = "/// As last year.
fn assess(partner) {
    let prior = partner.history.prior_revenue;
    if !is_known(prior) { return abstain(\"no history yet\") }
    indicate(prior).because(\"as last year\")
}
";
const PIPELINE: &str = "/// What is in the pipeline.
fn assess(partner) {
    let open = partner.pipeline.open_amount;
    if !is_known(open) { return abstain(\"no pipeline yet\") }
    indicate(open).because(\"open pipeline\")
}
";
const CASES: &str = r#"[[case]]
name = "as last year"
rule = "history"
as_of = 2025-12-31
facts.history.prior_revenue = 100000
expect.indicates = 100000

[[case]]
name = "what is open"
rule = "pipeline"
as_of = 2025-12-31
facts.pipeline.open_amount = 5000
expect.indicates = 5000
"#;
const TIER: &str = "/// Reviewed, and kept.
fn decide(partner) { retain().because(\"reviewed at year end\") }
";
/// A bomb that goes off when it is called, not before.
const ENDLESS: &str = "fn assess(partner) { let n = 0; while n >= 0 { n += 1 } indicate(n) }";

/// Text files of a vendor by room and path.
type Texts = BTreeMap<(Room, &'static str), String>;

fn good() -> Texts {
    [
        (Room::Rules, "vendor.toml", MANIFEST),
        (Room::Rules, "history.rhai", HISTORY),
        (Room::Rules, "pipeline.rhai", PIPELINE),
        (Room::Rules, "cases/factors.toml", CASES),
        (Room::Policies, "tier.rhai", TIER),
    ]
    .map(|(room, path, text)| ((room, path), text.to_owned()))
    .into()
}

fn with(room: Room, path: &'static str, text: &str) -> Texts {
    let mut texts = good();
    texts.insert((room, path), text.to_owned());
    texts
}

fn candidate(texts: &Texts) -> VendorFiles {
    let file = |((room, path), text): (&(Room, &str), &String)| VendorFile {
        room: *room,
        path: (*path).to_owned(),
        shown: format!("{}/northwind/{path}", room.as_str()),
        text: text.as_str().into(),
    };
    VendorFiles::new("northwind", texts.iter().map(file).collect())
}

fn child() -> ChildProcess {
    ChildProcess::of_program(env!("CARGO_BIN_EXE_quotient"))
}

fn judged(texts: &Texts) -> Findings {
    match VendorValidator::default().validate(&candidate(texts)) {
        Ok((_, findings)) | Err(findings) => findings,
    }
}

/// Codes of the errors, each once.
fn errors(findings: &Findings) -> BTreeSet<&'static str> {
    findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.code.as_str()).collect()
}

fn save(dir: &Path, vendor: &str, texts: &Texts) {
    for ((room, path), text) in texts {
        let file = dir.join(room.as_str()).join(vendor).join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

fn open(dir: &Path, options: VendorOptions) -> VendorLibrary {
    let (library, outcome) = open_vendors(Home::roots(dir), options).unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    library
}

#[test]
fn a_good_vendor_passes_here_and_in_the_child_without_a_word() {
    assert_eq!(judged(&good()), Findings::new());
    assert_eq!(child().inspect(&candidate(&good())), Findings::new());
}

#[test]
fn every_vendor_of_the_examples_passes_and_the_trial_has_nothing_to_say() {
    let roots = Roots { rules: "rules".into(), policies: "policies".into() };
    for vendor in roots.vendors() {
        let files = roots.read(&vendor).unwrap();
        let (_, findings) =
            VendorValidator::default().validate(&files).unwrap_or_else(|why| panic!("{vendor}: {why:?}"));
        let on_trial: Vec<String> =
            findings.iter().map(ToString::to_string).filter(|text| text.contains("on trial")).collect();
        assert!(on_trial.is_empty(), "{vendor}: {on_trial:#?}");
    }
}

#[test]
fn what_no_partner_excuses_is_refused() {
    let manifest = MANIFEST.replace("0.4", "0.5");
    let weights = "fn weights(partner) { #{ history: 0.6, pipeline: if partner.is_newcomer { 0.5 } else { 0.4 } } }";
    let case = CASES.replace("indicates = 5000", "indicates = 5001");
    let refused = [
        ("a bomb at run time", with(Room::Rules, "pipeline.rhai", ENDLESS), "script::budget"),
        ("weights of the manifest", with(Room::Rules, "vendor.toml", &manifest), "manifest::weights"),
        ("weights of a newcomer only", with(Room::Rules, "weights.rhai", weights), "script::outcome"),
        ("a case that does not hold", with(Room::Rules, "cases/factors.toml", &case), "case::failed"),
        ("a bomb in a policy", with(Room::Policies, "tier.rhai", "fn decide(partner) { loop {} }"), "script::budget"),
    ];
    for (what, texts, code) in refused {
        let findings = judged(&texts);
        assert_eq!(errors(&findings), [code].into(), "{what}: {findings:?}");
    }
}

#[test]
fn an_answer_that_is_none_is_refused() {
    for text in
        ["fn assess(partner) { 1000 }", "fn assess(partner) { if partner.is_newcomer { 7 } else { abstain(\"-\") } }"]
    {
        let mut texts = with(Room::Rules, "pipeline.rhai", text);
        // Without its cases, which would refuse it too.
        texts.remove(&(Room::Rules, "cases/factors.toml"));
        let findings = judged(&texts);
        assert!(errors(&findings).iter().all(|code| code.starts_with("script::")), "{findings:?}");
        assert!(findings.has_errors(), "{text}");
    }
}

#[test]
fn a_fact_that_is_not_known_warns_once_and_refuses_nobody() {
    let careless = "fn assess(partner) { indicate(partner.pipeline.open_amount).because(\"open pipeline\") }";
    let findings = judged(&with(Room::Rules, "pipeline.rhai", careless));
    assert!(!findings.has_errors(), "{findings:?}");
    let on_trial: Vec<&Finding> =
        findings.iter().filter(|finding| finding.message.contains("on trial with a newcomer")).collect();
    assert_eq!(on_trial.len(), 1, "{findings:?}");
    assert_eq!(on_trial[0].code, Code::ScriptNotKnown);
}

#[test]
fn the_child_says_what_this_process_would_say() {
    let careless = "fn assess(partner) { indicate(partner.pipeline.open_amount) }";
    for text in [ENDLESS, careless, "fn assess(partner) { 1 }", "fn (", "fn assess(partner) { indicate(prior) }"] {
        let texts = with(Room::Rules, "pipeline.rhai", text);
        let shown = |findings: Findings| findings.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown(child().inspect(&candidate(&texts))), shown(judged(&texts)), "{text}");
    }
}

#[test]
fn this_program_can_be_its_own_child() {
    // The program of this test takes the subcommand for the name of a test that it does not have.
    let findings = ChildProcess::of_this_program().unwrap().inspect(&candidate(&good()));
    let text = findings.iter().next().unwrap().message.clone();
    assert!(text.contains("gave no answer"), "{text}");
}
