//! Runs the tests that reach a mutant against it: those of its own room first, quick ones before slow ones.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::mutant::Mutant;
use crate::options::Options;
use crate::process::{Ending, Mode, Runner};
use crate::score::Progress;
use crate::trace::Test;

/// Tests are run together until they take this long without a mutant.
const BATCH: Duration = Duration::from_millis(1500);
/// So many tests are run together however long they take.
const FEW: usize = 4;
/// A mutant has at least this long, and this many times as long as the tests take without it.
const LEAST: Duration = Duration::from_secs(15);
const TIMES: u32 = 20;

/// What the tests say about a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The test that failed.
    Killed(String),
    /// The tests did not end, and did without the mutant in a tenth of the time.
    TimedOut(String),
    /// So many tests reach it, and none fails.
    Survived(usize),
    /// No test reaches it.
    Uncovered,
}

/// The verdict on every chosen mutant, in their order.
pub fn run(
    runner: &Runner,
    tests: &[Test],
    all: &[Mutant],
    chosen: &[usize],
    options: &Options,
) -> Vec<(usize, Verdict)> {
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(Vec::new());
    let progress = Progress::new("mutants", chosen.len());
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                while let Some(at) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = one(runner, tests, &all[*at].room, *at, options);
                    if matches!(verdict, Verdict::Survived(_) | Verdict::Uncovered) {
                        // Said at once as well: a long run may be interrupted.
                        eprintln!("not noticed: {}", all[*at].description());
                    }
                    if let Ok(mut verdicts) = verdicts.lock() {
                        verdicts.push((*at, verdict));
                    }
                    progress.step();
                }
            });
        }
    });
    let mut verdicts = verdicts.into_inner().unwrap_or_default();
    verdicts.sort_by_key(|(at, _)| *at);
    verdicts
}

fn one(runner: &Runner, tests: &[Test], room: &str, at: usize, options: &Options) -> Verdict {
    let of_others = |test: &Test| !options.own && test.time <= options.slowest;
    let is_run = |test: &&Test| test.reaches(at, room) && (test.room() == room || of_others(test));
    let mut reaching: Vec<&Test> = tests.iter().filter(is_run).collect();
    reaching.sort_by_key(|test| (test.room() != room, test.time));
    for batch in batches(&reaching, room) {
        let names: Vec<&str> = batch.iter().map(|test| test.name.as_str()).collect();
        let usual: Duration = batch.iter().map(|test| test.time).sum();
        match trial(runner, &names, usual, at) {
            Ending::Passed => {}
            Ending::Failed(test) => return Verdict::Killed(test),
            Ending::TimedOut => return Verdict::TimedOut(names.join(", ")),
        }
    }
    if reaching.is_empty() { Verdict::Uncovered } else { Verdict::Survived(reaching.len()) }
}

/// Quick tests share a process, slow ones a few at a time; those of the own room have processes to themselves.
fn batches<'t>(reaching: &[&'t Test], room: &str) -> Vec<Vec<&'t Test>> {
    let mut batches: Vec<Vec<&Test>> = Vec::new();
    let mut time = Duration::ZERO;
    for test in reaching {
        match batches.last_mut() {
            Some(batch)
                if (time + test.time <= BATCH || batch.len() < FEW)
                    && batch.iter().all(|other| (other.room() == room) == (test.room() == room)) =>
            {
                batch.push(test);
                time += test.time;
            }
            _ => {
                batches.push(vec![test]);
                time = test.time;
            }
        }
    }
    batches
}

/// A time-out counts only if the same tests now end without the mutant in a tenth of the limit; else the machine is busy.
fn trial(runner: &Runner, names: &[&str], usual: Duration, at: usize) -> Ending {
    let mut limit = LEAST.max(usual * TIMES);
    loop {
        let ending = runner.run(names, Mode::Mutant(at), limit);
        if ending != Ending::TimedOut {
            return ending;
        }
        let started = Instant::now();
        let unmutated = runner.run(names, Mode::Unmutated, limit);
        if unmutated == Ending::Passed && started.elapsed() * 10 <= limit {
            return Ending::TimedOut;
        }
        limit *= 2;
    }
}
