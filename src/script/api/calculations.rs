//! Calculations that rules and policies share: tiers, points, rebates, shares, decision tables.

use super::complaint::Complaint;
use super::decide_by::decide_by;
use super::function::{Call, Function, Outcome, functions};
use super::kind::Kind;
use super::ladder::tier_minimum;
use super::value::number;
use rhai::Dynamic;
use rust_decimal::Decimal;

functions! {
    CALCULATIONS:
    rank (["tier"] | ["peers", "fact"]) -> "whole number":
        "Place of a tier in the manifest's `[tiers]`, from 0 for the lowest; −1 for no tier. Of peers: the place of this line by a fact, from 1 for the largest; equal ones share a place.",
        [r#"rank("Gold") > rank("Silver")"#, "rank(()) == -1"],
        |call| if call.arguments.len() == 1 { Ok(call.rank(0)?.into()) } else { Err(call.wrong(0, "peers")) };
    tier_minimum (["tier"]) -> "number":
        "Least revenue a year of a tier, from the manifest's `[tiers]`; not known for no tier, or without `[tiers]`.",
        [r#"tier_minimum("Gold") == 500_000"#, "!is_known(tier_minimum(()))"],
        tier_minimum;
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
}

/// The decision table of the examples.
pub(in crate::script) const EXAMPLE_DECISIONS: &str = "\
UNIQUE, attainment, -> bonus_rate, because
,       < 0.8,      0,             below the threshold
,       [0.8..1),   0.02,          threshold reached
,       >= 1,       0.05,          target reached
";

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
