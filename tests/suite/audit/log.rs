//! Strict: no record, no decision. Best effort: never waits, never silently loses. Bounded either way.

use super::support::{Bench, ids, record, runtime, until};
use quotient::audit::{DROPPED_SCHEMA, Log, LogOptions, Mode, SinkFault, Stream, Unrecorded};
use quotient::finding::Code;
use serde_json::Value;
use std::time::{Duration, Instant};

fn start(mode: Mode, change: impl FnOnce(&mut LogOptions)) -> (Log, Bench) {
    let mut options = LogOptions::new(mode);
    change(&mut options);
    let bench = Bench::default();
    (Log::start(options, Box::new(bench.clone())).unwrap(), bench)
}

fn no_space() -> Option<SinkFault> {
    Some(SinkFault::Passing("no space left".to_owned()))
}

fn dropped(text: &[u8]) -> Vec<Value> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .filter(|line: &Value| line["schema"] == DROPPED_SCHEMA)
        .collect()
}

#[test]
fn a_strict_append_returns_when_the_sink_has_the_record() {
    let (log, bench) = start(Mode::Strict, |_| {});
    runtime().block_on(async {
        for id in ["a", "b", "c"] {
            log.append(&record(id)).await.unwrap();
            assert_eq!(bench.read(|bench| ids(&bench.text)).last().unwrap(), id);
        }
    });
    let stats = log.stats();
    assert_eq!((stats.written, stats.failed, stats.waiting, stats.waiting_bytes), (3, 0, 0, 0));
}

#[test]
fn appends_that_wait_together_are_taken_together() {
    let (log, bench) = start(Mode::Strict, |_| {});
    bench.set(|bench| bench.is_stuck = true);
    let appends: Vec<_> = (0..64).map(|at| log.append(&record(&at.to_string()))).collect();
    bench.set(|bench| bench.is_stuck = false);
    runtime().block_on(async {
        for append in appends {
            append.await.unwrap();
        }
    });
    let expected: Vec<String> = (0..64).map(|at| at.to_string()).collect();
    assert_eq!(bench.read(|bench| ids(&bench.text)), expected);
    // The first lines that were seen go alone, all others in one or two more.
    assert!(bench.read(|bench| bench.takes) <= 3, "{}", bench.read(|bench| bench.takes));
}

#[test]
fn a_strict_append_fails_when_the_sink_does_and_works_again_after() {
    let (log, bench) = start(Mode::Strict, |_| {});
    bench.set(|bench| bench.fault = no_space());
    let error = runtime().block_on(log.append(&record("lost"))).unwrap_err();
    assert_eq!(error, Unrecorded::Failed("no space left".to_owned()));
    assert_eq!(error.finding().code(), Code::AuditUnrecorded);
    let stats = log.stats();
    assert!(stats.is_failing && stats.failed == 1 && stats.last_error.as_deref() == Some("no space left"));
    bench.set(|bench| bench.fault = None);
    runtime().block_on(log.append(&record("kept"))).unwrap();
    assert!(!log.stats().is_failing);
    assert_eq!(bench.read(|bench| ids(&bench.text)), ["kept"]);
}

#[test]
fn a_strict_append_waits_no_longer_than_it_may() {
    let (log, bench) = start(Mode::Strict, |options| options.wait = Duration::from_millis(50));
    bench.set(|bench| bench.is_stuck = true);
    let before = Instant::now();
    let first = log.append(&record("stuck"));
    until("the sink is busy with the first", || bench.read(|bench| bench.calls) == 1);
    let second = log.append(&record("given up"));
    let (first, second) = runtime().block_on(async { (first.await, second.await) });
    assert!(before.elapsed() < crate::patience::HANG);
    assert_eq!(first, Err(Unrecorded::Slow(Duration::from_millis(50))));
    assert_eq!(second, first);
    bench.set(|bench| bench.is_stuck = false);
    runtime().block_on(log.append(&record("next"))).unwrap();
    // What the sink was busy with may be there; what was given up before is not.
    let ids = bench.read(|bench| ids(&bench.text));
    assert!(!ids.contains(&"given up".to_owned()) && ids.ends_with(&["next".to_owned()]), "{ids:?}");
}

#[test]
fn a_full_queue_refuses_strict_appends_at_once() {
    for (records, bytes) in [(3, 1 << 20), (1_000, 3 * record("0").line().len())] {
        let (log, bench) = start(Mode::Strict, |options| (options.most_records, options.most_bytes) = (records, bytes));
        bench.set(|bench| bench.is_stuck = true);
        let waiting: Vec<_> = (0..3).map(|at| log.append(&record(&at.to_string()))).collect();
        assert_eq!(runtime().block_on(log.append(&record("4"))), Err(Unrecorded::Full));
        bench.set(|bench| bench.is_stuck = false);
        for append in waiting {
            runtime().block_on(append).unwrap();
        }
        assert_eq!(runtime().block_on(log.append(&record("5"))), Ok(()));
    }
}

#[test]
fn a_record_larger_than_the_queue_is_refused() {
    let (log, _) = start(Mode::Strict, |options| options.most_bytes = 100);
    let error = runtime().block_on(log.append(&record("a"))).unwrap_err();
    assert!(matches!(error, Unrecorded::TooLarge(bytes) if bytes > 100), "{error}");
}

