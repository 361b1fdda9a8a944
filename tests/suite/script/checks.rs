//! What the checks find, as data: the cause of each finding and the text it underlines.
//!
//! How a finding reads is in `findings`; here each case states exactly which causes there are, and that there are no others.

use super::support::*;
use quotient::channel::Name;
use quotient::decision::table::DecisionTable;
use quotient::finding::{Code, FindingDocument, Findings, Place};
use quotient::script::{Contract, EntryPoint, PolicyKind, ScriptContext, Scripts, Table, Tables};

/// `cause` and the underlined text of every finding, in their order; warnings begin with `?`.
///
/// What the typed analysis and the linter say of these rules is left out; see `analysis` and `lint`.
fn causes(findings: &Findings) -> Vec<String> {
    const OTHERS: [Code; 5] =
        [Code::ScriptCondition, Code::ScriptDropped, Code::ScriptNotKnown, Code::ScriptUnits, Code::ScriptUnused];
    let findings: Findings = findings.iter().filter(|finding| !OTHERS.contains(&finding.code())).cloned().collect();
    let documents = FindingDocument::each(findings.iter());
    let shown = |(finding, document): (&quotient::finding::Finding, FindingDocument)| {
        let underlined = match finding.places.first() {
            Some(Place::Text { text, span, .. }) => text[span.start..span.end].to_owned(),
            Some(Place::File { file }) => format!("<{file}>"),
            other => panic!("{other:?}"),
        };
        let mark = if finding.is_error() { "" } else { "?" };
        format!("{mark}{} `{underlined}`", document.cause)
    };
    // The short rules of these tests give no reasons.
    let causes = findings.iter().zip(documents).map(shown);
    causes.filter(|cause| !cause.starts_with("?unexplained")).collect()
}

fn tables() -> ScriptContext {
    let table = Table::parse("territories.csv", "territory,growth\nNorth,0.06\n").value;
    ScriptContext { tables: Tables::new(table), ..context() }
}

/// What is found in these files instead of what is expected; nothing when it is the same.
fn check(files: &[(&str, &str)], expected: &[&str]) -> Option<String> {
    differs(files[files.len() - 1].1, &causes(&compile_in(files, &tables()).1), expected)
}

fn differs(case: &str, found: &[String], expected: &[&str]) -> Option<String> {
    (found != expected).then(|| format!("{case}\n  found    {found:?}\n  expected {expected:?}\n"))
}

/// Checks `fn assess(partner) { … }` with each of these bodies.
#[track_caller]
fn bodies(cases: &[(&str, &[&str])]) {
    let rule = |body: &str| format!("fn assess(partner) {{ {body} }}");
    none(cases.iter().map(|(body, expected)| check(&[("rule.rhai", &rule(body))], expected)));
}

#[track_caller]
fn none(differences: impl Iterator<Item = Option<String>>) {
    let found: String = differences.flatten().collect();
    assert!(found.is_empty(), "{found}");
}

#[test]
fn imports_name_files_of_the_vendor_once() {
    let rule = |imports: &str| format!("{imports}\nfn assess(partner) {{ indicate(1) }}");
    let module = "fn half(x) { x / 2 }";
    let cases = [
        ("import \"growth\" as g;", &[][..]),
        ("import \"growth\" as g; import \"growth\" as h;", &[]),
        ("import \"growth\" as global;", &["alias_taken `\"growth\"`"]),
        ("import \"growth\" as g; import \"other\" as g;", &["alias_taken `\"other\"`"]),
        ("import \"growth\" as g; import \"other\" as h; import \"other\" as g;", &["alias_taken `\"other\"`"]),
        ("import \"growth.rhai\" as g;", &["unknown_import `\"growth.rhai\"`"]),
        ("import \"elsewhere\" as g;", &["unknown_import `\"elsewhere\"`"]),
        ("import \"growth\";", &["import_without_alias `\"growth\"`"]),
    ];
    none(cases.into_iter().map(|(imports, expected)| {
        check(&[("growth.rhai", module), ("other.rhai", module), ("rule.rhai", &rule(imports))], expected)
    }));
}

