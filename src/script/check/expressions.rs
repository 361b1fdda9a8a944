//! Expressions: names, facts and kinds.

use super::super::api::functions;
use super::super::api::ids::ViewId;
use super::super::api::kind::Kind;
use super::super::form_fault::FormFault;
use super::super::kind_fault::KindFault;
use super::super::name_fault::NameFault;
use super::super::program::Unit;
use super::super::tree::{Expression, ExpressionKind};
use super::Checker;
use super::imports::file_of;
use super::shape::{Shape, fact_shape};
use crate::finding::{Span, did_you_mean, quoted};
use crate::units::{DecimalFault, parse_decimal};

impl<'a> Checker<'a> {
    pub(super) fn constant(&self, name: &str) -> bool {
        self.unit.tree.constants.iter().any(|constant| constant.name == name)
    }

    pub(super) fn expression(&mut self, expression: &'a Expression) -> Shape {
        use ExpressionKind as E;
        match &expression.kind {
            E::NotKnown => Shape::Value(Kind::NotKnown),
            E::Truth(_) => Shape::Value(Kind::Truth),
            E::Count(_) | E::Number(_) => self.number(expression),
            E::Text(_) => Shape::Value(Kind::Text),
            E::Character => {
                self.report(FormFault::SingleQuotes {}, self.span(expression));
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
                self.report(FormFault::This {}, self.span(expression));
                Shape::Unknown
            }
            E::Member { object, name, is_optional } => {
                let shape = self.expression(object);
                if *is_optional && matches!(shape, Shape::View(_)) {
                    let fault = FormFault::AlwaysKnown { expression: self.text(object), operator: "?." };
                    self.report(fault, self.token(expression.sign));
                }
                self.member(expression, object, &shape, name)
            }
            E::Index { object, index, is_optional } => {
                let shape = self.expression(object);
                if *is_optional && matches!(shape, Shape::Facts(_)) {
                    let fault = FormFault::AlwaysKnown { expression: self.text(object), operator: "?[" };
                    self.report(fault, self.span(expression));
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

    /// Reports a number of which the engine has dropped digits.
    fn number(&mut self, expression: &Expression) -> Shape {
        let source = &self.unit.source;
        // The minus of a negative number belongs to it.
        let after =
            source.text.get(expression.at..).map_or(0, |text| text.len() - text.trim_start_matches(['-', ' ']).len());
        let span = source.token(expression.at + after);
        let written = source.slice(span).replace('_', "");
        let exact = if written.contains('.') { written.trim_end_matches('0').trim_end_matches('.') } else { &written };
        if parse_decimal(exact) == Err(DecimalFault::TooLong) {
            self.report(KindFault::LongNumber { number: written }, span);
        }
        Shape::Value(Kind::Number)
    }

    pub(super) fn read_variable(&mut self, name: &'a str, expression: &Expression) -> Shape {
        if let Some(shape) = self.variable(name) {
            return shape.clone();
        }
        let span = self.span(expression);
        if self.around.iter().any(|around| around == name) {
            self.report(NameFault::OutsideLiteral { name: name.to_owned() }, span);
        } else if self.constant(name) && !self.is_top_level {
            self.report(NameFault::ConstantWithoutGlobal { name: name.to_owned() }, span);
        } else if self.unit.unread_functions.iter().all(|unread| unread != name) {
            let visible = self.scopes.iter().flatten().map(|(known, _)| known.as_str());
            let remedy = if let Some(near) = did_you_mean(name, visible) {
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
            self.report(NameFault::Undefined { name: name.to_owned(), remedy }, span);
        }
        Shape::Unknown
    }

    pub(super) fn read_qualified(&mut self, namespace: &[String], name: &str, expression: &Expression) -> Shape {
        let span = self.span(expression);
        let [alias] = namespace else {
            let remedy = "write `module::NAME`".to_owned();
            self.report(NameFault::Undefined { name: self.text(expression), remedy }, span);
            return Shape::Unknown;
        };
        if alias == "global" {
            return self.read_global(name, span);
        }
        let Some(module) = self.module(alias, span) else { return Shape::Unknown };
        if !module.tree.constants.iter().any(|constant| constant.name == name) && module.ast.is_some() {
            let near = did_you_mean(name, module.tree.constants.iter().map(|constant| constant.name.as_str()));
            let fault = NameFault::UnknownModuleConstant {
                module: alias.clone(),
                name: name.to_owned(),
                file: module.source.path.clone(),
                near: near.map(str::to_owned),
            };
            self.report(fault, span);
        }
        Shape::Unknown
    }

    pub(super) fn read_global(&mut self, name: &str, span: Span) -> Shape {
        let unit = self.unit;
        if self.is_top_level {
            self.report(NameFault::GlobalOutsideFunction { name: name.to_owned() }, span);
            return Shape::Unknown;
        }
        match unit.tree.constants.iter().find(|constant| constant.name == name) {
            Some(constant) => match &constant.value.kind {
                ExpressionKind::Count(_) | ExpressionKind::Number(_) => Shape::Value(Kind::Number),
                ExpressionKind::Text(_) => Shape::Value(Kind::Text),
                ExpressionKind::Truth(_) => Shape::Value(Kind::Truth),
                _ => Shape::Unknown,
            },
            None if unit.unread_functions.iter().any(|unread| unread == name) => Shape::Unknown,
            None => {
                let near = did_you_mean(name, unit.tree.constants.iter().map(|constant| constant.name.as_str()));
                let fault = NameFault::UnknownConstant { name: name.to_owned(), near: near.map(str::to_owned) };
                self.report(fault, span);
                Shape::Unknown
            }
        }
    }

    pub(super) fn module(&mut self, alias: &str, span: Span) -> Option<&'a Unit> {
        let (unit, units) = (self.unit, self.units);
        let Some(import) = unit.tree.imports.iter().find(|import| import.alias == alias) else {
            if unit.ast.is_some() {
                let near = did_you_mean(alias, unit.tree.imports.iter().map(|import| import.alias.as_str()));
                let fault = NameFault::UnknownModule { module: alias.to_owned(), near: near.map(str::to_owned) };
                self.report(fault, span);
            }
            return None;
        };
        units.get(&file_of(import.path.as_deref().unwrap_or_default()))
    }

    /// Paths of facts with that name, at most three: `a.x` or `b.x`.
    pub(super) fn path_of_fact(&self, name: &str) -> Option<String> {
        let views = self.schema.views.iter().filter(|view| view.fact(name).is_some() && !view.is_record);
        let paths: Vec<String> = views.map(|view| format!("`{}.{name}`", view.path)).take(3).collect();
        (!paths.is_empty()).then(|| paths.join(" or "))
    }

    pub(super) fn member(&mut self, expression: &Expression, object: &Expression, shape: &Shape, name: &str) -> Shape {
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
                    let near = did_you_mean(name, all.chain(self.keys.iter().copied())).map(str::to_owned);
                    let is_function = functions::find(name).is_some();
                    self.report(NameFault::UnknownFact { fact: name.to_owned(), near, is_function }, span);
                }
                Shape::Unknown
            }
            Shape::Value(Kind::Map) => Shape::Unknown,
            Shape::Facts(_) | Shape::Items(_) | Shape::Value(_) | Shape::Answer(_) => {
                let kind = shape.kind().unwrap_or(Kind::Other);
                let remedy = if functions::find(name).is_some_and(|function| function.takes(1)) {
                    format!("`{name}` is a function: write `.{name}()`")
                } else if kind == Kind::List {
                    "a list has items: write `for item in list { … }` or `list[0]`".to_owned()
                } else {
                    "only groups of facts have facts".to_owned()
                };
                let fault = NameFault::NoMember {
                    expression: self.text(object),
                    kind: kind.to_string(),
                    member: name.to_owned(),
                    remedy,
                };
                self.report(fault, span);
                Shape::Unknown
            }
        }
    }

    pub(super) fn unknown_fact(&mut self, view: ViewId, name: &str, span: Span) {
        let schema = self.schema.view(view);
        let here = did_you_mean(name, schema.facts.iter().map(|fact| &*fact.name));
        let remedy = if let Some(near) = here {
            format!("did you mean `{near}`?")
        } else if let Some(path) = self.path_of_fact(name) {
            format!("did you mean {path}?")
        } else if schema.path == "partner.attributes" {
            "declare it under `[attributes]` in the manifest".to_owned()
        } else if schema.path == "partner.learned" || schema.path == "partner.parameters" {
            "declare it under `[parameters]` in the manifest".to_owned()
        } else if functions::find(name).is_some_and(|function| function.takes(1)) {
            format!("`{name}` is a function: write `.{name}()`")
        } else {
            format!("it has {}", quoted(schema.facts.iter().map(|fact| &*fact.name)))
        };
        self.report(NameFault::UnknownFactOf { group: schema.path.clone(), fact: name.to_owned(), remedy }, span);
    }

    pub(super) fn index(&mut self, expression: &Expression, shape: &Shape, position: &Shape) -> Shape {
        let span = self.span(expression);
        match shape.kind() {
            Some(Kind::List) => {
                if position.kind().is_some_and(|kind| kind != Kind::Number) {
                    self.report(KindFault::Position {}, span);
                }
                shape.item()
            }
            Some(Kind::Map) | None => Shape::Unknown,
            Some(found) => {
                self.report(KindFault::NoItems { found }, span);
                Shape::Unknown
            }
        }
    }

    /// Checks the body of a `|x| …` where it is used, so that the kinds of its parameters are known.
    pub(super) fn literal(&mut self, name: &str, shapes: &[Shape]) -> Shape {
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

    pub(super) fn operator(&mut self, name: &'a str, expression: &'a Expression, operands: &'a [Expression]) -> Shape {
        let shapes: Vec<Shape> = operands.iter().map(|operand| self.expression(operand)).collect();
        match (name, &shapes[..]) {
            (".." | "..=", _) => Shape::Value(Kind::Range),
            // `item in list`
            ("contains", _) => Shape::Value(Kind::Truth),
            (_, [only]) => {
                let kind = only.kind();
                let wanted = if name == "!" { Kind::Truth } else { Kind::Number };
                if let Some(found) = kind.filter(|kind| *kind != wanted) {
                    self.report(KindFault::Operand { operator: name.to_owned(), found }, self.span(expression));
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

    pub(super) fn pair(&mut self, operator: &str, at: usize, left: &Shape, right: &Shape) {
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
            self.report(KindFault::BitOperator { operator: operator.to_owned() }, span);
            return;
        }
        self.report(KindFault::Pair { operator: operator.to_owned(), left, right }, span);
    }
}
