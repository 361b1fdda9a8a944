//! Tools of a rule author: one case, JUnit, observed values accepted.

use super::Desk;

const RULE: &str = "/// Half more than last year.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue;\n    \
    if !is_known(prior) { return abstain(\"no revenue\"); }\n    \
    if prior == 700.0 { throw \"seven\"; }\n    indicate(prior * 1.5).because(\"half more\")\n}\n";

/// Of five cases, the first holds.
const CASES: &str = "# Thresholds of the year.\r
[[case]]\r
name = \"holds\"\r
as_of = 2025-12-31\r
rule = \"history\"\r
facts.history.prior_revenue = 100\r
expect.indicates = 150      # 100 × 1.5\r
\r
[[case]]\r
name = \"two values\"\r
as_of = 2025-12-31\r
rule = \"history\"\r
facts.history.prior_revenue = 200\r
expect = { because = \"double\", indicates = 400 }   # was double\r
\r
[[case]]\r
name = \"seven fails\"\r
as_of = 2025-12-31\r
rule = \"history\"\r
facts.history.prior_revenue = 700\r
expect.indicates = 10\r
\r
[[case]]\r
name = \"fails no more\"\r
as_of = 2025-12-31\r
rule = \"history\"\r
facts.history.prior_revenue = 8\r
expect.fails = \"eight\"\r
\r
[[case]]\r
name = \"abstains now\"\r
as_of = 2025-12-31\r
rule = \"history\"\r
expect.indicates = 1\r
";

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::remove_dir_all(desk.path("rules/acme")).unwrap();
    desk.write("rules/acme/vendor.toml", "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[weights]\nhistory = 1\n");
    desk.write("rules/acme/history.rhai", RULE);
    desk.write("rules/acme/cases.toml", CASES);
    desk
}

#[track_caller]
fn text(desk: &Desk, code: i32, arguments: &[&str]) -> (String, String) {
    let output = desk.run(arguments).assert().code(code).get_output().clone();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn one_case_runs_by_its_name_or_a_part_of_names() {
    let desk = desk();
    assert_eq!(text(&desk, 0, &["test", "--case", "holds"]).0, "acme: 1 passed, 0 failed\n");
    assert!(text(&desk, 1, &["test", "acme", "--case", "fails"]).0.starts_with("acme: 0 passed, 2 failed\n"));
    assert_eq!(text(&desk, 0, &["test", "acme", "--case", "hold"]).0, "acme: 1 passed, 0 failed\n");
}

#[test]
fn an_unknown_case_is_refused_with_the_nearest_name() {
    let (out, errors) = text(&desk(), 4, &["test", "acme", "--case", "two value!"]);
    assert_eq!(out, "");
    assert!(errors.contains("no case is named `two value!`"), "{errors}");
    assert!(errors.contains("did you mean `two values`?"), "{errors}");
}

#[test]
fn junit_has_one_test_case_per_case_and_separates_errors_from_failures() {
    let desk = desk();
    let (out, _) = text(&desk, 1, &["test", "acme", "--format", "junit"]);
    let suite = "<testsuite name=\"acme\" tests=\"5\" failures=\"2\" errors=\"2\">";
    assert!(out.contains(suite), "{out}");
    let holds = "<testcase classname=\"acme.history\" name=\"holds\" file=\"rules/acme/cases.toml\" line=\"3\"/>";
    assert!(out.contains(holds), "{out}");
    assert!(out.contains("<failure message=\"indicates: expected 400"), "{out}");
    assert!(out.contains("<error message=\"fails: expected `eight`, found indicates 12"), "{out}");
    let mut reader = quick_xml::Reader::from_str(&out);
    let (mut cases, mut depth) = (0, 0);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) => {
                depth += 1;
                cases += usize::from(tag.name().as_ref() == "testcase");
            }
            quick_xml::events::Event::Empty(tag) => cases += usize::from(tag.name().as_ref() == "testcase"),
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((cases, depth), (5, 0));
}

#[test]
fn junit_reports_a_vendor_that_does_not_compile_as_an_error() {
    let desk = desk();
    desk.write("rules/acme/history.rhai", "fn assess(partner) { let < = 1; }");
    let (out, _) = text(&desk, 4, &["test", "--format", "junit"]);
    assert!(out.contains("<testsuite name=\"acme\" tests=\"1\" failures=\"0\" errors=\"1\">"), "{out}");
    assert!(out.contains("<error message=\"the vendor is refused\">"), "{out}");
    assert!(!out.contains("let <"), "{out}");
}

