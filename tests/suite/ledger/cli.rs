//! A round by command line and workbook: what comes back is taken once, whole, and only against what it was written for.

use crate::cli::{Desk, Edit, save_again};
use serde_json::Value;

/// A plan `FY2026` of three lines, opened by Pia.
fn desk() -> Desk {
    let desk = Desk::new();
    plan(&desk, &["open", "FY2026", "acme", "--book", "book", "--target", "1300000.07", "--as", "pia"]);
    desk
}

#[track_caller]
fn plan(desk: &Desk, arguments: &[&str]) -> String {
    let output = desk.run(&[&["plan"], arguments].concat()).assert().success().get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(desk: &Desk, code: i32, arguments: &[&str]) -> String {
    let output = desk.run(&[&["plan"], arguments].concat()).assert().code(code).get_output().clone();
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

fn version(desk: &Desk) -> String {
    let status = plan(desk, &["status", "FY2026"]);
    let (_, rest) = status.split_once("version ").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

fn distribute(desk: &Desk, directory: &str) {
    plan(desk, &["distribute", "FY2026", "--book", "book", "--output", directory, "--as", "pia"]);
}

/// Fills in rows of a workbook: row, figure, reason.
fn fill(desk: &Desk, from: &str, to: &str, rows: &'static [(usize, f64, &'static str)]) {
    save_again(&desk.path(from), &desk.path(to), |sheet, at, heading| {
        let (_, figure, reason) = rows.iter().find(|(row, ..)| sheet == "quotas" && *row == at)?;
        match heading {
            "Override quota" => Some(Edit::Number(*figure)),
            "Override reason" if !reason.is_empty() => Some(Edit::Text(reason)),
            _ => None,
        }
    });
}

const SENT: &str = "out/no-account-manager.xlsx";

#[test]
fn workbooks_make_offers_then_counters_and_acceptances_and_stale_ones_are_refused_by_version() {
    let desk = desk();
    distribute(&desk, "out");
    fill(&desk, SENT, "first.xlsx", &[(1, 900_000.0, "new territory"), (2, 300_000.0, "as last year")]);
    let answer = plan(&desk, &["import", "FY2026", "first.xlsx", "--as", "mara"]);
    assert!(answer.contains("mara offers `A` 900,000.00") && answer.contains("mara offers `B` 300,000.00"), "{answer}");
    let message = refused(&desk, 3, &["import", "FY2026", "first.xlsx", "--as", "mara"]);
    assert!(message.contains("ledger::stale") && message.contains("line `A` changed in version"), "{message}");
    distribute(&desk, "out");
    // The figure that is offered accepts it; another one is a counter.
    fill(&desk, SENT, "second.xlsx", &[(1, 900_000.0, ""), (2, 250_000.0, "two engineers left")]);
    let answer = plan(&desk, &["import", "FY2026", "second.xlsx", "--as", "mara"]);
    assert!(answer.contains("Alpha accepts `A` at 900,000.00 (recorded by mara)"), "{answer}");
    assert!(answer.contains("Beta asks (recorded by mara) for 250,000.00 on `B` instead of 300,000.00"), "{answer}");
    let log = plan(&desk, &["log", "FY2026", "--line", "B"]);
    assert!(log.contains("\u{201c}two engineers left\u{201d}") && !log.contains("`A`"), "{log}");
}

#[test]
fn an_import_with_one_bad_row_changes_nothing_and_names_every_bad_row() {
    let desk = desk();
    distribute(&desk, "out");
    // Row 1 has no reason for a changed figure; row 3 is stale after the offer below.
    fill(&desk, SENT, "back.xlsx", &[(1, 900_000.0, ""), (2, 300_000.0, "fine"), (3, 1.0, "late")]);
    plan(&desk, &["offer", "FY2026", "--line", "C", "--as", "mara"]);
    let before = version(&desk);
    let message = refused(&desk, 3, &["import", "FY2026", "back.xlsx", "--as", "mara"]);
    assert!(message.contains("line `C` changed in version") && !message.contains("`B`"), "{message}");
    assert!(message.contains("the figure of line `A` changes without a reason"), "{message}");
    assert_eq!(version(&desk), before);
    fill(&desk, SENT, "other.xlsx", &[(1, 800_000.0, "lower")]);
    fill(&desk, SENT, "one.xlsx", &[(1, 900_000.0, "higher")]);
    let message = refused(&desk, 3, &["import", "FY2026", "one.xlsx", "other.xlsx", "--as", "mara"]);
    assert!(message.contains("different figures in two files: 900,000.00 and 800,000.00"), "{message}");
    let message = refused(&desk, 1, &["import", "FY2026", SENT, "--as", "mara"]);
    assert!(message.contains("no row of the files has a figure"), "{message}");
    assert_eq!(version(&desk), before);
}

#[test]
fn files_of_another_plan_or_of_none_are_refused() {
    let desk = desk();
    plan(&desk, &["open", "OTHER", "acme", "--book", "book", "--target", "1300000.07", "--as", "pia"]);
    distribute(&desk, "out");
    fill(&desk, SENT, "back.xlsx", &[(1, 900_000.0, "x")]);
    let message = refused(&desk, 3, &["import", "OTHER", "back.xlsx", "--as", "mara"]);
    assert!(message.contains("`back.xlsx` belongs to the plan `FY2026`"), "{message}");
    desk.propose(&["--format", "xlsx", "--output", "proposal.xlsx"]).assert().success();
    let message = refused(&desk, 3, &["import", "FY2026", "proposal.xlsx", "--as", "mara"]);
    assert!(message.contains("was not written by `quotient plan distribute`"), "{message}");
}

#[test]
fn a_whole_round_ends_in_quotas_that_a_review_reads_in_every_format() {
    let desk = desk();
    plan(&desk, &["offer", "FY2026", "--all", "--as", "mara"]);
    plan(&desk, &["accept", "FY2026", "--all", "--partner", "their letters", "--as", "mara"]);
    let message = refused(&desk, 1, &["approve", "FY2026", "--all", "--as", "mara"]);
    assert!(message.contains("ledger::duties"), "{message}");
    plan(&desk, &["approve", "FY2026", "--all", "--as", "dana"]);
    let locked = plan(&desk, &["lock", "FY2026", "--all", "--as", "pia"]);
    assert!(locked.contains("pia locks the plan at 1,300,000.07"), "{locked}");
    let mut quotas = Vec::new();
    for format in ["json", "csv", "xlsx"] {
        let file = format!("quotas.{format}");
        plan(&desk, &["export", "FY2026", "--format", format, "--output", &file]);
        let review =
            ["review", "acme", "--book", "book", "--as-of", "2026-06-30", "--quotas", &file, "--format", "json"];
        let output = desk.run(&review).assert().success().get_output().stdout.clone();
        let review: Value = serde_json::from_slice(&output).unwrap();
        let partners = review["partners"].as_array().unwrap();
        let of = |partner: &Value| partner["standing"]["quota"].as_str().unwrap().to_owned();
        quotas.push(partners.iter().map(of).collect::<Vec<_>>());
    }
    let sum: rust_decimal::Decimal =
        quotas[0].iter().map(|quota| quota.parse::<rust_decimal::Decimal>().unwrap()).sum();
    assert_eq!(sum.to_string(), "1300000.07");
    assert!(quotas.iter().all(|own| *own == quotas[0]), "{quotas:?}");
    let verified = desk.run(&["ledger", "verify"]).assert().success().get_output().stdout.clone();
    assert!(String::from_utf8(verified).unwrap().contains("intact"), "verified");
    plan(&desk, &["close", "FY2026", "--reason", "the year is over", "--as", "pia"]);
}

#[test]
fn a_preview_says_to_the_cent_who_pays_and_records_nothing() {
    let desk = desk();
    let before = version(&desk);
    let text = plan(&desk, &["preview", "FY2026", "--line", "C", "--amount", "50000", "--book", "book"]);
    let sums: Vec<&str> = text.lines().filter(|line| line.contains("re-balance the channel")).collect();
    assert_eq!(sums.len(), 1, "{text}");
    let change = text.lines().nth(1).unwrap().rsplit_once('(').unwrap().1.trim_end_matches(')').to_owned();
    let opposite =
        if let Some(rest) = change.strip_prefix('-') { format!("+{rest}") } else { change.replace('+', "-") };
    assert!(sums[0].contains(&format!("by {opposite} together")), "{text}");
    assert_eq!(version(&desk), before);
    // A change that is made already is not paid for once more.
    plan(&desk, &["offer", "FY2026", "--line", "A", "--amount", "900000", "--reason", "x", "--as", "mara"]);
    let text = plan(&desk, &["preview", "FY2026", "--line", "C", "--amount", "80000", "--book", "book"]);
    assert!(!text.contains("earlier changes"), "{text}");
}

#[test]
fn other_rules_or_another_book_than_at_the_opening_are_refused() {
    let desk = desk();
    desk.write("book/revenue.csv", crate::cli::REVENUE.replace("300000", "300001"));
    let message = refused(&desk, 3, &["distribute", "FY2026", "--book", "book", "--output", "out", "--as", "pia"]);
    assert!(message.contains("was opened with another book"), "{message}");
    assert!(!desk.path("out").exists());
}

#[test]
fn a_changed_ledger_is_found_by_its_anchor_and_by_an_export() {
    let desk = desk();
    desk.run(&["ledger", "anchor", "--output", "anchor.json"]).assert().success();
    desk.run(&["ledger", "backup", "old.ledger"]).assert().success();
    plan(&desk, &["offer", "FY2026", "--all", "--as", "mara"]);
    desk.run(&["ledger", "verify", "--anchor", "anchor.json"]).assert().success();
    desk.run(&["ledger", "anchor", "--output", "later.json"]).assert().success();
    let arguments = ["ledger", "verify", "--ledger", "old.ledger", "--anchor", "later.json"];
    let output = desk.run(&arguments).assert().code(6).get_output().stderr.clone();
    assert!(String::from_utf8(output).unwrap().contains("ledger::chain"));
}

#[test]
fn a_ledger_that_is_not_there_and_a_plan_that_exists_are_said() {
    let desk = Desk::new();
    let message = refused(&desk, 5, &["status", "FY2026"]);
    assert!(message.contains("the ledger `quotient.ledger` does not exist"), "{message}");
    let desk = self::desk();
    let open = ["open", "FY2026", "acme", "--book", "book", "--target", "1300000.07", "--as", "pia"];
    assert!(refused(&desk, 1, &open).contains("the plan `FY2026` already exists"));
    assert!(refused(&desk, 1, &["status", "FY2025"]).contains("did you mean `FY2026`?"));
    assert!(
        refused(&desk, 1, &["offer", "FY2026", "--line", "X", "--as", "mara"]).contains("the plan has no line `X`")
    );
}

/// One person offers 120 lines and wants to accept them: one finding with a count, whatever their number.
#[test]
fn many_equal_refusals_are_one_finding() {
    let desk = Desk::new();
    let rows = |row: &dyn Fn(usize) -> String| (1..=120).map(row).collect::<String>();
    desk.write(
        "many/partners.csv",
        format!("partner_id,partner_name\n{}", rows(&|at| format!("P{at:03},Partner {at}\n"))),
    );
    desk.write(
        "many/revenue.csv",
        format!("partner_id,month,amount\n{}", rows(&|at| format!("P{at:03},2025-06,1000\n"))),
    );
    plan(&desk, &["open", "MANY", "acme", "--book", "many", "--as", "pia"]);
    plan(&desk, &["offer", "MANY", "--all", "--as", "mara"]);
    let message = refused(&desk, 1, &["accept", "MANY", "--all", "--as", "mara"]);
    assert_eq!(message.matches("error[").count(), 1, "{message}");
    assert!(message.contains("and 119 more: `P002`, `P003`, `P004`, …"), "{message}");
    assert!(!message.contains("more finding"), "{message}");
}

#[test]
fn a_business_plan_is_kept_by_command_line() {
    let desk = desk();
    let business = |action: &str, arguments: &[&str]| {
        plan(&desk, &[&["business-plan", action, "FY2026", "A"], arguments, &["--as", "mara"]].concat())
    };
    business("header", &["--vendor-sponsor", "Dana", "--review-on", "2026-06-30"]);
    business("account", &["T1", "--customer", "Harbor Bank", "--expected", "120000", "--owner", "Lee"]);
    business("risk", &["R1", "--risk", "one engineer only", "--likelihood", "high", "--mitigation", "hire"]);
    business("objective", &["O1", "--measure", "engineers", "--baseline", "1", "--target", "3", "--by", "FY2026-Q2=2"]);
    business(
        "activity",
        &["A1", "--kind", "hiring", "--title", "two engineers", "--due", "2026-06-30", "--objective", "O1"],
    );
    let said = business("sign", &["--partner-person", "Lee"]);
    assert!(said.contains("Lee signs the business plan of `A` for the partner"), "{said}");
    let shown = plan(&desk, &["business-plan", "show", "FY2026", "A"]);
    for part in [
        "Harbor Bank",
        "120,000.00",
        "one engineer only",
        "high",
        "hire",
        "2026-06-30",
        "two engineers",
        "Signed for the partner by Lee.",
        "Not signed for the vendor.",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    plan(&desk, &["business-plan", "show", "FY2026", "A", "--html", "a.html"]);
    assert!(std::fs::read_to_string(desk.path("a.html")).unwrap().contains("two engineers"));
    let message =
        refused(&desk, 1, &["business-plan", "done", "FY2026", "A", "A2", "--on", "2025-12-31", "--as", "mara"]);
    assert!(
        message.contains("the business plan has no activity `A2`") && message.contains("did you mean `A1`?"),
        "{message}"
    );
    assert!(refused(&desk, 1, &["business-plan", "show", "FY2026", "Z"]).contains("no line `Z`"));
    let log = plan(&desk, &["log", "FY2026"]);
    assert!(log.contains("mara sets activity `A1` of `A`: two engineers, due 2026-06-30"), "{log}");
}

#[test]
fn values_of_a_business_plan_come_from_a_book() {
    let desk = desk();
    let business = |action: &str, arguments: &[&str]| {
        plan(&desk, &[&["business-plan", action, "FY2026", "A"], arguments, &["--as", "mara"]].concat())
    };
    business("objective", &["O1", "--measure", "engineers", "--target", "3", "--source", "certified_staff"]);
    business("objective", &["O2", "--measure", "enablement", "--target", "1", "--source", "enablement"]);
    business("activity", &["A1", "--title", "roadshow", "--due", "2026-06-30", "--tag", "roadshow"]);
    desk.write("later/partners.csv", crate::cli::PARTNERS);
    desk.write("later/revenue.csv", format!("{}A,2026-01,1\n", crate::cli::REVENUE));
    desk.write("later/investments.csv", "partner_id,certified_now,enablement\nA,2,\n");
    desk.write(
        "later/opportunities.csv",
        "partner_id,amount,status,close_date,registered_on,tag\nA,70,won,2026-01-20,2026-01-05,roadshow\n",
    );
    let actuals = ["business-plan", "actuals", "FY2026", "--book", "later", "--as-of", "2026-01-31", "--as", "svc"];
    let said = plan(&desk, &actuals);
    assert!(said.contains("svc records 2 for objective `O1` of `A` as of 2026-01-31 from the book"), "{said}");
    assert!(said.contains("svc records 1 opportunity of activity `A1` of `A`"), "{said}");
    assert!(said.contains("not known in the book: `O2` of `A`"), "{said}");
    // Again: nothing is new, and nothing is recorded.
    let before = version(&desk);
    plan(&desk, &actuals);
    assert_eq!(version(&desk), before);
    let shown = plan(&desk, &["business-plan", "show", "FY2026", "A"]);
    assert!(shown.contains("book, 2026-01-31") && shown.contains("1 opportunity, 70.00 won"), "{shown}");
}

#[test]
fn texts_that_steer_a_terminal_are_refused_before_they_are_recorded() {
    let desk = desk();
    let before = version(&desk);
    let risk = |words: &str| {
        ["business-plan", "risk", "FY2026", "A", "R1", "--likelihood", "low", "--risk", words, "--as", "mara"]
            .map(str::to_owned)
    };
    let typed = risk("x\u{1b}[2Jhidden");
    let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
    assert!(refused(&desk, 1, &typed).contains("a text has characters that steer a terminal"));
    assert_eq!(version(&desk), before);
    let fine = risk("two lines:\none engineer");
    plan(&desk, &fine.iter().map(String::as_str).collect::<Vec<_>>());
    for shown in [plan(&desk, &["business-plan", "show", "FY2026", "A"]), plan(&desk, &["log", "FY2026"])] {
        assert!(shown.contains("two lines: one engineer"), "{shown:?}");
    }
}

#[test]
fn a_plan_keeps_the_targets_and_locks_that_it_was_opened_with() {
    let desk = Desk::new();
    desk.write("book/targets.csv", "territory,target\nNorth,900000\nSouth,400000\n");
    desk.write("book/locks.csv", "partner_id,quota,reason\nC,100000,agreed\n");
    plan(&desk, &["open", "FY2026", "acme", "--book", "book", "--as", "pia"]);
    let status = plan(&desk, &["status", "FY2026"]);
    let opened =
        status.lines().find(|line| line.starts_with("opened by pia on 20")).unwrap_or_else(|| panic!("{status}"));
    assert!(opened.contains(" · revision ") && opened.contains(" · book "), "{opened}");
    distribute(&desk, "out");
    let figures = |desk: &Desk| {
        let status = plan(desk, &["status", "FY2026"]);
        status.lines().filter(|line| !line.contains("version")).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = figures(&desk);
    // The tables of the book change: a plan that is open does not.
    desk.write("book/targets.csv", "territory,target\nNorth,100000\nSouth,100000\n");
    std::fs::remove_file(desk.path("book/locks.csv")).unwrap();
    distribute(&desk, "later");
    assert_eq!(figures(&desk), before);
    let preview = ["preview", "FY2026", "--line", "A", "--amount", "800000", "--book", "book"];
    let message = refused(&desk, 1, &preview);
    assert!(message.contains("the 900,000 to distribute"), "the target of North is the earlier one: {message}");
    // Another fact of the book is another book.
    desk.write("book/revenue.csv", crate::cli::REVENUE.replace("300000", "300001"));
    assert!(refused(&desk, 3, &preview).contains("was opened with another book"));
}

#[test]
fn every_subcommand_without_a_ledger_or_a_plan_names_what_opens_one() {
    let desk = Desk::new();
    let (book, line) = (["--book", "book"], ["--line", "A"]);
    let calls: Vec<Vec<&str>> = vec![
        [&["plan", "distribute", "P", "--output", "out"][..], &book].concat(),
        vec!["plan", "import", "P", "x.xlsx"],
        [&["plan", "offer", "P"][..], &line].concat(),
        [&["plan", "counter", "P", "--amount", "1", "--code", "market"][..], &line].concat(),
        [&["plan", "accept", "P"][..], &line].concat(),
        [&["plan", "escalate", "P"][..], &line].concat(),
        [&["plan", "resolve", "P"][..], &line].concat(),
        [&["plan", "approve", "P"][..], &line].concat(),
        [&["plan", "return", "P"][..], &line].concat(),
        [&["plan", "lock", "P"][..], &line].concat(),
        [&["plan", "amend", "P", "--amount", "1", "--from", "2026-01-01", "--code", "error"][..], &line].concat(),
        [&["plan", "withdraw", "P"][..], &line].concat(),
        vec!["plan", "overdue", "P"],
        vec!["plan", "target", "P", "--amount", "1"],
        vec!["plan", "close", "P"],
        [&["plan", "preview", "P", "--amount", "1"][..], &line, &book].concat(),
        vec!["plan", "status", "P"],
        vec!["plan", "log", "P"],
        vec!["plan", "business-plan", "show", "P", "A"],
        vec!["plan", "export", "P"],
        vec!["ledger", "verify"],
        vec!["ledger", "anchor"],
        vec!["ledger", "rebuild"],
        vec!["ledger", "revoke", "1"],
        vec!["ledger", "password", "pia"],
        vec!["ledger", "persons"],
        vec!["ledger", "backup", "copy"],
    ];
    // These two need no ledger.
    let named = calls.iter().map(|call| (call[0], call[1])).chain([("plan", "open"), ("ledger", "grant")]);
    let named: std::collections::BTreeSet<(&str, &str)> = named.collect();
    for group in ["plan", "ledger"] {
        let help = desk.run(&[group, "--help"]).assert().success().get_output().stdout.clone();
        let help = String::from_utf8(help).unwrap();
        let (_, commands) = help.split_once("Commands:\n").unwrap();
        let commands = commands.lines().take_while(|line| !line.is_empty());
        let names = commands.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
        for name in names.filter(|name| *name != "help") {
            assert!(named.contains(&(group, name)), "the test does not call `{group} {name}`");
        }
    }
    let said = |call: &[&str]| {
        let output = desk.run(call).write_stdin("a password that is long\n").output().unwrap();
        assert!(!output.status.success(), "{call:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    for call in &calls {
        let message = said(call);
        assert!(message.contains("quotient plan open"), "{call:?}: {message}");
    }
    // A ledger without the plan.
    desk.run(&["ledger", "grant", "pia", "planner", "--as", "root"]).assert().success();
    for call in calls.iter().filter(|call| call[0] == "plan") {
        let message = said(call);
        assert!(message.contains("quotient plan open"), "{call:?}: {message}");
    }
    let status = desk.run(&["plan", "status"]).assert().success().get_output().stdout.clone();
    assert!(String::from_utf8(status).unwrap().contains("quotient plan open"));
}

#[test]
fn a_command_about_several_lines_is_recorded_as_a_whole_or_not_at_all() {
    let desk = desk();
    let before = version(&desk);
    for call in [
        vec!["offer", "FY2026", "--line", "A", "--line", "X", "--line", "Y", "--as", "mara"],
        vec!["offer", "FY2026", "--line", "A", "--line", "B", "--line", "A", "--as", "mara"],
        vec!["accept", "FY2026", "--line", "A", "--line", "B", "--as", "lee"],
        vec!["withdraw", "FY2026", "--line", "A", "--line", "B", "--as", "pia"],
        vec!["lock", "FY2026", "--line", "A", "--line", "B", "--as", "pia"],
    ] {
        let output = desk.run(&[&["plan"], call.as_slice()].concat()).assert().failure().get_output().clone();
        assert!(output.stdout.is_empty(), "{call:?}");
        assert_eq!(version(&desk), before, "{call:?}");
    }
    let message = refused(&desk, 1, &["offer", "FY2026", "--line", "A", "--line", "X", "--line", "Y", "--as", "mara"]);
    assert!(message.contains("`X`") && message.contains("`Y`"), "every line is named: {message}");
}

#[test]
fn a_ledger_is_rebuilt_and_compared_with_an_export() {
    let desk = desk();
    plan(&desk, &["offer", "FY2026", "--all", "--as", "mara"]);
    plan(&desk, &["accept", "FY2026", "--all", "--partner", "lee", "--as", "mara"]);
    plan(&desk, &["approve", "FY2026", "--all", "--as", "dana"]);
    plan(&desk, &["lock", "FY2026", "--all", "--as", "pia"]);
    plan(&desk, &["export", "FY2026", "--output", "quotas.json"]);
    let run = |arguments: &[&str]| {
        let output = desk.run(&[&["ledger", "rebuild"], arguments].concat()).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        (output.status.code().unwrap(), text)
    };
    let (code, text) = run(&["--compare", "quotas.json"]);
    assert_eq!((code, text.contains("1 plan from 15 events, 0 grants; nothing differs")), (0, true), "{text}");
    let export = std::fs::read_to_string(desk.path("quotas.json")).unwrap();
    let mut changed: Value = serde_json::from_str(&export).unwrap();
    changed["lines"][1]["quota"] = "1.00".into();
    desk.write("changed.json", changed.to_string());
    let (code, text) = run(&["--compare", "changed.json"]);
    assert_eq!(code, 6, "{text}");
    assert!(text.contains("FY2026, B: quota is 1.00, and "), "{text}");
    desk.write("other.json", "{}");
    assert_eq!(run(&["--compare", "other.json"]).0, 1);
}
