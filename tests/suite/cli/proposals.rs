//! Proposals, what is returned of them, and what they are compared with.

use super::{Desk, PARTNERS, REVENUE, exists};
use calamine::{Data, Reader};
use rust_decimal::Decimal;
use serde_json::Value;
use std::process::Stdio;

fn amount(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

pub fn quota_of<'v>(proposal: &'v Value, partner: &str) -> &'v Value {
    let lines = proposal["lines"].as_array().unwrap();
    &lines.iter().find(|line| line["partner_id"] == partner).unwrap()["quota"]
}

/// Copies a workbook cell by cell, as a spreadsheet would save it; `edit` may change a text by sheet, row and heading.
pub fn save_again(from: &std::path::Path, to: &std::path::Path, edit: impl Fn(&str, usize, &str) -> Option<Edit>) {
    let mut read: calamine::Xlsx<_> = calamine::open_workbook(from).unwrap();
    let mut written = rust_xlsxwriter::Workbook::new();
    for (name, range) in read.worksheets() {
        let sheet = written.add_worksheet().set_name(&name).unwrap();
        let headings: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
        for (row, cells) in range.rows().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (y, x) = (row as u32, column as u16);
                match (edit(&name, row, &headings[column]), cell) {
                    (Some(Edit::Number(number)), _) => sheet.write(y, x, number).unwrap(),
                    (Some(Edit::Text(text)), _) => sheet.write(y, x, text).unwrap(),
                    (None, Data::Float(number)) => sheet.write(y, x, *number).unwrap(),
                    (None, Data::Int(number)) => sheet.write(y, x, *number as f64).unwrap(),
                    (None, Data::Empty) => continue,
                    (None, other) => sheet.write(y, x, other.to_string()).unwrap(),
                };
            }
        }
    }
    written.save(to).unwrap();
}

