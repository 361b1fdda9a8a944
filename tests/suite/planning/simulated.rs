//! Simulated channels with a known truth, through the program: what is learned, bands, fairness, and threads.

use super::bounds::acme;
use super::calibrate_parameters::dice;
use super::health::LAST_YEAR;
use crate::support::{Bench, list, text};
use rust_decimal::Decimal;
use serde_json::Value;

/// Partners that each bought an amount in December of each year from 2021 on, with a tier and a territory.
fn bought(bench: &Bench, partners: usize, years: usize, mut amount: impl FnMut(usize, usize) -> usize) {
    let mut ids = "partner_id,tier,territory\n".to_owned();
    let mut revenue = "partner_id,month,amount\n".to_owned();
    for number in 0..partners {
        let (tier, territory) = (["Gold", "Silver"][number % 2], ["North", "South", "West"][number % 3]);
        ids.push_str(&format!("P{number:03},{tier},{territory}\n"));
        // The book begins with January.
        revenue.push_str(&format!("P{number:03},2021-01,0\n"));
        for year in 0..years {
            revenue.push_str(&format!("P{number:03},{}-12,{}\n", 2021 + year, amount(number, year)));
        }
    }
    bench.write("book/partners.csv", &ids);
    bench.write("book/revenue.csv", &revenue);
}

fn number(value: &Value, name: &str) -> Option<f64> {
    text(value, name).map(|text| text.parse().unwrap())
}

#[test]
fn what_is_learned_holds_the_truth_as_often_as_its_band_says() {
    let bench = acme("", "[parameters.kept]\nlearned = \"retention\"\nby = \"tier\"\nshrink = 0\nminimum = 1\n");
    let (mut held, channels) = (0, 24);
    for seed in 0..channels {
        // Gold keeps 90 %, Silver 50 %: each partner between nothing and twice that.
        let mut roll = dice(seed + 100);
        let mut before = vec![0; 120];
        bought(&bench, 120, 2, |partner, year| {
            if year == 0 {
                before[partner] = 1_000 + roll(9_000);
                return before[partner];
            }
            before[partner] * [9, 5][partner % 2] * roll(2_001) / 10_000
        });
        let found = bench.json("propose acme --book book --as-of 2022-12-31");
        let groups = list(&list(&found, "learned")[0], "groups");
        for (group, truth) in groups.iter().zip([0.9, 0.5]) {
            let (low, high) = (number(group, "low").unwrap(), number(group, "high").unwrap());
            held += usize::from(low <= truth && truth <= high);
        }
    }
    // 38 of 48 are expected, with a standard deviation of 2.8.
    assert!((30..=46).contains(&held), "80 % bands held the truth in {held} of 48 groups");
}

#[test]
fn bands_hold_the_next_year_as_often_as_they_say() {
    let bench = acme("", "");
    bench.write("rules/acme/history.rhai", LAST_YEAR);
    let (mut inside, mut lines) = (0, 0);
    for seed in [11, 12, 13] {
        // Each partner has its level, and buys between half of it and half as much again, each year by chance.
        let mut roll = dice(seed);
        let (mut level, mut last) = (0, Vec::new());
        bought(&bench, 150, 5, |_, year| {
            if year == 0 {
                level = 1_000 + roll(9_000);
            }
            let amount = level * (500 + roll(1_001)) / 1_000;
            if year == 4 {
                last.push(amount as f64);
            }
            amount
        });
        // As of 2024 the year 2025 is not seen.
        let found = bench.json("health acme --book book --as-of 2024-12-31");
        let share = number(&found["coverage"], "share").unwrap();
        assert!((0.76..=0.88).contains(&share), "measured {share}");
        for (line, actual) in list(&found, "lines").iter().zip(last) {
            let (low, high) = (number(line, "low").unwrap(), number(line, "high").unwrap());
            inside += usize::from(low <= actual && actual <= high);
            lines += 1;
        }
    }
    // 360 of 450 are expected, with a standard deviation of 8.5.
    assert_eq!(lines, 450);
    assert!((330..=392).contains(&inside), "{inside} of {lines} were inside");
}

/// Twice the mean rank of each value, by counting.
fn ranks(values: &[Decimal]) -> Vec<i128> {
    let rank = |value: &Decimal| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        (2 * below + equal + 1) as i128
    };
    values.iter().map(rank).collect()
}

/// Pearson's correlation of two lists of doubled ranks, in thousandths.
fn correlation(one: &[i128], other: &[i128]) -> i128 {
    let mean = one.len() as i128 + 1;
    let product = |one: &[i128], other: &[i128]| -> i128 {
        one.iter().zip(other).map(|(one, other)| (one - mean) * (other - mean)).sum()
    };
    1_000 * product(one, other) / (product(one, one) * product(other, other)).isqrt()
}

fn uneven() -> Bench {
    let bench = acme("", "growth_ceiling = 0.4\n[parameters]\nuplift = 0.1\n");
    bench.write(
        "rules/acme/history.rhai",
        &LAST_YEAR.replace(
            "indicate(max(prior, 0.0))",
            "indicate(max(prior, 0.0) * (1 + partner.parameters.uplift) + 500.0)",
        ),
    );
    let mut roll = dice(5);
    bought(&bench, 60, 4, |_, _| 500 + roll(9_500));
    bench
}

#[test]
fn measures_of_fairness_are_those_of_a_slow_computation_from_the_lines() {
    let found = uneven().json("health acme --book book --as-of 2024-12-31 --target 430000");
    let exact = |line: &Value, name: &str| -> Decimal { text(line, name).unwrap().parse().unwrap() };
    let lines = || list(&found, "lines").iter();
    let multiples: Vec<Decimal> =
        lines().map(|line| exact(line, "quota") / exact(line, "comparable_revenue")).collect();
    let sizes: Vec<Decimal> = lines().map(|line| exact(line, "comparable_revenue")).collect();
    let odds: Vec<Decimal> = lines().map(|line| exact(line, "odds")).collect();
    // Half the mean difference of all pairs ÷ the mean.
    let pairs = multiples.iter().flat_map(|one| multiples.iter().map(move |other| (one - other).abs()));
    let apart: Decimal = pairs.sum();
    let gini = apart / (Decimal::from(2 * multiples.len()) * multiples.iter().sum::<Decimal>());
    let thousandths = |name: &str| exact(&found["fairness"], name) * Decimal::from(1_000);
    assert!((thousandths("gini") - gini * Decimal::from(1_000)).abs() <= Decimal::ONE, "{gini}");
    assert!(gini > Decimal::new(1, 2), "the plan asks unevenly");
    for (name, measured) in [("growth_by_size", &multiples), ("odds_by_size", &odds)] {
        let expected = Decimal::from(correlation(&ranks(measured), &ranks(&sizes)));
        assert!(
            (thousandths(name) - expected).abs() <= Decimal::TWO,
            "{name}: {} beside {expected}",
            thousandths(name)
        );
    }
}

#[test]
fn every_document_has_the_same_bytes_on_one_and_on_eight_threads() {
    let bench = uneven();
    let commands = [
        "propose acme --as-of 2024-12-31 --target 430000 --bands --format json",
        "propose acme --as-of 2024-12-31 --target 430000 --bands --format html",
        "health acme --as-of 2024-12-31 --target 430000 --format json",
        "health acme --as-of 2024-12-31 --format html",
        "backtest acme --format json",
        "calibrate acme --as-of 2024-12-31 --past-periods 12 --format json",
    ];
    for command in commands {
        let of = |threads: u32| bench.stdout(&format!("{command} --book book --threads {threads}"));
        assert_eq!(of(1), of(8), "{command}");
    }
}
