//! Comparison of two revisions of a vendor on one book.

use super::Desk;
use serde_json::{Value, json};
use std::process::Command;

/// A sold 120,000 and B 240,000 in 2025.
fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::remove_dir_all(desk.path("rules/acme")).unwrap();
    let month =
        |id: &str, amount: u32| (1..=12).map(|month| format!("{id},2025-{month:02},{amount}\n")).collect::<String>();
    desk.write("book/partners.csv", "partner_id,partner_name,territory,tier\nA,Alpha,North,Gold\nB,Beta,South,Gold\n");
    desk.write("book/revenue.csv", format!("partner_id,month,amount\n{}{}", month("A", 10_000), month("B", 20_000)));
    write(&desk, "", "1.5", "");
    desk
}

/// Writes the vendor below `root`: history × `growth`, and lines at the end of the manifest.
fn write(desk: &Desk, root: &str, growth: &str, manifest: &str) {
    let vendor = format!("api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[weights]\nhistory = 1\n{manifest}");
    desk.write(&format!("{root}rules/acme/vendor.toml"), vendor);
    let rule = format!(
        "/// More than last year.\nfn assess(partner) {{\n    let prior = partner.history.prior_revenue;\n    \
         if !is_known(prior) {{ return abstain(\"no revenue\"); }}\n    indicate(prior * {growth}).because(\"more\")\n}}\n"
    );
    desk.write(&format!("{root}rules/acme/history.rhai"), rule);
    let case = "[[case]]\nname = \"more\"\nas_of = 2025-12-31\nrule = \"history\"\nfacts.history.prior_revenue = 100\n\
                expect.because = \"more\"\n";
    desk.write(&format!("{root}rules/acme/cases.toml"), case);
}

