//! Calling a policy, and reading what it decided.

use super::api::decided::{Decided, Ground, What};
use super::api::kind::Kind;
use super::api::value::items;
use super::call::{answered, outcome};
use super::decided_size::{Texts, expect_few};
use super::fault::ScriptFault;
use super::outcome_fault::OutcomeFault;
use super::program::{Program, Scripts};
use super::{EntryPoint, PolicyFacts, PolicyKind};
use crate::channel::Name;
use crate::decision::{
    Comparison, Condition, Grounds, Incentive, Intervention, Requirement, TierDecision, TierMove, figure, push_beside,
    push_missing,
};
use crate::finding::{Finding, did_you_mean};
use crate::units::{Currency, MAX_MINOR_UNITS, Money};
use rhai::Dynamic;
use rust_decimal::Decimal;

impl Scripts {
    /// Decides the tier by the policy in `path`, for the partner or for the product line that the facts describe.
    ///
    /// # Errors
    /// When the policy fails or answers with something else than a tier decision; when a promotion does not rise or a
    /// demotion does not fall by the manifest's tiers; when a demotion names no requirement that is not met.
    pub fn tier(&self, path: &str, facts: &PolicyFacts) -> Result<TierDecision, ScriptFault> {
        let entry = EntryPoint::Policy(PolicyKind::Tier);
        let tiers = &self.inner.schema.tiers;
        self.settle(path, &facts.facts, self.typed_tier(path, facts), || {
            self.call(path, entry, &facts.facts, |program, value| match value.clone().try_cast::<Decided>() {
                Some(decided) => tier(program, decided, facts, tiers),
                None => Err(outcome(program, OutcomeFault::NotATierDecision { found: answered(&value) })),
            })
        })
    }

    /// Returns what the typed code of a tier policy decides; `None` where it leaves the call to the interpreter.
    pub fn typed_tier(&self, path: &str, facts: &PolicyFacts) -> Option<TierDecision> {
        let (program, decided) = self.typed_decisions(path, PolicyKind::Tier, facts)?;
        let [decided] = <[Decided; 1]>::try_from(decided).ok()?;
        tier(program, decided, facts, &self.inner.schema.tiers).ok()
    }

    /// Returns what the incentive policy in `path` awards and withholds, in its order; empty for nothing.
    ///
    /// # Errors
    /// When the policy fails, or answers with something else than a list of incentives.
    pub fn incentives(&self, path: &str, facts: &PolicyFacts) -> Result<Vec<Incentive>, ScriptFault> {
        let entry = EntryPoint::Policy(PolicyKind::Incentive);
        self.settle(path, &facts.facts, self.typed_incentives(path, facts), || {
            self.call(path, entry, &facts.facts, |program, value| {
                let decided = decisions(program, &value, "incentive", "`award(…)` and `withhold(…)`")?;
                incentives(program, decided, facts)
            })
        })
    }

    /// Returns what the typed code of an incentive policy decides; `None` where it leaves the call to the interpreter.
    pub fn typed_incentives(&self, path: &str, facts: &PolicyFacts) -> Option<Vec<Incentive>> {
        let (program, decided) = self.typed_decisions(path, PolicyKind::Incentive, facts)?;
        incentives(program, decided, facts).ok()
    }

    /// Returns the interventions of the policy in `path`, in its order; empty for nothing.
    ///
    /// # Errors
    /// When the policy fails, or answers with something else than a list of interventions.
    pub fn interventions(&self, path: &str, facts: &PolicyFacts) -> Result<Vec<Intervention>, ScriptFault> {
        let entry = EntryPoint::Policy(PolicyKind::Intervention);
        self.settle(path, &facts.facts, self.typed_interventions(path, facts), || {
            self.call(path, entry, &facts.facts, |program, value| {
                let decided = decisions(program, &value, "intervention", "`intervene(…)`")?;
                interventions(program, decided)
            })
        })
    }

