//! The functions that only policies may call: requirements, ladders, points and money, decisions.

use super::complaint::Complaint;
use super::decided::{Decided, Ground, Ladder, TableAnswer, What};
use super::function::{Call, Function, functions};
use super::kind::Kind;
use super::value::{Date, items, number};
use crate::channel::Name;
use crate::decision::table;
use crate::decision::{Comparison, Condition, InterventionKind, Requirement, Severity, TierMove};
use crate::finding::{Code, did_you_mean};
use crate::units::plain;
use rhai::{Dynamic, EvalAltResult};
use rust_decimal::Decimal;

type Outcome = Result<Dynamic, Box<EvalAltResult>>;
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
        "The usual decision for a partner of that tier: promote to the highest tier that is met, retain, or demote to it. A figure that is not known promotes nobody and takes no tier away. The requirements of the current, the earned and the next tier are its grounds.",
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
        "Rebate by slices: each part of the amount at the rate of its own step; steps are `[from, rate]`, lowest first.",
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
        "Day a tier decision takes effect; the as-of day when not given.",
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

/// Words of a closed vocabulary that a function's argument must be from; the checks and the calls say it alike.
pub(in crate::script) fn vocabulary(function: &str, argument: usize) -> Option<(&'static str, Vec<&'static str>)> {
    match (function, argument) {
        ("intervene", 0) => Some(("intervention", InterventionKind::ALL.iter().map(|kind| kind.as_str()).collect())),
        ("intervene", 1) => Some(("severity", Severity::ALL.iter().map(|severity| severity.as_str()).collect())),
        _ => None,
    }
}

/// What is wrong with a word that is not of its vocabulary.
pub(in crate::script) fn unknown_word(what: &str, word: &str, known: &[&str]) -> (String, String) {
    let help = match did_you_mean(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
    };
    (format!("`{word}` is no {what}"), help)
}

/// The decision table of the examples.
pub(in crate::script) const EXAMPLE_DECISIONS: &str = "\
UNIQUE, attainment, -> bonus_rate, because
,       < 0.8,      0,             below the threshold
,       [0.8..1),   0.02,          threshold reached
,       >= 1,       0.05,          target reached
";

/// Most tiers of a ladder.
const MAX_TIERS: usize = 100;

fn tier_value(tier: Option<&Name>) -> Dynamic {
    tier.map_or(Dynamic::UNIT, |tier| Dynamic::from(tier.to_string()))
}

fn add_tier(call: Call<'_, '_>) -> Outcome {
    let mut ladder = call.ladder()?;
    let tier = call.tier(1)?;
    let requirement = call.one_requirement(2)?;
    if let Some((below, _)) = ladder.0.last()
        && call.place(below) >= call.place(&tier)
        && !call.schema.tiers().is_empty()
    {
        return Err(Complaint::other(
            Code::ScriptOutcome,
            format!("the ladder names `{tier}` after `{below}`, which is not below it in `[tiers]`"),
            "write the tiers lowest first",
        )
        .into());
    }
    if ladder.0.len() >= MAX_TIERS {
        let message = format!("the ladder has more than {MAX_TIERS} tiers");
        return Err(Complaint::other(Code::ScriptOutcome, message, "add each tier once").into());
    }
    let requirement = requirement.of_tier(&tier);
    ladder.0.push((tier, requirement));
    Ok(Dynamic::from(ladder))
}

fn requirement(call: Call<'_, '_>) -> Outcome {
    let (ladder, tier) = (call.ladder()?, call.tier(1)?);
    let found = ladder.requirement(&tier).cloned();
    found.map(Dynamic::from).ok_or_else(|| {
        Complaint::other(Code::ScriptUnknownName, format!("the ladder has no tier `{tier}`"), "add it with `.tier(…)`")
            .into()
    })
}

