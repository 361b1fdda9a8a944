//! Targets, locks and previous proposals, from CSV, JSON and the workbook that a proposal writes.

use quotient::channel::PartnerBook;
use quotient::finding::{Findings, render};
use quotient::intake::{Mapping, PreviousRow, ReadOptions, read_book_files, read_locks, read_previous, read_targets};
use rust_xlsxwriter::Workbook;
use std::path::PathBuf;

pub fn book() -> PartnerBook {
    let partners = "partner_id,territory\nA-1,North\nA-2,South\n-7,South\n";
    let revenue = "partner_id,month,product_line,amount\nA-1,2025-12,Platform,5\nA-2,2025-12,Services,5\n";
    let files = [("partners.csv", partners), ("revenue.csv", revenue)];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).to_vec();
    read_book_files(files, None, &ReadOptions::default()).into_result().unwrap().0
}

/// A file that vanishes with its folder.
pub struct File {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
}

pub fn file(name: &str, bytes: impl AsRef<[u8]>) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    File { _folder: folder, path }
}

pub fn told<T>(result: Result<(T, Findings), Findings>) -> String {
    let findings = result.map(|_| ()).unwrap_err();
    render::human(findings.iter(), false)
}

/// The workbook of a proposal: the sheets `quotas` and `_meta`, overrides as a planner fills them in.
fn returned() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let quotas = workbook.add_worksheet().set_name("quotas").unwrap();
    quotas
        .write_row(
            0,
            0,
            ["partner_id", "partner_name", "product_line", "territory", "quota", "override_quota", "override_reason"],
        )
        .unwrap();
    quotas.write_row(1, 0, ["A-1", "Alder", "Platform", ""]).unwrap();
    quotas.write(1, 4, 120_000.5).unwrap();
    quotas.write(1, 5, 130_000).unwrap();
    quotas.write(1, 6, "'=agreed on site").unwrap();
    quotas.write_row(2, 0, ["A-2", "Birch", "Services", ""]).unwrap();
    quotas.write(2, 4, 80_000).unwrap();
    quotas.write_row(3, 0, ["'-7", "Cedar", "Services", ""]).unwrap();
    quotas.write(3, 4, 1).unwrap();
    quotas.write(3, 5, 0).unwrap();
    let meta = workbook.add_worksheet().set_name("_meta").unwrap();
    for (row, (key, value)) in
        [("vendor", "meridian"), ("revision", "abc"), ("input_hash", "def"), ("period", "FY2026")].iter().enumerate()
    {
        meta.write_row(row as u32, 0, [*key, *value]).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_returned_workbook_locks_the_lines_with_an_override() {
    let file = file("returned.xlsx", returned());
    let (found, warnings) = read_locks(&file.path, &book()).into_result().unwrap();
    let locks: Vec<String> = found
        .locks
        .iter()
        .map(|lock| format!("{} {:?} {} {}", lock.partner_id, lock.segment.product_line, lock.quota, lock.reason))
        .collect();
    assert_eq!(locks, ["-7 Some(\"Services\") 0 ", "A-1 Some(\"Platform\") 130000 =agreed on site"]);
    assert_eq!(found.meta.revision.as_deref(), Some("abc"));
    assert_eq!(found.meta.input_hash.as_deref(), Some("def"));
    assert_eq!(found.meta.period.as_deref(), Some("FY2026"));
    assert_eq!(found.meta.vendor.as_deref(), Some("meridian"));
    assert!(warnings.is_empty());
}

#[test]
fn a_previous_proposal_is_the_same_from_workbook_json_and_csv() {
    let json = r#"{"schema": "x", "vendor": "meridian", "revision": "abc", "period": {"label": "FY2026"}, "groups": [{"name": "channel"}],
        "lines": [
          {"partner_id": "A-2", "product_line": "Services", "territory": null, "quota": "80000", "periods": ["1", "2"], "steps": [{"kind": "x"}]},
          {"partner_id": "A-1", "product_line": "Platform", "quota": "120000.5", "locked": false},
          {"partner_id": "-7", "product_line": "Services", "quota": "1"}]}"#;
    let csv = "partner_id,partner_name,product_line,territory,quota,assessment\n'-7,,Services,,1,\nA-1,Alder,Platform,,120000.5,7\nA-2,,Services,,80000,8\n";
    let read = |name: &str, bytes: &[u8]| read_previous(&file(name, bytes).path, &book()).into_result().unwrap().0.0;
    let lines = read("previous.xlsx", &returned());
    let text: Vec<String> = lines.iter().map(|line| format!("{} {}", line.partner_id, line.quota)).collect();
    assert_eq!(text, ["-7 1", "A-1 120000.5", "A-2 80000"]);
    // A workbook also has the planner's overrides.
    let agreed: Vec<_> = lines.iter().map(|line| line.agreed.map(|quota| quota.to_string())).collect();
    assert_eq!(agreed, [Some("0".to_owned()), Some("130000".to_owned()), None]);
    let proposed: Vec<_> = lines.into_iter().map(|line| PreviousRow { agreed: None, ..line }).collect();
    assert_eq!(read("previous.json", json.as_bytes()), proposed);
    assert_eq!(read("previous.csv", csv.as_bytes()), proposed);
}

