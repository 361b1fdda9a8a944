//! What a call costs; run by hand in a release build: `cargo test --release -- --ignored --nocapture cost`.

use super::support::*;
use quotient::script::{example_facts, on_script_threads};
use std::time::Instant;

const RULE: &str = "const PER_HEAD = 0.03;\nconst CAP = 0.15;\n\nfn assess(partner) {\n    if !is_known(partner.history.prior_revenue) { return abstain(\"no revenue yet\"); }\n    \
    let gained = partner.investment.certified_gained ?? 0;\n    let credit = clamp(gained * global::PER_HEAD, 0.0, global::CAP);\n    \
    let growth = partner.market.growth ?? 0.0;\n    let base = partner.history.prior_revenue * (1.0 + growth);\n    \
    indicate(base * (1.0 + credit)).because(`certified ${gained} more`)\n}\n";

#[test]
#[ignore = "a measurement, not a proof"]
fn cost_of_a_typical_rule() {
    let rules = [
        ("six lines", RULE),
        ("empty", "fn assess(partner) { abstain(\"\") }"),
        ("one constant", "const A = 1;\nfn assess(partner) { indicate(global::A) }"),
        ("one fact", "fn assess(partner) { indicate(partner.history.prior_revenue) }"),
        (
            "a list",
            "fn assess(partner) { indicate(sum(partner.history.quarters.filter(|q| q > 250000).map(|q| q * 2))) }",
        ),
    ];
    for threads in [1, 2] {
        on_script_threads(Some(threads), || {
            for (name, text) in rules {
                let scripts = rule(text);
                let facts = example_facts();
                let rounds = 200_000u32;
                let start = Instant::now();
                rayon::scope(|scope| {
                    for _ in 0..threads {
                        let (scripts, facts) = (&scripts, &facts);
                        scope.spawn(move |_| {
                            (0..rounds).for_each(|_| assert!(scripts.factor("rule.rhai", facts).is_ok()))
                        });
                    }
                });
                println!("{threads} threads, {name}: {:?} a call", start.elapsed() / (rounds * threads as u32));
            }
        });
    }
    let start = Instant::now();
    (0..20).for_each(|_| drop(rule(RULE)));
    println!("compiling one rule: {:?}", start.elapsed() / 20);
}
