//! The examples of README and docs are executed and current.

use quotient::plugin::Manifest;
use quotient::script::{Contract, EntryPoint, ScriptContext, Scripts, SourceFile};

/// README's examples run; `TRYCMD=overwrite cargo test --test suite documents` rewrites them.
#[test]
fn the_readme_shows_real_output() {
    trycmd::TestCases::new().env("COLUMNS", "100").env("NO_COLOR", "1").case("README.md").run();
}

/// The first command of the README and the first example below it do the same.
#[test]
fn the_readmes_main_job_is_the_example_it_shows() {
    let readme = std::fs::read_to_string("README.md").expect("the README");
    let command = readme.lines().find_map(|line| line.strip_prefix("cargo run --release -- ")).expect("the main job");
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
