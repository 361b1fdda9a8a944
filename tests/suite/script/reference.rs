//! The reference page: complete, and every example true.

use super::support::*;
use quotient::script::{
    FactorOutcome, ScriptContext, Table, Tables, example_facts, on_script_threads, reference_json, reference_markdown,
};
use quotient::units::Money;

fn with_example_table() -> ScriptContext {
    let table = Table::parse("territories.csv", "territory,growth\nNorth,0.06\nSouth,0.02\n").0;
    ScriptContext { tables: Tables::new(table), ..context() }
}

fn texts(list: &serde_json::Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(ToOwned::to_owned)).collect()
}

#[test]
fn every_example_is_true() {
    let reference = reference_json();
    let mut examples: Vec<String> = Vec::new();
    for fact in reference["facts"].as_array().into_iter().flatten() {
        examples.push(fact["example"].as_str().unwrap_or_default().to_owned());
        assert!(!fact["doc"].as_str().unwrap_or_default().is_empty(), "{fact}");
    }
    for function in reference["functions"].as_array().into_iter().flatten() {
        let own = texts(&function["examples"]);
        assert!(!own.is_empty(), "{function}");
        examples.extend(own);
    }
    assert!(examples.len() > 100, "only {} examples", examples.len());
    let context = with_example_table();
    on_script_threads(Some(2), || {
        for example in examples {
            let (before, last) =
                example.rsplit_once("; ").map_or(("", example.as_str()), |(before, last)| (before, last));
            let text = format!("fn assess(partner) {{ {before}; if {last} {{ indicate(1) }} else {{ indicate(0) }} }}");
            let scripts = compiled(&[("rule.rhai", &text)], &context);
            match scripts.factor("rule.rhai", &example_facts()) {
                Ok(FactorOutcome::Indicated { revenue, .. }) => assert_eq!(revenue, Money::from(1), "{example}"),
                Ok(other) => panic!("{example}: {other:?}"),
                Err(fault) => panic!("{example}: {}", fault_text(&fault)),
            }
        }
    });
}

#[test]
fn entry_points_are_shown_with_a_rule_that_compiles() {
    for entry in reference_json()["entry_points"].as_array().into_iter().flatten() {
        let example = entry["example"].as_str().unwrap_or_default();
        let path = if example.contains("fn weights") { "weights.rhai" } else { "rule.rhai" };
        assert_eq!(findings_in(&[(path, example)], &context()), "");
    }
}

#[test]
fn the_page_reads_well() {
    insta::assert_snapshot!(reference_markdown());
}
