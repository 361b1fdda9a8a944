//! The public data, read through the mapping files that ship, against sums made independently from the same files.

use quotient::channel::PartnerBook;
use quotient::intake::{Mapping, ReadOptions, read_book};
use quotient::units::{Month, parse_decimal, plain};
use rust_decimal::Decimal;
use std::path::{Path, PathBuf};

fn shared(data: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("QUOTIENT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    shared.join("data").join(data)
}

fn book(data: &str) -> PartnerBook {
    let path = shared(data);
    let map = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(data).join("map.toml");
    let mapping = Mapping::read(&map).unwrap();
    let (book, warnings) = read_book(&path, Some(&mapping), &ReadOptions::default())
        .into_result()
        .unwrap_or_else(|findings| panic!("{}", quotient::finding::render::human(findings.iter(), false)));
    let unexpected: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(unexpected, Vec::<String>::new());
    book
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn revenue(book: &PartnerBook, from: &str, to: &str) -> Decimal {
    let within = |at: Month| at >= month(from) && at <= month(to);
    let entries = book.partners.iter().flat_map(|partner| &partner.revenue);
    entries.filter(|entry| within(entry.month)).map(|entry| entry.amount.amount()).sum()
}

/// Sums a column of a plain CSV file (no quotes) over the rows whose `month` lies within, by cutting text.
fn column_sum(path: &Path, column: &str, from: &str, to: &str) -> Decimal {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let headings: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| headings.iter().position(|heading| *heading == name).unwrap();
    let (amount, month) = (place(column), place("month"));
    lines
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|cells| cells[month] >= from && cells[month] <= to)
        .map(|cells| parse_decimal(cells[amount]).unwrap())
        .sum()
}

#[test]
#[ignore = "needs data/adventureworks"]
fn adventureworks_is_read_to_the_last_decimal() {
    let book = book("adventureworks");
    let path = shared("adventureworks").join("revenue.csv");
    assert_eq!(book.partners.len(), 701);
    assert_eq!(revenue(&book, "2018-07", "2019-06"), column_sum(&path, "net_revenue", "2018-07", "2019-06"));
    assert_eq!(revenue(&book, "2017-07", "2018-06"), column_sum(&path, "net_revenue", "2017-07", "2018-06"));
    // territories.csv gives the same sums by territory, made by another script: 3386959.7987 is Northwest in FY2019.
    let northwest = book
        .partners
        .iter()
        .flat_map(|partner| &partner.revenue)
        .filter(|entry| entry.segment.territory.as_deref() == Some("Northwest") && entry.month >= month("2018-07"));
    assert_eq!(plain(northwest.map(|entry| entry.amount.amount()).sum()), "3386959.7987");
    let partner = book.partner("AW00000001").unwrap();
    assert_eq!(&*partner.name, "A Bike Store");
    assert_eq!(book.market.len(), 10);
    assert_eq!(partner.attributes.iter().map(|(name, _)| &**name).collect::<Vec<_>>()[0], "annual_revenue");
}

#[test]
#[ignore = "needs data/online-retail"]
fn online_retail_is_read_with_its_returns() {
    let book = book("online-retail");
    let path = shared("online-retail").join("revenue.csv");
    assert_eq!(book.currency.code(), "GBP");
    assert_eq!(book.partners.len(), 4998);
    assert_eq!(revenue(&book, "2009-12", "2011-05"), column_sum(&path, "net_revenue", "2009-12", "2011-05"));
    let negative = book.partners.iter().flat_map(|partner| &partner.revenue).filter(|entry| entry.amount.is_negative());
    assert_eq!(negative.count(), 993);
}

#[test]
fn every_shipped_mapping_file_is_valid() {
    let examples = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap();
    let maps = examples.map(|entry| entry.unwrap().path().join("map.toml")).filter(|map| map.is_file());
    let refused: Vec<_> = maps.filter(|map| Mapping::read(map).is_err()).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn a_salesforce_export_is_read_as_it_is() {
    let map = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/salesforce/map.toml");
    let files = [
        (
            "partners.csv",
            "\"Account ID\",\"Account Name\",\"Industry\"\n\"001A\",\"Alder\",\"Retail\"\n\n\"Channel partners\"\n",
        ),
        ("revenue.csv", "partner_id,month,amount\n001A,2025-12,5\n"),
        (
            "opportunities.csv",
            "\"Id\",\"PartnerAccountId\",\"Amount\",\"StageName\",\"IsClosed\",\"IsWon\",\"Probability\",\"CloseDate\"\n\
             \"006A\",\"001A\",\"1200.50\",\"Proposal\",\"false\",\"false\",\"40\",\"2026-03-31\"\n\
             \"006B\",\"\",\"\",\"Proposal\",\"false\",\"false\",\"40\",\"2026-03-31\"\n",
        ),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).to_vec();
    let mapping = Mapping::read(&map).unwrap();
    let (book, _) =
        quotient::intake::read_book_files(files, Some(&mapping), &ReadOptions::default()).into_result().unwrap();
    let opportunities = &book.partners[0].opportunities;
    assert_eq!(opportunities.len(), 1);
    assert_eq!(opportunities[0].probability, Some(Decimal::new(4, 1)));
}
