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
    findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.code().as_str()).collect()
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
        let in_dry_run: Vec<String> =
            findings.iter().map(ToString::to_string).filter(|text| text.contains("in a dry run")).collect();
        assert!(in_dry_run.is_empty(), "{vendor}: {in_dry_run:#?}");
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
        assert!(findings.iter().all(|finding| finding.to_string().contains("/northwind/")), "{what}: {findings:?}");
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
fn a_fact_that_is_not_known_warns_once_and_refuses_no_vendor() {
    let careless = "fn assess(partner) { indicate(partner.pipeline.open_amount).because(\"open pipeline\") }";
    let findings = judged(&with(Room::Rules, "pipeline.rhai", careless));
    assert!(!findings.has_errors(), "{findings:?}");
    let in_dry_run: Vec<&Finding> =
        findings.iter().filter(|finding| finding.message().contains("in a dry run with a newcomer")).collect();
    assert_eq!(in_dry_run.len(), 1, "{findings:?}");
    assert_eq!(in_dry_run[0].code(), Code::ScriptNotKnown);
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
    let text = findings.iter().next().unwrap().message().clone();
    assert!(text.contains("gave no readable output"), "{text}");
}

/// Revenue of the last year as `factor` sees it, for a partner with 1,000,000 of it and a pipeline of 500,000.
fn asked(library: &VendorLibrary, vendor: &str, factor: &str) -> Option<String> {
    let catalog = library.current();
    let plugin = &catalog.active(vendor)?.plugin;
    let factor = plugin.factors().iter().find(|known| *known.name == *factor)?;
    let answer = quotient::script::on_script_threads(Some(1), || {
        plugin.factor(factor, &quotient::script::example_facts()).map_err(|fault| fault.finding)
    });
    match answer.unwrap() {
        quotient::script::FactorOutcome::Indicated { revenue, .. } => {
            Some(revenue.to_string().trim_end_matches(".0").to_owned())
        }
        quotient::script::FactorOutcome::Abstained { .. } => None,
    }
}

fn state(library: &VendorLibrary, vendor: &str) -> Option<State> {
    library.current().vendor(vendor).map(|vendor| vendor.state)
}

fn guarded() -> VendorOptions {
    VendorOptions { guard: Some(child()), ..VendorOptions::default() }
}

#[test]
fn every_error_keeps_the_last_good_rules_deciding_and_the_next_good_ones_load() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "northwind", &good());
    let library = open(dir.path(), guarded());
    let renamed = MANIFEST.replace("pipeline =", "pipelines =");
    let mistakes = [
        (
            "weights that do not sum to 1",
            (Room::Rules, "vendor.toml"),
            MANIFEST.replace("0.4", "0.5"),
            "manifest::weights",
        ),
        ("a factor without its rule", (Room::Rules, "vendor.toml"), renamed, "manifest::weights"),
        (
            "a case that fails",
            (Room::Rules, "cases/factors.toml"),
            CASES.replace("= 5000\n\n", "= 1\n"),
            "case::failed",
        ),
        ("no ending brace", (Room::Rules, "history.rhai"), HISTORY[..60].to_owned(), "script::syntax"),
        (
            "a policy that goes on for ever",
            (Room::Policies, "tier.rhai"),
            "fn decide(partner) { loop {} }".into(),
            "script::budget",
        ),
        (
            "a rule that goes on for ever",
            (Room::Rules, "weights.rhai"),
            "fn weights(partner) { loop {} }".into(),
            "script::budget",
        ),
    ];
    for (what, (room, path), text, code) in mistakes {
        let text = if code == "case::failed" {
            CASES.replace("expect.indicates = 5000", "expect.indicates = 1")
        } else {
            text
        };
        save(dir.path(), "northwind", &[((room, path), text)].into());
        let outcome = library.reload_now();
        let report = &outcome.vendors["northwind"];
        assert!(!outcome.is_success() && report.state == Some(State::Degraded), "{what}: {outcome:?}");
        assert!(errors(&report.findings).contains(code), "{what}: {:?}", report.findings);
        assert_eq!(asked(&library, "northwind", "history").as_deref(), Some("1200000"), "{what}");
        save(dir.path(), "northwind", &good());
        let left = dir.path().join("rules/northwind/weights.rhai");
        drop(fs::remove_file(left));
        assert!(library.reload_now().is_success(), "{what}");
    }
}

