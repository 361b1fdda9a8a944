//! Statements, blocks and calls of the script's own functions.

use super::super::EntryPoint;
use super::super::program::Program;
use super::super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::frame::{
    Cell, Code, Flow, Frame, Given, Miss, Step, TextCode, code, exactly, maybe, object_code, step, text_code, writer,
};
use super::lower::{Exit, Lowered, Lowerer, Variable};
use super::objects::Object;
use super::operand::{Form, Held, Operand, Text, Typed};
use super::texts::Reason;

/// Runs statements until one returns.
pub(super) fn sequence(steps: Vec<Step>) -> Step {
    let steps = steps.into_boxed_slice();
    step(move |frame| {
        for step in &steps {
            if step(frame)? == Flow::Returned {
                return Ok(Flow::Returned);
            }
        }
        Ok(Flow::Next)
    })
}

fn held<T: Held>(operand: Operand<T>, cell: usize) -> Step {
    step(move |frame| {
        let value = operand.maybe(frame)?.map_or(Cell::NotKnown, Held::cell);
        frame.set(cell, value);
        Ok(Flow::Next)
    })
}

/// Code that sets a variable; `None` for what no variable holds.
pub(super) fn stored(typed: Typed, cell: usize) -> Option<Step> {
    Some(match typed {
        Typed::Number(operand) => held(operand, cell),
        Typed::Count(operand) => held(operand, cell),
        Typed::Either(operand) => held(operand, cell),
        Typed::Truth(operand) => held(operand, cell),
        Typed::Date(operand) => held(operand, cell),
        Typed::Text(text) => step(move |frame| {
            let value = maybe(text.get(frame))?.map_or(Cell::NotKnown, Cell::Text);
            frame.set(cell, value);
            Ok(Flow::Next)
        }),
        Typed::NotKnown => step(move |frame| {
            frame.set(cell, Cell::NotKnown);
            Ok(Flow::Next)
        }),
        Typed::Written(write) => {
            let text = Reason::Written(write);
            step(move |frame| {
                let text = text.name(frame)?;
                frame.keep(cell, Object::Text(text));
                Ok(Flow::Next)
            })
        }
        Typed::Record(_, record) => held(record, cell),
        Typed::Object(_, run) => step(move |frame| {
            match maybe(run(frame))? {
                Some(object) => frame.keep(cell, object),
                None => frame.set(cell, Cell::NotKnown),
            }
            Ok(Flow::Next)
        }),
        Typed::View(_) | Typed::Amounts(_) | Typed::Peers(_) | Typed::Fails => return None,
    })
}

/// Runs a statement and reads the variable that it sets.
fn after(run: Step, form: Form, cell: usize) -> Option<Typed> {
    fn of<T: Held>(run: Step, cell: usize) -> Operand<T> {
        let read: Code<T> = code(move |frame| {
            run(frame).map_err(|_| Miss::Failed)?;
            T::of(frame.cell(cell))
        });
        Operand::Code(read)
    }
    fn text<'a>(frame: &mut Frame<'a>, run: &Step, cell: usize) -> Given<&'a str> {
        run(frame).map_err(|_| Miss::Failed)?;
        frame.text(cell)
    }
    Some(match form {
        Form::Number => Typed::Number(of(run, cell)),
        Form::Count => Typed::Count(of(run, cell)),
        Form::Either => Typed::Either(of(run, cell)),
        Form::Truth => Typed::Truth(of(run, cell)),
        Form::Date => Typed::Date(of(run, cell)),
        Form::Text => {
            let read: TextCode = text_code(move |frame| text(frame, &run, cell));
            Typed::Text(Text::Code(read))
        }
        Form::NotKnown => return None,
        Form::Record(view) => Typed::Record(view, of(run, cell)),
        Form::Written => Typed::Written(writer(move |frame, out| {
            run(frame).map_err(|_| Miss::Failed)?;
            match frame.cell(cell) {
                Cell::Text(text) => out.push_str(text),
                _ => out.push_str(&exactly(frame.take(cell).ok().and_then(Object::text))?),
            }
            Ok(())
        })),
        form => Typed::Object(
            form,
            object_code(move |frame| {
                run(frame).map_err(|_| Miss::Failed)?;
                frame.take(cell)
            }),
        ),
    })
}

/// Fails where the rule needs peers and has none.
fn expect_peers() -> Step {
    step(|frame| if frame.facts.peers().is_some() { Ok(Flow::Next) } else { Err(Miss::Failed) })
}

