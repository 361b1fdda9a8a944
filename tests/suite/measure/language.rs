//! The English of what people read: words and turns that a native-speaking engineer would not write.
//!
//! Examined are strings, comments and documentation of the code, scripts, manifests, pages, published schemas and the
//! program's help. `SHRINK=1` lowers the bounds (see `bounds.toml`).

use super::bounds::{Hold, hold};
use crate::sources::{self, Language, Piece, is_part, pieces, without_tests};
use std::collections::BTreeMap;
use std::path::Path;

/// Turns that are not written. `a|b` is either, `_` any word; `{}` in a string counts as a word. After ` ! ` come turns in
/// which the words before are fine.
const TURNS: &[&str] = &[
    // Verbs of place and speech: be, exist, report, print.
    "stand|stands|stood ! stands|stand for",
    "standing in|at|before|after|there|beside|above|below ! a standing in",
    "lie|lies|lay in|between|beside|before|after|there|on|at",
    "told|tells|tell",
    // "is not a …", "is not valid".
    "is|was|are|were no _ ! there is|was|are|were no ! is|are|was|were no longer|more",
    // "one … per …".
    "one _ a|an _ ! one of a|an ! one is|in|for|to|from|by|with|at|and|or|that|as|not|than|has|gives|which|on|unless|beside|without|such|costs a|an",
    "two|three|half a|an line|row|vendor|partner|request|second|minute|period|file",
    // Reloaded, a total of, so that many, for example.
    "anew",
    "in sum",
    "so many|often|much ! so much|many that ! so many _ that",
    "so long ! so long as",
    "and|or the like",
    "of its|their|our|his|her own",
    "one another",
    // The request, the caller, the passive.
    "somebody|anybody|someone|anyone|nobody",
    "whoever|whomever",
    "whatever is|was|comes|came|goes|stands",
    // Sent, propagated, the outcome of.
    "given|gives|give out",
    "what came|comes of|out",
    "held|holds against",
    "in so many words",
    "a bug|mistake of ours",
    "is|are|was|were there ! there is|are|was|were there ! is|are there a|an|any|no",
    // The field's terms: date, directory, error.
    "as-of day|days",
    "is|are no day",
    "folder|folders",
    "mistake|mistakes",
    "outlive|outlives",
    "kept book|books",
    "when left out",
    "taken over and given back",
    "made-up",
    // Ordinals and number.
    "the #. _",
    "1 errors|warnings|cases|lines|rows|partners|findings|records|files|vendors|columns|revisions|places|quotas|tables",
];

/// Words with which a first line of documentation makes a relative clause of what should be a noun or a verb.
const CLAUSES: [&str; 9] = ["What", "How", "Where", "Who", "Whether", "When", "Why", "Which", "Whose"];

/// A turn that was found.
struct Hit {
    room: String,
    /// `file:line: words`.
    place: String,
}

/// A word with its line; `None` where a sentence or a clause ends.
type Word = Option<(String, usize)>;

/// Splits text into words. Names in back-ticks count as one word each, `{…}` of a string as well.
fn words(text: &str, first_line: usize, into: &mut Vec<Word>) {
    let (mut line, mut rest) = (first_line, text);
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        let closing = |close: char| rest[1..].find(close).filter(|at| !rest[1..=*at].contains('\n')).map(|at| at + 2);
        if let Some(end) = (first == '`').then(|| closing('`')).flatten().filter(|end| *end > 2) {
            (length, _) = (end, into.push(Some(("`".to_owned(), line))));
        } else if let Some(end) = (first == '{').then(|| closing('}')).flatten() {
            (length, _) = (end, into.push(Some(("{}".to_owned(), line))));
        } else if first.is_ascii_digit() {
            length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !".,_-%".contains(c)).unwrap_or(rest.len());
            let number = rest[..length].trim_end_matches(',');
            let continues = rest[length..].strip_prefix(' ').and_then(|after| after.chars().next());
            if number.ends_with('.') && continues.is_some_and(char::is_lowercase) {
                into.push(Some(("#.".to_owned(), line)));
            } else {
                into.push(Some((number.trim_end_matches('.').to_owned(), line)));
                into.extend((number.len() < length || number.ends_with('.')).then_some(None));
            }
        } else if is_part(first) {
            let is_inside = |c: char| is_part(c) || c == '-' || c == '\'' || c == '’';
            length = rest.find(|c: char| !is_inside(c)).unwrap_or(rest.len());
            into.push(Some((rest[..length].trim_matches('-').to_lowercase(), line)));
        } else if first == '\n' {
            line += 1;
            let is_end_of_paragraph = rest[1..].trim_start_matches([' ', '/', '!', '#', '*']).starts_with('\n');
            into.extend(is_end_of_paragraph.then_some(None));
        } else if ".;:!?|()[]<>=,…—·".contains(first) {
            into.push(None);
        }
        rest = &rest[length..];
    }
    into.push(None);
}

/// True when the words from `at` on are the turn.
fn matches(turn: &[&str], words: &[Word], at: usize) -> bool {
    turn.iter().enumerate().all(|(offset, wanted)| match words.get(at + offset) {
        Some(Some((word, _))) => *wanted == "_" || wanted.split('|').any(|choice| choice == word),
        _ => false,
    })
}