/// 200 × 1.5 = 300. A comment, the order of keys, line ends and every other case stay.
#[test]
fn accepting_replaces_the_expected_values_and_nothing_else() {
    let desk = desk();
    let (out, _) = text(&desk, 1, &["test", "acme", "--accept"]);
    assert!(out.contains("rules/acme/cases.toml:14: two values\n  expect.because = \"double\" → "), "{out}");
    assert!(out.contains("rules/acme/cases.toml:14: two values\n  expect.indicates = 400 → 300\n"), "{out}");
    assert!(out.contains("seven fails: not accepted, because it fails by error"), "{out}");
    assert!(out.contains("abstains now: not accepted, because `indicates` has no value to accept"), "{out}");
    assert!(out.contains("acme: 2 passed, 3 failed\n"), "{out}");
    let changed = std::fs::read_to_string(desk.path("rules/acme/cases.toml")).unwrap();
    let expected = CASES.replace(
        "{ because = \"double\", indicates = 400 }   # was double",
        "{ because = \"half more\", indicates = 300 }   # was double",
    );
    assert_eq!(changed, expected);
}

#[test]
fn accepting_one_case_leaves_the_others_as_they_are() {
    let desk = desk();
    desk.write("rules/acme/history.rhai", RULE.replace("1.5", "1.25"));
    let (out, _) = text(&desk, 0, &["test", "acme", "--case", "holds", "--accept"]);
    assert!(out.contains("expect.indicates = 150 → 125\n"), "{out}");
    assert!(out.ends_with("acme: 1 passed, 0 failed\n"), "{out}");
    let changed = std::fs::read_to_string(desk.path("rules/acme/cases.toml")).unwrap();
    assert_eq!(changed, CASES.replace("expect.indicates = 150 ", "expect.indicates = 125 "));
}

#[test]
fn accepting_writes_what_policies_decide() {
    let desk = desk();
    desk.write("rules/acme/cases.toml", CASES.split("[[case]]\r\nname = \"two").next().unwrap());
    desk.write(
        "policies/acme/incentive.rhai",
        "/// All get it.\nfn decide(partner) { [award(\"bonus \\\"A\\\"\").points(12.50).because(\"all\")] }\n",
    );
    let case = "[[case]]\nname = \"bonus\"\nas_of = 2025-12-31\nrule = \"incentive\"\nfacts.standing.attainment = 1\n";
    desk.write("policies/acme/cases.toml", format!("{case}expect.incentives = [] # none\n"));
    let (out, _) = text(&desk, 0, &["test", "acme", "--accept"]);
    assert!(out.ends_with("acme: 2 passed, 0 failed\n"), "{out}");
    let changed = std::fs::read_to_string(desk.path("policies/acme/cases.toml")).unwrap();
    let list = "[{ name = 'bonus \"A\"', points = 12.5 }] # none";
    assert_eq!(changed, format!("{case}expect.incentives = {list}\n"));
}

