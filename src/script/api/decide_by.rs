//! Deciding by a decision table from a policy.

use super::super::kind_fault::KindFault;
use super::super::name_fault::NameFault;
use super::super::outcome_fault::OutcomeFault;
use super::decided::TableAnswer;
use super::function::{Call, Outcome};
use super::kind::Kind;
use super::value::{Date, number};
use super::vocabulary::unknown_word;
use crate::channel::Name;
use crate::decision::table;
use crate::finding::did_you_mean;
use rhai::Dynamic;

pub(super) fn decide_by(call: Call<'_, '_>) -> Outcome {
    let name = call.text(0)?;
    let decisions = call.schema.policy.iter().flat_map(|policy| &policy.decisions);
    let Some((name, table)) = decisions.clone().find(|(known, _)| ***known == *name) else {
        let near = did_you_mean(&name, decisions.map(|(known, _)| &**known)).map(str::to_owned);
        return Err(NameFault::UnknownDecisionTable { table: name, near }.into());
    };
    let Ok(inputs) = call.arguments[1].as_map_ref() else { return Err(call.wrong(1, "a map of inputs")) };
    let names: Vec<&str> = table.inputs().iter().map(|input| &*input.name).collect();
    if let Some(stray) = inputs.keys().find(|key| !names.contains(&key.as_str())) {
        return Err(unknown_word(&format!("input of `{name}`"), stray, &names).into());
    }
    let mut values = Vec::with_capacity(names.len());
    for input in &names {
        let (table, input) = (|| name.to_string(), (*input).to_owned());
        let value = inputs.get(input.as_str());
        let value = value.ok_or_else(|| OutcomeFault::MissingInput { table: table(), inputs: vec![input.clone()] })?;
        let found = Kind::of(value);
        values.push(to_table(value).ok_or_else(|| KindFault::NotComparable { table: table(), input, found })?);
    }
    let decision = table
        .decide(&values)
        .map_err(|fault| OutcomeFault::Undecidable { table: name.to_string(), reason: fault.to_string() })?;
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
