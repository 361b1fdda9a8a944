//! `docs/planning-round.md` is executed: every command, on the dates of its headings, with the workbooks filled in as it
//! says. `QUOTIENT_BLESS=1` writes the real output into it.

use crate::cli::{Edit, save_again};
use crate::support::postgres::Server;
use assert_cmd::Command;
use calamine::{Reader, Xlsx};
use std::path::Path;
use tempfile::TempDir;

const DOCUMENT: &str = "docs/planning-round.md";
/// Line that stands for the rest of an output.
const REST: &str = "...";

/// A directory with rules, policies and a book; and the place of the ledger, if it is not in it.
struct Desk {
    directory: TempDir,
    ledger: Option<String>,
}

impl Desk {
    fn new(ledger: Option<String>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for part in ["rules/meridian", "policies/meridian", "examples/demonstration"] {
            copy(Path::new(part), &directory.path().join(part));
        }
        Self { directory, ledger }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// A year in a PostgreSQL database has the same output, to the hash of the last event.
#[test]
fn the_planning_round_in_a_database_is_the_same() {
    let Some(server) = Server::shared() else { return };
    let desk = Desk::new(Some(server.address(&server.database())));
    let document = std::fs::read_to_string(DOCUMENT).unwrap();
    let played = play(&document, &desk);
    let differing = document.lines().zip(played.lines()).find(|(written, real)| written != real);
    assert!(document == played, "first: {differing:?}");
    assert!(!desk.path().join("quotient.ledger").exists());
}

#[test]
fn the_planning_round_shows_real_output() {
    let desk = Desk::new(None);
    let document = std::fs::read_to_string(DOCUMENT).unwrap();
    let played = play(&document, &desk);
    if std::env::var_os("QUOTIENT_BLESS").is_some() {
        std::fs::write(DOCUMENT, &played).unwrap();
        return;
    }
    let differing = document.lines().zip(played.lines()).find(|(written, real)| written != real);
    assert!(document == played, "{DOCUMENT} is not what happens; first: {differing:?}");
}

/// The first minutes in the README are lines of the planning round, in its order.
#[test]
fn the_readmes_first_minutes_are_those_of_the_planning_round() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (_, after) = readme.split_once("**Keep the plan of record.**").unwrap();
    let (_, block) = after.split_once("```text\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let round = std::fs::read_to_string(DOCUMENT).unwrap();
    let mut rest = round.lines();
    for line in block.lines().filter(|line| *line != REST) {
        assert!(rest.any(|own| own == line), "`{line}` is not in {DOCUMENT} after the lines before it");
    }
    assert!(block.lines().filter(|line| line.starts_with("$ quotient plan")).count() > 2, "{block}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { assert!(std::fs::copy(&path, &to).is_ok()) }
    }
}

/// The document with the real output of its commands.
fn play(document: &str, desk: &Desk) -> String {
    let (mut played, mut epoch) = (String::new(), 0);
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        played.push_str(line);
        played.push('\n');
        if let Some(date) = line.strip_prefix('#').and_then(|heading| heading.split_whitespace().last()?.parse().ok()) {
            let date: chrono::NaiveDate = date;
            epoch = date.and_hms_opt(9, 30, 0).unwrap().and_utc().timestamp();
        }
        let block = |lines: &mut std::str::Lines<'_>| -> Vec<String> {
            lines.by_ref().take_while(|line| !line.starts_with("```")).map(str::to_owned).collect()
        };
        if line == "```console" {
            played.push_str(&console(&block(&mut lines), desk, epoch));
            played.push_str("```\n");
        } else if let Some(workbook) = line.strip_prefix("```csv,") {
            let rows = block(&mut lines);
            fill(&desk.path().join(workbook), &rows);
            played.push_str(&(rows.join("\n") + "\n```\n"));
        }
    }
    played
}

/// A block of commands with their real output; an output that ends with `...` is cut at the same line.
fn console(block: &[String], desk: &Desk, epoch: i64) -> String {
    let mut text = String::new();
    let starts: Vec<usize> = (0..block.len()).filter(|at| block[*at].starts_with("$ ")).collect();
    for (nth, start) in starts.iter().enumerate() {
        let end = starts.get(nth + 1).copied().unwrap_or(block.len());
        let written = &block[start + 1..end];
        let mut commands = 1;
        let mut command = block[*start][2..].to_owned();
        text.push_str(&block[*start]);
        text.push('\n');
        while command.ends_with('\\') {
            command.pop();
            command.push_str(written[commands - 1].trim());
            text.push_str(&written[commands - 1]);
            text.push('\n');
            commands += 1;
        }
        let output = run(&command, desk, epoch);
        let shown = written.len() + 1 - commands;
        match written.last().map(String::as_str) == Some(REST) && output.len() >= shown {
            true => output.iter().take(shown - 1).for_each(|line| text.push_str(&format!("{line}\n"))),
            false => output.iter().for_each(|line| text.push_str(&format!("{line}\n"))),
        }
        if written.last().map(String::as_str) == Some(REST) && output.len() >= shown {
            text.push_str("...\n");
        }
    }
    text
}

/// Lines that a command writes: messages first, then its output, and the exit code of a refusal.
fn run(command: &str, desk: &Desk, epoch: i64) -> Vec<String> {
    let mut words = words(command);
    assert_eq!(words.remove(0), "quotient", "{command}");
    let mut program = Command::cargo_bin("quotient").unwrap();
    program.current_dir(desk.path()).env("COLUMNS", "80").env("NO_COLOR", "1").env("USER", "pia");
    program.env_remove("QUOTIENT_LEDGER").envs(desk.ledger.iter().map(|ledger| ("QUOTIENT_LEDGER", ledger)));
    let output = program.env("SOURCE_DATE_EPOCH", epoch.to_string()).args(&words).output().unwrap();
    let mut text = String::from_utf8(output.stderr).unwrap();
    text.push_str(std::str::from_utf8(&output.stdout).unwrap());
    if let Some(ledger) = &desk.ledger {
        text = text.replace(ledger, "quotient.ledger");
    }
    if !output.status.success() {
        text.push_str(&format!("? {}\n", output.status.code().unwrap()));
    }
    text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Words of a command; double quotes hold words together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for character in command.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            character => words.last_mut().unwrap().push(character),
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// Fills in a workbook as an account manager would: rows of partner, figure and reason.
fn fill(workbook: &Path, rows: &[String]) {
    let mut read: Xlsx<_> = calamine::open_workbook(workbook).unwrap();
    let sheet = read.worksheet_range("quotas").unwrap();
    let ids: Vec<String> = sheet.rows().map(|cells| cells[0].to_string()).collect();
    let entries: Vec<(usize, f64, &'static str)> = rows
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.splitn(3, ',').collect();
            let at = ids.iter().position(|id| id == cells[0]).unwrap_or_else(|| panic!("{row}: no such partner"));
            (at, cells[1].parse().unwrap(), String::from(cells[2]).leak() as &'static str)
        })
        .collect();
    let filled = workbook.with_extension("filled");
    save_again(workbook, &filled, |sheet, at, heading| {
        let (_, figure, reason) = entries.iter().find(|(row, ..)| sheet == "quotas" && *row == at)?;
        match heading {
            "Override quota" => Some(Edit::Number(*figure)),
            "Override reason" if !reason.is_empty() => Some(Edit::Text(reason)),
            _ => None,
        }
    });
    std::fs::rename(filled, workbook).unwrap();
}
