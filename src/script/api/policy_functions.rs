//! The functions that only policies may call: requirements, ladders, points and money, decisions.

use super::super::kind_fault::KindFault;
use super::decided::{Decided, Ladder, What};
use super::function::{Call, Function, Outcome, functions};
use super::kind::Kind;
use super::ladder::{add_tier, decision_for, requirement, tier_value};
use super::vocabulary::{unknown_word, vocabulary};
use crate::decision::{Comparison, InterventionKind, Requirement, Severity, TierMove};
use rhai::{Dynamic, EvalAltResult};

type Fault = Box<EvalAltResult>;

functions! {
    POLICY_FUNCTIONS:
    at_least (["label", "value", "threshold"]) -> "requirement":
        "A requirement: the value is the threshold or more. A value that is not known does not meet it.",
        [r#"at_least("revenue", 500_000, 500_000).is_met"#, r#"!at_least("revenue", (), 500_000).is_met"#],
        |call| call.compared(Comparison::AtLeast);
    more_than (["label", "value", "threshold"]) -> "requirement":
        "A requirement: the value is more than the threshold.",
        [r#"!more_than("revenue", 500_000, 500_000).is_met"#],
        |call| call.compared(Comparison::MoreThan);
    at_most (["label", "value", "threshold"]) -> "requirement":
        "A requirement: the value is the threshold or less.",
        [r#"at_most("open complaints", 3, 3).is_met"#],
        |call| call.compared(Comparison::AtMost);
    less_than (["label", "value", "threshold"]) -> "requirement":
        "A requirement: the value is less than the threshold.",
        [r#"!less_than("open complaints", 3, 3).is_met"#],
        |call| call.compared(Comparison::LessThan);
    holds (["label", "truth"]) -> "requirement":
        "A requirement: the condition is true. One that is not known does not meet it.",
        [r#"holds("business plan", true).is_met"#, r#"!holds("business plan", ()).is_met"#],
        |call| call.holding();
    all_of (["requirements"]) -> "requirement":
        "A requirement that is met when every one of the list is.",
        [r#"!all_of([holds("plan", true), holds("audit", false)]).is_met"#],
        |call| call.joined(Requirement::All);
    any_of (["requirements"]) -> "requirement":
        "A requirement that is met when at least one of the list is.",
        [r#"any_of([holds("plan", true), holds("audit", false)]).is_met"#],
        |call| call.joined(Requirement::Any);

    ladder ([]) -> "ladder":
        "An empty ladder; add the tiers with their requirements, lowest first.",
        [r#"ladder().tier("Gold", holds("plan", true)).highest() == "Gold""#],
        |_call| Ok(Dynamic::from(Ladder::default()));
    tier (["ladder", "name", "requirement"]) -> "ladder" method:
        "Adds a tier with its requirement to a ladder.",
        [r#"ladder().tier("Silver", holds("plan", true)).tier("Gold", holds("audit", false)).highest() == "Silver""#],
        add_tier;
    highest (["ladder"]) -> "tier" method:
        "The highest tier whose requirement is met; not known when none is.",
        [r#"!is_known(ladder().tier("Gold", holds("plan", false)).highest())"#],
        |call| Ok(tier_value(call.ladder()?.highest()));
    highest_reached (["ladder"]) -> "tier" method:
        "The highest tier whose requirement is met together with those of every tier below it.",
        [r#"!is_known(ladder().tier("Silver", holds("plan", false)).tier("Gold", holds("audit", true)).highest_reached())"#],
        |call| Ok(tier_value(call.ladder()?.highest_reached()));
    requirement (["ladder", "tier"]) -> "requirement" method:
        "The requirement of one tier of the ladder.",
        [r#"ladder().tier("Gold", holds("plan", true)).requirement("Gold").is_met"#],
        requirement;
    decision_for (["ladder", "tier"]) -> "tier decision" method:
        "The usual decision for a partner of that tier: promote to the highest tier that is met, retain, or demote to it. A figure that is not known does not promote and does not take a tier away. The requirements of the current, the earned and the next tier are its grounds.",
        [r#"is_known(ladder().tier("Gold", holds("plan", true)).decision_for("Silver"))"#],
        decision_for;

    points (["value", "per", "each"] | ["award", "number"]) -> "number or incentive":
        "Points for full steps: `points(37, 10, 5)` gives 5 for each full 10, none below zero. After an award: the points it gives.",
        ["points(37, 10, 5) == 15", r#"is_known(award("loyalty").points(15))"#],
        points;
    retain ([]) -> "tier decision":
        "The tier stays as it is.",
        [r#"is_known(retain().because("reviewed at year end"))"#],
        |_call| Ok(Dynamic::from(Decided::tier(TierMove::Retain, None)));
    promote (["tier"]) -> "tier decision":
        "The tier rises.",
        [r#"is_known(promote("Gold").because(at_least("revenue", 600_000, 500_000)))"#],
        |call| Ok(Dynamic::from(Decided::tier(TierMove::Promote, Some(call.tier(0)?))));
    demote (["tier"]) -> "tier decision":
        "The tier falls; `demote(())` takes it away. Its grounds must name a requirement that is not met.",
        [r#"is_known(demote("Silver").because(at_least("revenue", 400_000, 500_000)))"#],
        |call| { let to = if call.arguments[0].is_unit() { None } else { Some(call.tier(0)?) }; Ok(Dynamic::from(Decided::tier(TierMove::Demote, to))) };
    grant (["tier"]) -> "tier decision":
        "The tier is given for a time without its requirements being met: a first year, a transition.",
        [r#"is_known(grant("Silver").until(date("2026-12-31")))"#],
        |call| Ok(Dynamic::from(Decided::tier(TierMove::Grant, Some(call.tier(0)?))));
    effective (["decision", "date"]) -> "tier decision" method:
        "Date a tier decision takes effect; the as-of date when not given.",
        [r#"is_known(promote("Gold").effective(date("2026-01-01")))"#],
        |call| { let day = call.date(1)?; call.change("a tier decision", |what| if let What::Tier { effective, .. } = what { *effective = Some(day); true } else { false }) };
    until (["decision", "date"] | ["list", "field", "date"]) -> "the decision, or a list" method:
        "Last day of a grant, a grace or an award. Of a list: the records whose date is that day or earlier.",
        [r#"is_known(grant("Silver").until(date("2026-12-31")))"#, r#"partner.pipeline.opportunities.until("close_date", date("2026-03-31")).count() == 1"#],
        until;

    award (["name"]) -> "incentive":
        "An incentive that the partner has earned.",
        [r#"is_known(award("attainment bonus").amount(25_000).because("at quota"))"#],
        |call| Ok(Dynamic::from(Decided::incentive(call.name(0)?, true)));
    withhold (["name"]) -> "incentive":
        "An incentive that the partner does not get, said with its reason.",
        [r#"is_known(withhold("accelerated MDF").because(at_least("attainment", 0.9, 1)))"#],
        |call| Ok(Dynamic::from(Decided::incentive(call.name(0)?, false)));
    amount (["award", "money"]) -> "incentive" method:
        "Money of an award.",
        [r#"is_known(award("rebate").amount(2_000))"#],
        |call| { let value = call.number(1)?; call.change("an award", |what| if let What::Incentive { amount, .. } = what { *amount = Some(value); true } else { false }) };
    rate (["award", "fraction"]) -> "incentive" method:
        "Rate of an award, as a fraction.",
        [r#"is_known(award("commission").rate(0.12))"#],
        |call| { let value = call.number(1)?; call.change("an award", |what| if let What::Incentive { rate, .. } = what { *rate = Some(value); true } else { false }) };
    level (["award", "text"]) -> "incentive" method:
        "Level of an award.",
        [r#"is_known(award("investment level").level("Premium"))"#],
        |call| { let value = call.name(1)?; call.change("an award", |what| if let What::Incentive { level, .. } = what { *level = Some(value); true } else { false }) };

    intervene (["kind", "severity"]) -> "intervention":
        "Something to do about the partner: `pipeline_support`, `forecast_call`, `improvement_plan`, `recalibration` or `executive_escalation`, with `critical`, `high`, `medium` or `low` severity.",
        [r#"is_known(intervene("forecast_call", "high").because("no forecast yet"))"#],
        intervene;
    owner (["intervention", "text"]) -> "intervention" method:
        "Who does it; the account manager when not given.",
        [r#"is_known(intervene("forecast_call", "high").owner("channel finance"))"#],
        |call| { let value = call.name(1)?; call.change("an intervention", |what| if let What::Intervention { owner, .. } = what { *owner = Some(value); true } else { false }) };
    due (["intervention", "date"]) -> "intervention" method:
        "Day it is due.",
        [r#"is_known(intervene("forecast_call", "high").due(date("2026-01-31")))"#],
        |call| { let day = call.date(1)?; call.change("an intervention", |what| if let What::Intervention { due, .. } = what { *due = Some(day); true } else { false }) };
}

fn points(call: Call<'_, '_>) -> Outcome {
    if call.arguments.len() == 3 {
        return call.proportion(true).map(Dynamic::from_decimal);
    }
    let value = call.number(1)?;
    call.change("an award", |what| match what {
        What::Incentive { points, .. } => {
            *points = Some(value);
            true
        }
        What::Tier { .. } | What::Intervention { .. } => false,
    })
}

fn until(call: Call<'_, '_>) -> Outcome {
    if call.arguments.len() == 3 {
        let day = call.date(2)?;
        return call.dated(|date| date <= day);
    }
    let day = call.date(1)?;
    let mut decided = call.decided("a tier decision or an award")?;
    if decided.kind() == Kind::Intervention {
        return Err(KindFault::InterventionUntil {}.into());
    }
    decided.until = Some(day);
    Ok(Dynamic::from(decided))
}

fn intervene(call: Call<'_, '_>) -> Outcome {
    let word = |argument: usize| -> Result<String, Fault> {
        let word = call.text(argument)?;
        match vocabulary("intervene", argument) {
            Some((what, known)) if !known.contains(&word.as_str()) => Err(unknown_word(what, &word, &known).into()),
            _ => Ok(word),
        }
    };
    let (kind, severity) = (word(0)?, word(1)?);
    let kind = InterventionKind::ALL.iter().copied().find(|known| known.as_str() == kind);
    let severity = Severity::ALL.iter().copied().find(|known| known.as_str() == severity);
    let (Some(kind), Some(severity)) = (kind, severity) else { return Err(call.wrong(0, "an intervention")) };
    Ok(Dynamic::from(Decided::new(What::Intervention { kind, severity, owner: None, due: None })))
}
