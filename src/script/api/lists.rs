//! Functions on lists of records: extra tables of the book, opportunities, standings of lines, or maps of one's own.

use super::super::outcome_fault::OutcomeFault;
use super::complaint::Complaint;
use super::facts::FactSchema;
use super::function::{Call, Function, functions};
use super::inspect::shown;
use super::kind::Kind;
use super::operators::{binary, equal};
use super::value::{Date, View, list, number};
use crate::finding::did_you_mean;
use crate::units::Month;
use chrono::{Months, NaiveDate};
use rhai::{Dynamic, EvalAltResult};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::collections::BTreeSet;

type Outcome = Result<Dynamic, Box<EvalAltResult>>;
type Fault = Box<EvalAltResult>;

/// Functions whose second argument is the name of a field, with the kind the field must have.
pub(in crate::script) const FIELD_FUNCTIONS: [(&str, Option<Kind>); 18] = [
    ("where", None),
    ("where_in", None),
    ("since", Some(Kind::Date)),
    ("until", Some(Kind::Date)),
    ("last_months", Some(Kind::Date)),
    ("valid", Some(Kind::Date)),
    ("sum", Some(Kind::Number)),
    ("sum_known", Some(Kind::Number)),
    ("average", Some(Kind::Number)),
    ("median", Some(Kind::Number)),
    ("percentile", Some(Kind::Number)),
    ("sort", None),
    ("count_distinct", None),
    ("distinct", None),
    ("largest", None),
    ("smallest", None),
    ("top", None),
    ("each", None),
];

/// Most months that `last_months` looks back.
pub(in crate::script) const MOST_MONTHS: u32 = 1200;