#[test]
fn a_renamed_factor_is_known_under_its_new_name_only() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "northwind", &good());
    let library = open(dir.path(), guarded());
    let rules = dir.path().join("rules/northwind");
    fs::rename(rules.join("pipeline.rhai"), rules.join("coverage.rhai")).unwrap();
    library.reload_now();
    assert_eq!(state(&library, "northwind"), Some(State::Degraded), "weights and cases name the old one");
    assert!(asked(&library, "northwind", "pipeline").is_some());
    let renamed = [("vendor.toml", MANIFEST), ("cases/factors.toml", CASES)];
    let renamed = renamed.map(|(path, text)| {
        ((Room::Rules, path), text.replace("pipeline =", "coverage =").replace("\"pipeline\"", "\"coverage\""))
    });
    save(dir.path(), "northwind", &renamed.into());
    assert!(library.reload_now().is_success());
    assert!(asked(&library, "northwind", "coverage").is_some() && asked(&library, "northwind", "pipeline").is_none());
}

#[test]
fn a_deleted_policy_decides_no_more() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "northwind", &good());
    let library = open(dir.path(), guarded());
    let has_policies = || library.current().active("northwind").unwrap().plugin.policies().is_some();
    assert!(has_policies());
    fs::remove_dir_all(dir.path().join("policies/northwind")).unwrap();
    assert!(library.reload_now().is_success());
    assert!(!has_policies());
    save(dir.path(), "northwind", &good());
    assert!(library.reload_now().is_success());
    assert!(has_policies());
}

#[test]
fn bombs_go_off_in_the_child_while_another_vendor_reloads() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "northwind", &good());
    save(dir.path(), "meridian", &good());
    let library = open(dir.path(), guarded());
    let nested = format!("const A = {}1{};", "[".repeat(5_000), "]".repeat(5_000));
    let names: String = (0..4_000).map(|n| format!("let v{n} = {n}; ")).collect();
    let doubled: String = (1..40).map(|n| format!("const A{n} = [A{0}, A{0}];\n", n - 1)).collect();
    let bombs = [
        ("nested", nested),
        ("many names", format!("fn assess(partner) {{ {names} indicate(v1) }}")),
        ("doubling", format!("const A0 = [1, 2];\n{doubled}\nfn assess(partner) {{ indicate(global::A39.len()) }}")),
        ("text", "fn assess(partner) { let s = \"ab\"; loop { s += s; } }".to_owned()),
    ];
    for (round, (what, bomb)) in bombs.iter().enumerate() {
        save(dir.path(), "northwind", &[((Room::Rules, "pipeline.rhai"), bomb.clone())].into());
        // Twenty of them: what one bomb may cost, many may not cost twenty times.
        for n in 0..20 {
            let path = dir.path().join(format!("rules/northwind/bomb_{n}.rhai"));
            fs::write(path, format!("// {n}\n{bomb}")).unwrap();
        }
        let history = HISTORY.replace("as last year", &format!("as last year, {round}"));
        let history = history.replace("indicate(prior)", &format!("indicate(prior + {round}.0)"));
        let cases = CASES.replace("indicates = 100000", &format!("indicates = {}", 100_000 + round));
        save(
            dir.path(),
            "meridian",
            &[((Room::Rules, "history.rhai"), history), ((Room::Rules, "cases/factors.toml"), cases)].into(),
        );
        let start = Instant::now();
        let outcome = library.reload_vendor("meridian");
        assert!(outcome.is_success(), "{what}: {outcome:?}");
        let expected = (1_200_000 + round).to_string();
        assert_eq!(asked(&library, "meridian", "history"), Some(expected), "{what}");
        let outcome = library.reload_vendor("northwind");
        assert_eq!(outcome.vendors["northwind"].state, Some(State::Degraded), "{what}: {outcome:?}");
        assert!(outcome.vendors["northwind"].is_complete, "{what}: {outcome:?}");
        println!("{what}: refused after {:?}: {:?}", start.elapsed(), errors(&outcome.vendors["northwind"].findings));
        assert_eq!(asked(&library, "northwind", "history").as_deref(), Some("1200000"), "{what}");
    }
}

