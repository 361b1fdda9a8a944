//! What one assessment costs a service beside the calls of the rules: `cargo bench -- decide`.
//!
//! One partner with 24 months of revenue and three opportunities at vendor meridian, on one script thread. The parts are
//! timed in the same run, so that they can be compared; see benches/README.md.

use quotient::intake::{JsonPart, ReadOptions, read_book_json};
use quotient::planning::{Lines, Request, assess_partner, view};
use quotient::plugin::{VendorPlugin, disk::Roots};
use quotient::report;
use quotient::request::{Defaults, Form, Kind, Limits, NoBooks, decide};
use quotient::script::{Facts, on_script_threads, spawn_script_thread};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const ROUNDS: u32 = 200;
/// Rounds of which the best counts, because other programs disturb the machine.
const REPEATS: u32 = 150;

fn book() -> String {
    let month = |at: u32| {
        let (year, month, amount) = (2024 + at / 12, at % 12 + 1, 40_000 + 731 * at);
        format!(r#"{{"partner_id":"P0007","month":"{year}-{month:02}","amount":"{amount}.50"}}"#)
    };
    let revenue: Vec<String> = (0..24).map(month).collect();
    let deal = |at: u32| {
        format!(
            r#"{{"opportunity_id":"O{at}","partner_id":"P0007","amount":"{}.00","stage":"Proposal","status":"open","probability":"0.4","close_date":"2026-0{}-15","registered_on":"2025-10-01"}}"#,
            120_000 + at * 1_000,
            at + 2
        )
    };
    let deals: Vec<String> = (0..3).map(deal).collect();
    format!(
        r#"{{"currency":"USD","partners":[{{"partner_id":"P0007","partner_name":"Alder Systems","tier":"Gold","territory":"North","vertical":"Healthcare","since":"2019-04-01"}}],"revenue":[{}],"opportunities":[{}],"market":[{{"territory":"North","vertical":"Healthcare","addressable_market":"9000000","growth":"0.05"}}],"investments":[{{"partner_id":"P0007","certified_now":6,"certified_before":4,"marketing_spend":"20000"}}],"win_rates":[{{"partner_id":"P0007","by_value":"0.3"}}]}}"#,
        revenue.join(","),
        deals.join(",")
    )
}

fn micros(name: &str, mut work: impl FnMut()) {
    let mut best = u128::MAX;
    for _ in 0..REPEATS {
        let start = Instant::now();
        (0..ROUNDS).for_each(|_| work());
        best = best.min(start.elapsed().as_nanos());
    }
    let nanos = best / u128::from(ROUNDS);
    println!("{name:<44} {:>5}.{:01} \u{b5}s", nanos / 1000, nanos % 1000 / 100);
}

fn measure(plugin: &VendorPlugin) {
    let text = book();
    let body = format!(r#"{{"partner":"P0007","book":{text}}}"#);
    let (defaults, limits) = (Defaults::default(), Limits::default());
    println!("body of {} bytes", body.len());
    micros("decide, all of it", || {
        let answer = decide(plugin, Kind::Assessment, Form::Json, body.as_bytes(), &defaults, &NoBooks, &limits)
            .expect("an answer");
        black_box(answer);
    });
    micros("  digest of the body", || {
        black_box(quotient::request::digest_of(body.as_bytes()));
    });
    micros("  syntax, keys and depth", || {
        black_box(quotient::document::json::checked(body.as_bytes(), 16).expect("JSON"));
    });
    let options = ReadOptions { calendar: Some(plugin.manifest.calendar), ..ReadOptions::default() };
    let part = JsonPart { file: "request", pointer: "/book", name: "book", text: &text };
    micros("  reading the book", || {
        black_box(read_book_json(&part, &options).into_result().expect("a book"));
    });
    let (book, warnings) = read_book_json(&part, &options).into_result().expect("a book");
    micros("    of which the hash of its facts", || {
        black_box(book.facts_hash());
    });
    let request = Request::default();
    micros("  lines and facts", || {
        let lines = Lines::new(&book, &plugin.manifest, view(plugin, &book, &request).expect("a view"));
        black_box(lines.facts(&book.partners[0]));
    });
    let lines = Lines::new(&book, &plugin.manifest, view(plugin, &book, &request).expect("a view"));
    let facts = Facts::new(Arc::new(lines.facts(&book.partners[0]).remove(0).1));
    micros("  calls of the rules", || {
        black_box(plugin.indications(&facts).expect("indications"));
    });
    micros("  lines, rules and arithmetic together", || {
        black_box(assess_partner(plugin, &book, &request, None).expect("an assessment"));
    });
    let assessment = assess_partner(plugin, &book, &request, None).expect("an assessment");
    micros("  writing", || {
        let mut out = Vec::with_capacity(4096);
        report::assessment::write_json(&assessment, &warnings, &mut out).expect("a document");
        black_box(out);
    });
}

/// Runs the bench.
pub fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let roots = Roots { rules: root.join("rules"), policies: root.join("policies") };
    let files = roots.read("meridian").expect("the vendor");
    let plugin = on_script_threads(Some(1), || VendorPlugin::compile(&files).value).expect("a plugin");
    let worker = spawn_script_thread("bench", move || measure(&plugin)).expect("a thread");
    worker.join().expect("the bench");
}
