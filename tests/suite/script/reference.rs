//! The reference page: complete, and every example true.

use super::support::*;
use crate::usd;
use quotient::decision::TierMove;
use quotient::finding::render;
use quotient::script::{
    Contract, EntryPoint, FactorOutcome, PolicyKind, ScriptContext, Scripts, example_context, example_facts,
    example_policy_facts, on_script_threads, reference_json,
};

/// Runs an expression in a quota rule; true when it is.
fn holds_in_a_rule(before: &str, last: &str) -> Result<bool, String> {
    let context = ScriptContext { is_policy: false, ..example_context() };
    let text = format!("fn assess(partner) {{ {before}; if {last} {{ indicate(1) }} else {{ indicate(0) }} }}");
    match compiled(&[("rule.rhai", &text)], &context).factor("rule.rhai", &example_facts()) {
        Ok(FactorOutcome::Indicated { revenue, .. }) => Ok(revenue == usd(1)),
        Ok(other) => Err(format!("{other:?}")),
        Err(fault) => Err(fault_text(&fault)),
    }
}

/// The same in a tier policy.
fn holds_in_a_policy(before: &str, last: &str) -> Result<bool, String> {
    let text = format!("fn decide(partner) {{ {before}; if {last} {{ retain() }} else {{ grant(\"Silver\") }} }}");
    let files = [file("tier.rhai", &text)];
    let contracts = [Contract { path: "tier.rhai".to_owned(), entry: EntryPoint::Policy(PolicyKind::Tier) }];
    let (scripts, findings) = Scripts::compile(&files, &contracts, &example_context()).into_parts();
    let scripts = scripts.ok_or_else(|| render::human(findings.iter(), false))?;
    let decision = scripts.tier("tier.rhai", &example_policy_facts()).map_err(|fault| fault_text(&fault))?;
    Ok(decision.decision == TierMove::Retain)
}

fn texts(list: &serde_json::Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(ToOwned::to_owned)).collect()
}

#[test]
fn every_example_is_true() {
    let reference = reference_json();
    let mut examples: Vec<(String, String)> = Vec::new();
    let audience = |item: &serde_json::Value| item["for"].as_str().unwrap_or_default().to_owned();
    for fact in reference["facts"].as_array().into_iter().flatten() {
        examples.push((audience(fact), fact["example"].as_str().unwrap_or_default().to_owned()));
        assert!(!fact["doc"].as_str().unwrap_or_default().is_empty(), "{fact}");
    }
    for function in reference["functions"].as_array().into_iter().flatten() {
        let own = texts(&function["examples"]);
        assert!(!own.is_empty(), "{function}");
        examples.extend(own.into_iter().map(|example| (audience(function), example)));
    }
    assert!(examples.len() > 200, "only {} examples", examples.len());
    on_script_threads(Some(2), || {
        for (audience, example) in examples {
            let (before, last) =
                example.rsplit_once("; ").map_or(("", example.as_str()), |(before, last)| (before, last));
            // `is_known(indicate(…))` stands in the examples of what rules and policies share.
            let is_for_policies = audience == "policies" || example.contains("award(");
            let found = if is_for_policies { holds_in_a_policy(before, last) } else { holds_in_a_rule(before, last) };
            assert_eq!(found, Ok(true), "{example}");
        }
    });
}

#[test]
fn entry_points_are_shown_with_a_rule_that_compiles() {
    for entry in reference_json()["entry_points"].as_array().into_iter().flatten() {
        let example = entry["example"].as_str().unwrap_or_default();
        let policy = PolicyKind::ALL.into_iter().find(|kind| EntryPoint::Policy(*kind).skeleton() == example);
        let (path, entry) = match policy {
            Some(kind) => (kind.file(), EntryPoint::Policy(kind)),
            None if example.contains("fn weights") => ("weights.rhai", EntryPoint::Weights),
            None => ("rule.rhai", EntryPoint::Factor),
        };
        let context = if policy.is_some() { example_context() } else { context() };
        let contracts = [Contract { path: path.to_owned(), entry }];
        let findings = Scripts::compile(&[file(path, example)], &contracts, &context).findings;
        assert_eq!(render::human(findings.iter(), false), "");
    }
}
