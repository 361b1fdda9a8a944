//! Fairness: single assessments of one tenant, alone and beside ten hostile tenants.

use super::hostile::assessment;
use super::http::{ask, request};
use super::running::{Home, Running, copy};
use crate::patience::{cases, is_full};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Hostile tenants: each has a token and a vendor whose rules are slow on real data only.
const HOSTILE: usize = 10;
/// Longest p99 beside them, as a multiple of the p99 alone; medians of rounds.
const LIMIT: u32 = 2;
/// A difference that the other programs of a busy machine make, too.
const NOISE: Duration = Duration::from_millis(10);

const ASSESSMENTS: &str = "/v1/vendors/meridian/assessments";

fn secret(name: &str) -> String {
    format!("Authorization: Bearer the-long-secret-of-{name}")
}

/// A home with the good vendor, the hostile ones, and their tokens.
fn home() -> (Home, String) {
    let home = Home::new();
    let rule = home.read("rules/meridian/history.rhai").replacen(
        "let prior = partner.history.prior_revenue;",
        "let prior = partner.history.prior_revenue;\n    if prior == 777777.0 { let steps = 0; while steps < 10_000 { steps += 1; } }",
        1,
    );
    let mut tokens = String::new();
    let mut token = |name: &str, vendor: &str| {
        tokens += &format!(
            "[[token]]\nname = \"{name}\"\ntoken = \"the-long-secret-of-{name}\"\nscopes = [\"read\", \"evaluate\"]\nvendors = [\"{vendor}\"]\n"
        );
    };
    token("good", "meridian");
    for at in 0..HOSTILE {
        let vendor = format!("slow{at}");
        copy(&home.path("rules/meridian"), &home.path(&format!("rules/{vendor}")));
        home.save(&format!("rules/{vendor}/history.rhai"), &rule);
        token(&format!("bad{at}"), &vendor);
    }
    let file = home.path("tokens.toml");
    std::fs::write(&file, tokens).unwrap();
    let file = file.display().to_string();
    (home, file)
}

/// A book of this many partners, on which the rules of the hostile vendors are slow.
fn slow_book(partners: usize) -> String {
    let list = |row: &dyn Fn(usize) -> String| (0..partners).map(row).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"as_of":"2025-12-31","book":{{"currency":"USD","partners":[{}],"revenue":[{}]}}}}"#,
        list(&|at| format!(r#"{{"partner_id":"P{at}","since":"2020-01-01"}}"#)),
        list(&|at| format!(r#"{{"partner_id":"P{at}","month":"2025-12","amount":"777777.00"}}"#)),
    )
}

/// Phases of the hostile tenants.
const QUIET: u8 = 0;
const HOSTILE_NOW: u8 = 1;
const OVER: u8 = 2;

/// Everything that one hostile tenant does in the phase for it.
fn attack(address: SocketAddr, at: usize, phase: &AtomicU8, asked: &AtomicU64) {
    let (secret, vendor) = (secret(&format!("bad{at}")), format!("/v1/vendors/slow{at}"));
    let fields = ["Content-Type: application/json", &secret];
    let (whole, single) = (slow_book(2_000), slow_book(1));
    let open = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_millis(200))).ok()?;
        stream.write_all(bytes).ok()?;
        asked.fetch_add(1, Ordering::Relaxed);
        Some(stream)
    };
    let proposal = request("POST", &format!("{vendor}/proposals"), &fields, whole.as_bytes());
    let events = request("GET", "/v1/events", &fields, b"");
    let (mut stalled, mut streams, mut left) = (Vec::new(), Vec::new(), Vec::new());
    while phase.load(Ordering::Relaxed) != OVER {
        if phase.load(Ordering::Relaxed) == QUIET {
            [&mut stalled, &mut streams, &mut left].into_iter().for_each(Vec::clear);
            std::thread::sleep(Duration::from_millis(10));
            continue;
        }
        // Bodies that never end, and event streams, as many as are allowed.
        stalled.extend(open(&proposal[..proposal.len() / 2]));
        if streams.len() < 16 {
            streams.extend(open(&events));
        }
        if stalled.len() > 20 {
            stalled.remove(0);
        }
        // Books that take long, whose caller leaves after a while.
        left.extend(open(&proposal));
        if left.len() > 3 {
            left.remove(0);
        }
        drop(ask(address, "POST", &format!("{vendor}/assessments"), &fields, single.as_bytes()));
        asked.fetch_add(1, Ordering::Relaxed);
        if let Some(stream) = left.last_mut() {
            drop(stream.read(&mut [0; 1024]));
        }
    }
}

