//! The hash of a book's facts: every fact counts, the order of rows does not.

use crate::performance::{With, book, money, partner, rate, segment};
use quotient::channel::*;

fn lock(id: &str, line: &str, quota: &str, reason: &str) -> Lock {
    Lock {
        partner_id: id.into(),
        segment: segment(line, ""),
        quota: money(quota),
        reason: reason.into(),
        periods: Vec::new(),
    }
}

fn table(name: &str, values: [&str; 2]) -> ExtraTable {
    let row = |partner: usize, value: &str| ExtraRow { partner, row: partner as u64 + 2, values: vec![value.into()] };
    ExtraTable { name: name.into(), columns: vec!["score".into()], rows: vec![row(0, values[0]), row(1, values[1])] }
}

fn whole() -> PartnerBook {
    let mut book = book(vec![partner("A").sold("2025-01", "10").quota("FY2026", "7"), partner("B")]);
    let cell = |territory: &str, amount: &str| MarketCell {
        territory: Some(territory.into()),
        vertical: None,
        product_line: None,
        addressable: Some(money(amount)),
        growth: Some(rate("0.05")),
    };
    book.market = vec![cell("North", "900"), cell("South", "400")];
    book.locks = vec![lock("A", "Cloud", "5", "agreed"), lock("B", "", "6", "")];
    book.extra_tables = vec![table("scores", ["1", "2"])];
    book
}

type Change = fn(&mut PartnerBook);

#[test]
fn every_fact_of_a_book_changes_its_hash() {
    let changes: [(&str, Change); 17] = [
        ("currency", |book| book.currency = "EUR".parse().unwrap()),
        ("revenue", |book| book.partners[0].revenue[0].amount = money("11")),
        ("a quota", |book| book.partners[0].quotas[0].quota = money("8")),
        ("a tier", |book| book.partners[1].tier = None),
        ("a partner", |book| drop(book.partners.pop())),
        ("a market cell", |book| drop(book.market.pop())),
        ("a market's size", |book| book.market[0].addressable = Some(money("901"))),
        ("an unknown growth", |book| book.market[0].growth = None),
        ("a lock", |book| drop(book.locks.pop())),
        ("a locked quota", |book| book.locks[0].quota = money("50")),
        ("a locked line", |book| book.locks[0].segment = segment("Servers", "")),
        ("a lock's reason", |book| book.locks[0].reason.clear()),
        ("an extra table", |book| book.extra_tables.clear()),
        ("an extra table's name", |book| book.extra_tables[0].name = "ranks".into()),
        ("an extra column's name", |book| book.extra_tables[0].columns[0] = "rank".into()),
        ("an extra value", |book| book.extra_tables[0].rows[1].values[0] = "3".into()),
        ("a table without rows", |book| book.tables.extend([("win_rates".to_owned(), 0)])),
    ];
    let mut hashes = std::collections::BTreeMap::from([(whole().facts_hash(), "nothing")]);
    for (what, change) in changes {
        let mut book = whole();
        change(&mut book);
        if let Some(same) = hashes.insert(book.facts_hash(), what) {
            panic!("a change of {what} makes the hash of a change of {same}");
        }
    }
}

#[test]
fn the_order_and_the_numbers_of_rows_do_not_change_the_hash() {
    let mut other = whole();
    other.locks.reverse();
    other.extra_tables[0].rows.reverse();
    other.extra_tables[0].rows[0].row = 99;
    assert_eq!(other.facts_hash(), whole().facts_hash());
}

#[test]
fn books_larger_than_a_piece_and_a_buffer_count_every_partner() {
    // 4,096 partners are hashed as one piece, and 64 KiB are gathered before they are hashed.
    let all: Vec<Partner> = (0..9_000).map(|index| partner(&format!("P{index:05}"))).collect();
    let hash = book(all.clone()).facts_hash();
    for index in [0, 4_095, 4_096, 8_191, 8_192, 8_999] {
        let mut partners = all.clone();
        partners[index].tier = None;
        assert_ne!(book(partners).facts_hash(), hash, "partner {index}");
    }
    assert_eq!(book(all).facts_hash(), hash);
}

#[test]
fn the_hash_of_one_partner_counts_its_own_rows_in_any_order() {
    let hash = |rows: &[(usize, &str)]| {
        let rows = rows.iter().zip(2..).map(|((partner, value), row)| ExtraRow {
            partner: *partner,
            row,
            values: vec![(*value).into()],
        });
        let mut book = whole();
        book.extra_tables = vec![ExtraTable { rows: rows.collect(), ..table("scores", ["1", "2"]) }];
        book.partner_hash(0)
    };
    let one = hash(&[(0, "1"), (0, "2"), (1, "3")]);
    assert_eq!(one, hash(&[(0, "2"), (0, "1"), (1, "4")]));
    assert_ne!(one, hash(&[(0, "1"), (0, "3"), (1, "3")]));
    assert_ne!(one, hash(&[(0, "1"), (1, "3")]));
    // A table without a row about the partner is as none: another part of the book may not have it.
    let mut without = whole();
    without.extra_tables.clear();
    assert_eq!(hash(&[(1, "3")]), without.partner_hash(0));
}
