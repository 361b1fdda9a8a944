//! Calling entry points.

use super::support::*;
use crate::usd;
use quotient::script::{FactorOutcome, Facts, example_facts};
use rust_decimal::Decimal;
use std::sync::Arc;

#[test]
fn a_factor_rule_indicates_revenue_with_its_reason() {
    let rule = "const PER_HEAD = 0.03;\nconst CAP = 0.15;\n\n/// Partners who certify staff may grow faster.\nfn assess(partner) {\n    \
        let credit = clamp(partner.investment.certified_gained * global::PER_HEAD, 0.0, global::CAP);\n    \
        indicate(partner.history.prior_revenue * (1.0 + credit)).because(`certified ${partner.investment.certified_gained} more`)\n}\n";
    // 3 heads × 0.03 = 0.09; 1,200,000 × 1.09 = 1,308,000
    let expected = FactorOutcome::Indicated {
        revenue: usd(1_308_000),
        floor: None,
        ceiling: None,
        because: "certified 3 more".into(),
        source: "rule.rhai:7".into(),
    };
    assert_eq!(assess_for(rule, &example_facts()), Ok(expected));
}

#[test]
fn a_rule_may_abstain() {
    assert_eq!(
        assess("abstain(\"no market data\")"),
        Ok(FactorOutcome::Abstained { because: "no market data".into(), source: "rule.rhai:1".into() })
    );
}

#[test]
fn whole_numbers_divide_exactly() {
    assert_eq!(number("1 / 4"), Decimal::new(25, 2));
    assert_eq!(number("10 / 4"), Decimal::new(25, 1));
}

#[test]
fn a_module_brings_its_functions_and_constants() {
    let files = [
        (
            "rule.rhai",
            "import \"growth\" as g;\nconst BASE = g::RATE * 2;\nfn assess(partner) { indicate(g::grown(1000) + global::BASE + g::RATE) }",
        ),
        ("growth.rhai", "const RATE = 0.5;\nfn half(x) { x * global::RATE }\nfn grown(x) { x + half(x) }"),
    ];
    let scripts = compiled(&files, &context());
    // 1000 + 500 + 1 + 0.5
    let expected = usd(Decimal::new(15015, 1));
    match scripts.factor("rule.rhai", &example_facts()) {
        Ok(FactorOutcome::Indicated { revenue, .. }) => assert_eq!(revenue, expected),
        other => panic!("{other:?}"),
    }
}

/// File and line are those of the call of `indicate` or `abstain`, in typed code as in the interpreter.
#[test]
fn an_answer_names_the_file_and_line_that_give_it() {
    let rule = "import \"shared\" as s;\nfn assess(partner) {\n    if partner.tier == \"Gold\" {\n        return s::fixed();\n    }\n    \
        indicate(2)\n        .because(\"two\")\n}";
    let shared = "// Answers of several rules.\nfn fixed() {\n    abstain(\"not yet\")\n}";
    for (tier, source) in [("Gold", "shared.rhai:3"), ("Silver", "rule.rhai:6")] {
        let scripts = compiled(&[("rule.rhai", rule), ("shared.rhai", shared)], &context());
        let mut line = example_facts().line().clone();
        line.identity.tier = Some(tier.into());
        let facts = Facts::new(Arc::new(line));
        let typed = scripts.typed_factor("rule.rhai", &facts);
        let interpreted = scripts.interpreted().factor("rule.rhai", &facts).ok();
        assert_eq!(typed, interpreted);
        let (FactorOutcome::Indicated { source: found, .. } | FactorOutcome::Abstained { source: found, .. }) =
            typed.expect("an answer of typed code");
        assert_eq!(&*found, source);
    }
}

#[test]
fn scripts_are_shared_between_threads() {
    fn is_shareable<T: Send + Sync + Clone>(_: &T) {}
    let scripts = rule("const A = 2;\nfn assess(partner) { indicate(partner.history.prior_revenue * global::A) }");
    is_shareable(&scripts);
    let total: Decimal = quotient::script::on_script_threads(Some(4), || {
        use rayon::prelude::*;
        (0..400).into_par_iter().map(|_| revenue(&scripts)).collect::<Vec<_>>().into_iter().sum()
    });
    // 400 × 2 × 1,200,000
    assert_eq!(total, Decimal::from(960_000_000));
}

fn revenue(scripts: &quotient::script::Scripts) -> Decimal {
    match scripts.factor("rule.rhai", &example_facts()) {
        Ok(FactorOutcome::Indicated { revenue, .. }) => revenue.amount(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn weights_are_ascending_by_factor_and_may_depend_on_the_partner() {
    let text = "fn weights(partner) {\n    let share = if partner.is_newcomer { 1.0 } else { 0.4 };\n    #{ pipeline_coverage: share, history: 1 - share }\n}\n";
    let scripts = compiled(&[("weights.rhai", text)], &context());
    let weights =
        scripts.weights("weights.rhai", &example_facts()).unwrap_or_else(|fault| panic!("{}", fault_text(&fault)));
    let weights: Vec<(&str, Decimal)> = weights.iter().map(|(name, weight)| (&**name, *weight)).collect();
    assert_eq!(weights, [("history", Decimal::new(6, 1)), ("pipeline_coverage", Decimal::new(4, 1))]);
}

#[test]
fn calling_a_file_for_what_it_is_not_is_a_fault() {
    let scripts = rule("fn assess(partner) { indicate(1) }");
    assert!(scripts.weights("rule.rhai", &example_facts()).is_err());
    assert!(scripts.factor("none.rhai", &example_facts()).is_err());
}

#[test]
fn lookup_tables_answer_by_key_and_column() {
    let table = quotient::script::Table::parse("territories.csv", "territory,growth\nNorth,0.06\nSouth,\n").value;
    let context = quotient::script::ScriptContext { tables: quotient::script::Tables::new(table), ..context() };
    let text = "fn assess(partner) {\n    indicate((lookup(\"territories\", partner.territory, \"growth\") ?? 0) + (lookup(\"territories\", \"South\", \"growth\") ?? 1)\n        + (if has_row(\"territories\", \"West\") { 5 } else { 0 }))\n}\n";
    let scripts = compiled(&[("rule.rhai", text)], &context);
    assert_eq!(revenue(&scripts), Decimal::new(106, 2));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_fine() {
    let scripts = rule("\u{feff}const A = 1;\r\nfn assess(partner) {\r\n    indicate(global::A)\r\n}\r\n");
    assert_eq!(revenue(&scripts), Decimal::ONE);
}
