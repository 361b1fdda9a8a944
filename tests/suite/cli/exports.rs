//! Exports under the headings of other systems: sums to the cent, translated values, and what is refused.

use super::Desk;
use quotient::report::export::{ExportValue, Profile, SHIPPED};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

const PARTNERS: &str = "partner_id,partner_name,territory,account_manager\nA,Alpha,North,Ada Lee\nB,\"Beta, Inc.\",South,Ben Oz\n\
    C,Gamma,South,Ada Lee\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("book/partners.csv", PARTNERS);
    desk
}

const TARGET: [&str; 2] = ["--target", "1300000.07"];

/// Rows of an export by heading.
fn rows(desk: &Desk, arguments: &[&str]) -> Vec<BTreeMap<String, String>> {
    let bytes = desk.proposed(&[&TARGET[..], arguments].concat());
    csv::Reader::from_reader(bytes.as_slice()).deserialize().map(Result::unwrap).collect()
}

fn sum(rows: &[BTreeMap<String, String>], heading: &str) -> Decimal {
    rows.iter().map(|row| row[heading].parse::<Decimal>().unwrap()).sum()
}

#[test]
fn salesforce_gets_one_quota_per_owner_and_period_and_the_sum_is_the_target() {
    let desk = desk();
    let rows = rows(&desk, &["--profile", "salesforce", "--set", "ForecastingTypeId=0Db1"]);
    // Two owners, four quarters.
    assert_eq!(rows.len(), 8);
    assert_eq!(sum(&rows, "QuotaAmount").to_string(), "1300000.07");
    let first = &rows[0];
    let of = |heading: &str| first[heading].as_str();
    assert_eq!([of("QuotaOwnerId"), of("ForecastingTypeId"), of("StartDate")], ["Ada Lee", "0Db1", "2026-01-01"]);
    assert_eq!([of("CurrencyIsoCode"), of("ProductFamily")], ["USD", ""]);
    let proposal = desk.json(&TARGET);
    let quarter = |id: &str| -> Decimal {
        let line = proposal["lines"].as_array().unwrap().iter().find(|line| line["partner_id"] == id).unwrap();
        line["periods"][0]["quota"].as_str().unwrap().parse().unwrap()
    };
    assert_eq!(of("QuotaAmount").parse::<Decimal>().unwrap(), quarter("A") + quarter("C"));
}

#[test]
fn a_salesforce_export_without_its_forecast_type_is_refused() {
    let desk = desk();
    let told = desk.refused(5, &["--profile", "salesforce"]);
    assert!(told.contains("the column `ForecastingTypeId` has no text"), "{told}");
    assert!(told.contains("--set ForecastingTypeId=TEXT"), "{told}");
}

#[test]
fn varicent_gets_one_value_per_territory_and_quarter() {
    let desk = desk();
    let rows = rows(&desk, &["--profile", "varicent"]);
    let names: Vec<(&str, &str)> = rows.iter().map(|row| (&*row["Territory ID"], &*row["Period"])).collect();
    let quarters = |territory| ["Q1", "Q2", "Q3", "Q4"].map(|quarter| (territory, quarter));
    assert_eq!(names, [quarters("North"), quarters("South")].concat());
    assert_eq!(sum(&rows, "Value").to_string(), "1300000.07");
    desk.write("book/partners.csv", PARTNERS.replace("Gamma,South", "Gamma,"));
    let told = desk.refused(5, &["--profile", "varicent"]);
    assert!(told.contains("the column `Territory ID` is empty for 4 lines, for example `Gamma`"), "{told}");
}

#[test]
fn a_profile_of_ones_own_has_its_headings_order_and_translations() {
    let desk = desk();
    desk.write(
        "own.toml",
        "rows = \"line\"\nrequired = [\"Rep\"]\n[columns]\n\"Jahresziel €\" = \"quota\"\nRep = \"account_manager\"\n\
         Kunde = \"partner_name\"\nQuelle = { text = \"plan\" }\n[values.Rep]\n\"Ada Lee\" = \"lee\"\n\"Ben Oz\" = \"oz\"\n",
    );
    let text = String::from_utf8(desk.proposed(&[&TARGET[..], &["--profile", "own.toml"]].concat())).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Jahresziel €,Rep,Kunde,Quelle");
    assert!(lines[2].ends_with(",oz,\"Beta, Inc.\",plan"), "{text}");
    assert_eq!(sum(&rows(&desk, &["--profile", "own.toml"]), "Jahresziel €").to_string(), "1300000.07");
    desk.write("book/partners.csv", PARTNERS.replace("Ben Oz", "Bea Oz"));
    let told = desk.refused(5, &["--profile", "own.toml"]);
    assert!(told.contains("`[values.Rep]` does not translate `Bea Oz`"), "{told}");
}

#[test]
fn all_faults_of_a_profile_are_reported_together() {
    let desk = desk();
    desk.write(
        "own.toml",
        "row = \"line\"\nrequired = [\"Repp\"]\n[columns]\nRep = \"acount_manager\"\nTier = \"tier\"\n[values.Other]\nx = \"y\"\n",
    );
    let told = desk.refused(5, &["--profile", "own.toml"]);
    for expected in [
        "unknown key `row`",
        "no column `Repp`",
        "account_manager",
        "no column `Other`",
        "no column contains the quota",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    let told = desk.refused(5, &["--profile", "nowhere.toml"]);
    assert!(told.contains("`salesforce`") && told.contains("`varicent`"), "{told}");
    let told = desk.refused(5, &["--profile", "varicent", "--set", "Value=5"]);
    assert!(told.contains("`Value` does not have a fixed text"), "{told}");
}

#[test]
fn pythons_csv_module_reads_the_same_sums() {
    let desk = desk();
    let script = "import csv, sys, decimal\nrows = list(csv.DictReader(open(sys.argv[1], encoding='utf-8', newline='')))\n\
        print(len(rows), sum(decimal.Decimal(row[sys.argv[2]]) for row in rows))";
    for (profile, heading, count) in [("salesforce", "QuotaAmount", 8), ("varicent", "Value", 8)] {
        let set: &[&str] = if profile == "salesforce" { &["--set", "ForecastingTypeId=0Db1"] } else { &[] };
        let output = ["--profile", profile, "--output", "export.csv"];
        desk.propose(&[&TARGET[..], &output, set].concat()).assert().success();
        let python = std::process::Command::new("python3")
            .args(["-c", script])
            .arg(desk.path("export.csv"))
            .arg(heading)
            .output();
        // Without Python the other tests have read the file with another library.
        let Ok(python) = python else { return };
        assert_eq!(String::from_utf8_lossy(&python.stdout).trim(), format!("{count} 1300000.07"), "{profile}");
    }
}

#[test]
fn the_page_about_exports_names_every_value_and_its_profiles_are_valid() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/exports.md")).unwrap();
    for (name, _, doc) in ExportValue::ALL {
        assert!(page.contains(&format!("| `{name}` | {} |", doc.trim())), "{name}: {doc}");
    }
    let shipped = |(name, text): &(&str, &str)| page.contains(text.trim()).then_some(()).ok_or(name.to_string());
    SHIPPED.iter().try_for_each(shipped).unwrap();
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        Profile::parse("docs/exports.md", block).into_result().unwrap();
    }
}