fn decision_for(call: Call<'_, '_>) -> Outcome {
    let ladder = call.ladder()?;
    let current = if call.arguments[1].is_unit() { None } else { Some(call.tier(1)?) };
    let place = |tier: Option<&Name>| tier.map_or(-1, |tier| call.place(tier));
    let earned = ladder.highest();
    // Without any tier earned, the highest below the ladder is left: the one that asks nothing.
    let lowest = ladder.0.first().map_or(i64::MAX, |(tier, _)| call.place(tier));
    let below = call.schema.tiers().iter().rev().find(|tier| call.place(tier) < lowest);
    let now = place(current.as_ref());
    // A figure that is not known takes no tier away: the highest tier that nothing known speaks against is left.
    let left = ladder.0.iter().rev().find(|(tier, asked)| call.place(tier) <= now && asked.may_be_met());
    let doubtful = left.filter(|(tier, _)| call.place(tier) > place(earned.or(below)) && place(earned.or(below)) < now);
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
    let kept = if then < now { to } else { to.or(current.as_ref()) };
    let next = ladder.0.iter().find(|(tier, _)| call.place(tier) > place(kept)).map(|(tier, _)| tier);
    let mut shown: Vec<&Name> = Vec::new();
    for tier in [current.as_ref(), earned, next].into_iter().flatten() {
        if let (false, Some(requirement)) = (shown.contains(&tier), ladder.requirement(tier)) {
            shown.push(tier);
            decided.grounds.push(Ground::Requirement(requirement.clone(), Some(Name::clone(tier))));
        }
    }
    Ok(Dynamic::from(decided))
}

fn tier_minimum(call: Call<'_, '_>) -> Outcome {
    if call.arguments[0].is_unit() {
        return Ok(Dynamic::UNIT);
    }
    let tier = call.tier(0)?;
    let minimum = call.schema.policy.as_ref().and_then(|policy| policy.tier_minimums.get(&tier));
    Ok(minimum.map_or(Dynamic::UNIT, |minimum| Dynamic::from_decimal(minimum.amount())))
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
        return Err(
            Complaint::other(Code::ScriptKinds, "an intervention has a day it is due", "write `.due(date)`").into()
        );
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
            Some((what, known)) if !known.contains(&word.as_str()) => {
                let (message, help) = unknown_word(what, &word, &known);
                Err(Complaint::other(Code::ScriptOutcome, message, help).into())
            }
            _ => Ok(word),
        }
    };
    let (kind, severity) = (word(0)?, word(1)?);
    let kind = InterventionKind::ALL.iter().copied().find(|known| known.as_str() == kind);
    let severity = Severity::ALL.iter().copied().find(|known| known.as_str() == severity);
    let (Some(kind), Some(severity)) = (kind, severity) else { return Err(call.wrong(0, "an intervention")) };
    Ok(Dynamic::from(Decided::new(What::Intervention { kind, severity, owner: None, due: None })))
}

fn decide_by(call: Call<'_, '_>) -> Outcome {
    let name = call.text(0)?;
    let decisions = call.schema.policy.iter().flat_map(|policy| &policy.decisions);
    let Some((name, table)) = decisions.clone().find(|(known, _)| ***known == *name) else {
        let (message, help) =
            unknown_word("decision table", &name, &decisions.map(|(known, _)| &**known).collect::<Vec<_>>());
        return Err(Complaint::other(Code::ScriptUnknownName, message, help).into());
    };
    let Ok(inputs) = call.arguments[1].as_map_ref() else { return Err(call.wrong(1, "a map of inputs")) };
    let names: Vec<&str> = table.inputs().iter().map(|input| &*input.name).collect();
    if let Some(stray) = inputs.keys().find(|key| !names.contains(&key.as_str())) {
        let (message, help) = unknown_word(&format!("input of `{name}`"), stray, &names);
        return Err(Complaint::other(Code::ScriptUnknownName, message, help).into());
    }
    let mut values = Vec::with_capacity(names.len());
    for input in &names {
        let value = inputs.get(*input).ok_or_else(|| {
            let message = format!("the decision table `{name}` also asks for `{input}`");
            Complaint::other(Code::ScriptOutcome, message, "write it into the map; `()` says that it is not known")
        })?;
        values.push(to_table(value).ok_or_else(|| {
            let message = format!("`{input}` of the decision table `{name}` is {}", Kind::of(value));
            Complaint::other(Code::ScriptKinds, message, "give a number, a text, a truth or a date")
        })?);
    }
    let decision = table.decide(&values).map_err(|fault| {
        Complaint::other(
            Code::ScriptOutcome,
            format!("the decision table `{name}` cannot decide: {fault}"),
            "correct the table, or what it is asked",
        )
    })?;
    Ok(Dynamic::from(TableAnswer::new(Name::clone(name), table, decision)))
}