#[test]
fn locks_are_read_from_csv_and_json() {
    let csv = file("locks.csv", "partner_id,product_line,quota,reason\nA-1,Platform,10.50,agreed\n");
    let json = file(
        "agreed.json",
        r#"{"locks": [{"partner_id": "A-1", "product_line": "Platform", "quota": 10.50, "reason": "agreed"}]}"#,
    );
    let (from_csv, _) = read_locks(&csv.path, &book()).into_result().unwrap();
    assert_eq!(from_csv.locks, read_locks(&json.path, &book()).into_result().unwrap().0.locks);
    assert_eq!(from_csv.locks[0].quota.to_string(), "10.50");
}

#[test]
fn locks_may_name_the_short_form_of_a_salesforce_id() {
    let mapping = Mapping::parse("map.toml", "ids = \"salesforce\"\n[partners]\n[revenue]\n").unwrap();
    let text = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let files = vec![
        text("partners.csv", "partner_id\n0015g00000AbCdE\n"),
        text("revenue.csv", "partner_id,month,amount\n0015g00000AbCdE,2025-12,100\n"),
    ];
    let (book, _) = read_book_files(files, Some(&mapping), &ReadOptions::default()).into_result().unwrap();
    assert_eq!(book.partners[0].id.len(), 18);
    let short = file("locks.csv", "partner_id,quota\n0015g00000AbCdE,10\n");
    let (locks, _) = read_locks(&short.path, &book).into_result().unwrap();
    assert_eq!(locks.locks[0].partner_id, book.partners[0].id);
    let other = file("locks.csv", "partner_id,quota\n0015g00000AbCdF,10\n");
    assert!(read_locks(&other.path, &book).into_result().is_err());
}

#[test]
fn locks_in_another_locale_are_read_by_the_signs_of_their_amounts_and_that_is_said() {
    let book = book();
    let read = |text: &str| {
        let (read, findings) = read_locks(&file("locks.csv", text).path, &book).into_parts();
        let quotas: Option<Vec<String>> = read
            .filter(|_| !findings.has_errors())
            .map(|read| read.locks.iter().map(|lock| lock.quota.amount().normalize().to_string()).collect());
        (quotas, render::human(findings.iter(), false))
    };
    let (quotas, said) = read("partner_id;product_line;quota\nA-1;Platform;1.234,50\nA-2;Services;1.000\n");
    assert_eq!(quotas.unwrap(), ["1234.5", "1000"]);
    assert!(said.contains("amounts such as `1.234,50` are read with the decimal sign `,`"), "{said}");
    let (quotas, said) = read("partner_id;product_line;quota\nA-1;Platform;1.500\nA-2;Services;2.750\n");
    assert_eq!(quotas, None);
    assert!(said.contains("`1.500` can be a thousand or a fraction"), "{said}");
    let (quotas, said) = read("partner_id;product_line;quota\nA-1;Platform;12,5\nA-2;Services;7,25\n");
    assert_eq!(quotas.unwrap(), ["12.5", "7.25"]);
    assert!(said.contains("decimal sign `,`"), "{said}");
    let (quotas, said) = read("partner_id,product_line,quota\nA-1,Platform,\"1,234\"\nA-2,Services,\"12,345,678\"\n");
    assert_eq!(quotas.unwrap(), ["1234", "12345678"]);
    assert!(said.contains("decimal sign `.`"), "{said}");
    // Nothing decides, one comma may be mistyped, and plain numbers need no word.
    let (quotas, said) = read("partner_id;product_line;quota\nA-1;Platform;1,234\n");
    assert!(quotas.is_none() && said.contains("write one of the amounts with its decimals"), "{said}");
    assert!(read("partner_id;product_line;quota\nA-1;Platform;10,0\nA-2;Services;50\n").0.is_none());
    let (quotas, said) = read("partner_id;product_line;quota\nA-1;Platform;1234.50\n");
    assert_eq!((quotas.unwrap(), said.as_str()), (vec!["1234.5".to_owned()], ""));
}

