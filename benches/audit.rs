//! What the decision log costs: strict records a second at several numbers of waiting tasks, and one best-effort append.
//!
//! `cargo bench -- audit`; the log is written to the system's temporary directory, or to `QUOTIENT_BENCH_FOLDER`.

use quotient::audit::{
    Decision, Disk, FileOptions, Files, Log, LogFile, LogOptions, LoggedOutcome, Masking, Mode, Record, RecordContent,
    Sink, SinkFault, Status, new_id,
};
use quotient::request::{Defaults, Form, Kind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

const INPUT: &str = r#"{"as_of":"2026-03-31","partner":"P0001","book":{"currency":"USD","partners":[{"partner":"P0001","partner_name":"Acme","tier":"gold","region":"EMEA","joined":"2019-04-01","certified":"12"}],"revenue":[{"partner":"P0001","month":"2025-01","amount":"125000.00"},{"partner":"P0001","month":"2025-02","amount":"118250.50"},{"partner":"P0001","month":"2025-03","amount":"131975.25"}]}}"#;

fn record(keeping: &RecordContent, answer: &[u8]) -> Record {
    let time = SystemTime::now().into();
    keeping.record(&Decision {
        id: new_id(time),
        time,
        kind: Kind::Assessment,
        form: Form::Json,
        vendor: "meridian",
        revision: "5b1f0c5ad0f6b0fbb3e0f2f4ac3d04b2a3c80a6f5b1f0c5ad0f6b0fbb3e0f2f4",
        request_id: "0192f3a4-7c1e-7b7e-9d3a-3f6f0e2a9b11",
        trace_id: None,
        caller: Some("portal"),
        input: INPUT.as_bytes(),
        defaults: &Defaults::default(),
        base_book: None,
        outcome: LoggedOutcome { status: Status::Decided, code: None, bytes: answer.into() },
        duration: Duration::from_micros(180),
    })
}

fn folder() -> PathBuf {
    std::env::var_os("QUOTIENT_BENCH_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from)
}

/// Appends from `tasks` tasks, each waiting for its record, for about two seconds.
fn strict(tasks: usize, is_synced: bool, answer: &Arc<Vec<u8>>) {
    let folder = tempfile::tempdir_in(folder()).unwrap();
    let path = folder.path().join("decisions.jsonl");
    let file = LogFile::open(&path, FileOptions { is_synced, ..FileOptions::default() }).unwrap();
    let log = Arc::new(Log::start(LogOptions::new(Mode::Strict), Box::new(file)).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let (begin, done) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let mut waits: Vec<Duration> = runtime.block_on(async {
        let tasks: Vec<_> = (0..tasks)
            .map(|_| {
                let (log, done, answer) = (Arc::clone(&log), Arc::clone(&done), Arc::clone(answer));
                tokio::spawn(async move {
                    let (keeping, mut waits) = (RecordContent::default(), Vec::new());
                    while begin.elapsed() < Duration::from_secs(2) {
                        let record = record(&keeping, &answer);
                        let before = Instant::now();
                        log.append(&record).await.unwrap();
                        waits.push(before.elapsed());
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    waits
                })
            })
            .collect();
        let mut waits = Vec::new();
        for task in tasks {
            waits.extend(task.await.unwrap());
        }
        waits
    });
    let taken = begin.elapsed();
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() - 1) * share / 100];
    println!(
        "strict, {}, {tasks:>3} tasks: {:>7} records/s, p50 {:>6} us, p99 {:>6} us",
        if is_synced { "synced  " } else { "unsynced" },
        done.load(Ordering::Relaxed) * 1_000 / u64::try_from(taken.as_millis()).unwrap(),
        at(50).as_micros(),
        at(99).as_micros(),
    );
}

struct Nowhere;

impl Sink for Nowhere {
    fn take(&mut self, _: &[u8]) -> Result<(), SinkFault> {
        Ok(())
    }
}

fn per_call(what: &str, calls: u32, mut call: impl FnMut()) {
    (0..calls / 10).for_each(|_| call());
    let before = Instant::now();
    (0..calls).for_each(|_| call());
    println!("{what:<52} {:>7} ns", before.elapsed().as_nanos() / u128::from(calls));
}

fn best_effort(name: &str, sink: Box<dyn Sink>, record: &Record) {
    let options = LogOptions { most_records: 1 << 20, most_bytes: 2 << 30, ..LogOptions::new(Mode::BestEffort) };
    let log = Log::start(options, sink).unwrap();
    per_call(&format!("best effort, append, {name}"), 200_000, || drop(log.append(record)));
    assert_eq!(log.stats().dropped, 0);
}

/// Runs the bench.
pub fn main() {
    let answer = Arc::new(
        format!(
            r#"{{"schema":"quotient.assessment/1","steps":[{}]}}"#,
            [r#"{"factor":"history","indicated":{"amount":"1250000.00","currency":"USD"},"weight":"0.30"}"#; 12]
                .join(",")
        )
        .into_bytes(),
    );
    let keeping = RecordContent::default();
    let masking = Masking::parse(&["/book/partners/*/partner_name".to_owned()], &[]).unwrap();
    let masked = RecordContent { masking, ..RecordContent::default() };
    let one = record(&keeping, &answer);
    println!("one record has {} bytes", one.line().len());
    for is_synced in [true, false] {
        for tasks in [1, 16, 64] {
            strict(tasks, is_synced, &answer);
        }
    }
    per_call("making a record", 50_000, || drop(record(&keeping, &answer)));
    per_call("making a record, one pointer masked", 50_000, || drop(record(&masked, &answer)));
    per_call("writing a record as a line", 50_000, || drop(one.line()));
    best_effort("to nowhere", Box::new(Nowhere), &one);
    let folder = tempfile::tempdir_in(folder()).unwrap();
    let path = folder.path().join("decisions.jsonl");
    let file = LogFile::open(&path, FileOptions { is_synced: false, ..FileOptions::default() }).unwrap();
    best_effort("to a file, unsynced", Box::new(file), &one);
    // What the disk itself can do, for the ratio.
    let (mut disk, path) = (Disk, folder.path().join("bare"));
    let mut file = disk.open(&path).unwrap();
    per_call("write and sync of the bare file", 300, || {
        disk.write(&mut file, b"x\n").unwrap();
        disk.sync(&mut file).unwrap();
    });
}