pub enum Edit {
    Number(f64),
    Text(&'static str),
}

#[test]
fn negotiated_quarters_stay_with_their_lock() {
    let desk = Desk::new();
    let target: [&str; 0] = [];
    desk.propose(&[&target[..], &["--format", "xlsx", "--output", "sent.xlsx"]].concat()).assert().success();
    let partner = desk.json(&target)["lines"][0]["partner_id"].as_str().unwrap().to_owned();
    let quarters = ["8000.25", "1000", "0", "1000"];
    let edit = |has_quota: bool| {
        move |sheet: &str, row: usize, heading: &str| {
            let quarter = heading.strip_prefix("Quota FY").and_then(|label| label.split_once("-Q"));
            match (sheet, row, heading, quarter) {
                ("quotas", 1, _, Some((_, number))) => {
                    Some(Edit::Number(quarters[number.parse::<usize>().unwrap() - 1].parse().unwrap()))
                }
                ("quotas", 1, "Override quota", _) if has_quota => Some(Edit::Number(10_000.25)),
                ("quotas", 1, "Override reason", _) if has_quota => Some(Edit::Text("agreed by quarter")),
                _ => None,
            }
        }
    };
    let agreed = |locks: &str| {
        let json = desk.json(&[&target[..], &["--locks", locks]].concat());
        let lines = json["lines"].as_array().unwrap();
        let line = lines.iter().find(|line| line["partner_id"] == *partner).unwrap();
        assert_eq!((&line["quota"], &line["season"]), (&"10000.25".into(), &"agreed".into()));
        let read =
            line["periods"].as_array().unwrap().iter().map(|period| period["quota"].as_str().unwrap().to_owned());
        assert_eq!(read.collect::<Vec<_>>(), ["8000.25", "1000.00", "0.00", "1000.00"]);
    };
    save_again(&desk.path("sent.xlsx"), &desk.path("returned.xlsx"), edit(true));
    agreed("returned.xlsx");
    // A second round, in which they stay.
    let again = ["--locks", "returned.xlsx", "--format", "xlsx", "--output", "second.xlsx"];
    desk.propose(&[&target[..], &again].concat()).assert().success();
    save_again(&desk.path("second.xlsx"), &desk.path("third.xlsx"), |_, _, _| None);
    agreed("third.xlsx");
    // Quarters without the quota that they sum to lock nothing, which is said.
    save_again(&desk.path("sent.xlsx"), &desk.path("quarters.xlsx"), edit(false));
    let told = desk.refused(3, &[&target[..], &["--locks", "quarters.xlsx"]].concat());
    assert!(told.contains("the quotas of the reporting periods sum to `10000.25`"), "{told}");
}

#[test]
fn a_returned_workbook_locks_its_own_lines_and_the_rest_rebalances() {
    let desk = Desk::new();
    let target = ["--target", "1300000.07"];
    desk.propose(&[&target[..], &["--format", "xlsx", "--output", "sent.xlsx"]].concat()).assert().success();
    save_again(&desk.path("sent.xlsx"), &desk.path("returned.xlsx"), |sheet, row, heading| {
        match (sheet, row, heading) {
            ("quotas", 2, "Override quota") => Some(Edit::Number(333_000.25)),
            ("quotas", 2, "Override reason") => Some(Edit::Text("agreed in the meeting")),
            _ => None,
        }
    });
    let arguments = [&target[..], &["--locks", "returned.xlsx", "--previous", "sent.xlsx"]].concat();
    let proposal = desk.json(&arguments);
    assert_eq!(quota_of(&proposal, "B"), "333000.25");
    assert_eq!(proposal["lines"][1]["lock_reason"], "agreed in the meeting");
    assert_eq!(proposal["total"], "1300000.07");
    assert!(proposal["changes"].as_array().unwrap().iter().any(|change| change["partner_id"] == "B"));
    let other_period = desk.refused(3, &["--locks", "returned.xlsx", "--period", "FY2027"]);
    assert!(other_period.contains("agreed for `FY2026`"), "{other_period}");
}

#[test]
fn a_lock_for_another_territory_than_the_lines_is_refused() {
    let desk = Desk::new();
    desk.write("locks.csv", "partner_id,territory,quota\nB,North,300000\n");
    let told = desk.refused(3, &["--locks", "locks.csv"]);
    assert!(told.contains("`B`, North is locked, and the plan has no such line"), "{told}");
}

#[test]
fn a_proposal_without_its_override_column_locks_nothing() {
    let desk = Desk::new();
    for format in ["csv", "json"] {
        let file = format!("sent.{format}");
        desk.propose(&["--format", format, "--output", &file]).assert().success();
        let told = desk.refused(3, &["--locks", &file]);
        assert!(told.contains("no line of it is agreed"), "{told}");
    }
}

#[test]
fn every_format_of_a_previous_proposal_shows_the_same_changes() {
    let desk = Desk::new();
    let changes = ["json", "csv", "xlsx"].map(|format| {
        let file = format!("previous.{format}");
        desk.propose(&["--target", "1300000", "--format", format, "--output", &file]).assert().success();
        let same = desk.json(&["--target", "1300000", "--previous", &file]);
        assert_eq!(same["changes"], Value::Array(Vec::new()), "{format}");
        desk.json(&["--target", "1310000", "--previous", &file])["changes"].clone()
    });
    assert!(!changes[0].as_array().unwrap().is_empty());
    assert!(changes.iter().all(|one| *one == changes[0]));
}

#[test]
fn output_is_the_same_on_any_threads_and_in_any_order_of_rows() {
    let desk = Desk::new();
    for (name, text) in [("partners", PARTNERS), ("revenue", REVENUE)] {
        let (heading, rows) = text.split_once('\n').unwrap();
        let turned: Vec<&str> = rows.lines().rev().collect();
        desk.write(&format!("turned/{name}.csv"), format!("{heading}\n{}\n", turned.join("\n")));
    }
    for format in ["table", "json", "csv", "xlsx", "html"] {
        let of = |book, threads| {
            desk.proposed(&["--book", book, "--target", "1300000.01", "--format", format, "--threads", threads])
        };
        assert!(of("book", "1") == of("turned", "8"), "{format} differs");
    }
}

#[test]
fn the_same_facts_in_other_clothes_make_the_same_proposal() {
    let desk = Desk::new();
    for (name, text) in [("partners", PARTNERS), ("revenue", REVENUE)] {
        let utf_16: Vec<u8> = format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        desk.write(&format!("utf_16/{name}.csv"), utf_16);
        desk.write(
            &format!("semicolons/{name}.csv"),
            format!("\u{FEFF}{}", text.replace(',', ";").replace('\n', "\r\n")),
        );
    }
    let plain = desk.proposed(&["--format", "json"]);
    assert!(plain == desk.proposed(&["--book", "utf_16", "--format", "json"]));
    assert!(plain == desk.proposed(&["--book", "semicolons", "--format", "json"]));
}

#[test]
fn json_csv_and_table_agree_to_the_cent() {
    let desk = Desk::new();
    let target = ["--target", "1234567.89"];
    let proposal = desk.json(&target);
    let sum = |key: &str, of: &Value| -> Decimal { of.as_array().unwrap().iter().map(|part| amount(&part[key])).sum() };
    for line in proposal["lines"].as_array().unwrap() {
        assert_eq!(sum("amount", &line["steps"]), amount(&line["quota"]));
        assert_eq!(sum("quota", &line["periods"]), amount(&line["quota"]));
    }
    assert_eq!(sum("quota", &proposal["lines"]), "1234567.89".parse().unwrap());
    let table = String::from_utf8(desk.proposed(&target)).unwrap();
    assert!(table.contains("street quota     1,234,567.89"), "{table}");
    let csv = desk.proposed(&[&target[..], &["--format", "csv"]].concat());
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    let column = reader.headers().unwrap().iter().position(|heading| heading == "quota").unwrap();
    let quotas: Decimal = reader.records().map(|row| row.unwrap()[column].parse::<Decimal>().unwrap()).sum();
    assert_eq!(quotas, "1234567.89".parse().unwrap());
}

#[test]
fn a_remedy_named_for_an_infeasible_target_works_and_a_cent_less_does_not() {
    let desk = Desk::new();
    desk.change_manifest(|text| format!("{text}\n[over_assignment]\nchannel = 0.05\n\n[reserve]\namount = 50000\n"));
    // Floors of 80 % of 900,000.50, 300,000 and 85,000: 720,000.40 + 240,000 + 68,000 = 1,028,000.40.
    // (500,000 − 50,000) × 1.05 = 472,500 is distributed: short by 555,500.40, which is 529,048.00 before over-assignment.
    let told = desk.refused(1, &["--target", "500000"]);
    assert!(told.contains("short by 555,500.40") && told.contains("raise the target by 529,048,"), "{told}");
    desk.propose(&["--target", "1029048.00"]).assert().success();
    desk.propose(&["--target", "1029047.99"]).assert().code(1);
}

#[test]
fn what_would_have_moved_a_quota_moves_it_when_it_is_so() {
    let desk = Desk::new();
    desk.change_manifest(|text| {
        let weights =
            text.replace("history = 0.80", "history = 0.60").replace("pipeline_coverage = 0.20", "promise = 0.40");
        format!("{weights}\n[attributes]\npromised = \"number\"\n")
    });
    desk.write(
        "rules/acme/promise.rhai",
        "fn assess(partner) {\n    indicate(partner.attributes.promised ?? 0.0).because(\"promised\")\n}\n",
    );
    let with = |promised: &str| {
        desk.write(
            "book/partners.csv",
            format!("partner_id,partner_name,promised\nA,Alpha,1000000\nB,Beta,{promised}\nC,Gamma,90000\n"),
        );
    };
    with("310000");
    let target = ["--book", "book", "--target", "1350000"];
    let explained = desk.run(&[&["explain", "acme", "B", "--format", "json"], &target[..]].concat());
    let explained: Value = serde_json::from_slice(&{ explained }.assert().success().get_output().stdout).unwrap();
    let all = explained["lines"][0]["sensitivities"].as_array().unwrap();
    let told: Vec<(&str, &Value)> = all
        .iter()
        .filter(|one| one["factor"] == "promise")
        .filter_map(|one| Some((one["indicated_needed"].as_str()?, &one["quota_then"])))
        .collect();
    assert!(told.len() >= 2, "{all:#?}");
    for (needed, then) in told {
        with(needed);
        assert_eq!(quota_of(&desk.json(&target), "B"), then);
    }
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let desk = Desk::new();
    for format in ["table", "json", "csv", "xlsx", "html"] {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("quotient"))
            .current_dir(desk.path(""))
            .args(["propose", "acme", "--book", "book", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let shown = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), shown.contains("error")), (Some(0), false), "{format}: {shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_named_as_output_stays_a_link() {
    let desk = Desk::new();
    std::os::unix::fs::symlink(desk.path("real.csv"), desk.path("link.csv")).unwrap();
    desk.write("real.csv", "old");
    desk.propose(&["--format", "csv", "--output", "link.csv"]).assert().success();
    assert!(desk.path("link.csv").symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read_to_string(desk.path("real.csv")).unwrap().starts_with("partner_id,"));
}

#[test]
fn nothing_is_left_when_the_output_cannot_be_written() {
    let desk = Desk::new();
    desk.write("taken/file", "");
    let told = desk.refused(5, &["--output", "taken"]);
    assert!(told.contains("taken` cannot be written"), "{told}");
    desk.refused(5, &["--output", "nowhere/plan.json"]);
    let left = std::fs::read_dir(desk.path(""))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("partial"));
    assert_eq!(left.count(), 0);
    assert!(!exists(&desk.path("nowhere")));
}
