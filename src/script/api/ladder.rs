//! Requirements, ladders and decisions as functions of policies make them.

use super::super::kind_fault::KindFault;
use super::super::name_fault::NameFault;
use super::super::outcome_fault::OutcomeFault;
use super::decided::{Decided, Ground, Ladder, What};
use super::facts::FactSchema;
use super::function::{Call, Outcome};
use super::kind::Kind;
use super::value::items;
use super::vocabulary::unknown_word;
use crate::channel::Name;
use crate::decision::{Comparison, Condition, Requirement, TierMove};
use rhai::{Dynamic, EvalAltResult};
use rust_decimal::Decimal;

type Fault = Box<EvalAltResult>;

/// Most tiers of a ladder.
const MAX_TIERS: usize = 100;

pub(super) fn tier_value(tier: Option<&Name>) -> Dynamic {
    tier.map_or(Dynamic::UNIT, |tier| Dynamic::from(tier.to_string()))
}

pub(super) fn add_tier(call: Call<'_, '_>) -> Outcome {
    let mut ladder = call.ladder()?;
    let tier = call.tier(1)?;
    add(call.schema, &mut ladder, tier, call.one_requirement(2)?)?;
    Ok(Dynamic::from(ladder))
}

/// Adds a tier above those that the ladder has.
pub(in crate::script) fn add(
    schema: &FactSchema,
    ladder: &mut Ladder,
    tier: Name,
    requirement: Requirement,
) -> Result<(), OutcomeFault> {
    if let Some((below, _)) = ladder.0.last()
        && place(schema, below) >= place(schema, &tier)
        && !schema.tiers.is_empty()
    {
        return Err(OutcomeFault::LadderOrder { tier: tier.to_string(), below: below.to_string() });
    }
    if ladder.0.len() >= MAX_TIERS {
        return Err(OutcomeFault::LadderLength { limit: MAX_TIERS });
    }
    let requirement = requirement.of_tier(&tier);
    ladder.0.push((tier, requirement));
    Ok(())
}

pub(super) fn requirement(call: Call<'_, '_>) -> Outcome {
    let (ladder, tier) = (call.ladder()?, call.tier(1)?);
    let found = ladder.requirement(&tier).cloned();
    found.map(Dynamic::from).ok_or_else(|| NameFault::UnknownLadderTier { tier: tier.to_string() }.into())
}

pub(super) fn decision_for(call: Call<'_, '_>) -> Outcome {
    let ladder = call.ladder()?;
    let current = if call.arguments[1].is_unit() { None } else { Some(call.tier(1)?) };
    Ok(Dynamic::from(usual(call.schema, &ladder, current.as_ref())))
}

/// The usual decision for a partner of a tier.
pub(in crate::script) fn usual(schema: &FactSchema, ladder: &Ladder, current: Option<&Name>) -> Decided {
    let place_of = |tier: &str| place(schema, tier);
    let place = |tier: Option<&Name>| tier.map_or(-1, |tier| place_of(tier));
    let earned = ladder.highest();
    // Without any tier earned, the highest below the ladder is left: the one that asks nothing.
    let lowest = ladder.0.first().map_or(i64::MAX, |(tier, _)| place_of(tier));
    let below = schema.tiers.iter().rev().find(|tier| place_of(tier) < lowest);
    let now = place(current);
    // A figure that is not known takes no tier away: the highest tier that nothing known speaks against is left.
    let left = ladder.0.iter().rev().find(|(tier, asked)| place_of(tier) <= now && asked.may_be_met());
    let doubtful = left.filter(|(tier, _)| place_of(tier) > place(earned.or(below)) && place(earned.or(below)) < now);
    let to = doubtful.map(|(tier, _)| tier).or(earned).or(below);
    let then = place(to);
    let mut decided = if then > now && earned.is_some() {
        Decided::tier(TierMove::Promote, to.cloned())
    } else if then < now {
        Decided::tier(TierMove::Demote, to.cloned())
    } else {
        Decided::tier(TierMove::Retain, None)
    };
    if let Some((tier, asked)) = doubtful {
        let conditions = asked.conditions();
        let mut unknown: Vec<&str> = conditions
            .iter()
            .filter(|one| one.value.is_none() && one.threshold.is_some())
            .map(|one| &*one.label)
            .collect();
        unknown.dedup();
        let because = format!("{} not known, and nothing that is known speaks against {tier}", unknown.join(", "));
        decided.grounds.push(Ground::Because(because.into()));
    }
    let kept = if then < now { to } else { to.or(current) };
    let next = ladder.0.iter().find(|(tier, _)| place_of(tier) > place(kept)).map(|(tier, _)| tier);
    let mut shown: Vec<&Name> = Vec::new();
    for tier in [current, earned, next].into_iter().flatten() {
        if let (false, Some(requirement)) = (shown.contains(&tier), ladder.requirement(tier)) {
            shown.push(tier);
            decided.grounds.push(Ground::Requirement(requirement.clone(), Some(Name::clone(tier))));
        }
    }
    decided
}

pub(super) fn tier_minimum(call: Call<'_, '_>) -> Outcome {
    if call.arguments[0].is_unit() {
        return Ok(Dynamic::UNIT);
    }
    let tier = call.tier(0)?;
    let minimum = call.schema.tier_minimums.get(&tier);
    Ok(minimum.map_or(Dynamic::UNIT, |minimum| Dynamic::from_decimal(*minimum)))
}

