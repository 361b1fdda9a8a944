//! Documents of partitions: what each says, and what it says by an empty list or an absent one.

use crate::support::{Bench, list, text};
use serde_json::Value;

const MANIFEST: &str = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"year\"\nreporting = \"whole\"\n\
    fiscal_year_starts = \"January\"\n[weights]\nhistory = 1\n[tables.courses]\nhours = \"count\"\n";
const RULE: &str = "/// Last year, and more with courses.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue ?? 0.0;\n    \
    if !is_known(partner.courses) { return abstain(\"courses are not known\"); }\n    \
    if partner.courses.sum(\"hours\") > 10 { return indicate(prior * 1.5).because(\"trained\"); }\n    \
    indicate(prior).because(\"as last year\")\n}\n";
const REVENUE: [&str; 3] = ["\"amount\": \"100\"", "\"amount\": 200", "\"amount\": \"300.50\""];

/// Partners A, B and C; the courses of A, an empty list for B, none for C.
fn documents(seats: [&str; 3]) -> String {
    let courses = [r#", "courses": [{"partner_id": "A", "hours": 12}]"#, r#", "courses": []"#, ""];
    let one = |at: usize| {
        let (id, amount, courses, seats) = (["A", "B", "C"][at], REVENUE[at], courses[at], seats[at]);
        format!(
            r#"{{"currency": "USD", "partners": [{{"partner_id": "{id}", "seats": {seats}}}], "revenue": [{{"partner_id": "{id}", "month": "2025-01", "amount": 0}}, {{"partner_id": "{id}", "month": "2025-05", {amount}}}]{courses}}}"#
        )
    };
    [one(0), one(1), one(2)].join("\n")
}

fn bench() -> Bench {
    let bench =
        Bench::new([("rules/acme/vendor.toml", MANIFEST.to_owned()), ("rules/acme/history.rhai", RULE.to_owned())]);
    bench.write("policies/none", "");
    bench
}

/// Runs a step of a vendor of the bench; returns what it writes to stderr.
fn run(bench: &Bench, line: &str, input: &str) -> (bool, String) {
    let mut command = bench.command(&format!("assess {line} --threads 1"));
    let output = command.write_stdin(input.to_owned()).output().expect("the program runs");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_list_that_is_empty_or_absent_in_a_document_is_none_where_others_have_it() {
    let bench = bench();
    bench.write("part", &documents(["1", "2", "3"]));
    let here = |line: &str, input: &str, output: &str| {
        let given = std::fs::read_to_string(bench.path(input)).expect("the input");
        let (is_done, said) = run(&bench, &format!("{line} --output {output}"), &given);
        assert!(is_done, "{line}: {said}");
    };
    here("survey acme --as-of 2025-12-31", "part", "months.json");
    here("survey acme --survey months.json", "part", "survey.json");
    here("lines acme --survey survey.json", "part", "lines");
    here("settle acme --survey survey.json", "lines", "settled");
    let settled = std::fs::read_to_string(bench.path("settled")).expect("settled lines");
    let quotas: Vec<Value> =
        settled.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["quota"].clone()).collect();
    // 100 × 1.5, and last year for those without courses.
    assert_eq!(quotas, ["150.00", "200.00", "300.50"]);
    bench.write("book/partners.csv", "partner_id,seats\nA,1\nB,2\nC,3\n");
    bench.write("book/revenue.csv", "partner_id,month,amount\nA,2025-01,0\nB,2025-01,0\nC,2025-01,0\nA,2025-05,100\nB,2025-05,200\nC,2025-05,300.50\n");
    bench.write("book/courses.csv", "partner_id,hours\nA,12\n");
    let whole = bench.json("propose acme --book book --as-of 2025-12-31");
    let expected: Vec<&str> = list(&whole, "lines").iter().filter_map(|line| text(line, "quota")).collect();
    assert_eq!(quotas, expected);
}

#[test]
fn targets_of_one_document_are_for_territories_of_others() {
    let bench = bench();
    let one = |id: &str, territory: &str, more: &str| {
        format!(
            r#"{{"currency": "USD", "partners": [{{"partner_id": "{id}", "territory": "{territory}"}}], "revenue": [{{"partner_id": "{id}", "month": "2025-01", "amount": 100}}, {{"partner_id": "{id}", "month": "2025-12", "amount": 100}}], "courses": []{more}}}"#
        )
    };
    let targets = |north: &str| {
        format!(r#", "targets": [{{"territory": "{north}", "target": 300}}, {{"territory": "South", "target": 500}}]"#)
    };
    let here = |line: &str, input: &str| {
        let output = bench.command(&format!("assess {line} --threads 1")).write_stdin(input.to_owned()).output();
        let output = output.expect("the program runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let settle = |targets: &str| {
        let part = [one("A", "North", targets), one("B", "South", "")].join("\n");
        let (is_done, months, said) = here("survey acme --as-of 2025-12-31", &part);
        assert!(is_done, "{said}");
        bench.write("months.json", &months);
        bench.write("survey.json", &here("survey acme --survey months.json", &part).1);
        let (is_done, records, said) = here("lines acme --survey survey.json", &part);
        assert!(is_done, "{said}");
        here("settle acme --survey survey.json", &records)
    };
    let (is_done, settled, said) = settle(&targets("North"));
    assert!(is_done, "{said}");
    let quotas: Vec<Value> =
        settled.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["quota"].clone()).collect();
    assert_eq!(quotas, ["300.00", "500.00"]);
    // A territory that no partition has is refused where all lines are known.
    let (is_done, _, said) = settle(&targets("Nroth"));
    assert!(!is_done && said.contains("Nroth"), "{said}");
}

#[test]
fn attributes_that_read_as_different_kinds_are_refused_by_name() {
    let bench = bench();
    let all = documents(["1", "\"many\"", "3"]);
    let parts: Vec<&str> = all.lines().collect();
    for (part, document) in parts.iter().enumerate() {
        bench.write(&format!("part-{part}"), document);
        let (is_done, said) = run(&bench, &format!("survey acme --as-of 2025-12-31 --output survey-{part}"), document);
        assert!(is_done, "{said}");
    }
    let said = bench.refused(3, "assess merge survey-0 survey-1 survey-2");
    assert!(said.contains("the attribute `seats` reads as number in one partition and as text in another"), "{said}");
}

#[test]
fn a_fault_is_placed_in_its_document() {
    let bench = bench();
    let broken = documents(["1", "2", "3"]).replace("300.50", "three");
    let (is_done, said) = run(&bench, "survey acme --as-of 2025-12-31", &broken);
    assert!(!is_done && said.contains("line 3") && said.contains("/revenue/1"), "{said}");
    let (is_done, said) = run(&bench, "survey acme --as-of 2025-12-31", "{\"partners\": [\n");
    assert!(!is_done && said.contains("line 1 is not what this step reads"), "{said}");
    let misspelt = documents(["1", "2", "3"]).replace("\"courses\": []", "\"opportunites\": []");
    let (is_done, said) = run(&bench, "survey acme --as-of 2025-12-31", &misspelt);
    assert!(!is_done && said.contains("opportunites"), "{said}");
}

#[test]
fn merged_surveys_merge_again() {
    let bench = bench();
    let all = documents(["1", "2", "3"]);
    for (part, document) in all.lines().enumerate() {
        let (is_done, said) = run(&bench, &format!("survey acme --as-of 2025-12-31 --output survey-{part}"), document);
        assert!(is_done, "{said}");
    }
    bench.stdout("assess merge survey-2 survey-0 --output two");
    bench.stdout("assess merge survey-1 two --output three");
    assert_eq!(bench.stdout("assess merge survey-0 survey-1 survey-2"), bench.stdout("assess merge three"));
    let (is_done, said) = run(&bench, "survey acme", "");
    assert!(!is_done && said.contains("--as-of"), "{said}");
}
