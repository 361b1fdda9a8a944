//! The house keeps its shape: which room may name which, and what stays in the files made for it.
//!
//! Each failure lists every place at fault as `file:line`, what stands there, and the rule it breaks. A new file that
//! really has to read a file, a clock or the environment is added to the list here, in the same change.

use super::sources::{self, code_of, is_part, without_tests};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Files outside the command line that read or write files, and why.
const FILE_SYSTEM: [&str; 19] = [
    "audit/disk.rs",              // writes the decision log
    "audit/reading.rs",           // reads it again
    "database/postgres/tls.rs",   // reads authorities
    "demonstration/mod.rs",       // writes a synthetic book
    "intake/mapping/mod.rs",      // reads a mapping file
    "intake/folder.rs",           // looks for tables in a directory
    "intake/store.rs",            // reads books, targets, locks
    "intake/template.rs",         // writes empty tables
    "ledger/store/file.rs",       // creates the file of a ledger
    "bundle/accepted.rs",         // numbers of accepted bundles
    "bundle/copies.rs",           // copies of fetched bundles
    "bundle/origin.rs",           // reads a directory of bundles
    "library/archive.rs",         // last valid revisions
    "library/disk.rs",            // reads all vendors
    "library/lock.rs",            // files of one process
    "library/state_directory.rs", // writes and verifies them
    "library/watch.rs",           // hears of changes
    "plugin/disk.rs",             // reads one vendor
    "signing/file.rs",            // reads keys, heads and bundles
];
/// Files outside the command line that look at a clock, and why.
const CLOCK: [&str; 10] = [
    "audit/queue.rs",     // when records were dropped
    "library/archive.rs", // age of leftovers
    "library/child.rs",   // deadline of a child process
    "library/disk.rs",    // time stamps of files
    "library/clock.rs",   // the clock that a library is opened with
    "library/lock.rs",    // waiting for processes that start at the same time
    "library/open.rs",    // waiting for the reloading thread
    "library/shared.rs",  // waiting for a check
    "library/watch.rs",   // waiting until changes settle
    "script/budget.rs",   // deadline of a script
];
/// Files outside the command line that start processes or read the environment, and why.
const PROCESS: [&str; 1] = [
    "library/child.rs", // looks at a candidate in a process of its own
];
/// Files in which binary floating point numbers are turned into exact ones or back: workbooks hold nothing else; and
/// where seconds are written for Prometheus, whose numbers are floats.
const FLOATS: [&str; 4] =
    ["intake/workbook/value.rs", "report/sheet.rs", "server/state/metrics.rs", "server/state/process.rs"];

/// A file below `src`, without comments, the contents of texts, and its own tests.
struct Source {
    /// Path below `src`, with `/`.
    path: String,
    code: String,
}

impl Source {
    /// The room the file belongs to; `None` for `lib.rs` and `main.rs`.
    fn room(&self) -> Option<&str> {
        let first = self.path.split('/').next().unwrap_or_default();
        let room = first.strip_suffix(".rs").unwrap_or(first);
        (!matches!(room, "lib" | "main")).then_some(room)
    }

    /// Modules above the items of this file: 1 for a room's `mod.rs`.
    fn depth(&self) -> usize {
        let parts = self.path.split('/').count();
        if self.path.ends_with("/mod.rs") || parts == 1 { parts.max(2) - 1 } else { parts }
    }

    /// True when the file is one of the shell's, or in the list.
    fn may(&self, list: &[&str]) -> bool {
        matches!(self.room(), None | Some("cli" | "server")) || list.contains(&self.path.as_str())
    }

    /// Numbers of the lines in which one of the words stands by itself, with the word.
    fn words<'w>(&self, words: &'w [&str]) -> Vec<(usize, &'w str)> {
        let lines = self.code.lines().enumerate();
        lines
            .flat_map(|(at, line)| {
                words.iter().filter(move |word| has_word(line, word)).map(move |word| (at + 1, *word))
            })
            .collect()
    }
}

/// True when `word` stands in `line` and neither end continues an identifier (ends that are no letters may).
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_part) && word.starts_with(is_part);
        let after = line[at + word.len()..].chars().next().is_some_and(is_part) && word.ends_with(is_part);
        !before && !after
    })
}

fn directory() -> PathBuf {
    sources::root().join("src")
}

fn sources() -> Vec<Source> {
    let paths = sources::files(&directory(), &["rs"]);
    assert!(paths.len() > 50, "only {} files below src", paths.len());
    let read = |path: &PathBuf| Source {
        path: path.strip_prefix(directory()).expect("a path below src").to_string_lossy().replace('\\', "/"),
        code: code_of(without_tests(&sources::read(path))),
    };
    paths.iter().map(read).collect()
}

