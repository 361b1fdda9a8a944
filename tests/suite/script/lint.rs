//! What is legal and probably not meant: found in its forms, and not where it is meant.

use super::analysis::{all_causes, causes};
use super::support::*;
use quotient::finding::Findings;
use quotient::script::ScriptContext;

fn found(text: &str) -> Vec<String> {
    found_in(&[("rule.rhai", text)])
}

fn found_in(files: &[(&str, &str)]) -> Vec<String> {
    let findings: Findings = compile_in(files, &ScriptContext { ..context() }).1;
    causes(&findings)
}

#[track_caller]
fn bodies(cases: &[(&str, &[&str])]) {
    let mut wrong = String::new();
    for (body, expected) in cases {
        let found = found(&format!("fn assess(partner) {{ {body} }}"));
        if found != *expected {
            wrong.push_str(&format!("{body}\n  found    {found:?}\n  expected {expected:?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn names_without_use_are_found() {
    bodies(&[
        ("let growth = 2; indicate(1)", &["?unused_variable `growth`"]),
        ("let growth = 2; growth = 3; indicate(1)", &["?unused_variable `growth`"]),
        ("let growth = 2; growth += 3; indicate(growth)", &[]),
        ("let _growth = 2; indicate(1)", &[]),
        (
            "let sum = 0; for deal in partner.pipeline.opportunities { sum += 1; } indicate(sum)",
            &["?unused_item `for`"],
        ),
        ("let list = []; list.push(1); indicate(list.len() * 1_000)", &[]),
    ]);
    assert_eq!(
        found("const A = 1;\nconst B = 2;\nfn assess(partner) { indicate(global::A) }"),
        ["?unused_constant `B`"]
    );
    assert_eq!(found("const A = 1;\nconst B = A + 1;\nfn assess(partner) { indicate(global::B) }"), [""; 0]);
    let module = ("growth.rhai", "const RATE = 5;\nfn grown(x, y) { x * 2 }");
    let rule = "import \"growth\" as growth;\nfn assess(partner) { indicate(growth::grown(1, 2) * growth::RATE) }";
    assert_eq!(found_in(&[module, ("rule.rhai", rule)]), ["?unused_parameter `y`"]);
    let unused = "import \"growth\" as growth;\nfn assess(partner) { indicate(1) }";
    let found = found_in(&[("growth.rhai", "fn grown(x) { x * 2 }"), ("rule.rhai", unused)]);
    assert_eq!(found, ["?unused_import `\"growth\"`"]);
}

#[test]
fn a_name_that_hides_another_is_found_and_the_item_of_a_loop_is_not() {
    bodies(&[
        ("let a = 1; let a = a + 1; indicate(a)", &["?shadowed `a`"]),
        ("let a = 1; if partner.is_newcomer { let a = 2; return indicate(a); } indicate(a)", &["?shadowed `a`"]),
        ("let partner = 1; indicate(partner)", &["?shadowed `partner`"]),
        ("let a = 1; let t = 0; for a in [1, 2] { t += a; } indicate(a + t)", &[]),
        ("if partner.is_newcomer { let a = 2; return indicate(a); } let a = 1; indicate(a)", &[]),
    ]);
}

#[test]
fn results_without_use_are_found() {
    bodies(&[
        ("if partner.is_newcomer { abstain(\"new\"); } indicate(1)", &["dropped_answer `abstain(\"new\")`"]),
        ("indicate(1); indicate(2)", &["dropped_answer `indicate(1)`"]),
        ("let a = 1; round_half_up(a); indicate(a)", &["?dropped_result `round_half_up(a)`"]),
        ("let a = 1; a + 1; indicate(a)", &["?dropped_result `a + 1`"]),
        ("if partner.is_newcomer { abstain(\"new\") } else { indicate(1) }", &[]),
        ("let a = if partner.is_newcomer { 1 } else { 2 }; indicate(a)", &[]),
        ("let list = []; list.push(1); indicate(list[0])", &[]),
    ]);
}

#[test]
fn conditions_without_effect_are_found() {
    let then = "{ return abstain(\"no\"); }";
    let c = "let c = partner.market.partners ?? 0;";
    bodies(&[
        (&format!("{c} if c > 5 && c < 3 {then} indicate(1)"), &["?constant `c > 5 && c < 3`"]),
        (&format!("{c} if c >= 0 || c < 5 {then} indicate(1)"), &["?constant `c >= 0 || c < 5`"]),
        (&format!("{c} if c > 3 && c < 5 {then} indicate(1)"), &[]),
        (&format!("{c} if c > c {then} indicate(1)"), &["?constant `c > c`"]),
        (
            &format!("let t = partner.territory; if t != \"North\" || t != \"South\" {then} indicate(1)"),
            &["?constant `t != \"North\" || t != \"South\"`"],
        ),
        (&format!("let t = partner.territory; if t == \"North\" || t == \"South\" {then} indicate(1)"), &[]),
        (&format!("if true {then} indicate(1)"), &["?constant `true`"]),
        ("let n = 0; while true { n += 1; if n > 5 { break; } } indicate(n)", &[]),
        // A wider range before a narrower one.
        (
            &format!("{c} let s = if c < 9 {{ 1 }} else if c < 8 {{ 2 }} else {{ 3 }}; indicate(s)"),
            &["?unreachable `c < 8`"],
        ),
        (&format!("{c} if c < 9 {then} if c < 8 {then} indicate(1)"), &["?unreachable `c < 8`"]),
        (&format!("{c} let s = if c < 8 {{ 1 }} else if c < 9 {{ 2 }} else {{ 3 }}; indicate(s)"), &[]),
        (&format!("{c} if c < 9 {then} c = 1; if c < 8 {then} indicate(1)"), &[]),
    ]);
}

#[test]
fn equal_branches_and_placeholders_in_plain_quotes_are_found() {
    bodies(&[
        ("let a = if partner.is_newcomer { 5 } else { 5 }; indicate(a)", &["?equal_branches `if`"]),
        ("let a = if partner.is_newcomer { 0.0 } else { 0.0 }; indicate(a)", &[]),
        ("let a = 1; indicate(a).because(\"as ${a}\")", &["?plain_placeholder `\"as ${a}\"`"]),
        ("let a = 1; indicate(a).because(`as ${a}`)", &[]),
    ]);
}

#[test]
fn answers_without_a_reason_are_found() {
    let found = |text: &str| all_causes(&compile_in(&[("rule.rhai", text)], &context()).1);
    let body = |body: &str| found(&format!("fn assess(partner) {{ {body} }}"));
    assert_eq!(body("indicate(1).floor(0)"), ["?unexplained `indicate(1).floor(0)`"]);
    assert_eq!(
        body("if partner.is_newcomer { return indicate(2); } abstain(\"none\")"),
        ["?unexplained `indicate(2)`"]
    );
    let switched = "switch partner.is_newcomer { true => indicate(2), _ => abstain(\"none\") }";
    assert_eq!(body(switched), ["?unexplained `indicate(2)`"]);
    assert_eq!(body("abstain(\" \")"), ["?empty_reason `\" \"`"]);
    assert_eq!(body("indicate(1).because(\"\")"), ["?empty_reason `\"\"`"]);
    // Given somewhere else.
    for explained in [
        "fn made(x) { indicate(x) }\nfn assess(partner) { made(1).because(\"one\") }",
        "fn assess(partner) { let answer = indicate(1); answer.because(\"one\") }",
        "fn assess(partner) { indicate(1).because(\"one\").floor(0) }",
    ] {
        assert_eq!(found(explained), [""; 0], "{explained}");
    }
}

#[test]
fn habits_of_other_languages_are_answered_with_what_to_write() {
    for (line, found_text, meant) in [
        ("if prior > 0 and prior < 9 { return abstain(\"no\"); }", "and", "write `&&`"),
        ("if prior > 0 OR prior < 9 { return abstain(\"no\"); }", "OR", "write `||`"),
        ("if not partner.is_newcomer { return abstain(\"no\"); }", "not", "write `!` before it"),
        ("if prior => 1000 { return abstain(\"no\"); }", "=>", "write `>=`"),
        ("if prior =< 1000 { return abstain(\"no\"); }", "=<", "write `<=`"),
        ("if prior <> 1000 { return abstain(\"no\"); }", "<>", "write `!=`"),
        ("if prior == null { return abstain(\"no\"); }", "null", "write `()`"),
        (
            "if prior > 5 { return abstain(\"a\"); } elif prior > 3 { return abstain(\"b\"); }",
            "elif",
            "write `else if`",
        ),
        ("var growth = 2;", "var", "write `let`"),
        ("let growth = 0,05;", "0,05", "write `0.05`"),
        ("let growth = 25,000;", "25,000", "write `25_000`"),
        ("let growth = 5%;", "5%", "write `0.05`"),
        ("let growth = “five”;", "“", "write texts in plain double quotes: `\"`"),
        ("let\u{a0}growth = 5;", "U+00A0", "replace this blank with a plain space"),
        ("# a comment", "#", "write `//`"),
    ] {
        let text = format!("fn assess(partner) {{\n    let prior = 1;\n    {line}\n    indicate(prior)\n}}");
        let findings = compile_in(&[("rule.rhai", &text)], &context()).1;
        let said: Vec<String> = findings.iter().map(|one| format!("{one}")).collect();
        let expected = format!("`{found_text}` is not part of the language; {meant}");
        assert!(said.iter().any(|one| one.contains("rule.rhai:3:") && one.contains(&expected)), "{line}\n{said:#?}");
    }
}
