//! Pages and workbooks of account managers, and output on a narrow terminal.

use super::Desk;
use super::proposals::{Edit, quota_of, save_again};
use calamine::Reader;
use rust_decimal::Decimal;

const PARTNERS: &str = "partner_id,partner_name,territory,account_manager\nA,Alpha,North,Ada Lee\nB,Beta,South,../x\n\
    C,Gamma,South,ada lee\nD,Delta,North,Ada Lee\nE,Epsilon,North,\n";
const REVENUE: &str = "partner_id,month,amount\nA,2024-01,1000\nA,2025-12,900000\nA,2026-01,600\nB,2025-12,300000\nB,2026-01,100\nC,2025-12,90000\n\
    D,2025-12,50000\nD,2026-01,30\nE,2025-12,10000\n";
const QUOTAS: &str = "partner_id,period,quota\nA,FY2026,1000\nB,FY2026,500\nC,FY2026,100\nD,FY2026,2000\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("book/partners.csv", PARTNERS);
    desk.write("book/revenue.csv", REVENUE);
    desk.write("book/quotas.csv", QUOTAS);
    desk
}

fn review(desk: &Desk, arguments: &[&str]) -> String {
    let fixed = ["review", "acme", "--book", "book", "--as-of", "2026-01-31"];
    let output = desk.run(&[&fixed[..], arguments].concat()).assert().success().get_output().stdout.clone();
    String::from_utf8(output).unwrap()
}

