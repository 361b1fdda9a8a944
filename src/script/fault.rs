//! What went wrong while a script ran, in the author's words.

use super::api::complaint::{Complaint, operand_words, pair_words};
use super::api::functions;
use super::api::inspect::shown;
use super::api::kind::Kind;
use super::api::value::View;
use super::budget::{Exhausted, ScriptBudget, under_budget};
use super::cause::{Growing, RuntimeFault};
use super::evaluate::evaluate;
use super::program::{Inner, Program, Unit};
use super::sandbox::{self, Recorded};
use super::source::{Source, shortened};
use super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind, Tree};
use super::{EntryPoint, FactKind, Facts};
use crate::finding::{Code, Finding, Panicked, Place, Span};
use rhai::{Caches, Dynamic, EvalAltResult, Position};

/// A script that failed while it ran.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptFault {
    /// What is wrong, where, and what to do.
    pub finding: Finding,
    /// Facts, variables and constants on the failing line with their values, in the order they stand there.
    pub values: Vec<(String, String)>,
}

impl From<ScriptFault> for Finding {
    fn from(fault: ScriptFault) -> Self {
        if fault.values.is_empty() {
            return fault.finding;
        }
        fault.finding.in_context(|context| context.values = fault.values)
    }
}

impl From<Finding> for ScriptFault {
    fn from(finding: Finding) -> Self {
        Self { finding, values: Vec::new() }
    }
}

/// Why a call gave nothing.
pub(super) enum Failure {
    Script(Box<EvalAltResult>),
    Panicked(Panicked),
}

/// Explains a failed call, with the values on the failing line.
pub(super) fn explain(
    inner: &Inner,
    program: &Program,
    entry: EntryPoint,
    facts: &Facts,
    failure: Failure,
) -> ScriptFault {
    let fault = match failure {
        Failure::Script(fault) => fault,
        Failure::Panicked(Panicked) => {
            let message = "the engine itself failed on this rule, which is a bug of ours";
            return Finding::error(Code::ScriptEngine, message).at(program.place_of_entry(entry)).into();
        }
    };
    let (innermost, file, position) = innermost(&fault);
    let failing = file.and_then(|file| inner.programs.get(file)).unwrap_or(program);
    let site = Site { source: &failing.source, tree: &failing.tree };
    let offset = site.offset(position);
    let finding = match offset {
        Some(offset) => site.finding(innermost, offset),
        None => site.finding_nowhere(innermost, program.place_of_entry(entry)),
    };
    let finding = match finding.cause() {
        Some(RuntimeFault::Budget { .. } | RuntimeFault::TooLarge { .. } | RuntimeFault::Recursion {}) => {
            blame(inner, program, entry, facts, finding)
        }
        Some(RuntimeFault::NotKnown { expression, .. }) => {
            let fault = not_known_of(inner, entry, expression.clone());
            finding.with_fault(fault)
        }
        Some(RuntimeFault::TooManyVariables {}) | None => finding,
    };
    let is_budget = finding.code() == Code::ScriptBudget;
    let values = match offset {
        Some(offset) if !is_budget => {
            let recorded = record(inner, program, entry, facts);
            site.values(offset, failing, inner, &recorded)
        }
        _ => Vec::new(),
    };
    ScriptFault { finding, values }
}

