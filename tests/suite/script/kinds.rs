//! Operators: exact results for numbers, and an error for everything mixed.

use super::support::*;
use quotient::finding::Code;
use quotient::script::{
    Contract, EntryPoint, FactorOutcome, ScriptFault, Scripts, SourceFile, example_facts, on_script_threads,
};
use rust_decimal::Decimal;

/// One value of each kind, hidden behind a function so that nothing is found before the rule runs.
const VALUES: [(&str, &str); 12] = [
    ("not known", "()"),
    ("truth", "true"),
    ("whole number", "2"),
    ("number", "2.5"),
    ("text", "\"a\""),
    ("date", "date(\"2026-01-31\")"),
    ("list", "[1]"),
    ("facts list", "partner.history.quarters"),
    ("map", "#{a: 1}"),
    ("range", "0..3"),
    ("facts", "partner.history"),
    ("answer", "indicate(1)"),
];

const OPERATORS: [&str; 17] =
    ["+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", ">", ">=", "&", "|", "^", "<<", ">>"];

/// What the pair is for, decided here independently of the engine.
fn is_meaningful(left: &str, operator: &str, right: &str) -> bool {
    let is_equality = matches!(operator, "==" | "!=");
    let is_order = matches!(operator, "<" | "<=" | ">" | ">=");
    let is_number = |kind: &str| matches!(kind, "number" | "whole number");
    if left == "not known" || right == "not known" {
        return is_equality;
    }
    match (left, right) {
        (a, b) if is_number(a) && is_number(b) => {
            is_equality
                || is_order
                || (matches!(operator, "+" | "-" | "*" | "/" | "%" | "**") && !(operator == "**" && b == "number"))
        }
        ("text", "text") => is_equality || is_order || operator == "+",
        ("date", "date") => is_equality || is_order,
        ("truth", "truth") => is_equality,
        _ => false,
    }
}

/// What each pair of kinds gives under `body`, which reads `left` and `right`; compiled as one vendor's many rules.
fn outcomes(
    body: impl Fn(&str, &str) -> String,
) -> Vec<(&'static str, &'static str, Result<FactorOutcome, ScriptFault>)> {
    let pairs: Vec<_> = VALUES.iter().flat_map(|left| VALUES.iter().map(move |right| (left, right))).collect();
    let path = |number: usize| format!("pair_{number}.rhai");
    let text = |((_, left), (_, right)): &(&(&str, &str), &(&str, &str))| {
        format!("fn same(x) {{ x }} fn assess(partner) {{ {}; indicate(1) }}", body(left, right))
    };
    let files: Vec<SourceFile> =
        pairs.iter().enumerate().map(|(number, pair)| file(&path(number), &text(pair))).collect();
    let contracts: Vec<Contract> =
        (0..pairs.len()).map(|number| Contract { path: path(number), entry: EntryPoint::Factor }).collect();
    let (scripts, findings) = Scripts::compile(&files, &contracts, &context()).into_parts();
    let scripts = scripts.unwrap_or_else(|| panic!("{findings:?}"));
    let facts = example_facts();
    let called = |(number, ((left, _), (right, _))): (usize, &(&(&'static str, _), &(&'static str, _)))| {
        (*left, *right, scripts.factor(&path(number), &facts))
    };
    pairs.iter().enumerate().map(called).collect()
}

#[test]
fn every_pair_of_kinds_either_means_something_or_raises() {
    on_script_threads(Some(2), || {
        for operator in OPERATORS {
            for (left, right, result) in
                outcomes(|left, right| format!("let r = same({left}) {operator} same({right})"))
            {
                let context = format!("{left} {operator} {right}: {result:?}");
                assert_eq!(result.is_ok(), is_meaningful(left, operator, right), "{context}");
                if let Err(fault) = result {
                    let expected =
                        [Code::ScriptKinds, Code::ScriptNotKnown, Code::ScriptForbidden, Code::ScriptRuntime];
                    assert!(expected.contains(&fault.finding.code()), "{context}");
                }
            }
        }
    });
}

#[test]
fn every_changing_operator_raises_like_its_plain_one() {
    on_script_threads(Some(2), || {
        for operator in ["+", "-", "*", "/", "%", "**"] {
            let body = |left: &str, right: &str| format!("let r = same({left}); r {operator}= same({right})");
            for (left, right, result) in outcomes(body) {
                let context = format!("{left} {operator}= {right}: {result:?}");
                assert_eq!(result.is_ok(), is_meaningful(left, operator, right), "{context}");
            }
        }
    });
}

#[test]
fn numbers_are_exact() {
    // Hand calculation.
    assert_eq!(number("0.1 + 0.2"), Decimal::new(3, 1));
    assert_eq!(number("1.10 * 3"), Decimal::new(330, 2));
    assert_eq!(number("7 % 4"), Decimal::from(3));
    assert_eq!(number("2 ** 10"), Decimal::from(1024));
    assert_eq!(number("2 ** -2"), Decimal::new(25, 2));
    assert_eq!(number("1.5 ** 2"), Decimal::new(225, 2));
    assert_eq!(number("-(3 - 5)"), Decimal::from(2));
    assert_eq!(number("{ let x = 1; x += 0.5; x *= 2; x }"), Decimal::from(3));
    assert_eq!(number("if 1 == 1.0 { 1 } else { 2 }"), Decimal::ONE);
    assert_eq!(number("10 / 5 + 1"), Decimal::from(3));
}

#[test]
fn a_value_that_is_not_known_is_replaced_only_where_the_rule_says_so() {
    assert_eq!(number("() ?? 5"), Decimal::from(5));
    assert_eq!(number("if partner.product_line == () { 1 } else { 2 }"), Decimal::ONE);
    assert_eq!(number("if is_known(partner.product_line) { 1 } else { 2 }"), Decimal::from(2));
    assert!(
        matches!(assess("if partner.product_line > \"A\" { indicate(1) } else { indicate(2) }"), Err(fault) if fault.finding.code() == Code::ScriptNotKnown)
    );
}

#[test]
fn numbers_that_do_not_fit_raise() {
    for expression in [
        "9223372036854775807 + 1",
        "79228162514264337593543950335.0 * 2",
        "1 / 0",
        "1 % 0",
        "1.5 / 0.0",
        "10 ** 30",
        "0 ** -1",
    ] {
        let fault = assess(&format!("indicate({expression})"));
        assert!(matches!(&fault, Err(fault) if fault.finding.code() == Code::ScriptRuntime), "{expression}: {fault:?}");
    }
}

#[test]
fn texts_join_and_compare() {
    let outcome = assess("abstain(\"a\" + \"b\" + `${1 + 1}${2.50}${()}`)");
    assert_eq!(
        outcome,
        Ok(FactorOutcome::Abstained { because: "ab22.50not known".into(), source: "rule.rhai:1".into() })
    );
}
