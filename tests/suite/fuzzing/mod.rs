//! The fuzz targets on their committed corpora, and on a fixed number of inputs made of them: the same search every
//! time, so that whether a change is merged does not hang on luck. `fuzz/run` is the form that is guided by coverage.
//!
//! `QUOTIENT_FUZZ_INPUTS` multiplies the number of inputs of every target, 1 unless set.

#[path = "../../../fuzz/src/book.rs"]
mod book;
#[path = "../../../fuzz/src/files.rs"]
mod files;
#[path = "../../../fuzz/src/log.rs"]
mod log;
mod mutation;
#[path = "../../../fuzz/src/reload.rs"]
mod reload;
#[path = "../../../fuzz/src/request.rs"]
mod request;
#[path = "../../../fuzz/src/settling.rs"]
mod settling;
#[path = "../../../fuzz/src/vendor.rs"]
mod vendor;
#[path = "../../../fuzz/src/vendors.rs"]
mod vendors;
#[path = "../../../fuzz/src/wire.rs"]
mod wire;
#[path = "../../../fuzz/src/workbook.rs"]
mod workbook;

use mutation::{Mutator, dictionary};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The committed inputs of a target, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(fuzz().join("corpus").join(target)).expect("a corpus");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(paths.len() >= 40, "{target} has only {} inputs", paths.len());
    paths.iter().map(|path| std::fs::read(path).expect("an input")).collect()
}

/// Runs one input; one that fails is written where `fuzz/run replay` can take it.
fn run(target: &str, what: &str, work: fn(&[u8]), input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(input))) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{target}"));
        std::fs::write(&path, input).expect("a file that can be written");
        eprintln!("{target}: {what} fails; once more with `fuzz/run replay {target} {}`", path.display());
        resume_unwind(panic);
    }
}

/// Replays the corpus of a target, and `count` inputs made of it; none is longer than `longest`.
fn search(target: &str, work: fn(&[u8]), longest: usize, count: usize) {
    let corpus = corpus(target);
    for (number, input) in corpus.iter().enumerate() {
        run(target, &format!("input {number} of the corpus"), work, input);
    }
    let factor = std::env::var("QUOTIENT_FUZZ_INPUTS").ok().map_or(1, |text| text.parse().expect("a number"));
    let count = count * factor;
    let words = dictionary(&std::fs::read_to_string(fuzz().join(format!("dict/{target}.dict"))).unwrap_or_default());
    for number in 0..count {
        // Each input depends on its number alone, so that one is found again whatever came before.
        let input = Mutator::new(number as u64).input(&corpus, &words, longest);
        run(target, &format!("made input {number}"), work, &input);
    }
    println!("{target}: {} inputs of the corpus and {count} made of them", corpus.len());
}

#[test]
fn bodies_of_requests_are_answered() {
    search("request", request::run, 16_384, 300);
}

#[test]
fn vendors_are_used_or_refused() {
    search("vendor", vendor::run, 8_192, 300);
}

#[test]
fn books_are_read_or_refused() {
    search("book", book::run, 8_192, 2_000);
}

#[test]
fn workbooks_are_read_or_refused() {
    search("workbook", workbook::run, 16_384, 2_000);
}

#[test]
fn reloading_is_what_the_model_says() {
    search("reload", reload::run, 24, 300);
}

#[test]
fn settling_is_what_the_model_says() {
    search("settling", settling::run, 4_096, 2_000);
}

#[test]
fn what_arrives_on_a_connection_is_read_in_one_way() {
    search("wire", wire::run, 4_096, 2_000);
}

#[test]
fn decision_logs_are_read_as_they_were_written() {
    search("log", log::run, 16_384, 300);
}

#[test]
fn a_workbook_that_overflows_is_a_refusal_in_every_form() {
    let overflows: Vec<Vec<u8>> = corpus("workbook")
        .into_iter()
        .filter(|input| input.windows(8).any(|window| window == b"ZZZZZZZZ" || window == b"99999999"))
        .collect();
    assert!(overflows.len() >= 4, "{} of the corpus", overflows.len());
    overflows.iter().for_each(|input| workbook::run(input));
}
