//! Lowering: what is known while a rule is turned into typed code, and why it may not be possible.

use super::super::EntryPoint;
use super::super::api::facts::FactSchema;
use super::super::api::ids::{ListId, PARTNER, ViewId};
use super::super::api::value::{items, number};
use super::super::program::Program;
use super::super::shadow::Watch;
use super::super::table::Tables;
use super::super::tree::{Expression, ExpressionKind, Function};
use super::frame::{MAX_CELLS, Step};
use super::operand::{Form, Operand, Text, Typed};
use super::rule::{Fallback, Rule};
use crate::channel::Name;
use rhai::Dynamic;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Functions that call functions, how deep; the interpreter goes deeper.
const MAX_CALLS: usize = 12;
/// Nodes of the syntax tree, those of called functions counted at each call.
const MAX_NODES: usize = 4_000;

/// Typed code, or the reason why there is none.
pub(in crate::script) type Lowered<T> = Result<T, Box<Fallback>>;

/// Destination of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Nowhere: the statement is not the last one.
    Discard,
    Cell(usize),
    /// It is the answer of the rule.
    Answer,
    /// A `return` that would end the function from within an expression.
    Refused,
}

/// Meaning of a name in a script.
#[derive(Debug, Clone)]
pub(super) enum Variable {
    Cell(usize, Form),
    View(ViewId),
    Amounts(ListId),
    Peers(Name),
    /// A text of the script, by its number: an argument that is written as such.
    Word(usize),
}

/// All that scripts of a vendor can name.
#[derive(Clone, Copy)]
pub(in crate::script) struct World<'p> {
    pub programs: &'p BTreeMap<String, Program>,
    pub schema: &'p FactSchema,
    pub tables: &'p Tables,
    pub factors: &'p [Name],
    pub entry: EntryPoint,
    /// Operations that a call may take in the interpreter.
    pub operations: u64,
}

/// Nesting of blocks and expressions, those of called functions included: typed code runs on small stacks too.
const MAX_DEPTH: usize = 128;
/// Operations of the interpreter for one node, at most.
pub(super) const OPERATIONS: u64 = 8;

/// Lowers an entry point.
pub(in crate::script) fn lower(world: World<'_>, program: &Program) -> Lowered<Rule> {
    let mut lowerer = Lowerer::new(world, program);
    let Some(function) = program.tree.function(world.entry.function(), 1) else {
        return Err(lowerer.fallback(0, "no entry point"));
    };
    let scope = function.parameters.iter().map(|name| (name.clone(), Variable::View(PARTNER))).collect();
    let run = lowerer.inline(program, function, scope, Exit::Answer)?;
    let most = OPERATIONS.saturating_mul(lowerer.nodes as u64);
    let Some(left) = world.operations.checked_sub(most) else {
        return Err(lowerer.fallback(function.at, format!("a limit of only {} operations", world.operations)));
    };
    Ok(Rule { run, texts: lowerer.texts, left, watch: Watch::default() })
}

/// State of lowering one rule.
pub(super) struct Lowerer<'p> {
    pub world: World<'p>,
    /// File of the function that is being lowered.
    pub program: &'p Program,
    pub scope: Vec<(String, Variable)>,
    pub returns: Exit,
    /// Texts of the script, for [`Text::Constant`].
    pub texts: Vec<Name>,
    /// Nodes so far.
    pub nodes: usize,
    cells: usize,
    calls: usize,
    depth: usize,
    forms: BTreeMap<usize, Form>,
}

impl<'p> Lowerer<'p> {
    pub fn new(world: World<'p>, program: &'p Program) -> Self {
        Self {
            world,
            program,
            scope: Vec::new(),
            returns: Exit::Answer,
            texts: Vec::new(),
            nodes: 0,
            cells: 0,
            calls: 0,
            depth: 0,
            forms: BTreeMap::new(),
        }
    }

    /// The reason why the text at an offset has no typed form.
    pub fn fallback(&self, at: usize, reason: impl Into<String>) -> Box<Fallback> {
        let source = &self.program.source;
        Box::new(Fallback { path: source.path.clone(), line: source.line(at), reason: reason.into() })
    }

