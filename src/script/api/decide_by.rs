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
use crate::decision::table::{self, DecisionFault, DecisionTable};
use crate::finding::did_you_mean;
use rhai::Dynamic;

pub(super) fn decide_by(call: Call<'_, '_>) -> Outcome {
    let name = call.text(0)?;
    let decisions = call.schema.decisions.iter();
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
    let decision = table.decide(&values).map_err(|fault| undecidable(name, table, fault))?;
    Ok(Dynamic::from(TableAnswer::new(Name::clone(name), decision)))
}

fn undecidable(name: &Name, table: &DecisionTable, fault: DecisionFault) -> OutcomeFault {
    let (column, value, allowed) = match fault {
        DecisionFault::NotAllowed { column, value, allowed } => (column, value, allowed),
        fault => return OutcomeFault::Undecidable { table: name.to_string(), reason: fault.to_string() },
    };
    let input = table.inputs().iter().find(|input| input.name == column);
    let listed = input.and_then(|input| input.domain.as_ref()).map(|domain| domain.listed.as_slice());
    let instead = listed.unwrap_or_default().iter().find_map(|value| match value {
        table::Value::Text(text) => Some(text.to_string()),
        _ => None,
    });
    let (table, column, value) = (name.to_string(), column.to_string(), value.to_string());
    OutcomeFault::NotAllowed { table, column, value, allowed, instead }
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
