//! What a rule author reads when a rule fails while it runs.

use super::support::*;
use quotient::channel::{Attribute, LineFacts, Name};
use quotient::script::{FactKind, Facts, ScriptContext, example_facts};
use std::sync::Arc;

/// The partner of the examples without market data.
fn without_market() -> Facts {
    let mut line: LineFacts = example_facts().line().clone();
    line.market.growth = None;
    Facts::new(Arc::new(line))
}

macro_rules! says {
    ($($name:ident: $text:expr;)+) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(fault($text, &without_market()));
        }
    )+};
}

says! {
    a_fact_that_is_not_known: "const UPLIFT = 1.1;\nfn assess(partner) {\n    let prior = partner.history.prior_revenue;\n    indicate(prior * (1 + partner.market.growth) * global::UPLIFT)\n}\n";
    a_variable_that_is_not_known: "fn assess(partner) {\n    let growth = partner.market.growth;\n    indicate((growth + 1) * 1_000)\n}\n";
    an_argument_that_is_not_known: "fn assess(partner) {\n    indicate(1_000 * clamp(partner.market.growth, 0, 1))\n}\n";
    a_condition_that_is_not_known: "fn assess(partner) {\n    if partner.market.growth > 0.1 { indicate(1) } else { indicate(2) }\n}\n";
    a_fact_in_a_module: "fn grown(h, by) {\n    h * (1 + by)\n}\nfn assess(partner) {\n    indicate(grown(partner.history.prior_revenue, partner.market.growth))\n}\n";
    a_member_of_nothing: "fn none(x) { () }\nfn assess(partner) {\n    let h = none(1);\n    indicate(h.prior_revenue)\n}\n";
    mixed_kinds: "fn same(x) { x }\nfn assess(partner) {\n    indicate(partner.history.prior_revenue + same(partner.name))\n}\n";
    a_wrong_argument: "fn same(x) { x }\nfn assess(partner) {\n    indicate(round_to(1234, same(\"ten\")))\n}\n";
    division_by_zero: "fn assess(partner) {\n    let heads = partner.investment.certified_gained - 3;\n    indicate(partner.history.prior_revenue / heads)\n}\n";
    a_position_past_the_end: "fn assess(partner) {\n    indicate(partner.history.quarters[8])\n}\n";
    a_loop_that_never_ends: "fn assess(partner) {\n    let total = 0;\n    while total >= 0 {\n        total += 1;\n    }\n    indicate(total)\n}\n";
    a_recursion_that_never_ends: "fn grow(x) { grow(x + 1) }\nfn assess(partner) {\n    indicate(grow(1))\n}\n";
    a_list_that_grows: "fn assess(partner) {\n    let list = [0];\n    loop {\n        list = [list, list];\n    }\n    indicate(list.len() * 1_000)\n}\n";
    a_rule_that_stops_itself: "fn assess(partner) {\n    if partner.tier == \"Gold\" { throw \"gold is not planned here\"; }\n    indicate(1)\n}\n";
    an_answer_that_is_no_indication: "fn same(x) { x }\nfn assess(partner) {\n    same(partner.history.prior_revenue)\n}\n";
    no_answer: "fn assess(partner) {\n    if !partner.is_newcomer {\n    } else { indicate(1) }\n}\n";
    a_floor_above_the_ceiling: "fn assess(partner) {\n    indicate(100).floor(120).ceiling(110)\n}\n";
    a_test_without_truth: "fn same(x) { x }\nfn assess(partner) {\n    indicate(partner.pipeline.opportunities.filter(|o| same(o.age_days)).len() * 1_000)\n}\n";
    the_inner_loop_that_never_ends: "fn assess(partner) {\n    let total = 0;\n    for i in 0..10 { total += i; }\n    for one in 0..10 {\n        let steps = 1;\n        while steps > 0 { steps += 1; }\n    }\n    indicate(total)\n}\n";
    inside_a_short_function: "fn assess(partner) {\n    indicate(sum(partner.pipeline.opportunities.map(|o| o.amount / (o.age_days - 40))))\n}\n";
    a_changing_operator: "fn assess(partner) {\n    let total = 0;\n    total += partner.market.growth;\n    indicate(total * 1_000)\n}\n";
}

#[test]
fn weights_that_do_not_sum_to_one() {
    let text = "fn weights(partner) {\n    let history = 0.5;\n    #{ history: history, pipeline_coverage: 0.4 }\n}\n";
    let scripts = compiled(&[("weights.rhai", text)], &context());
    let fault = scripts.weights("weights.rhai", &example_facts()).map_err(|fault| fault_text(&fault));
    insta::assert_snapshot!(fault.err().unwrap_or_default());
}

#[test]
fn an_attribute_of_another_kind_than_declared() {
    let mut line: LineFacts = example_facts().line().clone();
    line.attributes = vec![(Name::from("stores"), Attribute::Text(Name::from("many")))];
    let context = ScriptContext { attributes: vec![(Name::from("stores"), FactKind::Count)], ..context() };
    let scripts = compiled(
        &[("rule.rhai", "fn assess(partner) {\n    indicate(partner.attributes.stores * 1000)\n}\n")],
        &context,
    );
    let fault = scripts.factor("rule.rhai", &Facts::new(Arc::new(line))).map_err(|fault| fault_text(&fault));
    insta::assert_snapshot!(fault.err().unwrap_or_default());
}
