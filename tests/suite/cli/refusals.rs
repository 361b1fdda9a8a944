//! What is refused, with which exit code, and what the user reads.

use super::{Desk, REVENUE};

#[test]
fn exit_codes_are_those_of_the_help() {
    let desk = Desk::new();
    let code = |arguments: &[&str]| desk.run(arguments).output().unwrap().status.code();
    assert_eq!(code(&["propose", "acme", "--book", "book", "--target", "1"]), Some(1));
    assert_eq!(code(&["propose", "acme", "--book", "book", "--target", "-1"]), Some(2));
    assert_eq!(code(&["propose", "acme", "--book", "book", "--period", "FY26"]), Some(2));
    assert_eq!(code(&["explain", "acme", "Z", "--book", "book"]), Some(3));
    assert_eq!(code(&["propose", "acne", "--book", "book"]), Some(4));
    assert_eq!(code(&["propose", "acme", "--book", "nowhere"]), Some(5));
    assert_eq!(code(&["explain-code", "book::lok"]), Some(2));
}

#[test]
fn the_name_of_a_partner_leads_to_its_id() {
    let desk = Desk::new();
    let said = |partner: &str| {
        let output = desk.run(&["explain", "acme", partner, "--book", "book"]).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said("gamma").contains("did you mean `C`?"), "{}", said("gamma"));
    assert!(said("Zebra Trading").contains("`propose --format csv` lists the ids of all partners"));
}

#[test]
fn amounts_finer_than_the_currency_are_refused() {
    let desk = Desk::new();
    desk.write("locks.csv", "partner_id,quota\nB,300000.005\n");
    desk.write("targets.csv", "territory,target\nNorth,900000.005\n");
    let target = desk.refused(3, &["--target", "1300000.005"]);
    assert!(target.contains("target 1300000.005 is finer than an amount in USD can be"), "{target}");
    let lock = desk.refused(3, &["--locks", "locks.csv"]);
    assert!(lock.contains("the lock of `B` 300000.005 is finer"), "{lock}");
    let targets = desk.refused(3, &["--targets", "targets.csv"]);
    assert!(targets.contains("row 2"), "{targets}");
}

#[test]
fn a_misspelt_heading_does_not_make_a_territorys_target_the_channels() {
    let desk = Desk::new();
    desk.write("targets.csv", "terr,target\nNorth,900000\n");
    let told = desk.refused(3, &["--targets", "targets.csv"]);
    assert!(told.contains("`terr` is not read"), "{told}");
}

#[test]
fn a_target_by_product_line_says_what_the_vendor_plans() {
    let desk = Desk::new();
    desk.write(
        "book/revenue.csv",
        REVENUE.replace(",amount", ",amount,product_line").replace("\nB,2025-06,300000", "\nB,2025-06,300000,Servers"),
    );
    let rows: Vec<String> = std::fs::read_to_string(desk.path("book/revenue.csv"))
        .unwrap()
        .lines()
        .map(|line| if line.matches(',').count() == 2 { format!("{line},") } else { line.to_owned() })
        .collect();
    desk.write("book/revenue.csv", rows.join("\n"));
    desk.write("targets.csv", "product_line,target\nServers,900000\n");
    let told = desk.refused(3, &["--targets", "targets.csv"]);
    assert!(told.contains("the vendor plans one quota per partner"), "{told}");
}

#[test]
fn torn_json_says_where_it_ends() {
    let desk = Desk::new();
    desk.write("targets.json", "[{\"territory\":\"North\",\"tar");
    let told = desk.refused(3, &["--targets", "targets.json"]);
    assert!(told.contains("not valid JSON: EOF while parsing a string at line 1 column 26"), "{told}");
}