#[test]
fn each_cycle_of_imports_is_reported_once_at_its_first_file() {
    let rule = ("rule.rhai", "import \"a\" as a;\nfn assess(partner) { indicate(a::f()) }");
    let own = check(&[rule, ("a.rhai", "import \"a\" as a;\nfn f() { 1 }")], &["import_cycle `\"a\"`"]);
    let (b, c) = ("import \"c\" as c;\nfn f() { c::f() }", "import \"d\" as d; import \"b\" as b;\nfn f() { b::f() }");
    let longer = check(
        &[
            rule,
            ("a.rhai", "import \"b\" as b;\nfn f() { b::f() }"),
            ("b.rhai", b),
            ("c.rhai", c),
            ("d.rhai", "fn g() { 1 }"),
        ],
        &["import_cycle `\"c\"`"],
    );
    none([own, longer].into_iter());
}

#[test]
fn every_path_of_a_rule_gives_an_answer() {
    bodies(&[
        ("indicate(1)", &[][..]),
        ("", &["no_answer `}`"]),
        ("1", &["wrong_answer `1`"]),
        ("partner.is_newcomer && true", &["wrong_answer `partner.is_newcomer && true`"]),
        ("\"no\"", &["wrong_answer `\"no\"`"]),
        ("[indicate(1)]", &["wrong_answer `[indicate(1)]`"]),
        ("#{ a: 1 }", &["wrong_answer `#{ a: 1 }`"]),
        ("1 - 2", &["wrong_answer `1 - 2`"]),
        ("7 % 2", &["wrong_answer `7 % 2`"]),
        ("1 < 2", &["wrong_answer `1 < 2`"]),
        ("round_half_up(1.5)", &["wrong_answer `round_half_up(1.5)`"]),
        ("()", &["no_answer `()`"]),
        ("{ indicate(1) }", &[]),
        ("return", &["?maybe_no_answer `return`"]),
        ("throw \"no\"", &[]),
        ("if partner.is_newcomer { indicate(1) }", &["?maybe_no_answer `if`"]),
        ("if partner.is_newcomer { indicate(1) } else { 2 }", &["wrong_answer `2`"]),
        ("if partner.is_newcomer { return indicate(1) } abstain(\"x\")", &[]),
        ("for q in partner.history.quarters { if q > 1 { return indicate(q) } }", &["?maybe_no_answer `for`"]),
        ("for q in partner.history.quarters { indicate(q); }", &["no_answer `for`"]),
        ("while partner.is_newcomer { return; }", &["no_answer `while`", "no_answer `return`"]),
        ("loop { return indicate(1); }", &[]),
        ("do { return indicate(1); } while true", &["?maybe_no_answer `do`"]),
        ("let x = indicate(1);", &["no_answer `let`"]),
        ("let x = indicate(1); x", &[]),
    ]);
}

#[test]
fn weights_are_factors_and_sum_to_one() {
    let cases = [
        ("#{ history: 0.6, pipeline_coverage: 0.4 }", &[][..]),
        ("#{ history: 1, pipeline_coverage: 0 }", &[]),
        ("#{ history: 1.1, pipeline_coverage: -0.1 }", &["weight_range `1.1`", "weight_range `-0.1`"]),
        ("#{ history: 2 }", &["weight_sum `#{ history: 2 }`", "weight_range `2`"]),
        ("#{ history: 0.5 }", &["weight_sum `#{ history: 0.5 }`"]),
        ("#{ histroy: 1 }", &["not_a_factor `histroy`"]),
        ("#{ history: partner.history.growth, pipeline_coverage: 0.9 }", &[]),
        ("[1]", &["wrong_answer `[1]`"]),
    ];
    none(
        cases
            .into_iter()
            .map(|(map, expected)| check(&[("weights.rhai", &format!("fn weights(partner) {{ {map} }}"))], expected)),
    );
}

