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
    let program = assert_cmd::cargo::cargo_bin("quotient");
    let root = env!("CARGO_MANIFEST_DIR");
    let output = std::process::Command::new("sh")
        .current_dir(bench.path("."))
        .args([
            "-c",
            "\"$0\" \"$@\" & wait=$!; peak=0; while [ -d /proc/$wait ]; do \
            now=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$wait/status 2>/dev/null); \
            [ -n \"$now\" ] && peak=$now; sleep 0.01; done; wait $wait || exit 1; echo $peak",
        ])
        .arg(program)
        .args(line.split_whitespace().map(|word| word.replace("{root}", root)))
        .stdin(std::fs::File::open(bench.path(part)).expect("the partition"))
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).ok()?.trim().parse().ok().filter(|peak| *peak > 0)
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
    // Nine times 150 partners at 3,000 bytes each would be 4 MiB more.
    step(&bench, &format!("settle meridian --survey {many_survey}"), "lines", "settled");
    assert!(many_peak < few_peak + 3_000, "{few_peak} KiB for {}, {many_peak} KiB for {}", few.len(), many.len());
}
