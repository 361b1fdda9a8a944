//! The shipped exports of CRM and ERP systems: each is read as it is through its mapping file, to the cent.
//!
//! `tests/exports/sums.py` reads the same files with Python's standard library; its sums are compared where Python is at
//! hand. They are recorded below as well, so that the test proves the sums without it.

use quotient::channel::{BookSummary, OpportunityStatus, PartnerBook};
use quotient::finding::{Code, Finding, Findings};
use quotient::intake::{FileFault, Mapping, ReadOptions, read_book};
use quotient::units::Money;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Exports of the CRM systems: the same channel in the shape of each tool.
const CRM: [&str; 5] = ["salesforce-report", "salesforce-data-loader", "hubspot", "dynamics-365", "zoho"];

/// Exports of the ERP systems: the same invoices with their credit memos.
const ERP: [&str; 2] = ["netsuite", "sap"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn examples() -> PathBuf {
    root().join("examples")
}

fn read(name: &str) -> (PartnerBook, Findings) {
    let folder = examples().join(name);
    let mapping = Mapping::read(&folder.join("map.toml")).unwrap();
    let workbook = folder.join("Channel.xlsx");
    let path = if workbook.is_file() { workbook } else { folder };
    let read = read_book(&path, Some(&mapping), &ReadOptions::default()).into_result();
    read.unwrap_or_else(|findings| panic!("{name}: {findings:#?}"))
}

fn summary(book: &PartnerBook) -> &BookSummary {
    book.summary.as_deref().unwrap()
}

fn cents(money: Money) -> String {
    format!("{:.2}", money.amount())
}

/// What the independent reader finds, as the program finds it.
fn sums(book: &PartnerBook) -> Value {
    let summary = summary(book);
    let years: serde_json::Map<String, Value> =
        summary.years.iter().map(|year| (year.year.clone(), json!(year.revenue.map(cents)))).collect();
    let mut found = json!({
        "partners": summary.partners,
        "rows": summary.table("revenue").unwrap().used,
        "years": years,
        "buyers": summary.partners - summary.partners_without_revenue,
    });
    if let Some(table) = summary.table("opportunities") {
        let open = book.partners.iter().flat_map(|partner| &partner.opportunities);
        let open = open.filter(|one| one.status == OpportunityStatus::Open).map(|one| one.amount);
        found["opportunities"] = table.used.into();
        found["pipeline"] = cents(Money::sum(book.currency, open).unwrap()).into();
    }
    found
}

#[test]
fn five_crm_systems_give_the_same_channel() {
    // 58 won deals of partners and 86 deals in all; the sums are those of `tests/exports/sums.py`.
    let expected = json!({
        "partners": 5, "rows": 58, "years": {"2024": "1236578.40", "2025": "13351156.50"}, "buyers": 5,
        "opportunities": 86, "pipeline": "287688.48",
    });
    for name in CRM {
        let (book, findings) = read(name);
        assert_eq!(sums(&book), expected, "{name}");
        assert_eq!(book.currency.code(), "USD", "{name}");
        // The workbook of Dynamics 365 has a hidden sheet with the names of its columns.
        let is_hidden = |finding: &Finding| matches!(finding.cause(), Some(FileFault::HiddenSheet {}));
        let is_expected = |finding: &Finding| finding.code() == Code::BookFooter || is_hidden(finding);
        assert!(findings.iter().all(is_expected), "{name}: {findings:#?}");
        let mut names: Vec<&str> = book.partners.iter().map(|partner| &*partner.name).collect();
        names.sort_unstable();
        assert_eq!(names[1], "Bouleau Réseaux SARL", "{name}");
        assert_eq!(names[4], "Elm \"Cloud\" Partners", "{name}");
        let owned = book.partners.iter().filter(|partner| partner.account_manager.is_some() && partner.tier.is_some());
        assert_eq!(owned.count(), 5, "{name}");
        let likely = book.partners.iter().flat_map(|partner| &partner.opportunities);
        assert!(likely.filter_map(|one| one.probability).any(|rate| rate == Decimal::new(9, 1)), "{name}");
    }
}

#[test]
fn the_footer_of_a_salesforce_report_is_left_out_and_counted() {
    let (book, _) = read("salesforce-report");
    let partners = summary(&book).table("partners").unwrap();
    let footer: Vec<_> = partners.left_out.iter().map(|group| (group.rows, &*group.example)).collect();
    assert_eq!(footer, [(5, "Channel Partners")]);
}

#[test]
fn deals_that_are_not_won_or_have_no_partner_are_left_out_and_counted() {
    let (book, _) = read("hubspot");
    let revenue = summary(&book).table("revenue").unwrap();
    let left_out: Vec<_> =
        revenue.left_out.iter().map(|group| (group.rule.as_str(), group.column.as_deref(), group.rows)).collect();
    // 88 deals: 58 won deals of partners, 1 won deal without partner, 29 that are lost or open.
    assert_eq!(left_out, [("where", Some("Deal Stage"), 29), ("skip", Some("Associated Company IDs"), 1)]);
    assert_eq!(revenue.rows, 88);
}

#[test]
fn credit_memos_are_negative_revenue_and_orders_are_none() {
    let years = json!({"2024": "1206904.71", "2025": "13351156.50"});
    let expected = json!({"partners": 5, "rows": 62, "years": years, "buyers": 5});
    for (name, left_out) in ERP.into_iter().zip(["Sales Order", "F5"]) {
        let (book, findings) = read(name);
        assert_eq!(sums(&book), expected, "{name}");
        assert!(findings.is_empty(), "{name}: {findings:#?}");
        let mut lines = book.partners.iter().flat_map(|partner| &partner.revenue);
        assert!(lines.all(|entry| entry.segment.product_line.is_some()));
        let revenue = summary(&book).table("revenue").unwrap();
        assert_eq!((revenue.left_out[0].rows, &*revenue.left_out[0].example), (5, left_out), "{name}");
    }
}

#[test]
fn reports_and_exports_of_salesforce_name_the_same_partners() {
    let ids = |name| read(name).0.partners.iter().map(|partner| partner.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids("salesforce-report"), ids("salesforce-data-loader"));
    assert!(ids("salesforce-report").iter().all(|id| id.len() == 18));
}

#[test]
fn an_amount_in_the_exponents_of_the_data_loader_is_exact() {
    // The export writes 12,500,000.00 as `1.25E7`; with the other deal of the month, 13,810.96, it is 12,513,810.96.
    let (book, _) = read("salesforce-data-loader");
    let unusual = &summary(&book).unusual_months;
    assert_eq!(unusual.len(), 1);
    assert_eq!((&*unusual[0].revenue.to_exact(), &*unusual[0].month.to_string()), ("12513810.96", "2025-12"));
}

#[test]
fn an_independent_reader_agrees_on_every_sum() {
    let output = Command::new("python3").arg(root().join("tests/exports/sums.py")).arg(examples()).output();
    let Ok(output) = output else {
        println!("left out: python3 is not here");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    for name in CRM.iter().chain(&ERP) {
        assert_eq!(sums(&read(name).0), found[*name], "{name}");
    }
}