#[test]
fn functions_are_called_as_they_are_defined() {
    let rule = |helpers: &str, body: &str| format!("{helpers}\nfn assess(partner) {{ {body} }}");
    let cases = [
        ("fn half(x) { x / 2 }", "indicate(half(3))", &[][..]),
        ("fn half(x) { x / 2 }", "indicate(3)", &["?unused_function `half`"]),
        // A call that is wrong is a use all the same.
        ("fn half(x) { x / 2 }", "indicate(half(3, 4))", &["argument_count `half`"]),
        ("fn half(x) { x / 2 }", "let x = 3; indicate(x.half())", &["function_as_method `half`"]),
        ("fn half() { 2 }", "let x = 3; indicate(x.half())", &["function_as_method `half`"]),
        ("fn half(x) { x / 2 }\nconst A = half(2);", "indicate(global::A)", &["constant_calls_function `half`"]),
        ("const A = 1;\nconst B = 2;\nconst A = 3;", "indicate(global::A + global::B)", &["duplicate_constant `A`"]),
        ("", "let half = 3; indicate(half(3))", &["variable_as_function `half`"]),
        ("", "indicate(clamp(1, 2))", &["argument_count `clamp`"]),
        ("", "indicate(1).because()", &["argument_count `because`"]),
        ("", "indicate(sqrt(4))", &["unavailable `sqrt`"]),
        ("", "indicate(rand())", &["forbidden `rand`"]),
        ("", "indicate(round(1.5))", &["ambiguous_rounding `round`"]),
        ("", "indicate(a::b::c(1))", &["undefined_path `a`"]),
        ("", "indicate(promote(\"Gold\"))", &["policy_function `promote`", "argument `promote(\"Gold\")`"]),
        ("fn clamp(x) { x }", "indicate(1)", &["shadows_function `clamp`", "?unused_function `clamp`"]),
        ("fn sleep(x) { x }", "indicate(sleep(1))", &["shadows_word `sleep`"]),
    ];
    none(cases.into_iter().map(|(helpers, text, expected)| check(&[("rule.rhai", &rule(helpers, text))], expected)));
}

#[test]
fn entry_points_are_found_by_name_and_parameters() {
    let cases = [
        ("fn assess(partner) { indicate(1) }", &[][..]),
        ("fn assess() { indicate(1) }", &["entry_parameters `assess`"]),
        ("fn asses(partner) { indicate(1) }", &["misspelled_entry `asses`"]),
        ("fn other(partner) { indicate(1) }", &["missing_entry `<rule.rhai>`"]),
        ("let a = 1;\nfn assess(partner) { indicate(1) }", &["top_level_variable `let`"]),
        ("fn assess(partner) { indicate(1) }\n1 + 1;", &["top_level_statement `+`"]),
    ];
    none(cases.into_iter().map(|(text, expected)| check(&[("rule.rhai", text)], expected)));
}

