//! Scripts that attack the engine: each ends in findings, a fault or a harmless value, within its budget.

use super::support::*;
use quotient::script::{ScriptBudget, ScriptContext, example_facts, on_script_threads};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::patience::{HANG, is_full};

/// Compiles and calls; whatever comes is fine, as long as it comes.
fn contained(name: &str, files: &[(&str, &str)]) -> Duration {
    let start = Instant::now();
    let (scripts, findings) = compile_in(files, &ScriptContext { budget: ScriptBudget::default(), ..context() });
    match scripts {
        Some(scripts) => {
            let facts = example_facts();
            if let Err(fault) = scripts.factor("rule.rhai", &facts) {
                assert!(!fault.finding.message().is_empty(), "{name}");
                assert!(!fault.finding.message().contains("internal error"), "{name}: {}", fault.finding);
            }
        }
        None => assert!(findings.has_errors(), "{name} is refused without saying why"),
    }
    let bug = findings
        .iter()
        .find(|finding| finding.message().contains("internal error") || finding.message().contains("parser failed"));
    assert!(bug.is_none(), "{name}: {bug:?}");
    let took = start.elapsed();
    assert!(took < HANG, "{name} took {took:?}");
    took
}

/// The places where a vendor can put an attack: as body, in a constant; in the long form also before another end of the
/// body, at top level, beside an entry point, in a callback.
fn in_all_places(name: &str, attack: &str) -> Duration {
    let body = format!("fn assess(partner) {{ {attack}\n }}");
    let answered = format!("fn assess(partner) {{ if true {{ {attack}\n }} indicate(1) }}");
    let top = format!("{attack}\nfn assess(partner) {{ indicate(1) }}");
    let constant = format!("const X = {{ {attack}\n }};\nfn assess(partner) {{ indicate(1) }}");
    let beside = format!("fn attack() {{ {attack}\n }}\nfn assess(partner) {{ attack(); indicate(1) }}");
    let callback = format!("fn assess(partner) {{ [1].map(|x| {{ {attack}\n }}); indicate(1) }}");
    let places = [body, constant, answered, top, beside, callback];
    places[..if is_full() { 6 } else { 2 }]
        .iter()
        .enumerate()
        .map(|(place, text)| contained(&format!("{name} (place {place})"), &[("rule.rhai", text)]))
        .max()
        .unwrap_or_default()
}

#[test]
#[ignore = "needs hostile"]
fn the_shared_hostile_scripts_are_contained() {
    let shared = std::env::var("QUOTIENT_SHARED")
        .map_or_else(|_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    let folder = std::fs::read_dir(shared.join("hostile")).expect("the shared hostile scripts");
    let mut files: Vec<PathBuf> = folder.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rhai"));
    files.sort();
    assert!(files.len() > 150, "only {} hostile scripts", files.len());
    let slowest = on_script_threads(Some(1), || {
        files
            .iter()
            .map(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
                (in_all_places(&name, &text), name)
            })
            .max()
    });
    println!("{} scripts in 6 places each; slowest {slowest:?}", files.len());
}