#[test]
fn wrong_locks_are_findings() {
    let csv = "partner_id,product_line,territory,quota\na-1,Platform,,5\nA-1,Platfrm,,5\nA-2,,West,5\nA-1,,,-5\nA-1,Platform,,x\nA-2,,,5\nA-2,,,6\n";
    insta::assert_snapshot!("locks", told(read_locks(&file("locks.csv", csv).path, &book()).into_result()));
}

#[test]
fn targets_are_read_by_level() {
    let csv = file("plan 2026.csv", "territory;product_line;target\nNorth;;100\n;Services;50.25\n;;200\n");
    let (rows, _) = read_targets(&csv.path, &book()).into_result().unwrap();
    let text: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {} {} {}",
                row.row,
                row.segment.territory.as_deref().unwrap_or("*"),
                row.segment.product_line.as_deref().unwrap_or("*"),
                row.amount
            )
        })
        .collect();
    assert_eq!(text, ["2 North * 100", "3 * Services 50.25", "4 * * 200"]);
    let json = file("targets.json", r#"[{"territory": "North", "target": "100"}]"#);
    assert_eq!(read_targets(&json.path, &book()).into_result().unwrap().0.len(), 1);
}

#[test]
fn targets_are_a_table_of_the_book() {
    let read = |targets: &str| {
        let text = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let files = vec![
            text("partners.csv", "partner_id,territory\nA-1,North\nA-2,South\n"),
            text("revenue.csv", "partner_id,month,amount\nA-1,2025-12,100\nA-2,2025-12,300\n"),
            text("targets.csv", targets),
        ];
        read_book_files(files, None, &ReadOptions::default()).into_result()
    };
    let (book, warnings) = read("territory,target\nSouth,500\n,900\n").unwrap();
    assert!(warnings.is_empty(), "{warnings}");
    let targets: Vec<_> =
        book.targets.iter().map(|row| (row.segment.territory.as_deref(), row.amount.to_string(), row.row)).collect();
    assert_eq!(targets, [(Some("South"), "500".to_owned(), 2), (None, "900".to_owned(), 3)]);
    let (other, _) = read("territory,target\n,900\nSouth,500\n").unwrap();
    assert_eq!(book.input_hash, other.input_hash, "the order of rows makes no difference");
    let (less, _) = read("territory,target\n,900\nSouth,499\n").unwrap();
    assert_ne!(book.input_hash, less.input_hash, "another target is another book");
    insta::assert_snapshot!("targets_of_book", told(read("territory,target\nSuoth,500\n,900\n,901\n")));
}

#[test]
fn wrong_targets_are_findings() {
    let csv = "territory,product_line,target,currency\nNroth,,100,USD\n,Cloud,50,EUR\n,,,USD\n,,5,USD\n,,6,USD\n";
    insta::assert_snapshot!("targets", told(read_targets(&file("targets.csv", csv).path, &book()).into_result()));
    insta::assert_snapshot!(
        "targets_empty",
        told(read_targets(&file("targets.csv", "territory,target\n").path, &book()).into_result())
    );
    insta::assert_snapshot!(
        "targets_missing_column",
        told(read_targets(&file("targets.csv", "territory,traget\nNorth,5\n").path, &book()).into_result())
    );
}
