//! Checks before anything runs: names, facts, functions, kinds, contracts, imports. All findings of all files.

mod calls;
mod ending;
mod expressions;
mod imports;
mod peers;
mod policy;
mod shape;
mod statements;
mod switch;

pub(super) use imports::imported_first;

use super::api::facts::FactSchema;
use super::api::functions;
use super::api::ids::PARTNER;
use super::form_fault::FormFault;
use super::name_fault::NameFault;
use super::program::Unit;
use super::source::shortened;
use super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::{EntryPoint, ScriptContext};
use crate::finding::{Code, Fault, Finding, Findings, Place, Span, did_you_mean};
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
        if schema.is_policy {
            keys.insert("is_met");
        }
        if !schema.decisions.is_empty() {
            keys.extend(["is_match", "rows"]);
        }
        keys.extend(schema.decisions.values().flat_map(|table| table.outputs()).map(|output| &*output.name));
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

    /// Reports a fault at `span`; one of each code at one place.
    fn report(&mut self, fault: impl Fault, span: Span) {
        let finding = Finding::from(fault);
        if self.reported.insert((finding.code(), span.start)) {
            self.findings.push(finding.at(self.unit.source.place(span, "")));
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
                self.report(FormFault::DuplicateConstant { name: constant.name.clone() }, self.token(constant.at));
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
        let fault = match &stray.kind {
            StatementKind::Let { is_constant: false, name, .. } => FormFault::TopLevelVariable { name: name.clone() },
            StatementKind::Let { .. } | StatementKind::Export => FormFault::Export {},
            _ => FormFault::TopLevelStatement {},
        };
        self.report(fault, self.token(stray.at));
    }

    fn function(&mut self, function: &'a Function) {
        let name = function.name.as_str();
        let name_span = self.name_span(function);
        if function.is_method {
            self.report(FormFault::Method { function: name.to_owned() }, name_span);
        }
        if functions::find(name).is_some() || name == "to_string" {
            self.report(NameFault::ShadowsFunction { function: name.to_owned() }, name_span);
        } else if let Some((_, remedy)) = UNAVAILABLE.iter().find(|(word, _)| *word == name) {
            self.report(NameFault::ShadowsWord { function: name.to_owned(), remedy }, name_span);
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
                    // A new member leaves a map a map, however deep; a new item may change what a list holds.
                    self.changed.extend(root(target).filter(|_| !has_member(target)).map(ToOwned::to_owned));
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
            let (found, expected) = (function.parameters.len(), wanted.len());
            let fault = NameFault::EntryParameters { function: name.to_owned(), found, expected, signature };
            self.report(fault, self.name_span(function));
            return;
        }
        let near = did_you_mean(name, unit.tree.functions.iter().map(|function| function.name.as_str()));
        let near = near.and_then(|near| unit.tree.functions.iter().find(|function| function.name == near));
        match near {
            Some(function) => {
                let (found, expected) = (function.name.clone(), name.to_owned());
                self.report(NameFault::MisspelledEntry { found, expected, signature }, self.name_span(function));
            }
            None => {
                let finding = Finding::from(NameFault::MissingEntry { entry });
                self.findings.push(finding.at(Place::file(unit.source.path.as_str())));
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
                let fault = FormFault::UnusedFunction { function: function.name.clone() };
                self.report(fault, self.name_span(function));
            }
        }
    }
}

/// True when a chain names a member.
fn has_member(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Member { .. } => true,
        ExpressionKind::Index { object, .. } => has_member(object),
        _ => false,
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
