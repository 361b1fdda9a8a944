//! Imports: what they name, and that files do not import each other.

use super::super::name_fault::NameFault;
use super::Units;
use crate::finding::{Finding, Findings, Place, did_you_mean};
use std::collections::BTreeSet;

/// The file that `import "name"` means.
pub(super) fn file_of(name: &str) -> String {
    format!("{name}.rhai")
}

/// Paths, every file after those it imports.
pub(in crate::script) fn imported_first(units: &Units) -> Vec<String> {
    fn visit(path: &str, units: &Units, seen: &mut BTreeSet<String>, order: &mut Vec<String>) {
        if !seen.insert(path.to_owned()) {
            return;
        }
        if let Some(unit) = units.get(path) {
            for import in &unit.tree.imports {
                visit(&file_of(import.path.as_deref().unwrap_or_default()), units, seen, order);
            }
            order.push(path.to_owned());
        }
    }
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    units.keys().for_each(|path| visit(path, units, &mut seen, &mut order));
    order
}

pub(super) fn check_imports(units: &Units, findings: &mut Findings) {
    for unit in units.values() {
        let mut aliases: Vec<&str> = Vec::new();
        for import in &unit.tree.imports {
            let place = || unit.source.place(unit.source.token(import.path_at), "");
            let mut refuse = |fault: NameFault| findings.push(Finding::from(fault).at(place()));
            let Some(path) = import.path.as_deref() else {
                refuse(NameFault::UnnamedImport {});
                continue;
            };
            if !units.contains_key(&file_of(path)) {
                let names = units.keys().map(|path| path.trim_end_matches(".rhai"));
                refuse(NameFault::UnknownImport {
                    module: path.to_owned(),
                    near: did_you_mean(path.trim_end_matches(".rhai"), names).map(str::to_owned),
                    has_extension: units.contains_key(path),
                });
            }
            if import.alias.is_empty() {
                refuse(NameFault::ImportWithoutAlias { module: path.to_owned() });
            } else if import.alias == "global" || aliases.contains(&import.alias.as_str()) {
                refuse(NameFault::AliasTaken { alias: import.alias.clone() });
            }
            aliases.push(&import.alias);
        }
    }
    for path in units.keys() {
        if let Some(cycle) = cycle_from(path, units) {
            // Each cycle is reported once, at its first file in the order of names.
            if cycle.iter().min() == Some(path) {
                findings.push(cycle_finding(&cycle, units));
            }
        }
    }
}

/// Files of a cycle that begins and ends at `start`, if one does.
fn cycle_from(start: &str, units: &Units) -> Option<Vec<String>> {
    fn search(at: &str, start: &str, units: &Units, trail: &mut Vec<String>, seen: &mut BTreeSet<String>) -> bool {
        trail.push(at.to_owned());
        for import in units.get(at).into_iter().flat_map(|unit| &unit.tree.imports) {
            let next = file_of(import.path.as_deref().unwrap_or_default());
            if next == start
                || (units.contains_key(&next) && seen.insert(next.clone()) && search(&next, start, units, trail, seen))
            {
                return true;
            }
        }
        trail.pop();
        false
    }
    let (mut trail, mut seen) = (Vec::new(), BTreeSet::new());
    search(start, start, units, &mut trail, &mut seen).then_some(trail)
}

fn cycle_finding(cycle: &[String], units: &Units) -> Finding {
    let next = cycle.get(1).or(cycle.first()).map(String::as_str).unwrap_or_default();
    let files = cycle.iter().chain(cycle.first()).cloned().collect();
    let mut finding = Finding::from(NameFault::ImportCycle { files });
    if let Some(unit) = cycle.first().and_then(|path| units.get(path)) {
        let import =
            unit.tree.imports.iter().find(|import| file_of(import.path.as_deref().unwrap_or_default()) == next);
        finding = match import {
            Some(import) => finding.at(unit.source.place(unit.source.token(import.path_at), "")),
            None => finding.at(Place::file(unit.source.path.as_str())),
        };
    }
    finding
}
