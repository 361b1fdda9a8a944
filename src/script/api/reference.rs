//! The reference page for rule authors, made from the declarations.

use super::super::{EntryPoint, PolicyKind};
use super::example::example_context;
use super::facts::{Fact, FactSchema, ViewSchema};
use super::function::Function;
use super::functions;
use serde_json::{Value, json};
use std::fmt::Write;

const OPERATORS: [(&str, &str); 7] = [
    ("`+` `-` `*` `/` `%` `**`", "numbers; `/` divides exactly, also whole numbers; `+` also joins texts"),
    ("`==` `!=`", "two numbers, texts, dates or truths; anything may be compared with `()`, \"not known\""),
    ("`<` `<=` `>` `>=`", "two numbers, texts or dates"),
    ("`&&` `\\|\\|` `!`", "truths"),
    ("`??`", "the value on the left, or the one on the right when that is not known"),
    ("`in`", "`\"gold\" in [\"gold\", \"silver\"]`, `3 in 1..5`"),
    ("`..` `..=`", "ranges of whole numbers, without and with their end"),
];

const ENTRY_POINTS: [(EntryPoint, &str); 5] = [
    (EntryPoint::Factor, "A factor rule: answers with the revenue it indicates for the planning period, or abstains."),
    (EntryPoint::Weights, "The weights rule: answers with a map of factors and weights that sum to exactly 1."),
    (
        EntryPoint::Policy(PolicyKind::Tier),
        "The tier policy, `tier.rhai`: answers with what happens to the partner's tier.",
    ),
    (
        EntryPoint::Policy(PolicyKind::Incentive),
        "The incentive policy, `incentive.rhai`: answers with a list of awards and what is withheld; empty for none.",
    ),
    (
        EntryPoint::Policy(PolicyKind::Intervention),
        "The intervention policy, `intervention.rhai`: answers with a list of what to do about the partner; empty for none.",
    ),
];

/// Scripts that may use a fact or function.
fn audience(is_for_rules: bool, is_for_policies: bool) -> &'static str {
    match (is_for_rules, is_for_policies) {
        (true, _) => "rules",
        (_, true) => "policies",
        (false, false) => "all",
    }
}

fn audience_of(function: &Function) -> &'static str {
    audience(functions::is_for_rules(function.name), functions::is_for_policies(function.name))
}

/// Everything scripts see, as Markdown: entry points, facts, functions, operators.
pub fn reference_markdown() -> String {
    let mut page = String::from("# What rules and policies see\n\n## Entry points\n\n");
    for (entry, doc) in ENTRY_POINTS {
        section(
            &mut page,
            &format!("`fn {}({})`", entry.function(), entry.parameters().join(", ")),
            doc,
            &[entry.skeleton()],
        );
    }
    page.push_str("## Facts\n\nA kind with `?` may be \"not known\", written `()`: give another value with `??`, or ask `is_known(…)`. Facts may be used in factor rules, weights rules and policies, unless it is said otherwise.\n\n");
    for view in schema().views {
        facts(&mut page, &view);
    }
    page.push_str("## Functions\n\n");
    for function in functions::all() {
        let audience = match functions::places(function.name) {
            ["factor"] => "Factor rules only. ",
            ["factor", "weights"] => "Factor and weights rules only. ",
            ["policy"] => "Policies only. ",
            _ => "",
        };
        section(
            &mut page,
            &format!("`{}` → {}", signatures(function).join("` or `"), function.returns),
            &format!("{audience}{}", function.doc),
            function.examples,
        );
    }
    page.push_str("## Operators\n\n| operator | takes |\n|---|---|\n");
    for (operator, takes) in OPERATORS {
        let _ = writeln!(page, "| {operator} | {takes} |");
    }
    page.push_str("\nEverything else is refused: nothing is compared or combined across kinds.\n");
    page
}

/// Everything scripts see, as JSON: schema `quotient.api/1`.
///
/// `facts[]` has `path`, `for` (`rules`, `policies` or `all`), `in` (the entry points: `factor`, `weights`, `policy`), `kind`, `optional`, `doc`, `example`; `functions[]` has `name`, `for`, `in`, `signatures[]`, `method`,
/// `returns`, `doc`, `examples[]`. Every example is Rhai that is true for the partner of the examples.
pub fn reference_json() -> Value {
    let views = schema().views;
    let fact = |view: &ViewSchema, fact: &Fact| {
        json!({
            "path": format!("{}.{}", path(view), fact.name),
            "for": audience(false, is_for_policies(view, fact)),
            "in": if is_for_policies(view, fact) { &["policy"][..] } else { &["factor", "weights", "policy"] },
            "kind": fact.kind.as_str(),
            "unit": fact.unit,
            "optional": fact.is_optional,
            "doc": fact.doc,
            "example": fact.example,
        })
    };
    let facts: Vec<Value> = views.iter().flat_map(|view| view.facts.iter().map(move |one| fact(view, one))).collect();
    let functions: Vec<Value> = functions::all()
        .map(|function| {
            json!({
                "name": function.name,
                "for": audience_of(function),
                "in": functions::places(function.name),
                "signatures": signatures(function),
                "method": function.is_method,
                "returns": function.returns,
                "doc": function.doc,
                "examples": function.examples,
            })
        })
        .collect();
    let entry_points: Vec<Value> = ENTRY_POINTS
        .iter()
        .map(|(entry, doc)| json!({"function": entry.function(), "parameters": entry.parameters(), "doc": doc, "example": entry.skeleton()}))
        .collect();
    json!({"schema": "quotient.api/1", "entry_points": entry_points, "facts": facts, "functions": functions})
}

fn schema() -> FactSchema {
    FactSchema::new(&example_context())
}

fn is_for_policies(view: &ViewSchema, fact: &Fact) -> bool {
    let rules = FactSchema::new(&super::super::ScriptContext { is_policy: false, ..example_context() });
    !rules.views.iter().any(|known| known.path == view.path && known.fact(&fact.name).is_some())
}

/// The path of a group; a record of a list is written with its brackets.
fn path(view: &ViewSchema) -> String {
    if view.is_record { format!("{}[n]", view.path) } else { view.path.to_owned() }
}

fn facts(page: &mut String, view: &ViewSchema) {
    let is_policy = !view.facts.is_empty() && view.facts.iter().all(|fact| is_for_policies(view, fact));
    let only = if is_policy { " Policies only." } else { "" };
    let _ = writeln!(page, "### `{}`\n\n{}{only}\n", path(view), view.doc);
    if view.facts.is_empty() {
        return;
    }
    page.push_str("| fact | kind | meaning | example |\n|---|---|---|---|\n");
    for fact in &view.facts {
        let optional = if fact.is_optional { "?" } else { "" };
        let _ = writeln!(page, "| `{}` | {}{optional} | {} | `{}` |", fact.name, fact.kind, fact.doc, fact.example);
    }
    page.push('\n');
}

fn section(page: &mut String, title: &str, doc: &str, examples: &[&str]) {
    let _ = writeln!(page, "### {title}\n\n{doc}\n\n```rhai\n{}\n```\n", examples.join("\n"));
}

/// `clamp(x, low, high)`, or `x.name(…)` for what is usually written after a value.
fn signatures(function: &Function) -> Vec<String> {
    let one = |names: &&[&str]| match names {
        [object, rest @ ..] if function.is_method => format!("{object}.{}({})", function.name, rest.join(", ")),
        names => format!("{}({})", function.name, names.join(", ")),
    };
    function.signatures.iter().map(one).collect()
}