#[test]
fn generated_monsters_are_contained() {
    let n = 100_000;
    let repeat = |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(n), close.repeat(n));
    let monsters: Vec<(&str, String)> = vec![
        ("parentheses", repeat("(", "1", ")")),
        ("brackets", repeat("[", "1", "]")),
        ("braces", repeat("{", "1", "}")),
        ("maps", repeat("#{a:", "1", "}")),
        ("interpolation", repeat("`${", "1", "}`")),
        ("unary minus", repeat("-", "1", "")),
        ("unary not", repeat("!", "true", "")),
        ("sum", format!("1{}", "+1".repeat(n))),
        ("calls", repeat("abs(", "1", ")")),
        ("members", format!("partner{}", ".history".repeat(n))),
        ("indexes", format!("partner{}", "[0]".repeat(n))),
        ("ifs", repeat("if true {", "1", "}")),
        ("else ifs", format!("if false {{}} {}", "else if false {} ".repeat(n))),
        ("closures", repeat("|x| ", "1", "")),
        ("switches", repeat("switch 1 { _ => ", "1", "}")),
        ("lets", (0..n).map(|i| format!("let v{i} = {i};")).collect()),
        ("cases", format!("switch 1 {{ {} }}", (0..n).map(|i| format!("{i} => {i},")).collect::<String>())),
        ("ranges", format!("switch 1 {{ {} }}", (0..n).map(|i| format!("{i}..{} => {i},", i + 1)).collect::<String>())),
        ("coalesce", format!("1{}", " ?? 1".repeat(n))),
        ("and", format!("true{}", " && true".repeat(n))),
        ("long text", format!("\"{}\"", "a".repeat(1_000_000))),
        ("long name", "a".repeat(1_000_000)),
        ("long number", "9".repeat(1_000_000)),
        ("long comment", format!("/*{}*/ 1", "a".repeat(1_000_000))),
        ("open comment", "/*".repeat(n)),
        ("open text", format!("\"{}", "a".repeat(n))),
    ];
    on_script_threads(Some(1), || {
        let mut slowest = (Duration::ZERO, String::new());
        for (name, text) in &monsters {
            slowest = slowest.max((in_all_places(name, text), (*name).to_owned()));
            // Cut to just below the size limit, so that the parser sees it.
            let mut cut = 60_000.min(text.len());
            while !text.is_char_boundary(cut) {
                cut -= 1;
            }
            slowest = slowest.max((in_all_places(&format!("{name}, cut"), &text[..cut]), format!("{name}, cut")));
        }
        println!("slowest monster: {slowest:?}");
        let parameters: Vec<String> = (0..50_000).map(|i| format!("p{i}")).collect();
        contained("parameters", &[("rule.rhai", &format!("fn assess({}) {{ 1 }}", parameters.join(",")))]);
        contained(
            "parameters, cut",
            &[("rule.rhai", &format!("fn assess({}) {{ 1 }}", parameters[..9_000].join(",")))],
        );
        let functions: String = (0..3_000).map(|i| format!("fn f{i}() {{ 1 }}\n")).collect();
        contained("functions", &[("rule.rhai", &functions)]);
        let constants: String = (0..3_000).map(|i| format!("const C{i} = {i};\n")).collect();
        contained("constants", &[("rule.rhai", &constants)]);
        let doubling: String = (1..40).map(|i| format!("const A{i} = [A{}, A{}];\n", i - 1, i - 1)).collect();
        contained(
            "doubling constants",
            &[("rule.rhai", &format!("const A0 = [1];\n{doubling}fn assess(partner) {{ indicate(1) }}"))],
        );
    });
}

/// Attacks of our own on this engine, which a test inside the library runs without the checks before it.
const OWN: [(&str, &str); 40] = include!("attacks.rs");

#[test]
fn hand_written_attacks_are_contained() {
    on_script_threads(Some(1), || {
        for (name, attack) in OWN {
            in_all_places(name, attack);
        }
        for (name, text) in [
            ("plain recursion", "fn f(x) { f(x) } fn assess(partner) { f(1) }"),
            ("mutual recursion", "fn f(x) { g(x) } fn g(x) { f(x) } fn assess(partner) { f(1) }"),
            ("recursion through a callback", "fn f(x) { [x].map(|y| y).len() + f(x) } fn assess(partner) { f(1) }"),
            ("tree recursion", "fn f(x) { f(x) + f(x) } fn assess(partner) { f(1) }"),
            (
                "bounded tree recursion",
                "fn f(n) { if n == 0 { 1 } else { f(n - 1) + f(n - 1) } } fn assess(partner) { indicate(f(30)) }",
            ),
            ("assess calls itself", "fn assess(partner) { assess(partner) }"),
            ("constant that loops", "const X = { loop {} }; fn assess(partner) { indicate(1) }"),
            (
                "constant that grows",
                "const X = { let l = [1]; loop { l.push(l); } }; fn assess(partner) { indicate(1) }",
            ),
            ("shadowed operator", "fn `+`(a, b) { 0 } fn assess(partner) { indicate(1 + 1) }"),
            ("shadowed getter", "fn get$history(p) { 0 } fn assess(partner) { indicate(partner.history) }"),
            ("shadowed function", "fn clamp(a, b, c) { 999 } fn assess(partner) { indicate(clamp(1, 0, 2)) }"),
        ] {
            contained(name, &[("rule.rhai", text)]);
        }
        contained(
            "a file that imports itself",
            &[("rule.rhai", "import \"rule\" as r; fn assess(partner) { r::assess(partner) }")],
        );
        contained(
            "files that import each other",
            &[
                ("rule.rhai", "import \"a\" as a; fn assess(partner) { indicate(a::f()) }"),
                ("a.rhai", "import \"b\" as b; fn f() { b::f() }"),
                ("b.rhai", "import \"a\" as a; fn f() { a::f() }"),
            ],
        );
        contained(
            "a path out of the folder",
            &[("rule.rhai", "import \"../../secret\" as s; fn assess(partner) { indicate(1) }")],
        );
        contained(
            "an absolute path",
            &[("rule.rhai", "import \"/etc/passwd\" as s; fn assess(partner) { indicate(1) }")],
        );
        contained(
            "the constants of another file",
            &[
                ("rule.rhai", "import \"#other.rhai\" as o; fn assess(partner) { indicate(o::X) }"),
                ("other.rhai", "const X = 1;"),
            ],
        );
    });
}

