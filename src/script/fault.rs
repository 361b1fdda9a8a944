//! What went wrong while a script ran, in the author's words.

use super::compile::{Inner, Program, Unit};
use super::sandbox::Panicked;
use super::{EntryPoint, Facts};
use crate::finding::{Code, Finding, Place};
use rhai::EvalAltResult;

/// A script that failed while it ran.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptFault {
    /// What is wrong, where, and what to do.
    pub finding: Finding,
    /// Facts and variables read on the failing line, with their values, in the order they stand there.
    pub values: Vec<(String, String)>,
}

impl From<Finding> for ScriptFault {
    fn from(finding: Finding) -> Self {
        Self { finding, values: Vec::new() }
    }
}

/// Why a call gave nothing.
pub(super) enum Failure {
    Script(Box<EvalAltResult>),
    Panicked(Panicked),
}

pub(super) fn finding_of_constants(unit: &Unit, fault: &EvalAltResult) -> Finding {
    Finding::error(Code::ScriptRuntime, fault.to_string()).at(Place::file(unit.source.path.as_str()))
}

pub(super) fn place_of_entry(program: &Program, entry: EntryPoint) -> Place {
    let _ = entry;
    Place::file(program.source.path.as_str())
}

pub(super) fn explain(
    _inner: &Inner,
    program: &Program,
    _entry: EntryPoint,
    _facts: &Facts,
    failure: Failure,
) -> ScriptFault {
    let text = match failure {
        Failure::Script(fault) => fault.to_string(),
        Failure::Panicked(_) => "panicked".to_owned(),
    };
    Finding::error(Code::ScriptRuntime, text).at(Place::file(program.source.path.as_str())).into()
}
