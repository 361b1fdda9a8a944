//! The header of a table, and its rows sorted into rules and rows that describe the columns.

use super::super::hit_policy::HitPolicy;
use super::super::sheet::SheetRow;
use super::super::table_fault::{DESCRIBING, MAX_COLUMNS, MAX_ROWS, ShapeFault};
use super::{Column, Reading, Role};
use crate::finding::{Place, did_you_mean};
use std::collections::BTreeMap;

impl Reading<'_> {
    pub(super) fn hit_policy(&mut self) -> Option<HitPolicy> {
        let corner = self.header.cells.first().cloned().unwrap_or_default();
        if let Some(policy) = HitPolicy::named(&corner) {
            return Some(policy);
        }
        let place = self.corner();
        if corner.is_empty() {
            self.report(ShapeFault::MissingHitPolicy {}, place);
        } else {
            let near = did_you_mean(&corner.to_uppercase(), HitPolicy::ALL.map(HitPolicy::as_str));
            self.report(ShapeFault::UnknownHitPolicy { found: corner, near }, place);
        }
        None
    }

    pub(super) fn read_header(&mut self) {
        let header = self.header.clone();
        if header.cells.len() > MAX_COLUMNS {
            self.report(ShapeFault::TooManyColumns { columns: header.cells.len() }, Place::file(self.file));
        }
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, cell) in header.cells.iter().enumerate().skip(1).take(MAX_COLUMNS) {
            let arrow = cell.strip_prefix("->").or_else(|| cell.strip_prefix('→'));
            let (role, name) = match arrow.or_else(|| cell.strip_prefix("out:")).map(str::trim) {
                Some(name) => (Role::Output, name),
                None if cell.is_empty() || cell.starts_with('#') => (Role::Ignored, cell.as_str()),
                None if cell.eq_ignore_ascii_case("because") => (Role::Because, cell.as_str()),
                None => (Role::Input, cell.as_str()),
            };
            if role == Role::Output && name.is_empty() {
                self.report(ShapeFault::UnnamedOutput {}, self.place(&header, at));
            }
            if role != Role::Ignored
                && let Some(first) = seen.insert(name, at)
            {
                let fault = ShapeFault::DuplicateColumn { name: name.to_owned(), columns: vec![first, at] };
                self.report(fault, self.place(&header, at));
            }
            self.columns.push(Column { role, name: name.into(), at, kind: None });
        }
        for (role, fault) in [(Role::Input, ShapeFault::NoInput {}), (Role::Output, ShapeFault::NoOutput {})] {
            if !self.columns.iter().any(|column| column.role == role) {
                self.report(fault, Place::cell(self.file, header.number, "", ""));
            }
        }
    }

    pub(super) fn sort_rows(&mut self, rows: impl Iterator<Item = SheetRow>) {
        let mut labels: BTreeMap<String, u64> = BTreeMap::new();
        let mut too_many = false;
        for row in rows {
            let Some(row) = self.fitted(row) else { continue };
            let label = row.cells[0].clone();
            if let Some(word) = DESCRIBING.into_iter().find(|word| label.eq_ignore_ascii_case(word)) {
                self.describe(word, row);
                continue;
            }
            self.check_label(&row, label, &mut labels);
            if self.rules.len() == MAX_ROWS {
                too_many = true;
                break;
            }
            self.rules.push(row);
        }
        if too_many {
            self.report(ShapeFault::TooManyRows {}, Place::file(self.file));
        }
        if self.rules.is_empty() && !self.findings.has_errors() {
            self.report(ShapeFault::NoRules {}, Place::file(self.file));
        }
    }

    /// Cuts a row to the width of the header; `None` when its cells do not fit.
    fn fitted(&mut self, mut row: SheetRow) -> Option<SheetRow> {
        let header = self.header.cells.len();
        if let Some(at) = (header..row.cells.len()).find(|at| !row.cells[*at].is_empty()) {
            self.report(ShapeFault::LongRow { cells: at + 1, header }, self.place(&row, at));
            return None;
        }
        row.cells.truncate(header);
        if row.cells.len() < header {
            let place = Place::cell(self.file, row.number, "", "");
            self.report(ShapeFault::ShortRow { cells: row.cells.len(), header }, place);
            return None;
        }
        let unnamed = |column: &&Column| self.header.cells[column.at].is_empty() && !row.cells[column.at].is_empty();
        if let Some(at) = self.columns.iter().find(unnamed).map(|column| column.at) {
            self.report(ShapeFault::UnnamedColumn {}, self.place(&row, at));
        }
        Some(row)
    }

    fn describe(&mut self, word: &'static str, row: SheetRow) {
        match self.describing.get(word) {
            Some(first) => {
                let fault = ShapeFault::SecondDescribingRow { word, first: first.number };
                self.report(fault, Place::cell(self.file, row.number, "", row.cells[0].as_str()));
            }
            None => drop(self.describing.insert(word, row)),
        }
    }

    fn check_label(&mut self, row: &SheetRow, label: String, labels: &mut BTreeMap<String, u64>) {
        let place = || Place::cell(self.file, row.number, "", label.clone());
        if let Some(word) = did_you_mean(&label.to_lowercase(), ["types", "allowed", "default", "defaults"]) {
            let fault =
                ShapeFault::NearlyDescribing { label: label.clone(), near: word.trim_end_matches('s').to_owned() };
            self.report(fault, place());
        }
        if !label.is_empty()
            && let Some(first) = labels.insert(label.clone(), row.number)
        {
            let place = Place::cell(self.file, row.number, "", label.clone());
            self.report(ShapeFault::DuplicateRule { label, first }, place);
        }
    }
}
