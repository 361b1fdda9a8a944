//! Large tables decide without asking every row.

use super::table;
use quotient::decision::table::{Outcome, Value};
use rust_decimal::Decimal;
use std::fmt::Write;
use std::time::Instant;

#[test]
fn three_thousand_rows_decide_in_the_last_as_in_the_first() {
    let mut text = String::from("U,tier,revenue,-> rate\n");
    for row in 0..3000 {
        let tier = ["Gold", "Silver", "Bronze"][row % 3];
        let _ = writeln!(text, ",{tier},[{}..{}),{row}", row / 3 * 100, (row / 3 + 1) * 100);
    }
    let started = Instant::now();
    let table = table(&text);
    let read = started.elapsed();
    let started = Instant::now();
    for row in 0..3000usize {
        let inputs =
            [Value::text(["Gold", "Silver", "Bronze"][row % 3]), Value::Number(Decimal::from(row / 3 * 100 + 50))];
        let decision = table.decide(&inputs).unwrap();
        assert_eq!(decision.outcome(), &Outcome::One(vec![Value::Number(Decimal::from(row))]));
    }
    let decided = started.elapsed();
    let rules: Vec<(Value, Decimal, Decimal)> = (0..3000usize)
        .map(|row| {
            let tier = Value::text(["Gold", "Silver", "Bronze"][row % 3]);
            (tier, Decimal::from(row / 3 * 100), Decimal::from((row / 3 + 1) * 100))
        })
        .collect();
    let started = Instant::now();
    for row in 0..3000usize {
        let (tier, revenue) = (&rules[row].0, rules[row].1 + Decimal::from(50));
        let scanned = rules.iter().filter(|(of, low, high)| of == tier && *low <= revenue && revenue < *high).count();
        assert_eq!(scanned, 1);
    }
    let scanned = started.elapsed();
    let started = Instant::now();
    let findings = table.lint();
    assert_eq!(findings.error_count(), 0);
    let linted = started.elapsed();
    println!("3,000 rows: read {read:?}; 3,000 decisions {decided:?}, by linear scan {scanned:?}; lint {linted:?}");
}

#[test]
fn tables_beyond_the_bound_of_the_index_decide_the_same() {
    let mut text = String::from("U,tier,revenue,-> rate\n");
    for row in 0..12_000 {
        let tier = if row % 2 == 0 { "Gold" } else { "Silver" };
        let _ = writeln!(text, ",{tier},[{}..{}],{row}", row * 10, row * 10 + 5);
    }
    let table = table(&text);
    for row in [0usize, 1, 7_777, 11_999] {
        let tier = Value::text(if row % 2 == 0 { "Gold" } else { "Silver" });
        let inputs = |revenue: usize| [tier.clone(), Value::Number(Decimal::from(revenue))];
        let decision = table.decide(&inputs(row * 10 + 5)).unwrap();
        assert_eq!(decision.outcome(), &Outcome::One(vec![Value::Number(Decimal::from(row))]));
        let missed = table.decide(&inputs(row * 10 + 6)).unwrap();
        assert_eq!(missed.outcome(), &Outcome::None);
        assert_eq!(missed.nearest().len(), 6_000, "every row of the tier fails in revenue only");
    }
    let started = Instant::now();
    let findings = table.lint();
    assert!(findings.iter().any(|finding| finding.code() == quotient::finding::Code::TableUnexamined));
    println!("12,000 rows beyond the index: lint {:?}", started.elapsed());
}

#[test]
fn rows_that_widen_each_other_are_examined_in_time() {
    // Every pair meets and none is within an earlier one: the most comparisons a table of this size can ask for.
    for policy in ["F", "C", "P"] {
        let mut text = format!("{policy},revenue,-> rate\nallowed,,\"1, 2\"\n");
        for row in 1..=800 {
            let _ = writeln!(text, ",< {row},{}", row % 2 + 1);
        }
        let started = Instant::now();
        let findings = table(&text).lint();
        println!("800 nested rows under {policy}: {} findings in {:?}", findings.len(), started.elapsed());
        assert!(started.elapsed() < crate::patience::HANG);
    }
}
