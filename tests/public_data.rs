//! Tests on data that is not part of the repository: runs those whose data is present, and counts the others as skipped.
//!
//! Such a test is a test of the suite or of the library with `#[ignore = "needs data/online-retail"]`: what it needs, in
//! `../shared` or where `QUOTIENT_SHARED` says. Here the binaries that cargo has just built are run with exactly these.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // what a test cannot do, it says

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};
use std::time::SystemTime;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return; // the tests are listed where they are
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let shared = std::env::var_os("QUOTIENT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let (mut present, mut skipped, mut failed) = (0, 0, false);
    for binary in binaries() {
        let mut ready = Vec::new();
        for (test, needs) in needy(&binary) {
            if !filters.is_empty() && !filters.iter().any(|filter| test.contains(filter.as_str())) {
                continue;
            }
            let absent: Vec<&str> = needs.split(", ").filter(|need| !shared.join(need).exists()).collect();
            if absent.is_empty() {
                ready.push(test);
            } else {
                skipped += 1;
                println!("test {test} ... SKIPPED, {} is not in {}", absent.join(", "), shared.display());
            }
        }
        if !ready.is_empty() {
            present += ready.len();
            let status = Command::new(&binary).args(["--ignored", "--exact"]).args(&ready).status();
            failed |= !status.expect("the test binary runs").success();
        }
    }
    let result = if failed { "FAILED" } else { "ok" };
    println!("\npublic data: {result}. {present} tests run, {skipped} skipped\n");
    exit(i32::from(failed));
}

/// The test binaries that were built last, of the suite and of the library.
fn binaries() -> Vec<PathBuf> {
    let own = std::env::current_exe().expect("this binary");
    let mut newest: BTreeMap<String, (SystemTime, PathBuf)> = BTreeMap::new();
    for entry in std::fs::read_dir(own.parent().expect("a directory")).expect("the directory of this binary") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((target, hash)) = name.split_once('-') else { continue };
        let is_program = path.extension().is_none_or(|extension| extension == "exe") && !hash.contains('-');
        if !is_program || !["suite", "quotient"].contains(&target) {
            continue;
        }
        // The library's tests differ from the program and its own tests in having tests that need something.
        let modified = path.metadata().and_then(|data| data.modified()).expect("a time");
        let is_newer = newest.get(target).is_none_or(|(latest, _)| *latest < modified);
        if is_newer && !needy(&path).is_empty() {
            newest.insert(target.to_owned(), (modified, path));
        }
    }
    assert!(newest.contains_key("suite"), "the suite is not built: run `cargo test`");
    newest.into_values().map(|(_, path)| path).collect()
}

/// Tests of a binary that need something, with what they need.
fn needy(binary: &Path) -> BTreeMap<String, String> {
    let output = |arguments: &[&str]| {
        let output = Command::new(binary).args(arguments).output().expect("the test binary runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let list = output(&["--ignored", "--list"]);
    let tests: Vec<&str> = list.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    if tests.is_empty() {
        return BTreeMap::new();
    }
    // Asked for without `--ignored` they are not run, and each is printed with its reason.
    let reasons = output(&[&["--exact"], &tests[..]].concat());
    let needs = reasons.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... ignored, needs "));
    let needs: BTreeMap<String, String> = needs.map(|(test, need)| (test.to_owned(), need.to_owned())).collect();
    assert_eq!(needs.len(), tests.len(), "a test of {} is left out without saying what it needs", binary.display());
    needs
}
