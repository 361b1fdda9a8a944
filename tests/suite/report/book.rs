//! The summary of a book as people read it.

use super::sample::small;
use insta::assert_snapshot;
use quotient::channel::BookSummary;
use quotient::intake::{Mapping, ReadOptions, read_book_files};
use quotient::planning::QuotaPlan;
use quotient::report::{TableOptions, book, book_sentence, csv, html, json, table};
use quotient::units::FiscalCalendar;
use std::sync::Arc;

/// A book with everything that a summary mentions.
fn summary() -> Arc<BookSummary> {
    let partners = "partner_id\nA-1\nA-2\n";
    let rows = "partner_id,month,amount,currency,Stage\nA-1,2023-05-03,10,EUR,Won\nA-1,2023-06-04,10,EUR,Won\n\
                A-1,2023-07-05,10,EUR,Won\nA-1,2024-01-06,12345.67,EUR,Won\nA-1,2024-01-06,10,EUR,Lost\n\
                A-1,2025-01-07,10,EUR,Won\n\nPrepared by the sales department for everybody who reads it,,,,\n";
    let files = [("partners.csv", partners), ("revenue.csv", rows)];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).to_vec();
    let mapping = Mapping::parse("map.toml", "[revenue]\nwhere = { Stage = [\"Won\"] }\n").unwrap();
    let options = ReadOptions { calendar: FiscalCalendar::new(7), ..ReadOptions::default() };
    let (book, _) = read_book_files(files, Some(&mapping), &options).into_result().unwrap();
    book.summary.unwrap()
}

#[test]
fn a_summary_reads_like_this() {
    let options = TableOptions { width: 80, ..TableOptions::default() };
    let text = book::text(&summary(), &options);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_snapshot!(text);
}

#[test]
fn one_sentence_says_what_was_read() {
    assert_snapshot!(
        book_sentence(&summary()),
        @"read 5 revenue rows, 12,385.67 EUR in 2023-05 to 2025-01, 16 months missing, 2 rows left out"
    );
}

#[test]
fn every_format_of_a_plan_says_what_was_read() {
    let plan = QuotaPlan { book: Some(summary()), ..small() };
    let sentence = book_sentence(&summary());
    let wide = TableOptions { width: 120, ..TableOptions::default() };
    assert_eq!(table::plan(&plan, &wide).unwrap().lines().nth(2), Some(&*sentence));
    let narrow = table::plan(&plan, &TableOptions { width: 60, ..wide }).unwrap();
    assert_eq!(narrow.lines().skip(2).take(2).collect::<Vec<_>>().join(" "), sentence);
    let mut page = Vec::new();
    html::write_plan(&plan, &mut page).unwrap();
    assert!(String::from_utf8(page).unwrap().contains(&sentence));
    let mut document = Vec::new();
    json::write_plan(&plan, &mut document).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["book"]["revenue"], "12385.67");
    assert_eq!(document["book"]["tables"][1]["left_out"][0]["example"], "Lost");
    assert_eq!(document["book"]["missing_months"][0], "2023-08");
    let mut rows = Vec::new();
    csv::write_plan(&plan, &mut rows).unwrap();
    assert!(!String::from_utf8(rows).unwrap().contains("revenue rows"));
}
