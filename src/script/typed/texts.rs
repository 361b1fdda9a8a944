//! Texts that are put together, for reasons.

use super::super::api::decided::Ground;
use super::super::decided_size::MAX_REASON;
use super::super::tree::{Expression, ExpressionKind, Statement, StatementKind};
use super::frame::{Frame, Miss, ObjectCode, Writer, exactly, known, maybe, writer};
use super::lower::{Lowered, Lowerer};
use super::operand::{Form, Held, Operand, Text, Typed};
use crate::channel::Name;
use crate::units::push_plain;
use std::fmt::Write as _;

/// Text that the interpreter writes for a value that is not known.
const NOT_KNOWN: &str = "not known";

/// Bytes that the text of most reasons fits in.
const USUAL_REASON: usize = 128;

/// A reason of an answer.
pub(super) enum Reason {
    None,
    Text(Text),
    Written(Writer),
}

impl Reason {
    /// The reason as people read it; longer ones are for the interpreter, which counts their characters.
    pub fn render(&self, frame: &mut Frame<'_>) -> Result<String, Miss> {
        let out = match self {
            Self::None => String::new(),
            Self::Text(text) => text.get(frame).map_err(|_| Miss::Failed)?.to_owned(),
            Self::Written(write) => {
                let mut out = String::with_capacity(USUAL_REASON);
                write(frame, &mut out)?;
                out
            }
        };
        if out.len() <= MAX_REASON { Ok(out) } else { Err(Miss::Failed) }
    }

    /// The same as a name; a text of the script is shared.
    pub fn name(&self, frame: &mut Frame<'_>) -> Result<Name, Miss> {
        if let Self::Text(Text::Constant(text)) = self
            && let Some(text) = frame.texts.get(*text)
        {
            return Ok(Name::clone(text));
        }
        self.render(frame).map(Name::from)
    }
}

/// Writes a value that is copied.
fn shown<T: Held>(operand: Operand<T>, write: fn(&T, &mut String)) -> Writer {
    writer(move |frame, out| {
        match operand.maybe(frame)? {
            Some(value) => write(&value, out),
            None => out.push_str(NOT_KNOWN),
        }
        Ok(())
    })
}

/// Code that writes a value inside a text; `None` for what has no text.
fn part(typed: Typed) -> Option<Writer> {
    use super::frame::Figure;
    Some(match typed {
        Typed::Written(write) => write,
        Typed::Number(operand) => shown(operand, |number, out| push_plain(*number, out)),
        Typed::Count(operand) => shown(operand, |count, out| _ = write!(out, "{count}")),
        Typed::Either(operand) => shown(operand, |figure, out| match figure {
            Figure::Count(count) => _ = write!(out, "{count}"),
            Figure::Number(number) => push_plain(*number, out),
        }),
        Typed::Truth(operand) => shown(operand, |truth, out| _ = write!(out, "{truth}")),
        Typed::Date(operand) => shown(operand, |date, out| _ = write!(out, "{date}")),
        Typed::Text(text) => writer(move |frame, out| {
            out.push_str(maybe(text.get(frame))?.unwrap_or(NOT_KNOWN));
            Ok(())
        }),
        Typed::NotKnown => writer(|_, out| {
            out.push_str(NOT_KNOWN);
            Ok(())
        }),
        Typed::Record(..) | Typed::Object(..) | Typed::Fails => return None,
        Typed::View(_) | Typed::Amounts(_) | Typed::Peers(_) => return None,
    })
}

/// The rows of a decision table that decided, as the reason of an indication.
fn said(answer: ObjectCode) -> Writer {
    writer(move |frame, out| {
        let answer = exactly(known(answer(frame))?.answer())?;
        let said = answer.grounds().into_iter().filter_map(|ground| match ground {
            Ground::Because(text) => Some(text),
            Ground::Requirement(..) | Ground::WouldChange(_) => None,
        });
        out.push_str(&said.collect::<Vec<_>>().join("; "));
        Ok(())
    })
}

impl<'p> Lowerer<'p> {
    /// A text with values in it.
    pub fn interpolated(&mut self, parts: &'p [Expression]) -> Lowered<Writer> {
        let mut writers = Vec::with_capacity(parts.len());
        for one in parts {
            let value = match &one.kind {
                ExpressionKind::Block(list) => match &list[..] {
                    [Statement { kind: StatementKind::Expression(value), .. }] => value,
                    _ => one,
                },
                _ => one,
            };
            let typed = self.expression(value)?;
            let words = format!("{} inside a text", typed.words());
            writers.push(part(typed).ok_or_else(|| self.fallback(one.at, words))?);
        }
        let writers = writers.into_boxed_slice();
        Ok(writer(move |frame, out| {
            for write in &writers {
                write(frame, out)?;
                if out.len() > MAX_REASON {
                    return Err(Miss::Failed);
                }
            }
            Ok(())
        }))
    }

    /// A text, for a reason or a name.
    pub fn words(&mut self, expression: &'p Expression) -> Lowered<Reason> {
        match self.expression(expression)? {
            Typed::Text(text) => Ok(Reason::Text(text)),
            Typed::Written(write) => Ok(Reason::Written(write)),
            other => Err(self.fallback(expression.at, format!("{} as a text", other.words()))),
        }
    }

    /// The reason that an indication is given with: a text, or the answer of a decision table.
    pub fn reason(&mut self, expression: &'p Expression) -> Lowered<Reason> {
        match self.expression(expression)? {
            Typed::Text(text) => Ok(Reason::Text(text)),
            Typed::Written(write) => Ok(Reason::Written(write)),
            Typed::Object(Form::Answer(_), answer) => Ok(Reason::Written(said(answer))),
            other => Err(self.fallback(expression.at, format!("{} as a reason", other.words()))),
        }
    }
}
