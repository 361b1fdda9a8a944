//! Running an entry point in the interpreter.

use super::api::ids::PARTNER;
use super::api::value::View;
use super::program::Program;
use super::{EntryPoint, Facts};
use rhai::{Caches, Dynamic, Engine, EvalAltResult, EvalContext, Scope};
use std::sync::Arc;

/// Calls the entry point on `engine`, without budget.
pub(super) fn evaluate(
    engine: &Engine,
    program: &Program,
    entry: EntryPoint,
    facts: &Facts,
    caches: &mut Caches,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let mut global = engine.new_global_runtime_state();
    global.source = Some(program.path.clone());
    global.lib.push(Arc::clone(&program.functions));
    for (name, module) in &program.imports {
        global.push_import(name.clone(), Arc::clone(module));
    }
    let mut scope = Scope::new();
    let mut context = EvalContext::new(engine, &mut global, caches, &mut scope, None);
    let mut partner = Dynamic::from(View { facts: facts.clone(), view: PARTNER, index: 0 });
    context.call_fn_raw(entry.function(), false, false, &mut [&mut partner])
}