#[test]
fn what_is_contained_leaves_no_trace() {
    let scripts = rule("fn assess(partner) { let l = [1]; loop { l.push(l); } }");
    let fine = rule("fn assess(partner) { indicate(partner.history.prior_revenue) }");
    on_script_threads(Some(1), || {
        for _ in 0..3 {
            let fault = scripts.factor("rule.rhai", &example_facts());
            assert!(fault.is_err());
            assert!(fine.factor("rule.rhai", &example_facts()).is_ok());
        }
    });
}

/// Message of the fault of `text` under `budget`.
fn exhausted(text: &str, budget: ScriptBudget) -> String {
    let scripts = compiled(&[("rule.rhai", text)], &ScriptContext { budget, ..context() });
    scripts.factor("rule.rhai", &example_facts()).expect_err("a fault").finding.message()
}

#[test]
fn memory_is_bounded() {
    // A list of some 3,600 boxed numbers, copied into 40 variables at each of 30 depths of calls: above 64 MiB, within
    // every limit on lists, variables and calls.
    let fifteen = |item: &str| format!("[{}]", vec![item; 15].join(", "));
    let copies: String = (0..40).map(|i| format!("let v{i} = list; ")).collect();
    let text = format!(
        "fn deeper(list, depth) {{ {copies} if depth > 29 {{ return 0; }} deeper(list, depth + 1) + v0.len() }}\n\
         fn assess(partner) {{ let a = {}; let b = {}; let c = {}; indicate(deeper(c, 1)) }}",
        fifteen("0.5"),
        fifteen("a"),
        fifteen("b"),
    );
    let message = exhausted(&text, patient());
    assert!(message.contains("64 MiB of memory"), "{message}");
    let message = exhausted(&text, ScriptBudget { memory: 3 << 20, ..patient() });
    assert!(message.contains("3 MiB of memory"), "{message}");
}

#[test]
fn operations_are_bounded() {
    let text = "fn assess(partner) { let n = 0; while n >= 0 { n += 1; } indicate(n) }";
    assert_eq!(exhausted(text, patient()), "the rule used up its 500000 operations in this loop");
    let few = ScriptBudget { operations: 100, ..patient() };
    assert_eq!(exhausted(text, few), "the rule used up its 100 operations in this loop");
}

#[test]
fn time_is_bounded() {
    let text = "fn assess(partner) { let n = 0; while n >= 0 { n += 1; } indicate(n) }";
    let within = |milliseconds| {
        let time = Duration::from_millis(milliseconds);
        ScriptBudget { time, operations: u64::MAX, ..ScriptBudget::default() }
    };
    for milliseconds in [1, 250] {
        let message = exhausted(text, within(milliseconds));
        assert_eq!(message, format!("the rule used up its {milliseconds} ms in this loop"));
    }
}