    /// Returns what the typed code of an intervention policy decides; `None` where it leaves the call to the interpreter.
    pub fn typed_interventions(&self, path: &str, facts: &PolicyFacts) -> Option<Vec<Intervention>> {
        let (program, decided) = self.typed_decisions(path, PolicyKind::Intervention, facts)?;
        interventions(program, decided).ok()
    }

    fn typed_decisions(&self, path: &str, kind: PolicyKind, facts: &PolicyFacts) -> Option<(&Program, Vec<Decided>)> {
        let decided = self.typed(path, EntryPoint::Policy(kind))?.decisions(self.ground(&facts.facts))?;
        Some((self.inner.programs.get(path)?, decided))
    }
}

fn tier(program: &Program, decided: Decided, facts: &PolicyFacts, tiers: &[Name]) -> Result<TierDecision, Finding> {
    let found = decided.kind();
    let Decided { what: What::Tier { decision, to, effective }, until, grounds } = decided else {
        return Err(outcome(program, OutcomeFault::NotATierDecision { found: found.to_string() }));
    };
    let current = facts.line().identity.tier.clone();
    let place = |tier: &Option<Name>| -> Result<Option<usize>, Finding> {
        let Some(tier) = tier else { return Ok(None) };
        let found = tiers.iter().position(|known| known == tier);
        if found.is_none() && !tiers.is_empty() {
            let near = did_you_mean(tier, tiers.iter().map(|tier| &**tier)).map(str::to_owned);
            return Err(outcome(program, OutcomeFault::UnknownTier { tier: tier.to_string(), near }));
        }
        Ok(found)
    };
    let named = |tier: &Option<Name>| tier.as_deref().unwrap_or("no tier").to_owned();
    let (now, then) = (place(&current)?, place(&to)?);
    let is_ranked = !tiers.is_empty();
    match decision {
        TierMove::Promote if is_ranked && then <= now => {
            let fault = OutcomeFault::PromotionNotAbove { to: named(&to), current: named(&current) };
            return Err(outcome(program, fault));
        }
        TierMove::Demote if is_ranked && then >= now => {
            let fault = OutcomeFault::DemotionNotBelow { to: named(&to), current: named(&current) };
            return Err(outcome(program, fault));
        }
        TierMove::Demote if !grounds.iter().any(is_unmet) => {
            return Err(outcome(program, OutcomeFault::UnfoundedDemotion {}));
        }
        TierMove::Retain | TierMove::Promote | TierMove::Demote | TierMove::Grant => {}
    }
    let to = if decision == TierMove::Retain { current.clone() } else { to };
    let words = |requirement: &Requirement, of: Option<&Name>, changes: &mut Vec<String>| {
        let of = match (of, decision) {
            (Some(of), _) => Some(of),
            (None, TierMove::Demote) => current.as_ref(),
            (None, TierMove::Retain | TierMove::Promote | TierMove::Grant) => None,
        };
        match of {
            None => reaching(requirement, ["meets its requirement", ""], changes),
            Some(of) if !requirement.is_met() => {
                let verb = if Some(of) == current.as_ref() { "keeps " } else { "reaches " };
                reaching(requirement, [verb, of], changes);
            }
            Some(of) if Some(of) == to.as_ref() => losing(requirement, of, changes),
            Some(_) => {}
        }
    };
    let grounds = counted(program, settled(grounds, words))?;
    Ok(TierDecision {
        product_line: facts.line().identity.product_line.clone(),
        current,
        decision,
        to,
        effective,
        until,
        grounds,
    })
}

fn is_unmet(ground: &Ground) -> bool {
    matches!(ground, Ground::Requirement(requirement, _) if !requirement.is_met())
}

