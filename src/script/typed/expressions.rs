//! Expressions: facts, constants, variables, calls and conditions.

use super::super::tree::{Expression, ExpressionKind};
use super::facts::{amounts, fact, field};
use super::frame::{Miss, ObjectCode, code, exactly, known, text_code};
use super::lower::{Lowered, Lowerer, Variable};
use super::operand::{Form, Held, Operand, Text, Typed};

/// The first value, or the second where the first is not known.
fn or<T: Held>(first: Operand<T>, second: Operand<T>) -> Operand<T> {
    Operand::Code(code(move |frame| match first.get(frame) {
        Err(Miss::NotKnown) => second.get(frame),
        given => given,
    }))
}

/// The first of two values that is known; `None` where their types do not go together.
fn coalesce(first: Typed, second: Typed) -> Option<Typed> {
    Some(match (first, second) {
        (Typed::NotKnown, second) => second,
        (first, Typed::NotKnown) => first,
        (first, Typed::Fails) => first.certain()?,
        (Typed::Number(first), Typed::Number(second)) => Typed::Number(or(first, second)),
        (Typed::Count(first), Typed::Count(second)) => Typed::Count(or(first, second)),
        (Typed::Truth(first), Typed::Truth(second)) => Typed::Truth(or(first, second)),
        (Typed::Date(first), Typed::Date(second)) => Typed::Date(or(first, second)),
        (Typed::Text(first), Typed::Text(second)) => {
            Typed::Text(Text::Code(text_code(move |frame| match first.get(frame) {
                Err(Miss::NotKnown) => second.get(frame),
                given => given,
            })))
        }
        (first, second) => Typed::Either(or(first.figure()?, second.figure()?)),
    })
}

fn is_met(requirement: ObjectCode) -> Typed {
    Typed::Truth(Operand::Code(code(move |frame| {
        exactly(known(requirement(frame))?.requirement()).map(|requirement| requirement.is_met())
    })))
}

impl<'p> Lowerer<'p> {
    /// Lowers an expression.
    pub fn expression(&mut self, expression: &'p Expression) -> Lowered<Typed> {
        self.deeper(expression.at, |own| own.typed(expression))
    }

    fn typed(&mut self, expression: &'p Expression) -> Lowered<Typed> {
        use ExpressionKind as Kind;
        let at = expression.at;
        self.count(at)?;
        match &expression.kind {
            Kind::NotKnown => Ok(Typed::NotKnown),
            Kind::Truth(truth) => Ok(Typed::Truth(Operand::Constant(*truth))),
            Kind::Count(count) => Ok(Typed::Count(Operand::Constant(*count))),
            Kind::Number(number) => Ok(Typed::Number(Operand::Constant(*number))),
            Kind::Text(text) => Ok(Typed::Text(self.text(text))),
            Kind::Interpolated(parts) => self.interpolated(parts).map(Typed::Written),
            Kind::Variable(name) => self.named(name, at),
            Kind::Qualified { namespace, name } => self.constant(namespace, name, expression),
            Kind::Member { object, name, is_optional: false } => self.member(object, name, expression.sign),
            Kind::Index { object, index, is_optional: false } => self.item(object, index),
            Kind::Method { object, name, arguments } => {
                if self.program.tree.functions.iter().any(|function| function.name == *name) {
                    return Err(self.fallback(expression.sign, format!("`{name}` as a method")));
                }
                let all = std::iter::once(&**object).chain(arguments).collect();
                self.builtin(name, all, expression.sign)
            }
            Kind::Call { namespace, name, arguments } => match self.function(namespace, name, arguments.len()) {
                Some((program, function)) => self.call(program, function, arguments),
                None if namespace.is_empty() => self.builtin(name, arguments.iter().collect(), at),
                None => Err(self.fallback(at, format!("the function `{name}`"))),
            },
            Kind::Operator { name, operands } => self.operator(name, operands, at),
            Kind::And(parts) => self.conditions(parts, false),
            Kind::Or(parts) => self.conditions(parts, true),
            Kind::Coalesce(parts) => self.first_known(parts, at),
            Kind::Block(list) => self.value_of_block(list, at),
            Kind::List(items) => self.list(items, at),
            Kind::Map(_) => Err(self.fallback(at, "a map")),
            Kind::Literal(_) => Err(self.fallback(at, "a function as a value")),
            Kind::Member { .. } | Kind::Index { .. } => Err(self.fallback(at, "`?.` or `?[`")),
            Kind::Character | Kind::Other | Kind::This => Err(self.fallback(at, "a value that has no typed form")),
        }
    }

