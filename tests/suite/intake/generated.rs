//! The demonstration book: the same bytes for the same seed, and the ugly cases it promises.

use crate::usd;
use quotient::channel::{Partner, PartnerBook};
use quotient::demonstration::{demonstration, write_csv};
use quotient::finding::render;
use quotient::intake::{ReadOptions, read_book, read_book_files};
use quotient::units::{Money, Month};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demonstration")
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
}

fn total(partner: &Partner) -> Decimal {
    partner.revenue.iter().map(|entry| entry.amount.amount()).sum()
}

fn book() -> PartnerBook {
    demonstration(1, 150).unwrap()
}

#[test]
fn the_shipped_demonstration_book_is_what_the_generator_makes() {
    let fresh = tempfile::tempdir().unwrap();
    let target =
        if std::env::var_os("QUOTIENT_WRITE_EXAMPLES").is_some() { shipped() } else { fresh.path().to_owned() };
    write_csv(&target, 1, 150).unwrap();
    assert_eq!(bytes(&target), bytes(&shipped()));
}

#[test]
fn the_shipped_demonstration_book_reads_without_any_finding() {
    let (from_files, warnings) = read_book(&shipped(), None, &ReadOptions::default()).into_result().unwrap();
    assert_eq!(render::human(warnings.iter(), false), "");
    assert_eq!(from_files, PartnerBook { input_hash: from_files.input_hash.clone(), ..book() });
    let tables: Vec<&str> = from_files.tables.keys().map(String::as_str).collect();
    let all = ["forecasts", "investments", "market", "opportunities", "partners", "quotas", "revenue", "win_rates"];
    assert_eq!(tables, all);
}

#[test]
fn the_first_partner_has_about_a_quarter_of_the_channel() {
    let book = book();
    let all: Decimal = book.partners.iter().map(total).sum();
    let share = total(&book.partners[0]) / all;
    assert!(share > Decimal::new(20, 2) && share < Decimal::new(30, 2), "{share}");
}

#[test]
fn the_ugly_cases_are_in_the_book() {
    let book = book();
    let partner = |number: usize| &book.partners[number - 1];
    for number in 2..=5 {
        assert!(partner(number).since.unwrap().to_string().as_str() >= "2025-03-01");
    }
    let vertical = partner(6).vertical.clone();
    assert!(book.market.iter().all(|cell| cell.vertical != vertical));
    let quarter = |entry: &&quotient::channel::RevenueEntry| {
        entry.month >= Month::new(2025, 7).unwrap() && entry.month <= Month::new(2025, 9).unwrap()
    };
    let returned: Decimal = partner(7).revenue.iter().filter(quarter).map(|entry| entry.amount.amount()).sum();
    assert!(returned < Decimal::ZERO);
    let pipeline = |number: usize| -> Money {
        let open =
            partner(number).opportunities.iter().filter(|one| one.close_date.to_string().as_str() >= "2026-01-01");
        usd(open.map(|one| one.amount.amount()).sum::<Decimal>())
    };
    assert!(pipeline(9).amount() > pipeline(8).amount() * Decimal::from(20));
    assert!(partner(10).revenue.is_empty());
    assert_eq!(&*partner(13).name, "=cmd|' /C calc'!A0");
    assert_eq!((partner(15).tier.as_ref(), partner(15).territory.as_ref()), (None, None));
}

#[test]
fn another_seed_makes_another_book() {
    assert_ne!(demonstration(1, 20).unwrap().partners, demonstration(2, 20).unwrap().partners);
}

#[test]
fn a_sparse_book_has_eight_quarters_for_every_established_partner() {
    let folder = tempfile::tempdir().unwrap();
    write_csv(folder.path(), 7, 10_001).unwrap();
    let (book, warnings) = read_book(folder.path(), None, &ReadOptions::default()).into_result().unwrap();
    assert_eq!(render::human(warnings.iter(), false), "");
    assert_eq!(book.partners.len(), 10_001);
    assert_eq!(book.partners[0].revenue.len(), 8);
}

#[test]
fn the_order_of_rows_does_not_change_the_book() {
    let files = bytes(&shipped()).into_iter().filter(|(name, _)| name.ends_with(".csv"));
    let reversed = files.map(|(name, bytes)| {
        let text = String::from_utf8(bytes).unwrap();
        let (heading, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.reverse();
        (name, format!("{heading}\n{}\n", rows.join("\n")).into_bytes())
    });
    let (reversed, _) = read_book_files(reversed.collect(), None, &ReadOptions::default()).into_result().unwrap();
    let straight = PartnerBook { input_hash: reversed.input_hash.clone(), ..book() };
    assert_eq!(reversed, straight);
}
