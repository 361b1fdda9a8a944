//! Parts that the scripts of a vendor share: lookup tables, decision tables, and modules of the rules that policies import.

use super::files::{Room, VendorFile, VendorFiles};
use super::manifest::Manifest;
use crate::channel::Name;
use crate::decision::table::{DecisionTable, HitPolicy};
use crate::decision::{PURPOSES, Purpose, PurposeTable};
use crate::finding::{Code, Finding, Findings, Place};
use crate::script::{ScriptContext, SourceFile, Table, Tables};
use std::collections::BTreeMap;

/// Tables beside the scripts of one directory, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Library {
    lookups: BTreeMap<Name, Table>,
    decisions: BTreeMap<Name, DecisionTable>,
}

impl Library {
    /// Reads the tables of a directory: those whose header has outputs, or beside policies a hit policy in its first
    /// cell, are decision tables, the others lookup tables.
    pub fn read(files: &VendorFiles, room: Room, findings: &mut Findings) -> Self {
        let mut library = Self::default();
        let is_asked_by_scripts = |file: &&VendorFile| file.path.ends_with(".csv") && purpose_of(&file.path).is_none();
        for file in files.iter().filter(|file| file.room == room).filter(is_asked_by_scripts) {
            if is_decision_table(&file.text, room) {
                if let Some(table) = DecisionTable::parse(&file.shown, &file.text).ok(findings) {
                    findings.extend(table.lint());
                    library.decisions.insert(Name::from(stem(&file.path)), table);
                }
            } else if let Some(table) = Table::parse(&file.shown, &file.text).ok(findings) {
                library.lookups.insert(Name::clone(&table.name), table);
            }
        }
        library
    }

    /// Returns these tables with those of `other` whose names are free.
    pub fn with(mut self, other: &Self) -> Self {
        for (name, table) in &other.lookups {
            self.lookups.entry(Name::clone(name)).or_insert_with(|| table.clone());
        }
        for (name, table) in &other.decisions {
            self.decisions.entry(Name::clone(name)).or_insert_with(|| table.clone());
        }
        self
    }

    /// Returns the names of the tables, as scripts may use them without a manifest.
    pub fn names(self) -> ScriptContext {
        ScriptContext {
            tables: Tables::new(self.lookups.into_values()),
            decisions: self.decisions,
            ..ScriptContext::default()
        }
    }

    /// Returns the names that scripts with these tables may use: one declaration for rules and policies.
    pub fn context(self, manifest: &Manifest, is_policy: bool) -> ScriptContext {
        ScriptContext {
            attributes: manifest.attributes.clone(),
            learned: manifest.parameters.learned.iter().map(|one| Name::clone(&one.name)).collect(),
            parameters: manifest.parameters.stated.iter().map(|one| (Name::clone(&one.name), one.kind)).collect(),
            factors: manifest.weights.iter().map(|(name, _)| Name::clone(name)).collect(),
            tiers: manifest.tiers.iter().map(|tier| Name::clone(&tier.name)).collect(),
            tier_minimums: manifest.tiers.iter().map(|tier| (Name::clone(&tier.name), tier.minimum)).collect(),
            records: manifest.tables.clone(),
            cohorts: manifest.cohorts.clone(),
            is_policy,
            ..self.names()
        }
    }
}

/// Returns the purpose of a table that the engine asks; `None` for tables that scripts ask.
fn purpose_of(path: &str) -> Option<&'static Purpose> {
    PURPOSES.into_iter().find(|purpose| purpose.file() == path)
}

/// Returns the purposes of the tables that the vendor has.
pub(super) fn tables_of(files: &VendorFiles) -> Vec<&'static Purpose> {
    PURPOSES.into_iter().filter(|purpose| files.get(Room::Policies, &purpose.file()).is_some()).collect()
}

/// Reads the tables that the engine asks.
pub(super) fn read_purpose_tables(files: &VendorFiles, findings: &mut Findings) -> Vec<PurposeTable> {
    let read = |file: &VendorFile| {
        let purpose = purpose_of(&file.path).filter(|_| file.room == Room::Policies)?;
        PurposeTable::parse(purpose, &file.shown, &file.text).ok(findings)
    };
    files.iter().filter_map(read).collect()
}

/// Returns the rows of all tables, with the file as people know it; of a decision table without its `default` row.
pub(super) fn rows_of(files: &VendorFiles) -> Vec<(String, u64)> {
    let mut rows = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".csv")) {
        let is_decision = purpose_of(&file.path).is_some() || is_decision_table(&file.text, file.room);
        let own: Vec<u64> = if is_decision {
            let table = DecisionTable::parse(&file.shown, &file.text).value;
            table.iter().flat_map(DecisionTable::first_outputs).map(|(row, _)| row).collect()
        } else {
            Table::parse(&file.shown, &file.text).value.map(|table| table.lines().to_vec()).unwrap_or_default()
        };
        rows.extend(own.into_iter().map(|row| (file.shown.clone(), row)));
    }
    rows
}

/// True when the first line has an output column, or a policy's table a hit policy in its first cell.
fn is_decision_table(text: &str, room: Room) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let corner = first.split([',', ';', '\t']).next().unwrap_or_default().trim().trim_matches('"');
    first.contains("->") || room == Room::Policies && HitPolicy::named(corner).is_some()
}

fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".csv").unwrap_or(file)
}

/// Adds the files of the rules that `policies` import, and what those import; a policy's own file comes first.
pub(super) fn with_imported(mut policies: Vec<SourceFile>, rules: &[SourceFile]) -> Vec<SourceFile> {
    let mut at = 0;
    while let Some(file) = policies.get(at).cloned() {
        for name in file.imports() {
            let path = format!("{name}.rhai");
            if policies.iter().all(|known| known.path != path) {
                policies.extend(rules.iter().find(|known| known.path == path).cloned());
            }
        }
        at += 1;
    }
    policies
}

/// Joins the findings of rules and policies. A file of the rules that policies import is read twice: each of its findings
/// is one, and a name in it is unused where both say so. `shared` are such files, as people know them.
pub(super) fn merged(rules: Findings, policies: Findings, shared: &[String]) -> Findings {
    let is_shared = |finding: &Finding| match finding.places.first() {
        Some(Place::Text { file, .. } | Place::File { file }) => shared.contains(file),
        _ => false,
    };
    let (of_rules, of_policies): (Vec<Finding>, Vec<Finding>) =
        (rules.into_iter().collect(), policies.into_iter().collect());
    let is_unused = |finding: &Finding| is_shared(finding) && finding.code() == Code::ScriptUnused;
    let new = of_policies.iter().filter(|one| !(is_unused(one) || is_shared(one) && of_rules.contains(one)));
    let old = of_rules.iter().filter(|one| !is_unused(one) || of_policies.contains(one));
    old.chain(new).cloned().collect()
}
