//! Members that scripts read on requirements and on answers of decision tables.

use super::decided::TableAnswer;
use super::facts::FactSchema;
use crate::decision::Requirement;
use rhai::{Dynamic, Engine, EvalAltResult};
use std::any::TypeId;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Members of requirements and of answers, one getter per name.
pub(in crate::script) fn register_members(engine: &mut Engine, schema: &Arc<FactSchema>) {
    engine.register_raw_fn("get$is_met", [TypeId::of::<Requirement>()], |_, arguments| {
        Ok::<bool, Box<EvalAltResult>>(arguments[0].read_lock::<Requirement>().is_some_and(|one| one.is_met()))
    });
    let outputs = schema.decisions.values().flat_map(|table| table.outputs()).map(|output| &*output.name);
    let names: BTreeSet<String> = outputs.chain(["is_match", "rows"]).map(ToOwned::to_owned).collect();
    for name in names {
        engine.register_raw_fn(format!("get${name}"), [TypeId::of::<TableAnswer>()], move |_, arguments| {
            let Some(answer) = arguments[0].read_lock::<TableAnswer>() else { return Ok(Dynamic::UNIT) };
            answer.member(&name).map_err(Into::into)
        });
    }
}
