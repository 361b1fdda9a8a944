//! What `check` says for each kind of mistake. Each snapshot is the text a rule author reads.

use super::analysis::causes;
use super::support::*;
use quotient::channel::Name;
use quotient::script::{FactKind, ScriptContext, Table, Tables};

fn with_tables() -> ScriptContext {
    let table = Table::parse("territories.csv", "territory,growth,strategic\nNorth,0.06,true\nSouth,,false\n").value;
    ScriptContext {
        tables: Tables::new(table),
        attributes: vec![(Name::from("segment"), FactKind::Text), (Name::from("stores"), FactKind::Count)],
        ..context()
    }
}

macro_rules! says {
    ($($name:ident: $text:expr;)+) => {$(
        #[test]
        fn $name() {
            let files = [("rule.rhai", $text)];
            insta::assert_snapshot!(findings_in(&files, &with_tables()));
        }
    )+};
}

says! {
    a_missing_semicolon_is_shown_where_it_is_missing: "fn assess(partner) {\n    let a = 1\n    let b = 2;\n    indicate(a + b)\n}\n";
    a_missing_bracket: "fn assess(partner) {\n    indicate(clamp(1, 2, 3)\n}\n";
    an_open_text: "fn assess(partner) {\n    abstain(\"no market)\n}\n";
    an_open_comment: "fn assess(partner) { indicate(1) }\n/* to do";
    an_empty_file: "// nothing yet\n";
    several_syntax_errors_at_once: "const CAP = 1e3;\nfn half(x) {\n    x / 2 +\n}\nfn other(x) { x * 2 }\nfn assess(partner) {\n    let a = half(partner.history.prior_revenu)\n    indicate(a)\n}\n";
    errors_beside_a_syntax_error: "fn helper(x) {\n    x +\n}\nfn assess(partner) {\n    indicate(partner.histroy.prior_revenue + helper(1))\n}\n";
    no_entry_point: "fn half(x) { x / 2 }\n";
    a_misspelt_entry_point: "fn asess(partner) { indicate(1) }\n";
    an_entry_point_with_two_parameters: "fn assess(partner, market) { indicate(1) }\n";
    unknown_variables: "fn assess(partner) {\n    let revenue = partner.history.prior_revenue;\n    indicate(revnue * prior_revenue * certified_now)\n}\n";
    unknown_facts: "fn assess(partner) {\n    let h = partner.history;\n    indicate(partner.histroy.prior_revenue + h.prior + partner.prior_revenue)\n}\n";
    unknown_facts_in_lists_and_helpers: "fn big(p) { p.open_amont }\nfn assess(partner) {\n    let open = partner.pipeline.opportunities.filter(|o| o.amont > 1000).len();\n    for one in partner.pipeline.opportunities { open += one.probabilty; }\n    indicate(open + big(partner.pipeline))\n}\n";
    attributes_must_be_declared: "fn assess(partner) {\n    if partner.attributes.segmnt == \"a\" { return indicate(1) }\n    indicate(partner.attributes.stores + partner.attributes.sales)\n}\n";
    unknown_functions: "fn assess(partner) {\n    let x = clmp(1, 2, 3) + clamp(1, 2) + partner.name.to_uper() + frobnicate(3);\n    indicate(x)\n}\n";
    bare_rounding: "fn assess(partner) { indicate(round(partner.history.prior_revenue ?? 0)) }\n";
    things_rules_do_not_have: "fn assess(partner) {\n    print(\"x\");\n    let t = timestamp();\n    try { t += 1; } catch { }\n    this.x;\n    indicate('a')\n}\n";
    evaluation_of_texts: "fn assess(partner) { eval(\"1\") }\n";
    statements_at_top_level: "let growth = 1;\nfn assess(partner) { indicate(1) }\nassess(1);\n";
    constants_without_global: "const CAP = 0.15;\nfn assess(partner) { indicate(CAP + global::CAPP) }\n";
    redefined_functions: "fn clamp(x, a, b) { 999 }\nfn assess(partner) { indicate(clamp(1, 2, 3)) }\n";
    captured_variables: "fn assess(partner) {\n    let limit = 1000;\n    indicate(sum(partner.history.quarters.filter(|q| q > limit)))\n}\n";
    paths_without_an_answer: "fn assess(partner) {\n    if partner.is_newcomer {\n        return abstain(\"new\");\n    }\n    if is_known(partner.history.prior_revenue) {\n        indicate(partner.history.prior_revenue)\n    }\n}\n";
    never_an_answer: "fn assess(partner) {\n    let x = partner.history.prior_revenue * 2;\n}\n";
    a_bare_number: "fn assess(partner) { partner.history.prior_revenue * 1.1 }\n";
    mixed_kinds: "fn assess(partner) {\n    if partner.tier > 3 || partner.since == \"2020-01-01\" || partner.name { return indicate(1) }\n    indicate(partner.history.quarters * 2 + partner.history)\n}\n";
    unknown_tables_and_columns: "fn assess(partner) {\n    indicate(lookup(\"teritories\", \"North\", \"growth\") + lookup(\"territories\", \"North\", \"grwth\"))\n}\n";
    unused_and_unreachable: "fn spare(x) { x }\nfn assess(partner) {\n    return indicate(1);\n    let x = 2;\n}\n";
    a_test_that_is_no_test: "fn assess(partner) {\n    indicate(partner.pipeline.opportunities.filter(|o| o.age_days + 1).len())\n}\n";
    a_switch_without_default: "fn assess(partner) {\n    switch partner.tier {\n        \"gold\" => indicate(1),\n        \"silver\" => indicate(2)\n    }\n}\n";
    invisible_characters: "fn assess(partner) {\n    // \u{202e}\n    indicate(1)\n}\n";
    facts_cannot_be_changed: "fn assess(partner) {\n    partner.history.prior_revenue = 5;\n    indicate(1)\n}\n";
    an_unknown_module: "import \"grwth\" as g;\nfn assess(partner) { indicate(g::half(1) + h::half(2)) }\n";
    comparison_with_one_sign: "fn assess(partner) {\n    if partner.tier = \"gold\" { indicate(1) } else { indicate(2) }\n}\n";
}

