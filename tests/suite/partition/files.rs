//! Partitions as files: documents of one partner per line, made from the tables of the demonstration book.

use crate::support::Bench;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// One document per partner, ascending by id; the market is in the first.
pub fn documents(directory: &Path) -> Vec<String> {
    let mut partners: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut names = Vec::new();
    let mut shared = Vec::new();
    let mut tables: Vec<_> =
        std::fs::read_dir(directory).expect("a book").map(|entry| entry.expect("a file").path()).collect();
    tables.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    tables.sort_by_key(|path| (!path.ends_with("partners.csv"), path.clone()));
    for path in tables {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let mut reader = csv::Reader::from_path(&path).expect("a table");
        let headings = reader.headers().expect("headings").clone();
        let rows = reader.records().map(|row| {
            let row = row.expect("a row");
            let cell = |(heading, cell): (&str, &str)| {
                let value = if cell.is_empty() { Value::Null } else { Value::from(cell) };
                (heading.to_owned(), value)
            };
            headings.iter().zip(&row).map(cell).collect::<Map<String, Value>>()
        });
        let mut of_partner: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for row in rows {
            match row.get("partner_id").and_then(Value::as_str) {
                Some(id) => of_partner.entry(id.to_owned()).or_default().push(Value::Object(row.clone())),
                None => shared.push((name.clone(), Value::Object(row))),
            }
        }
        if name == "partners" {
            partners = of_partner.keys().map(|id| (id.clone(), Map::new())).collect();
        }
        for (id, document) in &mut partners {
            document.insert(name.clone(), of_partner.remove(id).unwrap_or_default().into());
        }
        names.push(name);
    }
    if let Some(first) = partners.values_mut().next() {
        for (table, row) in shared {
            if let Some(Value::Array(rows)) = first.get_mut(&table) {
                rows.push(row);
            }
        }
    }
    for document in partners.values_mut().skip(1) {
        document.retain(|table, rows| {
            table != "market" && table != "targets" || rows.as_array().is_some_and(|rows| !rows.is_empty())
        });
    }
    partners.into_values().map(|document| Value::Object(document).to_string()).collect()
}

/// Writes the documents into `parts` files `part-N.ndjson` in turn; each ascends by partner.
pub fn written(bench: &Bench, documents: &[String], parts: usize) -> Vec<String> {
    let names: Vec<String> = (0..parts).map(|part| format!("part-{part}.ndjson")).collect();
    for (part, name) in names.iter().enumerate() {
        let own: Vec<&str> = documents.iter().skip(part).step_by(parts).map(String::as_str).collect();
        bench.write(name, &(own.join("\n") + "\n"));
    }
    names
}

pub const SHIPPED: &str = "--rules {root}/rules --policies {root}/policies";

/// Runs a step with a file as stdin and writes what it prints to another.
#[track_caller]
pub fn step(bench: &Bench, line: &str, input: &str, output: &str) {
    let text = std::fs::read(bench.path(input)).expect("the input");
    let mut command = bench.command(&format!("assess {line} {SHIPPED} --threads 1 --output {output}"));
    command.write_stdin(text).assert().success();
}

/// Surveys all parts; returns the name of the survey.
#[track_caller]
pub fn survey(bench: &Bench, vendor: &str, parts: &[String], first: &str) -> String {
    let mut round = 0;
    let mut options = first.to_owned();
    loop {
        let surveys: Vec<String> = parts.iter().map(|part| format!("{part}.{round}")).collect();
        for (part, survey) in parts.iter().zip(&surveys) {
            step(bench, &format!("survey {vendor} {options}"), part, survey);
        }
        let merged = format!("survey-{round}.json");
        bench.stdout(&format!("assess merge {} --output {merged}", surveys.join(" ")));
        let document: Value =
            serde_json::from_str(&std::fs::read_to_string(bench.path(&merged)).expect("a survey")).expect("JSON");
        if document["next"] == "lines" {
            return merged;
        }
        options = format!("--survey {merged}");
        round += 1;
    }
}