fn files(desk: &Desk, directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(desk.path(directory)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn an_account_managers_partners_come_by_money_at_stake() {
    let desk = desk();
    let csv = review(&desk, &["--account-manager", "Ada Lee", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let at = |name: &str| headings.iter().position(|heading| heading == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let gaps: Vec<(&str, &str)> = rows.iter().map(|row| (&row[at("partner_id")], &row[at("gap")])).collect();
    // D is 30 of 2,000, A 600 of 1,000; neither has a forecast.
    assert_eq!(gaps, [("D", "-1970.00"), ("A", "-400.00")]);
    let table = review(&desk, &["--account-manager", "Ada Lee"]);
    assert!(table.contains("business review FY2026 · Ada Lee"), "{table}");
    assert!(table.find("D Delta").unwrap() < table.find("A Alpha").unwrap(), "{table}");
    assert!(table.contains("-1,970") && table.contains("of 2 of 2 partners"), "{table}");
    let json: serde_json::Value =
        serde_json::from_str(&review(&desk, &["--account-manager", "Ada Lee", "--format", "json"])).unwrap();
    assert_eq!(json["summary"]["partners"], 2);
    assert_eq!((&json["account_manager"], &json["partners"][0]["partner_id"]), (&"Ada Lee".into(), &"D".into()));
    let whole: serde_json::Value = serde_json::from_str(&review(&desk, &["--format", "json"])).unwrap();
    assert_eq!(whole["account_manager"], serde_json::Value::Null);
}

#[test]
fn an_unknown_account_manager_is_refused_with_those_of_the_book() {
    let desk = desk();
    let fixed = ["review", "acme", "--book", "book", "--as-of", "2026-01-31", "--account-manager"];
    let told = |name: &str| {
        let output = desk.run(&[&fixed[..], &[name]].concat()).assert().failure().get_output().stderr.clone();
        String::from_utf8(output).unwrap()
    };
    assert!(told("Ada Le").contains("did you mean `Ada Lee`?"), "{}", told("Ada Le"));
    assert!(told("Zoe").contains("unknown account manager `Zoe`"), "{}", told("Zoe"));
}

#[test]
fn each_account_manager_gets_a_file_whatever_the_name_is() {
    let desk = desk();
    // `Ada Lee` and `ada lee` are one file on some systems, and `../x` would lie outside the directory.
    let names = ["Ada-Lee.csv", "ada-lee-2.csv", "no-account-manager.csv", "x.csv"];
    review(&desk, &["--split-by", "account_manager", "--format", "csv", "--output", "pages"]);
    assert_eq!(files(&desk, "pages"), names);
    desk.propose(&["--split-by", "account_manager", "--format", "csv", "--output", "plans"]).assert().success();
    assert_eq!(files(&desk, "plans"), names);
    let rows = |name: &str| std::fs::read_to_string(desk.path(name)).unwrap().lines().count() - 1;
    assert_eq!(names.map(|name| rows(&format!("plans/{name}"))), [2, 1, 1, 1]);
    assert_eq!(names.map(|name| rows(&format!("pages/{name}"))), [2, 1, 1, 1]);
    let all = review(&desk, &["--split-by", "account_manager"]);
    assert_eq!(all.matches("business review FY2026").count(), 4);
    let told = desk.refused(5, &["--split-by", "account_manager", "--format", "csv"]);
    assert!(told.contains("name the directory with `--output DIR`"), "{told}");
    let told = desk.refused(5, &["--split-by", "account_manager", "--format", "html", "--output", "plans"]);
    assert!(told.contains("cannot be split in the format `html`"), "{told}");
}

#[test]
fn the_workbooks_of_all_account_managers_make_the_whole_plan_again() {
    let desk = desk();
    let target = ["--target", "1400000.01", "--period", "FY2026", "--as-of", "2025-12-31"];
    let split = ["--split-by", "account_manager", "--format", "xlsx", "--output", "sent"];
    desk.propose(&[&target[..], &split].concat()).assert().success();
    let whole = desk.json(&target);
    let mut sum = Decimal::ZERO;
    for name in files(&desk, "sent") {
        let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(desk.path(&format!("sent/{name}"))).unwrap();
        let rows = workbook.worksheet_range("quotas").unwrap();
        let exact = rows.rows().next().unwrap().iter().position(|cell| *cell == "Quota exact").unwrap();
        sum += rows.rows().skip(1).map(|row| row[exact].to_string().parse::<Decimal>().unwrap()).sum::<Decimal>();
    }
    assert_eq!(sum.to_string(), "1400000.01");
    save_again(&desk.path("sent/Ada-Lee.xlsx"), &desk.path("ada.xlsx"), |sheet, row, heading| {
        match (sheet, row, heading) {
            ("quotas", 1, "Override quota") => Some(Edit::Number(910_000.5)),
            ("quotas", 1, "Override reason") => Some(Edit::Text("agreed")),
            _ => None,
        }
    });
    let locked = desk.json(&[&target[..], &["--locks", "ada.xlsx", "--locks", "sent/x.xlsx"]].concat());
    assert_eq!(quota_of(&locked, "A"), "910000.50");
    let quotas = ["ada.xlsx", "sent/ada-lee-2.xlsx", "sent/no-account-manager.xlsx", "sent/x.xlsx"];
    let quotas: Vec<&str> = quotas.into_iter().flat_map(|file| ["--quotas", file]).collect();
    let json = review(&desk, &[&quotas[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let quota = |id: &str| {
        let partners = json["partners"].as_array().unwrap();
        partners.iter().find(|one| one["partner_id"] == id).unwrap()["standing"]["quota"].clone()
    };
    assert_eq!(quota("A"), "910000.50");
    assert_eq!(quota("B"), *quota_of(&whole, "B"));
    let conflict = ["--quotas", "ada.xlsx", "--quotas", "sent/Ada-Lee.xlsx"];
    let fixed = ["review", "acme", "--book", "book", "--as-of", "2026-01-31"];
    let output = desk.run(&[&fixed[..], &conflict].concat()).assert().failure().get_output().stderr.clone();
    let told = String::from_utf8(output).unwrap();
    assert!(told.contains("a line of `A` has different quotas: `910000.5` and"), "{told}");
}

/// Words of the widest line that a terminal of 80 columns cannot show; empty when all lines fit.
fn too_wide(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.chars().count() > 80).collect()
}

#[test]
fn review_and_backtest_fit_into_80_columns_without_breaking_words() {
    let root = env!("CARGO_MANIFEST_DIR");
    let book = format!("{root}/examples/demonstration");
    for vendor in ["meridian", "halcyon"] {
        let commands: [&[&str]; 4] = [
            &["review", vendor, "--as-of", "2025-09-30"],
            &["review", vendor, "--as-of", "2025-09-30", "--account-manager", "C. Moreau"],
            &["review", vendor, "--as-of", "2025-09-30", "--partner", "P0007"],
            &["backtest", vendor],
        ];
        for command in commands {
            let mut run = assert_cmd::Command::cargo_bin("quotient").unwrap();
            run.current_dir(root).env("COLUMNS", "80").env("NO_COLOR", "1").args(command).args(["--book", &book]);
            let text = String::from_utf8(run.assert().get_output().stdout.clone()).unwrap();
            assert!(!text.is_empty(), "{command:?}");
            assert_eq!(too_wide(&text), Vec::<&str>::new(), "{command:?}");
            // A column of one letter is a broken word.
            let is_letter = |line: &&str| line.trim().chars().count() == 1;
            assert_eq!(text.lines().filter(is_letter).count(), 0, "{command:?}\n{text}");
        }
    }
}
