//! Counts verdicts per room, and prints them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::mutant::Mutant;
use crate::options::Options;
use crate::sample;
use crate::trace::Test;
use crate::trial::Verdict;

#[derive(Debug, Default, Clone)]
struct Room {
    mutants: usize,
    unviable: usize,
    equivalent: usize,
    killed: usize,
    timed_out: usize,
    survived: usize,
    uncovered: usize,
}

impl Room {
    fn add(&mut self, other: &Self) {
        self.mutants += other.mutants;
        self.unviable += other.unviable;
        self.equivalent += other.equivalent;
        self.killed += other.killed;
        self.timed_out += other.timed_out;
        self.survived += other.survived;
        self.uncovered += other.uncovered;
    }

    fn run(&self) -> usize {
        self.noticed() + self.missed()
    }

    fn noticed(&self) -> usize {
        self.killed + self.timed_out
    }

    fn missed(&self) -> usize {
        self.survived + self.uncovered
    }

    /// In percent, rounded down.
    fn score(&self) -> String {
        (self.noticed() * 100).checked_div(self.run()).map_or_else(|| "-".into(), |score| format!("{score} %"))
    }
}

/// The result of a run.
pub struct Scores<'a> {
    all: &'a [Mutant],
    results: Vec<(usize, Verdict)>,
    rooms: BTreeMap<&'a str, Room>,
    gate: bool,
    seed: u64,
}

impl<'a> Scores<'a> {
    pub fn new(
        all: &'a [Mutant],
        results: Vec<(usize, Verdict)>,
        unviable: &BTreeSet<usize>,
        equivalent: &BTreeSet<usize>,
        options: &Options,
    ) -> Self {
        let mut rooms: BTreeMap<&str, Room> = BTreeMap::new();
        for (at, mutant) in all.iter().enumerate().filter(|(_, mutant)| options.covers(&mutant.room, &mutant.file)) {
            let room = rooms.entry(&mutant.room).or_default();
            room.mutants += 1;
            room.unviable += usize::from(unviable.contains(&at));
            room.equivalent += usize::from(equivalent.contains(&at));
        }
        for (at, verdict) in &results {
            let room = rooms.entry(&all[*at].room).or_default();
            match verdict {
                Verdict::Killed(_) => room.killed += 1,
                Verdict::TimedOut(_) => room.timed_out += 1,
                Verdict::Survived(_) => room.survived += 1,
                Verdict::Uncovered => room.uncovered += 1,
            }
        }
        Self { all, results, rooms, gate: options.gate, seed: options.seed }
    }

    /// True when no room that is held to its floor has more survivors than the gate allows.
    pub fn hold(&self) -> bool {
        self.rooms.iter().all(|(name, room)| sample::NOT_YET.contains(name) || room.missed() <= sample::gate(name).1)
    }

    /// The table of rooms, and every mutant that was not noticed.
    pub fn table(&self) -> String {
        let mut text = String::new();
        for (at, verdict) in &self.results {
            let why = match verdict {
                Verdict::Survived(tests) => format!("survived {tests} tests"),
                Verdict::Uncovered => "reached by no test".into(),
                _ => continue,
            };
            let _ = writeln!(text, "{} ({why})", self.all[*at].description());
        }
        let _ = writeln!(
            text,
            "\n{:<12} {:>8} {:>9} {:>11} {:>5} {:>7} {:>9} {:>9} {:>10} {:>6}",
            "room", "mutants", "unviable", "equivalent", "run", "killed", "timed out", "survived", "uncovered", "score"
        );
        let mut sum = Room::default();
        for (name, room) in &self.rooms {
            sum.add(room);
            let most = Some(sample::gate(name).1).filter(|_| !sample::NOT_YET.contains(name));
            text.push_str(&self.row(name, room, most));
        }
        text.push_str(&self.row("all", &sum, None));
        let _ = writeln!(text, "seed {}", self.seed);
        text
    }

    fn row(&self, name: &str, room: &Room, most: Option<usize>) -> String {
        let verdict = match most {
            Some(most) if self.gate && room.missed() > most => format!("  FAILED: at most {most} may survive"),
            _ => String::new(),
        };
        format!(
            "{name:<12} {:>8} {:>9} {:>11} {:>5} {:>7} {:>9} {:>9} {:>10} {:>6}{verdict}\n",
            room.mutants,
            room.unviable,
            room.equivalent,
            room.run(),
            room.killed,
            room.timed_out,
            room.survived,
            room.uncovered,
            room.score()
        )
    }

    /// Every verdict, for other programs.
    pub fn json(&self, tests: &[Test]) -> String {
        let result = |(at, verdict): &(usize, Verdict)| {
            let mutant = &self.all[*at];
            let (name, detail) = match verdict {
                Verdict::Killed(test) => ("killed", json!(test)),
                Verdict::TimedOut(tests) => ("timed_out", json!(tests)),
                Verdict::Survived(tests) => ("survived", json!(tests)),
                Verdict::Uncovered => ("uncovered", Value::Null),
            };
            json!({
                "verdict": name, "tests": detail, "room": mutant.room, "file": mutant.file, "line": mutant.line,
                "function": mutant.function, "original": mutant.original, "replacement": mutant.replacement,
                "occurrence": mutant.occurrence, "edit": format!("{:?}", mutant.edit),
            })
        };
        let results: Vec<Value> = self.results.iter().map(result).collect();
        let milliseconds = |test: &Test| (test.name.clone(), json!(test.time.as_millis() as u64));
        let times: serde_json::Map<String, Value> = tests.iter().map(milliseconds).collect();
        format!("{:#}\n", json!({ "seed": self.seed, "results": results, "milliseconds_of_tests": times }))
    }
}

/// How far a part of the run is: one line that is rewritten on a terminal, else a line now and then.
pub struct Progress {
    what: &'static str,
    total: usize,
    state: Mutex<(usize, Instant)>,
    started: Instant,
}

impl Progress {
    pub fn new(what: &'static str, total: usize) -> Self {
        let now = Instant::now();
        Self { what, total, state: Mutex::new((0, now)), started: now }
    }

    pub fn step(&self) {
        let Ok(mut state) = self.state.lock() else { return };
        state.0 += 1;
        let last = state.0 == self.total;
        let mut output = std::io::stderr();
        let terminal = output.is_terminal();
        let pause = if terminal { Duration::from_millis(200) } else { Duration::from_secs(30) };
        if !last && state.1.elapsed() < pause {
            return;
        }
        state.1 = Instant::now();
        let (start, end) = if terminal { ("\r", if last { "\n" } else { "" }) } else { ("", "\n") };
        let seconds = self.started.elapsed().as_secs();
        let _ = write!(output, "{start}{}: {} of {}, {seconds} s{end}", self.what, state.0, self.total);
        let _ = output.flush();
    }
}
