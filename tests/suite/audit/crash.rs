//! A process that is killed while it writes: what it was told is there is there.
#![cfg(unix)]

use super::support::{ids, lines, record, runtime};
use quotient::audit::{FileOptions, Log, LogFile, LogOptions, Mode};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Names the log in the process that is to be killed.
const LOG: &str = "QUOTIENT_TEST_CRASH_LOG";

/// No test by itself: what [`killed_processes_lose_no_confirmed_record`] starts and kills.
#[test]
fn writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(LOG) else { return };
    let options = FileOptions { rotate_at: Some(40_000), kept: 1_000, is_synced: true, ..FileOptions::default() };
    let file = LogFile::open(path.as_ref(), options).unwrap();
    let log = Log::start(LogOptions::new(Mode::Strict), Box::new(file)).unwrap();
    let mut stdout = std::io::stdout();
    runtime().block_on(async {
        for at in 0.. {
            let ids: Vec<String> = (0..16).map(|part| format!("{}-{at}-{part}", std::process::id())).collect();
            let appends: Vec<_> = ids.iter().map(|id| log.append(&record(id))).collect();
            for (append, id) in appends.into_iter().zip(&ids) {
                append.await.unwrap();
                // One write a line: the parent reads whole identifiers only.
                stdout.write_all(format!("told {id}\n").as_bytes()).unwrap();
            }
        }
    });
}

#[test]
fn killed_processes_lose_no_confirmed_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    let (mut told, mut torn) = (Vec::new(), 0);
    for round in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["audit::crash::writes_until_it_is_killed", "--exact", "--nocapture", "--test-threads=1"])
            .env(LOG, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut tell = |line: String| told.extend(line.strip_prefix("told ").map(str::to_owned));
        // Killed at another moment each round.
        output.by_ref().take(40 + round * 37).for_each(|line| tell(line.unwrap()));
        child.kill().unwrap();
        child.wait().unwrap();
        output.for_each(|line| tell(line.unwrap()));
        drop(LogFile::open(&path, FileOptions::default()).unwrap());
    }
    assert!(told.len() > 1_000, "{}", told.len());
    let mut text = Vec::new();
    for file in quotient::audit::files_of_log(folder.path()).unwrap() {
        let part = std::fs::read(file).unwrap();
        assert!(part.is_empty() || part.ends_with(b"\n"));
        torn += lines(&part) - ids(&part).len();
        text.extend(part);
    }
    let there = ids(&text);
    let missing: Vec<&String> =
        told.iter().filter(|id| there.binary_search(id).is_err() && !there.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(torn <= 8, "{torn} torn lines of 8 crashes");
    let output = assert_cmd::Command::cargo_bin("quotient").unwrap().arg("verify").arg(&path).assert().code(0);
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert!(text.contains(": entries 1 to "), "{text}");
}
