//! Compiling and calling scripts in a line each.

use quotient::channel::Name;
use quotient::finding::{Findings, render};
use quotient::script::{
    Contract, EntryPoint, FactorOutcome, Facts, ScriptBudget, ScriptContext, ScriptFault, Scripts, SourceFile, Tables,
    example_facts,
};
use rust_decimal::Decimal;
use std::sync::Arc;
use std::time::Duration;

/// A file.
pub fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: Arc::from(text) }
}

/// Compiles files; `rule.rhai` is a factor, `weights.rhai` the weights rule, the rest are modules.
pub fn compile_in(files: &[(&str, &str)], context: &ScriptContext) -> (Option<Scripts>, Findings) {
    let files: Vec<SourceFile> = files.iter().map(|(path, text)| file(path, text)).collect();
    let entry = |path: &str| match path {
        "rule.rhai" => Some(EntryPoint::Factor),
        "weights.rhai" => Some(EntryPoint::Weights),
        _ => None,
    };
    let contracts: Vec<Contract> =
        files.iter().filter_map(|file| Some(Contract { path: file.path.clone(), entry: entry(&file.path)? })).collect();
    Scripts::compile(&files, &contracts, context).into_parts()
}

/// The budget of most tests: whether a rule ends in time must not depend on the machine.
pub fn patient() -> ScriptBudget {
    ScriptBudget { time: Duration::from_secs(600), ..ScriptBudget::default() }
}

/// The context of most tests: two factors, no tables, no hurry.
pub fn context() -> ScriptContext {
    ScriptContext {
        attributes: Vec::new(),
        tables: Tables::default(),
        factors: vec![Name::from("history"), Name::from("pipeline_coverage")],
        budget: patient(),
        ..ScriptContext::default()
    }
}

/// Compiles one factor rule that must be without errors.
#[track_caller]
pub fn rule(text: &str) -> Scripts {
    compiled(&[("rule.rhai", text)], &context())
}

/// Compiles files that must be without errors.
#[track_caller]
pub fn compiled(files: &[(&str, &str)], context: &ScriptContext) -> Scripts {
    let (scripts, findings) = compile_in(files, context);
    scripts.unwrap_or_else(|| panic!("{}", render::human(findings.iter(), false)))
}

/// Runs `fn assess(partner) { … }` for the partner of the examples.
pub fn assess(body: &str) -> Result<FactorOutcome, ScriptFault> {
    rule(&format!("fn assess(partner) {{ {body} }}")).factor("rule.rhai", &example_facts())
}

/// Runs a rule for given facts.
pub fn assess_for(text: &str, facts: &Facts) -> Result<FactorOutcome, ScriptFault> {
    rule(text).factor("rule.rhai", facts)
}

/// The number an expression gives, in a rule of its own.
#[track_caller]
pub fn number(expression: &str) -> Decimal {
    match assess(&format!("indicate({expression})")) {
        Ok(FactorOutcome::Indicated { revenue, .. }) => revenue.amount(),
        Ok(other) => panic!("{expression}: {other:?}"),
        Err(fault) => panic!("{expression}: {}", fault.finding),
    }
}

/// The findings of several files as people read them.
pub fn findings_in(files: &[(&str, &str)], context: &ScriptContext) -> String {
    render::human(compile_in(files, context).1.iter(), false)
}

/// A fault as people read it, with the values of its line.
pub fn fault(text: &str, facts: &Facts) -> String {
    match assess_for(text, facts) {
        Ok(outcome) => panic!("no fault: {outcome:?}"),
        Err(fault) => fault_text(&fault),
    }
}

/// Renders a fault.
pub fn fault_text(fault: &ScriptFault) -> String {
    let mut text = render::human([&fault.finding], false);
    for (name, value) in &fault.values {
        text.push_str(&format!("{name} = {value}\n"));
    }
    text
}
