//! The worked examples of `examples/scale-out` do what they say.

use super::files::{documents, written};
use crate::support::Bench;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scale-out").join(name)
}

fn expected(bench: &Bench) -> Vec<(Value, Value)> {
    let whole = bench.json(
        "propose meridian --book {root}/examples/demonstration --as-of 2025-12-31 --target 75000000 \
         --rules {root}/rules --policies {root}/policies",
    );
    whole["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| (line["partner_id"].clone(), line["quota"].clone()))
        .collect()
}

fn quotas(text: &str) -> Vec<(Value, Value)> {
    let mut quotas: Vec<(Value, Value)> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|line| (line["partner_id"].clone(), line["quota"].clone()))
        .collect();
    quotas.sort_by_key(|(partner, _)| partner.as_str().map(str::to_owned));
    quotas
}

/// Runs a script of the example with the program on its path.
fn started(command: &mut Command) -> Output {
    let program = assert_cmd::cargo::cargo_bin("quotient");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut paths = vec![program.parent().expect("a directory").to_owned()];
    paths.extend(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(paths).expect("paths")).output().expect("the script runs")
}

/// Runs it in the bench, with the shipped vendors.
fn run(bench: &Bench, mut command: Command) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    command.current_dir(bench.path("."));
    command.env("QUOTIENT_RULES", root.join("rules")).env("QUOTIENT_POLICIES", root.join("policies"));
    started(&mut command)
}

#[test]
fn the_example_in_shell_plans_partitions_as_the_whole_book() {
    let bench = Bench::new([]);
    written(&bench, &documents(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demonstration")), 3);
    let mut command = Command::new("sh");
    // As the page shows it: from the directory with the rules, and the partitions in another one.
    command.arg(example("plan.sh")).args(["meridian", "2025-12-31", "75000000"]).arg(bench.path("."));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("QUOTIENT_RULES").env_remove("QUOTIENT_POLICIES");
    let output = started(&mut command);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let finished = std::fs::read_to_string(bench.path("lines.ndjson")).expect("the lines");
    assert_eq!(quotas(&finished), expected(&bench));
}

fn is_here(program: &str, arguments: &[&str]) -> bool {
    let is_here = Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
    if !is_here {
        println!("left out: `{program} {}` does not run here", arguments.join(" "));
    }
    is_here
}

#[test]
fn the_splitter_writes_the_documents_of_a_book() {
    if !is_here("python3", &["--version"]) {
        return;
    }
    let bench = Bench::new([]);
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demonstration");
    let mut command = Command::new("python3");
    command.arg(example("split.py")).arg(&book).args(["3", "."]);
    let output = run(&bench, command);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found: Vec<Value> = Vec::new();
    for part in 0..3 {
        let text = std::fs::read_to_string(bench.path(&format!("part-{part}.ndjson"))).expect("a partition");
        found.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")));
    }
    found.sort_by_key(|document| document["partners"][0]["partner_id"].as_str().map(str::to_owned));
    let expected: Vec<Value> = documents(&book).iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_example_in_pyspark_plans_partitions_as_the_whole_book() {
    let python = std::env::var("QUOTIENT_PYSPARK").unwrap_or_else(|_| "python3".to_owned());
    if !is_here(&python, &["-c", "import pyspark"]) || !is_here("java", &["-version"]) {
        return;
    }
    let bench = Bench::new([]);
    written(&bench, &documents(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demonstration")), 3);
    let mut command = Command::new(&python);
    command.arg(example("plan_pyspark.py")).args([
        "meridian",
        "2025-12-31",
        "75000000",
        "part-*.ndjson",
        "lines.ndjson",
    ]);
    let output = run(&bench, command);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let finished = std::fs::read_to_string(bench.path("lines.ndjson")).expect("the lines");
    assert_eq!(quotas(&finished), expected(&bench));
}