#[test]
fn the_program_plans_files_of_partners_as_it_proposes_the_whole_book() {
    let bench = Bench::new([]);
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demonstration");
    let parts = written(&bench, &documents(&book), 3);
    let survey = survey(&bench, "meridian", &parts, "--as-of 2025-12-31 --target 75000000");
    let mut records = String::new();
    for part in &parts {
        step(&bench, &format!("lines meridian --survey {survey}"), part, "lines");
        records.push_str(&std::fs::read_to_string(bench.path("lines")).expect("records"));
    }
    bench.write("records", &records);
    step(&bench, &format!("settle meridian --survey {survey} --summary summary.json"), "records", "settled.ndjson");
    let mut lines: Vec<Value> = Vec::new();
    for part in &parts {
        let finish = format!("finish meridian --survey {survey} --summary summary.json --settled settled.ndjson");
        step(&bench, &finish, part, "finished");
        let text = std::fs::read_to_string(bench.path("finished")).expect("lines");
        lines.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")));
    }
    // A partner that has changed since, and one that comes before the last.
    let first = std::fs::read_to_string(bench.path(&parts[0])).expect("a partition");
    let finish =
        format!("assess finish meridian --survey {survey} --summary summary.json --settled settled.ndjson {SHIPPED}");
    let refused = |input: String| {
        let output = bench.command(&finish).write_stdin(input).assert().code(3).get_output().stderr.clone();
        String::from_utf8(output).expect("UTF-8")
    };
    let changed = first.replacen("\"month\":\"2025-12\"", "\"month\":\"2023-12\"", 1);
    assert!(changed != first && refused(changed).contains("has changed since it was settled"));
    let twice = format!("{first}{first}");
    let said = refused(twice);
    assert!(said.contains("comes after") || said.contains("has no settled quota"), "{said}");
    // The lines of one settlement with the summary of another.
    let lock = "partner_id,quota,reason\nP0002,1000000.00,agreed\n";
    bench.write("locks.csv", lock);
    let other = format!("settle meridian --survey {survey} --summary other.json --locks locks.csv");
    step(&bench, &other, "records", "other.ndjson");
    let finish = |summary: &str, settled: &str| {
        format!("assess finish meridian --survey {survey} --summary {summary} --settled {settled} {SHIPPED}")
    };
    for (summary, settled) in [("summary.json", "other.ndjson"), ("other.json", "settled.ndjson")] {
        let mut command = bench.command(&finish(summary, settled));
        let output = command.write_stdin(first.clone()).assert().code(3).get_output().stderr.clone();
        let said = String::from_utf8(output).expect("UTF-8");
        assert!(said.contains("is of another settlement than the summary"), "{said}");
    }
    lines.sort_by_key(|line| line["partner_id"].as_str().expect("an id").to_owned());
    let whole = bench.json(&format!(
        "propose meridian --book {{root}}/examples/demonstration --as-of 2025-12-31 --target 75000000 {SHIPPED}"
    ));
    assert_eq!(Value::from(lines), whole["lines"]);
    // The record of a line is small: what is settled is not what is explained.
    assert!(records.len() / 150 < 900, "{} bytes a partner", records.len() / 150);
}

#[test]
fn a_partition_may_be_a_book_by_itself() {
    let bench = Bench::new([]);
    let book = "{root}/examples/demonstration";
    let write = |line: &str, output: &str| {
        bench.stdout(&format!("assess {line} {SHIPPED} --book {book} --output {output}"));
    };
    write("survey meridian --as-of 2025-12-31", "months.json");
    write("survey meridian --survey months.json", "survey.json");
    write("lines meridian --survey survey.json", "lines");
    step(&bench, "settle meridian --survey survey.json", "lines", "settled.ndjson");
    let settled = std::fs::read_to_string(bench.path("settled.ndjson")).expect("settled lines");
    let quotas: Vec<Value> =
        settled.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["quota"].clone()).collect();
    let whole = bench.json(&format!("propose meridian --book {book} --as-of 2025-12-31 {SHIPPED}"));
    let expected: Vec<Value> =
        whole["lines"].as_array().expect("lines").iter().map(|line| line["quota"].clone()).collect();
    assert_eq!(quotas, expected);
}
