//! The examples of README and docs are executed and current.

use crate::sources;
use quotient::finding::render;
use quotient::plugin::Manifest;
use quotient::script::{Contract, EntryPoint, ScriptContext, Scripts, SourceFile};
use std::path::Path;

/// The examples of README and of the page about exports run; `TRYCMD=overwrite cargo test --test suite documents` rewrites them.
#[test]
fn the_readme_shows_real_output() {
    trycmd::TestCases::new().env("COLUMNS", "100").env("NO_COLOR", "1").case("README.md").case("docs/exports.md").run();
}

/// As above, at the width of the guide for authors.
#[test]
fn the_guide_for_authors_shows_real_output() {
    trycmd::TestCases::new().env("COLUMNS", "80").env("NO_COLOR", "1").case("docs/rules.md").run();
}

/// The first command of the README and the first example below it do the same.
#[test]
fn the_readmes_main_job_is_the_example_it_shows() {
    let readme = std::fs::read_to_string("README.md").expect("the README");
    let command = readme.lines().find_map(|line| line.strip_prefix("cargo run -- ")).expect("the main job");
    let example = readme.lines().find_map(|line| line.strip_prefix("$ quotient ")).expect("its output");
    assert_eq!(command, example);
}

/// `QUOTIENT_BLESS=1` redraws it.
#[test]
fn the_waterfall_in_the_readme_is_current() {
    let mut command = assert_cmd::Command::cargo_bin("quotient").expect("the program");
    command.args([
        "explain",
        "meridian",
        "P0007",
        "--book",
        "examples/demonstration",
        "--target",
        "75000000",
        "--format",
        "svg",
    ]);
    let drawn = String::from_utf8(command.assert().success().get_output().stdout.clone()).expect("a picture");
    if std::env::var_os("QUOTIENT_BLESS").is_some() {
        std::fs::write("docs/waterfall.svg", &drawn).expect("the picture is written");
    }
    assert!(
        std::fs::read_to_string("docs/waterfall.svg").unwrap_or_default() == drawn,
        "docs/waterfall.svg is not current"
    );
}

/// Fenced blocks of `language` in a document, in order.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(document).expect("the document");
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

fn compiles(text: &str, entry: EntryPoint) {
    let path = "rule.rhai".to_owned();
    let files = [SourceFile { path: path.clone(), text: text.into() }];
    let context = ScriptContext {
        attributes: Vec::new(),
        factors: vec!["history".into(), "market_opportunity".into()],
        ..ScriptContext::default()
    };
    let (_, findings) = Scripts::compile(&files, &[Contract { path, entry }], &context).into_parts();
    assert!(findings.is_empty(), "{}", quotient::finding::render::human(findings.iter(), false));
}

#[test]
fn the_rules_in_the_guide_compile_without_findings() {
    let factors = blocks("docs/rules.md", "rhai");
    let weights = blocks("docs/rules.md", "rhai,weights");
    assert!(!factors.is_empty() && !weights.is_empty());
    factors.iter().for_each(|text| compiles(text, EntryPoint::Factor));
    weights.iter().for_each(|text| compiles(text, EntryPoint::Weights));
}

/// `QUOTIENT_BLESS=1` rewrites what is found.
#[test]
fn the_faults_in_the_guide_are_found_as_shown() {
    let page = "docs/rules.md";
    let faulty = blocks(page, "rhai,faults");
    let shown = blocks(page, "text,faults");
    assert_eq!((faulty.len(), shown.len()), (1, 1), "one example with what is found");
    let path = "rules/acme/history.rhai".to_owned();
    let files = [SourceFile { path: path.clone(), text: faulty[0].as_str().into() }];
    let contracts = [Contract { path, entry: EntryPoint::Factor }];
    let found = Scripts::compile(&files, &contracts, &ScriptContext::default()).findings;
    let found = render::human(found.iter(), false);
    if std::env::var_os("QUOTIENT_BLESS").is_some() {
        let text = std::fs::read_to_string(page).expect("the page");
        let fence = "```text,faults\n";
        let (before, after) = text.split_once(fence).expect("the block");
        let (_, after) = after.split_once("```\n").expect("its end");
        std::fs::write(page, format!("{before}{fence}{found}```\n{after}")).expect("the page is written");
        return;
    }
    assert_eq!(shown[0], found);
}

