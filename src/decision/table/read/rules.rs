//! Rows of a table as rules: their conditions, their outputs, and whether these are allowed.

use super::super::condition::Condition;
use super::super::hit_policy::HitPolicy;
use super::super::sheet::SheetRow;
use super::super::table_fault::CellFault;
use super::super::value::{Kind, Value, literal};
use super::super::{Input, Output, Rule};
use super::{Reading, Role};
use crate::channel::Name;
use crate::finding::did_you_mean;

impl Reading<'_> {
    pub(super) fn read_rules(&mut self, inputs: &[Input], outputs: &[Output], policy: Option<HitPolicy>) -> Vec<Rule> {
        let because = self.of_role(Role::Because).first().map(|column| column.at);
        let ranks = policy.is_some_and(HitPolicy::ranks);
        let bounds: Vec<Option<Condition>> = self
            .of_role(Role::Output)
            .iter()
            .map(|column| column.kind.and_then(|kind| self.allowed(column.at, kind)).and_then(Result::ok))
            .collect();
        let mut rules = Vec::with_capacity(self.rules.len());
        for row in std::mem::take(&mut self.rules) {
            let conditions = self.row_conditions(&row, inputs);
            let (values, rank) = self.row_outputs(&row, outputs, &bounds, ranks);
            rules.push(Rule {
                row: row.number,
                label: Some(row.cells[0].as_str()).filter(|label| !label.is_empty()).map(Name::from),
                conditions,
                outputs: values,
                because: because.map(|at| row.cells[at].as_str()).filter(|text| !text.is_empty()).map(Name::from),
                rank,
            });
        }
        rules
    }

    fn row_conditions(&mut self, row: &SheetRow, inputs: &[Input]) -> Vec<Condition> {
        let mut conditions = Vec::with_capacity(inputs.len());
        for (column, input) in self.of_role(Role::Input).iter().zip(inputs) {
            let Some(kind) = column.kind else { continue };
            match Condition::parse(&row.cells[column.at], kind) {
                Ok(condition) => {
                    self.check_listed(row, column.at, &condition, input);
                    conditions.push(condition);
                }
                Err(fault) => self.refuse(row, column.at, fault),
            }
        }
        conditions
    }

    /// The outputs of a row, and their places in the order of priorities.
    fn row_outputs(
        &mut self,
        row: &SheetRow,
        outputs: &[Output],
        bounds: &[Option<Condition>],
        ranks: bool,
    ) -> (Vec<Value>, Vec<usize>) {
        let (mut values, mut rank) = (Vec::with_capacity(outputs.len()), Vec::new());
        for ((column, column_output), bounds) in self.of_role(Role::Output).iter().zip(outputs).zip(bounds) {
            let Some(kind) = column.kind else { continue };
            match output(&row.cells[column.at], kind) {
                Ok(value) => {
                    let is_ranked = ranks && !column_output.priorities.is_empty();
                    self.check_output(row, column.at, &value, bounds.as_ref(), column_output, is_ranked);
                    rank.extend(column_output.priorities.iter().position(|listed| *listed == value));
                    values.push(value);
                }
                Err(fault) => self.refuse(row, column.at, fault),
            }
        }
        (values, rank)
    }

    /// Reports values that the column does not allow: such a condition can never be met.
    fn check_listed(&mut self, row: &SheetRow, at: usize, condition: &Condition, input: &Input) {
        let Some(domain) = &input.domain else { return };
        for value in &condition.listed {
            if *value == Value::NotKnown || domain.matches(input.kind, value) {
                continue;
            }
            let fault = CellFault::NotAllowed {
                value: value.clone(),
                column: input.name.to_string(),
                allowed: domain.text.clone(),
                near: nearest(value, &domain.listed),
            };
            self.refuse(row, at, fault);
        }
    }

    pub(super) fn check_output(
        &mut self,
        row: &SheetRow,
        at: usize,
        value: &Value,
        bounds: Option<&Condition>,
        output: &Output,
        ranks: bool,
    ) {
        let Some(bounds) = bounds else { return };
        let fits = match value {
            Value::NotKnown => !ranks || output.priorities.contains(value),
            value => bounds.matches(output.kind, value),
        };
        if fits {
            return;
        }
        let (column, allowed) = (output.name.to_string(), bounds.text.clone());
        let near = nearest(value, &output.priorities);
        let fault = match value {
            Value::NotKnown => CellFault::NoPriority { column, allowed, near },
            value => CellFault::NotAllowed { value: value.clone(), column, allowed, near },
        };
        self.refuse(row, at, fault);
    }
}

/// The listed value that is spelled most like `value`.
fn nearest(value: &Value, listed: &[Value]) -> Option<String> {
    let written: Vec<String> = listed.iter().map(Value::written).collect();
    did_you_mean(&value.written(), written.iter().map(String::as_str)).map(str::to_owned)
}

/// Reads an output cell: one literal, or empty for "not known". A text may contain commas.
pub(super) fn output(cell: &str, kind: Kind) -> Result<Value, CellFault> {
    if cell.is_empty() || cell == "null" {
        return Ok(Value::NotKnown);
    }
    if cell == "-" {
        return Err(CellFault::AnyAsOutput {});
    }
    match literal(cell, kind) {
        Err(_) if kind == Kind::Text && !cell.starts_with('"') => Ok(Value::text(cell)),
        other => Ok(other?),
    }
}
