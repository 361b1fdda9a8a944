//! A whole proposal by stages: what share of the run each takes, and what it holds in memory.
//!
//! Settings: `QUOTIENT_BENCH_PARTNERS` (one size instead of 10,000 and 100,000), `QUOTIENT_BENCH_VENDOR`,
//! `QUOTIENT_BENCH_THREADS`, `QUOTIENT_BENCH_ROUNDS`.

use crate::harness::{Scratch, each, mebibytes, median, peak_bytes, setting, share, vendor};
use quotient::channel::PartnerBook;
use quotient::demonstration::write_csv;
use quotient::intake::{ReadOptions, read_book};
use quotient::planning::{Lines, Request, View, prepare};
use quotient::plugin::VendorPlugin;
use quotient::report;
use quotient::script::on_script_threads;
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The stages of a run, in order; together they are the run.
const STAGES: [&str; 7] = [
    "read the book",
    "survey and facts",
    "scripts, assessment, guardrails",
    "reconciliation and rounding",
    "phasing, explanation",
    "write CSV",
    "write JSON (not part of the run)",
];

/// Runs the bench.
pub fn main() {
    let sizes = match setting("QUOTIENT_BENCH_PARTNERS", 0) {
        0 => vec![10_000, 100_000],
        one => vec![one],
    };
    let threads = setting("QUOTIENT_BENCH_THREADS", 2);
    let name = std::env::var("QUOTIENT_BENCH_VENDOR").unwrap_or_else(|_| "meridian".to_owned());
    let plugin = vendor(&name);
    for partners in sizes {
        let rounds = setting("QUOTIENT_BENCH_ROUNDS", if partners > 20_000 { 1 } else { 3 });
        let scratch = Scratch::new("propose");
        write_csv(&scratch.0, 1, partners).expect("a book");
        let mut times = vec![Vec::new(); STAGES.len()];
        let mut lines = 0;
        for _ in 0..rounds {
            let (found, round) = on_script_threads(Some(threads), || run(&plugin, &scratch));
            lines = found;
            times.iter_mut().zip(round).for_each(|(times, time)| times.push(time));
        }
        let medians: Vec<Duration> = times.into_iter().map(median).collect();
        let whole: Duration = medians[..6].iter().sum();
        println!(
            "\n{name}, {partners} partners, {lines} lines, {threads} threads, {rounds} rounds: {} a line",
            each(whole, lines)
        );
        for (stage, time) in STAGES.iter().zip(&medians) {
            println!("  {stage:<36} {:>10} a line {:>8} of the run", each(*time, lines), share(*time, whole));
        }
        if let Some(bytes) = peak_bytes() {
            println!(
                "  peak of the process so far: {}, {} bytes a line",
                mebibytes(bytes),
                bytes / lines.max(1) as u64
            );
        }
    }
}

/// Runs every stage once; returns the number of lines and the time of each stage.
fn run(plugin: &VendorPlugin, scratch: &Scratch) -> (usize, [Duration; 7]) {
    let (book, read) = timed(|| {
        let options = ReadOptions {
            calendar: Some(plugin.manifest.calendar),
            currency: plugin.manifest.currency,
            ..ReadOptions::default()
        };
        read_book(&scratch.0, None, &options).into_result().unwrap_or_else(|findings| panic!("{findings:?}")).0
    });
    let (view, prior) = view(plugin, &book);
    // Facts are made line by line within `prepare`; here they are made once more by themselves, and the time taken off.
    let ((), facts) = timed(|| {
        let lines = Lines::new(&book, &plugin.manifest, view);
        lines.eligible.par_iter().for_each(|index| drop(black_box(lines.facts(&book.partners[*index]))));
    });
    let request = Request { target: Some((prior * Decimal::new(104, 2)).round_dp(2)), ..Request::default() };
    let (prepared, assessed) =
        timed(|| prepare(plugin, &book, &request, &|_, _| {}).unwrap_or_else(|findings| panic!("{findings:?}")));
    let currency = book.currency;
    let (settled, reconciled) = timed(|| {
        prepared.settlement.settle(&prepared.drafts, currency).unwrap_or_else(|findings| panic!("{findings:?}"))
    });
    let (plan, explained) = timed(|| prepared.plan(&settled, None).unwrap_or_else(|findings| panic!("{findings:?}")));
    let ((), csv) = timed(|| report::csv::write_plan(&plan, &mut std::io::sink()).expect("CSV"));
    let ((), json) = timed(|| report::json::write_plan(&plan, &mut std::io::sink()).expect("JSON"));
    (plan.lines.len(), [read, facts, assessed.saturating_sub(facts), reconciled, explained, csv, json])
}

fn timed<R>(work: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// The view that `propose` chooses by itself, and the channel's prior revenue in it.
fn view(plugin: &VendorPlugin, book: &PartnerBook) -> (View, Decimal) {
    let as_of = book.revenue_months().expect("revenue").1.last_day();
    let period = plugin.manifest.calendar.next_after(as_of, plugin.manifest.period_months).expect("a period");
    let view = View { period, as_of, target: None, is_past: false };
    let lines = Lines::new(book, &plugin.manifest, view.clone());
    let prior = lines.channel().prior_revenue.expect("prior revenue").amount();
    (view, prior)
}
