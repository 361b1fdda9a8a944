//! A proposal's workbook that came back: overrides, reporting periods, and what was typed into the wrong column.

use super::beside::{File, book, file, told};
use quotient::intake::{PreviousRow, merge_locks, read_locks, read_previous};
use rust_xlsxwriter::Workbook;

/// Headings of the sheet, as a proposal writes them for people.
const HEADINGS: [&str; 10] = [
    "Partner ID",
    "Product line",
    "Quota",
    "Override quota",
    "Override reason",
    "Prior revenue",
    "Growth",
    "Reasons",
    "Quota FY2026-Q1",
    "Quota FY2026-Q2",
];

/// Computed cells of the line that the tests change: 100 for the year, 40 and 60 by period, 80 before.
const AS_PROPOSED: &str = r#"{"Partner ID": "A-1", "Product line": "Platform", "Prior revenue": "80.00",
    "Quota FY2026-Q1": "40.00", "Quota FY2026-Q2": "60.00"}"#;

/// The workbook with one line, in which `cells` replace those of the proposal.
fn workbook(cells: &[(&str, &str)]) -> File {
    let proposed = ["A-1", "Platform", "100", "", "", "80", "0.25", "history: steady", "40", "60"];
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("quotas").unwrap();
    for (column, heading) in (0..).zip(HEADINGS.iter().chain(&["Quota exact", "As proposed"])) {
        sheet.write(0, column, *heading).unwrap();
    }
    for (column, (heading, proposed)) in (0..).zip(HEADINGS.iter().zip(proposed)) {
        let text = cells.iter().find(|(changed, _)| changed == heading).map_or(proposed, |(_, text)| text);
        match text.parse::<f64>() {
            Ok(number) => sheet.write(1, column, number).unwrap(),
            Err(_) if text.is_empty() => continue,
            Err(_) => sheet.write(1, column, text).unwrap(),
        };
    }
    sheet.write(1, 10, "100.00").unwrap();
    sheet.write(1, 11, AS_PROPOSED).unwrap();
    file("returned.xlsx", workbook.save_to_buffer().unwrap())
}

fn line(cells: &[(&str, &str)]) -> PreviousRow {
    let (mut lines, _) = read_previous(&workbook(cells).path, &book()).into_result().unwrap().0;
    lines.remove(0)
}

fn periods(line: &PreviousRow) -> Vec<String> {
    line.periods.iter().map(|(label, quota)| format!("{label} {quota}")).collect()
}

/// What is said about the workbook, as an error or a warning.
fn said(cells: &[(&str, &str)]) -> String {
    match read_previous(&workbook(cells).path, &book()).into_result() {
        Ok((_, warnings)) => quotient::finding::render::human(warnings.iter(), false),
        Err(errors) => quotient::finding::render::human(errors.iter(), false),
    }
}

#[test]
fn an_untouched_workbook_gives_the_proposal_with_its_reporting_periods() {
    let line = line(&[]);
    assert_eq!((line.quota.to_string().as_str(), line.agreed), ("100.00", None));
    assert_eq!(periods(&line), ["FY2026-Q1 40.00", "FY2026-Q2 60.00"]);
    assert_eq!(said(&[]), "");
}

#[test]
fn an_override_is_read_beside_the_proposed_quota() {
    let line = line(&[("Override quota", "130.5"), ("Override reason", "agreed in the meeting")]);
    assert_eq!(line.agreed.map(|agreed| agreed.to_string()).as_deref(), Some("130.5"));
    assert_eq!(line.quota.to_string(), "100.00");
}

#[test]
fn reporting_periods_may_be_moved_and_must_sum_to_the_quota_or_its_override() {
    assert_eq!(
        periods(&line(&[("Quota FY2026-Q1", "10"), ("Quota FY2026-Q2", "90")])),
        ["FY2026-Q1 10", "FY2026-Q2 90"]
    );
    let agreed = [("Override quota", "130"), ("Quota FY2026-Q2", "90")];
    assert_eq!(periods(&line(&agreed)), ["FY2026-Q1 40.00", "FY2026-Q2 90"]);
    let short = said(&[("Quota FY2026-Q2", "59.99")]);
    assert!(short.contains("sum to `99.99`, and the quota of the line is `100`"), "{short}");
    assert!(short.contains("row 2") && short.contains("Quota FY2026-Q1"), "{short}");
}