#[test]
fn a_restart_on_a_broken_directory_decides_with_the_last_good_rules() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "northwind", &good());
    let options = || VendorOptions { state: Some(dir.path().join("state")), ..guarded() };
    drop(open(dir.path(), options()));
    fs::write(dir.path().join("rules/northwind/history.rhai"), "fn (").unwrap();
    let (library, outcome) = open_vendors(Home::roots(dir.path()), options()).unwrap();
    assert!(!outcome.is_success());
    assert_eq!(state(&library, "northwind"), Some(State::Degraded));
    assert_eq!(asked(&library, "northwind", "history").as_deref(), Some("1200000"));
}

#[test]
fn an_old_decision_is_made_again_with_the_rules_of_its_day() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "northwind", &good());
    let library = open(dir.path(), guarded());
    let old = library.current().vendor("northwind").unwrap().revision().unwrap().to_owned();
    let doubled = HISTORY.replace("indicate(prior)", "indicate(prior * 2)");
    let cases = CASES.replace("indicates = 100000", "indicates = 200000");
    save(
        dir.path(),
        "northwind",
        &[((Room::Rules, "history.rhai"), doubled), ((Room::Rules, "cases/factors.toml"), cases)].into(),
    );
    assert!(library.reload_now().is_success());
    assert_eq!(asked(&library, "northwind", "history").as_deref(), Some("2400000"));
    let past = library.past("northwind", &old).unwrap();
    let facts = quotient::script::example_facts();
    let outcome = past.plugin.factor(&past.plugin.factors()[0], &facts).unwrap();
    let quotient::script::FactorOutcome::Indicated { revenue, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(revenue.to_string(), "1200000");
}

#[test]
fn without_events_a_save_is_in_use_after_the_interval() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "northwind", &good());
    let library = open(dir.path(), VendorOptions { has_events: false, poll: ms(300), ..guarded() });
    assert_eq!(library.status().watching, quotient::library::Watching::Polling);
    let before = library.current().generation();
    let other = HISTORY.replace("As last year", "As the year before");
    save(dir.path(), "northwind", &[((Room::Rules, "history.rhai"), other)].into());
    let end = Instant::now() + HANG;
    while library.current().generation() == before {
        assert!(Instant::now() < end, "{:?}", library.status());
        thread::sleep(ms(5));
    }
    assert_eq!(state(&library, "northwind"), Some(State::Active));
}

#[test]
fn every_save_is_in_use_and_every_mistake_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "northwind", &good());
    let library = open(dir.path(), guarded());
    let mut delays = Vec::new();
    for n in 0..if is_full() { 100 } else { 6 } {
        let (text, wanted) = if n % 2 == 0 { ("fn (", State::Degraded) } else { (HISTORY, State::Active) };
        let start = Instant::now();
        save(dir.path(), "northwind", &[((Room::Rules, "history.rhai"), format!("// {n}\n{text}"))].into());
        while state(&library, "northwind") != Some(wanted) {
            assert!(start.elapsed() < HANG, "never {wanted:?}: {:?}", library.status());
            thread::sleep(ms(1));
        }
        delays.push(start.elapsed());
    }
    // How long it may take is measured by the bench `reload`, alone on the machine.
    println!("from save to use, or to the mistake shown: {delays:?}");
}
