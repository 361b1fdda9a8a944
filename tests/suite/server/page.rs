//! The examples of `docs/serve.md` run, and what the page names exists.

use super::http::{ask, get, post};
use super::running::Home;
use quotient::bundle::Keys;
use quotient::server::{Access, ProblemKind, operations};
use std::collections::BTreeSet;
use std::process::Command;

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/serve.md")).unwrap()
}

/// Words of the page in backticks.
fn quoted(page: &str) -> BTreeSet<&str> {
    page.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn the_examples_of_the_page_run() {
    let page = page();
    let home = Home::new();
    let server = home.serve(&[]);
    assert!(
        page.contains("http://127.0.0.1:7070/v1/vendors/meridian/assessments")
            && page.contains("-d @examples/clients/assessment.json")
    );
    let shipped = include_str!("../../../examples/clients/assessment.json");
    let answer = post(server.address, "/v1/vendors/meridian/assessments", shipped).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["lines"][0]["quota"], "370800.00");
    // The first example of the page of a running server has a quota and reasons as well.
    let docs = get(server.address, "/docs").unwrap().text();
    let example = docs.split_once("spellcheck=\"false\">").unwrap().1.split_once("</textarea>").unwrap().0;
    let answer = post(server.address, "/v1/vendors/meridian/assessments", &example.replace("&quot;", "\"")).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let assessment = answer.json();
    assert!(assessment["lines"][0]["quota"].is_string(), "{assessment}");
    let factors = assessment["lines"][0]["factors"].as_array().unwrap();
    assert!(factors.iter().any(|factor| factor.to_string().contains("%")), "reasons: {assessment}");
    let root = ask(server.address, "GET", "/", &[], b"").unwrap();
    assert_eq!((root.status, root.field("location")), (307, Some("/docs")));
    let block = |begin: &str| {
        let blocks = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
        blocks.into_iter().find(|block| block.starts_with(begin)).unwrap()
    };
    // The token of the page is known to everybody who reads it.
    let tokens = block("[[token]]");
    assert!(Access::parse("tokens.toml", tokens).is_err());
    assert!(Access::parse("tokens.toml", &tokens.replace("at-least-twenty", "mine-is-of-twenty")).is_ok());
    assert!(Keys::parse(block("signatures")).is_ok());

    let metrics = get(server.address, "/metrics").unwrap().text();
    // Schemas of databases are not metrics.
    let is_schema = |word: &str| matches!(word, "quotient_ledger" | "quotient_state");
    let declared = include_str!("../../../src/server/state/metrics.rs");
    for name in quoted(&page).into_iter().filter(|word| word.starts_with("quotient_") && !is_schema(word)) {
        // A metric that was not counted yet is absent from the text; then its declaration must exist.
        let own = name.trim_start_matches("quotient_").trim_end_matches("_total").trim_end_matches("_seconds");
        let own = own.trim_end_matches("_bytes");
        assert!(metrics.contains(name) || declared.contains(&format!("\"{own}\"")), "the page names {name}");
    }
}

#[test]
fn what_the_page_names_exists() {
    let page = page();
    let help = Command::new(env!("CARGO_BIN_EXE_quotient")).args(["serve", "--help"]).output().unwrap();
    let replay = Command::new(env!("CARGO_BIN_EXE_quotient")).args(["replay", "--help"]).output().unwrap();
    let verify = Command::new(env!("CARGO_BIN_EXE_quotient")).args(["verify", "--help"]).output().unwrap();
    let people = |command: &str| {
        Command::new(env!("CARGO_BIN_EXE_quotient")).args(["ledger", command, "--help"]).output().unwrap()
    };
    let open = Command::new(env!("CARGO_BIN_EXE_quotient")).args(["plan", "open", "--help"]).output().unwrap();
    let bundle = |command: &str| {
        Command::new(env!("CARGO_BIN_EXE_quotient")).args(["bundle", command, "--help"]).output().unwrap()
    };
    let bundles = [bundle("create"), bundle("sign"), bundle("verify")];
    let help: String =
        [help, replay, verify, people("grant"), people("revoke"), people("password"), people("verify"), open]
            .into_iter()
            .chain(bundles)
            .map(|output| String::from_utf8(output.stdout).unwrap())
            .collect();
    let mut options = 0;
    for word in page.split(|c: char| c.is_whitespace() || c == '`').filter(|word| word.starts_with("--")) {
        let option: String = word.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        // Those of `cargo build` and `pg_dump` are not ours.
        if option.trim_matches('-').is_empty() || matches!(option.as_str(), "--release" | "--features" | "--schema") {
            continue;
        }
        options += 1;
        assert!(help.contains(&option), "the page names {option}");
    }
    assert!(options > 15);
    let codes: BTreeSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.code()).collect();
    for code in ["not_recorded", "book_unknown"] {
        assert!(page.contains(code) && codes.contains(code));
    }
    for path in quoted(&page).into_iter().filter_map(|word| word.strip_prefix("GET ")) {
        assert!(operations().any(|operation| operation.path == path), "the page names {path}");
    }
    let limits = quotient::server::ServerLimits::default();
    let says = |words: &str| assert!(page.contains(words), "the page does not say `{words}`");
    assert_eq!(limits.connections, 1_024);
    says("| connections | 1,024");
    assert_eq!((limits.caller.requests, limits.caller.streams, limits.streams), (512, 16, 256));
    says("512 per token, 960 in total");
    says("16 per token, 256 in total");
    assert_eq!((limits.caller.bodies >> 20, limits.bodies >> 20, limits.book.stall.as_secs()), (192, 512, 5));
    says("192 MiB per token, 512 MiB in total; a body without a byte for 5 s");
    let seconds = [limits.batch.stall, limits.batch.line, limits.batch.total].map(|time| time.as_secs());
    assert_eq!(seconds, [30, 30, 600]);
    says("30 s for the next bytes, 30 s for the rest of a line, 10 min in total");
    assert_eq!((limits.header.as_secs(), limits.book.time.as_secs()), (10, 30));
    says("64 KiB, 100 fields, 10 s");
    assert_eq!((limits.book.bytes >> 20, limits.book.unpacked >> 20), (8, 64));
    says("8 MiB (`--body`), 64 MiB uncompressed, 30 s");
    assert_eq!((limits.line.bytes >> 20, limits.batch_lines), (1, 100_000));
    says("| lines per batch | 100,000");
    assert_eq!((limits.stored_books >> 20, limits.handler.as_secs()), (256, 60));
    says("| stored books | 256 MiB");
    says("| response time | 60 s");
}
