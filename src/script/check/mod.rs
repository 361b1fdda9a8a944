//! Checks before anything runs: names, facts, functions, kinds, contracts, imports. All findings of all files.

mod calls;
mod ending;
mod expressions;
mod imports;
mod policy;
mod shape;
mod statements;

pub(super) use imports::imported_first;

use super::api::facts::FactSchema;
use super::api::functions;
use super::api::ids::PARTNER;
use super::program::Unit;
use super::source::shortened;
use super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::{EntryPoint, ScriptContext};
use crate::finding::{Code, Finding, Findings, Place, Span, did_you_mean};
use calls::UNAVAILABLE;
use imports::{check_imports, file_of};
use shape::{Parameters, Shape, learned_join};
use std::collections::{BTreeMap, BTreeSet};

type Units = BTreeMap<String, Unit>;

/// Checks all files of a vendor.
pub(super) fn check(units: &Units, schema: &FactSchema, context: &ScriptContext, findings: &mut Findings) {
    check_imports(units, findings);
    let mut parameters = Parameters::new();
    // Shapes of parameters are learned from the calls; calls of calls need another round.
    for round in 0..4 {
        let is_last = round == 3;
        let mut learned = Parameters::new();
        for unit in units.values() {
            let mut checker = Checker::new(unit, units, schema, context, &parameters);
            checker.file();
            learned_join(&mut learned, checker.learned);
            if is_last {
                findings.extend(checker.findings);
            }
        }
        parameters = learned;
    }
}

struct Checker<'a> {
    unit: &'a Unit,
    units: &'a Units,
    schema: &'a FactSchema,
    context: &'a ScriptContext,
    parameters: &'a Parameters,
    learned: Parameters,
    findings: Findings,
    reported: BTreeSet<(Code, usize)>,
    scopes: Vec<Vec<(String, Shape)>>,
    /// Variables that are assigned to in the function: their shape may change.
    changed: BTreeSet<String>,
    /// Variables around a `|x| …`, which it cannot use.
    around: Vec<String>,
    /// Names that are keys of some map of the vendor; a member of an unknown value may be one of them.
    keys: BTreeSet<&'a str>,
    called: BTreeSet<(String, usize)>,
    is_top_level: bool,
}

