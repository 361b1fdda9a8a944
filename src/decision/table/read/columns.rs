//! Input and output columns of a table, and what its hit policy requires of the outputs.

use super::super::condition::{Condition, is_any};
use super::super::hit_policy::HitPolicy;
use super::super::sheet::SheetRow;
use super::super::table_fault::{CellFault, ShapeFault};
use super::super::value::{Kind, Value};
use super::super::{Input, Output};
use super::rules::output;
use super::{Reading, Role, RoleColumn};
use crate::finding::Place;
use std::sync::Arc;

impl Reading<'_> {
    pub(super) fn inputs(&mut self) -> Vec<Input> {
        let mut inputs = Vec::new();
        for RoleColumn { at, name, kind } in self.of_role(Role::Input) {
            let domain = kind.and_then(|kind| self.stated(at, kind));
            let allowed = domain.as_ref().map(|domain| domain.text.clone());
            inputs.push(Input { name, kind: kind.unwrap_or(Kind::Text), allowed, domain });
        }
        inputs
    }

    /// The condition of the `allowed` row; a fault in it is reported.
    fn stated(&mut self, at: usize, kind: Kind) -> Option<Condition> {
        match self.allowed(at, kind)? {
            Ok(condition) => Some(condition),
            Err(fault) => {
                if let Some(row) = self.describing.get("allowed").cloned() {
                    self.refuse(&row, at, fault);
                }
                None
            }
        }
    }

    pub(super) fn outputs(&mut self, policy: Option<HitPolicy>) -> Vec<Output> {
        let mut outputs = Vec::new();
        for RoleColumn { at, name, kind } in self.of_role(Role::Output) {
            let Some(kind) = kind else {
                outputs.push(Output { name, kind: Kind::Text, priorities: Vec::new(), default: None });
                continue;
            };
            let bounds = self.stated(at, kind);
            let listed = bounds.as_ref().map(|bounds| bounds.listed.clone()).unwrap_or_default();
            let priorities = self.distinct(at, listed);
            let mut output = Output { name: Arc::clone(&name), kind, priorities, default: None };
            output.default = self.default(at, &output, bounds.as_ref());
            outputs.push(output);
        }
        if let Some(row) = self.describing.get("default").cloned() {
            self.check_default(&row, &outputs);
        }
        if let Some(policy) = policy {
            self.check_policy(policy, &outputs);
        }
        outputs
    }

    /// The value of the `default` row for an output.
    fn default(&mut self, at: usize, column: &Output, bounds: Option<&Condition>) -> Option<Value> {
        let row = self.describing.get("default").cloned()?;
        match output(&row.cells[at], column.kind) {
            Ok(value) => {
                self.check_output(&row, at, &value, bounds, column, false);
                Some(value)
            }
            Err(fault) => {
                self.refuse(&row, at, fault);
                None
            }
        }
    }

    fn distinct(&mut self, at: usize, listed: Vec<Value>) -> Vec<Value> {
        let Some(row) = self.describing.get("allowed").cloned() else { return listed };
        let mut distinct: Vec<Value> = Vec::new();
        for value in listed {
            if distinct.contains(&value) {
                self.refuse(&row, at, CellFault::ListedTwice { value });
            } else {
                distinct.push(value);
            }
        }
        distinct
    }

    fn check_default(&mut self, row: &SheetRow, outputs: &[Output]) {
        let filled = self.columns.iter().find(|column| column.role == Role::Input && !is_any(&row.cells[column.at]));
        if let Some(at) = filled.map(|column| column.at) {
            self.report(ShapeFault::DefaultWithCondition {}, self.place(row, at));
        }
        if outputs.iter().all(|output| matches!(output.default, None | Some(Value::NotKnown))) {
            self.report(ShapeFault::EmptyDefault {}, Place::cell(self.file, row.number, "", "default"));
        }
    }

    /// Checks what a hit policy requires of the outputs.
    fn check_policy(&mut self, policy: HitPolicy, outputs: &[Output]) {
        if policy.ranks() && !outputs.is_empty() && outputs.iter().all(|output| output.priorities.is_empty()) {
            self.report(ShapeFault::NoPriorities { policy }, self.corner());
        } else if policy.aggregates() && outputs.len() > 1 {
            self.report(ShapeFault::SeveralOutputs { policy, outputs: outputs.len() }, self.corner());
        } else if let (HitPolicy::CollectSum | HitPolicy::CollectMin | HitPolicy::CollectMax, [output]) =
            (policy, outputs)
        {
            let fits = match output.kind {
                Kind::Number | Kind::Whole => true,
                Kind::Date => policy != HitPolicy::CollectSum,
                Kind::Text | Kind::Truth => false,
            };
            if !fits {
                let column = output.name.to_string();
                self.report(ShapeFault::NotAggregable { policy, column, kind: output.kind }, self.corner());
            }
        }
    }
}
