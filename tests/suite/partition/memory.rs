//! Memory of `assess lines` does not grow with the number of partners.

use super::files::{SHIPPED, documents, survey, written};
use crate::support::Bench;
use std::path::Path;

/// The partners several times over, under other ids.
fn copies(documents: &[String], copies: usize) -> Vec<String> {
    let again = |copy: usize| {
        let (partner, opportunity) = (format!("\"P{copy:02}"), format!("\"O{copy:02}"));
        documents.iter().map(move |document| document.replace("\"P0", &partner).replace("\"O0", &opportunity))
    };
    (0..copies).flat_map(again).collect()
}

/// Largest resident memory in KiB of `assess lines` over a file.
fn peak(bench: &Bench, part: &str, survey: &str) -> Option<u64> {
    let line = format!("assess lines meridian --survey {survey} {SHIPPED} --threads 1 --output lines");
    let mut running = std::process::Command::new(assert_cmd::cargo::cargo_bin("quotient"))
        .current_dir(bench.path("."))
        .args(line.split_whitespace().map(|word| word.replace("{root}", env!("CARGO_MANIFEST_DIR"))))
        .stdin(std::fs::File::open(bench.path(part)).expect("the partition"))
        .spawn()
        .expect("the program starts");
    let status = format!("/proc/{}/status", running.id());
    let mut largest = None;
    while running.try_wait().expect("a process").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let now = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        largest = largest.max(now);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(running.wait().expect("a process").success());
    largest
}

#[test]
fn the_memory_of_a_partition_does_not_grow_with_its_partners() {
    if !Path::new("/proc/self/status").exists() {
        return println!("left out: the memory of a process is not known here");
    }
    let bench = Bench::new([]);
    let book = documents(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demonstration"));
    let measured = |times: usize| {
        let partners = copies(&book, times);
        let parts = written(&bench, &partners, 1);
        let survey = survey(&bench, "meridian", &parts, "--as-of 2025-12-31");
        let peak = peak(&bench, &parts[0], &survey).expect("a measurement");
        let assessed = std::fs::read_to_string(bench.path("lines")).expect("records");
        assert_eq!(assessed.lines().count(), partners.len());
        println!("{} partners: {peak} KiB", partners.len());
        peak
    };
    let (few, many) = (measured(3), measured(30));
    // The documents of the partners that come on top are 28 MB of text.
    assert!(many < few + 8_000, "{few} KiB, and {many} KiB for ten times the partners");
}