#[test]
fn the_manifest_in_the_guide_is_valid() {
    let manifest = blocks("docs/rules.md", "toml").into_iter().next().expect("the manifest");
    let (read, findings) = Manifest::parse("vendor.toml", &manifest.as_str().into(), true).into_parts();
    assert!(read.is_some(), "{}", quotient::finding::render::human(findings.iter(), false));
}

/// Generated pages; `QUOTIENT_BLESS=1` rewrites them.
#[test]
fn the_reference_pages_are_current() {
    for (path, text) in
        [("docs/api.md", quotient::script::reference_markdown()), ("docs/books.md", quotient::intake::reference())]
    {
        if std::env::var_os("QUOTIENT_BLESS").is_some() {
            std::fs::write(path, &text).expect("the page is written");
        }
        let shown = std::fs::read_to_string(path).unwrap_or_default();
        assert!(shown == text, "{path} is not current: run `QUOTIENT_BLESS=1 cargo test --test suite documents`");
    }
}

/// Words in backticks, code blocks left out.
fn quoted(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect();
    prose.lines().flat_map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// True when an item of that name is declared in the file, or in a file of the directory.
fn declares(place: &Path, name: &str) -> bool {
    let files = if place.is_dir() { sources::files(place, &["rs"]) } else { vec![place.to_owned()] };
    files.iter().any(|file| {
        let code = sources::code_of(&sources::read(file));
        let declared = |at: usize| {
            let (before, after) = (code[..at].trim_end(), &code[at + name.len()..]);
            let word = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
            !after.starts_with(sources::is_part)
                && ["fn", "struct", "enum", "trait", "type", "const", "static", "mod", "macro_rules!"].contains(&word)
        };
        code.match_indices(name).any(|(at, _)| declared(at))
    })
}

#[test]
fn the_map_of_the_code_names_what_exists() {
    let root = sources::root();
    let text = sources::read(&root.join("docs/architecture.md"));
    let (mut paths, mut names) = (0, 0);
    for word in quoted(&text) {
        let is_path = word.contains('/') && !word.contains(' ') && !word.starts_with('/') && !word.contains('{');
        if is_path || word.ends_with(".rs") || word.ends_with(".md") {
            paths += 1;
            assert!(root.join(&word).exists(), "docs/architecture.md names `{word}`, which does not exist");
        } else if let Some((room, name)) = word.split_once("::") {
            names += 1;
            let (module, name) = name
                .rsplit_once("::")
                .map_or((String::new(), name), |(module, name)| (format!("/{}", module.replace("::", "/")), name));
            let place = root.join(format!("src/{room}{module}"));
            let place = if place.exists() { place } else { place.with_extension("rs") };
            let place = if place.exists() { place } else { root.join(format!("src/{room}")) };
            assert!(
                declares(&place, name),
                "docs/architecture.md names `{word}`, which is not declared in {}",
                place.display()
            );
        }
    }
    assert!(paths > 20 && names > 20, "{paths} paths and {names} names");
}

#[test]
fn the_map_of_the_code_lists_every_room() {
    let text = sources::read(&sources::root().join("docs/architecture.md"));
    let library = sources::read(&sources::root().join("src/lib.rs"));
    let rooms = library.lines().filter_map(|line| line.strip_prefix("//! | [`")?.split_once('`').map(|(room, _)| room));
    let listed: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| `src/")?.split(['/', '`', '.']).next()).collect();
    assert_eq!(listed, rooms.collect::<Vec<_>>(), "the table of rooms, in the order of src/lib.rs");
}
