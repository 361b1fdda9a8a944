//! Names that nothing uses: variables, parameters, constants, imports, tables.

use super::super::lint_fault::LintFault;
use super::super::program::Scripts;
use super::super::source::{Class, lexemes};
use super::super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::Lint;
use crate::finding::{Finding, Findings, Place, Span};
use std::collections::BTreeSet;

impl<'a> Lint<'a> {
    /// Reports names of the file that nothing uses.
    pub(super) fn names(&mut self) {
        let unit = self.unit;
        for function in &unit.tree.functions {
            self.variables(function);
        }
        let used = self.qualified();
        for constant in &unit.tree.constants {
            if !used.contains(constant.name.as_str()) && !constant.name.starts_with('_') {
                let fault = LintFault::UnusedConstant { name: constant.name.clone() };
                self.report(fault, unit.source.token(constant.at));
            }
        }
        let mut spaces = BTreeSet::new();
        unit.tree.walk(&mut |expression| match &expression.kind {
            ExpressionKind::Qualified { namespace, .. } | ExpressionKind::Call { namespace, .. } => {
                spaces.extend(namespace.first().map(String::as_str));
            }
            _ => {}
        });
        for import in &unit.tree.imports {
            if !import.alias.is_empty() && !spaces.contains(import.alias.as_str()) {
                let fault = LintFault::UnusedImport { module: import.alias.clone() };
                self.report(fault, unit.source.token(import.path_at));
            }
        }
    }

    /// Constants of this file that some file of the vendor uses.
    fn qualified(&self) -> BTreeSet<&'a str> {
        let mut used = BTreeSet::new();
        let own = self.unit.source.path.trim_end_matches(".rhai");
        for unit in self.units.values() {
            let is_own = unit.source.path == self.unit.source.path;
            let aliases: Vec<&str> = unit
                .tree
                .imports
                .iter()
                .filter(|import| import.path.as_deref() == Some(own))
                .map(|import| import.alias.as_str())
                .collect();
            unit.tree.walk(&mut |expression| {
                if let ExpressionKind::Qualified { namespace, name } = &expression.kind
                    && let [space] = &namespace[..]
                    && ((is_own && space == "global") || aliases.contains(&space.as_str()))
                {
                    used.insert(name.as_str());
                }
            });
            if is_own {
                for constant in &unit.tree.constants {
                    constant.value.walk(&mut |expression| {
                        if let ExpressionKind::Variable(name) = &expression.kind {
                            used.insert(name.as_str());
                        }
                    });
                }
            }
        }
        used
    }

    fn variables(&mut self, function: &'a Function) {
        let read = reads(&function.body);
        let is_used = |name: &str| read.contains(name) || name.starts_with('_');
        let is_entry = self.unit.entry.is_some_and(|entry| entry.function() == function.name);
        for parameter in function.parameters.iter().filter(|parameter| !is_entry && !is_used(parameter)) {
            let span = self.parameter(function, parameter);
            let fault = LintFault::UnusedParameter { name: parameter.clone(), function: function.name.clone() };
            self.report(fault, span);
        }
        let mut found = Vec::new();
        for statement in &function.body {
            statement.walk_statements(&mut |statement| match &statement.kind {
                StatementKind::Let { name, name_at, .. } if !is_used(name) => {
                    found.push((LintFault::UnusedVariable { name: name.clone() }, *name_at));
                }
                StatementKind::For { variable, counter, .. } => {
                    let is_counted = counter.as_deref().is_some_and(is_used);
                    if !is_used(variable) && !is_counted {
                        found.push((LintFault::UnusedItem { name: variable.clone() }, statement.at));
                    }
                }
                _ => {}
            });
        }
        for (fault, at) in found {
            self.report(fault, self.unit.source.token(at));
        }
    }

    /// Place of a parameter between the name of its function and its body.
    fn parameter(&self, function: &Function, parameter: &str) -> Span {
        let source = &self.unit.source;
        let name = source.function_name(&function.name, function.at);
        let header = source.text.get(name.end..function.at).unwrap_or_default();
        let mut words = lexemes(header).filter(|lexeme| lexeme.class == Class::Other);
        words
            .find(|lexeme| &header[lexeme.start..lexeme.end] == parameter)
            .map_or(name, |lexeme| Span { start: name.end + lexeme.start, end: name.end + lexeme.end })
    }
}

/// Names of the variables that statements read; a variable that is only assigned to is not read.
fn reads(body: &[Statement]) -> BTreeSet<&str> {
    let (mut read, mut assigned) = (Vec::new(), Vec::new());
    for statement in body {
        statement.walk(&mut |expression| {
            if let ExpressionKind::Variable(name) = &expression.kind {
                read.push((expression.at, name.as_str()));
            }
        });
        statement.walk_statements(&mut |statement| {
            if let StatementKind::Assign { target, .. } = &statement.kind
                && matches!(target.kind, ExpressionKind::Variable(_))
            {
                assigned.push(target.at);
            }
        });
    }
    read.into_iter().filter(|(at, _)| !assigned.contains(at)).map(|(_, name)| name).collect()
}

impl Scripts {
    /// Returns a warning for each lookup table and decision table that none of the scripts asks; none where a name is
    /// calculated.
    pub fn unused_tables(all: &[&Self]) -> Findings {
        let mut tables: Vec<(String, String)> = Vec::new();
        let mut used = BTreeSet::new();
        for scripts in all {
            let asked = scripts.asked_tables();
            for (table, file) in scripts.tables() {
                if asked.as_ref().is_none_or(|asked| asked.contains(table.as_str())) {
                    used.insert(file.clone());
                }
                if tables.iter().all(|(_, known)| *known != file) {
                    tables.push((table, file));
                }
            }
        }
        let unused = tables.into_iter().filter(|(_, file)| !used.contains(file));
        let finding =
            |(table, file): (String, String)| Finding::from(LintFault::UnusedTable { table }).at(Place::file(file));
        unused.map(finding).collect()
    }

    /// Names and files of the tables that the scripts may ask.
    fn tables(&self) -> impl Iterator<Item = (String, String)> {
        let lookups = self.inner.tables.iter().map(|table| (table.name.to_string(), table.file.to_string()));
        let decisions = self.inner.schema.decisions.iter();
        lookups.chain(decisions.map(|(name, table)| (name.to_string(), table.file().to_owned())))
    }

    /// Names of the tables that the scripts ask; `None` where a name is calculated.
    fn asked_tables(&self) -> Option<BTreeSet<&str>> {
        let mut asked = BTreeSet::new();
        let mut is_certain = true;
        for program in self.inner.programs.values() {
            program.tree.walk(&mut |expression| {
                let table: Option<&Expression> = match &expression.kind {
                    ExpressionKind::Call { name, arguments, .. } if is_question(name) => arguments.first(),
                    ExpressionKind::Method { name, object, .. } if is_question(name) => Some(object),
                    _ => return,
                };
                match table.map(|table| &table.kind) {
                    Some(ExpressionKind::Text(name)) => {
                        asked.insert(name.as_str());
                    }
                    _ => is_certain = false,
                }
            });
        }
        is_certain.then_some(asked)
    }
}

fn is_question(function: &str) -> bool {
    matches!(function, "lookup" | "has_row" | "decide_by")
}