fn to_table(value: &Dynamic) -> Option<table::Value> {
    if value.is_unit() {
        return Some(table::Value::NotKnown);
    }
    if let Some(number) = number(value) {
        return Some(table::Value::Number(number.normalize()));
    }
    if let Ok(truth) = value.as_bool() {
        return Some(table::Value::Truth(truth));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Some(table::Value::text(&text));
    }
    value.clone().try_cast::<Date>().map(|date| table::Value::Date(date.0))
}

impl Call<'_, '_> {
    fn name(&self, argument: usize) -> Result<Name, Fault> {
        self.text(argument).map(Name::from)
    }

    /// A tier of the program.
    fn tier(&self, argument: usize) -> Result<Name, Fault> {
        let tier = self.name(argument)?;
        let tiers = self.schema.tiers();
        if tiers.is_empty() || tiers.contains(&tier) {
            return Ok(tier);
        }
        let (message, help) =
            unknown_word("tier of the manifest", &tier, &tiers.iter().map(|tier| &**tier).collect::<Vec<_>>());
        Err(Complaint::other(Code::ScriptUnknownName, message, help).into())
    }

    fn place(&self, tier: &str) -> i64 {
        self.schema
            .tiers()
            .iter()
            .position(|known| **known == *tier)
            .and_then(|place| i64::try_from(place).ok())
            .unwrap_or(-1)
    }

    fn rank(&self, argument: usize) -> Result<i64, Fault> {
        if self.arguments[argument].is_unit() { Ok(-1) } else { Ok(self.place(&self.tier(argument)?)) }
    }

    fn ladder(&self) -> Result<Ladder, Fault> {
        self.arguments[0].clone().try_cast::<Ladder>().ok_or_else(|| self.wrong(0, "a ladder"))
    }

    fn one_requirement(&self, argument: usize) -> Result<Requirement, Fault> {
        let requirement = self.arguments[argument].clone().try_cast::<Requirement>();
        requirement.ok_or_else(|| self.wrong(argument, "a requirement such as `at_least(\"revenue\", x, 500_000)`"))
    }

    fn requirements(&self) -> Result<Vec<Requirement>, Fault> {
        let items = items(self.arguments[0]).ok_or_else(|| self.wrong(0, "a list of requirements"))?;
        if items.is_empty() {
            return Err(Complaint::other(
                Code::ScriptOutcome,
                format!("`{}` has no requirement", self.function),
                "write at least one into its list",
            )
            .into());
        }
        let one = |item: Dynamic| {
            let found = Kind::of(&item);
            item.try_cast::<Requirement>().ok_or_else(|| {
                let message = format!("`{}` needs requirements in its list, not {found}", self.function);
                Fault::from(Complaint::other(
                    Code::ScriptKinds,
                    message,
                    "write `at_least(\"revenue\", x, 500_000)` or `holds(\"plan\", x)`",
                ))
            })
        };
        items.into_iter().map(one).collect()
    }

    /// Requirements joined, within the limits of what anybody can read.
    fn joined(&self, join: fn(Vec<Requirement>) -> Requirement) -> Outcome {
        let joined = join(self.requirements()?);
        let (depth, conditions) = (Requirement::MAX_DEPTH, Requirement::MAX_CONDITIONS);
        let message = if joined.depth() > depth {
            format!("more than {depth} requirements stand in one another")
        } else if joined.count() > conditions {
            format!("the requirement has more than {conditions} conditions")
        } else {
            return Ok(Dynamic::from(joined));
        };
        Err(Complaint::other(Code::ScriptOutcome, message, "gather the requirements in one list and join them once")
            .into())
    }

    /// File and line of the call.
    fn source(&self) -> String {
        let file = self.context.call_source().unwrap_or_default();
        match self.context.call_position().line() {
            Some(line) => format!("{file}:{line}"),
            None => file.to_owned(),
        }
    }

