//! Runs every test once without a mutant, and notes which mutants it reaches and how long it takes.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::options::Options;
use crate::process::{Ending, Mode, Runner};
use crate::score::Progress;

/// Tests that look at the source itself, which differs in the copy; and those that look for panics only.
const LEFT_OUT: [&str; 3] = ["architecture::", "fuzzing::", "measure::"];
/// Modules of tests that start services and compare them with the program, each with the rooms whose mutants it is run
/// against: such tests take long, and what they see of other rooms is the same on both sides.
const SERVICES: [(&str, &[&str]); 5] = [
    ("deploy", &["server"]),
    ("library", &["library"]),
    ("power", &["ledger", "server"]),
    ("request", &["request"]),
    ("server", &["server"]),
];
/// A test that fails without a mutant is tried again: some of them are about time, and the machine may be busy.
const ATTEMPTS: usize = 3;
/// Longest time for a test without a mutant.
const LIMIT: Duration = Duration::from_secs(600);

/// One test, as it runs without a mutant.
#[derive(Debug)]
pub struct Test {
    pub name: String,
    pub time: Duration,
    /// Positions of the mutants that it reaches.
    pub reached: BTreeSet<usize>,
}

impl Test {
    /// The room whose tests this belongs to.
    pub fn room(&self) -> &str {
        self.name.split("::").next().unwrap_or_default()
    }

    /// True when the test is to be run against this mutant.
    pub fn reaches(&self, at: usize, room: &str) -> bool {
        self.reached.contains(&at) && concerns(self.room(), room)
    }
}

/// Fails in the gate form when a test does not pass without a mutant; elsewhere such a test is left out, and named.
pub fn run(runner: &Runner, options: &Options) -> Result<Vec<Test>, Failure> {
    let all = runner.tests()?;
    let names: Vec<String> = all.into_iter().filter(|name| wanted(name, options)).collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new((Vec::new(), Vec::new()));
    let progress = Progress::new("tests without a mutant", names.len());
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = one(runner, name);
                    if let Ok(mut found) = found.lock() {
                        match result {
                            Ok(test) => found.0.push(test),
                            Err(failed) => found.1.push(failed),
                        }
                    }
                    progress.step();
                }
            });
        }
    });
    let (mut tests, failed) = found.into_inner().map_err(|error| error.to_string())?;
    if !failed.is_empty() {
        let list = format!("these tests fail without a mutant:\n  {}", failed.join("\n  "));
        // A few may depend on the place they run in; with many, the result would say nothing.
        if options.gate || failed.len() * 20 > names.len() {
            return Err(list);
        }
        eprintln!("{list}\nthey are left out");
    }
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tests)
}

/// True when tests of `module` are run against mutants of `room`.
fn concerns(module: &str, room: &str) -> bool {
    SERVICES.iter().find(|(service, _)| *service == module).is_none_or(|(_, rooms)| rooms.contains(&room))
}

/// False for a test that is left out, and for one of a service none of whose rooms is selected.
fn wanted(name: &str, options: &Options) -> bool {
    let module = name.split("::").next().unwrap_or_default();
    let concerned = |room: &String| if options.own { module == room } else { concerns(module, room) };
    let selected = options.rooms.is_empty() || options.rooms.iter().any(concerned);
    let named = options.tests.is_empty() || options.tests.iter().any(|part| name.contains(part.as_str()));
    selected && named && !LEFT_OUT.iter().any(|module| name.starts_with(module))
}

fn one(runner: &Runner, name: &str) -> Result<Test, String> {
    let path = runner.scratch.join(format!("{}.reached", name.replace("::", ".")));
    let mut time = Duration::ZERO;
    let mut ending = Ending::TimedOut;
    for _ in 0..ATTEMPTS {
        let started = Instant::now();
        ending = runner.run(&[name], Mode::Trace(&path), LIMIT);
        time = started.elapsed();
        if ending == Ending::Passed {
            break;
        }
    }
    if ending != Ending::Passed {
        return Err(format!("{name}: {ending:?}"));
    }
    // A test that reaches no mutant writes no file.
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    Ok(Test { name: name.to_owned(), time, reached: text.lines().filter_map(|line| line.parse().ok()).collect() })
}
