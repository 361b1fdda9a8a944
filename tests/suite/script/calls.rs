//! Calling entry points.

use super::support::*;
use quotient::script::{FactorOutcome, example_facts};
use quotient::units::Money;
use rust_decimal::Decimal;

#[test]
fn a_factor_rule_indicates_revenue_with_its_reason() {
    let rule = "const PER_HEAD = 0.03;\nconst CAP = 0.15;\n\n/// Partners who certify staff may grow faster.\nfn assess(partner) {\n    \
        let credit = clamp(partner.investment.certified_gained * global::PER_HEAD, 0.0, global::CAP);\n    \
        indicate(partner.history.prior_revenue * (1.0 + credit)).because(`certified ${partner.investment.certified_gained} more`)\n}\n";
    // 3 heads × 0.03 = 0.09; 1,200,000 × 1.09 = 1,308,000
    let expected = FactorOutcome::Indicated {
        revenue: Money::from(1_308_000),
        floor: None,
        ceiling: None,
        because: "certified 3 more".into(),
    };
    assert_eq!(assess_for(rule, &example_facts()), Ok(expected));
}

#[test]
fn a_rule_may_abstain() {
    assert_eq!(
        assess("abstain(\"no market data\")"),
        Ok(FactorOutcome::Abstained { because: "no market data".into() })
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
    let expected = Money::new(Decimal::new(15015, 1));
    match scripts.factor("rule.rhai", &example_facts()) {
        Ok(FactorOutcome::Indicated { revenue, .. }) => assert_eq!(revenue, expected),
        other => panic!("{other:?}"),
    }
}