fn decisions(
    program: &Program,
    value: &Dynamic,
    item: &'static str,
    example: &'static str,
) -> Result<Vec<Decided>, Finding> {
    let Some(list) = items(value) else {
        return Err(outcome(program, OutcomeFault::NotAList { found: answered(value), item, example }));
    };
    few(program, list.len())?;
    let one = |(index, value): (usize, Dynamic)| {
        let found = answered(&value);
        value
            .try_cast::<Decided>()
            .ok_or_else(|| outcome(program, OutcomeFault::NotAnItem { index: index + 1, found, item, example }))
    };
    list.into_iter().enumerate().map(one).collect()
}

fn few(program: &Program, count: usize) -> Result<(), Finding> {
    expect_few(count).map_err(|fault| outcome(program, fault))
}

fn incentives(program: &Program, decided: Vec<Decided>, facts: &PolicyFacts) -> Result<Vec<Incentive>, Finding> {
    few(program, decided.len())?;
    let (currency, mut texts) = (facts.line().channel.currency, Texts::default());
    decided.into_iter().map(|decided| incentive(program, decided, currency, &mut texts)).collect()
}

fn interventions(program: &Program, decided: Vec<Decided>) -> Result<Vec<Intervention>, Finding> {
    few(program, decided.len())?;
    let mut texts = Texts::default();
    decided.into_iter().map(|decided| intervention(program, decided, &mut texts)).collect()
}

fn incentive(program: &Program, decided: Decided, currency: Currency, texts: &mut Texts) -> Result<Incentive, Finding> {
    let found = decided.kind();
    let What::Incentive { name, amount, points, rate, level, is_awarded } = decided.what else {
        return Err(mixed(program, found, Kind::Incentive));
    };
    let limit = Decimal::from_i128_with_scale(MAX_MINOR_UNITS, 0);
    if let Some(amount) = amount.filter(|amount| amount.abs() > limit) {
        return Err(outcome(program, OutcomeFault::AwardOutOfRange { incentive: name.to_string(), amount }));
    }
    let words = |requirement: &Requirement, _: Option<&Name>, changes: &mut Vec<String>| {
        if !is_awarded {
            reaching(requirement, ["earns ", &name], changes);
        }
    };
    let grounds = settled(decided.grounds, words);
    count(program, texts, [Some(&name), level.as_ref()].into_iter().flatten(), &grounds)?;
    Ok(Incentive {
        amount: amount.map(|amount| Money::new(amount, currency)),
        points,
        rate,
        level,
        until: decided.until,
        is_awarded,
        grounds,
        name: Name::clone(&name),
    })
}

fn intervention(program: &Program, decided: Decided, texts: &mut Texts) -> Result<Intervention, Finding> {
    let found = decided.kind();
    let What::Intervention { kind, severity, owner, due } = decided.what else {
        return Err(mixed(program, found, Kind::Intervention));
    };
    let words = |requirement: &Requirement, _: Option<&Name>, changes: &mut Vec<String>| {
        reaching(requirement, ["ends the ", &kind.as_str().replace('_', " ")], changes);
    };
    let grounds = settled(decided.grounds, words);
    count(program, texts, owner.as_ref(), &grounds)?;
    Ok(Intervention { kind, severity, owner, due, grounds })
}

/// Counts the texts of a decision, and refuses what is too much.
fn count<'a>(
    program: &Program,
    texts: &mut Texts,
    names: impl IntoIterator<Item = &'a Name>,
    grounds: &Grounds,
) -> Result<(), Finding> {
    let counted = names.into_iter().try_for_each(|name| texts.add(name)).and_then(|()| texts.add_grounds(grounds));
    counted.map_err(|fault| outcome(program, fault))
}

/// Returns the grounds of the only decision of an answer, unless they are too much.
fn counted(program: &Program, grounds: Grounds) -> Result<Grounds, Finding> {
    count(program, &mut Texts::default(), None, &grounds)?;
    Ok(grounds)
}

fn mixed(program: &Program, found: Kind, wanted: Kind) -> Finding {
    outcome(program, OutcomeFault::OtherDecision { found: found.to_string(), expected: wanted.to_string() })
}