/// Rhai loses the position of an exhausted budget at every function it leaves: finds the loop or recursion instead.
fn blame(inner: &Inner, program: &Program, entry: EntryPoint, facts: &Facts, mut finding: Finding) -> Finding {
    let sites = std::iter::once(program).chain(inner.programs.values().filter(|other| other.number != program.number));
    let in_loop = match finding.cause() {
        // Where a loop is known already, it is right.
        Some(RuntimeFault::Budget { in_loop: true, .. }) => return finding,
        Some(RuntimeFault::Budget { limit, .. }) => RuntimeFault::Budget { limit: *limit, in_loop: true },
        Some(RuntimeFault::TooLarge { value, .. }) => RuntimeFault::TooLarge { value: *value, in_loop: true },
        Some(RuntimeFault::Recursion {}) => {
            if let Some(place) = sites.clone().find_map(|program| Site::of(program).recursion()) {
                finding.places = vec![place];
            }
            return finding;
        }
        _ => return finding,
    };
    let mut loops: Vec<(Site<'_>, &Statement)> = Vec::new();
    for program in sites {
        let site = Site::of(program);
        site.loops().into_iter().for_each(|found| loops.push((Site::of(program), found)));
    }
    if loops.len() > 1 {
        // The variable that was read last before the end stands in the loop that went on.
        let last = record(inner, program, entry, facts).last_name().map(ToOwned::to_owned);
        loops.retain(|(_, found)| {
            let mut reads = false;
            found.walk(&mut |expression| {
                reads |= matches!(&expression.kind, ExpressionKind::Variable(name) if Some(name) == last.as_ref())
            });
            reads
        });
        // Inner loops stand later; the innermost is the one.
        loops.reverse();
    }
    if let Some((site, found)) = loops.first() {
        finding.places = vec![site.place(site.source.token(found.at))];
        return finding.with_fault(in_loop);
    }
    finding
}

/// The fault of a value that is not known, with a replacement of the fact's own kind.
///
/// A policy cannot abstain, and where a list may be missing an empty one takes its place.
fn not_known_of(inner: &Inner, entry: EntryPoint, expression: Option<String>) -> RuntimeFault {
    let is_policy = matches!(entry, EntryPoint::Policy(_));
    let fact = expression.as_deref().and_then(|path| path.rsplit_once('.')).and_then(|(group, name)| {
        inner.schema.views.iter().find(|view| view.path == group).and_then(|view| view.fact(name))
    });
    let table = expression.as_deref().and_then(|path| path.strip_prefix("partner."));
    let mut tables = inner.schema.policy.iter().flat_map(|policy| &policy.tables);
    let fallback = match fact.map(|fact| fact.kind) {
        Some(FactKind::Text) => "\"\"",
        Some(FactKind::Truth) => "false",
        Some(FactKind::Date) => "date(\"2026-01-01\")",
        _ if is_policy && tables.any(|known| Some(&*known.name) == table) => "[]",
        _ => "0",
    };
    RuntimeFault::NotKnown { expression, fallback: fallback.to_owned(), may_abstain: !is_policy }
}

/// Runs the call once more, noting what its variables were.
fn record(inner: &Inner, program: &Program, entry: EntryPoint, facts: &Facts) -> Recorded {
    let recorder = inner.recorder();
    let run = || under_budget(inner.budget, || drop(evaluate(recorder, program, entry, facts, &mut Caches::new())));
    sandbox::recording(run).1
}

/// Explains why the constants of a file cannot be evaluated.
pub(super) fn finding_of_constants(unit: &Unit, fault: &EvalAltResult) -> Finding {
    let site = Site { source: &unit.source, tree: &unit.tree };
    let (innermost, _, position) = innermost(fault);
    match site.offset(position) {
        Some(offset) => site.finding(innermost, offset),
        None => site.finding_nowhere(innermost, Place::file(unit.source.path.as_str())),
    }
}

/// The error inside all calls, the file it is in when calls say so, and the nearest known position.
fn innermost(fault: &EvalAltResult) -> (&EvalAltResult, Option<&str>, Position) {
    let mut at = fault;
    let mut file = None;
    let mut position = fault.position();
    loop {
        match at {
            EvalAltResult::ErrorInFunctionCall(_, source, inner, _) => {
                if !source.is_empty() {
                    file = Some(source.as_str());
                }
                at = inner;
            }
            EvalAltResult::ErrorInModule(_, inner, _) => at = inner,
            _ => return (at, file, position),
        }
        if !at.position().is_none() {
            position = at.position();
        }
    }
}

struct Site<'a> {
    source: &'a Source,
    tree: &'a Tree,
}

/// What stands at the failing position.
enum Node<'a> {
    Expression(&'a Expression),
    /// `target += value`
    Assignment(&'a Expression, &'a Expression),
}

