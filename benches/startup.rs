//! Start-up: from starting the program to a first proposal on the demonstration book, against a process that does nothing.
//!
//! Settings: `QUOTIENT_BENCH_ROUNDS`, `QUOTIENT_BENCH_PARTNERS` (size of the demonstration book).

use crate::harness::{Contender, Scratch, race, root, setting};
use std::path::Path;
use std::process::{Command, Stdio};

/// Set for the child that ends at once.
const NOTHING: &str = "QUOTIENT_BENCH_NOTHING";

/// Runs the bench.
pub fn main() {
    if std::env::var_os(NOTHING).is_some() {
        return;
    }
    let scratch = Scratch::new("startup");
    let partners = setting("QUOTIENT_BENCH_PARTNERS", 150);
    quotient::demonstration::write_csv(&scratch.0, 1, partners).expect("a book");
    let book = scratch.0.to_string_lossy().into_owned();
    let own = std::env::current_exe().expect("the path of this program");
    let program = Path::new(env!("CARGO_BIN_EXE_quotient"));
    let propose = |vendor: &'static str, format: &'static str| {
        let book = book.clone();
        move || {
            run(Command::new(program)
                .args(["propose", vendor, "--book", &book, "--target", "60000000", "--format", format]))
        }
    };
    let mut contenders = [
        Contender::new("a process that does nothing", || run(Command::new(&own).env(NOTHING, "1"))),
        Contender::new("quotient --version", || run(Command::new(program).arg("--version"))),
        Contender::new("quotient check meridian", || run(Command::new(program).args(["check", "meridian"]))),
        Contender::new("quotient propose meridian, table", propose("meridian", "table")),
        Contender::new("quotient propose meridian, json", propose("meridian", "json")),
        Contender::new("quotient propose halcyon, table", propose("halcyon", "table")),
    ];
    race(&format!("start-up, {partners} partners"), 1, &mut contenders, setting("QUOTIENT_BENCH_ROUNDS", 15));
}

fn run(command: &mut Command) {
    let status = command.current_dir(root()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.expect("the program starts").success(), "{command:?} failed");
}
