//! A changed lock: settling the assessed lines again, compared with a whole proposal.
//!
//! Settings: `QUOTIENT_BENCH_PARTNERS` (one size instead of 2,000 and 10,000), `QUOTIENT_BENCH_VENDOR`,
//! `QUOTIENT_BENCH_THREADS`, `QUOTIENT_BENCH_ROUNDS`.

use crate::harness::{Scratch, each, median, setting, vendor};
use quotient::channel::{Lock, SegmentKey};
use quotient::demonstration::write_csv;
use quotient::intake::{ReadOptions, read_book};
use quotient::planning::{Assessed, Request, propose};
use quotient::script::on_script_threads;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Runs the bench.
pub fn main() {
    let sizes = match setting("QUOTIENT_BENCH_PARTNERS", 0) {
        0 => vec![2_000, 10_000],
        one => vec![one],
    };
    let (threads, rounds) = (setting("QUOTIENT_BENCH_THREADS", 2), setting("QUOTIENT_BENCH_ROUNDS", 9));
    let name = std::env::var("QUOTIENT_BENCH_VENDOR").unwrap_or_else(|_| "meridian".to_owned());
    let plugin = vendor(&name);
    for partners in sizes {
        let scratch = Scratch::new("rebalance");
        write_csv(&scratch.0, 1, partners).expect("a book");
        let book = read_book(&scratch.0, None, &ReadOptions::default()).into_result().expect("a book").0;
        let (whole, again, lines) = on_script_threads(Some(threads), || {
            let first = propose(&plugin, &book, &Request::default(), &|_, _| {}).expect("a proposal");
            let line = &first.lines[0];
            let mut assessed = Assessed::new(&plugin, &book, &Request::default(), &|_, _| {}).expect("assessed lines");
            let (mut whole, mut again): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                let lock = Lock {
                    partner_id: line.identity.partner_id.clone(),
                    segment: SegmentKey::clone(&line.segment),
                    quota: line.quota,
                    reason: "agreed".to_owned(),
                    periods: Vec::new(),
                };
                let target = Some(first.total.amount());
                let request = Request { locks: vec![lock], target, ..Request::default() };
                let began = Instant::now();
                let quotas = assessed.settle(&plugin, &request).expect("a settlement").quotas;
                again.push(began.elapsed());
                let began = Instant::now();
                let plan = propose(&plugin, &book, &request, &|_, _| {}).expect("a proposal");
                whole.push(began.elapsed());
                assert!(plan.lines.iter().map(|line| line.quota).eq(quotas.iter().map(|(_, _, quota)| *quota)));
                black_box(quotas);
            }
            (median(whole), median(again), first.lines.len())
        });
        println!("\n{name}, {partners} partners, {lines} lines, {threads} threads, {rounds} rounds");
        println!("  whole proposal {whole:>12.1?} {:>10} a line", each(whole, lines));
        println!("  settled again  {again:>12.1?} {:>10} a line", each(again, lines));
    }
}