#[track_caller]
fn run(desk: &Desk, code: i32, arguments: &[&str]) -> (String, String) {
    let all: Vec<&str> = ["compare", "acme", "--book", "book"].iter().chain(arguments).copied().collect();
    let output = desk.run(&all).env("COLUMNS", "80").assert().code(code).get_output().clone();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// × 1.5 before; × 2 with at most 80 % more after. A: 180,000 → 240,000, cut to 216,000; B: twice that.
fn raised() -> Desk {
    let desk = desk();
    write(&desk, "old/", "1.5", "");
    write(&desk, "", "2", "[guardrails]\ngrowth_ceiling = 0.8\n");
    desk
}

#[test]
fn the_parts_of_a_change_are_its_factors_and_guardrails() {
    let desk = raised();
    let (out, _) = run(&desk, 0, &["--before", "old", "--format", "json"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    let proposal = &document["proposal"];
    assert_eq!(proposal["change"], "108000.00");
    let parts = |value: &Value| -> Vec<Value> {
        value["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| json!([part["part"], part["factor"], part["change"]]))
            .collect()
    };
    let expected = [json!(["factor", "history", "180000.00"]), json!(["guardrail", null, "-72000.00"])];
    assert_eq!(parts(proposal), expected);
    let expected = [json!(["factor", "history", "120000.00"]), json!(["guardrail", null, "-48000.00"])];
    assert_eq!(parts(&proposal["lines"][0]), expected);
    let states: Vec<&Value> = document["files"].as_array().unwrap().iter().map(|file| &file["path"]).collect();
    assert_eq!(states, ["rules/acme/history.rhai", "rules/acme/vendor.toml"]);
}

#[test]
fn the_table_of_a_comparison_fits_80_columns() {
    let (out, _) = run(&raised(), 0, &["--before", "old"]);
    insta::assert_snapshot!(out.replace(&revision(&out, 1), "REVISION1").replace(&revision(&out, 2), "REVISION2"));
    let longest = out.lines().map(|line| line.chars().count()).max();
    assert!(longest <= Some(80), "{out}");
}

/// The revision in a line of the table.
fn revision(out: &str, line: usize) -> String {
    let line = out.lines().nth(line).unwrap();
    line.split("revision ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

#[test]
fn markdown_shows_the_same_figures() {
    let desk = raised();
    desk.write("book/partners.csv", "partner_id,partner_name,tier\nA,Al|pha <b>,Gold\nB,Beta,Gold\n");
    let (out, _) = run(&desk, 0, &["--before", "old", "--format", "markdown"]);
    assert!(out.contains("| quota | 540,000 | 648,000 | +108,000 |\n"), "{out}");
    assert!(out.contains("| &emsp;factor history | 540,000 | 720,000 | +180,000 |\n"), "{out}");
    assert!(out.contains("| A · Al\\|pha &lt;b> | 180,000 | 216,000 | +36,000 |\n"), "{out}");
}

#[test]
fn a_page_shows_the_same_figures_and_the_differences_of_the_files() {
    let desk = raised();
    desk.write("book/partners.csv", "partner_id,partner_name,tier\nA,Al|pha <b>,Gold\nB,Beta,Gold\n");
    let (out, _) = run(&desk, 0, &["--before", "old", "--format", "html"]);
    assert!(out.starts_with("<!DOCTYPE html>") && !out.contains("<b>") && !out.contains("<script"), "{out}");
    let total = "<td class=\"t\" dir=\"auto\">quota</td><td class=\"n\">540,000</td><td class=\"n\">648,000</td>";
    assert!(out.contains(total), "{out}");
    assert!(out.contains("<td class=\"n\">+36,000</td>"), "{out}");
    let (fallen, _) = run(&desk, 0, &["--before", "live", "--after", "old", "--format", "html"]);
    assert!(fallen.contains("<td class=\"n fall\">-36,000</td>"), "{fallen}");
    assert!(out.contains("-    indicate(prior * 1.5)") && out.contains("+    indicate(prior * 2)"), "{out}");
}

#[test]
fn a_comparison_ends_with_1_only_when_asked() {
    let desk = raised();
    run(&desk, 0, &["--before", "old"]);
    assert!(run(&desk, 1, &["--before", "old", "--fail-on", "total"]).1.contains("failed, because the total moved"));
    assert!(run(&desk, 1, &["--before", "old", "--fail-on", "moved"]).1.contains("failed, because quotas moved"));
    run(&desk, 0, &["--before", "live", "--fail-on", "moved,total"]);
    let (_, errors) = run(&desk, 4, &["--before", "old", "--fail-on", "tier"]);
    assert!(errors.contains("tiers were not compared: both revisions need policies"), "{errors}");
}

#[test]
fn a_tier_that_moves_fails_a_comparison() {
    let desk = desk();
    let tiers = "[tiers]\nGold = 10\nPlatinum = 1000000\n";
    write(&desk, "", "1.5", tiers);
    write(&desk, "old/", "1.5", tiers);
    let stays = "/// Everybody stays.\nfn decide(partner) { retain().because(\"all\") }\n";
    desk.write("old/policies/acme/tier.rhai", stays);
    desk.write(
        "policies/acme/tier.rhai",
        "/// Gold rises.\nfn decide(partner) {\n    if (partner.tier ?? \"\") == \"Gold\" { return promote(\"Platinum\").because(\"all\"); }\n    \
         retain().because(\"all\")\n}\n",
    );
    let (out, _) = run(&desk, 1, &["--before", "old", "--fail-on", "tier", "--as-of", "2025-12-31"]);
    assert!(out.contains("Decisions as of 2025-12-31"), "{out}");
    assert!(out.contains("tier: promote to Platinum"), "{out}");
    assert!(out.contains("2 of 2 partners move, 2 by tier."), "{out}");
    run(&desk, 0, &["--before", "live", "--fail-on", "tier"]);
}

#[test]
fn a_revision_of_git_is_compared_with_the_working_directory() {
    let desk = desk();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(desk.path("")).args(["-c", "user.name=A", "-c", "user.email=a@example.com"]);
        assert!(command.args(arguments).output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "--quiet"]);
    let (_, errors) = run(&desk, 5, &["--before", "HEAD"]);
    assert!(errors.contains("`HEAD` is not a directory, and git cannot read it as a revision"), "{errors}");
    git(&["add", "rules"]);
    git(&["commit", "--quiet", "-m", "half more"]);
    write(&desk, "", "2", "");
    for before in ["HEAD", "git:HEAD"] {
        let (out, _) = run(&desk, 0, &["--before", before, "--format", "json"]);
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["proposal"]["before"]["total"], "540000.00");
        assert_eq!(document["proposal"]["after"]["total"], "720000.00");
    }
    let (_, errors) = run(&desk, 5, &["--before", "git:--all"]);
    assert!(errors.contains("a revision does not begin with `-`"), "{errors}");
    let all = ["compare", "acne", "--book", "book", "--before", "HEAD", "--after", "HEAD"];
    let errors = desk.run(&all).assert().code(4).get_output().stderr.clone();
    let errors = String::from_utf8(errors).unwrap();
    assert!(errors.contains("the revision `HEAD` has no vendor `acne` in `rules` and `policies`"), "{errors}");
    let mut without = desk.run(&["compare", "acme", "--book", "book", "--before", "HEAD"]);
    let errors = without.env("PATH", desk.path("book")).assert().code(5).get_output().stderr.clone();
    assert!(String::from_utf8(errors).unwrap().contains("the program `git` is not installed"));
}

#[test]
fn the_rules_of_one_vendor_are_compared_from_any_directory() {
    let desk = raised();
    let (out, _) = run(&desk, 0, &["--before", "old/rules/acme", "--format", "json"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["proposal"]["change"], "108000.00");
    let (_, errors) = run(&desk, 5, &["--before", "book"]);
    assert!(errors.contains("`book` has neither `rules` nor `policies` nor `vendor.toml`"), "{errors}");
}

#[test]
fn a_case_that_fails_is_a_warning_and_rules_that_do_not_compile_are_refused() {
    let desk = raised();
    let case = std::fs::read_to_string(desk.path("rules/acme/cases.toml")).unwrap();
    desk.write("rules/acme/cases.toml", case.replace("expect.because = \"more\"", "expect.because = \"less\""));
    let (_, errors) = run(&desk, 0, &["--before", "old"]);
    assert!(errors.contains("cases of `live` fail: 1 of 1"), "{errors}");
    desk.write("old/rules/acme/history.rhai", "fn assess(");
    assert!(run(&desk, 4, &["--before", "old"]).1.contains("old/rules/acme/history.rhai:1"));
}

#[test]
fn revisions_that_fail_for_partners_are_reported_and_end_with_the_code_of_rules() {
    let desk = raised();
    desk.write(
        "rules/acme/history.rhai",
        "/// Fails.\nfn assess(partner) {\n    if partner.territory == \"North\" { throw \"not this one\"; }\n    \
         indicate(partner.history.prior_revenue ?? 0.0).because(\"x\")\n}\n",
    );
    std::fs::remove_file(desk.path("rules/acme/cases.toml")).unwrap();
    let (out, errors) = run(&desk, 4, &["--before", "old", "--fail-on", "moved"]);
    assert!(errors.contains("the plan of the revision `live` cannot be made from this book"), "{errors}");
    assert!(!out.contains("What moves"), "{out}");
}

#[test]
fn trying_once_reports_findings_cases_and_what_moves() {
    let desk = raised();
    let (out, _) = tried(&desk, 0, &["--before", "old", "--once"]);
    assert!(out.starts_with("acme: ready, revision "), "{out}");
    assert!(out.contains("before old · revision "), "{out}");
    assert!(out.contains("+108,000"), "{out}");
    let case = std::fs::read_to_string(desk.path("rules/acme/cases.toml")).unwrap();
    desk.write("rules/acme/cases.toml", case.replace("expect.because = \"more\"", "expect.because = \"less\""));
    let (out, errors) = tried(&desk, 1, &["--before", "old", "--once"]);
    assert!(errors.contains("error[case::failed]"), "{errors}");
    assert!(out.contains("  FAILED  more (history)"), "{out}");
    assert!(out.contains("+108,000"), "{out}");
    desk.write("rules/acme/history.rhai", "fn assess(");
    let (out, _) = tried(&desk, 4, &["--before", "old", "--once"]);
    assert!(out.contains(" error"), "{out}");
}

#[track_caller]
fn tried(desk: &Desk, code: i32, arguments: &[&str]) -> (String, String) {
    let all: Vec<&str> = ["try", "acme", "--book", "book"].iter().chain(arguments).copied().collect();
    let output = desk.run(&all).env("COLUMNS", "80").assert().code(code).get_output().clone();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// Ends the program at the end of a test, also of one that fails.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn trying_reports_again_after_each_save() {
    let desk = desk();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("quotient"));
    command.current_dir(desk.path("")).args(["try", "acme", "--book", "book"]).env("COLUMNS", "80");
    let mut running = Running(command.stdout(std::process::Stdio::piped()).spawn().unwrap());
    let out = running.0.stdout.take().unwrap();
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        std::io::BufRead::lines(std::io::BufReader::new(out))
            .map_while(Result::ok)
            .try_for_each(|line| sender.send(line))
    });
    let wait = |wanted: &str| {
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(60);
        let mut seen = String::new();
        while !seen.contains(wanted) {
            let left = limit.saturating_duration_since(std::time::Instant::now());
            let line = lines.recv_timeout(left).unwrap_or_else(|_| panic!("no `{wanted}` in {seen}"));
            seen.push_str(&line);
        }
    };
    wait("No quota moves");
    write(&desk, "", "2", "");
    wait("+180,000");
    desk.write("rules/acme/history.rhai", "fn assess(");
    wait(" error");
    write(&desk, "", "1.75", "");
    wait("+90,000");
}
