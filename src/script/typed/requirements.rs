//! Requirements and ladders as policies make them.

use super::super::api::decided::Ladder;
use super::super::api::ladder::{add, compared, holding, limited, place, usual};
use super::super::tree::Expression;
use super::frame::{Frame, Given, Miss, ObjectCode, code, exactly, known, maybe, object_code, text_code};
use super::lower::{Lowered, Lowerer};
use super::objects::Object;
use super::operand::{Form, Operand, Text, Typed};
use crate::channel::Name;
use crate::decision::{Comparison, Requirement};
use rust_decimal::Decimal;
use std::rc::Rc;

/// A tier that a policy names; nothing where it is not known. The manifest has it, unless it has none at all.
pub(super) enum Tier {
    None,
    Text(Text),
}

impl Tier {
    pub fn get(&self, frame: &mut Frame<'_>) -> Given<Option<Name>> {
        let text = match self {
            Self::None => None,
            Self::Text(text) => maybe(text.get(frame))?,
        };
        let Some(text) = text else { return Ok(None) };
        let tiers = &frame.schema.tiers;
        let known = tiers.iter().find(|tier| ***tier == *text).cloned();
        exactly(known.or_else(|| tiers.is_empty().then(|| Name::from(text)))).map(Some)
    }

    /// The tier, which has to be known.
    pub fn known(&self, frame: &mut Frame<'_>) -> Given<Name> {
        exactly(self.get(frame)?)
    }
}

fn requirement(made: Requirement) -> Object {
    Object::Requirement(Rc::new(made))
}

fn ladder(frame: &mut Frame<'_>, run: &ObjectCode) -> Given<Rc<Ladder>> {
    exactly(known(run(frame))?.ladder())
}

/// A tier of a ladder as a text: one of the manifest's, or of the script's.
fn named<'a>(frame: &Frame<'a>, tier: Option<&Name>) -> Given<&'a str> {
    let tier = tier.ok_or(Miss::NotKnown)?;
    let (schema, texts) = (frame.schema, frame.texts);
    let found = schema.tiers.iter().chain(texts).find(|known| *known == tier);
    exactly(found.map(|found| &**found))
}

impl<'p> Lowerer<'p> {
    /// An expression that is a tier, or not known.
    pub fn tier(&mut self, expression: &'p Expression) -> Lowered<Tier> {
        match self.expression(expression)? {
            Typed::Text(text) => Ok(Tier::Text(text)),
            Typed::NotKnown => Ok(Tier::None),
            other => Err(self.fallback(expression.at, format!("{} as a tier", other.words()))),
        }
    }

    /// An expression of a type that is not copied.
    pub fn object(&mut self, expression: &'p Expression, wanted: Form) -> Lowered<ObjectCode> {
        match self.expression(expression)? {
            Typed::Object(form, run) if form == wanted => Ok(run),
            other => Err(self.fallback(expression.at, format!("{} as {wanted}", other.words()))),
        }
    }