#[test]
fn modules_are_checked_like_rules() {
    let files = [
        (
            "rule.rhai",
            "import \"growth\" as g;\nimport \"helpers\" as h;\nfn assess(partner) { indicate(g::half(partner.history) + g::halve(1) + g::RATEE + h::secret(1) + h::two(1)) }\n",
        ),
        ("growth.rhai", "const RATE = 0.5;\nfn half(h) { h.prior_revenu * global::RATE }\n"),
        ("helpers.rhai", "private fn secret(x) { x }\nfn two(a, b) { secret(a) + b }\n"),
    ];
    insta::assert_snapshot!(findings_in(&files, &context()));
}

#[test]
fn modules_that_import_each_other_are_refused() {
    let files = [
        ("rule.rhai", "import \"a\" as a;\nfn assess(partner) { indicate(a::f()) }\n"),
        ("a.rhai", "import \"b\" as b;\nfn f() { b::f() }\n"),
        ("b.rhai", "import \"a\" as a;\nfn f() { a::f() }\n"),
    ];
    insta::assert_snapshot!(findings_in(&files, &context()));
}

#[test]
fn weights_are_checked() {
    let text = "fn weights(partner) {\n    if partner.is_newcomer { return #{ pipeline_coverag: 1.0 } }\n    #{ history: 0.6, pipeline_coverage: 0.3 }\n}\n";
    insta::assert_snapshot!(findings_in(&[("weights.rhai", text)], &context()));
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let text = format!("// {}\nfn assess(partner) {{ indicate(1) }}\n", "x".repeat(70_000));
    insta::assert_snapshot!(findings_in(&[("rule.rhai", &text)], &context()));
}

#[test]
fn what_may_be_meant_is_not_refused() {
    for body in [
        "let x = 1; let y = if partner.is_newcomer { x = \"a\"; 1 } else { 2 }; indicate(if x == \"a\" { y } else { 3 })",
        "let x = partner.history; x = partner.market; indicate(x.addressable ?? 1)",
        "let m = #{ a: #{ b: 1 } }; m.c = 2; indicate(m.a.b + m.c)",
        "for q in partner.history.quarters { if q > 1 { return indicate(q) } } abstain(\"none\")",
        "loop { return indicate(1); }",
        "let total = (); total = 5; indicate(total + 1)",
        "switch partner.tier { \"gold\" => indicate(1), _ => abstain(\"x\") }",
        "let list = [1, \"a\", ()]; indicate(list[0])",
        "if (partner.tier ?? \"\") in [\"gold\", \"silver\"] { indicate(1) } else { indicate(2) }",
        "if !((partner.tier ?? \"\") in [\"gold\"]) { indicate(1) } else { throw \"no\" }",
        "let best = max(partner.history.quarters); let day = max(partner.since ?? partner.channel.as_of, partner.channel.as_of); indicate(best * day.year())",
        "let n = partner.pipeline.opportunities.map(|o| #{ amount: o.amount }); indicate(n[0].amount)",
        "indicate(partner.history.quarters[-1])",
        "{ indicate(1) }",
        "let x = if partner.is_newcomer { 1 } else { 2 }; indicate(x)",
    ] {
        let text = format!("fn assess(partner) {{ {body} }}");
        assert_eq!(causes(&compile_in(&[("rule.rhai", &text)], &context()).1), [""; 0], "{body}");
    }
}

#[test]
fn a_rule_in_good_style_has_no_findings() {
    let text = "import \"growth\" as growth;\n\nconst PER_HEAD = 0.03;   // growth per certified person gained, fraction\nconst CAP = 0.15;   // most this factor may add, fraction\n\n\
        /// Partners who certify staff may grow faster.\nfn assess(partner) {\n    if !is_known(partner.history.prior_revenue) {\n        return abstain(\"no revenue yet\");\n    }\n    \
        let credit = clamp((partner.investment.certified_gained ?? 0) * global::PER_HEAD, 0.0, global::CAP);\n    let open = 0.0;\n    for one in partner.pipeline.opportunities {\n        if one.close_date < date(\"2026-06-30\") { open += one.amount * (one.probability ?? 0.2); }\n    }\n    \
        let tier = switch partner.tier { \"gold\" => 1.1, \"silver\" => 1.0, _ => 0.9 };\n    let top = partner.pipeline.opportunities.filter(|o| o.amount > 1000).map(|o| o.amount);\n    \
        let territory = lookup(\"territories\", partner.territory ?? \"North\", \"growth\") ?? 0;\n    \
        indicate(growth::grown(partner.history, credit) * tier + open + max(top) * territory)\n        .ceiling(partner.market.addressable ?? 1_000_000_000)\n        .because(`certified ${partner.investment.certified_gained ?? 0} more, credit ${percent(credit)}`)\n}\n";
    let files = [
        ("rule.rhai", text),
        ("growth.rhai", "fn grown(history, credit) {\n    history.prior_revenue * (1.0 + credit)\n}\n"),
    ];
    assert_eq!(findings_in(&files, &with_tables()), "");
    let scripts = compiled(&files, &with_tables());
    let outcome = scripts.factor("rule.rhai", &quotient::script::example_facts());
    assert!(outcome.is_ok(), "{}", outcome.map_or_else(|fault| fault_text(&fault), |_| String::new()));
}