/// The rooms in the order of the table in `src/lib.rs`, the lowest first.
fn rooms() -> Vec<String> {
    let text = std::fs::read_to_string(directory().join("lib.rs")).expect("src/lib.rs");
    let row = |line: &str| Some(line.strip_prefix("//! | [`")?.split_once('`')?.0.to_owned());
    text.lines().filter_map(row).collect()
}

/// Fails with one line a place.
fn nothing_at_fault(faults: &[String], rule: &str) {
    let mut message = format!("{rule}\n");
    faults.iter().for_each(|fault| writeln!(message, "  src/{fault}").expect("a text takes every line"));
    assert!(faults.is_empty(), "{message}");
}

/// Rooms named by `crate::…` in the code, with the number of the line.
fn named_rooms(code: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => named.push((line, rest.chars().take_while(|c| is_part(*c)).collect())),
            Some(group) => {
                let (mut depth, mut start) = (0, true);
                let mut word = String::new();
                for c in group.chars() {
                    match c {
                        '}' if depth == 0 => break,
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if is_part(c) && start => word.push(c),
                        c if !c.is_whitespace() => start = false,
                        _ => {}
                    }
                    if !start || c == ',' {
                        named.extend((!word.is_empty()).then(|| (line, std::mem::take(&mut word))));
                    }
                }
                named.extend((!word.is_empty()).then_some((line, word)));
            }
        }
    }
    named
}

#[test]
fn every_room_is_in_the_table_of_the_library() {
    let rooms = rooms();
    let mut found: Vec<String> = sources().iter().filter_map(|source| source.room().map(str::to_owned)).collect();
    found.dedup();
    let mut listed = rooms.clone();
    listed.sort();
    assert_eq!(found, listed, "rooms below src, and rooms in the table of src/lib.rs");
}

#[test]
fn rooms_name_only_rooms_above_them() {
    let order: BTreeMap<String, usize> = rooms().into_iter().zip(0..).collect();
    let mut faults = Vec::new();
    for source in sources() {
        let Some(own) = source.room().and_then(|room| order.get(room)) else { continue };
        for (line, room) in named_rooms(&source.code) {
            if order.get(&room).is_some_and(|other| other > own) {
                faults.push(format!("{}:{line} names `{room}`, which stands below its own room", source.path));
            }
        }
        let to_the_top = "super::".repeat(source.depth());
        for (at, line) in source.code.lines().enumerate().filter(|(_, line)| line.contains(&to_the_top)) {
            faults.push(format!("{}:{} leaves its room by `super`: {}", source.path, at + 1, line.trim()));
        }
    }
    nothing_at_fault(&faults, "a room names only rooms above it in the table of src/lib.rs, as `crate::room`:");
}

#[test]
fn only_the_room_of_scripts_knows_rhai() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.room() != Some("script")) {
        let found = source.words(&["rhai"]);
        faults.extend(found.iter().map(|(line, _)| format!("{}:{line} names `rhai`", source.path)));
    }
    nothing_at_fault(&faults, "Rhai is named in src/script only; ask that room for what is needed:");
}

/// Names that exist on Unix only.
const UNIX_NAMES: [&str; 8] = [
    "std::os::unix",
    "tokio::net::Unix",
    "tokio::signal::unix",
    "UnixListener",
    "UnixStream",
    "rustix",
    "listenfd",
    "sd_notify",
];

/// Returns the bytes of the item, statement or arm that begins at `from`, after further attributes.
fn extent(code: &str, from: usize) -> std::ops::Range<usize> {
    let (mut depth, mut at) = (0_usize, from);
    // In the types of a definition a comma separates, and does not end.
    let starts = ["fn ", "pub", "async ", "impl", "struct ", "enum "];
    let is_definition = starts.iter().any(|start| code[from..].trim_start().starts_with(start));
    for (offset, c) in code[from..].char_indices() {
        at = from + offset;
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' => depth -= 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            ';' if depth == 0 => break,
            ',' if depth == 0 && !is_definition => break,
            _ => {}
        }
    }
    from..at
}

/// Returns what is compiled on Unix only: everything after `#[cfg(unix)]` or `#[cfg(target_os = …)]`.
fn only_on_unix(code: &str) -> Vec<std::ops::Range<usize>> {
    let attributes = ["#[cfg(unix)]", "#[cfg(target_os"];
    let starts = attributes.iter().flat_map(|attribute| code.match_indices(attribute)).map(|(at, _)| at);
    starts.map(|at| extent(code, at + code[at..].find(']').map_or(0, |end| end + 1))).collect()
}