impl<'a> Node<'a> {
    fn operands(&self) -> Vec<&'a Expression> {
        match self {
            Self::Assignment(target, value) => vec![target, value],
            Self::Expression(expression) => match &expression.kind {
                ExpressionKind::Operator { operands, .. } => operands.iter().collect(),
                ExpressionKind::Call { arguments, .. } => arguments.iter().collect(),
                ExpressionKind::Method { object, arguments, .. } => {
                    std::iter::once(&**object).chain(arguments).collect()
                }
                ExpressionKind::Member { object, .. } => vec![object],
                ExpressionKind::Index { object, index, .. } => vec![object, index],
                _ => Vec::new(),
            },
        }
    }
}

impl<'a> Site<'a> {
    fn of(program: &'a Program) -> Self {
        Self { source: &program.source, tree: &program.tree }
    }

    /// Every loop, outer ones before those inside.
    fn loops(&self) -> Vec<&'a Statement> {
        let mut loops = Vec::new();
        self.each_statement(&mut |statement| {
            if matches!(
                statement.kind,
                StatementKind::For { .. } | StatementKind::While { .. } | StatementKind::DoWhile { .. }
            ) {
                loops.push(statement);
            }
        });
        loops
    }

    /// The first call by which a function reaches itself.
    fn recursion(&self) -> Option<Place> {
        let mut calls: Vec<(&str, &'a Expression, &str)> = Vec::new();
        for function in &self.tree.functions {
            for statement in &function.body {
                statement.walk(&mut |expression| {
                    if let ExpressionKind::Call { name, .. } = &expression.kind {
                        calls.push((&function.name, expression, name));
                    }
                });
            }
        }
        let reaches = |from: &str, to: &str| {
            let (mut seen, mut open) = (vec![from], vec![from]);
            while let Some(at) = open.pop() {
                if at == to {
                    return true;
                }
                for (_, _, next) in calls.iter().filter(|(caller, _, _)| *caller == at) {
                    if !seen.contains(next) {
                        seen.push(next);
                        open.push(next);
                    }
                }
            }
            false
        };
        let (_, call, _) = calls.iter().find(|(caller, _, called)| reaches(called, caller))?;
        Some(self.place(call.span(self.source)))
    }

    fn offset(&self, position: Position) -> Option<usize> {
        position.line().map(|line| self.source.offset(line, position.position().unwrap_or(1)))
    }

    fn text(&self, expression: &Expression) -> String {
        shortened(self.source.slice(expression.span(self.source)))
    }

    fn node(&self, offset: usize) -> Option<Node<'a>> {
        let mut assignment = None;
        self.each_statement(&mut |statement| {
            if let StatementKind::Assign { target, operator: Some(_), operator_at, value } = &statement.kind
                && *operator_at == offset
            {
                assignment = Some(Node::Assignment(target, value));
            }
        });
        if assignment.is_some() {
            return assignment;
        }
        // Of several expressions at one place the outermost with operands is the one that failed.
        let mut found: Option<&Expression> = None;
        self.tree.walk(&mut |expression| {
            let rank = |expression: &Expression| match &expression.kind {
                ExpressionKind::Operator { .. } | ExpressionKind::Call { .. } | ExpressionKind::Method { .. } => 2,
                ExpressionKind::Member { .. } | ExpressionKind::Index { .. } => 1,
                _ => 0,
            };
            if expression.sign == offset && found.is_none_or(|found| rank(expression) > rank(found)) {
                found = Some(expression);
            }
        });
        found.map(Node::Expression)
    }

    fn each_statement(&self, visit: &mut impl FnMut(&'a Statement)) {
        for function in self.functions() {
            function.body.iter().for_each(|statement| statement.walk_statements(visit));
        }
    }

    fn functions(&self) -> impl Iterator<Item = &'a Function> {
        self.tree.functions.iter().chain(&self.tree.literals)
    }

    fn place(&self, span: Span) -> Place {
        self.source.place(span, "")
    }

    fn finding_nowhere(&self, fault: &EvalAltResult, place: Place) -> Finding {
        let mut finding = self.finding(fault, 0);
        finding.places = vec![place];
        finding
    }

    fn finding(&self, fault: &EvalAltResult, offset: usize) -> Finding {
        use EvalAltResult as E;
        let here = self.source.token(offset);
        let error =
            |code, message: String, help: String, span| Finding::error(code, message).at(self.place(span)).help(help);
        match fault {
            E::ErrorRuntime(value, _) => match value.clone().try_cast::<Complaint>() {
                Some(complaint) => self.complaint(&complaint, offset),
                None => {
                    let text = if value.is_unit() { "without saying why".to_owned() } else { shown(value) };
                    error(
                        Code::ScriptRuntime,
                        format!("the rule stopped itself: {text}"),
                        "see the `throw` in the rule".to_owned(),
                        here,
                    )
                }
            },
            E::ErrorTerminated(token, _) => {
                let limit = token.clone().try_cast::<Exhausted>();
                self.exhausted(limit.unwrap_or(Exhausted::Time(ScriptBudget::default().time)), offset)
            }
            E::ErrorTooManyOperations(_) => {
                self.exhausted(Exhausted::Operations(ScriptBudget::default().operations), offset)
            }
            E::ErrorStackOverflow(_) => Finding::from(RuntimeFault::Recursion {}).at(self.place(here)),
            E::ErrorTooManyVariables(_) => Finding::from(RuntimeFault::TooManyVariables {}).at(self.place(here)),
            E::ErrorDataTooLarge(what, _) => {
                let value = match what.as_str() {
                    "Length of string" => Growing::String,
                    "Size of array/BLOB" | "Size of array" => Growing::List,
                    "Size of object map" => Growing::Map,
                    _ => Growing::Other,
                };
                let in_loop = self.loop_around(offset).is_some();
                Finding::from(RuntimeFault::TooLarge { value, in_loop }).at(self.place(here))
            }
            E::ErrorDotExpr(text, _) | E::ErrorIndexingType(text, _) => self.no_member(text, offset),
            E::ErrorMismatchDataType(_, found, _) => self.mismatch(found, offset),
            E::ErrorArrayBounds(length, index, _) => {
                let items = if *length == 1 { "1 item".to_owned() } else { format!("{length} items") };
                let help = "ask `len()` first; the first item is `list[0]`, the last `list[-1]`".to_owned();
                error(Code::ScriptRuntime, format!("the list has {items}; there is none at {index}"), help, here)
            }
            E::ErrorPropertyNotFound(name, _) => {
                let help = "test for it: `\"name\" in map`".to_owned();
                error(Code::ScriptUnknownFact, format!("the map has no `{name}`"), help, here)
            }
            E::ErrorFor(_) => self.no_loop(offset),
            E::ErrorFunctionNotFound(name, _) => {
                let name = name.split([' ', '(']).next().unwrap_or_default().to_owned();
                let help = "`quotient api` lists all functions".to_owned();
                error(
                    Code::ScriptUnknownFunction,
                    format!("there is no function `{name}` for these values"),
                    help,
                    here,
                )
            }
            E::ErrorVariableNotFound(name, _) => {
                error(Code::ScriptUnknownName, format!("`{name}` is not defined"), "define it first".to_owned(), here)
            }
            E::ErrorAssignmentToConstant(name, _) => error(
                Code::ScriptForbidden,
                format!("`{}` cannot be changed", if name.is_empty() { self.source.slice(here) } else { name }),
                "use a variable: `let`".to_owned(),
                here,
            ),
            E::ErrorNonPureMethodCallOnConstant(name, _) => error(
                Code::ScriptForbidden,
                format!("`{name}` cannot change a constant"),
                "copy it into a variable: `let`".to_owned(),
                here,
            ),
            other => {
                let text = other.to_string();
                let text = text.split(" (line ").next().unwrap_or_default().replace('\'', "`");
                let mut letters = text.chars();
                let message: String =
                    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default();
                error(Code::ScriptRuntime, message, "see `quotient api`".to_owned(), here)
            }
        }
    }

    fn complaint(&self, complaint: &Complaint, offset: usize) -> Finding {
        let node = self.node(offset);
        let operands = node.as_ref().map(Node::operands).unwrap_or_default();
        let whole = match &node {
            Some(Node::Expression(expression)) => expression.span(self.source),
            Some(Node::Assignment(target, value)) => Span { start: target.at, end: value.span(self.source).end },
            None => self.source.token(offset),
        };
        match complaint {
            Complaint::NotKnown { operand } => match operands.get(*operand) {
                Some(operand) => self.not_known(operand),
                None => Finding::from(not_known(None)).at(self.place(whole)),
            },
            Complaint::Pair { operator, left, right } => {
                let (message, help) = pair_words(operator, *left, *right);
                Finding::error(Code::ScriptKinds, message).at(self.place(whole)).help(help)
            }
            Complaint::Operand { operator, found } => {
                let (message, help) = operand_words(operator, *found);
                Finding::error(Code::ScriptKinds, message).at(self.place(whole)).help(help)
            }
            Complaint::Argument { function, argument, expected, found } => {
                let names = functions::find(function)
                    .and_then(|declared| {
                        declared.signatures.iter().find(|names| names.len() == operands.len().max(argument + 1))
                    })
                    .copied()
                    .unwrap_or_default();
                let name = names.get(*argument).copied().unwrap_or("its value");
                let span = operands.get(*argument).map_or(whole, |operand| operand.span(self.source));
                let help = match names {
                    [] => String::new(),
                    names => format!("write `{function}({})`", names.join(", ")),
                };
                Finding::error(Code::ScriptKinds, format!("`{function}` needs {expected} as {name}, not {found}"))
                    .at(self.place(span))
                    .help(help)
            }
            Complaint::Other { code, message, help } => {
                Finding::error(*code, message.clone()).at(self.place(whole)).help(help.clone())
            }
        }
    }

    /// The fact, variable or calculation is not known.
    fn not_known(&self, expression: &Expression) -> Finding {
        Finding::from(not_known(Some(self.text(expression)))).at(self.place(expression.span(self.source)))
    }

    fn no_member(&self, text: &str, offset: usize) -> Finding {
        let node = self.node(offset);
        let object = node.as_ref().map(Node::operands).unwrap_or_default().first().copied();
        if let Some(object) = object.filter(|_| text.contains("'()'") || text == "()") {
            return self.not_known(object);
        }
        let here = self.source.token(offset);
        let message = match object {
            Some(object) => format!("`{}` has no `{}`", self.text(object), self.source.slice(here)),
            None => format!("there is no `{}` here", self.source.slice(here)),
        };
        Finding::error(Code::ScriptUnknownFact, message).at(self.place(here)).help("see `quotient api` for all facts")
    }

    fn mismatch(&self, found: &str, offset: usize) -> Finding {
        // The position is that of a condition's own sign, or where it starts.
        let mut condition: Option<&Expression> = None;
        self.tree.walk(&mut |expression| {
            if (expression.sign == offset || expression.at == offset) && condition.is_none() {
                condition = Some(expression);
            }
        });
        match condition {
            Some(condition) if found == "()" => self.not_known(condition),
            Some(condition) => Finding::error(
                Code::ScriptKinds,
                format!("`{}` is not of the kind that is needed here", self.text(condition)),
            )
            .at(self.place(condition.span(self.source)))
            .help("a condition is true or false; a position in a list is a whole number; a key of a map is a text"),
            None => Finding::error(Code::ScriptKinds, "a value is not of the kind that is needed here")
                .at(self.place(self.source.token(offset)))
                .help("a condition is true or false; a position in a list is a whole number"),
        }
    }

    fn no_loop(&self, offset: usize) -> Finding {
        let mut over = None;
        self.tree.walk(&mut |expression| {
            if (expression.sign == offset || expression.at == offset) && over.is_none() {
                over = Some(expression);
            }
        });
        let (span, text) = match over {
            Some(over) => (over.span(self.source), self.text(over)),
            None => (self.source.token(offset), "this".to_owned()),
        };
        Finding::error(Code::ScriptKinds, format!("`for` cannot go over `{text}`"))
            .at(self.place(span))
            .help("it goes over lists and ranges; where the list may be missing write `?? []`")
    }

    /// The innermost loop around `offset`.
    fn loop_around(&self, offset: usize) -> Option<Span> {
        let mut found = None;
        self.each_statement(&mut |statement| {
            let body = match &statement.kind {
                StatementKind::For { body, .. }
                | StatementKind::While { body, .. }
                | StatementKind::DoWhile { body, .. } => body,
                _ => return,
            };
            let open = self.source.text[statement.at..].find('{').map_or(statement.at, |at| statement.at + at);
            let end = body.last().map_or(open, |last| last.at).max(self.source.closing(open));
            if statement.at <= offset && offset <= end {
                found = Some(self.source.token(statement.at));
            }
        });
        found
    }

    fn exhausted(&self, limit: Exhausted, offset: usize) -> Finding {
        let place = self.loop_around(offset);
        Finding::from(RuntimeFault::Budget { limit, in_loop: place.is_some() })
            .at(self.place(place.unwrap_or_else(|| self.source.token(offset))))
    }

    fn values(&self, offset: usize, failing: &Program, inner: &Inner, recorded: &Recorded) -> Vec<(String, String)> {
        let line = self.source.line(offset);
        let mut named: Vec<&Expression> = Vec::new();
        let mut inside: Vec<Span> = Vec::new();
        self.tree.walk(&mut |expression| {
            let is_value = match &expression.kind {
                ExpressionKind::Variable(_) | ExpressionKind::Qualified { .. } => true,
                ExpressionKind::Member { object, .. } => is_path(object),
                _ => false,
            };
            let span = Span { start: expression.at, end: expression.sign };
            let is_part = inside.iter().any(|whole| whole.start <= span.start && span.end <= whole.end);
            if is_value && !is_part && self.source.line(expression.at) == line {
                inside.push(span);
                named.push(expression);
            }
        });
        named.sort_by_key(|expression| expression.at);
        let mut values: Vec<(String, String)> = Vec::new();
        for expression in named {
            let name = self.text(expression);
            if values.iter().any(|(known, _)| *known == name) {
                continue;
            }
            // Where a member has no value, what it is a member of may be the news.
            let mut at = Some(expression);
            while let Some(expression) = at {
                if let Some(value) = self.value(expression, failing, inner, recorded) {
                    // The partner as a whole says nothing.
                    if Kind::of(&value) != Kind::Facts {
                        values.push((self.text(expression), shown(&value)));
                    }
                    break;
                }
                at = match &expression.kind {
                    ExpressionKind::Member { object, .. } => Some(object),
                    _ => None,
                };
            }
        }
        values
    }

    fn value(&self, expression: &Expression, failing: &Program, inner: &Inner, recorded: &Recorded) -> Option<Dynamic> {
        match &expression.kind {
            ExpressionKind::Variable(name) => recorded.get(name).cloned(),
            ExpressionKind::Qualified { namespace, name } => {
                let [alias] = &namespace[..] else { return None };
                let (_, module) = failing.imports.iter().find(|(known, _)| known == alias)?;
                module.get_var(name)
            }
            ExpressionKind::Member { object, name, .. } => {
                let object = self.value(object, failing, inner, recorded)?;
                member(inner, &object, name)
            }
            _ => None,
        }
    }
}

fn not_known(expression: Option<String>) -> RuntimeFault {
    RuntimeFault::NotKnown { expression, fallback: "0".to_owned(), may_abstain: true }
}

fn is_path(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::Member { object, .. } => is_path(object),
        _ => false,
    }
}

/// A member of a group of facts or of a map.
fn member(inner: &Inner, object: &Dynamic, name: &str) -> Option<Dynamic> {
    if let Ok(map) = object.as_map_ref() {
        return map.get(name).cloned();
    }
    let view = object.read_lock::<View>()?;
    let fact = inner.schema.view(view.view).fact(name)?;
    let value = fact.read(&view.facts, view.index).ok()?;
    Some(value.into_dynamic(&view.facts, view.index))
}
