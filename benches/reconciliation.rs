//! Reconciliation, rounding and phasing alone, against sorting as many numbers: what water-filling at least needs.
//!
//! Settings: `QUOTIENT_BENCH_LINES`, `QUOTIENT_BENCH_ROUNDS`.

mod harness;

use harness::{Contender, mebibytes, peak_bytes, race, setting};
use quotient::quota::{OnViolation, OpenLine, ReconciliationGroup, ReconciliationRules, Shares, phase, reconcile};

/// A generator of numbers, the same in every run (Steele, Lea, Flood: SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> i128 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        i128::from((z ^ (z >> 31)) % limit)
    }
}

fn lines(count: usize) -> Vec<OpenLine> {
    let mut numbers = Numbers(1);
    let mut line = || {
        let assessment = 1_000_00 + numbers.below(50_000_000);
        let (low, high) = (numbers.below(30), numbers.below(60));
        OpenLine {
            assessment,
            floor: Some(assessment * (100 - low) / 100),
            ceiling: Some(assessment * (100 + high) / 100),
            lock: (numbers.below(100) == 0).then_some(assessment),
        }
    };
    (0..count).map(|_| line()).collect()
}

fn main() {
    let count = setting("QUOTIENT_BENCH_LINES", 1_000_000);
    let rounds = setting("QUOTIENT_BENCH_ROUNDS", 5);
    let lines = lines(count);
    let bottom_up: i128 = lines.iter().map(|line| line.assessment).sum();
    let group = |name: &str, lines: Vec<usize>, amount| ReconciliationGroup { name: name.to_owned(), amount, lines };
    let channel = [group("channel", (0..count).collect(), Some(bottom_up / 100 * 108))];
    let territories: Vec<ReconciliationGroup> = (0..50)
        .map(|at| {
            let own: Vec<usize> = (at..count).step_by(50).collect();
            let sum: i128 = own.iter().map(|line| lines[*line].assessment).sum();
            group("territory", own, Some(sum / 100 * 108))
        })
        .collect();
    let stands = [group("channel", (0..count).collect(), None)];
    let rules = ReconciliationRules { unit: 10_000, on_violation: OnViolation::Clamp };
    let done = reconcile(&lines, &channel, rules).expect("a feasible target");
    assert_eq!(
        done.lines.iter().map(|line| line.quota).sum::<i128>(),
        bottom_up / 100 * 108,
        "the quotas meet the target"
    );

    let seasons: Vec<Shares> = (1..=12).map(|at| Shares::new(&[10, 10 + at, 9, 14 + at]).expect("shares")).collect();
    let quotas: Vec<(i128, &Shares)> =
        done.lines.iter().enumerate().map(|(at, line)| (line.quota, &seasons[at % seasons.len()])).collect();
    let mut contenders = [
        Contender::new("sorting the assessments (yardstick)", || {
            let mut amounts: Vec<i128> = lines.iter().map(|line| line.assessment).collect();
            amounts.sort_unstable();
            amounts
        }),
        Contender::new("bottom-up stands: bounds and rounding", || reconcile(&lines, &stands, rules)),
        Contender::new("one channel target", || reconcile(&lines, &channel, rules)),
        Contender::new("50 territory targets", || reconcile(&lines, &territories, rules)),
        Contender::new("phasing into four quarters", || phase(&quotas, 10_000)),
    ];
    race(&format!("reconciliation and rounding, {count} lines"), count, &mut contenders, rounds);
    if let Some(bytes) = peak_bytes() {
        println!("  peak of the process: {}", mebibytes(bytes));
    }
}