    /// A function that makes a requirement; `None` for another one.
    pub fn requirement(&mut self, name: &str, arguments: &[&'p Expression], at: usize) -> Lowered<Option<Typed>> {
        let source = &self.program.source;
        let source = Name::from(format!("{}:{}", source.path, source.line(at)));
        let comparison = Comparison::ALL.iter().copied().find(|known| known.as_str() == name);
        let run = match (comparison, arguments) {
            (Some(Comparison::Holds), [label, truth]) => self.holds(label, truth, source)?,
            (Some(comparison), [label, value, threshold]) => {
                let (label, threshold) = (self.words(label)?, self.decimal(threshold)?);
                let value = self.optional_decimal(value)?;
                object_code(move |frame| {
                    let (label, value) = (label.name(frame)?, value.maybe(frame)?);
                    let threshold = threshold.known(frame)?;
                    Ok(requirement(compared(label, comparison, value, threshold, Name::clone(&source))))
                })
            }
            (None, [parts]) if name == "all_of" => self.all_or_any(parts, Requirement::All)?,
            (None, [parts]) if name == "any_of" => self.all_or_any(parts, Requirement::Any)?,
            _ => return Ok(None),
        };
        Ok(Some(Typed::Object(Form::Requirement, run)))
    }

    /// An expression that is a number, or not known.
    fn optional_decimal(&mut self, expression: &'p Expression) -> Lowered<Operand<Decimal>> {
        match self.expression(expression)? {
            Typed::NotKnown => Ok(Operand::Code(code(|_| Err(Miss::NotKnown)))),
            typed => {
                let words = typed.words();
                typed.decimal().ok_or_else(|| self.fallback(expression.at, format!("{words} as a number")))
            }
        }
    }

    fn holds(&mut self, label: &'p Expression, truth: &'p Expression, source: Name) -> Lowered<ObjectCode> {
        let label = self.words(label)?;
        let truth = match self.expression(truth)? {
            Typed::Truth(truth) => truth,
            Typed::NotKnown => Operand::Constant(false),
            other => return Err(self.fallback(truth.at, format!("{} as a condition", other.words()))),
        };
        Ok(object_code(move |frame| {
            let (label, is_met) = (label.name(frame)?, truth.maybe(frame)?.unwrap_or(false));
            Ok(requirement(holding(label, is_met, Name::clone(&source))))
        }))
    }

    fn all_or_any(&mut self, parts: &'p Expression, join: fn(Vec<Requirement>) -> Requirement) -> Lowered<ObjectCode> {
        let parts = match self.expression(parts)? {
            Typed::Object(Form::Requirements | Form::Empty, run) => run,
            other => return Err(self.fallback(parts.at, format!("{} as requirements", other.words()))),
        };
        Ok(object_code(move |frame| {
            let parts = Rc::unwrap_or_clone(exactly(known(parts(frame))?.list())?).into_iter();
            let one = |part: Object| part.requirement().map(Rc::unwrap_or_clone);
            let parts = exactly(parts.map(one).collect::<Option<Vec<Requirement>>>())?;
            let joined = if parts.is_empty() { None } else { limited(join(parts)).ok() };
            exactly(joined).map(requirement)
        }))
    }

    /// A function of a ladder.
    pub fn of_ladder(&mut self, name: &str, run: ObjectCode, rest: &[&'p Expression], at: usize) -> Lowered<Typed> {
        Ok(match (name, rest) {
            ("tier", [tier, asked]) => {
                let (tier, asked) = (self.tier(tier)?, self.object(asked, Form::Requirement)?);
                Typed::Object(
                    Form::Ladder,
                    object_code(move |frame| {
                        let (mut ladder, tier) = (ladder(frame, &run)?, tier.known(frame)?);
                        let asked = exactly(known(asked(frame))?.requirement())?;
                        let added = add(frame.schema, Rc::make_mut(&mut ladder), tier, Rc::unwrap_or_clone(asked));
                        exactly(added.ok())?;
                        Ok(Object::Ladder(ladder))
                    }),
                )
            }
            ("highest", []) => Typed::Text(Text::Code(text_code(move |frame| {
                let ladder = ladder(frame, &run)?;
                named(frame, ladder.highest())
            }))),
            ("highest_reached", []) => Typed::Text(Text::Code(text_code(move |frame| {
                let ladder = ladder(frame, &run)?;
                named(frame, ladder.highest_reached())
            }))),
            ("requirement", [tier]) => {
                let tier = self.tier(tier)?;
                Typed::Object(
                    Form::Requirement,
                    object_code(move |frame| {
                        let (ladder, tier) = (ladder(frame, &run)?, tier.known(frame)?);
                        exactly(ladder.requirement(&tier).cloned()).map(requirement)
                    }),
                )
            }
            ("decision_for", [tier]) => {
                let tier = self.tier(tier)?;
                Typed::Object(
                    Form::Tier,
                    object_code(move |frame| {
                        let (ladder, tier) = (ladder(frame, &run)?, tier.get(frame)?);
                        Ok(Object::Decided(Rc::new(usual(frame.schema, &ladder, tier.as_ref()))))
                    }),
                )
            }
            _ => return Err(self.fallback(at, format!("`{name}` of a ladder"))),
        })
    }

    /// `rank(tier)` and `tier_minimum(tier)`.
    pub fn of_tier(&mut self, name: &str, tier: &'p Expression) -> Lowered<Typed> {
        let tier = self.tier(tier)?;
        Ok(if name == "rank" {
            Typed::Count(Operand::Code(code(move |frame| {
                let tier = tier.get(frame)?;
                Ok(tier.map_or(-1, |tier| place(frame.schema, &tier)))
            })))
        } else {
            Typed::Number(Operand::Code(code(move |frame| {
                let tier = tier.get(frame)?;
                let minimum = tier.and_then(|tier| frame.schema.tier_minimums.get(&tier));
                minimum.copied().ok_or(Miss::NotKnown)
            })))
        })
    }
}

/// An empty ladder.
pub(super) fn empty_ladder() -> Typed {
    Typed::Object(Form::Ladder, object_code(|_| Ok(Object::Ladder(Rc::new(Ladder::default())))))
}