/// Durations of single assessments of the good tenant, ascending; every one must be decided.
fn measure(server: &Running, count: u32) -> Vec<Duration> {
    let (secret, body) = (secret("good"), assessment("P1"));
    let mut took: Vec<Duration> = (0..count)
        .map(|_| {
            let start = Instant::now();
            let fields = ["Content-Type: application/json", &secret];
            let answer = ask(server.address, "POST", ASSESSMENTS, &fields, body.as_bytes()).unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
            let took = start.elapsed();
            std::thread::sleep(Duration::from_millis(5));
            took
        })
        .collect();
    took.sort_unstable();
    took
}

fn permille(sorted: &[Duration], permille: usize) -> Duration {
    sorted[(sorted.len() * permille / 1_000).min(sorted.len() - 1)]
}

#[test]
fn ten_hostile_tenants_make_no_request_of_another_fail_and_its_p99_at_most_twice_as_long() {
    let (home, tokens) = home();
    let server = home.serve(&["--tokens", &tokens]);
    let is_idle = is_idle();
    let (rounds, count) = (cases(3, 10), cases(100, 500));
    let (phase, asked) = (AtomicU8::new(QUIET), AtomicU64::new(0));
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        for at in 0..HOSTILE {
            let (phase, asked) = (&phase, &asked);
            scope.spawn(move || attack(server.address, at, phase, asked));
        }
        let measured = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            // In turn, so that what other programs do falls on both.
            for _ in 0..rounds {
                alone.push(measure(&server, count));
                phase.store(HOSTILE_NOW, Ordering::Relaxed);
                std::thread::sleep(Duration::from_secs(1));
                beside.push(measure(&server, count));
                phase.store(QUIET, Ordering::Relaxed);
                std::thread::sleep(Duration::from_secs(1));
            }
        }));
        phase.store(OVER, Ordering::Relaxed);
        measured.unwrap_or_else(|failed| std::panic::resume_unwind(failed));
    });
    let median = |rounds: &[Vec<Duration>], at: usize| {
        let mut each: Vec<Duration> = rounds.iter().map(|sorted| permille(sorted, at)).collect();
        each.sort_unstable();
        each[each.len() / 2]
    };
    let of = |rounds: &[Vec<Duration>]| (median(rounds, 500), median(rounds, 990));
    let ((p50, p99), (p50_beside, p99_beside)) = (of(&alone), of(&beside));
    println!(
        "median of {rounds} rounds: alone p50 {p50:?}, p99 {p99:?}; beside {HOSTILE} hostile tenants ({} requests of \
         theirs) p50 {p50_beside:?}, p99 {p99_beside:?}: {} % of that alone",
        asked.load(Ordering::Relaxed),
        p99_beside.as_micros() * 100 / p99.as_micros().max(1)
    );
    // Other programs on the machine make times longer than what is measured here.
    match (is_full(), is_idle) {
        (true, true) => {
            assert!(p99_beside <= p99 * LIMIT || p99_beside <= p99 + NOISE, "more than {LIMIT} times as long");
        }
        (true, false) => println!("left out: the machine is busy, so that its times show nothing"),
        (false, _) => {}
    }
}

/// True when less than half of the processors were in use during the last minute.
fn is_idle() -> bool {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split('.').next().and_then(|load| load.parse::<usize>().ok()).is_some_and(|load| load * 2 < cores)
}