    /// Counts a node.
    pub fn count(&mut self, at: usize) -> Lowered<()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES { Err(self.fallback(at, "the rule is too long")) } else { Ok(()) }
    }

    /// A fresh variable.
    pub fn fresh(&mut self, at: usize) -> Lowered<usize> {
        if self.cells >= MAX_CELLS {
            return Err(self.fallback(at, format!("more than {MAX_CELLS} variables at a time")));
        }
        self.cells += 1;
        Ok(self.cells - 1)
    }

    /// Lowers what leaves no variable behind: its cells are free for what follows.
    pub fn passing<R>(&mut self, lower: impl FnOnce(&mut Self) -> Lowered<R>) -> Lowered<R> {
        let cells = self.cells;
        let lowered = lower(self)?;
        self.cells = cells;
        Ok(lowered)
    }

    /// Lowers what is nested one level deeper.
    pub fn deeper<R>(&mut self, at: usize, lower: impl FnOnce(&mut Self) -> Lowered<R>) -> Lowered<R> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fallback(at, "deep nesting"));
        }
        self.depth += 1;
        let lowered = lower(self)?;
        self.depth -= 1;
        Ok(lowered)
    }

    /// Lowers within a block, whose variables end with it.
    pub fn in_block<R>(&mut self, at: usize, lower: impl FnOnce(&mut Self) -> Lowered<R>) -> Lowered<R> {
        let (names, cells) = (self.scope.len(), self.cells);
        let lowered = self.deeper(at, lower)?;
        self.scope.truncate(names);
        self.cells = cells;
        Ok(lowered)
    }

    /// Notes that values of a type go to a variable that several statements set.
    pub fn join(&mut self, cell: usize, form: Form, at: usize) -> Lowered<()> {
        let known = self.forms.get(&cell).copied();
        let joined = known.map_or(Some(form), |known| known.joined(form));
        let Some(joined) = joined else {
            let known = known.unwrap_or(form);
            return Err(self.fallback(at, format!("a value that is {known} or {form}")));
        };
        self.forms.insert(cell, joined);
        Ok(())
    }

    /// The type of the values that went to a variable.
    pub fn joined(&mut self, cell: usize) -> Form {
        self.forms.remove(&cell).unwrap_or(Form::NotKnown)
    }

    /// Lowers the body of a function in its own file and scope; its values go to `returns`.
    pub fn inline(
        &mut self,
        program: &'p Program,
        function: &'p Function,
        scope: Vec<(String, Variable)>,
        returns: Exit,
    ) -> Lowered<Step> {
        if self.calls >= MAX_CALLS {
            return Err(self.fallback(function.at, format!("functions that call functions more than {MAX_CALLS} deep")));
        }
        self.calls += 1;
        let outer = (self.program, std::mem::replace(&mut self.scope, scope), self.returns);
        (self.program, self.returns) = (program, returns);
        let body = self.block(&function.body, returns);
        (self.program, self.scope, self.returns) = outer;
        self.calls -= 1;
        body
    }

    /// The function that a call means, with its file; `None` for one of the product's own.
    pub fn function(&self, namespace: &[String], name: &str, arguments: usize) -> Option<(&'p Program, &'p Function)> {
        let program = match namespace {
            [] => self.program,
            [alias] => {
                let import = self.program.tree.imports.iter().find(|import| import.alias == *alias)?;
                self.world.programs.get(&format!("{}.rhai", import.path.as_deref()?))?
            }
            _ => return None,
        };
        program.tree.function(name, arguments).map(|function| (program, function))
    }

    /// A text of the script.
    pub fn text(&mut self, text: &str) -> Text {
        Text::Constant(self.place(text))
    }

    /// Place of a text of the script.
    pub fn place(&mut self, text: &str) -> usize {
        self.texts.iter().position(|known| **known == *text).unwrap_or_else(|| {
            self.texts.push(Name::from(text));
            self.texts.len() - 1
        })
    }

    /// A constant of a file, as linking evaluated it.
    pub fn constant(&mut self, namespace: &[String], name: &str, expression: &Expression) -> Lowered<Typed> {
        let value = self.linked(namespace, name);
        let typed = value.as_ref().and_then(|value| self.of_value(value));
        typed.ok_or_else(|| self.fallback(expression.at, format!("the constant `{name}`")))
    }

    fn linked(&self, namespace: &[String], name: &str) -> Option<Dynamic> {
        let [alias] = namespace else { return None };
        let found = self.program.imports.iter().find(|(known, _)| known.as_str() == alias.as_str());
        found.and_then(|(_, module)| module.get_var(name))
    }

    /// The plain values of a list that is written as such or is a constant; `None` for another expression.
    pub fn items(&mut self, expression: &'p Expression) -> Lowered<Option<Vec<Typed>>> {
        match &expression.kind {
            ExpressionKind::List(items) => {
                let mut all = Vec::with_capacity(items.len());
                for item in items {
                    all.push(self.expression(item)?);
                }
                Ok(Some(all))
            }
            ExpressionKind::Qualified { namespace, name } => {
                let linked = self.linked(namespace, name).and_then(|value| items(&value));
                Ok(linked.and_then(|items| items.iter().map(|item| self.of_value(item)).collect()))
            }
            _ => Ok(None),
        }
    }

    /// The pairs of numbers of a list that is written as such or is a constant; `None` for another expression.
    pub fn pairs(&self, expression: &Expression) -> Option<Vec<(Decimal, Decimal)>> {
        let literal = |expression: &Expression| match expression.kind {
            ExpressionKind::Count(count) => Some(Decimal::from(count)),
            ExpressionKind::Number(number) => Some(number),
            _ => None,
        };
        let written = |item: &Expression| match &item.kind {
            ExpressionKind::List(pair) => match &pair[..] {
                [first, second] => Some((literal(first)?, literal(second)?)),
                _ => None,
            },
            _ => None,
        };
        let linked = |item: &Dynamic| match &items(item)?[..] {
            [first, second] => Some((number(first)?, number(second)?)),
            _ => None,
        };
        match &expression.kind {
            ExpressionKind::List(pairs) => pairs.iter().map(written).collect(),
            ExpressionKind::Qualified { namespace, name } => {
                items(&self.linked(namespace, name)?)?.iter().map(linked).collect()
            }
            _ => None,
        }
    }

    /// A constant value; `None` for what is not a plain one.
    fn of_value(&mut self, value: &Dynamic) -> Option<Typed> {
        if value.is_unit() {
            return Some(Typed::NotKnown);
        }
        if let Ok(text) = value.as_immutable_string_ref() {
            return Some(Typed::Text(self.text(&text)));
        }
        let number = value.as_decimal().ok().map(|number: Decimal| Typed::Number(Operand::Constant(number)));
        let count = || value.as_int().ok().map(|count| Typed::Count(Operand::Constant(count)));
        let truth = || value.as_bool().ok().map(|truth| Typed::Truth(Operand::Constant(truth)));
        number.or_else(count).or_else(truth)
    }
}