#[test]
fn revenue_that_does_not_reach_as_far_as_the_plan_looks_is_said() {
    let desk = Desk::new();
    let told = |as_of: &str| {
        let output = desk.propose(&["--as-of", as_of]).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(told("2020-01-31").contains("begins in 2024-01"), "{}", told("2020-01-31"));
    assert!(told("2024-06-30").contains("covers 6 of the 12 months"), "{}", told("2024-06-30"));
    assert!(
        told("2026-03-31").contains("the 3 months since then count as months without revenue"),
        "{}",
        told("2026-03-31")
    );
    assert!(!told("2025-12-31").contains("plan::history"), "{}", told("2025-12-31"));
}

#[test]
fn locks_above_the_target_count_the_floors_of_the_others() {
    let desk = Desk::new();
    desk.write("locks.csv", "partner_id,quota\nA,1400000\n");
    // Floors of B and C: 80 % of 300,000 and of 85,000, 308,000 together.
    let told = desk.refused(1, &["--locks", "locks.csv", "--target", "1300000"]);
    assert!(told.contains("sum to 1,400,000, and with the floors of the other lines to 1,708,000"), "{told}");
    assert!(told.contains("short by 408,000"), "{told}");
}

#[test]
fn hostile_rules_are_stopped_and_named() {
    let desk = Desk::new();
    let bodies = [
        "loop { }",
        "let a = [1]; loop { a += a; }",
        "let s = \"x\"; loop { s += s; }",
        "assess(partner)",
        "1 / 0",
        "eval(\"1\")",
    ];
    for body in bodies {
        desk.write("rules/acme/history.rhai", format!("fn assess(partner) {{\n    {body};\n    indicate(1)\n}}\n"));
        let told = desk.refused(4, &[]);
        assert!(told.contains("rules/acme/history.rhai:"), "{body}: {told}");
    }
}

#[test]
fn a_rule_that_fails_is_named_by_the_path_people_know() {
    let desk = Desk::new();
    let _ = std::fs::remove_dir_all(desk.path("rules/acme/cases"));
    desk.write("rules/acme/history.rhai", "fn assess(partner) {\n    indicate(99999999999999999999.0)\n}\n");
    let told = desk.refused(4, &[]);
    assert!(told.contains("rules/acme/history.rhai:") && told.contains("in a dry run with"), "{told}");
}

#[test]
fn real_tables_are_not_overwritten_by_synthetic_ones() {
    let desk = Desk::new();
    desk.run(&["generate", "--output", "book"]).assert().code(5);
    assert_eq!(std::fs::read_to_string(desk.path("book/revenue.csv")).unwrap(), REVENUE);
    desk.run(&["generate", "--output", "synthetic"]).assert().success();
    desk.run(&["generate", "--output", "synthetic", "--seed", "2"]).assert().success();
}

#[test]
fn an_empty_directory_says_how_to_start() {
    let desk = Desk::new();
    let output = desk.run(&["check", "--rules", "none"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(told.contains("`none` contains no vendor") && told.contains("quotient init"), "{told}");
}

#[test]
fn attributes_of_another_kind_than_declared_are_refused_in_one_pass_with_row_and_column() {
    let desk = Desk::new();
    desk.change_manifest(|text| {
        format!("{text}\n[attributes]\nr = \"rate\"\nm = \"money\"\nc = \"count\"\nt = \"text\"\nd = \"date\"\n")
    });
    desk.write(
        "book/partners.csv",
        "partner_id,r,m,c,t,d\nA,5%,12,3.0,x,\nB,x,\"1,234\",3.5,#N/A,31/12/2025\nC,,,,,\n",
    );
    let told = desk.refused(3, &[]);
    for wrong in
        ["row 3, column `r`", "row 3, column `m`", "row 3, column `c`", "row 3, column `t`", "row 3, column `d`"]
    {
        assert!(told.contains(wrong), "{wrong} in\n{told}");
    }
    assert!(!told.contains("row 2"), "{told}");
}

#[test]
fn a_vendor_without_cases_is_ready_with_a_warning() {
    let desk = Desk::new();
    for cases in ["rules/acme/cases", "policies/acme/cases"] {
        let _ = std::fs::remove_dir_all(desk.path(cases));
    }
    let output = desk.run(&["check", "acme"]).output().unwrap();
    let shown = [output.stderr, output.stdout].concat();
    let shown = String::from_utf8_lossy(&shown);
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("warning[case::missing]: the vendor has no cases"), "{shown}");
    assert!(shown.contains("0 cases passed, 1 warning"), "{shown}");
}

#[test]
fn a_second_file_of_revenue_that_is_not_read_is_named() {
    let desk = Desk::new();
    let said = || {
        let output = desk.run(&["propose", "acme", "--book", "book"]).assert().success().get_output().clone();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(!said().contains("is not read as revenue"));
    desk.write("book/revenue_2026.csv", "partner_id,month,amount\nA,2026-01,5\n");
    assert!(said().contains("`revenue_2026` is not read as revenue, whose columns it has"), "{}", said());
}
