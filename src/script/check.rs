//! Checks before anything runs: names, facts, functions, kinds, contracts, imports. All findings of all files.

mod policy;

use super::api::complaint::{operand_words, pair_words};
use super::api::facts::{Fact, FactSchema, ListId, PARTNER, ViewId};
use super::api::functions::{self, Function as HostFunction};
use super::api::value::{Kind, Value};
use super::compile::Unit;
use super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::{EntryPoint, FactKind, PolicyKind, ScriptContext};
use crate::finding::{Code, Finding, Findings, Place, Span, did_you_mean};
use rust_decimal::Decimal;
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

/// Paths, every file after those it imports.
pub(super) fn imported_first(units: &Units) -> Vec<String> {
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

/// The file that `import "name"` means.
fn file_of(name: &str) -> String {
    format!("{name}.rhai")
}

fn check_imports(units: &Units, findings: &mut Findings) {
    for unit in units.values() {
        let mut aliases: Vec<&str> = Vec::new();
        for import in &unit.tree.imports {
            let place = || unit.source.place(unit.source.token(import.path_at), "");
            let refuse =
                |message: String, help: String| Finding::error(Code::ScriptImport, message).at(place()).help(help);
            let Some(path) = import.path.as_deref() else {
                findings.push(refuse(
                    "the module to import is not named".to_owned(),
                    "write its name: `import \"growth\" as growth;`".to_owned(),
                ));
                continue;
            };
            if !units.contains_key(&file_of(path)) {
                let names = units.keys().map(|path| path.trim_end_matches(".rhai"));
                let help = match did_you_mean(path.trim_end_matches(".rhai"), names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if units.contains_key(path) => {
                        format!("write it without `.rhai`: `import \"{}\"`", path.trim_end_matches(".rhai"))
                    }
                    None => "only files in the vendor's own folder can be imported, by their name without `.rhai`"
                        .to_owned(),
                };
                findings.push(refuse(format!("there is no module `{path}`"), help));
            }
            if import.alias.is_empty() {
                findings
                    .push(refuse("the import has no name".to_owned(), format!("write `import \"{path}\" as {path};`")));
            } else if import.alias == "global" || aliases.contains(&import.alias.as_str()) {
                findings.push(refuse(
                    format!("the name `{}` is taken", import.alias),
                    "choose another name after `as`".to_owned(),
                ));
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
    let circle = cycle.iter().chain(cycle.first()).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(" → ");
    let next = cycle.get(1).or(cycle.first()).map(String::as_str).unwrap_or_default();
    let mut finding = Finding::error(Code::ScriptImport, format!("files import each other: {circle}"))
        .help("move what both need into a file of its own");
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

/// What is known about a value before it exists.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Unknown,
    View(ViewId),
    Facts(ListId),
    Items(Box<Shape>),
    /// A plain value; whole numbers count as numbers.
    Value(Kind),
    /// The answer of that decision table.
    Answer(String),
}

impl Shape {
    fn kind(&self) -> Option<Kind> {
        match self {
            Self::Unknown => None,
            Self::View(_) => Some(Kind::Facts),
            Self::Facts(_) | Self::Items(_) => Some(Kind::List),
            Self::Value(kind) => Some(*kind),
            Self::Answer(_) => Some(Kind::TableAnswer),
        }
    }

    /// What its items are, when it is a list.
    fn item(&self) -> Self {
        match self {
            Self::Facts(list) => list.record().map_or(Self::Value(Kind::Number), Self::View),
            Self::Items(item) => (**item).clone(),
            Self::Unknown | Self::View(_) | Self::Value(_) | Self::Answer(_) => Self::Unknown,
        }
    }

    fn join(self, other: Self) -> Self {
        if self == other { self } else { Self::Unknown }
    }
}

/// Shapes of the parameters of script functions: by file, name and number of parameters.
type Parameters = BTreeMap<(String, String, usize), Vec<Shape>>;

fn learned_join(all: &mut Parameters, more: Parameters) {
    for (key, shapes) in more {
        match all.get_mut(&key) {
            Some(known) => {
                for (known, shape) in known.iter_mut().zip(shapes) {
                    *known = std::mem::replace(known, Shape::Unknown).join(shape);
                }
            }
            None => {
                all.insert(key, shapes);
            }
        }
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
        if self.reported.insert((finding.code, span.start)) {
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
                    self.changed.extend(root(target).map(ToOwned::to_owned));
                }
            });
        }
        self.scopes.push(function.parameters.iter().cloned().zip(shapes).collect());
        let shape = self.statements(&function.body);
        self.scopes = scopes;
        self.changed = changed;
        shape
    }

    fn name_span(&self, function: &Function) -> Span {
        let before = &self.unit.source.text[..function.at.min(self.unit.source.text.len())];
        let at = before.rfind(&format!("fn {}", function.name)).map_or(function.at, |at| at + 3);
        self.token(at)
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

pub(super) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// Words of Rhai that rules do not have, with what to write instead.
const UNAVAILABLE: [(&str, &str); 22] = [
    (
        "round",
        "say how: `round_half_up(x, places)` as in a spreadsheet, `round_half_even(x, places)`, or `round_to(x, step)`",
    ),
    ("ceiling_to", "write `round_up_to(x, step)`"),
    ("print", "a rule has no output; put the value into the reason: `.because(`…${value}…`)`"),
    ("debug", "a rule has no output; put the value into the reason: `.because(`…${value}…`)`"),
    ("eval", "write the calculation out"),
    ("call", "call the function by its name"),
    ("curry", "write a function of your own"),
    ("Fn", "write `|item| …` where a function is needed"),
    ("type_of", "test with `is_known(x)`; kinds of facts do not change"),
    ("is_def_var", "variables are checked before the rule runs"),
    ("is_def_fn", "functions are checked before the rule runs"),
    ("is_shared", "values are never shared"),
    ("timestamp", "rules know no clock; the date is `partner.channel.as_of`"),
    ("sleep", "rules know no clock"),
    ("exit", "write `return`"),
    ("rand", "rules give the same answer every time"),
    ("to_int", "round by name: `round_half_up(x)`"),
    ("to_float", "numbers are exact decimals already"),
    ("to_decimal", "numbers are exact decimals already"),
    ("to_string", "put the value between backticks: `${value}`"),
    ("parse_json", "put data into a lookup table"),
    ("sqrt", "roots are not exact; use a lookup table"),
];

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Gives a value, or may: another function decides.
    Value,
    /// Gives nothing here.
    Nothing(Span),
    /// Gives something that is no answer.
    Wrong(Span, Kind),
}

impl<'a> Checker<'a> {
    /// Finds paths of an entry point that give no answer.
    fn ending(&mut self, function: &'a Function, entry: EntryPoint) {
        let close = self.token(function.end);
        let mut ends = Vec::new();
        self.ends(&function.body, close, entry, &mut ends);
        for statement in &function.body {
            statement.walk_statements(&mut |statement| match &statement.kind {
                StatementKind::Return(None) => ends.push(End::Nothing(self.token(statement.at))),
                StatementKind::Return(Some(value)) => self.end_of(value, entry, &mut ends),
                _ => {}
            });
        }
        let is_certain = !ends.contains(&End::Value);
        let (what, help) = match entry {
            EntryPoint::Factor => ("an indication", "end every path with `indicate(…)` or `abstain(…)`"),
            EntryPoint::Weights => ("weights", "end every path with a map such as `#{ history: 1.0 }`"),
            EntryPoint::Policy(PolicyKind::Tier) => (
                "a tier decision",
                "end every path with `retain()`, `promote(…)`, `demote(…)`, `grant(…)` or `ladder.decision_for(partner.tier)`",
            ),
            EntryPoint::Policy(PolicyKind::Incentive) => {
                ("a list of incentives", "end every path with a list such as `[award(\"bonus\")]`, or `[]` for none")
            }
            EntryPoint::Policy(PolicyKind::Intervention) => (
                "a list of interventions",
                "end every path with a list such as `[intervene(\"forecast_call\", \"high\")]`, or `[]` for none",
            ),
        };
        for end in ends {
            match end {
                End::Value => {}
                End::Nothing(span) if is_certain => {
                    self.report(
                        Code::ScriptOutcome,
                        span,
                        format!("`{}` ends here without {what}", function.name),
                        help,
                    );
                }
                End::Nothing(span) => {
                    let message = format!("`{}` can end here without {what}", function.name);
                    self.push(Finding::warning(Code::ScriptOutcome, message).help(help), span, "");
                }
                End::Wrong(span, kind) => {
                    let message = format!("`{}` answers with {kind}, not with {what}", function.name);
                    let help = if entry == EntryPoint::Factor && kind == Kind::Number {
                        "write `indicate(amount).because(\"why\")`"
                    } else {
                        help
                    };
                    self.report(Code::ScriptOutcome, span, message, help);
                }
            }
        }
    }

    fn ends(&mut self, body: &'a [Statement], close: Span, entry: EntryPoint, ends: &mut Vec<End>) {
        let leaves =
            |statement: &&Statement| matches!(statement.kind, StatementKind::Return(_) | StatementKind::Throw(_));
        let last = body.iter().rev().find(|statement| !matches!(statement.kind, StatementKind::Nothing));
        let Some(last) = body.iter().find(leaves).or(last) else {
            ends.push(End::Nothing(close));
            return;
        };
        let here = self.token(last.at);
        match &last.kind {
            StatementKind::Expression(value) => self.end_of(value, entry, ends),
            StatementKind::Return(Some(value)) => self.end_of(value, entry, ends),
            StatementKind::Return(None) | StatementKind::Throw(_) => ends.push(End::Value),
            StatementKind::If { body, otherwise, has_otherwise, .. } => {
                self.ends(body, here, entry, ends);
                if *has_otherwise {
                    self.ends(otherwise, here, entry, ends);
                } else {
                    ends.push(End::Nothing(here));
                }
            }
            StatementKind::Switch { cases, has_default, .. } => {
                cases.iter().for_each(|case| self.end_of(&case.outcome, entry, ends));
                if !has_default {
                    ends.push(End::Nothing(here));
                }
            }
            StatementKind::Block(body) => self.ends(body, here, entry, ends),
            StatementKind::While { condition: None, .. } | StatementKind::Try { .. } => ends.push(End::Value),
            StatementKind::While { .. } | StatementKind::DoWhile { .. } | StatementKind::For { .. } => {
                let mut returns = false;
                last.walk_statements(&mut |statement| {
                    returns |= matches!(statement.kind, StatementKind::Return(Some(_)))
                });
                if returns {
                    ends.push(End::Value);
                }
                ends.push(End::Nothing(here));
            }
            StatementKind::Nothing
            | StatementKind::Let { .. }
            | StatementKind::Assign { .. }
            | StatementKind::Break { .. }
            | StatementKind::Import(_)
            | StatementKind::Export => ends.push(End::Nothing(here)),
        }
    }

    fn end_of(&mut self, value: &'a Expression, entry: EntryPoint, ends: &mut Vec<End>) {
        use ExpressionKind as E;
        let span = self.span(value);
        match &value.kind {
            E::Block(body) => return self.ends(body, span, entry, ends),
            E::NotKnown => return ends.push(End::Nothing(span)),
            E::Map(entries) if entry == EntryPoint::Weights => {
                self.weights(entries, span);
                return ends.push(End::Value);
            }
            E::Call { namespace, name, .. }
                if namespace.is_empty() && functions::find(name).is_some_and(|f| f.returns == "nothing") =>
            {
                return ends.push(End::Nothing(span));
            }
            _ => {}
        }
        // Shapes of variables are not known any more here; what is certain without them is enough.
        let kind = match &value.kind {
            E::Truth | E::And(_) | E::Or(_) => Some(Kind::Truth),
            E::Count(_) | E::Number(_) => Some(Kind::Number),
            E::Text(_) | E::Interpolated(_) => Some(Kind::Text),
            E::List(_) => Some(Kind::List),
            E::Map(_) => Some(Kind::Map),
            E::Operator { name, .. } if matches!(name.as_str(), "+" | "-" | "*" | "/" | "%" | "**") => {
                Some(Kind::Number)
            }
            E::Operator { .. } => Some(Kind::Truth),
            E::Call { namespace, name, .. } if namespace.is_empty() => functions::find(name).and_then(returned),
            E::Method { object, name, .. } => kind_of_call(object, name),
            _ => None,
        };
        let fits = |kind: Kind| match entry {
            EntryPoint::Factor => kind == Kind::Answer,
            EntryPoint::Weights => kind == Kind::Map,
            EntryPoint::Policy(PolicyKind::Tier) => kind == Kind::TierDecision,
            EntryPoint::Policy(PolicyKind::Incentive | PolicyKind::Intervention) => kind == Kind::List,
        };
        match kind {
            Some(kind) if !fits(kind) => ends.push(End::Wrong(span, kind)),
            _ => ends.push(End::Value),
        }
    }

    /// A map of weights that is written out.
    fn weights(&mut self, entries: &'a [(String, usize, Expression)], span: Span) {
        let mut sum = Some(Decimal::ZERO);
        for (name, at, weight) in entries {
            if !self.context.factors.iter().any(|factor| **factor == **name) {
                let help = match did_you_mean(name, self.context.factors.iter().map(|factor| &**factor)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "a factor is a rule file of that name".to_owned(),
                };
                self.report(Code::ScriptOutcome, self.token(*at), format!("`{name}` is no factor"), help);
            }
            let amount = match &weight.kind {
                ExpressionKind::Count(count) => Some(Decimal::from(*count)),
                ExpressionKind::Number(number) => Some(*number),
                _ => None,
            };
            if amount.is_some_and(|amount| amount < Decimal::ZERO || amount > Decimal::ONE) {
                let message = format!("the weight of `{name}` is not within 0 to 1");
                self.report(Code::ScriptOutcome, self.span(weight), message, "write a number from 0 to 1");
            }
            sum = sum.zip(amount).and_then(|(sum, amount)| sum.checked_add(amount));
        }
        if let Some(sum) = sum.filter(|sum| *sum != Decimal::ONE) {
            let gap = Decimal::ONE.checked_sub(sum).unwrap_or_default();
            let direction = if gap > Decimal::ZERO { "raise" } else { "lower" };
            let message = format!("the weights sum to {}, not 1", crate::units::plain(sum.normalize()));
            let help = format!("{direction} one of them by {}", crate::units::plain(gap.abs().normalize()));
            self.report(Code::ScriptOutcome, span, message, help);
        }
    }
}

/// The kind that `object.name(…)` gives for certain.
fn kind_of_call(object: &Expression, name: &str) -> Option<Kind> {
    match (&object.kind, name) {
        // These give what they are called on.
        (ExpressionKind::Call { namespace, name, .. }, "because" | "until" | "points") if namespace.is_empty() => {
            functions::find(name).and_then(returned)
        }
        (ExpressionKind::Method { object, name, .. }, "because" | "until" | "points") => kind_of_call(object, name),
        _ => functions::find(name).and_then(returned),
    }
}

/// The kind a function of the engine gives for certain.
fn returned(function: &HostFunction) -> Option<Kind> {
    match function.returns {
        "number" | "whole number" if !matches!(function.name, "min" | "max") => Some(Kind::Number),
        "text" => Some(Kind::Text),
        "true or false" => Some(Kind::Truth),
        "date" => Some(Kind::Date),
        "list" => Some(Kind::List),
        "answer" => Some(Kind::Answer),
        "requirement" => Some(Kind::Requirement),
        "ladder" => Some(Kind::Ladder),
        "tier" => Some(Kind::Text),
        "tier decision" => Some(Kind::TierDecision),
        "incentive" => Some(Kind::Incentive),
        "intervention" => Some(Kind::Intervention),
        "table answer" => Some(Kind::TableAnswer),
        _ => None,
    }
}

impl<'a> Checker<'a> {
    fn declare(&mut self, name: &str, shape: Shape) {
        let shape = if self.changed.contains(name) { Shape::Unknown } else { shape };
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name.to_owned(), shape));
        }
    }

    fn variable(&self, name: &str) -> Option<&Shape> {
        self.scopes
            .iter()
            .rev()
            .flat_map(|scope| scope.iter().rev())
            .find(|(known, _)| known == name)
            .map(|(_, shape)| shape)
    }

    /// Checks a block in a scope of its own and gives the shape of its value.
    fn block(&mut self, body: &'a [Statement]) -> Shape {
        self.scopes.push(Vec::new());
        let shape = self.statements(body);
        self.scopes.pop();
        shape
    }

    fn statements(&mut self, body: &'a [Statement]) -> Shape {
        let mut shape = Shape::Unknown;
        let mut left = None;
        for statement in body {
            if let Some(word) = left
                && !matches!(statement.kind, StatementKind::Nothing)
            {
                self.warn(
                    self.token(statement.at),
                    format!("nothing is done after `{word}`"),
                    "delete it, or move it up",
                );
                left = None;
            }
            shape = self.statement(statement);
            left = match &statement.kind {
                StatementKind::Return(_) => Some("return"),
                StatementKind::Throw(_) => Some("throw"),
                StatementKind::Break { is_break: true, .. } => Some("break"),
                StatementKind::Break { .. } => Some("continue"),
                _ => left,
            };
        }
        shape
    }

    fn statement(&mut self, statement: &'a Statement) -> Shape {
        use StatementKind as S;
        match &statement.kind {
            S::Nothing => {}
            S::Expression(value) => return self.expression(value),
            S::Let { name, value, .. } => {
                let shape = self.expression(value);
                self.declare(name, shape);
            }
            S::Assign { target, operator, operator_at, value } => {
                self.assign(target, operator.as_deref(), *operator_at, value)
            }
            S::If { condition, body, otherwise, has_otherwise } => {
                self.condition(condition, "if");
                let shape = self.block(body);
                let other = self.block(otherwise);
                return if *has_otherwise { shape.join(other) } else { Shape::Unknown };
            }
            S::Switch { subject, cases, has_default } => {
                self.expression(subject);
                if !has_default {
                    let span = self.token(statement.at);
                    self.warn(
                        span,
                        "the `switch` says nothing for all other values",
                        "add `_ => …`, which also takes \"not known\"",
                    );
                }
                let mut shapes = Vec::new();
                for case in cases {
                    case.condition.iter().for_each(|condition| self.condition(condition, "if"));
                    shapes.push(self.expression(&case.outcome));
                }
                return shapes.into_iter().reduce(Shape::join).unwrap_or(Shape::Unknown);
            }
            S::While { condition, body } => {
                condition.iter().for_each(|condition| self.condition(condition, "while"));
                self.block(body);
            }
            S::DoWhile { condition, body } => {
                self.block(body);
                self.condition(condition, "while");
            }
            S::For { variable, counter, over, body, .. } => {
                let shape = self.expression(over);
                if let Some(kind) = shape.kind().filter(|kind| !matches!(kind, Kind::List | Kind::Range)) {
                    let message = format!("`for` needs a list or a range, not {kind}");
                    self.report(
                        Code::ScriptKinds,
                        self.span(over),
                        message,
                        "write `for item in list` or `for n in 0..10`",
                    );
                }
                self.scopes.push(Vec::new());
                let item = if shape == Shape::Value(Kind::Range) { Shape::Value(Kind::Number) } else { shape.item() };
                self.declare(variable, item);
                counter.iter().for_each(|counter| self.declare(counter, Shape::Value(Kind::Number)));
                self.block(body);
                self.scopes.pop();
            }
            S::Block(body) => return self.block(body),
            S::Try { body, variable, handler } => {
                let help = "test for what may be missing instead: `is_known(x)`, `x ?? 0`";
                self.report(Code::ScriptForbidden, self.token(statement.at), "rules cannot catch errors", help);
                self.block(body);
                self.scopes.push(Vec::new());
                variable.iter().for_each(|variable| self.declare(variable, Shape::Unknown));
                self.block(handler);
                self.scopes.pop();
            }
            S::Break { value, .. } | S::Return(value) | S::Throw(value) => {
                if let Some(value) = value {
                    self.expression(value);
                }
            }
            S::Import(_) | S::Export => {
                let help = "move it to the top of the file";
                self.report(
                    Code::ScriptForbidden,
                    self.token(statement.at),
                    "a module is imported inside a function",
                    help,
                );
            }
        }
        Shape::Unknown
    }

    fn condition(&mut self, condition: &'a Expression, word: &str) {
        let shape = self.expression(condition);
        if let Some(kind) = shape.kind().filter(|kind| *kind != Kind::Truth) {
            let message = format!("`{word}` needs true or false, but `{}` is {kind}", self.text(condition));
            let help = if kind == Kind::Number {
                "compare it, for example `> 0`"
            } else {
                "compare it, or ask `is_known(…)`"
            };
            self.report(Code::ScriptKinds, self.span(condition), message, help);
        }
    }

    fn assign(&mut self, target: &'a Expression, operator: Option<&str>, at: usize, value: &'a Expression) {
        let shape = self.expression(value);
        if let ExpressionKind::Member { object, .. } | ExpressionKind::Index { object, .. } = &target.kind {
            let found = self.expression(object);
            if matches!(found, Shape::View(_) | Shape::Facts(_)) {
                let message = format!("`{}` is a fact and cannot be changed", self.text(target));
                self.report(Code::ScriptForbidden, self.span(target), message, "use a variable: `let`");
            }
            return;
        }
        if let ExpressionKind::Variable(name) = &target.kind
            && self.variable(name).is_none()
            && self.constant(name)
        {
            let message = format!("the constant `{name}` cannot be changed");
            self.report(Code::ScriptForbidden, self.span(target), message, "use a variable: `let`");
            return;
        }
        let before = self.expression(target);
        if let Some(operator) = operator {
            self.pair(operator, at, &before, &shape);
        }
    }

    fn constant(&self, name: &str) -> bool {
        self.unit.tree.constants.iter().any(|constant| constant.name == name)
    }

    fn expression(&mut self, expression: &'a Expression) -> Shape {
        use ExpressionKind as E;
        match &expression.kind {
            E::NotKnown => Shape::Value(Kind::NotKnown),
            E::Truth => Shape::Value(Kind::Truth),
            E::Count(_) | E::Number(_) => Shape::Value(Kind::Number),
            E::Text(_) => Shape::Value(Kind::Text),
            E::Character => {
                let help = "use double quotes: `\"gold\"`";
                self.report(Code::ScriptSyntax, self.span(expression), "a text stands in single quotes", help);
                Shape::Value(Kind::Text)
            }
            E::Other => Shape::Unknown,
            E::Interpolated(parts) => {
                parts.iter().for_each(|part| drop(self.expression(part)));
                Shape::Value(Kind::Text)
            }
            E::List(items) => {
                let shapes: Vec<Shape> = items.iter().map(|item| self.expression(item)).collect();
                Shape::Items(Box::new(shapes.into_iter().reduce(Shape::join).unwrap_or(Shape::Unknown)))
            }
            E::Map(entries) => {
                entries.iter().for_each(|(_, _, value)| drop(self.expression(value)));
                Shape::Value(Kind::Map)
            }
            E::Variable(name) => self.read_variable(name, expression),
            E::Qualified { namespace, name } => self.read_qualified(namespace, name, expression),
            E::This => {
                let help = "give the function a parameter";
                self.report(Code::ScriptForbidden, self.span(expression), "`this` is not available", help);
                Shape::Unknown
            }
            E::Member { object, name, is_optional } => {
                let shape = self.expression(object);
                if *is_optional && matches!(shape, Shape::View(_)) {
                    let message = format!("`{}` is always there", self.text(object));
                    self.warn(self.token(expression.sign), message, "write `.` instead of `?.`");
                }
                self.member(expression, object, &shape, name)
            }
            E::Index { object, index, is_optional } => {
                let shape = self.expression(object);
                if *is_optional && matches!(shape, Shape::Facts(_)) {
                    let message = format!("`{}` is always there", self.text(object));
                    self.warn(self.span(expression), message, "write `[` instead of `?[`");
                }
                let position = self.expression(index);
                self.index(expression, &shape, &position)
            }
            E::Method { object, name, arguments } => {
                let shape = self.expression(object);
                self.method(expression, object, shape, name, arguments)
            }
            E::Call { namespace, name, arguments } => self.call(expression, namespace, name, arguments),
            E::Operator { name, operands } => self.operator(name, expression, operands),
            E::And(parts) | E::Or(parts) => {
                let word = if matches!(expression.kind, E::And(_)) { "&&" } else { "||" };
                parts.iter().for_each(|part| self.condition(part, word));
                Shape::Value(Kind::Truth)
            }
            E::Coalesce(parts) => {
                let shapes: Vec<Shape> = parts.iter().map(|part| self.expression(part)).collect();
                let known = shapes.into_iter().filter(|shape| *shape != Shape::Value(Kind::NotKnown));
                known.reduce(Shape::join).unwrap_or(Shape::Unknown)
            }
            E::Block(body) => self.block(body),
            E::Literal(name) => {
                self.literal(name, &[]);
                Shape::Value(Kind::Function)
            }
        }
    }

    fn read_variable(&mut self, name: &'a str, expression: &Expression) -> Shape {
        if let Some(shape) = self.variable(name) {
            return shape.clone();
        }
        let span = self.span(expression);
        if self.around.iter().any(|around| around == name) {
            let message = format!("`{name}` stands outside this `|…|` function, which can use its own parameters only");
            self.report(
                Code::ScriptUnknownName,
                span,
                message,
                "write a `for` loop, or make it a constant: `global::NAME`",
            );
        } else if self.constant(name) && !self.is_top_level {
            let message = format!("`{name}` is a constant of the file");
            self.report(Code::ScriptUnknownName, span, message, format!("inside a function write `global::{name}`"));
        } else if self.unit.unread_functions.iter().all(|unread| unread != name) {
            let visible = self.scopes.iter().flatten().map(|(known, _)| known.as_str());
            let help = if let Some(near) = did_you_mean(name, visible) {
                format!("did you mean `{near}`?")
            } else if let Some(near) =
                did_you_mean(name, self.unit.tree.constants.iter().map(|constant| constant.name.as_str()))
            {
                format!("did you mean `global::{near}`?")
            } else if let Some(path) = self.path_of_fact(name) {
                format!("did you mean {path}?")
            } else if functions::find(name).is_some()
                || self.unit.tree.functions.iter().any(|function| function.name == name)
            {
                format!("`{name}` is a function: write `{name}(…)`")
            } else {
                "define it first: `let name = …;`".to_owned()
            };
            self.report(Code::ScriptUnknownName, span, format!("`{name}` is not defined"), help);
        }
        Shape::Unknown
    }

    fn read_qualified(&mut self, namespace: &[String], name: &str, expression: &Expression) -> Shape {
        let span = self.span(expression);
        let [alias] = namespace else {
            self.report(
                Code::ScriptUnknownName,
                span,
                format!("`{}` is not defined", self.text(expression)),
                "write `module::NAME`",
            );
            return Shape::Unknown;
        };
        if alias == "global" {
            return self.read_global(name, span);
        }
        let Some(module) = self.module(alias, span) else { return Shape::Unknown };
        if !module.tree.constants.iter().any(|constant| constant.name == name) && module.ast.is_some() {
            let help = match did_you_mean(name, module.tree.constants.iter().map(|constant| constant.name.as_str())) {
                Some(near) => format!("did you mean `{alias}::{near}`?"),
                None => format!("define it in `{}`", module.source.path),
            };
            self.report(Code::ScriptUnknownName, span, format!("the module `{alias}` has no constant `{name}`"), help);
        }
        Shape::Unknown
    }

    fn read_global(&mut self, name: &str, span: Span) -> Shape {
        let unit = self.unit;
        if self.is_top_level {
            let message = "`global::` is for functions";
            self.report(Code::ScriptUnknownName, span, message, format!("at the top of the file write `{name}`"));
            return Shape::Unknown;
        }
        match unit.tree.constants.iter().find(|constant| constant.name == name) {
            Some(constant) => match &constant.value.kind {
                ExpressionKind::Count(_) | ExpressionKind::Number(_) => Shape::Value(Kind::Number),
                ExpressionKind::Text(_) => Shape::Value(Kind::Text),
                ExpressionKind::Truth => Shape::Value(Kind::Truth),
                _ => Shape::Unknown,
            },
            None if unit.unread_functions.iter().any(|unread| unread == name) => Shape::Unknown,
            None => {
                let help = match did_you_mean(name, unit.tree.constants.iter().map(|constant| constant.name.as_str())) {
                    Some(near) => format!("did you mean `global::{near}`?"),
                    None => format!("define it at the top of the file: `const {name} = …;`"),
                };
                self.report(Code::ScriptUnknownName, span, format!("there is no constant `{name}`"), help);
                Shape::Unknown
            }
        }
    }

    fn module(&mut self, alias: &str, span: Span) -> Option<&'a Unit> {
        let (unit, units) = (self.unit, self.units);
        let Some(import) = unit.tree.imports.iter().find(|import| import.alias == alias) else {
            if unit.ast.is_some() {
                let help = match did_you_mean(alias, unit.tree.imports.iter().map(|import| import.alias.as_str())) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("import it: `import \"{alias}\" as {alias};`"),
                };
                self.report(Code::ScriptUnknownName, span, format!("no module is imported as `{alias}`"), help);
            }
            return None;
        };
        units.get(&file_of(import.path.as_deref().unwrap_or_default()))
    }

    /// Where facts of that name are, at most three: `a.x` or `b.x`.
    fn path_of_fact(&self, name: &str) -> Option<String> {
        let views = self.schema.views.iter().filter(|view| view.fact(name).is_some() && !view.is_record);
        let paths: Vec<String> = views.map(|view| format!("`{}.{name}`", view.path)).take(3).collect();
        (!paths.is_empty()).then(|| paths.join(" or "))
    }

    fn member(&mut self, expression: &Expression, object: &Expression, shape: &Shape, name: &str) -> Shape {
        let span = self.token(expression.sign);
        if let Some(member) = self.policy_member(shape, name, span) {
            return member;
        }
        match shape {
            Shape::View(view) => match self.schema.view(*view).fact(name) {
                Some(fact) => fact_shape(self.schema, *view, fact),
                None => {
                    self.unknown_fact(*view, name, span);
                    Shape::Unknown
                }
            },
            Shape::Unknown => {
                let is_fact = self.schema.views.iter().any(|view| view.fact(name).is_some());
                if !is_fact && !self.keys.contains(name) {
                    let all = self.schema.views.iter().flat_map(|view| view.facts.iter().map(|fact| &*fact.name));
                    let help = match did_you_mean(name, all.chain(self.keys.iter().copied())) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None if functions::find(name).is_some() => format!("`{name}` is a function: write `.{name}()`"),
                        None => "see `quotient api` for all facts".to_owned(),
                    };
                    self.report(Code::ScriptUnknownFact, span, format!("there is no fact `{name}`"), help);
                }
                Shape::Unknown
            }
            Shape::Value(Kind::Map) => Shape::Unknown,
            Shape::Facts(_) | Shape::Items(_) | Shape::Value(_) | Shape::Answer(_) => {
                let kind = shape.kind().unwrap_or(Kind::Other);
                let help = if functions::find(name).is_some_and(|function| function.takes(1)) {
                    format!("`{name}` is a function: write `.{name}()`")
                } else if kind == Kind::List {
                    "a list has items: write `for item in list { … }` or `list[0]`".to_owned()
                } else {
                    "only groups of facts have facts".to_owned()
                };
                let message = format!("`{}` is {kind} and has no `{name}`", self.text(object));
                self.report(Code::ScriptUnknownFact, span, message, help);
                Shape::Unknown
            }
        }
    }

    fn unknown_fact(&mut self, view: ViewId, name: &str, span: Span) {
        let schema = self.schema.view(view);
        let here = did_you_mean(name, schema.facts.iter().map(|fact| &*fact.name));
        let help = if let Some(near) = here {
            format!("did you mean `{near}`?")
        } else if let Some(path) = self.path_of_fact(name) {
            format!("did you mean {path}?")
        } else if schema.path == "partner.attributes" {
            "declare it under `[attributes]` in the manifest".to_owned()
        } else if functions::find(name).is_some_and(|function| function.takes(1)) {
            format!("`{name}` is a function: write `.{name}()`")
        } else {
            let names: Vec<String> = schema.facts.iter().map(|fact| format!("`{}`", fact.name)).collect();
            format!("it has {}", names.join(", "))
        };
        self.report(Code::ScriptUnknownFact, span, format!("`{}` has no fact `{name}`", schema.path), help);
    }

    fn index(&mut self, expression: &Expression, shape: &Shape, position: &Shape) -> Shape {
        let span = self.span(expression);
        match shape.kind() {
            Some(Kind::List) => {
                if position.kind().is_some_and(|kind| kind != Kind::Number) {
                    self.report(
                        Code::ScriptKinds,
                        span,
                        "the position in a list is a whole number",
                        "the first item is `list[0]`",
                    );
                }
                shape.item()
            }
            Some(Kind::Map) | None => Shape::Unknown,
            Some(kind) => {
                let help =
                    if kind == Kind::Facts { "name the fact after a point" } else { "only lists and maps have items" };
                self.report(Code::ScriptKinds, span, format!("{kind} has no items"), help);
                Shape::Unknown
            }
        }
    }

    fn method(
        &mut self,
        expression: &'a Expression,
        object: &'a Expression,
        shape: Shape,
        name: &'a str,
        arguments: &'a [Expression],
    ) -> Shape {
        let mut shapes = vec![shape];
        for argument in arguments {
            if let ExpressionKind::Literal(literal) = &argument.kind {
                let item = shapes[0].item();
                let parameters = if name == "reduce" { vec![Shape::Unknown, item] } else { vec![item] };
                let given = self.literal(literal, &parameters);
                if let Some(kind) = given.kind().filter(|kind| *kind != Kind::Truth)
                    && matches!(name, "filter" | "some" | "all")
                {
                    let message = format!("the test of `{name}` gives {kind} instead of true or false");
                    let help = "compare in the test: `|item| item.amount > 1000`";
                    self.report(Code::ScriptKinds, self.span(argument), message, help);
                }
                shapes.push(Shape::Value(Kind::Function));
            } else {
                shapes.push(self.expression(argument));
            }
        }
        let span = self.token(expression.sign);
        let Some(function) = functions::find(name) else {
            let own = self.unit.tree.functions.iter().find(|function| function.name == name);
            if own.is_some() {
                self.called.insert((name.to_owned(), arguments.len() + 1));
                self.called.insert((name.to_owned(), arguments.len()));
                let help = format!("write `{name}({}, …)`", self.text(object));
                self.report(
                    Code::ScriptUnknownFunction,
                    span,
                    format!("`{name}` is a function of the file, not of a value"),
                    help,
                );
            } else {
                self.unknown_function(name, arguments.len() + 1, span);
            }
            return Shape::Unknown;
        };
        let whole: Vec<&Expression> = std::iter::once(object).chain(arguments).collect();
        let known = self.policy_call(function, &shapes, &whole, span);
        let shape = self.host_call(function, &shapes, span, Some(object));
        known.unwrap_or(shape)
    }

    fn call(
        &mut self,
        expression: &'a Expression,
        namespace: &'a [String],
        name: &'a str,
        arguments: &'a [Expression],
    ) -> Shape {
        let mut shapes: Vec<Shape> = Vec::new();
        for argument in arguments {
            let shape = match &argument.kind {
                ExpressionKind::Literal(literal) => {
                    let item = shapes.first().map_or(Shape::Unknown, Shape::item);
                    let parameters = if name == "reduce" { vec![Shape::Unknown, item] } else { vec![item] };
                    self.literal(literal, &parameters);
                    Shape::Value(Kind::Function)
                }
                _ => self.expression(argument),
            };
            shapes.push(shape);
        }
        let span = self.token(expression.sign);
        match namespace {
            [] => self.plain_call(expression, name, arguments, shapes, span),
            [alias] if alias != "global" => {
                if let Some(module) = self.module(alias, span) {
                    let path = module.source.path.clone();
                    let is_there =
                        module.tree.function(name, shapes.len()).is_some_and(|function| !function.is_private);
                    if is_there {
                        learned_join(
                            &mut self.learned,
                            [((path, name.to_owned(), shapes.len()), shapes)].into_iter().collect(),
                        );
                    } else if module.ast.is_some() {
                        let whole = self.span(expression);
                        let whole = Span {
                            start: whole.start,
                            end: self.unit.source.text[whole.start..whole.end]
                                .find('(')
                                .map_or(whole.end, |at| whole.start + at),
                        };
                        self.unknown_module_function(alias, module, name, shapes.len(), whole);
                    }
                }
                Shape::Unknown
            }
            _ => {
                self.report(
                    Code::ScriptUnknownFunction,
                    span,
                    format!("`{}` is not defined", self.text(expression)),
                    format!("write `{name}(…)`"),
                );
                Shape::Unknown
            }
        }
    }

    fn plain_call(
        &mut self,
        expression: &'a Expression,
        name: &'a str,
        arguments: &'a [Expression],
        shapes: Vec<Shape>,
        span: Span,
    ) -> Shape {
        self.called.insert((name.to_owned(), shapes.len()));
        if self.unit.tree.function(name, shapes.len()).is_some() {
            let key = (self.unit.source.path.clone(), name.to_owned(), shapes.len());
            if self.is_top_level {
                let help = "write the value out, or calculate it inside a function";
                self.report(Code::ScriptForbidden, span, "a constant calls a function of the file", help);
            }
            learned_join(&mut self.learned, [(key, shapes)].into_iter().collect());
            return Shape::Unknown;
        }
        if let Some(function) = functions::find(name) {
            if matches!(name, "lookup" | "has_row") {
                self.lookup(arguments);
            }
            let known = self.policy_call(function, &shapes, &arguments.iter().collect::<Vec<_>>(), span);
            let shape = self.host_call(function, &shapes, span, None);
            return known.unwrap_or(shape);
        }
        if !self.unit.unread_functions.iter().any(|unread| unread == name) {
            let own: Vec<&Function> =
                self.unit.tree.functions.iter().filter(|function| function.name == name).collect();
            if let Some(function) = own.first() {
                self.called.insert((name.to_owned(), function.parameters.len()));
                let help = format!("write `{name}({})`", function.parameters.join(", "));
                let message =
                    format!("`{name}` takes {}, not {}", arguments_words(function.parameters.len()), shapes.len());
                self.report(Code::ScriptUnknownFunction, span, message, help);
            } else if self.variable(name).is_some() {
                let message = format!("`{name}` is a variable, not a function");
                self.report(
                    Code::ScriptUnknownFunction,
                    span,
                    message,
                    "functions are defined at the top level: `fn name(x) { … }`",
                );
            } else {
                let _ = expression;
                self.unknown_function(name, shapes.len(), span);
            }
        }
        Shape::Unknown
    }

    fn unknown_function(&mut self, name: &str, _arguments: usize, span: Span) {
        if let Some((_, help)) = UNAVAILABLE.iter().find(|(word, _)| *word == name) {
            let code = if matches!(name, "round" | "ceiling_to" | "sqrt") {
                Code::ScriptUnknownFunction
            } else {
                Code::ScriptForbidden
            };
            let message = if name == "round" {
                "`round` does not say what happens to halves".to_owned()
            } else {
                format!("`{name}` is not available in rules")
            };
            self.report(code, span, message, *help);
            return;
        }
        let own = self.unit.tree.functions.iter().map(|function| function.name.as_str());
        let help = match did_you_mean(name, own.chain(functions::all().map(|function| function.name))) {
            Some(near) => match functions::find(near) {
                Some(function) => format!("did you mean `{}`?", signature(function)),
                None => format!("did you mean `{near}`?"),
            },
            None => format!("define it: `fn {name}(…) {{ … }}`; `quotient api` lists all functions"),
        };
        self.report(Code::ScriptUnknownFunction, span, format!("there is no function `{name}`"), help);
    }

    fn unknown_module_function(&mut self, alias: &str, module: &Unit, name: &str, arguments: usize, span: Span) {
        let (message, help) = match module.tree.functions.iter().find(|function| function.name == name) {
            Some(function) if function.is_private => {
                (format!("`{alias}::{name}` is private"), format!("remove `private` in `{}`", module.source.path))
            }
            Some(function) => (
                format!("`{alias}::{name}` takes {}, not {arguments}", arguments_words(function.parameters.len())),
                format!("write `{alias}::{name}({})`", function.parameters.join(", ")),
            ),
            None => (
                format!("the module `{alias}` has no function `{name}`"),
                match did_you_mean(name, module.tree.functions.iter().map(|function| function.name.as_str())) {
                    Some(near) => format!("did you mean `{alias}::{near}`?"),
                    None => format!("define it in `{}`", module.source.path),
                },
            ),
        };
        self.report(Code::ScriptUnknownFunction, span, message, help);
    }

    fn host_call(
        &mut self,
        function: &'static HostFunction,
        shapes: &[Shape],
        span: Span,
        object: Option<&Expression>,
    ) -> Shape {
        if !function.takes(shapes.len()) {
            let counts: Vec<String> = function
                .signatures
                .iter()
                .map(|names| (names.len() - usize::from(object.is_some())).to_string())
                .collect();
            let given = shapes.len() - usize::from(object.is_some());
            let plural = if counts == ["1"] { "" } else { "s" };
            let message = format!("`{}` takes {} argument{plural}, not {given}", function.name, counts.join(" or "));
            let help = match object {
                Some(object) => format!("write `{}.{}`", self.text(object), signature_after(function)),
                None => format!("write `{}`", signature(function)),
            };
            self.report(Code::ScriptUnknownFunction, span, message, help);
            return Shape::Unknown;
        }
        match function.name {
            "filter" => Shape::Items(Box::new(shapes[0].item())),
            "map" => Shape::Items(Box::new(Shape::Unknown)),
            "first" | "last" => shapes[0].item(),
            "min" | "max" => match shapes {
                [Shape::Value(Kind::Number), Shape::Value(Kind::Number)] => Shape::Value(Kind::Number),
                [list] => list.item(),
                _ => Shape::Unknown,
            },
            _ => returned(function).map_or(Shape::Unknown, Shape::Value),
        }
    }

    fn lookup(&mut self, arguments: &'a [Expression]) {
        let tables = &self.context.tables;
        let Some(ExpressionKind::Text(name)) = arguments.first().map(|first| &first.kind) else { return };
        let Some(table) = tables.get(name) else {
            let help = match did_you_mean(name, tables.names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("put `{name}.csv` beside the rules"),
            };
            self.report(
                Code::ScriptUnknownName,
                self.span(&arguments[0]),
                format!("there is no lookup table `{name}`"),
                help,
            );
            return;
        };
        if let Some(last) = arguments.get(2)
            && let ExpressionKind::Text(column) = &last.kind
            && table.column(column).is_none()
        {
            let help = match table.nearest_column(column) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    let names: Vec<String> = table.columns.iter().map(|(name, _)| format!("`{name}`")).collect();
                    format!("it has {}", names.join(", "))
                }
            };
            self.report(
                Code::ScriptUnknownName,
                self.span(last),
                format!("the lookup table `{name}` has no column `{column}`"),
                help,
            );
        }
    }

    /// Checks the body of a `|x| …` where it is used, so that the kinds of its parameters are known.
    fn literal(&mut self, name: &str, shapes: &[Shape]) -> Shape {
        let unit = self.unit;
        let Some(function) = unit.tree.literals.iter().find(|literal| literal.name == name) else {
            return Shape::Unknown;
        };
        let visible: Vec<String> = self.scopes.iter().flatten().map(|(name, _)| name.clone()).collect();
        let around = std::mem::replace(&mut self.around, visible);
        let was_top_level = std::mem::replace(&mut self.is_top_level, false);
        let mut shapes = shapes.to_vec();
        shapes.resize(function.parameters.len(), Shape::Unknown);
        let shape = self.body(function, shapes);
        self.around = around;
        self.is_top_level = was_top_level;
        shape
    }

    fn operator(&mut self, name: &'a str, expression: &'a Expression, operands: &'a [Expression]) -> Shape {
        let shapes: Vec<Shape> = operands.iter().map(|operand| self.expression(operand)).collect();
        match (name, &shapes[..]) {
            (".." | "..=", _) => Shape::Value(Kind::Range),
            // `item in list`
            ("contains", _) => Shape::Value(Kind::Truth),
            (_, [only]) => {
                let kind = only.kind();
                let wanted = if name == "!" { Kind::Truth } else { Kind::Number };
                if let Some(found) = kind.filter(|kind| *kind != wanted) {
                    let (message, help) = operand_words(name, found);
                    self.report(Code::ScriptKinds, self.span(expression), message, help);
                }
                Shape::Value(wanted)
            }
            (_, [left, right]) => {
                self.pair(name, expression.sign, left, right);
                match name {
                    "==" | "!=" | "<" | "<=" | ">" | ">=" => Shape::Value(Kind::Truth),
                    "+" if left.kind() == Some(Kind::Text) => Shape::Value(Kind::Text),
                    "+" if left.kind().is_none() && right.kind().is_none() => Shape::Unknown,
                    _ => Shape::Value(Kind::Number),
                }
            }
            _ => Shape::Unknown,
        }
    }

    fn pair(&mut self, operator: &str, at: usize, left: &Shape, right: &Shape) {
        let (Some(left), Some(right)) = (left.kind(), right.kind()) else { return };
        let is_equality = matches!(operator, "==" | "!=");
        let is_fine = match (left, right) {
            (Kind::NotKnown, _) | (_, Kind::NotKnown) => is_equality,
            (Kind::Number, Kind::Number) => !matches!(operator, "&" | "|" | "^" | "<<" | ">>"),
            (Kind::Text, Kind::Text) => is_equality || matches!(operator, "<" | "<=" | ">" | ">=" | "+"),
            (Kind::Date, Kind::Date) => is_equality || matches!(operator, "<" | "<=" | ">" | ">="),
            (Kind::Truth, Kind::Truth) => is_equality,
            _ => false,
        };
        if is_fine {
            return;
        }
        let span = self.token(at);
        if matches!(operator, "&" | "|") && left == Kind::Truth {
            let help = format!("write `{operator}{operator}`");
            self.report(Code::ScriptForbidden, span, format!("`{operator}` works on the bits of numbers"), help);
            return;
        }
        let (message, help) = pair_words(operator, left, right);
        self.report(Code::ScriptKinds, span, message, help);
    }
}

fn fact_shape(schema: &FactSchema, view: ViewId, fact: &Fact) -> Shape {
    match fact.kind {
        FactKind::Money | FactKind::Rate | FactKind::Count => Shape::Value(Kind::Number),
        FactKind::Text => Shape::Value(Kind::Text),
        FactKind::Truth => Shape::Value(Kind::Truth),
        FactKind::Date => Shape::Value(Kind::Date),
        FactKind::List | FactKind::View => match schema.target(view, &fact.name) {
            Some(Value::View(view)) => Shape::View(view),
            Some(Value::List(list)) => Shape::Facts(list),
            _ => Shape::Unknown,
        },
    }
}

fn arguments_words(count: usize) -> String {
    if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") }
}

/// `clamp(x, low, high)`.
fn signature(function: &HostFunction) -> String {
    let names = function.signatures.last().map(|names| names.join(", ")).unwrap_or_default();
    format!("{}({names})", function.name)
}

/// `because(reason)`: without the value before the point.
fn signature_after(function: &HostFunction) -> String {
    let names =
        function.signatures.last().map(|names| names.get(1..).unwrap_or_default().join(", ")).unwrap_or_default();
    format!("{}({names})", function.name)
}