#[test]
fn lists_facts_and_positions_are_of_their_kinds() {
    bodies(&[
        ("indicate(partner.history.quarters[0])", &[][..]),
        ("indicate(partner.history.quarters?[0])", &["?always_known `partner.history.quarters?[`"]),
        ("indicate(partner?.history.growth)", &["?always_known `history`"]),
        ("let i = \"a\"; indicate(partner.history.quarters[i])", &["position `partner.history.quarters[i]`"]),
        ("for q in partner.tier { } indicate(1)", &["iteration `partner.tier`"]),
        ("for q in 0..3 { let x = q + \"a\"; } indicate(1)", &["pair `+`"]),
        ("for q in partner.history.quarters { let x = q + \"a\"; } indicate(1)", &["pair `+`"]),
        ("for (q, n) in partner.history.quarters { let x = n + \"a\"; } indicate(1)", &["pair `+`"]),
        ("indicate(partner.history.quarters.growth)", &["no_member `growth`"]),
        ("partner.history.growth = 1; indicate(1)", &["fact_assigned `partner.history.growth`"]),
        ("partner.history.quarters[0] = 1; indicate(1)", &["fact_assigned `partner.history.quarters[0]`"]),
        ("let m = #{ a: 1 }; m.a = 2; m[\"a\"] = 3; indicate(m.a)", &[]),
        ("if partner.tier { indicate(1) } else { indicate(2) }", &["condition `partner.tier`"]),
        ("while partner.tier { } indicate(1)", &["condition `partner.tier`"]),
        ("do { } while partner.tier; indicate(1)", &["condition `partner.tier`"]),
        ("if true || partner.tier { indicate(1) } else { indicate(2) }", &["condition `partner.tier`"]),
        ("let open = partner.pipeline.opportunities.filter(|o| o.amount); indicate(1)", &["test `|`"]),
        ("let open = partner.pipeline.opportunities.map(|o| o.amount); indicate(1)", &[]),
        ("let total = partner.history.quarters.reduce(|sum, q| sum + q.x, 0); indicate(total)", &["no_member `x`"]),
        ("indicate('a')", &["single_quotes `'a'`", "argument `'a'`"]),
        ("let a = 1; a += \"b\"; indicate(a)", &[]),
        ("let a = \"b\"; let c = a * 2; indicate(c)", &["pair `*`"]),
        ("let a = true; let c = a & false; indicate(1)", &["bit_operator `&`"]),
        ("let a = true; let c = -a; indicate(1)", &["operand `-a`"]),
        ("let c = !partner.tier; indicate(1)", &["operand `!partner.tier`"]),
        ("indicate(lookup(\"territories\", \"North\", \"growth\"))", &[]),
        ("indicate(lookup(\"teritories\", \"North\", \"growth\"))", &["unknown_lookup_table `\"teritories\"`"]),
        ("indicate(lookup(\"territories\", \"North\", \"grow\"))", &["unknown_lookup_column `\"grow\"`"]),
    ]);
}

#[test]
fn what_is_never_reached_is_said_once() {
    bodies(&[
        ("return indicate(1); let a = 2; let b = 3;", &["?unreachable `let`"][..]),
        ("throw \"no\"; indicate(1)", &["?unreachable `indicate`"]),
        ("for q in 0..3 { break; q + 1; } indicate(1)", &["?unreachable `+`"]),
        ("for q in 0..3 { continue; q + 1; } indicate(1)", &["?unreachable `+`"]),
        ("for q in 0..3 { if q > 1 { continue; } q + 1; } indicate(1)", &[]),
        (
            "switch partner.tier { \"gold\" => indicate(1) }",
            &["?switch_without_default `switch`", "?maybe_no_answer `switch`"],
        ),
        ("try { throw 1; } catch { } indicate(1)", &["try_catch `try`"]),
    ]);
}

#[test]
fn a_switch_over_amounts_rates_or_dates_is_refused() {
    let over = |subject: &str, label: &str| format!("let x = switch {subject} {{ {label} => 1, _ => 2 }}; indicate(x)");
    let cases = [
        ("partner.history.growth", "0", true),
        ("partner.history.prior_revenue ?? 0.0", "0", true),
        ("partner.market.growth", "\"none\"", true),
        ("partner.since", "\"2025-01-01\"", true),
        // The kind of the value is not known, and the label is a number.
        ("[1, 0.5][0]", "0..5", true),
        ("partner.months_since_joining", "0", false),
        ("partner.months_since_joining ?? 0", "0..5", false),
        ("partner.months_since_joining", "1.0", true),
        ("partner.tier", "\"gold\" | \"silver\"", false),
        ("partner.is_newcomer", "true if 1 > 0.5", false),
    ];
    none(cases.iter().map(|(subject, label, is_refused)| {
        let text = format!("fn assess(partner) {{ {} }}", over(subject, label));
        let expected = format!("switch `{subject}`");
        let expected = [expected.as_str()];
        check(&[("rule.rhai", &text)], if *is_refused { &expected } else { &[] })
    }));
}