    fn named(&mut self, name: &str, at: usize) -> Lowered<Typed> {
        let found = self.scope.iter().rev().find(|(known, _)| known == name).map(|(_, variable)| variable.clone());
        match found {
            Some(Variable::Cell(cell, form)) => Ok(Typed::cell(form, cell)),
            Some(Variable::View(view)) => Ok(Typed::View(view)),
            Some(Variable::Amounts(list)) => Ok(Typed::Amounts(list)),
            Some(Variable::Peers(group)) => Ok(Typed::Peers(group)),
            Some(Variable::Word(text)) => Ok(Typed::Text(Text::Constant(text))),
            None => Err(self.fallback(at, format!("the variable `{name}`"))),
        }
    }

    fn member(&mut self, object: &'p Expression, name: &str, at: usize) -> Lowered<Typed> {
        let found = match self.expression(object)? {
            Typed::View(view) => self.world.schema.view(view).fact(name).and_then(fact),
            Typed::Record(view, record) => {
                let Some(known) = self.world.schema.view(view).fact(name) else { return Ok(Typed::Fails) };
                field(known, record)
            }
            Typed::Object(Form::Answer(table), answer) => return self.output(table, answer, name, at),
            Typed::Object(Form::Requirement, requirement) if name == "is_met" => Some(is_met(requirement)),
            other => return Err(self.fallback(at, format!("`.{name}` of {}", other.words()))),
        };
        found.ok_or_else(|| self.fallback(at, format!("the fact `{name}`, which is a list or unknown")))
    }

    fn item(&mut self, object: &'p Expression, index: &'p Expression) -> Lowered<Typed> {
        let at = object.at;
        let (list, index) = (self.expression(object)?, self.expression(index)?);
        let (Typed::Amounts(list), Typed::Count(index)) = (list, index) else {
            return Err(self.fallback(at, "an item of something else than a list of amounts"));
        };
        Ok(Typed::Number(Operand::Code(code(move |frame| {
            let (index, items) = (index.known(frame)?, amounts(frame, list));
            let back = || items.len().checked_sub(usize::try_from(index.checked_neg()?).ok()?);
            let at = usize::try_from(index).ok().or_else(back);
            at.and_then(|at| items.get(at)).map(|money| money.amount()).ok_or(Miss::Failed)
        }))))
    }

    /// An expression that is true or false.
    pub fn truth(&mut self, expression: &'p Expression) -> Lowered<Operand<bool>> {
        match self.expression(expression)? {
            Typed::Truth(truth) => Ok(truth),
            other => Err(self.fallback(expression.at, format!("{} as a condition", other.words()))),
        }
    }

    /// Conditions joined by `&&`, or by `||`: they end with the first that is `decides`.
    fn conditions(&mut self, parts: &'p [Expression], decides: bool) -> Lowered<Typed> {
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            all.push(self.truth(part)?);
        }
        let all = all.into_boxed_slice();
        Ok(Typed::Truth(Operand::Code(code(move |frame| {
            for part in &all {
                if part.known(frame)? == decides {
                    return Ok(decides);
                }
            }
            Ok(!decides)
        }))))
    }

    fn first_known(&mut self, parts: &'p [Expression], at: usize) -> Lowered<Typed> {
        let mut joined = Typed::NotKnown;
        for part in parts {
            let next = self.expression(part)?;
            let words = format!("{} ?? {}", joined.words(), next.words());
            joined = coalesce(joined, next).ok_or_else(|| self.fallback(at, words))?;
        }
        Ok(joined)
    }

    /// True when the value is known.
    pub fn is_known(&mut self, value: &'p Expression) -> Lowered<Typed> {
        let typed = self.expression(value)?;
        let words = format!("`is_known` of {}", typed.words());
        typed.known().map(Typed::Truth).ok_or_else(|| self.fallback(value.at, words))
    }
}