/// Growth by size, with a `switch`, a function and a condition without `else`.
const BRANCHES: &str = "/// Growth by size.
fn assess(partner) {
    let prior = partner.history.prior_revenue;
    if !is_known(prior) { return abstain(\"no revenue\"); }
    let growth = 1.0;
    if prior > 1000.0 {
        growth = 1.1;
    } else if (prior > 500.0) {
        growth = more(growth);
    } else {
        growth += lookup(\"rates\", partner.territory, \"rate\") ?? 0.0;
    }
    if growth > 0.0 {
        growth += 0.0;
    }
    let class = switch partner.tier {
        \"Gold\" => \"first\",
        _ => \"other\",
    };
    let decided = decide_by(\"bonus\", #{ revenue: prior });
    indicate((prior + 0.0) * (growth + decided.bonus)).because(class)
}

fn more(growth) {
    -(-growth) + 0.2
}
";

fn covered() -> Desk {
    let desk = desk();
    desk.write("rules/acme/history.rhai", BRANCHES);
    desk.write("rules/acme/rates.csv", "territory,rate\nNorth,0.5\nSouth,0.25\n");
    desk.write("rules/acme/bonus.csv", "FIRST,revenue,-> bonus\n,>= 200,0.5\n,< 200,0\n");
    let case = |name: &str, facts: &str| {
        format!(
            "[[case]]\nname = \"{name}\"\nas_of = 2025-12-31\nrule = \"history\"\n{facts}expect.because = \"other\"\n"
        )
    };
    let facts = "facts.history.prior_revenue = 100\nfacts.territory = \"South\"\n";
    desk.write("rules/acme/cases.toml", case("small", facts));
    desk
}

/// Of 13 lines with statements, 4 (the abstention), 7, 9 and 25 are not reached; the condition in 13 is false in no case.
#[test]
fn coverage_names_the_lines_branches_and_rows_that_no_case_reaches() {
    let desk = covered();
    let (out, _) = text(&desk, 0, &["test", "acme", "--coverage", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    let coverage = &document["vendors"][0]["coverage"];
    let missing: Vec<String> = coverage["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let file = one["file"].as_str().unwrap().strip_prefix("rules/acme/").unwrap();
            format!("{file}:{} {} {}", one["line"], one["kind"].as_str().unwrap(), one["text"].as_str().unwrap())
        })
        .collect();
    let expected = [
        "bonus.csv:2 row ,>= 200,0.5",
        "history.rhai:4 line return abstain(\"no revenue\"); }",
        "history.rhai:7 line growth = 1.1;",
        "history.rhai:9 line growth = more(growth);",
        "history.rhai:13 always_holds growth > 0.0 {",
        "history.rhai:17 case \"first\",",
        "history.rhai:25 line -(-growth) + 0.2",
        "rates.csv:2 row North,0.5",
    ];
    assert_eq!(missing, expected);
    assert_eq!(coverage["rows"], serde_json::json!({"reached": 2, "all": 4}));
    assert_eq!(coverage["lines"], serde_json::json!({"reached": 9, "all": 13}));
    // Two branches of each condition and of the `switch`; the other branch of line 6 is the condition of line 8.
    assert_eq!(coverage["branches"], serde_json::json!({"reached": 4, "all": 9}));
    let (out, _) = text(&desk, 0, &["test", "acme", "--coverage"]);
    assert!(out.contains("  reached: 9 of 13 lines, 4 of 9 branches, 2 of 4 table rows\n"), "{out}");
    assert!(out.contains("  rules/acme/history.rhai:13: false in no case\n    growth > 0.0 {\n"), "{out}");
    text(&desk, 5, &["test", "acme", "--coverage", "--format", "junit"]);
}

#[test]
fn cases_decide_the_same_with_and_without_coverage() {
    let root = env!("CARGO_MANIFEST_DIR");
    let desk = Desk::new();
    let run = |arguments: &[&str]| {
        let mut command = desk.run(&["test", "--verbose"]);
        command.args(arguments).current_dir(root).assert().success().get_output().stdout.clone()
    };
    let plain = String::from_utf8(run(&[])).unwrap();
    let covered = String::from_utf8(run(&["--coverage"])).unwrap();
    let lines: Vec<&str> =
        covered.lines().filter(|line| line.contains("  passed  ") || line.contains(" passed, ")).collect();
    assert_eq!(lines, plain.lines().collect::<Vec<_>>());
}

/// A rule with one threshold, and a case on each side of it that leaves its bound open.
fn thresholds(cases: &str) -> Desk {
    let desk = desk();
    let rule = "const LARGE = 1_000;\n\n/// Large partners grow by a half.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue ?? 0.0;\n    if prior >= global::LARGE { return indicate(prior * 1.5).because(\"large\"); }\n    indicate(prior).because(\"small\")\n}\n";
    desk.write("rules/acme/history.rhai", rule);
    let case = |name: &str, prior: &str, indicates: &str| {
        format!(
            "[[case]]\nname = \"{name}\"\nas_of = 2025-12-31\nrule = \"history\"\nfacts.history.prior_revenue = {prior}\nexpect.indicates = {indicates}\n"
        )
    };
    let none = "[[case]]\nname = \"none\"\nas_of = 2025-12-31\nrule = \"history\"\nexpect.indicates = 0\n";
    let all = [case("small", "100", "100"), case("large", "5000", "7500"), none.to_owned(), cases.to_owned()];
    desk.write("rules/acme/cases.toml", all.concat());
    desk
}

/// Six changes: of the constant (two), of the value after `??`, of `>=`, and of the factor (two); the bound at 1,000 is open.
#[test]
fn mutation_names_the_changes_that_no_case_notices_and_the_missing_case() {
    let (out, _) = text(&thresholds(""), 0, &["test", "acme", "--mutate", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    let mutation = &document["vendors"][0]["mutation"];
    assert_eq!((&mutation["all"], &mutation["noticed"]), (&6.into(), &3.into()), "{out}");
    let survivors = mutation["survivors"].as_array().unwrap();
    let shown: Vec<String> =
        survivors.iter().map(|one| format!("{} {} {}", one["line"], one["before"], one["after"])).collect();
    assert_eq!(shown, ["1 \"1_000\" \"1001\"", "1 \"1_000\" \"999\"", "6 \">=\" \">\""]);
    assert_eq!(survivors[2]["missing"], "no case has `prior` at exactly `global::LARGE`");
    let missing = survivors[2]["case"].as_str().unwrap();
    let expected = "[[case]]\nname = \"history.prior_revenue is exactly 1000\"\nlike = \"small\"\nrule = \"history\"\nfacts.history.prior_revenue = 1000\nexpect.indicates = 1500\n";
    assert_eq!(missing, expected);
    // With that case nothing but the lower constant is left: it needs one just below the threshold.
    let (out, _) = text(&thresholds(missing), 0, &["test", "acme", "--mutate"]);
    assert!(out.contains("  changes noticed: 5 of 6 (83.3 %)\n"), "{out}");
    let below = missing.replace("is exactly 1000", "is below 1000").replace("= 1000", "= 999");
    let below = below.replace("expect.indicates = 1500", "expect.indicates = 999");
    let (out, _) = text(&thresholds(&format!("{missing}{below}")), 0, &["test", "acme", "--mutate"]);
    assert!(out.ends_with("  changes noticed: 6 of 6 (100 %)\n"), "{out}");
}

/// The same key twice: the vendor is refused, so no case has to notice the change.
#[test]
fn changes_with_which_the_vendor_is_refused_are_not_counted() {
    let desk = desk();
    let rule = "/// A share of the revenue.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue;\n    if !is_known(prior) { return abstain(\"no revenue\"); }\n    indicate(prior * (lookup(\"ramp\", partner.tier ?? \"\", \"share\") ?? prior)).because(\"a share\")\n}\n";
    desk.write("rules/acme/history.rhai", rule);
    let case = "[[case]]\nname = \"second\"\nas_of = 2025-12-31\nrule = \"history\"\nfacts.tier = \"2\"\nfacts.history.prior_revenue = 10\nexpect.indicates = 7\n";
    desk.write("rules/acme/cases.toml", case);
    desk.write("rules/acme/ramp.csv", "tier,share\n1,0.5\n2,0.7\n");
    let (out, _) = text(&desk, 0, &["test", "acme", "--mutate", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    let mutation = &document["vendors"][0]["mutation"];
    let (all, noticed, refused) = (&mutation["all"], &mutation["noticed"], &mutation["refused"]);
    // Of each row the row itself, its key up and down, and its share up and down; two keys become equal.
    assert_eq!((all, noticed, refused), (&8.into(), &4.into(), &2.into()), "{out}");
}

#[test]
fn mutation_says_that_failing_cases_keep_it_from_counting() {
    let failing = "[[case]]\nname = \"wrong\"\nas_of = 2025-12-31\nrule = \"history\"\nexpect.indicates = 5\n";
    let desk = thresholds(failing);
    let (out, _) = text(&desk, 1, &["test", "acme", "--mutate"]);
    assert!(out.ends_with("  changes noticed: not counted, because not all cases hold\n"), "{out}");
    let (out, _) = text(&desk, 1, &["test", "acme", "--mutate", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(document["vendors"][0]["mutation"].is_null() && out.contains("\"mutation\": null"), "{out}");
}

#[test]
fn mutation_changes_rows_bounds_and_numbers_of_tables() {
    let desk = desk();
    desk.write("rules/acme/bonus.csv", "FIRST,revenue,-> bonus\n,>= 200,0.5\n,< 200,0\n");
    desk.write(
        "rules/acme/history.rhai",
        "/// By size.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue ?? 0.0;\n    let decided = decide_by(\"bonus\", #{ revenue: prior });\n    indicate(prior * decided.bonus).because(decided)\n}\n",
    );
    let case = "[[case]]\nname = \"large\"\nas_of = 2025-12-31\nrule = \"history\"\nfacts.history.prior_revenue = 300\nexpect.indicates = 150\n";
    desk.write("rules/acme/cases.toml", case);
    let (out, _) = text(&desk, 0, &["test", "acme", "--mutate"]);
    for survivor in [
        "  rules/acme/bonus.csv:2: `>=` changed to `>`\n    ,>= 200,0.5\n",
        "  rules/acme/bonus.csv:3: row left out\n    ,< 200,0\n",
        "  rules/acme/bonus.csv:3: `0` changed to `1`\n",
    ] {
        assert!(out.contains(survivor), "{out}");
    }
    assert!(!out.contains("bonus.csv:2: row left out") && !out.contains("`0.5` changed"), "{out}");
    text(&desk, 5, &["test", "acme", "--mutate", "--format", "junit"]);
}
