//! The functions that only policies may call: requirements, ladders, points and money, decisions.

use super::super::kind_fault::KindFault;
use super::complaint::Complaint;
use super::decide_by::decide_by;
use super::decided::{Decided, Ladder, What};
use super::function::{Call, Function, Outcome, functions};
use super::kind::Kind;
use super::ladder::{add_tier, decision_for, requirement, tier_minimum, tier_value};
use super::value::number;
use super::vocabulary::{unknown_word, vocabulary};
use crate::decision::{Comparison, InterventionKind, Requirement, Severity, TierMove};
use rhai::{Dynamic, EvalAltResult};
use rust_decimal::Decimal;

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
    rank (["tier"]) -> "whole number":
        "Place of a tier in the manifest's `[tiers]`, from 0 for the lowest; −1 for no tier.",
        [r#"rank("Gold") > rank("Silver")"#, "rank(()) == -1"],
        |call| Ok(call.rank(0)?.into());
    tier_minimum (["tier"]) -> "number":
        "Least revenue a year of a tier, from the manifest's `[tiers]`; not known for no tier, or without `[tiers]`.",
        [r#"tier_minimum("Gold") == 500_000"#, "!is_known(tier_minimum(()))"],
        tier_minimum;

    points (["value", "per", "each"] | ["award", "number"]) -> "number or incentive":
        "Points for full steps: `points(37, 10, 5)` gives 5 for each full 10, none below zero. After an award: the points it gives.",
        ["points(37, 10, 5) == 15", r#"is_known(award("loyalty").points(15))"#],
        points;
    points_proportional (["value", "per", "each"]) -> "number":
        "Points in proportion: value ÷ per × each, none below zero.",
        ["points_proportional(37, 10, 5) == 18.5"],
        |call| call.proportion(false).map(Dynamic::from_decimal);
    capped (["points", "cap"]) -> "number":
        "The points, but at most the cap.",
        ["capped(120, 100) == 100"],
        |call| Ok(Dynamic::from_decimal(call.number(0)?.min(call.number(1)?)));
    best_of (["list"]) -> "number":
        "The largest number of the list that is known; not known when none is.",
        ["best_of([3, (), 7]) == 7", "!is_known(best_of([()]))"],
        best_of;
    share (["part", "whole"]) -> "number":
        "Part ÷ whole as a fraction; not known when either is not known or the whole is 0.",
        ["share(3, 12) == 0.25", "!is_known(share(3, 0))"],
        share;
    marginal (["amount", "steps"]) -> "number":
        "Rebate by slices: each part of the amount at the rate of its step; steps are `[from, rate]`, lowest first.",
        ["marginal(150_000, [[0, 0.01], [100_000, 0.02]]) == 2_000"],
        |call| call.rebate(true);
    retrospective (["amount", "steps"]) -> "number":
        "Rebate on everything at the rate of the highest step reached; 0 below the first.",
        ["retrospective(150_000, [[0, 0.01], [100_000, 0.02]]) == 3_000"],
        |call| call.rebate(false);
    cliff (["amount", "threshold", "payout"]) -> "number":
        "The payout when the amount is the threshold or more, else 0.",
        ["cliff(99_999.99, 100_000, 5_000) == 0", "cliff(100_000, 100_000, 5_000) == 5_000"],
        |call| { let payout = call.number(2)?; Ok(Dynamic::from_decimal(if call.number(0)? >= call.number(1)? { payout } else { Decimal::ZERO })) };
    decide_by (["table", "inputs"]) -> "table answer":
        "Asks a decision table; the inputs are a map with one entry for each input column. Its outputs are members of the answer; `is_match` is true when a row applies, `rows` are the rows of tables that give several.",
        [r#"decide_by("bonus", #{ attainment: 0.9 }).bonus_rate == 0.02"#, r#"decide_by("bonus", #{ attainment: 0.9 }).is_match"#],
        decide_by;

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

/// The decision table of the examples.
pub(in crate::script) const EXAMPLE_DECISIONS: &str = "\
UNIQUE, attainment, -> bonus_rate, because
,       < 0.8,      0,             below the threshold
,       [0.8..1),   0.02,          threshold reached
,       >= 1,       0.05,          target reached
";

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

fn best_of(call: Call<'_, '_>) -> Outcome {
    let mut best: Option<Decimal> = None;
    for item in call.items(0)?.iter().filter(|item| !item.is_unit()) {
        let found = Kind::of(item);
        let item = number(item).ok_or(Complaint::Operand { operator: "best_of", found })?;
        best = Some(best.map_or(item, |best| best.max(item)));
    }
    Ok(best.map_or(Dynamic::UNIT, Dynamic::from_decimal))
}

fn share(call: Call<'_, '_>) -> Outcome {
    if call.arguments.iter().any(|argument| argument.is_unit()) {
        return Ok(Dynamic::UNIT);
    }
    let (part, whole) = (call.number(0)?, call.number(1)?);
    if whole.is_zero() {
        return Ok(Dynamic::UNIT);
    }
    Ok(Dynamic::from_decimal(part.checked_div(whole).ok_or_else(Complaint::out_of_range)?))
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