#[test]
fn a_growth_computed_from_the_override_is_not_an_edit() {
    // 120 / 80 − 1 = 0.5; a program that does not compute formulas leaves 0.25, or nothing.
    for growth in ["0.5", "0.25", ""] {
        assert_eq!(said(&[("Override quota", "120"), ("Override reason", "agreed"), ("Growth", growth)]), "");
    }
}

#[test]
fn what_was_typed_into_the_wrong_column_is_an_error_with_row_and_column() {
    let cases: [(&[(&str, &str)], &str); 9] = [
        (
            &[("Override reason", "130000")],
            "`Override reason` contains the number `130000`, and `Override quota` is empty",
        ),
        (&[("Override reason", "130,000.00")], "`Override reason` contains the number `130,000.00`"),
        (
            &[("Override quota", "agreed with Ada")],
            "`Override quota` contains the text `agreed with Ada` instead of a quota",
        ),
        (&[("Quota", "130")], "`Quota` was changed from `100.00` to `130`"),
        (&[("Growth", "0.3")], "`Growth` was changed to `0.3`"),
        (&[("Reasons", "130")], "`Reasons` was changed to `130`"),
        (&[("Product line", "Services")], "`Product line` was changed from `Platform` to `Services`"),
        (&[("Partner ID", "A-2")], "`Partner ID` was changed from `A-1` to `A-2`"),
        (&[("Override quota", "-5")], "negative"),
    ];
    for (cells, expected) in cases {
        let text = said(cells);
        assert!(text.starts_with("error") && text.contains(expected) && text.contains("row 2"), "{expected}: {text}");
        let locks = told(read_locks(&workbook(cells).path, &book()).into_result());
        assert!(locks.contains(expected), "{expected}: {locks}");
    }
}

#[test]
fn a_percentage_in_the_column_of_quotas_is_an_error() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("quotas").unwrap();
    sheet.write_row(0, 0, ["Partner ID", "Product line", "Quota", "Override quota"]).unwrap();
    sheet.write_row(1, 0, ["A-1", "Platform"]).unwrap();
    sheet.write(1, 2, 100).unwrap();
    sheet.write_with_format(1, 3, 0.05, &rust_xlsxwriter::Format::new().set_num_format("0%")).unwrap();
    let file = file("returned.xlsx", workbook.save_to_buffer().unwrap());
    let text = told(read_locks(&file.path, &book()).into_result());
    assert!(text.contains("`Override quota` contains a percentage instead of a quota"), "{text}");
}

#[test]
fn changes_that_do_not_touch_the_quota_are_warnings() {
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[("Prior revenue", "81"), ("Growth", "")], "`Prior revenue` was changed from `80.00` to `81`"),
        (&[("Override reason", "as discussed")], "`Override reason` is filled in, and `Override quota` is empty"),
        (
            &[("Override quota", "0.5"), ("Override reason", "x")],
            "`Override quota` is `0.5`, and the proposed quota is `100`",
        ),
        (&[("Override quota", "10000"), ("Override reason", "x")], "the proposed quota is `100`"),
    ];
    for (cells, expected) in cases {
        let text = said(cells);
        assert!(text.starts_with("warning") && text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn locks_of_several_files_merge_and_different_quotas_are_reported_with_both_places() {
    let (north, south) = ("partner_id,product_line,quota,reason\nA-1,Platform,10.00,\n", "A-2,Services,20,\n");
    let heading = "partner_id,product_line,quota,reason\n";
    let read = |name: &str, text: String| read_locks(&file(name, text).path, &book()).into_result().unwrap().0;
    let first = || read("north.csv", format!("{north}{south}"));
    let merged = merge_locks([first(), read("south.csv", format!("{heading}A-1,Platform,10,agreed\n"))]);
    let ((locks, places), _) = merged.into_result().unwrap();
    let text: Vec<String> =
        locks.iter().map(|lock| format!("{} {} {}", lock.partner_id, lock.quota, lock.reason)).collect();
    assert_eq!(text, ["A-1 10.00 agreed", "A-2 20 "]);
    assert_eq!(places.len(), 2);
    let conflict = merge_locks([first(), read("south.csv", format!("{heading}A-1,Platform,11,\n"))]);
    insta::assert_snapshot!("locks_in_conflict", told(conflict.into_result()));
}
