//! Checks before anything runs.
use super::ScriptContext;
use super::api::facts::FactSchema;
use super::compile::Unit;
use crate::finding::Findings;
use std::collections::BTreeMap;

pub(super) fn check(
    _units: &BTreeMap<String, Unit>,
    _schema: &FactSchema,
    _context: &ScriptContext,
    _findings: &mut Findings,
) {
}

pub(super) fn imported_first(units: &BTreeMap<String, Unit>) -> Vec<String> {
    units.keys().cloned().collect()
}