impl<'p> Lowerer<'p> {
    /// Lowers the statements of a block; the value of the last one goes to `exit`.
    pub fn block(&mut self, list: &'p [Statement], exit: Exit) -> Lowered<Step> {
        let at = list.first().map_or(0, |first| first.at);
        self.in_block(at, |own| {
            let Some((last, before)) = list.split_last() else { return own.nothing(exit, at) };
            let mut steps = Vec::with_capacity(list.len());
            for statement in before {
                steps.push(own.statement(statement, Exit::Discard)?);
            }
            steps.push(own.statement(last, exit)?);
            Ok(sequence(steps))
        })
    }

    /// Code for a statement without value.
    fn nothing(&mut self, exit: Exit, at: usize) -> Lowered<Step> {
        match exit {
            Exit::Discard => Ok(step(|_| Ok(Flow::Next))),
            Exit::Cell(cell) => {
                self.join(cell, Form::NotKnown, at)?;
                stored(Typed::NotKnown, cell).ok_or_else(|| self.fallback(at, "no value"))
            }
            Exit::Answer => Ok(step(|_| Err(Miss::Failed))),
            Exit::Refused => Err(self.fallback(at, "a `return` inside a value")),
        }
    }

    fn statement(&mut self, statement: &'p Statement, exit: Exit) -> Lowered<Step> {
        let at = statement.at;
        self.count(at)?;
        let plain = match &statement.kind {
            StatementKind::Expression(Expression { kind: ExpressionKind::Block(list), .. })
            | StatementKind::Block(list) => return self.block(list, exit),
            StatementKind::Expression(Expression {
                kind: ExpressionKind::Method { object, name, arguments }, ..
            }) if name == "push" => self.push(object, arguments, at)?,
            StatementKind::Expression(value) => return self.leave(exit, value),
            StatementKind::If { condition, body, otherwise, .. } => {
                let condition = self.truth(condition)?;
                if let Operand::Constant(is_true) = condition {
                    return self.block(if is_true { body } else { otherwise }, exit);
                }
                let (then, otherwise) = (self.block(body, exit)?, self.block(otherwise, exit)?);
                return Ok(step(move |frame| if condition.known(frame)? { then(frame) } else { otherwise(frame) }));
            }
            StatementKind::Return(value) => {
                let leave = match value {
                    Some(value) => self.leave(self.returns, value)?,
                    None => self.nothing(self.returns, at)?,
                };
                return Ok(step(move |frame| leave(frame).map(|_| Flow::Returned)));
            }
            StatementKind::Nothing => return self.nothing(exit, at),
            StatementKind::Let { name, value, .. } => self.declare(name, value)?,
            StatementKind::Assign { target, operator, value, .. } => self.assign(target, operator.as_deref(), value)?,
            StatementKind::For { variable, counter: None, over, body } => self.each(variable, over, body, at)?,
            StatementKind::For { .. } => return Err(self.fallback(at, "a counted loop")),
            StatementKind::While { .. } | StatementKind::DoWhile { .. } => {
                return Err(self.fallback(at, "a `while` loop"));
            }
            StatementKind::Switch { .. } => return Err(self.fallback(at, "a `switch`")),
            StatementKind::Try { .. } | StatementKind::Throw(_) => return Err(self.fallback(at, "`try` or `throw`")),
            StatementKind::Break { .. } | StatementKind::Import(_) | StatementKind::Export => {
                return Err(self.fallback(at, "a statement that has no typed form"));
            }
        };
        let nothing = self.nothing(exit, at)?;
        Ok(sequence(vec![plain, nothing]))
    }

    /// Evaluates an expression whose value goes to `exit`.
    fn leave(&mut self, exit: Exit, value: &'p Expression) -> Lowered<Step> {
        match exit {
            Exit::Answer => match self.world.entry {
                EntryPoint::Weights => self.weights(value),
                EntryPoint::Factor => self.answer(value),
                EntryPoint::Policy(kind) => self.decision(kind, value),
            },
            Exit::Refused => Err(self.fallback(value.at, "a `return` inside a value")),
            Exit::Cell(cell) => {
                let typed = self.expression(value)?;
                let words = typed.words();
                let Some(form) = typed.form() else {
                    return Err(self.fallback(value.at, format!("{words} as a value")));
                };
                self.join(cell, form, value.at)?;
                stored(typed, cell).ok_or_else(|| self.fallback(value.at, words))
            }
            Exit::Discard => {
                let typed = self.expression(value)?;
                let (words, cell) = (typed.words(), self.fresh(value.at)?);
                stored(typed, cell).ok_or_else(|| self.fallback(value.at, format!("{words} that is not used")))
            }
        }
    }

