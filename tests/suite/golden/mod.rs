//! Recorded figures of every shipped vendor and command: each amount and decision of each member, without prose.
//!
//! `commands.txt` lists the commands, `prose.txt` the members left out, `expected/NAME.txt` what each command gives: one
//! row per member with the number of values, the sum where all are numbers, the first two, and a digest of all of them in
//! order. So a member that is renamed is one row with the same digest, and a figure that changes is visible by its name.
//!
//! `QUOTIENT_BLESS=1 cargo test --test suite -- golden::` accepts new ones: look at the difference before committing it.
//! `before_and_after.py` compares two programs member by member with the same commands.

use assert_cmd::Command;
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const HERE: &str = "tests/suite/golden";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn listed(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(HERE).join(file)).expect("the list");
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// The directory of the public data, beside the repository or where `QUOTIENT_SHARED` says.
fn public_data() -> PathBuf {
    let shared = std::env::var_os("QUOTIENT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    shared.join("data")
}

/// Arguments with the directories in them.
fn arguments(line: &str) -> Vec<String> {
    let data = public_data();
    let public = |name: &str| format!("--book {}/{name} --map examples/{name}/map.toml", data.display());
    let frontier = format!("--rules {HERE}/vendors/rules --policies {HERE}/vendors/policies");
    line.replace("{demo}", "--book examples/demonstration")
        .replace("{here}", HERE)
        .replace("{frontier}", &frontier)
        .replace("{adventureworks}", &public("adventureworks"))
        .replace("{online-retail}", &public("online-retail"))
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// Values of one member in the order of the document; `None` is "not known".
type Members = BTreeMap<String, Vec<Option<String>>>;

fn collect(path: &str, value: &Value, members: &mut Members) {
    let scalar = match value {
        Value::Object(object) => {
            let child = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            object.iter().for_each(|(name, value)| collect(&child(name), value, members));
            return;
        }
        Value::Array(values) => {
            members.entry(format!("{path}[]#")).or_default().push(Some(values.len().to_string()));
            values.iter().for_each(|value| collect(&format!("{path}[]"), value, members));
            return;
        }
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    members.entry(path.to_owned()).or_default().push(scalar);
}

/// Columns of a table whose first row is a header; an empty cell is "not known".
fn columns(sheet: &str, rows: impl IntoIterator<Item = Vec<String>>, members: &mut Members) {
    let mut rows = rows.into_iter();
    let header = rows.next().unwrap_or_default();
    for row in rows {
        for (position, cell) in row.into_iter().enumerate() {
            let name = header.get(position).filter(|name| !name.is_empty());
            let name = name.cloned().unwrap_or_else(|| format!("column {position}"));
            members.entry(format!("{sheet}{name}")).or_default().push(Some(cell).filter(|cell| !cell.is_empty()));
        }
    }
}

fn workbook(path: &Path, members: &mut Members) {
    use calamine::Reader as _;
    let mut book = calamine::open_workbook_auto(path).expect("a workbook");
    for (name, range) in book.worksheets() {
        // A sheet of a report has titles above its table: the header is the first row whose neighbours are filled too.
        let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let wide = rows.iter().map(|row| row.iter().filter(|cell| !cell.is_empty()).count()).max().unwrap_or(0);
        let is_header = |row: &&Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count() * 2 > wide;
        let first = rows.iter().position(|row| is_header(&row)).unwrap_or(0);
        columns(&format!("{name}!"), rows.into_iter().skip(first), members);
    }
}

/// What a command gives, by member, without prose.
fn run(arguments: &[String]) -> Members {
    let mut command = Command::cargo_bin("quotient").expect("the program");
    command.current_dir(root()).env("NO_COLOR", "1").args(arguments);
    let format = arguments.iter().skip_while(|word| *word != "--format").nth(1).expect("a format").as_str();
    let mut members = Members::new();
    if format == "xlsx" {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("out.xlsx");
        command.arg("--output").arg(&path).assert().success();
        workbook(&path, &mut members);
    } else {
        let output = command.assert().success().get_output().stdout.clone();
        match format {
            "json" => collect("", &serde_json::from_slice(&output).expect("JSON"), &mut members),
            _ => {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(output.as_slice());
                let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect());
                columns("", rows, &mut members);
            }
        }
    }
    let prose: BTreeSet<String> = listed("prose.txt").into_iter().collect();
    // A workbook has headings for people: `Would change` is `would_change`.
    let is_named = |name: &str| prose.contains(&name.to_lowercase().replace(' ', "_"));
    let is_prose = |path: &str| {
        prose.contains(path)
            || path.split(['.', '!']).any(|name| is_named(name.trim_end_matches('#').trim_end_matches("[]")))
    };
    members.retain(|path, _| !is_prose(path));
    members
}

/// The record of a command: one row per member.
fn record(line: &str, members: &Members) -> String {
    let mut text =
        format!("{line}\n{:<60} {:>7} {:>7} {:>24}  {:<12}  first\n", "member", "values", "unknown", "sum", "digest");
    for (path, values) in members {
        let known: Vec<&String> = values.iter().flatten().collect();
        let number = |value: &&String| value.parse::<Decimal>().ok();
        let sum = known.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(number(value)?));
        let sum = sum.filter(|_| !known.is_empty()).map_or_else(|| "–".to_owned(), |sum| sum.normalize().to_string());
        let all: Vec<&str> = values.iter().map(|value| value.as_deref().unwrap_or("\0")).collect();
        let digest = blake3::hash(all.join("\n").as_bytes()).to_hex();
        let first: Vec<&str> = known.iter().take(2).map(|value| value.as_str()).collect();
        let unknown = values.len() - known.len();
        let (known, digest, first) = (known.len(), &digest[..12], first.join(" | "));
        let row = format!("{path:<60} {known:>7} {unknown:>7} {sum:>24}  {digest}  {first}");
        let _ = writeln!(text, "{}", row.trim_end());
    }
    text
}

/// Rows of `after` that are not in `before`, and the other way round.
fn difference(before: &str, after: &str) -> String {
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (before.lines().collect(), after.lines().collect());
    let gone = before.lines().filter(|line| !new.contains(line)).map(|line| format!("- {line}\n"));
    let come = after.lines().filter(|line| !old.contains(line)).map(|line| format!("+ {line}\n"));
    gone.chain(come).collect()
}

/// Runs the commands of one group and compares them with what is recorded.
fn check(group: &str) {
    let bless = std::env::var_os("QUOTIENT_BLESS").is_some();
    let mut wrong = String::new();
    let mut commands = 0;
    for line in listed("commands.txt") {
        let (name, command) = line.split_once(": ").expect("a name and a command");
        if name.split('.').next() != Some(group) {
            continue;
        }
        commands += 1;
        let found = record(&format!("quotient {}", command.trim()), &run(&arguments(command)));
        let path = root().join(HERE).join("expected").join(format!("{name}.txt"));
        if bless {
            std::fs::write(&path, &found).expect("the record is written");
        }
        let recorded = std::fs::read_to_string(&path).unwrap_or_default();
        if recorded != found {
            let _ = write!(wrong, "\n{name}: {}\n{}", command.trim(), difference(&recorded, &found));
        }
    }
    assert!(commands > 0, "no command of `{group}`");
    assert!(wrong.is_empty(), "figures differ from the recorded ones; see {HERE}/mod.rs how to accept them\n{wrong}");
}

#[test]
fn figures_of_meridian_are_the_recorded_ones() {
    check("meridian");
}

#[test]
fn figures_of_halcyon_are_the_recorded_ones() {
    check("halcyon");
}

#[test]
fn figures_at_the_finest_grain_are_the_recorded_ones() {
    check("frontier");
}

#[test]
#[ignore = "needs data/adventureworks"]
fn figures_of_adventureworks_are_the_recorded_ones() {
    check("adventureworks");
}

#[test]
#[ignore = "needs data/online-retail"]
fn figures_of_online_retail_are_the_recorded_ones() {
    check("online-retail");
}

/// Every record belongs to a command, and every command to a group that is checked.
#[test]
fn each_command_has_a_record_and_each_record_a_command() {
    let names = |line: &String| line.split_once(':').expect("a name").0.to_owned();
    let commands: BTreeSet<String> = listed("commands.txt").iter().map(names).collect();
    let files = std::fs::read_dir(root().join(HERE).join("expected")).expect("the records");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").path();
    let records: BTreeSet<String> =
        files.map(|entry| name(entry).file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    assert_eq!(commands, records);
    let checked = ["meridian", "halcyon", "frontier", "adventureworks", "online-retail"];
    assert!(commands.iter().all(|name| checked.contains(&name.split('.').next().expect("a group"))));
}
