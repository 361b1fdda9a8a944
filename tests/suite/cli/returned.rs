//! A negotiated workbook on its way back: reviewed as agreed, locked with those of other account managers.

use super::Desk;
use super::proposals::{Edit, quota_of, save_again};
use serde_json::Value;

/// A proposal as workbook `sent.xlsx`, and `returned.xlsx` with the cells of one row changed.
fn returned(desk: &Desk, row: usize, cells: &'static [(&'static str, Cell)]) {
    desk.propose(&["--target", "1300000.07", "--format", "xlsx", "--output", "sent.xlsx"]).assert().success();
    save_again(&desk.path("sent.xlsx"), &desk.path("returned.xlsx"), |sheet, at, heading| {
        let cell = cells.iter().find(|(column, _)| (sheet, at, heading) == ("quotas", row, *column));
        cell.map(|(_, cell)| match cell {
            Cell::Number(number) => Edit::Number(*number),
            Cell::Text(text) => Edit::Text(text),
        })
    });
}

enum Cell {
    Number(f64),
    Text(&'static str),
}

fn reviewed(desk: &Desk, arguments: &[&str]) -> (Value, String) {
    let fixed = ["review", "acme", "--book", "book", "--quotas", "returned.xlsx", "--format", "json"];
    let output = desk.run(&[&fixed[..], arguments].concat()).assert().success().get_output().clone();
    (serde_json::from_slice(&output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn reviewed_quota<'v>(review: &'v Value, partner: &str) -> &'v Value {
    let partners = review["partners"].as_array().unwrap();
    &partners.iter().find(|one| one["partner_id"] == partner).unwrap()["standing"]["quota"]
}

#[test]
fn a_review_takes_the_overrides_of_a_negotiated_workbook_and_the_proposal_elsewhere() {
    let desk = Desk::new();
    returned(&desk, 2, &[("Override quota", Cell::Number(333_000.25)), ("Override reason", Cell::Text("agreed"))]);
    let proposal = desk.json(&["--target", "1300000.07"]);
    let (review, told) = reviewed(&desk, &["--as-of", "2026-06-30"]);
    assert_eq!(reviewed_quota(&review, "B"), "333000.25");
    assert_eq!(reviewed_quota(&review, "A"), quota_of(&proposal, "A"));
    assert!(told.contains("the agreed quotas of 1 line were spread"), "{told}");
}

#[test]
fn the_quarters_of_a_negotiated_workbook_count_and_are_spread_where_the_planner_left_them() {
    let desk = Desk::new();
    let quarters: &[(&str, Cell)] = &[
        ("Override quota", Cell::Number(400_000.0)),
        ("Quota FY2026-Q1", Cell::Number(10_000.0)),
        ("Quota FY2026-Q2", Cell::Number(390_000.0)),
        ("Quota FY2026-Q3", Cell::Number(0.0)),
        ("Quota FY2026-Q4", Cell::Number(0.0)),
    ];
    returned(&desk, 2, quarters);
    let of = |period: &str| reviewed(&desk, &["--as-of", "2026-12-31", "--period", period]).0;
    assert_eq!(reviewed_quota(&of("FY2026-Q1"), "B"), "10000.00");
    assert_eq!(reviewed_quota(&of("FY2026-Q2"), "B"), "390000.00");
    returned(&desk, 2, &[("Override quota", Cell::Number(333_000.25))]);
    let of = |period: &str| reviewed(&desk, &["--as-of", "2026-12-31", "--period", period]).0;
    let sum: rust_decimal::Decimal = ["FY2026-Q1", "FY2026-Q2", "FY2026-Q3", "FY2026-Q4"]
        .map(|period| reviewed_quota(&of(period), "B").as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap())
        .iter()
        .sum();
    assert_eq!(sum.to_string(), "333000.25");
}

#[test]
fn a_quota_typed_over_the_proposed_one_is_refused_with_its_cell() {
    let desk = Desk::new();
    returned(&desk, 2, &[("Quota", Cell::Number(333_000.0))]);
    for told in [desk.refused(3, &["--locks", "returned.xlsx"]), desk.refused(3, &["--previous", "returned.xlsx"])] {
        assert!(told.contains("returned.xlsx!quotas") && told.contains("row 3"), "{told}");
        assert!(told.contains("`Quota` was changed from") && told.contains("into `Override quota`"), "{told}");
    }
}

#[test]
fn workbooks_of_several_account_managers_lock_their_lines_together() {
    let desk = Desk::new();
    desk.write("north.csv", "partner_id,quota,reason\nA,900000,agreed\nB,300000,\n");
    desk.write("south.csv", "partner_id,quota\nB,300000.00\nC,100000.07\n");
    let proposal = desk.json(&["--target", "1300000.07", "--locks", "north.csv", "--locks", "south.csv"]);
    assert_eq!(["A", "B", "C"].map(|id| quota_of(&proposal, id)), ["900000.00", "300000.00", "100000.07"]);
    desk.write("south.csv", "partner_id,territory,quota\nB,,310000\n");
    let told = desk.refused(3, &["--locks", "north.csv", "--locks", "south.csv"]);
    assert!(
        told.contains("locked at different quotas") && told.contains("north.csv") && told.contains("south.csv"),
        "{told}"
    );
    // At this grain a territory in the file is the partner's home, not a part of the line.
    desk.write("south.csv", "partner_id,territory,quota\nB,South,310000\n");
    let told = desk.refused(3, &["--locks", "north.csv", "--locks", "south.csv"]);
    assert!(
        told.contains("locked at different quotas") && told.contains("north.csv") && told.contains("south.csv"),
        "{told}"
    );
    desk.write("south.csv", "partner_id,territory,quota\nB,South,300000\n");
    desk.propose(&["--locks", "north.csv", "--locks", "south.csv"]).assert().success();
}
