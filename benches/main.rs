//! All benches in one program: `cargo bench -- NAME`, see `README.md`.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)] // a bench that cannot run says so and stops
#![allow(clippy::float_arithmetic)] // times and ratios, for people to read
#![allow(missing_docs)] // a program for people to read

mod audit;
mod cerbos;
mod decide;
mod harness;
mod ledger;
mod policies;
mod propose;
mod rebalance;
mod reconciliation;
mod reload;
mod script;
mod serve;
mod startup;

#[path = "../tests/suite/server/hostile.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod hostile;
#[path = "../tests/suite/server/http.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod http;
#[path = "../tests/suite/patience.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod patience;

/// Each bench by its name.
const BENCHES: [(&str, fn()); 12] = [
    ("audit", audit::main),
    ("cerbos", cerbos::main),
    ("decide", decide::main),
    ("ledger", ledger::main),
    ("policies", policies::main),
    ("propose", propose::main),
    ("rebalance", rebalance::main),
    ("reconciliation", reconciliation::main),
    ("reload", reload::main),
    ("script", script::main),
    ("serve", serve::main),
    ("startup", startup::main),
];

fn main() {
    // Cargo adds `--bench`; the arguments of a bench begin with `--` too.
    let name = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let Some((_, bench)) = BENCHES.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = BENCHES.iter().map(|(known, _)| *known).collect();
        eprintln!("name a bench: `cargo bench -- NAME`, one of {}", known.join(", "));
        std::process::exit(2);
    };
    bench();
}