/// Modules declared under `#[cfg(unix)]`, as paths of their files.
fn unix_modules(sources: &[Source]) -> Vec<String> {
    let declared = sources.iter().flat_map(|source| {
        let directory = source.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        only_on_unix(&source.code).into_iter().filter_map(move |range| {
            let (_, name) = source.code[range].trim().rsplit_once("mod ")?;
            name.chars().all(is_part).then(|| format!("{directory}/{name}.rs"))
        })
    });
    declared.collect()
}

#[test]
fn names_of_unix_are_used_where_only_unix_compiles_them() {
    let sources = sources();
    let modules = unix_modules(&sources);
    assert_eq!(modules, ["server/wire/unix.rs"], "modules for Unix only");
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| !modules.contains(&source.path)) {
        let ranges = only_on_unix(&source.code);
        for name in UNIX_NAMES {
            for (at, _) in source.code.match_indices(name) {
                let is_whole = !source.code[..at].ends_with(is_part);
                if is_whole && !ranges.iter().any(|range| range.contains(&at)) {
                    let line = source.code[..at].matches('\n').count() + 1;
                    faults.push(format!("{}:{line} names `{name}` outside `#[cfg(unix)]`", source.path));
                }
            }
        }
    }
    nothing_at_fault(&faults, "the crate compiles for Windows: what exists on Unix only is under `#[cfg(unix)]`:");
}

#[test]
fn what_unix_alone_compiles_ends_with_its_item() {
    let code = "#[cfg(unix)]\nuse rustix::{a, b};\nuse rustix::c;\nmatch x { #[cfg(unix)] A => rustix::d(1, 2), B => rustix::e() }";
    let inside: Vec<&str> = only_on_unix(code).into_iter().map(|range| code[range].trim()).collect();
    assert_eq!(inside, ["use rustix::{a, b", "A => rustix::d(1, 2)"]);
}

#[test]
fn floats_stay_in_the_files_that_read_and_write_workbooks() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !FLOATS.contains(&source.path.as_str())) {
        for (at, line) in
            source.code.lines().enumerate().filter(|(_, line)| line.contains("f64") || line.contains("f32"))
        {
            faults.push(format!("{}:{} has a float: {}", source.path, at + 1, line.trim()));
        }
    }
    nothing_at_fault(&faults, &format!("amounts are exact; floats stand only in {}:", FLOATS.join(", ")));
}

#[test]
fn nothing_is_kept_in_an_order_that_differs_between_runs() {
    let mut faults = Vec::new();
    for source in sources() {
        let found = source.words(&["HashMap", "HashSet", "RandomState"]);
        faults.extend(found.iter().map(|(line, word)| format!("{}:{line} names `{word}`", source.path)));
    }
    nothing_at_fault(&faults, "iteration order must be the same in every run: use BTreeMap, BTreeSet or a sorted Vec:");
}

#[test]
fn files_clocks_and_processes_are_looked_at_in_the_listed_files_only() {
    const FILES: [&str; 12] = [
        "std::fs",
        "fs::",
        "File::",
        ".exists()",
        ".is_dir()",
        ".is_file()",
        ".canonicalize()",
        ".metadata()",
        ".read_dir()",
        "stdin()",
        "stdout()",
        "stderr()",
    ];
    const TIME: [&str; 6] = ["Instant", "SystemTime", "Utc::now", "Local::now", "thread::sleep", "recv_timeout"];
    const PROCESSES: [&str; 5] = ["std::env", "env::var", "std::process", "std::net", "current_exe"];
    let rules: [(&[&str], &[&str], &str); 3] = [
        (&FILES, &FILE_SYSTEM, "files"),
        (&TIME, &CLOCK, "the clock"),
        (&PROCESSES, &PROCESS, "processes or the environment"),
    ];
    let mut faults = Vec::new();
    for source in sources() {
        for (words, list, what) in rules {
            if !source.may(list) {
                let found = source.words(words);
                faults.extend(
                    found.iter().map(|(line, word)| format!("{}:{line} looks at {what}: `{word}`", source.path)),
                );
            }
        }
    }
    nothing_at_fault(
        &faults,
        "facts in, figures out; such files are listed at the top of tests/suite/architecture.rs:",
    );
}

#[test]
fn the_lists_of_this_test_name_existing_files() {
    for file in FILE_SYSTEM.iter().chain(&CLOCK).chain(&PROCESS).chain(&FLOATS) {
        assert!(
            directory().join(file).is_file(),
            "src/{file} is listed in tests/suite/architecture.rs and is not there"
        );
    }
}

#[test]
fn rooms_are_found_in_single_names_and_in_groups() {
    let code = "use crate::units::{Money};\nuse crate::{\n    channel::{Name, Partner}, quota,\n};\ncrate::report::x()";
    let named: Vec<String> = named_rooms(code).into_iter().map(|(line, room)| format!("{line} {room}")).collect();
    assert_eq!(named, ["1 units", "2 channel", "2 quota", "5 report"]);
}
