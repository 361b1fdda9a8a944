//! Decisions of policies with their grounds, and the answer that they are.

use super::super::PolicyKind;
use super::super::api::decided::{Decided, Ground, What};
use super::super::tree::Expression;
use super::frame::{Flow, Frame, Miss, ObjectCode, Step, exactly, known, object_code, step};
use super::lower::{Lowered, Lowerer};
use super::objects::Object;
use super::operand::{Form, Text, Typed};
use super::texts::Reason;
use crate::channel::Name;
use crate::decision::{InterventionKind, Severity, TierMove};
use std::rc::Rc;

fn decided(made: Decided) -> Object {
    Object::Decided(Rc::new(made))
}

/// Code that changes a decision.
fn changed(
    run: ObjectCode,
    change: impl for<'a> Fn(&mut Frame<'a>, &mut Decided) -> Result<(), Miss> + Send + Sync + 'static,
) -> ObjectCode {
    object_code(move |frame| {
        let mut decided = exactly(known(run(frame))?.decided())?;
        change(frame, Rc::make_mut(&mut decided))?;
        Ok(Object::Decided(decided))
    })
}

/// A change of the decision itself; fails for a decision of another kind.
macro_rules! change {
    ($run:ident, $value:ident => $method:ident, $variant:ident.$field:ident) => {
        changed($run, move |frame, decided| {
            let value = $value.$method(frame)?;
            match &mut decided.what {
                What::$variant { $field, .. } => *$field = Some(value),
                _ => return Err(Miss::Failed),
            }
            Ok(())
        })
    };
}

impl<'p> Lowerer<'p> {
    /// A function that makes a decision; `None` for another one.
    pub fn decided(&mut self, name: &str, arguments: &[&'p Expression]) -> Lowered<Option<Typed>> {
        let (form, run) = match (name, arguments) {
            ("retain", []) => (Form::Tier, object_code(|_| Ok(decided(Decided::tier(TierMove::Retain, None))))),
            ("promote" | "grant", [tier]) => {
                let (tier, way) = (self.tier(tier)?, if name == "grant" { TierMove::Grant } else { TierMove::Promote });
                (Form::Tier, object_code(move |frame| Ok(decided(Decided::tier(way, Some(tier.known(frame)?))))))
            }
            ("demote", [tier]) => {
                let tier = self.tier(tier)?;
                (Form::Tier, object_code(move |frame| Ok(decided(Decided::tier(TierMove::Demote, tier.get(frame)?)))))
            }
            ("award" | "withhold", [label]) => {
                let (label, is_awarded) = (self.words(label)?, name == "award");
                let run = object_code(move |frame| Ok(decided(Decided::incentive(label.name(frame)?, is_awarded))));
                (Form::Incentive, run)
            }
            ("intervene", [kind, severity]) => (Form::Intervention, self.intervene(kind, severity)?),
            _ => return Ok(None),
        };
        Ok(Some(Typed::Object(form, run)))
    }

    fn intervene(&mut self, kind: &'p Expression, severity: &'p Expression) -> Lowered<ObjectCode> {
        let (kind, severity) = (self.word(kind)?, self.word(severity)?);
        Ok(object_code(move |frame| {
            let (kind, severity) = (known(kind.get(frame))?, known(severity.get(frame))?);
            let kind = InterventionKind::ALL.iter().copied().find(|known| known.as_str() == kind);
            let severity = Severity::ALL.iter().copied().find(|known| known.as_str() == severity);
            let (kind, severity) = (exactly(kind)?, exactly(severity)?);
            Ok(decided(Decided::new(What::Intervention { kind, severity, owner: None, due: None })))
        }))
    }

    /// A text that is not put together.
    fn word(&mut self, expression: &'p Expression) -> Lowered<Text> {
        match self.expression(expression)? {
            Typed::Text(text) => Ok(text),
            other => Err(self.fallback(expression.at, format!("{} as a word", other.words()))),
        }
    }

    /// A function of a decision.
    pub fn of_decision(
        &mut self,
        name: &str,
        (form, run): (Form, ObjectCode),
        rest: &[&'p Expression],
        at: usize,
    ) -> Lowered<Typed> {
        let [argument] = rest else { return Err(self.fallback(at, format!("`{name}` of {form}"))) };
        let run = match (name, form) {
            ("because", _) => self.grounded(run, argument)?,
            ("until", Form::Tier | Form::Incentive) => {
                let date = self.date(argument)?;
                changed(run, move |frame, decided| {
                    decided.until = Some(date.known(frame)?);
                    Ok(())
                })
            }
            ("effective", Form::Tier) => {
                let date = self.date(argument)?;
                change!(run, date => known, Tier.effective)
            }
            ("due", Form::Intervention) => {
                let date = self.date(argument)?;
                change!(run, date => known, Intervention.due)
            }
            ("owner", Form::Intervention) => {
                let owner = self.words(argument)?;
                change!(run, owner => name, Intervention.owner)
            }
            ("level", Form::Incentive) => {
                let level = self.words(argument)?;
                change!(run, level => name, Incentive.level)
            }
            ("amount" | "rate" | "points", Form::Incentive) => {
                let number = self.decimal(argument)?;
                match name {
                    "amount" => change!(run, number => known, Incentive.amount),
                    "rate" => change!(run, number => known, Incentive.rate),
                    _ => change!(run, number => known, Incentive.points),
                }
            }
            _ => return Err(self.fallback(at, format!("`{name}` of {form}"))),
        };
        Ok(Typed::Object(form, run))
    }

    /// A decision with one more ground.
    fn grounded(&mut self, run: ObjectCode, reason: &'p Expression) -> Lowered<ObjectCode> {
        let said = match self.expression(reason)? {
            Typed::Object(Form::Requirement, requirement) => {
                return Ok(changed(run, move |frame, decided| {
                    let requirement = Rc::unwrap_or_clone(exactly(known(requirement(frame))?.requirement())?);
                    let tier: Option<Name> = requirement.tier().cloned();
                    decided.grounds.push(Ground::Requirement(requirement, tier));
                    Ok(())
                }));
            }
            Typed::Object(Form::Answer(_), answer) => {
                return Ok(changed(run, move |frame, decided| {
                    exactly(known(answer(frame))?.answer())?.add_grounds(&mut decided.grounds);
                    Ok(())
                }));
            }
            Typed::Text(text) => Reason::Text(text),
            Typed::Written(write) => Reason::Written(write),
            other => return Err(self.fallback(reason.at, format!("{} as a reason", other.words()))),
        };
        Ok(changed(run, move |frame, decided| {
            decided.grounds.push(Ground::Because(said.name(frame)?));
            Ok(())
        }))
    }

    /// The answer of a policy: a tier decision, or a list of the others.
    pub fn decision(&mut self, kind: PolicyKind, value: &'p Expression) -> Lowered<Step> {
        let wanted = match kind {
            PolicyKind::Tier => Form::Tier,
            PolicyKind::Incentive => Form::Incentives,
            PolicyKind::Intervention => Form::Interventions,
        };
        let run = match self.expression(value)? {
            Typed::Object(form, run) if form == wanted || (form == Form::Empty && wanted != Form::Tier) => run,
            other => return Err(self.fallback(value.at, format!("{} as the answer", other.words()))),
        };
        Ok(step(move |frame| {
            frame.decided = Some(known(run(frame))?);
            Ok(Flow::Next)
        }))
    }
}
