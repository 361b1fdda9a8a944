//! The functions of rules and policies alike: every name, its arguments and its meaning, declared once.

use super::super::name_fault::NameFault;
use super::super::outcome_fault::OutcomeFault;
use super::complaint::Complaint;
use super::decided::{Decided, Ground, TableAnswer};
use super::function::{Call, Function, Outcome, functions};
use super::kind::Kind;
use super::lists;
use super::operators::equal;
use super::value::{Answer, Date, from_cell};
use crate::decision::{Requirement, push_cents};
use crate::units::{Month, plain, whole_months};
use chrono::{Datelike, Months, NaiveDate};
use rhai::{Dynamic, EvalAltResult, Map};
use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;
use std::ops::{Range, RangeInclusive};

functions! {
    FUNCTIONS:
    indicate (["amount"]) -> "answer":
        "Answers with the revenue the rule indicates for the planning period. Add `.because(…)`, `.floor(…)`, `.ceiling(…)`.",
        ["is_known(indicate(1_000))"],
        |call| {
            let (revenue, because, source) = (call.number(0)?, String::new(), call.source());
            Ok(Dynamic::from(Answer::Indicated { revenue, floor: None, ceiling: None, because, source }))
        };
    abstain (["reason"]) -> "answer":
        "Answers that the rule has no indication for this partner; its weight goes to the other factors.",
        [r#"is_known(abstain("no market data"))"#],
        |call| Ok(Dynamic::from(Answer::Abstained { because: call.text(0)?, source: call.source() }));
    because (["answer", "reason"]) -> "the answer" method:
        "Says why, in words a partner can be shown: a text, or a decision table's answer. A policy's decision also takes a requirement.",
        [r#"is_known(indicate(1_000).because("as last year"))"#],
        |call| if call.arguments[0].is::<Decided>() { because_decided(&call) } else { call.answer(|answer, call| {
            match answer {
                Answer::Indicated { because, .. } | Answer::Abstained { because, .. } => *because = reason(call)?,
            }
            Ok(())
        }) };
    floor (["answer", "amount"]) -> "answer" method:
        "Sets the least this factor allows.",
        ["is_known(indicate(1_000).floor(800))"],
        |call| call.bound(|answer, amount| if let Answer::Indicated { floor, .. } = answer { *floor = Some(amount) });
    ceiling (["answer", "amount"]) -> "answer" method:
        "Sets the most this factor allows.",
        ["is_known(indicate(1_000).ceiling(1_500))"],
        |call| call.bound(|answer, amount| if let Answer::Indicated { ceiling, .. } = answer { *ceiling = Some(amount) });

    is_known (["fact"]) -> "true or false":
        "True when the fact is known.",
        ["is_known(partner.history.prior_revenue)", "!is_known(partner.product_line)"],
        |call| Ok(Dynamic::from_bool(!call.arguments[0].is_unit()));
    clamp (["x", "low", "high"]) -> "number":
        "The number, but at least `low` and at most `high`.",
        ["clamp(7, 0, 5) == 5", "clamp(-0.2, 0.0, 0.15) == 0"],
        clamp;
    min (["a", "b"] | ["list"]) -> "number":
        "The smaller of two numbers or dates, or the smallest of a list.",
        ["min(3, 2.5) == 2.5", "min([3, 1, 2]) == 1"],
        |call| call.extreme(Ordering::Less);
    max (["a", "b"] | ["list"]) -> "number":
        "The larger of two numbers or dates, or the largest of a list.",
        ["max(3, 2.5) == 3", "max(partner.history.quarters) == 330_000"],
        |call| call.extreme(Ordering::Greater);
    abs (["x"]) -> "number":
        "The number without its sign.",
        ["abs(-3.5) == 3.5"],
        |call| if call.number(0)? < Decimal::ZERO { Ok(super::operators::unary("-", call.arguments[0])?) } else { Ok(call.arguments[0].clone()) };
    sum (["list"] | ["list", "field"]) -> "number":
        "Sum of a list of numbers, or of a field of its records; 0 for an empty list. A number that is not known stops it; see `sum_known`.",
        ["sum([1, 2.5]) == 3.5", "sum(partner.history.quarters) == 2_200_000", "sum([]) == 0", r#"partner.pipeline.opportunities.sum("amount") == 900_000"#],
        |mut call| { lists::take_field(&mut call)?; call.sum().map(Dynamic::from_decimal) };
    average (["list"] | ["list", "field"]) -> "number":
        "Sum ÷ number of items, or of a field of its records; not known for an empty list.",
        ["average([1, 2]) == 1.5", "!is_known(average([]))", r#"partner.pipeline.opportunities.average("probability") == 0.4"#],
        |mut call| { lists::take_field(&mut call)?; average(call) };
    round_half_up (["x"] | ["x", "places"]) -> "number":
        "Rounded to `places` decimals (0 unless given); halves go away from zero, as in a spreadsheet.",
        ["round_half_up(2.345, 2) == 2.35", "round_half_up(-2.5) == -3"],
        |call| call.rounded(RoundingStrategy::MidpointAwayFromZero);
    round_half_down (["x"] | ["x", "places"]) -> "number":
        "Rounded to `places` decimals (0 unless given); halves go towards zero.",
        ["round_half_down(2.345, 2) == 2.34", "round_half_down(-2.5) == -2", "round_half_down(2.51) == 3"],
        |call| call.rounded(RoundingStrategy::MidpointTowardZero);
    round_away (["x"] | ["x", "places"]) -> "number":
        "Rounded up in size to `places` decimals (0 unless given): away from zero, whatever the sign.",
        ["round_away(5.1) == 6", "round_away(-5.1) == -6", "round_away(2.341, 2) == 2.35"],
        |call| call.rounded(RoundingStrategy::AwayFromZero);
    round_toward_zero (["x"] | ["x", "places"]) -> "number":
        "Rounded down in size to `places` decimals (0 unless given): towards zero, whatever the sign.",
        ["round_toward_zero(5.9) == 5", "round_toward_zero(-5.9) == -5", "round_toward_zero(2.349, 2) == 2.34"],
        |call| call.rounded(RoundingStrategy::ToZero);
    round_half_even (["x"] | ["x", "places"]) -> "number":
        "Rounded to `places` decimals (0 unless given); halves go to the even neighbour.",
        ["round_half_even(2.345, 2) == 2.34", "round_half_even(2.5) == 2"],
        |call| call.rounded(RoundingStrategy::MidpointNearestEven);
    round_to (["x", "step"]) -> "number":
        "The nearest multiple of `step`; halves go away from zero.",
        ["round_to(12_345, 1_000) == 12_000", "round_to(2.5, 1) == 3"],
        |call| call.stepped(RoundingStrategy::MidpointAwayFromZero);
    round_up_to (["x", "step"]) -> "number":
        "The next multiple of `step` that is not smaller: towards plus infinity.",
        ["round_up_to(12_001, 1_000) == 13_000"],
        |call| call.stepped(RoundingStrategy::ToPositiveInfinity);
    round_down_to (["x", "step"]) -> "number":
        "The next multiple of `step` that is not larger: towards minus infinity.",
        ["round_down_to(12_999, 1_000) == 12_000"],
        |call| call.stepped(RoundingStrategy::ToNegativeInfinity);

    percent (["x"] | ["x", "places"]) -> "text":
        "A fraction as percent, for reasons: at most one decimal, or exactly `places`.",
        [r#"percent(0.125) == "12.5 %""#, r#"percent(0.2) == "20 %""#, r#"percent(0.2, 2) == "20.00 %""#],
        percent;
    money (["x"]) -> "text":
        "An amount with its thousands apart and two decimals, for reasons.",
        [r#"money(1_250_000) == "1,250,000.00""#, r#"money(-0.5) == "-0.50""#],
        |call| {
            let mut text = String::new();
            push_cents(call.number(0)?, &mut text);
            Ok(text.into())
        };
    to_upper (["text"]) -> "text" method:
        "The text in capital letters.",
        [r#""gold".to_upper() == "GOLD""#],
        |call| Ok(call.text(0)?.to_uppercase().into());
    to_lower (["text"]) -> "text" method:
        "The text in small letters.",
        [r#""Gold".to_lower() == "gold""#],
        |call| Ok(call.text(0)?.to_lowercase().into());
    trim (["text"]) -> "text" method:
        "The text without blanks at its ends.",
        [r#"" gold ".trim() == "gold""#],
        |call| Ok(call.text(0)?.trim().to_owned().into());
    starts_with (["text", "start"]) -> "true or false" method:
        "True when the text starts so.",
        [r#""FY2026".starts_with("FY")"#],
        |call| Ok(call.text(0)?.starts_with(call.text(1)?.as_str()).into());
    ends_with (["text", "end"]) -> "true or false" method:
        "True when the text ends so.",
        [r#""FY2026".ends_with("2026")"#],
        |call| Ok(call.text(0)?.ends_with(call.text(1)?.as_str()).into());

    len (["list"]) -> "whole number" method:
        "Number of items of a list, entries of a map, or characters of a text.",
        ["[1, 2].len() == 2", r#""gold".len() == 4"#],
        |mut call| call.len();
    is_empty (["list"]) -> "true or false" method:
        "True when a list, map or text has nothing in it.",
        ["[].is_empty()"],
        |mut call| Ok((call.len()?.as_int() == Ok(0)).into());
    contains (["list", "item"]) -> "true or false" method:
        "True when the list has the item, the text has the part, the range has the number, or the map has the key; also written `item in list`.",
        ["[1, 2].contains(2)", r#""gold" in ["gold", "silver"]"#, r#""marigold".contains("gold")"#, "3 in 1..5"],
        contains;
    first (["list"]) -> "item" method:
        "The first item; not known for an empty list.",
        ["partner.history.quarters.first() == 230_000"],
        |call| Ok(call.items(0)?.first().cloned().unwrap_or(Dynamic::UNIT));
    last (["list"]) -> "item" method:
        "The last item; not known for an empty list.",
        ["partner.history.quarters.last() == 330_000"],
        |call| Ok(call.items(0)?.last().cloned().unwrap_or(Dynamic::UNIT));
    push (["list", "item"]) -> "nothing" method:
        "Adds an item at the end of a list of your own.",
        ["let list = [1]; list.push(2); list.len() == 2"],
        push;
    filter (["list", "test"]) -> "list" method:
        "The items for which the test holds. The test is a `|item| …` that uses its item only.",
        ["[1, 2, 3].filter(|n| n > 1).len() == 2", "partner.pipeline.opportunities.filter(|o| o.probability >= 0.5).len() == 1"],
        |call| call.filter();
    map (["list", "function"]) -> "list" method:
        "What the function makes of each item.",
        ["sum([1, 2].map(|n| n * 10)) == 30", "sum(partner.pipeline.opportunities.map(|o| o.amount)) == 900_000"],
        |call| call.map();
    reduce (["list", "function", "start"]) -> "value" method:
        "Runs `|total, item| …` over the items, beginning with `start`.",
        ["[1, 2, 3].reduce(|total, n| total + n, 0) == 6"],
        reduce;
    some (["list", "test"]) -> "true or false" method:
        "True when the test holds for at least one item.",
        ["[1, 2].some(|n| n > 1)"],
        |call| Ok(call.holds()?.contains(&true).into());
    all (["list", "test"]) -> "true or false" method:
        "True when the test holds for every item; also for an empty list.",
        ["[1, 2].all(|n| n > 0)"],
        |call| Ok((!call.holds()?.contains(&false)).into());

    date (["text"]) -> "date":
        "A day from `YYYY-MM-DD`.",
        [r#"date("2026-01-31") < date("2026-02-01")"#],
        |call| {
            let text = call.text(0)?;
            let wrong = || Complaint::from(OutcomeFault::NotADate { text: text.clone() });
            Ok(Dynamic::from(Date(text.parse().map_err(|_| wrong())?)))
        };
    year (["date"]) -> "whole number" method:
        "The year of a date.",
        [r#"date("2026-01-31").year() == 2026"#],
        |call| Ok(i64::from(call.date(0)?.year()).into());
    month (["date"]) -> "whole number" method:
        "The month of a date, 1 to 12.",
        [r#"date("2026-01-31").month() == 1"#],
        |call| Ok(i64::from(call.date(0)?.month()).into());
    day (["date"]) -> "whole number" method:
        "The day of the month.",
        [r#"date("2026-01-31").day() == 31"#],
        |call| Ok(i64::from(call.date(0)?.day()).into());
    end_of_month (["date"] | ["date", "months"]) -> "date" method:
        "The last date of the month of a date, or of the month that number of months later, earlier for a negative number.",
        [r#"end_of_month(date("2026-02-10")) == date("2026-02-28")"#, r#"end_of_month(date("2026-02-28"), 1) == date("2026-03-31")"#],
        |call| {
            let months = if call.arguments.len() > 1 { call.whole(1)? } else { 0 };
            let moved = moved(call.date(0)?, months).ok_or_else(Complaint::out_of_range)?;
            Ok(Dynamic::from(Date(Month::of(moved).last_day())))
        };
    months_between (["from", "to"]) -> "whole number":
        "Whole months from one date to another; negative when the second is earlier. On the last day of a month a month is whole, however short it is.",
        [r#"months_between(date("2026-01-31"), date("2026-03-30")) == 1"#, r#"months_between(date("2026-01-31"), date("2026-02-28")) == 1"#],
        |call| Ok(months_between(call.date(0)?, call.date(1)?).into());
    days_between (["from", "to"]) -> "whole number":
        "Days from one date to another; negative when the second is earlier.",
        [r#"days_between(date("2026-01-31"), date("2026-02-02")) == 2"#],
        |call| Ok(call.date(1)?.signed_duration_since(call.date(0)?).num_days().into());
    add_days (["date", "days"]) -> "date":
        "The date that number of days later; earlier for a negative number.",
        [r#"add_days(date("2026-02-27"), 2) == date("2026-03-01")"#, r#"add_days(date("2026-03-01"), -1) == date("2026-02-28")"#],
        |call| {
            let days = call.whole(1)?;
            let later = chrono::TimeDelta::try_days(days).and_then(|days| call.date(0).ok()?.checked_add_signed(days));
            call.date(0)?;
            later.map(|day| Dynamic::from(Date(day))).ok_or_else(|| Complaint::out_of_range().into())
        };
    add_months (["date", "months"]) -> "date":
        "The date that number of months later, earlier for a negative number; the last day of the month when the month is shorter.",
        [r#"add_months(date("2026-01-31"), 1) == date("2026-02-28")"#, r#"add_months(date("2026-03-31"), -12) == date("2025-03-31")"#],
        |call| {
            moved(call.date(0)?, call.whole(1)?).map(|day| Dynamic::from(Date(day))).ok_or_else(|| Complaint::out_of_range().into())
        };

    lookup (["table", "key", "column"]) -> "value":
        "The value a lookup table has in that column for the key, or for a list of keys where the table has several; not known when there is no such row or the cell is empty. Key columns are the first, or all whose headings end in `=`; the last of them may be a band, `>=`: the row with the largest number or date that is not above the key.",
        [
            r#"lookup("territories", "North", "growth") == 0.06"#,
            r#"!is_known(lookup("territories", "Moon", "growth"))"#,
            r#"lookup("growth_by_size", ["North", 1_200_000], "growth") == 0.05"#,
        ],
        lookup;
    has_row (["table", "key"]) -> "true or false":
        "True when a lookup table has a row for the key, or the list of keys.",
        [r#"has_row("territories", "North")"#],
        |call| { let table = call.table()?; Ok(table.row(&call.keys(table)?).is_some().into()) };
}

/// Reason of an indication: a text, or the rows of a decision table that decided.
fn reason(call: &Call<'_, '_>) -> Result<String, Box<EvalAltResult>> {
    let Some(answer) = call.arguments[1].read_lock::<TableAnswer>() else { return call.text(1) };
    let said = answer.grounds().into_iter().filter_map(|ground| match ground {
        Ground::Because(text) => Some(text.to_string()),
        Ground::Requirement(..) | Ground::WouldChange(_) => None,
    });
    Ok(said.collect::<Vec<_>>().join("; "))
}

/// Adds a text, a requirement or a table's answer to the grounds of a decision.
fn because_decided(call: &Call<'_, '_>) -> Outcome {
    let mut decided = call.arguments[0].clone().try_cast::<Decided>().ok_or_else(|| call.wrong(0, "a decision"))?;
    let reason = &*call.arguments[1];
    if let Some(requirement) = reason.read_lock::<Requirement>() {
        decided.grounds.push(Ground::Requirement(requirement.clone(), requirement.tier().cloned()));
    } else if let Some(answer) = reason.read_lock::<TableAnswer>() {
        answer.add_grounds(&mut decided.grounds);
    } else {
        let Ok(text) = call.text(1) else { return Err(call.wrong(1, "a text, a requirement or a table's answer")) };
        decided.grounds.push(Ground::Because(text.into()));
    }
    Ok(Dynamic::from(decided))
}

fn clamp(call: Call<'_, '_>) -> Outcome {
    let (x, low, high) = (call.number(0)?, call.number(1)?, call.number(2)?);
    if low > high {
        return Err(OutcomeFault::ClampEnds { low, high }.into());
    }
    let chosen = if x < low {
        1
    } else if x > high {
        2
    } else {
        0
    };
    Ok(call.arguments[chosen].clone())
}

fn average(call: Call<'_, '_>) -> Outcome {
    let count = call.items(0)?.len();
    if count == 0 {
        return Ok(Dynamic::UNIT);
    }
    let average = call.sum()?.checked_div(Decimal::from(count)).ok_or_else(Complaint::out_of_range)?;
    Ok(Dynamic::from_decimal(average))
}

fn percent(call: Call<'_, '_>) -> Outcome {
    let fraction = call.number(0)?;
    let places = if call.arguments.len() == 1 { None } else { Some(call.places(1)?) };
    percent_of(fraction, places).map(Dynamic::from).ok_or_else(|| Complaint::out_of_range().into())
}

/// A fraction as percent, with at most one decimal or exactly `places`; `None` beyond the range of exact decimals.
pub(in crate::script) fn percent_of(fraction: Decimal, places: Option<u32>) -> Option<String> {
    let exact = fraction.checked_mul(Decimal::ONE_HUNDRED)?;
    let text = match places {
        None => plain(exact.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero).normalize()),
        Some(places) => fixed(exact, places),
    };
    Some(text + " %")
}

fn fixed(number: Decimal, places: u32) -> String {
    let mut rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    plain(rounded)
}

fn contains(call: Call<'_, '_>) -> Outcome {
    let (place, item) = (&*call.arguments[0], &*call.arguments[1]);
    if item.is_unit() {
        return Err(Complaint::NotKnown { operand: 1 }.into());
    }
    let found = match Kind::of(place) {
        Kind::List => {
            let mut found = false;
            for candidate in call.items(0)? {
                found = found || equal("==", &candidate, item)?;
            }
            found
        }
        Kind::Text => call.text(0)?.contains(call.text(1)?.as_str()),
        Kind::Map => {
            let key = call.text(1)?;
            place.as_map_ref().is_ok_and(|map: _| Map::contains_key(&map, key.as_str()))
        }
        Kind::Range => {
            let number = item.as_int().map_err(|_| call.wrong(1, "a whole number"))?;
            place.read_lock::<Range<i64>>().map(|range| range.contains(&number)).unwrap_or_default()
                || place.read_lock::<RangeInclusive<i64>>().map(|range| range.contains(&number)).unwrap_or_default()
        }
        _ => return Err(call.wrong(0, "a list, text, map or range")),
    };
    Ok(found.into())
}

fn push(call: Call<'_, '_>) -> Outcome {
    let item = call.arguments[1].clone();
    let wrong = call.wrong(0, "a list of your own (facts cannot be changed)");
    let mut own = call.arguments[0].as_array_mut().map_err(|_| wrong)?;
    own.push(item);
    Ok(Dynamic::UNIT)
}

fn reduce(call: Call<'_, '_>) -> Outcome {
    let function = call.function(1)?;
    let mut total = call.arguments[2].clone();
    for item in call.items(0)? {
        total = function.call_raw(&call.context, None, [total, item])?;
    }
    Ok(total)
}

/// The date that number of months later; `None` beyond the calendar.
pub(in crate::script) fn moved(day: NaiveDate, months: i64) -> Option<NaiveDate> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { day.checked_sub_months(count) } else { day.checked_add_months(count) }
}

pub(in crate::script) fn months_between(from: NaiveDate, to: NaiveDate) -> i64 {
    if to < from { -whole_months(to, from) } else { whole_months(from, to) }
}

fn lookup(call: Call<'_, '_>) -> Outcome {
    let table = call.table()?;
    let (keys, column) = (call.keys(table)?, call.text(2)?);
    let index = table.column(&column).ok_or_else(|| NameFault::UnknownLookupColumn {
        table: table.name.to_string(),
        column: column.clone(),
        known: table.columns.iter().map(|(name, _)| name.to_string()).collect(),
        near: table.nearest_column(&column).map(str::to_owned),
    })?;
    Ok(table.row(&keys).and_then(|row| row.get(index)).map_or(Dynamic::UNIT, from_cell))
}