functions! {
    LIST_FUNCTIONS:
    where (["list", "field", "value"]) -> "list" method:
        "The records whose field has that value. A record whose field is not known is left out.",
        [r#"partner.pipeline.opportunities.where("stage", "proposal").count() == 1"#],
        |call| { let value = call.known(2)?; call.kept(|field| equal("==", field, &value)) };
    where_in (["list", "field", "values"]) -> "list" method:
        "The records whose field has one of those values. A record whose field is not known is left out.",
        [r#"partner.pipeline.opportunities.where_in("stage", ["proposal", "won"]).count() == 1"#],
        |call| { let values = call.items(2)?; call.kept(|field| one_of(field, &values)) };
    since (["list", "field", "date"]) -> "list" method:
        "The records whose date is that day or later. A record whose date is not known is left out.",
        [r#"partner.pipeline.opportunities.since("close_date", date("2026-06-30")).count() == 1"#],
        |call| { let day = call.date(2)?; call.dated(|date| date >= day) };
    last_months (["list", "field", "months"]) -> "list" method:
        "The records of the last months: after the same day of the month that number of months before the as-of date, up to and including the as-of date. On the last day of a month: after the last day of that earlier month, so that whole months count.",
        [r#"partner.pipeline.opportunities.last_months("close_date", 12).is_empty()"#],
        last_months;
    valid (["list", "field"]) -> "list" method:
        "The records that have not expired: the as-of date is not after the date. A date that is not known never expires.",
        [r#"partner.pipeline.opportunities.valid("close_date").count() == 2"#],
        valid;
    sum_known (["list", "field"]) -> "number" method:
        "Sum of a field over the records where it is known; 0 when there is none.",
        [r#"partner.pipeline.opportunities.sum_known("age_days") == 130"#],
        |mut call| { take_known_field(&mut call)?; call.total().map(Dynamic::from_decimal) };
    count (["list"]) -> "whole number" method:
        "Number of items of a list.",
        ["partner.pipeline.opportunities.count() == 2", "[].count() == 0"],
        |call| Ok(i64::try_from(call.items(0)?.len()).unwrap_or(i64::MAX).into());
    count_distinct (["list", "field"]) -> "whole number" method:
        "How many different values the field has; values that are not known do not count.",
        [r#"partner.pipeline.opportunities.count_distinct("stage") == 2"#],
        |mut call| {
            take_known_field(&mut call)?;
            let values: BTreeSet<String> = call.items(0)?.iter().map(distinct).collect();
            Ok(i64::try_from(values.len()).unwrap_or(i64::MAX).into())
        };
    distinct (["list", "field"]) -> "list" method:
        "The different values of the field, each once, in the order of their first occurrence; values that are not known are left out.",
        [r#"partner.pipeline.opportunities.distinct("stage").len() == 2"#],
        |mut call| {
            take_known_field(&mut call)?;
            let mut seen = BTreeSet::new();
            Ok(list(call.items(0)?.into_iter().filter(|value| seen.insert(distinct(value))).collect()))
        };
    largest (["list", "field"]) -> "value" method:
        "The largest number or latest date of the field; not known when it is known nowhere.",
        [r#"partner.pipeline.opportunities.largest("amount") == 500_000"#],
        |mut call| { take_known_field(&mut call)?; extreme(&call, ">") };
    smallest (["list", "field"]) -> "value" method:
        "The smallest number or earliest date of the field; not known when it is known nowhere.",
        [r#"partner.pipeline.opportunities.smallest("amount") == 400_000"#],
        |mut call| { take_known_field(&mut call)?; extreme(&call, "<") };
    top (["list", "field", "n"]) -> "list" method:
        "The `n` records with the largest number or latest date in the field, largest first; of equal ones those that come first. Records where it is not known are left out.",
        [r#"partner.pipeline.opportunities.top("amount", 1).sum("amount") == 500_000"#],
        top;
    each (["list", "field"]) -> "list" method:
        "The values of a field, one for each record.",
        [r#"partner.pipeline.opportunities.each("amount").len() == 2"#],
        |mut call| { take_field(&mut call)?; Ok(call.arguments[0].clone()) };
}

/// The field of a record.
pub(in crate::script) fn field(schema: &FactSchema, record: &Dynamic, name: &str) -> Result<Dynamic, Complaint> {
    let unknown = |record: &str, near: Option<&str>| OutcomeFault::UnknownField {
        record: record.to_owned(),
        field: name.to_owned(),
        near: near.map(str::to_owned),
    };
    if let Some(view) = record.read_lock::<View>() {
        let declared = schema.view(view.view);
        let Some(fact) = declared.fact(name) else {
            let near = did_you_mean(name, declared.facts.iter().map(|fact| &*fact.name));
            return Err(unknown(&format!("a record of `{}`", declared.path), near).into());
        };
        return fact.read(&view.facts, view.index);
    }
    match record.as_map_ref() {
        Ok(map) => map.get(name).cloned().ok_or_else(|| unknown("the map", None).into()),
        Err(_) => Err(OutcomeFault::NotARecord { found: Kind::of(record).to_string(), field: name.to_owned() }.into()),
    }
}

/// Puts the values of the field that the second argument names in place of the records.
pub(in crate::script) fn take_field(call: &mut Call<'_, '_>) -> Result<(), Fault> {
    if call.arguments.len() > 1 {
        let values: Result<Vec<Dynamic>, Fault> =
            call.fields().map(|fields| fields.into_iter().map(|(_, value)| value).collect());
        *call.arguments[0] = list(values?);
        // What is left looks like a call with the list alone.
        let arguments = std::mem::take(&mut call.arguments);
        call.arguments = &mut arguments[..1];
    }
    Ok(())
}

fn take_known_field(call: &mut Call<'_, '_>) -> Result<(), Fault> {
    let known = call.fields()?.into_iter().map(|(_, value)| value).filter(|value| !value.is_unit()).collect();
    *call.arguments[0] = list(known);
    Ok(())
}

fn one_of(value: &Dynamic, values: &[Dynamic]) -> Result<bool, Complaint> {
    for candidate in values {
        if equal("==", value, candidate)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Equal numbers written differently are one value.
fn distinct(value: &Dynamic) -> String {
    match (number(value), value.as_immutable_string_ref()) {
        (Some(number), _) => crate::units::plain(number.normalize()),
        (None, Ok(text)) => format!("\"{}", text.as_str()),
        (None, Err(_)) => shown(value),
    }
}

fn extreme(call: &Call<'_, '_>, operator: &'static str) -> Outcome {
    let mut best: Option<Dynamic> = None;
    for item in call.items(0)? {
        best = Some(match best {
            Some(best) if binary(operator, &item, &best)?.as_bool() != Ok(true) => best,
            _ => item,
        });
    }
    Ok(best.unwrap_or(Dynamic::UNIT))
}

fn last_months(call: Call<'_, '_>) -> Outcome {
    let months = call.arguments[2].as_int().ok().and_then(|months| u32::try_from(months).ok());
    let months =
        months.filter(|months| *months <= MOST_MONTHS).ok_or_else(|| call.wrong(2, "a whole number of months"))?;
    let Some(as_of) = as_of(&call)? else { return Ok(list(Vec::new())) };
    let before = before_months(as_of, months);
    call.dated(|date| date > before && date <= as_of)
}

/// The date after which the last months begin.
pub(in crate::script) fn before_months(as_of: NaiveDate, months: u32) -> NaiveDate {
    // On the last day of a month, whole months count: June 30 looks back to after May 31, not to after May 30.
    let is_month_end = Month::of(as_of).last_day() == as_of;
    let from = as_of.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN);
    if is_month_end { Month::of(from).last_day() } else { from }
}

fn valid(call: Call<'_, '_>) -> Outcome {
    let Some(as_of) = as_of(&call)? else { return Ok(list(Vec::new())) };
    let mut kept = Vec::new();
    for (record, value) in call.fields()? {
        if value.is_unit() || call.as_date(&value)? >= as_of {
            kept.push(record);
        }
    }
    Ok(list(kept))
}

fn top(call: Call<'_, '_>) -> Outcome {
    let n = call.arguments[2].as_int().ok().and_then(|n| usize::try_from(n).ok());
    let n = n.ok_or_else(|| call.wrong(2, "a whole number from 0"))?;
    let mut known: Vec<(Dynamic, Dynamic)> = call.fields()?.into_iter().filter(|(_, value)| !value.is_unit()).collect();
    let mut fault = None;
    known.sort_by(|(_, a), (_, b)| {
        let is_less = |a: &Dynamic, b: &Dynamic| binary("<", a, b).map(|less| less.as_bool() == Ok(true));
        match (is_less(b, a), is_less(a, b)) {
            (Ok(true), _) => Ordering::Less,
            (_, Ok(true)) => Ordering::Greater,
            (Ok(_), Ok(_)) => Ordering::Equal,
            (Err(complaint), _) | (_, Err(complaint)) => {
                fault = Some(complaint);
                Ordering::Equal
            }
        }
    });
    match fault {
        Some(complaint) => Err(complaint.into()),
        None => Ok(list(known.into_iter().take(n).map(|(record, _)| record).collect())),
    }
}

/// The as-of date of the records; `None` for an empty list.
fn as_of(call: &Call<'_, '_>) -> Result<Option<NaiveDate>, Fault> {
    let items = call.items(0)?;
    let Some(first) = items.first() else { return Ok(None) };
    let view = first.read_lock::<View>();
    let view = view.ok_or_else(|| OutcomeFault::NotFacts { function: call.function.to_owned() })?;
    Ok(Some(view.facts.line().channel.as_of))
}

impl Call<'_, '_> {
    /// Every record with the value of the field that the second argument names.
    fn fields(&self) -> Result<Vec<(Dynamic, Dynamic)>, Fault> {
        let name = self.text(1)?;
        let with_field = |record: Dynamic| field(self.schema, &record, &name).map(|value| (record, value));
        Ok(self.items(0)?.into_iter().map(with_field).collect::<Result<Vec<_>, Complaint>>()?)
    }

    fn known(&self, argument: usize) -> Outcome {
        match Kind::of(self.arguments[argument]) {
            Kind::NotKnown => Err(Complaint::NotKnown { operand: argument }.into()),
            _ => Ok(self.arguments[argument].clone()),
        }
    }

    /// The records whose field is known and passes the test.
    fn kept(&self, test: impl Fn(&Dynamic) -> Result<bool, Complaint>) -> Outcome {
        let mut kept = Vec::new();
        for (record, value) in self.fields()? {
            if !value.is_unit() && test(&value)? {
                kept.push(record);
            }
        }
        Ok(list(kept))
    }

    /// The records whose date is known and passes the test.
    pub(super) fn dated(&self, test: impl Fn(NaiveDate) -> bool) -> Outcome {
        let mut kept = Vec::new();
        for (record, value) in self.fields()? {
            if !value.is_unit() && test(self.as_date(&value)?) {
                kept.push(record);
            }
        }
        Ok(list(kept))
    }

    fn as_date(&self, value: &Dynamic) -> Result<NaiveDate, Complaint> {
        value.clone().try_cast::<Date>().map(|date| date.0).ok_or_else(|| {
            let field = self.text(1).unwrap_or_default();
            let found = Kind::of(value).to_string();
            OutcomeFault::NotADateField { function: self.function.to_owned(), field, found }.into()
        })
    }

    fn total(&self) -> Result<Decimal, Fault> {
        let mut total = Decimal::ZERO;
        for item in self.items(0)? {
            let found = Kind::of(&item);
            let item = number(&item).ok_or(Complaint::Operand { operator: self.function, found })?;
            total = total.checked_add(item).ok_or_else(Complaint::out_of_range)?;
        }
        Ok(total)
    }
}
