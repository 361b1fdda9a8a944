//! Whatever the text is, compiling and calling it ends in findings, a fault or a value.

use super::support::*;
use proptest::prelude::*;
use quotient::script::{example_facts, on_script_threads};

const SEED: &str = "import \"growth\" as g;\nconst CAP = 0.15;\n/// Doc.\nfn half(x) { x / 2 }\nfn assess(partner) {\n    let h = partner.history;\n    \
    let list = [1, 2.5, \"a\", #{ a: 1, b: () }];\n    for (one, i) in partner.pipeline.opportunities { if one.amount > 3 && i < 2 { continue; } }\n    \
    while half(1) > 3 || !partner.is_newcomer { break; }\n    let t = switch partner.tier { \"gold\" => 1, 3..5 => 2, _ if list.len() > 1 => 3, _ => `${h.growth ?? 1}` };\n    \
    let s = sum(h.quarters.filter(|q| q > 1).map(|q| q * 2));\n    list[0] += 1; let m = #{ a: 1 }; m.a = clamp(3, 1, global::CAP);\n    \
    indicate((h.prior_revenue ?? 0.0) * (1 + g::RATE) - s).floor(1).because(\"x\")\n}\n";

fn survives(text: &str) {
    on_script_threads(Some(1), || {
        let files = [("rule.rhai", text), ("growth.rhai", "const RATE = 0.1;\nfn two(x) { x * 2 }\n")];
        let (scripts, findings) = compile_in(&files, &context());
        for finding in findings.iter() {
            assert!(!finding.message().contains("internal error"), "{finding}\n{text}");
            assert!(!quotient::finding::render::human([finding], false).is_empty());
        }
        if let Some(scripts) = scripts
            && let Err(fault) = scripts.factor("rule.rhai", &example_facts())
        {
            let text = fault_text(&fault);
            assert!(!text.contains("internal error"), "{text}");
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_is_survived(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn random_words_of_the_language_are_survived(words in prop::collection::vec(prop::sample::select(vec![
        "fn", "assess", "(", ")", "{", "}", "partner", ".", "history", "let", "x", "=", "1", "0.5", "\"a\"", ";", "if", "else", "|x|", "[", "]",
        "#{", ":", ",", "+", "*", "==", "??", "`${", "}`", "switch", "=>", "_", "for", "in", "..", "while", "loop", "return", "const", "global::",
        "import", "as", "indicate", "because", "/*", "*/", "//", "\n", "'", "\\", "private", "this", "try", "catch", "throw", "é", "\u{feff}",
    ]), 0..60)) {
        survives(&words.join(" "));
        survives(&format!("fn assess(partner) {{ {} }}", words.join(" ")));
    }

    #[test]
    fn a_damaged_rule_is_survived(cuts in prop::collection::vec((0..SEED.len(), 0..12usize, "[a-z(){}.;\"`$|?0-9]{0,3}"), 1..4)) {
        let mut text = SEED.to_owned();
        for (at, length, insert) in cuts {
            let start = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, &insert);
        }
        survives(&text);
    }
}

#[test]
fn every_beginning_of_a_rule_is_survived() {
    for end in (0..SEED.len()).step_by(crate::patience::cases(5, 1) as usize) {
        survives(&SEED[..end]);
    }
}