#[test]
fn a_number_with_more_digits_than_are_stored_is_refused() {
    bodies(&[
        ("indicate(1.234567890123456789012345678)", &[][..]),
        ("indicate(0.1234567890123456789012345678)", &[]),
        ("indicate(79228162514264337593543950335.0)", &[]),
        ("indicate(98_765.432109876543210987654321)", &["long_number `98_765.432109876543210987654321`"]),
        ("let x = -0.12345678901234567890123456789; indicate(x)", &["long_number `0.12345678901234567890123456789`"]),
    ]);
}

fn policy(kind: PolicyKind, text: &str) -> Vec<String> {
    const BONUS: &str = "UNIQUE, attainment, -> bonus_rate\n, < 0.8, 0\n, >= 0.8, 0.05\n";
    let bonus = DecisionTable::parse("bonus.csv", &BONUS.into()).value.expect("a sound table");
    let context = ScriptContext {
        tiers: ["Ready", "Silver", "Gold"].map(Name::from).to_vec(),
        decisions: [(Name::from("bonus"), bonus)].into_iter().collect(),
        is_policy: true,
        budget: patient(),
        ..ScriptContext::default()
    };
    let files = [file(kind.file(), text)];
    let contracts = [Contract { path: kind.file().to_owned(), entry: EntryPoint::Policy(kind) }];
    causes(&Scripts::compile(&files, &contracts, &context).into_parts().1)
}

#[test]
fn values_of_policies_have_kinds() {
    let function = EntryPoint::Policy(PolicyKind::Incentive).function();
    let cases = [
        ("amount(award(\"a\"), 5)", &[][..]),
        // What each function gives is known where another kind is needed.
        ("amount(intervene(\"forecast_call\", \"high\"), 5)", &["argument `intervene(\"forecast_call\", \"high\")`"]),
        (
            "amount(decide_by(\"bonus\", #{ attainment: 1 }), 5)",
            &["argument `decide_by(\"bonus\", #{ attainment: 1 })`"],
        ),
        ("owner(award(\"a\"), \"x\")", &["argument `award(\"a\")`"]),
        ("amount(holds(\"a\", true), 5)", &["argument `holds(\"a\", true)`"]),
        ("amount(promote(\"Gold\"), 5)", &["argument `promote(\"Gold\")`"]),
        ("amount(ladder(), 5)", &["argument `ladder()`"]),
        ("amount(award(\"a\"), \"5\")", &["argument `\"5\"`"]),
        ("until(award(\"a\"), 5)", &["argument `5`"]),
        ("all_of([])", &["no_requirement `[]`"]),
        ("all_of([true])", &["requirements `true`"]),
        ("all_of([holds(\"a\", true), 5])", &["requirements `5`"]),
        ("all_of(partner.tier)", &["argument `partner.tier`"]),
        ("{ let all = [5]; all_of(all) }", &["requirements `all`"]),
        ("{ let all = [holds(\"a\", true)]; all_of(all) }", &[]),
        ("promote(\"Golden\")", &["unknown_word `\"Golden\"`"]),
        ("decide_by(\"bonsu\", #{})", &["unknown_decision_table `\"bonsu\"`"]),
        ("decide_by(\"bonus\", #{})", &["missing_input `#{}`"]),
        ("decide_by(\"bonus\", #{ attainment: \"a\" })", &["table_input `\"a\"`"]),
        ("decide_by(\"bonus\", #{ attainment: 1, other: 2 })", &["unknown_word `other`"]),
        ("decide_by(\"bonus\", #{ attainment: 1 }).bonus_rate + 1", &[]),
        ("decide_by(\"bonus\", #{ attainment: 1 }).bonus", &["unknown_member `bonus`"]),
        ("decide_by(\"bonus\", #{ attainment: 1 }).is_match + 1", &["pair `+`"]),
        ("holds(\"a\", true).is_met + 1", &["pair `+`"]),
        ("holds(\"a\", true).met", &["unknown_member `met`"]),
        ("indicate(1)", &["rule_function `indicate`"]),
    ];
    none(cases.into_iter().map(|(expression, expected)| {
        let text = format!("fn {function}(partner) {{ let x = {expression}; [] }}");
        differs(expression, &policy(PolicyKind::Incentive, &text), expected)
    }));
}