/// Place of a tier in the manifest, from 0; −1 for another text.
pub(in crate::script) fn place(schema: &FactSchema, tier: &str) -> i64 {
    let place = schema.tiers.iter().position(|known| **known == *tier);
    place.and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)
}

/// A requirement of one condition that compares numbers.
pub(in crate::script) fn compared(
    label: Name,
    comparison: Comparison,
    value: Option<Decimal>,
    threshold: Decimal,
    source: Name,
) -> Requirement {
    let is_met = value.is_some_and(|value| match comparison {
        Comparison::AtLeast => value >= threshold,
        Comparison::MoreThan => value > threshold,
        Comparison::AtMost => value <= threshold,
        Comparison::LessThan => value < threshold,
        Comparison::Holds => false,
    });
    let threshold = Some(threshold);
    Requirement::One(Condition { label, comparison, value, threshold, is_met, source, tier: None })
}

/// A requirement of one condition that is true or not.
pub(in crate::script) fn holding(label: Name, is_met: bool, source: Name) -> Requirement {
    let (comparison, value, threshold, tier) = (Comparison::Holds, None, None, None);
    Requirement::One(Condition { label, comparison, value, threshold, is_met, source, tier })
}

/// Joined requirements, unless they are more than a person can read.
pub(in crate::script) fn limited(joined: Requirement) -> Result<Requirement, OutcomeFault> {
    let (depth, conditions) = (Requirement::MAX_DEPTH, Requirement::MAX_CONDITIONS);
    if joined.depth() > depth {
        Err(OutcomeFault::RequirementDepth { limit: depth })
    } else if joined.count() > conditions {
        Err(OutcomeFault::RequirementConditions { limit: conditions })
    } else {
        Ok(joined)
    }
}

impl Call<'_, '_> {
    pub(super) fn name(&self, argument: usize) -> Result<Name, Fault> {
        self.text(argument).map(Name::from)
    }

    /// A tier of the program.
    pub(super) fn tier(&self, argument: usize) -> Result<Name, Fault> {
        let tier = self.name(argument)?;
        let tiers = &self.schema.tiers;
        if tiers.is_empty() || tiers.contains(&tier) {
            return Ok(tier);
        }
        let known: Vec<&str> = tiers.iter().map(|tier| &**tier).collect();
        Err(unknown_word("tier of the manifest", &tier, &known).into())
    }

    pub(super) fn rank(&self, argument: usize) -> Result<i64, Fault> {
        if self.arguments[argument].is_unit() { Ok(-1) } else { Ok(place(self.schema, &self.tier(argument)?)) }
    }

    pub(super) fn ladder(&self) -> Result<Ladder, Fault> {
        self.arguments[0].clone().try_cast::<Ladder>().ok_or_else(|| self.wrong(0, "a ladder"))
    }

    pub(super) fn one_requirement(&self, argument: usize) -> Result<Requirement, Fault> {
        let requirement = self.arguments[argument].clone().try_cast::<Requirement>();
        requirement.ok_or_else(|| self.wrong(argument, "a requirement such as `at_least(\"revenue\", x, 500_000)`"))
    }

    pub(super) fn requirements(&self) -> Result<Vec<Requirement>, Fault> {
        let items = items(self.arguments[0]).ok_or_else(|| self.wrong(0, "a list of requirements"))?;
        if items.is_empty() {
            return Err(OutcomeFault::NoRequirement { function: self.function.to_owned() }.into());
        }
        let one = |item: Dynamic| {
            let found = Kind::of(&item);
            item.try_cast::<Requirement>()
                .ok_or_else(|| KindFault::Requirements { function: self.function.to_owned(), found }.into())
        };
        items.into_iter().map(one).collect()
    }

    /// Joins requirements, within the limits of what a person can read.
    pub(super) fn joined(&self, join: fn(Vec<Requirement>) -> Requirement) -> Outcome {
        Ok(Dynamic::from(limited(join(self.requirements()?))?))
    }

    /// File and line of the call.
    pub(super) fn source(&self) -> Name {
        let file = self.context.call_source().unwrap_or_default();
        match self.context.call_position().line() {
            Some(line) => format!("{file}:{line}").into(),
            None => file.into(),
        }
    }

    pub(super) fn compared(&self, comparison: Comparison) -> Outcome {
        let label = self.name(0)?;
        let value = if self.arguments[1].is_unit() { None } else { Some(self.number(1)?) };
        let threshold = self.number(2)?;
        Ok(Dynamic::from(compared(label, comparison, value, threshold, self.source())))
    }

    pub(super) fn holding(&self) -> Outcome {
        let label = self.name(0)?;
        let is_met = match Kind::of(self.arguments[1]) {
            Kind::NotKnown => false,
            Kind::Truth => self.arguments[1].as_bool() == Ok(true),
            _ => return Err(self.wrong(1, "true or false")),
        };
        Ok(Dynamic::from(holding(label, is_met, self.source())))
    }

    pub(super) fn decided(&self, expected: &'static str) -> Result<Decided, Fault> {
        self.arguments[0].clone().try_cast::<Decided>().ok_or_else(|| self.wrong(0, expected))
    }

    /// The decision in the first argument, changed; `change` says whether it was of the right kind.
    pub(super) fn change(&self, expected: &'static str, change: impl FnOnce(&mut What) -> bool) -> Outcome {
        let mut decided = self.decided(expected)?;
        if change(&mut decided.what) { Ok(Dynamic::from(decided)) } else { Err(self.wrong(0, expected)) }
    }
}