/// The grounds in their final form; `words` adds what would change a requirement, of a tier's where it is one's.
fn settled(grounds: Vec<Ground>, words: impl Fn(&Requirement, Option<&Name>, &mut Vec<String>)) -> Grounds {
    let mut settled = Grounds::default();
    for ground in grounds {
        match ground {
            Ground::Because(text) => settled.because.push(text),
            Ground::WouldChange(text) => settled.would_change.push(text),
            Ground::Requirement(requirement, tier) => {
                words(&requirement, tier.as_ref(), &mut settled.would_change);
                settled.requirements.push(requirement);
            }
        }
    }
    settled
}

/// Adds missing conditions as one sentence: `net new users: 12 more (63 of 75) reaches Silver`; none when it is met.
fn reaching(requirement: &Requirement, effect: [&str; 2], changes: &mut Vec<String>) {
    let mut text = String::new();
    let missing = requirement.missing();
    for (index, condition) in missing.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { " and " });
        push_missing_words(condition, &mut text);
    }
    text.push_str(match &missing[..] {
        [] => return,
        [_] if text.ends_with(MUST_HOLD) => ", which ",
        [_] => " ",
        _ => "; all of it ",
    });
    effect.iter().for_each(|word| text.push_str(word));
    changes.push(text);
}

const MUST_HOLD: &str = "must hold";

fn push_all(words: &[&str], out: &mut String) {
    words.iter().for_each(|word| out.push_str(word));
}

fn push_missing_words(condition: &Condition, out: &mut String) {
    push_all(&[&condition.label, ": "], out);
    let Some(threshold) = condition.threshold else { return out.push_str(MUST_HOLD) };
    let asked = figure(threshold);
    let (Some(value), Some(gap)) = (condition.value, condition.gap()) else {
        return push_all(&["not known; ", condition.comparison.phrase(), " ", &asked], out);
    };
    let (over, between, end) = match condition.comparison {
        Comparison::AtLeast | Comparison::Holds => ("", " more (", ""),
        Comparison::MoreThan => ("over ", " more (", ", more than "),
        Comparison::AtMost => ("", " less (", ", at most "),
        Comparison::LessThan => ("over ", " less (", ", less than "),
    };
    out.push_str(over);
    push_missing(gap, out);
    out.push_str(between);
    push_beside(value, threshold, &asked, out);
    if end.is_empty() {
        push_all(&[" of ", &asked, ")"], out);
    } else {
        push_all(&[end, &asked, " is asked)"], out);
    }
}

/// Adds conditions that alone would lose a retained tier: one sentence per condition.
fn losing(requirement: &Requirement, tier: &str, changes: &mut Vec<String>) {
    let mut condition = |part: &Requirement| match part {
        Requirement::One(condition) => changes.push(losing_words(condition, tier)),
        Requirement::All(_) | Requirement::Any(_) => losing(part, tier, changes),
    };
    match requirement {
        Requirement::One(_) => condition(requirement),
        Requirement::All(parts) => parts.iter().for_each(condition),
        Requirement::Any(parts) => {
            let mut met = parts.iter().filter(|part| part.is_met());
            if let (Some(only), None) = (met.next(), met.next()) {
                condition(only);
            }
        }
    }
}

fn losing_words(condition: &Condition, tier: &str) -> String {
    let mut out = String::new();
    push_all(&[&condition.label, ": "], &mut out);
    let (Some(value), Some(threshold)) = (condition.value, condition.threshold) else {
        push_all(&["without it ", tier, " is lost"], &mut out);
        return out;
    };
    let asked = figure(threshold);
    let (before, after) = match condition.comparison {
        Comparison::AtLeast | Comparison::Holds => ("below ", " loses "),
        Comparison::MoreThan => ("", " or less loses "),
        Comparison::AtMost => ("above ", " loses "),
        Comparison::LessThan => ("", " or more loses "),
    };
    push_all(&[before, &asked, after, tier, " ("], &mut out);
    push_beside(value, threshold, &asked, &mut out);
    out.push_str(" now)");
    out
}