    fn declare(&mut self, name: &str, value: &'p Expression) -> Lowered<Step> {
        let typed = self.expression(value)?;
        let (variable, run) = self.variable(typed, value.at)?;
        self.scope.push((name.to_owned(), variable));
        Ok(run)
    }

    /// A new variable for a value, and the code that sets it.
    pub fn variable(&mut self, typed: Typed, at: usize) -> Lowered<(Variable, Step)> {
        let nothing = || step(|_| Ok(Flow::Next));
        match typed {
            Typed::View(view) => Ok((Variable::View(view), nothing())),
            Typed::Amounts(list) => Ok((Variable::Amounts(list), nothing())),
            Typed::Peers(group) => Ok((Variable::Peers(group), expect_peers())),
            typed => {
                let (words, form, cell) = (typed.words(), typed.form(), self.fresh(at)?);
                let run = stored(typed, cell).zip(form);
                let (run, form) = run.ok_or_else(|| self.fallback(at, format!("{words} in a variable")))?;
                Ok((Variable::Cell(cell, form), run))
            }
        }
    }

    fn assign(&mut self, target: &Expression, operator: Option<&str>, value: &'p Expression) -> Lowered<Step> {
        let ExpressionKind::Variable(name) = &target.kind else {
            return Err(self.fallback(target.at, "a change of a part of a value"));
        };
        let known = self.scope.iter().rev().find(|(known, _)| known == name).map(|(_, variable)| variable.clone());
        let Some(Variable::Cell(cell, form)) = known else {
            return Err(self.fallback(target.at, format!("a change of `{name}`")));
        };
        let mut typed = self.expression(value)?;
        if let Some(operator) = operator {
            typed = self.binary(operator.trim_end_matches('='), Typed::cell(form, cell), typed, value.at)?;
        }
        let found = typed.form().unwrap_or(Form::NotKnown);
        if found != form && found != Form::NotKnown {
            return Err(self.fallback(target.at, format!("`{name}` is {form} first and {found} later")));
        }
        let words = typed.words();
        stored(typed, cell).ok_or_else(|| self.fallback(value.at, words))
    }

    /// The value of a block.
    pub fn value_of_block(&mut self, list: &'p [Statement], at: usize) -> Lowered<Typed> {
        self.passing(|own| {
            let cell = own.fresh(at)?;
            let returns = std::mem::replace(&mut own.returns, Exit::Refused);
            let run = own.block(list, Exit::Cell(cell));
            own.returns = returns;
            let (run, form) = (run?, own.joined(cell));
            after(run, form, cell).ok_or_else(|| own.fallback(at, "a block without value"))
        })
    }

    /// The value of a call of one of the script's own functions.
    pub fn call(
        &mut self,
        program: &'p Program,
        function: &'p Function,
        arguments: &'p [Expression],
    ) -> Lowered<Typed> {
        self.passing(|own| {
            let (bind, scope) = own.bind(function, arguments)?;
            let cell = own.fresh(function.at)?;
            let body = own.inline(program, function, scope, Exit::Cell(cell))?;
            let form = own.joined(cell);
            let run = step(move |frame| {
                bind(frame)?;
                body(frame)
            });
            after(run, form, cell).ok_or_else(|| own.fallback(function.at, "a function without value"))
        })
    }

    /// Code that sets the parameters of a function, and the names they have in it.
    pub fn bind(
        &mut self,
        function: &Function,
        arguments: &'p [Expression],
    ) -> Lowered<(Step, Vec<(String, Variable)>)> {
        let (mut steps, mut scope) = (Vec::new(), Vec::new());
        for (name, argument) in function.parameters.iter().zip(arguments) {
            let typed = self.expression(argument)?;
            if let Typed::Text(Text::Constant(text)) = typed {
                scope.push((name.clone(), Variable::Word(text)));
                continue;
            }
            let (variable, run) = self.variable(typed, argument.at)?;
            scope.push((name.clone(), variable));
            steps.push(run);
        }
        Ok((sequence(steps), scope))
    }
}
