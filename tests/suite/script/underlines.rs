//! Which text a finding underlines. A rule is written with `«` and `»` around it; comments and strings before it carry
//! the same words, because what is searched for in the text is found there first.

use super::support::*;
use quotient::finding::{Finding, Place, Span};
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin};
use quotient::script::{Contract, EntryPoint, Scripts, example_facts};

/// Text that a finding underlines: that of its first place.
fn underlined(finding: &Finding) -> (&str, Span) {
    match finding.places.first() {
        Some(Place::Text { text, span, .. }) => (&text[span.start..span.end], *span),
        other => panic!("`{}` underlines nothing: {other:?}", finding.message()),
    }
}

/// The text without its marks, and the span between them.
fn unmarked(marked: &str) -> (String, Span) {
    let (before, rest) = marked.split_once('«').expect("a mark");
    let (inside, after) = rest.split_once('»').expect("a second mark");
    let span = Span { start: before.len(), end: before.len() + inside.len() };
    (format!("{before}{inside}{after}"), span)
}

/// What is wrong with the place of `finding`, if anything.
fn misplaced(finding: &Finding, marked: &str) -> Option<String> {
    let (text, span) = unmarked(marked);
    let (shown, found) = underlined(finding);
    let wanted = &text[span.start..span.end];
    (found != span)
        .then(|| format!("{}: `{shown}` at {found:?}, not `{wanted}` at {span:?}\n{text}", finding.message()))
}

/// The first finding about a rule.
fn first_finding(text: &str) -> Finding {
    let (_, findings) = compile_in(&[("rule.rhai", text)], &context());
    findings.into_iter().next().expect("a finding")
}

#[test]
fn checks_underline_the_code_they_are_about() {
    let rules = [
        "// fn assess(partner, market) reads\nfn «assess»(partner, market) { indicate(1) }",
        "/* fn asess(partner) */ fn «asess»(partner) { indicate(1) }",
        "fn   «assess»(a, b) { indicate(1) }",
        "const NOTE = \"fn assess(a, b)\";\nfn «assess»(a, b) { if global::NOTE == \"\" { indicate(1) } else { indicate(2) } }",
        "// revnue\nfn assess(partner) { indicate(«revnue») }",
        "// partner.histroy\nfn assess(partner) { indicate(partner.«histroy».prior_revenue) }",
        "// clmp(1, 2, 3)\nfn assess(partner) { indicate(«clmp»(1, 2, 3)) }",
        "// clamp\nfn «clamp»(x, a, b) { 9 }\nfn assess(partner) { indicate(clamp(1, 2, 3)) }",
        "// fn spare\nfn «spare»(x) { x }\nfn assess(partner) { indicate(1) }",
    ];
    let wrong = rules.iter().filter_map(|marked| misplaced(&first_finding(&unmarked(marked).0), marked));
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn faults_underline_the_code_that_failed() {
    let rules = [
        // The entry point itself.
        "// fn assess(partner) answers with an amount\nfn same(x) { x }\nfn «assess»(partner) { same(partner.history.prior_revenue) }",
        "fn same(x) { x }\n/* fn assess */ fn  «assess»(partner) { same(1) }",
        "// fn assess\nfn «assess»(partner) { indicate(100).floor(120).ceiling(110) }",
        // Loops: the brace in a comment opens no block.
        "fn assess(partner) { let n = 0; «while» n >= 0 /* { */ { n += 1; } indicate(n) }",
        "// while n >= 0 {\nfn assess(partner) { let n = 0; «while» n >= 0 { n += 1; } indicate(n) }",
        // Operands.
        "// partner.history.prior_revenue / heads\nfn assess(partner) { let heads = 0 * 1; indicate(«partner.history.prior_revenue / heads») }",
    ];
    let wrong = rules.iter().filter_map(|marked| {
        let fault = rule(&unmarked(marked).0).factor("rule.rhai", &example_facts()).expect_err("a fault");
        misplaced(&fault.finding, marked)
    });
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn weights_that_do_not_sum_to_one_underline_the_function() {
    let marked = "// fn weights(partner) sums to 1\nfn «weights»(partner) { let half = 0.5; #{ history: half, pipeline_coverage: 0.4 } }";
    let files = [file("weights.rhai", &unmarked(marked).0)];
    let contracts = [Contract { path: "weights.rhai".to_owned(), entry: EntryPoint::Weights }];
    let (scripts, findings) = Scripts::compile(&files, &contracts, &context()).into_parts();
    let scripts = scripts.unwrap_or_else(|| panic!("{findings:?}"));
    let fault = scripts.weights("weights.rhai", &example_facts()).expect_err("a fault");
    assert_eq!(misplaced(&fault.finding, marked), None);
}

#[test]
fn a_weight_without_a_rule_underlines_its_key() {
    let plan = "api = 1\nname = \"Acme\"\n[plan]\nfiscal_year_starts = \"January\"\nperiod = \"year\"\n";
    for weights in [
        "# history = 1\n# [weights]\n# history = 1\n[weights]\n«history» = 1\n",
        "[weights]\n# history = 2\n  «history» = 1\n",
        "[weights]\n\"«history»\" = 1\n",
    ] {
        let marked = format!("{plan}{weights}");
        let (text, span) = unmarked(&marked);
        let manifest = VendorFile {
            room: Room::Rules,
            path: "vendor.toml".to_owned(),
            shown: "rules/acme/vendor.toml".to_owned(),
            text: text.as_str().into(),
        };
        let (_, findings) = VendorPlugin::compile(&VendorFiles::new("acme", vec![manifest])).into_parts();
        let is_meant = |finding: &&Finding| finding.message().contains("has a weight but no rule");
        let finding = findings.iter().find(is_meant).unwrap_or_else(|| panic!("{findings:?}"));
        let (shown, found) = underlined(finding);
        // A quoted key is underlined with its quotes.
        assert_eq!(shown.trim_matches('"'), "history");
        assert!(found.start <= span.start && span.end <= found.end, "{found:?} is not {span:?}");
    }
}