    fn compared(&self, comparison: Comparison) -> Outcome {
        let label = self.name(0)?;
        let value = if self.arguments[1].is_unit() { None } else { Some(self.number(1)?) };
        let threshold = self.number(2)?;
        let is_met = value.is_some_and(|value| match comparison {
            Comparison::AtLeast => value >= threshold,
            Comparison::MoreThan => value > threshold,
            Comparison::AtMost => value <= threshold,
            Comparison::LessThan => value < threshold,
            Comparison::Holds => false,
        });
        let source = self.source();
        Ok(Dynamic::from(Requirement::One(Condition {
            label,
            comparison,
            value,
            threshold: Some(threshold),
            is_met,
            source,
            tier: None,
        })))
    }

    fn holding(&self) -> Outcome {
        let label = self.name(0)?;
        let is_met = match Kind::of(self.arguments[1]) {
            Kind::NotKnown => false,
            Kind::Truth => self.arguments[1].as_bool() == Ok(true),
            _ => return Err(self.wrong(1, "true or false")),
        };
        let condition = Condition {
            label,
            comparison: Comparison::Holds,
            value: None,
            threshold: None,
            is_met,
            source: self.source(),
            tier: None,
        };
        Ok(Dynamic::from(Requirement::One(condition)))
    }

    fn decided(&self, expected: &'static str) -> Result<Decided, Fault> {
        self.arguments[0].clone().try_cast::<Decided>().ok_or_else(|| self.wrong(0, expected))
    }

    /// The decision in the first argument, changed; `change` says whether it was of the right kind.
    fn change(&self, expected: &'static str, change: impl FnOnce(&mut What) -> bool) -> Outcome {
        let mut decided = self.decided(expected)?;
        if change(&mut decided.what) { Ok(Dynamic::from(decided)) } else { Err(self.wrong(0, expected)) }
    }

    fn proportion(&self, full_steps: bool) -> Result<Decimal, Fault> {
        let (value, per, each) = (self.number(0)?, self.number(1)?, self.number(2)?);
        if per <= Decimal::ZERO {
            let message = format!("`{}` is for each {}, which is not above zero", self.function, plain(per));
            return Err(
                Complaint::other(Code::ScriptRuntime, message, "write how much makes one step, such as 1000").into()
            );
        }
        if value <= Decimal::ZERO {
            return Ok(Decimal::ZERO);
        }
        let points = if full_steps {
            value.checked_div(per).map(|steps| steps.trunc()).and_then(|steps| steps.checked_mul(each))
        } else {
            // Multiplied first, so that thirds of 30 are exact.
            value.checked_mul(each).and_then(|product| product.checked_div(per))
        };
        Ok(points.ok_or_else(Complaint::out_of_range)?)
    }

    fn steps(&self) -> Result<Vec<(Decimal, Decimal)>, Fault> {
        let wrong = || {
            let message =
                format!("`{}` needs steps such as `[[0, 0.01], [100000, 0.02]]`, lowest first", self.function);
            Fault::from(Complaint::other(Code::ScriptKinds, message, "each step is `[from, rate]`"))
        };
        let mut steps: Vec<(Decimal, Decimal)> = Vec::new();
        for item in self.items(1)? {
            let pair = items(&item).ok_or_else(wrong)?;
            let [from, rate] = &pair[..] else { return Err(wrong()) };
            let (from, rate) = (number(from).ok_or_else(wrong)?, number(rate).ok_or_else(wrong)?);
            if steps.last().is_some_and(|(below, _)| *below >= from) {
                return Err(wrong());
            }
            steps.push((from, rate));
        }
        if steps.is_empty() { Err(wrong()) } else { Ok(steps) }
    }

    fn rebate(&self, is_marginal: bool) -> Outcome {
        let amount = self.number(0)?;
        let steps = self.steps()?;
        let mut total = Decimal::ZERO;
        for (index, (from, rate)) in steps.iter().enumerate() {
            if amount < *from {
                break;
            }
            let to = steps.get(index + 1).map_or(amount, |(next, _)| amount.min(*next));
            let part = if is_marginal { to.checked_sub(*from) } else { Some(amount) };
            let part = part.and_then(|part| part.checked_mul(*rate)).ok_or_else(Complaint::out_of_range)?;
            total = if is_marginal { total.checked_add(part).ok_or_else(Complaint::out_of_range)? } else { part };
        }
        Ok(Dynamic::from_decimal(total))
    }
}
