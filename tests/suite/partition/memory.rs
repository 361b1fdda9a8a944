//! Memory of `assess lines` does not grow with the number of partners.

use super::files::{SHIPPED, documents, step, survey, written};
use crate::support::Bench;
use std::path::Path;

/// The partners ten times over, under other ids.
fn tenfold(documents: &[String]) -> Vec<String> {
    let again = |copy: usize| {
        documents.iter().map(move |document| {
            document.replace("\"P0", &format!("\"P{copy}0")).replace("\"O0", &format!("\"O{copy}0"))
        })
    };
    (0..10).flat_map(again).collect()
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
    let (mut largest, mut done) = (None, None);
    while done.is_none() {
        done = running.try_wait().expect("a process");
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let now = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        largest = largest.max(now);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(done.is_some_and(|status| status.success()));
    largest
}

#[test]
fn the_memory_of_a_partition_does_not_grow_with_its_partners() {
    if !Path::new("/proc/self/status").exists() {
        return println!("left out: the memory of a process is not known here");
    }
    let bench = Bench::new([]);
    let few = documents(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demonstration"));
    let many = tenfold(&few);
    let few_parts = written(&bench, &few, 1);
    let few_survey = survey(&bench, "meridian", &few_parts, "--as-of 2025-12-31");
    let few_peak = peak(&bench, &few_parts[0], &few_survey).expect("a measurement");
    let many_parts = written(&bench, &many, 1);
    let many_survey = survey(&bench, "meridian", &many_parts, "--as-of 2025-12-31");
    let many_peak = peak(&bench, &many_parts[0], &many_survey).expect("a measurement");
    println!("{} partners: {few_peak} KiB; {} partners: {many_peak} KiB", few.len(), many.len());
    let assessed = std::fs::read_to_string(bench.path("lines")).expect("records");
    assert_eq!(assessed.lines().count(), many.len());
    // The partners themselves take 1 MB as text, and ten times as many several times more.
    step(&bench, &format!("settle meridian --survey {many_survey}"), "lines", "settled");
    assert!(many_peak < few_peak + 3_000, "{few_peak} KiB for {}, {many_peak} KiB for {}", few.len(), many.len());
}
