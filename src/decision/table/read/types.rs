//! Types of the columns of a table: from the `type` row, or from the form of the values.

use super::super::condition::kinds;
use super::super::sheet::SheetRow;
use super::super::table_fault::{CellFault, ShapeFault};
use super::super::value::{Kind, kind_of};
use super::{Reading, Role};
use crate::finding::{Place, did_you_mean};
use std::sync::Arc;

impl Reading<'_> {
    /// Takes the types from the `type` row; where it says nothing, all values of a column must agree by their form.
    pub(super) fn settle_types(&mut self) {
        let stated = self.describing.get("type").cloned();
        for index in 0..self.columns.len() {
            let column = &self.columns[index];
            if !matches!(column.role, Role::Input | Role::Output) {
                continue;
            }
            let word = stated.as_ref().map_or("", |row| row.cells[column.at].as_str());
            let kind = match &stated {
                Some(row) if !word.is_empty() && word != "-" => self.stated_type(row, index),
                _ => self.derived_type(index),
            };
            self.columns[index].kind = kind;
        }
    }

    fn stated_type(&mut self, row: &SheetRow, index: usize) -> Option<Kind> {
        let at = self.columns[index].at;
        let word = row.cells[at].to_lowercase();
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == word) {
            return Some(kind);
        }
        let near = match word.as_str() {
            "string" | "str" | "word" => Some("text"),
            "bool" | "boolean" | "yes/no" => Some("truth"),
            "int" | "integer" | "count" | "long" => Some("whole"),
            "decimal" | "money" | "amount" | "rate" | "float" | "double" | "percent" => Some("number"),
            "day" | "time" | "datetime" => Some("date"),
            other => did_you_mean(other, Kind::ALL.map(Kind::as_str)),
        };
        let fault = ShapeFault::UnknownType { found: row.cells[at].clone(), near };
        self.report(fault, self.place(row, at));
        None
    }

    fn derived_type(&mut self, index: usize) -> Option<Kind> {
        let column = &self.columns[index];
        let (role, at, name) = (column.role, column.at, Arc::clone(&column.name));
        let mut found: Option<(Kind, String)> = None;
        let described = ["allowed", "default"].into_iter().filter_map(|word| self.describing.get(word));
        let described = described.map(|row| (row.cells[0].eq_ignore_ascii_case("allowed"), row.clone()));
        let rules = self.rules.iter().map(|row| (false, row.clone()));
        let rows: Vec<(bool, SheetRow)> = described.chain(rules).collect();
        for (is_list, row) in rows {
            let cell = row.cells[at].as_str();
            let seen = match role {
                Role::Output if !is_list => output_kind(cell),
                _ => kinds(cell),
            };
            let seen = match seen {
                Ok(seen) => seen,
                Err(fault) => {
                    self.refuse(&row, at, fault);
                    return None;
                }
            };
            for kind in seen {
                match &found {
                    None => found = Some((kind, cell.to_owned())),
                    Some((expected, example)) if *expected != kind => {
                        let (cell, example, column) = (cell.to_owned(), example.clone(), name.to_string());
                        let fault = ShapeFault::MixedTypes { cell, kind, example, expected: *expected, column };
                        self.report(fault, self.place(&row, at));
                        return None;
                    }
                    Some(_) => {}
                }
            }
        }
        if found.is_none() && !self.rules.is_empty() {
            let place = Place::cell(self.file, self.header.number, &*name, "");
            self.report(ShapeFault::UndeterminedType { column: name.to_string() }, place);
        }
        found.map(|(kind, _)| kind)
    }
}

/// The types that an output cell has by its form.
fn output_kind(cell: &str) -> Result<Vec<Kind>, CellFault> {
    if cell.is_empty() || cell == "null" || cell == "-" {
        return Ok(Vec::new());
    }
    Ok(vec![kind_of(cell)?])
}
