//! Reading of a decision table: from the text of a CSV file to a typed table, with every fault in one pass.

mod columns;
mod header;
mod rules;
mod types;

use super::DecisionTable;
use super::condition::Condition;
use super::hit_policy::HitPolicy;
use super::sheet::{SheetRow, rows};
use super::table_fault::{CellFault, ShapeFault};
use super::value::Kind;
use crate::channel::Name;
use crate::finding::{Checked, Fault, Finding, Findings, Place};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Input,
    Output,
    Because,
    Ignored,
}

struct Column {
    role: Role,
    name: Name,
    at: usize,
    kind: Option<Kind>,
}

/// A column of one role: its place in a row, its name and its type, if that is known.
struct RoleColumn {
    at: usize,
    name: Name,
    kind: Option<Kind>,
}

struct Reading<'t> {
    file: &'t str,
    findings: Findings,
    header: SheetRow,
    columns: Vec<Column>,
    describing: BTreeMap<&'static str, SheetRow>,
    rules: Vec<SheetRow>,
}

/// Reads a table; see [`DecisionTable::parse`].
pub(crate) fn table(file: &str, text: &Arc<str>) -> Checked<DecisionTable> {
    let mut findings = Findings::new();
    let mut rows = rows(file, text, |cell| HitPolicy::named(cell).is_some(), &mut findings).into_iter();
    let Some(header) = rows.next() else {
        findings.push(Finding::from(ShapeFault::Empty {}).at(Place::file(file)));
        return Checked::refused(findings);
    };
    let mut reading =
        Reading { file, findings, header, columns: Vec::new(), describing: BTreeMap::new(), rules: Vec::new() };
    let policy = reading.hit_policy();
    reading.read_header();
    reading.sort_rows(rows);
    reading.settle_types();
    let inputs = reading.inputs();
    let outputs = reading.outputs(policy);
    let rules = reading.read_rules(&inputs, &outputs, policy);
    let findings = reading.findings;
    match policy {
        Some(policy) if !findings.has_errors() => {
            Checked::accepted(DecisionTable::assemble(file, policy, inputs, outputs, rules), findings)
        }
        _ => Checked::refused(findings),
    }
}

impl Reading<'_> {
    fn report(&mut self, fault: impl Fault, place: Place) {
        self.findings.push(Finding::from(fault).at(place));
    }

    fn refuse(&mut self, row: &SheetRow, at: usize, fault: CellFault) {
        let place = self.place(row, at);
        self.report(fault, place);
    }

    fn place(&self, row: &SheetRow, at: usize) -> Place {
        let column = self.header.cells.get(at).map_or("", String::as_str);
        let value = row.cells.get(at).map_or("", String::as_str);
        Place::cell(self.file, row.number, if at == 0 { "" } else { column }, value)
    }

    /// The first cell of the table.
    fn corner(&self) -> Place {
        Place::cell(self.file, self.header.number, "", self.header.cells.first().map_or("", String::as_str))
    }

    /// Columns of `role`, in the order of the header.
    fn of_role(&self, role: Role) -> Vec<RoleColumn> {
        let columns = self.columns.iter().filter(|column| column.role == role);
        columns.map(|column| RoleColumn { at: column.at, name: Arc::clone(&column.name), kind: column.kind }).collect()
    }

    /// Cell of a describing row in column `at`; empty without that row.
    fn described(&self, word: &str, at: usize) -> &str {
        self.describing.get(word).map_or("", |row| row.cells[at].as_str())
    }

    /// The condition that the `allowed` row states for column `at`; `None` when it states none, or none of `kind`.
    fn allowed(&self, at: usize, kind: Kind) -> Option<Result<Condition, CellFault>> {
        let cell = self.described("allowed", at);
        (!super::condition::is_any(cell)).then(|| Condition::parse(cell, kind))
    }
}
