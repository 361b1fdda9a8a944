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