impl<'a> Checker<'a> {
    fn new(
        unit: &'a Unit,
        units: &'a Units,
        schema: &'a FactSchema,
        context: &'a ScriptContext,
        parameters: &'a Parameters,
    ) -> Self {
        let mut keys = BTreeSet::new();
        for unit in units.values() {
            unit.tree.walk(&mut |expression| {
                if let ExpressionKind::Map(entries) = &expression.kind {
                    keys.extend(entries.iter().map(|(key, _, _)| key.as_str()));
                }
            });
            for function in unit.tree.functions.iter().chain(&unit.tree.literals) {
                function.body.iter().for_each(|statement| {
                    statement.walk_statements(&mut |statement| {
                        if let StatementKind::Assign { target, .. } = &statement.kind
                            && let ExpressionKind::Member { name, .. } = &target.kind
                        {
                            keys.insert(name.as_str());
                        }
                    });
                });
            }
        }
        if let Some(policy) = &schema.policy {
            keys.extend(["is_met", "is_match", "rows"]);
            keys.extend(policy.decisions.values().flat_map(|table| table.outputs()).map(|output| &*output.name));
        }
        Self {
            unit,
            units,
            schema,
            context,
            parameters,
            learned: Parameters::new(),
            findings: Findings::new(),
            reported: BTreeSet::new(),
            scopes: Vec::new(),
            changed: BTreeSet::new(),
            around: Vec::new(),
            keys,
            called: BTreeSet::new(),
            is_top_level: false,
        }
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Finding::error(code, message).help(help), span, "");
    }

    fn warn(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Finding::warning(Code::ScriptStyle, message).help(help), span, "");
    }

    fn push(&mut self, finding: Finding, span: Span, label: &str) {
        if self.reported.insert((finding.code(), span.start)) {
            self.findings.push(finding.at(self.unit.source.place(span, label)));
        }
    }

    fn span(&self, expression: &Expression) -> Span {
        expression.span(&self.unit.source)
    }

    fn token(&self, at: usize) -> Span {
        self.unit.source.token(at)
    }

    fn text(&self, expression: &Expression) -> String {
        shortened(self.unit.source.slice(self.span(expression)))
    }

    fn file(&mut self) {
        let unit = self.unit;
        self.scopes = vec![Vec::new()];
        self.is_top_level = true;
        let mut names: Vec<&str> = Vec::new();
        for constant in &unit.tree.constants {
            if names.contains(&constant.name.as_str()) {
                let message = format!("the constant `{}` stands twice", constant.name);
                self.report(Code::ScriptSyntax, self.token(constant.at), message, "rename or delete one of them");
            }
            names.push(&constant.name);
            let shape = self.expression(&constant.value);
            self.declare(&constant.name, shape);
        }
        self.is_top_level = false;
        unit.tree.strays.iter().for_each(|stray| self.stray(stray));
        unit.tree.functions.iter().for_each(|function| self.function(function));
        if let Some(entry) = unit.entry {
            self.entry_point(entry);
        }
        self.unused_functions();
    }

    fn stray(&mut self, stray: &Statement) {
        let (message, help) = match &stray.kind {
            StatementKind::Let { is_constant: false, name, .. } => (
                format!("`{name}` is a variable outside every function"),
                format!("make it a constant: `const {name} = …;`"),
            ),
            StatementKind::Let { .. } | StatementKind::Export => (
                "`export` is not needed".to_owned(),
                "functions and constants of a module can be used as they are".to_owned(),
            ),
            _ => (
                "a statement stands outside every function".to_owned(),
                "at the top of a file stand `const`, `fn` and `import` only".to_owned(),
            ),
        };
        self.report(Code::ScriptForbidden, self.token(stray.at), message, help);
    }

    fn function(&mut self, function: &'a Function) {
        let name = function.name.as_str();
        let name_span = self.name_span(function);
        if function.is_method {
            self.report(
                Code::ScriptForbidden,
                name_span,
                format!("`{name}` is a method"),
                "write a function with one parameter more",
            );
        }
        if functions::find(name).is_some() || name == "to_string" {
            let message = format!("`{name}` is a function of the engine and cannot be redefined");
            self.report(Code::ScriptShadows, name_span, message, "choose another name");
        } else if let Some((_, help)) = UNAVAILABLE.iter().find(|(word, _)| *word == name) {
            self.report(Code::ScriptShadows, name_span, format!("`{name}` is a word of the language"), *help);
        }
        let known = self.parameter_shapes(function);
        self.body(function, known);
    }

    fn parameter_shapes(&self, function: &Function) -> Vec<Shape> {
        if self.is_entry(function) {
            return vec![Shape::View(PARTNER); function.parameters.len()];
        }
        let key = (self.unit.source.path.clone(), function.name.clone(), function.parameters.len());
        self.parameters.get(&key).cloned().unwrap_or_else(|| vec![Shape::Unknown; function.parameters.len()])
    }

    fn is_entry(&self, function: &Function) -> bool {
        self.unit.entry.is_some_and(|entry| {
            function.name == entry.function() && function.parameters.len() == entry.parameters().len()
        })
    }

    fn body(&mut self, function: &'a Function, shapes: Vec<Shape>) -> Shape {
        let scopes = std::mem::take(&mut self.scopes);
        let changed = std::mem::take(&mut self.changed);
        for statement in &function.body {
            statement.walk_statements(&mut |statement| {
                if let StatementKind::Assign { target, .. } = &statement.kind {
                    // A new member leaves a map a map; a new item may change what a list holds.
                    let is_member = matches!(target.kind, ExpressionKind::Member { .. });
                    self.changed.extend(root(target).filter(|_| !is_member).map(ToOwned::to_owned));
                }
            });
        }
        self.scopes.push(Vec::new());
        function.parameters.iter().zip(shapes).for_each(|(name, shape)| self.declare(name, shape));
        let shape = self.statements(&function.body);
        self.scopes = scopes;
        self.changed = changed;
        shape
    }

    fn name_span(&self, function: &Function) -> Span {
        self.unit.source.function_name(&function.name, function.at)
    }

    fn entry_point(&mut self, entry: EntryPoint) {
        let unit = self.unit;
        let (name, wanted) = (entry.function(), entry.parameters());
        let signature = format!("fn {name}({})", wanted.join(", "));
        if let Some(function) = unit.tree.function(name, wanted.len()) {
            self.ending(function, entry);
            return;
        }
        if unit.unread_functions.iter().any(|unread| unread == name) {
            return;
        }
        if let Some(function) = unit.tree.functions.iter().find(|function| function.name == name) {
            let message = format!("`{name}` has {} parameters, not {}", function.parameters.len(), wanted.len());
            self.report(Code::ScriptEntryPoint, self.name_span(function), message, format!("write `{signature}`"));
            return;
        }
        let near = did_you_mean(name, unit.tree.functions.iter().map(|function| function.name.as_str()));
        let near = near.and_then(|near| unit.tree.functions.iter().find(|function| function.name == near));
        match near {
            Some(function) => {
                let message = format!("the file defines `{}` but no `{name}`", function.name);
                self.report(
                    Code::ScriptEntryPoint,
                    self.name_span(function),
                    message,
                    format!("name it `{signature}`"),
                );
            }
            None => {
                let finding = Finding::error(Code::ScriptEntryPoint, format!("the file does not define `{name}`"));
                let finding = finding.at(Place::file(unit.source.path.as_str()));
                self.findings.push(finding.help(format!("write `{}`", entry.skeleton())));
            }
        }
    }

    fn unused_functions(&mut self) {
        let unit = self.unit;
        let has_entry =
            unit.entry.is_some_and(|entry| unit.tree.function(entry.function(), entry.parameters().len()).is_some());
        if !has_entry || !unit.unread_functions.is_empty() {
            return;
        }
        for function in &unit.tree.functions {
            let key = (function.name.clone(), function.parameters.len());
            let is_shared = self.units.values().any(|other| {
                other
                    .tree
                    .imports
                    .iter()
                    .any(|import| file_of(import.path.as_deref().unwrap_or_default()) == unit.source.path)
            });
            if !self.is_entry(function) && !self.called.contains(&key) && !is_shared {
                let span = self.name_span(function);
                self.warn(span, format!("the function `{}` is never called", function.name), "delete it, or call it");
            }
        }
    }
}

/// The variable that a chain of members begins with.
fn root(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::Variable(name) => Some(name),
        ExpressionKind::Member { object, .. }
        | ExpressionKind::Index { object, .. }
        | ExpressionKind::Method { object, .. } => root(object),
        _ => None,
    }
}
