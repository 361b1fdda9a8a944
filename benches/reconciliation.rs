//! How long reconciliation and rounding of 1,000,000 lines take, as ratios to two things everybody knows.
//!
//! `cargo bench -- reconciliation`. The contenders take turns in one process; the medians are printed, none is
//! asserted. The checksum keeps the work from being optimised away.

use quotient::quota::{OnViolation, OpenLine, ReconciliationGroup, ReconciliationRules, Shares, phase, reconcile};
use rust_decimal::{Decimal, RoundingStrategy};
use std::hint::black_box;
use std::time::{Duration, Instant};

const LINES: usize = 1_000_000;
const ROUNDS: usize = 7;

/// One thing that is measured: its name and a run that returns a checksum.
type Contender<'a> = (&'static str, Box<dyn Fn() -> i128 + 'a>);

/// Assessments from 1 to 10 million cents; every second line has a floor and a ceiling, every fiftieth a lock.
fn lines() -> Vec<OpenLine> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        i128::from(state >> 11)
    };
    (0..LINES)
        .map(|at| {
            let assessment = 1 + next() % 1_000_000_000;
            let bounded = at % 2 == 0;
            OpenLine {
                assessment,
                floor: bounded.then(|| assessment * (50 + next() % 50) / 100),
                ceiling: bounded.then(|| assessment * (101 + next() % 80) / 100),
                lock: (at % 50 == 0).then_some(assessment),
            }
        })
        .collect()
}

/// One channel over all lines that asks 4.3 % more than they assess.
fn channel(lines: &[OpenLine]) -> ReconciliationGroup {
    let assessed: i128 = lines.iter().map(|line| line.assessment).sum();
    ReconciliationGroup {
        name: "channel".into(),
        amount: Some(assessed * 1_043 / 1_000),
        lines: (0..lines.len()).collect(),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Runs the bench.
pub fn main() {
    let lines = lines();
    let group = [channel(&lines)];
    let rules = |unit| ReconciliationRules { unit, on_violation: OnViolation::Clamp };
    let quotas =
        |unit| reconcile(&lines, &group, rules(unit)).map_or(0, |done| done.lines.iter().map(|line| line.quota).sum());
    let even = Shares::even(4);
    let contenders: [Contender<'_>; 6] = [
        ("sort 1,000,000 i128", Box::new(|| sorted(&lines))),
        ("scale each with Decimal, round to the cent", Box::new(|| scaled(&lines))),
        ("reconcile, cents", Box::new(|| quotas(1))),
        ("reconcile, to 100", Box::new(|| quotas(10_000))),
        ("phase into 4 quarters, cents", Box::new(|| phased(&lines, &even, 1))),
        ("phase into 4 quarters, to 100", Box::new(|| phased(&lines, &even, 10_000))),
    ];
    let mut times = vec![Vec::with_capacity(ROUNDS); contenders.len()];
    let mut sums = vec![0; contenders.len()];
    for _ in 0..ROUNDS {
        for (index, (_, run)) in contenders.iter().enumerate() {
            let start = Instant::now();
            sums[index] = black_box(run());
            times[index].push(start.elapsed());
        }
    }
    let medians: Vec<Duration> = times.into_iter().map(median).collect();
    println!("{LINES} lines, medians of {ROUNDS} interleaved rounds");
    println!("{:<44} {:>9} {:>9} {:>9}  checksum", "", "ms", "÷ sort", "÷ Decimal");
    for (index, (name, _)) in contenders.iter().enumerate() {
        println!(
            "{name:<44} {:>9} {:>9} {:>9}  {}",
            medians[index].as_millis(),
            ratio(medians[index], medians[0]),
            ratio(medians[index], medians[1]),
            sums[index]
        );
    }
}

/// A ratio with two decimals, without floats.
fn ratio(time: Duration, base: Duration) -> String {
    let hundredths = time.as_nanos() * 100 / base.as_nanos().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn sorted(lines: &[OpenLine]) -> i128 {
    let mut assessments: Vec<i128> = lines.iter().map(|line| line.assessment).collect();
    assessments.sort_unstable();
    assessments[LINES / 2]
}

/// What a spreadsheet does: no guardrails, and the sum is missed.
fn scaled(lines: &[OpenLine]) -> i128 {
    let factor = Decimal::new(1_043, 3);
    let scale = |line: &OpenLine| {
        let amount = Decimal::try_from_i128_with_scale(line.assessment, 2).unwrap_or_default();
        let mut due = amount.checked_mul(factor).unwrap_or_default();
        due = due.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        due.rescale(2);
        due.mantissa()
    };
    lines.iter().map(scale).sum()
}

fn phased(lines: &[OpenLine], shares: &Shares, unit: i128) -> i128 {
    let rows: Vec<(i128, &Shares)> = lines.iter().map(|line| (line.assessment, shares)).collect();
    phase(&rows, unit).map_or(0, |phased| phased.columns()[0])
}