struct Turn {
    wanted: Vec<&'static str>,
    unless: Vec<Vec<&'static str>>,
}

impl Turn {
    fn all() -> Vec<Self> {
        let turn = |text: &&'static str| {
            let mut parts = text.split(" ! ").map(|part| part.split(' ').collect::<Vec<_>>());
            Self { wanted: parts.next().expect("a turn has words"), unless: parts.collect() }
        };
        TURNS.iter().map(turn).collect()
    }

    fn is_at(&self, words: &[Word], at: usize) -> bool {
        let around = |unless: &Vec<&str>| {
            (0..unless.len()).filter_map(|back| at.checked_sub(back)).any(|start| matches(unless, words, start))
        };
        matches(&self.wanted, words, at) && !self.unless.iter().any(around)
    }
}

/// The words of a source file that people read: comments and strings, and of tests the names of functions.
fn read_words(text: &str, language: Language, with_names: bool) -> Vec<Word> {
    let (mut found, mut line) = (Vec::new(), 1);
    let mut last_was_comment = false;
    for piece in pieces(text, language) {
        match piece {
            Piece::Code(code) => {
                if !(last_was_comment && code.trim().is_empty() && code.matches('\n').count() == 1) {
                    found.push(None);
                }
                if with_names {
                    for (at, _) in code.match_indices("fn ") {
                        let name: String = code[at + 3..].chars().take_while(|c| is_part(*c)).collect();
                        words(&name.replace('_', " "), line + code[..at].matches('\n').count(), &mut found);
                    }
                }
            }
            Piece::Comment(comment) => {
                words(comment.trim_start_matches(['/', '!']), line, &mut found);
                found.pop(); // the sentence may go on in the next line
            }
            Piece::String(string) => words(&string.replace("\\n", "\n"), line, &mut found),
        }
        last_was_comment = matches!(piece, Piece::Comment(_)) || (last_was_comment && matches!(piece, Piece::Code(_)));
        let (Piece::Code(text) | Piece::Comment(text) | Piece::String(text)) = piece;
        line += text.matches('\n').count();
    }
    found
}

/// The turns by each word that they begin with.
fn by_first_word(turns: &[Turn]) -> BTreeMap<&'static str, Vec<&Turn>> {
    let mut found = BTreeMap::<&str, Vec<&Turn>>::new();
    for turn in turns {
        turn.wanted[0].split('|').for_each(|first| found.entry(first).or_default().push(turn));
    }
    found
}

fn hits(room: &str, file: &str, words: &[Word]) -> Vec<Hit> {
    let turns = Turn::all();
    let turns = by_first_word(&turns);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some((word, line)) = word else { continue };
        for turn in turns.get(word.as_str()).into_iter().flatten().filter(|turn| turn.is_at(words, at)) {
            let own = words[at..at + turn.wanted.len()].iter().flatten();
            let text = own.map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ");
            found.push(Hit { room: room.to_owned(), place: format!("{file}:{line}: {text}") });
        }
    }
    found
}

/// Room of a file: the directory below `src`, `rules`, …, or the page.
fn room(file: &str) -> String {
    match file.strip_prefix("src/") {
        Some(below) => {
            let first = below.split('/').next().unwrap_or_default();
            first.strip_suffix(".rs").unwrap_or(first).to_owned()
        }
        None => file.split('/').next().unwrap_or_default().to_owned(),
    }
}

fn all_words(path: &Path, file: &str) -> Vec<Word> {
    let text = sources::read(path);
    let mut found = Vec::new();
    if file.ends_with(".rs") {
        let own = if file.starts_with("src/") { without_tests(&text) } else { &text };
        found = read_words(own, Language::Rust, file.starts_with("tests/"));
    } else if file.ends_with(".rhai") {
        found = read_words(&text, Language::Rhai, false);
    } else if file.ends_with(".json") {
        for (at, line) in text.lines().enumerate() {
            let is_prose =
                ["\"description\"", "\"summary\"", "\"title\""].iter().any(|key| line.trim().starts_with(key));
            if let Some((_, value)) = line.split_once(": \"").filter(|_| is_prose) {
                words(&value.replace("\\n", "\n").replace('\n', " "), at + 1, &mut found);
            }
        }
    } else {
        words(&text.replace("```", "\n\n"), 1, &mut found);
    }
    found
}

/// Text that is written by hand, by room.
pub fn written() -> Vec<(String, String, Vec<Word>)> {
    let root = sources::root();
    let mut paths = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Cargo.toml", "deny.toml"]
        .map(|name| root.join(name))
        .to_vec();
    paths.extend(sources::files(&root.join("src"), &["rs", "rhai", "toml", "html", "jinja", "css"]));
    for directory in ["docs", "rules", "policies", "examples", "deploy", "benches", "fuzz", ".ci"] {
        let extensions = [
            "md",
            "rs",
            "rhai",
            "toml",
            "yaml",
            "yml",
            "sh",
            "py",
            "ts",
            "service",
            "socket",
            "Dockerfile",
            "Dockerfile",
            "run",
        ];
        paths.extend(sources::files(&root.join(directory), &extensions));
    }
    paths.retain(|path| path.is_file());
    let read = |path: &std::path::PathBuf| {
        let file = sources::shown(path);
        let words = all_words(path, &file);
        (room(&file), file, words)
    };
    paths.iter().map(read).filter(|(_, file, _)| !GENERATED.contains(&file.as_str())).collect()
}