#[test]
fn a_best_effort_append_never_waits_and_counts_what_it_drops() {
    let (log, bench) = start(Mode::BestEffort, |options| options.most_records = 10);
    bench.set(|bench| bench.is_stuck = true);
    // No runtime: nothing of this may need timers, or anybody to wait.
    for at in 0..1_000 {
        assert_eq!(futures_util::FutureExt::now_or_never(log.append(&record(&at.to_string()))), Some(Ok(())));
    }
    let stats = log.stats();
    assert_eq!((stats.dropped, stats.waiting), (990, 10));
    bench.set(|bench| bench.is_stuck = false);
    until("the log has recovered", || bench.read(|bench| !dropped(&bench.text).is_empty()));
    let text = bench.read(|bench| bench.text.clone());
    let told = dropped(&text);
    assert_eq!((told.len(), &told[0]["dropped"]), (1, &Value::from(990)));
    until("all that waited is written", || log.stats().written == 10);
    let schema: Value = serde_json::from_str(&quotient::audit::schema::dropped()).unwrap();
    jsonschema::validator_for(&schema).unwrap().validate(&told[0]).unwrap();
}

#[test]
fn best_effort_tries_again_until_the_sink_works() {
    let (log, bench) = start(Mode::BestEffort, |_| {});
    bench.set(|bench| bench.fault = no_space());
    drop(log.append(&record("patient")));
    until("it was tried twice", || bench.read(|bench| bench.takes) >= 2);
    assert!(log.stats().is_failing);
    bench.set(|bench| bench.fault = None);
    until("it is written", || log.stats().written == 1);
    assert_eq!(bench.read(|bench| ids(&bench.text)), ["patient"]);
    assert_eq!((log.stats().dropped, log.stats().waiting), (0, 0));
}

#[test]
fn lines_that_can_never_be_stored_are_dropped_and_counted() {
    let (log, bench) = start(Mode::BestEffort, |_| {});
    bench.set(|bench| bench.fault = Some(SinkFault::Lasting("too large".to_owned())));
    drop(log.append(&record("never")));
    until("it is dropped", || log.stats().dropped == 1);
    bench.set(|bench| bench.fault = None);
    drop(log.append(&record("next")));
    until("it is told", || bench.read(|bench| !dropped(&bench.text).is_empty()));
    let told = bench.read(|bench| dropped(&bench.text));
    assert_eq!((&told[0]["dropped"], &told[0]["reason"]), (&Value::from(1), &Value::from("too large")));
    assert_eq!(bench.read(|bench| ids(&bench.text)), ["next"]);
}

#[test]
fn a_sink_that_panics_leaves_no_caller_waiting() {
    let (log, bench) = start(Mode::Strict, |_| {});
    bench.set(|bench| bench.panics = true);
    assert_eq!(runtime().block_on(log.append(&record("a"))), Err(Unrecorded::Closed));
    assert_eq!(runtime().block_on(log.append(&record("b"))), Err(Unrecorded::Closed));

    let (log, bench) = start(Mode::BestEffort, |_| {});
    bench.set(|bench| bench.panics = true);
    drop(log.append(&record("a")));
    until("the thread has died", || log.stats().dropped == 1);
    drop(log.append(&record("b")));
    assert_eq!((log.stats().dropped, log.stats().waiting), (2, 0));
}

#[test]
fn closing_writes_what_waits() {
    for mode in [Mode::Strict, Mode::BestEffort] {
        let (log, bench) = start(mode, |_| {});
        bench.set(|bench| bench.is_stuck = true);
        let appends: Vec<_> = (0..100).map(|at| log.append(&record(&at.to_string()))).collect();
        bench.set(|bench| bench.is_stuck = false);
        runtime().block_on(async {
            assert!(log.close(crate::patience::HANG).await);
            for append in appends {
                append.await.unwrap();
            }
        });
        assert_eq!(bench.read(|bench| ids(&bench.text)).len(), 100);
        let after = runtime().block_on(log.append(&record("late")));
        match mode {
            Mode::Strict => assert_eq!(after, Err(Unrecorded::Closed)),
            Mode::BestEffort => assert_eq!((after, log.stats().dropped), (Ok(()), 1)),
        }
    }
}

#[test]
fn closing_waits_no_longer_than_the_grace() {
    let (log, bench) = start(Mode::BestEffort, |_| {});
    bench.set(|bench| bench.is_stuck = true);
    drop(log.append(&record("a")));
    assert!(!runtime().block_on(log.close(Duration::from_millis(30))));
    bench.set(|bench| bench.is_stuck = false);
}

#[test]
fn closing_with_a_sink_that_fails_says_so() {
    let (log, bench) = start(Mode::BestEffort, |_| {});
    bench.set(|bench| bench.fault = no_space());
    drop(log.append(&record("a")));
    assert!(!runtime().block_on(log.close(crate::patience::HANG)));
    assert_eq!((log.stats().dropped, log.stats().waiting), (1, 0));
}

#[test]
fn a_reader_that_went_away_fails_strict_appends() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Log::start(LogOptions::new(Mode::Strict), Box::new(Stream::new(Closed))).unwrap();
    let error = runtime().block_on(log.append(&record("a"))).unwrap_err();
    assert!(matches!(&error, Unrecorded::Failed(why) if why.contains("pipe")), "{error}");
}

#[test]
fn an_append_may_be_sent_to_another_thread() {
    fn sends<T: Send + 'static>(_: &T) {}
    let (log, _) = start(Mode::BestEffort, |_| {});
    sends(&log.append(&record("a")));
    sends(&log);
}
