//! The plan of record in its file: one command, a command about many lines, verification, a plan folded from its events.
//!
//! Settings: `QUOTIENT_BENCH_LINES` (lines of the plan, 1,000 by default), `QUOTIENT_BENCH_ROUNDS` (101),
//! `QUOTIENT_BENCH_EVENTS` (events that are verified and folded at least, 100,000).

use crate::harness::{Scratch, each, median, ratio, setting};
use chrono::{DateTime, Utc};
use quotient::channel::SegmentKey;
use quotient::ledger::plan::{Actor, ApprovalRule, Assigned, Change, Command, LineKey, OnSilence, Opening, Terms};
use quotient::ledger::rebuild::rebuild;
use quotient::ledger::store::Store;
use quotient::ledger::{Loaded, give, load, load_or_new};
use quotient::units::{Currency, Money};
use std::time::{Duration, Instant};

/// Lines of a command about many.
const MANY: usize = 100;

fn key(number: usize) -> LineKey {
    LineKey::new(&format!("P{number:06}"), &SegmentKey::default())
}

fn opening(lines: usize, proposal: String) -> Opening {
    let (usd, date) = (|amount| Money::new(amount, Currency::USD), |text: &str| text.parse().expect("a date"));
    let line = |number| Assigned {
        line: key(number),
        partner_name: format!("Partner {number}"),
        manager: Some("A. Manager".to_owned()),
        home: None,
        figure: usd(100_000),
        minimum: None,
    };
    Opening {
        name: "FY2026".to_owned(),
        vendor: "meridian".to_owned(),
        period: "FY2026".to_owned(),
        first_day: date("2026-01-01"),
        last_day: date("2026-12-31"),
        as_of: date("2025-12-31"),
        revision: "revision".to_owned(),
        book: "book".to_owned(),
        proposal,
        request: None,
        asked_target: None,
        target: None,
        reserve: usd(0),
        terms: Terms { rounds: 3, reply_within_days: 10, on_silence: OnSilence::Remind },
        approval: ApprovalRule::default(),
        review: None,
        facts: None,
        tables: None,
        book_files: None,
        lines: (0..lines).map(line).collect(),
    }
}

/// Offers of lines from a number on, each at another figure than before.
fn offer(from: usize, count: usize, lines: usize, figure: i64) -> Command {
    let change = |number: usize| Change {
        line: key(number % lines),
        figure: Some(Money::new(figure, Currency::USD)),
        reason: "a reason of usual length, as people write it".to_owned(),
    };
    Command::Offer { lines: (from..from + count).map(change).collect(), reply_by: None }
}

/// A plan in a file while commands are given.
struct Round {
    store: Store,
    loaded: Loaded,
    at: DateTime<Utc>,
    given: i64,
}

impl Round {
    /// Gives an offer about `count` lines; returns the time from the command to its record on the disk.
    fn offers(&mut self, count: usize, lines: usize) -> Duration {
        self.given += 1;
        let from = usize::try_from(self.given).expect("a number") * MANY;
        let commands = [offer(from, count, lines, 100_000 + self.given)];
        let began = Instant::now();
        let given = give(&mut self.store, &self.loaded, &commands, &Actor::new("okafor"), self.at);
        let took = began.elapsed();
        let given = given.expect("a command");
        self.loaded.events.extend(given.events);
        self.loaded.state = given.state;
        took
    }
}

/// Runs the bench.
pub fn main() {
    let (lines, rounds) = (setting("QUOTIENT_BENCH_LINES", 1_000), setting("QUOTIENT_BENCH_ROUNDS", 101));
    let events = setting("QUOTIENT_BENCH_EVENTS", 100_000);
    let scratch = Scratch::new("ledger");
    std::fs::create_dir_all(&scratch.0).expect("a directory");
    let file = scratch.0.join("bench.ledger");
    let mut store = Store::open(&file).expect("a ledger");
    let proposal = store.put(b"{}").expect("a snapshot").to_string();
    let loaded = load_or_new(&store, "FY2026").expect("a new plan");
    let at = DateTime::<Utc>::UNIX_EPOCH;
    let mut round = Round { store, loaded, at, given: 0 };
    let open = [Command::Open(Box::new(opening(lines, proposal)))];
    let given = give(&mut round.store, &round.loaded, &open, &Actor::new("pia"), at).expect("a plan");
    (round.loaded.state, round.loaded.events) = (given.state, given.events);
    let (mut ones, mut manys) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ones.push(round.offers(1, lines));
        manys.push(round.offers(MANY.min(lines), lines));
    }
    let (one, many) = (median(ones), median(manys));
    println!("\na plan of {lines} lines, {rounds} rounds, each command on the disk");
    println!("  one line in a command        {one:>12.1?}");
    println!("  {MANY} lines in a command      {many:>12.1?} {:>9}", ratio(many, one));
    while round.loaded.events.len() < events {
        round.offers(lines, lines);
    }
    let began = Instant::now();
    let verified = round.store.verify(None).expect("a verification");
    let took = began.elapsed();
    let number = usize::try_from(verified.events).expect("a number of events");
    let per_second = |took: Duration| number as u128 * 1_000_000_000 / took.as_nanos().max(1);
    println!(
        "  {number} events verified   {took:>12.1?} {:>9} {} events per second",
        each(took, number),
        per_second(took)
    );
    let began = Instant::now();
    let loaded = load(&round.store, "FY2026").expect("the plan");
    let took = began.elapsed();
    println!(
        "  {number} events folded     {took:>12.1?} {:>9} {} events per second",
        each(took, number),
        per_second(took)
    );
    let began = Instant::now();
    let (_, differences) = rebuild(&loaded).expect("a plan");
    assert_eq!(differences, []);
    println!("  rebuilt and compared       {:>12.1?}", began.elapsed());
}