/// Pages that the code writes.
const GENERATED: [&str; 2] = ["docs/api.md", "docs/books.md"];

/// Text that comes from the code, and the tests.
fn derived() -> Vec<(String, String, Vec<Word>)> {
    let root = sources::root();
    let mut found = Vec::new();
    for path in sources::files(&root.join("schema"), &["json"]).into_iter().chain(GENERATED.map(|page| root.join(page)))
    {
        let file = sources::shown(&path);
        found.push((room(&file), file.clone(), all_words(&path, &file)));
    }
    for path in sources::files(&root.join("tests"), &["rs"]) {
        let file = sources::shown(&path);
        if !file.ends_with("measure/language.rs") {
            found.push((room(&file), file.clone(), all_words(&path, &file)));
        }
    }
    found
}

fn help() -> Vec<(String, String, Vec<Word>)> {
    let help_of = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("quotient").expect("the program");
        let output = command.args(arguments).arg("--help").output().expect("the program runs");
        String::from_utf8(output.stdout).expect("help is UTF-8")
    };
    let top = help_of(&[]);
    let commands =
        top.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1).take_while(|line| !line.is_empty());
    let names: Vec<&str> =
        commands.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 10, "only {names:?} in the help");
    let page = |name: &str, text: &str| {
        let mut found = Vec::new();
        words(text, 1, &mut found);
        ("help".to_owned(), format!("quotient {name} --help"), found)
    };
    let mut pages = vec![page("", &top)];
    pages.extend(names.iter().map(|name| page(name, &help_of(&[name]))));
    pages
}

type Counted = (BTreeMap<String, usize>, BTreeMap<String, Vec<String>>);

fn count(texts: &[(String, String, Vec<Word>)]) -> Counted {
    let (mut counts, mut places) = (BTreeMap::new(), BTreeMap::<String, Vec<String>>::new());
    for (room, file, words) in texts {
        for hit in hits(room, file, words) {
            *counts.entry(hit.room.clone()).or_default() += 1;
            places.entry(hit.room).or_default().push(hit.place);
        }
    }
    (counts, places)
}

/// First lines of documentation that begin with a relative clause, by room.
pub fn clauses() -> Counted {
    let (mut counts, mut places) = (BTreeMap::new(), BTreeMap::<String, Vec<String>>::new());
    for path in sources::files(&sources::root().join("src"), &["rs"]) {
        let (file, text) = (sources::shown(&path), sources::read(&path));
        let mut before = "";
        for (at, line) in without_tests(&text).lines().map(str::trim).enumerate() {
            let documentation = line.strip_prefix("/// ").or_else(|| line.strip_prefix("//! "));
            let is_first = !before.starts_with("///") && !before.starts_with("//!");
            let begins = documentation.and_then(|text| text.split(' ').next()).unwrap_or_default();
            if is_first && CLAUSES.contains(&begins) {
                *counts.entry(room(&file)).or_default() += 1;
                places.entry(room(&file)).or_default().push(format!("{file}:{}: {line}", at + 1));
            }
            before = line;
        }
    }
    (counts, places)
}

/// Number of turns in written text.
pub fn total() -> usize {
    count(&written()).0.values().sum()
}

#[test]
fn what_people_read_is_english() {
    let (counts, places) = count(&written());
    hold("language", Hold::Exactly, &counts, |room| places.get(room).cloned().unwrap_or_default());
}

#[test]
fn what_is_derived_and_what_is_tested_is_english() {
    let mut texts = derived();
    texts.extend(help());
    let (counts, places) = count(&texts);
    hold("language-derived", Hold::AtMost, &counts, |room| places.get(room).cloned().unwrap_or_default());
}

#[test]
fn documentation_begins_with_a_noun_or_a_verb() {
    let (counts, places) = clauses();
    hold("language-clauses", Hold::Exactly, &counts, |room| places.get(room).cloned().unwrap_or_default());
}

#[test]
fn turns_are_found_across_lines_and_not_in_code() {
    let text = "/// The partner\n/// stands twice; there is no vendor.\nfn told() { let stands = \"the body is no valid gzip, in 1 errors and the 3. column, `told`\"; }\n";
    let found = hits("room", "file.rs", &read_words(text, Language::Rust, false));
    let places: Vec<&str> = found.iter().map(|hit| hit.place.as_str()).collect();
    assert_eq!(
        places,
        ["file.rs:2: stands", "file.rs:3: is no valid", "file.rs:3: 1 errors", "file.rs:3: the #. column"]
    );
    let names = hits("room", "file.rs", &read_words(text, Language::Rust, true));
    assert_eq!(names.len(), 5, "the name of the function counts where names are read");
}
